"""The filters that the words of a query say: « fractions cm1 en autonomie » says a class and a usage.

Only what can mean nothing else is recognised: names marked so in the tables of words, and classes
unless what stands around shows a rank (« 5e République », « mètre par seconde »). The longest
name wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from metadata import words
from metadata.levelwords import canonical
from metadata.vocabulary import key_of
from metadata.words import Word

#: The kinds of words looked for, and the facet each is a value of.
KINDS = {
    "level": "niveau",
    "stage": "cycle",
    "usage": "usage",
    "need": "besoin",
    "discipline": "discipline",
}
LEVELS = ("level", "stage")

#: Words around a class that go with it: « en classe de 6e », « niveau CM1 ».
AROUND = {"en", "classe", "classes", "de", "du", "des", "d", "la", "le", "les", "au", "aux", "pour",
          "niveau", "niveaux", "eleve", "eleves"}  # fmt: skip

#: Ranks written in letters are classes only where a class is expected.
RANKS = {"premiere", "premieres", "seconde", "secondes", "troisieme", "quatrieme", "cinquieme",
         "sixieme"}  # fmt: skip
EXPECTS = {"en", "classe", "niveau", "de"}


class Token(NamedTuple):
    start: int
    end: int
    plain: str
    level: str  # as the name of a class


class Known(NamedTuple):
    facet: str
    value: str


def recognise(text: str) -> list[tuple[int, int, str, str]]:
    """The filters a query says: (start, end, facet, value), in the order of its words."""
    tokens = list(_tokens(text))
    found, at = [], 0
    while at < len(tokens):
        size, known = _longest(tokens, at)
        if known:
            found.append((tokens[at].start, tokens[at + size - 1].end, *known))
        at += size
    return found


TOKEN = re.compile(r"\d\s?[°º]|[^\W_]+")


def _tokens(text: str) -> Iterator[Token]:
    for match in TOKEN.finditer(text):
        level = canonical(match[0]) or key_of(match[0])
        for part in level.split():  # « cycle3 » is two words
            yield Token(match.start(), match.end(), key_of(match[0]), part)


def _longest(tokens: list[Token], at: int) -> tuple[int, Known | None]:
    """How many words from here mean something together, and what: the most."""
    size, known = _level(tokens, at)
    for longer in range(min(_most(), len(tokens) - at), size, -1):
        name = tuple(token.plain for token in tokens[at : at + longer])
        if meant := _names()["plain"].get(name):
            return longer, meant
    return max(size, 1), known


def _level(tokens: list[Token], at: int) -> tuple[int, Known | None]:
    """The class or cycle said from here, with the words that go with it before it."""
    first = at
    while first < len(tokens) and tokens[first].plain in AROUND:
        first += 1
    for size in range(min(_most(), len(tokens) - first), 0, -1):
        name = tuple(token.level for token in tokens[first : first + size])
        known = _names()["level"].get(name)
        if known and (size > 1 or _is_class(tokens, first)):
            return first + size - at, known
    return 0, None


def _is_class(tokens: list[Token], at: int) -> bool:
    """Is this lone word a class, and not a rank or part of a name?"""
    before = tokens[at - 1].plain if at else ""
    after = tokens[at + 1].plain if at + 1 < len(tokens) else ""
    if tokens[at].plain in RANKS and (before in EXPECTS or not after):
        return before not in _around()["after"]
    if after in _around()["before"] or before in _around()["after"]:
        return False
    return tokens[at].plain not in RANKS


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Mapping[tuple[str, ...], Known]]:
    """What each name means, its words as in a query: those of levels brought to one spelling."""
    found: dict[str, dict[tuple[str, ...], Known]] = {"level": {}, "plain": {}}
    for kind, facet in KINDS.items():
        for word in words.every(kind):
            for name in word.asked:
                key, spelled = _spelled(word, name)
                found[key].setdefault(spelled, Known(facet, word.key))
    return found


def _spelled(word: Word, name: str) -> tuple[str, tuple[str, ...]]:
    tokens = tuple(_tokens(name))
    if word.kind in LEVELS:
        return "level", tuple(canonical(name).split())
    return "plain", tuple(token.plain for token in tokens)


@lru_cache(maxsize=1)
def _most() -> int:
    return max(len(name) for names in _names().values() for name in names)


@lru_cache(maxsize=1)
def _around() -> Mapping[str, frozenset[str]]:
    before, after = words.not_levels()
    return {"before": frozenset(map(key_of, before)), "after": frozenset(map(key_of, after))}
