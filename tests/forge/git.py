"""The git of the double: bare repositories on disk, written and read through libgit2.

Commits, trees, diffs, merges and conflicts are git's own; nothing here pretends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pygit2
from pygit2.enums import FileMode, ObjectType, SortMode

ZEROS = "0" * 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    name: str
    email: str


def create(folder: Path, *, borrowing: Path | None = None) -> None:
    """A bare repository; one that borrows finds the other's objects too, as forks do."""
    for part in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (folder / part).mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    if borrowing:
        objects = (borrowing / "objects").resolve()
        (folder / "objects/info/alternates").write_text(f"{objects}\n")


def opened(folder: Path) -> pygit2.Repository:
    return pygit2.Repository(str(folder))


def signature(person: Person, when: datetime) -> pygit2.Signature:
    return pygit2.Signature(person.name, person.email, int(when.timestamp()), 0)


# --- Looking ----------------------------------------------------------------------------------


def commit_of(repository: pygit2.Repository, ref: str) -> pygit2.Commit | None:
    """The commit that a branch, a tag or a hash means."""
    for prefix in ("refs/heads/", "refs/tags/"):
        try:
            return repository.references[prefix + ref].peel(pygit2.Commit)
        except (KeyError, ValueError):  # there is none, or none may be called so
            continue
    try:
        return repository[ref].peel(pygit2.Commit) if _HASH.fullmatch(ref) else None
    except (KeyError, ValueError, pygit2.GitError):
        return None


_HASH = re.compile("[0-9a-f]{7,40}")


def branches(repository: pygit2.Repository) -> list[str]:
    return sorted(repository.branches.local)


def tags(repository: pygit2.Repository) -> list[str]:
    prefix = "refs/tags/"
    return [name[len(prefix) :] for name in repository.references if name.startswith(prefix)]


def entry(commit: pygit2.Commit, path: str) -> pygit2.Object | None:
    """The file or folder at a path."""
    try:
        return commit.tree[path] if path else commit.tree
    except KeyError:
        return None


def walk(tree: pygit2.Tree, prefix: str = "", *, deep: bool = False) -> Iterator[dict[str, str]]:
    """The entries as the tree API lists them: folders first, then files."""
    entries = sorted(tree, key=lambda each: (each.type != ObjectType.TREE, each.name))
    for each in entries:
        is_folder = each.type == ObjectType.TREE
        path = f"{prefix}{each.name}"
        kind = "tree" if is_folder else "commit" if each.type == ObjectType.COMMIT else "blob"
        yield {
            "id": str(each.id),
            "name": str(each.name),
            "type": kind,
            "path": path,
            "mode": f"{each.filemode:06o}",
        }
        if deep and isinstance(each, pygit2.Tree):
            yield from walk(each, f"{path}/", deep=True)


def log(
    commit: pygit2.Commit, repository: pygit2.Repository, path: str = ""
) -> list[pygit2.Commit]:
    """From a commit to the first one; with a path, those that changed what is there."""
    walker = repository.walk(commit.id, SortMode.TOPOLOGICAL | SortMode.TIME)
    return [each for each in walker if not path or _touches(each, path)]


def _touches(commit: pygit2.Commit, path: str) -> bool:
    here = entry(commit, path)
    before = [entry(parent, path) for parent in commit.parents] or [None]
    return all((here and here.id) != (each and each.id) for each in before)


def last_commit(commit: pygit2.Commit, repository: pygit2.Repository, path: str) -> str:
    """The last one that changed a file."""
    walker = repository.walk(commit.id, SortMode.TOPOLOGICAL | SortMode.TIME)
    return next((str(each.id) for each in walker if _touches(each, path)), str(commit.id))


def is_ancestor(repository: pygit2.Repository, older: str, newer: str) -> bool:
    return older == newer or repository.descendant_of(newer, older)


