"""Which entries are the same resource, and why: they share an ark, an address or an ISBN.

Title and publisher only suggest. A whole and its parts may share an address: they are a family.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from .entry import Duplicates, State
from .schema import ENTRIES, NAMES, AnyRow


def find_duplicates(db: sa.Connection) -> list[Duplicates]:
    """The groups of published entries that share a name of the resource."""
    return _sharing(db, _NAMED.group_by(*_NAME).having(sa.func.count() > 1))


def duplicates_of(db: sa.Connection, slug: str) -> list[Duplicates]:
    """Those of these groups that a published entry is in."""
    return _sharing(db, _NAMED.where(NAMES.c.slug == slug))


_NAME = (NAMES.c.kind, NAMES.c.value)

_PUBLISHED = (
    sa.select(*_NAME, ENTRIES.c.slug, ENTRIES.c.head)
    .join(ENTRIES, ENTRIES.c.slug == NAMES.c.slug)
    .where(ENTRIES.c.state == State.PUBLISHED, NAMES.c.kind != "name")
)
_NAMED = _PUBLISHED.with_only_columns(*_NAME)


def _sharing(db: sa.Connection, names: sa.Select[str, str]) -> list[Duplicates]:
    """The groups of those that bear these names."""
    wanted = names.subquery()
    query = _PUBLISHED.join(
        wanted, (wanted.c.kind == NAMES.c.kind) & (wanted.c.value == NAMES.c.value)
    )
    return _groups(db.execute(query.order_by(*_NAME, ENTRIES.c.slug)))


def _groups(rows: Iterable[AnyRow]) -> list[Duplicates]:
    """Each group once, under the first thing its members share."""
    groups: dict[tuple[str, str], list[AnyRow]] = defaultdict(list)
    for row in rows:
        groups[row.kind, row.value].append(row)
    found: dict[tuple[str, ...], Duplicates] = {}
    for (kind, value), members in groups.items():
        slugs = tuple(row.slug for row in members)
        if len({row.head or row.slug for row in members}) > 1:
            found.setdefault(slugs, Duplicates(slugs=slugs, kind=kind, value=value))
    return [*found.values()]
