"""Balise's own small vocabulary: what the strategy asks and no published vocabulary carries.

vocabularies/balise.json holds it; its URIs never change: urn:balise:<list>:<term>. It is published
as SKOS (https://www.w3.org/TR/skos-reference/), with its mappings to ScoLOMFR.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .vocabulary import CONCEPT, data

PREFIX = "urn:balise:"

#: How a term stands to a concept of ScoLOMFR, the nearest first.
MAPPINGS = ("exactMatch", "closeMatch", "narrowMatch", "broadMatch", "relatedMatch")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnTerm:
    """One term of one list. `mappings` holds (a name of MAPPINGS, URI in ScoLOMFR)."""

    key: str
    uri: str
    label: str
    alternatives: tuple[str, ...] = ()
    definition: str = ""
    mappings: tuple[tuple[str, str], ...] = ()

    def mapped(self, *kinds: str) -> tuple[str, ...]:
        """The concepts of ScoLOMFR that stand so to this term."""
        return tuple(uri for kind, uri in self.mappings if kind in kinds)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnList:
    """A list of terms (a SKOS concept scheme); without terms when its values are not words."""

    key: str
    uri: str
    label: str
    definition: str = ""
    terms: tuple[OwnTerm, ...] = ()


@lru_cache(maxsize=1)
def lists() -> dict[str, OwnList]:
    """Every list, by key, in the order of the file."""
    return {row["key"]: _list(row) for row in _tree()["schemes"]}


@lru_cache(maxsize=1)
def terms() -> dict[str, OwnTerm]:
    """Every term, by URI."""
    return {term.uri: term for each in lists().values() for term in each.terms}


def uri_of(list_key: str, term_key: str) -> str:
    return f"{PREFIX}{list_key}:{term_key}"


def standard(list_key: str, term_key: str) -> str:
    """The concept of ScoLOMFR to write beside a term: the same, or the one it falls under; or ""."""
    term = terms().get(uri_of(list_key, term_key))
    found = term.mapped("exactMatch", "closeMatch", "broadMatch") if term else ()
    return next(iter(found), "")


def turtle() -> str:
    """The whole vocabulary as SKOS, in Turtle."""
    tree = _tree()
    parts = [
        "@prefix dcmitype: <http://purl.org/dc/dcmitype/> .",
        "@prefix dct: <http://purl.org/dc/terms/> .",
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
        "",
        *_subject(
            f"{PREFIX}vocabulaire",
            "dcmitype:Collection",
            [
                ("dct:title", _text(tree["title"])),
                ("dct:description", _text(tree["description"])),
                ("dct:license", f"<{tree['licence']}>"),
                ("owl:versionInfo", json.dumps(tree["version"])),
                *(("dct:hasPart", f"<{each.uri}>") for each in lists().values()),
            ],
        ),
    ]
    for each in lists().values():
        parts += _subject(each.uri, "skos:ConceptScheme", _described(each))
        for term in each.terms:
            parts += _subject(term.uri, "skos:Concept", _placed(term, each))
    return "\n".join(parts)


def _described(each: OwnList) -> list[tuple[str, str]]:
    tops = [("skos:hasTopConcept", f"<{term.uri}>") for term in each.terms]
    return [
        ("skos:prefLabel", _text(each.label)),
        ("dct:description", _text(each.definition)),
        *tops,
    ]


def _placed(term: OwnTerm, each: OwnList) -> list[tuple[str, str]]:
    return [
        ("skos:prefLabel", _text(term.label)),
        *(("skos:altLabel", _text(name)) for name in term.alternatives),
        *([("skos:definition", _text(term.definition))] if term.definition else []),
        ("skos:notation", json.dumps(term.key)),
        ("skos:topConceptOf", f"<{each.uri}>"),
        ("skos:inScheme", f"<{each.uri}>"),
        *((f"skos:{kind}", f"<{uri}>") for kind, uri in term.mappings),
    ]


def _subject(uri: str, kind: str, facts: list[tuple[str, str]]) -> Iterator[str]:
    yield f"<{uri}> a {kind} ;"
    for place, (name, value) in enumerate(facts, start=1):
        yield f"    {name} {value} {'.' if place == len(facts) else ';'}"
    yield ""


def _text(value: str) -> str:
    # The escapes of a JSON string are also those of a Turtle literal.
    return f"{json.dumps(value, ensure_ascii=False)}@fr"


@lru_cache(maxsize=1)
def _tree() -> Any:
    return json.loads(data("balise.json"))


def _list(row: dict[str, Any]) -> OwnList:
    key = row["key"]
    rows = YES_AND_NO if row.get("answers") else row.get("concepts", ())
    return OwnList(
        key=key,
        uri=PREFIX + key,
        label=row["label"],
        definition=row["definition"],
        terms=tuple(_term(key, each) for each in rows),
    )


def _term(list_key: str, row: dict[str, Any]) -> OwnTerm:
    return OwnTerm(
        key=row["key"],
        uri=uri_of(list_key, row["key"]),
        label=row["label"],
        alternatives=tuple(row.get("alternatives", ())),
        definition=row.get("definition", ""),
        mappings=tuple((kind, CONCEPT + name) for kind in MAPPINGS for name in row.get(kind, ())),
    )


#: The terms of a list whose question is answered by yes or no.
YES_AND_NO: tuple[dict[str, Any], ...] = (
    {"key": "oui", "label": "oui", "alternatives": ("vrai", "true", "yes")},
    {"key": "non", "label": "non", "alternatives": ("faux", "false", "no")},
)
