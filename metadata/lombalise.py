"""Balise's own fields in LOM: free taxa under their own source, that any LOM tool may ignore.

One path a value: what it is about, then the value (`urn:balise:hors-ligne`,
`urn:balise:hors-ligne:oui`). Keys are those of `commun.yml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any
from urllib.parse import quote, unquote

from .record import Balise, Classification, Taxon, TaxonPath, Term, Text
from .vocabulary import CONCEPT

SOURCE = "Balise"
PREFIX = "urn:balise:"

#: Field, key, words: in the order of the record.
FIELDS = {
    "concentration": ("concentration", "durée de concentration"),
    "adaptable": ("adaptable", "adaptable"),
    "exercises": ("exercices", "exercices"),
    "results_tracking": ("suivi-des-resultats", "suivi des résultats par l’enseignant"),
    "rgaa": ("rgaa", "conformité au RGAA"),
    "accessibility_statement": ("declaration-accessibilite", "déclaration d’accessibilité"),
    "accessibility_features": ("fonctionnalites", "fonctionnalité d’accessibilité"),
    "needs": ("besoins", "besoin particulier"),
    "personal_data": ("donnees-personnelles", "données personnelles"),
    "ai": ("ia", "recours à l’intelligence artificielle"),
    "offline": ("hors-ligne", "utilisable hors ligne"),
    "pupil_account": ("compte-eleve", "compte élève nécessaire"),
    "access": ("acces", "accès"),
    "seeks_co_maintainer": ("cherche-co-mainteneur", "cherche un co-mainteneur"),
    "badge": ("badge", "badge du catalogue"),
    "bot": ("bot", "robot du catalogue"),
}
FIELD_OF = {key: name for name, (key, _) in FIELDS.items()}
ACCESSIBILITY = ("rgaa", "accessibility_statement", "accessibility_features", "needs")

YES_NO = {True: "oui", False: "non"}
BOOLEANS = {"oui": True, "non": False}
LISTS = {field.name for field in fields(Balise) if field.default == ()}
SWITCHES = {field.name for field in fields(Balise) if field.default is None}

RESTRICTIONS = Term(CONCEPT + "accessibility_restrictions", "restriction d'accessibilité")
ADDITIONAL = Term(CONCEPT + "scolomfr-voc-028-num-025", "vocabulaire additionnel")


def classifications(balise: Balise) -> Iterator[Classification]:
    """The classifications that say Balise's own fields."""
    for purpose, accessible in ((RESTRICTIONS, True), (ADDITIONAL, False)):
        names = [name for name in FIELDS if (name in ACCESSIBILITY) is accessible]
        paths = tuple(path for name in names for path in _paths(name, getattr(balise, name)))
        if paths:
            yield Classification(purpose=purpose, taxon_paths=paths)


def _paths(name: str, value: Any) -> Iterator[TaxonPath]:
    key, words = FIELDS[name]
    values = value if name in LISTS else () if value in (None, "") else (value,)
    for each in values:
        said = YES_NO[each] if name in SWITCHES else each
        yield TaxonPath(
            source=(Text(SOURCE),),
            taxa=(
                Taxon(f"{PREFIX}{key}", (Text(words, "fr"),)),
                Taxon(f"{PREFIX}{key}:{quote(said, safe='')}", (Text(said),)),
            ),
        )


def taken(path: TaxonPath) -> tuple[str, Any] | None:
    """The field and the value that a path of Balise's own says; None for any other path."""
    if not path.taxa or not any(text.value == SOURCE for text in path.source):
        return None
    key, _, said = path.taxa[-1].id.removeprefix(PREFIX).partition(":")
    name = FIELD_OF.get(key)
    if name is None or not path.taxa[-1].id.startswith(PREFIX):
        return None
    value = unquote(said)
    if name in SWITCHES:
        return (name, BOOLEANS[value]) if value in BOOLEANS else None
    return name, value


def gathered(values: dict[str, list[Any]]) -> dict[str, Any]:
    """The fields of Balise from the values taken, in order."""
    return {name: tuple(met) if name in LISTS else met[0] for name, met in values.items()}
