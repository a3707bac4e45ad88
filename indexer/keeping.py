"""How a harvest writes: one page, one transaction; and what leaves when it ends.

Everything of a page goes in together: bytes, states, refusals, what is derived from them, pending
changes, and the cursor to go on from. Killed at any moment, a harvest has stored whole pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metadata.record import RawRecord

from .arrival import Arrival
from .changes import batches, look_again_where, note, note_where
from .entry import LIVE, Outcome, State, hash_of, slug_of
from .families import regrouping
from .qualifications import follow
from .schema import (
    CASES,
    ENTRIES,
    NAMES,
    PAYLOADS,
    REJECTS,
    RELATIONS,
    SOURCES,
    UNMAPPED,
    AnyRow,
)
from .source import SourceInfo
from .standing import live_state

Row = dict[str, Any]


def register(tx: sa.Connection, info: SourceInfo) -> None:
    """Keep what the configuration says of a source; what shows of its entries follows."""
    row, mine = asdict(info), SOURCES.c.key == info.key
    known = tx.execute(sa.select(SOURCES.c.publish, SOURCES.c.licence).where(mine)).first()
    if known is None:
        tx.execute(sa.insert(SOURCES).values(row))
        return
    tx.execute(sa.update(SOURCES).where(mine).values(row))
    _follow(tx, info)
    live = (ENTRIES.c.source == info.key) & ENTRIES.c.state.in_(LIVE)
    if known == (info.publish, info.licence):
        # Its title and origin are shown, and found by, in every entry; the notices stay.
        look_again_where(tx, live)
    else:
        note_where(tx, live)


def _follow(tx: sa.Connection, info: SourceInfo) -> None:
    mine = (ENTRIES.c.source == info.key) & ENTRIES.c.state.in_(LIVE)
    query = sa.select(ENTRIES.c.slug, ENTRIES.c.state, CASES.c.face)
    rows = tx.execute(query.outerjoin(CASES, CASES.c.slug == ENTRIES.c.slug).where(mine)).all()
    for state in LIVE:
        moving = [
            row.slug
            for row in rows
            if row.state != state and live_state(info.publish, row.face) is state
        ]
        with regrouping(tx, moving):
            for batch in batches(moving):
                tx.execute(sa.update(ENTRIES).where(ENTRIES.c.slug.in_(batch)).values(state=state))


def keep(
    tx: sa.Connection,
    source: str,
    run_id: int,
    records: Sequence[RawRecord],
    arrivals: Iterable[Arrival],
    now: datetime,
) -> Counter[Outcome]:
    """Write some records. Those without an arrival are those whose bytes are already kept."""
    page = _Page(tx, source, run_id, now)
    page.sort(records, {arrival.raw.identifier: arrival for arrival in arrivals})
    with regrouping(tx, page.touched):
        page.write()
    note(tx, page.shown)
    return page.counts


class _Page:
    """The rows that one page of records changes, gathered first and written in bulk."""

    def __init__(self, tx: sa.Connection, source: str, run_id: int, now: datetime) -> None:
        self.tx, self.source, self.run_id, self.now = tx, source, run_id, now
        query = sa.select(SOURCES.c.publish).where(SOURCES.c.key == source)
        self.publish: str = tx.scalars(query).one()
        self.counts: Counter[Outcome] = Counter()
        self.new: list[Row] = []
        self.modified: list[Row] = []
        self.seen: list[str] = []
        self.back: dict[str, State] = {}  # what each that returned is now
        self.leaving: list[str] = []
        self.contents: list[tuple[str, Arrival]] = []
        self.refused: list[Arrival] = []
        self.settled: list[str] = []  # identifiers that are refused no more
        self.shown: set[str] = set()  # what the index shows changes

    @property
    def touched(self) -> set[str]:
        """Whose place in a family may change."""
        return {slug for slug, _ in self.contents} | {*self.back}

    def sort(self, records: Sequence[RawRecord], arrivals: dict[str, Arrival]) -> None:
        known = _known(self.tx, self.source, [raw.identifier for raw in records])
        for raw in records:
            row, arrival = known.get(raw.identifier), arrivals.get(raw.identifier)
            if raw.deleted:
                self._deleted(raw, row)
            elif arrival is not None and arrival.error:
                self._refused(arrival, row)
            elif row is None:
                assert arrival is not None  # unknown bytes were read
                self._arrived(arrival)
            else:
                self._seen(raw, row, arrival)

    def _deleted(self, raw: RawRecord, row: AnyRow | None) -> None:
        self.settled.append(raw.identifier)
        if row is not None and row.state in LIVE:
            self.leaving.append(row.slug)

    def _refused(self, arrival: Arrival, row: AnyRow | None) -> None:
        """The version kept before stays visible, and present."""
        self.refused.append(arrival)
        self.counts[Outcome.REJECTED] += 1
        if row is not None:
            self.seen.append(row.slug)

    def _arrived(self, arrival: Arrival) -> None:
        identifier = arrival.raw.identifier
        slug = slug_of(self.source, identifier, arrival.title)
        self.new.append(
            {
                "slug": slug,
                "hash": hash_of(self.source, identifier),
                "source": self.source,
                "identifier": identifier,
                "state": (state := live_state(self.publish, None)),
                "reason": "",
                "first_seen": self.now,
                "last_changed": self.now,
                "last_seen": self.now,
                "seen_in": self.run_id,
                "missing": 0,
                "head": "",
                **_content(arrival),
            }
        )
        self.counts[Outcome.NEW] += 1
        self._take(slug, arrival, state)

    def _seen(self, raw: RawRecord, row: AnyRow, arrival: Arrival | None) -> None:
        self.seen.append(row.slug)
        self.settled.append(raw.identifier)
        state = State(row.state)
        if state is State.GONE:
            state = self.back[row.slug] = live_state(self.publish, row.face)
            self.shown |= {row.slug} if state is State.PUBLISHED else set()
        if arrival is not None:
            self.modified.append({"key": row.slug, "last_changed": self.now, **_content(arrival)})
            self._take(row.slug, arrival, state)
        self._count(row, arrival)

    def _count(self, row: AnyRow, arrival: Arrival | None) -> None:
        if row.state == State.GONE:
            self.counts[Outcome.RETURNED] += 1
        elif arrival is not None:
            self.counts[Outcome.MODIFIED] += 1
        elif row.seen_in != self.run_id:  # a list read again after a stale cursor counts once
            self.counts[Outcome.UNMODIFIED] += 1

    def _take(self, slug: str, arrival: Arrival, state: State) -> None:
        self.contents.append((slug, arrival))
        self.settled.append(arrival.raw.identifier)
        if state is State.PUBLISHED:
            self.shown.add(slug)

    def write(self) -> None:
        if self.new:
            self.tx.execute(sa.insert(ENTRIES), self.new)
        if self.modified:
            row = sa.update(ENTRIES).where(ENTRIES.c.slug == sa.bindparam("key"))
            self.tx.execute(row, self.modified)
        self._mark(self.seen, seen_in=self.run_id, last_seen=self.now, leaving_in=None, missing=0)
        left = {"last_left": ENTRIES.c.gone_since, "last_returned": self.now}
        for state in LIVE:
            back = [slug for slug, now_is in self.back.items() if now_is is state]
            self._mark(back, state=state, gone_since=None, reason="", **left)
        self._mark(self.leaving, leaving_in=self.run_id)
        write_contents(self.tx, self.contents, new={row["slug"] for row in self.new})
        write_rejects(self.tx, self.source, self.run_id, self.refused, self.settled, self.now)
        follow(self.tx, {row["key"] for row in self.modified}, self.now)

    def _mark(self, slugs: list[str], **values: object) -> None:
        for batch in batches(slugs):
            self.tx.execute(sa.update(ENTRIES).where(ENTRIES.c.slug.in_(batch)).values(values))


def _known(tx: sa.Connection, source: str, identifiers: list[str]) -> dict[str, AnyRow]:
    columns = (ENTRIES.c.identifier, ENTRIES.c.slug, ENTRIES.c.state, ENTRIES.c.seen_in)
    query = sa.select(*columns, CASES.c.face).where(ENTRIES.c.source == source)
    query = query.outerjoin(CASES, CASES.c.slug == ENTRIES.c.slug)
    return {
        row.identifier: row
        for batch in batches(identifiers)
        for row in tx.execute(query.where(ENTRIES.c.identifier.in_(batch)))
    }


def _content(arrival: Arrival) -> Row:
    raw = arrival.raw
    return {
        "format": raw.format,
        "part": raw.part,
        "digest": arrival.digest,
        "title": arrival.title,
    }


def write_contents(
    tx: sa.Connection, contents: Sequence[tuple[str, Arrival]], new: Iterable[str] = ()
) -> None:
    """Put these bytes, and what is derived from them, in the place of what was there."""
    fresh = set(new)
    for batch in batches(slug for slug, _ in contents if slug not in fresh):
        for table in (PAYLOADS, NAMES, RELATIONS, UNMAPPED):
            tx.execute(sa.delete(table).where(table.c.slug.in_(batch)))
    rows: dict[sa.Table, list[Row]] = {PAYLOADS: [], NAMES: [], RELATIONS: [], UNMAPPED: []}
    for slug, arrival in contents:
        rows[PAYLOADS].append({"slug": slug, "payload": arrival.packed})
        for kind, value in arrival.names:
            rows[NAMES].append({"slug": slug, "kind": kind, "value": value})
        for role, value in arrival.relations:
            rows[RELATIONS].append({"slug": slug, "role": role, "value": value})
        for unknown in arrival.unknown:
            rows[UNMAPPED].append({"slug": slug, **unknown._asdict()})
    for table, values in rows.items():
        if values:
            tx.execute(sa.insert(table), values)


def write_rejects(
    tx: sa.Connection,
    source: str,
    run_id: int,
    refused: Iterable[Arrival],
    settled: Iterable[str],
    now: datetime,
) -> None:
    """Keep the records refused, with their first date; strike those that are refused no more."""
    mine = REJECTS.c.source == source
    arrivals = {arrival.raw.identifier: arrival for arrival in refused}
    since = {
        row.identifier: row.since
        for batch in batches(arrivals)
        for row in tx.execute(sa.select(REJECTS).where(mine, REJECTS.c.identifier.in_(batch)))
    }
    for batch in batches([*arrivals, *settled]):
        tx.execute(sa.delete(REJECTS).where(mine, REJECTS.c.identifier.in_(batch)))
    rows = [
        {
            "source": source,
            "identifier": identifier,
            "format": arrival.raw.format,
            "part": arrival.raw.part,
            "payload": arrival.packed,
            "error": arrival.error,
            "since": since.get(identifier, now),
            "seen_in": run_id,
        }
        for identifier, arrival in arrivals.items()
    ]
    if rows:
        tx.execute(sa.insert(REJECTS), rows)


def leave(tx: sa.Connection, slugs: Sequence[str], reason: str, now: datetime) -> None:
    """Turn these entries into tombstones."""
    with regrouping(tx, slugs):
        for batch in batches(slugs):
            row = sa.update(ENTRIES).where(ENTRIES.c.slug.in_(batch))
            tx.execute(row.values(state=State.GONE, gone_since=now, reason=reason, missing=0))
    note(tx, slugs)
