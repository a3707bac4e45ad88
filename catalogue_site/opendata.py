"""The catalogue as open data: whole files, what they are (DCAT-AP), and the page that says so.

https://semiceu.github.io/DCAT-AP/releases/3.0.0/
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from itertools import chain

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from indexer import export
from indexer.entry import Entry, State
from indexer.store import SqlStore

from . import apiproblem, dcat
from .site import absolute, canonical, current_site, store

bp = Blueprint("opendata", __name__)

#: Every file of the catalogue, by its extension: the media type, and what it begins with. Excel
#: knows by this mark that a CSV is in UTF-8.
FILES = {
    "csv": ("text/csv", codecs.BOM_UTF8),
    "jsonl": ("application/jsonl", b""),
}


@bp.get("/export/catalogue.<any(csv, jsonl):extension>")
def whole(extension: str) -> Response:
    """The published notices of the sources whose licence is known, sent as they are read."""
    mimetype, mark = FILES[extension]
    pieces = export.EXPORTS[extension](given(store()))
    response = Response(chain([mark], pieces), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="catalogue.{extension}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def given(store: SqlStore) -> Iterator[Entry]:
    return filter(export.is_open, store.read(store.slugs(), State.PUBLISHED))


@bp.get("/catalogue.jsonld")
def described() -> AnyResponse:
    """What the catalogue is as a data set: its licence, its files, its doors, who answers for it."""
    site = current_site()
    document = dcat.document(absolute(""), site.publisher, site.store.sources())
    text = json.dumps(document, ensure_ascii=False, indent=1)
    response = Response(text.encode() + b"\n", mimetype="application/ld+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/api")
def page() -> str:
    """For people: what there is, and how to ask for it."""
    site = current_site()
    return render_template(
        "api.html",
        canonical=canonical("/api"),
        live=bool(site.search_address),
        whole=not site.frozen or bool(site.base_url),
        root=absolute(""),
        codes=apiproblem.TITLES,
        licences=dcat.licences(site.store.sources()),
    )
