"""Walk records from a source into the store.

An entry leaves only when its source says so, or when three complete harvests in a row did not show
it; and a harvest that would take much away at once takes nothing until somebody confirms. In
simulated source-years with bad days, these two rules together made no wrong deletion; deleting
what is absent at once made forty-four thousand a year.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from metadata.record import RawRecord

from .abreast import Abreast
from .arrival import Arrival, arrive, clean, storable
from .entry import Drop, Outcome, Reject, Run, SourceStatus
from .errors import SourceError, StaleCursor
from .runs import Losses, Runs
from .source import Source, SourceInfo
from .store import SqlStore

log = logging.getLogger(__name__)

#: A source that can be asked for what changed is still read whole this often: it may drop records
#: without saying.
FULL_EVERY = timedelta(days=7)

#: A complete harvest that would take more than this share away is held, from this size on.
LARGEST_DROP = 0.10
SMALLEST_GUARDED = 50

#: How often a source may forget where we were before its harvest is given up.
RESTARTS = 2

#: How many refused records a report names; the store lists them all.
REJECTS_NAMED = 1000

#: The write-ahead log is emptied after so many pages.
CHECKPOINT_EVERY = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class HarvestReport:
    """What one harvest did, or has done so far."""

    source: str
    full: bool  # everything was asked for, not only what changed
    resumed: bool = False  # it went on with one that was interrupted
    counts: Mapping[Outcome, int] = field(default_factory=dict)  # before an interruption too
    rejected: tuple[Reject, ...] = ()  # the first of those refused this time, with the reason
    missing: int = 0  # entries absent so far, that will leave if they stay so
    held: Drop | None = None  # a drop too large to be made without somebody's word
    error: str = ""  # why the source could not be read to its end

    @property
    def advice(self) -> str:
        """What somebody has to decide, and how; "" when nothing waits."""
        return self.held.advice(self.source) if self.held else ""


def harvest(
    source: Source,
    info: SourceInfo,
    store: SqlStore,
    *,
    now: datetime,
    full: bool = False,
    confirm_drop: bool = False,
    progress: Callable[[HarvestReport], None] = lambda report: None,
) -> HarvestReport:
    """Take what changed since the last complete harvest; or everything, if full or due.

    A bad record is counted and passed over. A bad source ends the harvest: what it gave is kept,
    nothing is removed, and the next one starts again from the same date. Interrupted, the next one
    goes on where it stopped. Raise StoreError when another harvest of this source is under way.
    """
    runs = store.runs
    with runs.alone(info.key):
        status = runs.register(info)
        run, resumed = _start(source, runs, status, now, full)
        report = HarvestReport(source=info.key, full=run.full, resumed=resumed, counts=run.counts)
        try:
            with Abreast() as abreast:
                for last, refused in _walk(source, runs, run, now, abreast):
                    run, report = last, _told(report, last, refused, now)
                    progress(report)
        except SourceError as error:
            report = replace(report, error=storable(str(error)))
            runs.fail(run, report.error, now)
        else:
            losses = runs.losses(run, absences=run.full and source.exhaustive)
            verdict = decide(losses, status.held, confirm_drop)
            report = _end(runs, run, losses, verdict, now, report)
        runs.checkpoint()
        report = replace(report, missing=runs.missing(info.key))
    log.info("harvested source=%s counts=%s error=%r", info.key, report.counts, report.error)
    return report


def _start(
    source: Source, runs: Runs, status: SourceStatus, now: datetime, full: bool
) -> tuple[Run, bool]:
    """The run that was interrupted, unless it asked for less; else a new one."""
    key = status.info.key
    interrupted = runs.under_way(key)
    if interrupted is not None:
        if interrupted.full or not full:
            return interrupted, True
        runs.fail(interrupted, "Abandonnée pour une moisson complète.", now)
    # Who shows a part of what there is, as a crawl of a few projects does, is asked for that part.
    is_due = source.exhaustive and is_full_due(status, now)
    whole = full or not source.incremental or is_due
    since = None if whole else status.since
    return runs.begin(key, full=since is None, since=since, now=now), False


def is_full_due(status: SourceStatus, now: datetime) -> bool:
    """Is it time to ask for everything: long ago, or while an absence waits to be seen again?"""
    last = status.last_full
    if last is None or status.missing or status.held:
        return True
    return now - last >= FULL_EVERY


def _walk(
    source: Source, runs: Runs, run: Run, now: datetime, abreast: Abreast
) -> Iterator[tuple[Run, list[Arrival]]]:
    """Store page after page; give the run after each, and what of the page was refused."""
    pages = 0
    while True:
        try:
            for page in source.pages(run.since, run.cursor):
                page = replace(page, records=_once(page.records))
                arrivals = [*abreast.map(arrive, runs.unread(run.source, page.records))]
                run = runs.keep(run, page, arrivals, now)
                yield run, [arrival for arrival in arrivals if arrival.error]
                pages += 1
                if pages % CHECKPOINT_EVERY == 0:
                    runs.checkpoint()
            return
        except StaleCursor:
            if run.restarts >= RESTARTS:
                raise
            run = runs.restart(run)


def _once(records: Iterable[RawRecord]) -> tuple[RawRecord, ...]:
    """Each identifier once: of two records under one name, the later counts."""
    return tuple({raw.identifier: raw for raw in map(clean, records)}.values())


def _told(report: HarvestReport, run: Run, refused: list[Arrival], now: datetime) -> HarvestReport:
    named = tuple(
        Reject(source=run.source, identifier=each.raw.identifier, error=each.error, since=now)
        for each in refused
    )
    rejected = (report.rejected + named)[:REJECTS_NAMED]
    return replace(report, counts=run.counts, rejected=rejected)


def _end(
    runs: Runs, run: Run, losses: Losses, verdict: Verdict, now: datetime, report: HarvestReport
) -> HarvestReport:
    if verdict is Verdict.HELD:
        runs.hold(run, losses, now)
        return replace(report, held=Drop(lost=losses.lost, known=losses.known, since=now))
    run = runs.complete(run, losses, now, confirmed=verdict is Verdict.CONFIRMED)
    return replace(report, counts=run.counts)


class Verdict(Enum):
    """What becomes of the losses of a harvest that saw everything it asked for."""

    ORDINARY = auto()  # withdrawals leave now, absences the third time in a row
    CONFIRMED = auto()  # all leave now
    HELD = auto()  # nothing leaves, nothing counts


def decide(losses: Losses, announced: Drop | None, confirm: bool) -> Verdict:
    """Let go what left; or hold everything, when too much would leave without somebody's word."""
    if not is_suspicious(losses):
        return Verdict.ORDINARY
    said = confirm or (announced is not None and announced.confirmed is not None)
    return Verdict.CONFIRMED if said and covers(announced, losses) else Verdict.HELD


def is_suspicious(losses: Losses) -> bool:
    """Would nothing remain, or too much leave at once?"""
    if not losses.lost:
        return False
    if losses.lost == losses.live:
        return True
    return losses.known >= SMALLEST_GUARDED and losses.lost > LARGEST_DROP * losses.known


def covers(announced: Drop | None, losses: Losses) -> bool:
    """Does a confirmation, given on the numbers announced, still hold for these?"""
    if announced is None:
        return True
    return losses.lost - announced.lost <= LARGEST_DROP * losses.known
