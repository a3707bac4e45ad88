"""What is shown changed: noted in the transaction that made it so, for whoever keeps a copy of it.

The search index has to look again; harvesters are told anew of what they were shown (exposed.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa

from .entry import State
from .schema import CHANGES, ENTRIES, EXPOSED, REVISION, SOURCES

T = TypeVar("T")

#: How many values one statement names: databases have a limit, and so has patience.
BATCH = 500

#: May harvesters be given an entry? It is published, under a licence that somebody gave.
IS_OPEN = (ENTRIES.c.state == State.PUBLISHED) & (SOURCES.c.licence != "")


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The same items, some at a time."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def note(tx: sa.Connection, slugs: Collection[str]) -> None:
    """Remember that what is shown of these changed."""
    if not slugs:
        return
    number = next_revision(tx)
    for batch in batches(slugs):
        _look_again(tx, batch, number)
        undate(tx, EXPOSED.c.slug.in_(batch), number)


def note_where(tx: sa.Connection, condition: sa.ColumnElement[bool]) -> int:
    """Remember that what is shown changed of all the entries that are so; return how many."""
    number = next_revision(tx)
    undate(tx, EXPOSED.c.slug.in_(sa.select(ENTRIES.c.slug).where(condition)), number)
    return _look_again_where(tx, condition, number)


def look_again(tx: sa.Connection, slugs: Collection[str]) -> None:
    """Remember that the index must look at these again, though their notices are what they were."""
    number = next_revision(tx)
    for batch in batches(slugs):
        _look_again(tx, batch, number)


def look_again_where(tx: sa.Connection, condition: sa.ColumnElement[bool]) -> int:
    """The same of all the entries that are so; return how many."""
    return _look_again_where(tx, condition, next_revision(tx))


def _look_again(tx: sa.Connection, batch: list[str], number: int) -> None:
    tx.execute(sa.delete(CHANGES).where(CHANGES.c.slug.in_(batch)))
    tx.execute(sa.insert(CHANGES), [{"slug": slug, "revision": number} for slug in batch])


def _look_again_where(tx: sa.Connection, condition: sa.ColumnElement[bool], number: int) -> int:
    which = sa.select(ENTRIES.c.slug).where(condition)
    tx.execute(sa.delete(CHANGES).where(CHANGES.c.slug.in_(which)))
    rows = sa.select(ENTRIES.c.slug, sa.literal(number)).where(condition)
    tx.execute(sa.insert(CHANGES).from_select(["slug", "revision"], rows))
    noted: int = tx.scalars(sa.select(sa.func.count()).where(CHANGES.c.revision == number)).one()
    return noted


def undate(tx: sa.Connection, which: sa.ColumnElement[bool], number: int) -> None:
    """Harvesters are told anew of these, from this very transaction on: of what left, that it left.

    What was deleted and still is has not changed.
    """
    is_open = (
        sa.exists()
        .where(ENTRIES.c.slug == EXPOSED.c.slug, SOURCES.c.key == ENTRIES.c.source, IS_OPEN)
        .correlate(EXPOSED)
    )
    row = sa.update(EXPOSED).where(which, is_open | ~EXPOSED.c.deleted)
    tx.execute(row.values(deleted=~is_open, dated=None, revision=number))


def next_revision(tx: sa.Connection) -> int:
    tx.execute(sa.update(REVISION).values(number=REVISION.c.number + 1))
    number: int = tx.scalars(sa.select(REVISION.c.number)).one()
    return number
