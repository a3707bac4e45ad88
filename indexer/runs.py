"""The harvests of the sources, as the database keeps them: begun, fed page by page, ended.

One harvest of a source at a time; the one under way has no end, so that the next goes on with it.
"""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from metadata.record import RawRecord

from . import keeping
from .arrival import Arrival, digest_of
from .changes import batches
from .drops import drop_of
from .entry import LIVE, Outcome, Run, SourceStatus, State, hash_of, stem_of
from .errors import StoreError
from .schema import ENTRIES, REJECTS, RUNS, SOURCES, AnyRow, writing
from .source import Page, SourceInfo

#: An entry leaves when this many complete harvests in a row did not show it.
PATIENCE = 3

SAID_GONE = "Sa source la dit retirée."
NOT_SEEN = f"Absente de {PATIENCE} moissons complètes de suite."
CONFIRMED = "Absente de sa source\u00a0; le retrait a été confirmé."


@dataclass(frozen=True, kw_only=True, slots=True)
class Losses:
    """What a run that reached its end would take away, if nothing held it."""

    live: int  # entries its source showed, before and during the run
    known: int  # of them, those from before the run
    deleted: int  # its source says that they are gone
    absent: int  # the run did not show them
    absences: bool  # do these count? They do when the run was to show all there is

    @property
    def lost(self) -> int:
        return self.deleted + (self.absent if self.absences else 0)


class Runs:
    """What harvest() asks of the database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    @contextmanager
    def alone(self, source: str) -> Iterator[None]:
        """Be the only harvest of a source; the lock goes with the process, however it ends."""
        descriptor = os.open(self._lock_file(source), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"Une moisson de «\u00a0{source}\u00a0» est déjà en cours\u00a0: laissez-la finir."
                raise StoreError(message) from error
            yield
        finally:
            os.close(descriptor)

    def _lock_file(self, source: str) -> Path:
        # Never deleted: a second file of the same name would let a second harvest in.
        folder = Path(f"{self._engine.url.database}.locks")
        folder.mkdir(exist_ok=True)
        return folder / f"{stem_of(source)}-{hash_of(source, '')}.lock"

    def register(self, info: SourceInfo) -> SourceStatus:
        """Keep what the configuration says of a source, its entries following; say how it stands."""
        status = self.status(info.key)
        if status is not None and status.info == info:
            return status
        with self._writer.begin() as tx:
            keeping.register(tx, info)
            row = tx.execute(sa.select(SOURCES).where(SOURCES.c.key == info.key)).one()
            return _status(tx, row)

    def status(self, source: str) -> SourceStatus | None:
        """How a source stands; None when it was never harvested."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(SOURCES).where(SOURCES.c.key == source)).first()
            return _status(db, row) if row else None

    def statuses(self) -> list[SourceStatus]:
        """How each source stands, by key."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(SOURCES).order_by(SOURCES.c.key)).all()
            return [_status(db, row) for row in rows]

    def under_way(self, source: str) -> Run | None:
        """The run that was interrupted, if any."""
        with self._engine.connect() as db:
            query = sa.select(RUNS).where(RUNS.c.source == source, RUNS.c.ended.is_(None))
            row = db.execute(query).first()
        return _run(row) if row else None

    def begin(self, source: str, *, full: bool, since: datetime | None, now: datetime) -> Run:
        values = {"source": source, "started": now, "full": full, "since": since}
        empty: dict[str, object] = {"cursor": "", "restarts": 0, "counts": {}, "error": ""}
        with self._writer.begin() as tx:
            new = sa.insert(RUNS).values(**values, **empty, complete=False)
            return _run(tx.execute(new.returning(*RUNS.c)).one())

    def restart(self, run: Run) -> Run:
        """Read the list again from its start; what was seen stays seen."""
        with self._writer.begin() as tx:
            return _moved(tx, run, cursor="", restarts=run.restarts + 1)

    def unread(self, source: str, records: Iterable[RawRecord]) -> list[RawRecord]:
        """Those of these records whose bytes are not the ones kept."""
        digests = {raw.identifier: digest_of(raw) for raw in records if not raw.deleted}
        query = sa.select(ENTRIES.c.identifier, ENTRIES.c.digest).where(ENTRIES.c.source == source)
        kept: dict[str, str] = {}
        with self._engine.connect() as db:
            for batch in batches(digests):
                rows = db.execute(query.where(ENTRIES.c.identifier.in_(batch)))
                kept |= {row.identifier: row.digest for row in rows}
        return [
            raw
            for raw in records
            if raw.identifier in digests and kept.get(raw.identifier) != digests[raw.identifier]
        ]

    def keep(self, run: Run, page: Page, arrivals: Iterable[Arrival], now: datetime) -> Run:
        """Write one page in one transaction; return the run as it stands after it."""
        with self._writer.begin() as tx:
            counts = keeping.keep(tx, run.source, run.id, page.records, arrivals, now)
            return _moved(
                tx,
                run,
                cursor=page.cursor,
                counts=Counter(run.counts) + counts,
                as_of=run.as_of or page.as_of,
            )

    def losses(self, run: Run, *, absences: bool) -> Losses:
        """What this run would take away; absences count when it showed all there is."""
        mine = (ENTRIES.c.source == run.source) & ENTRIES.c.state.in_(LIVE)
        leaving = ENTRIES.c.leaving_in.is_not(None)  # said in this run, or in one cut short
        unseen = (ENTRIES.c.seen_in != run.id) & ~leaving
        counts = sa.select(sa.func.count(), _how_many(leaving), _how_many(unseen))
        with self._engine.connect() as db:
            live, deleted, absent = db.execute(counts.where(mine)).one()
        fresh = run.counts.get(Outcome.NEW, 0) + run.counts.get(Outcome.RETURNED, 0)
        return Losses(
            live=live, known=live - fresh, deleted=deleted, absent=absent, absences=absences
        )

    def missing(self, source: str) -> int:
        """How many live entries its last complete harvests did not show."""
        with self._engine.connect() as db:
            return _missing(db, source)

    def hold(self, run: Run, losses: Losses, now: datetime) -> None:
        """End a run without taking anything away: the next asks from the same date again."""
        held = {"held_lost": losses.lost, "held_known": losses.known, "held_since": now}
        held["confirmed"] = None  # given on other numbers
        with self._writer.begin() as tx:
            tx.execute(sa.update(SOURCES).where(SOURCES.c.key == run.source).values(held))
            _moved(tx, run, ended=now)

    def fail(self, run: Run, error: str, now: datetime) -> None:
        """End a run that its source broke off: the next asks from the same date again."""
        with self._writer.begin() as tx:
            _moved(tx, run, ended=now, error=error)

    def complete(self, run: Run, losses: Losses, now: datetime, *, confirmed: bool) -> Run:
        """End a run that saw everything it asked for, and let go what left.

        What its source says is gone leaves. If absences count, what was not seen leaves the third
        time in a row, or at once when somebody confirmed it.
        """
        mine = (ENTRIES.c.source == run.source) & ENTRIES.c.state.in_(LIVE)
        unseen = mine & (ENTRIES.c.seen_in != run.id)
        slugs = sa.select(ENTRIES.c.slug)
        with self._writer.begin() as tx:
            gone = [*tx.scalars(slugs.where(mine, ENTRIES.c.leaving_in.is_not(None)))]
            keeping.leave(tx, gone, SAID_GONE, now)
            if losses.absences:
                tx.execute(sa.update(ENTRIES).where(unseen).values(missing=ENTRIES.c.missing + 1))
                limit = 1 if confirmed else PATIENCE
                absent = tx.scalars(slugs.where(unseen, ENTRIES.c.missing >= limit)).all()
                keeping.leave(tx, absent, CONFIRMED if confirmed else NOT_SEEN, now)
                gone += absent
                _forget_rejects(tx, run)
            row = sa.update(SOURCES).where(SOURCES.c.key == run.source)
            tx.execute(row.values(_dates(run, now)))
            counts = Counter(run.counts) + Counter({Outcome.DELETED: len(gone)})
            return _moved(tx, run, ended=now, complete=True, counts=counts)

    def checkpoint(self) -> None:
        """Give back the room that the write-ahead log took."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _moved(tx: sa.Connection, run: Run, **values: object) -> Run:
    """The run with these values, in the database and in hand."""
    row = sa.update(RUNS).where(RUNS.c.id == run.id).values(values)
    return _run(tx.execute(row.returning(*RUNS.c)).one())


