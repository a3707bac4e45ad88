"""Balise's own fields in LOM: free taxa under their own source, that any LOM tool may ignore.

One path a value: what it is about, then the value (`urn:balise:hors-ligne`,
`urn:balise:hors-ligne:oui`). Names and labels are those of Balise's vocabulary (ownterms.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any
from urllib.parse import quote, unquote

from ..ownterms import PREFIX, lists, terms
from ..record import Balise, Classification, Taxon, TaxonPath, Term, Text
from ..vocabulary import CONCEPT

SOURCE = "Balise"

#: The list of Balise's vocabulary that a field of the record is about.
LISTS = {
    "concentration": "concentration",
    "adaptable": "adaptable",
    "exercises": "exercices",
    "results_tracking": "suivi-des-resultats",
    "rgaa": "rgaa",
    "accessibility_statement": "declaration-accessibilite",
    "accessibility_features": "fonctionnalites",
    "needs": "besoins",
    "personal_data": "donnees-personnelles",
    "ai": "ia",
    "offline": "hors-ligne",
    "pupil_account": "compte-eleve",
    "access": "acces",
    "seeks_co_maintainer": "cherche-co-mainteneur",
    "badge": "badge",
    "bot": "bot",
}
FIELDS = {key: name for name, key in LISTS.items()}
ACCESSIBILITY = {"rgaa", "accessibility_statement", "accessibility_features", "needs"}

ANSWERS = {True: "oui", False: "non"}
BOOLEANS = {said: answer for answer, said in ANSWERS.items()}
SWITCHES = {field.name for field in fields(Balise) if field.default is None}
SEVERAL = {field.name for field in fields(Balise) if field.default == ()}

RESTRICTIONS = Term(CONCEPT + "accessibility_restrictions", "restriction d'accessibilité")
ADDITIONAL = Term(CONCEPT + "scolomfr-voc-028-num-025", "vocabulaire additionnel")


def classifications(balise: Balise) -> Iterator[Classification]:
    """The classifications that say Balise's own fields, those of accessibility apart."""
    for purpose, about_access in ((RESTRICTIONS, True), (ADDITIONAL, False)):
        names = [name for name in LISTS if (name in ACCESSIBILITY) is about_access]
        paths = tuple(path for name in names for path in _paths(name, getattr(balise, name)))
        if paths:
            yield Classification(purpose=purpose, taxon_paths=paths)


def _paths(name: str, value: Any) -> Iterator[TaxonPath]:
    for each in value if name in SEVERAL else (value,):
        if each not in (None, ""):
            yield _path(LISTS[name], ANSWERS[each] if name in SWITCHES else each)


def _path(key: str, said: str) -> TaxonPath:
    identifier = f"{PREFIX}{key}:{quote(said, safe='')}"
    term = terms().get(identifier)
    label = Text(term.label, "fr") if term else Text(said)
    return TaxonPath(
        source=(Text(SOURCE),),
        taxa=(
            Taxon(PREFIX + key, (Text(lists()[key].label, "fr"),)),
            Taxon(identifier, (label,)),
        ),
    )


def taken(path: TaxonPath) -> tuple[str, Any] | None:
    """The field and the value that a path of Balise's own says; None for any other path."""
    if not path.taxa or not any(text.value == SOURCE for text in path.source):
        return None
    identifier = path.taxa[-1].id
    key, colon, said = identifier.removeprefix(PREFIX).partition(":")
    name = FIELDS.get(key)
    if name is None or not colon or not identifier.startswith(PREFIX):
        return None
    value = unquote(said)
    if name in SWITCHES:
        return (name, BOOLEANS[value]) if value in BOOLEANS else None
    return name, value


def gathered(values: dict[str, list[Any]]) -> Balise:
    """The fields of Balise from the values taken, in order."""
    said: dict[str, Any] = {
        name: tuple(met) if name in SEVERAL else met[0] for name, met in values.items()
    }
    return Balise(**said)
