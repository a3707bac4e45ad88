"""h5p.json: what an H5P content says of itself.

The content type (`mainLibrary`) is translated by a reviewed table of the library's own names; a type
that is not in it is not guessed at. https://h5p.org/documentation/developers/json-file-definitions
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .errors import ParseError
from .finding import Finding, Severity
from .normalise import clean, entity, language, plain
from .placeholders import withdraw
from .record import (
    Contribution,
    Educational,
    Entity,
    General,
    Identifier,
    LifeCycle,
    RawRecord,
    Reading,
    Record,
    Relation,
    Rights,
    Technical,
    Term,
    Text,
)
from .strangers.archive import shown
from .strangers.safejson import load_json
from .vocabulary import CONCEPT, scolomfr

LEARNING_TYPES = "010"

#: Concept of voc-010 (type pédagogique) or voc-005 (type de contenu) -> H5P content types.
TYPES = {
    "questionnaire": "MultiChoice MultiMediaChoice QuestionSet Questionnaire SingleChoiceSet Summary"
    " TrueFalse PersonalityQuiz Blanks AdvancedBlanks InteractiveQuestionSet",
    "exercise": "ArithmeticQuiz Crossword Dialogcards Dictation DragQuestion DragText Essay"
    " FindTheWords Flashcards GuessTheAnswer ImageHotspotQuestion ImageMultipleHotspotQuestion"
    " ImagePair ImageSequencing MarkTheWords SortParagraphs SpeakTheWords SpeakTheWordsSet",
    "scolomfr-voc-010-num-013": "GameMap MemoryGame",  # jeu éducatif
    "scolomfr-voc-005-num-013": "Timeline",  # chronologie
    "scolomfr-voc-005-num-017": "CoursePresentation ImageSlider ImpressPresentation",  # diaporama
    "scolomfr-voc-005-num-024": "InteractiveBook",  # livre numérique
    "scolomfr-voc-005-num-038": "Chart",  # schéma / graphique
    "scolomfr-voc-005-num-044": "Agamotto ImageHotspots ImageJuxtaposition",  # image interactive
    "scolomfr-voc-005-num-045": "ThreeImage",  # visite en réalité virtuelle
    "scolomfr-voc-005-num-056": "InteractiveVideo",  # vidéo interactive
}
TYPE_OF = {f"H5P.{name}": CONCEPT + uri for uri, names in TYPES.items() for name in names.split()}

#: Roles that the H5P editor offers -> voc-003.
ROLES = {
    "author": "author",
    "editor": "editor",
    "licensee": "scolomfr-voc-003-num-005",  # contributeur
    "originator": "initiator",
    "developer": "technical_implementer",
}

#: Codes whose letters say nothing to a reader; the others are written as they are.
LICENCES = {
    "C": "Tous droits réservés",
    "PD": "Domaine public",
    "CC PDM": "Public Domain Mark",
    "ODC PDDL": "Open Data Commons PDDL",
}
UNDISCLOSED = {"", "U"}

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def parse(raw: RawRecord) -> Reading:
    """Read a h5p.json given without its content. Raise ParseError."""
    return read(raw.payload)


def read(payload: bytes) -> Reading:
    """Read a h5p.json. Raise ParseError."""
    tree, repeated = load_json(payload)
    if not isinstance(tree, dict) or not {"title", "mainLibrary", "extraTitle"} & {*tree}:
        raise ParseError(
            "Ce fichier JSON n’est pas un h5p.json\u00a0: il n’a ni «\u00a0title\u00a0» ni"
            " «\u00a0mainLibrary\u00a0».",
            remedy="Fournissez le fichier h5p.json de la racine du contenu H5P.",
        )
    record, withdrawn = withdraw(_record(tree))
    findings = [*_repeated(repeated), *withdrawn, *_unsaid(tree, record)]
    return Reading(record=record, findings=tuple(findings))


def _record(tree: dict[str, Any]) -> Record:
    title = clean(_text(tree, "title") or _text(tree, "extraTitle"))
    descriptions = dict.fromkeys(
        text for key in ("metaDescription", "description") if (text := _text(tree, key))
    )
    keywords = [clean(word) for word in re.split("[,;]", _text(tree, "metaKeywords"))]
    spoken = language(_text(tree, "language")) or language(_text(tree, "defaultLanguage"))
    learning, general = _types(_text(tree, "mainLibrary"))
    return Record(
        general=General(
            title=(Text(title),) if title else (),
            languages=(spoken,) if spoken else (),
            descriptions=tuple((Text(text),) for text in descriptions),
            keywords=tuple((Text(word),) for word in keywords if word),
            general_resource_types=general,
        ),
        life_cycle=LifeCycle(contributions=tuple(_contributions(tree))),
        technical=Technical(formats=("H5P",)),
        educational=(Educational(learning_resource_types=learning),) if learning else (),
        rights=Rights(descriptions=tuple((Text(text),) for text in _rights(tree))),
        relations=tuple(_relations(tree)),
    )


def _text(tree: dict[str, Any], key: str) -> str:
    """A value as text, without what no XML may hold; "" when it is not a text."""
    value = tree.get(key)
    if not isinstance(value, str):
        return ""
    # A lone surrogate (\ud83d) cannot be written as UTF-8.
    value = value.encode("utf-8", "ignore").decode("utf-8")
    return plain(CONTROL.sub("", value))


def _types(library: str) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """What a content type is, in voc-010 and in voc-005."""
    concept = scolomfr().concept(TYPE_OF.get(library.split(" ")[0], ""))
    if concept is None:
        return (), ()
    term = (Term(concept.uri, concept.label),)
    return (term, ()) if concept.vocabulary == LEARNING_TYPES else ((), term)


def _contributions(tree: dict[str, Any]) -> Iterator[Contribution]:
    entities: dict[str, dict[Entity, None]] = {}
    listed = tree.get("authors")
    people = [{"name": tree.get("author")}, *(listed if isinstance(listed, list) else [])]
    for each in people:
        if isinstance(each, dict) and (somebody := entity(_text(each, "name"))):
            role = ROLES.get(_text(each, "role").casefold(), "author")
            entities.setdefault(role, {})[somebody] = None
    for role, named in entities.items():
        uri = CONCEPT + role
        yield Contribution(role=Term(uri, scolomfr().label(uri)), entities=tuple(named))


def _rights(tree: dict[str, Any]) -> Iterator[str]:
    code = clean(_text(tree, "license"))
    if code not in UNDISCLOSED:
        yield clean(f"{LICENCES.get(code, code)} {_text(tree, 'licenseVersion')}")
    if extras := _text(tree, "licenseExtras"):
        yield extras


def _relations(tree: dict[str, Any]) -> Iterator[Relation]:
    source = clean(_text(tree, "source"))
    if source:
        uri = "http://purl.org/dc/terms/source"
        yield Relation(
            kind=Term(uri, scolomfr().label(uri)), identifiers=(Identifier("URI", source),)
        )


def _unsaid(tree: dict[str, Any], record: Record) -> Iterator[Finding]:
    if not record.general.title:
        yield Finding(
            severity=Severity.ERROR,
            rule="h5p-titre-absent",
            element="1.2 titre",
            message="Le contenu H5P n’a pas de titre.",
            remedy="Donnez-lui un titre dans l’éditeur H5P (clé «\u00a0title\u00a0»).",
        )
    if clean(_text(tree, "license")) in UNDISCLOSED:
        yield Finding(
            severity=Severity.WARNING,
            rule="h5p-licence-non-dite",
            element="6.3 description des droits",
            message="La licence du contenu H5P n’est pas précisée (clé «\u00a0license\u00a0»).",
            remedy="Choisissez une licence dans les métadonnées de l’éditeur H5P.",
        )


def _repeated(keys: tuple[str, ...]) -> Iterator[Finding]:
    for key in keys[:5]:
        yield Finding(
            severity=Severity.WARNING,
            rule="json-cle-double",
            element=shown(key),
            message=f"La clé «\u00a0{shown(key)}\u00a0» est écrite deux fois dans un même objet\u00a0:"
            " la dernière valeur a été retenue.",
            remedy="Gardez une seule des deux valeurs.",
        )
