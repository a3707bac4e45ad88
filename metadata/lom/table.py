"""LOM, LOMFR and ScoLOMFR in one table: element, number, field, kind of value, vocabulary.

The reader (lomfr.py) and the writer (lom/writer.py) both walk it, so that what one knows the other
does. Numbers and order are those of ScoLOMFR 3.2 (https://www.reseau-canope.fr/scolomfr/).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Any

from ..record import (
    Annotation,
    Classification,
    Contribution,
    Educational,
    ExtendedLocation,
    General,
    Identifier,
    LifeCycle,
    MetaMetadata,
    OrComposite,
    Record,
    Relation,
    Rights,
    Taxon,
    TaxonPath,
    Technical,
)

LOM = "http://ltsc.ieee.org/xsd/LOM"
LOMFR = "http://www.lom-fr.fr/xsd/LOMFR"
SCOLOMFR = "http://www.lom-fr.fr/xsd/SCOLOMFR"
NAMESPACES = {"lom": LOM, "lomfr": LOMFR, "scolomfr": SCOLOMFR}


class Kind(IntEnum):
    """How a value is said in XML."""

    GROUP = auto()  # elements of its own
    INLINE = auto()  # a group in XML, fields of the one above in the record (7.2)
    TEXT = auto()
    FORMAT = auto()  # a MIME type
    PLATFORM = auto()  # a URI (4.3.1.2)
    SIZE = auto()
    LANGUAGE = auto()
    LINE = auto()  # LangString on one line
    PROSE = auto()  # LangString of paragraphs
    TERM = auto()
    ENTITY = auto()  # vCard
    DATE = auto()
    DURATION = auto()
    TAXA = auto()  # taxa of a path, nested or in a row


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Slot:
    """One element: where it stands in the standard, in XML and in the record."""

    number: str
    tag: str  # its name; with "lomfr:" or "scolomfr:" when it is not LOM's own
    field: str = ""  # "": the value itself
    kind: Kind
    many: bool = False
    vocabulary: str = ""  # three digits
    tokens: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )  # words of LOM that no vocabulary has
    group: Group | None = None
    also: tuple[str, ...] = ()  # other names met, in lower case


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """An element made of elements, and the class that holds them."""

    make: Callable[..., Any]
    slots: tuple[Slot, ...]
    bare: str = ""  # the field that a text without any element goes to
    whole: bool = False  # the schema wants each element that stands once, empty or not
    named: Mapping[str, Slot] = dataclasses.field(init=False)  # by name in lower case
    tagged: Mapping[object, Slot] = dataclasses.field(init=False)  # as the schemas write it

    def __post_init__(self) -> None:
        named, tagged = {}, {}
        for slot in self.slots:
            prefix, _, name = slot.tag.rpartition(":")
            tagged[f"{{{NAMESPACES[prefix or 'lom']}}}{name}"] = slot
            for each in (name, *slot.also):
                named[each.lower()] = slot
        object.__setattr__(self, "named", named)
        object.__setattr__(self, "tagged", tagged)


def _slot(number: str, tag: str, name: str, kind: Kind, **more: Any) -> Slot:
    return Slot(number=number, tag=tag, field=name, kind=kind, **more)


def _group(number: str, tag: str, name: str, group: Group, **more: Any) -> Slot:
    return Slot(number=number, tag=tag, field=name, kind=Kind.GROUP, group=group, **more)


def _terms(number: str, tag: str, name: str, vocabulary: str) -> Slot:
    return _slot(number, tag, name, Kind.TERM, many=True, vocabulary=vocabulary)


def _term(number: str, tag: str, name: str, vocabulary: str) -> Slot:
    return _slot(number, tag, name, Kind.TERM, vocabulary=vocabulary)


def _lom_term(number: str, tag: str, name: str, *tokens: str) -> Slot:
    """A value that ScoLOMFR has no vocabulary for: LOM's own words stand for themselves."""
    return _slot(number, tag, name, Kind.TERM, tokens=dict.fromkeys(tokens, ""))


#: What IMS Metadata 1.2 (and so SCORM 1.2) and Normetic (Québec) call the contexts (5.6).
CONTEXTS_OF_OTHERS = {
    "primary education": "scolomfr-voc-012-num-002",
    "secondary education": "scolomfr-voc-012-num-003",
    "university first cycle": "higher_education",
    "university second cycle": "higher_education",
    "university postgrade": "higher_education",
    "professional formation": "training",
    "vocational training": "training",
    "continuous formation": "scolomfr-voc-012-num-009",
    "education primaire": "scolomfr-voc-012-num-002",
    "education secondaire": "scolomfr-voc-012-num-003",
    "universite premier cycle": "higher_education",
    "universite second cycle": "higher_education",
    "universite troisieme cycle": "higher_education",
    "autre": "other",
}
LEVELS_OF_LOM = ("very low", "low", "medium", "high", "very high")


