"""A search as an Atom feed, the latest first: https://www.rfc-editor.org/rfc/rfc4287

Pages follow one another as RFC 5005 says. Identifiers are made of what never changes.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from indexer import facets
from indexer.documents import updated_of
from indexer.entry import Entry
from indexer.errors import InvalidQuery
from indexer.search import Query, Results
from metadata.licences import licence_of
from metadata.record import Text

from . import presentation
from .search import address_of, label, last_page, query_of
from .site import absolute, engine, store

bp = Blueprint("feed", __name__)

MEDIA_TYPE = "application/atom+xml"

#: Entries of a page.
SIZE = 50

#: What names all that feeds tell: never to be changed.
NAMES = uuid.UUID("6f2b7c4e-1f0a-5d55-9a53-0c1b5d1c9e3f")

#: The facets that say where an entry belongs.
CATEGORIES = ("discipline", "niveau", "cycle", "type")

#: The date of a feed of nothing.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@bp.get("/flux.atom")
def atom() -> AnyResponse:
    asked = query_of([*request.args.items(multi=True)])
    query = replace(asked, sort="date", size=SIZE)
    try:
        results, problem = engine().search(query), ""
    except InvalidQuery as error:
        results, problem = Results(), str(error)
    entries = [*store().read(hit.slug for hit in results.hits)]
    text = render_template("flux.xml", problem=problem, **view(query, results, entries))
    response = Response(xml(text), mimetype=MEDIA_TYPE)
    response.add_etag()
    return response.make_conditional(request)


def view(query: Query, results: Results, entries: list[Entry]) -> dict[str, object]:
    first = replace(query, page=1)
    return {
        "id": identifier(absolute(feed_of(first))),
        "title": title(query),
        "updated": max(map(updated_of, entries), default=NEVER).isoformat(),
        "page": absolute(address_of(without_order(query))),
        "links": list(links(query, results.total)),
        "total": results.total,
        "first": (query.page - 1) * SIZE + 1,
        "size": SIZE,
        "entries": [entry_view(entry) for entry in entries],
        "search": absolute("/opensearch.xml"),
    }


def identifier(name: str) -> str:
    return uuid.uuid5(NAMES, name).urn


def feed_of(query: Query) -> str:
    """The address of the feed of a question."""
    return address_of(without_order(query), "/flux.atom")


def without_order(query: Query) -> Query:
    """The same question; a feed has but one order, which its address need not say."""
    return replace(query, sort="pertinence")


def title(query: Query) -> str:
    labels = [label(key, value) for key, values in query.filters.items() for value in values]
    return ", ".join(filter(None, (query.text, *labels))) or "dernières mises à jour"


def links(query: Query, total: int) -> Iterator[Mapping[str, str]]:
    last = last_page(query, total)
    places = {"self": query.page, "first": 1, "last": last}
    if 1 < query.page <= last:
        places["previous"] = query.page - 1
    if query.page < last:
        places["next"] = query.page + 1
    for relation, number in places.items():
        yield {"rel": relation, "href": absolute(feed_of(replace(query, page=number)))}


def entry_view(entry: Entry) -> dict[str, object]:
    """What a feed tells of an entry."""
    record, said = entry.record, facets.values_of(entry)
    licence, summary = licence_of(record), presentation.summary(record)
    return {
        "id": identifier(entry.slug.rpartition("-")[2]),
        "title": tagged(presentation.title(record)),
        "summary": summary and tagged(summary),
        "page": absolute(f"/ressources/{entry.slug}"),
        "link": presentation.link(record),
        "published": entry.first_seen.isoformat(),
        "updated": updated_of(entry).isoformat(),
        "authors": list(presentation.names(record, presentation.AUTHOR)),
        "categories": [
            {"scheme": key, "term": value, "label": label(key, value)}
            for key in CATEGORIES
            for value in said.get(key, ())
        ],
        "licence": licence.label if licence else "",
        "source": entry.source_title or entry.source,
    }


def tagged(text: Text) -> Text:
    """A text whose language is one that xml:lang can say."""
    return text if LANGUAGE.fullmatch(text.language) else Text(text.value)


LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")

#: What XML 1.0 cannot hold, whatever one writes: strangers put it in titles.
IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml(text: str) -> str:
    """A rendered document that any parser takes."""
    return IMPOSSIBLE.sub("", text)
