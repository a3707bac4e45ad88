"""YAML from strangers: what is read, what is refused, and how a beginner is told why."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.errors import ParseError
from metadata.strangers.safeyaml import MAX_BYTES, Mapping, Scalar, Sequence, load
from tests.corpus import corpus_files, shared


def plain(node):
    """The tree without its places."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.value: plain(value) for key, value in node.entries}


def outcome(payload):
    """The tree, or the refusal."""
    try:
        return load(payload if isinstance(payload, bytes) else payload.encode())
    except ParseError as error:
        return error


def refusal(payload):
    error = outcome(payload)
    assert isinstance(error, ParseError)
    return error


@pytest.mark.parametrize(
    "written",
    [
        "6e",
        "no",
        "oui",
        "1_000",
        "0777",
        "190:20:30",
        "2024-02-30",
        "1e3",
        "~",
        "null",
        "1.10",
        "==",
    ],
)
def test_every_value_stays_the_text_that_was_written(written):
    assert plain(load(f"clé: {written}\n".encode())) == {"clé": written}


def test_every_node_knows_its_line_and_column():
    root = load(b"titre: Fractions\nniveaux:\n  - CM1\n  - CM2\nliste: [a, b]\n")
    (title, title_value), (_, levels), (_, flow) = root.entries
    assert (title.line, title.column) == (1, 1)
    assert (title_value.line, title_value.column) == (1, 8)
    assert [(item.line, item.column) for item in levels.items] == [(3, 5), (4, 5)]
    assert [(item.line, item.column) for item in flow.items] == [(5, 9), (5, 12)]


def test_quotes_are_told_from_no_quotes():
    root = load(b'a: null\nb: "null"\n')
    assert [value.plain for _, value in root.entries] == [True, False]


@pytest.mark.parametrize("payload", [b"", b"# rien\n", b"---\n# rien\n", b"\xef\xbb\xbf"])
def test_a_file_without_content_is_an_empty_mapping_or_text(payload):
    assert plain(load(payload)) in ({}, "")


def test_a_utf8_mark_and_windows_line_ends_are_no_fault():
    assert plain(load("\ufefftitre: été\r\nlien: x\r\n".encode())) == {"titre": "été", "lien": "x"}


BEGINNERS = {
    "a tab at the beginning of a line": ("a:\n\tb: c\n", 2, 1, "tabulation", "espaces"),
    "a tab after the colon": ("titre:\tFractions\n", 1, 7, "tabulation", "espace"),
    "no space after the colon": ("titre: a\nlien:x\n", 2, 6, "espace après", "« lien: x »"),
    "no space after the first colon": ("titre:Jeu\nlien: x\n", 1, 7, "espace après", "titre: Jeu"),
    "a no-break space after the colon": ("titre:\u00a0Jeu\na: b\n", 1, 7, "insécable", "ordinaire"),
    "no-break spaces as indent": ("a:\n\u00a0\u00a0b: c\n", 2, 1, "insécable", "ordinaires"),
    "a colon in a title": ("titre: Fractions : le jeu\n", 1, 18, "deux-points", "guillemets"),
    "a colon in a list": ("niveaux: [a, b: c: d]\n", 1, 18, "deux-points", "guillemets"),
    "a colon in French quotes": ("titre: « A : b »\n", 1, 12, "deux-points", "guillemets"),
    "a quote never closed": ('titre: "Jeu\nlien: x\n', 1, 8, "jamais fermé", "guillemet"),
    "an apostrophe inside apostrophes": ("titre: 'L'école'\n", 1, 11, "suit", "guillemets"),
    "quotes inside quotes": ('titre: "Le "grand" jeu"\n', 1, 13, "suit", "guillemets"),
    "a list never closed": ("niveaux: [CM1, CM2\nlien: x\n", 1, 10, "pas fermée", "]"),
    "a list closed twice": ("niveaux: [CM1]]\n", 1, 15, "« ] »", "Supprimez"),
    "a line too far right": ("titre: a\n lien: b\n", 2, 2, "aligné", "espaces"),
    "a line too far left": ("  titre: a\nlien: b\n", 2, 1, "aligné", "espaces"),
    "a line without a key": ("titre: a\nune ligne\nlien: b\n", 2, 1, "clé: valeur", "décalez"),
    "a text on the line of >": ("titre: > Jeu\n", 1, 10, "ligne suivante", "Passez à la ligne"),
    "a star": ("titre: *Jeu*\n", 1, 8, "« * »", "guillemets"),
    "an ampersand": ("titre: &co jeu\n", 1, 8, "« & »", "guillemets"),
    "a lone ampersand": ("titre: & jeu\n", 1, 9, "« & »", "guillemets"),
    "an exclamation mark": ("titre: !jeu\n", 1, 8, "« ! »", "guillemets"),
    "a percent sign": ("titre: %50\n", 1, 8, "« % »", "guillemets"),
    "an at sign": ("titre: @moi\n", 1, 8, "« @ »", "guillemets"),
    "a dash after the colon": ("titre: - Jeu\n", 1, 8, "tiret", "guillemets"),
    "a Windows path in quotes": ('lien: "C:\\Users"\n', 1, 12, "oblique", "Doublez"),
    "a key twice": ("titre: a\ntitre: b\n", 2, 1, "deux fois", "une seule"),
    "a merge key": ("<<: {a: b}\n", 1, 1, "fusion", "Recopiez"),
    "a list as a key": ("? [a, b]\n: c\n", 1, 8, "mot", "clé: valeur"),
    "two documents": ("a: b\n---\nc: d\n", 2, 1, "second document", "Supprimez"),
    "a control character": ("titre: a\nlien: b\x0cc\n", 2, 8, "U+000C", "clavier"),
    "an escaped control character": ('titre: "\\0"\n', 1, 8, "invisible", "Supprimez"),
    "half a surrogate pair": ('titre: "\\ud800"\n', 1, 8, "impossible", "remplacez"),
    "latin-1": ("titre: a\nlien: été\n".encode("latin-1"), 2, 7, "UTF-8", "UTF-8"),
    "utf-16": ("titre: a\n".encode("utf-16"), 1, 1, "UTF-16", "UTF-8"),
}


