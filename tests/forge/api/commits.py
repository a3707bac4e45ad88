"""Commits and files, read and written. https://docs.gitlab.com/api/commits/

A commit of many actions is made whole or not at all; every failure is a 400 with a sentence.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import pygit2

from tests.forge import git, pushes, show
from tests.forge.api.repository import head_of
from tests.forge.call import Answer, Call, Refusal, missing
from tests.forge.model import Project

CHANGED = "The file has changed since you started editing it"


def list_commits(call: Call) -> Answer:
    wanted = call.arg("ref_name")
    project = call.project("repository")
    if not wanted and project.default_branch is None:
        return call.page([], dict)
    project, head = head_of(call, wanted)
    rows = git.log(head, call.world.repository(project), call.arg("path"))
    since, until = call.when("since"), call.when("until")
    author = call.arg("author").lower()
    rows = [
        each
        for each in rows
        if (since is None or each.commit_time >= since.timestamp())
        and (until is None or each.commit_time <= until.timestamp())
        and author in f"{each.author.name} <{each.author.email}>".lower()
    ]
    return call.page(rows, lambda each: show.commit(each, project, call.world))


def one_commit(call: Call) -> Answer:
    project, found = head_of(call, call.path["sha"])
    call.ignore("stats")
    return Answer(200, _detail(found, project, call))


def _detail(found: pygit2.Commit, project: Project, call: Call) -> dict[str, Any]:
    repository = call.world.repository(project)
    parent = str(found.parent_ids[0]) if found.parent_ids else None
    stats = git.compared(repository, parent, str(found.id)).stats
    statuses = [each for each in project.statuses if each.sha == str(found.id)]
    return {
        **show.commit(found, project, call.world),
        "stats": {
            "additions": stats.insertions,
            "deletions": stats.deletions,
            "total": stats.insertions + stats.deletions,
        },
        "status": statuses[-1].state if statuses else None,
        "project_id": project.id,
        "last_pipeline": None,
    }


def commit_diff(call: Call) -> Answer:
    project, found = head_of(call, call.path["sha"])
    parent = str(found.parent_ids[0]) if found.parent_ids else None
    changes = git.diff(call.world.repository(project), parent, str(found.id))
    return call.page(changes, show.change)


def commit_refs(call: Call) -> Answer:
    project, found = head_of(call, call.path["sha"])
    repository = call.world.repository(project)
    rows = [
        {"type": kind, "name": name}
        for kind, names in (("branch", git.branches(repository)), ("tag", git.tags(repository)))
        for name in names
        if call.arg("type", "all") in ("all", kind)
        and git.is_ancestor(repository, str(found.id), str(_tip(repository, name)))
    ]
    return call.page(rows, dict)


def _tip(repository: pygit2.Repository, name: str) -> pygit2.Oid:
    found = git.commit_of(repository, name)
    assert found is not None
    return found.id


# --- Writing ----------------------------------------------------------------------------------


def create_commit(call: Call) -> Answer:
    actions = call.given("actions")
    if not isinstance(actions, list) or not actions:
        raise Refusal(400, {"error": "actions is empty"})
    sha, project = write(call, actions)
    repository = call.world.repository(project)
    call.ignore("stats")
    return Answer(201, _detail(repository[sha].peel(pygit2.Commit), project, call))


def write(call: Call, actions: list[dict[str, Any]]) -> tuple[str, Project]:
    """Make the commit that a body asks for and move its branch."""
    # A fork's branch may be lent to strangers who maintain the original: no level is asked here.
    project, user = call.project("repository", writes=True), call.me
    branch = call.given("branch")
    if not branch:
        raise Refusal(400, {"error": "branch is missing"})
    if not call.world.may_push(user, project, branch):
        raise Refusal(403, "You are not allowed to push into this branch")
    repository = call.world.repository(project)
    tip = repository.branches.local.get(branch)
    parent = _parent(call, project, repository, branch, tip and str(tip.target))
    files, executable = _applied(repository, parent, actions)
    author = git.Person(
        name=call.given("author_name") or user.name,
        email=call.given("author_email") or user.email,
    )
    sha = git.write_commit(
        repository,
        files=files,
        parent=parent,
        message=call.given("commit_message", ""),
        author=author,
        when=call.world.now(),
        executable=executable,
    )
    pushes.move_branch(call.world, project, branch, sha, user)
    return sha, project


def _parent(
    call: Call, project: Project, repository: pygit2.Repository, branch: str, tip: str | None
) -> str | None:
    """The commit to build on: the branch's, or the one that it is to start from."""
    start, start_sha = call.given("start_branch"), call.given("start_sha")
    force = bool(call.given("force"))
    if start and start_sha:
        raise Refusal(400, {"error": "start_branch, start_sha are mutually exclusive"})
    if not (start or start_sha):
        if tip is None and project.default_branch is not None:
            raise Refusal(400, "You can only create or edit files when you are on a branch")
        return tip
    if tip is not None and not force and start != branch:
        text = f"A branch called '{branch}' already exists. Switch to that branch in order to make changes"
        raise Refusal(400, text)
    found = _start(call, project, start, start_sha)
    if found is None:
        what = f"Cannot find start_branch '{start}'" if start else "Cannot find start_sha"
        raise Refusal(400, what)
    return found


