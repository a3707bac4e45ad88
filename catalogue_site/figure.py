"""A figure: a sentence, and a table whose lines have bars."""

from __future__ import annotations

from dataclasses import dataclass

from indexer import facets
from indexer.search import Results

from . import presentation
from .search import UNSAID


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of a figure."""

    label: str
    count: int
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """What it shows, in a sentence, and its lines. A bar is as long as its part of `whole`."""

    key: str
    title: str
    finding: str
    columns: tuple[str, str]
    rows: tuple[Row, ...]
    whole: int
    unit: str = ""


#: What every entry says, since the catalogue itself says it.
ALWAYS = ("origine", "source")


def coverage(key: str, found: Results) -> Figure:
    """The share of what was found that says each facet, the most said first."""
    rows = [
        Row(label=presentation.capital(facet.label), count=_share(found, name))
        for name, facet in facets.FACETS.items()
        if name not in ALWAYS
    ]
    often = sum(row.count >= 50 for row in rows)
    return Figure(
        key=key,
        title="Ce que les notices disent",
        finding=f"{often} critères sur {len(rows)} sont renseignés par la moitié des notices au moins",
        columns=("Critère", "Le disent"),
        rows=tuple(sorted(rows, key=lambda row: (-row.count, row.label))),
        whole=100,
        unit=" %",
    )


def _share(found: Results, name: str) -> int:
    counts = found.facets.get(name, {})
    said = found.total - counts.get(UNSAID, 0) if counts else 0
    return round(100 * said / found.total) if found.total else 0
