"""One row of a CSV: its columns bear the names of commun.yml's keys (docs/formats-csv.md).

The payload is a JSON object, from header to text: cutting a file into rows is its source's business.
"""

from __future__ import annotations

import re

from .elements import element
from .errors import ParseError
from .finding import Finding, Severity
from .keys.reader import Piece, Written, finding, read, remedy_for, split
from .keys.table import FIELDS, named
from .keys.values import PARAGRAPHS
from .normalise import plain
from .record import RawRecord, Reading
from .strangers.safejson import load_json

#: Between the values of a cell; a comma too, where it is not part of a value.
SEPARATORS = ";|"

#: HTML, and not a sentence about it.
MARKUP = re.compile(r"</[a-z]\w*>|<br\s*/?>|&[a-z]{2,8};|&#\d+;", re.IGNORECASE)

#: What a finding may be about: the keys of commun.yml, and the numbers of LOM.
KEYS = {name for field in FIELDS for name in (field.key, field.number) if name}
#: The line that names the columns, whichever row it is said of.
HEADER = 1
COLUMNS = {field.key.rpartition(".")[2]: None for field in FIELDS}


def parse(raw: RawRecord) -> Reading:
    """Read one row. Raise ParseError when the payload is no object of texts."""
    written: dict[str, Written] = {}
    remarks: list[Finding] = []
    for header, cell in _cells(raw.payload).items():
        field = named(header)
        if field is None:
            remarks.append(_unknown(header))
            continue
        if field.kind is PARAGRAPHS and MARKUP.search(cell):  # exported from a website
            cell = plain(cell)
        separators = SEPARATORS + ("," if "," in field.kind.separators else "")
        texts = split(field, cell, separators) if field.many else (cell,)
        before = written[field.key].pieces if field.key in written else ()
        pieces = (*before, *(Piece(text, raw.line) for text in texts if text.strip()))
        written[field.key] = Written(field=field, pieces=pieces, line=raw.line)
    reading = read(written.values(), "row")
    if not reading.record.general.title:
        remarks.append(
            finding(
                "row-titre-absent",
                element("1.2"),
                "La ligne n’a pas de titre.",
                "Remplissez la colonne «\u00a0titre\u00a0».",
                (raw.line, None),
                severity=Severity.ERROR,
            )
        )
    lines = {} if raw.line is None else dict.fromkeys(KEYS, raw.line)
    return Reading(record=reading.record, findings=(*remarks, *reading.findings), lines=lines)


def _cells(payload: bytes) -> dict[str, str]:
    cells, _ = load_json(payload)
    if not isinstance(cells, dict) or not all(isinstance(cell, str) for cell in cells.values()):
        raise ParseError(
            "La ligne n’est pas un objet dont chaque colonne est un texte.",
            remedy="Donnez un fichier CSV dont la première ligne nomme les colonnes.",
        )
    return cells


def _unknown(header: str) -> Finding:
    return finding(
        "row-colonne-inconnue",
        header[:60],
        f"La colonne «\u00a0{header[:60]}\u00a0» n’est pas lue.",
        remedy_for(header, COLUMNS),
        (HEADER, None),
        severity=Severity.INFO,
    )
