"""The facets of the catalogue: for each, what it is called and what an entry says of it.

Adding a facet is one line of FACETS. A value is a slug; what an entry does not say has no value, and
« non renseigné » (-) is the reader's name for that. Who says a cycle says its classes; who says a
class says its school, its cycle and, in the lycée, its way (générale, technologique or
professionnelle): these are values of `cycle`, beside the four cycles of 2016.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from metadata.words import slug

from . import facetvalues as named
from . import said
from .facetvalues import Find, Known, Value
from .recognition import recognise
from .said import Entry, Reader
from .taught import taught_in

__all__ = [
    "FACETS",
    "Facet",
    "Value",
    "disciplines",
    "implied_in",
    "label_of",
    "names_of",
    "narrowest",
    "parent_of",
    "rank_of",
    "recognise",
    "source_value",
    "value_of",
    "values_of",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """One facet: the words over its values, how it is read, and how a text means one of them.

    `known` gives its values in the order to show them, () when there is no telling in advance.
    """

    key: str
    label: str
    values: Reader
    known: Known = tuple
    find: Find = slug
    ordered: bool = False  # show values in the order of `known`, else the most frequent first


def values_of(entry: Entry) -> dict[str, tuple[str, ...]]:
    """The values of each facet that the entry says something of."""
    taught = taught_in(entry.record)
    found = {key: tuple(dict.fromkeys(f.values(entry, taught))) for key, f in FACETS.items()}
    return {key: values for key, values in found.items() if values}


def implied_in(entry: Entry) -> tuple[str, ...]:
    """The values of `niveau` that the entry does not name: its cycle or its school does."""
    return taught_in(entry.record).implied


def label_of(key: str, value: str) -> str:
    """The words to show for a value; the value itself when it is not known in advance."""
    known = _values(key).get(value)
    return known.label if known else value


def names_of(key: str, value: str) -> tuple[str, ...]:
    """What else a value is called: "maths" for "mathematiques"."""
    known = _values(key).get(value)
    return known.names if known else ()


def value_of(key: str, text: str) -> str | None:
    """The slug that a slug, a label, an alternative label or a URI means; None when none."""
    facet, text = FACETS[key], text.strip()
    known = _values(key)
    found = text if text in known else _labels(key).get(slug(text)) or facet.find(text)
    return found if found and (found in known or not known) else None


def rank_of(key: str, value: str, count: int = 0) -> tuple[int, str]:
    """What to sort the values of a facet by: their own order, or the most frequent first."""
    return (_places(key).get(value, 10**6) if FACETS[key].ordered else -count, label_of(key, value))


def parent_of(key: str, value: str) -> str:
    """The value that contains this one ("histoire-geographie" over "histoire"), or ""."""
    known = _values(key).get(value)
    return known.parent if known else ""


def narrowest(key: str, values: Iterable[str]) -> tuple[str, ...]:
    """The values that contain no other of these: « CM1 » rather than « école élémentaire, CM1 »."""
    several = tuple(values)
    above = {parent for value in several for parent in _above(key, value)}
    return tuple(value for value in several if value not in above)


def disciplines() -> tuple[str, ...]:
    """The slugs of the disciplines, which name pages and are not given to resources."""
    return tuple(_values("discipline"))


def source_value(key: str) -> str:
    """The value of the facet `source` for a source's key."""
    return slug(key)


@lru_cache
def _values(key: str) -> Mapping[str, Value]:
    return {value.slug: value for value in FACETS[key].known()}


@lru_cache
def _places(key: str) -> Mapping[str, int]:
    return {value: place for place, value in enumerate(_values(key))}


@lru_cache
def _labels(key: str) -> Mapping[str, str]:
    return {slug(value.label): value.slug for value in reversed(tuple(_values(key).values()))}


def _above(key: str, value: str) -> Iterator[str]:
    while value := parent_of(key, value):
        yield value


