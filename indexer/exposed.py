"""What harvesters are shown, and when that last changed: the memory behind OAI-PMH.

An entry enters with the index, in the sets that its facets say; it leaves in the very transaction
that takes it away (changes.undate), and stays for ever, as deleted. A change is dated by the first
answer that shows it, not by the transaction that makes it: an answer given just before the commit
would bear a later date than a change it does not have, and whoever asks again from that date would
never be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

import sqlalchemy as sa

from .changes import IS_OPEN, batches, next_revision, undate
from .schema import ENTRIES, EXPOSED, MEMBERSHIPS, SOURCES, AnyRow, writing

#: Rows of EXPOSED: slug, date, is it deleted, did it leave the set asked for.
Chosen: TypeAlias = "sa.Select[tuple[str, datetime | None, bool, bool]]"

#: Two moments that are told apart.
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What a harvester asks for: dates from this one on, before that one, in this set; or all."""

    since: datetime | None = None
    before: datetime | None = None
    spec: str = ""


class Mark(NamedTuple):
    """A place in a list: after this entry, by its date."""

    dated: datetime
    slug: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What harvesters are told of an entry. In the list of a set that it left, it is deleted."""

    slug: str
    dated: datetime | None  # None: it changed since the answer was begun
    deleted: bool
    specs: tuple[str, ...]


class Move(NamedTuple):
    """The last change of an entry: in the order of the transactions, whatever the clocks say."""

    slug: str
    revision: int
    public: bool


class Exposed:
    """What the pages for harvesters ask of the database, and the index tells it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def place(self, specs: Mapping[str, Collection[str]]) -> None:
        """Expose these entries in these sets. Those that are not open are left as they are."""
        for batch in batches(specs):
            with self._writer.begin() as tx:
                _place(tx, {slug: specs[slug] for slug in _open(tx, batch)})

    def date(self, clock: Callable[[], datetime]) -> None:
        """Date what changed and has no date yet: now, and later than all dates given."""
        undated = EXPOSED.c.dated.is_(None)
        with self._engine.connect() as db:
            if db.execute(sa.select(EXPOSED.c.slug).where(undated).limit(1)).first() is None:
                return
        with self._writer.begin() as tx:
            newest = tx.scalar(sa.select(sa.func.max(EXPOSED.c.dated)))
            # Read here, where no other writer is: nobody was answered later without these changes.
            now = max(clock(), newest + TICK) if newest else clock()
            tx.execute(sa.update(EXPOSED).where(undated).values(dated=now))

    def header(self, slug: str, spec: str = "") -> Header | None:
        """What is told of one entry, of all or of a set; None when it was never exposed there."""
        query = _selected(Selection(spec=spec), dated=False).where(EXPOSED.c.slug == slug)
        with self._engine.connect() as db:
            return next(iter(_headers(db, db.execute(query).all(), spec)), None)

    def count(self, selection: Selection, after: Mark | None = None) -> int:
        """How many are selected after a place."""
        query = _after(_selected(selection), after).with_only_columns(sa.func.count())
        with self._engine.connect() as db:
            return db.scalars(query).one()

    def page(self, selection: Selection, after: Mark | None, limit: int) -> list[Header]:
        """Some of the selected after a place, by date: what changes meanwhile comes at the end."""
        query = _after(_selected(selection), after)
        query = query.order_by(EXPOSED.c.dated, EXPOSED.c.slug).limit(limit)
        with self._engine.connect() as db:
            return _headers(db, db.execute(query).all(), selection.spec)

    def earliest(self) -> datetime | None:
        """The first of the dates."""
        with self._engine.connect() as db:
            earliest: datetime | None = db.scalar(sa.select(sa.func.min(EXPOSED.c.dated)))
        return earliest

    def specs(self) -> list[str]:
        """The sets that something is in, or was, in order."""
        query = sa.select(MEMBERSHIPS.c.spec).distinct().order_by(MEMBERSHIPS.c.spec)
        with self._engine.connect() as db:
            return [*db.scalars(query)]

    def since(self, revision: int, slug: str, limit: int) -> list[Move]:
        """What changed after a revision and slug, each entry once, in the order of the changes."""
        place = sa.tuple_(EXPOSED.c.revision, EXPOSED.c.slug)
        query = sa.select(EXPOSED).where(place > (revision, slug))
        query = query.order_by(EXPOSED.c.revision, EXPOSED.c.slug).limit(limit)
        with self._engine.connect() as db:
            return [Move(row.slug, row.revision, not row.deleted) for row in db.execute(query)]


