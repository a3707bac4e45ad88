"""What people decided that unknown values mean, and the values that still wait for it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from metadata.vocabulary import scolomfr

from .arrival import storable
from .changes import note_where
from .entry import LIVE, Mapped, Unmapped
from .errors import StoreError
from .schema import ENTRIES, MAPPINGS, UNMAPPED
from .terms import Mappings, name_of


def decided(db: sa.Connection) -> Mappings:
    """All that was decided."""
    return {(row.vocabulary, row.name): row.uri for row in db.execute(sa.select(MAPPINGS))}


def decide(tx: sa.Connection, value: str, uri: str, now: datetime) -> tuple[str, int]:
    """Say what a value means; give the vocabulary concerned, and how many entries say it.

    Raise StoreError when there is no such concept.
    """
    concept = scolomfr().concept(uri)
    if concept is None:
        raise StoreError(f"Aucun vocabulaire n’a de concept «\u00a0{uri}\u00a0».")
    key = {"vocabulary": concept.vocabulary, "name": storable(name_of(value))}
    tx.execute(sa.delete(MAPPINGS).where(*(MAPPINGS.c[name] == key[name] for name in key)))
    tx.execute(sa.insert(MAPPINGS).values(**key, uri=concept.uri, since=now))
    said = sa.select(UNMAPPED.c.slug).where(*(UNMAPPED.c[name] == key[name] for name in key))
    return concept.vocabulary, note_where(tx, ENTRIES.c.slug.in_(said))


def forget(tx: sa.Connection, vocabulary: str, name: str) -> tuple[str, int]:
    """Decide nothing of a value any more; give what it meant, and how many entries say it.

    Raise StoreError when nothing was decided.
    """
    mine = (MAPPINGS.c.vocabulary == vocabulary) & (MAPPINGS.c.name == storable(name_of(name)))
    uri = tx.scalar(sa.delete(MAPPINGS).where(mine).returning(MAPPINGS.c.uri))
    if uri is None:
        raise StoreError(f"Rien n’a été décidé de la valeur «\u00a0{name}\u00a0».")
    said = sa.select(UNMAPPED.c.slug).where(
        UNMAPPED.c.vocabulary == vocabulary, UNMAPPED.c.name == storable(name_of(name))
    )
    return uri, note_where(tx, ENTRIES.c.slug.in_(said))


def mapped(db: sa.Connection) -> list[Mapped]:
    """All that was decided, the latest first."""
    here = (UNMAPPED.c.vocabulary == MAPPINGS.c.vocabulary) & (UNMAPPED.c.name == MAPPINGS.c.name)
    query = (
        sa.select(
            MAPPINGS,
            sa.func.coalesce(sa.func.min(UNMAPPED.c.value), MAPPINGS.c.name).label("value"),
            sa.func.count(UNMAPPED.c.slug.distinct()).label("count"),
        )
        .outerjoin(UNMAPPED, here)
        .group_by(*MAPPINGS.c)
        .order_by(MAPPINGS.c.since.desc(), MAPPINGS.c.vocabulary, MAPPINGS.c.name)
    )
    return [Mapped(**row._mapping) for row in db.execute(query)]


def unmapped(db: sa.Connection, source: str) -> list[Unmapped]:
    """See SqlStore.unmapped."""
    said = (ENTRIES.c.source, *UNMAPPED.c["element", "vocabulary", "name"])
    count = sa.func.count().label("count")
    query = (
        sa.select(
            *said[:3],
            sa.func.min(UNMAPPED.c.value).label("value"),
            count,
            sa.func.min(UNMAPPED.c.slug).label("example"),
        )
        .join(ENTRIES, ENTRIES.c.slug == UNMAPPED.c.slug)
        .outerjoin(
            MAPPINGS,
            (MAPPINGS.c.vocabulary == UNMAPPED.c.vocabulary) & (MAPPINGS.c.name == UNMAPPED.c.name),
        )
        .where(ENTRIES.c.state.in_(LIVE), MAPPINGS.c.uri.is_(None))
        .group_by(*said)
        .order_by(ENTRIES.c.source, count.desc(), UNMAPPED.c.element, UNMAPPED.c.name)
    )
    rows = db.execute(query.where(ENTRIES.c.source == source) if source else query)
    return [Unmapped(**row._mapping) for row in rows]
