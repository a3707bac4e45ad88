"""That searches find what teachers mean, over queries judged by hand (benchmarks/relevance)."""

import pytest

from benchmarks.relevance import GRADES, KINDS, Catalogue, judged, report
from tests.corpus import shared


@pytest.fixture(scope="module", params=["sample", pytest.param("corpus", marks=pytest.mark.slow)])
def measured(request, tmp_path_factory):
    corpus = shared() if request.param == "corpus" else None
    catalogue = Catalogue(tmp_path_factory.mktemp("relevance"), corpus)
    yield report(catalogue, judged())
    catalogue.store.close()


def test_the_queries_are_many_and_a_quarter_of_each_kind():
    queries = judged()
    assert len(queries) >= 120
    for kind in KINDS:
        assert sum(query.kind == kind for query in queries) == len(queries) / len(KINDS)
    assert len({query.text for query in queries}) == len(queries)


def test_every_query_was_judged_and_what_is_faulty_says_what_it_was_meant_to_be():
    for query in judged():
        assert max(query.grades.values()) == GRADES[0], query.text
        assert (query.kind == "fautes") == (query.clean != query.text), query.text


def test_the_first_answers_are_those_that_were_asked(measured):
    assert measured.ours[""] >= 0.85


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_query_is_left_behind(measured, kind):
    assert measured.ours[kind] >= 0.8
    assert measured.ours[kind] > measured.whoosh[kind]


def test_half_the_gap_between_whoosh_as_documented_and_a_perfect_answer_is_closed(measured):
    assert measured.closed >= 0.5


def test_a_slip_costs_at_most_five_points(measured):
    assert measured.lost <= 0.05
