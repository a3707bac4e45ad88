"""The evidence marker: what is known of a resource's worth, in three strands that are never summed.

A level is earned by what an item is (`Threshold`), and held as long as nothing makes the item weigh
less (`Loss`): its age, another version of the resource, who made it. Pure; docs/preuve.md says it in
French. Against one sum: https://github.com/ossf/scorecard/issues/4219
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise, takewhile
from typing import NamedTuple

from .evidencecolumns import digest
from .evidenceitem import Item, Strand, spaced
from .evidencerules import Cause, Loss, Scale, Threshold, rules


class Weakness(NamedTuple):
    """What makes an item support no more than a level."""

    reason: str  # in French, what follows « cet élément »
    ceiling: int


class Weighed(NamedTuple):
    """An item, and what makes it weigh less today."""

    item: Item
    weaknesses: tuple[Weakness, ...]

    @property
    def ceiling(self) -> int:
        return min((each.ceiling for each in self.weaknesses), default=3)


class Lost(NamedTuple):
    """A level that the items would earn, were it not for what makes them weigh less."""

    level: int
    reasons: tuple[str, ...]
    on: date | None  # None when it was never held


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What one strand says."""

    strand: Strand
    level: int | None  # 0 to 3; None: not applicable
    word: str
    why: str  # a French sentence
    higher: str = ""  # what the next level asks for; "" when there is none
    so_far: str = ""  # what is gathered towards it
    items: tuple[Weighed, ...] = ()  # the most recent first, those that weigh nothing too
    lost: tuple[Lost, ...] = ()
    since: date | None = None  # the level is what it is, by the dates of the items
    until: date | None = None  # the day the next level will be lost if nothing comes


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """The three strands, in the order of Strand, and the version of the rules."""

    rules: str
    marks: tuple[Mark, ...]

    @property
    def is_empty(self) -> bool:
        """Has nobody said anything yet?"""
        return not any(mark.items or mark.level is None for mark in self.marks)


NOTHING_YET = "Rien n’a encore été rassemblé."
NOT_ENOUGH = "Ce qui a été rassemblé ne suffit pas pour le premier niveau."


def marker(
    items: Iterable[Item], declared: Mapping[Strand, str], *, now: datetime, version: str
) -> Marker:
    """What these items say of the present version of a resource ("" when it says none).

    `declared` gives the reason why a strand is not applicable. An item of the future does not count.
    """
    today = now.date()
    known = sorted({*items}, key=lambda item: (item.dated, digest(item)), reverse=True)
    marks = []
    for strand in Strand:
        if strand in declared:
            marks.append(_not_applicable(strand, declared[strand]))
        else:
            of_strand = [item for item in known if item.strand is strand and item.dated <= today]
            marks.append(_mark(strand, of_strand, today, version))
    return Marker(rules=rules().version, marks=tuple(marks))


def _not_applicable(strand: Strand, reason: str) -> Mark:
    return Mark(strand=strand, level=None, word="non applicable", why=reason)


def _mark(strand: Strand, items: list[Item], today: date, version: str) -> Mark:
    scale = rules().scales[strand]
    steps = _steps(items, scale, version)
    past = [step for step in steps if step.day <= today]
    level = past[-1].level if past else 0
    weighed = [_weighed(item, scale, today, version) for item in items]
    higher, so_far = _next(strand, level, scale, weighed)
    return Mark(
        strand=strand,
        level=level,
        word=rules().words[level] if items else "aucune donnée",
        why=scale.levels[level - 1].sentence if level else NOT_ENOUGH if items else NOTHING_YET,
        higher=higher,
        so_far=so_far,
        items=tuple(weighed),
        lost=tuple(_lost(level, scale, weighed, past)),
        since=past[-1].day if past else None,
        until=steps[len(past)].day if len(past) < len(steps) else None,
    )


# --- Levels, day by day ---------------------------------------------------------------------------


class Step(NamedTuple):
    """A day on which the level changes, and what it becomes."""

    day: date
    level: int


