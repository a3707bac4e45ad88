"""What the search index has not caught up with: noted in the transaction that made it so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa

from .schema import CHANGES, ENTRIES, REVISION

T = TypeVar("T")

#: How many values one statement names: databases have a limit, and so has patience.
BATCH = 500


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The same items, some at a time."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def note(tx: sa.Connection, slugs: Collection[str]) -> None:
    """Remember that the index must look at these again."""
    if not slugs:
        return
    number = _next_revision(tx)
    for batch in batches(slugs):
        tx.execute(sa.delete(CHANGES).where(CHANGES.c.slug.in_(batch)))
        tx.execute(sa.insert(CHANGES), [{"slug": slug, "revision": number} for slug in batch])


def note_where(tx: sa.Connection, condition: sa.ColumnElement[bool]) -> int:
    """Remember that the index must look at all the entries that are so; return how many."""
    which = sa.select(ENTRIES.c.slug).where(condition)
    number = _next_revision(tx)
    tx.execute(sa.delete(CHANGES).where(CHANGES.c.slug.in_(which)))
    rows = sa.select(ENTRIES.c.slug, sa.literal(number)).where(condition)
    tx.execute(sa.insert(CHANGES).from_select(["slug", "revision"], rows))
    noted: int = tx.scalars(sa.select(sa.func.count()).where(CHANGES.c.revision == number)).one()
    return noted


def _next_revision(tx: sa.Connection) -> int:
    tx.execute(sa.update(REVISION).values(number=REVISION.c.number + 1))
    number: int = tx.scalars(sa.select(REVISION.c.number)).one()
    return number
