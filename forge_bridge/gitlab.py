"""GitLab, as forge.py asks of it. https://docs.gitlab.com/api/api_resources/

Nothing here decides: each method is a request or a few, and what they answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import quote

from metadata.project import Package, Project, ProjectFile, Release

from . import answers
from .connection import Answer, Connection
from .errors import ForgeConflict, ForgeMissing, ForgeUnavailable
from .forge import (
    FILE_LIMIT,
    Badge,
    Branch,
    FileChange,
    Listing,
    MergeRequest,
    Note,
    Status,
    TreeFile,
    User,
    Versions,
)

log = logging.getLogger(__name__)

#: Entries of a folder that are worth listing: forty times what the fullest root has.
TREE_LIMIT = 4000

#: What git calls a symbolic link: its content is a path.
LINK = "120000"

#: From this role on one may write branches. https://docs.gitlab.com/user/permissions/
DEVELOPER = 30

#: How often, and after how many seconds, a fork under way is looked at again.
FORK_LOOKS, FORK_PAUSE = 30, 1.0

#: Rows of a page that the forge cannot give are passed over in steps of this many numbers.
BROKEN_STEP = 100


class GitLabForge:
    """One GitLab, seen with the rights of one token, or of none (forge.Forge)."""

    def __init__(
        self, connection: Connection, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._at = connection
        self._sleep = sleep
        self._me: User | None = None

    @property
    def requests(self) -> int:
        return self._at.requests

    def stop(self) -> None:
        self._at.stop()

    # Looking

    def me(self) -> User | None:
        if self._me is None and self._at.is_authenticated:
            self._me = answers.user(self._at.get("/user").json)
        return self._me

    def projects(
        self,
        *,
        cursor: str = "",
        group: str = "",
        topic: str = "",
        active_after: datetime | None = None,
        updated_after: datetime | None = None,
    ) -> Listing:
        query: dict[str, str | int | bool] = {
            "per_page": 100,
            "archived": False,
            "visibility": "public",
            "sort": "asc",
            "order_by": "updated_at" if updated_after else "id",
        }
        query |= {"topic": topic} if topic else {}
        query |= {"last_activity_after": active_after.isoformat()} if active_after else {}
        query |= {"updated_after": updated_after.isoformat()} if updated_after else {}
        if group or updated_after:  # no keyset there
            query |= {"page": cursor or 1}
            path = f"/groups/{_name(group)}/projects" if group else "/projects"
            query |= {"include_subgroups": True} if group else {}
            answer = self._at.get(path, query)
            following = str((answer.next or {}).get("page", ""))
            return self._listing(answer, following)
        return self._keyset(query, cursor)

    def _keyset(self, query: dict[str, Any], cursor: str) -> Listing:
        """A page by growing number. One broken row makes GitLab's page fail: it is passed over.

        https://gitlab.com/gitlab-org/gitlab/-/issues/262629
        """
        after = int(cursor or 0)
        query |= {"pagination": "keyset", "id_after": after}
        try:
            answer = self._at.get("/projects", query)
        except ForgeUnavailable as error:
            answer = self._at.get("/projects", query | {"id_after": after + BROKEN_STEP})
            log.warning(
                "rows passed over after=%s step=%s error=%r", after, BROKEN_STEP, str(error)
            )
        if not answer.next:
            return self._listing(answer, "")
        last = answer.json[-1]["id"] if answer.json else ""
        return self._listing(answer, str(answer.next.get("id_after", last)))

    def _listing(self, answer: Answer, following: str) -> Listing:
        projects = tuple(map(answers.project, answer.json))
        return Listing(projects=projects, cursor=following, clock=answer.clock)

    def project(self, name: int | str) -> Project:
        return answers.project(self._at.get(f"/projects/{_name(name)}").json)

    def is_archived(self, project: int) -> bool:
        near = {"id_after": project - 1, "id_before": project + 1, "archived": True}
        found = self._at.get("/projects", near).json
        return any(each["id"] == project for each in found)

    def tree(self, project: int, ref: str) -> tuple[TreeFile, ...]:
        path = f"/projects/{project}/repository/tree"
        items = self._at.items(path, {"ref": ref, "pagination": "keyset"})
        try:
            return tuple(
                TreeFile(path=each["path"], blob=each["id"])
                for each in islice(items, TREE_LIMIT)
                if each["type"] == "blob" and each["mode"] != LINK
            )
        except ForgeMissing:
            return ()

    def file(self, project: int, path: str, ref: str) -> ProjectFile:
        address = f"/projects/{project}/repository/files/{_name(path)}/raw"
        answer = self._at.download(address, {"ref": ref}, FILE_LIMIT)
        return ProjectFile(
            path=path,
            blob=answer.headers.get("X-Gitlab-Blob-Id", ""),
            commit=answer.headers.get("X-Gitlab-Commit-Id", ""),
            payload=answer.payload,
        )

    def releases(self, project: int) -> tuple[Release, ...]:
        answer = self._at.get(f"/projects/{project}/releases", {"per_page": 20})
        return tuple(map(answers.release, answer.json))

    def packages(self, project: int) -> tuple[Package, ...]:
        answer = self._at.get(f"/projects/{project}/packages", {"per_page": 20, "sort": "desc"})
        return tuple(answers.package(each, self._at.url) for each in answer.json)

    def branch(self, project: int, name: str) -> Branch | None:
        try:
            said = self._at.get(f"/projects/{project}/repository/branches/{_name(name)}").json
        except ForgeMissing:
            return None
        commit = said["commit"]
        return Branch(
            name=said["name"], commit=commit["id"], author_email=commit.get("author_email") or ""
        )

    def merge_requests(self, project: int, *, state: str = "all") -> Iterator[MergeRequest]:
        query = {"state": state, "order_by": "created_at", "sort": "desc"}
        for said in self._at.items(f"/projects/{project}/merge_requests", query):
            yield answers.merge_request(said)

    def own_merge_requests(
        self, *, state: str = "all", updated_after: datetime | None = None
    ) -> Iterator[MergeRequest]:
        query = {"scope": "created_by_me", "state": state, "order_by": "created_at", "sort": "desc"}
        query |= {"updated_after": updated_after.isoformat()} if updated_after else {}
        for said in self._at.items("/merge_requests", query):
            yield answers.merge_request(said)

    def open_merge_requests(
        self, *, updated_after: datetime | None = None
    ) -> Iterator[MergeRequest]:
        query = {"scope": "all", "state": "opened", "order_by": "updated_at", "sort": "desc"}
        query |= {"updated_after": updated_after.isoformat()} if updated_after else {}
        for said in self._at.items("/merge_requests", query):
            yield answers.merge_request(said)

    def merge_request(self, project: int, iid: int) -> MergeRequest:
        return answers.merge_request(self._at.get(_mr(project, iid)).json)

    def changes(self, project: int, iid: int) -> tuple[FileChange, ...]:
        return tuple(map(answers.change, self._at.items(f"{_mr(project, iid)}/diffs")))

    def versions(self, project: int, iid: int) -> Versions | None:
        found = self._at.get(f"{_mr(project, iid)}/versions").json
        return answers.versions(found[0]) if found else None

    def notes(self, project: int, iid: int) -> tuple[Note, ...]:
        threads = self._at.items(f"{_mr(project, iid)}/discussions")
        return tuple(note for thread in threads for note in answers.notes(thread))

    def statuses(self, project: int, sha: str) -> tuple[Status, ...]:
        path = f"/projects/{project}/repository/commits/{sha}/statuses"
        return tuple(map(answers.status, self._at.items(path)))

    def badges(self, project: int) -> tuple[Badge, ...]:
        return tuple(map(answers.badge, self._at.items(f"/projects/{project}/badges")))

    def can_push(self, project: int) -> bool:
        granted = self._at.get(f"/projects/{project}").json.get("permissions") or {}
        levels = [each["access_level"] for each in granted.values() if each]
        return max(levels, default=0) >= DEVELOPER

    # Doing

    def fork(self, project: int) -> Project:
        # Named by number: two projects of the same name may both need one.
        names = {"path": f"commun-{project}", "name": f"commun-{project}"}
        try:
            said = self._at.send("post", f"/projects/{project}/fork", names)
        except ForgeConflict:
            said = self._own_fork(project)
        for _ in range(FORK_LOOKS):
            if said.get("import_status") in ("finished", "none"):
                return answers.project(said)
            self._sleep(FORK_PAUSE)
            said = self._at.get(f"/projects/{said['id']}").json
        raise ForgeUnavailable(f"La copie du projet {project} n’est pas prête\u00a0: réessayez.")

    def _own_fork(self, project: int) -> Any:
        for said in self._at.items(f"/projects/{project}/forks", {"owned": True}):
            return self._at.get(f"/projects/{said['id']}").json
        raise ForgeConflict(f"Le projet {project} ne se laisse pas copier.")

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
        action = {
            "action": "update" if exists else "create",
            "file_path": path,
            "content": payload.decode(),
        }
        body: dict[str, Any] = {
            "branch": branch,
            "start_sha": start,
            "force": True,
            "commit_message": message,
            "actions": [action],
        }
        body |= {"start_project": start_project} if start_project else {}
        made = self._at.send("post", f"/projects/{project}/repository/commits", body)
        return str(made["id"])

    def delete_branch(self, project: int, name: str) -> None:
        try:
            self._at.send("delete", f"/projects/{project}/repository/branches/{_name(name)}")
        except ForgeMissing:
            return  # as wanted

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
        body = {
            "source_branch": source_branch,
            "target_branch": target_branch,
            "target_project_id": project,
            "title": title,
            "description": description,
            "labels": ",".join(labels),
            "remove_source_branch": True,
            "allow_collaboration": source_project != project,
        }
        try:
            said = self._at.send("post", f"/projects/{source_project}/merge_requests", body)
        except ForgeConflict:
            for each in self.merge_requests(project, state="opened"):
                if (each.source_project, each.source_branch) == (source_project, source_branch):
                    return each
            raise
        return answers.merge_request(said)

    def edit_merge_request(
        self, project: int, iid: int, *, title: str = "", description: str = "", close: bool = False
    ) -> MergeRequest:
        body = {"title": title, "description": description}
        body = {key: text for key, text in body.items() if text}
        body |= {"state_event": "close"} if close else {}
        return answers.merge_request(self._at.send("put", _mr(project, iid), body))

    def add_note(self, project: int, iid: int, body: str) -> None:
        self._at.send("post", f"{_mr(project, iid)}/notes", {"body": body})

    def edit_note(self, project: int, iid: int, note: int, body: str) -> None:
        self._at.send("put", f"{_mr(project, iid)}/notes/{note}", {"body": body})

    def add_line_note(
        self, project: int, iid: int, body: str, *, versions: Versions, path: str, line: int
    ) -> None:
        position = {
            "position_type": "text",
            "base_sha": versions.base,
            "start_sha": versions.start,
            "head_sha": versions.head,
            "old_path": path,
            "new_path": path,
            "new_line": line,
        }
        said = {"body": body, "position": position}
        self._at.send("post", f"{_mr(project, iid)}/discussions", said)

    def resolve(self, project: int, iid: int, discussion: str) -> None:
        path = f"{_mr(project, iid)}/discussions/{discussion}"
        self._at.send("put", path, {"resolved": True})

    def set_status(self, project: int, sha: str, status: Status, *, ref: str) -> None:
        body: dict[str, Any] = {
            "name": status.name,
            "state": status.state,
            "description": status.description,
            "target_url": status.url,
            "ref": ref,
        }
        # Without its number, GitLab would open a second pipeline beside the project's own.
        pipelines = self._at.get(f"/projects/{project}/pipelines", {"sha": sha, "per_page": 1})
        body |= {"pipeline_id": pipelines.json[0]["id"]} if pipelines.json else {}
        try:
            self._at.send("post", f"/projects/{project}/statuses/{sha}", body)
        except ForgeConflict as error:
            if "Cannot transition" not in str(error):
                raise

    def add_badge(self, project: int, *, name: str, link: str, image: str) -> None:
        body = {"name": name, "link_url": link, "image_url": image}
        self._at.send("post", f"/projects/{project}/badges", body)


def _name(name: int | str) -> str:
    return quote(str(name), safe="")


def _mr(project: int, iid: int) -> str:
    return f"/projects/{project}/merge_requests/{iid}"
