"""Texts written under French keys, to a Record and what is wrong with them; and a Record to texts.

What commun.yml and the rows of a CSV share: the shape of the file is their own business.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..finding import Finding, Severity
from ..record import Reading, Record, Term
from .kind import REPLACED
from .table import FIELDS, Field, plain_key

#: Under one key. Nobody has so many to say; looking for the names nearest to each would take long.
MAX_VALUES = 200


class Piece(NamedTuple):
    """One text, and where it begins when the file has lines."""

    text: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What stands under a key, and the place of the key."""

    field: Field
    pieces: tuple[Piece, ...]
    line: int | None = None
    column: int | None = None


def read(written: Iterable[Written], format: str) -> Reading:
    """The record that these say; `format` begins the codes of the rules."""
    record = Record()
    findings: list[Finding] = []
    lines: dict[str, int] = {}
    for each in written:
        values: dict[Any, Any] = {}
        if len(each.pieces) > MAX_VALUES:
            findings.append(_too_many(each, format))
        for piece in each.pieces[:MAX_VALUES]:
            understood = each.field.kind.read(piece.text)
            for value in understood.values:
                values.setdefault(_same(value), value)
            if understood.trouble:
                rule, message, remedy = understood.trouble
                findings.append(
                    finding(f"{format}-{rule}", each.field.key, message, remedy, piece[1:])
                )
        if values:
            said = tuple(values.values())
            record = each.field.put(record, said if each.field.many else said[:1])
        for name in (each.field.number, each.field.key):
            if name and each.line is not None:
                lines.setdefault(name, each.line)
    return Reading(record=record, findings=tuple(findings), lines=lines)


def _same(value: Any) -> Any:
    """What two names of one concept share: « appli » and « logiciel »."""
    return value.uri or value if isinstance(value, Term) else value


def _too_many(written: Written, format: str) -> Finding:
    return finding(
        f"{format}-trop-de-valeurs",
        written.field.key,
        f"{len(written.pieces)} valeurs sont données\u00a0: seules les {MAX_VALUES} premières sont lues.",
        "Gardez celles qui aident à trouver la ressource.",
        written.pieces[MAX_VALUES][1:],
    )


def texts_of(record: Record) -> dict[str, tuple[str, ...]]:
    """What to write under each key, in the order of the table; what says nothing is left out."""
    # Read once before being written, so that what is written is what will be read back.
    first = _texts(record)
    fields = {field.key: field for field in FIELDS}
    again = [
        Written(field=fields[key], pieces=tuple(map(Piece, texts))) for key, texts in first.items()
    ]
    return _texts(read(again, "").record)


def _texts(record: Record) -> dict[str, tuple[str, ...]]:
    found = {}
    for field in FIELDS:
        texts = tuple(dict.fromkeys(filter(None, map(field.kind.write, field.get(record)))))
        if texts:
            found[field.key] = texts if field.many else texts[:1]
    return found


def split(field: Field, text: str, separators: str) -> tuple[str, ...]:
    """The values written one after the other in one text, unless it is itself a value."""
    sign = next((sign for sign in separators if sign in text), "\n")
    parts = [part.strip() for part in text.split(sign) if part.strip()]
    if _is_value(field, text) and not _is_sum(field, text, parts):
        return (text,)
    return tuple(value for part in parts for value in _joined(field, part)) or (text,)


def _is_sum(field: Field, text: str, parts: list[str]) -> bool:
    """« CM1, CM2 » is a span that says no more than its parts."""
    read = field.kind.read
    said = [value for part in parts for value in read(part).values if _is_value(field, part)]
    return len(parts) > 1 and [*map(_same, said)] == [*map(_same, read(text).values)]


def _joined(field: Field, text: str) -> tuple[str, ...]:
    """« exercice et cours » is two values, when both are."""
    parts = tuple(CONJUNCTION.split(text)) if field.kind.closed else (text,)
    if _is_value(field, text) or not all(_is_value(field, part) for part in parts):
        return (text,)
    return parts


CONJUNCTION = re.compile(r"\s+(?:et|ou|&)\s+|\s*/\s*")


def _is_value(field: Field, text: str) -> bool:
    if not field.kind.closed:
        return False
    trouble = field.kind.read(text).trouble
    return trouble is None or trouble.rule == REPLACED


def remedy_for(name: str, known: Iterable[str]) -> str:
    """What to do about a key that no field answers to."""
    near = difflib.get_close_matches(plain_key(name), known, n=1, cutoff=0.7)
    return (
        f"Vouliez-vous dire «\u00a0{near[0]}\u00a0»\u202f?"
        if near
        else "Supprimez-la, ou voyez docs/commun.md."
    )


def finding(
    rule: str,
    element: str,
    message: str,
    remedy: str,
    place: tuple[int | None, int | None] = (None, None),
    severity: Severity = Severity.WARNING,
) -> Finding:
    line, column = place
    return Finding(
        severity=severity,
        rule=rule,
        element=element,
        message=message,
        remedy=remedy,
        line=line,
        column=column,
    )
