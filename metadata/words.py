"""The words of teachers: what « maths », « 2de pro », « en autonomie » or « dyslexie » mean.

The tables they are found in are wordtables.py's; how a class is written is levelwords.py's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from . import ownterms
from .levelwords import Piece, canonical, is_span, pieces
from .vocabulary import CONCEPT, SUBJECTS, Concept, data, key_of, nearest_of, scolomfr
from .wordtables import KINDS, Word, add, by_uri, slug, tables, words_of

__all__ = [
    "KINDS",
    "Word",
    "discipline",
    "disciplines",
    "disciplines_of",
    "every",
    "find",
    "keys_of",
    "level",
    "level_words_in",
    "levels_in",
    "matches",
    "nearest",
    "not_levels",
    "slug",
    "spelled",
    "synonyms",
    "word",
]


def every(kind: str) -> tuple[Word, ...]:
    """The words of a kind, in the order to show them."""
    return tuple(words_of(kind).values())


def word(kind: str, key: str) -> Word | None:
    return words_of(kind).get(key)


def find(kind: str, text: str) -> Word | None:
    """The word meant by any of its names, by a concept's URI or label; None when unknown or unclear."""
    found = matches(kind, text)
    return found[0] if len(found) == 1 else None


def matches(kind: str, text: str) -> tuple[Word, ...]:
    """Every word that a text may mean: several when it is ambiguous, which is never settled here."""
    concept = scolomfr().find(text.strip()).concept if "://" in text else None
    if keys := keys_of(kind, concept.uri if concept else text.strip()):
        return tuple(words_of(kind)[key] for key in keys)
    kinds = _searched(kind)
    name = spelled(kind, text)
    for rank in range(4):
        for each in kinds:
            if keys := _names(each)[rank].get(name, ()):
                return tuple(words_of(each)[key] for key in keys)
    for each in kinds:
        if keys := _singulars(each).get(_singular(name), ()):
            return tuple(words_of(each)[key] for key in keys)
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
    return by_uri(kind).get(uri, ())


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
    return tuple(tables()["not_levels_before"]), tuple(tables()["not_levels_after"])


@lru_cache(maxsize=1)
def synonyms() -> tuple[tuple[str, ...], ...]:
    """Groups of spellings that mean the same wherever they stand (vocabularies/synonyms.txt)."""
    lines = data("synonyms.txt").decode().splitlines()
    return tuple(tuple(line.split(" = ")) for line in lines if line and not line.startswith("#"))


def _searched(kind: str) -> tuple[str, ...]:
    return ("level", "stage") if kind == "level" else (kind,)


def spelled(kind: str, text: str) -> str:
    """What two ways to write one name of this kind share."""
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
    for meant in words_of(kind).values():
        add(label, (spelled(kind, meant.label), spelled(kind, meant.key)), meant.key)
        add(written, (spelled(kind, name) for name in meant.words), meant.key)
        for concept in _concepts(meant):
            add(published, [spelled(kind, concept.label)], meant.key)
            add(alternative, (spelled(kind, name) for name in concept.alternatives), meant.key)
    return label, written, published, alternative


@lru_cache
def _singulars(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The names of a table without the mark of the plural, for what is asked without it too."""
    found: dict[str, tuple[str, ...]] = {}
    for meant in words_of(kind).values():
        for name in (meant.label, *meant.words):
            add(found, [_singular(spelled(kind, name))], meant.key)
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


def _longest_level(said: list[Piece], cycle: bool) -> tuple[Word | None, int]:
    if cycle and re.fullmatch("[1-4]", said[0].word):  # « cycles 2 et 3 »
        return word("stage", f"cycle-{said[0].word}"), 1
    for size in range(min(LONGEST_LEVEL, len(said)), 0, -1):
        if all(piece.between in ("", "-", "'") for piece in said[1:size]):
            name = " ".join(piece.word for piece in said[:size])
            if name == canonical(name) and (found := find("level", name)):
                return found, size
    return None, 1


def _between(first: Word, last: Word) -> Iterator[Word]:
    for span in tables()["spans"]:
        if first.key in span and last.key in span:
            for key in span[span.index(first.key) + 1 : span.index(last.key)]:
                yield words_of(last.kind)[key]
