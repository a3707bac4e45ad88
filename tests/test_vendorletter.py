"""What a publisher is written about the qualification of their resource."""

import pytest

from metadata.case import BALISE, Act, Action, Actor, Case, Opinion, Role, State, Verdict
from metadata.caseflow import apply
from metadata.criteria import criteria
from metadata.qualification import decide
from metadata.vendorletter import letter

from .fakes import DAY, NOW

ANNE = Actor(name="anne", roles=frozenset({Role.EXAMINER}))
BASILE = Actor(name="basile", roles=frozenset({Role.DECIDER}))
OPINIONS = {each.key: Opinion(verdict=Verdict.FAVORABLE) for each in criteria().criteria} | {
    "rgpd": Opinion(
        verdict=Verdict.RESERVED,
        reason="Le registre est incomplet",
        references=("https://editeur.example/rgpd",),
    )
}

TAKE = (Action(act=Act.TAKE), ANNE)
ASSESS = (Action(act=Act.ASSESS, opinions=OPINIONS), ANNE)
NOTE = (Action(act=Act.NOTE, text="L’éditeur est lent à répondre."), ANNE)
CHECK = (
    Action(act=Act.CHECK, opinions={"ia": Opinion(verdict=Verdict.RESERVED, reason="À voir.")}),
    BALISE,
)
PROPOSE = (Action(act=Act.PROPOSE, outcome=State.QUALIFIED), ANNE)
QUALIFY = (Action(act=Act.QUALIFY, reason="Conforme"), BASILE)
REFUSAL = Action(
    act=Act.PROPOSE, outcome=State.REFUSED, refusals=("droits",), reason="Aucun droit de copie."
)
REFUSED = (TAKE, ASSESS, (REFUSAL, ANNE), (Action(act=Act.REFUSE), BASILE))
QUALIFIED = (TAKE, ASSESS, NOTE, CHECK, PROPOSE, QUALIFY)
CHANGED = ((Action(act=Act.CONTENT_CHANGED), BALISE),)
WITHDRAWN = (
    (Action(act=Act.ASK_WITHDRAWAL, reason="Le service ferme."), ANNE),
    (Action(act=Act.WITHDRAW), BASILE),
)


def written(*steps, after=0):
    """The letter about what was done, a day between two things, so many days after the last."""
    case, now = Case(), NOW
    for action, by in steps:
        now += DAY
        case = apply(case, decide(case, action, by, now, "contenu"))
    return letter(
        "Atlas", case, now + after * DAY, publisher="Le ministère", address="https://c.example/a"
    )


@pytest.mark.parametrize(
    ("steps", "after", "subject", "said"),
    [
        ((), 0, "qualification en cours", "n’apparaît pas au catalogue"),
        ((TAKE,), 0, "qualification en cours", "Un examen est en cours"),
        (QUALIFIED, 0, "ressource qualifiée", "jusqu’au"),
        (QUALIFIED, 1000, "qualification expirée", "arrivée à son terme"),
        (REFUSED, 0, "qualification refusée", "décidé de ne pas la qualifier"),
        ((*QUALIFIED, *CHANGED), 0, "ressource à réexaminer", "a changé le"),
        ((*QUALIFIED, *WITHDRAWN), 0, "ressource retirée", "Le service ferme."),
    ],
)
def test_a_letter_says_where_its_resource_stands(steps, after, subject, said):
    found = written(*steps, after=after)
    assert found.subject == f"«\u00a0Atlas\u00a0»\u00a0: {subject}"
    assert said in found.body
    assert found.body.startswith(
        "Bonjour,\n\nNous vous écrivons au sujet de votre ressource «\u00a0Atlas\u00a0»\u00a0:\n"
        "https://c.example/a\n"
    )
    assert found.body.endswith("Le ministère\n")


def test_a_decision_comes_with_its_opinions_their_reasons_and_pieces():
    body = written(*QUALIFIED).body
    assert "favorable avec réserve.\n  Le registre est incomplet.\n" in body
    assert "Pièce\u00a0: https://editeur.example/rgpd" in body
    assert "Référence\u00a0: Règlement général sur la protection des données" in body
    assert "Conforme." in body


def test_a_refusal_comes_with_its_listed_reasons_and_its_own():
    body = written(*REFUSED).body
    assert f"- {criteria().refusal('droits').label}\n" in body
    assert "Aucun droit de copie." in body
    assert "examinée de nouveau" in body


@pytest.mark.parametrize("steps", [(TAKE, ASSESS, NOTE), QUALIFIED, (*QUALIFIED, *WITHDRAWN)])
def test_no_letter_tells_a_name_a_note_or_what_no_decision_took_up(steps):
    body = written(*steps).body
    for private in ("anne", "basile", "lent à répondre", "À voir."):
        assert private not in body


def test_opinions_of_an_examination_under_way_stay_inside():
    assert "registre" not in written(TAKE, ASSESS).body
