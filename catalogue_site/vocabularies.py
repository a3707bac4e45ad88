"""The vocabularies that notices are read with, term by term: ScoLOMFR's, and Balise's own as SKOS.

Balise's own URIs are names (urn:balise:…), not addresses: their terms are on one page, and in
Turtle beside it. https://www.w3.org/TR/skos-reference/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response, abort, render_template

from metadata import ownterms
from metadata.vocabulary import Concept, key_of, scolomfr, titles

from .site import canonical

bp = Blueprint("vocabularies", __name__)

AT_ONCE = 120  # terms on a page

OWN = "balise"


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A term as its page shows it; `anchor` is the last part of its URI."""

    anchor: str
    label: str
    uri: str
    alternatives: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()  # labels
    replaced_by: str = ""  # label
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """One of the pages of a long vocabulary: its first and its last term."""

    number: int
    first: str
    last: str


@bp.get("/vocabulaires")
def every() -> str:
    counts = [(key, title, len(_ordered(key))) for key, title in titles().items()]
    return render_template(
        "vocabularies.html", canonical=canonical("/vocabulaires"), counts=counts, own=_own_count()
    )


def _own_count() -> int:
    return len(ownterms.terms())


@bp.get(f"/vocabulaires/{OWN}")
def own() -> str:
    return render_template(
        "vocabulary_own.html",
        canonical=canonical(f"/vocabulaires/{OWN}"),
        lists=[*ownterms.lists().values()],
        count=_own_count(),
        label_of=scolomfr().label,
        kinds=KINDS,
    )


#: How a term of Balise's stands to one of ScoLOMFR's, in French.
KINDS = {
    "exactMatch": "le même que",
    "closeMatch": "proche de",
    "narrowMatch": "comprend",
    "broadMatch": "fait partie de",
    "relatedMatch": "en rapport avec",
}


@bp.get(f"/vocabulaires/{OWN}.ttl")
def turtle() -> Response:
    return Response(ownterms.turtle(), mimetype="text/turtle")


@bp.get("/vocabulaires/<key>")
@bp.get("/vocabulaires/<key>/<int(min=1):number>")
def vocabulary(key: str, number: int = 0) -> str:
    """A vocabulary; a long one is cut in pages, named by their first and last terms."""
    if key not in titles():
        abort(404)
    spans = _spans(key)
    is_long = len(spans) > 1
    if number > (len(spans) if is_long else 0):
        abort(404)
    place = f"/vocabulaires/{key}"
    return render_template(
        "vocabulary.html",
        canonical=canonical(f"{place}/{number}" if number else place),
        key=key,
        title=titles()[key],
        count=len(_ordered(key)),
        spans=spans if is_long else (),
        number=number,
        terms=[] if is_long and not number else list(_terms(key, number or 1)),
    )


@lru_cache
def _ordered(key: str) -> tuple[Concept, ...]:
    """In its own order when it can be read at a glance, else as a dictionary."""
    members = scolomfr().members(key)
    if len(members) <= AT_ONCE:
        return members
    return tuple(sorted(members, key=lambda concept: key_of(concept.label)))


@lru_cache
def _spans(key: str) -> tuple[Span, ...]:
    concepts = _ordered(key)
    starts = range(0, len(concepts), AT_ONCE)
    pages = (concepts[start : start + AT_ONCE] for start in starts)
    return tuple(Span(n, page[0].label, page[-1].label) for n, page in enumerate(pages, start=1))


def _terms(key: str, number: int) -> Iterator[Term]:
    first = (number - 1) * AT_ONCE
    for concept in _ordered(key)[first : first + AT_ONCE]:
        current = scolomfr().current(concept)
        yield Term(
            anchor=concept.uri.rpartition("/")[2],
            label=concept.label,
            uri=concept.uri,
            alternatives=concept.alternatives,
            broader=tuple(filter(None, map(scolomfr().label, concept.broader))),
            replaced_by=current.label if current is not concept else "",
            retired=concept.retired,
        )


def pages() -> Iterator[str]:
    """The address of every page and file of the vocabularies."""
    yield from ("/vocabulaires", f"/vocabulaires/{OWN}", f"/vocabulaires/{OWN}.ttl")
    for key in titles():
        yield f"/vocabulaires/{key}"
        if len(spans := _spans(key)) > 1:
            yield from (f"/vocabulaires/{key}/{span.number}" for span in spans)
