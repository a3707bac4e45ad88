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
    published = (
        sa.select(NAMES.c.kind, NAMES.c.value, ENTRIES.c.slug, ENTRIES.c.head)
        .join(ENTRIES, ENTRIES.c.slug == NAMES.c.slug)
        .where(ENTRIES.c.state == State.PUBLISHED, NAMES.c.kind != "name")
    )
    name = (NAMES.c.kind, NAMES.c.value)
    shared = published.with_only_columns(*name).group_by(*name).having(sa.func.count() > 1)
    bearing = shared.subquery()
    query = published.join(
        bearing, (bearing.c.kind == NAMES.c.kind) & (bearing.c.value == NAMES.c.value)
    )
    return _groups(db.execute(query.order_by(*name, ENTRIES.c.slug)))


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
