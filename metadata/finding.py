"""A finding: one departure from what a notice should be, worded for whoever can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: an error stops a listing, the others never do."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One remark on one element.

    `rule` is a stable code (`lom-1.2-absent`, `gar-05`, `commun-cle-inconnue`); `element` is the
    standard's number and name (`1.2 titre`), or the key of a `commun.yml`; `message` and `remedy`
    are French sentences; `line` and `column` count from 1.
    """

    severity: Severity
    rule: str
    element: str
    message: str
    remedy: str = ""
    line: int | None = None
    column: int | None = None
