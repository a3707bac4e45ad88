"""How machines find the pages: sitemaps, robots.txt, and the search box of browsers.

https://www.sitemaps.org/protocol.html, https://www.rfc-editor.org/rfc/rfc9309,
https://github.com/dewitt/opensearch
"""

from __future__ import annotations

from datetime import date
from itertools import islice

from flask import Blueprint, Response, abort, render_template

from . import addresses
from .site import absolute, current_site, store

bp = Blueprint("discovery", __name__)


@bp.get("/sitemap.xml")
def sitemaps() -> Response:
    """The list of the parts."""
    parts = addresses.parts(current_site())
    return _xml("sitemaps.xml", [(absolute(f"/sitemap-{number}.xml"), None) for number in parts])


@bp.get("/sitemap-<int(min=1):number>.xml")
def sitemap(number: int) -> Response:
    """One part: the addresses of as many pages as a sitemap may hold."""
    start = (number - 1) * addresses.PART
    found = list(islice(addresses.pages(current_site()), start, start + addresses.PART))
    if not found:
        abort(404)
    days = store().figures.days_of_change()
    return _xml("sitemap.xml", [(absolute(page), days.get(_slug(page))) for page in found])


def _slug(page: str) -> str:
    """The slug of the entry whose page it is, "" for another page."""
    folder, _, slug = page.rpartition("/")
    return slug if folder == "/ressources" else ""


def _xml(template: str, places: list[tuple[str, date | None]]) -> Response:
    """A list of addresses, each with the day of its last change where it is known."""
    return Response(render_template(template, places=places), mimetype="application/xml")


@bp.get("/robots.txt")
def robots() -> Response:
    """Searches are left open: their pages say themselves that they are not to be kept."""
    lines = ["User-agent: *", "Disallow: /curation", "Disallow: /editeur", "Disallow: /api/"]
    lines += ["", f"Sitemap: {absolute('/sitemap.xml')}"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@bp.get("/opensearch.xml")
def opensearch() -> Response:
    """What a browser needs to offer the catalogue among its search engines."""
    page = render_template("opensearch.xml", site=absolute(""))
    return Response(page, mimetype="application/opensearchdescription+xml")
