"""What changed between two texts, word by word: no HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches
from enum import StrEnum
from typing import NamedTuple


class Change(StrEnum):
    """What became of some words."""

    SAME = "same"
    LEFT = "left"
    CAME = "came"


class Piece(NamedTuple):
    """Words in a row that had the same lot."""

    change: Change
    words: str


#: A text, in the pieces that it is made of.
Pieces = tuple[Piece, ...]

#: Texts longer than this, in words, are not compared: it takes too long for what it tells.
LONGEST = 2000

#: Two texts less alike than this are two texts, not one that was changed.
ALIKE = 0.5


def compared(before: Sequence[str], after: Sequence[str]) -> tuple[Pieces, ...]:
    """The values of a field: those that stay, those that changed, those that left and that came."""
    return tuple(_compared(before, after))


def _compared(before: Sequence[str], after: Sequence[str]) -> Iterator[Pieces]:
    left = [each for each in before if each not in after]
    for value in after:
        if value in before:
            yield (Piece(Change.SAME, value),)
        elif found := _nearest(value, left):
            left.remove(found)
            yield words(found, value)
        else:
            yield (Piece(Change.CAME, value),)
    for value in left:
        yield (Piece(Change.LEFT, value),)


def _nearest(value: str, left: Sequence[str]) -> str:
    """Which of these this value was, "" when none."""
    short = [each for each in left if max(len(each), len(value)) < 10 * LONGEST]
    return next(iter(get_close_matches(value, short, n=1, cutoff=ALIKE)), "")


def words(before: str, after: str) -> Pieces:
    """The pieces of a text that became another."""
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > LONGEST:
        return Piece(Change.LEFT, before), Piece(Change.CAME, after)
    return tuple(_words(old, new))


def _words(old: list[str], new: list[str]) -> Iterator[Piece]:
    for kind, start, end, begin, stop in SequenceMatcher(None, old, new, False).get_opcodes():
        if kind == "equal":
            yield Piece(Change.SAME, " ".join(new[begin:stop]))
            continue
        if start < end:
            yield Piece(Change.LEFT, " ".join(old[start:end]))
        if begin < stop:
            yield Piece(Change.CAME, " ".join(new[begin:stop]))
