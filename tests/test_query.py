"""Balise's own grammar of queries, and that nothing typed by anybody breaks it."""

import contextlib
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import InvalidQuery
from indexer.query import LONGEST, Kind, parse, without

from .corpus import SHARED


def read(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(("-" if atom.excluded else "") + atom.kind, atom.terms) for atom in parse(text).atoms]


WORD, PHRASE, PREFIX = Kind.WORD, Kind.PHRASE, Kind.PREFIX


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("", []),
        ("les fractions de la classe", [(WORD, ("fraction",)), (WORD, ("class",))]),
        ("fraction fractions FRACTION", [(WORD, ("fraction",))]),
        ("« droits humains »", [(PHRASE, ("droit", "humain"))]),
        ('"droits humains"', [(PHRASE, ("droit", "humain"))]),
        ("“droits humains”", [(PHRASE, ("droit", "humain"))]),
        ('"fraction"', [(PHRASE, ("fraction",))]),
        ('droits "humains', [(WORD, ("droit",)), (WORD, ("humain",))]),
        ("volcan -jeu", [(WORD, ("volcan",)), (f"-{WORD}", ("jeu",))]),
        ('-"droits humains"', [(f"-{PHRASE}", ("droit", "humain"))]),
        ("-porte-monnaie", [(f"-{PHRASE}", ("port", "monnai"))]),
        ("arc-en-ciel", [(WORD, ("arc",)), (WORD, ("ciel",))]),
        ("arc - ciel", [(WORD, ("arc",)), (WORD, ("ciel",))]),
        ("géo*", [(PREFIX, ("geo",))]),
        ("-géo*", [(f"-{PREFIX}", ("geo",))]),
        ("l’écri*", [(PREFIX, ("ecri",))]),
        ("fr*", [(WORD, ("fr",))]),
        ("*frac", [(WORD, ("frac",))]),
        ("f*ctions", [(WORD, ("f",)), (WORD, ("ction",))]),
        ("19*", [(WORD, ("19",))]),
        ("titre:fractions", [(WORD, ("titr",)), (WORD, ("fraction",))]),
        ("fractions~2", [(WORD, ("fraction",)), (WORD, ("2",))]),
        ("[a TO z]", [(WORD, ("to",)), (WORD, ("z",))]),
        ("chat OR chien", [(WORD, ("chat",)), (WORD, ("or",)), (WORD, ("chien",))]),
        ("-le", []),
        ("-", []),
        ("***", []),
    ],
)
def test_a_query_is_read_as_it_looks(text, atoms):
    assert read(text) == atoms


def test_stop_words_are_looked_for_when_nothing_else_is():
    assert read("elle et lui") == [(WORD, ("elle",)), (WORD, ("et",)), (WORD, ("lui",))]
    assert read("elle et lui -jeu") == [(f"-{WORD}", ("jeu",))]


def test_a_phrase_remembers_how_far_apart_its_words_are():
    (atom,) = parse("« guerre de cent ans »").atoms
    assert (atom.terms, atom.places) == (("guerr", "cent", "an"), (0, 2, 3))


def test_an_expression_is_taken_with_its_synonyms():
    (atom, other) = parse("enseignement moral et civique 6e").atoms
    assert (atom.kind, atom.shared, other.terms) == (Kind.EXPRESSION, "emc", ("6e",))


def test_what_was_said_can_be_shown_again():
    parsed = parse("les “œuvres  complètes” -l’été frac*")
    said = [parsed.said(atom) for atom in parsed.atoms]
    assert said == ["“œuvres  complètes”", "-l’été", "frac*"]


def test_words_can_be_taken_out_without_moving_the_others():
    parsed = parse("fractions cm1 jeux")
    left = without(parsed, [(10, 13)])
    assert left.atoms == (parsed.atoms[0], parsed.atoms[2])


@pytest.mark.parametrize("text", ["a" * (LONGEST + 1), " ".join(f"mot{n}" for n in range(17))])
def test_what_is_too_long_is_refused_in_french(text):
    with pytest.raises(InvalidQuery, match=r"La recherche .* au plus"):
        parse(text)


def test_a_sentence_is_not_too_long_because_of_its_small_words():
    parse(
        "je cherche une activité pour travailler les fractions avec des élèves de la classe "
        "de cm1 en autonomie ou à la maison"
    )


def test_letters_that_take_more_room_once_composed_are_no_fault():
    parsed = parse("ﬃ" * LONGEST)
    assert without(parsed, []) == parsed


def hostile() -> list[str]:
    """The kinds that held other engines for a minute, and those of the corpus when it is there."""
    listed = SHARED / "attacks" / "hostile_queries.txt"
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    kinds = [
        '"',
        "[a TO ",
        "(",
        "[",
        "-",
        "*",
        "«",
        "a*",
        "?*",
        "b~9 ",
        "^1e400: [",
        "\x00",
        "\ud800",
    ]
    return [*lines, *(kind * 20_000 for kind in kinds), *(kind * 60 for kind in kinds)]


@pytest.mark.parametrize("text", hostile(), ids=lambda text: ascii(text[:12]))
def test_hostile_text_is_read_or_refused_at_once(text):
    began = time.perf_counter()
    with contextlib.suppress(InvalidQuery):
        parse(text)
    assert time.perf_counter() - began < 0.5


@pytest.mark.slow
def test_twenty_thousand_random_texts_are_read_or_refused_at_once():
    chance = random.Random(20)
    pieces = [
        *"abcé019 \t\n-*\"«»“”'’~^:[](){}?!\\/\x00\ud800😀ﷺ",
        "AND ",
        " TO ",
        "le ",
        "emc ",
        "1er",
    ]
    slowest = 0.0
    for number in range(20_000):
        size = LONGEST if number % 50 == 0 else chance.randint(0, 30)
        text = "".join(chance.choices(pieces, k=size))[:LONGEST]
        began = time.perf_counter()
        with contextlib.suppress(InvalidQuery):
            parse(text)
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 0.5


@given(st.text(max_size=LONGEST))
def test_every_atom_stands_where_it_says(text):
    try:
        parsed = parse(text)
    except InvalidQuery:
        return
    for atom in parsed.atoms:
        assert 0 <= atom.start < atom.end <= len(parsed.text)
        assert atom.terms
        assert all(atom.terms)
