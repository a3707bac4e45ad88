"""The vocabularies of ScoLOMFR, as data: find a concept by URI, label, alternative label or token.

A vocabulary is named by its three digits ("022": niveau éducatif détaillé). The files beside this
module are made from the published SKOS and can be replaced by a newer release without touching
code. Sources and licence (CC BY-SA 3.0 FR): vocabularies/README.md.
"""

from __future__ import annotations

import difflib
import gzip
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

CONCEPT = "http://data.education.fr/voc/scolomfr/concept/"
SCHEME = "http://data.education.fr/voc/scolomfr/scolomfr-voc-"

LEVELS = "022"
SUBJECTS = "015"

#: Statuses under which a concept is no longer to be used.
RETIRED = {"Obsolète", "Déprécié", "Ancien"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    """One term of one vocabulary (SKOS concept)."""

    uri: str
    vocabulary: str  # three digits
    label: str
    alternatives: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()  # URIs
    related: tuple[str, ...] = ()  # URIs; in 022, from class to cycle and back
    tokens: tuple[str, ...] = ()  # values met in notices of earlier generations
    status: str = ""
    replaced_by: str = ""  # URI
    collection: bool = False  # a root that notices name, not a concept to choose

    @property
    def retired(self) -> bool:
        return self.status in RETIRED


@dataclass(frozen=True, slots=True)
class Match:
    """What a text was found to mean: one concept, several (ambiguous), or none."""

    concepts: tuple[Concept, ...] = ()

    @property
    def concept(self) -> Concept | None:
        """The concept meant, when there is exactly one."""
        return self.concepts[0] if len(self.concepts) == 1 else None

    @property
    def ambiguous(self) -> bool:
        return len(self.concepts) > 1


class Names:
    """The names that lead to the concepts of one vocabulary, by key_of(name) then URI."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.labels: dict[str, dict[str, Concept]] = {}
        self.alternatives: dict[str, dict[str, Concept]] = {}
        for concept in concepts:
            named = self.alternatives if concept.retired else self.labels
            named.setdefault(key_of(concept.label), {})[concept.uri] = concept
            for text in (*concept.alternatives, *concept.tokens, local_name(concept.uri)):
                self.alternatives.setdefault(key_of(text), {})[concept.uri] = concept


class Vocabularies:
    """All concepts of a release, and the ways to find one."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._by_uri = {concept.uri: concept for concept in concepts}
        self._narrower: dict[str, list[str]] = {}
        self._in_vocabulary: dict[str, list[Concept]] = {"": [*self._by_uri.values()]}
        self._names: dict[str, Names] = {}
        for concept in self._by_uri.values():
            self._in_vocabulary.setdefault(concept.vocabulary, []).append(concept)
            for parent in concept.broader:
                self._narrower.setdefault(parent, []).append(concept.uri)

    def _names_of(self, vocabulary: str) -> Names:
        # Made when first asked for: subjects alone have 40,000 names.
        if vocabulary not in self._names:
            self._names[vocabulary] = Names(self._in_vocabulary.get(vocabulary, ()))
        return self._names[vocabulary]

    def concept(self, uri: str) -> Concept | None:
        """The concept under this very URI, retired or not."""
        return self._by_uri.get(uri)

    def current(self, concept: Concept) -> Concept:
        """The concept to use today: a deprecated one followed to what replaced it."""
        seen = {concept.uri}
        while concept.replaced_by and concept.replaced_by not in seen:
            seen.add(concept.replaced_by)
            following = self._by_uri.get(concept.replaced_by)
            if following is None:
                break
            concept = following
        return concept

    def find(self, text: str, vocabulary: str = "") -> Match:
        """What a URI, label, alternative label or earlier token means in a vocabulary, or in all.

        In order: the URI; the label of a concept in use; then alternative labels, tokens and labels
        of retired concepts, where those in use win. Several at the same rank are all returned: an
        ambiguity is reported by the caller, never resolved by guessing.
        """
        uri = canonical_uri(text)
        concept = self._by_uri.get(uri)
        if concept and vocabulary in ("", concept.vocabulary):
            return Match((concept,))
        names, key = self._names_of(vocabulary), key_of(text)
        if named := names.labels.get(key):
            return Match(tuple(named.values()))
        others = tuple(names.alternatives.get(key, {}).values())
        in_use = tuple(concept for concept in others if not concept.retired)
        return Match(in_use or others)

    def label(self, uri: str) -> str:
        """The label to show, or "" when the URI is unknown."""
        concept = self._by_uri.get(uri)
        return concept.label if concept else ""

    def members(self, vocabulary: str) -> tuple[Concept, ...]:
        """The concepts of a vocabulary, in the order of its file, collections left out."""
        inside = self._in_vocabulary.get(vocabulary, ())
        return tuple(concept for concept in inside if not concept.collection)

    def narrower(self, uri: str) -> tuple[str, ...]:
        return tuple(self._narrower.get(uri, ()))

    def descendants(self, uri: str) -> Iterator[str]:
        """Every URI under this one, itself left out, each once."""
        seen, waiting = {uri}, [*self._narrower.get(uri, ())]
        while waiting:
            child = waiting.pop()
            if child not in seen:
                seen.add(child)
                yield child
                waiting.extend(self._narrower.get(child, ()))

    def ancestors(self, uri: str) -> Iterator[str]:
        """Every URI above this one, nearest first, itself left out, each once."""
        seen, waiting = {uri}, [uri]
        while waiting:
            concept = self._by_uri.get(waiting.pop(0))
            for parent in concept.broader if concept else ():
                if parent not in seen:
                    seen.add(parent)
                    yield parent
                    waiting.append(parent)

    def cycles_of(self, uri: str) -> tuple[str, ...]:
        """The cycles of today (2016) that a class or an earlier cycle (3 of before 2016) belongs to."""
        concept = self._by_uri.get(uri)
        if concept is None or uri in CYCLES:
            return (uri,) if uri in CYCLES else ()
        found = [other for other in concept.related if other in CYCLES]
        if not found:
            for near in (*concept.related, *concept.broader):
                other = self._by_uri.get(near)
                if other and other.vocabulary == LEVELS:
                    found += [c for c in other.related if c in CYCLES]
        return tuple(dict.fromkeys(found))

    def classes_of(self, uri: str) -> tuple[str, ...]:
        """The classes of a cycle, old or new, from the youngest."""
        concept = self._by_uri.get(uri)
        if concept is None:
            return ()
        inside = [other for other in concept.related if other in CLASSES]
        return tuple(sorted(inside, key=CLASSES.__getitem__))

    def nearest(self, text: str, vocabulary: str) -> tuple[str, ...]:
        """Up to three labels that resemble a text no concept bears, the nearest first."""
        names = {key_of(concept.label): concept.label for concept in self.members(vocabulary)}
        close = difflib.get_close_matches(key_of(text), names, n=3, cutoff=0.6)
        return tuple(names[key] for key in close)


def _level(number: str) -> str:
    return f"{CONCEPT}scolomfr-voc-022-num-{number}"


#: Cycles in force since 2016, and the two stages of the lycée.
CYCLES = tuple(_level(number) for number in ("617", "619", "620", "621", "084", "085"))

#: Classes from the youngest, with their rank: what the SKOS does not say.
CLASSES = {
    _level(number): rank
    for rank, number in enumerate(
        "004 005 006 007 010 011 013 014 015 018 020 021 023"
        " 136 123 088 027 127 050 103 104".split()
    )
}


@lru_cache(maxsize=1)
def scolomfr() -> Vocabularies:
    """The release shipped with this package."""
    return Vocabularies(_concepts())


def _concepts() -> Iterator[Concept]:
    folder = files(__package__) / "vocabularies"
    tree = json.loads((folder / "scolomfr.json").read_bytes())
    known = set()
    for vocabulary in tree["vocabularies"]:
        for row in vocabulary["concepts"]:
            known.add(row["uri"])
            yield _concept(row, vocabulary["id"][-3:], "")
    full = json.loads(gzip.decompress((folder / "scolomfr-015.json.gz").read_bytes()))
    for row in full["concepts"]:
        concept = _concept(row, SUBJECTS, CONCEPT)
        if concept.uri not in known:
            yield concept


def _concept(row: Mapping[str, Any], vocabulary: str, prefix: str) -> Concept:
    def whole(uri: str) -> str:
        return prefix + uri.removeprefix("c:") if uri.startswith("c:") else uri

    return Concept(
        uri=whole(row["uri"]),
        vocabulary=vocabulary,
        label=row["prefLabel"],
        alternatives=tuple(row.get("altLabels", ())),
        broader=tuple(whole(uri) for uri in row.get("broader", ())),
        related=tuple(row.get("related", ())),
        tokens=tuple(row.get("legacyTokens", ())),
        status=row.get("status") or "",
        replaced_by=next(iter(row.get("replacedBy") or ()), ""),
        collection=bool(row.get("collection")),
    )


APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "\u00a0": " ", "\u202f": " "})
SPACES = re.compile(r"[\s_]+")


@lru_cache(maxsize=65536)
def key_of(text: str) -> str:
    """What two spellings of one label share: case, accents, œ, apostrophes and spaces apart."""
    if not text.isascii():
        text = text.translate(APOSTROPHES).casefold().replace("œ", "oe").replace("æ", "ae")
        letters = unicodedata.normalize("NFD", text)
        text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return SPACES.sub(" ", text.casefold()).strip()


def canonical_uri(text: str) -> str:
    """The URI meant by a value: https, stray spaces, url.org for purl.org, or a bare local name."""
    text = text.strip()
    if text.startswith("https://"):
        text = "http://" + text[8:]
    if text.startswith("http://url.org/"):
        text = "http://purl.org/" + text[15:]
    if text.startswith("scolomfr-voc-"):
        text = CONCEPT + text
    return text


def local_name(uri: str) -> str:
    """The last part of a URI: what LOM used as a token before ScoLOMFR 2.0."""
    return uri.rsplit("/", 1)[-1]
