"""How a query may be taken: which of its words are filters, and which are slips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .arrays import View
from .facets import recognise
from .query import LONGEST, Atom, Kind, Parsed, without
from .search import Query, Understood

Filters = Mapping[str, frozenset[str]]

#: What was written with marks is meant as written.
QUOTED = (Kind.PHRASE, Kind.PREFIX)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One way to take a query: what to look for, within which filters."""

    atoms: tuple[Atom, ...]
    filters: Filters
    understood: tuple[Understood, ...] = ()


def readings_of(query: Query, parsed: Parsed) -> Iterable[Reading]:
    """The ways to take a query, the most likely first."""
    chosen = {name: frozenset(values) for name, values in query.filters.items() if values}
    meanings, rest = understood(parsed)
    if not query.literal and meanings:
        filters = dict(chosen)
        for one in meanings:
            filters[one.facet] = filters.get(one.facet, frozenset()) | {one.value}
        yield Reading(atoms=rest.atoms, filters=filters, understood=meanings)
    yield Reading(atoms=parsed.atoms, filters=chosen)


def understood(parsed: Parsed) -> tuple[tuple[Understood, ...], Parsed]:
    """The filters that plain words are taken to mean, and the query without these words."""
    found = understood_in(parsed)
    if not found:
        return (), parsed
    return tuple(one for _, one in found), without(parsed, [span for span, _ in found])


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


def respelled(view: View, parsed: Parsed, alike: float) -> str:
    """The query with its unknown words replaced by near ones; "" when there is nothing to replace."""
    text = parsed.text
    for atom in reversed(parsed.atoms):
        if atom.kind == Kind.WORD and not atom.excluded and is_unknown(view, atom):
            near = view.lexicons.nearest(parsed.said(atom), alike)
            text = text[: atom.start] + (near or parsed.said(atom)) + text[atom.end :]
    return text if text != parsed.text and len(text) <= LONGEST else ""


def is_unknown(view: View, atom: Atom) -> bool:
    """Does nobody write this word?"""
    return not len(view.posting(atom.terms[0]).ids)
