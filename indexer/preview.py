"""A source looked at before it is accepted: its first records as they would be shown. Nothing is kept.

What is wrong with it is told, not raised: whoever asked decides on what was seen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import metadata
from metadata.checks import check, profile_of
from metadata.finding import Finding
from metadata.record import RawRecord

from .arrival import Arrival, arrive, clean
from .entry import Entry, slug_of
from .errors import SourceError
from .facets import FACETS, values_of
from .search import Results
from .source import Source, SourceInfo
from .terms import Mappings, UnknownValue, mapped

if TYPE_CHECKING:
    from .duplicates import Name

#: How many records are shown, and in how many pages they are looked for.
RECORDS, PAGES = 20, 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A source that is not configured yet: the fields of [[source]]."""

    key: str
    kind: str
    url: str
    title: str = ""
    prefix: str = ""
    set: str = ""
    origin: str = "public"
    publish: str = "all"
    licence: str = ""

    def info(self) -> SourceInfo:
        return SourceInfo(
            key=self.key,
            title=self.title or self.key,
            kind=self.kind,
            url=self.url,
            origin=self.origin,
            publish=self.publish,
            licence=self.licence,
        )

    def said(self) -> dict[str, str]:
        """The fields that say something, by name."""
        named = {name: getattr(self, name) for name in Candidate.__dataclass_fields__}
        return {name: value for name, value in named.items() if value}

    def toml(self) -> str:
        """The block to put in balise.toml."""
        # A text of JSON is a text of TOML.
        lines = (
            f"{name} = {json.dumps(value, ensure_ascii=False)}"
            for name, value in self.said().items()
        )
        return "\n".join(("[[source]]", *lines)) + "\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A record as it would be shown, and what there is to say of it."""

    entry: Entry
    findings: tuple[Finding, ...] = ()
    unknown: tuple[UnknownValue, ...] = ()
    alike: Mapping[Name, tuple[str, ...]]  # slugs of ours, by the name that they share


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What the first records of a source say."""

    candidate: Candidate
    at: datetime
    records: tuple[Seen, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()  # identifier and reason
    deleted: int = 0
    fault: str = ""  # why the source could not be read, or not further

    @property
    def findings(self) -> list[tuple[Finding, int]]:
        """Each rule that records break, by an example, and how many break it; the most frequent first."""
        examples: dict[str, Finding] = {}
        count: Counter[str] = Counter()
        for seen in self.records:
            for rule, finding in {each.rule: each for each in seen.findings}.items():
                examples.setdefault(rule, finding)
                count[rule] += 1
        return [(examples[rule], often) for rule, often in count.most_common()]

    @property
    def unknown(self) -> list[tuple[UnknownValue, int]]:
        """The values that nobody knows, and in how many records; the most frequent first."""
        return Counter(value for seen in self.records for value in seen.unknown).most_common()

    @property
    def results(self) -> Results:
        """The records as an answer of the search engine: what each facet says of them."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
        for seen in self.records:
            said = values_of(seen.entry)
            for name, count in counts.items():
                count.update(said.get(name) or ("-",))
        return Results(total=len(self.records), facets=counts)


class Known(Protocol):
    """What is asked of the catalogue: see curating.Curating."""

    def meanings(self) -> Mappings: ...
    def namesakes(self, names: Iterable[Name], *, but_of: str) -> dict[Name, list[str]]: ...


def preview(source: Source, candidate: Candidate, known: Known, now: datetime) -> Preview:
    """Read the first records of a source, and judge them."""
    first = _First()
    fault = first.take(source)
    arrivals = [arrive(clean(raw)) for raw in first.records]
    read = [arrival for arrival in arrivals if not arrival.error]
    names = {name for arrival in read for name in arrival.names}
    alike = known.namesakes(names, but_of=candidate.key)
    meanings = known.meanings()
    return Preview(
        candidate=candidate,
        at=now,
        records=tuple(_seen(arrival, candidate, meanings, alike, now) for arrival in read),
        refused=tuple((each.raw.identifier, each.error) for each in arrivals if each.error),
        deleted=first.deleted,
        fault=fault,
    )


@dataclass
class _First:
    """The first records that a source gives, and how many it said are gone before them."""

    records: list[RawRecord] = field(default_factory=list)
    deleted: int = 0

    def take(self, source: Source) -> str:
        """Why it could not be read, or not further; "" when it could."""
        try:
            for page in islice(source.pages(None, ""), PAGES):
                for raw in page.records:
                    self.deleted += raw.deleted
                    if not raw.deleted:
                        self.records.append(raw)
                    if len(self.records) == RECORDS:
                        return ""
        except SourceError as error:
            return str(error)
        return ""


def _seen(
    arrival: Arrival,
    candidate: Candidate,
    meanings: Mappings,
    alike: Mapping[Name, Sequence[str]],
    now: datetime,
) -> Seen:
    raw = arrival.raw
    reading = metadata.parse(raw)
    info = candidate.info()
    entry = Entry(
        slug=slug_of(info.key, raw.identifier, arrival.title),
        source=info.key,
        identifier=raw.identifier,
        format=raw.format,
        part=raw.part,
        record=mapped(reading.record, meanings),
        origin=info.origin,
        source_title=info.title,
        licence=info.licence,
        first_seen=now,
        last_changed=now,
        last_seen=now,
    )
    return Seen(
        entry=entry,
        findings=check(reading, profile_of(raw.format), raw.payload),
        unknown=tuple(
            each for each in arrival.unknown if (each.vocabulary, each.name) not in meanings
        ),
        alike={name: tuple(alike[name]) for name in arrival.names if name in alike},
    )