def _steps(items: Iterable[Item], scale: Scale, version: str) -> list[Step]:
    """The whole life of a level: it goes up when items come, down when they weigh less."""
    tallies = [_Tally(threshold) for threshold in scale.levels]
    moves: dict[date, list[tuple[_Tally, Item, int]]] = defaultdict(list)
    for item in items:
        for level, tally in enumerate(tallies, 1):
            if tally.threshold.accepts(item):
                moves[item.dated].append((tally, item, 1))
                moves[_end(item, level, scale, version)].append((tally, item, -1))
    moves.pop(date.max, None)  # what never ends
    steps = [Step(date.min, 0)]
    for day in sorted(moves):
        for tally, item, sign in moves[day]:
            tally.count(item, sign)
        level = _reached(tallies)
        if level != steps[-1].level:
            steps.append(Step(day, level))
    return steps[1:]


def _reached(tallies: Iterable[_Tally]) -> int:
    """The last level whose threshold is reached, with all those below it."""
    return sum(1 for _ in takewhile(_Tally.is_reached, tallies))


def _end(item: Item, level: int, scale: Scale, version: str) -> date:
    """The day from which an item supports a level no more."""
    begun = (loss.begins(item, version) for loss in scale.losses if loss.ceiling < level)
    return min(filter(None, begun), default=date.max)


class _Tally:
    """What is gathered towards a level."""

    def __init__(self, threshold: Threshold) -> None:
        self.threshold = threshold
        self.references: Counter[str] = Counter()
        self.size = self.places = 0

    def count(self, item: Item, sign: int = 1) -> None:
        self.references[item.reference] += sign
        self.size += sign * (item.size or 0)
        self.places += sign * (item.places or 0)

    def words(self, strand: Strand) -> str:
        """What is gathered, in French; "" when one item is enough."""
        asked = self.threshold
        if asked.references == 1 and not asked.total_size and not asked.total_places:
            return ""
        references, places = len(+self.references), self.places
        said = f"{references} référence{'s' if references > 1 else ''}, {strand.sized(self.size)}"
        return f"{said}, {spaced(places)} établissement{'s' if places > 1 else ''}"

    def is_reached(self) -> bool:
        return (
            len(+self.references) >= self.threshold.references
            and self.size >= self.threshold.total_size
            and self.places >= self.threshold.total_places
        )


# --- Why ------------------------------------------------------------------------------------------


def _weighed(item: Item, scale: Scale, today: date, version: str) -> Weighed:
    by_cause: dict[Cause, Weakness] = {}
    for loss in sorted(scale.losses, key=lambda loss: loss.ceiling, reverse=True):
        begun = loss.begins(item, version)
        if begun and begun <= today:
            by_cause[loss.cause] = Weakness(_reason(loss, item), loss.ceiling)
    return Weighed(item, tuple(by_cause.values()))


def _reason(loss: Loss, item: Item) -> str:
    if loss.cause is Cause.AGE:
        return f"a {loss.years} ans ou plus"
    if loss.cause is Cause.VERSION:
        return "porte sur une autre version de la ressource"
    if item.independent is None:
        return "n’est pas dit indépendant de l’éditeur"
    return "vient de l’éditeur ou des auteurs"


def _next(strand: Strand, level: int, scale: Scale, weighed: Iterable[Weighed]) -> tuple[str, str]:
    """What the next level asks for, and what is gathered towards it when it is a matter of adding up."""
    if level == len(scale.levels):
        return "", ""
    tally = _Tally(scale.levels[level])
    for each in weighed:
        if tally.threshold.accepts(each.item) and each.ceiling > level:
            tally.count(each.item)
    return tally.threshold.sentence, tally.words(strand) if tally.references else ""


def _lost(level: int, scale: Scale, weighed: list[Weighed], past: list[Step]) -> Iterator[Lost]:
    """The levels above, that the items would earn if nothing made them weigh less."""
    tallies = [_Tally(threshold) for threshold in scale.levels]
    for tally in tallies:
        for each in filter(lambda each: tally.threshold.accepts(each.item), weighed):
            tally.count(each.item)
    for missed in range(level + 1, _reached(tallies) + 1):
        reasons = (
            weakness.reason
            for each in weighed
            if scale.levels[missed - 1].accepts(each.item)
            for weakness in each.weaknesses
            if weakness.ceiling < missed
        )
        falls = [step.day for before, step in pairwise(past) if before.level >= missed > step.level]
        yield Lost(missed, tuple(dict.fromkeys(reasons)), falls[-1] if falls else None)
