"""The links of the published entries, as the database keeps them: which answer, since when others do not.

How they are asked is in linkcheck.py. An answer is dated by the round of checks that it belongs to:
a round that was interrupted goes on with those that it had not come to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from .changes import batches, look_again
from .entry import SAID_DEAD, SINKS, Link, State
from .schema import ENTRIES, LINKS, ROUNDS, AnyRow, writing

#: A round interrupted longer ago is given up: what it found says too little of today.
GOES_ON = timedelta(days=1)


class Answer(NamedTuple):
    """What came of asking the address of an entry."""

    slug: str
    address: str
    dead: bool
    fault: str = ""  # what was answered in place of the resource, in French


class DeadLink(NamedTuple):
    """An entry whose link is dead."""

    slug: str
    title: str
    link: Link


class Links:
    """What the checks, the pages and the operator ask of the database about links."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def begin(self, now: datetime) -> datetime:
        """When the round under way began; now, when there is none."""
        with self._writer.begin() as tx:
            under_way = ROUNDS.c.ended.is_(None)
            started: datetime | None = tx.scalar(sa.select(ROUNDS.c.started).where(under_way))
            if started and started > now - GOES_ON:
                return started
            tx.execute(sa.update(ROUNDS).where(under_way).values(ended=now))
            tx.execute(sa.insert(ROUNDS).values(started=now))
            return now

    def end(self, now: datetime) -> None:
        with self._writer.begin() as tx:
            tx.execute(sa.update(ROUNDS).where(ROUNDS.c.ended.is_(None)).values(ended=now))

    def due(self, started: datetime) -> list[str]:
        """The published entries that a round has not come to, in no order that means anything."""
        query = (
            sa.select(ENTRIES.c.slug)
            .outerjoin(LINKS, LINKS.c.slug == ENTRIES.c.slug)
            .where(ENTRIES.c.state == State.PUBLISHED)
            .where(LINKS.c.checked.is_(None) | (LINKS.c.checked < started))
        )
        with self._engine.connect() as db:
            return [*db.scalars(query.order_by(ENTRIES.c.hash))]

    def keep(self, answers: Iterable[Answer], started: datetime) -> None:
        """Write what a round found. The index looks again at entries that sink, or rise again."""
        with self._writer.begin() as tx:
            for some in batches(answers):
                _keep(tx, some, started)

    def dead(self, time: timedelta = timedelta()) -> list[DeadLink]:
        """The published entries whose link is dead, for so long at least, the longest first."""
        query = _published(sa.select(LINKS, ENTRIES.c.title)).where(LINKS.c.dead_since.is_not(None))
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(LINKS.c.dead_since, LINKS.c.slug)).all()
        found = (DeadLink(row.slug, row.title, link_of(row)) for row in rows)
        return [each for each in found if each.link.is_dead_for(time)]

    def counts(self) -> Counter[str]:
        """How many links were checked, are dead, and have been for long enough to be said so."""
        query = _published(sa.select(LINKS))
        counts: Counter[str] = Counter(checked=0, dead=0, said=0)
        with self._engine.connect() as db:
            for link in map(link_of, db.execute(query)):
                counts["checked"] += 1
                counts["dead"] += link.dead_since is not None
                counts["said"] += link.is_dead_for(SAID_DEAD)
        return counts


def _published(query: sa.Select[*tuple[object, ...]]) -> sa.Select[*tuple[object, ...]]:
    return query.join(ENTRIES, ENTRIES.c.slug == LINKS.c.slug).where(
        ENTRIES.c.state == State.PUBLISHED
    )


def _keep(tx: sa.Connection, answers: Sequence[Answer], started: datetime) -> None:
    mine = LINKS.c.slug.in_([answer.slug for answer in answers])
    before = {row.slug: link_of(row) for row in tx.execute(sa.select(LINKS).where(mine))}
    now = {answer.slug: _found(answer, before.get(answer.slug), started) for answer in answers}
    tx.execute(sa.delete(LINKS).where(mine))
    rows = [
        {
            "slug": slug,
            "address": link.address,
            "checked": link.checked,
            "dead_since": link.dead_since,
            "fault": link.fault,
        }
        for slug, link in now.items()
    ]
    tx.execute(sa.insert(LINKS), rows)
    moved = [slug for slug, link in now.items() if _sinks(link) != _sinks(before.get(slug))]
    if moved:
        look_again(tx, moved)


def _found(answer: Answer, before: Link | None, started: datetime) -> Link:
    """The link as it is now: dead since the first check in a row of this address that found it so."""
    since = started
    if before and before.dead_since and before.address == answer.address:
        since = before.dead_since
    return Link(
        address=answer.address,
        checked=started,
        dead_since=since if answer.dead else None,
        fault=answer.fault,
    )


def _sinks(link: Link | None) -> bool:
    return link is not None and link.is_dead_for(SINKS)


def link_of(row: AnyRow) -> Link:
    """The link in a row that holds the columns of its table."""
    return Link(
        address=row.address, checked=row.checked, dead_since=row.dead_since, fault=row.fault
    )
