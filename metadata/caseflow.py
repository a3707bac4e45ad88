"""What the lines of a journal do to a case: the table of the states, and the effect of each act. Pure.

Who may do what, and when, is in qualification.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from .case import Act, Asked, Case, Decision, Event, Face, State, opinion_of
from .criteria import criteria

#: From which states an act may be done, and the state it leads to; None: the state stays.
#: Acts that are not here are open in every state, and change none.
TRANSITIONS: Mapping[Act, Mapping[State, State]] = {
    Act.TAKE: dict.fromkeys(
        (
            State.TO_REVIEW,
            State.REFUSED,
            State.QUALIFIED,
            State.TO_REEXAMINE,
            State.SUSPENDED,
            State.WITHDRAWN,
            State.EXPIRED,
        ),
        State.UNDER_REVIEW,
    ),
    Act.ASSESS: {State.UNDER_REVIEW: State.UNDER_REVIEW},
    Act.PROPOSE: {State.UNDER_REVIEW: State.PROPOSED},
    Act.SEND_BACK: {State.PROPOSED: State.UNDER_REVIEW},
    Act.QUALIFY: {State.PROPOSED: State.QUALIFIED},
    Act.REFUSE: {State.PROPOSED: State.REFUSED},
    Act.SUSPEND: dict.fromkeys(
        (State.QUALIFIED, State.TO_REEXAMINE, State.UNDER_REVIEW, State.PROPOSED), State.SUSPENDED
    ),
    Act.WITHDRAW: dict.fromkeys(
        (
            State.QUALIFIED,
            State.TO_REEXAMINE,
            State.UNDER_REVIEW,
            State.PROPOSED,
            State.SUSPENDED,
        ),
        State.WITHDRAWN,
    ),
    Act.CONTENT_CHANGED: {
        State.QUALIFIED: State.TO_REEXAMINE,
        State.PROPOSED: State.UNDER_REVIEW,
        State.UNDER_REVIEW: State.UNDER_REVIEW,
    },
    Act.CONTENT_BACK: {
        State.TO_REEXAMINE: State.QUALIFIED,
        State.PROPOSED: State.UNDER_REVIEW,
        State.UNDER_REVIEW: State.UNDER_REVIEW,
    },
    Act.EXPIRE: {
        State.QUALIFIED: State.EXPIRED,
        State.TO_REEXAMINE: State.EXPIRED,
        State.PROPOSED: State.PROPOSED,
        State.UNDER_REVIEW: State.UNDER_REVIEW,
    },
    Act.IMPORT: {State.TO_REVIEW: State.QUALIFIED},  # or REFUSED, as the decision was
}

#: Acts that change what the public sees.
FACES: Mapping[Act, Face] = {
    Act.QUALIFY: Face.QUALIFIED,
    Act.REFUSE: Face.NONE,
    Act.SUSPEND: Face.SUSPENDED,
    Act.WITHDRAW: Face.WITHDRAWN,
    Act.EXPIRE: Face.EXPIRED,
}


def transition(state: State, act: Act) -> State | None:
    """The state that an act leads to; None when it may not be done in this one."""
    if act not in TRANSITIONS:
        return state
    return TRANSITIONS[act].get(state)


def fold(events: Iterable[Event]) -> Case:
    """The case that the lines of a journal add up to."""
    case = Case()
    for event in events:
        case = apply(case, event)
    return case


def apply(case: Case, event: Event) -> Case:
    """The case after an event. Events are facts: none is refused here."""
    act = event.act
    state = transition(case.state, act) or case.state
    case = replace(
        case,
        lines=case.lines + 1,
        since=event.at if state is not case.state else case.since,
        state=state,
        face=FACES.get(act, case.face),
        content=str(event.data.get("content", case.content)),
        people=case.people | {(event.by.casefold(), str(event.data.get("number", "")))},
    )
    effect = EFFECTS.get(act)
    return effect(case, event) if effect else case


def _taken(case: Case, event: Event) -> Case:
    version = str(event.data["criteria"])
    known = criteria(version)
    kept = {key: each for key, each in case.opinions.items() if known.criterion(key)}
    assignee = case.assignee or event.by
    return replace(case, criteria=version, opinions=kept, assignee=assignee, proposal=None)


def _released(case: Case, event: Event) -> Case:
    return replace(case, state=_resting(case), since=event.at, proposal=None, assignee="")


def _resting(case: Case) -> State:
    """Where a case is when nobody examines it: what the public sees says it, but for refusals."""
    if case.face is not Face.NONE:
        return RESTING[case.face]
    return State.REFUSED if case.decision else State.TO_REVIEW


RESTING = {
    Face.QUALIFIED: State.QUALIFIED,
    Face.REEXAMINE: State.TO_REEXAMINE,
    Face.SUSPENDED: State.SUSPENDED,
    Face.WITHDRAWN: State.WITHDRAWN,
    Face.EXPIRED: State.EXPIRED,
}


def _assigned(case: Case, event: Event) -> Case:
    return replace(case, assignee=str(event.data.get("to", "")))


def _assessed(case: Case, event: Event) -> Case:
    given: Mapping[str, Mapping[str, object]] = event.data["opinions"]
    new = {name: opinion_of(said, event, case.opinions.get(name)) for name, said in given.items()}
    return replace(case, opinions={**case.opinions, **new})


def _checked(case: Case, event: Event) -> Case:
    given: Mapping[str, Mapping[str, object]] = event.data.get("opinions", {})
    suggested = {name: opinion_of(said, event, None) for name, said in given.items()}
    return replace(case, suggested=suggested)


def _noted(case: Case, event: Event) -> Case:
    return replace(case, notes=(*case.notes, event))


def _interested(case: Case, event: Event) -> Case:
    """What they said of the entry falls with them."""

    def is_theirs(name: str) -> bool:
        return case.is_one_of(event.by, str(event.data.get("number", "")), name)

    opinions = {key: each for key, each in case.opinions.items() if not is_theirs(each.by)}
    falls = case.proposal is not None and is_theirs(case.proposal.by)
    return replace(
        case,
        interests=case.interests | {event.by},
        assignee="" if is_theirs(case.assignee) else case.assignee,
        opinions=opinions if case.state in (State.UNDER_REVIEW, State.PROPOSED) else case.opinions,
        asked=None if case.asked and is_theirs(case.asked.by) else case.asked,
        proposal=None if falls else case.proposal,
        state=State.UNDER_REVIEW if falls else case.state,
    )


def _proposed(case: Case, event: Event) -> Case:
    data = event.data
    proposal = Decision(
        outcome=State(data["outcome"]),
        by=event.by,
        at=event.at,
        content=data["content"],
        criteria=case.criteria,
        reason=data.get("reason", ""),
        refusals=tuple(data.get("refusals", ())),
        opinions=case.opinions,
    )
    return replace(case, proposal=proposal)


def _sent_back(case: Case, event: Event) -> Case:
    return replace(case, proposal=None)


def _decided(case: Case, event: Event) -> Case:
    data = event.data
    until = data.get("until")
    decision = Decision(
        outcome=case.state,
        by=event.by,
        at=event.at,
        proposer=case.proposal.by if case.proposal else "",
        content=data["content"],
        criteria=case.criteria,
        until=datetime.fromisoformat(until) if until else None,
        reason=data.get("reason", ""),
        refusals=tuple(data.get("refusals", ())),
        opinions=case.opinions,
    )
    return replace(
        case, decisions=(*case.decisions, decision), proposal=None, changed=None, warned=frozenset()
    )


def _imported(case: Case, event: Event) -> Case:
    data = event.data
    state = State(data["outcome"])
    at = datetime.fromisoformat(data["decided"])
    until = data.get("until")
    decision = Decision(
        outcome=state,
        by=data["decider"],
        at=at,
        proposer=data["proposer"],
        content=data["content"],
        until=datetime.fromisoformat(until) if until else None,
        reason=data.get("reason", ""),
        refusals=tuple(data.get("refusals", ())),
        is_imported=True,
    )
    face = Face.QUALIFIED if state is State.QUALIFIED else Face.NONE
    return replace(case, state=state, face=face, decisions=(decision,), since=at)


def _asked(case: Case, event: Event) -> Case:
    asked = Asked(act=event.act, by=event.by, at=event.at, reason=event.data["reason"])
    return replace(case, asked=asked)


def _removed(case: Case, event: Event) -> Case:
    reason = event.data.get("reason", "")
    return replace(case, asked=None, proposal=None, left=event.at, left_reason=reason)


def _dismissed(case: Case, event: Event) -> Case:
    return replace(case, asked=None)


def _changed(case: Case, event: Event) -> Case:
    was_qualified = case.face is Face.QUALIFIED
    return replace(
        case,
        face=Face.REEXAMINE if was_qualified else case.face,
        changed=event.at if was_qualified else case.changed,
        proposal=None,
    )


def _came_back(case: Case, event: Event) -> Case:
    was_changed = case.face is Face.REEXAMINE
    face = Face.QUALIFIED if was_changed else case.face
    return replace(case, face=face, changed=None, proposal=None)


def _warned(case: Case, event: Event) -> Case:
    return replace(case, warned=case.warned | {int(event.data["days"])})


def _expired(case: Case, event: Event) -> Case:
    """It left at its hour, whenever that was noted."""
    ended = case.decision.until if case.decision else event.at
    return replace(case, asked=None, left=ended, left_reason="")


def _evidenced(case: Case, event: Event) -> Case:
    return replace(case, evidence=(*case.evidence, event))


EFFECTS: Mapping[Act, Callable[[Case, Event], Case]] = {
    Act.TAKE: _taken,
    Act.RELEASE: _released,
    Act.ASSIGN: _assigned,
    Act.ASSESS: _assessed,
    Act.CHECK: _checked,
    Act.NOTE: _noted,
    Act.DECLARE_INTEREST: _interested,
    Act.PROPOSE: _proposed,
    Act.SEND_BACK: _sent_back,
    Act.QUALIFY: _decided,
    Act.REFUSE: _decided,
    Act.IMPORT: _imported,
    Act.ASK_SUSPENSION: _asked,
    Act.ASK_WITHDRAWAL: _asked,
    Act.SUSPEND: _removed,
    Act.WITHDRAW: _removed,
    Act.DISMISS: _dismissed,
    Act.CONTENT_CHANGED: _changed,
    Act.CONTENT_BACK: _came_back,
    Act.WARN: _warned,
    Act.EXPIRE: _expired,
    Act.ADD_EVIDENCE: _evidenced,
    Act.WITHDRAW_EVIDENCE: _evidenced,
    Act.EVIDENCE_NOT_APPLICABLE: _evidenced,
}
