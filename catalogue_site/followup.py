"""Who has an entry in hand, what curators tell each other about it, and all that was done to it."""

from __future__ import annotations

from flask import Blueprint

from .curation import guarded
from .dossier import Dossier, opened, page
from .errand import ROOT

bp = guarded(Blueprint("followup", __name__, url_prefix=ROOT))


@bp.get("/<slug>/suivi")
def show(slug: str) -> str:
    return shown(opened(slug))


def shown(dossier: Dossier, **said: object) -> str:
    return page("curation_followup.html", dossier, **said)
