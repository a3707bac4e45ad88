"""The values that facets can have: their labels, their order, and how a text means one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from metadata import licences, ownterms, words
from metadata.badges import labels as earned
from metadata.case import PUBLIC
from metadata.languages import THREE_LETTERS
from metadata.normalise import language
from metadata.vocabulary import scolomfr
from metadata.words import Word, slug

from .said import FREE, Ranges
from .taught import badge_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value that a facet can have, whether or not an entry has it."""

    slug: str
    label: str
    parent: str = ""  # slug of the value that contains it
    names: tuple[str, ...] = ()  # what else it is called


Known = Callable[[], tuple[Value, ...]]
Find = Callable[[str], str]


def of(kind: str) -> Known:
    """The words of a kind, as values."""
    return lambda: tuple(map(_value, words.every(kind)))


def _value(word: Word) -> Value:
    # The keys of the features are terms of schema.org.
    key = slug(word.label) if word.kind == "feature" else word.key
    return Value(slug=key, label=word.label, parent=word.parent, names=word.words)


def named(kind: str) -> Find:
    """The value that a word of this kind means."""

    def find(text: str) -> str:
        found = words.find(kind, text)
        if found is None or found.kind != kind:
            return ""
        known = words.word(kind, found.key)
        # A concept of voc-015 that is no discipline stands for the one that covers it.
        return _value(known).slug if known else found.parent

    return find


def fixed(labels: Mapping[str, str]) -> Known:
    values = tuple(Value(slug=key, label=label) for key, label in labels.items())
    return lambda: values


answers = fixed({"oui": "oui", "non": "non"})


def find_answer(text: str) -> str:
    terms = ownterms.lists()["exercices"].terms
    return {name: term.key for term in terms for name in term.alternatives}.get(text.lower(), "")


def find_range(ranges: Ranges) -> Find:
    return lambda text: next(iter(ranges.of(text)), "")


def accessibilities() -> tuple[Value, ...]:
    rgaa = (Value(slug=f"rgaa-{w.key}", label=f"RGAA : {w.label}") for w in words.every("rgaa"))
    return (*rgaa, *of("feature")())


def find_accessibility(text: str) -> str:
    found = words.find("rgaa", text)
    return f"rgaa-{found.key}" if found else named("feature")(text)


def licence_families() -> tuple[Value, ...]:
    families: dict[str, licences.Licence] = {}
    for licence in licences.licences().values():
        families.setdefault(licence.family, licence)  # the one without version comes first
    several = (
        Value(slug=slug(key), label=licence.label, parent=FREE if licence.free else "")
        for key, licence in families.items()
    )
    return (Value(slug=FREE, label="licence libre"), *several)


def find_licence(text: str) -> str:
    found = licences.find(text)
    return slug(found.family) if found else ""


def languages() -> tuple[Value, ...]:
    return tuple(Value(slug=code, label=_language(code)) for code in THREE_LETTERS)


def find_language(text: str) -> str:
    return language(text).partition("-")[0]


@lru_cache
def _language(code: str) -> str:
    label = scolomfr().label(f"http://id.loc.gov/vocabulary/iso639-2/{THREE_LETTERS[code]}")
    return CODE.sub("", label) or code


#: The labels of vocabulary 001 end with a code: « français (fra) ».
CODE = re.compile(r" \([a-z]{3}(?:[/,; ]+[a-z]{3})*\)$")


def badges() -> tuple[Value, ...]:
    found = {str(face): f"{face.label} par le ministère" for face in PUBLIC} | earned()
    for concept in scolomfr().members("045"):
        if not concept.retired:
            found.setdefault(badge_of(concept.uri), YEAR.sub("", concept.label))
    return tuple(Value(slug=key, label=label) for key, label in found.items())


#: The years of one label are one badge: « RIP 2012 ».
YEAR = re.compile(r"[\s\d]+$")
