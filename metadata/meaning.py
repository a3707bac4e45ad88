"""What a decision is about: the fields of a record that mean something to whoever qualified it.

A harvest that changes them makes a decision fall; one that changes the rest (the notice's own
category 3, dates, keywords, thumbnails, the order of values) does not. The same values, labelled,
show a curator what changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from .record import Duration, ExtendedLocation, LangString, Record, Term
from .vocabulary import scolomfr

#: The values of each field that says something, by the field's key, in order.
Meaning: TypeAlias = Mapping[str, tuple[str, ...]]


class Field(NamedTuple):
    """A meaningful field: its French label, and its values in a record."""

    label: str
    values: Callable[[Record], Iterable[str]]


class Difference(NamedTuple):
    """A field whose values are no longer those that were decided about."""

    key: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def meaning(record: Record) -> Meaning:
    """What the record says that a decision is about. Only fields that say something are there."""
    said = {key: _clean(field.values(record)) for key, field in FIELDS.items()}
    return {key: values for key, values in said.items() if values}


def fingerprint(meaning: Meaning) -> str:
    """The SHA-256 that a decision names."""
    text = json.dumps(meaning, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(before: Meaning, after: Meaning) -> tuple[Difference, ...]:
    """What changed, in the order of the fields, in words."""
    return tuple(
        Difference(key, field.label, _shown(before.get(key, ())), _shown(after.get(key, ())))
        for key, field in FIELDS.items()
        if before.get(key) != after.get(key)
    )


def lines(meaning: Meaning) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The label of each field that says something, with its values in words."""
    return tuple(
        (field.label, _shown(meaning[key])) for key, field in FIELDS.items() if key in meaning
    )


def _shown(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(WORDS.get(value) or scolomfr().label(value) or value for value in values)


WORDS = {"True": "oui", "False": "non"}


def _clean(values: Iterable[str]) -> tuple[str, ...]:
    """Each once, without the blanks that a layout leaves, in an order that none of them decides."""
    return tuple(sorted({" ".join(value.split()) for value in values} - {""}))


def _texts(*strings: LangString) -> Iterator[str]:
    return (text.value for string in strings for text in string)


def _terms(*terms: Term | None) -> Iterator[str]:
    return (term.uri or term.text for term in terms if term)


def _lasting(*durations: Duration) -> Iterator[str]:
    return (duration.iso for duration in durations)


def _taxa(record: Record) -> Iterator[str]:
    for classification in record.classifications:
        for path in classification.taxon_paths:
            yield from (taxon.id or next(_texts(taxon.entry), "") for taxon in path.taxa)


def _doors(record: Record) -> Iterator[str]:
    yield from record.technical.locations
    yield from map(_door, record.technical.extended_locations)


def _door(door: ExtendedLocation) -> str:
    said = (*_texts(*door.descriptions),)
    return " – ".join(filter(None, (door.location, door.platform, *said)))


def _makers(record: Record) -> Iterator[str]:
    for contribution in record.life_cycle.contributions:
        role = next(_terms(contribution.role), "")
        for who in contribution.entities:
            name = ", ".join(filter(None, (who.name, who.organisation, who.siren)))
            yield f"{name} ({scolomfr().label(role) or role})" if role else name


def _educational(name: str) -> Callable[[Record], Iterator[str]]:
    """The terms of one field of category 5."""
    return lambda record: _terms(
        *(term for each in record.educational for term in _all(each, name))
    )


def _all(block: object, name: str) -> tuple[Term, ...]:
    found = getattr(block, name)
    return found if isinstance(found, tuple) and not isinstance(found, Term) else (found,)


def _own(name: str) -> Callable[[Record], Iterator[str]]:
    """The values of one of Balise's own fields; what is not said has none."""

    def values(record: Record) -> Iterator[str]:
        found = getattr(record.balise, name)
        many = found if isinstance(found, tuple) else (found,)
        return (str(value) for value in many if value not in (None, ""))

    return values


#: Who answers for the notice, and how it is made, is not what was decided about.
FIELDS: dict[str, Field] = {
    "titre": Field("Titre", lambda r: _texts(r.general.title)),
    "description": Field("Description", lambda r: _texts(*r.general.descriptions)),
    "langues": Field("Langues", lambda r: r.general.languages),
    "structure": Field("Structure", lambda r: _terms(r.general.structure)),
    "granularite": Field("Granularité", lambda r: _terms(r.general.aggregation_level)),
    "documents": Field("Nature du document", lambda r: _terms(*r.general.document_types)),
    "ressources": Field("Type général", lambda r: _terms(*r.general.general_resource_types)),
    "version": Field("Version", lambda r: _texts(r.life_cycle.version)),
    "auteurs": Field("Auteurs, éditeur et autres rôles", _makers),
    "adresses": Field("Adresses", _doors),
    "donnees": Field(
        "Traitement de données personnelles",
        lambda r: _terms(*(door.personal_data for door in r.technical.extended_locations)),
    ),
    "installation": Field(
        "Installation et matériel",
        lambda r: _texts(r.technical.installation_remarks, r.technical.other_platform_requirements),
    ),
    "types": Field("Types pédagogiques", _educational("learning_resource_types")),
    "public": Field("Public", _educational("intended_end_user_roles")),
    "contextes": Field("Contextes", _educational("contexts")),
    "activites": Field("Activités", _educational("activities")),
    "lieux": Field("Lieux", _educational("places")),
    "modalites": Field("Modalités", _educational("educational_methods")),
    "difficulte": Field("Difficulté", _educational("difficulty")),
    "ages": Field(
        "Âges", lambda r: _texts(*(s for e in r.educational for s in e.typical_age_ranges))
    ),
    "duree": Field("Durée", lambda r: _lasting(*(e.typical_learning_time for e in r.educational))),
    "usage": Field(
        "Comment s’en servir", lambda r: _texts(*(s for e in r.educational for s in e.descriptions))
    ),
    "niveaux-et-disciplines": Field("Niveaux, disciplines et autres classements", _taxa),
    "cout": Field("Coût", lambda r: _terms(r.rights.cost)),
    "restrictions": Field("Droits réservés", lambda r: _terms(r.rights.restrictions)),
    "droits": Field("Droits", lambda r: _texts(*r.rights.descriptions)),
}

#: What the strategy asks, by the name of its field in Balise's own part of a record.
OWN = {
    "concentration": "Attention demandée",
    "adaptable": "Adaptable",
    "exercises": "Exercices",
    "results_tracking": "Suivi des résultats",
    "rgaa": "Conformité au RGAA",
    "accessibility_statement": "Déclaration d’accessibilité",
    "accessibility_features": "Accessibilité",
    "needs": "Besoins particuliers",
    "personal_data": "Données personnelles",
    "ai": "Usage de l’IA",
    "offline": "Hors ligne",
    "pupil_account": "Compte élève",
    "access": "Accès",
}
FIELDS |= {name: Field(label, _own(name)) for name, label in OWN.items()}
