"""Rules on the classifications of a notice, against the vocabularies of ScoLOMFR.

Terms that are unknown, ambiguous, misplaced or contradicted by their label are said by the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..finding import Severity
from ..record import Record
from ..taxa import EDUCATIONAL_LEVEL, TEACHING_DOMAIN, concepts_of
from ..vocabulary import CONCEPT, LEVELS, Concept, scolomfr
from .coherence import quoted
from .rule import Fault, Rule


def paths(record: Record) -> Iterator[tuple[Concept, ...]]:
    """The known concepts of each path."""
    for classification in record.classifications:
        for path in classification.taxon_paths:
            found = (scolomfr().concept(taxon.id) for taxon in path.taxa)
            yield tuple(concept for concept in found if concept)


def former_term(record: Record) -> Iterator[Fault]:
    """What was withdrawn without saying for what: the rest is followed, and said, by the reader."""
    for concept in dict.fromkeys(concept for path in paths(record) for concept in path):
        if concept.retired and not concept.collection:
            yield Fault(f"Le terme {quoted(concept.label)} n’est plus en usage.")


def broken_path(record: Record) -> Iterator[Fault]:
    for path in paths(record):
        for upper, lower in pairwise(path):
            if not (upper.collection or upper.uri in scolomfr().ancestors(lower.uri)):
                yield Fault(f"{quoted(lower.label)} n’est pas sous {quoted(upper.label)}.")
                break  # one remark a path: several leaves often stand side by side


# --- Subjects against levels ------------------------------------------------------------------

LAST_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
CYCLE = re.compile(r"\bcycles? (\d)(?:\s*(?:-|à|et)\s*(\d))?")
CLASS = re.compile(r"\b(CP|CE[12]|CM[12]|[3-6]e|2de|seconde|1re|première|terminale)\b")
SPELT = {"1re": "1ère", "première": "1ère", "seconde": "2de"}
#: The cycles of 2016, and those they took the place of: a subject may be older than its notice.
CYCLES = {"1": ("617", "003"), "2": ("619", "009"), "3": ("620", "012"), "4": ("621", "019", "022")}


def subject_against_level(record: Record) -> Iterator[Fault]:
    levels = concepts_of(record, EDUCATIONAL_LEVEL)
    announced = {uri for level in levels for uri in scolomfr().classes_of(level.uri)}
    for subject in concepts_of(record, TEACHING_DOMAIN):
        meant = classes_in(subject.label)
        if announced and meant and not meant & announced:
            yield Fault(
                f"L’enseignement {quoted(subject.label)} n’est d’aucune des classes annoncées"
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
