"""What the catalogue keeps: the entries of all sources, and what people decided about them.

The bytes a source published are the truth. A Record is read from them each time it is asked for,
and the search index can be made again from them at any time. How a harvest writes is in runs.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from metadata import MetadataError, RawRecord, Reading, Record
from metadata.record import General, Text

from . import keeping, mappings, notices
from .abreast import Over
from .arrival import arrive, name_of, storable
from .changes import batches, look_again_where, note
from .curating import Curating
from .duplicates import duplicates_of, find_duplicates
from .entry import Change, Duplicates, Entry, Family, Reject, SourceStatus, State, Unmapped
from .errors import RecordNotFound, StoreError
from .exposed import Exposed
from .families import regrouping
from .figures import Figures
from .links import Links, link_of
from .projects import Projects
from .qualifications import Qualifications
from .runs import Runs
from .schema import (
    CASES,
    CHANGES,
    DECIDED,
    ENTRIES,
    LINKS,
    NAMES,
    PAYLOADS,
    REJECTS,
    SOURCES,
    AnyRow,
    check,
    open_database,
    writing,
)
from .standing import STANDING, live_state, standing_of
from .terms import Mappings, mapped

T = TypeVar("T")

#: How many entries are read from the database, and their records from their bytes, at once.
BATCH = 100


class SqlStore:
    """The store, in a database named by an SQLAlchemy address ("sqlite:///var/balise.sqlite")."""

    def __init__(self, url: str) -> None:
        """Open the database, made or brought up to date if need be. Raise StoreError."""
        self._engine = open_database(url)
        self._writer = writing(self._engine)
        self.runs = Runs(self._engine)
        self.projects = Projects(self._engine)
        self.figures = Figures(self._engine)
        self.exposed = Exposed(self._engine)
        self.links = Links(self._engine)
        self.qualifications = Qualifications(self._engine)
        self.curating = Curating(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def check(self) -> None:
        """Read all of the database's pages, and take a turn to write. Raise StoreError."""
        check(self._engine)

    # Entries

    def get(self, slug: str) -> Entry:
        """The entry at this address, or at an earlier one of its own. Raise RecordNotFound."""
        with self._engine.connect() as db:
            found = _resolve(db, slug)
        for entry in self.read([found] if found else []):
            return entry
        raise RecordNotFound(f"Aucune entrée «\u00a0{slug}\u00a0».")

    def find(self, text: str) -> Entry:
        """The entry under a slug, its last sixteen characters, the name its source gives it, its ark.

        Raise RecordNotFound, also when several bear this name.
        """
        with self._engine.connect() as db:
            slugs = _named(db, text)
        if len(slugs) > 1:
            names = ", ".join(sorted(slugs))
            raise RecordNotFound(
                f"Plusieurs entrées portent le nom «\u00a0{text}\u00a0»\u00a0: {names}."
            )
        for entry in self.read(slugs):
            return entry
        raise RecordNotFound(f"Aucune entrée «\u00a0{text}\u00a0».")

    def read(self, slugs: Iterable[str], state: State | None = None) -> Iterator[Entry]:
        """Yield those that exist, and are in this state if one is given, in the order asked."""
        return map(_entry, self._kept(slugs, state))

    def each(
        self,
        work: Callable[[Entry], T],
        slugs: Iterable[str],
        state: State | None = None,
        *,
        over: Over = map,
    ) -> Iterator[T]:
        """Yield what a work makes of each of them; `over` is map, or does the same (abreast.py)."""
        return over(partial(_worked, work), self._kept(slugs, state))

    def _kept(self, slugs: Iterable[str], state: State | None) -> Iterator[Kept]:
        for batch in batches(slugs, BATCH):
            with self._engine.connect() as db:
                rows = {row.slug: row for row in db.execute(_entries(batch, state))}
                decided = mappings.decided(db)
            yield from (Kept(rows[slug], decided) for slug in batch if slug in rows)

    def slugs(self, state: State = State.PUBLISHED, origin: str = "") -> list[str]:
        """The slugs of all entries in a state, in order; of the sources of one origin if named."""
        query = sa.select(ENTRIES.c.slug).where(ENTRIES.c.state == state)
        if origin:
            sources = sa.select(SOURCES.c.key).where(SOURCES.c.origin == origin)
            query = query.where(ENTRIES.c.source.in_(sources))
        with self._engine.connect() as db:
            return [*db.scalars(query.order_by(ENTRIES.c.slug))]

    def payload(self, slug: str) -> RawRecord:
        """The bytes as published: for the operator and for re-reading. Raise RecordNotFound."""
        with self._engine.connect() as db:
            row = db.execute(_entries([_resolve(db, slug) or slug])).first()
        if row is None:
            raise RecordNotFound(f"Aucune entrée «\u00a0{slug}\u00a0».")
        return notices.newest(row)

    def family(self, slug: str) -> Family:
        """The whole that an entry is, or is a part of, with all its published parts."""
        with self._engine.connect() as db:
            head = db.scalar(sa.select(ENTRIES.c.head).where(ENTRIES.c.slug == slug)) or slug
            members = sa.select(ENTRIES.c.slug).where(
                ENTRIES.c.head == head, ENTRIES.c.slug != head
            )
            return Family(head=head, members=tuple(db.scalars(members.order_by(ENTRIES.c.slug))))

    # What the index has to catch up with

    def changes(self, limit: int) -> list[Change]:
        """Some entries that the index has not caught up with, the longest waiting first."""
        query = sa.select(CHANGES).order_by(CHANGES.c.revision, CHANGES.c.slug).limit(limit)
        with self._engine.connect() as db:
            return [Change(row.slug, row.revision) for row in db.execute(query)]

    def settle(self, changes: Iterable[Change]) -> None:
        """Strike these off, unless they changed again meanwhile."""
        slug, revision = CHANGES.c.slug, CHANGES.c.revision
        done = sa.delete(CHANGES).where(slug == sa.bindparam("s"), revision == sa.bindparam("r"))
        rows = [{"s": change.slug, "r": change.revision} for change in changes]
        if rows:
            with self._writer.begin() as tx:
                tx.execute(done, rows)

    def mark_all_changed(self) -> int:
        """Have the index look at every entry again; return how many there are."""
        with self._writer.begin() as tx:
            return look_again_where(tx, sa.true())

    # What the operator decides

    def takedown(self, slug: str, reason: str, now: datetime) -> None:
        """Remove an entry at once from all that is public; harvests do not bring it back."""
        with self._writer.begin() as tx:
            said = {"reason": storable(reason), "gone_since": now}
            self._move(tx, slug, state=State.TAKEN_DOWN, **said)

    def restore(self, slug: str) -> None:
        """Undo a takedown. Raise StoreError when there was none."""
        source = sa.select(SOURCES.c.publish, CASES.c.face).join(
            ENTRIES, ENTRIES.c.source == SOURCES.c.key
        )
        source = source.outerjoin(CASES, CASES.c.slug == ENTRIES.c.slug)
        with self._writer.begin() as tx:
            found = _resolve(tx, slug)
            taken = (ENTRIES.c.slug == found) & (ENTRIES.c.state == State.TAKEN_DOWN)
            row = tx.execute(source.where(taken)).first()
            if row is None:
                raise StoreError(f"L’entrée «\u00a0{slug}\u00a0» n’a pas été retirée.")
            state = live_state(row.publish, row.face)
            self._move(tx, slug, state=state, reason="", gone_since=None)

    def _move(self, tx: sa.Connection, slug: str, **values: Any) -> None:
        found = _resolve(tx, slug)
        if found is None:
            raise RecordNotFound(f"Aucune entrée «\u00a0{slug}\u00a0».")
        with regrouping(tx, [found]):
            tx.execute(sa.update(ENTRIES).where(ENTRIES.c.slug == found).values(values))
        note(tx, [found])

    # What the operator looks at

    def sources(self) -> list[SourceStatus]:
        """How each source stands, by key."""
        return self.runs.statuses()

    def rejects(self, source: str, identifier: str = "") -> Iterator[Reject]:
        """The records of a source that cannot be read, the latest last; or one of them."""
        columns = (REJECTS.c.source, REJECTS.c.identifier, REJECTS.c.error, REJECTS.c.since)
        query = sa.select(*columns).where(REJECTS.c.source == source)
        if identifier:
            query = query.where(REJECTS.c.identifier == identifier)
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(REJECTS.c.since, REJECTS.c.identifier)).all()
        for row in rows:
            yield Reject(**row._mapping)

    def unmapped(self, source: str = "") -> list[Unmapped]:
        """The values that nobody knows yet, by source, the most frequent first."""
        with self._engine.connect() as db:
            return mappings.unmapped(db, source)

    def duplicates(self) -> list[Duplicates]:
        """The live entries that look like the same resource, and what they share."""
        with self._engine.connect() as db:
            return find_duplicates(db)

    def duplicates_of(self, slug: str) -> list[Duplicates]:
        """The groups of published entries that are the same resource as this one."""
        with self._engine.connect() as db:
            return duplicates_of(db, slug)

    # Reading everything again

    def reread(self, now: datetime) -> Iterator[int]:
        """Read every record again from its bytes, those refused too, after a change of a reader.

        Yield how many are done, some at a time. Nothing is lost: what the new reader refuses keeps
        its entry, and is listed among the rejects.
        """
        with self._engine.connect() as db:
            slugs = db.scalars(sa.select(ENTRIES.c.slug)).all()
            refused = db.execute(sa.select(REJECTS.c.source, REJECTS.c.identifier)).all()
        done = 0
        for batch in batches(slugs, BATCH):
            with self._writer.begin() as tx:
                _read_again(tx, batch, now)
            yield (done := done + len(batch))
        for source, identifier in refused:
            with self._writer.begin() as tx:
                _try_again(tx, source, identifier, now)
            yield (done := done + 1)


