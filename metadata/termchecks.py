"""Rules on the terms and taxa of a notice, against the vocabularies of ScoLOMFR.

Which vocabulary a classification takes follows from its purpose, as the scope notes of voc-028 say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from .coherence import quoted
from .finding import Severity
from .record import Record, Taxon, Term
from .rule import Fault, Rule
from .taxa import french
from .vocabulary import CONCEPT, LEVELS, SUBJECTS, Concept, key_of, scolomfr

# --- Terms ------------------------------------------------------------------------------------


def terms(record: Record) -> Iterator[tuple[str, str, Term]]:
    """Every term of a record with its element and the vocabulary it is taken from ("" for LOM)."""
    for number, vocabulary, values in _terms(record):
        yield from ((number, vocabulary, term) for term in values if term is not None)


def _terms(record: Record) -> Iterator[tuple[str, str, Iterable[Term | None]]]:
    general, life_cycle, meta = record.general, record.life_cycle, record.meta
    yield "1.7", "007", [general.structure]
    yield "1.8", "008", [general.aggregation_level]
    yield "1.9", "004", general.document_types
    yield "1.10", "005", general.general_resource_types
    yield "2.2", "002", [life_cycle.status]
    yield "2.3.1", "003", [contribution.role for contribution in life_cycle.contributions]
    yield "3.2", "013", [contribution.role for contribution in meta.contributions]
    yield "4.3.1", "044", [door.personal_data for door in record.technical.extended_locations]
    for way in (way for ways in record.technical.requirements for way in ways):
        yield "4.4.1.1", "023", [way.type]
        yield "4.4.1.2", "024", [way.name]
    for block in record.educational:
        yield "5.2", "010", block.learning_resource_types
        yield "5.5", "011", block.intended_end_user_roles
        yield "5.6", "012", block.contexts
        yield "5.8", "025", [block.difficulty]
        yield "5.12", "019", block.activities
        yield "5.14", "017", block.places
        yield "5.15", "018", block.educational_methods
        yield "5.16", "020", block.tools
    yield "6.1", "026", [record.rights.cost]
    yield "6.2", "027", [record.rights.restrictions]
    yield "7.1", "009", [relation.kind for relation in record.relations]
    yield "9.1", "028", [classification.purpose for classification in record.classifications]


def unknown_value(record: Record) -> Iterator[Fault]:
    for number, vocabulary, term in terms(record):
        if not term.uri and term.text:
            near = scolomfr().nearest(term.text, vocabulary)
            hint = f" Peut-être {' ou '.join(map(quoted, near))}\u202f?" if near else ""
            yield Fault(
                f"{quoted(term.text)} n’est pas un terme du vocabulaire {vocabulary}.{hint}", number
            )


def foreign_value(record: Record) -> Iterator[Fault]:
    for number, vocabulary, term in terms(record):
        concept = scolomfr().concept(term.uri)
        if concept and concept.vocabulary != vocabulary:
            yield Fault(
                f"{quoted(concept.label)} est un terme du vocabulaire {concept.vocabulary}, pas du"
                f" {vocabulary}.",
                number,
            )


def retired_value(record: Record) -> Iterator[Fault]:
    for number, _, term in terms(record):
        concept = scolomfr().concept(term.uri)
        if concept and concept.retired:
            yield Fault(_replacement(concept), number)
    for concept in dict.fromkeys(known for _, known in _known_taxa(record)):
        if concept.retired and not concept.collection:
            yield Fault(_replacement(concept), "9.2")


def _replacement(concept: Concept) -> str:
    today = scolomfr().current(concept)
    instead = f" : on dit aujourd’hui {quoted(today.label)}." if today is not concept else "."
    return f"Le terme {quoted(concept.label)} n’est plus en usage{instead}"


def contradicted_label(record: Record) -> Iterator[Fault]:
    for number, _, term in terms(record):
        concept = scolomfr().concept(term.uri)
        if concept and not term.text.startswith("http") and not is_name_of(term.text, concept):
            yield Fault(_contradiction(term.text, concept), number)
    for taxon, concept in _known_taxa(record):
        label = french(taxon.entry)
        if not any(is_name_of(text.value, concept) for text in taxon.entry):
            yield Fault(_contradiction(label, concept), "9.2")


def is_name_of(text: str, concept: Concept) -> bool:
    """Whether a label is one of the concept's own; an empty one contradicts nothing."""
    names = (concept.label, *concept.alternatives, *concept.tokens, concept.uri.rsplit("/")[-1])
    return not text or key_of(text) in {key_of(name) for name in names}


def _contradiction(label: str, concept: Concept) -> str:
    return f"Le libellé dit {quoted(label)}, le terme lui-même {quoted(concept.label)}."


# --- Taxa -------------------------------------------------------------------------------------


def taxa(record: Record) -> Iterator[Taxon]:
    for classification in record.classifications:
        for path in classification.taxon_paths:
            yield from path.taxa


def _known_taxa(record: Record) -> Iterator[tuple[Taxon, Concept]]:
    for taxon in taxa(record):
        if concept := scolomfr().concept(taxon.id):
            yield taxon, concept


#: No longer to be used, though the vocabulary does not say so.
OUT_OF_USE = {CONCEPT + "scolomfr-voc-028-num-004", CONCEPT + "scolomfr-voc-028-num-018"}


def no_purpose(record: Record) -> Iterator[Fault]:
    for classification in record.classifications:
        if classification.purpose is None and classification.taxon_paths:
            first = next(
                (taxon for path in classification.taxon_paths for taxon in path.taxa), None
            )
            of = f" de {quoted(french(first.entry) or first.id)}" if first else ""
            yield Fault(f"La classification{of} ne dit pas son objectif.")


