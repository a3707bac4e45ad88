"""Evidence that a file brings about many resources: each row becomes a line of its entry's journal.

One way in for the command line and the back-office. The same file twice adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from metadata import projectnotice
from metadata.case import Act, Action, Actor
from metadata.evidencecolumns import digest, texts_of
from metadata.evidencejournal import gathered
from metadata.evidencesheet import ENTRY, Told, read_csv
from metadata.finding import Finding, Severity
from metadata.qualification import Refused, check_right
from metadata.taxa import french

from .entry import Entry
from .errors import RecordNotFound
from .store import SqlStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What came of a file: rows added, rows already there, and what is wrong, by line."""

    added: int
    known: int
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def bring(store: SqlStore, payload: bytes, by: Actor, now: datetime) -> Brought:
    """Write down what a CSV says (metadata/evidencesheet.py). Raise Refused without the right to."""
    check_right(Act.ADD_EVIDENCE, by)
    sheet = read_csv(payload, now.date())
    findings, added, known = [*sheet.findings], 0, 0
    for row in sheet.rows:
        try:
            if _add(store, row, by, now):
                added += 1
            else:
                known += 1
        except RecordNotFound as error:
            findings.append(_refused(row, str(error), NAMED_BY))
        except Refused as error:  # which says what to do
            findings.append(_refused(row, str(error)))
    ordered = sorted(findings, key=lambda each: (each.line or 0, each.column or 0))
    return Brought(added=added, known=known, findings=tuple(ordered))


def _add(store: SqlStore, row: Told, by: Actor, now: datetime) -> bool:
    """Whether it was not there yet. Raise RecordNotFound, Refused."""
    slug = store.find(row.entry.rpartition("/ressources/")[2]).slug
    if digest(row.item) in gathered(store.qualifications.case(slug)).items:
        return False
    action = Action(act=Act.ADD_EVIDENCE, evidence=texts_of(row.item))
    store.qualifications.act(slug, action, by, now)
    return True


NAMED_BY = "Nommez-la par la fin de son adresse, son ark, ou l’identifiant que lui donne sa source."


def _refused(row: Told, why: str, remedy: str = "") -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="preuve-refusee",
        element=ENTRY,
        message=why,
        remedy=remedy,
        line=row.line,
    )


def version_of(store: SqlStore, entry: Entry) -> str:
    """The present version of a resource: its notice says it, else the last release of its project."""
    said = french(entry.record.life_cycle.version)
    if said or entry.format != projectnotice.FORMAT:
        return said
    project = store.projects.of_entry(entry.source, entry.identifier)
    releases = project.snapshot.releases if project else ()
    return releases[0].tag if releases else ""
