"""Changing a commun.yml without touching what did not have to change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata import commun
from metadata.errors import ParseError
from metadata.keys.reader import texts_of
from metadata.keys.table import FIELDS
from metadata.keys.values import tidy
from metadata.record import RawRecord
from tests.anyrecord import any_records

NOTICE = """\
# La notice de notre projet
titre: Fractions   # le nom du jeu
description: > # à relire
  Des exercices

  sur les fractions.

# pour qui
niveau:
  - CM1 # surtout
  # et aussi
  - "CM2"
tags: [a,
  b] # deux mots
types: cours, exercice
accessibilite:
  rgaa: non évaluée

  # à faire : la déclaration
duree: 20
  min # environ
logo: inconnu
"""
SEVERAL = """\
titre: Tout
licence: MIT
ressources:
  - titre: 'Un'   # le premier
    niveaux: CE1
  # le second
  -
    titre: Deux
auteurs: [Ada Exemple]
"""


def amended(text, part="", /, **texts):
    given = {key.replace("__", ".").replace("_", "-"): said for key, said in texts.items()}
    return commun.amend(text.encode(), given, part).decode()


def changes(before, after):
    """The lines that went, and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


@pytest.mark.parametrize(
    ("texts", "gone", "come"),
    [
        (
            {"titre": ("Un: deux",)},
            ["titre: Fractions   # le nom du jeu"],
            ['titre: "Un: deux"   # le nom du jeu'],
        ),
        ({"niveaux": ("CM1", "CM2", "6e")}, [], ["  - 6e"]),
        ({"niveaux": ("CM2",)}, ["  - CM1 # surtout"], []),
        ({"mots_cles": ("a", "c", "b")}, ["tags: [a,"], ["tags: [a, c,"]),
        ({"types": ("cours",)}, ["types: cours, exercice"], ["types: cours"]),
        ({"types": ("cours", "jeu")}, ["types: cours, exercice"], ["types: [cours, jeu]"]),
        ({"duree": ("1 h",)}, ["duree: 20", "  min # environ"], ["duree: 1 h # environ"]),
        ({"lien": ("https://a.example/",)}, [], ["lien: https://a.example/"]),
        ({"accessibilite__besoins": ("dyslexie",)}, [], ["  besoins: [dyslexie]"]),
        ({"accessibilite__rgaa": ()}, ["accessibilite:", "  rgaa: non évaluée"], []),
        ({"bot": ("non",)}, [], ["bot: non"]),
        ({"ia": ()}, [], []),
        (
            {"description": ("Court.",)},
            ["description: > # à relire", "  Des exercices", "  sur les fractions."],
            ["description: Court. # à relire"],
        ),
    ],
)
def test_only_what_changes_is_written_anew(texts, gone, come):
    assert changes(NOTICE, amended(NOTICE, **texts)) == (gone, come)


def test_an_item_may_stand_under_its_dash():
    before = "niveaux:\n-\n    CM1\n- CM2\n"
    assert amended(before, niveaux=("CM1", "6e")) == before.replace("CM2", "6e")
    assert commun.texts_of(amended(before, niveaux=("6e", "CM2")).encode())["niveaux"] == (
        "6e",
        "CM2",
    )


def test_a_new_key_stands_where_the_table_puts_it():
    text = amended(NOTICE, lien=("https://a.example/",), public=("élève",))
    assert "  sur les fractions.\nlien: https://a.example/\n\n# pour qui" in text
    assert "types: cours, exercice\npublic: [élève]\naccessibilite:" in text


def test_the_first_key_goes_before_the_others_and_under_the_heading():
    text = amended("# Notice\ndescription: Un jeu.\n", titre=("Jeu",))
    assert text == "# Notice\ntitre: Jeu\ndescription: Un jeu.\n"


def test_a_group_is_made_when_it_is_missing_or_empty_and_goes_with_its_last_key():
    made = "titre: A\naccessibilite:\n  besoins: [dyslexie]\nbot: non\n"
    for before in ("titre: A\nbot: non\n", "titre: A\naccessibilite:\nbot: non\n"):
        assert amended(before, accessibilite__besoins=("dyslexie",)) == made
    assert amended(made, accessibilite__besoins=()) == "titre: A\nbot: non\n"


