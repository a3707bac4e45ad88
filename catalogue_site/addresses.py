"""Every public address that a file can answer for: what `build` writes, and the sitemaps name."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.entry import State

from . import badges, browse, sources, statistics, vocabularies
from . import pages as owed
from .help import PAGES
from .resource import FORMATS
from .site import Site

#: How many addresses a sitemap may hold.
PART = 50_000


def addresses(site: Site) -> Iterator[str]:
    """Every public address that a file can answer for."""
    yield from _documents(site)
    yield from ("/export/catalogue.csv", "/export/catalogue.jsonl")
    if site.base_url:  # these hold whole addresses
        yield from ("/flux.atom", "/catalogue.jsonld", "/robots.txt", "/opensearch.xml")
        yield "/sitemap.xml"
        yield from (f"/sitemap-{number}.xml" for number in parts(site))


def pages(site: Site) -> Iterator[str]:
    """The public pages, for those who search the web."""
    for address in _documents(site):
        if "." not in address and not address.endswith(("/etat", "/badges")):
            yield address


def parts(site: Site) -> range:
    """The numbers of the sitemaps that it takes to name all pages."""
    return range(1, -(-sum(1 for _ in pages(site)) // PART) + 1)


def _documents(site: Site) -> Iterator[str]:
    yield from ("/", "/ressources", "/api", "/aide")
    yield from (f"/aide/{name}" for name in PAGES)
    yield from (f"/static/{name}" for name in site.assets.values())
    yield from browse.pages(site.engine)
    yield from sources.pages(site)
    yield from (*statistics.pages(), *vocabularies.pages(), *owed.pages())
    for slug in site.store.slugs(State.PUBLISHED):
        yield f"/ressources/{slug}"
        yield from (f"/ressources/{slug}.{extension}" for extension in FORMATS)
    yield from badges.addresses(site)
    for slug in site.store.projects.published():
        yield f"/communs/{slug}"
        yield f"/badges/{slug}.svg"
    yield from (f"/communs/{slug}/etat" for slug in site.store.projects.slugs())
