"""What each element of Dublin Core says of a record, and what of a record says it.

Reading what was written gives what is written again: texts are brought to the form that reading
leaves alone, and put in the order in which reading files them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from . import words
from .keywords import classified, concepts_of
from .licences import HAS_LICENCE
from .normalise import clean, entity, language, plain, size, when
from .record import (
    Contribution,
    Educational,
    Entity,
    Identifier,
    Record,
    Relation,
    Taxon,
    Term,
    Text,
    When,
)
from .taxa import COMMON_CORE, COMPETENCY, EDUCATIONAL_LEVEL, TEACHING_DOMAIN, french, taxa_of
from .vocabulary import CONCEPT, LEVELS, SUBJECTS, Concept, canonical_uri, scolomfr

AUTHOR, PUBLISHER = CONCEPT + "author", CONCEPT + "publisher"
CONTRIBUTOR = CONCEPT + "scolomfr-voc-003-num-005"

#: Thumbnail, logo and preview: pictures of the resource, not other resources.
PICTURES = {CONCEPT + f"scolomfr-voc-009-num-{number}" for number in ("021", "022", "023")}
DCTERMS = "http://purl.org/dc/terms/"
IS_BASED_ON = DCTERMS + "source"

DOCUMENT, CONTENT, LEARNING = TYPES = "004", "005", "010"
DCMI_TYPE = "http://purl.org/dc/dcmitype/"

WEB = re.compile(r"https?://\S+", re.IGNORECASE)
#: Identifiers that do not say by themselves what they are.
NUMBERED = re.compile(r"(?:urn:)?(isbn|issn|doi)[:\s]\s*(\S.*)", re.IGNORECASE)
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):\S")

Texts = tuple[Text, ...]


class Row(NamedTuple):
    """One element of Dublin Core: what it adds to a record, and what of a record it says.

    `tidy` is the form of its texts, `order` the rank in which reading files them.
    """

    add: Callable[[Record, Texts], Record]
    said: Callable[[Record], Iterable[Text]]
    tidy: Callable[[str], str] = clean
    order: Callable[[str], int] = lambda text: 0


# --- Category 1, general ----------------------------------------------------------------------


def _general(record: Record, **changes: Any) -> Record:
    return replace(record, general=replace(record.general, **changes))


def _add_title(record: Record, texts: Texts) -> Record:
    return _general(record, title=texts)


def _titles(record: Record) -> Texts:
    return record.general.title


def _add_subjects(record: Record, texts: Texts) -> Record:
    listed = [*_listed(texts)]
    keywords = tuple(dict.fromkeys((text,) for text, is_code in listed if not is_code))
    return replace(
        _general(record, keywords=keywords),
        classifications=(
            *record.classifications,
            *classified(tuple((text,) for text, _ in listed)),
        ),
    )


def _listed(texts: Iterable[Text]) -> Iterator[tuple[Text, bool]]:
    """The subjects of a list, one by one, and whether one is the code of a class or a discipline.

    The code of another concept is said by its label.
    """
    for text in texts:
        for part in filter(None, map(clean, text.value.split(";"))):
            concept = scolomfr().concept(canonical_uri(part))
            if concept is None:
                yield Text(part, text.language), False
            elif concept.vocabulary in (LEVELS, SUBJECTS):
                yield Text(part), True
            else:
                yield Text(concept.label, "fr"), False


def _subjects(record: Record) -> Iterator[Text]:
    said = (text for keyword in record.general.keywords for text in keyword)
    keywords = [
        Text(scolomfr().label(canonical_uri(text.value)), "fr") if is_code else text
        for text, is_code in _listed(said)
    ]
    yield from keywords
    # A keyword that is a class or a discipline is classified when it is read.
    known = {concept.uri for text in keywords for concept in concepts_of(clean(text.value))}
    for taxon in taxa_of(record, EDUCATIONAL_LEVEL, TEACHING_DOMAIN, COMPETENCY, COMMON_CORE):
        if taxon.id not in known:
            yield _name_of(taxon)


def _name_of(taxon: Taxon) -> Text:
    label = scolomfr().label(taxon.id)
    return Text(label, "fr") if label else Text(french(taxon.entry))


def _add_descriptions(record: Record, texts: Texts) -> Record:
    return _general(record, descriptions=tuple((text,) for text in texts))


def _descriptions(record: Record) -> Iterator[Text]:
    for description in record.general.descriptions:
        yield from description
    for educational in record.educational:
        for description in educational.descriptions:
            yield from description


def _add_languages(record: Record, texts: Texts) -> Record:
    return _general(record, languages=tuple(text.value for text in texts))


def _languages(record: Record) -> Iterator[Text]:
    return map(Text, record.general.languages)


def _add_coverages(record: Record, texts: Texts) -> Record:
    return _general(record, coverages=tuple((text,) for text in texts))


def _coverages(record: Record) -> Iterator[Text]:
    for coverage in record.general.coverages:
        yield from coverage


# --- Types: 1.9, 1.10 and 5.2 -----------------------------------------------------------------


def _type_meant(text: str) -> Concept | None:
    found = (scolomfr().find(text, vocabulary).concept for vocabulary in TYPES)
    if concept := next(filter(None, found), None):
        return concept
    # « still image » is StillImage.
    if concept := scolomfr().find(text.replace(" ", ""), DOCUMENT).concept:
        return concept
    word = words.find("type", text)
    concept = scolomfr().concept(word.uris[0]) if word and len(word.uris) == 1 else None
    return concept if concept and concept.vocabulary in TYPES else None


def _type_name(text: str) -> str:
    """A type by the name of DCMI where it has one, by its label otherwise."""
    concept = _type_meant(text)
    if concept is None:
        return clean(text)
    return concept.uri.removeprefix(DCMI_TYPE) if concept.vocabulary == DOCUMENT else concept.label


def _type_order(text: str) -> int:
    concept = _type_meant(text)
    return 0 if concept is None else TYPES.index(concept.vocabulary)


def _add_types(record: Record, texts: Texts) -> Record:
    terms: dict[int, list[Term]] = {0: [], 1: [], 2: []}
    for value in dict.fromkeys(text.value for text in texts):
        concept = _type_meant(value)
        terms[_type_order(value)].append(Term(concept.uri if concept else "", value))
    learning = tuple(terms[2])
    return replace(
        _general(record, document_types=tuple(terms[0]), general_resource_types=tuple(terms[1])),
        educational=(Educational(learning_resource_types=learning),) if learning else (),
    )


def _types(record: Record) -> Iterator[Text]:
    terms = [*record.general.document_types, *record.general.general_resource_types]
    for educational in record.educational:
        terms += educational.learning_resource_types
    for term in terms:
        yield Text(scolomfr().label(term.uri) or term.text)


# --- Who and when: 2.3 ------------------------------------------------------------------------


def _person(text: str) -> str:
    who = entity(text)
    return (who.name or who.organisation) if who else ""


def _add_credits(role: str, record: Record, texts: Texts) -> Record:
    is_body = role == PUBLISHER
    entities = tuple(
        Entity(organisation=text.value) if is_body else Entity(name=text.value) for text in texts
    )
    contribution = Contribution(role=Term(role, scolomfr().label(role)), entities=entities)
    return _contributed(record, (*record.life_cycle.contributions, contribution))


def _credits(role: str, record: Record) -> Iterator[Text]:
    for contribution in record.life_cycle.contributions:
        uri = contribution.role.uri if contribution.role else ""
        if role == (uri if uri in (AUTHOR, PUBLISHER) else CONTRIBUTOR):
            for who in contribution.entities:
                named = (who.name, who.organisation)
                yield Text((named[1] or named[0]) if role == PUBLISHER else (named[0] or named[1]))


def _add_dates(record: Record, texts: Texts) -> Record:
    """The first date is that of the first contribution; nothing says whose the others are."""
    dates = [_when(text) for text in texts]
    contributions = list(record.life_cycle.contributions)
    if contributions:
        contributions[0] = replace(contributions[0], date=dates.pop(0))
    contributions += [Contribution(date=date) for date in dates]
    return _contributed(record, tuple(contributions))


def _when(text: Text) -> When:
    value = when(text.value)
    return When(value) if value else When(description=((text,)))


def _dates(record: Record) -> Iterator[Text]:
    for contribution in record.life_cycle.contributions:
        date = contribution.date
        yield Text(date.value) if date.value else Text(french(date.description))


def _contributed(record: Record, contributions: tuple[Contribution, ...]) -> Record:
    return replace(record, life_cycle=replace(record.life_cycle, contributions=contributions))


# --- Formats, addresses, identifiers: 4.1 to 4.3, 1.1 -----------------------------------------


def _technical(record: Record, **changes: Any) -> Record:
    return replace(record, technical=replace(record.technical, **changes))


def _add_formats(record: Record, texts: Texts) -> Record:
    formats = [text.value for text in texts]
    weight = next((text for text in formats if text.isdecimal()), None)
    if weight is None:
        return _technical(record, formats=tuple(formats))
    formats.remove(weight)
    return _technical(record, formats=tuple(formats), size=int(weight))


def _format_form(text: str) -> str:
    weight = size(text)
    return clean(text) if weight is None else str(weight)


def _formats(record: Record) -> Iterator[Text]:
    if record.technical.size is not None:
        yield Text(str(record.technical.size))
    yield from map(Text, record.technical.formats)


def _add_identifiers(record: Record, texts: Texts) -> Record:
    values = [text.value for text in texts]
    identifiers = tuple(_identifier(text) for text in values if not WEB.fullmatch(text))
    locations = tuple(text for text in values if WEB.fullmatch(text))
    return _technical(_general(record, identifiers=identifiers), locations=locations)


def _identifier(text: str) -> Identifier:
    if match := NUMBERED.fullmatch(text):
        return Identifier(match[1].upper(), match[2])
    if match := SCHEME.match(text):
        return Identifier(match[1].lower(), text)
    return Identifier("ISBN" if _is_isbn(text) else "", text)


def _is_isbn(text: str) -> bool:
    digits = re.sub("[ -]", "", text).upper()
    if re.fullmatch(r"\d{9}[\dX]", digits, re.ASCII):
        return sum((10 - rank) * "0123456789X".index(d) for rank, d in enumerate(digits)) % 11 == 0
    if re.fullmatch(r"97[89]\d{10}", digits, re.ASCII):
        return sum((1, 3)[rank % 2] * int(d) for rank, d in enumerate(digits)) % 10 == 0
    return False


def _identifiers(record: Record) -> Iterator[Text]:
    yield from map(Text, record.technical.locations)
    for identifier in record.general.identifiers:
        yield Text(_written(identifier))


def _written(identifier: Identifier) -> str:
    catalog, entry = clean(identifier.catalog).upper(), clean(identifier.entry)
    if catalog in ("ISBN", "ISSN", "DOI") and entry and not WEB.fullmatch(entry):
        return entry if NUMBERED.fullmatch(entry) else f"{catalog}:{entry}"
    return entry


def _identifier_form(text: str) -> str:
    text = clean(text)
    return text if WEB.fullmatch(text) else _written(_identifier(text))


# --- Rights and relations: 6 and 7 ------------------------------------------------------------


def _add_rights(record: Record, texts: Texts) -> Record:
    descriptions = tuple((text,) for text in texts)
    return replace(record, rights=replace(record.rights, descriptions=descriptions))


def _rights(record: Record) -> Iterator[Text]:
    for description in record.rights.descriptions:
        yield from description
    if cost := record.rights.cost:
        yield Text(scolomfr().label(cost.uri) or cost.text)
    yield from _related(record, lambda kind: kind == HAS_LICENCE)


def add_relations(kind: str, record: Record, texts: Texts) -> Record:
    """Relations of a kind (voc-009 URI, "" when it is not said)."""
    term = Term(kind, scolomfr().label(kind)) if kind else None
    related = tuple(
        Relation(kind=term, identifiers=(Identifier("URI", text.value),))
        if SCHEME.match(text.value)
        else Relation(kind=term, descriptions=((text,),))
        for text in texts
    )
    return replace(record, relations=(*record.relations, *related))


def _related(record: Record, is_wanted: Callable[[str], bool]) -> Iterator[Text]:
    for relation in record.relations:
        if is_wanted(relation.kind.uri if relation.kind else ""):
            entries = [each.entry for each in relation.identifiers if each.entry]
            texts = [text for description in relation.descriptions for text in description]
            yield from map(Text, entries[:1]) if entries else iter(texts[:1])


def _is_other(kind: str) -> bool:
    return kind not in {HAS_LICENCE, IS_BASED_ON, *PICTURES}


ROWS = {
    "title": Row(_add_title, _titles),
    "creator": Row(partial(_add_credits, AUTHOR), partial(_credits, AUTHOR), _person),
    "subject": Row(_add_subjects, _subjects),
    "description": Row(_add_descriptions, _descriptions, plain),
    "publisher": Row(partial(_add_credits, PUBLISHER), partial(_credits, PUBLISHER), _person),
    "contributor": Row(partial(_add_credits, CONTRIBUTOR), partial(_credits, CONTRIBUTOR), _person),
    "date": Row(_add_dates, _dates, lambda text: when(text) or clean(text)),
    "type": Row(_add_types, _types, _type_name, _type_order),
    "format": Row(_add_formats, _formats, _format_form, lambda text: not text.isdecimal()),
    "identifier": Row(
        _add_identifiers,
        _identifiers,
        _identifier_form,
        lambda text: not WEB.fullmatch(text),
    ),
    "source": Row(
        partial(add_relations, IS_BASED_ON),
        lambda record: _related(record, lambda kind: kind == IS_BASED_ON),
    ),
    "language": Row(_add_languages, _languages, language),
    "relation": Row(partial(add_relations, ""), lambda record: _related(record, _is_other)),
    "coverage": Row(_add_coverages, _coverages),
    "rights": Row(_add_rights, _rights, plain),
}
