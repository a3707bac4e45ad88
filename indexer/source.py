"""What the harvester expects of a source of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from metadata.record import RawRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some records, and where to go on after them. What a harvest commits at once."""

    records: tuple[RawRecord, ...]
    cursor: str = ""  # the source's own mark after these records; "" when none can be given
    as_of: datetime | None = None  # the source's own clock when the run began (OAI responseDate)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceInfo:
    """What the configuration says of a source ([[source]] in balise.toml), kept beside its entries."""

    key: str
    title: str = ""
    kind: str = ""  # oaipmh | files | table | syndication
    url: str = ""
    origin: str = "public"  # editeur | public | commun
    publish: str = "all"  # qualified | all
    licence: str = ""  # of the metadata


class Source(Protocol):
    """Somewhere records come from. Anything with these members will do."""

    @property
    def key(self) -> str:
        """A short name, unique among our sources and never reused."""

    @property
    def incremental(self) -> bool:
        """Can it be asked for what changed since a date?"""

    @property
    def exhaustive(self) -> bool:
        """Does a run without date list everything there is? (A syndication feed does not.)"""

    def pages(self, since: datetime | None, cursor: str) -> Iterator[Page]:
        """Yield what changed since then, or everything, going on after `cursor` when it is not "".

        Lazily: a page is asked for when the one before is stored. Raise SourceError, or
        StaleCursor when the cursor means nothing any more.
        """


#: What goes into one page, and one transaction, of a source that has no pages of its own.
PAGE_RECORDS = 100
PAGE_BYTES = 4_000_000


def in_pages(records: Iterable[tuple[RawRecord, str]]) -> Iterator[Page]:
    """Records, each with the cursor after it, by pages of a bounded size."""
    page: list[RawRecord] = []
    size = 0
    cursor = ""
    for record, cursor in records:
        page.append(record)
        size += len(record.payload)
        if len(page) == PAGE_RECORDS or size > PAGE_BYTES:
            yield Page(records=tuple(page), cursor=cursor)
            page, size = [], 0
    if page:
        yield Page(records=tuple(page), cursor=cursor)
