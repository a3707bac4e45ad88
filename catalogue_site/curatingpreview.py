"""The back-office: a source looked at before it is accepted. Nothing of it is kept but the decision.

What was seen stays in memory for an hour, so that the decision is about it. One process serves a site.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from flask import Blueprint, abort, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from indexer.errors import AddressRefused
from indexer.preview import Candidate, Preview
from metadata import licences
from metadata.case import Act
from metadata.elements import ELEMENTS
from metadata.finding import Finding, Severity
from metadata.qualification import Refused

from . import presentation
from .curatingsources import why_not
from .curation import actor, guarded
from .faults import Answer
from .figure import coverage
from .site import current_site, store
from .sources import KINDS

bp = guarded(Blueprint("preview", __name__, url_prefix="/curation/sources/apercu"))

REFUSED = 422

#: How long what was seen may be decided about, and how many previews are held at once.
LASTS, MOST = timedelta(hours=1), 20

#: The kinds that are read from the web: a folder of the server is for its operator.
REMOTE = {kind: KINDS[kind] for kind in ("oaipmh", "table", "syndication")}
ORIGINS = {"editeur": "Éditeur", "public": "Service public", "commun": "Commun"}
PUBLISHES = {"qualified": "Seulement ce qui est qualifié", "all": "Tout"}

KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
WEB = re.compile(r"https?://[^\s/?#@]+([/?#]\S*)?")


@dataclass
class Previews:
    """What was seen of late, by a number that nobody guesses."""

    held: dict[str, Preview] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, preview: Preview) -> str:
        number = secrets.token_urlsafe(16)
        with self.lock:
            self.held[number] = preview
            for old in [*self.held][:-MOST]:
                del self.held[old]
        return number


@bp.before_request
def admit() -> Answer | None:
    """Only those who may accept a source may have us read one."""
    if said := why_not(Act.ACCEPT_SOURCE):
        return render_template("curation_refused.html", said=said), 403
    return None


@bp.get("")
def ask() -> str:
    return _form({})


@bp.post("")
def look() -> Answer | Response:
    """Read the source now, and go to what was seen."""
    look_at = current_site().preview
    if look_at is None:
        abort(404)
    candidate = _candidate()
    if faults := _faults(candidate):
        return _form(faults), REFUSED
    try:
        number = _previews().keep(look_at(candidate))
    except AddressRefused as refused:
        return _form({"url": str(refused)}), REFUSED
    return redirect(f"{bp.url_prefix}/{number}", 303)


@bp.get("/<number>")
def seen(number: str) -> Answer | str:
    return _page(number, {})


@bp.post("/<number>")
def judge(number: str) -> Answer | Response:
    preview = _preview(number)
    said = request.form.get("decision", "")
    reason = request.form.get("motif", "").strip()
    if said not in (Act.ACCEPT_SOURCE, Act.REFUSE_SOURCE):
        abort(400)
    if not reason:
        return _page(number, {"motif": "Écrivez le motif de votre décision."}), REFUSED
    try:
        store().curating.judge_source(
            preview.candidate,
            accepted=said == Act.ACCEPT_SOURCE,
            by=actor(),
            now=current_site().clock(),
            reason=reason,
        )
    except Refused as refused:
        return _page(number, {"": str(refused)}), REFUSED
    return redirect(f"/curation/sources?fait={said}#decisions", 303)


def _candidate() -> Candidate:
    said = {name: request.form.get(name, "").strip() for name in Candidate.__dataclass_fields__}
    if said["kind"] != "oaipmh":
        said["prefix"] = said["set"] = ""
    return Candidate(**said)


def _faults(candidate: Candidate) -> dict[str, str]:
    """What is wrong with the form, by field."""
    faults = {}
    known = {status.info.key for status in store().sources()}
    if not KEY.fullmatch(candidate.key):
        faults["key"] = (
            "La clé ne contient que des minuscules sans accent, des chiffres, des tirets."
        )
    elif candidate.key in known:
        faults["key"] = f"Une source a déjà la clé « {candidate.key} » : choisissez-en une autre."
    if candidate.kind not in REMOTE:
        faults["kind"] = "Choisissez comment cette source se lit."
    if not WEB.fullmatch(candidate.url):
        faults["url"] = "Écrivez l’adresse entière, en http:// ou https://, sans identifiant."
    if candidate.kind == "oaipmh" and not candidate.prefix:
        faults["prefix"] = "Un entrepôt OAI-PMH demande le format à lire, par exemple oai_dc."
    if candidate.origin not in ORIGINS:
        faults["origin"] = "Choisissez d’où viennent ces ressources."
    if candidate.publish not in PUBLISHES:
        faults["publish"] = "Choisissez ce qui est publié."
    if candidate.licence and licences.find(candidate.licence) is None:
        faults["licence"] = f"« {candidate.licence} » n’est pas une licence connue."
    return faults


def _form(faults: Mapping[str, str]) -> str:
    return render_template(
        "curation_preview_ask.html",
        faults=faults,
        sent=request.form,
        kinds=REMOTE,
        origins=ORIGINS,
        publishes=PUBLISHES,
    )


def _page(number: str, faults: Mapping[str, str]) -> str:
    preview = _preview(number)
    alike = {slug for seen in preview.records for slugs in seen.alike.values() for slug in slugs}
    return render_template(
        "curation_preview.html",
        preview=preview,
        candidate=preview.candidate,
        kind=KINDS.get(preview.candidate.kind, preview.candidate.kind),
        shown=[(presentation.item_of(seen.entry), seen) for seen in preview.records],
        findings=[*_by_severity(preview)],
        coverage=coverage("couverture", preview.results),
        elements=ELEMENTS,
        titles={entry.slug: entry.title or entry.slug for entry in store().read(alike)},
        shared=presentation.SHARED,
        address=f"{bp.url_prefix}/{number}",
        faults=faults,
        written=request.form.get("motif", ""),
    )


#: What the findings of each severity are to whoever decides.
SEVERITIES = {
    Severity.ERROR: "Erreurs",
    Severity.WARNING: "Défauts",
    Severity.INFO: "Conseils",
}


def _by_severity(preview: Preview) -> Iterator[tuple[str, list[tuple[Finding, int]]]]:
    for severity, title in SEVERITIES.items():
        found = [each for each in preview.findings if each[0].severity is severity]
        if found:
            yield title, found


def _preview(number: str) -> Preview:
    found = _previews().held.get(number)
    if found is None or current_site().clock() - found.at > LASTS:
        abort(404)
    return found


def _previews() -> Previews:
    return cast(Previews, current_app.extensions.setdefault("previews", Previews()))
