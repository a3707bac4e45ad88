"""What a key of commun.yml can be answered with, in the groups and the order to show it.

Made from the table of keys and the words of teachers: a new word or a new key shows by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from metadata import licences, words
from metadata.keys import values
from metadata.keys.table import Field
from metadata.record import Term
from metadata.words import Word
from metadata.wordtables import tables

#: A word with so many others under it has a group of its own.
FAMILY = 5

#: Its own parts are the groups: it would be too wide for one.
WIDE = ("lycee",)

#: The codes of languages are for machines; these are taught in France, or spoken by its pupils.
LANGUAGES = {
    "fr": "français",
    "en": "anglais",
    "de": "allemand",
    "es": "espagnol",
    "it": "italien",
    "pt": "portugais",
    "ar": "arabe",
    "zh": "chinois",
    "ru": "russe",
    "la": "latin",
    "el": "grec",
    "br": "breton",
    "co": "corse",
    "eu": "basque",
    "oc": "occitan",
}

YES_AND_NO = ("oui", "non")


#: Of words without families, so many are shown at once: the tables begin with the most useful.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer: as commun.yml writes it, and as the page says it."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """Choices under one heading, "" when they need none; folded when few look for them."""

    label: str
    choices: tuple[Choice, ...]
    folded: bool = False


@cache
def groups_of(field: Field) -> tuple[Group, ...]:
    """The answers to choose among; none where one writes freely."""
    kind = field.kind
    if kind.words:
        return tuple(_each_once(_of_words(field)))
    if kind is values.YES_OR_NO:
        return (Group("", tuple(Choice(text, text) for text in YES_AND_NO)),)
    if kind is values.LANGUAGE:
        return (Group("", tuple(Choice(code, name) for code, name in LANGUAGES.items())),)
    if kind is values.LICENCE:
        return (Group("", tuple(_licences(field))),)
    return ()


def is_open(field: Field) -> bool:
    """May one answer something else than the choices?"""
    return field.kind is not values.YES_OR_NO and "enum" not in field.kind.schema()


def meaning(field: Field, text: str) -> tuple[Any, ...]:
    """What two ways to write one answer share."""
    found = field.kind.read(text).values or (text,)
    return tuple(each.uri or each if isinstance(each, Term) else each for each in found)


def _of_words(field: Field) -> Iterator[Group]:
    """The words without family, then each family; the other way round where few stand alone."""
    kind = field.kind.words
    listed = [word for word in words.every(kind) if word.key in _written(kind)]
    families: dict[str, list[Word]] = {}
    for word in listed:
        families.setdefault(_head(word), []).append(word)
    alone = [word for word in listed if len(families[_head(word)]) < FAMILY]
    large = [family for family in families.values() if len(family) >= FAMILY]
    if not large:
        yield Group("", _choices(field, alone[:SHOWN]))
        yield Group("Autres choix", _choices(field, alone[SHOWN:]), folded=True)
    elif len(alone) > FAMILY * 2:
        yield Group("", _choices(field, alone))
        yield from (Group(each[0].label, _choices(field, each), folded=True) for each in large)
    else:
        for each in large:
            yield Group(each[0].label, _choices(field, each), folded=len(each) > SHOWN)
        yield Group("Autres classes et formations", _choices(field, alone))
    if kind == "level":
        yield Group("Cycles et voies", _choices(field, words.every("stage")))


def _written(kind: str) -> Iterable[str]:
    """The words of the tables; the others are concepts of the vocabulary that few look for."""
    return tables().get(kind) or [word.key for word in words.every(kind)]


def _head(word: Word) -> str:
    """The word at the head of its family."""
    while word.parent and word.parent not in WIDE:
        word = words.word(word.kind, word.parent) or word
    return word.key


def _choices(field: Field, listed: Iterable[Word]) -> tuple[Choice, ...]:
    return tuple(Choice(text, word.label) for word in listed if (text := _text(field, word)))


def _text(field: Field, word: Word) -> str:
    """How commun.yml says a word: as it would write its one value, else by its label."""
    meant = field.kind.read(word.label)
    if meant.trouble:
        return ""
    return field.kind.write(meant.values[0]) if len(meant.values) == 1 else word.label


def _each_once(groups: Iterable[Group]) -> Iterator[Group]:
    """Without what an earlier group says, nor groups that say nothing more."""
    seen: set[str] = set()
    for group in groups:
        fresh = tuple(choice for choice in group.choices if choice.text not in seen)
        seen.update(choice.text for choice in fresh)
        if fresh:
            yield replace(group, choices=fresh)


def _licences(field: Field) -> Iterator[Choice]:
    """The licences most met in schools, under the names that people know."""
    for name in field.kind.schema()["examples"]:
        if licence := licences.find(name):
            yield Choice(name, licence.label)
