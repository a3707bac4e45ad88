"""What a forge is made of. Everything may change; whoever changes it holds the world's lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

GUEST, REPORTER, DEVELOPER, MAINTAINER, OWNER = 10, 20, 30, 40, 50
#: The parts of a project that its owner can close, with the key that says so.
FEATURES = (
    "repository",
    "merge_requests",
    "issues",
    "forking",
    "releases",
    "package_registry",
)


@dataclass(eq=False)
class User:
    id: int
    username: str
    name: str
    email: str
    created: datetime
    admin: bool = False
    bot: bool = False


@dataclass(eq=False)
class Token:
    """What a request is signed with: a personal access token, or one that OAuth gave."""

    value: str
    user: User
    scopes: frozenset[str]
    expires: datetime | None = None
    revoked: bool = False
    refresh: str = ""


@dataclass(eq=False)
class Namespace:
    """A group, or the place where a person's own projects are."""

    id: int
    path: str
    name: str
    created: datetime
    parent: Namespace | None = None
    owner: User | None = None  # of a personal one
    visibility: str = "public"
    description: str = ""
    members: dict[int, int] = field(default_factory=dict)  # user: access level

    @property
    def full_path(self) -> str:
        return f"{self.parent.full_path}/{self.path}" if self.parent else self.path

    @property
    def full_name(self) -> str:
        return f"{self.parent.full_name} / {self.name}" if self.parent else self.name

    def above(self) -> list[Namespace]:
        """Itself, then those that hold it."""
        return [self, *(self.parent.above() if self.parent else [])]


@dataclass(eq=False)
class Note:
    id: int
    author: User
    body: str
    created: datetime
    updated: datetime
    system: bool = False
    type: str | None = None  # DiscussionNote | DiffNote
    position: dict[str, Any] | None = None
    resolved_by: User | None = None
    resolved_at: datetime | None = None


@dataclass(eq=False)
class Discussion:
    id: str
    notes: list[Note]

    @property
    def resolvable(self) -> bool:
        return bool(self.notes) and self.notes[0].type is not None


@dataclass(eq=False)
class Version:
    """The commits of a merge request after a push to its branch."""

    id: int
    base: str
    start: str
    head: str
    created: datetime


@dataclass(eq=False)
class MergeRequest:
    id: int
    iid: int
    target: Project
    source: Project | None
    source_branch: str
    target_branch: str
    title: str
    description: str
    author: User
    created: datetime
    updated: datetime
    state: str = "opened"
    labels: list[str] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    reviewers: list[User] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    discussions: list[Discussion] = field(default_factory=list)
    approved_by: list[User] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    merge_status: str = "preparing"  # preparing | checking | can_be_merged | cannot_be_merged
    polls: int = 0  # how often it must still be asked before the status is known
    allow_collaboration: bool = False
    remove_source_branch: bool | None = None
    merge_commit: str | None = None
    merged_by: User | None = None
    merged: datetime | None = None
    closed_by: User | None = None
    closed: datetime | None = None
    locked: bool | None = None

    @property
    def draft(self) -> bool:
        return self.title.lower().startswith(("draft:", "[draft]", "(draft)"))

    @property
    def sha(self) -> str | None:
        return self.versions[-1].head if self.versions else None

    @property
    def notes(self) -> list[Note]:
        return [note for discussion in self.discussions for note in discussion.notes]


@dataclass(eq=False)
class Status:
    id: int
    sha: str
    ref: str
    name: str
    state: str
    author: User
    created: datetime
    description: str | None = None
    target_url: str | None = None
    coverage: float | None = None
    started: datetime | None = None
    finished: datetime | None = None
    pipeline: int = 0


@dataclass(eq=False)
class Hook:
    id: int
    url: str
    created: datetime
    events: dict[str, bool]
    project: Project | None = None  # None: a system hook, or a group's
    group: Namespace | None = None
    token: str = ""
    signing_token: str = ""  # whsec_…
    name: str | None = None
    description: str | None = None
    branch_filter: str | None = None
    failures: int = 0
    disabled_until: datetime | None = None
    uuid: str = ""


@dataclass(eq=False)
class Delivery:
    """A message sent to a hook, or tried."""

    id: int
    hook: Hook
    event: str
    key: str  # the same when it is sent again
    payload: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    status: int | str = ""  # the answer's, or why there was none
    seconds: float = 0.0


@dataclass(eq=False)
class Release:
    tag: str
    name: str
    description: str
    author: User | None
    created: datetime
    released: datetime
    links: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False)
class Package:
    id: int
    name: str
    version: str
    kind: str
    created: datetime
    files: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False)
class Project:
    id: int
    namespace: Namespace
    path: str
    name: str
    folder: Path  # its bare repository
    created: datetime
    updated: datetime
    active: datetime
    creator: User | None = None
    description: str | None = None
    topics: list[str] = field(default_factory=list)
    visibility: str = "public"
    archived: bool = False
    default_branch: str | None = None
    fork_of: Project | None = None
    import_status: str = "none"
    import_polls: int = 0
    features: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FEATURES, "enabled"))
    members: dict[int, int] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    stars: int = 0
    avatar: str | None = None
    labels: dict[str, dict[str, Any]] = field(default_factory=dict)
    badges: dict[int, dict[str, Any]] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    merge_requests: dict[int, MergeRequest] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    releases: dict[str, Release] = field(default_factory=dict)
    packages: dict[int, Package] = field(default_factory=dict)
    deleted: bool = False

    @property
    def full_path(self) -> str:
        return f"{self.namespace.full_path}/{self.path}"
