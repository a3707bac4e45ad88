"""Which entries are the same resource, and why: they share an ark, an address or an ISBN.

Title and publisher only suggest. A whole and its parts may share an address: they are a family.
What people decided (pairs.py) comes before all this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import sqlalchemy as sa

from . import pairs
from .changes import batches
from .entry import JOINED, LIVE, Duplicates, State
from .schema import ENTRIES, NAMES, AnyRow

#: The kind of a name, and the name.
Name = tuple[str, str]

#: Those told apart from each entry.
Apart = Mapping[str, Collection[str]]


def find_duplicates(db: sa.Connection) -> list[Duplicates]:
    """The groups of live entries that share a name of the resource, or were joined."""
    said = pairs.decided(db)
    shared = _NAMED.where(ENTRIES.c.state.in_(LIVE)).group_by(*_NAME).having(sa.func.count() > 1)
    rows = _sharing(db, shared, LIVE)
    joined = _live(db, pairs.joined(said), LIVE)
    return _each_once([*joined, *_groups(rows, pairs.apart(said))])


def duplicates_of(db: sa.Connection, slug: str) -> list[Duplicates]:
    """The groups of published entries that are the same resource as this one."""
    apart, shown = pairs.apart(pairs.decided(db, slug)), (State.PUBLISHED,)
    found = [*_live(db, [pairs.joined_to(db, slug)], shown)]
    for group in _groups(_sharing(db, _NAMED.where(NAMES.c.slug == slug), shown), apart):
        if slug in group.slugs:
            alike = tuple(each for each in group.slugs if each not in apart.get(slug, ()))
            found.append(Duplicates(slugs=alike, kind=group.kind, value=group.value))
    return _each_once(found)


def namesakes(db: sa.Connection, names: Iterable[Name], *, but_of: str) -> dict[Name, list[str]]:
    """The live entries that bear each of these names of a resource, but those of a source."""
    wanted = {name for name in names if name[0] != "name"}
    query = (
        sa.select(*_NAME, NAMES.c.slug)
        .join(ENTRIES, ENTRIES.c.slug == NAMES.c.slug)
        .where(ENTRIES.c.state.in_(LIVE), ENTRIES.c.source != but_of)
        .order_by(NAMES.c.slug)
    )
    found: dict[Name, list[str]] = defaultdict(list)
    for batch in batches(value for _, value in wanted):
        for row in db.execute(query.where(NAMES.c.value.in_(batch))):
            if (row.kind, row.value) in wanted:
                found[row.kind, row.value].append(row.slug)
    return found


def _each_once(groups: Iterable[Duplicates]) -> list[Duplicates]:
    """Each group once, under the first thing its members share."""
    found: dict[tuple[str, ...], Duplicates] = {}
    for group in groups:
        found.setdefault(group.slugs, group)
    return [*found.values()]


_NAME = (NAMES.c.kind, NAMES.c.value)

_NAMED = (
    sa.select(*_NAME).join(ENTRIES, ENTRIES.c.slug == NAMES.c.slug).where(NAMES.c.kind != "name")
)


def _sharing(
    db: sa.Connection, names: sa.Select[tuple[str, str]], states: Collection[State]
) -> Iterable[AnyRow]:
    """The entries in these states that bear these names."""
    wanted = names.subquery()
    query = (
        sa.select(*_NAME, ENTRIES.c.slug, ENTRIES.c.head)
        .join(ENTRIES, ENTRIES.c.slug == NAMES.c.slug)
        .join(wanted, (wanted.c.kind == NAMES.c.kind) & (wanted.c.value == NAMES.c.value))
        .where(ENTRIES.c.state.in_(states))
    )
    return db.execute(query.order_by(*_NAME, ENTRIES.c.slug))


def _groups(rows: Iterable[AnyRow], apart: Apart) -> Iterator[Duplicates]:
    """The entries that share each name, but for those between which all was told apart."""
    sharing: dict[Name, dict[str, str]] = defaultdict(dict)
    for row in rows:
        sharing[row.kind, row.value][row.slug] = row.head or row.slug
    for (kind, value), heads in sharing.items():
        for slugs in _alike(heads, apart):
            if len({heads[slug] for slug in slugs}) > 1:
                yield Duplicates(slugs=slugs, kind=kind, value=value)


def _alike(slugs: Iterable[str], apart: Apart) -> Iterator[tuple[str, ...]]:
    rest = {*slugs}
    while rest:
        group = [rest.pop()]
        for slug in group:  # grows as it is walked
            near = rest.difference(apart.get(slug, ()))
            rest -= near
            group += near
        yield tuple(sorted(group))


def _live(
    db: sa.Connection, joined: Collection[Collection[str]], states: Collection[State]
) -> Iterator[Duplicates]:
    """The groups that people made, of the entries in these states."""
    live: set[str] = set()
    for batch in batches(slug for group in joined for slug in group):
        query = sa.select(ENTRIES.c.slug).where(ENTRIES.c.slug.in_(batch))
        live |= {*db.scalars(query.where(ENTRIES.c.state.in_(states)))}
    for group in joined:
        slugs = tuple(sorted(live.intersection(group)))
        if len(slugs) > 1:
            yield Duplicates(slugs=slugs, kind=JOINED, value="")
