"""Stand-ins for what the tests cannot have: here, somewhere records come from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from indexer.errors import SourceError
from indexer.source import Page, SourceInfo
from metadata import recordjson
from metadata.case import Actor, Role
from metadata.record import Balise, General, RawRecord, Record, Relation, Technical, Term, Text
from metadata.record import Identifier as Named

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)

#: Somebody who may do all that a person may.
CURATOR = Actor(name="camille", roles=frozenset(Role))


def record(title: str, **said: object) -> Record:
    """A record with a title, names, locations and relations; the rest is not said."""
    relations = tuple(
        Relation(kind=Term(f"http://purl.org/dc/terms/{kind}"), identifiers=(Named("", name),))
        for kind in ("isPartOf", "hasPart")
        for name in said.pop(kind, ())
    )
    names = tuple(Named(*name) for name in said.pop("names", ()))
    locations = tuple(said.pop("locations", ()))
    return Record(
        general=General(title=(Text(title, "fr"),), identifiers=names),
        technical=Technical(locations=locations),
        relations=relations,
        balise=Balise(),
        **said,
    )


def notice(identifier: str, title: str = "", **said: object) -> RawRecord:
    """A notice of this record, as a source would publish it."""
    payload = recordjson.dump(record(title or f"Ressource {identifier}", **said))
    return RawRecord(identifier=identifier, format="json", payload=payload)


def unreadable(identifier: str) -> RawRecord:
    return RawRecord(identifier=identifier, format="json", payload=b'{"schema_version": 1,')


def withdrawn(identifier: str) -> RawRecord:
    return RawRecord(identifier=identifier, format="json", deleted=True)


@dataclass
class ListSource:
    """A source of the records given, some at a time; it can break, and remembers what was asked."""

    records: Sequence[RawRecord] = ()
    size: int = 10
    key: str = "essai"
    incremental: bool = False
    exhaustive: bool = True
    as_of: datetime | None = None
    breaks_after: int | None = None  # pages
    error: Exception = field(default_factory=lambda: SourceError("La source ne répond plus."))
    asked: list[tuple[datetime | None, str]] = field(default_factory=list)

    def pages(self, since: datetime | None, cursor: str) -> Iterator[Page]:
        self.asked.append((since, cursor))
        start = int(cursor or 0)
        for number, index in enumerate(range(start, len(self.records), self.size)):
            if number == self.breaks_after:
                raise self.error
            records = tuple(self.records[index : index + self.size])
            yield Page(records=records, cursor=str(index + self.size), as_of=self.as_of)
        if self.breaks_after is not None and self.breaks_after * self.size >= len(self.records):
            raise self.error


def info(key: str = "essai", **said: str) -> SourceInfo:
    return SourceInfo(key=key, title=said.pop("title", "Une source"), **said)
