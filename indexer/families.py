"""Which entries are parts of which: the head of each family, kept level with the relations.

A part is led to its whole by what either of them says (LOM 7, isPartOf and hasPart), within one
source: no publisher can draw another's resources into a family of its own. The head is derived from
the entries published at that moment and nothing else, whatever the order they came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from .changes import batches, note
from .entry import State
from .schema import ENTRIES, NAMES, RELATIONS

#: Wholes of wholes of wholes: further up than this, nobody looks.
DEPTH = 8


@contextmanager
def regrouping(tx: sa.Connection, slugs: Collection[str]) -> Iterator[None]:
    """Around a change of these entries: give a head to whoever has another one after it."""
    affected = _relatives(tx, slugs)
    yield
    affected |= _relatives(tx, slugs)
    heads = _heads(tx, affected)
    moved = [slug for slug, kept in _kept_heads(tx, affected) if heads.get(slug, "") != kept]
    for slug in moved:
        row = sa.update(ENTRIES).where(ENTRIES.c.slug == slug)
        tx.execute(row.values(head=heads.get(slug, "")))
    note(tx, moved)


def _relatives(tx: sa.Connection, slugs: Collection[str]) -> set[str]:
    """These, all that is below them, and the wholes just above: whose head may depend on them."""
    if not slugs or not tx.scalar(sa.select(sa.exists(sa.select(RELATIONS.c.slug)))):
        return set()
    found, level = set(slugs), set(slugs)
    for _ in range(DEPTH):
        level = {child for _, child in _links(tx, level, "parent")} - found
        found |= level
        if not level:
            break
    return found | {parent for parent, _ in _links(tx, slugs, "child")}


def _heads(tx: sa.Connection, slugs: Collection[str]) -> dict[str, str]:
    """The head of each that belongs to a family."""
    parents = _parents(tx, slugs)
    wholes = {parent for parent, _ in _links(tx, slugs, "parent")}
    heads = {slug: _climb(slug, parents) for slug in slugs}
    return {slug: head for slug, head in heads.items() if head != slug or slug in wholes}


def _parents(tx: sa.Connection, slugs: Iterable[str]) -> dict[str, str]:
    """The whole that each of these, and of those above them, is counted with: the first by name."""
    parents: dict[str, str] = {}
    level = set(slugs)
    for _ in range(DEPTH):
        found: dict[str, str] = {}
        for parent, child in _links(tx, level, "child"):
            found[child] = min(parent, found.get(child, parent))
        parents |= found
        level = set(found.values()) - parents.keys()
        if not level:
            break
    return parents


def _climb(slug: str, parents: Mapping[str, str]) -> str:
    """The topmost whole; in a circle, its first by name."""
    way = [slug]
    while len(way) <= DEPTH and (above := parents.get(way[-1])):
        if above in way:
            return min(way[way.index(above) :])
        way.append(above)
    return way[-1]


def _links(tx: sa.Connection, slugs: Iterable[str], side: str) -> Iterator[tuple[str, str]]:
    """The pairs (whole, part) of published entries with one of these on that side."""
    for batch in batches(slugs):
        for query in (_said_by_part, _said_by_whole):
            yield from ((row[0], row[1]) for row in tx.execute(query(side), {"slugs": batch}))


def _said_by_part(side: str) -> sa.Select[str, str]:
    return _pairs(NAMES.c.slug, RELATIONS.c.slug, "part", side)


def _said_by_whole(side: str) -> sa.Select[str, str]:
    return _pairs(RELATIONS.c.slug, NAMES.c.slug, "whole", side)


def _pairs(
    whole: sa.Column[str], part: sa.Column[str], role: str, side: str
) -> sa.Select[str, str]:
    parent, child = ENTRIES.alias("parent"), ENTRIES.alias("child")
    asked = whole if side == "parent" else part
    return (
        sa.select(whole, part)
        .distinct()
        .select_from(RELATIONS)
        .join(NAMES, NAMES.c.value == RELATIONS.c.value)
        .join(parent, parent.c.slug == whole)
        .join(child, child.c.slug == part)
        .where(
            RELATIONS.c.role == role,
            NAMES.c.kind != "title",
            asked.in_(sa.bindparam("slugs", expanding=True)),
            parent.c.slug != child.c.slug,
            parent.c.source == child.c.source,
            parent.c.state == State.PUBLISHED,
            child.c.state == State.PUBLISHED,
        )
    )


def _kept_heads(tx: sa.Connection, slugs: Iterable[str]) -> Iterator[tuple[str, str]]:
    for batch in batches(slugs):
        rows = tx.execute(
            sa.select(ENTRIES.c.slug, ENTRIES.c.head).where(ENTRIES.c.slug.in_(batch))
        )
        yield from ((row[0], row[1]) for row in rows)
