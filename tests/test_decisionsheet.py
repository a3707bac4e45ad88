"""Decisions taken before Balise, as curators kept them in a table."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.case import State
from metadata.criteria import criteria
from metadata.decisionsheet import COLUMNS, ENTRY, read_csv

HEADER = "Identifiant;Décision;Date;Échéance;Instructeur;Décideur;Motif;Motifs"
GOOD = "atlas.xml;qualifiée;31/03/2025;2027-03-31;Anne Exemple;Basile Exemple;Conforme.;"


def table(*rows, header=HEADER):
    return "\n".join([header, *rows]).encode()


def test_a_row_says_a_decision():
    [row], findings = read_csv(table(GOOD))
    assert findings == ()
    assert (row.line, row.entry) == (2, "atlas.xml")
    action = row.action
    assert action.outcome is State.QUALIFIED
    assert action.decided == datetime(2025, 3, 31, tzinfo=UTC)
    assert action.until == datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert (action.proposer, action.decider) == ("Anne Exemple", "Basile Exemple")
    assert action.reason == "Conforme."


def test_a_refusal_names_reasons_of_the_list_by_key_or_by_label():
    label = criteria().refusal("droits").label
    row = f"atlas.xml;Refus;2025-03-31;;Anne;Basile;;doublon|{label}"
    [told], findings = read_csv(table(row))
    assert findings == ()
    assert told.action.outcome is State.REFUSED
    assert told.action.refusals == ("doublon", "droits")


@pytest.mark.parametrize(
    ("row", "element", "column", "said"),
    [
        (";qualifiée;2025-03-31;;A;B;;", ENTRY, 1, "La case est vide."),
        ("x;peut-être;2025-03-31;;A;B;;", "decision", 2, "n’est pas compris."),
        ("x;qualifiée;mars 2025;;A;B;;", "date", 3, "n’est pas une date."),
        ("x;qualifiée;;;A;B;;", "date", 3, "La case est vide."),
        ("x;qualifiée;2025-03-31;2025-03-30;A;B;;", "echeance", 4, "précède la décision."),
        ("x;refusée;2025-03-31;2026-03-31;A;B;;", "echeance", 4, "n’a pas d’échéance."),
        ("x;qualifiée;2025-03-31;;;B;;", "instructeur", 5, "La case est vide."),
        ("x;refusée;2025-03-31;;A;B;;doublons", "motifs", 8, "n’est pas un motif de la liste."),
    ],
)
def test_a_bad_row_costs_itself_alone_and_says_where_and_what_to_do(row, element, column, said):
    rows, [finding] = read_csv(table(row, GOOD))
    assert [each.entry for each in rows] == ["atlas.xml"]
    assert (finding.element, finding.line, finding.column) == (element, 2, column)
    assert said in finding.message
    assert finding.remedy


def test_the_nearest_reason_is_offered():
    _, [finding] = read_csv(table("x;refusée;2025-03-31;;A;B;;doublons"))
    assert "Vouliez-vous dire «\u00a0doublon\u00a0»" in finding.remedy


def test_a_resource_named_twice_is_said_and_taken_once():
    rows, [finding] = read_csv(table(GOOD, GOOD))
    assert len(rows) == 1
    assert finding.line == 3
    assert "La ligne 2 dit déjà" in finding.message


def test_a_table_without_its_columns_is_said_to_lack_them():
    rows, [finding] = read_csv(b"titre;date\nAtlas;2025-03-31\n")
    assert rows == ()
    assert "identifiant, decision, instructeur, decideur" in finding.message
    assert finding.line == 1


def test_a_column_that_nobody_reads_is_said_with_the_nearest():
    _, [finding] = read_csv(table(f"{GOOD};x", header=f"{HEADER};Decideurs"))
    assert finding.severity == "info"
    assert "«\u00a0decideur\u00a0»" in finding.remedy


@pytest.mark.parametrize("payload", [b"", b"\xff\x81", b"\n\n", b'identifiant\n"', b"\x00" * 50])
def test_what_is_no_table_is_said(payload):
    rows, findings = read_csv(payload)
    assert rows == ()
    assert findings


@given(st.lists(st.lists(st.text(max_size=20), max_size=9), max_size=5))
def test_any_table_is_read_without_a_fault_of_ours(cells):
    rows, findings = read_csv(table(*(";".join(row) for row in cells)))
    assert all(row.entry and row.action.decided for row in rows)
    assert all(finding.message for finding in findings)


def test_each_column_has_its_own_names():
    names = [name for each in COLUMNS for name in (each.key, *each.also)]
    assert len(names) == len(set(names))