def test_a_resource_among_several_is_changed_alone():
    after = amended(SEVERAL, "1", titre=("C’est un",), niveaux=("CE1", "CE2"), langues=("fr",))
    gone, come = changes(SEVERAL, after)
    assert gone == ["  - titre: 'Un'   # le premier", "    niveaux: CE1"]
    assert come == [
        "  - titre: 'C’est un'   # le premier",
        "    niveaux: [CE1, CE2]",
        "    langues: [fr]",
    ]
    assert amended(SEVERAL, "2", titre=("2",)) == SEVERAL.replace("Deux", '"2"')
    assert "licence: MIT\nlangues: [fr]\nressources:" in amended(SEVERAL, langues=("fr",))


def test_a_resource_keeps_its_number_when_it_says_nothing_any_more():
    after = amended(SEVERAL, "1", titre=(), niveaux=())
    assert commun.parts(after.encode()) == ("1", "2")
    assert commun.texts_of(after.encode(), "1")["titre"] == ("Tout",)
    assert "  - {niveaux: [CP]}\n" in amended(after, "1", niveaux=("CP",))


def test_what_a_resource_inherits_is_not_repeated():
    assert amended(SEVERAL, "2", licence=("MIT",)) == SEVERAL


def test_braces_stay_braces():
    before = "{titre: A, accessibilite: {rgaa: totale}, langue: fr}\n"
    after = amended(
        before,
        description=("Un texte.\n\nDeux.",),
        accessibilite__besoins=("dyslexie",),
        accessibilite__rgaa=(),
        niveaux=("CP", "CE1"),
        langues=(),
    )
    assert after == (
        '{titre: A, description: "Un texte.\\n\\nDeux.", niveaux: [CP, CE1],'
        " accessibilite: {besoins: [dyslexie]}}\n"
    )


@pytest.mark.parametrize("text", ["", "# à remplir\n", "---\n", "{}\n", "titre:", "\ufeff"])
def test_an_empty_file_is_filled(text):
    after = amended(text, titre=("A",), description=("Un jeu.",), niveaux=("CP",))
    assert commun.texts_of(after.encode()) == {
        "titre": ("A",),
        "description": ("Un jeu.",),
        "niveaux": ("CP",),
    }
    assert after.startswith(text.strip("{}\n"))


def test_a_file_keeps_its_line_ends_and_its_byte_order_mark():
    before = "\ufeff" + NOTICE.replace("\n", "\r\n")
    after = amended(before, ia=("non",), niveaux=("6e",), description=("Un.\n\nDeux.",))
    assert after.startswith("\ufeff# La notice")
    assert after.count("\n") == after.count("\r\n")
    assert "\ufeff" not in after[1:]


@pytest.mark.parametrize("text", ["titre: [A\n", "a: &x b\n", "\ttitre: A\n", "- titre: A\n"])
def test_a_file_that_cannot_be_read_is_not_changed(text):
    with pytest.raises(ParseError) as caught:
        amended(text, titre=("C",))
    assert caught.value.line == 1


@pytest.mark.parametrize("text", ["? titre\n: - A\n  - B\n", "~\n", "null"])
def test_what_cannot_be_changed_safely_is_refused(text):
    with pytest.raises(ParseError, match="sans risque"):
        amended(text, titre=("C",), ia=("non",), niveaux=("CP",))


# --- Whatever is in the file ------------------------------------------------------------------

WORDS = [
    "CM1",
    "6e",
    "cours",
    "un: deux",
    "# dièse",
    "l’été",
    "- tiret",
    "oui",
    "a, b",
    "😀",
    "null",
]
NAMES = {field.key: [field.key, *field.also] for field in FIELDS if "." not in field.key}
BETWEEN = ["", "# une remarque", "   # une autre", "#"]


