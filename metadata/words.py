"""The words of teachers: what « maths », « 2de pro », « en autonomie » or « dyslexie » mean.

The tables are data, to be read and mended by teachers: vocabularies/words.toml (levels, places and
methods, types, publics …), disciplines.toml, and balise.json for Balise's own lists. A concept of
ScoLOMFR that no row names makes a word by itself, under its label.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import ownterms
from .levelwords import canonical, is_span, pieces
from .vocabulary import CONCEPT, SUBJECTS, Concept, data, key_of, nearest_of, scolomfr

#: The kinds of words, and the vocabularies whose concepts make words of that kind by themselves.
KINDS: dict[str, tuple[str, ...]] = {
    "discipline": (),
    "level": ("022",),
    "stage": (),  # cycles, and the ways of the lycée; found as levels too
    "usage": ("018", "017"),
    "type": ("010",),
    "public": ("011", "021"),
    "granularity": ("008",),
    "cost": ("026",),
    "difficulty": ("025",),
    "feature": (),  # keys are terms of schema.org
    "need": (),
    "rgaa": (),
    "access": (),
    "personal-data": (),
}

#: The kinds that are lists of Balise's own.
OWN = {
    "need": "besoins",
    "rgaa": "rgaa",
    "access": "acces",
    "personal-data": "donnees-personnelles",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word of teachers. `uris` are written when it is exported; `also` are read as it too."""

    kind: str
    key: str
    label: str
    words: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    parent: str = ""  # key
    contains: tuple[str, ...] = ()  # keys: who says a cycle says its classes
    ways: tuple[str, ...] = ()  # keys of the stages that a level belongs to
    asked: tuple[str, ...] = ()  # names that mean it, and nothing else, in somebody's search


def every(kind: str) -> tuple[Word, ...]:
    """The words of a kind, in the order to show them."""
    return tuple(_words(kind).values())


def word(kind: str, key: str) -> Word | None:
    return _words(kind).get(key)


def find(kind: str, text: str) -> Word | None:
    """The word meant by any of its names, by a concept's URI or label; None when unknown or unclear."""
    found = matches(kind, text)
    return found[0] if len(found) == 1 else None


def matches(kind: str, text: str) -> tuple[Word, ...]:
    """Every word that a text may mean: several when it is ambiguous, which is never settled here."""
    concept = scolomfr().find(text.strip()).concept if "://" in text else None
    if keys := keys_of(kind, concept.uri if concept else text.strip()):
        return tuple(_words(kind)[key] for key in keys)
    kinds = _searched(kind)
    name = _name(kind, text)
    for rank in range(4):
        for each in kinds:
            if keys := _names(each)[rank].get(name, ()):
                return tuple(_words(each)[key] for key in keys)
    for each in kinds:
        if keys := _singulars(each).get(_singular(name), ()):
            return tuple(_words(each)[key] for key in keys)
    return _subjects_named(text) if kind == "discipline" else ()


def nearest(kind: str, text: str) -> tuple[str, ...]:
    """Up to three names of this kind that resemble a text, the nearest first."""
    written = {
        key_of(name): name
        for each in _searched(kind)
        for word in every(each)
        for name in (word.label, *word.words)
    }
    return nearest_of(text, written)


def keys_of(kind: str, uri: str) -> tuple[str, ...]:
    """The words that a concept is read as."""
    return _by_uri(kind).get(uri, ())


def disciplines() -> tuple[Word, ...]:
    return every("discipline")


def discipline(text: str) -> Word | None:
    """A discipline, by any of its names."""
    return find("discipline", text)


def disciplines_of(uri: str) -> tuple[str, ...]:
    """The keys of the disciplines that cover a concept of voc-015, in the order of the table."""
    return _cover().get(uri, ())


def level(text: str) -> tuple[str, ...]:
    """The URIs of the concepts that a level means, as « lycée » means two; () when unknown."""
    found = find("level", text)
    return found.uris if found else ()


def levels_in(text: str) -> tuple[str, ...]:
    """The URIs of the levels a text names: « CM1-CM2 », « du CP au CE2 », « 5e/4e », « cycles 2 et 3 ».

    « à », an arrow or a dash runs through what lies between; a hyphen or a slash does not.
    """
    return tuple(dict.fromkeys(uri for word in level_words_in(text) for uri in word.uris))


