"""Disciplines said of classes where no programme has them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.taught import taught_in
from metadata import words
from metadata.programmes import Misplaced, misplaced, taught
from metadata.record import Classification, Record, Taxon, TaxonPath
from metadata.vocabulary import CONCEPT, SUBJECTS, scolomfr
from metadata.words import disciplines_of, level_words_in

DISCIPLINES = [word.key for word in words.disciplines()]


@pytest.mark.parametrize(
    ("discipline", "levels", "said"),
    [
        ("philosophie", ["college", "3e"], ["3e"]),
        ("philosophie", ["2de"], ["2de"]),
        ("ses", ["lycee", "lycee-pro", "2de-pro"], ["2de-pro"]),
        ("technologie", ["2de", "1re"], ["2de", "1re"]),
        ("technologie", ["elementaire", "cm2"], ["cm2"]),
        ("latin", ["college", "6e"], ["6e"]),
        ("snt", ["terminale"], ["terminale"]),
        ("questionner-le-monde", ["cm1", "cm2"], ["cm1", "cm2"]),
        ("mobiliser-le-langage", ["elementaire"], ["elementaire"]),
        ("pse", ["lycee-gt", "1re", "1re-technologique", "1re-sti2d"], ["1re-sti2d"]),
    ],
)
def test_a_discipline_where_no_programme_has_it_is_noticed(discipline, levels, said):
    assert misplaced([discipline], levels) == (
        Misplaced(discipline, tuple(said), taught()[discipline]),
    )


@pytest.mark.parametrize(
    ("discipline", "levels"),
    [
        ("philosophie", ["terminale"]),
        ("philosophie", ["terminale-stmg", "terminale-technologique", "terminale"]),
        ("philosophie", ["3e", "college", "terminale"]),  # one of them is enough
        ("technologie", ["college"]),
        ("latin", ["5e", "college"]),
        ("ses", ["lycee-gt"]),
        ("nsi", ["1re"]),  # says no way: it may be the general one
        ("francais", ["gs", "terminale"]),  # is taught everywhere: not in the table
        ("philosophie", ["bts"]),  # no programme of ours
        ("philosophie", ["3e", "segpa"]),
        ("philosophie", []),
        ("humeur", ["3e"]),
        ("philosophie", ["humeur"]),
    ],
)
def test_what_may_be_right_is_left_alone(discipline, levels):
    assert misplaced([discipline], levels) == ()


def test_each_discipline_is_judged_apart():
    found = misplaced(["ses", "mathematiques", "snt", "technologie"], ["2de"])
    assert [each.discipline for each in found] == ["technologie"]


def test_a_notice_is_judged_on_the_classes_it_says_or_implies():
    def said(level, subject):
        paths = [(level, "022"), (subject, "015")]
        return Record(
            classifications=tuple(
                Classification(
                    taxon_paths=(TaxonPath(taxa=(Taxon(f"{CONCEPT}scolomfr-voc-{v}-num-{n}"),)),)
                )
                for n, v in paths
            )
        )

    def judged(record):
        found = taught_in(record)
        return [each.discipline for each in misplaced(found.disciplines, found.levels)]

    economics = "6272"  # sciences économiques et sociales
    assert judged(said("027", economics)) == ["ses"]  # 2de professionnelle
    assert judged(said("621", economics)) == ["ses"]  # cycle 4
    assert judged(said("136", economics)) == []  # 2de
    assert judged(said("142", economics)) == []  # lycée général et technologique


@pytest.mark.parametrize("discipline", taught())
def test_the_table_speaks_of_disciplines_and_levels_that_exist(discipline):
    assert words.word("discipline", discipline)
    assert taught()[discipline]
    for level in taught()[discipline]:
        assert words.word("level", level)
        assert misplaced([discipline], [level]) == ()


def test_the_table_agrees_with_what_the_subjects_of_scolomfr_say_of_their_classes():
    """« fonctions (mathématiques 2de GT) »: the ministry's own labels name a class."""
    judged = 0
    for concept in scolomfr().members(SUBJECTS):
        named = re.search(r"\(([^()]+)\)$", concept.label)
        said = level_words_in(named[1]) if named and "Cap-Vert" not in named[1] else ()
        levels = [word.key for word in said if word.kind == "level"]
        known = [each for each in disciplines_of(concept.uri) if each in taught()]
        judged += bool(levels and known)
        assert misplaced(known, levels) == (), concept.label
    assert judged > 500


#: Classes that hold no other.
PRECISE = ["gs", "cp", "cm2", "6e", "5e", "3e", "2de", "1re-stmg", "terminale-generale", "cap-1"]


@given(
    st.lists(st.sampled_from(DISCIPLINES) | st.text()),
    st.lists(st.sampled_from(PRECISE), min_size=1, unique=True),
    st.sampled_from(PRECISE),
)
@settings(max_examples=100)
def test_a_class_more_never_makes_a_discipline_less_plausible(disciplines, levels, another):
    wrong = misplaced(disciplines, levels)
    still = misplaced(disciplines, list(dict.fromkeys([*levels, another])))
    assert {each.discipline for each in still} <= {each.discipline for each in wrong}
