"""How long qualifying takes, told by journals."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from metadata.case import BALISE, Act, Action, Actor, Case, Opinion, Role, State, Verdict
from metadata.caseflow import apply
from metadata.criteria import criteria
from metadata.delays import Spread, Step, ages, delays
from metadata.qualification import decide

from .fakes import DAY, NOW

ANNE = Actor(name="anne", roles=frozenset({Role.EXAMINER}))
BASILE = Actor(name="basile", roles=frozenset({Role.DECIDER}))
GOOD = {each.key: Opinion(verdict=Verdict.FAVORABLE) for each in criteria().criteria}

TAKE = (Action(act=Act.TAKE), ANNE)
ASSESS = (Action(act=Act.ASSESS, opinions=GOOD), ANNE)
PROPOSE = (Action(act=Act.PROPOSE, outcome=State.QUALIFIED), ANNE)
QUALIFY = (Action(act=Act.QUALIFY), BASILE)
SEND_BACK = (Action(act=Act.SEND_BACK, reason="À revoir."), BASILE)
RELEASE = (Action(act=Act.RELEASE, reason="Faute de temps."), ANNE)
CHANGE = (Action(act=Act.CONTENT_CHANGED), BALISE)


def told(*steps):
    """The journal of what was done, each thing so many days after the one before."""
    case, now, events = Case(), NOW, []
    for days, (action, by) in steps:
        now += days * DAY
        events.append(decide(case, action, by, now, "contenu"))
        case = apply(case, events[-1])
    return NOW, events


def one(days):
    return Spread(1, days * DAY, days * DAY)


def test_each_step_is_told_from_what_came_before():
    history = told((3, TAKE), (1, ASSESS), (4, PROPOSE), (2, QUALIFY))
    assert delays([history]) == {
        Step.WAIT: one(3),
        Step.EXAMINATION: one(5),
        Step.DECISION: one(2),
        Step.WHOLE: one(10),
    }


def test_what_is_sent_back_is_examined_twice_and_decided_once():
    history = told((1, TAKE), (1, ASSESS), (0, PROPOSE), (2, SEND_BACK), (3, PROPOSE), (1, QUALIFY))
    found = delays([history])
    assert found[Step.EXAMINATION] == Spread(2, 1 * DAY, 3 * DAY)
    assert found[Step.WHOLE] == one(8)


def test_a_new_examination_counts_from_the_change_that_called_for_it():
    first = ((1, TAKE), (0, ASSESS), (0, PROPOSE), (1, QUALIFY))
    again = ((100, CHANGE), (4, TAKE), (1, PROPOSE), (1, QUALIFY))
    found = delays([told(*first, *again)])
    assert found[Step.WHOLE] == Spread(2, 2 * DAY, 6 * DAY)
    assert found[Step.WAIT] == Spread(2, 1 * DAY, 4 * DAY)


def test_an_examination_given_up_does_not_count_as_waiting_for_a_decision():
    first = ((0, TAKE), (0, ASSESS), (0, PROPOSE), (0, QUALIFY))
    again = ((10, TAKE), (10, RELEASE), (100, TAKE), (1, PROPOSE), (1, QUALIFY))
    assert delays([told(*first, *again)])[Step.WHOLE].most == 2 * DAY


def test_what_nobody_did_has_no_delay():
    assert delays([]) == {}
    assert delays([told((2, TAKE))]) == {Step.WAIT: one(2)}


def test_ages_are_told_by_state():
    waiting = [(State.TO_REVIEW, NOW - days * DAY) for days in range(10)]
    found = ages([*waiting, (State.PROPOSED, NOW)], NOW)
    assert found == {State.TO_REVIEW: Spread(10, 4 * DAY, 8 * DAY), State.PROPOSED: one(0)}


@given(st.lists(st.timedeltas(min_value=timedelta(0)), min_size=1, max_size=40))
def test_half_and_nine_in_ten_are_not_exceeded(times):
    beginning = NOW.replace(year=9000)
    times = [min(each, 365 * 3000 * DAY) for each in times]
    spread = ages([(State.TO_REVIEW, beginning - each) for each in times], beginning)[
        State.TO_REVIEW
    ]
    assert sum(each <= spread.half for each in times) * 2 >= len(times)
    assert sum(each <= spread.most for each in times) * 10 >= len(times) * 9
    assert spread.half <= spread.most <= max(times)
