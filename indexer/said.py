"""What an entry says, facet by facet: slugs, none where it does not say.

One function a facet, over the record and what its classifications say (taught.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Protocol

from metadata import badges as earned
from metadata import licences, words
from metadata.case import PUBLIC, Face
from metadata.normalise import minutes
from metadata.record import Record
from metadata.vocabulary import CONCEPT
from metadata.words import slug

from .taught import Taught


class Standing(Protocol):
    """How an entry stands before the curators: see entry.Standing."""

    @property
    def face(self) -> Face: ...


class Entry(Protocol):
    """What a facet is read from: see entry.Entry."""

    @property
    def record(self) -> Record: ...
    @property
    def source(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def standing(self) -> Standing | None: ...


Reader = Callable[[Entry, Taught], Iterable[str]]


def own(field: str) -> Reader:
    """A field of Balise's own that holds one word."""
    return lambda entry, taught: filter(None, [getattr(entry.record.balise, field)])


def answer(field: str) -> Reader:
    """A field of Balise's own that answers yes or no, or does not answer."""
    return lambda entry, taught: ANSWERS[getattr(entry.record.balise, field)]


ANSWERS: Mapping[bool | None, tuple[str, ...]] = {True: ("oui",), False: ("non",), None: ()}


def types(entry: Entry, taught: Taught) -> Iterable[str]:
    for educational in entry.record.educational:
        for term in educational.learning_resource_types:
            yield from words.keys_of("type", term.uri)
    general = entry.record.general
    for term in (*general.document_types, *general.general_resource_types):
        yield from words.keys_of("type", term.uri)


def granularity(entry: Entry, taught: Taught) -> Iterable[str]:
    level = entry.record.general.aggregation_level
    return words.keys_of("granularity", level.uri) if level else ()


def usage(entry: Entry, taught: Taught) -> Iterable[str]:
    for educational in entry.record.educational:
        for term in (*educational.educational_methods, *educational.places):
            yield from words.keys_of("usage", term.uri)


def public(entry: Entry, taught: Taught) -> Iterable[str]:
    for educational in entry.record.educational:
        for term in educational.intended_end_user_roles:
            yield from words.keys_of("public", term.uri)
    yield from taught.audiences


class Ranges:
    """Lengths of time as values: up to so many minutes, or beyond."""

    def __init__(self, up_to: Mapping[str, int], beyond: str) -> None:
        self.up_to = up_to
        self.beyond = beyond

    def of(self, iso: str) -> Iterable[str]:
        length = _minutes(iso) if iso else None
        if not length:  # PT0S is a placeholder
            return ()
        return (next((name for name, most in self.up_to.items() if length <= most), self.beyond),)


@lru_cache(maxsize=4096)
def _minutes(iso: str) -> int | None:
    return minutes(iso)


LEARNING = Ranges(
    {"jusqu-a-15-min": 15, "15-a-30-min": 30, "30-a-60-min": 60, "1-a-2-h": 120}, "plus-de-2-h"
)
ATTENTION = Ranges({"jusqu-a-5-min": 5, "5-a-10-min": 10, "10-a-20-min": 20}, "plus-de-20-min")


def duration(entry: Entry, taught: Taught) -> Iterable[str]:
    for educational in entry.record.educational:
        yield from LEARNING.of(educational.typical_learning_time.iso)


def concentration(entry: Entry, taught: Taught) -> Iterable[str]:
    return ATTENTION.of(entry.record.balise.concentration)


def accessibility(entry: Entry, taught: Taught) -> Iterable[str]:
    balise = entry.record.balise
    if balise.rgaa:
        yield f"rgaa-{balise.rgaa}"
    for term in balise.accessibility_features:
        if word := words.word("feature", term):
            yield slug(word.label)


def needs(entry: Entry, taught: Taught) -> Iterable[str]:
    yield from entry.record.balise.needs
    yield from taught.needs


#: Types that are exercises (5.2): having one is saying that there are.
EXERCISES = frozenset(CONCEPT + name for name in ("exercise", "questionnaire", "self_assessment"))


def exercises(entry: Entry, taught: Taught) -> Iterable[str]:
    said = entry.record.balise.exercises
    if said is None and any(
        term.uri in EXERCISES
        for educational in entry.record.educational
        for term in educational.learning_resource_types
    ):
        said = True
    return ANSWERS[said]


#: The platform of an extended location (4.3.1) whose door is the GAR's.
GAR = "http://data.education.fr/gar"


def access(entry: Entry, taught: Taught) -> Iterable[str]:
    # A resource without price may still ask for an account: only what is said of access counts.
    if entry.record.balise.access:
        yield entry.record.balise.access
    elif any(door.platform == GAR for door in entry.record.technical.extended_locations):
        yield "gar"


#: What an access says of the price.
PRICES = {"libre": "gratuit", "compte-gratuit": "gratuit", "abonnement": "payant"}


def cost(entry: Entry, taught: Taught) -> Iterable[str]:
    price = entry.record.rights.cost
    if price and (said := words.keys_of("cost", price.uri)):
        return said
    return filter(None, [PRICES.get(entry.record.balise.access)])


def personal_data(entry: Entry, taught: Taught) -> Iterable[str]:
    if entry.record.balise.personal_data:
        yield entry.record.balise.personal_data
        return
    for door in entry.record.technical.extended_locations:
        if door.personal_data:
            yield from words.keys_of("personal-data", door.personal_data.uri)


FREE = "libre"


def licence(entry: Entry, taught: Taught) -> Iterable[str]:
    if found := licences.licence_of(entry.record):
        yield slug(found.family)
        if found.free:
            yield FREE


def languages(entry: Entry, taught: Taught) -> Iterable[str]:
    return filter(None, (tag.partition("-")[0].lower() for tag in entry.record.general.languages))


def badges(entry: Entry, taught: Taught) -> Iterable[str]:
    """Its qualification, the badges of a commun, the labels of 045.

    No value here ends with the clock: Balise notes the end of a qualification, and the activity of a
    project is no reason to leave out what is finished.
    """
    if entry.standing and entry.standing.face in PUBLIC:
        yield str(entry.standing.face)
    if entry.origin == "commun":
        yield from earned.held_by(entry.record)
    yield from taught.badges


CO_MAINTAINER = "co-mainteneur"


def looking_for(entry: Entry, taught: Taught) -> Iterable[str]:
    return (CO_MAINTAINER,) if entry.record.balise.seeks_co_maintainer else ()
