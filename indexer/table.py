"""A CSV, in a file or at an address, as a source: one record per row.

Spreadsheets write it in many ways: the delimiter and the encoding are found by looking. What the
columns mean is the reader's business (metadata/row.py); here only the one that names the record is.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

from metadata.errors import UnknownFormat
from metadata.keys.table import named, plain_key
from metadata.record import RawRecord
from metadata.strangers.safexml import ENCODINGS

from .errors import SourceError, StaleCursor
from .opening import opened
from .source import Page, in_pages

if TYPE_CHECKING:
    from _csv import Reader

    from .fetch import Download

log = logging.getLogger(__name__)

DELIMITERS = ";,\t|"
CHUNK = 64 * 1024
#: Longer than any row; without it a file without line ends would fill the memory.
MAX_LINE = 1_000_000
#: Columns that name a record, the surest first: an ISBN may be that of several.
IDENTIFIERS = ("identifiant", "identifiants", "identifier", "id", "uuid", "ark", "reference", "ref")


@dataclass(frozen=True, kw_only=True, slots=True)
class TableSource:
    """A CSV file or address."""

    key: str
    place: str
    download: Download

    @property
    def incremental(self) -> bool:
        return False

    @property
    def exhaustive(self) -> bool:
        return True

    def pages(self, since: datetime | None, cursor: str) -> Iterator[Page]:
        """The rows, after as many as the cursor says. Raise SourceError."""
        if cursor and not cursor.isdecimal():
            raise StaleCursor(
                f"Le repère «\u00a0{cursor[:40]}\u00a0» n’est pas celui d’un tableau."
            )
        with opened(self.place, self.download) as (file, charset):
            try:
                rows = enumerate(rows_in(file, self.place, charset), 1)
                done = int(cursor or 0)
                yield from in_pages((row, str(number)) for number, row in islice(rows, done, None))
            except UnknownFormat as error:
                raise SourceError(str(error)) from error


def rows_in(file: BinaryIO, name: str, charset: str = "") -> Iterator[RawRecord]:
    """The rows of a CSV, `name` being how messages call it.

    A bad row is a record at fault. Raise SourceError when the file cannot be read to its end,
    UnknownFormat when its first line names no column of a record.
    """
    encoding = encoding_of(file, charset, name)
    log.info("reading table=%r encoding=%s", name, encoding)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _rows(_lines(text, name), name)
    finally:
        text.detach()


def encoding_of(file: BinaryIO, declared: str, name: str) -> str:
    """UTF-8 when the bytes are valid UTF-8, whatever the server says: nothing else looks like it.

    Then what was declared, then what spreadsheets write in France. Raise SourceError.
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
    raise SourceError(
        f"{name}\u00a0: les lettres accentuées ne sont ni en UTF-8 ni en windows-1252. Enregistrez le"
        " tableau en «\u00a0CSV UTF-8\u00a0»."
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


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise SourceError(
                f"{name}\u00a0: une ligne dépasse {MAX_LINE} caractères. Ce n’est pas un tableau CSV."
            )
        yield line


class _BadRow(Exception):
    """A row that is no record, and the remedy."""


def _rows(lines: Iterator[str], name: str) -> Iterator[RawRecord]:
    reader, skipped = _reader(lines)
    header = _header(reader, name)
    keys = _Keys(header)
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = _next(reader)
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield replace(_row(cells, header, keys), line=line)
        except _Truncated as error:
            raise SourceError(f"{name}, ligne {line}\u00a0: {error}") from error
        except _BadRow as error:
            fault = f"{name}, ligne {line}\u00a0: {error}"
            yield RawRecord(identifier=f"ligne {line}", format="row", fault=fault)


class _Truncated(Exception):
    """The table ends inside a row."""


def _next(reader: Reader) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise _Truncated(
                "un guillemet ouvert n’est jamais fermé. Le tableau est peut-être tronqué."
            ) from error
        raise _BadRow(
            f"ligne mal formée (détail\u00a0: {error}). Doublez les guillemets du texte."
        ) from error


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


def _header(reader: Reader, name: str) -> list[str]:
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error:
        header = []
    if not _meaning("titre", header):
        raise UnknownFormat(
            f"{name}\u00a0: la première ligne ne nomme pas de colonne «\u00a0titre\u00a0». Donnez un nom à"
            " chaque colonne sur la première ligne."
        )
    return header


def _row(cells: list[str], header: list[str], keys: _Keys) -> RawRecord:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise _BadRow(
            f"{len(cells)} valeurs pour {len(header)} colonnes. Mettez entre guillemets le texte qui"
            " contient le séparateur."
        )
    values: dict[str, str] = {}
    for column, cell in zip(header, cells, strict=False):
        if column and (value := cell.strip()):
            # Two columns of one name are one list.
            values[column] = f"{values[column]};{value}" if column in values else value
    payload = json.dumps(values, ensure_ascii=False).encode()
    return RawRecord(identifier=keys.take(values), format="row", payload=payload)


class _Keys:
    """What each row is called: its identifier, else a hash of its link, else of its title."""

    def __init__(self, header: list[str]) -> None:
        plain = {plain_key(column): column for column in reversed(header)}
        self.identifiers = [plain[name] for name in IDENTIFIERS if name in plain]
        self.others = _meaning("lien", header) + _meaning("titre", header)
        self.seen: set[int] = set()  # hashes: a million of them are a few dozen megabytes

    def take(self, values: Mapping[str, str]) -> str:
        """The key of a row, given once. Raise _BadRow."""
        key = self._of(values)
        if not key:
            raise _BadRow("ni identifiant, ni lien, ni titre. Donnez au moins un titre.")
        if hash(key) in self.seen:
            raise _BadRow(
                "même identifiant (à défaut, même lien ou même titre) qu’une ligne qui précède. Donnez"
                " à chaque ligne un identifiant à elle."
            )
        self.seen.add(hash(key))
        return key

    def _of(self, values: Mapping[str, str]) -> str:
        for column in self.identifiers:
            if column in values:
                return values[column]
        for column in self.others:
            if column in values:
                return hashlib.sha256(values[column].encode()).hexdigest()[:16]
        return ""


def _meaning(key: str, header: list[str]) -> list[str]:
    """The columns that the reader takes for this key of a notice."""
    return [column for column in header if (field := named(column)) and field.key == key]
