"""From a project as it was read to the notices that the catalogue gets. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from metadata import listing, projectnotice
from metadata.listing import Reason
from metadata.project import Known, Project
from metadata.record import RawRecord

#: GitLab says that a project was active at most once an hour: what came later in that hour shows
#: only by looking. https://docs.gitlab.com/api/projects/ (last_activity_at)
OVERLAP = timedelta(minutes=75)

#: The facts that a list gives to everybody, but those that move by themselves, as stars do.
COMPARED = ("path", "name", "url", "description", "topics", "default_branch", "active")


def is_changed(project: Project, known: Known | None) -> bool:
    """Must a project be read again, from what a list says of it?"""
    if known is None or known.read is None or known.due or known.trouble:
        return True
    if known.reason in (Reason.HIDDEN, Reason.OUTSIDE, Reason.ARCHIVED):
        return True  # and here it is again
    before = known.snapshot.project
    if any(getattr(project, name) != getattr(before, name) for name in COMPARED):
        return True
    is_moved = project.updated and before.updated and project.updated != before.updated
    is_recent = project.active and known.read < project.active + OVERLAP
    return bool(is_moved or is_recent)


def records_of(parts_before: int, now: Known) -> Iterator[RawRecord]:
    """The notices of a project: its resources, or why they cannot be read, or that they are gone."""
    id, reason = now.snapshot.project.id, Reason(now.reason)
    if listing.is_broken(now.snapshot, reason) and (parts_before or not reason.is_listed):
        said = _first_fault(now)
        for name in _names(id, now.parts or 1):
            yield RawRecord(identifier=name, format=projectnotice.FORMAT, fault=said)
        return
    names: list[str] = []
    if reason.is_listed:
        payload = projectnotice.payload_of(now.snapshot, reason)
        parts = projectnotice.parts(payload)
        names = [*_names(id, len(parts))]
        for name, part in zip(names, parts, strict=True):
            yield RawRecord(
                identifier=name, format=projectnotice.FORMAT, payload=payload, part=part
            )
    for name in _names(id, parts_before):
        if name not in names:
            yield RawRecord(identifier=name, format=projectnotice.FORMAT, deleted=True)


def _first_fault(now: Known) -> str:
    notice = now.snapshot.file(*listing.NOTICE)
    for finding in listing.errors(notice) if notice else ():
        line = f", ligne {finding.line}" if finding.line else ""
        return f"{notice.path if notice else ''}{line}\u00a0: {finding.message}"
    return "Son fichier commun.yml contient des erreurs."


def _names(id: int, parts: int) -> Iterator[str]:
    """What the catalogue calls the resources of a project: its number, and theirs when several."""
    if parts == 1:
        yield str(id)
    else:
        yield from (f"{id}#{part}" for part in range(1, parts + 1))
