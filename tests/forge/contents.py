"""What a test puts into the forge from outside of its API: people, projects, proposals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pygit2

from tests.forge import forking, git, merging, proposing, pushes
from tests.forge.api.labels import add_label
from tests.forge.api.releases import add_file
from tests.forge.clock import Clock
from tests.forge.model import (
    DEVELOPER,
    MergeRequest,
    Namespace,
    Package,
    Project,
    Release,
    User,
)
from tests.forge.oidc import Accounts
from tests.forge.world import World


class Contents:
    """A world, its clock, and the accounts that people log in with."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world, self.clock = world, clock
        self.accounts = Accounts(world)

    # --- People

    def add_user(self, username: str, name: str = "", *, admin: bool = False) -> User:
        return self.world.add_user(username, name, admin=admin)

    def add_token(self, user: User, scopes: Iterable[str] = ("api",)) -> str:
        """The secret of a new personal access token."""
        return self.world.add_token(user, scopes).value

    def revoke(self, token: str) -> None:
        self.world.tokens[token].revoked = True

    def add_group(
        self,
        path: str,
        *,
        name: str = "",
        visibility: str = "public",
        members: Mapping[str, int] | None = None,
    ) -> Namespace:
        """A group, in the group that its path says; those above are made if need be."""
        above, _, last = path.rpartition("/")
        parent = (self.world.namespace(above) or self.add_group(above)) if above else None
        made = self.world.add_namespace(last, name, parent=parent, visibility=visibility)
        for username, level in (members or {}).items():
            self.add_member(made, self._known(username), level)
        return made

    def add_member(self, place: Project | Namespace, user: User, level: int = DEVELOPER) -> None:
        place.members[user.id] = level

    def add_application(
        self, redirect_uri: str, scopes: Iterable[str] = ("openid", "profile", "email")
    ) -> tuple[str, str]:
        """An application that people may log in to: its client_id and client_secret."""
        return self.accounts.add_application(redirect_uri, scopes)

    def _known(self, username: str) -> User:
        return self.world.user(username) or self.world.add_user(username)

    # --- Projects

    def add_project(
        self,
        path: str,
        *,
        files: Mapping[str, bytes | str] | None = None,
        created: datetime | None = None,
        active: datetime | None = None,
        fork_of: Project | None = None,
        **facts: Any,
    ) -> Project:
        """A project, in the group or the personal namespace that its path says.

        `facts` are fields of model.Project: topics, archived, visibility, description, features …
        """
        with self.world.lock:
            above, _, last = path.rpartition("/")
            place = self.world.namespace(above)
            if place is None:
                self._known(above) if "/" not in above else self.add_group(above)
                place = self.world.namespace(above)
            assert place is not None
            features = facts.pop("features", {})
            borrowing = fork_of.folder if fork_of else None
            project = self.world.add_project(
                place, last, borrowing=borrowing, fork_of=fork_of, **facts
            )
            project.features.update(features)
            project.creator = project.creator or place.owner
            if fork_of:
                self.world.forks[fork_of.id] = self.world.forks.get(fork_of.id, 0) + 1
                forking.finish(self.world, project)
            when = created or active
            if files:
                self.commit(project, dict(files), message="Premier dépôt", when=when)
            project.created = created or project.created
            project.updated = active or created or project.updated
            project.active = active or created or project.active
            return project

    def commit(
        self,
        project: Project,
        files: Mapping[str, bytes | str | None],
        *,
        branch: str = "",
        message: str = "Modification",
        author: User | None = None,
        when: datetime | None = None,
        start: str = "",
    ) -> str:
        """Push one commit; a new branch starts from `start`, or from the default one."""
        with self.world.lock:
            repository = self.world.repository(project)
            name = branch or project.default_branch or "main"
            parent = git.commit_of(repository, name) or git.commit_of(
                repository, start or project.default_branch or ""
            )
            user = author or project.creator or self._known("forge")
            written = {
                path: payload.encode() if isinstance(payload, str) else payload
                for path, payload in files.items()
            }
            sha = git.write_commit(
                repository,
                files=written,
                parent=str(parent.id) if parent else None,
                message=message,
                author=git.Person(name=user.name, email=user.email),
                when=when or self.clock(),
            )
            pushes.move_branch(self.world, project, name, sha, user)
            return sha

    def edit(self, project: Project, **facts: Any) -> None:
        """Change its settings, as its owner would."""
        with self.world.lock:
            project.features.update(facts.pop("features", {}))
            for name, value in facts.items():
                setattr(project, name, value)
            project.updated = self.clock()

    def move(self, project: Project, path: str) -> None:
        """Give it another path, perhaps in another namespace."""
        with self.world.lock:
            above, _, last = path.rpartition("/")
            place = self.world.namespace(above) or self.add_group(above)
            self.world.move(project, path=last, namespace=place)

    def delete(self, project: Project) -> None:
        with self.world.lock:
            self.world.delete(project)

    def file(self, project: Project, path: str, ref: str = "") -> bytes | None:
        """The bytes of a file, None when there is none."""
        with self.world.lock:
            repository = self.world.repository(project)
            head = git.commit_of(repository, ref or project.default_branch or "main")
            found = git.entry(head, path) if head else None
            return bytes(found.data) if isinstance(found, pygit2.Blob) else None

    def branches(self, project: Project) -> list[str]:
        with self.world.lock:
            return git.branches(self.world.repository(project))

    def delete_branch(self, project: Project, branch: str) -> None:
        with self.world.lock:
            user = project.creator or self._known("forge")
            pushes.move_branch(self.world, project, branch, None, user)

    def push_tags(self, project: Project, *names: str) -> None:
        """Push tags on the default branch at once: with more than three, no hook is told."""
        with self.world.lock:
            head = git.commit_of(self.world.repository(project), project.default_branch or "")
            assert head is not None
            user = project.creator or self._known("forge")
            for name in names:
                pushes.move_tag(self.world, project, name, str(head.id), user, quiet=len(names) > 3)

    def add_label(self, project: Project, name: str) -> None:
        with self.world.lock:
            add_label(self.world, project, name)

    def add_release(self, project: Project, tag: str, **facts: Any) -> Release:
        """A release of the default branch; `links` are name and address."""
        with self.world.lock:
            if tag not in git.tags(self.world.repository(project)):
                self.push_tags(project, tag)
            when = facts.get("released", self.clock())
            title, text = facts.get("name", tag), facts.get("description", "")
            made = Release(tag, title, text, project.creator, when, when)
            for name, url in facts.get("links", ()):
                link = {"id": self.world.number("link"), "name": name, "url": url}
                made.links.append({**link, "direct_asset_url": url, "link_type": "other"})
            project.releases[tag] = made
            return made

    def add_package(
        self,
        project: Project,
        name: str,
        version: str,
        files: Mapping[str, bytes],
        *,
        kind: str = "generic",
    ) -> Package:
        with self.world.lock:
            made = [
                add_file(self.world, project, name, version, file_name, payload, kind)
                for file_name, payload in files.items()
            ]
            return made[-1]

    # --- Merge requests

    def merge_requests(self, project: Project | None = None) -> list[MergeRequest]:
        """All, or those of a project, in the order they were opened."""
        rows = project.merge_requests if project else self.world.merge_requests
        return list(rows.values())

    def add_merge_request(
        self,
        project: Project,
        branch: str,
        *,
        author: User,
        title: str = "Une proposition",
        description: str = "",
        source: Project | None = None,
        target: str = "",
    ) -> MergeRequest:
        """One that is opened, and ready to be looked at."""
        with self.world.lock:
            mr = proposing.open_one(
                self.world,
                source=source or project,
                target=project,
                source_branch=branch,
                target_branch=target or project.default_branch or "main",
                title=title,
                description=description,
                author=author,
            )
            proposing.settle(self.world, mr)
            return mr

    def merge(self, mr: MergeRequest, user: User | None = None) -> None:
        with self.world.lock:
            proposing.settle(self.world, mr)
            merging.merge(self.world, mr, user or self._maintainer(mr.target))

    def close(self, mr: MergeRequest, user: User | None = None) -> None:
        with self.world.lock:
            proposing.close(self.world, mr, user or self._maintainer(mr.target))

    def add_note(self, mr: MergeRequest, user: User, body: str) -> None:
        with self.world.lock:
            proposing.add_note(self.world, mr, user, body)

    def _maintainer(self, project: Project) -> User:
        if project.creator and self.world.level(project.creator, project) >= 40:
            return project.creator
        found = (
            user for user in self.world.users.values() if self.world.level(user, project) >= 40
        )
        return next(found)

    @property
    def mentions(self) -> list[tuple[User, str, str]]:
        """Who called whom, and where."""
        return self.world.mentions
