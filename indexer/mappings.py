"""What people decided that unknown values mean, and the values that still wait for it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from metadata.vocabulary import scolomfr

from .arrival import storable
from .changes import note_where
from .entry import LIVE, Unmapped
from .errors import StoreError
from .schema import ENTRIES, MAPPINGS, UNMAPPED
from .terms import Mappings, name_of


def decided(db: sa.Connection) -> Mappings:
    """All that was decided."""
    return {(row.vocabulary, row.name): row.uri for row in db.execute(sa.select(MAPPINGS))}


def decide(tx: sa.Connection, value: str, uri: str, now: datetime) -> int:
    """See SqlStore.map_value."""
    concept = scolomfr().concept(uri)
    if concept is None:
        raise StoreError(f"Aucun vocabulaire n’a de concept «\u00a0{uri}\u00a0».")
    key = {"vocabulary": concept.vocabulary, "name": storable(name_of(value))}
    tx.execute(sa.delete(MAPPINGS).where(*(MAPPINGS.c[name] == key[name] for name in key)))
    tx.execute(sa.insert(MAPPINGS).values(**key, uri=concept.uri, since=now))
    said = sa.select(UNMAPPED.c.slug).where(*(UNMAPPED.c[name] == key[name] for name in key))
    return note_where(tx, ENTRIES.c.slug.in_(said))


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
