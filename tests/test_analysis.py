"""French words: what a document and a query must agree on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import LONGEST, PLACE_BITS, normal, weigh, words


def terms(text: str) -> list[str]:
    return [word.term for word in words(normal(text)) if not word.stop]


def said(text: str, weight: int = 1) -> set[str]:
    return {spelled.partition(" ")[0] for spelled in weigh([(text, weight)]).weights}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("géométrie", "GEOMETRIE"),
        ("Ge\u0301ome\u0301trie", "géométrie"),  # accents as marks of their own
        ("l’heure", "heure"),
        ("L'heure", "heure"),
        ("qu’une œuvre d’art", "oeuvre art"),
        ("Lætitia", "laetitia"),
        ("jeux", "jeu"),
        ("journaux", "journal"),
        ("travaux", "travail"),
        ("lieux", "lieu"),
        ("bateaux", "bateau"),
        ("élèves", "élève"),
        ("évaluations", "évaluation"),
        ("maths", "mathématiques"),
        ("6e", "sixième"),
        ("6ème", "6e"),
        ("6ᵉ", "6e"),
        ("3ième", "troisième"),
        ("1re", "première"),
        ("1ère", "1er"),
        ("2nde", "seconde"),
        ("2de", "seconde"),
        ("Tle", "terminale"),
        ("XIXe siècle", "19e siècle"),
        ("S.V.T.", "SVT"),
        ("histoire-géo", "histoire géographie"),
        ("philo", "philosophie"),
        ("exos", "exercices"),
        ("lire", "lecture"),
        ("coder", "programmation"),
    ],
)
def test_two_spellings_are_one_word(written, meant):
    assert terms(written) == terms(meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cours", "course"),
        ("fraction", "fracture"),
        ("c", "c++"),
        ("c++", "c#"),
        ("6e", "5e"),
        ("cm1", "cm2"),
        ("musée", "musique"),
        ("COD", "coder"),
        ("TPS", "TP"),
    ],
)
def test_two_words_stay_two(one, other):
    assert terms(one) != terms(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1914-1918", ["1914", "1918"]),
        ("COVID-19", ["covid", "19"]),
        ("le langage c++ et le C#", ["langag", "c++", "c#"]),
        ("3e", ["3e"]),
        ("à la maison", ["maison"]),
        ("ses élèves", ["ses", "elev"]),  # SES is a discipline
        ("l'été, le son, un vers", ["ete", "son", "ver"]),
        ("fin.Début", ["fin", "debut"]),
        ("vitamine C.", ["vitamin", "c"]),
        ("", []),
        ("… !? «»", []),
    ],
)
def test_a_text_is_cut_into_words(text, expected):
    assert terms(text) == expected


def test_a_word_knows_where_it_stands_and_how_it_was_written():
    text = "L’œuvre aujourd’hui"
    assert [(word.written, text[word.start : word.end]) for word in words(text)] == [
        ("l’", "L"),
        ("œuvre", "œuvre"),
        ("aujourd", "aujourd"),
        ("hui", "hui"),
    ]


@pytest.mark.parametrize(
    ("document", "query"),
    [
        ("Enseignement moral et civique", "EMC"),
        ("Sciences de la vie et de la Terre", "SVT"),
        ("Éducation physique et sportive", "EPS"),
        ("numérique et sciences informatiques", "NSI"),
        ("Petite section", "ps"),
        ("cours moyen première année", "CM1"),
        ("Les tremblements de terre", "séisme"),
    ],
)
def test_an_expression_is_found_by_its_initials_and_by_its_words(document, query):
    assert {*terms(query)} <= said(document)
    assert {*terms(document)} <= said(document)


def test_a_title_counts_three_times_and_keywords_twice():
    weights = weigh([("Fractions", 3), ("fractions", 2), ("des fractions", 1)]).weights
    assert weights == {"fraction fractions": 6}


def test_stop_words_count_in_a_title_only():
    assert weigh([("Lui et elle", 3)]).weights == {"lui lui": 3, "et et": 3, "elle elle": 3}
    assert weigh([("lui et elle", 1)]).weights == {}


def test_words_of_two_parts_never_stand_side_by_side():
    places = weigh([("lecture", 3), ("compréhension", 1)]).places
    first, second = (place for found in places.values() for place in found)
    assert second - first > 10


def test_an_endless_text_is_read_so_far_and_no_further():
    places = weigh([("mot " * (2 * LONGEST), 1), ("fin", 1)]).places
    assert max(places["mot mot"]) < 1 << PLACE_BITS
    assert "fin fin" not in places


@given(st.text())
def test_any_text_gives_terms_that_the_index_can_hold(text):
    weighed = weigh([(text, 3)])
    assert weighed.weights.keys() == weighed.places.keys()
    for spelled in weighed.weights:
        assert spelled.encode().count(b" ") == 1
        assert not spelled.startswith(" ")


@given(st.text(alphabet="aàâbcdeéèêlnouûœstxLD’' -", max_size=40))
def test_capitals_and_accents_never_matter(text):
    assert terms(text.upper()) == terms(text.lower())


@given(st.text(max_size=60))
def test_the_words_of_a_query_are_those_of_the_document(text):
    assert {*terms(text)} <= said(text)