def _read_again(tx: sa.Connection, slugs: list[str], now: datetime) -> None:
    """What is derived from the bytes of these entries, made again."""
    rows = tx.execute(_entries(slugs)).all()
    arrivals = [(row, arrive(notices.newest(row))) for row in rows]
    readable = [(row.slug, arrival) for row, arrival in arrivals if not arrival.error]
    with regrouping(tx, slugs):
        keeping.write_contents(tx, readable)
        for slug, arrival in readable:
            title = {"title": arrival.title}
            tx.execute(sa.update(ENTRIES).where(ENTRIES.c.slug == slug).values(title))
    note(tx, slugs)
    for row, arrival in arrivals:
        if arrival.error:
            keeping.write_rejects(tx, row.source, row.seen_in, [arrival], (), now)


def _try_again(tx: sa.Connection, source: str, identifier: str, now: datetime) -> None:
    """A record refused, read once more."""
    mine = (REJECTS.c.source == source) & (REJECTS.c.identifier == identifier)
    row = tx.execute(sa.select(REJECTS).where(mine)).first()
    if row is not None:
        raw = notices.newest(row)
        keeping.keep(tx, source, row.seen_in, [raw], [arrive(raw)], now)


def _resolve(db: sa.Connection, slug: str) -> str | None:
    """The slug of today of an entry named by any slug of its own, or by its hash alone."""
    mark = storable(slug).rpartition("-")[2]
    found = sa.select(ENTRIES.c.slug).where(ENTRIES.c.hash == mark)
    return db.scalar(found)


