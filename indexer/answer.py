"""From a query to its answer, over the arrays of a view.

Every word must be there. A word that nobody writes is taken for the one it surely is a slip for.
Values of facets recognised in the words become filters; when that finds nothing, the recognised
words are looked for as plain words. What leaves a page half empty is followed by what comes near
(near.py). Each of these is said in the answer, and a literal query does without. First comes what
names the class that was asked; what is for its whole cycle follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import NAMED, Flags, Floats, Ids, Posting, View, joined
from .counting import Counts, Facets
from .errors import InvalidQuery
from .matching import matching, posting_of
from .near import loosened, near
from .query import Kind, Parsed, parse
from .ranking import SORTS, Ranking
from .readings import Reading, readings_of, respelled, understood
from .search import Hit, Query, Results
from .spelling import ALIKE, SURE

#: A suggestion is looked for when there are fewer results than this.
FEW = 3

#: What says all that was asked is followed by what comes near until there are so many.
PAGE = 10

#: Takes what comes near below all that says everything, without a word on how well.
FAR = 1e6


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """A view, and what was computed from it once for all its queries."""

    view: View
    names: Sequence[str]
    facets: Facets
    ranking: Ranking


def snapshot(view: View, names: Sequence[str]) -> Snapshot:
    return Snapshot(
        view=view, names=names, facets=Facets(view, [*names, NAMED]), ranking=Ranking(view)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The documents that have the words of a reading, before any filter, and what they rank by."""

    reading: Reading
    ids: Ids
    postings: tuple[Posting, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """Documents inside the filters, how well each answers, and how far it is from what was asked."""

    ids: Ids
    scores: Floats
    steps: Floats  # 0 the class that was asked, 1 its cycle, 2 near

    def __len__(self) -> int:
        return len(self.ids)


def answer(state: Snapshot, query: Query) -> Results:
    """Raise InvalidQuery when the query cannot be understood."""
    check(state, query)
    parsed = parse(query.text)
    words = replace(understood(parsed)[1], text=parsed.text)
    if not query.literal and (text := respelled(state.view, words, SURE)):
        results = _answer(state, query, parse(text))
        if results.total:
            return replace(results, suggestion=text, corrected=True)
    results = _answer(state, query, parsed)
    if results.total - results.near < FEW:
        results = replace(results, suggestion=suggestion(state, query, parsed, results))
    return results


def check(state: Snapshot, query: Query) -> None:
    for name in query.filters:
        if name not in state.names:
            raise InvalidQuery(f"Facette inconnue\u00a0: «\u00a0{name}\u00a0».")
    if query.sort not in SORTS:
        raise InvalidQuery(
            f"Tri inconnu\u00a0: «\u00a0{query.sort}\u00a0». Tris possibles\u00a0: {', '.join(SORTS)}."
        )
    if query.page < 1 or query.size < 0:
        raise InvalidQuery("La page demandée n’existe pas\u00a0: les pages comptent à partir de 1.")


def _answer(state: Snapshot, query: Query, parsed: Parsed) -> Results:
    readings = [*readings_of(query, parsed)]
    found = best(state, readings)
    whole = ranked(state, found)
    others = beside(state, query, found, whole)
    both = Ranked(
        ids=joined([whole.ids, others.ids], np.int64),
        scores=joined([whole.scores, others.scores], np.float64),
        steps=joined([whole.steps, others.steps], np.float64),
    )
    counts, over = counted(state, found, others.ids)
    order = both.scores - FAR * both.steps
    heads = state.ranking.representatives(both.ids, order, query.sort)
    start = (query.page - 1) * query.size
    shown = heads[
        state.ranking.page(both.ids[heads], order[heads], query.sort, start, start + query.size)
    ]
    dropped = readings[0].understood if found.reading is not readings[0] else ()
    return Results(
        total=len(heads),
        hits=tuple(hits(state.view, both.ids, shown, both.scores[shown].tolist())),
        facets=counts,
        over=over,
        understood=found.reading.understood,
        ignored=dropped,
        near=families(state.view, others.ids),
        relaxed=() if len(whole) else lacking(state, parsed, found, others),
    )


def best(state: Snapshot, readings: Sequence[Reading]) -> Found:
    """The first reading that finds something; else the likeliest."""
    several = []
    for reading in readings:
        ids, postings = matching(state.view, reading.atoms)
        several.append(Found(reading=reading, ids=ids, postings=postings))
        if len(within(state, several[-1])):
            return several[-1]
    return several[0]


def within(state: Snapshot, found: Found) -> Ids:
    """What is found inside every filter."""
    ids = found.ids
    for name, values in found.reading.filters.items():
        ids = ids[state.facets.having(ids, name, values)]
    return ids


def ranked(state: Snapshot, found: Found) -> Ranked:
    """What is found inside every filter, and how well it answers."""
    ids = within(state, found)
    classes = found.reading.filters.get("niveau")
    named: Flags = state.facets.having(ids, NAMED, classes) if classes else np.ones_like(ids, bool)
    return Ranked(
        ids=ids,
        scores=state.ranking.scores(ids, found.postings),
        steps=(~named).astype(np.float64),
    )


def beside(state: Snapshot, query: Query, found: Found, whole: Ranked) -> Ranked:
    """What comes near, as much as it takes to fill the first page; nothing for other orders."""
    room = PAGE - families(state.view, whole.ids)
    words = [atom for atom in found.reading.atoms if atom.kind != Kind.PHRASE and not atom.excluded]
    if query.literal or query.sort != "pertinence" or not words or room <= 0:
        return NOTHING
    reading = found.reading
    ids, _ = matching(state.view, [atom for atom in reading.atoms if atom not in words])
    ids = ids[~np.isin(state.view.families[ids], state.view.families[whole.ids])]
    chosen = {name for name, values in query.filters.items() if values}
    unsure = frozenset(one.facet for one in reading.understood) - chosen
    base = loosened(state.facets, ids, reading.filters, unsure)
    postings = [posting_of(state.view, atom) for atom in words]
    ids, scores = near(state.ranking, base, postings, float(whole.scores.max(initial=0)), room)
    return Ranked(ids=ids, scores=scores, steps=np.full(len(ids), 2.0))


NOTHING = Ranked(
    ids=np.empty(0, dtype=np.int64), scores=np.empty(0), steps=np.empty(0, dtype=np.float64)
)


def lacking(state: Snapshot, parsed: Parsed, found: Found, others: Ranked) -> tuple[str, ...]:
    """The words, as typed, that the best of those that come near does not say."""
    if not len(others):
        return ()
    first = others.ids[np.argmax(others.scores)]
    return tuple(
        parsed.said(atom)
        for atom in found.reading.atoms
        if not atom.excluded and first not in posting_of(state.view, atom).ids
    )


def families(view: View, ids: Ids) -> int:
    """How many these are, a family counting once."""
    related = view.in_family[ids]
    return int((~related).sum()) + len(np.unique(view.families[ids[related]]))


def counted(state: Snapshot, found: Found, others: Ids) -> tuple[Counts, Mapping[str, int]]:
    """The counts of each facet inside every other filter, and over how many, others included."""
    facets, filters = state.facets, found.reading.filters
    kept = {name: facets.having(found.ids, name, values) for name, values in filters.items()}
    fails = np.zeros(len(found.ids), dtype=np.int64)
    for flags in kept.values():
        fails += ~flags
    ids = joined([found.ids[fails == 0], others], np.int64)
    free = [name for name in state.names if name not in kept]
    counts = dict(facets.counts(ids, free))
    over = dict.fromkeys(free, families(state.view, ids))
    for name, flags in kept.items():
        ids = joined([found.ids[fails == ~flags], others], np.int64)
        counts |= facets.counts(ids, [name])
        over[name] = families(state.view, ids)
    return {name: counts[name] for name in state.names}, over


def hits(view: View, ids: Ids, shown: Ids, scores: Iterable[float]) -> Iterable[Hit]:
    related = ids[view.in_family[ids]]
    for number, score in zip(ids[shown].tolist(), scores, strict=True):
        members = related[view.families[related] == view.families[number]]
        others = sorted(view.slugs[members[members != number]])
        yield Hit(slug=view.slugs[number], score=score, members=tuple(others))


def suggestion(state: Snapshot, query: Query, parsed: Parsed, results: Results) -> str:
    """The query with its unknown words replaced by near ones, when that finds more."""
    text = respelled(state.view, parsed, ALIKE)
    if not text:
        return ""
    other = _answer(state, replace(query, text=text), parse(text))
    return text if other.total - other.near > results.total - results.near else ""
