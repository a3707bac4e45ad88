"""What the public may know of a qualification: who decided by their role, when, until when, and why.

Names stay in the journal, and so do private notes, opinions that no decision took up, and what was
refused before anything was qualified. Pure; the pages and the JSON say it in their own ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from .case import PUBLIC, Act, Case, Decision, Event, Face, Opinion, Role, State, Verdict
from .caseflow import apply
from .criteria import Criterion, criteria
from .qualification import ROLES, face_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Something that the public saw happen."""

    at: datetime
    what: str  # French
    by: str  # a role, never a name
    reason: str = ""
    until: datetime | None = None
    criteria: str = ""  # the version


def decision_of(case: Case) -> Decision | None:
    """The last decision that qualified the entry: what its badge stands for."""
    qualified = (each for each in reversed(case.decisions) if each.outcome is State.QUALIFIED)
    return next(qualified, None)


def since(case: Case, now: datetime) -> datetime | None:
    """When the entry came to show the face that it has."""
    decision = decision_of(case)
    face = face_at(case, now)
    if face is Face.EXPIRED:
        return decision.until if decision else None
    if face is Face.REEXAMINE:
        return case.changed
    return decision.at if decision and face is Face.QUALIFIED else case.left


def opinions(decision: Decision) -> Iterator[tuple[Criterion, Opinion]]:
    """What was thought of each criterion, in order; nothing of a decision taken before Balise."""
    if not decision.criteria:
        return
    for criterion in criteria(decision.criteria).criteria:
        unsaid = Opinion(verdict=Verdict.NOT_ASSESSED)
        yield criterion, decision.opinions.get(criterion.key, unsaid)


def history(events: Iterable[Event], now: datetime) -> tuple[Step, ...]:
    """What the public saw happen, the oldest first."""
    case, steps = Case(), list[Step]()
    for event in events:
        before, case = case, apply(case, event)
        is_renewed = case.face is Face.QUALIFIED and event.act is Act.QUALIFY
        if event.act is Act.EXPIRE:
            steps = _ended(steps, case)
        elif is_renewed or case.face is not before.face:
            steps.append(_step(event, before, case))
    if case.face in PUBLIC and face_at(case, now) is Face.EXPIRED:
        steps = _ended(steps, case)
    return tuple(steps)


def _ended(steps: list[Step], case: Case) -> list[Step]:
    """A decision ends at its hour, whenever that was noted: nothing was seen to happen after it."""
    decision = decision_of(case)
    if decision is None or decision.until is None:
        return steps
    end = decision.until
    seen = [step for step in steps if step.at <= end]
    return [*seen, Step(at=end, what=WORDS[Act.EXPIRE], by=AUTOMATIC)]


def _step(event: Event, before: Case, after: Case) -> Step:
    is_decision = len(after.decisions) > len(before.decisions) and event.act is not Act.REFUSE
    decision = after.decision if is_decision else None
    is_said = decision or event.act in (Act.SUSPEND, Act.WITHDRAW)
    return Step(
        at=decision.at if decision else event.at,
        what=WORDS[event.act],
        by=role_of(event),
        reason=str(event.data.get("reason", "")) if is_said else "",
        until=decision.until if decision else None,
        criteria=decision.criteria if decision else "",
    )


def role_of(event: Event) -> str:
    """In which role somebody did something: « un décideur du ministère »."""
    if event.act is Act.IMPORT:
        return BEFORE
    allowed = ROLES.get(event.act, ())
    roles = (role for role in Role if role in allowed and role in event.roles)
    return next((f"un {role.label} du ministère" for role in roles), AUTOMATIC)


#: Who opines, and who decides: see qualification.ROLES.
EXAMINER, DECIDER = "un instructeur du ministère", "un décideur du ministère"
AUTOMATIC = "Balise, d’elle-même"
BEFORE = "le ministère, avant Balise"

WORDS: Mapping[Act, str] = {
    Act.QUALIFY: "qualifiée",
    Act.IMPORT: "qualifiée",
    Act.REFUSE: "qualification non renouvelée",
    Act.CONTENT_CHANGED: "contenu modifié par son éditeur\u00a0: à réexaminer",
    Act.CONTENT_BACK: "contenu revenu à ce qui était qualifié",
    Act.SUSPEND: "suspendue",
    Act.WITHDRAW: "retirée",
    Act.EXPIRE: "qualification arrivée à son terme",
}
