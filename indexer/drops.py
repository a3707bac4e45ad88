"""The drops too large to be made without somebody's word: what would leave, and that word.

A word is given on the numbers that were seen. The next harvest carries it out, unless much more
would leave by then: that is held anew (harvest.decide).
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from .entry import LIVE, Drop
from .errors import StoreError
from .schema import ENTRIES, RUNS, SOURCES, AnyRow


def drop_of(row: AnyRow) -> Drop | None:
    """The drop that a source's row says is held."""
    if row.held_since is None:
        return None
    return Drop(
        lost=row.held_lost, known=row.held_known, since=row.held_since, confirmed=row.confirmed
    )


def held(db: sa.Connection, source: str) -> Drop | None:
    row = db.execute(sa.select(SOURCES).where(SOURCES.c.key == source)).first()
    return drop_of(row) if row else None


def leaving(db: sa.Connection, source: str) -> list[str]:
    """The slugs of the entries that a held drop would take, by title."""
    drop = held(db, source)
    if drop is None:
        return []
    run = sa.select(sa.func.max(RUNS.c.id)).where(
        RUNS.c.source == source, RUNS.c.ended == drop.since
    )
    mine = (ENTRIES.c.source == source) & ENTRIES.c.state.in_(LIVE)
    slugs = sa.select(ENTRIES.c.slug).where(mine).order_by(ENTRIES.c.title, ENTRIES.c.slug)
    said = db.scalars(slugs.where(ENTRIES.c.leaving_in.is_not(None))).all()
    if len(said) >= drop.lost:  # absences did not count in that run
        return [*said]
    gone = ENTRIES.c.leaving_in.is_not(None) | (ENTRIES.c.seen_in < run.scalar_subquery())
    return [*db.scalars(slugs.where(gone))]


def confirm(tx: sa.Connection, source: str, lost: int, now: datetime) -> Drop:
    """Have the next harvest carry out a held drop of so many entries. Raise StoreError."""
    drop = held(tx, source)
    if drop is None:
        raise StoreError(
            f"Aucune baisse de «\u00a0{source}\u00a0» n’attend d’être confirmée\u00a0: une moisson"
            " l’a peut-être déjà réglée."
        )
    if drop.confirmed:
        raise StoreError("Cette baisse est déjà confirmée\u00a0: la prochaine moisson la fera.")
    if drop.lost != lost:
        raise StoreError(
            f"Une moisson est passée entre-temps\u00a0: {drop.lost} entrées disparaîtraient, et non"
            f" {lost}. Relisez la liste avant de confirmer."
        )
    tx.execute(sa.update(SOURCES).where(SOURCES.c.key == source).values(confirmed=now))
    return drop
