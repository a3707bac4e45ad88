"""Evidence in the journal of an entry: what may be added, what it adds up to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metadata.case import Act, Action, Actor, Case, Role
from metadata.caseflow import apply
from metadata.evidencecolumns import digest, texts_of
from metadata.evidenceitem import Strand
from metadata.evidencejournal import gathered, marker_of
from metadata.qualification import Refused, decide

from .fakes import NOW
from .test_evidence import accounts, study

ANNE = Actor(name="anne", roles=frozenset({Role.EXAMINER}))
LATER = NOW.replace(year=NOW.year + 20)


def does(case: Case, act: Act, reason: str = "", **evidence: str) -> Case:
    """The case after a curator's act, as it is kept."""
    action = Action(act=act, reason=reason, evidence=evidence)
    return apply(case, decide(case, action, ANNE, NOW, "a"))


def with_items(*items, case: Case = Case()) -> Case:  # noqa: B008  # frozen
    for item in items:
        case = does(case, Act.ADD_EVIDENCE, **texts_of(item))
    return case


def level(case: Case, strand: Strand, now=NOW) -> int | None:
    return next(each.level for each in marker_of(case, now, "").marks if each.strand is strand)


def test_what_is_added_makes_the_marker():
    dated = NOW.date().replace(year=NOW.year - 1)
    one, two = study(dated=dated), accounts(dated=dated)
    case = with_items(one, two)
    assert [*gathered(case).items.values()] == [one, two]
    assert (level(case, Strand.RESEARCH), level(case, Strand.PRACTICE)) == (2, 2)
    assert level(case, Strand.RESEARCH, LATER) == 0
    assert case.state is Case().state


def test_the_same_item_twice_is_refused():
    one = study(dated=NOW.date())
    with pytest.raises(Refused, match="déjà"):
        with_items(one, one)
    assert len(gathered(with_items(one, replace(one, size=201))).items) == 2


def test_a_wrong_item_is_refused_with_the_remedy():
    said = texts_of(study(dated=NOW.date())) | {"reference": "voir le site"}
    with pytest.raises(Refused, match=r"ni une adresse du Web.*Copiez l’adresse"):
        does(Case(), Act.ADD_EVIDENCE, **said)


def test_an_item_of_the_future_is_refused():
    with pytest.raises(Refused, match="à venir"):
        with_items(study(dated=LATER.date()))


def test_an_item_is_withdrawn_with_a_reason_and_stays_in_the_journal():
    one = study(dated=NOW.date())
    case = with_items(one)
    with pytest.raises(Refused, match="motif"):
        does(case, Act.WITHDRAW_EVIDENCE, empreinte=digest(one))
    case = does(case, Act.WITHDRAW_EVIDENCE, "Étude rétractée.", empreinte=digest(one))
    assert level(case, Strand.RESEARCH) == 0
    assert len(case.evidence) == 2
    with pytest.raises(Refused, match="n’est pas au dossier"):
        does(case, Act.WITHDRAW_EVIDENCE, "Encore.", empreinte=digest(one))
    assert level(with_items(one, case=case), Strand.RESEARCH) == 2


def test_a_strand_is_not_applicable_until_something_comes():
    case = does(Case(), Act.EVIDENCE_NOT_APPLICABLE, "On l’imprime.", volet="usage")
    assert level(case, Strand.USAGE) is None
    assert level(case, Strand.PRACTICE) == 0
    assert marker_of(case, NOW, "").marks[1].why == "On l’imprime."
    case = does(case, Act.EVIDENCE_NOT_APPLICABLE, "Rien.", volet="pratique")
    assert level(with_items(accounts(dated=NOW.date()), case=case), Strand.PRACTICE) == 2


@pytest.mark.parametrize(
    ("volet", "reason", "said"),
    [("usage", "", "motif"), ("ouï-dire", "x", "volet"), ("recherche", "x", "retirez-les")],
)
def test_a_strand_is_not_applicable_for_a_reason_and_when_it_is_empty(volet, reason, said):
    case = with_items(study(dated=NOW.date()))
    with pytest.raises(Refused, match=said):
        does(case, Act.EVIDENCE_NOT_APPLICABLE, reason, volet=volet)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.EXAMINER])
def test_only_examiners_bring_evidence(role):
    action = Action(act=Act.ADD_EVIDENCE, evidence=texts_of(study(dated=NOW.date())))
    with pytest.raises(Refused, match="instructeur"):
        decide(Case(), action, Actor(name="x", roles=frozenset({role})), NOW, "a")
