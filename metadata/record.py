"""A record (French: notice): what the catalogue knows of one learning resource.

The classes follow the categories of LOM (IEEE 1484.12.1) as profiled by LOMFR (NF Z76-041) and
ScoLOMFR; the number beside a field is its number in the standard. Nothing here reads a file or the
network, and nothing here changes once made. An empty value means "not said", never "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .finding import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class RawRecord:
    """A record as its source published it: bytes, not parsed yet. The one truth."""

    identifier: str  # the source's own name for it, unique in the source
    format: str  # a key of metadata.READERS
    payload: bytes = b""
    part: str = ""  # which resource of a file that holds several ("2"); "" for the only one
    deleted: bool = False  # the source says that it is gone
    line: int | None = None  # where it begins in its file, to say where its faults are
    fault: str = ""  # why the source cannot give its bytes, in French: reading it raises ParseError


class Text(NamedTuple):
    """A text and its language as a BCP 47 tag, "" when none is given."""

    value: str
    language: str = ""


#: One text in several languages, in the order of the notice (LOM LangString).
LangString = tuple[Text, ...]


class Term(NamedTuple):
    """A value of a vocabulary: the concept's URI, the text as received, the source it named.

    `uri` is "" when no vocabulary knows the value: it is kept, and never shown as if it were known.
    """

    uri: str = ""
    text: str = ""
    source: str = ""


class Identifier(NamedTuple):
    catalog: str = ""
    entry: str = ""


class Duration(NamedTuple):
    """An ISO 8601 duration ("PT1H30M", "" when unknown) and the words beside it."""

    iso: str = ""
    description: LangString = ()


class When(NamedTuple):
    """A LOM DateTime, as precise as received ("2012", "2012-10-16", "2012-10-16T10:00:00+02:00")."""

    value: str = ""
    description: LangString = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """Who: what may leave a vCard. E-mail, telephone and address never do."""

    name: str = ""
    organisation: str = ""
    siren: str = ""  # nine digits
    isni: str = ""  # sixteen characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """Who did what, and when (2.3, 3.2)."""

    role: Term | None = None  # voc-003, voc-013 in category 3
    entities: tuple[Entity, ...] = ()
    date: When = When()


@dataclass(frozen=True, kw_only=True, slots=True)
class General:
    """LOM category 1: what the resource is."""

    identifiers: tuple[Identifier, ...] = ()  # 1.1
    title: LangString = ()  # 1.2
    languages: tuple[str, ...] = ()  # 1.3, BCP 47
    descriptions: tuple[LangString, ...] = ()  # 1.4
    keywords: tuple[LangString, ...] = ()  # 1.5
    coverages: tuple[LangString, ...] = ()  # 1.6
    structure: Term | None = None  # 1.7, voc-007
    aggregation_level: Term | None = None  # 1.8, voc-008
    document_types: tuple[Term, ...] = ()  # 1.9 (LOMFR), voc-004
    general_resource_types: tuple[Term, ...] = ()  # 1.10 (ScoLOMFR), voc-005


@dataclass(frozen=True, kw_only=True, slots=True)
class LifeCycle:
    """LOM category 2: its history and who took part."""

    version: LangString = ()  # 2.1
    status: Term | None = None  # 2.2, voc-002
    contributions: tuple[Contribution, ...] = ()  # 2.3


@dataclass(frozen=True, kw_only=True, slots=True)
class MetaMetadata:
    """LOM category 3: the notice itself."""

    identifiers: tuple[Identifier, ...] = ()  # 3.1
    contributions: tuple[Contribution, ...] = ()  # 3.2
    schemas: tuple[str, ...] = ()  # 3.3
    language: str = ""  # 3.4, BCP 47


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendedLocation:
    """ScoLOMFR 4.3.1: another door, such as the GAR's, with what it asks of personal data."""

    location: str = ""
    platform: str = ""
    personal_data: Term | None = None  # voc-044
    descriptions: tuple[LangString, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OrComposite:
    """LOM 4.4.1: one way to meet a requirement."""

    type: Term | None = None  # 4.4.1.1, voc-023
    name: Term | None = None  # 4.4.1.2, voc-024
    minimum_version: str = ""  # 4.4.1.3
    maximum_version: str = ""  # 4.4.1.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Technical:
    """LOM category 4: what it takes to use it."""

    formats: tuple[str, ...] = ()  # 4.1, MIME types, or the text as received
    size: int | None = None  # 4.2, bytes
    locations: tuple[str, ...] = ()  # 4.3
    extended_locations: tuple[ExtendedLocation, ...] = ()  # 4.3.1
    requirements: tuple[
        tuple[OrComposite, ...], ...
    ] = ()  # 4.4: all of them, each by any of its ways
    installation_remarks: LangString = ()  # 4.5
    other_platform_requirements: LangString = ()  # 4.6
    duration: Duration = Duration()  # 4.7, playing time


@dataclass(frozen=True, kw_only=True, slots=True)
class Educational:
    """LOM category 5: how it teaches. A notice may hold several."""

    interactivity_type: Term | None = None  # 5.1
    learning_resource_types: tuple[Term, ...] = ()  # 5.2, voc-010
    interactivity_level: Term | None = None  # 5.3
    semantic_density: Term | None = None  # 5.4
    intended_end_user_roles: tuple[Term, ...] = ()  # 5.5, voc-011
    contexts: tuple[Term, ...] = ()  # 5.6, voc-012
    typical_age_ranges: tuple[LangString, ...] = ()  # 5.7
    difficulty: Term | None = None  # 5.8, voc-025
    typical_learning_time: Duration = Duration()  # 5.9
    descriptions: tuple[LangString, ...] = ()  # 5.10
    languages: tuple[str, ...] = ()  # 5.11, BCP 47
    activities: tuple[Term, ...] = ()  # 5.12 (LOMFR), voc-019
    credits: tuple[LangString, ...] = ()  # 5.13 (LOMFR)
    places: tuple[Term, ...] = ()  # 5.14 (ScoLOMFR), voc-017
    educational_methods: tuple[Term, ...] = ()  # 5.15 (ScoLOMFR), voc-018
    tools: tuple[Term, ...] = ()  # 5.16 (ScoLOMFR), voc-020


@dataclass(frozen=True, kw_only=True, slots=True)
class Rights:
    """LOM category 6. The licence itself is said in 6.3 or by a relation: see licences.licence_of."""

    cost: Term | None = None  # 6.1, voc-026
    restrictions: Term | None = None  # 6.2, voc-027
    descriptions: tuple[LangString, ...] = ()  # 6.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """LOM category 7: a link to another resource."""

    kind: Term | None = None  # 7.1, voc-009
    identifiers: tuple[Identifier, ...] = ()  # 7.2.1
    descriptions: tuple[LangString, ...] = ()  # 7.2.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Annotation:
    """LOM category 8: what somebody says of its use."""

    entity: Entity = Entity()  # 8.1
    date: When = When()  # 8.2
    description: LangString = ()  # 8.3


class Taxon(NamedTuple):
    """A node of a taxon path (9.2.2): `id` is the concept's URI, or the id as received."""

    id: str = ""
    entry: LangString = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxonPath:
    """LOM 9.2: the taxa of one path, root first, as received (several leaves may stand side by side)."""

    source: LangString = ()
    taxa: tuple[Taxon, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """LOM category 9: where it stands in a vocabulary, for the purpose named (voc-028)."""

    purpose: Term | None = None  # 9.1
    taxon_paths: tuple[TaxonPath, ...] = ()  # 9.2
    description: LangString = ()  # 9.3
    keywords: tuple[LangString, ...] = ()  # 9.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Balise:
    """What the ministry's strategy asks and no standard carries. Concepts: vocabularies/balise.json.

    Values that are words are the last part of one of Balise's own concept URIs (`rgaa`:
    "totale", "partielle", "non-conforme", "non-evaluee"; `access`: "libre", "compte-gratuit",
    "abonnement", "gar"; `personal_data`: "aucune", "faible", "moyenne", "forte"; `needs`: keys of
    the table of needs).
    """

    concentration: str = ""  # ISO 8601: the longest stretch of attention it asks
    adaptable: bool | None = None
    exercises: bool | None = None
    results_tracking: bool | None = None  # does the teacher see the pupils' results
    rgaa: str = ""
    accessibility_statement: str = ""  # the declaration's address
    accessibility_features: tuple[str, ...] = ()  # schema.org accessibilityFeature terms
    needs: tuple[str, ...] = ()
    personal_data: str = ""
    ai: bool | None = None
    offline: bool | None = None
    pupil_account: bool | None = None  # does a pupil need an account
    access: str = ""
    seeks_co_maintainer: bool | None = None
    badge: bool | None = None  # the bot may add the catalogue's badge to the project
    bot: bool | None = None  # False: the bot never writes to this project again


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One learning resource."""

    general: General = General()
    life_cycle: LifeCycle = LifeCycle()
    meta: MetaMetadata = MetaMetadata()
    technical: Technical = Technical()
    educational: tuple[Educational, ...] = ()
    rights: Rights = Rights()
    relations: tuple[Relation, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    classifications: tuple[Classification, ...] = ()
    balise: Balise = Balise()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What came of reading one RawRecord: the record, and every fault met on the way.

    `lines` gives the line (from 1) of the first occurrence of an element by its number
    ("1.2", "4.3.1", "9"), so that the rules of checks.py can point at it.
    """

    record: Record
    findings: tuple[Finding, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
