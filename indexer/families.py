"""Which entries are parts of which: the head of each family, kept level with the relations.

A part is led to its whole by what either of them says (LOM 7, isPartOf and hasPart), within one
source: no publisher can draw another's resources into a family of its own. A name that several
entries bear leads nowhere. The head is derived from the entries published at that moment and
nothing else, whatever the order they came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

import sqlalchemy as sa

from .changes import batches, note
from .entry import State
from .schema import ENTRIES, NAMES, RELATIONS

#: Wholes of wholes of wholes: further up than this, nobody looks.
DEPTH = 8

#: A name, and the source in which it means something.
Name = tuple[str, str]

#: Two slugs.
Pair = tuple[str, str]


@contextmanager
def regrouping(tx: sa.Connection, slugs: Collection[str]) -> Iterator[None]:
    """Around a change of these entries: give a head to whoever has another one after it."""
    names = _related_names(tx, slugs)
    affected = _relatives(tx, slugs)
    yield
    names |= _related_names(tx, slugs)
    heirs = {heir for name in names if (heir := _other_bearer(tx, name, slugs))}
    affected |= _relatives(tx, affected | {*slugs} | heirs | _families(tx, heirs))
    heads, kept = _heads(tx, affected), _kept_heads(tx, affected)
    moved = {slug: heads.get(slug, "") for slug in kept if heads.get(slug, "") != kept[slug]}
    if moved:
        row = sa.update(ENTRIES).where(ENTRIES.c.slug == sa.bindparam("who"))
        rows = [{"who": slug, "to": head} for slug, head in moved.items()]
        tx.execute(row.values(head=sa.bindparam("to")), rows)
        note(tx, moved.keys())


def _relatives(tx: sa.Connection, slugs: Collection[str]) -> set[str]:
    """These, all that is below them, and the wholes above those: whose head may depend on them."""
    if not slugs or not tx.scalar(sa.select(sa.exists(sa.select(RELATIONS.c.slug)))):
        return set()
    found, level = set(slugs), set(slugs)
    for _ in range(DEPTH):
        level = {part for _, part in _parts_of(tx, level)} - found
        found |= level
        if not level:
            break
    return found | {whole for whole, _ in _wholes_of(tx, found)}


def _heads(tx: sa.Connection, slugs: Collection[str]) -> dict[str, str]:
    """The head of each that belongs to a family."""
    parts = {part for _, part in _parts_of(tx, slugs)}
    parents = _parents(tx, {*slugs, *parts})
    wholes = {*parents.values()}
    heads = {slug: _climb(slug, parents) for slug in slugs}
    return {slug: head for slug, head in heads.items() if head != slug or slug in wholes}


def _parents(tx: sa.Connection, slugs: Iterable[str]) -> dict[str, str]:
    """The whole that each of these, and of those above them, is counted with: the first by name."""
    parents: dict[str, str] = {}
    level = set(slugs)
    for _ in range(DEPTH):
        found: dict[str, str] = {}
        for whole, part in _wholes_of(tx, level):
            found[part] = min(whole, found.get(part, whole))
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


def _parts_of(tx: sa.Connection, slugs: Collection[str]) -> Iterator[Pair]:
    """The pairs (whole, part) with one of these for a whole."""
    yield from _meant_by(tx, slugs, "whole")
    yield from ((whole, part) for part, whole in _meaning(tx, slugs, "part"))


def _wholes_of(tx: sa.Connection, slugs: Collection[str]) -> Iterator[Pair]:
    """The pairs (whole, part) with one of these for a part."""
    yield from _meaning(tx, slugs, "whole")
    yield from ((whole, part) for part, whole in _meant_by(tx, slugs, "part"))


def _meant_by(tx: sa.Connection, slugs: Collection[str], role: str) -> Iterator[Pair]:
    """These, each with an entry that it says to be related to in this role."""
    said = [*_sayings(tx, RELATIONS.c.slug, slugs, role)]
    bearers = _only_bearers(tx, {name for _, name in said})
    for slug, name in said:
        if (bearer := bearers.get(name, slug)) != slug:
            yield slug, bearer


def _meaning(tx: sa.Connection, slugs: Collection[str], role: str) -> Iterator[Pair]:
    """Entries that say to be related to one of these in this role, each with that one."""
    bearers = _only_bearers(tx, _related_names(tx, slugs))
    borne = {name: slug for name, slug in bearers.items() if slug in slugs}
    for slug, name in _sayings(tx, RELATIONS.c.value, {value for value, _ in borne}, role):
        if (bearer := borne.get(name, slug)) != slug:
            yield slug, bearer


def _sayings(
    tx: sa.Connection, column: sa.Column[str], asked: Iterable[str], role: str
) -> Iterator[tuple[str, Name]]:
    """What published entries say, where this column is one of those asked."""
    query = (
        sa.select(RELATIONS.c.slug, RELATIONS.c.value, ENTRIES.c.source)
        .join(ENTRIES, ENTRIES.c.slug == RELATIONS.c.slug)
        .where(RELATIONS.c.role == role, ENTRIES.c.state == State.PUBLISHED)
    )
    for batch in batches(asked):
        for slug, value, source in tx.execute(query.where(column.in_(batch))):
            yield slug, (value, source)


def _related_names(tx: sa.Connection, slugs: Iterable[str]) -> set[Name]:
    """What these are called, where somebody says to be a part or a whole of that."""
    said = sa.exists().where(RELATIONS.c.value == NAMES.c.value)
    query = (
        sa.select(NAMES.c.value, ENTRIES.c.source)
        .join(ENTRIES, ENTRIES.c.slug == NAMES.c.slug)
        .where(NAMES.c.kind != "title", said)
    )
    rows = (
        row for batch in batches(slugs) for row in tx.execute(query.where(NAMES.c.slug.in_(batch)))
    )
    return {(value, source) for value, source in rows}


def _bearers(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """A query on the published entries that bear names."""
    return (
        sa.select(*columns)
        .join_from(NAMES, ENTRIES, ENTRIES.c.slug == NAMES.c.slug)
        .where(NAMES.c.kind != "title", ENTRIES.c.state == State.PUBLISHED)
    )


def _only_bearers(tx: sa.Connection, names: Collection[Name]) -> dict[Name, str]:
    """The entry that each of these names leads to, where a single one bears it."""
    columns = (NAMES.c.value, ENTRIES.c.source)
    query = _bearers(*columns, sa.func.min(NAMES.c.slug)).group_by(*columns)
    query = query.having(sa.func.count(NAMES.c.slug.distinct()) == 1)
    found: dict[Name, str] = {}
    for batch in batches({value for value, _ in names}):
        for value, source, slug in tx.execute(query.where(NAMES.c.value.in_(batch))):
            found[value, source] = slug
    return {name: slug for name, slug in found.items() if name in names}


def _other_bearer(tx: sa.Connection, name: Name, slugs: Collection[str]) -> str:
    """The only one but these to bear a name, if any: it was led to before, or is now."""
    value, source = name
    query = _bearers(NAMES.c.slug).where(NAMES.c.value == value, ENTRIES.c.source == source)
    others = (slug for slug in tx.scalars(query) if slug not in slugs)
    found = [*islice(others, 2)]
    return found[0] if len(found) == 1 else ""


def _families(tx: sa.Connection, slugs: Collection[str]) -> set[str]:
    """All that was counted with these so far."""
    heads = {*_kept_heads(tx, slugs).values()} - {""}
    query = sa.select(ENTRIES.c.slug)
    return {
        slug
        for batch in batches(heads)
        for slug in tx.scalars(query.where(ENTRIES.c.head.in_(batch)))
    }


def _kept_heads(tx: sa.Connection, slugs: Iterable[str]) -> dict[str, str]:
    query = sa.select(ENTRIES.c.slug, ENTRIES.c.head)
    return {
        slug: head
        for batch in batches(slugs)
        for slug, head in tx.execute(query.where(ENTRIES.c.slug.in_(batch)))
    }
