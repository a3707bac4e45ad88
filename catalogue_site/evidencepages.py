"""The evidence gathered about an entry: added and withdrawn by a form, or brought by a CSV for many."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from indexer.evidence import Brought, bring, version_of
from metadata.case import Act, Action
from metadata.evidencecolumns import COLUMNS, read, texts_of
from metadata.evidenceitem import Strand
from metadata.evidencejournal import DIGEST, STRAND, gathered, marker_of
from metadata.finding import Finding
from metadata.qualification import Refused

from .curation import actor, guarded
from .dossier import REFUSED, Dossier, attempt, opened, page, written
from .errand import ROOT
from .faults import Answer
from .site import bring_level, current_site, store

bp = guarded(Blueprint("evidence", __name__, url_prefix=ROOT))

#: Where they are on an entry.
PATH = "/preuves"


@bp.get("/<slug>/preuves")
def show(slug: str) -> str:
    return shown(opened(slug))


def shown(dossier: Dossier, **said: object) -> str:
    found = said.pop("found", ())
    assert isinstance(found, tuple)
    return page(
        "curation_evidence.html",
        dossier,
        marker=marker_of(dossier.case, dossier.now, version_of(store(), dossier.entry)),
        items=gathered(dossier.case).items,
        columns=COLUMNS,
        strands=[*Strand],
        faults={each.element: each for each in found},
        **said,
    )


@bp.post("/<slug>/preuve")
def add(slug: str) -> Answer | Response:
    dossier = opened(slug)
    item, found = read(_texts(), dossier.now.date())
    if item is None:
        return shown(dossier, found=tuple(found)), REFUSED
    return attempt(dossier, Action(act=Act.ADD_EVIDENCE, evidence=texts_of(item)), PATH, shown)


def _texts() -> Mapping[str, str]:
    return {column.key: written(column.key) for column in COLUMNS}


@bp.post("/<slug>/<any('preuve-retiree', 'preuve-sans-objet'):act>")
def set_aside(slug: str, act: str) -> Answer | Response:
    """Withdraw an item, or say that a strand does not apply."""
    key = {Act.WITHDRAW_EVIDENCE: DIGEST, Act.EVIDENCE_NOT_APPLICABLE: STRAND}[Act(act)]
    action = Action(act=Act(act), reason=written("motif"), evidence={key: written(key)})
    return attempt(opened(slug), action, PATH, shown)


# --- By CSV


@bp.get("/preuves")
def ask() -> str:
    return _file_page()


@bp.post("/preuves")
def take() -> Answer:
    """Write down what a file says; what is wrong is told line by line."""
    sent = request.files.get("fichier") or abort(400)
    try:
        brought = bring(store(), sent.read(), actor(), current_site().clock())
    except Refused as refused:
        return _file_page(fault=str(refused)), REFUSED
    bring_level()
    return _file_page(brought=brought), REFUSED if brought.findings else 200


def _file_page(fault: str = "", brought: Brought | None = None) -> str:
    found: tuple[Finding, ...] = brought.findings if brought else ()
    return render_template(
        "curation_evidence_file.html",
        columns=COLUMNS,
        fault=fault,
        brought=brought,
        found=found,
    )