def _words(key: str, label: str, kind: str, values: Reader, *, ordered: bool = False) -> Facet:
    """A facet whose values are the words of a kind."""
    return Facet(
        key=key,
        label=label,
        values=values,
        known=named.of(kind),
        find=named.named(kind),
        ordered=ordered,
    )


def _yes_no(key: str, label: str, values: Reader) -> Facet:
    return Facet(
        key=key,
        label=label,
        values=values,
        known=named.answers,
        find=named.find_answer,
        ordered=True,
    )


def _several(*facets: Facet) -> dict[str, Facet]:
    return {facet.key: facet for facet in facets}


FACETS = _several(
    _words("cycle", "cycle ou voie", "stage", lambda entry, taught: taught.stages, ordered=True),
    _words(
        "niveau", "niveau de classe", "level", lambda entry, taught: taught.levels, ordered=True
    ),
    _words("discipline", "discipline", "discipline", lambda entry, taught: taught.disciplines),
    _words("type", "type", "type", said.types),
    _words("granularite", "granularité", "granularity", said.granularity, ordered=True),
    _words("usage", "usage", "usage", said.usage),
    _words("public", "public", "public", said.public),
    Facet(
        key="duree",
        label="durée",
        values=said.duration,
        known=named.fixed(
            {
                "jusqu-a-15-min": "jusqu’à 15 min",
                "15-a-30-min": "de 15 à 30 min",
                "30-a-60-min": "de 30 min à 1 h",
                "1-a-2-h": "de 1 h à 2 h",
                "plus-de-2-h": "plus de 2 h",
            }
        ),
        find=named.find_range(said.LEARNING),
        ordered=True,
    ),
    Facet(
        key="concentration",
        label="temps de concentration",
        values=said.concentration,
        known=named.fixed(
            {
                "jusqu-a-5-min": "jusqu’à 5 min",
                "5-a-10-min": "de 5 à 10 min",
                "10-a-20-min": "de 10 à 20 min",
                "plus-de-20-min": "plus de 20 min",
            }
        ),
        find=named.find_range(said.ATTENTION),
        ordered=True,
    ),
    Facet(
        key="accessibilite",
        label="accessibilité",
        values=said.accessibility,
        known=named.accessibilities,
        find=named.find_accessibility,
        ordered=True,
    ),
    _words("besoin", "besoin particulier", "need", said.needs),
    _yes_no("exercices", "exercices", said.exercises),
    _yes_no("suivi", "suivi des résultats", said.answer("results_tracking")),
    _yes_no("adaptable", "adaptable", said.answer("adaptable")),
    _yes_no("hors-ligne", "hors ligne", said.answer("offline")),
    _yes_no("compte", "compte élève", said.answer("pupil_account")),
    _words("acces", "accès", "access", said.access, ordered=True),
    Facet(
        key="licence",
        label="licence",
        values=said.licence,
        known=named.licence_families,
        find=named.find_licence,
    ),
    _words("cout", "coût", "cost", said.cost, ordered=True),
    _words("donnees", "données personnelles", "personal-data", said.personal_data, ordered=True),
    _yes_no("ia", "intelligence artificielle", said.answer("ai")),
    Facet(
        key="langue",
        label="langue",
        values=said.languages,
        known=named.languages,
        find=named.find_language,
    ),
    Facet(
        key="origine",
        label="origine",
        values=lambda entry, taught: (entry.origin,),
        known=named.fixed(
            {"commun": "commun éducatif", "public": "service public", "editeur": "éditeur"}
        ),
    ),
    Facet(key="source", label="source", values=lambda entry, taught: (source_value(entry.source),)),
    Facet(
        key="badge",
        label="badge ou label",
        values=said.badges,
        known=named.badges,
    ),
    Facet(
        key="cherche",
        label="cherche",
        values=said.looking_for,
        known=named.fixed({said.CO_MAINTAINER: "un co-mainteneur"}),
    ),
)
