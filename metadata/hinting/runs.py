"""Levels that follow each other in a sentence, with the words around them.

What a level is called is the words' business (words.py, levelwords.py); whether those found here
are meant as levels is levels.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from .. import words
from ..levelwords import Piece, canonical, pieces
from ..words import LONGEST_LEVEL, Word
from .table import table


class Run(NamedTuple):
    """Levels with nothing but small words between them: « du CP au CE2, et en 6e »."""

    names: tuple[str, ...]  # canonical
    keys: tuple[str, ...]  # of the words they are
    text: str
    before: tuple[str, ...]  # up to SIGHT words, the nearest last
    after: str  # the next word, "" when a sign or nothing follows
    apart: bool  # after a colon, alone between brackets, or leading its line before a colon

    @property
    def levels(self) -> tuple[Word, ...]:
        """What the run says, spans filled: « du CP au CE2 » is three levels."""
        return words.level_words_in(_distributed(self))


#: How many words before a run are looked at.
SIGHT = 7
#: Signs that a run goes through, and those that no sentence looks over.
THROUGH = re.compile(r"[\s,/&+'’\"«»–—→•·|>-]*")
STOP = re.compile(r"[;.!?()]")


def runs(text: str) -> Iterator[Run]:
    """Every run of levels of a sentence, in order."""
    said = [*pieces(text)]
    at = 0
    while at < len(said):
        found = _levels_from(said, at)
        if found:
            yield _run(said, at, found)
        at = found[-1].end if found else at + 1


class _Level(NamedTuple):
    name: str
    key: str
    end: int  # the place of the word after it


def _levels_from(said: list[Piece], at: int) -> list[_Level]:
    """The levels of the run that begins with a word; none when it begins no level."""
    found: list[_Level] = []
    while at < len(said) and (not found or THROUGH.fullmatch(said[at].between)):
        cycle = bool(found) and found[-1].key.startswith("cycle-")
        level = _level_at(said, at, cycle)
        if level:
            found.append(level)
        elif not found or said[at].word not in table()["niveaux"]["entre"]:
            break
        at = level.end if level else at + 1
    return found


def _level_at(said: list[Piece], at: int, cycle: bool) -> _Level | None:
    """The level of the longest name that begins here."""
    if cycle and re.fullmatch("[1-4]", said[at].word):  # « cycles 2 et 3 »
        return _Level(said[at].word, f"cycle-{said[at].word}", at + 1)
    if said[at].word not in _first_words():
        return None
    for size in range(min(LONGEST_LEVEL, len(said) - at), 0, -1):
        if all(piece.between in ("", "-", "'") for piece in said[at + 1 : at + size]):
            name = " ".join(piece.word for piece in said[at : at + size])
            if key := _names().get(name) or _names().get(PLURAL.sub("", name)):
                return _Level(name, key, at + size)
    return None


PLURAL = re.compile(r"(?<=\w{3})s\b")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """The key of each name (canonical): those a search is sure of, and a few that a sentence is."""
    asked = {
        canonical(name): word.key
        for kind in ("stage", "level")
        for word in words.every(kind)
        for name in word.asked
    }
    return {**table()["niveaux"]["aussi"], **asked}


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    firsts = {name.split()[0] for name in _names()}
    return frozenset(firsts | {f"{first}s" for first in firsts})


def _run(said: list[Piece], start: int, found: list[_Level]) -> Run:
    end = found[-1].end
    first = start
    while first > 0 and start - first < SIGHT and not STOP.search(said[first].between):
        first -= 1
    rest = (f" {each.between} {each.word}" for each in said[start + 1 : end])
    opening, closing = said[start].between, said[end].between if end < len(said) else ":)"
    return Run(
        names=tuple(each.name for each in found),
        keys=tuple(each.key for each in found),
        text="".join((said[start].word, *rest)),
        before=tuple(each.word for each in said[first:start]),
        after=said[end].word if re.fullmatch(r"[\s'’-]*", closing) else "",
        apart=":" in opening
        or ("(" in opening and ")" in closing)
        or (not start and bool(re.search("[:)]", closing))),
    )


def _distributed(run: Run) -> str:
    """« 1re et terminale ST2S »: what the last says of its way, it says of those before it too."""
    way = run.names[-1].partition(" ")[2]
    text = run.text
    for name in run.names[:-1] if way else ():
        if f"{name} {way}" in _names():
            text = re.sub(rf"\b{name}\b(?! {way})", f"{name} {way}", text)
    return text
