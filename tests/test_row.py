"""One row of a CSV: columns named as the keys of commun.yml, several values in one cell."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata import commun, licences, row
from metadata.checks import check
from metadata.errors import ParseError
from metadata.finding import Severity
from metadata.keys.reader import texts_of
from metadata.keys.table import FIELDS
from metadata.record import Identifier, RawRecord


def parse(cells):
    payload = cells if isinstance(cells, bytes) else json.dumps(cells).encode()
    return row.parse(RawRecord(identifier="1", format="row", payload=payload))


ROW = {
    "identifiant": "ark:/12345/f1",
    "titre": "Fractions en boîte",
    "description": "Des exercices sur les fractions.",
    "lien": "https://fractions.example/",
    "niveaux": "CM1; CM2 ;6e",
    "disciplines": "mathématiques",
    "types": "exercice|jeu éducatif",
    "usages": "en classe entière; en autonomie",
    "public": "élève",
    "duree": "20 min",
    "langue": "fr",
    "licence": "CC-BY-SA-4.0",
    "auteurs": "Camille Exemple; Dominique Exemple",
    "editeur": "Éditions Exemple",
    "mots-cles": "partage; fraction",
    "cout": "gratuit",
    "acces": "libre",
    "rgaa": "non évaluée",
}


def test_the_documented_columns_are_read_whole():
    reading = parse(ROW)
    assert reading.findings == ()
    said = texts_of(reading.record)
    assert said["niveaux"] == ("CM1", "CM2", "6e")
    assert said["types"] == ("exercice", "jeu éducatif")
    assert said["mots-cles"] == ("partage", "fraction")
    assert said["auteurs"] == ("Camille Exemple", "Dominique Exemple")
    assert said["accessibilite.rgaa"] == ("non évaluée",)
    assert reading.record.general.identifiers == (Identifier("ark", "ark:/12345/f1"),)
    assert licences.licence_of(reading.record).spdx == "CC-BY-SA-4.0"


@pytest.mark.parametrize("header", ["mots_cles", "Mots-clés", " MOTS CLÉS ", "mot-clé", "tags"])
def test_headers_are_read_whatever_their_case_accents_and_spaces(header):
    reading = parse({"titre": "T", header: "a; b"})
    assert reading.findings == ()
    assert texts_of(reading.record)["mots-cles"] == ("a", "b")


def test_commas_part_the_words_of_vocabularies_but_not_free_texts():
    reading = parse({"titre": "T", "niveaux": "CM1, CM2", "auteurs": "Exemple, Camille"})
    said = texts_of(reading.record)
    assert said["niveaux"] == ("CM1", "CM2")
    assert said["auteurs"] == ("Exemple, Camille",)


def test_two_columns_for_one_thing_add_up():
    reading = parse(
        {"titre": "T", "niveau": "CM1", "cycle": "cycle 4", "ark": "ark:/12345/1", "isbn": ""}
    )
    assert texts_of(reading.record)["niveaux"] == ("CM1", "cycle 4")
    assert len(reading.record.general.identifiers) == 1


def test_the_values_of_a_cell_are_set_apart_as_people_do():
    reading = parse(
        {
            "titre": "T",
            "mots-cles": "fractions, partage",
            "niveaux": "6ème/5ème",
            "types": "exercice et cours",
            "auteurs": "Exemple, Camille; Exemple, Dominique",
        }
    )
    written = texts_of(reading.record)
    assert reading.findings == ()
    assert written["mots-cles"] == ("fractions", "partage")
    assert written["niveaux"] == ("6e", "5e")
    assert written["types"] == ("exercice", "cours")
    assert len(written["auteurs"]) == 2


def test_the_html_of_a_description_is_taken_away_and_not_the_words_about_it():
    cells = {"titre": "La balise <p>", "description": "<p>Un <b>jeu</b> &amp; des dés</p>"}
    general = parse(cells).record.general
    assert general.title[0].value == "La balise <p>"
    assert general.descriptions[0][0].value == "Un jeu & des dés"
    about = parse({"titre": "T", "description": "La balise <p>"}).record.general.descriptions
    assert about[0][0].value == "La balise <p>"


def test_a_fault_is_told_at_the_line_of_its_row():
    payload = json.dumps({"lien": "chez moi", "rien": "x"}).encode()
    raw = RawRecord(identifier="1", format="row", payload=payload, line=12)
    lines = {finding.rule: finding.line for finding in check(row.parse(raw), "lom")}
    assert lines.pop("row-colonne-inconnue") == 1
    assert set(lines.values()) == {12}


def test_an_unknown_column_is_mentioned_with_the_nearest():
    (finding,) = parse({"titre": "T", "nivaux": "CM1"}).findings
    assert (finding.severity, finding.rule) == (Severity.INFO, "row-colonne-inconnue")
    assert "niveaux" in finding.remedy


def test_a_value_that_is_not_understood_is_told_and_the_rest_counts():
    reading = parse({"titre": "T", "types": "exercisse; cours", "duree": "longtemps"})
    assert [finding.rule for finding in reading.findings] == [
        "row-valeur-inconnue",
        "row-valeur-invalide",
    ]
    assert texts_of(reading.record)["types"] == ("exercisse", "cours")


def test_a_row_without_a_title_is_an_error():
    (finding,) = parse({"titre": " ", "lien": "https://a.example"}).findings
    assert (finding.severity, finding.rule) == (Severity.ERROR, "row-titre-absent")


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"titre": null}', b'"titre"', b"{"])
def test_what_is_no_row_is_refused(payload):
    with pytest.raises(ParseError):
        parse(payload)


HEADERS = st.sampled_from([field.key for field in FIELDS]) | st.text(max_size=5)


@pytest.mark.slow
@given(st.dictionaries(HEADERS, st.text(max_size=12), max_size=5))
def test_any_row_of_texts_is_read_and_can_be_written_as_a_commun(cells):
    record = parse(cells).record
    written = commun.dump(record)
    again = commun.parse(RawRecord(identifier="1", format="commun", payload=written)).record
    assert commun.dump(again) == written
