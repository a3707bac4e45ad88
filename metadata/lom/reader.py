"""The walk of a LOM element: each child is looked up in lom/table.py and read by its kind.

Names are compared without namespace nor case, since notices get both wrong. What the table has no
place for is said in a finding, never dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from ..normalise import clean, plain
from ..record import Classification, ExtendedLocation, Reading, Record, Taxon, Text
from ..strangers.xmltree import line_of
from . import balise as lombalise
from .notes import Notes
from .table import LOM, RECORD, Group, Kind, Slot
from .taxa import TaxonReader
from .values import READERS, ValueReader, local_name

URI = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:|(?![^/?#]*:))(?:[^%#\[\]]|%[0-9A-Fa-f]{2})*"
    r"(?:#(?:[^%#\[\]]|%[0-9A-Fa-f]{2})*)?"
)


class LomReader:
    """Reads one LOM element; `notes` fill as it goes."""

    def __init__(self) -> None:
        self.notes = Notes()
        self._lines: dict[str, int] = {}
        self._misnamed: dict[str, None] = {}
        self._own: dict[str, list[Any]] = {}  # Balise's fields
        self._taxa = TaxonReader(self.notes)
        self._values = ValueReader(self.notes)

    def read(self, element: etree._Element) -> Reading:
        values: dict[str, Any] = {}
        self._collect(element, RECORD, values, "")
        for slot in RECORD.slots:
            if not slot.many and slot.group and slot.field in values:
                values[slot.field] = _made(slot.group, values[slot.field])
        record: Record = _made(RECORD, values)
        if self._own:
            record = replace(record, balise=lombalise.gathered(self._own))
        self._judge_names(element)
        return Reading(record=record, findings=self.notes.findings(), lines=self._lines)

    def _collect(
        self, element: etree._Element, group: Group, values: dict[str, Any], number: str
    ) -> None:
        """Put what the children of an element say among the values of its group, by field."""
        tagged, lines = group.tagged, self._lines
        for child in element:
            slot = tagged.get(child.tag) or self._found(child, group, number)
            if slot is None:
                continue
            if slot.number not in lines:
                lines[slot.number] = line_of(child)
            if slot.group is None:
                value = READERS[slot.kind](self._values, child, slot)
                if value is not None and value != ():
                    self._put(values, slot, value, child)
            else:
                self._descend(child, slot, slot.group, values)
            if (tail := child.tail) and not tail.isspace():
                self._lost(tail, number, child)
        if (text := element.text) and not text.isspace():
            if group.bare and group.bare not in values:
                values[group.bare] = clean(text)
            else:
                self._lost(text, number, element)

    def _found(self, child: etree._Element, group: Group, number: str) -> Slot | None:
        """The slot of an element that is not named as the schemas want."""
        name = local_name(child.tag)
        slot = group.named.get(name)
        if slot:
            self._misnamed[str(child.tag)] = None
        elif number != "9.2.2" or name != "taxon":  # a taxon in a taxon: see _taxons
            self.notes.stray(child, number)
        return slot

    def _descend(
        self, child: etree._Element, slot: Slot, group: Group, values: dict[str, Any]
    ) -> None:
        if slot.kind is Kind.INLINE:
            self._collect(child, group, values, slot.number)
        elif slot.kind is Kind.TAXA:
            if taxa := [*self._taxons(child, slot, group)]:
                values.setdefault(slot.field, []).extend(taxa)
        elif slot.many:
            inner: dict[str, Any] = {}
            self._collect(child, group, inner, slot.number)
            if inner and (value := self._finished(_made(group, inner), child)) is not None:
                self._put(values, slot, value, child)
        else:
            if slot.field in values:
                self.notes.warn(
                    "lom-doublon",
                    slot.number,
                    f"L’élément «\u00a0{slot.tag}\u00a0» est présent plusieurs fois\u00a0: les"
                    " suivants complètent le premier.",
                    "Réunissez-les en un seul.",
                    child,
                )
            self._collect(child, group, values.setdefault(slot.field, {}), slot.number)

    def _put(self, values: dict[str, Any], slot: Slot, value: Any, child: etree._Element) -> None:
        if slot.many:
            # A dict keeps the order, and each value once.
            kept = values.setdefault(slot.field, {})
            if value not in kept:
                kept[value] = None
                return
        elif slot.field not in values:
            values[slot.field] = value
            return
        elif values[slot.field] != value:
            self._second(values, slot, value, child)
            return
        self.notes.repeated(slot.number, child)

    def _second(
        self, values: dict[str, Any], slot: Slot, value: Any, child: etree._Element
    ) -> None:
        strings = slot.kind in (Kind.LINE, Kind.PROSE)
        if strings:
            first = values[slot.field]
            values[slot.field] = first + tuple(text for text in value if text not in first)
        if slot.number == "4.6":  # may be repeated, which says the same as one with all the texts
            return
        self.notes.warn(
            "lom-doublon",
            slot.number,
            f"L’élément «\u00a0{slot.tag}\u00a0» ne doit figurer qu’une fois\u00a0: "
            + ("les textes sont réunis." if strings else "seul le premier est gardé."),
            "Ne gardez que le bon.",
            child,
        )

    def _lost(self, text: str, number: str, element: etree._Element) -> None:
        self.notes.note(
            "lom-texte-perdu",
            number,
            f"Le texte «\u00a0{clean(text)[:60]}\u00a0» n’est dans aucun élément\u00a0: il n’est"
            " pas repris.",
            "Placez-le dans l’élément voulu.",
            element,
        )

    def _taxons(self, element: etree._Element, slot: Slot, group: Group) -> Iterator[Taxon]:
        """The taxon, and those that SCORM 1.2 nests in it."""
        inner: dict[str, Any] = {}
        self._collect(element, group, inner, slot.number)
        if inner:
            yield _made(group, inner)
        if len(element) == len(inner):
            return
        for child in element:
            if local_name(child.tag) == "taxon":
                yield from self._taxons(child, slot, group)

    def _finished(self, value: Any, element: etree._Element) -> Any:
        if isinstance(value, ExtendedLocation):
            return self._placed(value, element)
        if isinstance(value, Classification):
            return self._classified(value, element)
        return value

    def _placed(self, location: ExtendedLocation, element: etree._Element) -> ExtendedLocation:
        platform = location.platform
        if URI.fullmatch(platform):
            return location
        self.notes.warn(
            "lom-plateforme",
            "4.3.1",
            f"La plateforme «\u00a0{platform[:60]}\u00a0» n’est pas désignée par une URI\u00a0: elle"
            " est gardée comme description.",
            "Donnez l’URI de la plateforme, par exemple http://data.education.fr/gar.",
            element,
        )
        words = (*location.descriptions, (Text(plain(platform)),))
        return replace(location, platform="", descriptions=words)

    def _classified(
        self, classification: Classification, element: etree._Element
    ) -> Classification | None:
        """A classification with its terms found, without the paths that are Balise's own."""
        paths = []
        for path in classification.taxon_paths:
            if own := lombalise.taken(path):
                self._own.setdefault(own[0], []).append(own[1])
            else:
                paths.append(path)
        if len(paths) < len(classification.taxon_paths):
            if not paths and not classification.description and not classification.keywords:
                return None
            classification = replace(classification, taxon_paths=tuple(paths))
        return self._taxa.resolved(classification, element)

    def _judge_names(self, root: etree._Element) -> None:
        namespace = etree.QName(root).namespace or ""
        if namespace != LOM:
            said = f"l’espace de noms {namespace}" if namespace else "aucun espace de noms"
            self.notes.note(
                "lom-espace-de-noms",
                "",
                f"La notice n’est pas dans l’espace de noms {LOM} mais dans {said}\u00a0: elle est"
                " lue quand même.",
                "Pour ScoLOMFR, déclarez les espaces de noms de LOM, LOMFR et ScoLOMFR.",
                root,
            )
        elif self._misnamed:
            names = [etree.QName(tag).localname for tag in self._misnamed]
            self.notes.warn(
                "lom-nom-d-element",
                "",
                "Des éléments n’ont pas la casse ou l’espace de noms que demande le schéma\u00a0:"
                f" {', '.join(names[:8])}.",
                "Respectez la casse et les préfixes lom, lomfr et scolomfr.",
                root,
            )


def _made(group: Group, values: dict[str, Any]) -> Any:
    for name, value in values.items():
        if type(value) in (dict, list):
            values[name] = tuple(value)
    return group.make(**values)
