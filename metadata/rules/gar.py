"""The nineteen controls that the GAR runs on a harvested notice, under their official numbers.

From the GAR's prototype notice for RTFS 5.2 (September 2021, CC BY-SA). What only the GAR can know
(its members, this year's schema, whether an address answers) is said « non vérifiable ici ». What
each control looks for is in rules/garnotice.py, rules/gardoor.py and rules/garbytes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ..finding import Severity
from ..record import Record
from ..vocabulary import CONCEPT, LEVELS, SUBJECTS, scolomfr
from . import gardoor, garnotice
from .garnotice import PLATFORM, PRESENTATIONS
from .rule import Fault, Rule

WARNING, INFO = Severity.WARNING, Severity.INFO


def _control(
    number: int,
    where: str,
    about: str,
    remedy: str,
    find: Callable[[Record], Iterator[Fault]],
    severity: Severity = Severity.ERROR,
) -> Rule:
    return Rule(
        code=f"gar-{number:02d}",
        severity=severity,
        element=where,
        about=about,
        remedy=remedy,
        find=find,
    )


def _in_bytes(record: Record) -> Iterator[Fault]:
    """Nothing: what a record does not keep is looked for by rules/garbytes.py."""
    yield from ()


SCHEMA_ABOUT = (
    "La notice est valide selon le schéma XSD ScoLOMFR (variante «\u00a0lax\u00a0») de l’année."
)
SCHEMA_REMEDY = "Corrigez la notice dans un éditeur XML qui vérifie le schéma ScoLOMFR."
SCHEMA = _control(1, "notice", SCHEMA_ABOUT, SCHEMA_REMEDY, _in_bytes)
YEAR_REMEDY = "Vérifiez-la avec le schéma de l’année, sur la plate-forme partenaire du GAR."
YEAR = _control(1, "notice", SCHEMA_ABOUT, YEAR_REMEDY, _in_bytes, INFO)

#: The roles that the GAR reads, and the number of their control.
ROLES = {
    "publisher": 5,
    "scolomfr-voc-003-num-026": 6,
    "scolomfr-voc-003-num-017": 7,
    "technical_validator": 8,
}
DECLARED = "Donnez les numéros déclarés au GAR (NOTE:SIREN=…, NOTE:ISNI=…)."
SIRENS = {
    role: _control(number, "2.3", "La vCard donne le SIREN.", DECLARED, _in_bytes)
    for role, number in ROLES.items()
}


def _contributor(role: str, mention: str = "") -> tuple[Rule, ...]:
    number = ROLES[role]
    who = scolomfr().label(CONCEPT + role)
    about = f"La vCard de rôle «\u00a0{who}\u00a0» est présente"
    about += f", avec la mention «\u00a0{mention}\u00a0»." if mention else "."
    remedy = "Complétez ce contributeur sur le modèle de la notice de prototypage du RTFS."
    members = "Le SIREN et l’ISNI sont ceux d’un adhérent du GAR."
    return (
        _control(number, "2.3", about, remedy, partial(garnotice.contributor, role, mention)),
        SIRENS[role],
        _control(number, "2.3", members, DECLARED, partial(garnotice.membership, role), INFO),
    )


DOOR_REMEDY = "Complétez la localisation étendue sur le modèle de la notice de prototypage."

CONTROLS: tuple[Rule, ...] = (
    SCHEMA,
    YEAR,
    _control(
        2,
        "1.1",
        "Un identifiant ark, unique et permanent, est présent.",
        "Donnez un identifiant de catalogue «\u00a0ark\u00a0» et de forme ark:/NAAN/nom.",
        garnotice.ark,
    ),
    _control(
        2,
        "1.1",
        "L’ark est écrit comme la norme le veut.",
        "Écrivez ark:/NAAN/nom, avec une seule barre, si l’identifiant n’est pas encore diffusé.",
        garnotice.ark_slashes,
        WARNING,
    ),
    _control(
        2,
        "1.1",
        "L’identifiant est unique et permanent.",
        "Gardez le même identifiant toute la vie de la ressource.",
        garnotice.ark_unknowable,
        INFO,
    ),
    _control(
        3, "1.2", "Le titre est présent.", "Donnez le titre de la ressource.", garnotice.title
    ),
    _control(
        3,
        "1.4",
        "Une description neutre est présente.",
        "Résumez la ressource pour le responsable qui l’affecte.",
        garnotice.description,
        WARNING,
    ),
    _control(
        4,
        "1.9",
        "Le type de document est présent.",
        "Choisissez au moins un terme du vocabulaire 004 (texte, service…).",
        garnotice.document_type,
    ),
    *_contributor("publisher"),
    *_contributor("scolomfr-voc-003-num-026", "GAR : distributeur technique"),
    *_contributor("scolomfr-voc-003-num-017", "GAR : distributeur commercial"),
    *_contributor("technical_validator", "GAR : validation technique"),
    _control(
        8,
        "2.3",
        "La date de validation a moins de deux ans\u202f; sa présence met la notice en production.",
        "Renouvelez la validation tous les deux ans\u202f; laissez la date vide jusqu’à la première.",
        garnotice.validation,
        INFO,
    ),
    _control(
        9,
        "4.3.1",
        "L’élément «\u00a0localisation étendue\u00a0» dédié au GAR est présent.",
        DOOR_REMEDY,
        gardoor.door,
    ),
    _control(
        10,
        "4.3.1",
        "L’adresse d’accès dédiée au GAR (porte SSO) est présente.",
        "Donnez l’adresse http(s) que le GAR ouvrira.",
        gardoor.door_address,
    ),
    _control(
        10,
        "4.3.1",
        "L’adresse d’accès répond.",
        "Vérifiez-la lors de l’accrochage.",
        gardoor.door_unknowable,
        INFO,
    ),
    _control(
        11,
        "4.3.1",
        "Le type de traitement des données personnelles est présent.",
        "Choisissez «\u00a0personnalisation moyenne\u00a0» (044-num-003) ou «\u00a0forte\u00a0» (044-num-004).",
        gardoor.personal_data,
    ),
    _control(
        12,
        "4.3.1",
        "La liste des attributs demandés est présente, avec [UAI] et [IDO].",
        "Écrivez «\u00a0Attributs GAR : [UAI] Code établissement ; [IDO] Id opaque…\u00a0».",
        gardoor.attributes,
    ),
    _control(
        12,
        "4.3.1",
        "La référence de la déclaration de conformité est présente.",
        "Ajoutez «\u00a0GAR\u00a0: Déclaration de conformité = ark:/…\u00a0» dès qu’elle existe.",
        gardoor.conformity,
        WARNING,
    ),
    _control(
        13,
        "4.3.1",
        "Le type de traitement et les attributs demandés sont cohérents.",
        "Déclarez une personnalisation forte, ou ne demandez pas ces attributs.",
        gardoor.consistency,
    ),
    _control(
        13,
        "4.3.1",
        "Le type de traitement et les attributs sont donnés\u00a0: on ne compare pas sans eux.",
        "Complétez d’abord ce que demandent les contrôles 11 et 12.",
        gardoor.consistency_unknowable,
        INFO,
    ),
    _control(
        13,
        "4.3.1",
        "Une personnalisation forte demande au moins un attribut qui identifie.",
        "Déclarez une personnalisation moyenne\u00a0: on ne demande que le nécessaire.",
        gardoor.too_strong,
        WARNING,
    ),
    _control(
        14,
        "5.2",
        "Le type pédagogique est présent.",
        "Choisissez au moins un terme du vocabulaire 010 (exercice, manuel…).",
        garnotice.learning_type,
    ),
    _control(
        15,
        "7",
        "L’adresse de la vignette est présente.",
        "Ajoutez une relation «\u00a0a pour vignette\u00a0» avec l’adresse de l’image.",
        garnotice.thumbnail,
    ),
    _control(
        15,
        "7",
        "La vignette est une image PNG, JPG ou GIF.",
        "Donnez une image PNG, JPG ou GIF\u202f; elle sera réduite à 250 × 250.",
        garnotice.thumbnail_format,
        WARNING,
    ),
    _control(
        15,
        "7",
        "La vignette se télécharge.",
        "Vérifiez que l’adresse désigne un fichier que tous peuvent télécharger.",
        garnotice.thumbnail_unknowable,
        INFO,
    ),
    _control(
        16,
        "9.2",
        "Le domaine d’enseignement est présent.",
        "Classez la ressource dans le vocabulaire 015 (objectif «\u00a0domaine d’enseignement\u00a0»).",
        partial(
            garnotice.classification, "scolomfr-voc-028-num-003", SUBJECTS, "domaine d’enseignement"
        ),
    ),
    _control(
        16,
        "9.2",
        "Les enseignements ont un équivalent dans la BCN.",
        "Préférez les termes qui désignent une discipline.",
        garnotice.alignment,
        INFO,
    ),
    _control(
        17,
        "9.2",
        "Le niveau éducatif détaillé est présent.",
        "Classez la ressource dans le vocabulaire 022, à la classe près.",
        partial(garnotice.classification, "educational_level", LEVELS, "niveau"),
    ),
    _control(
        18,
        "9.2",
        "Le label GAR est présent.",
        f"Ajoutez une classification «\u00a0label\u00a0» de terme {PLATFORM}.",
        garnotice.label,
    ),
    _control(
        19,
        "9.3",
        "Le type de présentation est présent, et unique.",
        f"Écrivez «\u00a0GAR_Présentation : [CODE]\u00a0», avec un seul de {', '.join(PRESENTATIONS)}.",
        garnotice.presentation,
    ),
    Rule(
        code="gar-droits",
        severity=WARNING,
        element="6.3",
        about="La description des droits donne l’adresse des mentions légales.",
        remedy="Ajoutez cette adresse, obligatoire pour le GAR.",
        find=garnotice.legal_notice,
    ),
    Rule(
        code="gar-droits",
        severity=WARNING,
        element="6.2",
        about="Les restrictions de droits sont toujours «\u00a0oui\u00a0».",
        remedy="Répondez «\u00a0oui\u00a0» (yes_2, vocabulaire 027).",
        find=garnotice.no_restriction,
    ),
)
