"""What is proposed to a project, and what each value rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

#: A value that is less sure than this is asked, not proposed.
SURE = 0.6
#: … and less than this, not even asked.
WORTH_ASKING = 0.35


class Evidence(NamedTuple):
    """Where a project says something: a line of a file, or a field of the forge."""

    path: str  # a file, or "name", "description", "topics" of the project
    line: int | None
    excerpt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """What could stand under a key of commun.yml."""

    key: str
    texts: tuple[str, ...]  # as a teacher would write them
    confidence: float  # 0 to 1
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """All that a project says of itself, one `Proposed` a key in each list."""

    values: tuple[Proposed, ...]
    questions: tuple[Proposed, ...]  # too unsure to be proposed
    education: tuple[Evidence, ...]  # its own words that show that it is for education


class Found(NamedTuple):
    """One value under a key, and how sure one sign of it makes us."""

    text: str
    confidence: float
    evidence: Evidence


def gathered(key: str, found: Iterable[Found]) -> tuple[Proposed, ...]:
    """The sure values under a key together, then the others together; each value once.

    Signs add up: two weak ones on two different lines are a strong one.
    """
    found = tuple(found)
    confidence = confidences(found)
    evidence: dict[str, dict[Evidence, float]] = {}
    for each in found:
        evidence.setdefault(each.text, {}).setdefault(each.evidence, each.confidence)
    sure = [text for text, value in confidence.items() if value >= SURE]
    unsure = [text for text, value in confidence.items() if WORTH_ASKING <= value < SURE]
    return tuple(
        Proposed(
            key=key,
            texts=tuple(texts),
            confidence=min(confidence[text] for text in texts),
            evidence=tuple(dict.fromkeys(best for text in texts for best in _best(evidence[text]))),
        )
        for texts in (sure, unsure)
        if texts
    )


def confidences(found: Iterable[Found]) -> dict[str, float]:
    """How sure all its signs together make of each value; what one line says counts once."""
    doubts: dict[str, dict[Evidence, float]] = {}
    for each in found:
        seen = doubts.setdefault(each.text, {})
        seen[each.evidence] = min(seen.get(each.evidence, 1.0), 1 - each.confidence)
    return {text: round(1 - math.prod(seen.values()), 3) for text, seen in doubts.items()}


#: Nobody reads more proofs of one value.
MOST_EVIDENCE = 3


def _best(evidence: dict[Evidence, float]) -> list[Evidence]:
    return sorted(evidence, key=lambda each: -evidence[each])[:MOST_EVIDENCE]
