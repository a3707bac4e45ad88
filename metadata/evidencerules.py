"""What earns a level of evidence, and what makes evidence weigh less: vocabularies/preuve-2026-1.toml.

Markers are computed when they are shown: a new version of the rules serves at once, for all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from .evidenceitem import Design, Item, Strand, spaced
from .vocabulary import data

VERSION = "2026-1"


class Cause(StrEnum):
    """Why an item weighs less than it did, or than another would."""

    AGE = "age"
    VERSION = "version"  # it is about another major version of the resource
    DEPENDENCE = "dependence"  # on who publishes the resource; unless independence is said


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """What a level asks for: of each item that counts, then of all of them together."""

    sentence: str  # in French, with its numbers
    designs: tuple[Design, ...] = ()  # none: any
    size: int = 0
    places: int = 0
    days: int = 0
    references: int = 1
    total_size: int = 0
    total_places: int = 0

    def accepts(self, item: Item) -> bool:
        """Whether an item is of the kind that counts here, whatever makes it weigh less."""
        return (
            (not self.designs or item.design in self.designs)
            and (item.size or 0) >= self.size
            and (item.places or 0) >= self.places
            and item.days >= self.days
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """A reason to let an item support no more than a level."""

    cause: Cause
    ceiling: int
    years: int = 0  # the age that makes it weigh less

    def begins(self, item: Item, version: str) -> date | None:
        """The day from which the item weighs less; None when it never does."""
        if self.cause is Cause.AGE:
            return _years_later(item.dated, self.years)
        if self.cause is Cause.VERSION:
            return item.dated if _differ(item.version, version) else None
        return None if item.independent else item.dated


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """The rules of one strand: what its levels 1, 2 and 3 ask for, each with those below it."""

    levels: tuple[Threshold, ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """One version of the rules."""

    version: str
    words: tuple[str, ...]  # of the levels, from 0 to 3
    scales: Mapping[Strand, Scale]


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rules in force."""
    read = tomllib.loads(data(f"preuve-{VERSION}.toml").decode())
    scales = {
        strand: Scale(
            levels=tuple(_threshold(**row) for row in read[strand]["levels"]),
            losses=tuple(_loss(**row) for row in read[strand]["losses"]),
        )
        for strand in Strand
    }
    return Rules(version=VERSION, words=tuple(read["words"]), scales=scales)


def _threshold(*, sentence: str, designs: Iterable[str] = (), **numbers: int) -> Threshold:
    said = {name: spaced(number) for name, number in numbers.items()}
    return Threshold(
        sentence=sentence.format(**said), designs=tuple(map(Design, designs)), **numbers
    )


def _loss(*, cause: str, **numbers: int) -> Loss:
    return Loss(cause=Cause(cause), **numbers)


def _years_later(day: date, years: int) -> date:
    """The same day, years later; the first of March for a 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _differ(version: str, other: str) -> bool:
    """Whether two versions are surely not of the same major one: 1.9 and 2.0, but not 2.0 and 2.1."""
    return bool(version and other) and _major(version) != _major(other)


def _major(version: str) -> str:
    """The number before the first point, else the words."""
    digits = "".join(sign if sign.isdecimal() else " " for sign in version).split()
    return digits[0].lstrip("0") if digits else version.casefold().strip()
