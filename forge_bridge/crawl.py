"""Crawl a forge: which projects to look at again, and what becomes of each.

A sweep lists projects, a hundred a page; those that changed are read, the others cost nothing. A
project leaves only when the forge itself says, asked for it by its number, that it is gone: a page
that fails, a request refused for a while, a list cut short prove nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from metadata import listing, projectnotice
from metadata.listing import Reason
from metadata.project import Known, Project, Snapshot
from metadata.record import RawRecord

from .errors import ForgeDenied, ForgeError, ForgeMissing, ForgeUnavailable
from .forge import Forge, Listing
from .notices import OVERLAP, is_changed, records_of
from .reading import Seen, read
from .register import Register
from .scope import Scope

log = logging.getLogger(__name__)

#: Projects read at the same time, and so connections.
READERS = 8

#: After so many projects in a row that the forge could not give, it is not the projects.
PATIENCE = 5


@dataclass(kw_only=True, slots=True)
class Tally:
    """What a crawl did so far: projects that the forge showed, read, could not give; files asked."""

    seen: int = 0
    read: int = 0
    troubled: int = 0
    files: int = 0
    lost: list[str] = field(default_factory=list)  # groups that the forge does not know
    reasons: dict[Reason, int] = field(default_factory=dict)


class Step(NamedTuple):
    """Some projects dealt with: their notices, where to go on after them, the forge's clock."""

    records: tuple[RawRecord, ...]
    cursor: str
    clock: datetime | None = None


class Sweep(NamedTuple):
    """A list to walk to its end, by the filters that it is asked with."""

    kind: str  # all | active | updated
    group: str = ""
    topic: str = ""


