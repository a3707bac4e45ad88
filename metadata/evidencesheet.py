"""A CSV of evidence about many resources: figures of use, practice feedback, studies.

A row names a resource and says one item; its columns are those of evidencecolumns.py. A bad row costs
itself alone. docs/preuve.md is for those who write it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from .errors import ParseError
from .evidencecolumns import COLUMNS, named, read
from .evidenceitem import Item
from .finding import Finding, Severity
from .keys.table import plain_key
from .strangers import safecsv

#: Where a row names its resource: the end of its address here, an ark, its source's identifier.
ENTRY = "ressource"
ENTRY_NAMES = (ENTRY, "identifiant", "identifier", "id", "ark", "slug", "notice")


class Told(NamedTuple):
    """A row: the resource as it names it, and what it says of it."""

    line: int
    entry: str
    item: Item


class Sheet(NamedTuple):
    """What a CSV says, and what is wrong with it, by line and column (both from 1)."""

    rows: tuple[Told, ...]
    findings: tuple[Finding, ...]


def read_csv(payload: bytes, today: date) -> Sheet:
    """The rows that say an item, and a finding for each that does not. Never raises."""
    rows: dict[tuple[str, Item], Told] = {}
    findings: list[Finding] = []
    try:
        for told, wrong in _read(payload, today):
            findings += wrong
            if told and (told.entry, told.item) in rows:
                findings.append(_again(told, rows[told.entry, told.item]))
            elif told:
                rows[told.entry, told.item] = told
    except ParseError as error:
        findings.append(_unreadable(error))
    return Sheet(tuple(rows.values()), tuple(findings))


def _read(payload: bytes, today: date) -> Iterator[tuple[Told | None, list[Finding]]]:
    with closing(safecsv.sheet(payload)) as rows:
        first = next(rows, None)
        header = _Header(first.cells if first else [])
        yield None, header.findings
        for row in rows:
            yield _told(row, header, today)


class _Header:
    """Which cell says what, and what is wrong with the first line. Raise ParseError without resource."""

    def __init__(self, cells: list[str]) -> None:
        self.places: dict[str, int] = {}  # by key of column
        self.findings: list[Finding] = []
        for place, cell in enumerate(cells):
            key = _key_of(cell)
            if key and key not in self.places:
                self.places[key] = place
            elif cell:
                self.findings.append(_unread(cell, place, key))
        if ENTRY not in self.places:
            raise ParseError(
                f"La première ligne ne nomme pas de colonne «\u00a0{ENTRY}\u00a0».",
                remedy="Donnez un nom à chaque colonne sur la première ligne.",
                line=1,
            )

    def text(self, cells: list[str], key: str) -> str:
        place = self.places.get(key)
        return cells[place] if place is not None and place < len(cells) else ""

    def column(self, key: str) -> int | None:
        place = self.places.get(key)
        return None if place is None else place + 1


def _key_of(cell: str) -> str:
    if plain_key(cell) in ENTRY_NAMES:
        return ENTRY
    column = named(cell)
    return column.key if column else ""


def _told(row: safecsv.Row, header: _Header, today: date) -> tuple[Told | None, list[Finding]]:
    if row.fault:
        return None, [_error("ligne", "", row.fault, "", row.line)]
    item, wrong = read({c.key: header.text(row.cells, c.key) for c in COLUMNS}, today)
    entry = header.text(row.cells, ENTRY)
    if not entry:
        remedy = "Donnez la fin de son adresse dans le catalogue, son ark ou son identifiant."
        wrong.append(_error("absent", ENTRY, "De quelle ressource s’agit-il\u202f?", remedy))
    wrong = [replace(each, line=row.line, column=header.column(each.element)) for each in wrong]
    return (Told(row.line, entry, item) if item and entry else None), wrong


# --- What is wrong --------------------------------------------------------------------------------


def _unread(cell: str, place: int, key: str) -> Finding:
    said = cell[:60]
    if key:
        message = f"«\u00a0{said}\u00a0» est une seconde colonne «\u00a0{key}\u00a0»\u00a0: elle n’est pas lue."
        return _remark("colonne-double", said, message, "N’en gardez qu’une.", 1, place + 1)
    near = difflib.get_close_matches(plain_key(cell), [c.key for c in COLUMNS], n=1, cutoff=0.7)
    remedy = (
        f"Vouliez-vous dire «\u00a0{near[0]}\u00a0»\u202f?"
        if near
        else "Supprimez-la, ou voyez docs/preuve.md."
    )
    message = f"La colonne «\u00a0{said}\u00a0» n’est pas lue."
    return _remark("colonne-inconnue", said, message, remedy, 1, place + 1)


def _again(told: Told, before: Told) -> Finding:
    message = f"Cette ligne dit la même chose que la ligne {before.line}."
    return _remark("ligne-double", ENTRY, message, "Supprimez l’une des deux.", told.line)


def _unreadable(error: ParseError) -> Finding:
    message = error.message[:1].upper() + error.message[1:]
    return _error("fichier", "", message, error.remedy, error.line)


def _remark(
    rule: str, element: str, message: str, remedy: str, line: int, column: int | None = None
) -> Finding:
    """What costs nothing."""
    return replace(
        _error(rule, element, message, remedy, line), severity=Severity.INFO, column=column
    )


def _error(rule: str, element: str, message: str, remedy: str, line: int | None = None) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=f"preuve-{rule}",
        element=element,
        message=message,
        remedy=remedy,
        line=line,
    )
