"""Judge a record: the findings of its reading, and the rules of a profile.

`lom` asks for the minimum, `lomfr` for what the ScoLOMFR profile makes obligatory or recommended,
`gar` runs the nineteen controls of the GAR, `commun` says what a teacher misses. To add a rule,
write a generator of faults beside its siblings and name it in their table; docs/controles.md is
made from the tables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .elements import place
from .finding import Finding, Severity
from .record import Reading, Record
from .rules import coherence, gar, gardoor, garnotice
from .rules import commun as communchecks
from .rules import taxons as taxonchecks
from .rules.garbytes import of_payload
from .rules.obligations import MINIMUM, OBLIGATIONS
from .rules.rule import Rule

PROFILES: Mapping[str, tuple[Rule, ...]] = {
    "lom": (*MINIMUM, *coherence.RULES),
    "lomfr": (*OBLIGATIONS, *coherence.RULES, *taxonchecks.RULES),
    "gar": gar.CONTROLS,
    "commun": communchecks.RULES,
}

#: The gravest first.
SEVERITIES = tuple(Severity)

#: The profile of a notice by its format; nobody asks of a feed what ScoLOMFR does.
OF_FORMAT = {"lomfr": "lomfr", "json": "lomfr", "commun": "commun"}


def profile_of(format: str) -> str:
    """The profile to judge a notice by when nobody names one."""
    return OF_FORMAT.get(format, "lom")


def check(reading: Reading, profile: str = "lomfr", payload: bytes = b"") -> tuple[Finding, ...]:
    """Every finding on a record, in the order of the standard, then of the lines.

    The payload is only needed by the `gar` profile: its first control is about the XML itself.
    """
    found = [*reading.findings]
    if profile == "gar":
        found += of_payload(payload)
    said = {(finding.element, finding.severity) for finding in found}
    for rule in PROFILES[profile]:
        found += (one for one in rule(reading) if not (rule.absence and _is_said(one, said)))
    return tuple(sorted(dict.fromkeys(found), key=_order))


def is_for_gar(record: Record) -> bool:
    """Does a record say that its resource is reached through the GAR, be it badly?"""
    return bool(gardoor.doors(record) or garnotice.labels(record) or record.balise.access == "gar")


def _is_said(absence: Finding, said: set[tuple[str, Severity]]) -> bool:
    """Has the reader refused what is not there, as gravely, in this element or inside it?"""
    graver = SEVERITIES[: SEVERITIES.index(absence.severity) + 1]
    return any(
        severity in graver and f"{element}.".startswith(f"{absence.element}.")
        for element, severity in said
    )


def _order(finding: Finding) -> tuple[tuple[int, ...], float, int]:
    line = math.inf if finding.line is None else finding.line
    return (place(finding.element), line, finding.column or 0)
