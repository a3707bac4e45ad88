"""The queue of the curators: the entries that qualification concerns, the longest waiting first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metadata.case import PUBLIC
from metadata.case import State as CaseState
from metadata.delays import UNDECIDED

from .entry import LIVE, Standing, State
from .schema import CASES, ENTRIES, SOURCES, AnyRow
from .standing import STANDING, standing_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What part of the queue is asked for; what is empty does not matter."""

    state: str = ""
    source: str = ""
    assignee: str = ""  # "-" for nobody
    words: str = ""  # in the title
    asked: bool = False  # waits for a second person
    ends_before: datetime | None = None
    to_do: datetime | None = None  # is undecided, waits for a second person, or ends before


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """An entry in the queue."""

    slug: str
    title: str
    source: str
    source_title: str
    state: State  # of the entry
    since: datetime  # when it came into the state of its case
    standing: Standing


def queued(
    db: sa.Connection, wanted: Filter, *, limit: int | None = None, offset: int = 0
) -> list[Queued]:
    """Those that are wanted."""
    query = _queue(wanted, *_QUEUED).order_by(_SINCE, ENTRIES.c.slug)
    return [_queued(row) for row in db.execute(query.limit(limit).offset(offset))]


def counts(db: sa.Connection, wanted: Filter) -> Mapping[CaseState, int]:
    """How many of them there are in each state."""
    query = _queue(wanted, _STATE, sa.func.count()).group_by(_STATE)
    return {CaseState(state): count for state, count in db.execute(query)}


_STATE = sa.func.coalesce(CASES.c.state, str(CaseState.TO_REVIEW))
_SINCE = sa.func.coalesce(CASES.c.since, ENTRIES.c.first_seen, type_=ENTRIES.c.first_seen.type)
_QUEUED = (
    ENTRIES.c.slug,
    ENTRIES.c.title,
    ENTRIES.c.source,
    ENTRIES.c.state,
    SOURCES.c.title.label("source_title"),
    _SINCE.label("waiting_since"),
    *STANDING,
)


def _queue(wanted: Filter, *columns: Any) -> sa.Select[Any]:
    query = (
        sa.select(*columns)
        .select_from(ENTRIES)
        .join(SOURCES, SOURCES.c.key == ENTRIES.c.source)
        .outerjoin(CASES, CASES.c.slug == ENTRIES.c.slug)
        .where(SOURCES.c.publish == "qualified", ENTRIES.c.state.in_(LIVE))
    )
    return query.where(*_conditions(wanted))


def _conditions(wanted: Filter) -> Iterable[sa.ColumnElement[bool]]:
    if wanted.state:
        yield _STATE.in_([wanted.state])
    if wanted.source:
        yield ENTRIES.c.source == wanted.source
    if wanted.assignee:
        yield sa.func.coalesce(CASES.c.assignee, "").in_([wanted.assignee.removeprefix("-")])
    for word in wanted.words.split():
        yield ENTRIES.c.title.icontains(word, autoescape=True)
    if wanted.asked:
        yield CASES.c.asked != ""
    if wanted.ends_before:
        yield _ends_before(wanted.ends_before)
    if wanted.to_do:
        yield _STATE.in_(UNDECIDED) | (CASES.c.asked != "") | _ends_before(wanted.to_do)


def _ends_before(date: datetime) -> sa.ColumnElement[bool]:
    return CASES.c.face.in_(PUBLIC) & (CASES.c.ends <= date)


def _queued(row: AnyRow) -> Queued:
    return Queued(
        slug=row.slug,
        title=row.title,
        source=row.source,
        source_title=row.source_title,
        state=State(row.state),
        since=row.waiting_since,
        standing=standing_of(row) or Standing(),
    )