@pytest.mark.parametrize("mistake", BEGINNERS)
def test_a_beginner_is_told_where_what_and_how_to_mend_it(mistake):
    written, line, column, message, remedy = BEGINNERS[mistake]
    error = refusal(written)
    assert (error.line, error.column) == (line, column)
    assert message in error.message.replace("\u00a0", " ")
    assert remedy in error.remedy.replace("\u00a0", " ")


def test_the_cap_is_64_kilobytes():
    fits = b"# " + b"x" * (MAX_BYTES - 2)
    assert plain(load(fits)) == {}
    assert "64\u00a0ko" in refusal(fits + b"x").message


def test_thirty_levels_are_read_and_one_more_refused():
    assert load(b"[" * 30 + b"]" * 30)
    error = refusal("[" * 31 + "]" * 31)
    assert (error.line, error.column) == (1, 31)


@pytest.mark.parametrize("path", corpus_files("attacks", "yaml_*"), ids=lambda path: path.name)
def test_no_hostile_file_takes_long_or_gets_through_with_more_than_texts(path):
    started = time.monotonic()
    result = outcome(path.read_bytes())
    assert isinstance(result, ParseError) or len(repr(result)) < 40 * MAX_BYTES
    assert time.monotonic() - started < 5


@pytest.mark.slow
def test_the_hostile_files_are_refused_for_what_they_are():
    for name, word in {
        "yaml_alias_bomb.yml": "ancre",
        "yaml_merge_bomb.yml": "ancre",
        "yaml_deep.yml": "emboîtées",
    }.items():
        assert word in refusal(shared(f"attacks/{name}").read_bytes()).message


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern",
    ["[", "{", "- ", "? ", '"', "'", "#", "&a ", "a: ", "[],", "a, ", "- a\n", "%a\n", ": "],
)
def test_sixty_four_kilobytes_of_anything_take_bounded_time(pattern):
    started = time.monotonic()
    for opening in ("", "a: ["):
        outcome(opening + pattern * (65_000 // len(pattern)))
    assert time.monotonic() - started < 20


@given(st.binary(max_size=200) | st.text("ab:- \n\t[]{}'\"#&*!|>%@`?,\\<\u00a0é", max_size=60))
def test_any_bytes_give_a_tree_or_a_refusal_with_its_place(payload):
    result = outcome(payload)
    if isinstance(result, ParseError):
        assert result.line
        assert result.column
        assert result.remedy


TEXTS = st.text("abé6: #-'\"[]{},&*!\n?|>%@\\\u00a0", max_size=12)
VALUES = st.recursive(
    TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_json_which_is_yaml_too_is_read_as_it_was(tree):
    assert plain(load(json.dumps(tree, indent=1).encode())) == tree
