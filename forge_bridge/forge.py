"""What the crawl and the bot ask of a forge, in the forge's own words.

One implementation speaks to GitLab (gitlab.py). Methods raise ForgeError's children; those that
look for one thing that may well be absent answer None instead of raising ForgeMissing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from metadata.project import Package, Project, ProjectFile, Release

#: Bytes of a file that are worth reading: a longer README says no more.
FILE_LIMIT = 256_000


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """Somebody on the forge."""

    id: int
    username: str
    name: str = ""
    email: str = ""  # of ourselves only: what our commits are signed with


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """Some projects of a sweep, and where to go on after them."""

    projects: tuple[Project, ...]
    cursor: str = ""  # "" after the last
    clock: datetime | None = None  # the forge's own, when it answered


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeFile:
    """A file at the root of a repository."""

    path: str
    blob: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """A branch and its last commit."""

    name: str
    commit: str
    author_email: str = ""  # of that commit


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeRequest:
    """A proposal of changes. https://docs.gitlab.com/api/merge_requests/"""

    project: int  # where it proposes
    iid: int  # its number there
    title: str
    state: str  # opened | closed | merged | locked
    source_branch: str
    target_branch: str
    source_project: int | None  # where its branch lives; None once that fork is gone
    author: int
    description: str = ""
    labels: tuple[str, ...] = ()
    created: datetime | None = None
    updated: datetime | None = None
    closed: datetime | None = None
    merged: datetime | None = None
    sha: str = ""  # the head of its branch
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Versions:
    """The commits that a comment on a line must name (diff_refs)."""

    base: str
    start: str
    head: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FileChange:
    """A file that a merge request touches, and the numbers of the lines it adds (new side)."""

    path: str
    added: frozenset[int] = frozenset()
    deleted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A comment under a merge request; `line` when it hangs on a line of a file's new side."""

    id: int
    author: int
    body: str
    system: bool = False
    created: datetime | None = None
    discussion: str = ""  # the thread that it is in
    path: str = ""
    line: int | None = None
    resolved: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """The verdict of a check on a commit. https://docs.gitlab.com/api/commits/#commit-status"""

    name: str
    state: str  # pending | running | success | failed | canceled
    description: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """A picture on a project's page, with its link."""

    id: int
    name: str
    link: str
    image: str


class Forge(Protocol):
    """A forge, seen with the rights of one token, or of none."""

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""

    def stop(self) -> None:
        """Let what is under way end soon, in a ForgeUnavailable: somebody wants to leave."""

    # Looking

    def me(self) -> User | None:
        """Whose token this is; None without one."""

    def projects(
        self,
        *,
        cursor: str = "",
        group: str = "",
        topic: str = "",
        active_after: datetime | None = None,
        updated_after: datetime | None = None,
    ) -> Listing:
        """The next hundred public projects that are not archived."""

    def project(self, name: int | str) -> Project:
        """By number or path; a path that moved is followed."""

    def is_archived(self, project: int) -> bool:
        """Is it, also when the forge does not say so of a project asked for by itself?"""

    def tree(self, project: int, ref: str) -> tuple[TreeFile, ...]:
        """The files at the root; none when nothing was committed."""

    def file(self, project: int, path: str, ref: str) -> ProjectFile:
        """A file with its bytes, at a branch or a commit."""

    def releases(self, project: int) -> tuple[Release, ...]: ...

    def packages(self, project: int) -> tuple[Package, ...]: ...

    def branch(self, project: int, name: str) -> Branch | None: ...

    def merge_requests(self, project: int, *, state: str = "all") -> Iterator[MergeRequest]:
        """Those of a project, the latest first."""

    def own_merge_requests(
        self, *, state: str = "all", updated_after: datetime | None = None
    ) -> Iterator[MergeRequest]:
        """Those that we opened, anywhere on the forge."""

    def open_merge_requests(
        self, *, updated_after: datetime | None = None
    ) -> Iterator[MergeRequest]:
        """Those that are open, anywhere on the forge, whoever opened them."""

    def merge_request(self, project: int, iid: int) -> MergeRequest: ...

    def changes(self, project: int, iid: int) -> tuple[FileChange, ...]: ...

    def versions(self, project: int, iid: int) -> Versions | None:
        """None while the forge is still preparing the merge request."""

    def notes(self, project: int, iid: int) -> tuple[Note, ...]:
        """All comments, those on lines too, oldest first."""

    def statuses(self, project: int, sha: str) -> tuple[Status, ...]: ...

    def badges(self, project: int) -> tuple[Badge, ...]: ...

    def can_push(self, project: int) -> bool:
        """May we write branches there?"""

    # Doing

    def fork(self, project: int) -> Project:
        """Our fork of a project, made if need be and ready to be written to."""

    def commit(
        self,
        project: int,
        *,
        branch: str,
        start: str,
        start_project: int | None = None,
        path: str,
        payload: bytes,
        exists: bool,
        message: str,
    ) -> str:
        """Put one file on a branch made anew from `start` (a commit); give the commit's hash."""

    def delete_branch(self, project: int, name: str) -> None: ...

    def open_merge_request(
        self,
        project: int,
        *,
        source_project: int,
        source_branch: str,
        target_branch: str,
        title: str,
        description: str,
        labels: tuple[str, ...] = (),
    ) -> MergeRequest:
        """Open one, or give the one that is already open from this branch."""

    def edit_merge_request(
        self, project: int, iid: int, *, title: str = "", description: str = "", close: bool = False
    ) -> MergeRequest: ...

    def add_note(self, project: int, iid: int, body: str) -> None: ...

    def edit_note(self, project: int, iid: int, note: int, body: str) -> None: ...

    def add_line_note(
        self, project: int, iid: int, body: str, *, versions: Versions, path: str, line: int
    ) -> None: ...

    def resolve(self, project: int, iid: int, discussion: str) -> None: ...

    def set_status(self, project: int, sha: str, status: Status, *, ref: str) -> None:
        """Set it; one that stands already is no error."""

    def add_badge(self, project: int, *, name: str, link: str, image: str) -> None: ...
