"""What the GAR's controls 9 to 13 look for in the extended location: its door, and what it asks.

From the GAR's prototype notice for RTFS 5.2 (September 2021), INFO N8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..record import ExtendedLocation, Record
from ..vocabulary import CONCEPT, scolomfr
from .coherence import quoted
from .garnotice import BRACKETS, PLATFORM, UNKNOWABLE
from .rule import Fault

#: Personal data attributes by category (INFO N8 of the prototype notice).
ATTRIBUTES = {
    *("UAI", "IDO", "IDENT"),
    "PRO",
    *("DIV", "GRO", "DIV_APP"),
    *("E_MS1", "E_MS2", "E_MS3", "E_MS4", "E_MS5", "E_MAT"),
    *("P_MAT", "P_MS1", "P_MS2", "P_MS3", "P_MS4", "P_MS5", "P_MEL"),
    *("CIV", "NOM", "PRE"),
}
COMPULSORY = ("UAI", "IDO")
#: Those that tell who somebody is.
NAMING = {"NOM", "PRE", "P_MEL"}
MEDIUM, STRONG = CONCEPT + "scolomfr-voc-044-num-003", CONCEPT + "scolomfr-voc-044-num-004"

ATTRIBUTE_LIST = re.compile(r"attributs\s+gar\s*:", re.IGNORECASE)
CONFORMITY = re.compile(r"gar\s*:\s*d[ée]claration\s+de\s+conformit[ée]\s*=\s*ark:", re.IGNORECASE)


def doors(record: Record) -> list[ExtendedLocation]:
    return [
        door for door in record.technical.extended_locations if door.platform.strip() == PLATFORM
    ]


def door(record: Record) -> Iterator[Fault]:
    if not doors(record):
        yield Fault(f"Aucune localisation étendue n’a pour plate-forme {PLATFORM}.")


def door_address(record: Record) -> Iterator[Fault]:
    if not any(re.match(r"https?://\S", found.location) for found in doors(record)):
        yield Fault("Aucune localisation étendue ne donne l’adresse d’accès du GAR (porte SSO).")


def door_unknowable(record: Record) -> Iterator[Fault]:
    for found in doors(record):
        if found.location:
            yield Fault(f"{UNKNOWABLE}si la porte SSO {quoted(found.location)} répond.")


def personal_data(record: Record) -> Iterator[Fault]:
    kinds = [found.personal_data for found in doors(record)]
    if not any(kinds):
        yield Fault("Le type de traitement des données personnelles manque.")
    for kind in filter(None, kinds):
        if kind.uri not in (MEDIUM, STRONG):
            said = quoted(kind.text or scolomfr().label(kind.uri))
            yield Fault(f"Le type de traitement {said} n’est pas admis.")


def attributes_of(found: ExtendedLocation) -> set[str] | None:
    """The codes of the « Attributs GAR » mention; None when there is no such mention."""
    texts = [text.value for texts in found.descriptions for text in texts]
    lists = [text for text in texts if ATTRIBUTE_LIST.search(text)]
    return {code.upper() for text in lists for code in BRACKETS.findall(text)} if lists else None


def attributes(record: Record) -> Iterator[Fault]:
    lists = [codes for found in doors(record) if (codes := attributes_of(found)) is not None]
    if not lists:
        yield Fault("La mention «\u00a0Attributs GAR : [UAI] …; [IDO] …\u00a0» manque.")
    for codes in lists:
        for code in COMPULSORY:
            if code not in codes:
                yield Fault(f"L’attribut [{code}] n’est pas demandé.")
        for code in sorted(codes - ATTRIBUTES):
            yield Fault(f"L’attribut [{code}] n’est pas de ceux du GAR.")


def conformity(record: Record) -> Iterator[Fault]:
    for found in doors(record):
        texts = (text.value for texts in found.descriptions for text in texts)
        if not any(CONFORMITY.search(text) for text in texts):
            yield Fault("La mention «\u00a0GAR : Déclaration de conformité = ark…\u00a0» manque.")


def consistency(record: Record) -> Iterator[Fault]:
    for found in doors(record):
        naming = sorted((attributes_of(found) or set()) & NAMING)
        kind = found.personal_data.uri if found.personal_data else ""
        if kind == MEDIUM and naming:
            codes = ", ".join(f"[{code}]" for code in naming)
            yield Fault(
                f"La personnalisation est dite moyenne, mais {codes} identifie l’utilisateur."
            )


def consistency_unknowable(record: Record) -> Iterator[Fault]:
    said = [found for found in doors(record) if found.personal_data and attributes_of(found)]
    if not said:
        yield Fault(f"{UNKNOWABLE}il manque le type de traitement, ou la liste des attributs.")


def too_strong(record: Record) -> Iterator[Fault]:
    for found in doors(record):
        codes = attributes_of(found)
        kind = found.personal_data.uri if found.personal_data else ""
        if kind == STRONG and codes is not None and not codes & NAMING:
            yield Fault(
                "La personnalisation est dite forte, mais rien d’identifiant n’est demandé."
            )
