"""The elements of LOM, LOMFR and ScoLOMFR by their number, with the French names of the profile.

Names follow the ScoLOMFR reference manual (https://www.reseau-canope.fr/scolomfr/).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ELEMENTS = {
    "1": "général",
    "1.1": "identifiant",
    "1.1.1": "catalogue",
    "1.1.2": "entrée",
    "1.2": "titre",
    "1.3": "langue",
    "1.4": "description",
    "1.5": "mot-clé",
    "1.6": "couverture",
    "1.7": "structure",
    "1.8": "niveau d’agrégation",
    "1.9": "type documentaire",
    "1.10": "type de contenu éditorial",
    "2": "cycle de vie",
    "2.1": "version",
    "2.2": "statut",
    "2.3": "contribution",
    "2.3.1": "rôle",
    "2.3.2": "entité",
    "2.3.3": "date",
    "3": "méta-métadonnées",
    "3.1": "identifiant de la notice",
    "3.1.1": "catalogue",
    "3.1.2": "entrée",
    "3.2": "contribution à la notice",
    "3.2.1": "rôle",
    "3.2.2": "entité",
    "3.2.3": "date",
    "3.3": "schéma de métadonnées",
    "3.4": "langue de la notice",
    "4": "technique",
    "4.1": "format",
    "4.2": "taille",
    "4.3": "localisation",
    "4.3.1": "localisation étendue",
    "4.3.1.1": "adresse de la localisation étendue",
    "4.3.1.2": "plate-forme",
    "4.3.1.3": "traitement des données personnelles",
    "4.3.1.4": "description de la localisation étendue",
    "4.4": "exigence",
    "4.4.1": "alternative",
    "4.4.1.1": "type d’exigence",
    "4.4.1.2": "nom de l’exigence",
    "4.4.1.3": "version minimale",
    "4.4.1.4": "version maximale",
    "4.5": "remarques sur l’installation",
    "4.6": "autres exigences",
    "4.7": "durée d’exécution",
    "5": "pédagogie",
    "5.1": "type d’interactivité",
    "5.2": "type pédagogique",
    "5.3": "niveau d’interactivité",
    "5.4": "densité sémantique",
    "5.5": "public cible",
    "5.6": "niveau éducatif",
    "5.7": "tranche d’âge",
    "5.8": "difficulté",
    "5.9": "temps d’apprentissage moyen",
    "5.10": "proposition d’utilisation",
    "5.11": "langue de l’utilisateur",
    "5.12": "activité induite",
    "5.13": "validation des acquis",
    "5.14": "lieu",
    "5.15": "modalité pédagogique",
    "5.16": "outil",
    "6": "droits",
    "6.1": "coût",
    "6.2": "propriété intellectuelle et restrictions",
    "6.3": "description des droits",
    "7": "relation",
    "7.1": "type de relation",
    "7.2": "ressource liée",
    "7.2.1": "identifiant de la ressource liée",
    "7.2.1.1": "catalogue",
    "7.2.1.2": "entrée",
    "7.2.2": "description de la ressource liée",
    "8": "commentaire",
    "8.1": "entité",
    "8.2": "date",
    "8.3": "description",
    "9": "classification",
    "9.1": "objectif",
    "9.2": "chemin dans le vocabulaire",
    "9.2.1": "source",
    "9.2.2": "terme",
    "9.2.2.1": "identifiant du terme",
    "9.2.2.2": "libellé du terme",
    "9.3": "description de la classification",
    "9.4": "mot-clé de la classification",
}


NUMBER = re.compile(r"\d+(?:\.\d+)*")


def element(key: str) -> str:
    """What to call an element: "1.2 titre" for its number, the key itself for a `commun.yml`."""
    return f"{key} {ELEMENTS[key]}" if key in ELEMENTS else key


def line_of(key: str, lines: Mapping[str, int]) -> int | None:
    """The line of an element, of the first thing in it, or of the nearest one that holds it."""
    inside = [line for name, line in lines.items() if name.startswith(f"{key}.")]
    if key not in lines and inside:
        return min(inside)
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key)


def place(name: str) -> tuple[int, ...]:
    """Where an element stands in the order of the standard; what has no number comes first."""
    number = NUMBER.match(name)
    return tuple(map(int, number[0].split("."))) if number else ()