def _identifier(number: str) -> Group:
    return Group(
        make=Identifier,
        bare="entry",
        slots=(
            _slot(f"{number}.1", "catalog", "catalog", Kind.TEXT),
            _slot(f"{number}.2", "entry", "entry", Kind.TEXT),
        ),
    )


def _contribution(number: str, roles: str) -> Group:
    return Group(
        make=Contribution,
        slots=(
            _term(f"{number}.1", "role", "role", roles),
            _slot(f"{number}.2", "entity", "entities", Kind.ENTITY, many=True, also=("centity",)),
            _slot(f"{number}.3", "date", "date", Kind.DATE),
        ),
    )


GENERAL = Group(
    make=General,
    slots=(
        _group(
            "1.1",
            "identifier",
            "identifiers",
            _identifier("1.1"),
            many=True,
            also=("catalogentry",),  # SCORM 1.2
        ),
        _slot("1.2", "title", "title", Kind.LINE),
        _slot("1.3", "language", "languages", Kind.LANGUAGE, many=True),
        _slot("1.4", "description", "descriptions", Kind.PROSE, many=True),
        _slot("1.5", "keyword", "keywords", Kind.LINE, many=True, also=("keywords",)),
        _slot("1.6", "coverage", "coverages", Kind.LINE, many=True),
        _term("1.7", "structure", "structure", "007"),
        _slot(
            "1.8",
            "aggregationLevel",
            "aggregation_level",
            Kind.TERM,
            vocabulary="008",
            tokens={level: f"scolomfr-voc-008-num-0{level}" for level in "1234"},
        ),
        _terms("1.9", "lomfr:documentType", "document_types", "004"),
        _terms("1.10", "scolomfr:generalResourceType", "general_resource_types", "005"),
    ),
)

LIFE_CYCLE = Group(
    make=LifeCycle,
    slots=(
        _slot("2.1", "version", "version", Kind.LINE),
        _term("2.2", "status", "status", "002"),
        _group("2.3", "contribute", "contributions", _contribution("2.3", "003"), many=True),
    ),
)

META = Group(
    make=MetaMetadata,
    slots=(
        _group(
            "3.1",
            "identifier",
            "identifiers",
            _identifier("3.1"),
            many=True,
            also=("catalogentry",),
        ),
        _group("3.2", "contribute", "contributions", _contribution("3.2", "013"), many=True),
        _slot("3.3", "metadataSchema", "schemas", Kind.TEXT, many=True, also=("metadatascheme",)),
        _slot("3.4", "language", "language", Kind.LANGUAGE),
    ),
)

EXTENDED_LOCATION = Group(
    make=ExtendedLocation,
    whole=True,
    slots=(
        _slot("4.3.1.1", "scolomfr:location", "location", Kind.TEXT),
        _slot("4.3.1.2", "scolomfr:platform", "platform", Kind.PLATFORM),
        _term("4.3.1.3", "scolomfr:personalDataProcessType", "personal_data", "044"),
        _slot("4.3.1.4", "description", "descriptions", Kind.PROSE, many=True),
    ),
)

_COMPOSITE = (
    _term("4.4.1.1", "type", "type", "023"),
    _term("4.4.1.2", "name", "name", "024"),
    _slot("4.4.1.3", "minimumVersion", "minimum_version", Kind.TEXT),
    _slot("4.4.1.4", "maximumVersion", "maximum_version", Kind.TEXT),
)


def _requirement(ways: tuple[OrComposite, ...] = (), **only: Any) -> tuple[OrComposite, ...]:
    """SCORM 1.2 knows a single way to meet a requirement, without orComposite around it."""
    return (*ways, OrComposite(**only)) if only else ways


REQUIREMENT = Group(
    make=_requirement,
    slots=(
        _group(
            "4.4.1",
            "orComposite",
            "ways",
            Group(make=OrComposite, slots=_COMPOSITE),
            many=True,
        ),
        *_COMPOSITE,
    ),
)

TECHNICAL = Group(
    make=Technical,
    slots=(
        _slot("4.1", "format", "formats", Kind.FORMAT, many=True),
        _slot("4.2", "size", "size", Kind.SIZE),
        _slot("4.3", "location", "locations", Kind.TEXT, many=True),
        _group(
            "4.3.1",
            "scolomfr:extendedLocation",
            "extended_locations",
            EXTENDED_LOCATION,
            many=True,
        ),
        _group("4.4", "requirement", "requirements", REQUIREMENT, many=True),
        _slot("4.5", "installationRemarks", "installation_remarks", Kind.PROSE),
        _slot(
            "4.6",
            "otherPlatformRequirements",
            "other_platform_requirements",
            Kind.PROSE,
            also=("otherplatformrequirement",),
        ),
        _slot("4.7", "duration", "duration", Kind.DURATION),
    ),
)

