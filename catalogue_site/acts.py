"""What a curator does with one button: take an entry, give it back, assign it, write a note on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from metadata.case import Act, Action, State

from . import decision, examination, followup
from .curation import guarded
from .dossier import Again, attempt, onward, opened, written
from .errand import ROOT
from .faults import Answer
from .site import current_site

bp = guarded(Blueprint("acts", __name__, url_prefix=ROOT))


class Place(NamedTuple):
    """The page that an act is done from, and shown again when it is not."""

    path: str
    shown: Again


EXAMINATION = Place("", examination.shown)
DECISION = Place("/decision", decision.shown)
FOLLOW_UP = Place("/suivi", followup.shown)

#: Where each act is done.
PLACES: Mapping[Act, Place] = {
    Act.TAKE: EXAMINATION,
    Act.RELEASE: EXAMINATION,
    Act.SEND_BACK: DECISION,
    Act.ASK_SUSPENSION: DECISION,
    Act.ASK_WITHDRAWAL: DECISION,
    Act.DISMISS: DECISION,
    Act.ASSIGN: FOLLOW_UP,
    Act.NOTE: FOLLOW_UP,
    Act.DECLARE_INTEREST: FOLLOW_UP,
}


@bp.post("/<slug>/<act>")
def act(slug: str, act: str) -> Answer | Response:
    wanted = next((each for each in PLACES if each == act), None) or abort(404)
    dossier, place = opened(slug), PLACES[wanted]
    action = Action(
        act=wanted,
        reason=written("motif"),
        text=written("texte"),
        to=written("personne").removeprefix("@"),
    )
    answer = attempt(dossier, action, place.path, place.shown)
    if wanted is Act.TAKE and isinstance(answer, Response):
        _check(dossier.slug)
    return answer


@bp.post("/<slug>/verifier")
def check(slug: str) -> Answer | Response:
    """Have Balise look at the entry again, for whoever examines it."""
    dossier = opened(slug)
    if dossier.case.state is not State.UNDER_REVIEW or not dossier.may(Act.ASSESS):
        return examination.shown(dossier, fault=dossier.why_not(Act.ASSESS)), 422
    _check(dossier.slug)
    return onward(dossier, Act.CHECK)


def _check(slug: str) -> None:
    site = current_site()
    if site.check:
        site.check(slug, site.clock())
