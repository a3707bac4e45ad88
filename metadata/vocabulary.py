"""The vocabularies of ScoLOMFR, as data: find a concept by URI, label, alternative label or token.

A vocabulary is named by its three digits ("022": niveau éducatif détaillé). The files it is read
from can be replaced by a newer release without touching code; each vocabulary is read when it is
first asked for, since the subjects alone (015) hold 14,199 concepts. What the published SKOS does
not say (order of the classes, withdrawn concepts) is in balise-links.json. Sources and licence
(CC BY-SA 3.0 FR): vocabularies/README.md.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

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
    members: tuple[str, ...] = ()  # URIs, of a collection

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """What the SKOS leaves unsaid (balise-links.json), by URI."""

    cycles: tuple[str, ...] = ()  # in force, from the youngest
    classes: Mapping[str, int]  # rank, from the youngest
    cycle_of: Mapping[str, str]
    replaced_by: Mapping[str, str]
    purposes: Mapping[str, str]  # purpose (voc-028) -> vocabulary


class Names:
    """The names that lead to the concepts of one vocabulary, by key_of(name) then URI."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.labels: dict[str, dict[str, Concept]] = {}
        self.alternatives: dict[str, dict[str, Concept]] = {}
        for concept in concepts:
            named = self.alternatives if concept.retired else self.labels
            named.setdefault(key_of(concept.label), {})[concept.uri] = concept
            for text in (*concept.alternatives, *concept.tokens, *_tokens_in(concept.uri)):
                self.alternatives.setdefault(key_of(text), {})[concept.uri] = concept


