"""A Record as schema.org JSON-LD (LearningResource, LRMI), for search engines and other catalogues.

Only written. What no vocabulary knows is left out, and so is what schema.org cannot say without
guessing (LOM coverage is place or time, difficulty has no property). https://schema.org/LearningResource
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from . import licences, normalise, words
from .record import Contribution, Entity, Identifier, LangString, Record, Relation, Taxon, Term
from .schematerms import (
    ACCESS,
    AUDIENCES,
    CONTROLS,
    FREE,
    LRMI_ROLE,
    PARTLY_FREE,
    RELATIONS,
    ROLES,
    THUMBNAIL,
    TYPES,
)
from .strangers.weblink import is_web
from .taxa import (
    COMMON_CORE,
    COMPETENCY,
    DETAILED_AUDIENCE,
    EDUCATIONAL_LEVEL,
    LABEL,
    PREREQUISITE,
    TEACHING_DOMAIN,
    french,
    taxa_of,
)
from .vocabulary import SCHEME, scolomfr

Said = dict[str, Any]


def dump(record: Record) -> bytes:
    """The document as UTF-8 JSON, safe inside an HTML script element."""
    return embeddable(document(record)).encode() + b"\n"


def embeddable(said: Mapping[str, Any]) -> str:
    """JSON in which nothing can end a script element or open a comment."""
    text = json.dumps(said, ensure_ascii=False, indent=2)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def document(record: Record, *, url: str = "") -> Said:
    """The JSON-LD of a record; `url` is the address of its page in a catalogue."""
    location = next(filter(is_web, record.technical.locations), "")
    said: Said = {
        "@context": ["https://schema.org", {"@language": "fr"}],
        "@id": url or location,
        "@type": ["LearningResource", _type(record)],
        "mainEntityOfPage": url,
        "url": location,
        **_general(record),
        **_life_cycle(record),
        **_technical(record, location),
        **_educational(record),
        **_rights(record),
        **_relations(record.relations),
        **_classifications(record),
        **_accessibility(record),
    }
    return {key: value for key, value in said.items() if value not in ("", [], None)}


def _type(record: Record) -> str:
    said = [term for block in record.educational for term in block.learning_resource_types]
    said += [record.general.aggregation_level] if record.general.aggregation_level else []
    said += record.general.document_types
    return next((TYPES[term.uri] for term in said if term.uri in TYPES), "CreativeWork")


def _general(record: Record) -> Said:
    general = record.general
    return {
        "name": _text(general.title),
        "identifier": [_identifier(one) for one in general.identifiers if one.entry],
        "inLanguage": list(general.languages),
        "description": next(filter(None, map(_text, general.descriptions)), ""),
        "keywords": [french(keyword) for keyword in general.keywords if french(keyword)],
        "additionalType": [term.uri for term in general.document_types if term.uri],
        "genre": _labels(general.general_resource_types),
    }


def _text(said: LangString) -> Any:
    """A text, with its language when it is not French."""
    value = french(said)
    language = next((text.language for text in said if text.value == value), "")
    if not language or language.split("-")[0] == "fr":
        return value
    return {"@value": value, "@language": language}


def _identifier(identifier: Identifier) -> Said:
    catalog = {"propertyID": identifier.catalog} if identifier.catalog else {}
    return {"@type": "PropertyValue", **catalog, "value": identifier.entry}


def _labels(terms: Iterable[Term]) -> list[str]:
    return [label for term in terms if (label := scolomfr().label(term.uri))]


def _life_cycle(record: Record) -> Said:
    cycle = record.life_cycle
    said: Said = {
        "version": french(cycle.version),
        "creativeWorkStatus": scolomfr().label(cycle.status.uri) if cycle.status else "",
        **_dates(cycle.contributions),
    }
    for contribution in cycle.contributions:
        key = ROLES.get(contribution.role.uri if contribution.role else "", "contributor")
        agents = said.setdefault(key, [])
        for agent in (_agent(entity, key) for entity in contribution.entities):
            if agent and agent not in agents:
                agents.append(agent)
    return said


def _dates(contributions: Iterable[Contribution]) -> Said:
    dated = [
        (ROLES.get(one.role.uri if one.role else ""), date)
        for one in contributions
        if (date := normalise.when(one.date.value))
    ]
    return {
        "dateCreated": next((date for key, date in dated if key == "creator"), ""),
        "datePublished": next((date for key, date in dated if key == "publisher"), ""),
        "dateModified": max((date for _, date in dated), default=""),
    }


def _agent(entity: Entity, key: str) -> Said | None:
    organisation: Said = {"@type": "Organization", "name": entity.organisation}
    if entity.siren:
        organisation["identifier"] = _identifier(Identifier("SIREN", entity.siren))
    if entity.isni:
        organisation["sameAs"] = f"https://isni.org/isni/{entity.isni}"
    if entity.name and entity.name != entity.organisation:
        # The full name of a publisher's vCard is the company's, and so is whatever has numbers.
        if key in ("publisher", "provider") or len(organisation) > 2:
            return {**organisation, "name": entity.organisation or entity.name}
        person: Said = {"@type": "Person", "name": entity.name}
        return {**person, "affiliation": organisation} if entity.organisation else person
    return organisation if entity.organisation else None


def _technical(record: Record, location: str) -> Said:
    technical = record.technical
    formats = [format for format in technical.formats if "/" in format]
    media: Said = {"@type": "MediaObject"}
    if technical.size:
        media |= {"contentUrl": location} if location else {}
        media |= {"encodingFormat": formats[0]} if len(formats) == 1 else {}
        media["contentSize"] = str(technical.size)
    return {
        "encodingFormat": formats,
        "encoding": [media] if technical.size else [],
        "duration": normalise.duration(technical.duration.iso),
    }


def _educational(record: Record) -> Said:
    blocks = record.educational
    uses = (
        term
        for block in blocks
        for term in (*block.activities, *block.places, *block.educational_methods)
    )
    roles = [term.uri for block in blocks for term in block.intended_end_user_roles]
    roles += [taxon.id for taxon in taxa_of(record, DETAILED_AUDIENCE)]
    times = (normalise.duration(block.typical_learning_time.iso) for block in blocks)
    interactivity = (block.interactivity_type for block in blocks if block.interactivity_type)
    ages = (french(age) for block in blocks for age in block.typical_age_ranges)
    return {
        "learningResourceType": _terms(t for b in blocks for t in b.learning_resource_types),
        "educationalUse": _terms(uses),
        "audience": _audience(roles),
        "typicalAgeRange": next(filter(None, ages), ""),
        "timeRequired": next(filter(None, times), ""),
        "interactivityType": next((scolomfr().label(term.uri) for term in interactivity), ""),
    }


def _terms(terms: Iterable[Term]) -> list[Said]:
    return _once(_defined(term.uri, "") for term in terms)


def _taxa(taxa: Iterable[Taxon]) -> list[Said]:
    return _once(_defined(taxon.id, french(taxon.entry)) for taxon in taxa)


def _once(terms: Iterable[Said | None]) -> list[Said]:
    return [*{term["@id"]: term for term in terms if term}.values()]


def _defined(uri: str, name: str) -> Said | None:
    """A term of a vocabulary: one of ScoLOMFR, or of another that has addresses and gave its label."""
    concept = scolomfr().concept(uri)
    if concept:
        vocabulary = {"inDefinedTermSet": SCHEME + concept.vocabulary}
        return {"@type": "DefinedTerm", "@id": uri, "url": uri, "name": concept.label, **vocabulary}
    if is_web(uri) and name:
        return {"@type": "DefinedTerm", "@id": uri, "url": uri, "name": name}
    return None


def _audience(uris: Iterable[str]) -> list[Said]:
    found: dict[str, Said] = {}
    for uri in uris:
        role = AUDIENCES.get(uri) or scolomfr().label(uri)
        if role:
            address = {"@id": LRMI_ROLE + role} if uri in AUDIENCES else {"@id": uri}
            found[role] = {"@type": "EducationalAudience", **address, "educationalRole": role}
    return [*found.values()]


def _rights(record: Record) -> Said:
    licence = licences.licence_of(record)
    cost = record.rights.cost.uri if record.rights.cost else ""
    access = record.balise.access
    free = FREE.get(cost)
    if free is None and cost != PARTLY_FREE and access in ("libre", "compte-gratuit", "abonnement"):
        free = access != "abonnement"
    conditions = ("Partiellement gratuit" if cost == PARTLY_FREE else "", ACCESS.get(access, ""))
    return {
        "license": licence.url if licence else "",
        "copyrightNotice": next(filter(None, map(french, record.rights.descriptions)), ""),
        "isAccessibleForFree": free,
        "conditionsOfAccess": ". ".join(filter(None, conditions)),
    }


def _relations(relations: Iterable[Relation]) -> Said:
    said: Said = {}
    for relation in relations:
        kind = relation.kind.uri if relation.kind else ""
        addresses = [one.entry for one in relation.identifiers if is_web(one.entry)]
        if kind == THUMBNAIL and addresses:
            said.setdefault("thumbnailUrl", addresses[0])
        elif kind in RELATIONS and (work := _work(relation, addresses)):
            said.setdefault(RELATIONS[kind], []).append(work)
    return said


def _work(relation: Relation, addresses: list[str]) -> Said | None:
    name = next(filter(None, map(french, relation.descriptions)), "")
    others = [
        _identifier(one) for one in relation.identifiers if one.entry and not is_web(one.entry)
    ]
    said = {"@id": addresses[0] if addresses else "", "name": name, "identifier": others}
    filled = {key: value for key, value in said.items() if value}
    return {"@type": "CreativeWork", **filled} if filled else None


def _classifications(record: Record) -> Said:
    contexts = [term for block in record.educational for term in block.contexts]
    return {
        "educationalLevel": _taxa(taxa_of(record, EDUCATIONAL_LEVEL)) or _terms(contexts),
        "about": _taxa(taxa_of(record, TEACHING_DOMAIN)),
        "teaches": _taxa(taxa_of(record, COMPETENCY, COMMON_CORE)),
        "competencyRequired": _taxa(taxa_of(record, PREREQUISITE)),
        "award": [term["name"] for term in _taxa(taxa_of(record, LABEL))],
    }


def _accessibility(record: Record) -> Said:
    said = record.balise
    conformance = words.word("rgaa", said.rgaa)
    summary = f"Conformité au RGAA\u00a0: {conformance.label}." if conformance else ""
    if is_web(said.accessibility_statement):
        summary += f" Déclaration d’accessibilité\u00a0: {said.accessibility_statement}"
    return {
        "accessibilityFeature": [t for t in said.accessibility_features if t not in CONTROLS],
        "accessibilityControl": [t for t in said.accessibility_features if t in CONTROLS],
        "accessibilitySummary": summary.strip(),
    }
