"""What is said when a page is not there or cannot be made, and where to go from there."""

from __future__ import annotations

import logging
import re

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException

from indexer.errors import RecordNotFound, SearchError
from indexer.search import Query

from . import presentation, resource
from .search import items_of
from .site import current_site, engine

log = logging.getLogger(__name__)

Answer = tuple[str, int]

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
    404: ("Page introuvable", resource.NOT_FOUND),
    410: (
        "Cette ressource a quitté le catalogue",
        "Sa source ne la publie plus, ou elle a été retirée.",
    ),
    413: (
        "C’est trop long",
        "Un commun.yml pèse 64 ko au plus, un tableau 5 Mo : revenez à la page d’avant et raccourcissez.",
    ),
    500: (
        "Une erreur est survenue",
        "Ce n’est pas de votre fait. Réessayez, ou revenez à l’accueil.",
    ),
    503: (
        "La forge ne répond pas",
        "Revenez à la page précédente et réessayez dans quelques minutes : rien n’est perdu.",
    ),
}


def register(app: Flask) -> None:
    """Have the application say its faults so: each error becomes a status here, and only here."""
    app.register_error_handler(RecordNotFound, not_found)
    app.register_error_handler(SearchError, search_is_down)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, failure)


def not_found(error: RecordNotFound) -> Answer:
    words = _words_in(request.path)
    return error_page(404, words=words, nearest=_nearest(words))


def search_is_down(error: SearchError) -> Answer:
    log.error("search error=%r", str(error))
    return error_page(
        503,
        "La recherche est indisponible",
        "L’index est en cours de reconstruction. Réessayez dans quelques minutes.",
    )


def http_error(error: HTTPException) -> tuple[str, int, dict[str, str]]:
    said = {name: value for name, value in error.get_headers() if name == "Allow"}
    return *error_page(error.code or 500), said


def failure(error: Exception) -> Answer:
    log.exception("page failed path=%r", request.path)
    return error_page(500)


def error_page(
    status: int,
    heading: str = "",
    message: str = "",
    words: str = "",
    nearest: list[presentation.Item] | None = None,
) -> Answer:
    usual = FAULTS.get(status, FAULTS[0])
    page = render_template(
        "error.html",
        heading=heading or usual[0],
        message=message or usual[1],
        words=words,
        nearest=nearest or [],
    )
    return page, status


#: What an address says of a resource: its title, before the sixteen digits that name it.
SLUG = re.compile(r"/(?:ressources|communs)/([a-z0-9-]{3,80}?)(?:-[0-9a-f]{16})?$")


def _words_in(path: str) -> str:
    found = SLUG.match(path)
    return found[1].replace("-", " ") if found else ""


def _nearest(words: str) -> list[presentation.Item]:
    """Some resources that the words of a lost address may have meant."""
    if not words or current_site().frozen:
        return []
    try:
        return items_of(engine().search(Query(text=words, size=3)))
    except SearchError:  # the page is there to help, whatever else fails
        return []
