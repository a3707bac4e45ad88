"""Which entries are parts of which: the head of each family, kept level with the relations.

A part is led to its whole by what either of them says (LOM 7, isPartOf and hasPart), within one
source: no publisher can draw another's resources into a family of its own. A name that several
entries bear leads nowhere. The head is derived from the entries published at that moment and
nothing else, whatever the order they came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from .changes import batches, look_again
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
    concerned, names = _concerned(tx, slugs)
    affected = _relatives(tx, concerned)
    yield
    more, other_names = _concerned(tx, slugs)
    heirs = {_other_bearer(tx, name, slugs) for name in names | other_names} - {""}
    affected |= _relatives(tx, affected | concerned | more | heirs | _families(tx, heirs))
    heads, kept = _heads(tx, affected), _kept_heads(tx, affected)
    moved = {slug: heads.get(slug, "") for slug in kept if heads.get(slug, "") != kept[slug]}
    if moved:
        row = sa.update(ENTRIES).where(ENTRIES.c.slug == sa.bindparam("who"))
        rows = [{"who": slug, "to": head} for slug, head in moved.items()]
        tx.execute(row.values(head=sa.bindparam("to")), rows)
        look_again(tx, moved.keys())


def _concerned(tx: sa.Connection, slugs: Collection[str]) -> tuple[set[str], set[Name]]:
    """Those of these that say to be related to others, or of whom it may be said; under what name."""
    named = [*_related_names(tx, slugs)]
    saying = {row[0] for row in _each(tx, SAYING, slugs)}
    return saying | {slug for slug, _ in named}, {name for _, name in named}


def _relatives(tx: sa.Connection, slugs: Collection[str]) -> set[str]:
    """These, all that is below them, and the wholes above those: whose head may depend on them."""
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
    said = [*_sayings(tx, SAID_BY, slugs, role)]
    bearers = _only_bearers(tx, {name for _, name in said})
    for slug, name in said:
        if (bearer := bearers.get(name, slug)) != slug:
            yield slug, bearer


def _meaning(tx: sa.Connection, slugs: Collection[str], role: str) -> Iterator[Pair]:
    """Entries that say to be related to one of these in this role, each with that one."""
    bearers = _only_bearers(tx, {name for _, name in _related_names(tx, slugs)})
    borne = {name: slug for name, slug in bearers.items() if slug in slugs}
    for slug, name in _sayings(tx, SAID_OF, {value for value, _ in borne}, role):
        if (bearer := borne.get(name, slug)) != slug:
            yield slug, bearer


ASKED: sa.BindParameter[Any] = sa.bindparam("asked", expanding=True)

SAYING = sa.select(RELATIONS.c.slug).where(RELATIONS.c.slug.in_(ASKED))

SAYINGS = (
    sa.select(RELATIONS.c.slug, RELATIONS.c.value, ENTRIES.c.source, RELATIONS.c.role)
    .join(ENTRIES, ENTRIES.c.slug == RELATIONS.c.slug)
    .where(ENTRIES.c.state == State.PUBLISHED)
)
SAID_BY = SAYINGS.where(RELATIONS.c.slug.in_(ASKED))
SAID_OF = SAYINGS.where(RELATIONS.c.value.in_(ASKED))

RELATED_NAMES = (
    sa.select(NAMES.c.slug, NAMES.c.value, ENTRIES.c.source)
    .join(ENTRIES, ENTRIES.c.slug == NAMES.c.slug)
    .where(
        NAMES.c.slug.in_(ASKED),
        NAMES.c.kind != "title",
        sa.exists().where(RELATIONS.c.value == NAMES.c.value),
    )
)

BEARERS = (
    sa.select(NAMES.c.value, ENTRIES.c.source, NAMES.c.slug)
    .join(ENTRIES, ENTRIES.c.slug == NAMES.c.slug)
    .where(
        NAMES.c.value.in_(ASKED),
        NAMES.c.kind != "title",
        ENTRIES.c.state == State.PUBLISHED,
    )
)
ONLY_BEARERS = (
    BEARERS.with_only_columns(NAMES.c.value, ENTRIES.c.source, sa.func.min(NAMES.c.slug))
    .group_by(NAMES.c.value, ENTRIES.c.source)
    .having(sa.func.count(NAMES.c.slug.distinct()) == 1)
)

HEADS = sa.select(ENTRIES.c.slug, ENTRIES.c.head).where(ENTRIES.c.slug.in_(ASKED))
MEMBERS = sa.select(ENTRIES.c.slug).where(ENTRIES.c.head.in_(ASKED))


def _each(
    tx: sa.Connection, query: sa.Select[*tuple[Any, ...]], asked: Iterable[str]
) -> Iterator[Any]:
    """The rows of a query for all of these, some at a time."""
    for batch in batches(asked):
        yield from tx.execute(query, {"asked": batch})


def _sayings(
    tx: sa.Connection, query: sa.Select[*tuple[Any, ...]], asked: Iterable[str], role: str
) -> Iterator[tuple[str, Name]]:
    """What published entries say in this role."""
    for slug, value, source, said in _each(tx, query, asked):
        if said == role:
            yield slug, (value, source)


def _related_names(tx: sa.Connection, slugs: Iterable[str]) -> Iterator[tuple[str, Name]]:
    """What these are called, where somebody says to be a part or a whole of that."""
    for slug, value, source in _each(tx, RELATED_NAMES, slugs):
        yield slug, (value, source)


def _only_bearers(tx: sa.Connection, names: Collection[Name]) -> dict[Name, str]:
    """The entry that each of these names leads to, where a single one bears it."""
    rows = _each(tx, ONLY_BEARERS, {value for value, _ in names})
    found = {(value, source): slug for value, source, slug in rows}
    return {name: found[name] for name in names if name in found}


def _other_bearer(tx: sa.Connection, name: Name, slugs: Collection[str]) -> str:
    """The only one but these to bear a name, if any: it was led to before, or is now."""
    rows = _each(tx, BEARERS, [name[0]])
    others = {slug for value, source, slug in rows if source == name[1] and slug not in slugs}
    return others.pop() if len(others) == 1 else ""


def _families(tx: sa.Connection, slugs: Collection[str]) -> set[str]:
    """All that was counted with these so far."""
    heads = {*_kept_heads(tx, slugs).values()} - {""}
    return {row[0] for row in _each(tx, MEMBERS, heads)}


def _kept_heads(tx: sa.Connection, slugs: Iterable[str]) -> dict[str, str]:
    return dict(_each(tx, HEADS, slugs))