EDUCATIONAL = Group(
    make=Educational,
    slots=(
        _lom_term(
            "5.1",
            "interactivityType",
            "interactivity_type",
            *("active", "expositive", "mixed", "undefined"),
        ),
        _terms("5.2", "learningResourceType", "learning_resource_types", "010"),
        _lom_term("5.3", "interactivityLevel", "interactivity_level", *LEVELS_OF_LOM),
        _lom_term("5.4", "semanticDensity", "semantic_density", *LEVELS_OF_LOM),
        _terms("5.5", "intendedEndUserRole", "intended_end_user_roles", "011"),
        _slot(
            "5.6",
            "context",
            "contexts",
            Kind.TERM,
            many=True,
            vocabulary="012",
            tokens=CONTEXTS_OF_OTHERS,
        ),
        _slot("5.7", "typicalAgeRange", "typical_age_ranges", Kind.LINE, many=True),
        _term("5.8", "difficulty", "difficulty", "025"),
        _slot("5.9", "typicalLearningTime", "typical_learning_time", Kind.DURATION),
        _slot("5.10", "description", "descriptions", Kind.PROSE, many=True),
        _slot("5.11", "language", "languages", Kind.LANGUAGE, many=True),
        _terms("5.12", "lomfr:activity", "activities", "019"),
        _slot("5.13", "lomfr:credit", "credits", Kind.LINE, many=True),
        _terms("5.14", "scolomfr:place", "places", "017"),
        _terms("5.15", "scolomfr:educationalMethod", "educational_methods", "018"),
        _terms("5.16", "scolomfr:tool", "tools", "020"),
    ),
)

RIGHTS = Group(
    make=Rights,
    slots=(
        _term("6.1", "cost", "cost", "026"),
        _term("6.2", "copyrightAndOtherRestrictions", "restrictions", "027"),
        _slot("6.3", "description", "descriptions", Kind.PROSE, many=True),
    ),
)

RELATED = Group(
    make=Relation,
    slots=(
        _group(
            "7.2.1",
            "identifier",
            "identifiers",
            _identifier("7.2.1"),
            many=True,
            also=("catalogentry",),
        ),
        _slot("7.2.2", "description", "descriptions", Kind.PROSE, many=True),
    ),
)

RELATION = Group(
    make=Relation,
    slots=(
        _term("7.1", "kind", "kind", "009"),
        Slot(number="7.2", tag="resource", kind=Kind.INLINE, group=RELATED),
    ),
)

ANNOTATION = Group(
    make=Annotation,
    slots=(
        _slot("8.1", "entity", "entity", Kind.ENTITY, also=("person",)),
        _slot("8.2", "date", "date", Kind.DATE),
        _slot("8.3", "description", "description", Kind.PROSE),
    ),
)

TAXON = Group(
    make=Taxon,
    slots=(
        _slot("9.2.2.1", "id", "id", Kind.TEXT),
        _slot("9.2.2.2", "entry", "entry", Kind.LINE),
    ),
)

TAXON_PATH = Group(
    make=TaxonPath,
    slots=(
        _slot("9.2.1", "source", "source", Kind.LINE),
        _slot("9.2.2", "taxon", "taxa", Kind.TAXA, many=True, group=TAXON),
    ),
)

CLASSIFICATION = Group(
    make=Classification,
    slots=(
        _term("9.1", "purpose", "purpose", "028"),
        _group("9.2", "taxonPath", "taxon_paths", TAXON_PATH, many=True),
        _slot("9.3", "description", "description", Kind.PROSE),
        _slot("9.4", "keyword", "keywords", Kind.LINE, many=True, also=("keywords",)),
    ),
)

RECORD = Group(
    make=Record,
    slots=(
        _group("1", "general", "general", GENERAL),
        _group("2", "lifeCycle", "life_cycle", LIFE_CYCLE),
        _group("3", "metaMetadata", "meta", META),
        _group("4", "technical", "technical", TECHNICAL),
        _group("5", "educational", "educational", EDUCATIONAL, many=True),
        _group("6", "rights", "rights", RIGHTS),
        _group("7", "relation", "relations", RELATION, many=True),
        _group("8", "annotation", "annotations", ANNOTATION, many=True),
        _group("9", "classification", "classifications", CLASSIFICATION, many=True),
    ),
)
