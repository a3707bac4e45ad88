"""The walk of a LOM element: each child is looked up in lomtable.py and read by its kind.

Names are compared without namespace nor case, since notices get both wrong. What the table has no
place for is said in a finding, never dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from lxml import etree

from . import lombalise
from .lomnotes import Notes
from .lomtable import EXPECTED, LOM, RECORD, TAXON, Group, Kind, Slot
from .lomtaxa import TaxonReader
from .lomterms import MISTYPED, Resolver
from .normalise import clean, duration, entity, language, plain, when
from .record import (
    Balise,
    Classification,
    Duration,
    Entity,
    ExtendedLocation,
    LangString,
    Reading,
    Record,
    Taxon,
    Term,
    Text,
    When,
)
from .safexml import line_of

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

#: What the XML Schemas accept; other spellings are understood, and said.
LEGAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d+(Z|[+-]\d\d:\d\d)?)?)?)?)?)?)?")
LEGAL_DURATION = re.compile(r"P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
MONTHS_ONLY = re.compile(r"P\d+M")
MIME_URI = re.compile(r"https?://(?:purl|url)\.org/NET/mediatypes/", re.IGNORECASE)
SIZE = re.compile(
    r"(\d{1,15}(?:[.,]\d{1,3})?)\s*([kmg]?)(?:o|octets?|b|bytes?|io|ib)?", re.IGNORECASE
)
FACTORS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
URI = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:|(?![^/?#]*:))(?:[^%#\[\]]|%[0-9A-Fa-f]{2})*"
    r"(?:#(?:[^%#\[\]]|%[0-9A-Fa-f]{2})*)?"
)
#: Ways to say that there is no language, which need no remark.
NO_LANGUAGE = re.compile(r"\s*(?:none|und|xxx?|x-.*)?\s*", re.IGNORECASE)


class _Inner(dict[str, Any]):
    """The values met so far in an element that stands once; a second one adds to them."""


class LomReader:
    """Reads one LOM element: `notes` fill as it goes."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.lines: dict[str, int] = {}
        self._tags: set[str] = set()
        self._own: dict[str, Any] = {}  # Balise's fields
        self._resolver = Resolver(self.notes)
        self._taxa = TaxonReader(self.notes)
        self._readers: dict[Kind, Callable[[etree._Element, Slot], Any]] = {
            Kind.TEXT: self._text,
            Kind.PLATFORM: self._text,
            Kind.FORMAT: self._format,
            Kind.SIZE: self._size,
            Kind.LANGUAGE: self._language,
            Kind.LINE: self._line,
            Kind.PROSE: self._prose,
            Kind.TERM: self._term,
            Kind.ENTITY: self._entity,
            Kind.DATE: self._date,
            Kind.DURATION: self._duration,
        }

    def read(self, element: etree._Element) -> Reading:
        values: dict[str, Any] = {}
        self._collect(element, RECORD, values)
        record: Record = _made(RECORD, values)
        self._judge_names(element)
        if self._own:
            record = replace(record, balise=Balise(**lombalise.gathered(self._own)))
        return Reading(record=record, findings=self.notes.findings(), lines=self.lines)

    # --- Groups -------------------------------------------------------------------------------

    def _collect(
        self, element: etree._Element, group: Group, values: dict[str, Any], number: str = ""
    ) -> None:
        for child in element:
            name = local_name(child.tag)
            slot = group.named.get(name)
            if slot is None:
                self._stray(child, name, number)
                continue
            self._tags.add(child.tag)
            self.lines.setdefault(slot.number, line_of(child))
            for value in self._values(child, slot, values):
                self._put(values, slot, value, child)
            if child.tail and not child.tail.isspace():
                self._lost_text(child.tail, number, child)
        text = element.text
        if text and not text.isspace():
            if group.bare and group.bare not in values:
                values[group.bare] = clean(text)
            else:
                self._lost_text(text, number, element)

    def _values(self, child: etree._Element, slot: Slot, values: dict[str, Any]) -> Iterator[Any]:
        """The values of an element: none when it says nothing or was added to one already met."""
        if slot.group is None:
            value = self._readers[slot.kind](child, slot)
            if value is not None and value != ():
                yield value
        elif slot.kind is Kind.INLINE:
            self._collect(child, slot.group, values, slot.number)
        elif slot.kind is Kind.TAXA:
            yield from self._taxons(child, slot)
        elif slot.many:
            inner: dict[str, Any] = {}
            self._collect(child, slot.group, inner, slot.number)
            value = self._finished(slot, _made(slot.group, inner), child) if inner else None
            if value is not None:
                yield value
        else:
            self._merge(child, slot, values)

    def _merge(self, child: etree._Element, slot: Slot, values: dict[str, Any]) -> None:
        if slot.field in values:
            self.notes.warn(
                "lom-doublon",
                slot.number,
                f"L’élément «\u00a0{slot.tag}\u00a0» est présent plusieurs fois\u00a0: les suivants"
                " complètent le premier.",
                "Réunissez-les en un seul.",
                child,
            )
        assert slot.group is not None
        inner = values.setdefault(slot.field, _Inner())
        self._collect(child, slot.group, inner, slot.number)

    def _finished(self, slot: Slot, value: Any, element: etree._Element) -> Any:
        if isinstance(value, ExtendedLocation):
            return self._placed(value, element)
        if isinstance(value, Classification):
            return self._classified(value, element)
        return value

    def _put(self, values: dict[str, Any], slot: Slot, value: Any, child: etree._Element) -> None:
        if slot.many:
            kept = values.setdefault(slot.field, {})
            if value not in kept or slot.kind is Kind.TAXA:
                kept[value] = None
                return
        elif slot.field not in values:
            values[slot.field] = value
            return
        elif values[slot.field] != value:
            self._second(values, slot, value, child)
            return
        self.notes.note(
            "lom-repetition",
            slot.number,
            "La même valeur est donnée deux fois\u00a0: elle n’est gardée qu’une.",
            "Supprimez la répétition.",
            child,
        )

    def _second(
        self, values: dict[str, Any], slot: Slot, value: Any, child: etree._Element
    ) -> None:
        strings = slot.kind in (Kind.LINE, Kind.PROSE)
        if strings:
            first = values[slot.field]
            values[slot.field] = first + tuple(text for text in value if text not in first)
        self.notes.warn(
            "lom-doublon",
            slot.number,
            f"L’élément «\u00a0{slot.tag}\u00a0» ne doit figurer qu’une fois\u00a0: "
            + ("les textes sont réunis." if strings else "seul le premier est gardé."),
            "Ne gardez que le bon.",
            child,
        )

    def _stray(self, child: etree._Element, name: str, number: str) -> None:
        if name == "taxon" and number == "9.2.2":  # nested taxa of SCORM 1.2: see _taxons
            return
        if name:
            namespace = etree.QName(child).namespace or ""
            foreign = "" if namespace in NAMESPACES_READ else f" (espace de noms {namespace})"
            self.notes.note(
                "lom-element-inconnu",
                number,
                f"L’élément «\u00a0{etree.QName(child).localname}\u00a0»{foreign} n’a pas sa place"
                " ici dans LOM, LOMFR ou ScoLOMFR\u00a0: il n’est pas repris.",
                "Vérifiez son nom et sa place, ou supprimez-le.",
                child,
            )

    def _lost_text(self, text: str, number: str, element: etree._Element) -> None:
        self.notes.note(
            "lom-texte-perdu",
            number,
            f"Le texte «\u00a0{clean(text)[:60]}\u00a0» n’est dans aucun élément\u00a0: il n’est"
            " pas repris.",
            "Placez-le dans l’élément voulu.",
            element,
        )

    # --- Values -------------------------------------------------------------------------------

    def _text(self, element: etree._Element, slot: Slot) -> str | None:
        return clean(whole_text(element)) or None

    def _format(self, element: etree._Element, slot: Slot) -> str | None:
        text = clean(whole_text(element))
        if text.startswith(MISTYPED):
            self.notes.warn(
                "lom-url-org",
                slot.number,
                f"«\u00a0{text[:80]}\u00a0» est écrit pour purl.org, et lu comme tel.",
                "Écrivez le type de média seul, ou son adresse en http://purl.org/NET/mediatypes/.",
                element,
            )
        return MIME_URI.sub("", text) or None

    def _size(self, element: etree._Element, slot: Slot) -> int | None:
        text = clean(whole_text(element))
        match = SIZE.fullmatch(text)
        if not text.isdecimal() and text:
            understood = f"lue comme {_bytes(match)} octets" if match else "elle n’est pas reprise"
            self.notes.warn(
                "lom-taille",
                slot.number,
                f"La taille «\u00a0{text[:40]}\u00a0» n’est pas un nombre d’octets\u00a0:"
                f" {understood}.",
                "Donnez un nombre entier d’octets, sans unité.",
                element,
            )
        return _bytes(match) if match else None

    def _language(self, element: etree._Element, slot: Slot) -> str | None:
        return self._tag(clean(whole_text(element)), element, slot.number) or None

    def _tag(self, text: str, element: etree._Element, number: str) -> str:
        tag = language(text) if text else ""
        if not tag and not NO_LANGUAGE.fullmatch(text):
            self.notes.warn(
                "lom-langue-inconnue",
                number,
                f"La langue «\u00a0{text[:40]}\u00a0» n’est pas reconnue.",
                "Donnez un code de langue, par exemple «\u00a0fr\u00a0» ou «\u00a0fre\u00a0».",
                element,
            )
        return tag

    def _line(self, element: etree._Element, slot: Slot) -> LangString:
        return self._strings(element, slot.number, line)

    def _prose(self, element: etree._Element, slot: Slot) -> LangString:
        return self._strings(element, slot.number, plain)

    def _strings(
        self, element: etree._Element, number: str, shape: Callable[[str], str]
    ) -> LangString:
        texts: list[Text] = []
        strangers: list[etree._Element] = []
        for child in element:
            if local_name(child.tag) in ("string", "langstring"):
                self._tags.add(child.tag)
                if value := shape(marked_up(child)):
                    texts.append(Text(value, self._language_of(child, number)))
            elif isinstance(child.tag, str):
                strangers.append(child)
        if strangers and not texts:  # HTML written straight into the element
            texts.append(Text(shape(marked_up(element)), self._language_of(element, number)))
        elif element.text and not element.text.isspace():
            texts.insert(0, Text(shape(element.text), self._language_of(element, number)))
            self._bare(element, number)
        return tuple(dict.fromkeys(text for text in texts if text.value))

    def _bare(self, element: etree._Element, number: str) -> None:
        if number != "5.13":  # plain text is legal there
            self.notes.note(
                "lom-texte-nu",
                number,
                "Le texte est donné sans élément «\u00a0string\u00a0».",
                'Placez-le dans <string language="fr">…</string>.',
                element,
            )

    def _language_of(self, element: etree._Element, number: str) -> str:
        said = element.get("language") or element.get(XML_LANG)
        return self._tag(said, element, number) if said else ""

    def _term(self, element: etree._Element, slot: Slot) -> Term | None:
        source = value = ""
        labels: list[str] = []
        for child in element:
            name = local_name(child.tag)
            if name == "value":
                value = value or clean(whole_text(child))
            elif name == "source":
                source = clean(whole_text(child))
            elif name == "label":
                labels.append(clean(whole_text(child)))
            else:
                self._stray(child, name, slot.number)
        if not len(element):
            value = clean(element.text or "")
        return self._resolver.term(slot, value, labels, source, element)

    def _entity(self, element: etree._Element, slot: Slot) -> Entity | None:
        text = whole_text(element)
        found = entity(text)
        if found is None and text and not text.isspace():
            self.notes.note(
                "lom-vcard-vide",
                slot.number,
                "La vCard ne nomme ni personne ni organisation.",
                "Donnez au moins FN ou ORG.",
                element,
            )
        return found

    def _date(self, element: etree._Element, slot: Slot) -> When | None:
        said, words = self._said(element, slot, ("datetime",))
        value = when(said) or ""
        if said and not value:
            words = _with(words, said)
        if said and not LEGAL_DATE.fullmatch(said):
            self.notes.warn(
                "lom-date",
                slot.number,
                f"La date «\u00a0{said[:40]}\u00a0» n’est pas de la forme attendue\u00a0: "
                + (f"lue comme {value}." if value else "elle est gardée comme texte."),
                "Écrivez AAAA-MM-JJ, ou AAAA-MM-JJThh:mm:ss.0+01:00 avec un fuseau.",
                element,
            )
        return When(value, words) if value or words else None

    def _duration(self, element: etree._Element, slot: Slot) -> Duration | None:
        said, words = self._said(element, slot, ("duration", "datetime"))
        iso = duration(said) or ""
        if said and not iso and not LEGAL_DURATION.fullmatch(said):
            words = _with(words, said)
        if not iso:
            iso = next((found for text in words if (found := duration(text.value))), "")
        self._judge_duration(said, iso, element, slot)
        return Duration(iso, words) if iso or words else None

    def _judge_duration(self, said: str, iso: str, element: etree._Element, slot: Slot) -> None:
        if said and not LEGAL_DURATION.fullmatch(said):
            fault = f"La durée «\u00a0{said[:40]}\u00a0» n’est pas de la forme attendue\u00a0: " + (
                f"lue comme {iso}." if iso else "elle est gardée comme texte."
            )
        elif said and not iso:
            fault = f"La durée «\u00a0{said}\u00a0» est nulle\u00a0: elle n’est pas reprise."
        elif iso and not said:
            fault = f"La durée n’est donnée qu’en toutes lettres\u00a0: lue comme {iso}."
        elif MONTHS_ONLY.fullmatch(said):
            fault = (
                f"La durée «\u00a0{said}\u00a0» compte des mois\u00a0: des minutes s’écrivent PT."
            )
        else:
            return
        self.notes.warn(
            "lom-duree",
            slot.number,
            fault,
            "Écrivez par exemple PT1H30M pour une heure et demie.",
            element,
        )

    def _said(
        self, element: etree._Element, slot: Slot, names: tuple[str, ...]
    ) -> tuple[str, LangString]:
        """What stands in a date or a duration, and the words beside it."""
        said, words = clean(element.text or ""), LangString()
        for child in element:
            name = local_name(child.tag)
            if name in names:
                said = said or clean(whole_text(child))
            elif name == "description":
                words += self._strings(child, slot.number, plain)
            else:
                self._stray(child, name, slot.number)
        return said, words

    # --- Elements with a sense of their own ---------------------------------------------------

    def _taxons(self, element: etree._Element, slot: Slot) -> Iterator[Taxon]:
        inner: dict[str, Any] = {}
        self._collect(element, TAXON, inner, slot.number)
        if inner:
            yield _made(TAXON, inner)
        for child in element:
            if local_name(child.tag) == "taxon":
                yield from self._taxons(child, slot)

    def _placed(self, location: ExtendedLocation, element: etree._Element) -> ExtendedLocation:
        platform = location.platform
        if not platform or URI.fullmatch(platform):
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
        paths = []
        for path in classification.taxon_paths:
            own = lombalise.taken(path)
            if own is None:
                paths.append(path)
            else:
                self._own.setdefault(own[0], []).append(own[1])
        if len(paths) == len(classification.taxon_paths):
            return self._taxa.resolved(classification, element)
        left = replace(classification, purpose=None, taxon_paths=tuple(paths))
        if left == Classification():
            return None
        left = replace(left, purpose=classification.purpose)
        return self._taxa.resolved(left, element)

    def _judge_names(self, root: etree._Element) -> None:
        namespace = etree.QName(root).namespace or ""
        if namespace != LOM:
            said = f"l’espace de noms «\u00a0{namespace}\u00a0»" if namespace else "aucun espace"
            self.notes.note(
                "lom-espace-de-noms",
                "",
                f"La notice est dans {said}, et non dans {LOM}\u00a0: elle est lue quand même.",
                "Pour ScoLOMFR, déclarez les espaces de noms de LOM, LOMFR et ScoLOMFR.",
                root,
            )
            return
        wrong = sorted(
            etree.QName(tag).localname
            for tag in self._tags
            if tag not in EXPECTED and isinstance(tag, str)
        )
        if wrong:
            self.notes.warn(
                "lom-nom-d-element",
                "",
                "Ces éléments ne sont pas écrits, ou pas dans l’espace de noms, que demande le"
                f" schéma\u00a0: {', '.join(wrong[:8])}.",
                "Respectez la casse et les préfixes lom, lomfr et scolomfr.",
                root,
            )


NAMESPACES_READ = {"", LOM, "http://www.lom-fr.fr/xsd/LOMFR", "http://www.lom-fr.fr/xsd/SCOLOMFR"}


@lru_cache(maxsize=4096)
def local_name(tag: object) -> str:
    """The name of an element without namespace, in lower case; "" for a comment."""
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def line(text: str) -> str:
    """A text on one line, without markup."""
    return clean(plain(text) if "<" in text or "&" in text else text)


def whole_text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


def marked_up(element: etree._Element) -> str:
    """The text of an element, its inner tags kept as HTML for `plain` to understand."""
    if not len(element):
        return element.text or ""
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _made(group: Group, values: dict[str, Any]) -> Any:
    groups = {slot.field: slot.group for slot in group.slots if slot.group}
    fields = {}
    for name, value in values.items():
        if isinstance(value, _Inner):
            fields[name] = _made(groups[name], value)
        else:
            fields[name] = tuple(value) if isinstance(value, dict) else value
    return group.make(**fields)


def _bytes(match: re.Match[str]) -> int:
    return round(float(match[1].replace(",", ".")) * FACTORS[match[2].lower()])


def _with(words: LangString, said: str) -> LangString:
    return words if any(text.value == said for text in words) else (*words, Text(said))
