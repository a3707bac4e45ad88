"""Where the catalogue comes from: each source, what it brought, when, and how much its notices say.

A source of which nothing is published is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, abort, render_template

from indexer import facets
from indexer.entry import SourceStatus, State
from indexer.search import Query
from metadata import licences
from metadata.licences import Licence
from metadata.strangers.weblink import is_web

from . import presentation
from .figure import coverage
from .presentation import Moment
from .site import Site, canonical, engine, store

bp = Blueprint("sources", __name__)

KINDS = {
    "oaipmh": "Entrepôt OAI-PMH",
    "files": "Dossier de notices",
    "table": "Tableau CSV",
    "syndication": "Flux Atom ou RSS",
    "forge": "Forge GitLab",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A source as its page shows it."""

    name: str  # in its address, and the value of the facet
    title: str
    kind: str
    origin: str
    address: str  # "" when it is none that a browser opens
    licence: Licence | None
    published: int
    gone: int
    rejects: int
    last: Moment | None  # the last whole harvest
    failed: bool  # the last harvest did not end well


@bp.get("/sources")
def every() -> str:
    return render_template(
        "sources.html",
        here="sources",
        canonical=canonical("/sources"),
        sources=[*published_sources()],
    )


@bp.get("/sources/<name>")
def one(name: str) -> str:
    source = next((each for each in published_sources() if each.name == name), None)
    if source is None:
        abort(404)
    found = engine().search(Query(filters={"source": (name,)}, size=1))
    return render_template(
        "source.html",
        here="sources",
        canonical=canonical(f"/sources/{name}"),
        source=source,
        coverage=coverage("couverture", found),
        total=found.total,
    )


def published_sources() -> Iterator[Shown]:
    """The sources of which something is published, by title."""
    statuses = (status for status in store().sources() if status.states.get(State.PUBLISHED))
    yield from sorted(map(_shown, statuses), key=lambda source: source.title.casefold())


def _shown(status: SourceStatus) -> Shown:
    info, last = status.info, status.last_complete
    return Shown(
        name=facets.source_value(info.key),
        title=info.title or info.key,
        kind=KINDS.get(info.kind, info.kind),
        origin=facets.label_of("origine", info.origin),
        address=info.url if is_web(info.url) else "",
        licence=licences.find(info.licence) if info.licence else None,
        published=status.states[State.PUBLISHED],
        gone=status.states.get(State.GONE, 0),
        rejects=status.rejects,
        last=presentation.moment(last) if last else None,
        failed=bool(status.last_run and status.last_run.ended and not status.last_run.complete),
    )


def pages(site: Site) -> Iterator[str]:
    """The address of every page of sources."""
    yield "/sources"
    for status in site.store.sources():
        if status.states.get(State.PUBLISHED):
            yield f"/sources/{facets.source_value(status.info.key)}"
