"""The rules of qualification: who may do what, when, and what the public sees of it."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from metadata.caseflow import TRANSITIONS, apply, fold, transition
from metadata.criteria import criteria
from metadata.evidencecolumns import digest, texts_of
from metadata.qualification import ROLES, Refused, decide, face_at

from .fakes import DAY, NOW
from .test_evidence import study

ANNE = Actor(name="anne", roles=frozenset({Role.EXAMINER}))
BASILE = Actor(name="basile", roles=frozenset({Role.DECIDER}))
CHLOE = Actor(name="chloé", roles=frozenset({Role.EXAMINER, Role.DECIDER}))
DENIS = Actor(name="denis", roles=frozenset({Role.ADMINISTRATOR}))
HUGO = Actor(name="hugo", roles=frozenset(Role))
ELSA = Actor(name="elsa", roles=frozenset({Role.READER}))
PEOPLE = (ANNE, BASILE, CHLOE, DENIS, ELSA)

#: A favorable opinion on everything.
GOOD = {each.key: Opinion(verdict=Verdict.FAVORABLE) for each in criteria().criteria}
#: A study; nothing is said of the two other strands.
STUDY = study(reference="https://etudes.example/1", dated=NOW.date() - DAY)
#: What each act asks for.
FILLED = {
    Act.ASSIGN: Action(act=Act.ASSIGN, to="anne"),
    Act.ASSESS: Action(act=Act.ASSESS, opinions=GOOD),
    Act.PROPOSE: Action(act=Act.PROPOSE, outcome=State.QUALIFIED),
    Act.REFUSE: Action(act=Act.REFUSE, refusals=("droits",), reason="Aucun droit de copie."),
    Act.NOTE: Action(act=Act.NOTE, text="À revoir."),
    Act.WARN: Action(act=Act.WARN, days=60),
    Act.ADD_EVIDENCE: Action(act=Act.ADD_EVIDENCE, evidence=texts_of(STUDY)),
    Act.WITHDRAW_EVIDENCE: Action(
        act=Act.WITHDRAW_EVIDENCE, evidence={"empreinte": digest(STUDY)}, reason="Rétractée."
    ),
    Act.EVIDENCE_NOT_APPLICABLE: Action(
        act=Act.EVIDENCE_NOT_APPLICABLE, evidence={"volet": "usage"}, reason="On l’imprime."
    ),
    Act.CHECK: Action(act=Act.CHECK, opinions={"rgaa": Opinion(verdict=Verdict.RESERVED)}),
    Act.IMPORT: Action(
        act=Act.IMPORT,
        outcome=State.QUALIFIED,
        decided=NOW - 30 * DAY,
        proposer="fanny",
        decider="gilles",
    ),
}
ON_FEEDS = {
    Act.MAP,
    Act.UNMAP,
    Act.JOIN,
    Act.TELL_APART,
    Act.FORGET_PAIR,
    Act.CONFIRM_DROP,
    Act.ACCEPT_SOURCE,
    Act.REFUSE_SOURCE,
}


def filled(act):
    return FILLED.get(act) or Action(act=act, reason="Parce que.")


@dataclass
class Story:
    """A case, its content, and the time."""

    case: Case = field(default_factory=Case)
    content: str = "a"
    now: object = NOW
    events: list = field(default_factory=list)

    def does(self, by, act, **said):
        event = decide(self.case, replace(filled(act), **said), by, self.now, self.content)
        self.events.append(event)
        self.case = apply(self.case, event)
        return self

    def waits(self, days):
        self.now += timedelta(days=days)
        return self

    def changes(self, content):
        self.content = content
        return self.does(BALISE, Act.CONTENT_CHANGED)


def under_review():
    return Story().does(ANNE, Act.TAKE).does(ANNE, Act.ASSESS)


def proposed(**said):
    return under_review().does(ANNE, Act.PROPOSE, **said)


def qualified():
    return proposed().does(BASILE, Act.QUALIFY)


def asked():
    return qualified().does(HUGO, Act.ASK_SUSPENSION)


def told(story, by, act, **said):
    """What somebody is told who may not do this."""
    before = story.case
    with pytest.raises(Refused) as refused:
        story.does(by, act, **said)
    assert story.case == before
    return str(refused.value)


def test_an_entry_is_qualified_by_two_people_for_two_years():
    story = qualified()
    decision = story.case.decision
    assert (story.case.state, story.case.face) == (State.QUALIFIED, Face.QUALIFIED)
    assert (decision.proposer, decision.by) == ("anne", "basile")
    assert decision.until == NOW + timedelta(days=730)
    assert decision.criteria == criteria().version
    assert decision.content == "a"
    assert decision.opinions["rgaa"].verdict is Verdict.FAVORABLE


def test_who_proposed_does_not_decide_whatever_the_case_of_their_name():
    story = under_review().does(CHLOE, Act.PROPOSE)
    assert "Vous avez fait cette proposition" in told(story, CHLOE, Act.QUALIFY)
    capital = replace(CHLOE, name="CHLOÉ")
    assert "Vous avez fait cette proposition" in told(story, capital, Act.REFUSE)
    assert story.does(BASILE, Act.QUALIFY).case.state is State.QUALIFIED


def test_who_changes_name_on_the_forge_stays_who_they_are():
    chloé = replace(CHLOE, number="42")
    renamed = replace(chloé, name="camille")
    story = under_review().does(chloé, Act.PROPOSE)
    assert "Vous avez fait cette proposition" in told(story, renamed, Act.QUALIFY)
    story.does(BASILE, Act.QUALIFY).does(chloé, Act.ASK_SUSPENSION)
    assert "Vous avez fait cette demande" in told(story, renamed, Act.SUSPEND)
    story.does(chloé, Act.DECLARE_INTEREST)
    assert "intérêt" in told(story, renamed, Act.ASK_WITHDRAWAL)


def test_an_interest_is_that_of_a_person_whatever_they_are_called():
    anne = replace(ANNE, number="7")
    story = Story().does(anne, Act.TAKE).does(anne, Act.ASSESS).does(anne, Act.PROPOSE)
    story.does(replace(anne, name="anna"), Act.DECLARE_INTEREST)
    assert (story.case.state, story.case.opinions) == (State.UNDER_REVIEW, {})
    assert story.case.assignee == ""
    other = proposed().does(replace(ANNE, name="Anne"), Act.DECLARE_INTEREST)
    assert other.case.proposal is None


def test_nobody_passes_for_balise():
    assert "Le compte « balise »" in told(Story(), replace(HUGO, name="Balise"), Act.TAKE)


@pytest.mark.parametrize("act", [act for act in Act if act in ROLES and act not in ON_FEEDS])
def test_an_act_asks_for_its_role_and_says_which(act):
    for who in PEOPLE:
        if not who.roles & {*ROLES[act]}:
            assert "demande le rôle" in told(Story(), who, act)


@pytest.mark.parametrize("act", TRANSITIONS)
def test_an_impossible_act_says_from_which_state_it_is_possible(act):
    who = next((who for who in PEOPLE if who.roles & {*ROLES.get(act, ())}), BALISE)
    for state in State:
        if state not in TRANSITIONS[act]:
            said = told(Story(case=Case(state=state)), who, act)
            assert f"la ressource est « {state.label} »" in said
            assert all(possible.label in said for possible in TRANSITIONS[act])


def test_a_reason_is_mandatory_but_for_favorable():
    story = Story().does(ANNE, Act.TAKE)
    for verdict in Verdict:
        opinions = {"rgaa": Opinion(verdict=verdict)}
        if verdict is Verdict.FAVORABLE:
            story.does(ANNE, Act.ASSESS, opinions=opinions)
        else:
            assert "demande un motif" in told(story, ANNE, Act.ASSESS, opinions=opinions)
    given = {"rgaa": Opinion(verdict=Verdict.RESERVED, reason="Le menu échappe au clavier.")}
    assert story.does(ANNE, Act.ASSESS, opinions=given).case.opinions["rgaa"].by == "anne"


def test_a_criterion_that_the_version_does_not_have_is_named():
    story = Story().does(ANNE, Act.TAKE)
    opinions = {"beaute": Opinion(verdict=Verdict.FAVORABLE)}
    said = told(story, ANNE, Act.ASSESS, opinions=opinions)
    assert "« beaute »" in said
    assert "rgaa" in said


def test_what_is_required_and_not_assessed_is_named_before_a_proposal():
    said = told(Story().does(ANNE, Act.TAKE), ANNE, Act.PROPOSE)
    for each in criteria().criteria:
        assert (each.label in said) == each.required


def test_an_unfavorable_opinion_forbids_to_propose_to_qualify():
    story = under_review()
    against = {"rgpd": Opinion(verdict=Verdict.UNFAVORABLE, reason="Traceurs publicitaires.")}
    story.does(ANNE, Act.ASSESS, opinions=against)
    assert "défavorable" in told(story, ANNE, Act.PROPOSE)


def test_a_refusal_has_a_reason_of_the_list_and_one_to_read():
    story = under_review()
    assert "de la liste" in told(story, ANNE, Act.PROPOSE, outcome=State.REFUSED)
    said = told(story, ANNE, Act.PROPOSE, outcome=State.REFUSED, refusals=("laid",), reason="Non.")
    assert "« laid »" in said
    no_words = {"outcome": State.REFUSED, "refusals": ("droits",)}
    assert "écrivez-le" in told(story, ANNE, Act.PROPOSE, **no_words)
    story.does(ANNE, Act.PROPOSE, **no_words, reason="Aucun droit.")
    story.does(BASILE, Act.REFUSE, refusals=(), reason="")
    decision = story.case.decision
    assert (decision.outcome, decision.refusals) == (State.REFUSED, ("droits",))
    assert decision.reason == "Aucun droit."
    assert story.case.face is Face.NONE


def test_to_qualify_what_was_proposed_to_be_refused_it_is_sent_back_first():
    story = under_review().does(
        ANNE, Act.PROPOSE, outcome=State.REFUSED, refusals=("droits",), reason="Aucun droit."
    )
    assert "renvoyez" in told(story, BASILE, Act.QUALIFY)
    story.does(BASILE, Act.SEND_BACK).does(ANNE, Act.PROPOSE).does(BASILE, Act.QUALIFY)
    assert story.case.state is State.QUALIFIED


@pytest.mark.parametrize(
    ("ask", "confirm", "face"),
    [
        (Act.ASK_SUSPENSION, Act.SUSPEND, Face.SUSPENDED),
        (Act.ASK_WITHDRAWAL, Act.WITHDRAW, Face.WITHDRAWN),
    ],
)
def test_suspension_and_withdrawal_need_two_people(ask, confirm, face):
    story = qualified()
    assert "deux personnes" in told(story, BASILE, confirm)
    story.does(CHLOE, ask)
    assert story.case.face is Face.QUALIFIED
    assert "Vous avez fait cette demande" in told(story, CHLOE, confirm)
    story.does(BASILE, confirm)
    assert (story.case.face, story.case.left_reason) == (face, "Parce que.")


def test_a_request_can_be_dismissed_and_another_does_not_confirm_it():
    story = qualified().does(ANNE, Act.ASK_SUSPENSION)
    assert "deux personnes" in told(story, BASILE, Act.WITHDRAW)
    assert "Une demande attend" in told(story, ANNE, Act.ASK_WITHDRAWAL)
    story.does(BASILE, Act.DISMISS)
    assert "deux personnes" in told(story, BASILE, Act.SUSPEND)


def test_an_interest_excludes_and_what_was_said_with_it_falls():
    story = proposed().does(ANNE, Act.DECLARE_INTEREST, reason="J’en suis l’auteure.")
    assert (story.case.state, story.case.opinions) == (State.UNDER_REVIEW, {})
    assert "intérêt" in told(story, ANNE, Act.ASSESS)
    assert "intérêt" in told(story, replace(ANNE, name="Anne"), Act.PROPOSE)
    story.does(ANNE, Act.NOTE)
    story.does(CHLOE, Act.ASSESS).does(CHLOE, Act.PROPOSE)
    story.does(BASILE, Act.DECLARE_INTEREST)
    assert "intérêt" in told(story, BASILE, Act.QUALIFY)


def test_what_its_feed_changes_is_to_be_examined_again_and_goes_on_being_shown():
    story = qualified().waits(100).changes("b")
    assert (story.case.state, story.case.face) == (State.TO_REEXAMINE, Face.REEXAMINE)
    assert story.case.changed == story.now
    story.does(ANNE, Act.TAKE).does(ANNE, Act.PROPOSE)
    assert story.case.face is Face.REEXAMINE
    story.does(BASILE, Act.QUALIFY)
    assert (story.case.face, story.case.decision.content) == (Face.QUALIFIED, "b")
    assert story.case.decision.until == story.now + timedelta(days=730)


def test_what_comes_back_as_it_was_qualified_is_qualified_again():
    story = qualified().changes("b")
    story.content = "a"
    story.does(BALISE, Act.CONTENT_BACK)
    assert (story.case.state, story.case.face) == (State.QUALIFIED, Face.QUALIFIED)
    assert story.case.changed is None


def test_no_decision_is_taken_on_another_content_than_the_one_proposed():
    story = proposed().changes("b")
    assert story.case.state is State.UNDER_REVIEW
    story.does(ANNE, Act.PROPOSE)
    story.content = "c"
    assert "contenu" in told(story, BASILE, Act.QUALIFY)
    assert "contenu" in told(story, BASILE, Act.SEND_BACK, content="b")


def test_a_decision_ends_at_its_hour_whoever_noted_it():
    story = qualified()
    until = story.case.decision.until
    assert face_at(story.case, until - timedelta(seconds=1)) is Face.QUALIFIED
    assert face_at(story.case, until) is Face.EXPIRED
    assert "n’est pas arrivée à son terme" in told(story, BALISE, Act.EXPIRE)
    story.waits(730).does(BALISE, Act.EXPIRE)
    assert (story.case.state, story.case.face) == (State.EXPIRED, Face.EXPIRED)
    assert "n’est pas au catalogue" in told(story, BASILE, Act.ASK_SUSPENSION)


def test_an_end_may_come_sooner_and_never_later():
    story = proposed()
    assert "échéance" in told(story, BASILE, Act.QUALIFY, until=NOW + timedelta(days=731))
    assert "échéance" in told(story, BASILE, Act.QUALIFY, until=NOW)
    story.does(BASILE, Act.QUALIFY, until=NOW + timedelta(days=90))
    assert story.case.decision.until == NOW + timedelta(days=90)


def test_a_decision_is_renewed_while_it_holds():
    story = qualified().waits(700).does(ANNE, Act.TAKE)
    assert (story.case.state, story.case.face) == (State.UNDER_REVIEW, Face.QUALIFIED)
    story.does(ANNE, Act.RELEASE)
    assert story.case.state is State.QUALIFIED
    story.does(CHLOE, Act.TAKE).does(CHLOE, Act.PROPOSE).does(BASILE, Act.QUALIFY)
    assert story.case.decision.until == story.now + timedelta(days=730)
    assert len(story.case.decisions) == 2


def test_an_instruction_given_up_leaves_things_as_they_were():
    refused = proposed(outcome=State.REFUSED, refusals=("droits",), reason="Aucun droit.").does(
        BASILE, Act.REFUSE
    )
    assert refused.does(ANNE, Act.TAKE).does(ANNE, Act.RELEASE).case.state is State.REFUSED
    assert under_review().does(ANNE, Act.RELEASE).case.state is State.TO_REVIEW


def test_automatic_checks_propose_and_overwrite_nobody():
    story = under_review().does(BALISE, Act.CHECK)
    assert story.case.opinions["rgaa"].verdict is Verdict.FAVORABLE
    assert story.case.suggested["rgaa"].verdict is Verdict.RESERVED
    alone = Story().does(ANNE, Act.TAKE)
    everything = {key: Opinion(verdict=Verdict.FAVORABLE) for key in GOOD}
    alone.does(BALISE, Act.CHECK, opinions=everything)
    assert "évaluez" in told(alone, ANNE, Act.PROPOSE)


@pytest.mark.parametrize("act", ROLES)
def test_balise_decides_nothing_by_itself(act):
    assert "Balise ne décide rien" in told(proposed(), BALISE, act)


def test_a_decision_taken_before_balise_is_marked_and_names_two_people():
    story = Story().does(DENIS, Act.IMPORT)
    decision = story.case.decision
    assert (story.case.face, decision.is_imported) == (Face.QUALIFIED, True)
    assert decision.until == NOW - 30 * DAY + timedelta(days=730)
    assert "deux personnes" in told(Story(), DENIS, Act.IMPORT, decider="Fanny")
    assert "à venir" in told(Story(), DENIS, Act.IMPORT, decided=NOW + DAY)
    assert told(story, DENIS, Act.IMPORT)


def test_a_proof_keeps_who_gave_it_and_when():
    story = Story().does(ANNE, Act.TAKE)
    link = "https://editeur.example/declaration"
    favorable = Opinion(verdict=Verdict.FAVORABLE, references=(link,))
    story.does(ANNE, Act.ASSESS, opinions={"rgaa": favorable}).waits(3)
    more = replace(favorable, references=(link, "sha256:" + "0" * 64))
    story.does(CHLOE, Act.ASSESS, opinions={"rgaa": more})
    proofs = story.case.opinions["rgaa"].proofs
    assert [(proof.by, proof.at) for proof in proofs] == [
        ("anne", NOW),
        ("chloé", NOW + 3 * DAY),
    ]


@pytest.mark.parametrize(
    "reference", ["voir le dossier", "javascript:alert(1)", "abc", "ftp://x/y"]
)
def test_an_opinion_rests_on_a_page_or_on_the_hash_of_a_file(reference):
    story = Story().does(ANNE, Act.TAKE)
    rests = Opinion(verdict=Verdict.FAVORABLE, references=(reference,))
    assert f"« {reference} »" in told(story, ANNE, Act.ASSESS, opinions={"rgaa": rests})


# Whatever people do

ACTS = [act for act in Act if act not in ON_FEEDS]
ATTEMPTS = st.tuples(
    st.integers(0, len(ACTS) - 1),
    st.sampled_from([CHLOE, HUGO, CHLOE, HUGO, *PEOPLE, BALISE]),
    st.sampled_from([State.QUALIFIED, State.REFUSED]),
    st.sampled_from(["", "", "", "", "change", "wait", "year"]),
)
WAITS = {"wait": 10, "year": 365}
CONFIRMED = {Act.SUSPEND: Act.ASK_SUSPENSION, Act.WITHDRAW: Act.ASK_WITHDRAWAL}
BEGINNINGS = (Story, under_review, proposed, qualified, asked)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(BEGINNINGS), st.lists(ATTEMPTS, min_size=5, max_size=40))
def test_no_sequence_of_actions_reaches_what_the_rules_forbid(begun, attempts):
    story = begun()
    for number, by, outcome, meanwhile in attempts:
        if meanwhile == "change":
            story.content += "'"
        story.waits(WAITS.get(meanwhile, 0))
        possible = [act for act in ACTS if transition(story.case.state, act)]
        act = possible[number % len(possible)]
        said = {}
        if act in (Act.PROPOSE, Act.IMPORT):
            said = {"outcome": outcome, "reason": "Voilà.", "refusals": ("droits",)}
        with suppress(Refused):
            story.does(by, act, **said)
    assert fold(story.events) == story.case
    check_history(story)


def check_history(story):
    """Told again, without the rules: who may have done what, and what the public may see."""
    proposer, asked, interested, public, binding, until = None, None, set(), False, None, None
    for event in story.events:
        if event.by != "balise" and event.act not in (Act.DECLARE_INTEREST, Act.NOTE):
            assert event.by not in interested
        match event.act:
            case Act.DECLARE_INTEREST:
                interested.add(event.by)
            case Act.PROPOSE:
                assert "instructeur" in event.roles
                proposer = event.by
            case Act.QUALIFY:
                assert "decideur" in event.roles
                assert proposer not in (None, event.by)
                public, binding, proposer = True, event, None
                until = datetime.fromisoformat(event.data["until"])
            case Act.REFUSE:
                assert proposer not in (None, event.by)
                public, proposer = False, None
            case Act.ASK_SUSPENSION | Act.ASK_WITHDRAWAL:
                asked = event
            case Act.SUSPEND | Act.WITHDRAW:
                assert asked.by != event.by
                assert asked.act is CONFIRMED[event.act]
                public, asked = False, None
            case Act.DISMISS:
                asked = None
            case Act.EXPIRE:
                assert event.at >= until
                public = False
            case Act.IMPORT:
                assert "administrateur" in event.roles
                public, binding = event.data["outcome"] == "qualifiee", event
                until = datetime.fromisoformat(event.data["decided"]) + timedelta(days=730)
    assert (story.case.face in PUBLIC) == public
    if face_at(story.case, story.now) in PUBLIC:
        assert binding is not None
        assert story.now < story.case.decision.until <= story.now + timedelta(days=730)
    assert story.case.state in State
