"""The JSON API, /api/v1: reading only, without key, from any page of any site.

What it answers and how is told by apidocument.py, from the same parameters as are checked here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from indexer import facets
from indexer.entry import Entry, State
from indexer.errors import InvalidQuery, RecordNotFound
from indexer.search import Query, Results
from metadata import ownterms
from metadata.ownterms import OwnTerm
from metadata.vocabulary import SCHEME, Concept, scolomfr, titles

from . import apianswer, apidocument, apiparameter, apiproblem, apiwalk
from .apianswer import Answer
from .apiparameter import Parameter
from .apiproblem import Refused
from .search import BLANKS, values_in
from .site import canonical, engine, store

bp = Blueprint("api", __name__, url_prefix="/api/v1")

#: What takes and gives nothing private is for the scripts of every site.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
}

#: Asked again each time, for an entry that is taken down is so at once; mostly answered 304.
FRESH = "public, no-cache"

#: What only a new version of Balise changes.
STEADY = "public, max-age=3600"


@bp.get("/")
def start() -> AnyResponse:
    """Where things are."""
    asked(())
    names = ("search", "changes", "sources", "vocabularies")
    places = {name: canonical(f"/api/v1/{name}") for name in names}
    document = {"openapi": canonical("/api/v1/openapi.json"), "help": canonical("/api")}
    return answer({**places, **document}, STEADY)


@bp.get("/openapi.json")
def openapi() -> AnyResponse:
    asked(())
    return answer(apidocument.document(canonical("/api/v1"), canonical("/api")), STEADY)


@bp.get("/search")
def search() -> AnyResponse:
    said = asked(apidocument.SEARCH)
    query = Query(
        text=BLANKS.sub(" ", first(said, "q")).strip(),
        filters={key: chosen for key in facets.FACETS if (chosen := filter_of(key, said))},
        sort=first(said, "tri") or "pertinence",
        literal=bool(first(said, "mots")),
    )
    limit = int(first(said, "limit") or apidocument.RESULTS)
    try:
        results, hits, cursor = apiwalk.step(engine(), query, limit, first(said, "cursor"))
    except InvalidQuery as error:
        # The site's page says so too above an empty list: it is the reader's to mend, not a fault.
        return paged(apianswer.found(Results(), (), str(error)), "")
    return paged(apianswer.found(results, hits), cursor)


def filter_of(key: str, said: apiparameter.Said) -> tuple[str, ...]:
    texts = (BLANKS.sub(" ", text).strip() for text in said.get(key, ()))
    return values_in(key, [text for text in texts if text])


@bp.get("/records/<slug>")
def record(slug: str) -> AnyResponse:
    asked(())
    entry = store().get(slug)
    if entry.is_secret:
        raise RecordNotFound(slug)
    if entry.state is not State.PUBLISHED:
        return gone(entry)
    if entry.slug != slug:
        return redirect(canonical(f"/api/v1/records/{entry.slug}"), code=301)
    return answer(apianswer.record(entry))


def gone(entry: Entry) -> Response:
    """What shows of an entry that left: see the table of states in the contract."""
    reason, since = entry.reason, entry.gone_since
    if entry.state is State.WITHHELD and entry.standing:
        reason, since = entry.standing.reason, entry.standing.left
    return apiproblem.problem(
        410,
        "retiree",
        "Cette ressource a quitté le catalogue.",
        reason=reason,
        since=since.isoformat() if since else None,
        resource_title=None if entry.state is State.TAKEN_DOWN else entry.title,
    )


@bp.get("/changes")
def changes() -> AnyResponse:
    """What became of the entries, in the order it happened; a later page may tell one again."""
    said = asked(apidocument.CHANGES)
    limit = int(first(said, "limit") or apidocument.ROWS)
    cursor = first(said, "cursor")
    revision, _, slug = cursor.partition("-")
    moves = store().exposed.since(int(revision or 0), slug, limit + 1)
    told = moves[:limit]
    if told:
        cursor = f"{told[-1].revision}-{told[-1].slug}"
    entries = {entry.slug: entry for entry in store().read(move.slug for move in told)}
    document = {
        "changes": [apianswer.change(entries[move.slug]) for move in told],
        "more": len(moves) > limit,
    }
    return paged(document, cursor or "0", onwards=len(moves) > limit)


@bp.get("/sources")
def sources() -> AnyResponse:
    asked(())
    shown = [each for each in store().sources() if each.states.get(State.PUBLISHED)]
    return answer({"sources": [*map(apianswer.source, shown)]})


@bp.get("/vocabularies")
def vocabularies() -> AnyResponse:
    """Those of ScoLOMFR by their digits, then Balise's own."""
    asked(())
    listed = [(key, SCHEME + key, title) for key, title in titles().items()]
    listed += [(each.key, each.uri, each.label) for each in ownterms.lists().values()]
    return answer(
        {
            "vocabularies": [
                {"key": key, "uri": uri, "label": title, "concepts": _concepts_at(key)}
                for key, uri, title in listed
            ]
        },
        STEADY,
    )


def _concepts_at(key: str) -> str:
    return canonical(f"/api/v1/vocabularies/{key}")


@bp.get("/vocabularies/<key>")
def vocabulary(key: str) -> AnyResponse:
    said = asked(apidocument.CONCEPTS)
    limit = int(first(said, "limit") or apidocument.ROWS)
    start = int(first(said, "cursor") or 0)
    everything = concepts(key)
    shown = [told(each) for each in everything[start : start + limit]]
    end = start + limit
    cursor = str(end) if end < len(everything) else ""
    return paged({"total": len(everything), "concepts": shown}, cursor, how_long=STEADY)


def concepts(key: str) -> Sequence[Concept | OwnTerm]:
    """The concepts of a vocabulary. Raise RecordNotFound."""
    if key in titles():
        return scolomfr().members(key)
    if key in ownterms.lists():
        return ownterms.lists()[key].terms
    raise RecordNotFound(key)


def told(each: Concept | OwnTerm) -> Answer:
    return apianswer.concept(each) if isinstance(each, Concept) else apianswer.own_term(each)


def asked(parameters: Sequence[Parameter]) -> apiparameter.Said:
    return apiparameter.read(parameters, request.args.items(multi=True))


def first(said: apiparameter.Said, name: str) -> str:
    return next(iter(said.get(name, ())), "")


def paged(
    document: Answer, cursor: str, *, onwards: bool = True, how_long: str = FRESH
) -> AnyResponse:
    """A page, and how to ask for the next one: `cursor` in the same question."""
    onwards = onwards and bool(cursor)
    url = next_page(cursor) if onwards else None
    response = answer({**document, "cursor": cursor or None, "next": url}, how_long)
    if url:
        response.headers["Link"] = f'<{url}>; rel="next"'
    return response


def next_page(cursor: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return canonical(f"{request.path}?{urlencode([*kept, ('cursor', cursor)])}")


def answer(document: Answer, how_long: str = FRESH) -> AnyResponse:
    text = json.dumps(document, ensure_ascii=False)
    response = Response(text.encode() + b"\n", mimetype="application/json")
    response.headers["Cache-Control"] = how_long
    response.add_etag()
    return response.make_conditional(request)


@bp.errorhandler(Refused)
def refused(error: Refused) -> Response:
    return apiproblem.problem(400, error.code, str(error), **error.about)


def finish(response: Response) -> Response:
    """Every error under /api is a problem, whoever met it; every answer may be read from elsewhere."""
    if request.path.startswith("/api/"):
        response = apiproblem.told(response)
        response.headers.update(CORS)
    return response
