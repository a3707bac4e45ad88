"""Read one project: the files at its root that say something of it, its releases, its packages.

A file is known by git's own hash: one that we have, from this project or any other, is not asked
for again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from metadata.listing import NOTICE
from metadata.project import Package, Project, ProjectFile, Release, Snapshot

from .errors import ForgeConflict, ForgeDenied, ForgeMissing, ForgeUnavailable
from .forge import FILE_LIMIT, Forge, TreeFile

#: The files that say something of a project, by name whatever its case, the best first; and how
#: many of each kind are read.
NAMED: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), count)
    for pattern, count in (
        (r"commun\.ya?ml", 1),
        (r"(readme|lisez[-_]?moi)([._-]\w+)?(\.(md|markdown|rst|txt|adoc))?", 2),
        (r"(licen[cs]e|copying)([._-][\w.-]+)?", 2),
        (r"publiccode\.ya?ml", 1),
        (r"citation\.cff", 1),
        (r"codemeta\.json", 1),
        (r"package\.json", 1),
        (r"mkdocs\.ya?ml", 1),
        (r"\.gitlab-ci\.ya?ml", 1),
    )
)

Blobs = Callable[[Iterable[str]], Mapping[str, bytes]]


class Seen(NamedTuple):
    """A project as it is now, and how many files had to be asked for."""

    snapshot: Snapshot
    asked: int


def read(forge: Forge, project: Project, before: Snapshot | None, blobs: Blobs) -> Seen:
    """Read a project; `before` is the last reading, `blobs` gives the files that we have.

    Raise ForgeUnavailable, or ForgeDenied where files that were shown are no more.
    """
    if not project.default_branch:
        return Seen(Snapshot(project=project), 0)
    wanted = [*named(_tree(forge, project, before))]
    have = blobs(each.blob for each in wanted)
    known = {(f.path, f.blob): f.commit for f in before.files} if before else {}
    files = [
        ProjectFile(path=each.path, blob=each.blob, payload=have[each.blob])
        if each.blob in have
        else _asked(forge, project, each)
        for each in wanted
    ]
    here = [file for file in files if file]
    head = next((file.commit for file in here if file.commit), "")
    snapshot = Snapshot(
        project=project,
        files=tuple(
            replace(f, commit=f.commit or known.get((f.path, f.blob)) or head) for f in here
        ),
        releases=_releases(forge, project),
        packages=_packages(forge, project) if may_have_packages(here) else (),
    )
    return Seen(snapshot, sum(each.blob not in have for each in wanted))


def _tree(forge: Forge, project: Project, before: Snapshot | None) -> Iterable[TreeFile]:
    """The files at the root. A refusal, where some were shown before, says nothing of them."""
    try:
        return forge.tree(project.id, project.default_branch)
    except ForgeDenied:
        if before and before.files:
            raise
        return ()


def named(tree: Iterable[TreeFile]) -> Iterable[TreeFile]:
    """The files worth reading, by kind, those with the shortest names first."""
    tree = sorted(tree, key=lambda each: (len(each.path), each.path not in NOTICE, each.path))
    for pattern, count in NAMED:
        yield from [each for each in tree if pattern.fullmatch(each.path)][:count]


def may_have_packages(files: Iterable[ProjectFile]) -> bool:
    """Is it worth asking for packages? A pipeline makes them; a notice makes them matter."""
    names = {each.path.lower() for each in files}
    return not names.isdisjoint((*NOTICE, ".gitlab-ci.yml", ".gitlab-ci.yaml"))


def _asked(forge: Forge, project: Project, wanted: TreeFile) -> ProjectFile | None:
    """A file as it is now: if the branch moved since the tree was listed, its newer self, if any."""
    try:
        found = forge.file(project.id, wanted.path, project.default_branch)
    except (ForgeMissing, ForgeConflict):
        return None
    found = replace(found, blob=found.blob or wanted.blob)
    is_whole = len(found.payload) < FILE_LIMIT
    if is_whole and found.blob != git_hash(found.payload, len(found.blob)):
        # What is kept under a hash is never asked for again.
        raise ForgeUnavailable(f"Ce que la forge donne pour {wanted.path} n’est pas ce fichier.")
    return found


def git_hash(payload: bytes, digits: int) -> str:
    """What git calls these bytes: of 40 digits by SHA-1, of 64 in newer repositories."""
    kind = hashlib.sha256 if digits == 64 else hashlib.sha1
    return kind(b"blob %d\0" % len(payload) + payload).hexdigest()


def _releases(forge: Forge, project: Project) -> tuple[Release, ...]:
    try:
        return forge.releases(project.id)
    except (ForgeMissing, ForgeDenied):
        return ()  # this project shows none to us


def _packages(forge: Forge, project: Project) -> tuple[Package, ...]:
    try:
        return forge.packages(project.id)
    except (ForgeMissing, ForgeDenied):
        return ()
