"""Strangers' CSV, row by row: the encoding and the delimiter are found by looking, lines are bounded.

Spreadsheets write it in many ways. A bad row costs itself alone; what the columns mean is for others.
https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from ..errors import ParseError
from .safexml import ENCODINGS

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ";,\t|"
CHUNK = 64 * 1024
#: Longer than any row; without it a file without line ends would fill the memory.
MAX_LINE = 1_000_000


#: What curators may send at once: bytes, and rows after the header.
MAX_BYTES = 10_000_000
MAX_ROWS = 20_000


class Row(NamedTuple):
    """A row that says something, or what is wrong with it: a sentence and the remedy."""

    line: int  # where it begins
    cells: list[str]
    fault: str = ""


def rows_in(file: BinaryIO, encoding: str) -> Generator[Row, None, None]:
    """The header, then the rows, each cell without the blanks around it.

    Close it before the file. Raise ParseError when the file cannot be read to its end.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _rows(_lines(text))
    finally:
        text.detach()


def sheet(payload: bytes) -> Generator[Row, None, None]:
    """The same of a file that somebody sent, within bounds. Raise ParseError beyond them."""
    if len(payload) > MAX_BYTES:
        raise ParseError(
            f"le fichier fait {len(payload)} octets.",
            remedy=f"Coupez-le en fichiers de {MAX_BYTES // 1_000_000} Mo au plus.",
        )
    file = io.BytesIO(payload)
    with closing(rows_in(file, encoding_of(file))) as rows:
        for count, row in enumerate(rows):
            if count > MAX_ROWS:
                raise ParseError(
                    f"seules les {MAX_ROWS} premières lignes sont lues.",
                    remedy="Mettez les suivantes dans un autre fichier.",
                    line=row.line,
                )
            yield row


def encoding_of(file: BinaryIO, declared: str = "") -> str:
    """UTF-8 when the bytes are valid UTF-8, whatever the server says: nothing else looks like it.

    Then what was declared, then what spreadsheets write in France. Raise ParseError.
    """
    file.seek(0)
    head = file.read(3)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif declared.lower().startswith("utf-16") and ENCODINGS.fullmatch(declared):
        candidates = [declared]
    else:
        # To declare Latin-1 is, everywhere, to mean windows-1252.
        single = declared if ENCODINGS.fullmatch(declared) else ""
        candidates = ["utf-8-sig", "cp1252" if "8859-1" in single else single, "cp1252"]
    for candidate in filter(None, candidates):
        if _decodes(file, candidate):
            return candidate
    raise ParseError(
        "les lettres accentuées ne sont ni en UTF-8 ni en windows-1252.",
        remedy="Enregistrez le tableau en «\u00a0CSV UTF-8\u00a0».",
    )


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise ParseError(
                f"une ligne dépasse {MAX_LINE} caractères.",
                remedy="Ce n’est pas un tableau CSV.",
            )
        yield line


def _rows(lines: Iterator[str]) -> Iterator[Row]:
    reader, skipped = _reader(lines)
    width = 0  # of the header, once it is read
    while True:
        row = _next(reader, skipped + reader.line_num + 1)
        if row is None:
            return
        if width and any(row.cells[width:]):
            row = row._replace(
                fault=f"{len(row.cells)} valeurs pour {width} colonnes. Mettez entre guillemets le"
                " texte qui contient le séparateur."
            )
        if row.fault or any(row.cells):
            width = width or len(row.cells)
            yield row


def _next(reader: Reader, line: int) -> Row | None:
    try:
        cells = next(reader, None)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise ParseError(
                "un guillemet ouvert n’est jamais fermé.",
                remedy="Le tableau est peut-être tronqué.",
                line=line,
            ) from error
        fault = f"ligne mal formée (détail\u00a0: {error}). Doublez les guillemets du texte."
        return Row(line, [], fault)
    return None if cells is None else Row(line, [cell.strip() for cell in cells])


def _reader(lines: Iterator[str]) -> tuple[Reader, int]:
    """A reader at the header, and how many lines precede it."""
    delimiter, skipped, first = "", 0, ""
    for first in lines:
        if said := re.fullmatch(r"sep=(.)\s*", first):  # what Excel writes for itself
            delimiter = said[1]
        elif first.strip():
            break
        skipped += 1
    bare = re.sub(r'"[^"]*"', "", first)
    delimiter = delimiter or max(DELIMITERS, key=bare.count)
    return csv.reader(chain([first], lines), delimiter=delimiter, strict=True), skipped
