"""What the database counts for all entries at once: when they changed, and words that found nothing.

Of a search without answer the words alone are kept, and how often: not who asked, not when.
"""

from __future__ import annotations

import re
from datetime import date

import sqlalchemy as sa

from .arrival import storable
from .entry import State
from .schema import ENTRIES, UNANSWERED, writing

LONGEST = 80  # characters: longer words are a text, and may be about somebody
MOST = 10_000  # different words

#: What may be somebody's address or number, or a link.
PRIVATE = re.compile(r"@|://|(?:\d\D?){7}")


class Figures:
    """Counts, in the database of a store."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def changed_by_month(self) -> dict[str, int]:
        """How many published entries last changed in each month ("2026-03"), the latest first."""
        month = sa.func.substr(sa.cast(ENTRIES.c.last_changed, sa.Text), 1, 7)
        query = sa.select(month, sa.func.count()).where(ENTRIES.c.state == State.PUBLISHED)
        with self._engine.connect() as db:
            return {
                row[0]: row[1] for row in db.execute(query.group_by(month).order_by(month.desc()))
            }

    def days_of_change(self) -> dict[str, date]:
        """The day of the last change of each published entry, by its slug."""
        query = sa.select(ENTRIES.c.slug, ENTRIES.c.last_changed)
        with self._engine.connect() as db:
            rows = db.execute(query.where(ENTRIES.c.state == State.PUBLISHED))
            return {row.slug: row.last_changed.date() for row in rows}

    def note_unanswered(self, words: str) -> None:
        """Count a search that found nothing; what may be about somebody is not kept."""
        words = normal(words)
        if not words or len(words) > LONGEST or PRIVATE.search(words):
            return
        mine = UNANSWERED.c.words == words
        with self._writer.begin() as tx:
            more = sa.update(UNANSWERED).where(mine).values(count=UNANSWERED.c.count + 1)
            if tx.execute(more).rowcount:
                return
            if tx.scalars(sa.select(sa.func.count()).select_from(UNANSWERED)).one() >= MOST:
                tx.execute(sa.delete(UNANSWERED).where(UNANSWERED.c.count == 1))
            tx.execute(sa.insert(UNANSWERED).values(words=words, count=1))

    def unanswered(self, at_least: int, limit: int) -> list[tuple[str, int]]:
        """The words that found nothing so often, the most frequent first."""
        query = (
            sa.select(UNANSWERED.c.words, UNANSWERED.c.count)
            .where(UNANSWERED.c.count >= at_least)
            .order_by(UNANSWERED.c.count.desc(), UNANSWERED.c.words)
            .limit(limit)
        )
        with self._engine.connect() as db:
            return [(row.words, row[1]) for row in db.execute(query)]


def normal(words: str) -> str:
    """The same words, however they are spaced and whatever their case."""
    return storable(" ".join(words.casefold().split()))
