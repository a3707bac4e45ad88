"""The queue of the back-office: what waits for the curators, the longest waiting first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from indexer.waiting import Filter, Queued
from metadata.case import PUBLIC, Act, Action, Actor, State
from metadata.qualification import WARNINGS, Refused, check_right

from . import presentation
from .curation import actor, guarded
from .errand import ROOT
from .faults import Answer
from .presentation import capital
from .site import current_site, store

bp = guarded(Blueprint("queue", __name__, url_prefix=ROOT))

#: Entries on a page.
SIZE = 40

#: Whose: nobody's, mine; anything else is somebody's name.
NOBODY, ME = "personne", "moi"

#: What somebody has to do something about, and everything: neither is a state.
TO_DO, ALL = "a-traiter", "toutes"

#: What ends in so many days is to be looked at.
SOON = timedelta(days=max(WARNINGS))

#: In how many days a decision ends, at most.
DELAYS = ("60", "15")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What part of the queue an address asks for; what is empty does not matter."""

    etat: str = ""  # a state, TO_DO, ALL; see `shown`
    source: str = ""
    affectation: str = ""
    q: str = ""
    attente: str = ""  # "oui": waits for a second person
    echeance: str = ""  # one of DELAYS
    page: int = 1

    @property
    def shown(self) -> str:
        """What it shows when it names no state: whoever gives words looks for something."""
        return self.etat or (ALL if self.q else TO_DO)

    def filter(self, by: Actor, now: datetime) -> Filter:
        whose = {NOBODY: "-", ME: by.name}
        return Filter(
            state=self.shown if self.shown in list(State) else "",
            to_do=now + SOON if self.shown == TO_DO else None,
            source=self.source,
            assignee=whose.get(self.affectation, self.affectation),
            words=self.q,
            asked=bool(self.attente),
            ends_before=now + timedelta(days=int(self.echeance)) if self.echeance else None,
        )

    def address(self, **other: str | int) -> str:
        """The address of the queue so filtered, with something else; on its first page unless said."""
        said = {name: getattr(self, name) for name in FILTERS} | other
        if said["etat"] == (ALL if said["q"] else TO_DO):
            said["etat"] = ""
        query = urlencode({name: value for name, value in said.items() if value not in ("", 1)})
        return f"{ROOT}?{query}" if query else ROOT

    @property
    def is_filtered(self) -> bool:
        return any(getattr(self, name) for name in FILTERS if name != "etat")


FILTERS = ("etat", "source", "affectation", "q", "attente", "echeance")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An entry, as the queue shows it."""

    queued: Queued
    days: int  # in its state
    left: int | None  # days before the decision ends

    @property
    def slug(self) -> str:
        return self.queued.slug

    @property
    def title(self) -> str:
        return self.queued.title or "Ressource sans titre"

    @property
    def address(self) -> str:
        return f"{ROOT}/{self.slug}"


@bp.get("")
def show() -> str:
    return _page(_asked(request.args))


@bp.post("/affectation")
def assign() -> Answer | Response:
    """Take an entry for oneself, from the queue."""
    slug = store().get(request.form.get("fiche", "")).slug
    by, now = actor(), current_site().clock()
    try:
        store().qualifications.act(slug, Action(act=Act.ASSIGN, to=by.name), by, now)
    except Refused as refused:
        return _page(Asked(), fault=str(refused)), 422
    back = request.form.get("retour", ROOT)
    return redirect(back if back.startswith(f"{ROOT}?") else ROOT, 303)


def _asked(args: Mapping[str, str]) -> Asked:
    """What an address asks for; what it says that is not understood does not matter."""
    said = {name: args.get(name, "").strip() for name in FILTERS}
    page = args.get("page", "")
    return Asked(
        **said
        | {
            "etat": said["etat"] if said["etat"] in (TO_DO, ALL, *State) else "",
            "echeance": said["echeance"] if said["echeance"] in DELAYS else "",
            "affectation": said["affectation"].removeprefix("@"),
        },
        page=int(page) if page.isdecimal() and 0 < len(page) < 6 else 1,
    )


def _page(asked: Asked, fault: str = "") -> str:
    by, now = actor(), current_site().clock()
    wanted, kept = asked.filter(by, now), store().qualifications
    counts = kept.counts(replace(wanted, state="", to_do=None))
    to_do = sum(kept.counts(replace(wanted, state="", to_do=now + SOON)).values())
    tabs = list(_tabs(asked, counts, to_do))
    total = next(tab.size for tab in tabs if tab.is_here)
    rows = kept.queue(wanted, limit=SIZE, offset=SIZE * (asked.page - 1))
    return render_template(
        "curation_queue.html",
        asked=asked,
        tabs=tabs,
        rows=[_row(each, now) for each in rows],
        total=total,
        pages=range(1, -(-total // SIZE) + 1),
        sources=_sources(),
        fault=fault,
        by=by,
        may_assign=_may_assign(by),
        moment=presentation.moment,
    )


class Tab(NamedTuple):
    """A part of the queue: where it is, its name, how many there are."""

    address: str
    name: str
    size: int
    is_here: bool


def _tabs(asked: Asked, counts: Mapping[State, int], to_do: int) -> Iterator[Tab]:
    every = {
        TO_DO: ("À traiter", to_do),
        **{str(state): (capital(state.label), counts.get(state, 0)) for state in State},
        ALL: ("Toutes", sum(counts.values())),
    }
    for key, (name, count) in every.items():
        is_here = asked.shown == key
        if count or is_here or key in (TO_DO, ALL):
            yield Tab(asked.address(etat=key), name, count, is_here)


def _row(queued: Queued, now: datetime) -> Row:
    ends = queued.standing.ends if queued.standing.face_at(now) in PUBLIC else None
    return Row(
        queued=queued, days=(now - queued.since).days, left=(ends - now).days if ends else None
    )


def _sources() -> list[tuple[str, str]]:
    """The sources whose entries wait to be qualified."""
    return [
        (each.info.key, each.info.title or each.info.key)
        for each in store().runs.statuses()
        if each.info.publish == "qualified"
    ]


def _may_assign(by: Actor) -> bool:
    try:
        check_right(Act.ASSIGN, by)
    except Refused:
        return False
    return True
