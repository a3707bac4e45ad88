"""The words of teachers as their tables hold them. What a text means is in words.py.

The tables are data, to be read and mended by teachers: vocabularies/words.toml (levels, places and
methods, types, publics …), disciplines.toml, and balise.json for Balise's own lists. A concept of
ScoLOMFR that no row names makes a word by itself, under its label.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import ownterms
from .vocabulary import CONCEPT, data, key_of, scolomfr

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


@lru_cache
def words_of(kind: str) -> Mapping[str, Word]:
    """The words of a kind by key, in the order to show them."""
    rows = tables().get(kind, {})
    named = {key: _word(kind, key, row) for key, row in rows.items()}
    if kind in OWN:
        named = {term.key: _own(kind, term) for term in ownterms.lists()[OWN[kind]].terms}
    return {**named, **{made.key: made for made in _unnamed(kind, named)}}


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Any]:
    """The tables as written."""
    words, disciplines = (data(f"{name}.toml").decode() for name in ("words", "disciplines"))
    return {**tomllib.loads(words), "discipline": tomllib.loads(disciplines)}


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
    claimed.update({_uri(each): Word(kind="", key="", label="") for each in tables()["unsaid"]})
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
    return kind == "level" and uri in by_uri("stage")


def _uri(short: str) -> str:
    """ "022-014" is a number in a vocabulary, "exercise" a token of LOM, the rest a whole URI."""
    if numbered := NUMBERED.fullmatch(short):
        return f"{CONCEPT}scolomfr-voc-{numbered[1]}-num-{numbered[2]}"
    return short if ":" in short else CONCEPT + short


NUMBERED = re.compile(r"(\d{3})-(\d+)")


@lru_cache
def by_uri(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The keys of each concept: those that write it first, else those that only read it so."""
    own: dict[str, tuple[str, ...]] = {}
    also: dict[str, tuple[str, ...]] = {}
    for meant in words_of(kind).values():
        if len(meant.uris) == 1 or kind != "level":
            add(own, meant.uris, meant.key)
        add(also, meant.also, meant.key)
    return {**also, **own}


def add(found: dict[str, tuple[str, ...]], names: Iterable[str], key: str) -> None:
    """Note that these names lead to the word of this key."""
    for name in names:
        if key not in found.get(name, ()):
            found[name] = (*found.get(name, ()), key)


def slug(label: str) -> str:
    """A label as a key: « 1re STMG » is "1re-stmg"."""
    return re.sub(r"[^a-z0-9]+", "-", key_of(label)).strip("-")
