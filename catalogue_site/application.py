"""The application: its parts, its headers, its errors."""

from __future__ import annotations

import logging
import mimetypes

from flask import Flask, Response, abort, render_template, request
from werkzeug.exceptions import HTTPException

from indexer.errors import RecordNotFound, SearchError

from . import auth, browse, commun, editor, help, presentation, resource, search, typography
from .sessions import Sessions
from .site import STATIC, Site, current_site

log = logging.getLogger(__name__)

#: Pages hold no script of their own, no frame, nothing from elsewhere.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def create_app(site: Site) -> Flask:
    """The application of this catalogue. Nothing in it reads the clock or the configuration."""
    app = Flask(__name__, static_folder=None)
    app.extensions["site"] = site
    app.jinja_env.trim_blocks = True
    app.url_map.strict_slashes = False
    for part in (search, resource, browse, commun, help, editor, auth):
        app.register_blueprint(part.bp)
    if site.login:
        app.extensions[auth.SESSIONS] = Sessions(site.login.clock)
    app.add_template_filter(presentation.capital)
    app.context_processor(
        lambda: {
            "asset": lambda name: f"/static/{site.assets[name]}",
            "publisher": site.publisher,
            "search_address": site.search_address,
            "editor_address": site.editor_address,
            "login": site.login,
        }
    )
    app.get("/static/<name>")(asset)
    app.register_error_handler(RecordNotFound, not_found)
    app.register_error_handler(SearchError, search_is_down)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, failure)
    app.after_request(finish)
    return app


def asset(name: str) -> Response:
    file = next((file for file, public in current_site().assets.items() if public == name), None)
    if file is None:
        abort(404)
    mimetype = mimetypes.guess_type(file)[0]
    response = Response((STATIC / file).read_bytes(), mimetype=mimetype)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def finish(response: Response) -> Response:
    """French typography for pages, and the headers that every answer carries."""
    if response.mimetype == "text/html":
        response.set_data(typography.page(response.get_data(as_text=True)))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def not_found(error: RecordNotFound) -> tuple[str, int]:
    return error_page(404, "Page introuvable", resource.NOT_FOUND)


def search_is_down(error: SearchError) -> tuple[str, int]:
    log.error("search error=%r", str(error))
    return error_page(
        503,
        "La recherche est indisponible",
        "L’index est en cours de reconstruction. Réessayez dans quelques minutes.",
    )


def http_error(error: HTTPException) -> tuple[str, int, dict[str, str]]:
    status = error.code or 500
    if status == 404:
        return *error_page(404, "Page introuvable", resource.NOT_FOUND), {}
    heading, message = FAULTS.get(status, FAULTS[0])
    said = {name: value for name, value in error.get_headers() if name == "Allow"}
    return *error_page(status, heading, message), said


#: What to say of a status; 0 for all others.
FAULTS = {
    0: ("Demande impossible", "Cette adresse ne peut pas être servie ainsi."),
    400: (
        "Cette page n’est plus valable",
        "Revenez à la page précédente et recommencez ; si cela se reproduit, repartez du début.",
    ),
    403: (
        "Demande refusée",
        "Votre connexion a changé depuis : revenez à la page précédente et recommencez.",
    ),
    413: (
        "C’est trop long",
        "Un fichier commun.yml pèse 64 ko au plus : revenez à la page précédente et raccourcissez.",
    ),
    503: (
        "La forge ne répond pas",
        "Revenez à la page précédente et réessayez dans quelques minutes : rien n’est perdu.",
    ),
}


def failure(error: Exception) -> tuple[str, int]:
    log.exception("page failed path=%r", request.path)
    return error_page(
        500,
        "Une erreur est survenue",
        "Ce n’est pas de votre fait. Réessayez, ou revenez à l’accueil.",
    )


def error_page(status: int, heading: str, message: str) -> tuple[str, int]:
    page = render_template("error.html", heading=heading, message=message, words="")
    return page, status