class Vocabularies:
    """All concepts of a release, and the ways to find one."""

    def __init__(
        self, loaders: Mapping[str, Callable[[], Iterable[Concept]]], links: Links
    ) -> None:
        self._loaders = loaders
        self._links = links
        self._concepts: dict[str, dict[str, Concept]] = {}  # by vocabulary, by URI
        self._narrower: dict[str, dict[str, list[str]]] = {}  # by vocabulary, by URI
        self._names: dict[str, Names] = {}  # by vocabulary; "" is all of them

    def concept(self, uri: str) -> Concept | None:
        """The concept under this very URI, retired or not."""
        if numbered := NUMBERED.match(uri):
            return self._loaded(numbered[1]).get(uri)
        for vocabulary in self._loaders:
            # Of the subjects every URI is numbered: no need to read them for a bare token.
            if vocabulary != SUBJECTS and (concept := self._loaded(vocabulary).get(uri)):
                return concept
        return None

    def current(self, concept: Concept) -> Concept:
        """The concept to use today: a deprecated or withdrawn one followed to what replaced it."""
        seen = {concept.uri}
        while following := self.concept(
            concept.replaced_by or self._links.replaced_by.get(concept.uri, "")
        ):
            if following.uri in seen:
                break
            seen.add(following.uri)
            concept = following
        return concept

    def find(self, text: str, vocabulary: str = "") -> Match:
        """What a URI, label, alternative label or earlier token means in a vocabulary, or in all.

        In order: the URI; the label of a concept in use; then alternative labels, tokens and labels
        of retired concepts, where those in use win. Several at the same rank are all returned: an
        ambiguity is reported by the caller, never resolved by guessing.
        """
        uri = canonical_uri(text)
        concept = self.concept(uri)
        if concept and vocabulary in ("", concept.vocabulary):
            return Match((concept,))
        # An earlier URI of the same concept is known by its last part, as a token.
        names, key = self._names_of(vocabulary), key_of(uri.removeprefix(CONCEPT))
        if named := names.labels.get(key):
            return Match(tuple(named.values()))
        others = tuple(names.alternatives.get(key, {}).values())
        in_use = tuple(concept for concept in others if not concept.retired)
        return Match(in_use or others)

    def label(self, uri: str) -> str:
        """The label to show, or "" when the URI is unknown."""
        concept = self.concept(uri)
        return concept.label if concept else ""

    def members(self, vocabulary: str) -> tuple[Concept, ...]:
        """The concepts of a vocabulary, in the order of its file, collections left out."""
        return tuple(c for c in self._loaded(vocabulary).values() if not c.collection)

    def narrower(self, uri: str) -> tuple[str, ...]:
        concept = self.concept(uri)
        return tuple(self._narrower_in(concept.vocabulary).get(uri, ())) if concept else ()

    def descendants(self, uri: str) -> Iterator[str]:
        """Every URI under this one, itself left out, each once."""
        return _walk(uri, self.narrower)

    def ancestors(self, uri: str) -> Iterator[str]:
        """Every URI above this one, nearest first, itself left out, each once."""
        return _walk(uri, self.broader)

    def broader(self, uri: str) -> tuple[str, ...]:
        concept = self.concept(uri)
        return concept.broader if concept else ()

    def class_of(self, uri: str) -> str:
        """The class that a series, an option or a class itself belongs to ("1re STMG": 1re)."""
        for near in (uri, *self.ancestors(uri)):
            if near in self._links.classes:
                return near
        return ""

    def classes_of(self, uri: str) -> tuple[str, ...]:
        """The classes of a cycle (old or new), a stage, a way or an age band, from the youngest."""
        concept = self.concept(uri)
        if concept is None or concept.vocabulary != LEVELS:
            return ()
        own = self.class_of(uri)
        inside = {own} if own else {self.class_of(near) for near in self._inside(concept)} - {""}
        return tuple(sorted(inside, key=self._links.classes.__getitem__))

    def cycles_of(self, uri: str) -> tuple[str, ...]:
        """The cycles in force (2016) that a class, a stage or an earlier cycle touches, in order.

        The cycle 3 of before 2016 (CE2, CM1, CM2) touches the cycles 2 and 3 of today.
        """
        cycles = self._links.cycles
        if uri in cycles:
            return (uri,)
        found = {cycle for level in self.classes_of(uri) for cycle in self._cycles_of_class(level)}
        return tuple(cycle for cycle in cycles if cycle in found)

    def vocabulary_of(self, purpose: str) -> str:
        """The three digits of the vocabulary that a purpose (9.1, voc-028) calls for, or ""."""
        return self._links.purposes.get(purpose, "")

    def purpose_of(self, vocabulary: str) -> str:
        """The URI of the purpose (9.1) under which a vocabulary classifies, or ""."""
        for purpose, called in self._links.purposes.items():
            concept = self.concept(purpose)
            if called == vocabulary and concept and not concept.retired:
                return purpose
        return ""

    def nearest(self, text: str, vocabulary: str) -> tuple[str, ...]:
        """Up to three labels that resemble a text no concept bears, the nearest first."""
        labels = {key_of(concept.label): concept.label for concept in self.members(vocabulary)}
        return nearest_of(text, labels)

    def _loaded(self, vocabulary: str) -> Mapping[str, Concept]:
        if vocabulary not in self._concepts:
            load = self._loaders.get(vocabulary, tuple)
            self._concepts[vocabulary] = {concept.uri: concept for concept in load()}
        return self._concepts[vocabulary]

    def _narrower_in(self, vocabulary: str) -> Mapping[str, list[str]]:
        if vocabulary not in self._narrower:
            found: dict[str, list[str]] = {}
            for concept in self._loaded(vocabulary).values():
                for parent in concept.broader:
                    found.setdefault(parent, []).append(concept.uri)
            self._narrower[vocabulary] = found
        return self._narrower[vocabulary]

    def _names_of(self, vocabulary: str) -> Names:
        if vocabulary not in self._names:
            wanted = (vocabulary,) if vocabulary else self._loaders
            concepts = (c for each in wanted for c in self._loaded(each).values())
            self._names[vocabulary] = Names(concepts)
        return self._names[vocabulary]

    def _inside(self, concept: Concept) -> Iterator[str]:
        yield from concept.related
        yield from self.descendants(concept.uri)
        for member in concept.members:
            yield member
            yield from self.classes_of(member)

    def _cycles_of_class(self, level: str) -> Iterator[str]:
        concept = self.concept(level)
        yield from concept.related if concept else ()
        if level in self._links.cycle_of:
            yield self._links.cycle_of[level]


def _walk(uri: str, step: Callable[[str], tuple[str, ...]]) -> Iterator[str]:
    seen, waiting = {uri}, list(step(uri))
    for near in waiting:  # grows as it is walked
        if near not in seen:
            seen.add(near)
            yield near
            waiting.extend(step(near))


@lru_cache(maxsize=1)
def scolomfr() -> Vocabularies:
    """The release shipped with this package."""
    loaders: dict[str, Callable[[], Iterable[Concept]]] = {}
    for tree in _release():
        loaders[tree["id"][-3:]] = _loader(tree)
    upper = loaders[SUBJECTS]
    loaders[SUBJECTS] = lambda: (*_all_subjects(), *upper())
    return Vocabularies(loaders, _links())


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """What each vocabulary is called, by its three digits."""
    return {tree["id"][-3:]: BESIDE.sub("", tree["label"]) for tree in _release()}


