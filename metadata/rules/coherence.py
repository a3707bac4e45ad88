"""Rules on what a notice says: terms of the right vocabulary, addresses, durations, default texts.

What the reader had to mend to make a record (dates, vCards, spaces) is in the reader's own findings;
these rules judge the record itself. Terms and taxa are judged in rules/taxons.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ..finding import Severity
from ..licences import licence_of
from ..normalise import minutes
from ..placeholders import CATALOGS, SHARED_IDENTIFIERS, UNFILLED, is_title
from ..record import LangString, Record
from ..vocabulary import scolomfr
from .rule import Fault, Rule


def quoted(text: str) -> str:
    """A text between French quotes, cut to a length that fits a sentence."""
    return f"«\u00a0{text if len(text) <= 80 else text[:79] + '…'}\u00a0»"


# --- 1 General --------------------------------------------------------------------------------

ARK = re.compile(r"ark:", re.IGNORECASE)
#: Suffixes of notices that wait on the GAR's partner platform.
PREPRODUCTION = re.compile(r"\.pp?$", re.IGNORECASE)


def preproduction(record: Record) -> Iterator[Fault]:
    for identifier in record.general.identifiers:
        if ARK.search(identifier.entry) and PREPRODUCTION.search(identifier.entry):
            yield Fault(f"L’identifiant {quoted(identifier.entry)} est celui d’une préproduction.")


def default_identifier(record: Record) -> Iterator[Fault]:
    for catalog, entry in record.general.identifiers:
        if entry in SHARED_IDENTIFIERS:
            yield Fault(f"L’identifiant {quoted(entry)} est livré tel quel par un outil auteur.")
        elif catalog.casefold() in CATALOGS:
            yield Fault(f"Le catalogue {quoted(catalog)} est celui d’un modèle.")


#: What a notice holds when it holds nothing, beside what authoring tools write by themselves.
UNSAID = re.compile(
    r"(?:non renseigné|à (?:renseigner|compléter|définir)|sans|aucun|pas d[e’'])"
    r"e?(?: (?:titre|description))?\W*",
    re.IGNORECASE,
)


def is_unsaid(text: str) -> bool:
    return bool(UNSAID.fullmatch(text) or UNFILLED.fullmatch(text))


def default_title(record: Record) -> Iterator[Fault]:
    for text in record.general.title:
        if text.value and (is_unsaid(text.value) or not is_title(text.value)):
            yield Fault(f"Le titre {quoted(text.value)} est un texte par défaut.")


def default_text(record: Record) -> Iterator[Fault]:
    fields: tuple[tuple[str, tuple[LangString, ...]], ...] = (
        ("1.4", record.general.descriptions),
        ("1.5", record.general.keywords),
        *(("5.10", block.descriptions) for block in record.educational),
        ("6.3", record.rights.descriptions),
    )
    for number, values in fields:
        for text in (text for texts in values for text in texts):
            if text.value and is_unsaid(text.value):
                yield Fault(f"Le texte {quoted(text.value)} est un texte par défaut.", number)


def repeated_title(record: Record) -> Iterator[Fault]:
    languages = [text.language for text in record.general.title]
    if len(languages) != len(set(languages)):
        yield Fault("Le titre est donné plusieurs fois dans la même langue.")


def description_is_title(record: Record) -> Iterator[Fault]:
    titles = {text.value.casefold() for text in record.general.title if text.value}
    for description in record.general.descriptions:
        if any(text.value.casefold() in titles for text in description):
            yield Fault("La description ne fait que répéter le titre.")


# --- 2 and 3 Contributors ---------------------------------------------------------------------


def nameless(record: Record) -> Iterator[Fault]:
    for number, contributions in (
        ("2.3.2", record.life_cycle.contributions),
        ("3.2.2", record.meta.contributions),
    ):
        for contribution in contributions:
            # Without a role either, it only gives a date, as feeds do.
            if contribution.role and not any(
                entity.name or entity.organisation for entity in contribution.entities
            ):
                role = scolomfr().label(contribution.role.uri) or contribution.role.text
                yield Fault(f"Un contributeur ({role}) n’a ni nom ni organisme.", number)


def without_role(record: Record) -> Iterator[Fault]:
    for number, contributions in (
        ("2.3", record.life_cycle.contributions),
        ("3.2", record.meta.contributions),
    ):
        for contribution in contributions:
            if contribution.role is None and contribution.entities:
                who = contribution.entities[0].name or contribution.entities[0].organisation
                yield Fault(f"On ne sait pas le rôle de {quoted(who)}.", number)


# --- 4 Technical ------------------------------------------------------------------------------

ADDRESS = re.compile(r"(?:https?|ftps?|rtmp|urn|doi|ark|info):", re.IGNORECASE)
#: Machines that no reader of the catalogue can reach.
PRIVATE = re.compile(
    r"localhost|.*\.(?:local|localdomain|internal|lan|test|invalid)|127\..*|10\..*|192\.168\..*"
    r"|172\.(?:1[6-9]|2\d|3[01])\..*|\[?::1\]?"
)


def not_an_address(record: Record) -> Iterator[Fault]:
    for location in record.technical.locations:
        if not ADDRESS.match(location):
            yield Fault(f"{quoted(location)} n’est pas une adresse complète.")


def private_address(record: Record) -> Iterator[Fault]:
    for location in record.technical.locations:
        if is_private(location):
            yield Fault(f"L’adresse {quoted(location)} n’est accessible que de chez son auteur.")


def is_private(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:  # a bracket that is not closed
        return False
    return PRIVATE.fullmatch(host) is not None


def no_size(record: Record) -> Iterator[Fault]:
    if record.technical.size == 0:
        yield Fault("La taille est de zéro octet.")


MIME = re.compile(r"[\w.+-]+/[\w.+*-]+(?:\s*;.*)?")


#: What the readers call a package, which has no media type of its own: « SCORM 1.2 ».
PACKAGE = re.compile(r"(?:SCORM|IMS|cmi5|H5P)\b.*")


def not_a_media_type(record: Record) -> Iterator[Fault]:
    for value in record.technical.formats:
        if not MIME.fullmatch(value) and not PACKAGE.fullmatch(value):
            yield Fault(f"{quoted(value)} n’est pas un type de média.")


# --- 5 Educational ----------------------------------------------------------------------------

LONG = 100 * 60  # minutes


def several_blocks(record: Record) -> Iterator[Fault]:
    if len(record.educational) > 1:
        yield Fault(f"La notice a {len(record.educational)} blocs «\u00a0pédagogie\u00a0».")


def too_long(record: Record) -> Iterator[Fault]:
    for block in record.educational:
        iso = block.typical_learning_time.iso
        if iso and (minutes(iso) or 0) > LONG:
            yield Fault(f"{quoted(iso)} fait plus de cent heures.")


# --- 6 Rights ---------------------------------------------------------------------------------


def unknown_licence(record: Record) -> Iterator[Fault]:
    if record.rights.descriptions and licence_of(record) is None:
        yield Fault(
            "Aucune licence connue n’est nommée\u00a0: les conditions d’usage restent à lire."
        )


RULES = (
    Rule(
        code="lom-1.1-preproduction",
        severity=Severity.ERROR,
        element="1.1",
        about="L’ark n’a pas le suffixe .p ou .pp d’une notice de la plate-forme partenaire du GAR.",
        remedy="Publiez la notice de production, dont l’ark n’a pas de suffixe.",
        find=preproduction,
    ),
    Rule(
        code="lom-1.1-par-defaut",
        severity=Severity.WARNING,
        element="1.1",
        about="L’identifiant et son catalogue ne sont pas ceux d’un modèle.",
        remedy="Donnez à chaque ressource un identifiant qui n’est qu’à elle.",
        find=default_identifier,
    ),
    Rule(
        code="lom-1.2-par-defaut",
        severity=Severity.ERROR,
        element="1.2",
        about="Le titre n’est pas un texte par défaut («\u00a0Non renseigné\u00a0», «\u00a0???\u00a0», «\u00a0Titre\u00a0»).",
        remedy="Donnez le titre sous lequel on reconnaît la ressource.",
        find=default_title,
    ),
    Rule(
        code="lom-1.2-repete",
        severity=Severity.INFO,
        element="1.2",
        about="Le titre est donné une fois par langue.",
        remedy="Gardez un seul titre par langue.",
        find=repeated_title,
    ),
    Rule(
        code="lom-1.4-titre",
        severity=Severity.WARNING,
        element="1.4",
        about="La description dit autre chose que le titre.",
        remedy="Décrivez en quelques phrases ce que la ressource contient et ce qu’on en fait.",
        find=description_is_title,
    ),
    Rule(
        code="lom-texte-par-defaut",
        severity=Severity.WARNING,
        element="1.4",
        about="Aucun texte n’est celui d’un modèle ou d’un outil auteur (1.4, 1.5, 5.10, 6.3).",
        remedy="Écrivez ce texte, ou laissez l’élément vide.",
        find=default_text,
    ),
    Rule(
        code="lom-contributeur-anonyme",
        severity=Severity.WARNING,
        element="2.3.2",
        about="Chaque contributeur a un nom ou un organisme (2.3, 3.2).",
        remedy="Donnez FN ou ORG dans la vCard, ou retirez la contribution.",
        find=nameless,
        absence=True,
    ),
    Rule(
        code="lom-contributeur-sans-role",
        severity=Severity.WARNING,
        element="2.3",
        about="Chaque contributeur a un rôle (2.3, 3.2).",
        remedy="Choisissez un rôle du vocabulaire 003 (auteur, éditeur…).",
        find=without_role,
    ),
    Rule(
        code="lom-4.1-format",
        severity=Severity.INFO,
        element="4.1",
        about="Chaque format est un type de média.",
        remedy="Donnez un type de média\u00a0: text/html, application/pdf…",
        find=not_a_media_type,
    ),
    Rule(
        code="lom-4.2-nulle",
        severity=Severity.WARNING,
        element="4.2",
        about="La taille n’est pas nulle.",
        remedy="Donnez la taille en octets, ou retirez l’élément.",
        find=no_size,
    ),
    Rule(
        code="lom-4.3-adresse",
        severity=Severity.WARNING,
        element="4.3",
        about="La localisation est une adresse complète.",
        remedy="Donnez une adresse qui commence par https://.",
        find=not_an_address,
    ),
    Rule(
        code="lom-4.3-privee",
        severity=Severity.ERROR,
        element="4.3",
        about="La localisation n’est pas une machine privée (localhost, 192.168.…).",
        remedy="Donnez l’adresse publique de la ressource.",
        find=private_address,
    ),
    Rule(
        code="lom-5-plusieurs",
        severity=Severity.INFO,
        element="5",
        about="La notice a un seul bloc «\u00a0pédagogie\u00a0», comme ScoLOMFR le conseille.",
        remedy="Réunissez-les, sauf s’ils décrivent des usages différents.",
        find=several_blocks,
    ),
    Rule(
        code="lom-5.9-longue",
        severity=Severity.INFO,
        element="5.9",
        about="Le temps d’apprentissage ne dépasse pas cent heures.",
        remedy="Vérifiez l’unité\u00a0: PT50M pour cinquante minutes, PT50H pour cinquante heures.",
        find=too_long,
    ),
    Rule(
        code="lom-6.3-licence",
        severity=Severity.INFO,
        element="6.3",
        about="La description des droits nomme une licence connue.",
        remedy="Nommez la licence («\u00a0CC BY-SA 4.0\u00a0») ou donnez son adresse.",
        find=unknown_licence,
    ),
)
