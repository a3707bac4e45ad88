"""A record as it arrives: read once, with all the store keeps beside its bytes. No I/O."""

from __future__ import annotations

import hashlib
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from metadata import MetadataError, RawRecord, Record, parse
from metadata.vocabulary import CONCEPT, key_of

from .entry import title_of
from .terms import UnknownValue, unknown_values

log = logging.getLogger(__name__)

HAS_PART = "http://purl.org/dc/terms/hasPart"
IS_PART_OF = "http://purl.org/dc/terms/isPartOf"

#: Publisher, publisher of the content, publisher of the publication (voc-003).
PUBLISHERS = {
    CONCEPT + name for name in ("publisher", "scolomfr-voc-003-num-028", "scolomfr-voc-003-num-029")
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A record read, or refused when `error` is not ""; and what is derived from it."""

    raw: RawRecord
    digest: str
    packed: bytes  # the payload as it is kept
    title: str = ""
    names: tuple[tuple[str, str], ...] = ()  # (kind, value): ark, isbn, location, name, title
    relations: tuple[tuple[str, str], ...] = ()  # (role, value): see schema.RELATIONS
    unknown: tuple[UnknownValue, ...] = ()
    error: str = ""


def arrive(raw: RawRecord) -> Arrival:
    """Read a record. A fault of its author, or of our reader, costs this record alone."""
    arrival = Arrival(raw=raw, digest=digest_of(raw), packed=pack(raw.payload))
    if not raw.payload and not raw.fault:
        return replace(arrival, error="Notice vide\u00a0: la source n’en donne que le nom.")
    try:
        record = parse(raw).record
    except MetadataError as error:
        return replace(arrival, error=storable(str(error)))
    except Exception as error:  # a bug of a reader must not cost the whole source
        log.exception("reader failed identifier=%r format=%s", raw.identifier, raw.format)
        kind = type(error).__name__
        message = f"Le lecteur «\u00a0{raw.format}\u00a0» a failli ({kind})\u00a0: c’est un défaut de Balise."
        return replace(arrival, error=message)
    return replace(
        arrival,
        title=storable(title_of(record)),
        names=tuple(dict.fromkeys(_names(raw, record))),
        relations=tuple(dict.fromkeys(_relations(record))),
        unknown=tuple(_storable(value) for value in unknown_values(record)),
    )


def digest_of(raw: RawRecord) -> str:
    """What changes when the record does."""
    head = f"{raw.format}\n{raw.part}\n".encode(errors="surrogatepass")
    return hashlib.sha256(head + raw.payload).hexdigest()


def pack(payload: bytes) -> bytes:
    """Notices are wordy XML: a quarter remains, at the lowest level, for a few microseconds."""
    return zlib.compress(payload, 1)


def unpack(payload: bytes) -> bytes:
    return zlib.decompress(payload)


def clean(raw: RawRecord) -> RawRecord:
    """The same record under a name that any database takes."""
    identifier = storable(raw.identifier)
    return raw if identifier == raw.identifier else replace(raw, identifier=identifier)


def storable(text: str) -> str:
    """A text without what databases refuse: lone surrogates and NUL, written as escapes."""
    if "\0" in text:
        text = text.replace("\0", "\\x00")
    return text.encode(errors="backslashreplace").decode()


def _storable(value: UnknownValue) -> UnknownValue:
    return value._replace(value=storable(value.value), name=storable(value.name))


def _names(raw: RawRecord, record: Record) -> Iterator[tuple[str, str]]:
    """All that the resource is called, with what kind of name it is."""
    yield name_of(raw.identifier)
    for catalog, entry in record.general.identifiers:
        yield name_of(entry, catalog)
    for location in record.technical.locations:
        yield name_of(location)
    publisher = next(iter(_publishers(record)), "")
    if (title := key_of(title_of(record))) and publisher:
        yield "title", storable(f"{title} / {key_of(publisher)}")


def _publishers(record: Record) -> Iterator[str]:
    for contribution in record.life_cycle.contributions:
        role = contribution.role
        if role and role.uri in PUBLISHERS:
            for entity in contribution.entities:
                yield entity.organisation or entity.name


def _relations(record: Record) -> Iterator[tuple[str, str]]:
    for relation in record.relations:
        uri = relation.kind.uri if relation.kind else ""
        if uri in (HAS_PART, IS_PART_OF):
            role = "whole" if uri == HAS_PART else "part"
            for catalog, entry in relation.identifiers:
                yield role, name_of(entry, catalog)[1]


ARK = re.compile(r"ark:/?(\d{5,9})/([^\s?#]+)", re.IGNORECASE)
WEB = re.compile(r"https?://", re.IGNORECASE)
NOT_ISBN = re.compile(r"\b(urn:)?isbn(-1[03])?\b|[\s:-]", re.IGNORECASE)


def name_of(entry: str, catalog: str = "") -> tuple[str, str]:
    """The kind of a name, and the name as its spellings share it: ark, isbn, location or name."""
    entry = storable(entry.strip())
    if match := ARK.search(entry):
        return "ark", f"ark:{match[1]}/{match[2].replace('-', '').rstrip('/.')}"
    if WEB.match(entry):
        return "location", _location(entry)
    if isbn := _isbn(entry, catalog):
        return "isbn", f"isbn:{isbn}"
    return "name", entry.casefold()


def _location(address: str) -> str:
    """An address without what leads to the same page: scheme, www, port, last slash, anchor."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return address
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    # A fragment that is a path is the page itself, in applications of one page.
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""
    return f"//{place}{parts.path.rstrip('/')}{query}{fragment}"


def _isbn(entry: str, catalog: str) -> str:
    """The thirteen digits of an ISBN that says it is one, or is one beyond doubt; else ""."""
    said = "isbn" in catalog.casefold() or "isbn" in entry.casefold()
    digits = NOT_ISBN.sub("", entry).upper()
    if said and re.fullmatch(r"\d{9}[\dX]", digits) and _is_isbn10(digits):
        digits = _isbn13(f"978{digits[:9]}")
    is_13 = re.fullmatch(r"97[89]\d{10}", digits) and _isbn13(digits[:12]) == digits
    return digits if is_13 else ""


def _is_isbn10(digits: str) -> bool:
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return sum(value * (10 - index) for index, value in enumerate(values)) % 11 == 0


def _isbn13(twelve: str) -> str:
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(twelve))
    return twelve + str(-total % 10)
