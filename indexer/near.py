"""What comes near a query without saying all of it, to fill a page that what says it all leaves empty.

Near is what says half of the words, or the rarer of them; of a filter that was understood, what says
nothing may come too, since silence is not a no. What was quoted, excluded or chosen still holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from .arrays import UNSAID, Flags, Floats, Ids, Posting, View
from .counting import Facets
from .ranking import Ranking

Filters = Mapping[str, frozenset[str]]

#: How much of a query a document must say, the rarer words counting for more.
SHARE = 0.4

#: How well it must answer, beside the best answer of all.
WORTH = 0.3

#: What an answer is worth that does not say what some filter asks.
SILENT = 0.5


class Guess(NamedTuple):
    """Documents that may be inside the filters, and how far to trust it: 1 where they say so."""

    ids: Ids
    trust: Floats


def near(
    ranking: Ranking, base: Guess, postings: Sequence[Posting], best: float, room: int
) -> tuple[Ids, Floats]:
    """Of these documents those that come near, and what each is worth; `room` families at most."""
    scores = ranking.any_scores(postings)[base.ids] * base.trust
    kept = np.flatnonzero(_say_enough(ranking, postings)[base.ids] & (scores > 0))
    kept = kept[scores[kept] >= WORTH * max(best, float(scores[kept].max(initial=0)))]
    kept = kept[np.lexsort((ranking.view.ties[base.ids[kept]], -scores[kept]))]
    kept = np.sort(kept[first_families(ranking.view, base.ids[kept], room)])
    return base.ids[kept], scores[kept]


def _say_enough(ranking: Ranking, postings: Sequence[Posting]) -> Flags:
    said: Floats = np.zeros(ranking.view.size)
    weighed: Floats = np.zeros(ranking.view.size)
    for posting in postings:
        said[posting.ids] += 1
        weighed[posting.ids] += ranking.rarity(posting)
    whole = sum(map(ranking.rarity, postings))
    enough: Flags = (2 * said >= len(postings)) | (weighed >= SHARE * whole)
    return enough


def first_families(view: View, ids: Ids, most: int) -> Ids:
    """Where the first document of each of the first families stands among these."""
    _, first = np.unique(view.families[ids], return_index=True)
    places: Ids = np.sort(first)[:most]
    return places


def loosened(facets: Facets, ids: Ids, filters: Filters, understood: frozenset[str]) -> Guess:
    """Those inside every filter, silence being let through where the filter was only understood."""
    trust: Floats = np.ones(len(ids))
    for name, values in filters.items():
        said = facets.having(ids, name, values)
        kept = said | facets.having(ids, name, [UNSAID]) if name in understood else said
        trust = np.where(said, trust, SILENT)[kept]
        ids = ids[kept]
    return Guess(ids, trust)
