"""Is a notice valid against the ScoLOMFR schema? The one shipped is 3.2.1, the newest published.

Reading never asks this: no single schema accepts the three generations of notices. Exports and the
GAR do. https://www.reseau-canope.fr/scolomfr/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

from lxml import etree

LOM = "{http://ltsc.ieee.org/xsd/LOM}lom"


class Breach(NamedTuple):
    """One breach of the schema: its line, and what it is, in French."""

    line: int
    message: str
    newer: bool = False  # the version named came after this schema


def breaches(root: etree._Element) -> tuple[Breach, ...]:
    """What the schema has against a notice, wrapped or not; nothing when it is valid."""
    notice = next(root.iter(LOM), None)
    if notice is None:
        return (Breach(1, "Le fichier ne contient aucun élément «\u00a0lom\u00a0»."),)
    schema = _schema()
    if schema.validate(notice):
        return ()
    log: Iterable[etree._LogEntry] = schema.error_log  # type: ignore[assignment]  # stubs forget it
    return tuple(dict.fromkeys(_breach(error) for error in log))


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    with as_file(files("metadata") / "schemas" / "scolomfr-3.2.1") as folder:
        return etree.XMLSchema(file=str(folder / "scolomfr.xsd"))


NAMESPACE = re.compile(r"\{[^}]*\}")
ELEMENT = re.compile(r"^Element '([^']+)'(?:, attribute '([^']+)')?: ")
EXPECTED = re.compile(r"Expected is (?:one of )?\( (.+) \)")
VALUE = re.compile(r"'([^']*)' is not (?:a valid value|an element)|The value '(.*?)' ", re.DOTALL)
FAULTS = {
    "Duplicate key": "ne peut pas être répété",
    "This element is not expected": "n’est pas à sa place, ou est de trop",
    "Character content": "contient du texte, là où il ne faut que des éléments",
    "Element content is not allowed": "contient des éléments, là où il ne faut que du texte",
    "is not allowed": "n’admet pas cet attribut",
}
#: Sources that came after 3.2: 4.0, 7.0, 8.0.
LATER = re.compile(r"SCOLOMFR ?v(?:[4-9]|\d\d)\.\d", re.IGNORECASE)


def _breach(error: etree._LogEntry) -> Breach:
    """libxml2's English, brought to what an author can use."""
    text = NAMESPACE.sub("", error.message).strip()
    found = ELEMENT.match(text)
    name = f"«\u00a0{found[1]}\u00a0»" if found else ""
    if found and found[2]:
        name = f"{name} (attribut {found[2]})"
    value = VALUE.search(text)
    if value:
        said = (value[1] or value[2] or "").strip()
        what = f"n’admet pas la valeur {_short(said)}" if said else "ne peut pas être vide"
        return Breach(error.line, f"L’élément {name} {what}.", bool(LATER.fullmatch(said)))
    expected = EXPECTED.search(text)
    if expected:
        return Breach(
            error.line, f"L’élément {name} n’est pas à sa place\u00a0: on attend {expected[1]}."
        )
    for english, french in FAULTS.items():
        if english in text:
            return Breach(error.line, f"L’élément {name} {french}.")
    return Breach(error.line, f"L’élément {name} n’est pas conforme\u00a0: {ELEMENT.sub('', text)}")


def _short(value: str) -> str:
    value = " ".join(value.split())
    return f"«\u00a0{value if len(value) <= 80 else value[:79] + '…'}\u00a0»"
