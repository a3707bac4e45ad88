"""Read, judge and write the metadata of learning resources. No I/O, no network."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    commun,
    dublincore,
    feeditem,
    h5p,
    lomfr,
    manifest,
    package,
    projectnotice,
    recordjson,
    row,
    schemaorg,
)
from .errors import BadPackage, MetadataError, ParseError, UnknownFormat
from .finding import Finding, Severity
from .lom import ieee
from .record import RawRecord, Reading, Record

__all__ = [
    "READERS",
    "WRITERS",
    "BadPackage",
    "Finding",
    "MetadataError",
    "ParseError",
    "RawRecord",
    "Reading",
    "Record",
    "Severity",
    "UnknownFormat",
    "dump",
    "parse",
]

#: The formats read. To add one, write a module like dublincore.py and add a line here.
READERS: dict[str, Callable[[RawRecord], Reading]] = {
    "lomfr": lomfr.parse,
    "oai_dc": dublincore.parse,
    "imsmanifest": manifest.parse,
    "package": package.parse,
    "cmi5": manifest.parse_cmi5,
    "h5p": h5p.parse,
    "commun": commun.parse,
    "row": row.parse,
    "atom": feeditem.parse,
    "json": recordjson.parse,
    projectnotice.FORMAT: projectnotice.parse,
}

#: The formats written.
WRITERS: dict[str, Callable[[Record], bytes]] = {
    "lomfr": lomfr.dump,
    "lom": ieee.dump,
    "dc": dublincore.dump,
    "jsonld": schemaorg.dump,
    "commun": commun.dump,
    "json": recordjson.dump,
}


def parse(raw: RawRecord) -> Reading:
    """Read a record. Raise ParseError, or UnknownFormat."""
    if raw.fault:
        raise ParseError(raw.fault)
    if raw.format not in READERS:
        raise UnknownFormat(f"Aucun lecteur pour le format «\u00a0{raw.format}\u00a0».")
    return READERS[raw.format](raw)


def dump(record: Record, format: str) -> bytes:
    """Write a record. Raise UnknownFormat."""
    if format not in WRITERS:
        raise UnknownFormat(f"Aucun rédacteur pour le format «\u00a0{format}\u00a0».")
    return WRITERS[format](record)