#: What stands around the titles of the release: the digits, and notes of who gathered it.
BESIDE = re.compile(r"^(?:\d{3}\s*-\s*)?(?:\(7\.0\)\W+)?| \((?:sous-ensembles|titre déduit).*\)$")


@lru_cache(maxsize=1)
def _release() -> list[dict[str, Any]]:
    trees: list[dict[str, Any]] = json.loads(data("scolomfr.json"))["vocabularies"]
    return trees


def data(name: str) -> bytes:
    """The bytes of a file of the vocabularies' folder."""
    return (files(__package__) / "vocabularies" / name).read_bytes()


def _loader(tree: Mapping[str, Any]) -> Callable[[], Iterable[Concept]]:
    return lambda: [_concept(row, tree["id"][-3:]) for row in tree["concepts"]]


def _all_subjects() -> Iterable[Concept]:
    """The whole of 015, of which scolomfr.json holds the upper part, with its earlier tokens."""
    full = json.loads(gzip.decompress(data("scolomfr-015.json.gz")))
    return [_concept(row, SUBJECTS) for row in full["concepts"]]


def _concept(row: Mapping[str, Any], vocabulary: str) -> Concept:
    return Concept(
        uri=_whole(row["uri"]),
        vocabulary=vocabulary,
        label=row["prefLabel"],
        alternatives=tuple(row.get("altLabels", ())),
        broader=tuple(map(_whole, row.get("broader", ()))),
        related=tuple(map(_whole, row.get("related", ()))),
        tokens=tuple(row.get("legacyTokens", ())),
        status=row.get("status") or "",
        replaced_by=next(map(_whole, row.get("replacedBy") or ()), ""),
        collection=bool(row.get("collection")),
        members=tuple(map(_whole, row.get("members", ()))),
    )


def _whole(uri: str) -> str:
    return CONCEPT + uri[2:] if uri.startswith("c:") else uri


def _links() -> Links:
    parts = json.loads(data("balise-links.json")).items()
    tree = {name: part["concepts"] for name, part in parts if name != "about"}
    return Links(
        cycles=tuple(CONCEPT + name for name in tree["cycles"]),
        classes={CONCEPT + name: rank for rank, name in enumerate(tree["classes"])},
        cycle_of={CONCEPT + name: CONCEPT + cycle for name, cycle in tree["cycle_of"].items()},
        replaced_by={CONCEPT + old: CONCEPT + new for old, new in tree["replaced_by"].items()},
        purposes={CONCEPT + name: digits for name, digits in tree["purposes"].items()},
    )


NUMBERED = re.compile(re.escape(CONCEPT) + r"scolomfr-voc-(\d{3})-")

APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'"})
SPACES = re.compile(r"[\s_]+")


@lru_cache(maxsize=65536)
def key_of(text: str) -> str:
    """What two spellings of one label share: case, accents, œ, apostrophes and spaces apart."""
    if not text.isascii():
        text = text.translate(APOSTROPHES).casefold().replace("œ", "oe").replace("æ", "ae")
        letters = unicodedata.normalize("NFD", text)
        text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return SPACES.sub(" ", text.casefold()).strip()


def nearest_of(text: str, named: Mapping[str, str], limit: int = 3) -> tuple[str, ...]:
    """What the names (keys of key_of) nearest to a text lead to, the nearest first, each once."""
    close = process.extract(
        key_of(text), named.keys(), scorer=fuzz.ratio, score_cutoff=70, limit=4 * limit
    )
    return tuple(dict.fromkeys(named[key] for key, _, _ in close))[:limit]


def slips_of(text: str, named: Mapping[str, str]) -> tuple[str, ...]:
    """What the names (keys of key_of) that a slip of the hand apart from a text lead to.

    A slip is a letter too many, missing, changed or swapped; two in a long word; never a digit.
    """
    key = key_of(text)
    slips = 0 if len(key) < 4 else 1 if len(key) < 8 else 2
    close = process.extract(key, named.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None)
    digits = re.sub(r"\D", "", key)
    return tuple(
        dict.fromkeys(named[name] for name, _, _ in close if re.sub(r"\D", "", name) == digits)
    )


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


def _tokens_in(uri: str) -> tuple[str, ...]:
    """The tokens a URI holds: "collection_2" is the "collection" of LOM, numbered to be unique."""
    name = local_name(uri)
    return (name, NUMBER_OF_TOKEN.sub("", name))


NUMBER_OF_TOKEN = re.compile(r"_\d$")
