"""The rules of qualification: who may do what to an entry, when, and what becomes of it. Pure.

A case is what the lines of an entry's journal add up to. `decide` says whether an action may be done
and gives the event to write down, or raises Refused with the reason; what events do is in
caseflow.py. Two things move apart: the *state* is where the curators' work stands, the *face* what the
public sees meanwhile. While a qualified entry is examined anew, the public goes on seeing what was
decided.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time

from . import evidencejournal
from .case import (
    BALISE,
    PUBLIC,
    Act,
    Action,
    Actor,
    Case,
    Event,
    Face,
    Role,
    State,
    Verdict,
    face_of,
    is_reference,
)
from .caseflow import TRANSITIONS, transition
from .criteria import criteria
from .errors import MetadataError


class Refused(MetadataError):
    """The action may not be done; the text says why, and what to do instead, in French."""


#: Days before the end of a decision at which curators are warned.
WARNINGS = (60, 15)

_EXAMINES, _DECIDES = {Role.EXAMINER}, {Role.DECIDER}
_RUNS = {Role.ADMINISTRATOR}

#: Who may do what. What is not here is Balise's own.
ROLES: Mapping[Act, Collection[Role]] = {
    Act.ASSIGN: _EXAMINES | _DECIDES | _RUNS,
    Act.TAKE: _EXAMINES,
    Act.RELEASE: _EXAMINES,
    Act.ASSESS: _EXAMINES,
    Act.NOTE: _EXAMINES | _DECIDES | _RUNS,
    Act.DECLARE_INTEREST: _EXAMINES | _DECIDES | _RUNS,
    Act.PROPOSE: _EXAMINES,
    Act.SEND_BACK: _DECIDES,
    Act.QUALIFY: _DECIDES,
    Act.REFUSE: _DECIDES,
    Act.ASK_SUSPENSION: _EXAMINES | _DECIDES,
    Act.ASK_WITHDRAWAL: _EXAMINES | _DECIDES,
    Act.SUSPEND: _DECIDES,
    Act.WITHDRAW: _DECIDES,
    Act.DISMISS: _DECIDES,
    Act.ADD_EVIDENCE: _EXAMINES,
    Act.WITHDRAW_EVIDENCE: _EXAMINES,
    Act.EVIDENCE_NOT_APPLICABLE: _EXAMINES,
    Act.IMPORT: _RUNS,
    # On what feeds bring: no entry's case changes.
    Act.MAP: _EXAMINES | _DECIDES | _RUNS,
    Act.UNMAP: _EXAMINES | _DECIDES | _RUNS,
    Act.JOIN: _EXAMINES | _DECIDES | _RUNS,
    Act.TELL_APART: _EXAMINES | _DECIDES | _RUNS,
    Act.FORGET_PAIR: _EXAMINES | _DECIDES | _RUNS,
    Act.CONFIRM_DROP: _RUNS,
    Act.ACCEPT_SOURCE: _RUNS,
    Act.REFUSE_SOURCE: _RUNS,
}

#: Whoever has an interest in an entry may still say so, and write a note.
_ALLOWED_TO_ALL = (Act.DECLARE_INTEREST, Act.NOTE)

#: What is asked by one person, and done by another.
CONFIRMS = {Act.SUSPEND: Act.ASK_SUSPENSION, Act.WITHDRAW: Act.ASK_WITHDRAWAL}


def face_at(case: Case, now: datetime) -> Face:
    """What the public sees now of the entry of a case."""
    return face_of(case.face, case.decision.until if case.decision else None, now)


def decide(case: Case, action: Action, by: Actor, now: datetime, content: str) -> Event:
    """The event that an action is, `content` being the fingerprint of the entry as it is now.

    Raise Refused.
    """
    check_right(action.act, by)
    _check_interest(case, action.act, by)
    if transition(case.state, action.act) is None:
        raise Refused(_impossible(case, action.act))
    if action.content and action.content != content:
        raise Refused(CHANGED)
    for rule in RULES.get(action.act, ()):
        rule(case, action, by, now)
    if (
        action.act in (Act.QUALIFY, Act.REFUSE)
        and case.proposal
        and case.proposal.content != content
    ):
        raise Refused(CHANGED)
    return Event(
        act=action.act,
        by=by.name,
        roles=tuple(sorted(by.roles)),
        at=now,
        data=_data(case, action, by, now, content),
    )


def why_not(case: Case, act: Act, by: Actor, now: datetime) -> str:
    """Why somebody may not do this now, in a sentence; "" when what they say with it decides alone."""
    try:
        check_right(act, by)
        _check_interest(case, act, by)
        if transition(case.state, act) is None:
            return _impossible(case, act)
        for rule in RULES.get(act, ()):
            if rule in OF_THE_CASE:
                rule(case, Action(act=act), by, now)
    except Refused as refused:
        return str(refused)
    return ""


CHANGED = "Le contenu de la notice a changé depuis que vous l’avez lue : relisez-la avant de vous prononcer."


def check_right(act: Act, by: Actor) -> None:
    """Raise Refused when this act is not for somebody with these roles."""
    if by == BALISE:
        if act in ROLES:
            raise Refused(f"« {act.label} » est l’affaire d’une personne : Balise ne décide rien.")
        return
    if _same(by.name, BALISE.name):
        raise Refused(
            "Le compte « balise » ne peut rien ici : le journal le prendrait pour Balise."
        )
    allowed = ROLES.get(act, ())
    if not by.roles & {*allowed}:
        needed = " ou ".join(role.label for role in Role if role in allowed) or "Balise elle-même"
        raise Refused(f"« {act.label} » demande le rôle : {needed}. Vous ne l’avez pas.")


def _check_interest(case: Case, act: Act, by: Actor) -> None:
    if case.is_one_of(by.name, by.number, *case.interests) and act not in _ALLOWED_TO_ALL:
        raise Refused(
            "Vous avez déclaré un intérêt dans cette ressource : une autre personne doit s’en charger."
        )


def _impossible(case: Case, act: Act) -> str:
    possible = [state.label for state in TRANSITIONS[act]]
    return (
        f"« {act.label} » n’est pas possible : la ressource est « {case.state.label} ». Il faudrait"
        f" qu’elle soit « {' », « '.join(possible)} »."
    )


def _same(name: str, other: str) -> bool:
    """A forge does not tell cases apart in the names of people."""
    return name.casefold() == other.casefold()


Rule = Callable[[Case, Action, Actor, datetime], None]


def _with_reason(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if not action.reason.strip():
        raise Refused(f"« {action.act.label} » demande un motif : écrivez-le.")


def _with_text(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if not action.text.strip():
        raise Refused("La note est vide : écrivez-la.")


def _opinions(case: Case, action: Action, by: Actor, now: datetime) -> None:
    known = criteria(case.criteria)
    if not action.opinions:
        raise Refused("Aucun avis à enregistrer : choisissez un verdict pour un critère au moins.")
    for name, opinion in action.opinions.items():
        criterion = known.criterion(name)
        if criterion is None:
            raise Refused(
                f"« {name} » n’est pas un critère de la version {known.version}. Critères :"
                f" {', '.join(each.key for each in known.criteria)}."
            )
        if opinion.verdict is not Verdict.FAVORABLE and not opinion.reason.strip():
            raise Refused(
                f"« {criterion.label} » : le verdict « {opinion.verdict.label} » demande un motif."
            )
        if wrong := [each for each in opinion.references if not is_reference(each)]:
            raise Refused(
                f"« {criterion.label} » : la pièce « {wrong[0][:60]} » n’est ni une adresse du Web"
                " (https://…), ni l’empreinte d’un fichier (sha256: et ses 64 chiffres ou lettres)."
            )


def _proposal(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if action.outcome is State.QUALIFIED:
        _favorable(case)
    elif action.outcome is State.REFUSED:
        _listed(case, action)
    else:
        raise Refused("Proposez de qualifier la ressource, ou de la refuser.")


def _favorable(case: Case) -> None:
    known = criteria(case.criteria).criteria
    verdicts = {name: opinion.verdict for name, opinion in case.opinions.items()}
    missing = [
        each.label
        for each in known
        if each.required and verdicts.get(each.key, Verdict.NOT_ASSESSED) is Verdict.NOT_ASSESSED
    ]
    if missing:
        raise Refused(f"Avant de proposer de qualifier, évaluez : {', '.join(missing)}.")
    against = [each.label for each in known if verdicts.get(each.key) is Verdict.UNFAVORABLE]
    if against:
        raise Refused(
            f"Un avis défavorable interdit de qualifier ({', '.join(against)}) : proposez de refuser,"
            " ou revoyez cet avis."
        )


def _listed(case: Case, action: Action) -> None:
    known = criteria(case.criteria)
    reasons = action.refusals or (case.proposal.refusals if case.proposal else ())
    listed = ", ".join(each.key for each in known.refusals)
    if not reasons:
        raise Refused(f"Choisissez un motif de refus de la liste : {listed}.")
    if unknown := [each for each in reasons if known.refusal(each) is None]:
        raise Refused(f"« {unknown[0]} » n’est pas un motif de la liste : {listed}.")
    if not action.reason.strip() and not (case.proposal and case.proposal.reason):
        raise Refused("Un refus demande un motif que son éditeur puisse lire : écrivez-le.")


def _refusal(case: Case, action: Action, by: Actor, now: datetime) -> None:
    _listed(case, action)


def _another(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if case.proposal and case.is_one_of(by.name, by.number, case.proposal.by):
        raise Refused("Vous avez fait cette proposition : une autre personne doit en décider.")


def _is_free(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if case.asked:
        raise Refused(
            f"Une demande attend ({case.asked.act.label}) : qu’elle soit d’abord confirmée ou écartée."
        )


def _agrees(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if case.proposal and case.proposal.outcome is not State.QUALIFIED:
        raise Refused(
            "La proposition est de refuser. Pour qualifier, renvoyez d’abord à l’instruction."
        )
    if action.until and not now < action.until <= end_of(case, now):
        latest = end_of(case, now)
        raise Refused(f"L’échéance doit être à venir, et au plus tard le {latest:%d/%m/%Y}.")


def end_of(case: Case, now: datetime) -> datetime:
    """When a qualification decided now ends, unless its decision says sooner."""
    return now + criteria(case.criteria).valid_for


def end_on(day: date, case: Case, now: datetime) -> datetime:
    """The end of this day; of the last possible one, the hour at which all ends."""
    latest = end_of(case, now)
    return latest if day == latest.date() else datetime.combine(day, END_OF_DAY)


#: Who writes a day means that it is the last one.
END_OF_DAY = time(23, 59, 59, tzinfo=UTC)


def _is_public(case: Case, action: Action, by: Actor, now: datetime) -> None:
    asks_withdrawal = action.act in (Act.ASK_WITHDRAWAL, Act.WITHDRAW)
    allowed = (*PUBLIC, Face.SUSPENDED) if asks_withdrawal else PUBLIC
    if face_at(case, now) not in allowed:
        raise Refused("Cette ressource n’est pas au catalogue : il n’y a rien à en ôter.")


def _confirms(case: Case, action: Action, by: Actor, now: datetime) -> None:
    wanted = CONFIRMS[action.act]
    if case.asked is None or case.asked.act is not wanted:
        raise Refused(f"Il faut deux personnes : que l’une commence par « {wanted.label} ».")
    if case.is_one_of(by.name, by.number, case.asked.by):
        raise Refused("Vous avez fait cette demande : une autre personne doit la confirmer.")


def _is_asked(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if case.asked is None:
        raise Refused("Aucune demande n’attend.")


def _is_over(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if case.face not in PUBLIC or face_at(case, now) is not Face.EXPIRED:
        raise Refused("Cette qualification n’est pas arrivée à son terme.")


def _is_new(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if case.decisions:
        raise Refused("Une décision a déjà été prise ici : celle d’avant Balise n’a plus à entrer.")
    if action.outcome not in (State.QUALIFIED, State.REFUSED) or not action.decided:
        raise Refused("Une décision importée dit son résultat (qualifiée ou refusée) et sa date.")
    if not action.proposer or not action.decider or _same(action.proposer, action.decider):
        raise Refused("Une décision importée nomme deux personnes : qui a proposé, qui a décidé.")
    if action.decided > now:
        raise Refused("Une décision importée ne peut être à venir.")


def _is_examined(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if case.state not in (State.UNDER_REVIEW, State.PROPOSED):
        raise Refused("Aucune instruction n’est en cours.")


def _evidence(case: Case, action: Action, by: Actor, now: datetime) -> None:
    if wrong := evidencejournal.refusal(case, action, now):
        raise Refused(wrong)


#: What each act asks for beyond a right and a state.
RULES: Mapping[Act, tuple[Rule, ...]] = {
    Act.RELEASE: (_is_examined, _with_reason),
    Act.ASSESS: (_opinions,),
    Act.NOTE: (_with_text,),
    Act.PROPOSE: (_proposal,),
    Act.SEND_BACK: (_with_reason,),
    Act.QUALIFY: (_another, _is_free, _agrees),
    Act.REFUSE: (_another, _is_free, _refusal),
    Act.ASK_SUSPENSION: (_is_free, _is_public, _with_reason),
    Act.ASK_WITHDRAWAL: (_is_free, _is_public, _with_reason),
    Act.SUSPEND: (_confirms, _is_public),
    Act.WITHDRAW: (_confirms, _is_public),
    Act.DISMISS: (_is_asked, _with_reason),
    Act.ADD_EVIDENCE: (_evidence,),
    Act.WITHDRAW_EVIDENCE: (_evidence, _with_reason),
    Act.EVIDENCE_NOT_APPLICABLE: (_evidence, _with_reason),
    Act.EXPIRE: (_is_over,),
    Act.IMPORT: (_is_new,),
}

#: Those of them that ask nothing of what is said of the act.
OF_THE_CASE = (
    _another,
    _is_free,
    _agrees,
    _is_public,
    _confirms,
    _is_asked,
    _is_over,
    _is_examined,
)


def _data(case: Case, action: Action, by: Actor, now: datetime, content: str) -> dict[str, object]:
    """What the journal keeps of an action beside the names of who did it and of what it is."""
    said = {**action.said(), "content": content, **({"number": by.number} if by.number else {})}
    if action.act is Act.TAKE:
        said["criteria"] = criteria().version
    elif action.act is Act.QUALIFY:
        said["until"] = (action.until or end_of(case, now)).isoformat()
    elif action.act is Act.IMPORT and action.outcome is State.QUALIFIED and action.decided:
        said.setdefault("until", (action.decided + criteria().valid_for).isoformat())
    elif action.act is Act.REFUSE and case.proposal:
        said.setdefault("refusals", [*case.proposal.refusals])
        said.setdefault("reason", case.proposal.reason)
    elif action.act in CONFIRMS and case.asked:
        said.setdefault("reason", case.asked.reason)
    return said
