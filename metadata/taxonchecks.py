"""Rules on the classifications of a notice, against the vocabularies of ScoLOMFR.

Terms that are unknown, ambiguous, misplaced or contradicted by their label are said by the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from .coherence import quoted
from .finding import Severity
from .record import Record, Taxon
from .rule import Fault, Rule
from .vocabulary import CONCEPT, LEVELS, SUBJECTS, Concept, scolomfr

# --- Taxa -------------------------------------------------------------------------------------


def taxa(record: Record) -> Iterator[Taxon]:
    for classification in record.classifications:
        for path in classification.taxon_paths:
            yield from path.taxa


def classified(record: Record) -> tuple[Concept, ...]:
    """The concepts that a record is classified under, whatever the purpose, each once."""
    found = (scolomfr().concept(taxon.id) for taxon in taxa(record))
    return tuple(dict.fromkeys(concept for concept in found if concept))


#: No longer to be used, though the vocabulary does not say so.
OUT_OF_USE = {CONCEPT + "scolomfr-voc-028-num-004", CONCEPT + "scolomfr-voc-028-num-018"}


def obsolete_purpose(record: Record) -> Iterator[Fault]:
    for classification in record.classifications:
        if classification.purpose and classification.purpose.uri in OUT_OF_USE:
            label = scolomfr().label(classification.purpose.uri)
            yield Fault(f"L’objectif {quoted(label)} n’est plus en usage.")


def former_term(record: Record) -> Iterator[Fault]:
    """What was withdrawn without saying for what: the rest is followed, and said, by the reader."""
    for concept in classified(record):
        if concept.retired and not concept.collection:
            yield Fault(f"Le terme {quoted(concept.label)} n’est plus en usage.")


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
    concepts = classified(record)
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
        code="lom-9.2-ancien",
        severity=Severity.INFO,
        element="9.2",
        about="Les termes classés sont encore en usage.",
        remedy="Choisissez les termes des vocabulaires en vigueur.",
        find=former_term,
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
