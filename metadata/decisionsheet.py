"""A CSV of decisions taken before Balise: each row names a resource, what was decided, when and by whom.

Two people, as the rules ask: who examined and who decided. A bad row costs itself alone.
docs/cli.md is for those who write it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from .case import Act, Action, State
from .criteria import criteria
from .errors import ParseError
from .finding import Finding, Severity
from .keys.table import plain_key
from .normalise import when
from .qualification import END_OF_DAY
from .strangers import safecsv


class Told(NamedTuple):
    """A row: the resource as it names it, and the decision."""

    line: int
    entry: str
    action: Action


class Sheet(NamedTuple):
    """What a CSV says, and what is wrong with it, by line and column (both from 1)."""

    rows: tuple[Told, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """Something that a row says, under one of its names."""

    key: str
    attribute: str  # of Action; "" for the name of the resource
    read: Callable[[str], Any]  # raises ValueError with a sentence
    needed: bool = False
    also: tuple[str, ...] = ()


ENTRY = "identifiant"


def read_csv(payload: bytes) -> Sheet:
    """The rows that say a decision, and a finding for each that does not. Never raises."""
    rows: dict[str, Told] = {}
    findings: list[Finding] = []
    try:
        for told, wrong in _read(payload):
            findings += wrong
            if told and told.entry in rows:
                before = (
                    f"La ligne {rows[told.entry].line} dit déjà une décision de cette ressource."
                )
                findings.append(
                    _error("double", ENTRY, before, "Gardez l’une des deux.", told.line)
                )
            elif told:
                rows[told.entry] = told
    except ParseError as error:
        message = error.message[:1].upper() + error.message[1:]
        findings.append(_error("fichier", "fichier", message, error.remedy, error.line))
    return Sheet(tuple(rows.values()), tuple(findings))


def _read(payload: bytes) -> Iterator[tuple[Told | None, list[Finding]]]:
    with closing(safecsv.sheet(payload)) as rows:
        first = next(rows, None)
        places, wrong = _places(first.cells if first else [])
        yield None, wrong
        for row in rows:
            yield _told(row, places)


def _places(header: list[str]) -> tuple[Mapping[str, int], list[Finding]]:
    """Where each column is. Raise ParseError when one that must be there is not."""
    places: dict[str, int] = {}
    findings = []
    for place, cell in enumerate(header):
        key = NAMES.get(plain_key(cell))
        if key and key not in places:
            places[key] = place
        elif cell:
            findings.append(_unread(cell, place))
    missing = [each.key for each in COLUMNS if each.needed and each.key not in places]
    if missing:
        raise ParseError(
            f"la première ligne ne nomme pas\u00a0: {', '.join(missing)}.",
            remedy=f"Colonnes lues\u00a0: {', '.join(each.key for each in COLUMNS)}.",
            line=1,
        )
    return places, findings


def _unread(cell: str, place: int) -> Finding:
    near = difflib.get_close_matches(plain_key(cell), NAMES, n=1, cutoff=0.7)
    return Finding(
        severity=Severity.INFO,
        rule="decision-colonne-inconnue",
        element=cell[:60],
        message=f"La colonne «\u00a0{cell[:60]}\u00a0» n’est pas lue.",
        remedy=f"Vouliez-vous dire «\u00a0{NAMES[near[0]]}\u00a0»\u202f?" if near else "",
        line=1,
        column=place + 1,
    )


def _told(row: safecsv.Row, places: Mapping[str, int]) -> tuple[Told | None, list[Finding]]:
    if row.fault:
        return None, [_error("ligne", "ligne", row.fault, "", row.line)]
    values: dict[str, Any] = {}
    wrong: list[Finding] = []
    for column in (each for each in COLUMNS if each.key in places):
        place = places[column.key]
        text = row.cells[place] if place < len(row.cells) else ""
        try:
            if text:
                values[column.key] = column.read(text)
            elif column.needed:
                raise ValueError("La case est vide. Remplissez-la.")
        except ValueError as error:
            message, _, remedy = str(error).partition(". ")
            found = _error("valeur", column.key, f"{message}.", remedy, row.line, place + 1)
            wrong.append(found)
    if not wrong:
        wrong = [*_wrong_together(values, row.line, places)]
    if wrong:
        return None, wrong
    said = {each.attribute: values[each.key] for each in COLUMNS if each.key in values}
    entry = said.pop("")
    return Told(row.line, entry, Action(act=Act.IMPORT, **said)), []


def _wrong_together(
    values: Mapping[str, Any], line: int, places: Mapping[str, int]
) -> Iterator[Finding]:
    end = values.get("echeance")
    if end and values["decision"] is State.REFUSED:
        message, remedy = "Un refus n’a pas d’échéance.", "Laissez la case vide."
    elif end and end <= values["date"]:
        message, remedy = "L’échéance précède la décision.", "Corrigez l’une des deux dates."
    else:
        return
    yield _error("echeance", "echeance", message, remedy, line, places["echeance"] + 1)


def _error(
    rule: str, element: str, message: str, remedy: str, line: int | None, column: int | None = None
) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=f"decision-{rule}",
        element=element,
        message=message,
        remedy=remedy,
        line=line,
        column=column,
    )


# --- How each is read -----------------------------------------------------------------------------

OUTCOMES = {
    **dict.fromkeys(("qualifiee", "qualification", "acceptee", "favorable"), State.QUALIFIED),
    **dict.fromkeys(("refusee", "refus", "rejetee", "defavorable"), State.REFUSED),
}


def _outcome(text: str) -> State:
    if (found := OUTCOMES.get(plain_key(text))) is None:
        raise ValueError(
            f"«\u00a0{text[:60]}\u00a0» n’est pas compris. Écrivez qualifiée, ou refusée."
        )
    return found


def _day(text: str) -> datetime:
    """The beginning of a day: a month is not enough to end a decision."""
    try:
        day = date.fromisoformat((when(text) or "")[:10])
    except ValueError:
        raise ValueError(
            f"«\u00a0{text[:60]}\u00a0» n’est pas une date. Écrivez-la ainsi\u00a0: 2026-03-31, ou 31/03/2026."
        ) from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _last_day(text: str) -> datetime:
    return datetime.combine(_day(text), END_OF_DAY)


def _refusals(text: str) -> tuple[str, ...]:
    """Keys of the list, or their labels."""
    known = criteria().refusals
    keys = {each.key: each.key for each in known} | {plain_key(e.label): e.key for e in known}
    given = [each.strip() for each in re.split(r"[;|]", text) if each.strip()]
    for each in given:
        if plain_key(each) not in keys:
            near = difflib.get_close_matches(plain_key(each), keys, n=1)
            meant = f"Vouliez-vous dire «\u00a0{keys[near[0]]}\u00a0»\u202f? " if near else ""
            listed = ", ".join(reason.key for reason in known)
            raise ValueError(
                f"«\u00a0{each[:60]}\u00a0» n’est pas un motif de la liste. {meant}Motifs\u00a0: {listed}."
            )
    return tuple(keys[plain_key(each)] for each in given)


#: What a row may say. Names of columns are taken in any case, with or without accents.
COLUMNS = (
    Column(
        key=ENTRY,
        attribute="",
        read=str,
        needed=True,
        also=("ressource", "identifier", "id", "ark", "slug", "notice"),
    ),
    Column(
        key="decision", attribute="outcome", read=_outcome, needed=True, also=("resultat", "avis")
    ),
    Column(
        key="date", attribute="decided", read=_day, needed=True, also=("date-de-decision", "le")
    ),
    Column(key="instructeur", attribute="proposer", read=str, needed=True, also=("propose-par",)),
    Column(
        key="decideur",
        attribute="decider",
        read=str,
        needed=True,
        also=("decide-par", "signataire"),
    ),
    Column(key="echeance", attribute="until", read=_last_day, also=("jusqu-au", "fin", "validite")),
    Column(key="motif", attribute="reason", read=str, also=("commentaire", "justification")),
    Column(key="motifs", attribute="refusals", read=_refusals, also=("motifs-de-refus",)),
)
NAMES = {name: each.key for each in COLUMNS for name in (each.key, *each.also)}
