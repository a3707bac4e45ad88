"""Facets: which documents have the chosen values, and how many have each value.

For each facet a document has one combination of values (most share theirs with many others), so
that a count is one pass over the documents and one over the combinations. A family counts once for
each value that one of its documents has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import numpy as np

from .arrays import UNSAID, Flags, Ids, View

Counts = Mapping[str, Mapping[str, int]]


class Facets:
    """The facet values of the documents of a view."""

    def __init__(self, view: View, names: Sequence[str]) -> None:
        self.names = {name: column for column, name in enumerate(names)}
        self._view = view
        self._values: dict[tuple[str, str], int] = {}
        self._codes: Ids = np.empty((view.size, len(names)), dtype=np.int64)
        owners: list[int] = []  # a combination and a value that it holds, for each such pair
        values: list[int] = []
        combinations = 0
        for name, column in self.names.items():
            known: dict[str, int] = {}
            for base, segment in zip(view.bases, view.segments, strict=False):
                met, codes = segment.choices[column]
                numbers = [known.setdefault(text, combinations + len(known)) for text in met]
                rows = slice(base, base + segment.size)
                self._codes[rows, column] = np.array(numbers, dtype=np.int64)[codes]
            for text, number in known.items():
                for value in text.split():
                    owners.append(number)
                    values.append(self._values.setdefault((name, value), len(self._values)))
            combinations += len(known)
        self._named = [*self._values]
        self._owners: Ids = np.array(owners, dtype=np.int64)
        self._owned: Ids = np.array(values, dtype=np.int64)
        self._lengths: Ids = np.bincount(self._owners, minlength=combinations)
        self._starts: Ids = np.cumsum(self._lengths) - self._lengths

    def having(self, ids: Ids, name: str, chosen: Collection[str]) -> Flags:
        """Which of these documents have one of the chosen values."""
        wanted = [self._values[name, value] for value in chosen if (name, value) in self._values]
        allowed = np.zeros(len(self._lengths), dtype=np.bool_)
        allowed[self._owners[np.isin(self._owned, wanted)]] = True
        has: Flags = allowed[self._codes[ids, self.names[name]]]
        return has

    def counts(self, ids: Ids, names: Collection[str]) -> Counts:
        """How many of these documents have each value of these facets, the most frequent first."""
        if len(ids) == len(self._view.everything):
            return {name: self._of_everything[name] for name in names}
        return self._counts(ids, names)

    @cached_property
    def _of_everything(self) -> Counts:
        return self._counts(self._view.everything, self.names)

    def _counts(self, ids: Ids, names: Collection[str]) -> Counts:
        columns: Ids = np.array([self.names[name] for name in names], dtype=np.int64)
        related = self._view.in_family[ids]
        tally = self._tally(ids[~related], columns)
        if related.any():
            tally = tally + self._tally_families(ids[related], columns)
        found: dict[str, dict[str, int]] = {name: {} for name in names}
        for number in np.flatnonzero(tally).tolist():
            name, value = self._named[number]
            found[name][value] = int(tally[number])
        return {name: dict(sorted(counts.items(), key=_frequent)) for name, counts in found.items()}

    def _tally(self, ids: Ids, columns: Ids) -> Ids:
        combinations = self._codes[np.ix_(ids, columns)].ravel()
        times = np.bincount(combinations, minlength=len(self._lengths))
        # As floats, which count exactly up to 2^53.
        tally = np.bincount(self._owned, weights=times[self._owners], minlength=len(self._values))
        return tally.astype(np.int64)

    def _tally_families(self, ids: Ids, columns: Ids) -> Ids:
        families, which = np.unique(self._view.families[ids], return_inverse=True)
        combinations = self._codes[np.ix_(ids, columns)].ravel()
        lengths = self._lengths[combinations]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        values = self._owned[np.repeat(self._starts[combinations], lengths) + within]
        owners = np.repeat(np.repeat(which, len(columns)), lengths)
        seen = np.zeros((len(families), len(self._values)), dtype=np.bool_)
        seen[owners, values] = True
        return np.array(seen.sum(axis=0), dtype=np.int64)


def _frequent(item: tuple[str, int]) -> tuple[bool, int, str]:
    value, count = item
    return value == UNSAID, -count, value
