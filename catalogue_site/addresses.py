"""Every public address that a file can answer for: what `build` writes, and the sitemaps name."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.entry import State
from indexer.search import Query

from .browse import OTHERS, PARTS
from .help import PAGES
from .resource import FORMATS
from .search import UNSAID
from .site import Site


def addresses(site: Site) -> Iterator[str]:
    """Every public address that a file can answer for."""
    yield from ("/", "/ressources")
    yield from (f"/aide/{name}" for name in PAGES)
    yield from (f"/static/{name}" for name in site.assets.values())
    yield from (f"/ressources/{name}" for name in _lists(site))
    for slug in site.store.slugs(State.PUBLISHED):
        yield f"/ressources/{slug}"
        yield from (f"/ressources/{slug}.{extension}" for extension in FORMATS)
    for slug in site.store.projects.published():
        yield f"/communs/{slug}"
        yield f"/badges/{slug}.svg"
    yield from (f"/communs/{slug}/etat" for slug in site.store.projects.slugs())


def _lists(site: Site) -> Iterator[str]:
    found = site.engine.search(Query(size=1)).facets
    for key in PARTS:
        yield from (
            value for value, count in found.get(key, {}).items() if count and value != UNSAID
        )
    if found.get("discipline", {}).get(UNSAID):
        yield OTHERS
