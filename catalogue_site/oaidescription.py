"""What the repository says of itself: who it is, its identifiers, its formats, its sets.

http://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import request
from lxml import etree

from indexer import facets, sets
from indexer.export import OAI
from metadata.dublincore import DC, OAI_DC, XSI
from metadata.lom.table import LOM
from metadata.strangers.xmltree import legal

from .site import current_site, store

IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
SECONDS = "%Y-%m-%dT%H:%M:%SZ"
#: Where no address is configured: a name that nobody else has, or can look up.
NOWHERE = "balise.localhost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """A way to write records: its schema, its namespace, and its writer in metadata."""

    schema: str
    namespace: str
    writer: str


FORMATS = {
    "oai_dc": Format(
        schema="http://www.openarchives.org/OAI/2.0/oai_dc.xsd", namespace=OAI_DC, writer="dc"
    ),
    "lom": Format(schema="http://ltsc.ieee.org/xsd/lomv1.0/lom.xsd", namespace=LOM, writer="lom"),
    "lomfr": Format(
        schema="https://www.reseau-canope.fr/scolomfr/xsd/8.0/lax/scolomfr.xsd",
        namespace=LOM,
        writer="lomfr",
    ),
}


def identify(now: datetime) -> etree._Element:
    publisher = current_site().publisher
    content = etree.Element(named("Identify"))
    add(content, "repositoryName", " – ".join(filter(None, ("Balise", publisher.name))))
    add(content, "baseURL", address())
    add(content, "protocolVersion", "2.0")
    add(content, "adminEmail", _email())
    add(content, "earliestDatestamp", (store().exposed.earliest() or now).strftime(SECONDS))
    add(content, "deletedRecord", "persistent")
    add(content, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    add(content, "compression", "gzip")
    if DOMAIN.fullmatch(_domain()):
        add(content, "description").append(_scheme())
    return content


EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+")


def _email() -> str:
    """The publisher's address; where the contact is a page, the one that every domain must have."""
    contact = current_site().publisher.contact
    return contact if EMAIL.fullmatch(contact) else f"postmaster@{_domain()}"


def _domain() -> str:
    host = urlsplit(current_site().base_url).hostname or ""
    return host if "." in host else NOWHERE


def _scheme() -> etree._Element:
    """How identifiers are made: http://www.openarchives.org/OAI/2.0/guidelines-oai-identifier.htm"""
    element = etree.Element(f"{{{IDENTIFIER}}}oai-identifier", nsmap={None: IDENTIFIER})  # type: ignore[dict-item]  # the stubs know no default namespace
    element.set(f"{{{XSI}}}schemaLocation", f"{IDENTIFIER} {IDENTIFIER}.xsd")
    for tag, text in (
        ("scheme", "oai"),
        ("repositoryIdentifier", _domain()),
        ("delimiter", ":"),
        ("sampleIdentifier", identifier_of("fractions-en-boite-0123456789abcdef")),
    ):
        etree.SubElement(element, f"{{{IDENTIFIER}}}{tag}").text = text
    return element


def identifier_of(slug: str) -> str:
    return f"oai:{_domain()}:{slug}"


def list_metadata_formats() -> etree._Element:
    """Every notice is in each of these, a deleted one too."""
    content = etree.Element(named("ListMetadataFormats"))
    for prefix, form in FORMATS.items():
        element = add(content, "metadataFormat")
        add(element, "metadataPrefix", prefix)
        add(element, "schema", form.schema)
        add(element, "metadataNamespace", form.namespace)
    return content


def list_sets() -> etree._Element:
    sources = {facets.source_value(one.info.key): one.info for one in store().sources()}
    content = etree.Element(named("ListSets"))
    for spec in sorted({*sets.FACETS, *store().exposed.specs()}):
        key, _, value = spec.partition(":")
        source = sources.get(value) if key == "source" else None
        element = add(content, "set")
        add(element, "setSpec", spec)
        add(element, "setName", (source and source.title) or sets.name_of(spec))
        if source and source.licence:
            add(element, "setDescription").append(_rights(source.licence))
    return content


def _rights(licence: str) -> etree._Element:
    """Under which licence the notices of a source are given."""
    element = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC})
    element.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} {FORMATS['oai_dc'].schema}")
    etree.SubElement(element, f"{{{DC}}}rights").text = legal(licence)
    return element


def named(tag: str) -> str:
    return f"{{{OAI}}}{tag}"


def add(parent: etree._Element, tag: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, named(tag))
    element.text = legal(text) or None
    return element


def address() -> str:
    site = current_site()
    return f"{site.base_url}/oai" if site.base_url else request.base_url
