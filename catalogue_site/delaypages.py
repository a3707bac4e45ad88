"""How long qualifying takes, and what waits: for all sources, or for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request

from indexer.waiting import Filter, Queued
from metadata.case import State
from metadata.delays import UNDECIDED, Spread, Step, ages, delays

from .curation import guarded
from .errand import ROOT
from .presentation import capital
from .site import current_site, store

bp = guarded(Blueprint("delays", __name__, url_prefix=ROOT))


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line: how many, the middle one, the one that nine in ten do not exceed, and the last."""

    label: str
    number: int = 0
    half: timedelta | None = None
    most: timedelta | None = None
    last: timedelta | None = None
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What a source has us do."""

    key: str
    title: str
    waiting: int
    oldest: timedelta | None
    whole: Spread | None


@bp.get("/delais")
def show() -> str:
    now = current_site().clock()
    sources = {
        each.info.key: each.info.title or each.info.key
        for each in store().runs.statuses()
        if each.info.publish == "qualified"
    }
    asked = request.args.get("source", "")
    chosen = asked if asked in sources else ""
    taken = delays(store().qualifications.histories(chosen))
    return render_template(
        "curation_delays.html",
        sources=sources,
        chosen=chosen,
        steps=[_step(step, taken.get(step)) for step in Step],
        states=_states(_waiting(chosen), now, chosen),
        by_source=[] if chosen else [_source(key, title, now) for key, title in sources.items()],
        days=days,
    )


def days(time: timedelta | None) -> str:
    """A time as one says it."""
    if time is None:
        return "–"
    return {0: "moins d’un jour", 1: "1 jour"}.get(time.days, f"{time.days} jours")


def _step(step: Step, spread: Spread | None) -> Row:
    label = capital(step.value)
    if spread is None:
        return Row(label=label)
    return Row(label=label, number=spread.number, half=spread.half, most=spread.most)


def _waiting(source: str) -> list[Queued]:
    """What is not decided, or no longer."""
    queue = store().qualifications.queue(Filter(source=source))
    return [each for each in queue if each.standing.state in UNDECIDED]


def _states(waiting: list[Queued], now: datetime, source: str) -> list[Row]:
    found = ages(((each.standing.state, each.since) for each in waiting), now)
    oldest: dict[State, datetime] = {}
    for each in waiting:
        oldest.setdefault(each.standing.state, each.since)  # the longest waiting comes first
    filtered = f"&source={source}" if source else ""
    return [
        Row(
            label=capital(state.label),
            number=spread.number,
            half=spread.half,
            most=spread.most,
            last=now - oldest[state],
            address=f"{ROOT}?etat={state}{filtered}",
        )
        for state, spread in found.items()
    ]


def _source(key: str, title: str, now: datetime) -> Source:
    waiting = _waiting(key)
    taken = delays(store().qualifications.histories(key))
    return Source(
        key=key,
        title=title,
        waiting=len(waiting),
        oldest=now - waiting[0].since if waiting else None,
        whole=taken.get(Step.WHOLE),
    )