def _start(call: Call, project: Project, branch: str | None, sha: str | None) -> str | None:
    """The commit to start from, brought from the project that it is said to be of."""
    other = call.given("start_project")
    source = project if other is None else call.world.project(str(other))
    if source is None or not call.world.sees(call.user, source):
        raise missing("Project")
    there = call.world.repository(source)
    holder = git.branch_with(there, sha) if sha else branch
    tip = there.branches.local.get(str(holder))
    if tip is None:
        return None
    if source is not project:
        ref = f"refs/keep/{source.id}/{holder}"
        git.bring(call.world.repository(project), source.folder, tip.name, ref)
    return sha or str(tip.target)


def _applied(
    repository: pygit2.Repository, parent: str | None, actions: list[dict[str, Any]]
) -> tuple[dict[str, bytes | None], frozenset[str]]:
    """The files that the actions write, None for those they delete. Raises at the first fault."""
    base = repository[parent].peel(pygit2.Commit) if parent else None
    files: dict[str, bytes | None] = {}
    executable: set[str] = set()

    def current(path: str) -> bytes | None:
        if path in files:
            return files[path]
        found = git.entry(base, path) if base else None
        return found.data if isinstance(found, pygit2.Blob) else None

    for action in actions:
        kind, path = action["action"], action["file_path"]
        source = action.get("previous_path", path) if kind == "move" else path
        _check(kind, path, current(source), current(path))
        _check_unchanged(repository, base, kind, source, action.get("last_commit_id"))
        if kind == "move":
            files[path] = _payload(action) if "content" in action else current(source)
            files[source] = None
        elif kind == "chmod":
            files[path] = current(path)
            if action.get("execute_filemode"):
                executable.add(path)
        else:
            files[path] = None if kind == "delete" else _payload(action)
    made = {path: payload for path, payload in files.items() if payload is not None}
    gone = {path: None for path in files if path not in made and base and git.entry(base, path)}
    return {**made, **gone}, frozenset(executable)


def _check(kind: str, path: str, source: bytes | None, target: bytes | None) -> None:
    if path.startswith("/") or ".." in path.split("/") or ".git" in path.split("/"):
        raise Refusal(400, "invalid path: " + repr(path))
    if kind in ("create", "move") and target is not None:
        raise Refusal(400, "A file with this name already exists")
    if kind != "create" and source is None:
        raise Refusal(400, "A file with this name doesn't exist")


def _check_unchanged(
    repository: pygit2.Repository,
    base: pygit2.Commit | None,
    kind: str,
    path: str,
    expected: str | None,
) -> None:
    """The last commit is compared file by file, and never for a creation."""
    if not expected or kind == "create" or base is None:
        return
    if git.last_commit(base, repository, path) != expected:
        raise Refusal(400, f"{CHANGED}: {path}")


def _payload(action: dict[str, Any]) -> bytes:
    content = action.get("content", "")
    if action.get("encoding") != "base64":
        return str(content).encode()
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise Refusal(400, "content is not valid base64") from None


def write_file(call: Call) -> Answer:
    """One file made, changed or deleted: a commit of one action."""
    kind = {"POST": "create", "PUT": "update", "DELETE": "delete"}[call.method]
    path = call.path["file_path"]
    action = {"action": kind, "file_path": path}
    for name in ("content", "encoding", "last_commit_id"):
        value = call.given(name)
        if value is not None:
            action[name] = value
    write(call, [action])
    if kind == "delete":
        return Answer(204)
    status = 201 if kind == "create" else 200
    return Answer(status, {"file_path": path, "branch": call.given("branch")})


ROUTES = {
    ("GET", "/projects/{id}/repository/commits"): list_commits,
    ("POST", "/projects/{id}/repository/commits"): create_commit,
    ("GET", "/projects/{id}/repository/commits/{sha}"): one_commit,
    ("GET", "/projects/{id}/repository/commits/{sha}/diff"): commit_diff,
    ("GET", "/projects/{id}/repository/commits/{sha}/refs"): commit_refs,
    ("POST", "/projects/{id}/repository/files/{file_path}"): write_file,
    ("PUT", "/projects/{id}/repository/files/{file_path}"): write_file,
    ("DELETE", "/projects/{id}/repository/files/{file_path}"): write_file,
}