@st.composite
def entries(draw, key, indent=""):
    """A key and its texts, as somebody might have written them: lines."""
    name = draw(st.sampled_from(NAMES[key]))
    name = draw(st.sampled_from([name, name.capitalize(), f'"{name}"', f"{name} "]))
    word = st.sampled_from(WORDS).map(lambda text: "'" + text + "'")
    comment = draw(st.sampled_from(["", " # dit", "   # là"]))
    form = draw(
        st.sampled_from(["one", "flow", "flows", "dashes", "flush", "block", "none", "under"])
    )
    if form == "one":
        return [f"{indent}{name}: {draw(word)}{comment}"]
    if form == "none":
        return [f"{indent}{name}:{comment}"]
    if form == "under":
        return [f"{indent}{name}:{comment}", f"{indent}   {draw(word)}{comment}"]
    if form == "block":
        sign = draw(st.sampled_from([">", "|", ">-", "|+"]))
        lines = draw(st.lists(st.sampled_from([*WORDS, ""]), max_size=3))
        return [
            f"{indent}{name}: {sign}{comment}",
            f"{indent}  mot",
            *(w and f"{indent}  {w}" for w in lines),
            f"{indent}  fin",
        ]
    words = draw(st.lists(word, min_size=1, max_size=4))
    if form == "flow":
        return [f"{indent}{name}: [{', '.join(words)}]{comment}"]
    if form == "flows":
        return [
            f"{indent}{name}: [{words[0]},{comment}",
            *(f"{indent} {w}," for w in words[1:]),
            f"{indent} ]",
        ]
    gap = draw(st.sampled_from(["", f"\n{indent}      "]))
    dash = f"{indent}- {gap}" if form == "flush" else f"{indent}   - {gap}"
    return [f"{indent}{name}:{comment}", *(f"{dash}{w}{comment}" for w in words)]


@st.composite
def files(draw):
    """The lines of each key of a file, with comments between."""
    keys = draw(st.lists(st.sampled_from([*NAMES]), unique=True, min_size=1, max_size=7))
    return {key: draw(entries(key)) for key in keys}, draw(
        st.lists(st.sampled_from(BETWEEN), min_size=len(keys) + 1, max_size=len(keys) + 1)
    )


any_texts = st.text(max_size=12)
new_texts = st.dictionaries(
    st.sampled_from([field.key for field in FIELDS]),
    st.lists(st.sampled_from(WORDS) | any_texts, max_size=4).map(tuple),
    min_size=1,
    max_size=5,
)


@given(file=files(), texts=new_texts, newline=st.sampled_from(["\n", "\r\n"]), ends=st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_lines_of_other_keys_do_not_change(file, texts, newline, ends):
    written, between = file
    lines = [between[0]]
    for each, comment in zip(written.values(), between[1:], strict=True):
        lines += [*each, comment]
    text = newline.join(lines) + newline * ends
    payload = text.encode()
    after = commun.amend(payload, texts)
    before = commun.texts_of(payload)
    says = commun.texts_of(after)
    assert {key: said for key, said in says.items() if key not in texts} == {
        key: said for key, said in before.items() if key not in texts
    }
    assert commun.amend(after, texts) == after
    at = 0
    for key, own in written.items():
        if key not in texts or before.get(key) == says.get(key):
            at = after.decode().index(newline.join(own), at)


plain_texts = st.text("aé :#-'\"{[]},&*!|>%@`\\", min_size=1, max_size=8).map(tidy).filter(bool)


@given(
    texts=st.dictionaries(
        st.sampled_from([field.key for field in FIELDS]),
        st.lists(plain_texts, max_size=3).map(tuple),
    ),
    part=st.sampled_from(["", "1", "2"]),
)
@settings(max_examples=100, deadline=None)
def test_the_file_says_what_it_was_told_to(texts, part):
    after = commun.amend(SEVERAL.encode(), texts, part)
    says, project = commun.texts_of(after, part), commun.texts_of(after)
    for field in FIELDS:
        if field.key in texts:
            said = texts[field.key] if field.many else texts[field.key][:1]
            assert says.get(field.key, ()) == (said or (project if part else {}).get(field.key, ()))
    assert "# le second" in after.decode()


@given(record=any_records(), before=st.sampled_from(["", NOTICE, "{titre: A}\n"]))
@settings(max_examples=50, deadline=None)
def test_what_another_notice_says_can_be_written_into_a_file(record, before):
    texts = texts_of(record)
    after = commun.amend(before.encode(), texts)
    reading = commun.parse(RawRecord(identifier="1", format="commun", payload=after))
    assert {key: said for key, said in texts_of(reading.record).items() if key in texts} == texts