def obsolete_purpose(record: Record) -> Iterator[Fault]:
    for classification in record.classifications:
        if classification.purpose and classification.purpose.uri in OUT_OF_USE:
            label = scolomfr().label(classification.purpose.uri)
            yield Fault(f"L’objectif {quoted(label)} n’est plus en usage.")


def wrong_vocabulary(record: Record) -> Iterator[Fault]:
    for classification in record.classifications:
        purpose = classification.purpose.uri if classification.purpose else ""
        expected = scolomfr().vocabulary_of(purpose)
        if not expected:
            continue
        concepts = (
            scolomfr().concept(taxon.id)
            for path in classification.taxon_paths
            for taxon in path.taxa
        )
        found = {concept.vocabulary for concept in concepts if concept} - {expected}
        for vocabulary in sorted(found):
            yield Fault(
                f"L’objectif {quoted(scolomfr().label(purpose))} appelle le vocabulaire {expected},"
                f" mais des termes sont du vocabulaire {vocabulary}."
            )


SCOLOMFR_ID = re.compile(r"(?:https?://data\.education\.fr/.*|scolomfr-voc-\d{3}-.*)")


def unknown_taxon(record: Record) -> Iterator[Fault]:
    for taxon in taxa(record):
        if SCOLOMFR_ID.fullmatch(taxon.id) and scolomfr().concept(taxon.id) is None:
            label = french(taxon.entry)
            said = f" (libellé {quoted(label)})" if label else ""
            yield Fault(f"Le terme {quoted(taxon.id)} n’existe pas{said}.")


def broken_path(record: Record) -> Iterator[Fault]:
    for classification in record.classifications:
        for path in classification.taxon_paths:
            known = [c for taxon in path.taxa if (c := scolomfr().concept(taxon.id))]
            for upper, lower in pairwise(known):
                if not (upper.collection or upper.uri in scolomfr().ancestors(lower.uri)):
                    yield Fault(f"{quoted(lower.label)} n’est pas sous {quoted(upper.label)}.")


# --- Subjects against levels ------------------------------------------------------------------

LAST_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
CYCLE = re.compile(r"\bcycles? (\d)(?:\s*(?:-|à|et)\s*(\d))?")
CLASS = re.compile(r"\b(CP|CE[12]|CM[12]|[3-6]e|2de|seconde|1re|première|terminale)\b")
SPELT = {"1re": "1ère", "première": "1ère", "seconde": "2de"}
#: The cycles of 2016, and those they took the place of: a subject may be older than its notice.
CYCLES = {"1": ("617", "003"), "2": ("619", "009"), "3": ("620", "012"), "4": ("621", "019", "022")}


def subject_against_level(record: Record) -> Iterator[Fault]:
    concepts = [concept for _, concept in _known_taxa(record)]
    announced = {level for concept in concepts for level in scolomfr().classes_of(concept.uri)}
    said = {frozenset[str]()}
    for concept in concepts:
        meant = classes_in(concept.label) if concept.vocabulary == SUBJECTS else frozenset()
        if announced and meant not in said and not meant & announced:
            said.add(meant)
            yield Fault(
                f"L’enseignement {quoted(concept.label)} n’est d’aucune des classes annoncées"
                f" ({', '.join(sorted(map(scolomfr().label, announced)))})."
            )


def classes_in(label: str) -> frozenset[str]:
    """The classes that the label of a subject names in its last brackets: « histoire (6e) »."""
    brackets = LAST_BRACKETS.search(label)
    if brackets is None:
        return frozenset()
    levels: list[str] = []
    for first, last in CYCLE.findall(brackets[1]):
        for cycle in range(int(first), int(last or first) + 1):
            levels += [f"{CONCEPT}scolomfr-voc-022-num-{n}" for n in CYCLES.get(str(cycle), ())]
    for name in CLASS.findall(brackets[1]):
        # « 2de », « terminale »: of every way of the lycée.
        concepts = scolomfr().find(SPELT.get(name, name), LEVELS).concepts
        levels += [concept.uri for concept in concepts]
    return frozenset(uri for level in levels for uri in scolomfr().classes_of(level))


RULES = (
    Rule(
        code="lom-9.1-obsolete",
        severity=Severity.WARNING,
        element="9.1",
        about="L’objectif n’est ni «\u00a0enseignement\u00a0» ni «\u00a0modalité pédagogique\u00a0», hors d’usage.",
        remedy="Utilisez «\u00a0domaine d’enseignement\u00a0» (028-num-003), ou les éléments 5.14 et 5.15.",
        find=obsolete_purpose,
    ),
    Rule(
        code="lom-9.2-vocabulaire",
        severity=Severity.WARNING,
        element="9.2",
        about="Les termes classés sont du vocabulaire que leur objectif appelle.",
        remedy="Changez l’objectif, ou classez avec les termes de son vocabulaire.",
        find=wrong_vocabulary,
    ),
    Rule(
        code="lom-9.2-ordre",
        severity=Severity.INFO,
        element="9.2",
        about="Chaque terme d’un chemin est au-dessous de celui qui le précède.",
        remedy="Donnez un chemin par terme, de la racine au terme.",
        find=broken_path,
    ),
    Rule(
        code="lom-9-discipline-niveau",
        severity=Severity.WARNING,
        element="9.2",
        about="Les enseignements sont de l’une des classes annoncées.",
        remedy="Corrigez le niveau (voc. 022) ou l’enseignement (voc. 015).",
        find=subject_against_level,
    ),
)
