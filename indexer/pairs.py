"""What people decided of entries that look like the same resource: joined, or told apart, and why.

A decision is about two entries, whatever they share later: neither a harvest nor a new reader
touches it. Joined entries are one resource with all that they are joined to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import combinations

import sqlalchemy as sa

from .errors import RecordNotFound, StoreError
from .schema import ENTRIES, PAIRS

#: How many entries one decision is about, at most: each is compared with each.
MOST = 10

#: Two slugs, in order.
Slugs = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two entries, of which somebody said that they are the same resource, or that they are not."""

    first: str
    second: str
    same: bool
    reason: str
    by: str
    at: datetime

    @property
    def slugs(self) -> Slugs:
        return self.first, self.second


def decided(db: sa.Connection, slug: str = "") -> list[Pair]:
    """All that was decided, or what was of one entry; the latest first."""
    query = sa.select(PAIRS).order_by(PAIRS.c.at.desc(), PAIRS.c.first, PAIRS.c.second)
    if slug:
        query = query.where((PAIRS.c.first == slug) | (PAIRS.c.second == slug))
    return [Pair(**row._mapping) for row in db.execute(query)]


def joined_to(db: sa.Connection, slug: str) -> set[str]:
    """An entry, and all that it is one resource with by what was decided."""
    found, near = {slug}, {slug}
    while near:
        either = PAIRS.c.first.in_(near) | PAIRS.c.second.in_(near)
        query = sa.select(PAIRS.c.first, PAIRS.c.second).where(PAIRS.c.same, either)
        near = {each for row in db.execute(query) for each in row} - found
        found |= near
    return found


def joined(pairs: Iterable[Pair]) -> list[set[str]]:
    """The groups of entries that are one resource by what was decided."""
    return linked(pair.slugs for pair in pairs if pair.same)


def apart(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """Those told apart from each entry."""
    found: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        if not pair.same:
            found[pair.first].add(pair.second)
            found[pair.second].add(pair.first)
    return found


def linked(links: Iterable[Slugs]) -> list[set[str]]:
    """The sets of all that is linked, directly or through others."""
    groups: list[set[str]] = []
    for link in links:
        near = [group for group in groups if not group.isdisjoint(link)]
        groups = [group for group in groups if group not in near]
        groups.append(set(link).union(*near))
    return groups


def decide(
    tx: sa.Connection, slugs: Sequence[str], *, same: bool, reason: str, by: str, now: datetime
) -> list[Pair]:
    """Remember that these are one resource, or that no two of them are; give what was written.

    What was decided of two of them is replaced. Raise StoreError when others make it impossible.
    """
    chosen = sorted({*slugs})
    if not 2 <= len(chosen) <= MOST:
        raise StoreError(f"Choisissez de deux à {MOST} notices.")
    _check_known(tx, chosen)
    new = [
        Pair(first=one, second=other, same=same, reason=reason, by=by, at=now)
        for one, other in combinations(chosen, 2)
    ]
    others = [pair for pair in decided(tx) if not {*pair.slugs} <= {*chosen}]
    _check(others, new)
    for pair in new:
        forget(tx, pair.slugs)
    tx.execute(sa.insert(PAIRS), [asdict(pair) for pair in new])
    return new


def forget(tx: sa.Connection, slugs: Slugs) -> Pair | None:
    """Decide nothing of these two any more; give what was."""
    mine = (PAIRS.c.first == slugs[0]) & (PAIRS.c.second == slugs[1])
    row = tx.execute(sa.delete(PAIRS).where(mine).returning(*PAIRS.c)).first()
    return Pair(**row._mapping) if row else None


def _check_known(tx: sa.Connection, slugs: Collection[str]) -> None:
    known = {*tx.scalars(sa.select(ENTRIES.c.slug).where(ENTRIES.c.slug.in_(slugs)))}
    for slug in slugs:
        if slug not in known:
            raise RecordNotFound(f"Aucune entrée «\u00a0{slug}\u00a0».")


def _check(others: Sequence[Pair], new: Sequence[Pair]) -> None:
    """Raise StoreError when two entries would be joined, through others, and told apart."""
    pairs = [*others, *new]
    groups = joined(pairs)
    for pair in pairs:
        if not pair.same and any({*pair.slugs} <= group for group in groups):
            raise StoreError(
                f"«\u00a0{pair.first}\u00a0» et «\u00a0{pair.second}\u00a0» seraient à la fois la même ressource"
                " et deux ressources différentes, d’après ce qui a été décidé d’autres notices"
                "\u00a0: revenez d’abord sur cette décision."
            )
