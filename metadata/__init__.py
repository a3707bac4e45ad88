"""Read, judge and write the metadata of learning resources. No I/O, no network."""

from __future__ import annotations

import importlib

from .errors import BadPackage, MetadataError, ParseError, UnknownFormat, Unwritable
from .finding import Finding, Severity
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
    "Unwritable",
    "dump",
    "parse",
]

# Interim, while the modules are being written: names instead of functions.
READERS = {
    "lomfr": "lomfr.parse",
    "oai_dc": "dublincore.parse",
    "imsmanifest": "manifest.parse",
    "package": "package.parse",
    "cmi5": "manifest.parse_cmi5",
    "h5p": "h5p.parse",
    "commun": "commun.parse",
    "row": "row.parse",
    "atom": "feeditem.parse",
    "json": "recordjson.parse",
}
WRITERS = {
    "lomfr": "lomfr.dump",
    "dc": "dublincore.dump",
    "jsonld": "schemaorg.dump",
    "commun": "commun.dump",
    "json": "recordjson.dump",
}


def _function(path: str):  # type: ignore[no-untyped-def]  # goes with the interim
    module, name = path.split(".")
    return getattr(importlib.import_module(f"metadata.{module}"), name)


def parse(raw: RawRecord) -> Reading:
    """Read a record. Raise ParseError, or UnknownFormat."""
    if raw.fault:
        raise ParseError(raw.fault)
    if raw.format not in READERS:
        raise UnknownFormat(f"Aucun lecteur pour le format « {raw.format} ».")
    reading: Reading = _function(READERS[raw.format])(raw)
    return reading


def dump(record: Record, format: str) -> bytes:
    """Write a record. Raise UnknownFormat, or Unwritable."""
    if format not in WRITERS:
        raise UnknownFormat(f"Aucun rédacteur pour le format « {format} ».")
    written: bytes = _function(WRITERS[format])(record)
    return written