def level_words_in(text: str) -> tuple[Word, ...]:
    """The levels a text names, each once, in its order."""
    found: list[Word] = []
    for meant, between in _levels_of(text):
        if found and is_span(between):
            found += _between(found[-1], meant)
        found.append(meant)
    return tuple({(word.kind, word.key): word for word in found}.values())


def not_levels() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """In a search, the words that after a rank, and those that before it, say it is no class."""
    tables = _tables()
    return tuple(tables["not_levels_before"]), tuple(tables["not_levels_after"])


@lru_cache(maxsize=1)
def synonyms() -> tuple[tuple[str, ...], ...]:
    """Groups of spellings that mean the same wherever they stand (vocabularies/synonyms.txt)."""
    lines = data("synonyms.txt").decode().splitlines()
    return tuple(tuple(line.split(" = ")) for line in lines if line and not line.startswith("#"))


def slug(label: str) -> str:
    """A label as a key: « 1re STMG » is "1re-stmg"."""
    return re.sub(r"[^a-z0-9]+", "-", key_of(label)).strip("-")


def _searched(kind: str) -> tuple[str, ...]:
    return ("level", "stage") if kind == "level" else (kind,)


@lru_cache
def _words(kind: str) -> Mapping[str, Word]:
    rows = _tables().get(kind, {})
    named = {key: _word(kind, key, row) for key, row in rows.items()}
    if kind in OWN:
        named = {term.key: _own(kind, term) for term in ownterms.lists()[OWN[kind]].terms}
    return {**named, **{made.key: made for made in _unnamed(kind, named)}}


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Any]:
    tables = tomllib.loads(data("words.toml").decode())
    return {**tables, "discipline": tomllib.loads(data("disciplines.toml").decode())}


def _word(kind: str, key: str, row: Mapping[str, Any]) -> Word:
    names = tuple(row.get("words", ()))
    asked = (row["label"], *names) if kind in ("level", "stage") else row.get("asked_as", ())
    uris = [f"015-{row['main']:03d}"] if kind == "discipline" else row.get("uris", ())
    return Word(
        kind=kind,
        key=key,
        label=row["label"],
        words=names,
        uris=tuple(map(_uri, uris)),
        also=tuple(map(_uri, row.get("also", ()))),
        parent=row.get("parent", ""),
        contains=tuple(row.get("contains", ())),
        ways=tuple(row.get("ways", ())),
        asked=tuple(name for name in asked if name not in row.get("unasked", ())),
    )


def _own(kind: str, term: ownterms.OwnTerm) -> Word:
    return Word(
        kind=kind,
        key=term.key,
        label=term.label,
        words=term.alternatives,
        uris=(term.uri,),
        also=term.mapped("exactMatch", "closeMatch", "narrowMatch"),
        asked=(term.label, *term.alternatives) if kind == "need" else (),
    )


def _unnamed(kind: str, named: Mapping[str, Word]) -> Iterator[Word]:
    """The words that concepts make by themselves, under the nearest word above them."""
    claimed = {uri: word for word in named.values() for uri in (*word.uris, *word.also)}
    claimed.update({_uri(each): Word(kind="", key="", label="") for each in _tables()["unsaid"]})
    for vocabulary in KINDS[kind]:
        for concept in scolomfr().members(vocabulary):
            if concept.uri in claimed or concept.retired or _is_stage(concept.uri, kind):
                continue
            above = (claimed.get(uri) for uri in scolomfr().ancestors(concept.uri))
            parent = next((word for word in above if word), None)
            yield Word(
                kind=kind,
                key=slug(concept.label),
                label=concept.label,
                uris=(concept.uri,),
                parent=parent.key if parent else "",
                ways=parent.ways if parent else (),
            )


def _is_stage(uri: str, kind: str) -> bool:
    return kind == "level" and uri in _by_uri("stage")


def _uri(short: str) -> str:
    """ "022-014" is a number in a vocabulary, "exercise" a token of LOM, the rest a whole URI."""
    if numbered := NUMBERED.fullmatch(short):
        return f"{CONCEPT}scolomfr-voc-{numbered[1]}-num-{numbered[2]}"
    return short if ":" in short else CONCEPT + short


NUMBERED = re.compile(r"(\d{3})-(\d+)")


