"""CSV: what spreadsheets write, one record per row."""

from __future__ import annotations

import codecs
import csv
import io
import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import metadata
from indexer.errors import SourceError, StaleCursor
from indexer.fetch import Fetcher
from indexer.source import Source
from indexer.table import TableSource, rows_in
from metadata.errors import UnknownFormat
from metadata.record import RawRecord
from metadata.strangers.safecsv import encoding_of

from .corpus import shared
from .hostile import HostileServer, ok
from .memory import growth

FETCHER = Fetcher(contact="https://x.example", internal=True, delay=0, sleep=lambda seconds: None)


def rows(text: str | bytes, charset: str = "") -> list[RawRecord]:
    return list(
        rows_in(BytesIO(text.encode() if isinstance(text, str) else text), "t.csv", charset)
    )


def values(record: RawRecord) -> dict[str, str]:
    assert (record.format, record.fault) == ("row", "")
    read: dict[str, str] = json.loads(record.payload)
    return read


def source(place: str | Path) -> TableSource:
    return TableSource(key="tableau", place=str(place), download=FETCHER.download)


def test_it_is_a_source():
    table: Source = source("t.csv")
    assert (table.key, table.incremental, table.exhaustive) == ("tableau", False, True)


# --- Rows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_and_the_ends_of_lines_are_found(delimiter, end):
    cells = [["identifiant", "titre", "niveaux"], ["a", "Fractions, en; boîte", "CM1"]]
    text = end.join(delimiter.join(f'"{cell}"' for cell in line) for line in cells)
    [record] = rows(text)
    assert record.identifier == "a"
    assert values(record) == {
        "identifiant": "a",
        "titre": "Fractions, en; boîte",
        "niveaux": "CM1",
    }


def test_a_single_column_is_enough():
    assert [values(row)["titre"] for row in rows("titre\nUn\nDeux\n")] == ["Un", "Deux"]


def test_what_excel_says_of_its_delimiter_is_followed():
    [record] = rows("sep=|\nid|titre\n1|a;b;c\n")
    assert values(record) == {"id": "1", "titre": "a;b;c"}


def test_a_text_over_several_lines_is_one_cell():
    [record] = rows('titre,description\nUn,"ligne 1\nligne ""2""\n\nligne 4"\n')
    assert values(record)["description"] == 'ligne 1\nligne "2"\n\nligne 4'


def test_blank_lines_rows_and_cells_say_nothing():
    [record] = rows("\n\n titre ; lien ;;\n;;;\n\n Un ;;; \n")
    assert values(record) == {"titre": "Un"}


def test_a_short_row_says_nothing_of_the_last_columns():
    assert values(rows("titre;lien;duree\nUn\n")[0]) == {"titre": "Un"}


def test_two_columns_of_one_name_are_one_list():
    [record] = rows("titre;niveau;niveau;niveau\nUn;CM1;;CM2\n")
    assert values(record) == {"titre": "Un", "niveau": "CM1;CM2"}


def test_formulas_are_text():
    text = shared("attacks/csv_formulas.csv").read_bytes()
    given = [values(row)["title"] for row in rows(text) if not row.fault]
    assert "=1+1" in given
    assert "a\nb" in given


TITLES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)
TABLES = st.lists(
    st.tuples(TITLES, st.text(st.characters(exclude_categories=["C", "Z"]))),
    min_size=1,
    unique_by=lambda row: row[0],
)


