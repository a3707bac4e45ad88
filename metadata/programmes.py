"""Which classes the French programmes put a discipline in, to notice what cannot be right.

The table is data (vocabularies/programmes.toml), and holds only what is not taught everywhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from . import words
from .vocabulary import data


class Misplaced(NamedTuple):
    """A discipline said of classes where no programme has it. Keys of words."""

    discipline: str
    said: tuple[str, ...]
    taught: tuple[str, ...]


def misplaced(disciplines: Iterable[str], levels: Collection[str]) -> tuple[Misplaced, ...]:
    """The disciplines that are taught in none of the levels said, by keys of words.

    Of a discipline that the table does not have, and beside a level that it does not cover,
    nothing is known.
    """
    said = _lowest(levels)
    if not said or not _covered().issuperset(said):
        return ()
    return tuple(
        Misplaced(discipline, said, taught()[discipline])
        for discipline in disciplines
        if discipline in taught() and _classes(taught()[discipline]).isdisjoint(_classes(said))
    )


@lru_cache(maxsize=1)
def taught() -> Mapping[str, tuple[str, ...]]:
    """Where each discipline of the table is taught."""
    return {discipline: tuple(levels) for discipline, levels in _table()["taught"].items()}


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    return tomllib.loads(data("programmes.toml").decode())


@lru_cache(maxsize=1)
def _covered() -> frozenset[str]:
    return _classes(_table()["covered"])


def _lowest(levels: Collection[str]) -> tuple[str, ...]:
    """The levels that no other makes more precise: who says « 6e » is also told to say « collège »."""
    return tuple(level for level in levels if not (_within(level) - {level}).intersection(levels))


def _classes(levels: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(_within, levels))


@lru_cache
def _within(level: str) -> frozenset[str]:
    """A level, and all that it contains."""
    word = words.word("level", level)
    below = [each.key for each in words.every("level") if each.parent == level]
    return _classes([*below, *(word.contains if word else ())]) | {level}
