"""What the statistics count in the database: months of change, and words that found nothing."""

from datetime import timedelta

import pytest

from indexer import figures
from indexer.harvest import harvest
from indexer.source import SourceInfo
from indexer.store import SqlStore
from tests.fakes import NOW, ListSource, notice


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    yield store
    store.close()


def noted(store, *searches):
    for words in searches:
        store.figures.note_unanswered(words)
    return dict(store.figures.unanswered(1, 100))


def test_words_are_counted_whatever_their_case_and_spaces(store):
    assert noted(store, "Fractions  CM1", "fractions cm1", " FRACTIONS CM1 ", "volcans") == {
        "fractions cm1": 3,
        "volcans": 1,
    }


def test_only_what_is_asked_often_is_shown_the_most_frequent_first(store):
    noted(store, *["couture"] * 5, *["lutherie"] * 6, *["une fois"] * 4)
    assert store.figures.unanswered(5, 10) == [("lutherie", 6), ("couture", 5)]
    assert store.figures.unanswered(5, 1) == [("lutherie", 6)]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "camille.exemple@ecole.example",
        "https://ecole.example/eleves",
        "06 12 34 56 78",
        "1234567",
        "x" * (figures.LONGEST + 1),
    ],
)
def test_what_may_be_about_somebody_is_not_kept(store, words):
    assert noted(store, words) == {}


@pytest.mark.parametrize("words", ["bac 2026", "14-18", "loi 1905", "\ud800 \0"])
def test_numbers_that_are_not_somebodys_are_kept(store, words):
    assert len(noted(store, words)) == 1


def test_there_is_a_limit_to_the_words_kept_and_the_rare_ones_leave(store, monkeypatch):
    monkeypatch.setattr("indexer.figures.MOST", 3)
    assert noted(store, "a", "a", "b", "c", "d") == {"a": 2, "d": 1}


def test_entries_are_counted_by_the_month_of_their_last_change(store):
    later = NOW + timedelta(days=40)
    harvest(ListSource([notice("1"), notice("2")]), SourceInfo(key="s"), store, now=NOW)
    again = ListSource([notice("1"), notice("2", "Un autre titre")])
    harvest(again, SourceInfo(key="s"), store, now=later)
    assert list(store.figures.changed_by_month().items()) == [("2026-04", 1), ("2026-03", 1)]
