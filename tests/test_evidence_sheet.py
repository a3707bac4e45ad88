"""Evidence brought by a CSV: what spreadsheets write, one item per row."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata.evidencecolumns import COLUMNS, texts_of
from metadata.evidenceitem import Item, Strand
from metadata.evidencerules import rules
from metadata.evidencesheet import ENTRY, read_csv
from metadata.strangers.safecsv import MAX_ROWS

TODAY = date(2026, 11, 23)
HEADER = "ressource;volet;reference;origine;independant;date;debut;effectif\n"
ROW = "{};usage;https://ent.example/x;ENT d’Exemple;oui;30/06/2026;01/09/2025;{}\n"


def told(text):
    return read_csv(text.encode() if isinstance(text, str) else text, TODAY)


def faults(text):
    return [(each.rule, each.line, each.column, each.element) for each in told(text).findings]


def test_a_row_names_a_resource_and_says_an_item():
    [row] = told(HEADER + ROW.format("fractions-0123456789abcdef", "12 400")).rows
    assert (row.line, row.entry) == (2, "fractions-0123456789abcdef")
    assert row.item == Item(
        strand=Strand.USAGE,
        reference="https://ent.example/x",
        origin="ENT d’Exemple",
        independent=True,
        dated=date(2026, 6, 30),
        begun=date(2025, 9, 1),
        size=12_400,
    )


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", ["title", "key"])
def test_it_is_read_however_a_spreadsheet_wrote_it(delimiter, encoding, name):
    kept = io.StringIO()
    writer = csv.writer(kept, delimiter=delimiter)
    writer.writerow(["Ressource", *(getattr(column, name) for column in COLUMNS)])
    examples = {column.key: column.example for column in COLUMNS}
    writer.writerow(["ark:/12345/a", *examples.values()])
    [row], findings = told(kept.getvalue().encode(encoding))
    assert findings == ()
    assert texts_of(row.item) == examples | {"methode": "essai-controle"}


@pytest.mark.parametrize("name", ["ressource", "Identifiant", "ARK", "slug"])
def test_the_column_of_the_resource_has_several_names(name):
    assert told(HEADER.replace("ressource", name) + ROW.format("a", 1)).rows[0].entry == "a"


def test_each_fault_has_its_line_its_column_and_costs_its_row_alone():
    text = HEADER + ROW.format("a", 600) + ROW.format("", 600) + ROW.format("b", "beaucoup")
    sheet = told(text + "c;usage\n" + ROW.format("d", 700))
    assert [(row.line, row.entry) for row in sheet.rows] == [(2, "a"), (6, "d")]
    found = [(each.rule, each.line, each.column) for each in sheet.findings]
    assert found[:2] == [("preuve-absent", 3, 1), ("preuve-valeur-invalide", 4, 8)]
    assert {each[1] for each in found[2:]} == {5}
    assert all(each.message and each.remedy for each in sheet.findings)


def test_the_line_told_is_the_one_where_the_row_begins():
    text = 'volet;ressource;intitule\nusage;a;"sur\ndeux lignes"\nusage;;x\n'
    assert {line for rule, line, *_ in faults(text)} == {2, 4}


def test_a_column_that_is_not_read_is_told_and_costs_nothing():
    text = HEADER.replace("date;", "date;couleur;effectifs;date;", 1)
    cells = ROW.format("a", 600).replace("30/06/2026;", "30/06/2026;bleu;;;")
    sheet = told(text + cells)
    assert len(sheet.rows) == 1
    assert faults(text + cells) == [
        ("preuve-colonne-inconnue", 1, 7, "couleur"),
        ("preuve-colonne-inconnue", 1, 8, "effectifs"),
        ("preuve-colonne-double", 1, 9, "date"),
    ]
    assert "«\u00a0effectif\u00a0»" in sheet.findings[1].remedy


def test_a_row_said_twice_counts_once():
    text = HEADER + ROW.format("a", 600) + ROW.format("a", "0 600") + ROW.format("b", 600)
    assert [row.entry for row in told(text).rows] == ["a", "b"]
    assert faults(text) == [("preuve-ligne-double", 3, None, "ressource")]


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        (b"", 1),
        (b"volet;date\nusage;2026\n", 1),
        (b"PK\x03\x04\x81\x8d\x8f\xff", None),
        (HEADER.encode() + b'"a;usage\n', 2),
        (b"ressource\n" + b"x" * 2_000_000, None),
        (b"x" * 10_000_001, None),
    ],
)
def test_what_is_no_table_of_evidence_is_told(payload, line):
    [wrong] = told(payload).findings
    assert (wrong.rule, wrong.line) == ("preuve-fichier", line)
    assert wrong.message
    assert wrong.remedy


def test_rows_beyond_any_need_are_left_out_and_told():
    sheet = told(HEADER + "".join(ROW.format(n, 9) for n in range(MAX_ROWS + 2)))
    assert len(sheet.rows) == MAX_ROWS
    assert [each.line for each in sheet.findings] == [MAX_ROWS + 2]


@settings(max_examples=100)
@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_raise_anything(data, headed):
    payload = HEADER.encode() + data if headed else data
    sheet = told(payload)
    assert all(each.message for each in sheet.findings)
    assert told(payload) == sheet


# --- Its guide ------------------------------------------------------------------------------------

GUIDE = (Path(__file__).parent.parent / "docs" / "preuve.md").read_text(encoding="utf-8")


def test_the_table_of_the_guide_is_read_without_a_remark():
    example = GUIDE.split("```csv\n")[1].split("```")[0]
    sheet = read_csv(example.encode(), TODAY)
    assert [row.item.strand for row in sheet.rows] == [*Strand]
    assert sheet.findings == ()


def test_the_guide_says_every_column_and_every_rule():
    documented = {line.split("`")[1] for line in GUIDE.splitlines() if line.startswith("| `")}
    assert documented >= {ENTRY, *(column.key for column in COLUMNS)}
    for scale in rules().scales.values():
        assert all(level.sentence in GUIDE for level in scale.levels)
        assert all(
            f"niveau {each.ceiling} à {each.years} ans" in GUIDE
            for each in scale.losses
            if each.years and each.ceiling
        )
