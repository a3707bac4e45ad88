"""What the publisher of an entry is told: a letter to send, to copy, or to keep as a file."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Blueprint, Response

from metadata.vendorletter import Letter, letter

from .curation import guarded
from .dossier import Dossier, opened, page
from .errand import ROOT
from .site import absolute, current_site

bp = guarded(Blueprint("vendor", __name__, url_prefix=ROOT))

#: Mail programs cut longer links: the text is then to be copied, or sent as a file.
LONGEST_LINK = 8000


@bp.get("/<slug>/retour")
def show(slug: str) -> str:
    dossier = opened(slug)
    told = _letter(dossier)
    link = "mailto:?" + urlencode({"subject": told.subject, "body": told.body}, quote_via=quote)
    return page(
        "curation_letter.html",
        dossier,
        letter=told,
        rows=min(30, told.body.count("\n") + 2),
        mail=link if len(link) <= LONGEST_LINK else "",
    )


@bp.get("/<slug>/retour.txt")
def file(slug: str) -> Response:
    told = _letter(opened(slug))
    answer = Response(f"{told.subject}\n\n{told.body}", mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.txt"'
    return answer


def _letter(dossier: Dossier) -> Letter:
    return letter(
        dossier.title,
        dossier.case,
        dossier.now,
        publisher=current_site().publisher.name,
        address=absolute(f"/ressources/{dossier.slug}") if dossier.is_public else "",
        findings=dossier.findings,
    )
