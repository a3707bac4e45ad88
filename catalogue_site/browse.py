"""The home page, and the whole catalogue as plain lists of links, by discipline and by cycle: no search engine needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Blueprint, abort, render_template

from indexer import facets
from indexer.search import Query

from . import presentation
from .search import UNSAID, address_of, items_of, ordered
from .site import canonical, current_site, engine

bp = Blueprint("browse", __name__)

AT_ONCE = 500  # entries asked of the engine at a time

#: What a list is of, and what its parts are.
PARTS = {"discipline": "cycle", "cycle": "discipline"}

#: The address of what says no discipline.
OTHERS = "autres"

#: What to call the entries that do not say.
UNSAID_LABELS = {"discipline": "Sans discipline renseignée", "cycle": "Niveau non renseigné"}


@bp.get("/")
def home() -> str:
    latest = engine().search(Query(sort="date", size=5))
    return render_template(
        "home.html",
        canonical=canonical("/"),
        total=latest.total,
        stages=list(doors("cycle")),
        disciplines=list(doors("discipline")),
        latest=items_of(latest),
    )


@bp.get("/ressources")
def everything() -> str:
    return render_template(
        "browse.html",
        here="browse",
        heading="Toutes les ressources",
        canonical=canonical("/ressources"),
        doors=[*doors("discipline"), *doors("cycle")],
        groups=[],
        refine="",
    )


def doors(key: str) -> Iterator[Mapping[str, object]]:
    """Links to the list of each value of a facet that some resource bears, in the facet's order."""
    counts = engine().search(Query(size=1)).facets.get(key, {})
    for value in ordered(key, counts):
        label = facets.label_of(key, value)
        yield {"label": label, "count": counts[value], "address": f"/ressources/{value}"}
    if key == "discipline" and counts.get(UNSAID):
        others = {"label": UNSAID_LABELS[key], "count": counts[UNSAID]}
        yield {**others, "address": f"/ressources/{OTHERS}"}


def is_list(name: str) -> bool:
    """Does this name lead to a list? It is no slug of an entry: those end in a hash."""
    return bool(_facet_of(name))


def _facet_of(name: str) -> str:
    if name == OTHERS:
        return "discipline"
    return next((key for key in PARTS if facets.value_of(key, name) == name), "")


def one_list(name: str) -> str:
    """Every resource of a discipline under the cycles it is for, or of a cycle by discipline."""
    key = _facet_of(name)
    value = UNSAID if name == OTHERS else name
    label = UNSAID_LABELS[key] if value == UNSAID else facets.label_of(key, value)
    groups = list(parts(key, value))
    if not groups:
        abort(404)
    search = current_site().search_address
    return render_template(
        "browse.html",
        here="browse",
        heading=label,
        canonical=canonical(f"/ressources/{name}"),
        doors=[],
        groups=groups,
        refine=search and address_of(Query(filters={key: (value,)}), search),
    )


def parts(key: str, value: str) -> Iterator[Mapping[str, object]]:
    """The resources that bear a value, under each value of the other facet, in its order."""
    chosen, other = {key: (value,)}, PARTS[key]
    counts = engine().search(Query(filters=chosen, size=1)).facets.get(other, {})
    for part in [*ordered(other, counts), *([UNSAID] if counts.get(UNSAID) else [])]:
        label = UNSAID_LABELS[other] if part == UNSAID else facets.label_of(other, part)
        items = list(every({**chosen, other: (part,)}))
        yield {"key": "autres" if part == UNSAID else part, "label": label, "entries": items}


def every(filters: Mapping[str, tuple[str, ...]]) -> Iterator[presentation.Item]:
    """All that bears these values, by title, asked for some at a time."""
    page = 1
    while True:
        query = Query(filters=filters, sort="titre", page=page, size=AT_ONCE)
        results = engine().search(query)
        yield from items_of(results)
        if page * AT_ONCE >= results.total:
            return
        page += 1
