"""The page of one resource, and its notice as JSON, LOMFR and JSON-LD."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

import metadata
from indexer import facets
from indexer.entry import Entry, State
from metadata import projectnotice, schemaorg
from metadata.licences import licence_of

from . import browse, presentation
from .site import canonical, current_site, store

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
    if entry.slug != slug:
        return redirect(f"/ressources/{entry.slug}", code=301)
    if entry.state is not State.PUBLISHED:
        return tombstone(entry)
    return render_template("resource.html", **_page(entry))


@bp.get("/ressources/<slug>.<any(json, xml, jsonld):extension>")
def notice(slug: str, extension: str) -> AnyResponse:
    """The notice as Balise understood it; the bytes as received are never served."""
    entry = store().get(slug)
    if entry.state is not State.PUBLISHED:
        return Response("", status=404 if entry.state is State.WITHHELD else 410)
    if entry.slug != slug:
        return redirect(f"/ressources/{entry.slug}.{extension}", code=301)
    writer, mimetype = FORMATS[extension]
    return Response(metadata.dump(entry.record, writer), mimetype=mimetype)


def tombstone(entry: Entry) -> tuple[str, int]:
    """What shows of an entry that is no longer published: see the table of states in the contract."""
    if entry.state is State.WITHHELD:
        heading, message, status = "Page introuvable", NOT_FOUND, 404
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


def _page(entry: Entry) -> dict[str, object]:
    record = entry.record
    family = store().family(entry.slug)
    relatives = {kin.slug: kin for kin in store().read([family.head, *family.members])}
    said = facets.values_of(entry)
    discipline = next(iter(said.get("discipline", ())), "")
    address = canonical(f"/ressources/{entry.slug}")
    licence = licence_of(record)
    return {
        "item": presentation.item_of(entry),
        "canonical": address,
        "jsonld": current_site().embed(schemaorg.document(record, url=address)),
        "discipline": discipline
        and {"key": discipline, "label": facets.label_of("discipline", discipline)},
        "descriptions": presentation.descriptions(record),
        "link": presentation.link(record),
        "provider": next(presentation.names(record, presentation.PUBLISHER), entry.source_title),
        "head": _kin(relatives, family.head) if family.head != entry.slug else None,
        "members": [
            kin for slug in family.members if slug != entry.slug and (kin := _kin(relatives, slug))
        ]
        if family.head == entry.slug
        else [],
        "facts": presentation.brief(entry),
        "usage": presentation.usage(record),
        "accessibility": presentation.accessibility(entry),
        "licence": licence,
        "rights": presentation.rights(record),
        "source_title": entry.source_title or entry.source,
        "project": store().projects.of_entry(entry.source, entry.identifier)
        if entry.format == projectnotice.FORMAT
        else None,
        "seen": presentation.moment(entry.last_seen),
        "changed": presentation.moment(entry.last_changed),
    }


def _kin(relatives: dict[str, Entry], slug: str) -> presentation.Item | None:
    kin = relatives.get(slug)
    return presentation.item_of(kin) if kin and kin.state is State.PUBLISHED else None
