"""What is offered to whoever says what an unknown value means."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata.suggestions import all_of, suggestions


@pytest.mark.parametrize(
    ("text", "vocabulary", "label"),
    [
        ("fiche de prof", "010", "fiche pédagogique"),
        ("Exercices", "010", "exercice"),
        ("maths", "015", "mathématiques (discipline)"),
        ("CM2 / 6ème", "022", "CM2"),
        ("classe entiere", "018", "en classe entière"),
        ("profs", "011", "enseignant"),
        ("géométrie de l’espace", "015", "géométrie dans l'espace"),
    ],
)
def test_the_concept_that_was_meant_is_among_those_offered(text, vocabulary, label):
    offered = [concept.label for concept in suggestions(text, vocabulary)]
    assert label in offered
    assert len(offered) <= 6


def test_what_resembles_nothing_is_offered_nothing():
    assert suggestions("xyzzy", "010") == suggestions("", "010") == ()


@settings(max_examples=60)
@given(st.text(max_size=30), st.sampled_from(["010", "011", "022"]))
def test_only_concepts_that_may_be_chosen_are_offered(text, vocabulary):
    offered = suggestions(text, vocabulary)
    assert {*offered} <= {*all_of(vocabulary)}
    assert len({concept.uri for concept in offered}) == len(offered)


def test_no_concept_withdrawn_may_be_chosen():
    assert not any(concept.retired or concept.collection for concept in all_of("022"))
