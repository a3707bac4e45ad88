"""What a free keyword says for certain: a class, a cycle, or a discipline that it can only name.

« CM1 » is a class, and « histoire des sciences » no discipline: a word that may mean something else
(« image », « droit », « seconde ») stays a keyword, and the search finds it as one.
"""

from __future__ import annotations

from functools import lru_cache

from .record import Classification, LangString, Taxon, TaxonPath, Term, Text
from .vocabulary import LEVELS, SUBJECTS, Concept, key_of, scolomfr


def classified(keywords: tuple[LangString, ...]) -> tuple[Classification, ...]:
    """The classifications (9) that keywords say, each concept once."""
    concepts = {
        concept: None
        for keyword in keywords
        for text in keyword
        if (concept := concept_of(text.value))
    }
    return tuple(
        Classification(purpose=_purpose(vocabulary), taxon_paths=tuple(map(_path, inside)))
        for vocabulary in (LEVELS, SUBJECTS)
        if (inside := [each for each in concepts if each.vocabulary == vocabulary])
    )


@lru_cache(maxsize=4096)
def concept_of(text: str) -> Concept | None:
    """The class, cycle or discipline that a keyword names and can only name."""
    known = scolomfr()
    concept = known.find(text, LEVELS).concept
    if concept and not concept.retired and key_of(text) == key_of(concept.label):
        return concept if known.classes_of(concept.uri) else None
    return None


def _purpose(vocabulary: str) -> Term:
    uri = scolomfr().purpose_of(vocabulary)
    return Term(uri, scolomfr().label(uri))


def _path(concept: Concept) -> TaxonPath:
    return TaxonPath(
        source=(Text(f"scolomfr-voc-{concept.vocabulary}"),),
        taxa=(Taxon(concept.uri, (Text(concept.label, "fr"),)),),
    )
