"""Record to LOM alone, valid against the strict schema of IEEE 1484.12.3.

What only ScoLOMFR and LOMFR have is left out: their elements, and the values that LOM has no word
for. Whoever can read these takes the notice as ScoLOMFR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from itertools import chain

from lxml import etree

from ..normalise import language
from ..record import Record, Term, Text
from ..strangers.safexml import parse_xml
from ..vocabulary import key_of, local_name, scolomfr
from .table import LOM, RECORD, Group, Slot
from .writer import Writer, child_of, element_of, with_own

#: What XML Schema takes for a language.
LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")


def dump(record: Record) -> bytes:
    """Write a record as LOM: what LOM can say, in its own words."""
    root = etree.Element(f"{{{LOM}}}lom", nsmap={"lom": LOM})
    LomWriter("").group(root, _table(), _with_one_description(with_own(record)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _with_one_description(record: Record) -> Record:
    """The conditions of use (6.3) said at once, in each language: LOM has no room for several."""
    if len(record.rights.descriptions) < 2:
        return record
    said: dict[str, list[str]] = {}
    for text in chain.from_iterable(record.rights.descriptions):
        said.setdefault(text.language, []).append(text.value)
    whole = tuple(Text("\n\n".join(values), tongue) for tongue, values in said.items())
    return replace(record, rights=replace(record.rights, descriptions=(whole,)))


@lru_cache(maxsize=1)
def _table() -> Group:
    return _own(RECORD)


def _own(group: Group) -> Group:
    """A group without what LOM does not have."""
    slots = (slot for slot in group.slots if ":" not in slot.tag)
    return replace(
        group,
        slots=tuple(replace(slot, group=slot.group and _own(slot.group)) for slot in slots),
    )


class LomWriter(Writer):
    """Writes values with the words of LOM."""

    def language(self, tag: str) -> str:
        tag = language(tag)
        return tag if LANGUAGE.fullmatch(tag) else ""

    def _format(self, parent: etree._Element, slot: Slot, value: str) -> None:
        self._text(parent, slot, value)

    def _term(self, parent: etree._Element, slot: Slot, term: Term) -> None:
        # A contributor to the notice (3.2.1) has roles that one to the resource (2.3.1) has not.
        words = _words("roleMeta" if slot.vocabulary == "013" else slot.tag)
        said = next((name for name in _names(slot, term) if name in words), "")
        if said:
            element = element_of(parent, slot)
            child_of(element, slot, "source", "LOMv1.0")
            child_of(element, slot, "value", said)


def _names(slot: Slot, term: Term) -> Iterator[str]:
    """What LOM may call a term: « no_2 » stands for « no », and tokens for the concepts they give."""
    if not term.uri:
        yield key_of(term.text)
        return
    local = local_name(term.uri)
    yield from (token for token, concept in slot.tokens.items() if concept == local)
    concept = scolomfr().concept(term.uri)
    yield from concept.tokens if concept else ()
    yield re.sub(r"_\d$", "", local).replace("_", " ").lower()


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    path = files("metadata") / "schemas/scolomfr-3.2.1/common/vocabValues.xsd"
    root = parse_xml(path.read_bytes())
    return {
        kind.get("name", ""): frozenset(
            each.get("value", "") for each in kind.iter("{*}enumeration")
        )
        for kind in root.iter("{*}simpleType")
    }


def _words(name: str) -> frozenset[str]:
    """The words of LOM for an element."""
    return _lists().get(f"{name}Values", frozenset())
