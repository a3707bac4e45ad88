"""commun.yml: the notice that a maintainer keeps at the root of a project, in French.

Its keys are in keys/table.py, its syntax in strangers/safeyaml.py; docs/commun.md explains it to its writers and
docs/formats-commun.md says what it cannot hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .finding import Finding
from .keys import amend as communamend
from .keys import fixes as communfixes
from .keys import notice
from .keys import schema as communschema
from .keys import writer as communwriter
from .keys.fixes import Fix
from .keys.reader import read
from .record import RawRecord, Reading, Record
from .rules.commun import RULES

__all__ = [
    "Fix",
    "amend",
    "deprecated",
    "dump",
    "fixes",
    "mended",
    "parse",
    "parts",
    "schema",
    "texts_of",
]

REQUIRED = {"commun-titre-absent", "commun-description-absente"}


def parse(raw: RawRecord) -> Reading:
    """Read one resource of a commun.yml: `raw.part` names it when there are several.

    Raise ParseError when the file is no YAML, or holds no such part.
    """
    remarks: list[Finding] = []
    written = notice.written(notice.root_of(raw.payload), raw.part, remarks)
    reading = read(written.values(), "commun")
    missing = (found for rule in RULES if rule.code in REQUIRED for found in rule(reading))
    findings = sorted([*missing, *remarks, *reading.findings], key=_order)
    return replace(reading, findings=tuple(findings))


def _order(finding: Finding) -> tuple[int, int]:
    return finding.line or 0, finding.column or 0


def parts(payload: bytes) -> tuple[str, ...]:
    """The names of the resources that a file holds: ("",) when it is about one. Raise ParseError."""
    entries = notice.resources(notice.root_of(payload), [])
    return tuple(str(number) for number in range(1, len(entries) + 1)) or ("",)


def dump(record: Record) -> bytes:
    """The record as a commun.yml that a person would have written."""
    return communwriter.dump(record)


def schema() -> dict[str, object]:
    """The JSON Schema of commun.yml, for editors that complete and check as one types."""
    return communschema.schema()


def texts_of(payload: bytes, part: str = "") -> dict[str, tuple[str, ...]]:
    """What the file says under each key, as written; a part inherits from the project. Raise ParseError."""
    return communamend.texts_of(payload, part)


def amend(payload: bytes, texts: Mapping[str, tuple[str, ...]], part: str = "") -> bytes:
    """The file with these texts under these keys (none: without the key), the rest untouched.

    Raise ParseError, also when the file cannot be changed without a risk for the rest.
    """
    return communamend.amend(payload, texts, part)


def fixes(payload: bytes) -> tuple[Fix, ...]:
    """What can be mended for certain, as lines that replace others. Raise ParseError."""
    return communfixes.fixes(payload)


def deprecated(payload: bytes) -> tuple[Fix, ...]:
    """The fixes of what a newer release of a vocabulary replaced. Raise ParseError."""
    return communfixes.deprecated(payload)


def mended(payload: bytes, fixes: Iterable[Fix]) -> bytes:
    """The file with these of its fixes. Raise ParseError."""
    return communfixes.mended(payload, fixes)
