"""The page of a project of the forge, and what its maintainers want to know of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Blueprint, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from indexer.entry import Entry, State
from indexer.errors import RecordNotFound
from metadata import listing
from metadata.finding import Finding, Severity
from metadata.listing import Reason
from metadata.project import Known, Project, ProjectFile, Snapshot

from . import presentation
from .site import canonical, current_site, store

bp = Blueprint("commun", __name__)

#: A project that left is gone; one that never came in is not found.
LEFT = (Reason.HIDDEN, Reason.ARCHIVED, Reason.BLOCKED, Reason.OUTSIDE)

SEVERITIES = {
    Severity.ERROR: "erreur",
    Severity.WARNING: "avertissement",
    Severity.INFO: "conseil",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file that was read, and where to see it as it was read."""

    path: str
    mark: str  # the first digits of the commit
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """A finding on the notice, with the place to mend."""

    finding: Finding
    severity: str
    address: str


@bp.get("/communs")
def search() -> AnyResponse | str | tuple[str, int]:
    """From the path of a project on its forge, or its address there, to what is known of it."""
    asked = request.args.get("projet", "").strip()
    if not asked:
        return _form("", "")
    try:
        _, known = store().projects.find(_path_of(asked))
    except RecordNotFound:
        return _form(
            asked, "Balise ne connaît pas ce projet : vérifiez le chemin, ou patientez"
        ), 404
    return redirect(f"/communs/{known.slug}/etat")


def _path_of(asked: str) -> str:
    """« groupe/projet », from that or from the address of its page."""
    if "://" in asked:
        asked = asked.split("://", 1)[1].partition("/")[2]
    return asked.partition("/-/")[0].removesuffix(".git").strip("/")


def _form(asked: str, message: str) -> str:
    return render_template(
        "communs.html", here="", asked=asked, message=message, canonical=canonical("/communs")
    )


@bp.get("/communs/<slug>")
def page(slug: str) -> str | tuple[str, int]:
    forge, known = store().projects.find(slug)
    entries = [*_published(forge, known)]
    if not entries:
        return _absent(known)
    project = known.snapshot.project
    readme = store().projects.readme(forge, project.id)
    return render_template(
        "commun.html",
        canonical=canonical(f"/communs/{known.slug}"),
        known=known,
        project=project,
        items=[presentation.item_of(entry) for entry in entries],
        readme=readme,
        presented=readme and Markup(readme.html),  # clean: see indexer/readme.py
        seeks=any(entry.record.balise.seeks_co_maintainer for entry in entries),
        active=project.active and presentation.moment(project.active),
        releases=[
            (each, each.date and presentation.moment(each.date))
            for each in known.snapshot.releases[:5]
        ],
    )


def _published(forge: str, known: Known) -> Iterator[Entry]:
    slugs = store().projects.entries(forge, known.snapshot.project.id)
    return store().read(slugs, State.PUBLISHED)


def _absent(known: Known) -> tuple[str, int]:
    reason = Reason(known.reason)
    heading = "Ce projet n’est pas au catalogue"
    status = 410 if reason in LEFT else 404
    message = "Il vient d’être lu." if reason.is_listed else " ".join(listing.words_of(known))
    return render_template("error.html", heading=heading, message=message, words=""), status


@bp.get("/communs/<slug>/etat")
def state(slug: str) -> str:
    """Listed or not and why, what was read where, what is wrong, what happens next."""
    forge, known = store().projects.find(slug)
    reason = Reason(known.reason)
    if reason is Reason.HIDDEN:  # what it held is no longer anybody's to read
        known = replace(known, snapshot=_bare(known.snapshot))
    notice = known.snapshot.file(*listing.NOTICE)
    entries = [*store().read(store().projects.entries(forge, known.snapshot.project.id))]
    status = store().runs.status(forge)
    last = status.last_complete if status else None
    return render_template(
        "etat.html",
        canonical=canonical(f"/communs/{known.slug}/etat"),
        known=known,
        project=known.snapshot.project,
        is_listed=reason.is_listed,
        words=listing.words_of(known),
        taken_down=[entry for entry in entries if entry.state is State.TAKEN_DOWN],
        entries=[entry for entry in entries if entry.state is State.PUBLISHED],
        sources=[_source(known, file) for file in known.snapshot.files],
        remarks=[_remark(known, notice, each) for each in listing.findings(notice)]
        if notice
        else [],
        read=known.read and presentation.moment(known.read),
        last=last and presentation.moment(last),
        next=last and presentation.time_of(last + current_site().crawl_every),
    )


def _bare(snapshot: Snapshot) -> Snapshot:
    project = snapshot.project
    return Snapshot(project=Project(id=project.id, path=project.path, url=project.url))


def _source(known: Known, file: ProjectFile) -> Source:
    return Source(path=file.path, mark=file.commit[:8], address=_address(known, file))


def _address(known: Known, file: ProjectFile) -> str:
    project = known.snapshot.project
    return f"{project.url}/-/blob/{file.commit or project.default_branch}/{file.path}"


def _remark(known: Known, notice: ProjectFile, finding: Finding) -> Remark:
    line = f"#L{finding.line}" if finding.line else ""
    return Remark(
        finding=finding,
        severity=SEVERITIES[finding.severity],
        address=_address(known, notice) + line,
    )
