"""What the ScoLOMFR profile asks for: elements that are « obligatoires » or « recommandés ».

The obligations are those of the official example of ScoLOMFR 3.2, unchanged from 3.1. An obligatory
element that is missing is an error, a recommended one a warning, an optional one nothing. Of what is
not ScoLOMFR only the minimum is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ..finding import Severity
from ..record import Educational, Record
from .rule import Fault, Rule

Present = Callable[[Record], object]


def educational(name: str) -> Present:
    """Whether any of the category 5 blocks says this."""

    def present(record: Record) -> bool:
        return any(getattr(block, name) for block in record.educational)

    if name not in Educational.__slots__:
        raise AttributeError(name)
    return present


def obligation(severity: Severity, number: str, what: str, remedy: str, present: Present) -> Rule:
    word = "obligatoire" if severity is Severity.ERROR else "recommandé"
    return Rule(
        code=f"lom-{number}-absent",
        severity=severity,
        element=number,
        about=f"L’élément est renseigné\u00a0: il est {word} dans ScoLOMFR.",
        remedy=remedy,
        find=partial(
            _absent, present, f"{what}\u00a0: l’élément {number} est {word} dans ScoLOMFR."
        ),
        absence=True,
    )


def _absent(present: Present, message: str, record: Record) -> Iterator[Fault]:
    if not present(record):
        yield Fault(message)


ROWS: tuple[tuple[Severity, str, str, str, Present], ...] = (
    (
        Severity.ERROR,
        "1.1",
        "L’identifiant manque",
        "Donnez un identifiant pérenne et son catalogue (ark, URI, ISBN…).",
        lambda record: any(identifier.entry for identifier in record.general.identifiers),
    ),
    (
        Severity.ERROR,
        "1.2",
        "Le titre manque",
        "Donnez le titre sous lequel on reconnaît la ressource.",
        lambda record: any(text.value for text in record.general.title),
    ),
    (
        Severity.ERROR,
        "1.3",
        "La langue manque",
        "Indiquez la langue de la ressource (http://id.loc.gov/vocabulary/iso639-2/fre).",
        lambda record: record.general.languages,
    ),
    (
        Severity.ERROR,
        "1.4",
        "La description manque",
        "Décrivez en quelques phrases ce que la ressource contient et ce qu’on en fait.",
        lambda record: any(text.value for all in record.general.descriptions for text in all),
    ),
    (
        Severity.WARNING,
        "1.9",
        "Le type documentaire manque",
        "Choisissez au moins un terme du vocabulaire 004 (texte, image, logiciel…).",
        lambda record: record.general.document_types,
    ),
    (
        Severity.WARNING,
        "1.10",
        "Le type de contenu éditorial manque",
        "Choisissez au moins un terme du vocabulaire 005 (article, manuel, jeu…).",
        lambda record: record.general.general_resource_types,
    ),
    (
        Severity.ERROR,
        "2.3",
        "Aucun contributeur n’est cité",
        "Citez au moins l’auteur ou l’éditeur, avec son rôle et sa date.",
        lambda record: record.life_cycle.contributions,
    ),
    (
        Severity.WARNING,
        "3.3",
        "Le schéma de la notice manque",
        "Indiquez-le\u00a0: «\u00a0SCOLOMFRv3.2\u00a0», par exemple.",
        lambda record: record.meta.schemas,
    ),
    (
        Severity.WARNING,
        "4.2",
        "La taille manque",
        "Donnez-la en octets, en chiffres seulement.",
        lambda record: record.technical.size is not None,
    ),
    (
        Severity.ERROR,
        "4.3",
        "La localisation manque",
        "Donnez l’adresse (URL) où l’on trouve la ressource.",
        lambda record: record.technical.locations,
    ),
    (
        Severity.WARNING,
        "4.5",
        "Les remarques sur l’installation manquent",
        "Dites ce qu’il faut installer, ou qu’il n’y a rien à installer.",
        lambda record: record.technical.installation_remarks,
    ),
    (
        Severity.WARNING,
        "5.2",
        "Le type pédagogique manque",
        "Choisissez au moins un terme du vocabulaire 010 (exercice, scénario pédagogique…).",
        educational("learning_resource_types"),
    ),
    (
        Severity.WARNING,
        "5.5",
        "Le public cible manque",
        "Choisissez au moins un terme du vocabulaire 011 (enseignant, apprenant…).",
        educational("intended_end_user_roles"),
    ),
    (
        Severity.WARNING,
        "5.6",
        "Le niveau éducatif manque",
        "Choisissez au moins un terme du vocabulaire 012 (enseignement primaire…).",
        educational("contexts"),
    ),
    (
        Severity.WARNING,
        "5.10",
        "La proposition d’utilisation manque",
        "Dites comment un enseignant peut s’en servir.",
        educational("descriptions"),
    ),
    (
        Severity.WARNING,
        "5.11",
        "La langue de l’utilisateur manque",
        "Indiquez la langue de ceux à qui la ressource s’adresse.",
        educational("languages"),
    ),
    (
        Severity.WARNING,
        "5.14",
        "Le lieu manque",
        "Choisissez au moins un terme du vocabulaire 017 (en salle de classe…).",
        educational("places"),
    ),
    (
        Severity.WARNING,
        "5.15",
        "La modalité pédagogique manque",
        "Choisissez au moins un terme du vocabulaire 018 (en autonomie, en groupe…).",
        educational("educational_methods"),
    ),
    (
        Severity.WARNING,
        "5.16",
        "L’outil manque",
        "Choisissez au moins un terme du vocabulaire 020 (tablette, TBI…).",
        educational("tools"),
    ),
    (
        Severity.WARNING,
        "6.2",
        "Les restrictions de droits ne sont pas dites",
        "Répondez par oui ou par non (vocabulaire 027).",
        lambda record: record.rights.restrictions,
    ),
    (
        Severity.WARNING,
        "6.3",
        "La description des droits manque",
        "Nommez la licence («\u00a0CC BY-SA 4.0\u00a0») ou décrivez les conditions d’usage.",
        lambda record: record.rights.descriptions,
    ),
    (
        Severity.WARNING,
        "9",
        "Aucune classification n’est donnée",
        "Indiquez au moins le niveau (vocabulaire 022) et l’enseignement (vocabulaire 015).",
        lambda record: record.classifications,
    ),
)

OBLIGATIONS = tuple(obligation(*row) for row in ROWS)


def _needed(severity: Severity, number: str, why: str) -> Rule:
    """LOM makes nothing obligatory; a catalogue cannot do without this, and says why."""
    _, _, what, remedy, present = next(row for row in ROWS if row[1] == number)
    return Rule(
        code=f"lom-{number}-absent",
        severity=severity,
        element=number,
        about=f"L’élément est renseigné\u00a0: {why}.",
        remedy=remedy,
        find=partial(_absent, present, f"{what}\u00a0: {why}."),
        absence=True,
    )


MINIMUM = (
    _needed(Severity.ERROR, "1.2", "on ne reconnaît pas une ressource sans titre"),
    _needed(Severity.WARNING, "1.4", "on choisit une ressource sur ce qu’on en lit"),
    _needed(Severity.WARNING, "4.3", "on n’ouvre pas une ressource sans son adresse"),
)
