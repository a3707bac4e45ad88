"""Record to ScoLOMFR XML, valid against the schemas of ScoLOMFR.

What the schemas have no slot for is still written where they let it stand: a value that they do not
list goes into `label`, Balise's own fields become free taxa (lom/balise.py).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lxml import etree

from ..languages import THREE_LETTERS
from ..normalise import duration, language, plain, when
from ..record import Duration, Entity, LangString, Record, Term, When
from ..strangers.safexml import parse_xml
from ..strangers.vcard import written
from ..strangers.xmltree import legal
from ..vocabulary import key_of
from . import balise as lombalise
from .reader import URI
from .table import LOM, NAMESPACES, RECORD, Group, Kind, Slot
from .terms import SOURCE_SAID
from .values import line, schema_date, with_words

LANGUAGES = "http://id.loc.gov/vocabulary/iso639-2/"
MEDIA_TYPES = "http://purl.org/NET/mediatypes/"
MIME = re.compile(r"[a-z]+/[\w.+-]+")


def dump(record: Record, schema: str = "3.2.1") -> bytes:
    """ScoLOMFR XML that is valid against a schema of the folder `schemas` ("3.2.1", "3.0-lax")."""
    root = etree.Element(f"{{{LOM}}}lom", nsmap=NAMESPACES)
    Writer(schema).group(root, RECORD, with_own(record))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def with_own(record: Record) -> Record:
    """A record with Balise's own fields among its classifications."""
    own = tuple(lombalise.classifications(record.balise))
    return replace(record, classifications=(*record.classifications, *own)) if own else record


