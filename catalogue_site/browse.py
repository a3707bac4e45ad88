"""The whole catalogue by discipline: plain lists of links, for those without a search engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Blueprint, abort, render_template

from indexer import facets
from indexer.search import Query

from . import presentation
from .search import UNSAID, doors, items_of, ordered
from .site import canonical, engine

bp = Blueprint("browse", __name__)

AT_ONCE = 500  # entries asked of the engine at a time

#: The address of what says no discipline.
OTHERS = "autres"


@bp.get("/ressources")
def all_disciplines() -> str:
    counts = engine().search(Query(size=1)).facets.get("discipline", {})
    links = [*doors("discipline", counts)]
    if counts.get(UNSAID):
        links.append(
            {
                "label": "Sans discipline renseignée",
                "count": counts[UNSAID],
                "address": f"/ressources/{OTHERS}",
            }
        )
    return render_template(
        "browse.html",
        here="browse",
        heading="Toutes les ressources",
        canonical=canonical("/ressources"),
        doors=links,
        groups=[],
        discipline=None,
    )


def is_discipline(name: str) -> bool:
    """Does this name lead to a list? Names of disciplines are no slugs: those end in a hash."""
    return name == OTHERS or name in facets.disciplines()


def one_discipline(name: str) -> str:
    """Every resource of a discipline, under the cycles it is for."""
    key = UNSAID if name == OTHERS else name
    label = "Sans discipline renseignée" if key == UNSAID else facets.label_of("discipline", key)
    groups = list(by_cycle(key))
    if not groups:
        abort(404)
    return render_template(
        "browse.html",
        here="browse",
        heading=label,
        canonical=canonical(f"/ressources/{name}"),
        doors=[],
        groups=groups,
        discipline={"key": name, "label": label},
    )


def by_cycle(discipline: str) -> Iterator[Mapping[str, object]]:
    """The resources of a discipline under each cycle they are for, in school order."""
    everywhere = {"discipline": (discipline,)}
    counts = engine().search(Query(filters=everywhere, size=1)).facets.get("cycle", {})
    for cycle in [*ordered("cycle", counts), *([UNSAID] if counts.get(UNSAID) else [])]:
        label = "Niveau non renseigné" if cycle == UNSAID else facets.label_of("cycle", cycle)
        items = list(everything({**everywhere, "cycle": (cycle,)}))
        yield {"key": "sans-niveau" if cycle == UNSAID else cycle, "label": label, "entries": items}


def everything(filters: Mapping[str, tuple[str, ...]]) -> Iterator[presentation.Item]:
    """All that bears these values, by title, asked for some at a time."""
    page = 1
    while True:
        query = Query(filters=filters, sort="titre", page=page, size=AT_ONCE)
        results = engine().search(query)
        yield from items_of(results)
        if page * AT_ONCE >= results.total:
            return
        page += 1
