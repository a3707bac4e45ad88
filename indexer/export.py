"""The published catalogue as open data: CSV for spreadsheets, JSON lines, and ScoLOMFR records.

Only sources whose metadata licence is known are exported: what nobody licensed is shown, not given.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from metadata import dump
from metadata.licences import licence_of

from . import facets
from .entry import Entry

OAI = "http://www.openarchives.org/OAI/2.0/"

#: The columns of the CSV export before those of the facets.
COLUMNS = (
    "identifiant",
    "titre",
    "description",
    "lien",
    "licence",
    "source",
    "licence de la notice",
    "modifié le",
)

#: What begins so is read as a formula by spreadsheets; an apostrophe makes it text. A spreadsheet
#: set to semicolons, as in France, begins a cell after each, whatever the quotes around it.
FORMULA = re.compile(r"(^|;) *(?=[=+\-@])")


def is_open(entry: Entry) -> bool:
    """May this notice be given away?"""
    return bool(entry.licence)


def as_csv(entries: Iterable[Entry]) -> Iterator[bytes]:
    """One line an entry, one column a facet; several values are separated by « | ».

    Commas between columns and every cell in quotes, as RFC 4180 says.
    """
    yield csv_row([*COLUMNS, *(facet.label for facet in facets.FACETS.values())])
    for entry in entries:
        said = facets.values_of(entry)
        labels = (
            " | ".join(facets.label_of(key, value) for value in said.get(key, ()))
            for key in facets.FACETS
        )
        yield csv_row([*_columns(entry), *labels])


def _columns(entry: Entry) -> list[str]:
    record, licence = entry.record, licence_of(entry.record)
    descriptions = [text.value for texts in record.general.descriptions for text in texts[:1]]
    return [
        entry.slug,
        entry.title,
        " ".join(descriptions),
        next(iter(record.technical.locations), ""),
        licence.spdx or licence.label if licence else "",
        entry.source_title or entry.source,
        entry.licence,
        entry.last_changed.date().isoformat(),
    ]


def csv_row(cells: list[str]) -> bytes:
    """A line of a CSV file that a spreadsheet opens without running anything."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(_as_text, cells))
    return line.getvalue().encode()


def _as_text(cell: str) -> str:
    return FORMULA.sub(r"\g<0>'", " ".join(cell.split()))


def as_jsonl(entries: Iterable[Entry]) -> Iterator[bytes]:
    """One JSON object a line: the slug, the source, the dates, and the record."""
    for entry in entries:
        document = {
            "slug": entry.slug,
            "source": entry.source,
            "licence_de_la_notice": entry.licence,
            "modifie_le": entry.last_changed.isoformat(),
            "notice": json.loads(dump(entry.record, "json")),
        }
        yield json.dumps(document, ensure_ascii=False).encode() + b"\n"


def as_lomfr(entries: Iterable[Entry]) -> Iterator[bytes]:
    """One OAI-PMH ListRecords answer, which Balise and other harvesters read back as a file."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<OAI-PMH xmlns="{OAI}"><ListRecords>\n'.encode()
    for entry in entries:
        record = etree.Element(f"{{{OAI}}}record")
        header = etree.SubElement(record, f"{{{OAI}}}header")
        etree.SubElement(header, f"{{{OAI}}}identifier").text = entry.slug
        stamp = entry.last_changed.strftime("%Y-%m-%dT%H:%M:%SZ")
        etree.SubElement(header, f"{{{OAI}}}datestamp").text = stamp
        body = etree.SubElement(record, f"{{{OAI}}}metadata")
        body.append(etree.fromstring(dump(entry.record, "lomfr")))  # our own XML, just written
        yield etree.tostring(record, encoding="utf-8") + b"\n"
    yield b"</ListRecords></OAI-PMH>\n"


EXPORTS: dict[str, Callable[[Iterable[Entry]], Iterator[bytes]]] = {
    "csv": as_csv,
    "jsonl": as_jsonl,
    "lomfr": as_lomfr,
}
