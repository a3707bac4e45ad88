"""The journal of what people decided, and of what Balise noted by itself: it only grows.

The database refuses to change or delete a line, and each bears a mark, the SHA-256 of itself and of
the mark before it: a line changed behind the database's back shows. Corrections are new lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby
from typing import Any

import sqlalchemy as sa

from metadata.case import Act, Actor, Event

from .schema import ENTRIES, JOURNAL, AnyRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line: what was done to an entry, or to something else that `subject` names."""

    id: int
    event: Event
    slug: str = ""
    subject: str = ""
    before: str = ""  # state of the case
    after: str = ""
    mark: str = ""
    title: str = ""  # of the entry, today


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which lines; what is empty does not matter."""

    slug: str = ""
    subject: str = ""  # what it begins with
    act: str = ""
    author: str = ""
    since: datetime | None = None
    before: datetime | None = None
    after: int = 0  # lines that follow this one


def append(
    tx: sa.Connection,
    act: Act,
    by: Actor,
    now: datetime,
    *,
    slug: str = "",
    subject: str = "",
    before: str = "",
    after: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write a line, in the transaction of what it tells."""
    row = {
        "slug": slug or None,
        "subject": subject,
        "act": str(act),
        "author": by.name,
        "roles": " ".join(sorted(by.roles)),
        "at": now,
        "before": before,
        "after": after,
        "data": dict(data or {}),
    }
    last = sa.select(JOURNAL.c.mark).order_by(JOURNAL.c.id.desc()).limit(1)
    tx.execute(sa.insert(JOURNAL).values(**row, mark=_mark(tx.scalar(last) or "", row)))


def events(db: sa.Connection, slug: str) -> list[Event]:
    """What was done to an entry, in order."""
    query = sa.select(JOURNAL).where(JOURNAL.c.slug == slug).order_by(JOURNAL.c.id)
    return [_event(row) for row in db.execute(query)]


def histories(db: sa.Connection, source: str = "") -> Iterator[tuple[datetime, list[Event]]]:
    """Of each entry that has lines, in one source or in all: when it arrived, what was done to it."""
    query = (
        sa.select(JOURNAL, ENTRIES.c.first_seen)
        .join(ENTRIES, ENTRIES.c.slug == JOURNAL.c.slug)
        .order_by(JOURNAL.c.slug, JOURNAL.c.id)
    )
    if source:
        query = query.where(ENTRIES.c.source == source)
    for _slug, rows in groupby(db.execute(query), lambda row: row.slug):
        first = next(rows)
        yield first.first_seen, [_event(row) for row in chain([first], rows)]


def lines(
    db: sa.Connection, wanted: Wanted, *, limit: int | None = None, offset: int = 0
) -> list[Line]:
    """The lines wanted, the latest first."""
    query = _selected(wanted, JOURNAL, ENTRIES.c.title).order_by(JOURNAL.c.id.desc())
    return [_line(row) for row in db.execute(query.limit(limit).offset(offset))]


def count(db: sa.Connection, wanted: Wanted) -> int:
    """How many lines are wanted."""
    number: int = db.scalars(_selected(wanted, sa.func.count())).one()
    return number


def broken(db: sa.Connection) -> Iterator[int]:
    """Yield the number of each line whose mark is not what it should be."""
    mark = ""
    for row in db.execute(sa.select(JOURNAL).order_by(JOURNAL.c.id)):
        values = {name: row._mapping[name] for name in _MARKED}
        if _mark(mark, values) != row.mark:
            yield row.id
        mark = row.mark


_MARKED = ("slug", "subject", "act", "author", "roles", "at", "before", "after", "data")


def _mark(before: str, row: Mapping[str, Any]) -> str:
    said = {**row, "at": row["at"].astimezone(UTC).isoformat()}
    text = json.dumps([before, said], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _selected(wanted: Wanted, *columns: Any) -> sa.Select[Any]:
    query = sa.select(*columns).select_from(
        JOURNAL.outerjoin(ENTRIES, ENTRIES.c.slug == JOURNAL.c.slug)
    )
    if wanted.slug:
        query = query.where(JOURNAL.c.slug == wanted.slug)
    if wanted.subject:
        query = query.where(JOURNAL.c.subject.startswith(wanted.subject, autoescape=True))
    if wanted.act:
        query = query.where(JOURNAL.c.act == wanted.act)
    if wanted.author:
        query = query.where(sa.func.lower(JOURNAL.c.author) == wanted.author.lower())
    if wanted.since:
        query = query.where(JOURNAL.c.at >= wanted.since)
    if wanted.after:
        query = query.where(JOURNAL.c.id > wanted.after)
    if wanted.before:
        query = query.where(JOURNAL.c.at < wanted.before)
    return query


def _line(row: AnyRow) -> Line:
    return Line(
        id=row.id,
        event=_event(row),
        slug=row.slug or "",
        subject=row.subject,
        before=row.before,
        after=row.after,
        mark=row.mark,
        title=row.title or "",
    )


def _event(row: AnyRow) -> Event:
    return Event(
        act=Act(row.act),
        by=row.author,
        at=row.at,
        roles=tuple(row.roles.split()),
        data=row.data,
    )