def _open(tx: sa.Connection, slugs: list[str]) -> list[str]:
    query = sa.select(ENTRIES.c.slug).join(SOURCES, SOURCES.c.key == ENTRIES.c.source)
    return [*tx.scalars(query.where(ENTRIES.c.slug.in_(slugs), IS_OPEN))]


def _place(tx: sa.Connection, specs: Mapping[str, Collection[str]]) -> None:
    number = next_revision(tx)
    known = {*tx.scalars(sa.select(EXPOSED.c.slug).where(EXPOSED.c.slug.in_(specs)))}
    fresh = [slug for slug in specs if slug not in known]
    if fresh:
        row = {"deleted": False, "revision": number, "dated": None}
        tx.execute(sa.insert(EXPOSED), [{"slug": slug, **row} for slug in fresh])
    moved = {slug: now for slug, now in _moved(tx, specs).items() if now}
    if moved:
        _write_memberships(tx, moved)
        undate(tx, EXPOSED.c.slug.in_(moved), number)


def _moved(tx: sa.Connection, specs: Mapping[str, Collection[str]]) -> dict[str, dict[str, bool]]:
    """The sets that each of these enters (False) or leaves (True)."""
    kept: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for row in tx.execute(sa.select(MEMBERSHIPS).where(MEMBERSHIPS.c.slug.in_(specs))):
        kept[row.slug][row.spec] = row.left
    return {
        slug: {
            spec: spec not in now
            for spec in {*now, *kept[slug]}
            if kept[slug].get(spec, True) == (spec in now)
        }
        for slug, now in specs.items()
    }


def _write_memberships(tx: sa.Connection, moved: Mapping[str, Mapping[str, bool]]) -> None:
    rows = [
        {"slug": slug, "spec": spec, "left": left}
        for slug, specs in moved.items()
        for spec, left in specs.items()
    ]
    mine = (MEMBERSHIPS.c.slug == sa.bindparam("s")) & (MEMBERSHIPS.c.spec == sa.bindparam("p"))
    tx.execute(
        sa.delete(MEMBERSHIPS).where(mine), [{"s": row["slug"], "p": row["spec"]} for row in rows]
    )
    tx.execute(sa.insert(MEMBERSHIPS), rows)


def _selected(selection: Selection, *, dated: bool = True) -> Chosen:
    left = MEMBERSHIPS.c.left if selection.spec else sa.false()
    query = sa.select(EXPOSED.c.slug, EXPOSED.c.dated, EXPOSED.c.deleted, left.label("left"))
    if selection.spec:
        query = query.join(MEMBERSHIPS, MEMBERSHIPS.c.slug == EXPOSED.c.slug)
        query = query.where(MEMBERSHIPS.c.spec == selection.spec)
    if dated:
        query = query.where(EXPOSED.c.dated.is_not(None))
    if selection.since:
        query = query.where(EXPOSED.c.dated >= selection.since)
    if selection.before:
        query = query.where(EXPOSED.c.dated < selection.before)
    return query


def _after(query: Chosen, mark: Mark | None) -> Chosen:
    if mark is None:
        return query
    return query.where(sa.tuple_(EXPOSED.c.dated, EXPOSED.c.slug) > sa.tuple_(*mark))


def _headers(db: sa.Connection, rows: Iterable[AnyRow], spec: str) -> list[Header]:
    """Of the rows of a list; one that left its set names this set alone."""
    rows = [*rows]
    mine = MEMBERSHIPS.c.slug.in_([row.slug for row in rows]) & ~MEMBERSHIPS.c.left
    query = sa.select(MEMBERSHIPS).where(mine).order_by(MEMBERSHIPS.c.spec)
    specs: defaultdict[str, list[str]] = defaultdict(list)
    for row in db.execute(query):
        specs[row.slug].append(row.spec)
    return [
        Header(
            slug=row.slug,
            dated=row.dated,
            deleted=row.deleted or row.left,
            specs=(spec,) if row.left else tuple(specs[row.slug]),
        )
        for row in rows
    ]