def _dates(run: Run, now: datetime) -> dict[str, datetime | None]:
    """Next time, ask from the source's own clock when this run began: never from a datestamp.

    A clock that runs ahead of ours is not followed: asking from too early only repeats. A source
    that tells no time keeps its date, or is read whole again.
    """
    since = min(run.as_of, run.started) if run.as_of else run.since
    dates: dict[str, datetime | None] = {"since": since, "last_complete": now}
    # A drop is held until everything is seen again: what changed since says nothing of it.
    held = dict.fromkeys(("held_lost", "held_known", "held_since", "confirmed"))
    return dates | {"last_full": now, **held} if run.full else dates


def _forget_rejects(tx: sa.Connection, run: Run) -> None:
    """Records refused earlier, that the source shows no more."""
    mine = REJECTS.c.source == run.source
    tx.execute(sa.delete(REJECTS).where(mine, REJECTS.c.seen_in != run.id))


def _run(row: AnyRow) -> Run:
    values = dict(row._mapping)
    values["counts"] = Counter({Outcome(name): count for name, count in row.counts.items()})
    return Run(**values)


def _status(db: sa.Connection, row: AnyRow) -> SourceStatus:
    mine = ENTRIES.c.source == row.key
    states = sa.select(ENTRIES.c.state, sa.func.count()).where(mine).group_by(ENTRIES.c.state)
    rejects = sa.select(sa.func.count()).where(REJECTS.c.source == row.key)
    last = sa.select(RUNS).where(RUNS.c.source == row.key).order_by(RUNS.c.id.desc()).limit(1)
    last_run = db.execute(last).first()
    return SourceStatus(
        info=SourceInfo(**{name: row._mapping[name] for name in SourceInfo.__dataclass_fields__}),
        states={State(state): count for state, count in db.execute(states)},
        rejects=db.scalars(rejects).one(),
        missing=_missing(db, row.key),
        since=row.since,
        last_complete=row.last_complete,
        last_full=row.last_full,
        held=drop_of(row),
        last_run=_run(last_run) if last_run else None,
    )


def _missing(db: sa.Connection, source: str) -> int:
    missing = (ENTRIES.c.source == source) & ENTRIES.c.state.in_(LIVE) & (ENTRIES.c.missing > 0)
    count: int = db.scalars(sa.select(sa.func.count()).where(missing)).one()
    return count
