"""Decisions taken before Balise, brought by a file: each row becomes a line of its entry's journal.

The same file twice adds nothing.
"""

from __future__ import annotations

from datetime import datetime

from metadata.case import Act, Action, Actor, Case
from metadata.decisionsheet import ENTRY, Told, read_csv
from metadata.finding import Finding, Severity
from metadata.qualification import Refused, check_right

from .errors import RecordNotFound
from .evidence import NAMED_BY, Brought
from .store import SqlStore


def bring(
    store: SqlStore, payload: bytes, by: Actor, now: datetime, *, dry_run: bool = False
) -> Brought:
    """Write down what a CSV says (metadata/decisionsheet.py). Raise Refused without the right to."""
    check_right(Act.IMPORT, by)
    sheet = read_csv(payload)
    findings, added, known = [*sheet.findings], 0, 0
    lines: dict[str, int] = {}
    for row in sheet.rows:
        try:
            slug = store.find(row.entry.rpartition("/ressources/")[2]).slug
            if slug in lines:
                raise Refused(
                    f"La ligne {lines[slug]} parle de la même ressource, autrement nommée."
                )
            lines[slug] = row.line
            if _is_known(store.qualifications.case(slug), row.action):
                known += 1
                continue
            act = store.qualifications.rehearse if dry_run else store.qualifications.act
            act(slug, row.action, by, now)
            added += 1
        except RecordNotFound as error:
            findings.append(_refused(row, str(error), NAMED_BY))
        except Refused as error:  # which says what to do
            findings.append(_refused(row, str(error)))
    ordered = sorted(findings, key=lambda each: (each.line or 0, each.column or 0))
    return Brought(added=added, known=known, findings=tuple(ordered))


def _is_known(case: Case, action: Action) -> bool:
    """Is it the decision that was brought already? What was done since does not matter."""
    first = next(iter(case.decisions), None)
    return (
        first is not None
        and first.is_imported
        and (first.outcome, first.at) == (action.outcome, action.decided)
        and (first.proposer, first.by) == (action.proposer, action.decider)
        and (first.reason, first.refusals) == (action.reason, action.refusals)
        and action.until in (None, first.until)
    )


def _refused(row: Told, why: str, remedy: str = "") -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="decision-refusee",
        element=ENTRY,
        message=why,
        remedy=remedy,
        line=row.line,
    )
