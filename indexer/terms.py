"""Where a record holds values of a vocabulary: those nobody knows, and what people said they mean.

Whoever maps a value says « where vocabulary 010 is expected, "fiche prof" means this concept »; it
holds for every entry, past and to come, without touching a byte of what was harvested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from operator import is_not
from typing import Any, NamedTuple

from metadata.record import Classification, Record, Taxon, TaxonPath, Term
from metadata.vocabulary import SUBJECTS, key_of, scolomfr

#: The standard's number of each element that takes a term, and the vocabulary expected there.
PLACES = {
    "general.structure": ("1.7", "007"),
    "general.aggregation_level": ("1.8", "008"),
    "general.document_types": ("1.9", "004"),
    "general.general_resource_types": ("1.10", "005"),
    "life_cycle.status": ("2.2", "002"),
    "life_cycle.contributions.role": ("2.3.1", "003"),
    "meta.contributions.role": ("3.2.1", "013"),
    "technical.extended_locations.personal_data": ("4.3.1", "044"),
    "technical.requirements.type": ("4.4.1.1", "023"),
    "technical.requirements.name": ("4.4.1.2", "024"),
    "educational.learning_resource_types": ("5.2", "010"),
    "educational.intended_end_user_roles": ("5.5", "011"),
    "educational.contexts": ("5.6", "012"),
    "educational.difficulty": ("5.8", "025"),
    "educational.activities": ("5.12", "019"),
    "educational.places": ("5.14", "017"),
    "educational.educational_methods": ("5.15", "018"),
    "educational.tools": ("5.16", "020"),
    "rights.cost": ("6.1", "026"),
    "rights.restrictions": ("6.2", "027"),
    "relations.kind": ("7.1", "009"),
    "classifications.purpose": ("9.1", "028"),
}
TAXON = "9.2.2"

#: A value longer than this is a text that strayed, and is cut when it is listed.
LONGEST = 200


class UnknownValue(NamedTuple):
    """A value no vocabulary knows; `name` is what its spellings share."""

    element: str
    vocabulary: str
    value: str
    name: str


#: What people decided: (vocabulary, name) -> URI of the concept.
Mappings = Mapping[tuple[str, str], str]


def unknown_values(record: Record) -> tuple[UnknownValue, ...]:
    """The values of a record that no vocabulary knows, each once, in the order of the record."""
    found: dict[UnknownValue, None] = {}

    def note(element: str, vocabulary: str, text: str) -> str:
        if name := name_of(text):
            found[UnknownValue(element, vocabulary, text.strip()[:LONGEST], name)] = None
        return ""

    _walk(record, "", note)
    return tuple(found)


def mapped(record: Record, mappings: Mappings) -> Record:
    """The record with what people decided put in the place of unknown values."""
    if not mappings:
        return record

    def decided(element: str, vocabulary: str, text: str) -> str:
        return mappings.get((vocabulary, name_of(text)), "")

    result: Record = _walk(record, "", decided)
    return result


def decided_in(record: Record, mappings: Mappings) -> dict[str, str]:
    """The words of a mapped record that mean something because people said so: the URI of each."""
    found = {}
    for vocabulary, text, uri in _said(record) if mappings else ():
        if uri and mappings.get((vocabulary, name_of(text))) == uri:
            found[text.strip()] = uri
    return found


def _said(record: Record) -> Iterator[tuple[str, str, str]]:
    """Each value of a record: the vocabulary expected there, its text, its URI."""
    for place, (_, vocabulary) in PLACES.items():
        for term in _terms_at(record, place):
            yield vocabulary, term.text, term.uri
    for classification in record.classifications:
        purpose = classification.purpose.uri if classification.purpose else ""
        for path in classification.taxon_paths:
            for taxon in path.taxa:
                yield _scheme_of(path) or _expected_for(purpose), _text_of(taxon), taxon.id


def _terms_at(value: Any, place: str) -> Iterator[Term]:
    if isinstance(value, Term):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _terms_at(item, place)
    elif value is not None:
        name, _, rest = place.partition(".")
        yield from _terms_at(getattr(value, name), rest)


def name_of(text: str) -> str:
    """What two spellings of an unknown value share."""
    return key_of(text.strip()[:LONGEST])


#: Given element, vocabulary and text of an unknown value: the URI it means, or "".
Meaning = Callable[[str, str, str], str]


def _walk(value: Any, place: str, meaning: Meaning) -> Any:
    """The same value with its unknown terms replaced where they have a meaning."""
    if not value:
        return value
    if isinstance(value, Term):
        uri = "" if value.uri else meaning(*PLACES[place], value.text)
        return value._replace(uri=uri) if uri else value
    if isinstance(value, tuple):
        items = tuple(_walk(item, place, meaning) for item in value)
        return items if any(map(is_not, items, value)) else value
    changed = {}
    for name, inside in _on_the_way(place):
        before = getattr(value, name)
        after = _walk(before, inside, meaning)
        if after is not before:
            changed[name] = after
    if changed:
        value = replace(value, **changed)
    return _classified(value, meaning) if isinstance(value, Classification) else value


@lru_cache(maxsize=64)
def _on_the_way(place: str) -> tuple[tuple[str, str], ...]:
    """The fields of what stands at a place that lead to a term, and the place of each."""
    prefix = f"{place}." if place else ""
    inside = [path[len(prefix) :] for path in PLACES if path.startswith(prefix)]
    names = dict.fromkeys(path.partition(".")[0] for path in inside)
    return tuple((name, prefix + name) for name in names)


def _classified(classification: Classification, meaning: Meaning) -> Classification:
    purpose = classification.purpose.uri if classification.purpose else ""
    paths = tuple(_taxa(path, purpose, meaning) for path in classification.taxon_paths)
    if paths == classification.taxon_paths:
        return classification
    return replace(classification, taxon_paths=paths)


def _taxa(path: TaxonPath, purpose: str, meaning: Meaning) -> TaxonPath:
    """A path of ScoLOMFR may hold any unknown taxon; one of a foreign scheme counts by its leaf."""
    named = _scheme_of(path)
    vocabulary = named or _expected_for(purpose)
    unknown = [index for index, taxon in enumerate(path.taxa) if not _is_concept(taxon.id)]
    if not unknown or not _is_shipped(vocabulary):
        return path
    if not named:
        unknown = [len(path.taxa) - 1] if len(unknown) == len(path.taxa) else []
    taxa = list(path.taxa)
    for index in unknown:
        if uri := meaning(TAXON, vocabulary, _text_of(taxa[index])):
            taxa[index] = taxa[index]._replace(id=uri)
    return replace(path, taxa=tuple(taxa))


SCHEME = re.compile(r"voc-(\d{3})")


def _scheme_of(path: TaxonPath) -> str:
    """The vocabulary that the source of a path names, "" for a foreign one."""
    for text in path.source:
        if match := SCHEME.search(text.value):
            return match[1]
    return ""


DISCIPLINE = "http://data.education.fr/voc/scolomfr/concept/discipline"


def _expected_for(purpose: str) -> str:
    # « discipline » is for the corps of teachers (014); notices use it for what is taught.
    return SUBJECTS if purpose == DISCIPLINE else scolomfr().vocabulary_of(purpose)


@lru_cache(maxsize=64)
def _is_shipped(vocabulary: str) -> bool:
    return bool(vocabulary) and bool(scolomfr().members(vocabulary))


@lru_cache(maxsize=65536)
def _is_concept(uri: str) -> bool:
    return scolomfr().concept(uri) is not None


def _text_of(taxon: Taxon) -> str:
    return taxon.entry[0].value if taxon.entry else taxon.id
