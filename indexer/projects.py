"""The projects of the forges, as the database keeps them: what a crawl read, what it decided.

Files are kept by git's own hash, so that one that did not change, or that many projects share, is
asked for once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from metadata.project import Known, Package, Project, ProjectFile, Release, Snapshot

from . import readmes
from .arrival import pack, storable, unpack
from .changes import batches
from .entry import State, hash_of, stem_of
from .errors import RecordNotFound
from .readmes import Readme
from .schema import BLOBS, DELIVERIES, ENTRIES, PROJECTS, AnyRow, writing

#: How long a webhook is remembered: GitLab sends none again after two days.
REMEMBERED = timedelta(days=3)


class Projects:
    """What the crawl, the bot and the pages ask of the database about projects."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    # Looking

    def get(self, forge: str, ids: Iterable[int]) -> dict[int, Known]:
        """Those that are known, by number, without the bytes of their files."""
        found: dict[int, Known] = {}
        with self._engine.connect() as db:
            for batch in batches(ids):
                rows = db.execute(_of(forge).where(PROJECTS.c.id.in_(batch)))
                found |= {row.id: _known(row) for row in rows}
        return found

    def at(self, forge: str, paths: Iterable[str]) -> dict[str, int]:
        """The numbers of those that were read at these paths, written in lower case."""
        path = sa.func.lower(PROJECTS.c.path)
        there = (PROJECTS.c.forge == forge) & PROJECTS.c.read.is_not(None)
        query = sa.select(path.label("path"), PROJECTS.c.id).where(
            there, PROJECTS.c.reason != "hidden"
        )
        found: dict[str, int] = {}
        with self._engine.connect() as db:
            for batch in batches(paths):
                rows = db.execute(query.where(path.in_(batch)))
                found |= {row.path: row.id for row in rows}
        return found

    def every(self, forge: str) -> Iterator[Known]:
        """All that were read, by number, without the bytes of their files."""
        with self._engine.connect() as db:
            read = (PROJECTS.c.forge == forge) & PROJECTS.c.read.is_not(None)
            ids = db.scalars(sa.select(PROJECTS.c.id).where(read)).all()
        for batch in batches(sorted(ids)):
            yield from self.get(forge, batch).values()

    def find(self, name: str) -> tuple[str, Known]:
        """The project at this address of the catalogue, or at this path, and its forge's key.

        Of two that had a path, the one that is there now. Raise RecordNotFound.
        """
        name = storable(name).strip("/")
        gone = sa.case((PROJECTS.c.reason == "hidden", 1), else_=0)
        by_path = sa.select(PROJECTS).where(sa.func.lower(PROJECTS.c.path) == name.casefold())
        latest = by_path.order_by(gone, PROJECTS.c.read.desc(), PROJECTS.c.forge)
        query = latest if "/" in name else sa.select(PROJECTS).where(PROJECTS.c.slug == name)
        with self._engine.connect() as db:
            row = db.execute(query).first()
        if row is None:
            raise RecordNotFound(f"Aucun projet «\u00a0{name}\u00a0».")
        return row.forge, self.filled(_known(row))

    def of_entry(self, forge: str, identifier: str) -> Known | None:
        """The project that an entry describes, from the name its source gives it."""
        number = identifier.partition("#")[0]
        return self.get(forge, [int(number)]).get(int(number)) if number.isdecimal() else None

    def readme(self, forge: str, id: int) -> Readme | None:
        """What pages show of the README of a listed project, if it has one."""
        with self._engine.connect() as db:
            return readmes.kept(db, forge, id)

    def entries(self, forge: str, id: int) -> list[str]:
        """The slugs of the entries that a project has, or had, in their order in its notice."""
        mine = ENTRIES.c.identifier == str(id)
        parts = ENTRIES.c.identifier.like(f"{id}#%")
        query = sa.select(ENTRIES.c.slug).where(ENTRIES.c.source == forge, mine | parts)
        order = (sa.func.length(ENTRIES.c.identifier), ENTRIES.c.identifier)
        with self._engine.connect() as db:
            return [*db.scalars(query.order_by(*order))]

    def slugs(self) -> list[str]:
        """The addresses of all projects that were read."""
        query = sa.select(PROJECTS.c.slug).where(PROJECTS.c.read.is_not(None))
        with self._engine.connect() as db:
            return [*db.scalars(query.order_by(PROJECTS.c.slug))]

    def published(self) -> list[str]:
        """The addresses of those that have an entry published."""
        with self._engine.connect() as db:
            keys = db.scalars(sa.select(PROJECTS.c.forge).distinct()).all()
        return sorted(slug for key in keys for slug in self.listed(key).values())

    def listed(self, forge: str) -> dict[int, str]:
        """The addresses of the projects of a forge that have an entry published, by number."""
        with self._engine.connect() as db:
            live = _numbers(db, forge, State.PUBLISHED)
            rows = db.execute(sa.select(*PROJECTS.c["id", "slug"]).where(PROJECTS.c.forge == forge))
            return {row.id: row.slug for row in rows if row.id in live}

    def taken_down(self, forge: str) -> set[int]:
        """The numbers of the projects of a forge that have an entry taken down."""
        with self._engine.connect() as db:
            return _numbers(db, forge, State.TAKEN_DOWN)

    def filled(self, known: Known) -> Known:
        """The same with the bytes of its files."""
        blobs = self.blobs(each.blob for each in known.snapshot.files)
        files = [replace(each, payload=blobs.get(each.blob, b"")) for each in known.snapshot.files]
        return replace(known, snapshot=replace(known.snapshot, files=tuple(files)))

    def blobs(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        """The files that we have among these."""
        found = {}
        with self._engine.connect() as db:
            for batch in batches(dict.fromkeys(shas)):
                for row in db.execute(sa.select(BLOBS).where(BLOBS.c.sha.in_(batch))):
                    found[row.sha] = unpack(row.payload)
        return found

    def unseen(self, forge: str, sweep: datetime) -> list[Known]:
        """Those that a sweep, begun at this moment, did not show, unless known to be gone."""
        gone = PROJECTS.c.reason.in_(("hidden", "archived", "outside"))
        seen = PROJECTS.c.seen.is_not(None) & (PROJECTS.c.seen >= sweep)
        with self._engine.connect() as db:
            return [*map(_known, db.execute(_of(forge).where(~seen, ~gone)))]

    def due(self, forge: str) -> list[int]:
        """The numbers of those that wait to be read, the longest waiting first."""
        query = sa.select(PROJECTS.c.id).where(
            PROJECTS.c.forge == forge, PROJECTS.c.due.is_not(None)
        )
        with self._engine.connect() as db:
            return [*db.scalars(query.order_by(PROJECTS.c.due, PROJECTS.c.id))]

    # Writing

    def keep(self, forge: str, read: Iterable[Known], sweep: datetime | None) -> None:
        """Keep what was read of some projects, some in each transaction; seen in a sweep, if in one."""
        for some in batches(read):
            with self._engine.connect() as db:  # rendering takes time: nobody waits for it
                old, new = readmes.renewed(db, forge, some)
            with self._writer.begin() as tx:
                _keep_blobs(tx, [file for known in some for file in known.snapshot.files])
                _keep_projects(tx, forge, some, sweep)
                readmes.write(tx, forge, old, new)

    def mark_seen(self, forge: str, ids: Iterable[int], sweep: datetime) -> None:
        with self._writer.begin() as tx:
            for batch in batches(ids):
                tx.execute(_these(forge, batch).values(seen=sweep))

    def mark_due(self, forge: str, ids: Iterable[int], now: datetime) -> None:
        """Have these read at the next occasion. Numbers not known yet are kept for it too."""
        with self._writer.begin() as tx:
            _mark_due(tx, forge, ids, now)

    def settle(self, forge: str, ids: Iterable[int], since: datetime) -> None:
        """These were read: strike them off, unless they were marked again since."""
        with self._writer.begin() as tx:
            for batch in batches(ids):
                tx.execute(_these(forge, batch).where(PROJECTS.c.due <= since).values(due=None))

    def received(self, forge: str, delivery: str, id: int, now: datetime) -> bool:
        """A webhook came about a project: have it read. False when this one had come before."""
        with self._writer.begin() as tx:
            tx.execute(sa.delete(DELIVERIES).where(DELIVERIES.c.received < now - REMEMBERED))
            mark = f"{forge} {storable(delivery)}"
            if tx.scalar(sa.select(DELIVERIES.c.id).where(DELIVERIES.c.id == mark)):
                return False
            tx.execute(sa.insert(DELIVERIES).values(id=mark, received=now))
            _mark_due(tx, forge, [id], now)
            return True


def _numbers(db: sa.Connection, forge: str, state: State) -> set[int]:
    """The projects that have an entry in this state."""
    entries = (ENTRIES.c.source == forge) & (ENTRIES.c.state == state)
    names = db.scalars(sa.select(ENTRIES.c.identifier).where(entries))
    return {int(name.partition("#")[0]) for name in names}


def _of(forge: str) -> sa.Select[Any]:
    return sa.select(PROJECTS).where(PROJECTS.c.forge == forge).order_by(PROJECTS.c.id)


def _these(forge: str, ids: list[int]) -> sa.Update:
    return sa.update(PROJECTS).where(PROJECTS.c.forge == forge, PROJECTS.c.id.in_(ids))


def _mark_due(tx: sa.Connection, forge: str, ids: Iterable[int], now: datetime) -> None:
    due = sa.case((PROJECTS.c.due > now, PROJECTS.c.due), else_=now)
    for batch in batches(ids):
        marked = _these(forge, batch).values(due=due).returning(PROJECTS.c.id)
        unknown = {*batch} - {*tx.scalars(marked)}
        stubs = [Snapshot(project=Project(id=id, path="")) for id in sorted(unknown)]
        read = [Known(slug="", snapshot=each, reason="silent", due=now) for each in stubs]
        if read:
            _keep_projects(tx, forge, read, None)


def _keep_blobs(tx: sa.Connection, files: Iterable[ProjectFile]) -> None:
    payloads = {each.blob: each.payload for each in files if each.payload}
    have = set(tx.scalars(sa.select(BLOBS.c.sha).where(BLOBS.c.sha.in_(payloads))))
    rows = [{"sha": sha, "payload": pack(payloads[sha])} for sha in payloads if sha not in have]
    if rows:
        tx.execute(sa.insert(BLOBS), rows)


def _keep_projects(
    tx: sa.Connection, forge: str, read: list[Known], sweep: datetime | None
) -> None:
    ids = [known.snapshot.project.id for known in read]
    columns = PROJECTS.c["id", "slug", "path", "seen", "due"]
    query = sa.select(*columns).where(PROJECTS.c.forge == forge, PROJECTS.c.id.in_(ids))
    have = {row.id: row for row in tx.execute(query)}
    rows = [_row(forge, known, sweep, have.get(known.snapshot.project.id)) for known in read]
    mine = (PROJECTS.c.forge == forge) & PROJECTS.c.id.in_(ids)
    tx.execute(sa.delete(PROJECTS).where(mine))
    tx.execute(sa.insert(PROJECTS), rows)


def _row(forge: str, known: Known, sweep: datetime | None, before: AnyRow | None) -> dict[str, Any]:
    project = known.snapshot.project
    return {
        "forge": forge,
        "id": project.id,
        "slug": before.slug if before and before.path else _slug(forge, project),
        "path": storable(project.path),
        "facts": _facts(known.snapshot),
        "reason": known.reason,
        "parts": known.parts,
        "seen": sweep or (before and before.seen),
        "read": known.read,
        "due": max(filter(None, (known.due, before and before.due)), default=None),
        "trouble": storable(known.trouble),
    }


def _slug(forge: str, project: Project) -> str:
    """Its address, made of its path when that was first seen: a renamed project keeps its own."""
    mark = hash_of(forge, str(project.id))
    stem = stem_of(project.path.rpartition("/")[2]) or "projet"
    return f"{stem}-{mark}" if project.path else mark


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON, without the bytes of its files."""
    files = [{"path": f.path, "blob": f.blob, "commit": f.commit} for f in snapshot.files]
    facts: dict[str, Any] = _plain(asdict(replace(snapshot, files=())) | {"files": files})
    return facts


def _plain(value: Any) -> Any:
    """A value as JSON and any database take it."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return storable(value) if isinstance(value, str) else value


def _known(row: AnyRow) -> Known:
    facts = row.facts
    said = facts["project"] | {
        name: _moment(facts["project"][name]) for name in ("created", "updated", "active")
    }
    project = Project(**said | {"topics": tuple(said["topics"])})
    releases = (
        Release(
            **each
            | {
                "date": _moment(each["date"]),
                "links": tuple((name, url) for name, url in each["links"]),
            }
        )
        for each in facts["releases"]
    )
    return Known(
        slug=row.slug,
        snapshot=Snapshot(
            project=project,
            files=tuple(ProjectFile(**each) for each in facts["files"]),
            releases=tuple(releases),
            packages=tuple(Package(**each) for each in facts["packages"]),
        ),
        reason=row.reason,
        parts=row.parts,
        read=row.read,
        due=row.due,
        trouble=row.trouble,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
