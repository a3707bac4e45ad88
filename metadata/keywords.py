"""What a free keyword says for certain: a class, a cycle, or a discipline that it can only name.

« CM1 » is a class and « SVT » a discipline, but « seconde », « image » or « droit » may mean
something else: they stay keywords, and the search finds them as such. The words are in words.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from . import words
from .levelwords import canonical
from .record import Classification, LangString, Taxon, TaxonPath, Term, Text
from .vocabulary import LEVELS, SUBJECTS, Concept, canonical_uri, key_of, scolomfr

#: The kinds of words, and how two spellings of one are known to be the same.
KINDS: tuple[tuple[str, Callable[[str], str]], ...] = (("level", canonical), ("discipline", key_of))
#: Names of classes that are other words too: a rank, a unit of time, a postscript.
UNSURE = {"seconde", "secondes", "premiere", "premieres", "ps", "ms", "gs", "term"}

#: Between the names of a list; a text of more is no list of classes.
LISTED = re.compile(r"\s*[-–/,|]\s*|\s+(?:et|&)\s+")
MOST = 10


def classified(keywords: tuple[LangString, ...]) -> tuple[Classification, ...]:
    """The classifications (9) that keywords say, each concept once."""
    said = (text.value for keyword in keywords for text in keyword)
    concepts = dict.fromkeys(concept for text in said for concept in concepts_of(text))
    return tuple(
        Classification(purpose=_purpose(vocabulary), taxon_paths=tuple(map(_path, inside)))
        for vocabulary in (LEVELS, SUBJECTS)
        if (inside := [each for each in concepts if each.vocabulary == vocabulary])
    )


def concepts_of(text: str) -> tuple[Concept, ...]:
    """The concepts that a keyword names and can only name, alone or in a list: « CM1-CM2 »."""
    if found := _named_by(text):
        return found
    parts = [_named_by(part) for part in LISTED.split(text, maxsplit=MOST)]
    return tuple(dict.fromkeys(each for part in parts for each in part)) if all(parts) else ()


@lru_cache(maxsize=4096)
def _named_by(text: str) -> tuple[Concept, ...]:
    known = scolomfr()
    concept = known.concept(canonical_uri(text))
    if concept and concept.vocabulary in (LEVELS, SUBJECTS):
        return (concept,)
    if key_of(text) in UNSURE:
        return ()
    for kind, same in KINDS:
        word = words.find(kind, text)
        if word and same(text) in map(same, word.asked):
            return tuple(each for uri in word.uris if (each := known.concept(uri)))
    return ()


def _purpose(vocabulary: str) -> Term:
    uri = scolomfr().purpose_of(vocabulary)
    return Term(uri, scolomfr().label(uri))


def _path(concept: Concept) -> TaxonPath:
    return TaxonPath(
        source=(Text(f"scolomfr-voc-{concept.vocabulary}"),),
        taxa=(Taxon(concept.uri, (Text(concept.label, "fr"),)),),
    )
