"""From a query to its answer, over the arrays of a view.

Every word must be there. Values of facets recognised in the words become filters. When that finds
nothing, the recognised words are looked for as plain words; when that finds nothing either, words
are set aside, the filters staying: as few as possible, the common ones first, and most must remain.
Each of these is said in the answer. What was quoted, excluded or chosen is never set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from .arrays import Ids, Posting, View, common, united
from .counting import Counts, Facets
from .errors import InvalidQuery
from .facets import recognise
from .query import LONGEST, Atom, Kind, Parsed, parse, without
from .ranking import SORTS, Ranking
from .search import Hit, Query, Results, Understood
from .spelling import MOST_EXPANSIONS

#: A suggestion is looked for when there are fewer results than this.
FEW = 3

Filters = Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """A view, and what was computed from it once for all its queries."""

    view: View
    facets: Facets
    ranking: Ranking


def snapshot(view: View, names: Sequence[str]) -> Snapshot:
    return Snapshot(view=view, facets=Facets(view, names), ranking=Ranking(view))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One way to take a query: what to look for, within which filters."""

    atoms: tuple[Atom, ...]
    filters: Filters
    understood: tuple[Understood, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The documents that have the words of a reading, before any filter, and what they rank by."""

    reading: Reading
    ids: Ids
    postings: tuple[Posting, ...] = ()
    relaxed: tuple[Atom, ...] = ()


def answer(state: Snapshot, query: Query) -> Results:
    """Raise InvalidQuery when the query cannot be understood."""
    check(state, query)
    parsed = parse(query.text)
    results = _answer(state, query, parsed)
    if parsed.atoms and (results.total < FEW or results.relaxed):
        results = replace(results, suggestion=suggestion(state, query, parsed, results))
    return results


def check(state: Snapshot, query: Query) -> None:
    for name in query.filters:
        if name not in state.facets.names:
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
    ids, counts = filtered(state, found)
    scores = state.ranking.scores(ids, found.postings)
    heads = state.ranking.representatives(ids, scores, query.sort)
    start = (query.page - 1) * query.size
    shown = heads[
        state.ranking.page(ids[heads], scores[heads], query.sort, start, start + query.size)
    ]
    dropped = readings[0].understood if found.reading is not readings[0] else ()
    return Results(
        total=len(heads),
        hits=tuple(hits(state.view, ids, shown, scores[shown].tolist())),
        facets=counts,
        understood=found.reading.understood,
        ignored=dropped,
        relaxed=tuple(parsed.said(atom) for atom in found.relaxed),
    )


def readings_of(query: Query, parsed: Parsed) -> Iterable[Reading]:
    """The ways to take a query, the most likely first."""
    chosen = {name: frozenset(values) for name, values in query.filters.items() if values}
    if not query.literal and (understood := understood_in(parsed)):
        filters = dict(chosen)
        for _, one in understood:
            filters[one.facet] = filters.get(one.facet, frozenset()) | {one.value}
        yield Reading(
            atoms=without(parsed, [span for span, _ in understood]).atoms,
            filters=filters,
            understood=tuple(one for _, one in understood),
        )
    yield Reading(atoms=parsed.atoms, filters=chosen)


def understood_in(parsed: Parsed) -> list[tuple[tuple[int, int], Understood]]:
    """The filters that plain words are taken to mean, and where these stand."""
    taken = [atom for atom in parsed.atoms if atom.excluded or atom.kind in QUOTED]
    return [
        ((start, end), _understood(parsed.text, start, end, facet, value))
        for start, end, facet, value in recognise(parsed.text)
        if not any(atom.start < end and start < atom.end for atom in taken)
    ]


def _understood(text: str, start: int, end: int, facet: str, value: str) -> Understood:
    rest = " ".join(f"{text[:start]} {text[end:]}".split())
    return Understood(words=text[start:end], facet=facet, value=value, rest=rest)


#: What was written with marks is meant as written.
QUOTED = (Kind.PHRASE, Kind.PREFIX)


def best(state: Snapshot, readings: Sequence[Reading]) -> Found:
    """The first reading that finds something; else the likeliest, with words set aside if it helps."""
    for reading in readings:
        found = exact(state.view, reading)
        if len(within(state, found)):
            return found
    return relaxed(state.view, readings[0])


def exact(view: View, reading: Reading) -> Found:
    """The documents that have everything asked for."""
    asked = [posting_of(view, atom) for atom in reading.atoms if not atom.excluded]
    ids = view.everything
    for posting in sorted(asked, key=lambda posting: len(posting.ids)):
        ids = common(ids, posting.ids)
    return Found(reading=reading, ids=_kept(view, reading, ids), postings=tuple(asked))


def relaxed(view: View, reading: Reading) -> Found:
    """The same, with as few words set aside as it takes to find something, and most of them kept."""
    whole = exact(view, reading)
    words = [atom for atom in reading.atoms if not atom.excluded and atom.kind != Kind.PHRASE]
    if len(whole.ids):
        return whole
    phrases = [atom for atom in reading.atoms if not atom.excluded and atom.kind == Kind.PHRASE]
    base = exact(view, replace(reading, atoms=tuple(phrases))).ids
    postings = [posting_of(view, atom) for atom in words]
    said = _most_said(view, _kept(view, reading, base), postings)
    if len(said) * 2 <= len(words):
        return whole
    aside = [atom for place, atom in enumerate(words) if place not in said]
    atoms = tuple(atom for atom in reading.atoms if atom not in aside)
    return replace(
        exact(view, replace(reading, atoms=atoms)), reading=reading, relaxed=tuple(aside)
    )


def _most_said(view: View, base: Ids, postings: Sequence[Posting]) -> list[int]:
    """Which of these most can be had at once; among equals, the rarest; then the first typed."""
    sets = np.zeros(view.size, dtype=np.int64)
    for place, posting in enumerate(postings):
        sets[posting.ids] |= 1 << place
    rarity = [log(len(view.everything) + 1) - log(len(posting.ids) + 1) for posting in postings]

    def worth(said: int) -> tuple[int, float, int]:
        places = _places(said)
        return len(places), sum(rarity[place] for place in places), -said

    return _places(max(np.unique(sets[base]).tolist(), key=worth, default=0))


def _places(bits: int) -> list[int]:
    return [place for place in range(bits.bit_length()) if bits >> place & 1]


def _kept(view: View, reading: Reading, ids: Ids) -> Ids:
    """These without the documents that have something excluded."""
    for atom in reading.atoms:
        if atom.excluded:
            ids = ids[np.isin(ids, posting_of(view, atom).ids, invert=True)]
    return ids


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


def within(state: Snapshot, found: Found) -> Ids:
    """What is found inside every filter."""
    ids = found.ids
    for name, values in found.reading.filters.items():
        ids = ids[state.facets.having(ids, name, values)]
    return ids


def filtered(state: Snapshot, found: Found) -> tuple[Ids, Counts]:
    """What is found inside every filter, and the counts of each facet inside every other."""
    facets, filters = state.facets, found.reading.filters
    kept = {name: facets.having(found.ids, name, values) for name, values in filters.items()}
    fails = np.zeros(len(found.ids), dtype=np.int64)
    for flags in kept.values():
        fails += ~flags
    ids = found.ids[fails == 0]
    counts = dict(facets.counts(ids, [name for name in facets.names if name not in kept]))
    for name, flags in kept.items():
        counts |= facets.counts(found.ids[fails == ~flags], [name])
    return ids, {name: counts[name] for name in facets.names}


def hits(view: View, ids: Ids, shown: Ids, scores: Iterable[float]) -> Iterable[Hit]:
    related = ids[view.in_family[ids]]
    for number, score in zip(ids[shown].tolist(), scores, strict=True):
        members = related[view.families[related] == view.families[number]]
        others = sorted(view.slugs[members[members != number]])
        yield Hit(slug=view.slugs[number], score=score, members=tuple(others))


def suggestion(state: Snapshot, query: Query, parsed: Parsed, results: Results) -> str:
    """The query with its unknown words replaced by near ones, when that finds more."""
    text = parsed.text
    for atom in reversed(parsed.atoms):
        if atom.kind == Kind.WORD and not atom.excluded:
            if len(state.view.posting(atom.terms[0]).ids):
                continue
            if near := state.view.lexicons.nearest(parsed.said(atom)):
                text = text[: atom.start] + near + text[atom.end :]
    if text == parsed.text or len(text) > LONGEST:
        return ""
    other = _answer(state, replace(query, text=text), parse(text))
    better = other.total > results.total or (other.total and not other.relaxed)
    return text if better else ""
