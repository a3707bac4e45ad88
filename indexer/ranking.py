"""In what order documents are shown. BM25 as Whoosh computes it, over all matches at once.

Beside the words, completeness and freshness weigh at most a twentieth each: enough to settle what
the words leave level, too little to bring the wrong resource first. A link that has been dead for
long halves what its resource is worth. Then the newer comes first, and what is still level is
settled by a digest of the slug, the same in every index. A family stands at the place of its best
document. Qualification weighs nothing: it is a badge, and an order of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

import numpy as np

from .arrays import Floats, Ids, Posting, View

K1, B = 1.2, 0.75

COMPLETENESS = FRESHNESS = 0.05

#: What a resource is worth whose link has been dead for long.
DEAD = 0.5

#: Seconds after which an entry is no fresher than another: ten years before the newest of all.
STALE = 10 * 365 * 86_400

Keys = Sequence[Ids | Floats]


class Ranking:
    """How the documents of a view rank."""

    def __init__(self, view: View) -> None:
        self.view = view
        count = len(view.everything)
        mean = int(view.lengths[view.everything].sum()) / count if count else 0
        self._norms: Floats = K1 * ((1 - B) + B * view.lengths.astype(np.float64) / (mean or 1))
        newest = int(view.updated[view.everything].max()) if count else 0
        fresh: Floats = np.maximum(STALE - (newest - view.updated), 0).astype(np.float64) / STALE
        self._priors: Floats = 1.0 + COMPLETENESS * view.completeness + FRESHNESS * fresh
        self._priors[view.dead] *= DEAD

    def scores(self, ids: Ids, postings: Sequence[Posting]) -> Floats:
        """How well these documents answer words that they all have; without words, how good they are."""
        if not postings or not len(ids):
            return self._priors[ids]
        total: Floats = np.zeros(len(ids))
        for posting in postings:
            weights = posting.weights[np.searchsorted(posting.ids, ids)]
            total += self._gains(posting, ids, weights)
        return total * self._priors[ids]

    def any_scores(self, postings: Sequence[Posting]) -> Floats:
        """How well every document answers words of which it may have only some."""
        total: Floats = np.zeros(self.view.size)
        for posting in postings:
            total[posting.ids] += self._gains(posting, posting.ids, posting.weights)
        return total * self._priors

    def rarity(self, posting: Posting) -> float:
        """How much having this word tells."""
        return log(max(len(self.view.everything), 1) / (len(posting.ids) + 1)) + 1

    def _gains(self, posting: Posting, ids: Ids, weights: Floats) -> Floats:
        gains: Floats = weights * (K1 + 1) / (weights + self._norms[ids])
        return self.rarity(posting) * gains

    def representatives(self, ids: Ids, scores: Floats, sort: str) -> Ids:
        """Where the best document of each family stands among `ids`, in no order."""
        related = self.view.in_family[ids]
        if not related.any():
            return np.arange(len(ids), dtype=np.int64)
        inside = np.flatnonzero(related)
        keys = self._keys(ids[inside], scores[inside], sort)
        families = self.view.families[ids[inside]]
        order = np.lexsort((*reversed(keys), families))
        ordered = families[order]
        firsts = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        return np.concatenate([np.flatnonzero(~related), inside[order[firsts]]])

    def page(self, ids: Ids, scores: Floats, sort: str, start: int, end: int) -> Ids:
        """Where the documents from rank `start` to `end` stand among `ids`, in order."""
        keys = self._keys(ids, scores, sort)
        places = np.arange(len(ids), dtype=np.int64)
        if 0 < end < len(ids):
            last = np.partition(keys[0], end - 1)[end - 1]
            places = np.flatnonzero(keys[0] <= last)
        order = np.lexsort([key[places] for key in reversed(keys)])
        return places[order][start:end]

    def _keys(self, ids: Ids, scores: Floats, sort: str) -> Keys:
        """What documents are ordered by, the most important first, the smallest first."""
        return SORTS[sort](self.view, ids, scores)


def _by_relevance(view: View, ids: Ids, scores: Floats) -> Keys:
    return -scores, -view.updated[ids], view.ties[ids]


def _by_date(view: View, ids: Ids, scores: Floats) -> Keys:
    return -view.updated[ids], -scores, view.ties[ids]


def _by_qualification(view: View, ids: Ids, scores: Floats) -> Keys:
    return view.standings[ids], *_by_relevance(view, ids, scores)


def _by_title(view: View, ids: Ids, _: Floats) -> Keys:
    return view.title_ranks[ids], view.ties[ids]


SORTS: dict[str, Callable[[View, Ids, Floats], Keys]] = {
    "pertinence": _by_relevance,
    "date": _by_date,
    "titre": _by_title,
    "qualification": _by_qualification,
}
