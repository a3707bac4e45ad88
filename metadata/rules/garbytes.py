"""The GAR's controls that need the bytes of a notice: its schema, and the SIREN of its vCards.

A record keeps no SIREN made of zeros, which the GAR's own prototype notice is full of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ..errors import ParseError
from ..finding import Finding
from ..strangers.safexml import parse_xml
from ..strangers.xmltree import line_of
from ..vocabulary import CONCEPT, scolomfr
from .gar import SCHEMA, SIRENS, YEAR
from .garnotice import UNKNOWABLE
from .xsd import breaches

#: A broken notice breaks the schema at every line: the first ones are enough to begin with.
MOST = 20
SIREN = re.compile(r"SIREN\W{0,3}\d")


def of_payload(payload: bytes) -> Iterator[Finding]:
    """The findings of control 1, and of 5 to 8 on the SIREN."""
    if not payload:
        yield YEAR.finding(f"{UNKNOWABLE}le XML de la notice n’est pas fourni.")
        return
    try:
        root = parse_xml(payload)
    except ParseError as error:
        yield SCHEMA.finding(error.message, line=error.line)
        return
    yield from _schema(root)
    yield from _sirens(root)


def _schema(root: etree._Element) -> Iterator[Finding]:
    found = breaches(root)
    certain = [breach for breach in found if not breach.newer]
    for breach in certain[:MOST]:
        yield SCHEMA.finding(breach.message, line=breach.line)
    if len(certain) > MOST:
        yield SCHEMA.finding(f"Le schéma est enfreint à {len(certain) - MOST} autres endroits.")
    newer = next((breach for breach in found if breach.newer), None)
    said = "le schéma employé est le 3.2.1, le GAR a celui de l’année"
    if newer:
        said += "\u202f; la notice cite une version plus récente"
    yield YEAR.finding(f"{UNKNOWABLE}{said}.", line=newer.line if newer else None)


def _sirens(root: etree._Element) -> Iterator[Finding]:
    for contribution in root.iter("{*}contribute"):
        role = contribution.findtext("{*}role/{*}value", "").strip().removeprefix(CONCEPT)
        cards = ["".join(map(str, card.itertext())) for card in contribution.iterfind("{*}entity")]
        if role in SIRENS and cards and not any(map(SIREN.search, cards)):
            who = scolomfr().label(CONCEPT + role)
            message = f"La vCard du rôle «\u00a0{who}\u00a0» ne donne pas de SIREN."
            yield SIRENS[role].finding(message, line=line_of(contribution))
