"""The way into the back-office: to the forge, and back to where one was going."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from . import auth
from .curation import MOST_BYTES, guarded, offer
from .errand import ROOT, Errand, packed, unpacked
from .faults import Answer

#: What we ask of the forge: who they are and in which groups. Nothing can be done with it there.
SCOPE = "openid profile"

bp = Blueprint("entrance", __name__, url_prefix=ROOT)
inside = guarded(Blueprint("curation", __name__, url_prefix=ROOT))


@bp.before_request
def guard() -> None:
    request.max_content_length = MOST_BYTES
    auth.refuse_strangers_forms()


@bp.post("/connexion")
def log_in() -> Response:
    """Go to the forge, and remember what this was for."""
    try:
        errand = unpacked(request.form.get("demande", ""))
    except ValueError:
        abort(400)
    return auth.begin(scope=SCOPE, view="curation.resume", draft=packed(errand))


@inside.get("/reprise")
def resume() -> Answer | Response:
    """Back from the forge: on to where they were going, or the form that they were sending."""
    draft = auth.draft()
    errand = unpacked(draft) if draft else Errand(address=ROOT)
    return offer(errand, 200) if errand.fields else redirect(errand.address, 303)