class Crawl:
    """The crawls of one forge: what each step found is in the register before it is given."""

    def __init__(
        self,
        key: str,
        forge: Forge,
        scope: Scope,
        register: Register,
        clock: Callable[[], datetime],
    ) -> None:
        """`key` is the forge's in the configuration."""
        self.tally = Tally()
        self._key = key
        self._forge = forge
        self._scope = scope
        self._register = register
        self._clock = clock
        self._failed = 0  # projects in a row
        self._fresh: dict[int, Known] = {}  # read of the page at hand, and not in the register yet

    def steps(
        self, since: datetime | None, cursor: str, *, due_only: bool = False
    ) -> Iterator[Step]:
        """Deal with what changed since then, or with everything, going on after `cursor`.

        With `due_only`, only with the projects that are marked, unless a crawl was interrupted.
        Raise ForgeError when the forge cannot be asked.
        """
        unread = self._resolve()
        begun, rank, page = self._clock(), 0, ""
        if cursor:
            said, number, page = cursor.split(" ")
            begun, rank = datetime.fromisoformat(said), int(number)
        sweeps = [] if due_only and not cursor else [*self._sweeps(since)]
        for number_of, sweep in enumerate(sweeps[rank:], rank):
            yield from self._walk(sweep, since, begun, number_of, page)
            page = ""
        after = f"{begun.isoformat()} {len(sweeps)} "
        if sweeps:
            if since is None:
                yield from self._one_by_one(self._absent(begun), after)
            yield from self._one_by_one(self._overruled(unread), after)
            self._register.mark_due(self._key, self._answered(since), begun)
        yield from self._one_by_one(self._waiting(), after)

    def _sweeps(self, since: datetime | None) -> Iterator[Sweep]:
        topics = self._scope.topics or ("",)
        for group in self._scope.groups:
            yield from (Sweep("all", group, topic) for topic in topics)
        if not self._scope.groups:
            kinds = ("all",) if since is None else ("active", "updated")
            yield from (Sweep(kind, "", topic) for kind in kinds for topic in topics)

    def _resolve(self) -> set[int]:
        """Know by their numbers the projects that the configuration names: their paths may change.

        Give those listed by hand that were never read.
        """
        rules = self._scope.rules
        named = {str(each) for each in rules.listed | rules.blocked}
        found = self._register.at(self._key, named)
        unread: set[int] = set()
        for path in sorted(named - found.keys()):
            try:
                found[path] = self._forge.project(path).id  # an earlier path leads to the new one
            except ForgeMissing:
                log.warning("no such project forge=%s path=%s", self._key, path)
            else:
                unread |= {found[path]} if path in rules.listed else set()
        listed = {id for path, id in found.items() if path in rules.listed}
        blocked = {id for path, id in found.items() if path in rules.blocked}
        rules = replace(rules, listed=rules.listed | listed, blocked=rules.blocked | blocked)
        self._scope = replace(self._scope, rules=rules)
        return unread - blocked

    # Projects that a list shows

    def _walk(
        self, sweep: Sweep, since: datetime | None, begun: datetime, rank: int, page: str
    ) -> Iterator[Step]:
        """One step a page. The bot's own copies of projects are no business of the catalogue."""
        me = self._forge.me()
        ours = f"{me.username}/" if me else "/"
        for found in self._pages(sweep, since, page):
            projects = [
                each
                for each in found.projects
                if self._scope.holds(each) and not each.path.startswith(ours)
            ]
            known = self._register.get(self._key, [each.id for each in projects])
            at = self._clock()
            fresh = self._read(projects, known, at)
            if self._failed >= PATIENCE:
                troubled = [each for each in fresh.values() if each.trouble]
                self._register.keep(self._key, troubled, None)  # the next crawl passes over them
                raise ForgeUnavailable(troubled[-1].trouble)
            place = f"{rank} {found.cursor}" if found.cursor else f"{rank + 1} "
            records = self._records(projects, known, fresh)
            # Until they are kept, after their notices are, they count as not read.
            self._register.mark_due(self._key, fresh, at)
            yield Step(records, f"{begun.isoformat()} {place}", found.clock)
            self._register.keep(self._key, fresh.values(), begun)
            self._register.mark_seen(self._key, [each.id for each in projects], begun)
            done = [id for id, each in fresh.items() if not each.trouble]
            self._register.settle(self._key, done, at)

    def _pages(self, sweep: Sweep, since: datetime | None, cursor: str) -> Iterator[Listing]:
        after = since and since - OVERLAP
        while True:
            try:
                found = self._forge.projects(
                    cursor=cursor,
                    group=sweep.group,
                    topic=sweep.topic,
                    active_after=after if sweep.kind == "active" else None,
                    updated_after=after if sweep.kind == "updated" else None,
                )
            except ForgeMissing:
                if not sweep.group:
                    raise
                self.tally.lost += [sweep.group] if sweep.group not in self.tally.lost else []
                return
            self.tally.seen += len(found.projects)
            yield found
            if not found.cursor:
                return
            cursor = found.cursor

    def _read(
        self, projects: list[Project], known: Mapping[int, Known], at: datetime
    ) -> dict[int, Known]:
        """Those that changed, read side by side; what cannot be read now stays as it was, and due."""
        changed = [each for each in projects if is_changed(each, known.get(each.id))]
        fresh = self._fresh = {}
        pool = ThreadPoolExecutor(READERS)
        try:
            looks = pool.map(partial(self._look, known), changed)
            for project, look in zip(changed, looks, strict=True):
                fresh[project.id] = self._visited(project, known.get(project.id), look, at)
                if self._failed >= PATIENCE:
                    break
            return fresh
        except BaseException:  # such as Ctrl-C: the readers may be told to wait for minutes
            self._forge.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _look(self, known: Mapping[int, Known], project: Project) -> Seen | ForgeError:
        before = known.get(project.id)
        try:
            snapshot = before.snapshot if before else None
            return read(self._forge, project, snapshot, self._register.blobs)
        except (ForgeUnavailable, ForgeDenied) as error:
            return error

    def _records(
        self, projects: list[Project], known: Mapping[int, Known], fresh: Mapping[int, Known]
    ) -> tuple[RawRecord, ...]:
        """The notices of all that are listed, unchanged ones too: a whole sweep shows all there is."""
        records: list[RawRecord] = []
        for project in projects:
            now = fresh.get(project.id) or known[project.id]
            records += self._told(known.get(project.id), now)
        return tuple(records)

    def _told(self, before: Known | None, now: Known) -> Iterator[RawRecord]:
        is_shown = now.parts or now.reason == Reason.FAULTY
        if is_shown and not now.snapshot.files_are_filled:
            now = self._register.filled(now)
        return records_of(before.parts if before else 0, now)

    # What becomes of a project

    def _visited(
        self, project: Project, known: Known | None, look: Seen | ForgeError, at: datetime
    ) -> Known:
        if isinstance(look, ForgeError):
            return self._troubled(project, known, str(look))
        self._failed = 0
        self.tally.read += 1
        self.tally.files += look.asked
        reason = listing.reason_of(
            look.snapshot, self._scope.rules, is_copy=self._is_copy(look.snapshot)
        )
        return self._judged(look.snapshot, reason, known, at)

    def _troubled(self, project: Project, known: Known | None, said: str) -> Known:
        if not (known and known.trouble):  # one that fails each time says nothing of the forge
            self._failed += 1
        self.tally.troubled += 1
        log.warning("project not read forge=%s project=%s error=%r", self._key, project.path, said)
        unknown = Known(slug="", snapshot=Snapshot(project=project), reason=Reason.SILENT)
        return replace(known or unknown, due=self._clock(), trouble=said)

    def _judged(
        self, snapshot: Snapshot, reason: Reason, known: Known | None, at: datetime
    ) -> Known:
        """What is kept of a project; one whose notice got errors keeps its place as it was."""
        parts = known.parts if known and listing.is_broken(snapshot, reason) else 0
        if reason.is_listed and not parts:
            parts = len(projectnotice.parts(projectnotice.payload_of(snapshot, reason)))
        self.tally.reasons[reason] = self.tally.reasons.get(reason, 0) + 1
        return Known(
            slug=known.slug if known else "",
            snapshot=snapshot,
            reason=reason,
            parts=parts,
            read=at,
            due=known.due if known else None,
        )

    def _is_copy(self, snapshot: Snapshot) -> bool:
        """Is it a fork whose notice is still its parent's?"""
        notice, parent = snapshot.file(*listing.NOTICE), snapshot.project.fork_of
        if notice is None or parent is None:
            return False
        known = self._fresh.get(parent) or self._register.get(self._key, [parent]).get(parent)
        original = known and known.snapshot.file(*listing.NOTICE)
        return bool(original and original.blob == notice.blob)

    # Projects one by one

    def _one_by_one(
        self, found: Iterable[tuple[Known | None, Known]], cursor: str
    ) -> Iterator[Step]:
        """One step a project: few are concerned, and each may take several requests."""
        at = self._clock()
        for before, now in found:
            yield Step(tuple(self._told(before, now)), cursor)
            self._register.keep(self._key, [now], None)
            if self._failed >= PATIENCE:
                raise ForgeUnavailable(now.trouble)
            if not now.trouble:  # one that was judged again was read earlier
                since = min(at, now.read or at)
                self._register.settle(self._key, [now.snapshot.project.id], since)
            at = self._clock()

    def _absent(self, begun: datetime) -> Iterator[tuple[Known | None, Known]]:
        """Those that a whole sweep did not show: each is asked for by its number."""
        for known in self._register.unseen(self._key, begun):
            if found := self._asked(known.snapshot.project.id, known):
                yield known, found

    def _overruled(self, unread: set[int]) -> Iterator[tuple[Known | None, Known]]:
        """Those that the configuration, changed since they were read, lists or blocks."""
        rules = self._scope.rules
        ruled = (Reason.BLOCKED, Reason.BY_HAND, Reason.TOPIC)
        for known in self._register.every(self._key):
            project = known.snapshot.project
            unread.discard(project.id)
            is_named = rules.lists(project) or rules.blocks(project)
            is_named = is_named or listing.carries(project, [rules.topic])
            if not is_named and known.reason not in ruled:
                continue
            known = self._register.filled(known)
            reason = listing.reason_of(known.snapshot, rules, is_copy=self._is_copy(known.snapshot))
            if reason != known.reason and known.reason not in (Reason.HIDDEN, Reason.OUTSIDE):
                yield (
                    known,
                    self._judged(known.snapshot, reason, known, known.read or self._clock()),
                )
        for id in sorted(unread):
            if found := self._asked(id, None):
                yield None, found

    def _answered(self, since: datetime | None) -> set[int]:
        """The projects where a proposal of ours was merged: a list may hide it for an hour."""
        if since is None or self._forge.me() is None:
            return set()
        merged = self._forge.own_merge_requests(state="merged", updated_after=since - OVERLAP)
        return {each.project for each in merged}

    def _waiting(self) -> Iterator[tuple[Known | None, Known]]:
        """Those that are marked as due."""
        for id in self._register.due(self._key):
            known = self._register.get(self._key, [id]).get(id)
            if found := self._asked(id, known):
                yield known, found

    def _asked(self, id: int, known: Known | None) -> Known | None:
        """What becomes of a project asked for by itself; None when the forge shows us no such one."""
        at = self._clock()
        try:
            project = self._forge.project(id)
            if project.archived is None:  # an anonymous reader is not told
                project = replace(project, archived=self._forge.is_archived(project.id))
        except ForgeMissing:
            return known and self._hidden(known)
        except (ForgeUnavailable, ForgeDenied) as error:
            return known and self._troubled(known.snapshot.project, known, str(error))
        if project.visibility not in ("", "public"):
            return known and self._hidden(known)
        if known and not self._scope.holds(project):
            left = replace(known.snapshot, project=project)
            return self._judged(left, Reason.OUTSIDE, known, at)
        look = self._look({known.snapshot.project.id: known} if known else {}, project)
        return self._visited(project, known, look, at)

    def _hidden(self, known: Known) -> Known:
        """A project that nobody may see any more, or that we never saw: a webhook named it."""
        if known.snapshot.project.path:
            return self._judged(known.snapshot, Reason.HIDDEN, known, self._clock())
        return replace(known, reason=Reason.HIDDEN)
