"""What the GAR's controls look for in a notice; those of its door (9 to 13) are in rules/gardoor.py.

From the GAR's prototype notice for RTFS 5.2 (September 2021, CC BY-SA).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..normalise import when
from ..record import Classification, Contribution, Record
from ..taxa import french
from ..vocabulary import CONCEPT, key_of, scolomfr
from .coherence import quoted
from .rule import Fault

PLATFORM = "http://data.education.fr/gar"
#: The codes that the GAR reads in a text stand in brackets; the words around are for people.
BRACKETS = re.compile(r"\[\s*(\w+)\s*\]")
UNKNOWABLE = "Non vérifiable ici\u00a0: "

# --- 2 to 4 What it is ------------------------------------------------------------------------

ARK = re.compile(r"ark://?(?P<naan>\d{5}|\d{9})/\S+")
PARTNER = re.compile(r"\.pp?$")


def arks(record: Record) -> list[str]:
    """The identifiers that are meant as ark, well-formed or not."""
    return [
        identifier.entry
        for identifier in record.general.identifiers
        if identifier.catalog.casefold() == "ark" and identifier.entry
    ]


def ark(record: Record) -> Iterator[Fault]:
    found = arks(record)
    if not found:
        yield Fault("Aucun identifiant du catalogue «\u00a0ark\u00a0» n’est donné.")
    elif len(set(found)) > 1:
        yield Fault(
            f"La notice porte {len(set(found))} identifiants ark\u00a0: il en faut un seul."
        )
    for entry in found:
        if not ARK.fullmatch(entry):
            yield Fault(f"L’identifiant {quoted(entry)} n’est pas de la forme ark:/NAAN/nom.")


def ark_slashes(record: Record) -> Iterator[Fault]:
    """Notices in production have two slashes: the GAR takes them."""
    for entry in arks(record):
        if ARK.fullmatch(entry) and entry.startswith("ark://"):
            yield Fault(f"L’identifiant {quoted(entry)} a deux barres après «\u00a0ark:\u00a0».")


def ark_unknowable(record: Record) -> Iterator[Fault]:
    for entry in arks(record):
        if PARTNER.search(entry):
            yield Fault(
                f"Le suffixe de {quoted(entry)} est celui de la plate-forme partenaire\u00a0: à retirer"
                " pour la production."
            )
        yield Fault(f"{UNKNOWABLE}l’unicité et la permanence de {quoted(entry)}.")


def title(record: Record) -> Iterator[Fault]:
    if not french(record.general.title):
        yield Fault("Le titre manque.")


def description(record: Record) -> Iterator[Fault]:
    if not any(french(texts) for texts in record.general.descriptions):
        yield Fault("La description, montrée au responsable de l’établissement, manque.")


def known(vocabulary: str, uri: str) -> bool:
    concept = scolomfr().concept(uri)
    return concept is not None and concept.vocabulary == vocabulary


def document_type(record: Record) -> Iterator[Fault]:
    if not any(known("004", term.uri) for term in record.general.document_types):
        yield Fault("Aucun type documentaire du vocabulaire 004 n’est donné.")


# --- 5 to 8 Who -------------------------------------------------------------------------------


def contributions(role: str, record: Record) -> list[Contribution]:
    return [
        contribution
        for contribution in record.life_cycle.contributions
        if contribution.role and contribution.role.uri == CONCEPT + role
    ]


def contributor(role: str, mention: str, record: Record) -> Iterator[Fault]:
    found = contributions(role, record)
    who = scolomfr().label(CONCEPT + role)
    if not found:
        yield Fault(f"Aucun contributeur n’a le rôle {quoted(who)}.")
    for contribution in found:
        if not any(entity.name or entity.organisation for entity in contribution.entities):
            yield Fault(f"La vCard du rôle {quoted(who)} ne dit pas la raison sociale (FN).")
        said = key_of(french(contribution.date.description))
        if mention and said != key_of(mention):
            yield Fault(
                f"La description de la date du rôle {quoted(who)} n’est pas {quoted(mention)}."
            )


def membership(role: str, record: Record) -> Iterator[Fault]:
    for contribution in contributions(role, record):
        for entity in contribution.entities:
            numbers = f"SIREN {entity.siren or 'inconnu'}, ISNI {entity.isni or 'inconnu'}"
            yield Fault(f"{UNKNOWABLE}l’adhésion au GAR de ces numéros ({numbers}).")


def validation(record: Record) -> Iterator[Fault]:
    for contribution in contributions("technical_validator", record):
        date = when(contribution.date.value)
        if date is None:
            yield Fault("Sans date de validation, la notice reste sur la plate-forme partenaire.")
        else:
            until = f"{int(date[:4]) + 2:04d}{date[4:10]}"
            yield Fault(
                f"{UNKNOWABLE}la validation du {date[:10]} met la notice en production et vaut deux"
                f" ans, jusqu’au {until}."
            )


# --- 14 and 15 How it teaches, how it looks ---------------------------------------------------


def learning_type(record: Record) -> Iterator[Fault]:
    types = (term for block in record.educational for term in block.learning_resource_types)
    if not any(known("010", term.uri) for term in types):
        yield Fault("Aucun type pédagogique du vocabulaire 010 n’est donné.")


THUMBNAIL = CONCEPT + "scolomfr-voc-009-num-021"
IMAGE = re.compile(r"\.(?:png|jpe?g|gif)(?:[?#].*)?$", re.IGNORECASE)


def thumbnails(record: Record) -> list[str]:
    return [
        identifier.entry
        for relation in record.relations
        if relation.kind and relation.kind.uri == THUMBNAIL
        for identifier in relation.identifiers
        if re.match(r"https?://\S", identifier.entry)
    ]


def thumbnail(record: Record) -> Iterator[Fault]:
    if not thumbnails(record):
        yield Fault("Aucune relation «\u00a0a pour vignette\u00a0» ne donne l’adresse d’une image.")


def thumbnail_format(record: Record) -> Iterator[Fault]:
    for address in thumbnails(record):
        if not IMAGE.search(address):
            yield Fault(f"L’adresse {quoted(address)} ne finit pas par .png, .jpg ou .gif.")


def thumbnail_unknowable(record: Record) -> Iterator[Fault]:
    for address in thumbnails(record):
        yield Fault(f"{UNKNOWABLE}si l’image {quoted(address)} se télécharge.")


# --- 16 to 19 Where it stands -----------------------------------------------------------------


def classified(purpose: str, record: Record) -> list[Classification]:
    return [
        classification
        for classification in record.classifications
        if classification.purpose and classification.purpose.uri == CONCEPT + purpose
    ]


def ids(classifications: list[Classification]) -> list[str]:
    return [
        taxon.id
        for classification in classifications
        for path in classification.taxon_paths
        for taxon in path.taxa
    ]


def classification(purpose: str, vocabulary: str, what: str, record: Record) -> Iterator[Fault]:
    if not any(known(vocabulary, uri) for uri in ids(classified(purpose, record))):
        yield Fault(f"Aucun {what} du vocabulaire {vocabulary} n’est donné.")


def alignment(record: Record) -> Iterator[Fault]:
    if ids(classified("scolomfr-voc-028-num-003", record)):
        yield Fault(f"{UNKNOWABLE}si ces enseignements ont un équivalent dans la BCN.")


LABEL = "scolomfr-voc-028-num-013"


def labels(record: Record) -> list[Classification]:
    return [one for one in classified(LABEL, record) if PLATFORM in ids([one])]


def label(record: Record) -> Iterator[Fault]:
    if not labels(record):
        yield Fault(f"Aucune classification «\u00a0label\u00a0» ne porte le terme {PLATFORM}.")


PRESENTATIONS = ("ACC", "DIC", "DOC", "MAN", "MUL", "ORI", "PRO")
PRESENTATION = re.compile(r"gar_pr[ée]sentation\s*:", re.IGNORECASE)


def presentation(record: Record) -> Iterator[Fault]:
    texts = [text.value for one in labels(record) for text in one.description]
    mentions = [text for text in texts if PRESENTATION.search(text)]
    codes = [code for text in mentions for code in BRACKETS.findall(text)]
    if not mentions:
        yield Fault("La mention «\u00a0GAR_Présentation : [CODE]\u00a0» manque.")
    elif len(codes) != 1:
        yield Fault(f"La mention GAR_Présentation porte {len(codes)} codes au lieu d’un seul.")
    elif codes[0] not in PRESENTATIONS:
        yield Fault(f"Le code [{codes[0]}] n’est pas un type de présentation.")


# --- 6.3, without a number --------------------------------------------------------------------


def legal_notice(record: Record) -> Iterator[Fault]:
    texts = (text.value for texts in record.rights.descriptions for text in texts)
    if not any(re.search(r"https?://\S", text) for text in texts):
        yield Fault("La description des droits ne donne pas l’adresse des mentions légales.")


def no_restriction(record: Record) -> Iterator[Fault]:
    restrictions = record.rights.restrictions
    if restrictions is None or restrictions.uri != CONCEPT + "yes_2":
        yield Fault("L’élément 6.2 n’est pas «\u00a0oui\u00a0».")
