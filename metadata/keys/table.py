"""The keys of commun.yml: for each, its place in a Record, how its values are written, what it is for.

One table for both ways, for the columns of a CSV and for the JSON Schema. To add a key, add a row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..record import Record
from ..taxa import EDUCATIONAL_LEVEL, TEACHING_DOMAIN
from ..vocabulary import key_of
from . import names, places, values
from .kind import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A key of commun.yml; "accessibilite.rgaa" stands inside "accessibilite"."""

    key: str
    number: str = ""  # of the element in LOM; "" when Balise's own
    title: str
    about: str
    example: str
    kind: Kind
    many: bool = False
    get: Callable[[Record], Iterable[Any]]
    put: Callable[[Record, tuple[Any, ...]], Record]
    also: tuple[str, ...] = ()  # other names that people give it


def named(name: str) -> Field | None:
    """The field that a key or a column means: accents, case, plural and spaces apart."""
    return by_name().get(plain_key(name))


def plain_key(name: str) -> str:
    """A key as it should have been written: « Durée » is "duree"."""
    return re.sub(r"[^a-z0-9.]+", "-", key_of(name)).strip("-")


@cache
def by_name() -> dict[str, Field]:
    """Every name of each key, as plain_key gives it."""
    found = {name: field for field in FIELDS for name in field.also}
    found |= {field.key.rpartition(".")[2]: field for field in FIELDS}
    return found | {field.key: field for field in FIELDS}


