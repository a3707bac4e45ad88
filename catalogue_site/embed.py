"""A list of results that any site shows among its own pages, and the line of HTML that does it.

The list is a page without script, that other sites may frame; its links open outside the frame.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request

from indexer.errors import InvalidQuery
from indexer.search import Query, Results

from .feed import title
from .search import address_of, items_of, query_of
from .site import absolute, engine

bp = Blueprint("embed", __name__)

#: Results shown in the frame.
SIZE = 6

#: As for every page, but that anybody may frame this one.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; "
    "frame-ancestors *; base-uri 'none'"
)


@bp.get("/integrer")
def framed() -> Response:
    query = asked()
    response = Response(render_template("embed.html", **found(query)))
    response.headers["Content-Security-Policy"] = POLICY
    return response


@bp.get("/integrer/code")
def snippet() -> str:
    """What to paste, for the search of the address."""
    query = asked()
    return render_template("snippet.html", **found(query), source=address_of(query, "/integrer"))


def asked() -> Query:
    query = query_of([*request.args.items(multi=True)])
    latest = not query.text and query.sort == "pertinence"
    return replace(query, sort="date" if latest else query.sort, page=1, size=SIZE)


def found(query: Query) -> dict[str, object]:
    try:
        results = engine().search(query)
    except InvalidQuery:
        results = Results()
    return {
        "query": query,
        "title": title(query),
        "total": results.total,
        "items": items_of(results),
        "page": address_of(query),
        "root": absolute(""),
    }
