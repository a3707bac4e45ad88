"""One piece of evidence about a resource: a study, figures of use, what teachers tell of it.

How it is written is in evidencecolumns.py, what it is worth in evidence.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Strand(StrEnum):
    """A way to know what a resource is worth. They are shown side by side and never summed."""

    RESEARCH = "recherche"
    USAGE = "usage"
    PRACTICE = "pratique"

    @property
    def label(self) -> str:
        return STRANDS[self]

    def sized(self, size: int) -> str:
        """« 1 retour », « 12 400 utilisateurs »."""
        unit = UNITS[self]
        return f"{spaced(size)} {unit}s" if size > 1 else f"{size} {unit}"


STRANDS = {
    Strand.RESEARCH: "recherche",
    Strand.USAGE: "statistiques d’usage",
    Strand.PRACTICE: "retours de pratique",
}


UNITS = {Strand.RESEARCH: "élève", Strand.USAGE: "utilisateur", Strand.PRACTICE: "retour"}


def spaced(number: int) -> str:
    """A number as it is read: « 12 400 »."""
    return f"{number:,}".replace(",", " ")


class Design(StrEnum):
    """How a study was made, the most demanding first."""

    TRIAL = "essai-controle"
    QUASI = "quasi-experimental"
    DESCRIPTIVE = "descriptive"
    OPINION = "avis"

    @property
    def label(self) -> str:
        return DESIGNS[self]


DESIGNS = {
    Design.TRIAL: "essai contrôlé",
    Design.QUASI: "étude quasi-expérimentale",
    Design.DESCRIPTIVE: "étude descriptive",
    Design.OPINION: "avis d’experts",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One piece of evidence."""

    strand: Strand
    reference: str  # the address of a page, or the SHA-256 of a file
    origin: str  # who made it
    dated: date  # published, or the last day of what it counts
    title: str = ""  # what it shows, in a French sentence; "" when figures say it
    independent: bool | None = None  # of who publishes the resource; None: not said
    version: str = ""  # of the resource that it is about; "" when unknown
    design: Design | None = None  # of a study
    begun: date | None = None  # the first day of what it counts
    size: int | None = None  # pupils of a study, users, accounts
    places: int | None = None  # schools
    context: str = ""  # levels, subjects, kind of classes

    @property
    def days(self) -> int:
        """How many days its figures cover."""
        return (self.dated - self.begun).days if self.begun else 0