def branch_with(repository: pygit2.Repository, sha: str) -> str | None:
    """A branch that leads to a commit. One that is borrowed is there, and no branch leads to it."""
    found = commit_of(repository, sha)
    if found is None:
        return None
    sha = str(found.id)
    tips = {name: str(repository.branches.local[name].target) for name in branches(repository)}
    return next((name for name, tip in tips.items() if is_ancestor(repository, sha, tip)), None)


def merge_base(repository: pygit2.Repository, one: str, other: str) -> str | None:
    found = repository.merge_base(one, other)
    return str(found) if found else None


class Change(NamedTuple):
    """A file of a diff. Its text is taken at once: a patch does not keep its repository alive."""

    delta: pygit2.DiffDelta
    text: str
    hunks: Sequence[pygit2.DiffHunk]


def diff(repository: pygit2.Repository, old: str | None, new: str) -> list[Change]:
    """The files that changed between two commits; from nothing when there is no older one."""
    return [
        Change(patch.delta, patch.text or "", patch.hunks)
        for patch in compared(repository, old, new)
        if patch is not None
    ]


def compared(repository: pygit2.Repository, old: str | None, new: str) -> pygit2.Diff:
    newer = repository[new].peel(pygit2.Commit)
    if old is None:
        return newer.tree.diff_to_tree(swap=True)
    changes = repository[old].peel(pygit2.Commit).tree.diff_to_tree(newer.tree)
    changes.find_similar()
    return changes


# --- Writing ----------------------------------------------------------------------------------


def write_commit(
    repository: pygit2.Repository,
    *,
    files: Mapping[str, bytes | None],
    parent: str | None,
    message: str,
    author: Person,
    when: datetime,
    executable: frozenset[str] = frozenset(),
) -> str:
    """A commit that puts these files (None takes one away); no branch moves."""
    index = pygit2.Index()
    if parent:
        index.read_tree(repository[parent].peel(pygit2.Commit).tree)
    for path, payload in files.items():
        if payload is None:
            index.remove(path)
        else:
            mode = FileMode.BLOB_EXECUTABLE if path in executable else FileMode.BLOB
            index.add(pygit2.IndexEntry(path, repository.create_blob(payload), mode))
    tree = index.write_tree(repository)
    who = signature(author, when)
    return str(repository.create_commit(None, who, who, message, tree, [parent] if parent else []))


def write_merge(
    repository: pygit2.Repository,
    *,
    into: str,
    head: str,
    message: str,
    author: Person,
    when: datetime,
) -> str | None:
    """The merge of two commits, or None when they conflict."""
    index = repository.merge_commits(into, head)
    if index.conflicts:
        return None
    who = signature(author, when)
    tree = index.write_tree(repository)
    return str(repository.create_commit(None, who, who, message, tree, [into, head]))


def conflicts(repository: pygit2.Repository, into: str, head: str) -> bool:
    return bool(repository.merge_commits(into, head).conflicts)


def point(repository: pygit2.Repository, ref: str, sha: str) -> None:
    """Make a ref name a commit."""
    repository.references.create(ref, sha, force=True)


def bring(repository: pygit2.Repository, source: Path, ref: str, to: str) -> None:
    """Fetch a ref of another repository on this machine, with its objects."""
    repository.remotes.create_anonymous(str(source)).fetch([f"+{ref}:{to}"])


def bytes_of(repository: pygit2.Repository, sha: str) -> bytes:
    """The content of a file, by git's own name of it."""
    return bytes(repository[sha].peel(pygit2.Blob).data)


def stamp(time: int, offset: int) -> datetime:
    zone = timezone(timedelta(minutes=offset)) if offset else UTC
    return datetime.fromtimestamp(time, zone)


def shown_lines(changes: list[Change], path: str) -> dict[int, int | None]:
    """The lines of a file's new side that a diff shows, each with its number on the old side."""
    return {
        line.new_lineno: line.old_lineno if line.old_lineno > 0 else None
        for patch in changes
        if patch.delta.new_file.path == path
        for hunk in patch.hunks
        for line in hunk.lines
        if line.new_lineno > 0
    }
