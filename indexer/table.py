"""A CSV, in a file or at an address, as a source: one record per row.

Cutting the file into rows is metadata.strangers.safecsv's business, what the columns mean the reader's
(metadata/row.py); here only the one that names the record is known.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from metadata.errors import ParseError, UnknownFormat
from metadata.keys.table import named, plain_key
from metadata.record import RawRecord
from metadata.strangers import safecsv

from .errors import SourceError, StaleCursor
from .opening import opened
from .source import Page, in_pages

if TYPE_CHECKING:
    from metadata.strangers.safecsv import Row

    from .fetch import Download

log = logging.getLogger(__name__)

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
    try:
        encoding = safecsv.encoding_of(file, charset)
        log.info("reading table=%r encoding=%s", name, encoding)
        yield from _rows(file, name, encoding)
    except ParseError as error:
        place = name if error.line is None else f"{name}, ligne {error.line}"
        raise SourceError(f"{place}\u00a0: {error.message} {error.remedy}") from error


def _rows(file: BinaryIO, name: str, encoding: str) -> Iterator[RawRecord]:
    with closing(safecsv.rows_in(file, encoding)) as rows:
        header = _header(rows, name)
        keys = _Keys(header)
        for row in rows:
            try:
                if row.fault:
                    raise _BadRow(row.fault)
                yield replace(_row(row.cells, header, keys), line=row.line)
            except _BadRow as error:
                fault = f"{name}, ligne {row.line}\u00a0: {error}"
                yield RawRecord(identifier=f"ligne {row.line}", format="row", fault=fault)


class _BadRow(Exception):
    """A row that is no record, and the remedy."""


def _header(rows: Iterator[Row], name: str) -> list[str]:
    try:
        header = next(rows).cells
    except (StopIteration, ParseError):
        header = []
    if not _meaning("titre", header):
        raise UnknownFormat(
            f"{name}\u00a0: la première ligne ne nomme pas de colonne «\u00a0titre\u00a0». Donnez un nom à"
            " chaque colonne sur la première ligne."
        )
    return header


def _row(cells: list[str], header: list[str], keys: _Keys) -> RawRecord:
    values: dict[str, str] = {}
    for column, value in zip(header, cells, strict=False):
        if column and value:
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
