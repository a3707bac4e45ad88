"""How much of what a teacher needs does a record say: from 0 (nothing) to 1 (everything).

Each thing weighs what its absence costs: without a title or a link a resource is of no use, without
a level or a subject nobody finds it, the rest helps to choose. The weights add up to 100.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .licences import licence_of
from .record import Record
from .taxa import EDUCATIONAL_LEVEL, TEACHING_DOMAIN, french, taxa_of


class Need(NamedTuple):
    """One thing that a teacher needs to know."""

    name: str  # in French, for the pages
    weight: int
    said: Callable[[Record], object]


def _in_any_block(*fields: str) -> Callable[[Record], bool]:
    def said(record: Record) -> bool:
        return any(_known(getattr(block, name)) for block in record.educational for name in fields)

    return said


def _known(values: object) -> bool:
    """Whether terms are known concepts; "said but not understood" does not help a teacher."""
    return isinstance(values, tuple) and any(getattr(value, "uri", value) for value in values)


def _time(record: Record) -> bool:
    return any(block.typical_learning_time.iso for block in record.educational)


def _people(record: Record) -> bool:
    return any(contribution.entities for contribution in record.life_cycle.contributions)


NEEDS = (
    Need("le titre", 15, lambda record: french(record.general.title)),
    Need("la description", 15, lambda record: any(map(french, record.general.descriptions))),
    Need("le lien", 15, lambda record: record.technical.locations),
    Need("le niveau", 12, lambda record: any(t.id for t in taxa_of(record, EDUCATIONAL_LEVEL))),
    Need("la discipline", 12, lambda record: any(t.id for t in taxa_of(record, TEACHING_DOMAIN))),
    Need("le type pédagogique", 6, _in_any_block("learning_resource_types")),
    Need("les modalités d’usage", 5, _in_any_block("places", "educational_methods")),
    Need("la licence", 5, licence_of),
    Need("l’accessibilité", 4, lambda record: record.balise.rgaa),
    Need("la durée", 3, _time),
    Need("l’auteur ou l’éditeur", 3, _people),
    Need("la langue", 2, lambda record: record.general.languages),
    Need("les données personnelles", 2, lambda record: record.balise.personal_data),
    Need("le public", 1, _in_any_block("intended_end_user_roles")),
)


def completeness(record: Record) -> float:
    """The share of a teacher's needs that the record answers, from 0 to 1."""
    return sum(need.weight for need in NEEDS if need.said(record)) / 100
