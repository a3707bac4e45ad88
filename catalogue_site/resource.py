"""The page of one resource, and its notice as JSON, LOMFR and JSON-LD."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

import metadata
from indexer import facets
from indexer.documents import document
from indexer.entry import Entry, State
from indexer.errors import SearchError
from indexer.taught import taught_in
from metadata import projectnotice, schemaorg
from metadata.certification import certification
from metadata.licences import licence_of
from metadata.project import Known

from . import browse, presentation, sheet
from .chosen import at_hand, kept
from .evidence import evidence_of
from .site import canonical, current_site, engine, store

bp = Blueprint("resource", __name__)

#: The notice in other formats: the extension, the writer and the media type.
FORMATS = {
    "json": ("json", "application/json"),
    "xml": ("lomfr", "application/xml"),
    "jsonld": ("jsonld", "application/ld+json"),
}


@bp.get("/ressources/<slug>")
def page(slug: str) -> AnyResponse | str | tuple[str, int]:
    if browse.is_list(slug):
        return browse.one_list(slug)
    entry = store().get(slug)
    if entry.state is not State.PUBLISHED:
        return tombstone(entry)
    if entry.slug != slug:
        return redirect(kept(f"/ressources/{entry.slug}"), code=301)
    return render_template("resource.html", **shown(entry))


@bp.get("/ressources/<slug>.<any(json, xml, jsonld):extension>")
def notice(slug: str, extension: str) -> AnyResponse:
    """The notice as Balise understood it; the bytes as received are never served."""
    entry = store().get(slug)
    if entry.state is not State.PUBLISHED:
        return Response("", status=404 if entry.is_secret else 410)
    if entry.slug != slug:
        return redirect(f"/ressources/{entry.slug}.{extension}", code=301)
    writer, mimetype = FORMATS[extension]
    return Response(metadata.dump(entry.record, writer), mimetype=mimetype)


def tombstone(entry: Entry) -> tuple[str, int]:
    """What shows of an entry that is no longer published: see the table of states in the contract."""
    if entry.is_secret:
        heading, message, status = "Page introuvable", NOT_FOUND, 404
    elif entry.state is State.WITHHELD:
        heading, message, status = entry.title or "Ressource sans titre", sheet.left(entry), 410
    elif entry.state is State.TAKEN_DOWN:
        heading, status = "Ressource retirée du catalogue", 410
        message = f"Motif : {entry.reason}" if entry.reason else "Elle a été retirée."
    else:
        heading, status = entry.title or "Ressource disparue", 410
        since = presentation.moment(entry.gone_since).words if entry.gone_since else ""
        message = f"Cette ressource a quitté le catalogue{f' le {since}' if since else ''} :" + (
            " sa source ne la publie plus."
        )
    return render_template("error.html", heading=heading, message=message, words=""), status


NOT_FOUND = "Aucune ressource n’est publiée à cette adresse. Cherchez-la par son titre."


def shown(entry: Entry) -> dict[str, object]:
    """What the page of an entry shows."""
    record = entry.record
    address = canonical(f"/ressources/{entry.slug}")
    provider = next(presentation.names(record, presentation.PUBLISHER), entry.source_title)
    project = project_of(entry)
    said = facets.values_of(entry)
    discipline = next(iter(said.get("discipline", ())), "")
    return {
        "item": presentation.item_of(entry),
        "canonical": address,
        "jsonld": current_site().embed(_linked(entry, address)),
        "discipline": discipline
        and {"key": discipline, "label": facets.label_of("discipline", discipline)},
        "descriptions": presentation.descriptions(record),
        "door": sheet.door(entry, provider or entry.source),
        **_family(entry),
        "brief": sheet.brief(entry),
        "usage": sheet.usage(record),
        "accessibility": sheet.accessibility(entry),
        "qualification": sheet.qualification(entry, current_site().clock()),
        "has_badges": entry.origin == "commun" or entry.standing is not None,
        "labels": [facets.label_of("badge", key) for key in taught_in(record).badges],
        "evidence": evidence_of(entry, current_site().clock()),
        "licence": licence_of(record),
        "rights": presentation.rights(record),
        "attribution": sheet.attribution(entry),
        "source_title": entry.source_title or entry.source,
        "project": project,
        "origins": list(sheet.origins(entry, project)),
        "decided": sheet.decided(entry, store().curating.meanings()),
        "seen": presentation.moment(entry.last_seen),
        "history": list(sheet.history(entry)),
        "duplicates": (duplicates := list(_duplicates(entry))),
        "similar": _similar(entry, {item.slug for _, items in duplicates for item in items}),
        "report": _report(entry, project, address),
        **_selection(entry),
    }


def _linked(entry: Entry, address: str) -> dict[str, object]:
    """The record as JSON-LD, with its qualification: `hasCertification` is not for creative works."""
    said = schemaorg.document(entry.record, url=address)
    standing, now = entry.standing, current_site().clock()
    certified = standing and certification(standing, now, f"{address}/badges")
    return {**said, "subjectOf": certified} if certified else said


#: How many similar resources a record shows, and how many parts.
SIMILAR = 4
PARTS = 40


def project_of(entry: Entry) -> Known | None:
    """The project of the forge that the resource is."""
    if entry.format != projectnotice.FORMAT:
        return None
    return store().projects.of_entry(entry.source, entry.identifier)


def _family(entry: Entry) -> dict[str, object]:
    """The whole that it is a part of, or its first parts."""
    family = store().family(entry.slug)
    if family.head != entry.slug:
        return {"head": next(iter(_items([family.head])), None), "members": []}
    return {"head": None, "members": _items(family.members[:PARTS]), "parts": len(family.members)}


def _items(slugs: Iterable[str]) -> list[presentation.Item]:
    return [*map(presentation.item_of, store().read(slugs, State.PUBLISHED))]


def _similar(entry: Entry, same: Collection[str]) -> list[presentation.Item]:
    """What resembles it, but for the other notices of the same resource."""
    try:
        found = engine().similar(document(entry), SIMILAR + len(same))
    except SearchError:  # a page does without
        return []
    return _items([slug for slug in found if slug not in same][:SIMILAR])


def _duplicates(entry: Entry) -> Iterator[tuple[str, list[presentation.Item]]]:
    """The other entries that describe the same resource, by what they share with it."""
    for group in store().duplicates_of(entry.slug):
        others = [slug for slug in group.slugs if slug != entry.slug]
        yield presentation.SHARED[group.kind], _items(others[:SIMILAR])


def _selection(entry: Entry) -> dict[str, object]:
    """The selection at hand, and what becomes of it with this resource; none on a frozen site without a live one."""
    chosen = at_hand()
    page = current_site().selection_address
    return {
        "is_chosen": entry.slug in chosen.slugs,
        "selection": page and chosen.with_(entry.slug).address(page),
    }


def _report(entry: Entry, project: Known | None, address: str) -> tuple[str, str] | None:
    """Where to say that something is wrong: to who makes the resource, else to who answers for us."""
    if project and project.snapshot.project.issues is not False:
        url = f"{project.snapshot.project.url}/-/issues/new"
        return url, "Signaler un problème à ses auteurs, sur la forge"
    publisher = current_site().publisher
    if not publisher.contact:
        return None
    letter = publisher.letter(f"Un problème sur « {entry.title} »", f"{address}\n\n")
    return letter, "Signaler un problème à l’équipe du catalogue"
