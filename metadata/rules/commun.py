"""Rules of the `commun` profile: what a teacher needs before trusting a commun, in their words.

Elements are the keys of `commun.yml`, whatever the format the record was read from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..finding import Severity
from ..keys.places import get_licence
from ..licences import HAS_LICENCE, licence_of
from ..normalise import minutes
from ..record import Record
from ..taxa import EDUCATIONAL_LEVEL, TEACHING_DOMAIN, french, taxa_of
from .coherence import default_title, is_private, quoted
from .rule import Fault, Rule

WEB = re.compile(r"https?://[^\s/.]+\.[^\s]+", re.IGNORECASE)
SHORT = 40
MOST_HOURS = 60


def no_title(record: Record) -> Iterator[Fault]:
    if not french(record.general.title):
        yield Fault("Le commun n’a pas de titre.")


def descriptions(record: Record) -> str:
    return " ".join(french(texts) for texts in record.general.descriptions).strip()


def no_description(record: Record) -> Iterator[Fault]:
    if not descriptions(record):
        yield Fault("Le commun n’a pas de description.")


def short_description(record: Record) -> Iterator[Fault]:
    text = descriptions(record)
    if 0 < len(text) < SHORT:
        yield Fault(f"La description {quoted(text)} est trop courte pour choisir.")


def no_link(record: Record) -> Iterator[Fault]:
    if not record.technical.locations:
        yield Fault("On ne sait pas où ouvrir ce commun.")


def bad_link(record: Record) -> Iterator[Fault]:
    for location in record.technical.locations:
        if not WEB.match(location) or is_private(location):
            yield Fault(f"Le lien {quoted(location)} ne s’ouvre pas depuis un navigateur.")


def no_level(record: Record) -> Iterator[Fault]:
    if not any(taxon.id for taxon in taxa_of(record, EDUCATIONAL_LEVEL)):
        yield Fault("On ne sait pas pour quelles classes est ce commun.")


def no_subject(record: Record) -> Iterator[Fault]:
    if not any(taxon.id for taxon in taxa_of(record, TEACHING_DOMAIN)):
        yield Fault("On ne sait pas pour quelles disciplines est ce commun.")


def no_type(record: Record) -> Iterator[Fault]:
    if not any(term.uri for block in record.educational for term in block.learning_resource_types):
        yield Fault("On ne sait pas si c’est un exercice, un cours, un jeu…")


def no_usage(record: Record) -> Iterator[Fault]:
    if not any(block.places or block.educational_methods for block in record.educational):
        yield Fault("On ne sait pas si ce commun sert en classe, en autonomie, à la maison…")


def no_language(record: Record) -> Iterator[Fault]:
    if not record.general.languages:
        yield Fault("On ne sait pas en quelle langue est ce commun.")


def times(record: Record) -> list[int]:
    found = (minutes(block.typical_learning_time.iso) for block in record.educational)
    return [minutes_ for minutes_ in found if minutes_]


def no_time(record: Record) -> Iterator[Fault]:
    if not times(record):
        yield Fault("On ne sait pas combien de temps il faut à un élève.")


def implausible_time(record: Record) -> Iterator[Fault]:
    for time in times(record):
        if time > MOST_HOURS * 60:
            yield Fault(f"La durée annoncée fait {time // 60} heures.")


def concentration_longer(record: Record) -> Iterator[Fault]:
    stretch = minutes(record.balise.concentration) if record.balise.concentration else None
    if stretch and times(record) and stretch > max(times(record)):
        yield Fault(
            f"Le temps de concentration ({stretch} min) dépasse la durée ({max(times(record))} min)."
        )


def says_rights(record: Record) -> bool:
    kinds = (relation.kind.uri for relation in record.relations if relation.kind)
    return bool(record.rights.descriptions) or HAS_LICENCE in kinds


def no_licence(record: Record) -> Iterator[Fault]:
    if not says_rights(record):
        yield Fault("On ne sait pas sous quelle licence est ce commun.")


def unknown_licence(record: Record) -> Iterator[Fault]:
    if says_rights(record) and licence_of(record) is None:
        named = (each.text for each in get_licence(record))
        said = next(filter(None, (*named, *map(french, record.rights.descriptions))), "")
        yield Fault(f"La licence {quoted(said)} n’est pas reconnue.")


def licence_not_free(record: Record) -> Iterator[Fault]:
    licence = licence_of(record)
    if licence and not licence.free:
        yield Fault(f"La licence {quoted(licence.label)} n’est pas libre. {licence.allows}")


def no_accessibility(record: Record) -> Iterator[Fault]:
    if not record.balise.rgaa:
        yield Fault("On ne sait pas si ce commun est accessible à tous les élèves.")


def no_statement(record: Record) -> Iterator[Fault]:
    if record.balise.rgaa in ("totale", "partielle") and not record.balise.accessibility_statement:
        yield Fault("La conformité au RGAA est annoncée sans sa déclaration.")


def no_personal_data(record: Record) -> Iterator[Fault]:
    if not record.balise.personal_data:
        yield Fault("On ne sait pas quelles données personnelles ce commun utilise.")


def account_without_data(record: Record) -> Iterator[Fault]:
    if record.balise.pupil_account and record.balise.personal_data == "aucune":
        yield Fault("Un compte élève est demandé, mais aucune donnée personnelle n’est annoncée.")


def no_ai(record: Record) -> Iterator[Fault]:
    if record.balise.ai is None:
        yield Fault("On ne sait pas si ce commun fait appel à l’intelligence artificielle.")


def _rule(
    code: str,
    key: str,
    severity: Severity,
    about: str,
    remedy: str,
    find: Callable[[Record], Iterator[Fault]],
) -> Rule:
    return Rule(
        code=f"commun-{code}",
        severity=severity,
        element=key,
        about=about,
        remedy=remedy,
        find=find,
        absence="-absent" in code or code == "licence-inconnue",
    )


ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

RULES = (
    _rule(
        "titre-absent",
        "titre",
        ERROR,
        "Le titre est présent.",
        "Ajoutez «\u00a0titre:\u00a0» et le nom du commun.",
        no_title,
    ),
    _rule(
        "titre-par-defaut",
        "titre",
        ERROR,
        "Le titre n’est pas un texte par défaut.",
        "Remplacez-le par le nom du commun.",
        default_title,
    ),
    _rule(
        "description-absente",
        "description",
        ERROR,
        "La description est présente.",
        "Ajoutez «\u00a0description:\u00a0»\u00a0: ce qu’on y trouve, pour qui, comment s’en servir.",
        no_description,
    ),
    _rule(
        "description-courte",
        "description",
        WARNING,
        f"La description a au moins {SHORT} caractères.",
        "Dites en deux ou trois phrases ce qu’on y trouve, pour qui, comment s’en servir.",
        short_description,
    ),
    _rule(
        "lien-absent",
        "lien",
        WARNING,
        "Le lien est présent.",
        "Ajoutez «\u00a0lien:\u00a0» et l’adresse où un élève ou un collègue l’ouvre.",
        no_link,
    ),
    _rule(
        "lien-invalide",
        "lien",
        ERROR,
        "Le lien est une adresse publique en http(s).",
        "Donnez l’adresse complète, celle que vous copieriez dans un navigateur\u00a0: https://…",
        bad_link,
    ),
    _rule(
        "niveaux-absents",
        "niveaux",
        WARNING,
        "Les niveaux sont donnés.",
        "Ajoutez «\u00a0niveaux:\u00a0», par exemple [CM1, CM2, 6e].",
        no_level,
    ),
    _rule(
        "disciplines-absentes",
        "disciplines",
        WARNING,
        "Les disciplines sont données.",
        "Ajoutez «\u00a0disciplines:\u00a0», par exemple [mathématiques].",
        no_subject,
    ),
    _rule(
        "types-absents",
        "types",
        INFO,
        "Le type est donné.",
        "Ajoutez «\u00a0types:\u00a0», par exemple [exercice].",
        no_type,
    ),
    _rule(
        "usages-absents",
        "usages",
        INFO,
        "Les usages sont donnés.",
        "Ajoutez «\u00a0usages:\u00a0», par exemple [en classe entière, en autonomie].",
        no_usage,
    ),
    _rule(
        "duree-absente",
        "duree",
        INFO,
        "La durée est donnée.",
        "Ajoutez «\u00a0duree:\u00a0», par exemple 20 min.",
        no_time,
    ),
    _rule(
        "duree-improbable",
        "duree",
        WARNING,
        f"La durée ne dépasse pas {MOST_HOURS} heures.",
        "Vérifiez l’unité\u00a0: «\u00a020 min\u00a0», «\u00a01 h 30\u00a0».",
        implausible_time,
    ),
    _rule(
        "concentration-longue",
        "concentration",
        WARNING,
        "Le temps de concentration ne dépasse pas la durée.",
        "Donnez le plus long moment d’attention sans pause, plus court que la durée.",
        concentration_longer,
    ),
    _rule(
        "licence-absente",
        "licence",
        WARNING,
        "La licence est donnée.",
        "Ajoutez «\u00a0licence:\u00a0», par exemple CC-BY-SA-4.0 pour des contenus, EUPL-1.2 pour du code.",
        no_licence,
    ),
    _rule(
        "licence-inconnue",
        "licence",
        WARNING,
        "La licence est reconnue.",
        "Écrivez son identifiant SPDX (CC-BY-SA-4.0) ou donnez son adresse.",
        unknown_licence,
    ),
    _rule(
        "licence-non-libre",
        "licence",
        WARNING,
        "La licence permet à chacun d’utiliser, de modifier et de partager.",
        "Préférez une licence libre, sans «\u00a0NC\u00a0» ni «\u00a0ND\u00a0»\u00a0: CC-BY-SA-4.0, par exemple.",
        licence_not_free,
    ),
    _rule(
        "accessibilite-absente",
        "accessibilite",
        WARNING,
        "L’accessibilité est dite, même «\u00a0non évaluée\u00a0».",
        "Ajoutez «\u00a0accessibilite:\u00a0» et «\u00a0rgaa: non évaluée\u00a0» si vous ne savez pas encore.",
        no_accessibility,
    ),
    _rule(
        "accessibilite-sans-declaration",
        "accessibilite",
        WARNING,
        "Une conformité annoncée a sa déclaration.",
        "Ajoutez «\u00a0declaration:\u00a0» et l’adresse de la déclaration d’accessibilité.",
        no_statement,
    ),
    _rule(
        "donnees-absentes",
        "donnees-personnelles",
        INFO,
        "Les données personnelles sont dites.",
        "Ajoutez «\u00a0donnees-personnelles: aucune\u00a0», ou faible, moyenne, forte.",
        no_personal_data,
    ),
    _rule(
        "compte-sans-donnees",
        "donnees-personnelles",
        WARNING,
        "Un compte élève va avec des données personnelles.",
        "Un compte est une donnée personnelle\u00a0: corrigez l’un ou l’autre.",
        account_without_data,
    ),
    _rule(
        "ia-absente",
        "ia",
        INFO,
        "L’usage de l’intelligence artificielle est dit.",
        "Ajoutez «\u00a0ia: non\u00a0» ou «\u00a0ia: oui\u00a0».",
        no_ai,
    ),
    _rule(
        "langues-absentes",
        "langues",
        INFO,
        "La langue est dite.",
        "Ajoutez «\u00a0langues: [fr]\u00a0».",
        no_language,
    ),
)
