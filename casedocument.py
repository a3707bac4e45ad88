"""A case as the commands give it to machines: docs/cli.md says each key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from casetext import Dossier, possible
from indexer.journal import Line
from indexer.waiting import Queued
from metadata.case import Decision, Opinion
from metadata.delays import Spread
from metadata.evidencecolumns import texts_of
from metadata.evidencejournal import gathered, marker_of
from metadata.qualification import face_at


def spread_document(spread: Spread) -> dict[str, Any]:
    """How many times, in seconds."""
    return {
        "number": spread.number,
        "half": round(spread.half.total_seconds()),
        "most": round(spread.most.total_seconds()),
    }


def as_json(document: object) -> str:
    """A document as it is printed; dates as ISO 8601 writes them."""
    return json.dumps(document, ensure_ascii=False, default=datetime.isoformat)


def document(dossier: Dossier, now: datetime) -> dict[str, Any]:
    """The whole case."""
    entry, case = dossier.entry, dossier.case
    evidence = gathered(case)
    return {
        "slug": entry.slug,
        "title": entry.title,
        "source": entry.source,
        "identifier": entry.identifier,
        "state": case.state,
        "face": face_at(case, now),
        "since": case.since,
        "assignee": case.assignee,
        "criteria": case.criteria,
        "content": dossier.examined.content,
        "opinions": _opinions_document(case.opinions),
        "suggested": _opinions_document(case.suggested),
        "proposal": case.proposal and _decision_document(case.proposal),
        "asked": case.asked
        and {
            "act": case.asked.act,
            "by": case.asked.by,
            "at": case.asked.at,
            "reason": case.asked.reason,
        },
        "interests": sorted(case.interests),
        "decisions": [_decision_document(each) for each in case.decisions],
        "changed": case.changed,
        "left": case.left,
        "left_reason": case.left_reason,
        "evidence": {digest: texts_of(item) for digest, item in evidence.items.items()},
        "evidence_not_applicable": {**evidence.declared},
        "evidence_levels": {
            mark.strand: mark.level for mark in marker_of(case, now, dossier.version).marks
        },
        "differences": [each._asdict() for each in dossier.differences],
        "possible": {act: [*roles] for act, roles in possible(dossier, now).items()},
        "journal": [journal_document(line) for line in dossier.lines],
    }


def _opinions_document(opinions: Mapping[str, Opinion]) -> dict[str, Any]:
    return {
        key: {
            "verdict": each.verdict,
            "reason": each.reason,
            "by": each.by,
            "at": each.at,
            "proofs": [proof._asdict() for proof in each.proofs],
        }
        for key, each in opinions.items()
    }


def _decision_document(decision: Decision) -> dict[str, Any]:
    return {
        "outcome": decision.outcome,
        "by": decision.by,
        "at": decision.at,
        "proposer": decision.proposer,
        "content": decision.content,
        "criteria": decision.criteria,
        "until": decision.until,
        "reason": decision.reason,
        "refusals": [*decision.refusals],
        "imported": decision.is_imported,
        "opinions": _opinions_document(decision.opinions),
    }


def journal_document(line: Line) -> dict[str, Any]:
    """A line of the journal."""
    event = line.event
    return {
        "line": line.id,
        "at": event.at,
        "act": event.act,
        "by": event.by,
        "roles": [*event.roles],
        "slug": line.slug,
        "subject": line.subject,
        "before": line.before,
        "after": line.after,
        "data": dict(event.data),
        "mark": line.mark,
    }


def queued_document(row: Queued, now: datetime) -> dict[str, Any]:
    """An entry of the queue."""
    standing = row.standing
    return {
        "slug": row.slug,
        "title": row.title,
        "source": row.source,
        "state": standing.state,
        "face": standing.face_at(now),
        "since": row.since,
        "assignee": standing.assignee,
        "asked": standing.asked,
        "decided": standing.decided,
        "ends": standing.ends,
        "imported": standing.is_imported,
    }
