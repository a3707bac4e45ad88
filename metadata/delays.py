"""How long qualifying takes: what entries waited for, step by step, and how long they wait now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from statistics import median_low
from typing import NamedTuple

from .case import Case, Event, State
from .caseflow import apply


class Step(Enum):
    """A part of the way of an entry; its value is what is read."""

    WAIT = "de l’arrivée, ou du changement, à l’instruction"
    EXAMINATION = "de l’instruction à la proposition"
    DECISION = "de la proposition à la décision"
    WHOLE = "de l’arrivée, ou du changement, à la décision"


class Spread(NamedTuple):
    """How many times, the one that half of them do not exceed, and the one that nine in ten do not."""

    number: int
    half: timedelta
    most: timedelta


#: Where an entry waits for somebody to take it, and for a new decision.
WAITING = (State.TO_REVIEW, State.TO_REEXAMINE)
UNDECIDED = (*WAITING, State.UNDER_REVIEW, State.PROPOSED)

#: The step that ends when an entry leaves one of these states for the other.
STEPS: Mapping[tuple[State, State], Step] = {
    (State.UNDER_REVIEW, State.PROPOSED): Step.EXAMINATION,
    (State.PROPOSED, State.QUALIFIED): Step.DECISION,
    (State.PROPOSED, State.REFUSED): Step.DECISION,
    **{(state, State.UNDER_REVIEW): Step.WAIT for state in WAITING},
}


def delays(histories: Iterable[tuple[datetime, Sequence[Event]]]) -> Mapping[Step, Spread]:
    """Of entries, by when they arrived and what was done to them; steps that nobody took are left out."""
    times: dict[Step, list[timedelta]] = {step: [] for step in Step}
    for arrived, events in histories:
        for step, time in _taken(arrived, events):
            times[step].append(time)
    return {step: _spread(each) for step, each in times.items() if each}


def ages(waiting: Iterable[tuple[State, datetime]], now: datetime) -> Mapping[State, Spread]:
    """How long entries have been in their states, by state."""
    times: dict[State, list[timedelta]] = {}
    for state, since in waiting:
        times.setdefault(state, []).append(now - since)
    return {state: _spread(times[state]) for state in State if state in times}


def _taken(arrived: datetime, events: Iterable[Event]) -> Iterator[tuple[Step, timedelta]]:
    """The steps of one entry, each with the time that it took."""
    case, since = Case(), arrived
    begun: datetime | None = arrived  # when it came to need a decision; None: it needs none
    for event in events:
        before, case = case, apply(case, event)
        if case.state is before.state:
            continue
        if step := STEPS.get((before.state, case.state)):
            yield step, event.at - since
        if step is Step.DECISION and begun:
            yield Step.WHOLE, event.at - begun
        begun = (begun or event.at) if case.state in UNDECIDED else None
        since = event.at


def _spread(times: Sequence[timedelta]) -> Spread:
    ordered = sorted(times)
    return Spread(len(ordered), median_low(ordered), ordered[-(-len(ordered) * 9 // 10) - 1])
