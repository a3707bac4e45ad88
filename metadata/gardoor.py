"""What the GAR's controls 9 to 13 look for in the extended location: its door, and what it asks.

From the GAR's prototype notice for RTFS 5.2 (September 2021), INFO N8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .coherence import quoted
from .garnotice import BRACKETS, PLATFORM, UNKNOWABLE
from .record import ExtendedLocation, Record
from .rule import Fault
from .vocabulary import CONCEPT

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
    for found in doors(record):
        if not re.match(r"https?://\S", found.location):
            yield Fault("La localisation étendue ne donne pas l’adresse d’accès (porte SSO).")


def door_unknowable(record: Record) -> Iterator[Fault]:
    for found in doors(record):
        if found.location:
            yield Fault(f"{UNKNOWABLE}si la porte SSO {quoted(found.location)} répond.")


def personal_data(record: Record) -> Iterator[Fault]:
    for found in doors(record):
        if not (found.personal_data and found.personal_data.uri in (MEDIUM, STRONG)):
            said = found.personal_data.text if found.personal_data else ""
            yield Fault(f"Le type de traitement {quoted(said) if said else ''} n’est pas admis.")


def attributes_of(found: ExtendedLocation) -> set[str] | None:
    """The codes of the « Attributs GAR » mention; None when there is no such mention."""
    texts = [text.value for texts in found.descriptions for text in texts]
    lists = [text for text in texts if ATTRIBUTE_LIST.search(text)]
    return {code.upper() for text in lists for code in BRACKETS.findall(text)} if lists else None


def attributes(record: Record) -> Iterator[Fault]:
    for found in doors(record):
        codes = attributes_of(found)
        if codes is None:
            yield Fault("La mention «\u00a0Attributs GAR : [UAI] …; [IDO] …\u00a0» manque.")
            continue
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


def too_strong(record: Record) -> Iterator[Fault]:
    for found in doors(record):
        codes = attributes_of(found)
        kind = found.personal_data.uri if found.personal_data else ""
        if kind == STRONG and codes is not None and not codes & NAMING:
            yield Fault(
                "La personnalisation est dite forte, mais rien d’identifiant n’est demandé."
            )
