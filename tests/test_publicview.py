"""What the public may know of a qualification, whatever curators do."""

import json
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue_site import explained
from metadata.case import (
    BALISE,
    PUBLIC,
    Act,
    Action,
    Actor,
    Case,
    Face,
    Opinion,
    Role,
    State,
    Verdict,
)
from metadata.caseflow import apply
from metadata.criteria import criteria
from metadata.publicview import history, since
from metadata.qualification import ROLES, Refused, decide, face_at
from tests.fakes import DAY, NOW

SECRET = "ne doit pas se lire"
PEOPLE = (
    *(Actor(name=f"nom-{role}", roles=frozenset({role})) for role in Role),
    Actor(name="nom-autre", roles=frozenset({Role.EXAMINER, Role.DECIDER})),
)
GOOD = {each.key: Opinion(verdict=Verdict.FAVORABLE) for each in criteria().criteria}
SAID = {
    Act.ASSESS: Action(act=Act.ASSESS, opinions=GOOD),
    Act.PROPOSE: Action(act=Act.PROPOSE, outcome=State.QUALIFIED, reason=SECRET),
    Act.QUALIFY: Action(act=Act.QUALIFY, reason="Conforme."),
    Act.REFUSE: Action(act=Act.REFUSE, refusals=("droits",), reason=SECRET),
    Act.ASK_SUSPENSION: Action(act=Act.ASK_SUSPENSION, reason="Une fuite."),
    Act.ASK_WITHDRAWAL: Action(act=Act.ASK_WITHDRAWAL, reason="Une fuite."),
    Act.SUSPEND: Action(act=Act.SUSPEND),
    Act.WITHDRAW: Action(act=Act.WITHDRAW),
    Act.IMPORT: Action(
        act=Act.IMPORT,
        outcome=State.QUALIFIED,
        decided=NOW - 30 * DAY,
        proposer="nom-ancien",
        decider="nom-ancienne",
    ),
}
#: The way to a decision is long: most of what is tried goes along it.
WAY = (Act.TAKE, Act.ASSESS, Act.PROPOSE, Act.QUALIFY, Act.CONTENT_CHANGED, Act.CONTENT_BACK)
ACTS = st.sampled_from(WAY) | st.sampled_from(
    [*(act for act in ROLES if act is not Act.WARN), Act.EXPIRE, Act.CONTENT_CHANGED]
)


@st.composite
def lives(draw):
    """The journal of an entry, the case it makes and the time, after anything that may happen."""
    case, events, now = Case(), [], NOW
    for act in draw(st.lists(ACTS, min_size=4, max_size=30)):
        now += timedelta(days=draw(st.sampled_from([0, 1, 1, 400])))
        action = SAID.get(act) or Action(act=act, reason=SECRET, text=SECRET)
        first = draw(st.integers(0, len(PEOPLE) - 1))
        for by in (*PEOPLE[first:], *PEOPLE[:first], BALISE):
            try:
                event = decide(case, action, by, now, "empreinte")
            except (Refused, KeyError):
                continue
            events.append(event)
            case = apply(case, event)
            break
    return case, events, now + timedelta(days=draw(st.sampled_from([0, 800])))


often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(lives())
@often
def test_the_public_reads_no_name_no_note_and_nothing_that_no_decision_took_up(life):
    case, events, now = life
    told = explained.qualification(case, events, now)
    text = json.dumps(explained.said(told), ensure_ascii=False) if told else ""
    assert SECRET not in text
    assert "nom-" not in text


@given(lives())
@often
def test_what_nobody_may_know_is_not_explained_and_the_rest_is_dated(life):
    case, events, now = life
    told = explained.qualification(case, events, now)
    assert (told is None) is (face_at(case, now) is Face.NONE)
    if told:
        assert told.since is not None
        assert since(case, now) <= now
        assert bool(told.families) <= told.stands


@given(lives())
@often
def test_the_history_ends_on_what_is_shown_and_never_goes_back_in_time(life):
    case, events, now = life
    steps = history(events, now)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    face = face_at(case, now)
    if face is not Face.NONE:
        words = {
            Face.QUALIFIED: ("qualifiée", "contenu revenu"),
            Face.REEXAMINE: ("contenu modifié",),
            Face.SUSPENDED: ("suspendue",),
            Face.WITHDRAWN: ("retirée",),
            Face.EXPIRED: ("qualification arrivée à son terme",),
        }
        assert steps[-1].what.startswith(words[face])
    assert any(step.until for step in steps) or face not in PUBLIC
