"""The catalogue for harvesters: OAI-PMH 2.0, with deletions that stay. docs/oai.md says how to ask.

http://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from flask import Blueprint, Response, request
from lxml import etree
from werkzeug.exceptions import RequestEntityTooLarge

import metadata
from indexer.entry import Entry, State
from indexer.errors import StoreError
from indexer.export import OAI, is_open
from indexer.exposed import Header, Mark
from metadata.dublincore import XSI
from metadata.strangers.xmltree import legal

from . import oaidescription
from .oaidescription import FORMATS, SECONDS, Format, add, address, identifier_of, named
from .oairequest import UNKNOWN, Listing, OaiError, arguments_of, listing_of
from .site import current_site, store

bp = Blueprint("oai", __name__)
log = logging.getLogger(__name__)

#: Records in a page.
PAGE = 100
SCHEMA = f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"


@bp.route("/oai", methods=["GET", "POST"])
def oai() -> Response:
    site = current_site()
    now = site.clock()  # before anything is read: what this answer does not have is dated later
    arguments: dict[str, str] = {}
    try:
        arguments = arguments_of(_pairs())
        site.store.exposed.date(site.clock)
        content = ANSWERS[arguments["verb"]](arguments, now)
    except OaiError as error:
        if error.code in ("badVerb", "badArgument"):
            arguments = {}
        content = etree.Element(named("error"), code=error.code)
        content.text = str(error)
    except StoreError as error:
        log.error("oai error=%r", str(error))
        return Response("Réessayez dans une minute.", 503, {"Retry-After": "60"}, "text/plain")
    body = etree.tostring(
        _envelope(content, arguments, now), encoding="utf-8", xml_declaration=True
    )
    return Response(body, mimetype="text/xml", headers={"Cache-Control": "no-store"})


def _pairs() -> Iterator[tuple[str, str]]:
    try:
        yield from request.args.items(multi=True)
        yield from request.form.items(multi=True)
    except RequestEntityTooLarge as error:
        raise OaiError("badArgument", "La demande est trop longue.") from error


# --- The envelope


def _envelope(content: etree._Element, arguments: dict[str, str], now: datetime) -> etree._Element:
    root = etree.Element(named("OAI-PMH"), nsmap={None: OAI, "xsi": XSI})  # type: ignore[dict-item]  # the stubs know no default namespace
    root.set(f"{{{XSI}}}schemaLocation", SCHEMA)
    add(root, "responseDate", now.strftime(SECONDS))
    asked = add(root, "request", address())
    for name, value in arguments.items():
        if fits(name, value):
            asked.set(name, value)
    root.append(content)
    return root


#: What the schema wants of the arguments that come back in an answer, and are not checked before.
FITS = {
    "identifier": re.compile(
        r"[A-Za-z][A-Za-z0-9+.-]*:(?!//)(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2}){1,500}", re.ASCII
    ),
    "metadataPrefix": re.compile(r"[A-Za-z0-9\-_.!~*'()]{1,500}"),
}
ANY = re.compile(r".{0,500}")


def fits(name: str, value: str) -> bool:
    """May this argument come back in the answer? The others are left out of it."""
    pattern = FITS.get(name, ANY)
    return bool(pattern.fullmatch(value)) and legal(value) == value


# --- The verbs


def identify(arguments: dict[str, str], now: datetime) -> etree._Element:
    return oaidescription.identify(now)


def list_metadata_formats(arguments: dict[str, str], now: datetime) -> etree._Element:
    if "identifier" in arguments:
        _header(arguments["identifier"])
    return oaidescription.list_metadata_formats()


def list_sets(arguments: dict[str, str], now: datetime) -> etree._Element:
    if "resumptionToken" in arguments:
        raise OaiError("badResumptionToken", "La liste des ensembles tient en une page.")
    return oaidescription.list_sets()


def get_record(arguments: dict[str, str], now: datetime) -> etree._Element:
    header = _header(arguments["identifier"])
    form = _format(arguments["metadataPrefix"])
    content = etree.Element(named("GetRecord"))
    content.extend(_records([header], form, now))
    return content


def _header(identifier: str) -> Header:
    ours = identifier_of("")
    slug = identifier.removeprefix(ours)
    known = identifier.startswith(ours) and slug.isascii()
    found = store().exposed.header(slug) if known else None
    if found is None:
        raise OaiError("idDoesNotExist", "Aucune notice n’a cet identifiant.")
    return found


def _format(prefix: str) -> Format:
    if prefix not in FORMATS:
        raise OaiError("cannotDisseminateFormat", f"Les formats sont {', '.join(FORMATS)}.")
    return FORMATS[prefix]


def list_identifiers(arguments: dict[str, str], now: datetime) -> etree._Element:
    return _list(arguments, lambda headers, form: [_told(each, now) for each in headers])


def list_records(arguments: dict[str, str], now: datetime) -> etree._Element:
    return _list(arguments, lambda headers, form: _records(headers, form, now))


#: An answer by verb, from the arguments and the date of the answer. Raise OaiError.
ANSWERS: dict[str, Callable[[dict[str, str], datetime], etree._Element]] = {
    "Identify": identify,
    "ListMetadataFormats": list_metadata_formats,
    "ListSets": list_sets,
    "GetRecord": get_record,
    "ListIdentifiers": list_identifiers,
    "ListRecords": list_records,
}


# --- Lists


def _list(
    arguments: dict[str, str],
    write: Callable[[Sequence[Header], Format], Sequence[etree._Element]],
) -> etree._Element:
    listing = listing_of(arguments)
    form, selection = _format(listing.prefix), listing.selection
    exposed = store().exposed
    rest = exposed.count(selection, listing.after)
    headers = exposed.page(selection, listing.after, PAGE) or _last_one(listing)
    content = etree.Element(named(listing.verb))
    content.extend(write(headers, form))
    last, going_on = headers[-1], rest > len(headers) and len(headers) == PAGE
    if going_on or listing.after:
        token = add(content, "resumptionToken")
        token.set("completeListSize", str(listing.cursor + max(rest, len(headers))))
        token.set("cursor", str(listing.cursor))
        if going_on and last.dated:
            place = Mark(last.dated, last.slug)
            token.text = listing.token(place, listing.cursor + len(headers))
    return content


def _last_one(listing: Listing) -> list[Header]:
    """When all that was to come has changed, and is out of the dates asked for: the entry before.

    A list that was begun has to end with something, and says no error for what is none.
    """
    if listing.after is None:
        raise OaiError("noRecordsMatch", "Rien ne répond à ces dates et à cet ensemble.")
    found = store().exposed.header(listing.after.slug, listing.selection.spec)
    if found is None:
        raise OaiError("badResumptionToken", UNKNOWN)
    return [found]


def _records(headers: Sequence[Header], form: Format, now: datetime) -> list[etree._Element]:
    alive = [header.slug for header in headers if not header.deleted]
    entries = {
        entry.slug: entry for entry in store().read(alive, State.PUBLISHED) if is_open(entry)
    }
    return [_record(header, entries.get(header.slug), form, now) for header in headers]


def _record(header: Header, entry: Entry | None, form: Format, now: datetime) -> etree._Element:
    """A record, only its header when it is deleted, or was while the list was being read."""
    element = etree.Element(named("record"))
    told = _told(header, now)
    element.append(told)
    if entry is None:
        told.set("status", "deleted")
        return element
    body = etree.fromstring(metadata.dump(entry.record, form.writer))  # our own, just written
    body.set(f"{{{XSI}}}schemaLocation", f"{form.namespace} {form.schema}")
    add(element, "metadata").append(body)
    return element


def _told(header: Header, now: datetime) -> etree._Element:
    element = etree.Element(named("header"))
    if header.deleted:
        element.set("status", "deleted")
    add(element, "identifier", identifier_of(header.slug))
    add(element, "datestamp", (header.dated or now).strftime(SECONDS))
    for spec in header.specs:
        if not any(other.startswith(f"{spec}:") for other in header.specs):  # they are in it
            add(element, "setSpec", spec)
    return element