class Writer:
    """Writes the values of a record under an element, as one schema wants them."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._writers: dict[Kind, Callable[[etree._Element, Slot, Any], None]] = {
            Kind.GROUP: self._group,
            Kind.TAXA: self._group,
            Kind.INLINE: self._group,
            Kind.TEXT: self._text,
            Kind.FORMAT: self._format,
            Kind.PLATFORM: self._text,
            Kind.SIZE: self._text,
            Kind.LANGUAGE: self._language,
            Kind.LINE: self._line,
            Kind.PROSE: self._prose,
            Kind.TERM: self._term,
            Kind.ENTITY: self._entity,
            Kind.DATE: self._date,
            Kind.DURATION: self._duration,
        }

    def group(self, parent: etree._Element, group: Group, value: Any) -> None:
        """Write the fields of a value as the elements of a group, in the order of the standard."""
        for slot in group.slots:
            # The ways to meet a requirement (4.4.1) are the requirement itself.
            said = value if slot.tag == "orComposite" else _field(slot, value)
            before = len(parent)
            for each in said if slot.many else (said,):
                if each is not None:
                    self._writers[slot.kind](parent, slot, each)
            if group.whole and not slot.many and len(parent) == before:
                element_of(parent, slot)

    def _group(self, parent: etree._Element, slot: Slot, value: Any) -> None:
        assert slot.group is not None
        inside = element_of(parent, slot)
        self.group(inside, slot.group, value)
        if not any(len(child) or child.text for child in inside):
            parent.remove(inside)

    def _text(self, parent: etree._Element, slot: Slot, value: str | int) -> None:
        text = legal(str(value))
        if slot.kind is Kind.SIZE and not text.isdecimal():
            return
        if slot.kind is Kind.PLATFORM and not URI.fullmatch(text):
            return
        if text:
            element_of(parent, slot).text = text

    def _format(self, parent: etree._Element, slot: Slot, value: str) -> None:
        self._text(parent, slot, MEDIA_TYPES + value if MIME.fullmatch(value) else value)

    def _language(self, parent: etree._Element, slot: Slot, value: str) -> None:
        self._text(parent, slot, self.language(value))

    def language(self, tag: str) -> str:
        """What a language is called."""
        tag = language(tag)
        three = THREE_LETTERS.get(tag, tag if len(tag) == 3 else "")
        return LANGUAGES + three if three else tag

    def _line(self, parent: etree._Element, slot: Slot, value: LangString) -> None:
        self._strings(parent, slot.tag, value, line)

    def _prose(self, parent: etree._Element, slot: Slot, value: LangString) -> None:
        self._strings(parent, slot.tag, value, plain)

    def _strings(
        self, parent: etree._Element, tag: str, value: LangString, shape: Callable[[str], str]
    ) -> None:
        texts = [(said, text.language) for text in value if (said := legal(text.value)).strip()]
        if not texts:
            return
        element = etree.SubElement(parent, _tag(tag))
        prefix = tag.rpartition(":")[0]
        for said, tongue in texts:
            string = etree.SubElement(element, _tag(f"{prefix}:string" if prefix else "string"))
            # What would be read as markup is escaped once more.
            string.text = said if shape(said) == said else html.escape(said, quote=False)
            if tongue := self.language(tongue):
                string.set("language", tongue)

    def _term(self, parent: etree._Element, slot: Slot, term: Term) -> None:
        uri, text, source = (legal(part) for part in term)
        if not uri and not text:
            return
        element = element_of(parent, slot)
        labels = [text] if text and text != uri else []
        if source in _listed(self._schema, "SourceValues"):
            child_of(element, slot, "source", source)
        elif source:
            labels.append(SOURCE_SAID + source)
        if uri in _listed(self._schema, f"voc_{slot.vocabulary}"):
            child_of(element, slot, "value", uri)
        elif uri:
            labels.insert(0, uri)
        elif not slot.vocabulary and key_of(text) in slot.tokens:
            child_of(element, slot, "value", labels.pop(0))
        for label in labels:
            child_of(element, slot, "label", label)

    def _entity(self, parent: etree._Element, slot: Slot, value: Entity) -> None:
        if value != Entity():
            element_of(parent, slot).text = legal(written(value))

    def _date(self, parent: etree._Element, slot: Slot, value: When) -> None:
        said = when(value.value)
        words = (
            value.description
            if said or not value.value
            else with_words(value.description, value.value)
        )
        self._said(parent, slot, "dateTime", schema_date(said) if said else None, words)

    def _duration(self, parent: etree._Element, slot: Slot, value: Duration) -> None:
        said = duration(value.iso)
        words = (
            value.description if said or not value.iso else with_words(value.description, value.iso)
        )
        self._said(parent, slot, "duration", said, words)

    def _said(
        self, parent: etree._Element, slot: Slot, name: str, said: str | None, words: LangString
    ) -> None:
        if not said and not words:
            return
        element = element_of(parent, slot)
        if said:
            child_of(element, slot, name, said)
        self._strings(element, "description", words, plain)
        if not len(element):
            parent.remove(element)


def _field(slot: Slot, value: Any) -> Any:
    # A requirement of SCORM 1.2 has no field of its own for what it holds bare.
    return value if not slot.field else getattr(value, slot.field, None)


def element_of(parent: etree._Element, slot: Slot) -> etree._Element:
    return etree.SubElement(parent, _tag(slot.tag))


def child_of(element: etree._Element, slot: Slot, name: str, text: str) -> None:
    prefix = slot.tag.rpartition(":")[0]
    etree.SubElement(element, _tag(f"{prefix}:{name}" if prefix else name)).text = text


@lru_cache(maxsize=512)
def _tag(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix or 'lom']}}}{local}"


@lru_cache(maxsize=128)
def _listed(schema: str, name: str) -> frozenset[str]:
    """The values that a file of a schema lists."""
    path = files("metadata") / "schemas" / f"scolomfr-{schema}" / "scolomfr/vocab" / f"{name}.xsd"
    if not path.is_file():
        return frozenset()
    root = parse_xml(path.read_bytes())
    return frozenset(each.get("value", "") for each in root.iter("{*}enumeration"))
