"""What the classifications of a record (LOM 9) say, in the words of teachers.

Whom and what it is for: classes and cycles (022, 040), disciplines (015), needs (041), detailed
audience (021), labels (045). The vocabulary of a taxon decides, whatever the purpose it stands
under: notices often name the wrong one. Only what is required beforehand is left aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from metadata import words
from metadata.record import Record, Taxon, TaxonPath
from metadata.taxa import PREREQUISITE, leaves
from metadata.vocabulary import Concept, scolomfr
from metadata.words import slug


@dataclass(frozen=True, kw_only=True, slots=True)
class Taught:
    """Keys of words, each once, in the order to show them."""

    stages: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()  # of these levels, those that only a cycle or a school says
    disciplines: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()


def taught_in(record: Record) -> Taught:
    """Read what a record's classifications say."""
    paths = (
        tuple(taxon.id for taxon in path.taxa)
        for classification in record.classifications
        if classification.purpose is None or classification.purpose.uri != PREREQUISITE
        for path in classification.taxon_paths
    )
    return _taught(tuple(dict.fromkeys(paths)))


@lru_cache(maxsize=16384)
def _taught(paths: tuple[tuple[str, ...], ...]) -> Taught:
    found = dict.fromkeys(concept for path in paths for concept in _said(path))
    by: dict[str, list[str]] = {}
    for concept in found:
        by.setdefault(concept.vocabulary, []).append(concept.uri)
    levels, implied, stages = _levels([*by.get("022", ()), *by.get("040", ())])
    return Taught(
        stages=_ranked("stage", stages),
        levels=_ranked("level", levels | implied),
        implied=_ranked("level", implied),
        disciplines=_in_order("discipline", map(words.disciplines_of, by.get("015", ()))),
        needs=_keys("need", by.get("041", ())),
        audiences=_keys("public", by.get("021", ())),
        badges=tuple(dict.fromkeys(map(badge_of, by.get("045", ())))),
    )


@lru_cache(maxsize=65536)
def _said(path: tuple[str, ...]) -> tuple[Concept, ...]:
    """The concepts of a path that nothing in it makes more precise."""
    lowest = leaves(TaxonPath(taxa=tuple(map(Taxon, path))))
    known = (scolomfr().concept(taxon.id) for taxon in lowest)
    return tuple(concept for concept in known if concept and not concept.collection)


def _keys(kind: str, uris: Iterable[str]) -> tuple[str, ...]:
    return _in_order(kind, (words.keys_of(kind, uri) for uri in uris))


def _in_order(kind: str, several: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    said = {key for keys in several for key in keys}
    return tuple(word.key for word in words.every(kind) if word.key in said)


def badge_of(uri: str) -> str:
    """The value of a label of voc-045; the years of one label are one badge."""
    return slug(scolomfr().label(uri)).rstrip("-0123456789")


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """What a level says: values of its own, and the classes it stands for when none is said."""

    levels: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()


def _levels(uris: Iterable[str]) -> tuple[set[str], set[str], set[str]]:
    """The classes these concepts name, the others they are for, and the stages, together.

    A cycle or a school stands for all its classes, unless the record also says which.
    """
    found = [level_of(uri) for uri in uris]
    levels = {key for level in found for key in level.levels}
    stages = {key for level in found for key in level.stages}
    implied: set[str] = set()
    for level in found:
        if levels.isdisjoint(level.classes):
            for key in level.classes:
                implied |= _class(key).levels
                stages |= _class(key).stages
    return levels, implied - levels, stages


def _ranked(kind: str, keys: set[str]) -> tuple[str, ...]:
    return tuple(word.key for word in words.every(kind) if word.key in keys) if keys else ()


@lru_cache
def level_of(uri: str) -> Level:
    """What a concept of 022 or 040 says of classes and stages."""
    if keys := words.keys_of("level", uri):
        return _joined(map(_class, keys))
    if keys := words.keys_of("stage", uri):
        stages = [words.word("stage", key) for key in keys]
        classes = tuple(key for stage in stages if stage for key in stage.contains)
        return Level(stages=frozenset(keys), classes=classes)
    # A cycle of before 2016, a stage of the lycée: the classes that the vocabulary puts in it.
    classes = tuple(
        key for each in scolomfr().classes_of(uri) for key in words.keys_of("level", each)
    )
    return Level(classes=classes)


@lru_cache
def _class(key: str) -> Level:
    word = words.word("level", key)
    if word is None:
        return Level()
    return Level(
        levels=frozenset((key, *_above(key))), stages=frozenset(word.ways), classes=word.contains
    )


def _above(key: str) -> Iterator[str]:
    word = words.word("level", key)
    while word and word.parent:
        yield word.parent
        word = words.word("level", word.parent)


def _joined(several: Iterable[Level]) -> Level:
    found = tuple(several)
    return Level(
        levels=frozenset().union(*(level.levels for level in found)),
        stages=frozenset().union(*(level.stages for level in found)),
        classes=tuple(key for level in found for key in level.classes),
    )
