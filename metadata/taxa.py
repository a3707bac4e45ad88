"""What the classifications of a record (LOM 9) say, vocabulary by vocabulary.

A path goes from the root to its leaf, but notices also put several leaves in one path, and collection
roots in front: what is said is what no other taxon of the path makes more precise.
"""

from __future__ import annotations

from functools import lru_cache

from .record import LangString, Record, Taxon, TaxonPath, Term
from .vocabulary import CONCEPT, Concept, scolomfr

EDUCATIONAL_LEVEL = CONCEPT + "educational_level"
TEACHING_DOMAIN = CONCEPT + "scolomfr-voc-028-num-003"
DETAILED_AUDIENCE = CONCEPT + "scolomfr-voc-028-num-011"
COMPETENCY = CONCEPT + "competency"
COMMON_CORE = CONCEPT + "scolomfr-voc-028-num-021"
PREREQUISITE = CONCEPT + "prerequisite"
LABEL = CONCEPT + "scolomfr-voc-028-num-013"


def taxa_of(record: Record, *purposes: str) -> tuple[Taxon, ...]:
    """The most precise taxa classified for these purposes (voc-028 URIs), each once, in order.

    A concept says its purpose itself: notices often give another, as « discipline » for what is
    taught. Only what is required beforehand stays apart.
    """
    found = (
        taxon
        for classification in record.classifications
        for path in classification.taxon_paths
        for taxon in leaves(path)
        if _is_for(purposes, classification.purpose, taxon)
    )
    return tuple(dict.fromkeys(found))


def _is_for(purposes: tuple[str, ...], said: Term | None, taxon: Taxon) -> bool:
    if said and (said.uri in purposes or said.uri == PREREQUISITE):
        return said.uri in purposes
    concept = scolomfr().concept(taxon.id)
    return concept is not None and _purpose_of(concept.vocabulary) in purposes


@lru_cache
def _purpose_of(vocabulary: str) -> str:
    return scolomfr().purpose_of(vocabulary)


def leaves(path: TaxonPath) -> tuple[Taxon, ...]:
    """The taxa of a path that no taxon after them makes more precise."""
    return tuple(
        taxon for rank, taxon in enumerate(path.taxa) if _is_said(taxon, path.taxa[rank + 1 :])
    )


def _is_said(taxon: Taxon, after: tuple[Taxon, ...]) -> bool:
    if not after:
        return True
    concept = scolomfr().concept(taxon.id)
    if concept is None or concept.collection:
        return False
    return not any(concept.uri in scolomfr().ancestors(lower.id) for lower in after)


def concepts_of(record: Record, *purposes: str) -> tuple[Concept, ...]:
    """The known concepts among these taxa."""
    found = (scolomfr().concept(taxon.id) for taxon in taxa_of(record, *purposes))
    return tuple(concept for concept in found if concept)


def french(said: LangString) -> str:
    """The text to show of a text in several languages: French, else unlabelled, else the first."""
    texts = [text for text in said if text.value.strip()]
    for language in ("fr", ""):
        for text in texts:
            if text.language == language or (language and text.language.startswith("fr-")):
                return text.value
    return texts[0].value if texts else ""
