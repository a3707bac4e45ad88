"""What resembles a document: what shares its words; first what shares its subject and its level."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .analysis import KEYWORDS, TITLE, weigh
from .arrays import Ids, Posting
from .counting import Facets
from .facets import narrowest
from .near import first_families
from .ranking import Ranking
from .search import Document

#: What it tells to share a value of these facets: the same class is the same cycle too.
SHARED = {"discipline": 2, "niveau": 1, "cycle": 1}


def similar(facets: Facets, ranking: Ranking, document: Document, count: int) -> tuple[str, ...]:
    """The slugs of those most like this one, its family left out."""
    view = ranking.view
    scores = ranking.any_scores([*_postings(ranking, document)])
    own = view.families[np.flatnonzero((view.slugs == document.slug) & view.alive)]
    ids = np.flatnonzero((scores > 0) & view.alive)
    ids = ids[~np.isin(view.families[ids], own)]
    shared: Ids = np.zeros(len(ids), dtype=np.int64)
    for name, worth in SHARED.items():
        values = narrowest(name, document.facets.get(name, ()))
        shared += worth * facets.having(ids, name, values)
    ids = ids[np.lexsort((view.ties[ids], -scores[ids], -shared))]
    return tuple(view.slugs[ids[first_families(view, ids, count)]])


def _postings(ranking: Ranking, document: Document) -> Iterator[Posting]:
    parts = [(document.title, TITLE), *((text, KEYWORDS) for text in document.keywords)]
    terms = dict.fromkeys(spelled.partition(" ")[0] for spelled in weigh(parts).weights)
    for term in terms:
        posting = ranking.view.posting(term)
        if len(posting.ids):
            yield posting
