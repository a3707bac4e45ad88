"""The criteria of the qualification, as versioned data: vocabularies/qualification-<version>.toml.

A decision names the version it was taken under: every version that was ever packaged stays readable,
the latest serves new examinations. What an opinion may say of a criterion is in qualification.py.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib.resources import files

from .vocabulary import data


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """What curators give an opinion on. All but the key is French, to be shown."""

    key: str
    family: str
    label: str
    question: str  # what the opinion answers
    evidence: str  # what counts as evidence
    reference: str  # title of the official text
    address: str  # and where it is
    required: bool  # must be assessed before a positive proposal


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusalReason:
    """One of the listed reasons of a refusal, as its vendor reads it."""

    key: str
    label: str  # French


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """One version of the criteria, in the order to show them."""

    version: str  # "2026-1"
    criteria: tuple[Criterion, ...]
    refusals: tuple[RefusalReason, ...]
    valid_for: timedelta  # how long a qualification holds, unless its decision says otherwise

    def criterion(self, key: str) -> Criterion | None:
        return next((each for each in self.criteria if each.key == key), None)

    def refusal(self, key: str) -> RefusalReason | None:
        return next((each for each in self.refusals if each.key == key), None)


@lru_cache
def criteria(version: str = "") -> Criteria:
    """The criteria of a version, of the latest when none is named. Raise KeyError for an unknown one."""
    version = version or versions()[-1]
    if version not in versions():
        raise KeyError(version)
    read = tomllib.loads(data(f"qualification-{version}.toml").decode())
    return Criteria(
        version=version,
        criteria=tuple(Criterion(key=key, **row) for key, row in read["criterion"].items()),
        refusals=tuple(RefusalReason(key=key, **row) for key, row in read["refusal"].items()),
        valid_for=timedelta(days=read["valid_for"]),
    )


NAMED = re.compile(r"qualification-(\d+)-(\d+)\.toml")


@lru_cache(maxsize=1)
def versions() -> tuple[str, ...]:
    """Every version packaged, the oldest first."""
    folder = files(__package__) / "vocabularies"
    named = (NAMED.fullmatch(each.name) for each in folder.iterdir())
    numbers = sorted((int(match[1]), int(match[2])) for match in named if match)
    return tuple(f"{year}-{rank}" for year, rank in numbers)