@given(TABLES, st.sampled_from(";,\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_a_spreadsheet_wrote_is_read_back(table, delimiter, encoding):
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(["identifiant", "titre"])
    writer.writerows((f"id{number}", title) for number, (title, _) in enumerate(table))
    records = rows(written.getvalue().encode(encoding))
    assert [values(record)["titre"] for record in records] == [title for title, _ in table]


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_what_is_announced(data):
    try:
        records = rows(b"titre;lien\n" + data)
    except SourceError:
        return
    assert len({record.identifier for record in records}) == len(records)


# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column", ["identifiant", "Identifiant ", "IDENTIFIER", "id", "ID", "ark", "Référence", "uuid"]
)
def test_the_column_that_names_the_record_is_found_however_it_is_written(column):
    [record] = rows(f"{column};titre\nark:/1/a;Un\n")
    assert record.identifier == "ark:/1/a"


def test_without_identifier_the_name_follows_the_link_then_the_title():
    first, second = rows("titre;lien\nUn;http://a\nDeux;\n")
    again, renamed = rows("lien;titre;x\nhttp://a;Autre titre;1\nhttp://b;Deux;2\n")
    assert again.identifier == first.identifier
    assert renamed.identifier != second.identifier
    assert rows("titre\nDeux\n")[0].identifier == second.identifier


def test_the_same_row_always_makes_the_same_bytes():
    assert rows("id;titre\n1;Un\n") == rows('\ufeff"id","titre"\r\n"1","Un "\r\n')


# --- Faults ---------------------------------------------------------------------------------------


def faults(text: str) -> list[str]:
    return [record.fault for record in rows(text) if record.fault]


def test_a_name_given_twice_is_told_and_the_first_row_counts():
    records = rows("id;titre\n1;Un\n2;Deux\n1;Encore un\n")
    assert [record.identifier for record in records] == ["1", "2", "ligne 4"]
    assert "t.csv, ligne 4\u00a0: même identifiant" in records[2].fault
    with pytest.raises(metadata.ParseError, match="ligne 4"):
        metadata.parse(records[2])


def test_a_row_with_too_many_cells_costs_only_itself():
    records = rows('id;titre\n1;a;b\n2;"a;b"\n')
    assert [bool(record.fault) for record in records] == [True, False]
    assert "t.csv, ligne 2\u00a0: 3 valeurs pour 2 colonnes" in records[0].fault


def test_a_row_without_name_link_nor_title_costs_only_itself():
    [fault] = faults("id;titre;duree\n;;20 min\n2;Deux;\n")
    assert "ligne 2\u00a0: ni identifiant, ni lien, ni titre" in fault


def test_the_line_told_is_the_one_where_the_row_begins():
    [fault] = faults('\nsep=;\ntitre\n"a\nb"\n"c\nd";x\n')
    assert "ligne 6\u00a0:" in fault


def test_misplaced_quotes_cost_only_their_row():
    records = rows('titre;lien\n"Un" x;http://a\nDeux;http://b\n')
    assert [bool(record.fault) for record in records] == [True, False]
    assert "ligne 2\u00a0: ligne mal formée" in records[0].fault


def test_a_cell_beyond_any_size_costs_only_its_row():
    records = rows(f"titre\n{'x' * 200_000}\nDeux\n")
    assert [bool(record.fault) for record in records] == [True, False]


def test_a_quote_never_closed_is_a_table_cut_short():
    with pytest.raises(SourceError, match=r"t\.csv, ligne 3\u00a0: un guillemet ouvert"):
        rows('titre;lien\nUn;http://a\n"Deux;http://b\nTrois;http://c\n')


@pytest.mark.parametrize(
    "text", ["", "\n\n", "a;b\n1;2\n", "<!DOCTYPE html>\n<p>x</p>\n", '"ti\ntre']
)
def test_a_first_line_that_names_no_title_is_no_table_of_records(text):
    with pytest.raises(UnknownFormat, match="titre"):
        rows(text)


def test_a_line_without_end_is_no_table():
    with pytest.raises(SourceError, match="dépasse 1000000 caractères"):
        rows("titre\n" + "x" * 2_000_000)


# --- Encodings ------------------------------------------------------------------------------------

WORD = "l’œuvre à 5 €"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-8", "iso-8859-1"),  # what many servers say of everything
        ("cp1252", ""),
        ("cp1252", "windows-1252"),
        ("cp1252", "utf-8"),
        ("cp1252", "ISO-8859-1"),
        ("cp1252", "rot13"),
        ("cp1252", "no-such-charset"),
        ("mac-roman", "macintosh"),
        ("utf-16", ""),
        ("utf-16-le", "UTF-16LE"),
    ],
)
def test_the_encoding_is_found_whatever_the_server_says(encoding, declared):
    [record] = rows(f"titre\n{WORD}\n".encode(encoding), declared)
    assert values(record)["titre"] == WORD


def test_an_encoding_that_is_none_of_these_is_told():
    with pytest.raises(SourceError, match="ni en UTF-8 ni en windows-1252"):
        rows(b"titre\n\x81\x8d\x8f\xff\n")


def test_bytes_that_are_not_what_the_corpus_says_are_read():
    text = shared("attacks/csv_latin1_says_utf8.csv").read_bytes()
    assert values(rows(text, "utf-8")[0])["titre"] == "Légende"


def test_a_character_across_two_pieces_is_one_character():
    text = b"titre\n" + b"x" * (64 * 1024 - 7) + "é".encode()
    assert encoding_of(BytesIO(text)) == "utf-8-sig"
    assert encoding_of(BytesIO(codecs.BOM_UTF8 + text)) == "utf-8-sig"


# --- A source ---------------------------------------------------------------------------------------


def test_a_file_is_given_in_pages_and_goes_on_where_it_was(tmp_path):
    place = tmp_path / "t.csv"
    place.write_text("id;titre\n" + "".join(f"{n};Titre {n}\n" for n in range(250)))
    pages = list(source(place).pages(None, ""))
    assert [len(page.records) for page in pages] == [100, 100, 50]
    rest = list(source(place).pages(None, pages[0].cursor))
    assert [page.records for page in rest] == [page.records for page in pages[1:]]
    assert list(source(place).pages(None, pages[-1].cursor)) == []


def test_a_cursor_of_another_kind_is_stale(tmp_path):
    with pytest.raises(StaleCursor):
        list(source(tmp_path / "t.csv").pages(None, '["a", 1]'))


def test_an_address_is_read_with_the_charset_it_says(tmp_path):
    with HostileServer().serving() as server:
        body = "id;titre\n1;Caf\x8e\n".encode("latin-1")
        server.answers["/t"] = ok(body, "Content-Type: text/csv; charset=macintosh")
        [page] = source(f"{server.url}/t").pages(None, "")
        assert values(page.records[0])["titre"] == "Café"


def test_an_address_that_is_cut_short_gives_nothing(tmp_path):
    with HostileServer().serving() as server:
        server.answers["/t"] = ok(b"id;titre\n1;Un\n", length=500)
        with pytest.raises(SourceError):
            list(source(f"{server.url}/t").pages(None, ""))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SourceError, match="n’existe pas"):
        list(source(tmp_path / "t.csv").pages(None, ""))


def test_a_table_of_something_else_is_told(tmp_path):
    place = tmp_path / "t.csv"
    place.write_text("nom de famille;prénom\nx;y\n")
    with pytest.raises(SourceError, match="titre"):
        list(source(place).pages(None, ""))


def test_a_long_table_is_read_in_constant_memory(tmp_path):
    place = tmp_path / "t.csv"
    with place.open("w") as file:
        file.write("id;titre;description\n")
        for number in range(20_000):
            file.write(f'{number};Titre {number};"{"x" * 1000}"\n')
    with place.open("rb") as opened:
        count, grown = growth(rows_in(opened, "t.csv"))
    assert count == 20_000
    assert grown < 8_000_000  # of 20, with what it takes to know a name given twice