@lru_cache
def _by_uri(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The keys of each concept: those that write it first, else those that only read it so."""
    own: dict[str, tuple[str, ...]] = {}
    also: dict[str, tuple[str, ...]] = {}
    for meant in _words(kind).values():
        if len(meant.uris) == 1 or kind != "level":
            _add(own, meant.uris, meant.key)
        _add(also, meant.also, meant.key)
    return {**also, **own}


def _add(found: dict[str, tuple[str, ...]], names: Iterable[str], key: str) -> None:
    for name in names:
        if key not in found.get(name, ()):
            found[name] = (*found.get(name, ()), key)


def _name(kind: str, text: str) -> str:
    if kind in ("level", "stage"):
        return canonical(text)
    return APART.sub(" ", key_of(text).replace(".", "")).strip()


APART = re.compile(r"[^\w+#]+")


@lru_cache
def _names(kind: str) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """The names that lead to the words of a kind, the surest first."""
    label: dict[str, tuple[str, ...]] = {}
    written: dict[str, tuple[str, ...]] = {}
    published: dict[str, tuple[str, ...]] = {}
    alternative: dict[str, tuple[str, ...]] = {}
    for meant in _words(kind).values():
        _add(label, (_name(kind, meant.label), _name(kind, meant.key)), meant.key)
        _add(written, (_name(kind, name) for name in meant.words), meant.key)
        for concept in _concepts(meant):
            _add(published, [_name(kind, concept.label)], meant.key)
            _add(alternative, (_name(kind, name) for name in concept.alternatives), meant.key)
    return label, written, published, alternative


@lru_cache
def _singulars(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The names of a table without the mark of the plural, for what is asked without it too."""
    found: dict[str, tuple[str, ...]] = {}
    for meant in _words(kind).values():
        for name in (meant.label, *meant.words):
            _add(found, [_singular(_name(kind, name))], meant.key)
    return found


def _singular(name: str) -> str:
    return " ".join(word.rstrip("sx") if len(word) > 3 else word for word in name.split())


def _concepts(meant: Word) -> Iterator[Concept]:
    # A discipline's concept says too much (« langues vivantes » in a hundred shapes) and costs 15,000.
    if meant.kind != "discipline":
        alone = meant.uris if len(meant.uris) == 1 else ()
        for uri in (*alone, *meant.also):
            if not uri.startswith(ownterms.PREFIX) and (concept := scolomfr().concept(uri)):
                yield concept


def _subjects_named(text: str) -> tuple[Word, ...]:
    """A concept of voc-015 by its own label: more precise than any discipline."""
    found = scolomfr().find(text, SUBJECTS).concepts
    return tuple(
        Word(
            kind="discipline",
            key=slug(concept.label),
            label=concept.label,
            uris=(concept.uri,),
            parent=next(iter(disciplines_of(concept.uri)), ""),
        )
        for concept in found
    )


@lru_cache(maxsize=1)
def _cover() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key, runs in json.loads(data("discipline-cover.json")).items():
        for first, last in runs:
            for number in range(first, last + 1):
                found.setdefault(f"{CONCEPT}scolomfr-voc-015-num-{number:03d}", []).append(key)
    return {uri: tuple(keys) for uri, keys in found.items()}


LONGEST_LEVEL = 6  # words: « 2de générale et technologique »


def _levels_of(text: str) -> Iterator[tuple[Word, str]]:
    """The levels of a text, each with what stands between the one before and it."""
    said = [*pieces(text)]
    at, between, cycle = 0, "", False
    while at < len(said):
        found, size = _longest_level(said[at:], cycle)
        between += f" {said[at].between} "
        if found:
            yield found, between
            between, cycle = "", found.key.startswith("cycle-")
        else:
            between += said[at].word
        at += size


def _longest_level(said: list[Any], cycle: bool) -> tuple[Word | None, int]:
    if cycle and re.fullmatch("[1-4]", said[0].word):  # « cycles 2 et 3 »
        return word("stage", f"cycle-{said[0].word}"), 1
    for size in range(min(LONGEST_LEVEL, len(said)), 0, -1):
        if all(piece.between in ("", "-", "'") for piece in said[1:size]):
            name = " ".join(piece.word for piece in said[:size])
            if name == canonical(name) and (found := find("level", name)):
                return found, size
    return None, 1


def _between(first: Word, last: Word) -> Iterator[Word]:
    for span in _tables()["spans"]:
        if first.key in span and last.key in span:
            for key in span[span.index(first.key) + 1 : span.index(last.key)]:
                yield _words(last.kind)[key]
