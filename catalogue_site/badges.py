"""The badges of a resource: their pictures, the page that explains them, and the same as JSON.

What a picture says is computed at each request, with the site's clock, and no copy outlives it. A
README keeps its picture whatever becomes of the entry: what was suspended, withdrawn or is over still
answers 200, and says so; only its pages answer 410.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from indexer.entry import LIVE, Entry, State
from indexer.errors import RecordNotFound
from indexer.journal import Wanted
from indexer.waiting import Filter
from metadata.badges import IDS, Badge, Commun, badges
from metadata.case import PUBLIC, Case, Event, Face
from metadata.caseflow import fold
from metadata.certification import CONTEXT, certification

from . import evidence, explained, picture, presentation
from .evidence import evidence_of, gathered_about
from .picture import Picture
from .resource import project_of, tombstone
from .site import Site, absolute, canonical, current_site, store

bp = Blueprint("badges", __name__)

#: How long a picture may be shown again without asking: the catalogue's promise to readers.
KEPT = timedelta(hours=1)


@bp.get("/badges/<slug>.svg")
def main(slug: str) -> AnyResponse:
    """How a resource or a project stands: qualified or not, in the catalogue or not."""
    now = current_site().clock()
    try:
        forge, known = store().projects.find(slug)
    except RecordNotFound:
        return _of_entry(store().get(slug), now)
    entries = store().projects.entries(forge, known.snapshot.project.id)
    is_listed = next(store().read(entries, State.PUBLISHED), None) is not None
    return _drawn(picture.LISTED if is_listed else picture.NOT_LISTED)


def _of_entry(entry: Entry, now: datetime) -> AnyResponse:
    face = face_of(entry, now)
    if face is not Face.NONE:
        ends = entry.standing.ends if entry.standing and face in PUBLIC else None
        return _drawn(picture.of_face(face), ends - now if ends else KEPT)
    if entry.state is not State.PUBLISHED:
        abort(404 if entry.is_secret else 410)
    return _drawn(picture.LISTED)


def face_of(entry: Entry, now: datetime) -> Face:
    """What the public sees of a qualification; nothing once the entry left or was taken down."""
    if entry.standing is None or entry.state not in LIVE:
        return Face.NONE
    return entry.standing.face_at(now)


@bp.get("/badges/<slug>/<badge>.svg")
def one(slug: str, badge: str) -> AnyResponse:
    """One badge of a commun, held or not."""
    now = current_site().clock()
    entry = store().get(slug)
    if entry.state is not State.PUBLISHED:
        abort(404 if entry.is_secret else 410)
    found = next((each for each in badges_of(entry, now) if each.id == badge), None)
    if found is None:
        abort(404)
    return _drawn(picture.of_badge(found), found.until - now if found.until else KEPT)


def _drawn(drawing: Picture, left: timedelta = KEPT) -> AnyResponse:
    """The picture, to be kept for an hour, or for what is `left` of what it says."""
    kept = min(KEPT, left)
    response = Response(render_template("badge.svg", it=drawing), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = f"public, max-age={int(kept.total_seconds())}"
    response.add_etag()
    return response.make_conditional(request)


def badges_of(entry: Entry, now: datetime) -> tuple[Badge, ...]:
    """The badges of a commun; none of what is not one."""
    if entry.origin != "commun":
        return ()
    project = project_of(entry)
    commun = Commun(
        record=entry.record,
        changed=entry.last_changed,
        lines=entry.lines,
        snapshot=project.snapshot if project else None,
    )
    return badges(commun, now)


@bp.get("/ressources/<slug>/badges")
def page(slug: str) -> AnyResponse | str | tuple[str, int]:
    """Each badge explained: by whom, since when, until when, why, and what would earn it."""
    entry, now = store().get(slug), current_site().clock()
    if is_silent(entry, now):
        return tombstone(entry)
    if entry.slug != slug:
        return redirect(f"/ressources/{entry.slug}/badges", code=301)
    view = _view(entry, now)
    left = view["qualification"] and not view["qualification"].stands
    return render_template("badges.html", **view), 410 if left else 200


@bp.get("/ressources/<slug>/badges.json")
def data(slug: str) -> AnyResponse:
    """The same as JSON; what is over says so, as its picture does."""
    entry, now = store().get(slug), current_site().clock()
    if is_silent(entry, now):
        return Response("", status=404 if entry.is_secret else 410)
    if entry.slug != slug:
        return redirect(f"/ressources/{entry.slug}/badges.json", code=301)
    text = json.dumps(_said(entry, now), ensure_ascii=False, indent=2)
    return Response(f"{text}\n", mimetype="application/json")


def addresses(site: Site) -> Iterator[str]:
    """What files can answer for: pictures last as long as READMEs, pages as long as what they explain."""
    communs = {*site.store.slugs(State.PUBLISHED, origin="commun")}
    for slug in sorted(communs):
        yield from (f"/badges/{slug}/{badge}.svg" for badge in IDS)
    qualified, over = set[str](), set[str]()
    for queued in site.store.qualifications.queue(Filter()):
        face = queued.standing.face_at(site.clock())
        if face is not Face.NONE:
            is_shown = face in PUBLIC and queued.state is State.PUBLISHED
            (qualified if is_shown else over).add(queued.slug)
    shown = communs | qualified | (gathered_about(site.store) - over)
    yield from (f"/ressources/{slug}/badges" for slug in sorted(shown))
    for slug in sorted(shown | over):
        yield from (f"/badges/{slug}.svg", f"/ressources/{slug}/badges.json")


def is_silent(entry: Entry, now: datetime) -> bool:
    """Is there nothing that the public may know of it?"""
    return entry.state is not State.PUBLISHED and face_of(entry, now) is Face.NONE


def _view(entry: Entry, now: datetime) -> dict[str, Any]:
    address = f"/ressources/{entry.slug}"
    earned = badges_of(entry, now)
    case, events = _case(entry)
    return {
        "entry": entry,
        "title": presentation.title(entry.record),
        "address": address,
        "canonical": canonical(f"{address}/badges"),
        "main": _main(entry, now),
        "qualification": explained.qualification(case, events, now),
        "badges": earned,
        "evidence": evidence_of(entry, now),
        "moment": presentation.moment,
        "snippets": _snippets(entry, earned, now),
    }


def _main(entry: Entry, now: datetime) -> Picture:
    face = face_of(entry, now)
    return picture.LISTED if face is Face.NONE else picture.of_face(face)


def _case(entry: Entry) -> tuple[Case, list[Event]]:
    if entry.standing is None:
        return Case(), []
    lines = store().qualifications.journal(Wanted(slug=entry.slug))
    events = [line.event for line in reversed(lines)]
    return fold(events), events


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """What to paste in a README. Its words name the badge and not its state, which they would outlive."""

    words: str
    image: str
    link: str

    @property
    def markdown(self) -> str:
        return f"[![{SIGNS.sub(PLAIN, self.words)}]({self.image})]({self.link})"

    @property
    def html(self) -> Markup:
        line = Markup('<a href="{}"><img src="{}" alt="{}" height="20"></a>')
        return line.format(self.link, self.image, self.words)


#: What Markdown would take for more than a text.
SIGNS = re.compile(r"([\\`*_\[\]<>&])")
PLAIN = r"\\\1"


def _snippets(entry: Entry, earned: Iterable[Badge], now: datetime) -> list[Snippet]:
    """The picture of the resource, then those of the badges it holds; none where no address is whole."""
    if current_site().frozen and not current_site().base_url:
        return []
    link = absolute(f"/ressources/{entry.slug}/badges")
    face = face_of(entry, now)
    what = "présence au catalogue" if face is Face.NONE else "qualification par le ministère"
    pictures = [("", what), *((f"/{badge.id}", badge.label) for badge in earned if badge.held)]
    return [
        Snippet(
            words=f"Balise, {what} de « {entry.title} » : l’état du jour est sur la page du lien",
            image=absolute(f"/badges/{entry.slug}{path}.svg"),
            link=link,
        )
        for path, what in pictures
    ]


def _said(entry: Entry, now: datetime) -> dict[str, Any]:
    case, events = _case(entry)
    qualification = explained.qualification(case, events, now)
    address = absolute(f"/ressources/{entry.slug}")
    certified = entry.standing and certification(entry.standing, now, f"{address}/badges")
    about = {"@type": "LearningResource", "@id": address, "name": entry.title}
    weighed = evidence_of(entry, now) if entry.state is State.PUBLISHED else None
    return {
        "resource": {"slug": entry.slug, "title": entry.title, "url": address},
        "state": _main(entry, now).words,
        "picture": absolute(f"/badges/{entry.slug}.svg"),
        "qualification": qualification and explained.said(qualification),
        "badges": [
            explained.badge(badge, absolute(f"/badges/{entry.slug}/{badge.id}.svg"))
            for badge in badges_of(entry, now)
        ],
        "evidence": weighed and evidence.said(weighed),
        "certification": certified and {"@context": CONTEXT, **certified, "about": about},
    }
