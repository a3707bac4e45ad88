"""The evidence marker of an entry, for its pages and as JSON; templates/_evidence.html shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from indexer.entry import Entry
from indexer.evidence import version_of
from indexer.journal import Wanted
from indexer.store import SqlStore
from metadata.case import Act
from metadata.evidence import Mark, Marker, Weighed
from metadata.evidencecolumns import digest, texts_of
from metadata.evidencejournal import marker_of

from .site import store

Answer = dict[str, Any]


def evidence_of(entry: Entry, now: datetime) -> Marker:
    """What was gathered about a resource, weighed for its present version."""
    case = store().qualifications.case(entry.slug)
    return marker_of(case, now, version_of(store(), entry) if case.evidence else "")


def gathered_about(store: SqlStore) -> set[str]:
    """The published entries about which somebody brought evidence, or said that none applies."""
    acts = (Act.ADD_EVIDENCE, Act.EVIDENCE_NOT_APPLICABLE)
    lines = (line for act in acts for line in store.qualifications.journal(Wanted(act=act)))
    return {line.slug for line in lines} & {*store.slugs()}


def said(marker: Marker) -> Answer:
    """The same for a program: no number sums the strands up."""
    return {
        "rules": marker.rules,
        "strands": {mark.strand.value: _mark(mark) for mark in marker.marks},
    }


def _mark(mark: Mark) -> Answer:
    return {
        "level": mark.level,
        "label": mark.word,
        "why": mark.why,
        "next_level": mark.higher or None,
        "since": _day(mark.since),
        "until": _day(mark.until),
        "lost": [
            {"level": lost.level, "reasons": [*lost.reasons], "on": _day(lost.on)}
            for lost in mark.lost
        ],
        "items": [_item(weighed) for weighed in mark.items],
    }


def _item(weighed: Weighed) -> Answer:
    """An item under the keys of the CSV, and the highest level that it still supports."""
    return {
        "id": digest(weighed.item),
        **texts_of(weighed.item),
        "supports": weighed.ceiling,
        "weaknesses": [each.reason for each in weighed.weaknesses],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
