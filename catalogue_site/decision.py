"""Deciding about an entry: the proposal of one, the decision of another, and what takes it away.

What binds is read over first: a page says all that it will bind, and its button does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from metadata.case import Act, Action, Face, State
from metadata.caseflow import FACES
from metadata.criteria import criteria
from metadata.qualification import Refused, end_of, end_on

from . import opinions
from .curation import guarded
from .dossier import MOVED, REFUSED, STALE, Dossier, attempt, opened, page, seen, written
from .errand import ROOT
from .faults import Answer
from .presentation import day_of

bp = guarded(Blueprint("decision", __name__, url_prefix=ROOT))

#: What the public sees or not is at stake: read over, then confirmed.
BINDING = (Act.QUALIFY, Act.REFUSE, Act.SUSPEND, Act.WITHDRAW)

#: What becomes of the entry, in the words of who will read it.
EFFECTS: Mapping[Face, str] = {
    Face.QUALIFIED: "La ressource est au catalogue, dans la recherche, les flux et les exports, avec son badge « qualifiée ».",
    Face.NONE: "La ressource n’est pas au catalogue : son adresse répond qu’elle n’existe pas.",
    Face.SUSPENDED: "La ressource quitte la recherche, les flux et les exports. À son adresse, on lit son titre et le motif.",
    Face.WITHDRAWN: "La ressource quitte la recherche, les flux et les exports. À son adresse, on lit son titre et le motif.",
}


@bp.get("/<slug>/decision")
def show(slug: str) -> str:
    return shown(opened(slug))


@bp.post("/<slug>/decision")
def decide(slug: str) -> Answer | Response:
    """Propose; or read over what will bind, then bind it."""
    dossier = opened(slug)
    wanted = next((act for act in (Act.PROPOSE, *BINDING) if act == written("acte")), None)
    if wanted is None:
        abort(400)
    try:
        action = _action(dossier, wanted)
    except ValueError:
        return shown(
            dossier, fault="L’échéance n’est pas une date : écrivez-la ainsi : 31/08/2027."
        ), REFUSED
    if wanted is Act.PROPOSE or written("confirme"):
        return attempt(dossier, action, "/decision", shown)
    return _read_over(dossier, action)


def _action(dossier: Dossier, act: Act) -> Action:
    """What the form says. Raise ValueError for a date that is none."""
    outcomes = {str(each): each for each in (State.QUALIFIED, State.REFUSED)}
    return Action(
        act=act,
        reason=written("motif"),
        refusals=tuple(request.form.getlist("refus")),
        outcome=outcomes.get(written("issue")) if act is Act.PROPOSE else None,
        until=_until(dossier) if act is Act.QUALIFY else None,
        content=written("contenu"),
    )


def _until(dossier: Dossier) -> datetime | None:
    text = written("echeance")
    return end_on(day_of(text), dossier.case, dossier.now) if text else None


def _read_over(dossier: Dossier, action: Action) -> Answer:
    if (number := seen()) is not None and number != dossier.case.lines:
        return shown(dossier, fault=STALE, meanwhile=number), MOVED
    try:
        dossier.rehearse(action)
    except Refused as refused:
        return shown(dossier, fault=str(refused)), REFUSED
    case = dossier.case
    known = criteria(case.criteria)
    proposal = case.proposal
    refusals = action.refusals or (proposal.refusals if proposal else ())
    confirmed = page(
        "curation_confirm.html",
        dossier,
        action=action,
        known=known,
        refusals=[each for key in refusals if (each := known.refusal(key))],
        reason=action.reason or (_default_reason(dossier, action.act)),
        until=action.until or end_of(case, dossier.now),
        families=opinions.fields(known, opinions.held(case.opinions), case),
        effect=EFFECTS[FACES[action.act]],
    )
    return confirmed, 200


def _default_reason(dossier: Dossier, act: Act) -> str:
    """What the rules write when the decider writes nothing."""
    case = dossier.case
    if act is Act.REFUSE and case.proposal:
        return case.proposal.reason
    return case.asked.reason if act in (Act.SUSPEND, Act.WITHDRAW) and case.asked else ""


def shown(dossier: Dossier, **said: object) -> str:
    case, known = dossier.case, criteria(dossier.case.criteria)
    return page(
        "curation_decision.html",
        dossier,
        known=known,
        families=opinions.fields(known, opinions.held(case.opinions), case),
        latest=end_of(case, dossier.now),
        against=_against(dossier),
        refusal=known.refusal,
        **said,
    )


def _against(dossier: Dossier) -> str:
    """What forbids to propose that it be qualified, "" when nothing does."""
    try:
        dossier.rehearse(Action(act=Act.PROPOSE, outcome=State.QUALIFIED))
    except Refused as refused:
        return str(refused)
    return ""
