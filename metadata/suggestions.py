"""The concepts that an unknown value may mean, or that somebody looks for: offered, never chosen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from . import words
from .vocabulary import Concept, key_of, nearest_of, scolomfr

#: How many are offered.
MOST = 6


def suggestions(text: str, vocabulary: str, limit: int = MOST) -> tuple[Concept, ...]:
    """The concepts in use of a vocabulary that a text is nearest to, the nearest first."""
    found: dict[str, Concept] = {}
    for uri in _candidates(text, vocabulary, limit):
        concept = scolomfr().concept(uri)
        if concept and concept.vocabulary == vocabulary and not concept.retired:
            found.setdefault(uri, concept)
        if len(found) == limit:
            break
    return tuple(found.values())


def all_of(vocabulary: str) -> tuple[Concept, ...]:
    """The concepts of a vocabulary that may be chosen."""
    return tuple(
        concept
        for concept in scolomfr().members(vocabulary)
        if not concept.retired and not concept.collection
    )


def _candidates(text: str, vocabulary: str, limit: int) -> Iterator[str]:
    """What bears this name, what teachers call so, what says its words, what is written nearly so."""
    for concept in scolomfr().find(text, vocabulary).concepts:
        yield scolomfr().current(concept).uri
    for kind in words.KINDS:
        for word in words.matches(kind, text):
            yield from word.uris
    said = _stems(text)
    near = {name for stem in said for name in _by_stem(vocabulary).get(stem, ())}
    names = _names(vocabulary)
    yield from (names[name] for name in sorted(near, key=len) if said <= _stems(name))
    yield from nearest_of(text, names, limit)
    yield from (names[name] for name in sorted(near, key=lambda name: _apart(said, name)))


@lru_cache(maxsize=8)
def _names(vocabulary: str) -> dict[str, str]:
    """The URIs, by the names of the concepts: those of labels win."""
    found: dict[str, str] = {}
    for concept in all_of(vocabulary):
        found.setdefault(key_of(concept.label), concept.uri)
    for concept in all_of(vocabulary):
        for name in concept.alternatives:
            found.setdefault(key_of(name), concept.uri)
    return found


WORD = re.compile(r"\w+")
#: Words shorter than this tell nothing apart.
SHORTEST = 3


@lru_cache(maxsize=8)
def _by_stem(vocabulary: str) -> dict[str, list[str]]:
    """The names that hold a word, by its beginning."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in _names(vocabulary):
        for stem in _stems(name):
            found[stem].append(name)
    return found


def _stems(text: str) -> set[str]:
    """The beginnings of the words of a text: « exercices » and « exercice » share theirs."""
    said = WORD.findall(key_of(text))
    return {word.rstrip("sx")[:6] for word in said if len(word) >= SHORTEST}


def _apart(said: set[str], name: str) -> float:
    """How much a name does not say of these, and says beside."""
    named = _stems(name)
    return -len(said & named) / len(said | named)
