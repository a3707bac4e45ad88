"""All that the forge knows, and who may do what with it. One lock guards it."""

from __future__ import annotations

import hashlib
import itertools
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pygit2

from tests.forge import git
from tests.forge.model import (
    GUEST,
    MAINTAINER,
    OWNER,
    REPORTER,
    Hook,
    MergeRequest,
    Namespace,
    Project,
    Token,
    User,
)

if TYPE_CHECKING:
    from tests.forge.webhooks import Sender

#: `last_activity_at` follows events at most this often (RESET_PROJECT_ACTIVITY_INTERVAL).
ACTIVITY_INTERVAL = timedelta(hours=1)


class World:
    def __init__(self, folder: Path, now: Callable[[], datetime], url: str = "") -> None:
        self.folder = folder
        self.now = now
        self.url = url
        self.lock = threading.RLock()
        self.users: dict[int, User] = {}
        self.tokens: dict[str, Token] = {}
        self.namespaces: dict[int, Namespace] = {}
        self.projects: dict[int, Project] = {}  # by growing number
        self.paths: dict[str, Project] = {}  # in lower case, as GitLab compares them
        self.moved: dict[str, Project] = {}
        self.forks: dict[int, int] = {}  # how many a project has
        self.merge_requests: dict[int, MergeRequest] = {}
        self.mentions: list[tuple[User, str, str]] = []  # who, whom, where
        self.system_hooks: list[Hook] = []
        self.polls = 1  # how often an asynchronous job must be asked about before it is done
        self.sender: Sender | None = None
        self._numbers: dict[str, itertools.count[int]] = {}

    def number(self, kind: str) -> int:
        """The next number of a kind of thing."""
        return next(self._numbers.setdefault(kind, itertools.count(1)))

    # --- Who

    def user(self, name: int | str) -> User | None:
        if isinstance(name, int):
            return self.users.get(name)
        return next((each for each in self.users.values() if each.username == name), None)

    def add_user(self, username: str, name: str = "", *, admin: bool = False) -> User:
        number = self.number("user")
        title = name or username.replace("-", " ").title()
        email = f"{number}-{username}@users.noreply.forge.example"
        user = User(number, username, title, email, self.now(), admin=admin)
        self.users[number] = user
        self.add_namespace(username, title, owner=user)
        return user

    def add_token(self, user: User, scopes: Iterable[str], prefix: str = "glpat-") -> Token:
        token = Token(prefix + secrets.token_urlsafe(15), user, frozenset(scopes))
        self.tokens[token.value] = token
        return token

    def add_namespace(
        self,
        path: str,
        name: str = "",
        *,
        parent: Namespace | None = None,
        owner: User | None = None,
        visibility: str = "public",
    ) -> Namespace:
        made = Namespace(
            self.number("namespace"),
            path,
            name or path,
            self.now(),
            parent=parent,
            owner=owner,
            visibility=visibility,
        )
        self.namespaces[made.id] = made
        return made

    def namespace(self, path: int | str) -> Namespace | None:
        if isinstance(path, int) or path.isdigit():
            return self.namespaces.get(int(path))
        wanted = path.lower()
        found = (each for each in self.namespaces.values() if each.full_path.lower() == wanted)
        return next(found, None)

    def level(self, user: User | None, project: Project) -> int:
        """How much somebody may do with a project: 0, then 10 … 50."""
        if user is None:
            return 0
        if user.admin:
            return OWNER
        levels = [project.members.get(user.id, 0)]
        for each in project.namespace.above():
            levels.append(OWNER if each.owner is user else each.members.get(user.id, 0))
        return max(levels)

    def group_level(self, user: User | None, group: Namespace) -> int:
        if user is None:
            return 0
        if user.admin or group.owner is user:
            return OWNER
        return max(each.members.get(user.id, 0) for each in group.above())

    def sees(self, user: User | None, project: Project) -> bool:
        if project.deleted:
            return False
        if project.visibility == "public" or (project.visibility == "internal" and user):
            return True
        return self.level(user, project) >= GUEST

    def sees_group(self, user: User | None, group: Namespace) -> bool:
        if group.visibility == "public" or (group.visibility == "internal" and user):
            return True
        return self.group_level(user, group) >= GUEST

    def may_use(self, user: User | None, project: Project, feature: str) -> bool:
        """Is a part of a project open to somebody? The code of a private one is not for guests."""
        state = project.features[feature]
        level = self.level(user, project)
        if state == "disabled":
            return False
        if feature == "repository" and project.visibility == "private" and level < REPORTER:
            return False
        return state != "private" or level >= GUEST

    def may_push(self, user: User | None, project: Project, branch: str) -> bool:
        level = self.level(user, project)
        if self._lets_maintainers_push(user, project, branch):
            return True
        return level >= (MAINTAINER if branch in project.protected else 30)

    def _lets_maintainers_push(self, user: User | None, project: Project, branch: str) -> bool:
        """A fork's author may let the maintainers of the original push to one branch."""
        return any(
            mr.source is project
            and mr.source_branch == branch
            and mr.allow_collaboration
            and mr.state == "opened"
            and self.level(user, mr.target) >= 30
            for mr in self.merge_requests.values()
        )

    # --- Projects

    def add_project(
        self, namespace: Namespace, path: str, *, borrowing: Path | None = None, **facts: object
    ) -> Project:
        """A project, with nothing committed to it yet."""
        number = self.number("project")
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        folder = self.folder / "@hashed" / digest[:2] / f"{number}.git"
        git.create(folder, borrowing=borrowing)
        now = self.now()
        project = Project(
            number, namespace, path, str(facts.pop("name", path)), folder, now, now, now
        )
        for name, value in facts.items():
            setattr(project, name, value)
        self.projects[number] = project
        self.paths[project.full_path.lower()] = project
        return project

    def project(self, name: int | str) -> Project | None:
        """By number or path; not what was deleted."""
        if isinstance(name, int) or name.isdigit():
            found = self.projects.get(int(name))
        else:
            found = self.paths.get(name.lower())
        return found if found and not found.deleted else None

    def move(self, project: Project, *, path: str = "", namespace: Namespace | None = None) -> None:
        """Give it another address; the old one leads to it until somebody takes it."""
        old = project.full_path.lower()
        project.path = path or project.path
        project.namespace = namespace or project.namespace
        del self.paths[old]
        self.moved[old] = project
        self.paths[project.full_path.lower()] = project
        project.updated = self.now()

    def delete(self, project: Project) -> None:
        project.deleted = True
        self.paths.pop(project.full_path.lower(), None)
        for fork in self.projects.values():
            if fork.fork_of is project:
                fork.fork_of = None
        for mr in self.merge_requests.values():
            if mr.source is project and mr.target is not project:
                mr.source = None

    def repository(self, project: Project) -> pygit2.Repository:
        return git.opened(project.folder)

    def touch(self, project: Project) -> None:
        """Something happened there: shown at most once an hour."""
        if self.now() - project.active >= ACTIVITY_INTERVAL:
            project.active = self.now()

    def sent(self, event: str, project: Project, payload: dict[str, object]) -> None:
        """Tell whoever listens."""
        if self.sender:
            self.sender.tell(event, project, payload)
