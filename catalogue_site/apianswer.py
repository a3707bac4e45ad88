"""What the API says of an entry, a search, a source, a concept: plain data for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from indexer import facets
from indexer.documents import updated_of
from indexer.entry import Entry, SourceStatus, State
from indexer.export import is_open
from indexer.search import Hit, Results, Understood
from metadata import recordjson
from metadata.ownterms import OwnTerm
from metadata.vocabulary import Concept

from . import presentation
from .resource import FORMATS
from .search import label, ordered
from .site import canonical, store

Answer = dict[str, Any]


def found(results: Results, hits: Iterable[Hit], problem: str = "") -> Answer:
    """The answer to a search: the entries of one page, and what the site says above and beside."""
    hits = [*hits]
    entries = {entry.slug: entry for entry in store().read(hit.slug for hit in hits)}
    return {
        "total": results.total,
        "results": [item(entries[hit.slug], hit) for hit in hits if hit.slug in entries],
        "near": results.near,
        "facets": {key: facet(key, results) for key in results.facets},
        "understood": [*map(note, results.understood)],
        "ignored": [*map(note, results.ignored)],
        "relaxed": [*results.relaxed],
        "suggestion": results.suggestion or None,
        "corrected": results.corrected,
        "problem": problem or None,
    }


def item(entry: Entry, hit: Hit) -> Answer:
    """An entry in a list of results."""
    title = presentation.title(entry.record)
    summary = presentation.summary(entry.record)
    link = presentation.link(entry.record)
    return {
        "slug": entry.slug,
        "title": title.value,
        "language": title.language or None,
        "summary": summary.value if summary else None,
        "link": link.address if link else None,
        "source": entry.source,
        "updated": updated_of(entry).isoformat(),
        "facets": values(entry),
        "members": [*hit.members],
        "links": links(entry.slug),
    }


def facet(key: str, results: Results) -> Answer:
    """The values of a facet over the answer, in the site's order, « - » (not said) last."""
    counts = results.facets[key]
    shown = [*ordered(key, counts), *(["-"] if counts.get("-") else [])]
    return {
        "label": facets.FACETS[key].label,
        "over": results.over[key],
        "values": [
            {"value": value, "label": label(key, value), "count": counts[value]} for value in shown
        ],
    }


def note(understood: Understood) -> Answer:
    return {
        "words": understood.words,
        "facet": understood.facet,
        "value": understood.value,
        "label": label(understood.facet, understood.value),
    }


def record(entry: Entry) -> Answer:
    """All that is public of a published entry."""
    return {
        "slug": entry.slug,
        "state": entry.state.value,
        "source": {
            "key": entry.source,
            "title": entry.source_title or entry.source,
            "origin": entry.origin,
            "licence": entry.licence or None,
        },
        "format": entry.format,
        "first_seen": entry.first_seen.isoformat(),
        "last_changed": entry.last_changed.isoformat(),
        "last_seen": entry.last_seen.isoformat(),
        "family": entry.family or None,
        "facets": values(entry),
        "links": links(entry.slug),
        "record": recordjson.document(entry.record),
    }


def change(entry: Entry) -> Answer:
    """What to do of an entry in a copy of the catalogue: put it in its place, or take it away."""
    given = entry.state is State.PUBLISHED and is_open(entry)
    return {
        "slug": entry.slug,
        "kind": "upsert" if given else "removal",
        "entry": record(entry) if given else None,
    }


def values(entry: Entry) -> Answer:
    return {key: [*said] for key, said in facets.values_of(entry).items()}


def links(slug: str) -> Answer:
    """Where an entry is: here, its page, and its notice in other formats."""
    page = canonical(f"/ressources/{slug}")
    formats = {extension: f"{page}.{extension}" for extension in FORMATS}
    return {"self": canonical(f"/api/v1/records/{slug}"), "html": page, **formats}


def source(status: SourceStatus) -> Answer:
    """A source that something published comes from."""
    last = status.last_complete
    return {
        "key": status.info.key,
        "title": status.info.title or status.info.key,
        "origin": status.info.origin,
        "licence": status.info.licence or None,
        "published": status.states[State.PUBLISHED],
        "last_complete": last.isoformat() if last else None,
        "results": canonical(f"/api/v1/search?source={facets.source_value(status.info.key)}"),
    }


def concept(given: Concept) -> Answer:
    """A concept of ScoLOMFR."""
    return {
        "uri": given.uri,
        "label": given.label,
        "alternatives": [*given.alternatives],
        "definition": None,
        "broader": [*given.broader],
        "mappings": {},
        "retired": given.retired,
        "replaced_by": given.replaced_by or None,
    }


def own_term(given: OwnTerm) -> Answer:
    """A term of Balise's own, in the same shape."""
    mappings: dict[str, list[str]] = {}
    for kind, uri in given.mappings:
        mappings.setdefault(kind, []).append(uri)
    return {
        "uri": given.uri,
        "label": given.label,
        "alternatives": [*given.alternatives],
        "definition": given.definition or None,
        "broader": [],
        "mappings": mappings,
        "retired": False,
        "replaced_by": None,
    }
