"""The application: its parts, and the headers that every answer carries."""

from __future__ import annotations

import logging
import mimetypes

from flask import Flask, Response, abort, request

from indexer.errors import SearchError

from . import (
    acts,
    api,
    auth,
    badges,
    browse,
    chosen,
    commun,
    compression,
    curatingpairs,
    curatingpreview,
    curatingsources,
    curatingvalues,
    decision,
    delaypages,
    discovery,
    editor,
    embed,
    entrance,
    evidencepages,
    examination,
    faults,
    feed,
    followup,
    help,
    journalpages,
    oai,
    opendata,
    pages,
    presentation,
    queue,
    resource,
    search,
    selection,
    sources,
    statistics,
    typography,
    vendorpages,
    vocabularies,
)
from .sessions import Sessions
from .site import STATIC, Site, bring_level, current_site

log = logging.getLogger(__name__)

#: Pages hold no script of their own, nothing from elsewhere, and stand in no frame.
CONTENT = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'"
FRAMES = "form-action 'self'; frame-ancestors 'none'"


def create_app(site: Site) -> Flask:
    """The application of this catalogue. Nothing in it reads the clock or the configuration."""
    app = Flask(__name__, static_folder=None)
    app.extensions["site"] = site
    app.jinja_env.trim_blocks = True
    app.url_map.strict_slashes = False
    readers = (search, resource, badges, browse, commun, sources, statistics, vocabularies, help)
    others = (pages, selection, editor, auth, api, oai, feed, discovery, opendata, embed)
    for part in (*readers, *others):
        app.register_blueprint(part.bp)
    app.register_blueprint(entrance.inside)  # the back-office
    for part in (entrance, queue, journalpages, delaypages):
        app.register_blueprint(part.bp)
    for part in (examination, decision, evidencepages, followup, vendorpages, acts):
        app.register_blueprint(part.bp)
    for part in (curatingvalues, curatingpairs, curatingpreview, curatingsources):
        app.register_blueprint(part.bp)
    if site.login:
        app.extensions[auth.SESSIONS] = Sessions(site.login.clock)
    app.add_template_filter(presentation.capital)
    for function in (chosen.at_hand, chosen.choice, chosen.kept):
        app.add_template_global(function)
    app.context_processor(
        lambda: {
            "asset": lambda name: f"/static/{site.assets[name]}",
            "theme": site.theme,
            "policy": policy_of_files(site),
            "publisher": site.publisher,
            "search_address": site.search_address,
            "editor_address": site.editor_address,
            "login": site.login,
        }
    )
    app.get("/static/<name>")(asset)
    app.before_request(end_decisions)
    faults.register(app)
    app.after_request(finish)
    app.after_request(api.finish)  # the last one named is the first to run
    return app


def end_decisions() -> None:
    """A decision whose time is over is shown no more from that moment on, whoever asks first."""
    site = current_site()
    if request.endpoint == "asset" or not site.store.qualifications.expire(site.clock()):
        return
    try:
        bring_level()
    except SearchError as error:  # the pages are right; lists will be with the next update
        log.warning("index not level error=%s", error)


def policy_of_files(site: Site) -> str:
    """What a page written to a file says of itself, "" when an answer's headers say it."""
    forms = site.base_url or "'none'"
    return f"{content_of(site)}; form-action {forms}" if site.frozen else ""


def content_of(site: Site) -> str:
    """What pages may hold; a theme has fonts, and icons in its style sheet."""
    if not site.theme:
        return CONTENT
    return CONTENT.replace("img-src 'self'", "img-src 'self' data:; font-src 'self'")


def asset(name: str) -> Response:
    file = next((file for file, public in current_site().assets.items() if public == name), None)
    if file is None:
        abort(404)
    mimetype = mimetypes.guess_type(file)[0]
    themed = (current_site().theme or STATIC) / name  # its files bear their public names
    path = themed if themed.exists() else STATIC / file
    response = Response(path.read_bytes(), mimetype=mimetype)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def finish(response: Response) -> Response:
    """French typography for pages, and the headers that every answer carries."""
    if response.mimetype == "text/html":
        response.set_data(typography.page(response.get_data(as_text=True)))
    response.headers.setdefault(
        "Content-Security-Policy", f"{content_of(current_site())}; {FRAMES}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response.headers.setdefault("Cache-Control", "no-cache")
    return smaller(response)


def smaller(response: Response) -> Response:
    """The same answer in fewer bytes, where the reader takes it so.

    Not where a visitor is known: the size of a page that holds both a secret and their words tells
    the secret (BREACH).
    """
    if response.is_streamed or not compression.is_text(response.mimetype or "") or request.cookies:
        return response
    response.vary.add("Accept-Encoding")
    data = response.get_data()
    if request.accept_encodings.quality("gzip") and len(data) >= compression.LEAST:
        response.set_data(compression.compressed(data))
        response.headers["Content-Encoding"] = "gzip"
        if etag := response.get_etag()[0]:
            response.set_etag(etag, weak=True)  # the same page, not the same bytes
    return response
