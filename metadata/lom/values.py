"""The values of a LOM notice, by kind: texts, terms, dates, durations, vCards, sizes, languages.

What is not written as the schemas ask is understood where it can be, and said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from lxml import etree

from ..normalise import clean, duration, entity, language, plain, size, when
from ..record import Duration, Entity, LangString, Term, Text, When
from .notes import Notes
from .table import Kind, Slot
from .terms import understood

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

LEGAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d+(Z|[+-]\d\d:\d\d)?)?)?)?)?)?)?")
SECONDS_THEN_ZONE = re.compile(r"(T\d\d:\d\d:\d\d)(?=Z|[+-])")
LEGAL_DURATION = re.compile(r"P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
MONTHS_ONLY = re.compile(r"P\d+M")
MEDIA_TYPES = re.compile(r"https?://(?:purl|url)\.org/NET/mediatypes/", re.IGNORECASE)
#: Ways to say that there is no language, which need no remark.
NO_LANGUAGE = re.compile(r"\s*(?:none|und|xxx?|x-.*)?\s*", re.IGNORECASE)


class ValueReader:
    """Reads the value of one element, None or () when it says nothing; faults go to the notes."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def _text(self, element: etree._Element, slot: Slot) -> str | None:
        return clean(whole_text(element)) or None

    def _format(self, element: etree._Element, slot: Slot) -> str | None:
        return MEDIA_TYPES.sub("", clean(whole_text(element))) or None

    def _size(self, element: etree._Element, slot: Slot) -> int | None:
        text = clean(whole_text(element))
        found = size(text)
        if text and not text.isdecimal():
            self._notes.warn(
                "lom-taille",
                slot.number,
                f"La taille «\u00a0{text[:40]}\u00a0» n’est pas un nombre d’octets\u00a0: "
                + ("elle n’est pas reprise." if found is None else f"lue comme {found}."),
                "Donnez un nombre entier d’octets, sans unité.",
                element,
            )
        return found

    def _language(self, element: etree._Element, slot: Slot) -> str | None:
        return self._tag(clean(whole_text(element)), element, slot.number) or None

    def _tag(self, text: str, element: etree._Element, number: str) -> str:
        tag = language(text)
        if not tag and not NO_LANGUAGE.fullmatch(text):
            self._notes.warn(
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
            name = local_name(child.tag)
            if name in ("string", "langstring"):
                if value := shape(marked_up(child)):
                    texts.append(Text(value, self._language_of(child, number)))
            elif name:
                strangers.append(child)
        bare = element.text
        if strangers and not texts:  # HTML written straight into the element
            texts.append(Text(shape(marked_up(element)), self._language_of(element, number)))
        elif bare and not bare.isspace():
            texts.insert(0, Text(shape(bare), self._language_of(element, number)))
        else:
            for child in strangers:
                self._notes.stray(child, number)
            return tuple(texts) if len(texts) < 2 else self._distinct(texts, element, number)
        self._judge_bare(element, number)
        return tuple(text for text in dict.fromkeys(texts) if text.value)

    def _distinct(
        self, texts: list[Text], element: etree._Element, number: str
    ) -> tuple[Text, ...]:
        distinct = tuple(dict.fromkeys(texts))
        if len(distinct) < len(texts):
            self._notes.repeated(number, element)
        return distinct

    def _judge_bare(self, element: etree._Element, number: str) -> None:
        if number != "5.13":  # plain text is legal there
            self._notes.note(
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
                self._notes.stray(child, slot.number)
        bare = element.text
        if bare and not bare.isspace():
            value = value or clean(bare)
        term, remarks = understood(slot, value, tuple(labels), source)
        for rule, message, remedy, harmless in remarks:
            say = self._notes.note if harmless else self._notes.warn
            say(rule, slot.number, message, remedy, element)
        return term

    def _entity(self, element: etree._Element, slot: Slot) -> Entity | None:
        text = whole_text(element)
        if not text or text.isspace():
            return None
        found = entity(text)
        if found is None:
            self._notes.warn(
                "lom-vcard-vide",
                slot.number,
                "La vCard ne nomme ni personne ni organisation.",
                "Donnez au moins FN (nom) ou ORG (organisation).",
                element,
            )
        return found

    def _date(self, element: etree._Element, slot: Slot) -> When | None:
        said, words = self._said(element, slot, ("datetime",))
        value = when(said) or ""
        if said and not value:
            words = with_words(words, said)
        self._judge_date(said, value, element, slot)
        return When(value, words) if value or words else None

    def _judge_date(self, said: str, value: str, element: etree._Element, slot: Slot) -> None:
        if not said or (value and LEGAL_DATE.fullmatch(said)):
            return
        if said == value:
            self._notes.note(
                "lom-date",
                slot.number,
                f"La date «\u00a0{said}\u00a0» est comprise, mais le schéma n’admet un fuseau"
                " qu’après une fraction de seconde.",
                f"Écrivez {schema_date(value)}.",
                element,
            )
            return
        self._notes.warn(
            "lom-date",
            slot.number,
            f"La date «\u00a0{said[:40]}\u00a0» n’est pas de la forme attendue\u00a0: "
            + (f"lue comme {value}." if value else "elle est gardée comme texte."),
            f"Écrivez {schema_date(value) or 'AAAA, AAAA-MM ou AAAA-MM-JJ'}.",
            element,
        )

    def _duration(self, element: etree._Element, slot: Slot) -> Duration | None:
        said, words = self._said(element, slot, ("duration", "datetime"))
        iso = duration(said) or ""
        if said and not iso and not LEGAL_DURATION.fullmatch(said):
            words = with_words(words, said)
        if not iso:
            iso = next((found for text in words if (found := duration(text.value))), "")
        self._judge_duration(said, iso, element, slot)
        return Duration(iso, words) if iso or words else None

    def _judge_duration(self, said: str, iso: str, element: etree._Element, slot: Slot) -> None:
        if said and not LEGAL_DURATION.fullmatch(said):
            fault = f"La durée «\u00a0{said[:40]}\u00a0» n’est pas de la forme attendue\u00a0: " + (
                f"lue comme {iso}." if iso else "elle est gardée comme texte."
            )
        elif said and not duration(said):
            fault = f"La durée «\u00a0{said}\u00a0» est nulle\u00a0: elle n’est pas reprise."
        elif iso and not said:
            fault = f"La durée n’est donnée qu’en toutes lettres\u00a0: lue comme {iso}."
        elif MONTHS_ONLY.fullmatch(said):
            fault = (
                f"La durée «\u00a0{said}\u00a0» compte des mois\u00a0: des minutes s’écrivent PT."
            )
        else:
            return
        remedy = "Écrivez par exemple PT1H30M pour une heure et demie."
        if iso and not MONTHS_ONLY.fullmatch(said):
            remedy = f"Écrivez {iso}."
        self._notes.warn("lom-duree", slot.number, fault, remedy, element)

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
                self._notes.stray(child, slot.number)
        return said, tuple(dict.fromkeys(words))


#: Of no reader in particular: a reader that held its own methods would wait for the collector.
READERS: dict[Kind, Callable[[ValueReader, etree._Element, Slot], Any]] = {
    Kind.TEXT: ValueReader._text,
    Kind.PLATFORM: ValueReader._text,
    Kind.FORMAT: ValueReader._format,
    Kind.SIZE: ValueReader._size,
    Kind.LANGUAGE: ValueReader._language,
    Kind.LINE: ValueReader._line,
    Kind.PROSE: ValueReader._prose,
    Kind.TERM: ValueReader._term,
    Kind.ENTITY: ValueReader._entity,
    Kind.DATE: ValueReader._date,
    Kind.DURATION: ValueReader._duration,
}


@lru_cache(maxsize=512)
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
    whole = etree.tostring(element, encoding="unicode", with_tail=False)
    return whole[whole.index(">") + 1 : whole.rindex("</")]


def schema_date(value: str) -> str:
    """A date as the schemas want it: with a zone after a fraction of a second only."""
    return SECONDS_THEN_ZONE.sub(r"\1.0", value)


def with_words(words: LangString, said: str) -> LangString:
    """The words beside a value, and the value itself when it is none."""
    return words if any(text.value == said for text in words) else (*words, Text(said))
