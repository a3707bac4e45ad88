"""Pages of a search that go on where the reader stopped, whatever the index became meanwhile.

Ranks move when the catalogue changes. A cursor holds the rank to go on from and the last results
seen: the next page begins after them, wherever they stand by now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from indexer.search import Hit, Query, Results, SearchEngine

#: The rank to go on from, then the hashes of the last results seen, the very last first.
PATTERN = "[0-9]{1,6}(?:-[0-9a-f]{16}){0,5}"
REMEMBERED = 5

#: How far from its rank a result seen is looked for.
DRIFT = 100


class Step(NamedTuple):
    """One page: the answer it is a part of, its hits, and the cursor of the next; "" at the end."""

    results: Results
    hits: Sequence[Hit]
    cursor: str


def step(engine: SearchEngine, query: Query, limit: int, cursor: str = "") -> Step:
    """The page at a cursor that matches PATTERN, or the first. Raise what the engine raises."""
    rank, *seen = cursor.split("-") if cursor else ["0"]
    first = max(0, int(rank) - DRIFT) if seen else int(rank)
    wide = covering(query, first, int(rank) + limit + (DRIFT if seen else 0))
    results = engine.search(wide)
    start = (wide.page - 1) * wide.size
    begin = place_after([hash_in(hit.slug) for hit in results.hits], seen, int(rank) - start)
    hits = results.hits[begin : begin + limit]
    reached = start + begin + len(hits)
    more = hits and reached < results.total
    return Step(results, hits, cursor_after(reached, hits, seen) if more else "")


def covering(query: Query, first: int, end: int) -> Query:
    """The same question, for a page that holds the results from rank `first` to `end`."""
    size = end - first
    while first // size != (end - 1) // size:
        size += 1
    return replace(query, page=first // size + 1, size=size)


def place_after(found: Sequence[str], seen: Sequence[str], otherwise: int) -> int:
    """Where the results that come after those seen begin; one alone that went far is not followed."""
    places = sorted(found.index(mark) for mark in seen if mark in found)
    if not places:
        return otherwise
    middle = places[len(places) // 2]
    return max(place for place in places if place <= middle + REMEMBERED) + 1


def cursor_after(rank: int, hits: Sequence[Hit], seen: Sequence[str]) -> str:
    marks = [*(hash_in(hit.slug) for hit in reversed(hits)), *seen]
    return "-".join((str(rank), *marks[:REMEMBERED]))


def hash_in(slug: str) -> str:
    """What names an entry whatever its title becomes."""
    return slug.rpartition("-")[2]
