"""The back-office: the sources as they stand, and the large drops that wait for somebody's word."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from indexer.curating import SOURCE, source_subject
from indexer.entry import SourceStatus, State
from indexer.errors import StoreError
from indexer.preview import Candidate
from metadata.case import Act
from metadata.qualification import Refused, check_right

from . import journalwords, presentation
from .curation import actor, guarded
from .faults import Answer
from .site import current_site, store

bp = guarded(Blueprint("feeds", __name__, url_prefix="/curation/sources"))

REFUSED, MOVED = 422, 409

#: How many of the entries that would leave are named, and how many lines of the journal.
NAMED, LINES = 100, 20

DONE = {
    "confirmer-baisse": "C’est confirmé : la prochaine moisson retirera ces notices.",
    "accepter-source": "La source est acceptée : donnez à l’exploitant le bloc ci-dessous.",
    "refuser-source": "La source est refusée : c’est inscrit au journal.",
}


@bp.get("")
def every() -> str:
    statuses = store().sources()
    return render_template(
        "curation_sources.html",
        statuses=statuses,
        held=[status for status in statuses if status.held],
        published=State.PUBLISHED,
        withheld=State.WITHHELD,
        lines=store().curating.lines(SOURCE, LINES),
        block=block,
        refused=why_not(Act.ACCEPT_SOURCE),
        done=DONE.get(request.args.get("fait", ""), ""),
        told=journalwords.told,
        moment=presentation.moment,
    )


def why_not(act: Act) -> str:
    """Why whoever is at work may not do this; "" when they may."""
    try:
        check_right(act, actor())
    except Refused as refused:
        return str(refused)
    return ""


def block(data: Mapping[str, Mapping[str, str]]) -> str:
    """What a line of the journal has the operator copy, "" when it is not about a source to be."""
    return Candidate(**data["source"]).toml() if "source" in data else ""


@bp.get("/<key>/baisse")
def drop(key: str) -> str:
    return _page(key, {})


@bp.post("/<key>/baisse")
def confirm(key: str) -> Answer | Response:
    reason = request.form.get("motif", "").strip()
    lost = request.form.get("vu", type=int)
    if lost is None:
        abort(400)
    if not reason:
        return _page(
            key, {"motif": "Écrivez ce qui vous fait dire que la source a raison."}
        ), REFUSED
    try:
        store().curating.confirm_drop(key, lost, actor(), current_site().clock(), reason)
    except Refused as refused:
        return _page(key, {"": str(refused)}), REFUSED
    except StoreError as error:
        return _page(key, {"": str(error)}), MOVED
    return redirect(f"{bp.url_prefix}?fait={Act.CONFIRM_DROP}", 303)


def _page(key: str, faults: Mapping[str, str]) -> str:
    status = _status(key)
    leaving = store().curating.leaving(key)
    return render_template(
        "curation_drop.html",
        status=status,
        name=status.info.title or key,
        leaving=[*store().read(islice(leaving, NAMED))],
        more=max(0, len(leaving) - NAMED),
        published=State.PUBLISHED,
        refused=why_not(Act.CONFIRM_DROP),
        lines=store().curating.about(source_subject(key)),
        faults=faults,
        written=request.form.get("motif", ""),
        told=journalwords.told,
        moment=presentation.moment,
    )


def _status(key: str) -> SourceStatus:
    status = store().runs.status(key)
    if status is None:
        abort(404)
    return status
