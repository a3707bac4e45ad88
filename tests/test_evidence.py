"""The evidence marker: three strands, what earns their levels, what takes them away."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue_site.typography import text
from metadata.evidence import Mark, Marker, marker
from metadata.evidencecolumns import COLUMNS, digest, read, texts_of
from metadata.evidenceitem import Design, Item, Strand
from metadata.evidencerules import Cause, rules

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
RESEARCH, USAGE, PRACTICE = Strand
number = count()


def study(**said):
    """A study that alone is worth level 2."""
    good = {
        "strand": RESEARCH,
        "title": "Les élèves progressent.",
        "reference": f"https://doi.example/{next(number)}",
        "origin": "Laboratoire d’Exemple",
        "dated": date(2025, 6, 1),
        "independent": True,
        "design": Design.QUASI,
        "size": 200,
        "places": 4,
    }
    return Item(**(good | said))


def figures(**said):
    """Figures of use that alone are worth level 3."""
    good = {
        "strand": USAGE,
        "reference": "https://ent.example/chiffres",
        "origin": "ENT d’Exemple",
        "dated": date(2026, 6, 30),
        "begun": date(2025, 9, 1),
        "independent": True,
        "size": 12_000,
        "places": 60,
    }
    return Item(**(good | said))


def accounts(**said):
    """Practice feedback that alone is worth level 2."""
    good = {
        "strand": PRACTICE,
        "title": "Ce que dix-huit professeurs en ont fait.",
        "reference": f"https://academie.example/enquete/{next(number)}",
        "origin": "Académie d’Exemple",
        "dated": date(2026, 3, 1),
        "independent": True,
        "size": 18,
        "places": 6,
    }
    return Item(**(good | said))


def mark(*items, strand=None, now=NOW, version="", declared=None) -> Mark:
    strand = strand or items[0].strand
    found = marker(items, declared or {}, now=now, version=version)
    return next(each for each in found.marks if each.strand is strand)


# --- Levels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "level"),
    [
        ([study(design=Design.OPINION, size=None, places=None)], 1),
        ([study(design=Design.DESCRIPTIVE, size=5000)], 1),
        ([study(size=30)], 1),
        ([study()], 2),
        ([study(size=5000, places=40)], 2),
        ([study(), study()], 3),
        ([study(places=None), study()], 2),
        ([study(), study(design=Design.OPINION)], 2),
        ([figures(size=12, places=None)], 1),
        ([figures(places=None)], 2),
        ([figures(begun=date(2026, 6, 1))], 1),
        ([figures(size=600, dated=date(2026, n, 28)) for n in range(1, 10)], 2),
        ([figures()], 3),
        ([accounts(size=1, places=1)], 1),
        ([accounts(size=5, places=2), accounts(size=5, places=1)], 2),
        ([accounts(size=40, places=10), accounts()], 3),
    ],
)
def test_a_level_is_earned_by_what_the_items_are(items, level):
    assert mark(*items).level == level


def test_a_study_told_twice_is_one_study():
    one = study()
    assert mark(one, replace(one, title="Autrement dit.")).level == 2
    assert "1 référence," in mark(one, replace(one, title="Autrement dit.")).so_far


def test_nothing_gathered_is_told_from_not_enough_and_from_not_applicable():
    nothing = mark(strand=USAGE)
    assert (nothing.level, nothing.word) == (0, "aucune donnée")
    assert nothing.why == "Rien n’a encore été rassemblé."
    old = mark(figures(dated=date(2020, 1, 1), begun=date(2019, 1, 1)))
    assert (old.level, old.word) == (0, "preuves insuffisantes")
    declared = {USAGE: "Un document à imprimer : personne ne le compte."}
    without = mark(strand=USAGE, declared=declared)
    assert (without.level, without.word, without.why) == (None, "non applicable", declared[USAGE])
    assert marker([], {}, now=NOW, version="").is_empty
    assert not marker([], declared, now=NOW, version="").is_empty


def test_what_the_next_level_asks_is_said_with_what_is_gathered():
    second = mark(study())
    assert "350 élèves" in second.higher
    assert second.so_far == "1 référence, 200 élèves, 4 établissements"
    assert mark(figures()).higher == ""


def test_what_weighs_too_little_for_the_next_level_is_not_gathered_towards_it():
    assert mark(study(), study(independent=False)).so_far == gathered(1, 200, 4)
    assert mark(study(), study(places=None)).so_far == gathered(2, 400, 4)


def gathered(references, pupils, places):
    plural = "s" if references > 1 else ""
    return f"{references} référence{plural}, {pupils} élèves, {places} établissements"


# --- Levels lost ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "level", "reason"),
    [
        ([study(dated=date(2017, 1, 1))], 1, "a 8 ans ou plus"),
        ([study(dated=date(2010, 1, 1))], 0, "a 15 ans ou plus"),
        ([study(version="1.9")], 1, "porte sur une autre version de la ressource"),
        ([study(), study(independent=False)], 2, "vient de l’éditeur ou des auteurs"),
        ([figures(independent=None)], 2, "n’est pas dit indépendant de l’éditeur"),
        ([figures(begun=date(2023, 9, 1), dated=date(2024, 9, 1))], 1, "a 2 ans ou plus"),
        ([accounts(dated=date(2023, 9, 1))], 1, "a 3 ans ou plus"),
        ([accounts(independent=False)], 1, "vient de l’éditeur ou des auteurs"),
    ],
)
def test_a_level_is_lost_and_the_reason_is_said(items, level, reason):
    found = mark(*items, version="2.3")
    assert found.level == level
    assert found.lost
    assert reason in {each for lost in found.lost for each in lost.reasons}
    assert reason in {each.reason for item in found.items for each in item.weaknesses}


@pytest.mark.parametrize(
    ("about", "present", "level"),
    [
        ("2.0", "2.9.1", 2),
        ("v2", "2.1", 2),
        ("", "2.1", 2),
        ("2.1", "", 2),
        ("1.9", "2.0", 1),
        ("2024-09", "2026-09", 1),
        ("Printemps", "printemps ", 2),
        ("printemps", "automne", 1),
    ],
)
def test_only_another_major_version_takes_weight_away(about, present, level):
    assert mark(study(version=about), version=present).level == level


def test_the_day_of_the_last_loss_and_of_the_next_are_said():
    old, young = study(dated=date(2017, 3, 31)), study(dated=date(2020, 2, 29))
    found = mark(old, young)
    assert (found.level, found.since, found.until) == (2, date(2025, 3, 31), date(2028, 2, 29))
    [lost] = found.lost
    assert (lost.level, lost.on) == (3, date(2025, 3, 31))
    before = mark(old, young, now=datetime(2025, 3, 30, 23, 59, tzinfo=UTC))
    assert (before.level, before.since, before.until) == (3, date(2020, 2, 29), lost.on)


def test_a_level_lost_regained_and_lost_again_was_last_lost_the_last_time():
    first = figures(begun=date(2018, 9, 1), dated=date(2019, 6, 30))
    second = figures(begun=date(2022, 9, 1), dated=date(2023, 6, 30))
    found = mark(first, second)
    assert (found.level, found.since) == (1, date(2025, 6, 30))
    assert {lost.level: lost.on for lost in found.lost} == dict.fromkeys((2, 3), found.since)


def test_a_level_that_was_never_held_has_no_day_of_loss():
    [lost] = mark(study(), study(independent=False)).lost
    assert (lost.level, lost.on) == (3, None)


def test_an_item_of_the_future_does_not_count_yet():
    assert mark(study(dated=TODAY + timedelta(days=1))).items == ()
    assert mark(study(dated=TODAY)).level == 2


# --- Whatever the items ---------------------------------------------------------------------------

DATES = st.dates(date(2000, 1, 1), date(2026, 11, 23))
REFERENCES = st.sampled_from(["https://a.example/1", "https://a.example/2", "ab" * 32])
WORDS = st.sampled_from(["", "Ce que l’on voit.", "CM2, « mathématiques » ; REP+"])
ITEMS = st.builds(
    Item,
    strand=st.sampled_from(Strand),
    reference=REFERENCES,
    origin=st.sampled_from(["ENT", "Académie"]),
    dated=DATES,
    title=WORDS,
    independent=st.sampled_from([None, True, False]),
    version=st.sampled_from(["", "1.0", "2.1", "3"]),
    design=st.sampled_from([None, *Design]),
    begun=st.none() | DATES,
    size=st.none() | st.integers(1, 20_000),
    places=st.none() | st.integers(1, 200),
    context=WORDS,
)
MANY = st.lists(ITEMS, max_size=8)
VERSIONS = st.sampled_from(["", "1.4", "2"])


def levels(items, now=NOW, version=""):
    return [each.level for each in marker(items, {}, now=now, version=version).marks]


@settings(max_examples=100)
@given(items=MANY, version=VERSIONS, data=st.data())
def test_neither_order_nor_repetition_matters(items, version, data):
    shuffled = data.draw(st.permutations(items + items[:3]))
    assert marker(items, {}, now=NOW, version=version) == marker(
        shuffled, {}, now=NOW, version=version
    )


@settings(max_examples=100)
@given(items=MANY, more=ITEMS, version=VERSIONS)
def test_one_more_item_never_lowers_a_level_and_touches_no_other_strand(items, more, version):
    before, after = levels(items, version=version), levels([*items, more], version=version)
    for strand, old, new in zip(Strand, before, after, strict=True):
        assert new >= old
        assert new == old or strand is more.strand


@settings(max_examples=100)
@given(items=MANY, version=VERSIONS, days=st.integers(0, 9000))
def test_time_alone_only_lowers(items, version, days):
    later = levels(items, NOW + timedelta(days=days), version)
    assert all(new <= old for old, new in zip(levels(items, version=version), later, strict=True))


@settings(max_examples=100)
@given(items=MANY, version=VERSIONS)
def test_a_level_holds_until_the_day_that_is_said_and_no_longer(items, version):
    for rank, each in enumerate(marker(items, {}, now=NOW, version=version).marks):
        if each.until is None:
            assert levels(items, NOW + timedelta(days=365 * 50), version)[rank] == each.level
        else:
            day = datetime(each.until.year, each.until.month, each.until.day, tzinfo=UTC)
            assert levels(items, day - timedelta(seconds=1), version)[rank] == each.level
            assert levels(items, day, version)[rank] < each.level


@settings(max_examples=100)
@given(items=MANY, version=VERSIONS)
def test_independence_said_and_the_same_version_never_lower(items, version):
    best = [replace(item, independent=True, version=version) for item in items]
    before, after = levels(items, version=version), levels(best, version=version)
    assert all(new >= old for old, new in zip(before, after, strict=True))


@settings(max_examples=100)
@given(items=MANY, version=VERSIONS)
def test_whatever_is_said_of_a_level_agrees_with_it(items, version):
    for each in marker(items, {}, now=NOW, version=version).marks:
        assert [lost.level for lost in each.lost] == [
            *range(each.level + 1, each.level + 1 + len(each.lost))
        ]
        assert all(lost.reasons for lost in each.lost)
        assert bool(each.higher) == (each.level < 3)
        assert each.why.endswith(".")


def test_the_three_strands_are_side_by_side_and_nothing_adds_them_up():
    found = marker([study(), figures(), accounts()], {}, now=NOW, version="")
    assert [each.strand for each in found.marks] == [*Strand]
    assert [field.name for field in fields(Marker)] == ["rules", "marks"]
    assert not found.is_empty
    assert not hasattr(found, "level")
    with pytest.raises(TypeError):
        sorted(found.marks)


# --- The rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize("strand", Strand)
def test_every_strand_has_three_levels_and_loses_them_by_each_cause(strand):
    scale = rules().scales[strand]
    assert len(scale.levels) == 3
    assert {loss.cause for loss in scale.losses} == {*Cause}
    for threshold in scale.levels:
        sentence = threshold.sentence
        assert "{" not in sentence
        assert sentence == text(sentence).replace("\u00a0", " ").replace("\u202f", " ")


@settings(max_examples=100)
@given(items=MANY, level=st.integers(1, 3))
def test_what_counts_for_a_level_counts_for_those_below(items, level):
    """Else a level could not be reached by what it asks for."""
    for item in items:
        accepts = [each.accepts(item) for each in rules().scales[item.strand].levels]
        assert accepts == sorted(accepts, reverse=True)


# --- As it is written -----------------------------------------------------------------------------


def written(item):
    """An item that its strand allows to say, and that a reader would take."""
    needed = {"title": item.title or "Oui.", "design": item.design or Design.OPINION}
    if item.strand is USAGE:
        needed = {"design": None, "begun": item.begun or item.dated, "size": item.size or 1}
    elif item.strand is PRACTICE:
        needed |= {"design": None, "size": item.size or 1}
    if item.begun and item.begun > item.dated:
        needed["begun"] = item.dated
    return replace(item, **needed)


@settings(max_examples=100)
@given(ITEMS.map(written))
def test_an_item_written_is_read_as_itself(item):
    said = texts_of(item)
    assert all(isinstance(value, str) for value in said.values())
    assert read(said, TODAY) == (item, [])


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from([each.key for each in COLUMNS]), st.text(max_size=40)))
def test_whatever_is_written_gives_an_item_or_what_is_wrong(said):
    item, wrong = read(said, TODAY)
    assert bool(wrong) == (item is None)
    assert all(each.remedy and each.message for each in wrong)


def test_each_example_of_the_table_is_understood():
    for column in COLUMNS:
        understood = column.read(column.example)
        assert understood.trouble is None
        assert column.read(column.write(understood.values[0])) == understood


def test_a_digest_follows_what_is_said():
    one = study()
    assert digest(one) == digest(replace(one)) != digest(replace(one, size=201))


@pytest.mark.parametrize(
    ("key", "said", "kept"),
    [
        ("reference", "doi: 10.5555/a.b", "https://doi.org/10.5555/a.b"),
        ("reference", "SHA256:" + "AB" * 32, "ab" * 32),
        ("date", "31/03/2026", "2026-03-31"),
        ("date", "mars 2026", "2026-03-01"),
        ("date", "2026", "2026-01-01"),
        ("effectif", "12\u202f400", "12400"),
        ("methode", "Essai contrôlé randomisé", "essai-controle"),
        ("volet", "Statistiques d'usage", "usage"),
    ],
)
def test_what_people_write_is_understood(key, said, kept):
    column = next(each for each in COLUMNS if each.key == key)
    assert [column.write(value) for value in column.read(said).values] == [kept]


@pytest.mark.parametrize(
    ("change", "rule", "element"),
    [
        ({"volet": "ouï-dire"}, "valeur-invalide", "volet"),
        ({"volet": ""}, "absent", "volet"),
        ({"reference": "voir le site"}, "valeur-invalide", "reference"),
        ({"reference": ""}, "absent", "reference"),
        ({"origine": "camille@ecole.example"}, "valeur-invalide", "origine"),
        ({"date": "un jour"}, "valeur-invalide", "date"),
        ({"date": "2026-12-01"}, "a-venir", "date"),
        ({"debut": "2026-01-01"}, "periode", "debut"),
        ({"effectif": "beaucoup"}, "valeur-invalide", "effectif"),
        ({"effectif": "-3"}, "valeur-invalide", "effectif"),
        ({"methode": ""}, "absent", "methode"),
        ({"volet": "pratique"}, "hors-sujet", "methode"),
        ({"intitule": "x" * 500}, "valeur-invalide", "intitule"),
    ],
)
def test_a_fault_is_told_once_in_its_own_place(change, rule, element):
    item, [wrong] = read(texts_of(study()) | change, TODAY)
    assert item is None
    assert (wrong.rule, wrong.element) == (f"preuve-{rule}", element)
    assert wrong.message
    assert wrong.remedy
