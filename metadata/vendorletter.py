"""What the ministry writes to the publisher of a resource about its qualification, ready to be sent. Pure.

Only what binds or is public is told: a decision with its reasons, never a name, a private note, or an
opinion that no decision took up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from .case import Case, Decision, Face, State, Verdict
from .criteria import criteria
from .finding import Finding, Severity
from .publicview import opinions
from .qualification import face_at


class Letter(NamedTuple):
    """Plain text."""

    subject: str
    body: str


def letter(
    title: str,
    case: Case,
    now: datetime,
    *,
    publisher: str = "",
    address: str = "",
    findings: Iterable[Finding] = (),
) -> Letter:
    """What is to be told now of the resource that bears this title, at this address of the catalogue.

    `findings` are what the controls say of the notice as it is now.
    """
    face = face_at(case, now)
    paragraphs = [
        "Bonjour,",
        f"Nous vous écrivons au sujet de votre ressource «\u00a0{title}\u00a0»"
        + (f"\u00a0:\n{address}" if address else "."),
        _where(case, face),
        *_decided(case),
        _to_mend(findings),
        _next(case, face),
        publisher or "L’équipe du catalogue",
    ]
    subject = f"«\u00a0{title}\u00a0»\u00a0: {_subject(case, face)}"
    return Letter(subject, "\n\n".join(filter(None, paragraphs)) + "\n")


def _subject(case: Case, face: Face) -> str:
    if face is Face.NONE:
        decision = case.decision
        is_refused = decision is not None and decision.outcome is State.REFUSED
        return "qualification refusée" if is_refused else "qualification en cours"
    return "qualification expirée" if face is Face.EXPIRED else f"ressource {face.label}"


def _where(case: Case, face: Face) -> str:
    """Where it stands, in a sentence or two."""
    decision, left = case.decision, case.left
    if face is Face.QUALIFIED and decision:
        return f"Elle est qualifiée depuis le {_day(decision.at)}{_until(decision)}."
    if face is Face.REEXAMINE and case.changed:
        return (
            f"Le contenu que donne votre flux a changé le {_day(case.changed)}. Le catalogue montre"
            " encore ce qui avait été qualifié, et le dit\u202f; le contenu nouveau attend d’être examiné."
        )
    if face is Face.EXPIRED and decision and decision.until:
        return f"Sa qualification est arrivée à son terme le {_day(decision.until)}\u00a0: elle n’est plus au catalogue."
    if face in (Face.SUSPENDED, Face.WITHDRAWN) and left:
        said = f"Elle est {face.label} du catalogue depuis le {_day(left)}"
        return f"{said}. Motif\u00a0: {_sentence(case.left_reason)}"
    if decision and decision.outcome is State.REFUSED:
        return f"Le {_day(decision.at)}, il a été décidé de ne pas la qualifier."
    return "Elle n’est pas encore qualifiée\u00a0: elle n’apparaît pas au catalogue."


def _until(decision: Decision) -> str:
    return f", jusqu’au {_day(decision.until)}" if decision.until else ""


def _decided(case: Case) -> Iterator[str]:
    """What the last decision rests on."""
    decision = case.decision
    if decision is None:
        return
    if decision.outcome is State.REFUSED:
        known = criteria(decision.criteria)
        found = ((key, known.refusal(key)) for key in decision.refusals)
        yield "\n".join(f"- {reason.label if reason else key}" for key, reason in found)
    if decision.reason:
        yield _sentence(decision.reason)
    if decision.is_imported:
        yield "Cette décision a été prise avant que le catalogue ne tienne son journal."
        return
    yield f"Avis rendus sur chaque critère (version {decision.criteria})\u00a0:"
    yield "\n".join(_opinions(decision))


def _opinions(decision: Decision) -> Iterator[str]:
    for criterion, opinion in opinions(decision):
        if opinion.verdict is Verdict.NOT_ASSESSED and not opinion.reason:
            continue
        yield f"- {criterion.label}\u00a0: {opinion.verdict.label}."
        if opinion.reason:
            yield f"  {_sentence(opinion.reason)}"
        yield from (f"  Pièce\u00a0: {reference}" for reference in opinion.references)
        if opinion.verdict in (Verdict.RESERVED, Verdict.UNFAVORABLE):
            yield f"  Référence\u00a0: {criterion.reference}, {criterion.address}"


def _to_mend(findings: Iterable[Finding]) -> str:
    """What is to be mended in the notice, the faults of a kind together; what is good to know can wait."""
    lines: dict[str, list[str]] = {}
    for each in findings:
        if each.severity is not Severity.INFO:
            said = f"- {each.message} {each.remedy}".strip()
            lines.setdefault(said, []).extend([str(each.line)] if each.line else [])
    if not lines:
        return ""
    told = (
        f"{said} ({'ligne' if len(where) == 1 else 'lignes'} {', '.join(where)})" if where else said
        for said, where in lines.items()
    )
    return "\n".join(["À corriger dans la notice que donne votre flux\u00a0:", *told])


def _next(case: Case, face: Face) -> str:
    """What they may do now."""
    if case.state in (State.UNDER_REVIEW, State.PROPOSED):
        return "Un examen est en cours\u00a0: nous vous en écrirons l’issue."
    if face is Face.QUALIFIED:
        return (
            "Cette qualification vaut pour ce que décrit votre notice. Si votre flux le change, la"
            " ressource reste visible et sera réexaminée."
        )
    if face is Face.NONE and case.decision is None:
        return "Nous vous écrirons quand elle aura été examinée."
    if face is Face.REEXAMINE:
        return "Vous n’avez rien à faire\u202f; dites-nous seulement ce qui a changé, si la notice ne le dit pas."
    return (
        "Quand la ressource ou sa notice auront changé, répondez à cette lettre\u00a0: elle pourra être"
        " examinée de nouveau."
    )


def _sentence(text: str) -> str:
    """A reason as somebody typed it, ended by a full stop."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y}"