FIELDS: tuple[Field, ...] = (
    Field(
        key="titre",
        number="1.2",
        title="Titre",
        about="Le nom sous lequel on reconnaît la ressource.",
        example="Fractions en boîte",
        kind=values.WORDS,
        get=places.get_title,
        put=places.put_title,
        also=("title", "nom", "name", "intitule"),
    ),
    Field(
        key="description",
        number="1.4",
        title="Description",
        about="En quelques phrases\u00a0: ce qu’on y trouve, pour qui, comment s’en servir.",
        example="Des exercices sur les fractions, corrigés automatiquement.",
        kind=values.PARAGRAPHS,
        get=places.get_description,
        put=places.put_description,
        also=("resume", "presentation", "summary", "abstract"),
    ),
    Field(
        key="lien",
        number="4.3",
        title="Lien",
        about="L’adresse où l’on ouvre la ressource.",
        example="https://fractions.forge.example/",
        kind=values.WEB_ADDRESS,
        get=places.get_location,
        put=places.put_location,
        also=("url", "adresse", "site", "link", "uri", "location"),
    ),
    Field(
        key="niveaux",
        number="9",
        title="Niveaux",
        about="Les classes ou les cycles.",
        example="[CM1, CM2, 6e]",
        kind=names.of_vocabulary("level", suggested=True),
        many=True,
        get=places.get_taxa(EDUCATIONAL_LEVEL, places.FRAMEWORK),
        put=places.put_levels,
        also=("niveau", "classe", "classes", "cycle", "cycles", "level", "levels"),
    ),
    Field(
        key="disciplines",
        number="9",
        title="Disciplines",
        about="Les disciplines ou domaines d’enseignement.",
        example="[mathématiques]",
        kind=names.of_vocabulary("discipline", suggested=True),
        many=True,
        get=places.get_taxa(TEACHING_DOMAIN),
        put=places.put_subjects,
        also=("discipline", "matiere", "matieres", "enseignements"),
    ),
    Field(
        key="types",
        number="5.2",
        title="Types",
        about="Ce que c’est\u00a0: exercice, cours, jeu éducatif, tutoriel…",
        example="[exercice]",
        kind=names.of_vocabulary("type"),
        many=True,
        get=places.get_types,
        put=places.put_types,
        also=("type", "type-pedagogique", "types-pedagogiques"),
    ),
    Field(
        key="usages",
        number="5.15",
        title="Usages",
        about="Où et comment on s’en sert\u00a0: en classe entière, en autonomie, à la maison…",
        example="[en classe entière, en autonomie, à la maison]",
        kind=names.of_vocabulary("usage"),
        many=True,
        get=places.get_usages,
        put=places.put_usages,
        also=("usage", "modalites", "lieux"),
    ),
    Field(
        key="public",
        number="5.5",
        title="Public",
        about="Qui s’en sert\u00a0: élève, enseignant, parent…",
        example="[élève]",
        kind=names.of_vocabulary("public"),
        many=True,
        get=places.get_publics,
        put=places.put_publics,
        also=("publics", "public-cible"),
    ),
    Field(
        key="duree",
        number="5.9",
        title="Durée",
        about="Le temps qu’il faut à un élève.",
        example="20 min",
        kind=values.DURATION,
        get=places.get_time,
        put=places.put_time,
        also=("duration", "temps"),
    ),
    Field(
        key="concentration",
        title="Temps de concentration",
        about="Le plus long moment d’attention demandé, sans pause.",
        example="10 min",
        kind=values.STRETCH,
        **places.own("concentration"),
        also=("temps-de-concentration", "duree-de-concentration"),
    ),
    Field(
        key="exercices",
        title="Exercices",
        about="L’élève y fait-il des exercices\u202f?",
        example="oui",
        kind=values.YES_OR_NO,
        **places.own("exercises"),
    ),
    Field(
        key="suivi-des-resultats",
        title="Suivi des résultats",
        about="L’enseignant voit-il les résultats des élèves\u202f?",
        example="non",
        kind=values.YES_OR_NO,
        **places.own("results_tracking"),
        also=("suivi", "resultats"),
    ),
    Field(
        key="adaptable",
        title="Adaptable",
        about="L’enseignant peut-il l’adapter à ses élèves\u202f?",
        example="oui",
        kind=values.YES_OR_NO,
        **places.own("adaptable"),
    ),
    Field(
        key="accessibilite.rgaa",
        title="Conformité au RGAA",
        about="Ce que dit la déclaration d’accessibilité\u202f; «\u00a0non évaluée\u00a0» n’est pas «\u00a0non\u00a0».",
        example="partiellement conforme",
        kind=names.of_list("rgaa"),
        **places.own("rgaa"),
    ),
    Field(
        key="accessibilite.declaration",
        title="Déclaration d’accessibilité",
        about="L’adresse de la déclaration.",
        example="https://fractions.forge.example/accessibilite",
        kind=values.WEB_ADDRESS,
        **places.own("accessibility_statement"),
        also=("declaration-accessibilite", "declaration-d-accessibilite"),
    ),
    Field(
        key="accessibilite.besoins",
        title="Besoins particuliers",
        about="Les besoins auxquels la ressource répond exprès.",
        example="[dyslexie]",
        kind=names.of_list("need"),
        many=True,
        get=places.get_needs,
        put=places.own("needs")["put"],
        also=("besoin", "besoins-particuliers"),
    ),
    Field(
        key="accessibilite.fonctionnalites",
        title="Fonctionnalités d’accessibilité",
        about="Ce qui la rend accessible\u00a0: sous-titres, navigation au clavier…",
        example="[sous-titres, navigation au clavier]",
        kind=names.of_list("feature"),
        many=True,
        **places.own("accessibility_features"),
        also=("fonctionnalite",),
    ),
    Field(
        key="donnees-personnelles",
        title="Données personnelles",
        about="Celles des élèves\u00a0: aucune, faible (anonymes), moyenne (pseudonymes), forte (noms).",
        example="aucune",
        kind=names.of_list("personal-data", by_key=True),
        **places.own("personal_data"),
        also=("donnees",),
    ),
    Field(
        key="ia",
        title="Intelligence artificielle",
        about="La ressource fait-elle appel à l’intelligence artificielle\u202f?",
        example="non",
        kind=values.YES_OR_NO,
        **places.own("ai"),
        also=("intelligence-artificielle",),
    ),
    Field(
        key="licence",
        number="7",
        title="Licence",
        about="La licence de la ressource, par son nom court.",
        example="CC-BY-SA-4.0",
        kind=values.LICENCE,
        get=places.get_licence,
        put=places.put_licence,
        also=("license", "licences"),
    ),
    Field(
        key="langues",
        number="1.3",
        title="Langues",
        about="Les langues de la ressource.",
        example="[fr]",
        kind=values.LANGUAGE,
        many=True,
        get=places.get_languages,
        put=places.put_languages,
        also=("langue", "language", "languages"),
    ),
    Field(
        key="acces",
        title="Accès",
        about="Comment on y accède.",
        example="libre",
        kind=names.of_list("access", by_key=True),
        **places.own("access"),
    ),
    Field(
        key="cout",
        number="6.1",
        title="Coût",
        about="Gratuit, partiellement gratuit ou payant.",
        example="gratuit",
        kind=names.of_vocabulary("cost"),
        get=places.get_cost,
        put=places.put_cost,
        also=("prix", "tarif"),
    ),
    Field(
        key="hors-ligne",
        title="Hors ligne",
        about="Peut-on s’en servir sans connexion\u202f?",
        example="oui",
        kind=values.YES_OR_NO,
        **places.own("offline"),
    ),
    Field(
        key="compte-eleve",
        title="Compte élève",
        about="L’élève a-t-il besoin d’un compte\u202f?",
        example="non",
        kind=values.YES_OR_NO,
        **places.own("pupil_account"),
        also=("compte",),
    ),
    Field(
        key="granularite",
        number="1.8",
        title="Granularité",
        about="Un granule (image, exercice seul), une leçon, un cours ou un module.",
        example="cours",
        kind=names.of_vocabulary("granularity"),
        get=places.get_granularity,
        put=places.put_granularity,
    ),
    Field(
        key="mots-cles",
        number="1.5",
        title="Mots-clés",
        about="Ce que chercherait un collègue et que le titre ne dit pas.",
        example="[fractions, partage]",
        kind=values.WORDS,
        many=True,
        get=places.get_keywords,
        put=places.put_keywords,
        also=("mot-cle", "tags", "etiquettes", "motscles", "keyword", "keywords"),
    ),
    Field(
        key="auteurs",
        number="2.3",
        title="Auteurs",
        about="Nom, ou nom et organisme entre parenthèses\u202f; ni courriel ni téléphone.",
        example="[Camille Exemple (Collège Exemple)]",
        kind=values.PERSON,
        many=True,
        get=places.get_entities(places.AUTHOR),
        put=places.put_entities(places.AUTHOR),
        also=("auteur", "auteure", "autrice", "autrices", "author", "authors", "creator"),
    ),
    Field(
        key="editeur",
        number="2.3",
        title="Éditeur",
        about="L’organisme qui la publie.",
        example="Académie d’Exemple",
        kind=values.ORGANISATION,
        many=True,
        get=places.get_entities(places.PUBLISHER),
        put=places.put_entities(places.PUBLISHER),
        also=("editeurs", "publisher"),
    ),
    Field(
        key="identifiants",
        number="1.1",
        title="Identifiants",
        about="Ses identifiants pérennes\u00a0: ark, DOI, ISBN.",
        example="[ark:/12345/fractions]",
        kind=values.IDENTIFIER,
        many=True,
        get=places.get_identifiers,
        put=places.put_identifiers,
        also=("identifiant", "identifier", "id", "uuid", "ark", "isbn", "doi", "reference", "ref"),
    ),
    Field(
        key="cherche-co-mainteneur",
        title="Cherche un co-mainteneur",
        about="Le projet cherche-t-il quelqu’un pour le maintenir à plusieurs\u202f?",
        example="oui",
        kind=values.YES_OR_NO,
        **places.own("seeks_co_maintainer"),
        also=("cherche-un-co-mainteneur", "cherche"),
    ),
    Field(
        key="badge",
        title="Badge du catalogue",
        about="Le robot peut-il ajouter au projet le badge du catalogue\u202f?",
        example="oui",
        kind=values.YES_OR_NO,
        **places.own("badge"),
    ),
    Field(
        key="bot",
        title="Messages du catalogue",
        about="«\u00a0non\u00a0»\u00a0: le robot n’écrit plus jamais à ce projet.",
        example="non",
        kind=values.YES_OR_NO,
        **places.own("bot"),
    ),
)
