"""The remedies of a commun.yml that are certain: what is proposed, and what never is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata import commun
from metadata.errors import ParseError
from metadata.keys.reader import texts_of
from metadata.record import RawRecord

HEAD = "titre: Fractions\ndescription: Des exercices.\n"


def parse(payload, part=""):
    return commun.parse(RawRecord(identifier="1", format="commun", payload=payload, part=part))


def fixed(lines):
    """What becomes of lines, with all that can be mended in them."""
    payload = (HEAD + lines + "\n").encode()
    return (
        commun.mended(payload, commun.fixes(payload)).decode().removeprefix(HEAD).removesuffix("\n")
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("niveau: CM1", "niveaux: CM1"),
        ("Durée : 20 min   # à peu près", "duree : 20 min   # à peu près"),
        ('"tags": [a, b]', "mots-cles: [a, b]"),
        ("tags: sel, poivre", "mots-cles: [sel, poivre]"),
        ("niveaux: CM1, terminale S # bac", "niveaux: [CM1, terminale générale] # bac"),
        ("types: exercice et cours # deux", "types: [exercice, cours] # deux"),
        ("langues: |\n  fr\n  en", "langues: [fr, en]"),
        ("discipine: [anglais]", "disciplines: [anglais]"),
        ("discipine: [angalis]", "disciplines: [angalis]"),
        ("disciplines: [angalis, maths]", "disciplines: [anglais, maths]"),
        (
            "niveaux:\n  - terminale S # bac\n  - CM1",
            "niveaux:\n  - terminale générale # bac\n  - CM1",
        ),
        ("niveaux: ['1re ES', \"1ère L\"]", "niveaux: ['1re générale', \"1re générale\"]"),
        ("types: [\n  exercise,\n  cours]", "types: [\n  exercice,\n  cours]"),
        ("accesibilite:\n  rgaa: non évaluée", "accessibilite:\n  rgaa: non évaluée"),
        ("accessibilite:\n  besoin: [dislexie]", "accessibilite:\n  besoins: [dyslexie]"),
        ("resources:\n  - titre: Un\n    niveau: CP", "ressources:\n  - titre: Un\n    niveau: CP"),
        (
            "ressources:\n  - titre: Un\n    niveau: CP",
            "ressources:\n  - titre: Un\n    niveaux: CP",
        ),
        ("auteurs: [Ada <ada@exemple.example>]", "auteurs: [Ada]"),
    ],
)
def test_what_has_one_remedy_is_mended(before, after):
    assert fixed(before) == after


@pytest.mark.parametrize(
    "lines",
    [
        "niveaux: [CM3]",  # CM1, CM2: a digit is never a slip
        "niveaux: du CP au CE2",  # a span
        "niveaux: CM1-CM2",
        "types: cours, leçon",  # the name of one thing
        "lieu: en classe",  # « lien » and « lieux »: the value fits one of them only by chance
        "lieu: en clase",
        "date: 2024",
        "publication: 2024",
        "rgaa: non évaluée",  # belongs under another key
        "niveau: CP\nniveaux: [CE1]",  # two keys of one name could not be read at all
        "niveau: CP\nclasse: CE1\nniveaux: [CE2]",
        "discipine: [anglais]\ndisciplines: [français]",
        "types: [jeux de l’oie]",
        "licence: CC-BY-SB-4.0",  # nobody's licence is guessed
        "licence: libre",
        "auteurs: Ada Exemple, Bob Exemple",
        "lien: exemple.example",
        "duree: 20",
        "disciplines: [maths, physique-chimie]",  # understood: teachers' own words are right
        "resources: plusieurs",
        "accesibilite: bonne",
        "couts: [gratuit, payant]",
    ],
)
def test_what_asks_for_a_choice_is_left_to_people(lines):
    assert fixed(lines) == lines


def test_remedies_of_one_line_come_together():
    payload = (HEAD + "niveau: [terminale S]   # bac\nlangue: fr\n").encode()
    first, second = commun.fixes(payload)
    assert (first.line, first.count) == (3, 1)
    assert first.lines == ("niveaux: [terminale générale]   # bac",)
    assert first.finding.rule == "commun-cle-orthographe"
    assert [finding.rule for finding in first.also] == ["commun-valeur-remplacee"]
    assert (second.line, second.lines) == (4, ("langues: fr",))


def test_what_a_fix_mends_is_what_validation_says():
    payload = (HEAD + "niveau: [terminale S]\ntypes: [exercise]\ntags: a, b\n").encode()
    said = parse(payload).findings
    mended = [finding for fix in commun.fixes(payload) for finding in (fix.finding, *fix.also)]
    assert sorted(map(str, mended)) == sorted(map(str, said))


def test_a_value_that_its_vocabulary_replaced_is_told_and_understood():
    reading = parse((HEAD + "niveaux: [terminale S]\n").encode())
    (finding,) = reading.findings
    assert finding.rule == "commun-valeur-remplacee"
    assert "terminale générale" in finding.remedy
    assert texts_of(reading.record)["niveaux"] == ("terminale générale",)


def test_what_vocabularies_replaced_can_be_mended_alone():
    payload = (HEAD + "niveau: CP\nclasses: terminale S\nressources:\n  - classe: 1re S\n").encode()
    lines = [fix.lines for fix in commun.deprecated(payload)]
    assert lines == [("  - classe: 1re générale",)]
    assert commun.deprecated((HEAD + "niveau: CP\n").encode()) == ()


def test_line_ends_and_the_byte_order_mark_are_kept():
    payload = ("\ufeff" + HEAD + "niveau: CP\nlangues: |\n  fr\n  en\nia: non").replace(
        "\n", "\r\n"
    )
    after = commun.mended(payload.encode(), commun.fixes(payload.encode())).decode()
    assert after == ("\ufeff" + HEAD + "niveaux: CP\nlangues: [fr, en]\nia: non").replace(
        "\n", "\r\n"
    )


def test_a_file_that_cannot_be_read_has_no_fix():
    with pytest.raises(ParseError):
        commun.fixes(b"titre: [A")


LINES = [
    "niveau: [terminale S, CM1]",
    "Disciplines : angalis, maths",
    "discipine: [anglais]",
    "type:\n  - exercise  # un\n\n  - cours",
    "types: cours et jeu",
    "usage: 'en clase entière'",
    "langue: |\n  fr\n  en",
    "tags: [a,\n  b]",
    "Mots-clés: sel, poivre # deux",
    "accesibilite:\n  rgaa: non évaluée",
    "Accessibilité:\n  besoin: [dislexie, malvoyant]\n  declaration: https://a.example/",
    "rgaa: totale",
    "compte: non",
    "inconnue: [1, 2]",
    "# une remarque",
    "",
    "auteur: Ada <ada@exemple.example>; Bob Exemple",
    "resources:\n  - titre: Un\n    classe: 1re S\n  - niveau: CP\n    type: cours, exercise",
    "ressources:\n- title: Un # premier\n- {langue: fr, tags: 'a, b'}",
]


#: What changes how it is written, and nothing of what is read.
SAME = {"commun-cle-orthographe", "commun-liste-sans-crochets", "commun-valeur-remplacee"}


@given(
    lines=st.permutations(LINES).flatmap(lambda lines: st.integers(0, 8).map(lambda n: lines[:n]))
)
@settings(max_examples=100, deadline=None)
def test_once_mended_a_file_says_the_same_and_its_findings_are_gone(lines):
    payload = (HEAD + "\n".join(lines)).encode()
    fixes = commun.fixes(payload)
    after = commun.mended(payload, fixes)
    mended = [each for fix in fixes for each in (fix.finding, *fix.also)]
    parts = ("", *commun.parts(payload))
    left = {(each.rule, each.message) for part in parts for each in parse(after, part).findings}
    assert not left & {(each.rule, each.message) for each in mended}
    corrected = {each.element for each in mended if each.rule not in SAME}
    for part in parts:
        before, now = (texts_of(parse(each, part).record) for each in (payload, after))
        same = before.keys() - corrected
        assert {key: now[key] for key in same} == {key: before[key] for key in same}
    kept = [line for line in payload.decode().splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in kept] == [
        line.partition("#")[2] for line in after.decode().splitlines() if "#" in line
    ]
