"""The catalogue described as a data set: DCAT-AP 3.0 as JSON-LD. Data only.

https://semiceu.github.io/DCAT-AP/releases/3.0.0/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from indexer.entry import SourceStatus, State
from metadata.licences import find

from .site import Publisher

Node = dict[str, Any]

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

AUTHORITY = "http://publications.europa.eu/resource/authority/"

TITLE = "Catalogue des communs numériques éducatifs et des ressources qualifiées"
DESCRIPTION = (
    "Les notices des ressources pédagogiques publiées par Balise : communs numériques partagés par"
    " des enseignants, ressources publiques, ressources d’éditeurs qualifiées. Chaque notice dit sa"
    " source et sous quelle licence elle est donnée."
)
KEYWORDS = ("éducation", "ressources pédagogiques", "communs numériques", "ScoLOMFR")

#: The files: extension, title, media type, and its name in the European list of file types.
FILES = (
    ("csv", "Tableau CSV", "text/csv", "CSV"),
    ("jsonl", "Notices complètes, une par ligne", "application/jsonl", "JSON"),
)

#: The doors: address, title, what it follows, and where that is told.
DOORS = (
    ("/api/v1", "API JSON", "https://spec.openapis.org/oas/v3.1.1", "/api/v1/openapi.json"),
    (
        "/oai",
        "Entrepôt OAI-PMH",
        "http://www.openarchives.org/OAI/openarchivesprotocol.html",
        "/oai?verb=Identify",
    ),
)


def document(root: str, publisher: Publisher, sources: Iterable[SourceStatus]) -> Node:
    """The catalogue of one data set, and all that describes it. `root` is the site's address."""
    sources = [*sources]
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": f"{root}/catalogue.jsonld",
                "@type": "dcat:Catalog",
                **shared(publisher),
                "dct:title": french("Données ouvertes de Balise"),
                "foaf:homepage": link(f"{root}/"),
                "dcat:dataset": link(f"{root}/catalogue.jsonld#notices"),
                "dcat:service": [link(root + address) for address, *_ in DOORS],
            },
            data_set(root, publisher, sources),
            *files(root, sources),
            *doors(root, publisher),
        ],
    }


def shared(publisher: Publisher) -> Node:
    """What is said of the catalogue and of its data set alike."""
    return {
        "dct:description": french(DESCRIPTION),
        "dct:language": link(f"{AUTHORITY}language/FRA"),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": publisher.name or "Balise"},
    }


def data_set(root: str, publisher: Publisher, sources: list[SourceStatus]) -> Node:
    dates = [each.last_complete for each in sources if each.last_complete]
    told: Node = {
        "@id": f"{root}/catalogue.jsonld#notices",
        "@type": "dcat:Dataset",
        **shared(publisher),
        "dct:title": french(TITLE),
        "dcat:keyword": [french(word) for word in KEYWORDS],
        "dcat:theme": link(f"{AUTHORITY}data-theme/EDUC"),
        # It changes when its sources do: nobody promises a rhythm.
        "dct:accrualPeriodicity": link(f"{AUTHORITY}frequency/IRREG"),
        "dct:accessRights": link(f"{AUTHORITY}access-right/PUBLIC"),
        "dct:spatial": link(f"{AUTHORITY}country/FRA"),
        "dcat:landingPage": link(f"{root}/api"),
        "dcat:distribution": [link(f"{root}/export/catalogue.{name}") for name, *_ in FILES],
    }
    if dates:
        told["dct:modified"] = moment(max(dates))
    if publisher.contact:
        told["dcat:contactPoint"] = contact(publisher)
    return told


def contact(publisher: Publisher) -> Node:
    is_page = publisher.contact_address == publisher.contact
    kind = "vcard:hasURL" if is_page else "vcard:hasEmail"
    name = publisher.name or "Balise"
    return {
        "@type": "vcard:Organization",
        "vcard:fn": name,
        kind: link(publisher.contact_address),
    }


def files(root: str, sources: list[SourceStatus]) -> Iterator[Node]:
    for extension, title, media_type, kind in FILES:
        address = f"{root}/export/catalogue.{extension}"
        yield {
            "@id": address,
            "@type": "dcat:Distribution",
            "dct:title": french(title),
            "dcat:accessURL": link(f"{root}/api"),
            "dcat:downloadURL": link(address),
            "dcat:mediaType": link(f"https://www.iana.org/assignments/media-types/{media_type}"),
            "dct:format": link(f"{AUTHORITY}file-type/{kind}"),
            **rights(sources),
        }


def doors(root: str, publisher: Publisher) -> Iterator[Node]:
    for address, title, standard, told_at in DOORS:
        yield {
            "@id": root + address,
            "@type": "dcat:DataService",
            "dct:title": french(title),
            "dct:publisher": shared(publisher)["dct:publisher"],
            "dct:conformsTo": link(standard),
            "dcat:endpointURL": link(root + address),
            "dcat:endpointDescription": link(root + told_at),
            "dcat:servesDataset": link(f"{root}/catalogue.jsonld#notices"),
        }


def rights(sources: list[SourceStatus]) -> Node:
    """The licence when all notices have the same; else each keeps the one its source gives it."""
    given = licences(sources)
    if len(given) == 1 and (address := next(iter(given.values()))):
        return {"dct:license": link(address)}
    names = ", ".join(given) or "aucune notice n’est encore donnée"
    words = f"Chaque notice garde la licence que lui donne sa source\u00a0: {names}."
    return {"dct:rights": {"@type": "dct:RightsStatement", "dct:description": french(words)}}


def licences(sources: Iterable[SourceStatus]) -> Mapping[str, str]:
    """Under what the notices given away are given: each licence's name, and its address or ""."""
    found = {}
    for each in sources:
        if each.info.licence and each.states.get(State.PUBLISHED):
            known = find(each.info.licence)
            found[known.label if known else each.info.licence] = known.url if known else ""
    return dict(sorted(found.items()))


def link(address: str) -> Node:
    return {"@id": address}


def french(words: str) -> Node:
    return {"@value": words, "@language": "fr"}


def moment(when: datetime) -> Node:
    return {"@value": when.isoformat(), "@type": "xsd:dateTime"}