def _named(db: sa.Connection, text: str) -> Sequence[str]:
    if found := _resolve(db, text):
        return [found]
    given = sa.select(ENTRIES.c.slug).where(ENTRIES.c.identifier == storable(text))
    kind, value = name_of(text)
    borne = sa.select(NAMES.c.slug).where(NAMES.c.kind == kind, NAMES.c.value == value)
    return db.scalars(given).all() or (db.scalars(borne).all() if kind == "ark" else [])


def _entries(slugs: list[str], state: State | None = None) -> sa.Select[Any]:
    query = (
        sa.select(
            ENTRIES,
            PAYLOADS.c.payload,
            LINKS.c.address,
            LINKS.c.checked,
            LINKS.c.dead_since,
            LINKS.c.fault,
            SOURCES.c.origin,
            SOURCES.c.licence,
            SOURCES.c.title.label("source_title"),
            *notices.SHOWN,
            *STANDING,
        )
        .join(PAYLOADS, PAYLOADS.c.slug == ENTRIES.c.slug)
        .join(SOURCES, SOURCES.c.key == ENTRIES.c.source)
        .outerjoin(LINKS, LINKS.c.slug == ENTRIES.c.slug)
        .outerjoin(CASES, CASES.c.slug == ENTRIES.c.slug)
        .outerjoin(DECIDED, DECIDED.c.slug == ENTRIES.c.slug)
        .where(ENTRIES.c.slug.in_(slugs))
    )
    return query if state is None else query.where(ENTRIES.c.state == state)


class Kept(NamedTuple):
    """What the database has of an entry: all that it takes to read it, here or in another process."""

    row: AnyRow
    decided: Mappings


def _worked(work: Callable[[Entry], T], kept: Kept) -> T:
    return work(_entry(kept))


def _entry(kept: Kept) -> Entry:
    row = kept.row
    raw = notices.shown(row)
    reading = _reading(raw, row.title)
    return Entry(
        slug=row.slug,
        source=row.source,
        identifier=row.identifier,
        format=raw.format,
        part=raw.part,
        origin=row.origin,
        source_title=row.source_title,
        licence=row.licence,
        state=State(row.state),
        record=mapped(reading.record, kept.decided),
        findings=reading.findings,
        lines=reading.lines,
        family=row.head,
        first_seen=row.first_seen,
        last_changed=row.last_changed,
        last_seen=row.last_seen,
        missing=row.missing,
        gone_since=row.gone_since,
        last_left=row.last_left,
        last_returned=row.last_returned,
        reason=row.reason,
        link=link_of(row) if row.checked else None,
        standing=standing_of(row),
    )


def _reading(raw: RawRecord, title: str) -> Reading:
    try:
        return notices.read(raw)
    except MetadataError:
        # A newer reader refuses what an older one took: its title remains, until it is mended.
        return Reading(record=Record(general=General(title=(Text(title),))))
