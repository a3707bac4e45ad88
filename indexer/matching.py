"""The documents that have what is asked for: one thing, or all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .arrays import Ids, Posting, View, common, united
from .query import Atom, Kind
from .spelling import MOST_EXPANSIONS


def matching(view: View, atoms: Iterable[Atom]) -> tuple[Ids, tuple[Posting, ...]]:
    """The documents that have all of these and none of those excluded; and who has each."""
    several = [*atoms]
    asked = tuple(posting_of(view, atom) for atom in several if not atom.excluded)
    ids = view.everything
    for posting in sorted(asked, key=lambda posting: len(posting.ids)):
        ids = common(ids, posting.ids)
    for atom in several:
        if atom.excluded:
            ids = ids[np.isin(ids, posting_of(view, atom).ids, invert=True)]
    return ids, asked


def posting_of(view: View, atom: Atom) -> Posting:
    """The documents that have one thing asked for."""
    match atom.kind:
        case Kind.WORD:
            return view.posting(atom.terms[0])
        case Kind.PHRASE:
            return view.phrase(atom.terms, atom.places)
        case Kind.PREFIX:
            words = view.lexicons.beginning(atom.terms[0], MOST_EXPANSIONS)
            return united([view.posting(term) for term in sorted({word.term for word in words})])
        case Kind.EXPRESSION:
            return united([view.posting(atom.shared), _together(view, atom.terms)])


def _together(view: View, terms: Sequence[str]) -> Posting:
    """The documents that have all these terms, each counted as its least said."""
    postings = [view.posting(term) for term in terms]
    ids = view.everything
    for posting in postings:
        ids = common(ids, posting.ids)
    if not len(ids):
        return united([])
    weights = [posting.weights[np.searchsorted(posting.ids, ids)] for posting in postings]
    return Posting(ids, np.minimum.reduce(weights))
