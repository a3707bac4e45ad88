"""Where each key of commun.yml stands in a Record: what to read there, and how to put it.

`get_…` gives every value that the record holds, `put_…` the record with these values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from .. import licences, words
from ..record import (
    Balise,
    Classification,
    Contribution,
    Educational,
    Entity,
    Identifier,
    Record,
    Relation,
    Taxon,
    TaxonPath,
    Term,
    Text,
)
from ..taxa import DETAILED_AUDIENCE, EDUCATIONAL_LEVEL, TEACHING_DOMAIN, french, taxa_of
from ..vocabulary import CONCEPT, scolomfr
from .values import licence_name

AUTHOR = CONCEPT + "author"
PUBLISHER = CONCEPT + "publisher"
DISABILITY = CONCEPT + "scolomfr-voc-028-num-017"
#: For the classes that voc-040 names: SEGPA, ULIS.
FRAMEWORK = CONCEPT + "scolomfr-voc-028-num-032"


def get_title(record: Record) -> Iterable[str]:
    return filter(None, [french(record.general.title)])


def put_title(record: Record, said: tuple[str, ...]) -> Record:
    return _general(record, title=(Text(said[0], "fr"),))


def get_description(record: Record) -> Iterable[str]:
    paragraphs = [*filter(None, map(french, record.general.descriptions))]
    return ["\n\n".join(paragraphs)] if paragraphs else []


def put_description(record: Record, said: tuple[str, ...]) -> Record:
    return _general(record, descriptions=((Text(said[0], "fr"),),))


def get_keywords(record: Record) -> Iterable[str]:
    return filter(None, map(french, record.general.keywords))


def put_keywords(record: Record, said: tuple[str, ...]) -> Record:
    return _general(record, keywords=tuple((Text(word, "fr"),) for word in said))


def get_identifiers(record: Record) -> Iterable[Identifier]:
    return record.general.identifiers


def put_identifiers(record: Record, said: tuple[Identifier, ...]) -> Record:
    return _general(record, identifiers=said)


def get_languages(record: Record) -> Iterable[str]:
    return record.general.languages


def put_languages(record: Record, said: tuple[str, ...]) -> Record:
    return _general(record, languages=said)


def get_granularity(record: Record) -> Iterable[Term]:
    return filter(None, [record.general.aggregation_level])


def put_granularity(record: Record, said: tuple[Term, ...]) -> Record:
    return _general(record, aggregation_level=said[0])


def _general(record: Record, **said: Any) -> Record:
    return replace(record, general=replace(record.general, **said))


def get_location(record: Record) -> Iterable[str]:
    return record.technical.locations


def put_location(record: Record, said: tuple[str, ...]) -> Record:
    return replace(record, technical=replace(record.technical, locations=said))


def get_types(record: Record) -> Iterable[Term]:
    yield from _educational_terms(record, "learning_resource_types")
    # Of the documentary vocabularies, only what teachers call a type: « vidéo », « carte ».
    for term in (*record.general.document_types, *record.general.general_resource_types):
        if term.uri:
            yield term


def put_types(record: Record, said: tuple[Term, ...]) -> Record:
    by = _by_vocabulary(said)
    documents, contents = by.get("004", ()), by.get("005", ())
    record = _general(record, document_types=documents, general_resource_types=contents)
    rest = tuple(term for term in said if term not in documents + contents)
    return _educational(record, learning_resource_types=rest) if rest else record


def get_usages(record: Record) -> Iterable[Term]:
    yield from _educational_terms(record, "places")
    yield from _educational_terms(record, "educational_methods")


def put_usages(record: Record, said: tuple[Term, ...]) -> Record:
    places = _by_vocabulary(said).get("017", ())
    methods = tuple(term for term in said if term not in places)
    return _educational(record, places=places, educational_methods=methods)


def get_publics(record: Record) -> Iterable[Term]:
    yield from _educational_terms(record, "intended_end_user_roles")
    yield from _taxon_terms(record, DETAILED_AUDIENCE)


def put_publics(record: Record, said: tuple[Term, ...]) -> Record:
    detailed = _by_vocabulary(said).get("021", ())
    roles = tuple(term for term in said if term not in detailed)
    if roles:
        record = _educational(record, intended_end_user_roles=roles)
    return _classified(record, DETAILED_AUDIENCE, detailed)


def _by_vocabulary(terms: Iterable[Term]) -> dict[str, tuple[Term, ...]]:
    found: dict[str, tuple[Term, ...]] = {}
    for term in terms:
        concept = scolomfr().concept(term.uri)
        vocabulary = concept.vocabulary if concept else ""
        found[vocabulary] = (*found.get(vocabulary, ()), term)
    return found


def _educational_terms(record: Record, name: str) -> Iterable[Term]:
    return (term for block in record.educational for term in getattr(block, name))


def _educational(record: Record, **said: Any) -> Record:
    first, *others = record.educational or (Educational(),)
    return replace(record, educational=(replace(first, **said), *others))


def get_time(record: Record) -> Iterable[Any]:
    times = (block.typical_learning_time for block in record.educational)
    return (time for time in times if time.iso or french(time.description))


def put_time(record: Record, said: tuple[Any, ...]) -> Record:
    return _educational(record, typical_learning_time=said[0])


def get_cost(record: Record) -> Iterable[Term]:
    return filter(None, [record.rights.cost])


def put_cost(record: Record, said: tuple[Term, ...]) -> Record:
    return replace(record, rights=replace(record.rights, cost=said[0]))


def get_licence(record: Record) -> Iterable[Term]:
    licence = licences.licence_of(record)
    if licence:
        return [Term(licence.url, licence_name(licence))]
    return [
        Term("", text)
        for relation in record.relations
        if relation.kind and relation.kind.uri == licences.HAS_LICENCE
        for text in (
            *map(french, relation.descriptions),
            *(one.entry for one in relation.identifiers),
        )
        if text
    ]


def put_licence(record: Record, said: tuple[Term, ...]) -> Record:
    url, text, _ = said[0]
    relation = Relation(
        kind=Term(licences.HAS_LICENCE, "a pour licence"),
        identifiers=(Identifier("URI", url),) if url else (),
        descriptions=((Text(text, "fr"),),),
    )
    return replace(record, relations=(*record.relations, relation))


def get_entities(role: str) -> Callable[[Record], Iterable[Entity]]:
    return lambda record: (
        entity
        for contribution in record.life_cycle.contributions
        if contribution.role and contribution.role.uri == role
        for entity in contribution.entities
    )


def put_entities(role: str) -> Callable[[Record, tuple[Entity, ...]], Record]:
    def put(record: Record, said: tuple[Entity, ...]) -> Record:
        term = Term(role, scolomfr().label(role))
        contribution = Contribution(role=term, entities=said)
        cycle = record.life_cycle
        contributions = (*cycle.contributions, contribution)
        return replace(record, life_cycle=replace(cycle, contributions=contributions))

    return put


def get_taxa(*purposes: str) -> Callable[[Record], Iterable[Term]]:
    return lambda record: _taxon_terms(record, *purposes)


def _taxon_terms(record: Record, *purposes: str) -> Iterable[Term]:
    return (Term(taxon.id, french(taxon.entry)) for taxon in taxa_of(record, *purposes))


def put_subjects(record: Record, said: tuple[Term, ...]) -> Record:
    return _classified(record, TEACHING_DOMAIN, said)


def put_levels(record: Record, said: tuple[Term, ...]) -> Record:
    frameworks = _by_vocabulary(said).get("040", ())
    levels = tuple(term for term in said if term not in frameworks)
    record = _classified(record, EDUCATIONAL_LEVEL, levels)
    return _classified(record, FRAMEWORK, frameworks)


def _classified(record: Record, purpose: str, terms: tuple[Term, ...]) -> Record:
    if not terms:
        return record
    classification = Classification(
        purpose=Term(purpose, scolomfr().label(purpose)), taxon_paths=tuple(map(_path, terms))
    )
    return replace(record, classifications=(*record.classifications, classification))


def _path(term: Term) -> TaxonPath:
    concept = scolomfr().concept(term.uri)
    source = (Text(f"scolomfr-voc-{concept.vocabulary}"),) if concept else ()
    entry = (Text(concept.label if concept else term.text, "fr"),)
    return TaxonPath(source=source, taxa=(Taxon(term.uri, entry),))


def get_needs(record: Record) -> Iterable[str]:
    yield from record.balise.needs
    for taxon in taxa_of(record, DISABILITY):
        keys = words.keys_of("need", taxon.id)
        if len(keys) == 1:
            yield keys[0]


def own(name: str) -> dict[str, Any]:
    """Where a value of Balise's own stands."""

    def get(record: Record) -> Iterable[Any]:
        value = getattr(record.balise, name)
        return value if isinstance(value, tuple) else () if value in (None, "") else (value,)

    def put(record: Record, said: tuple[Any, ...]) -> Record:
        several = isinstance(getattr(Balise(), name), tuple)
        change: dict[str, Any] = {name: said if several else said[0]}
        return replace(record, balise=replace(record.balise, **change))

    return {"get": get, "put": put}
