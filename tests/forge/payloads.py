"""What hooks are told, in the shapes of GitLab's own.

https://docs.gitlab.com/user/project/integrations/webhook_events/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pygit2

from tests.forge import git, show
from tests.forge.model import MergeRequest, Note, Project, Release, Status, User
from tests.forge.world import World

Json = dict[str, Any]
LEVELS = {"private": 0, "internal": 10, "public": 20}
COMMITS = 20  # at most, in one push


def _instant(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def project_facts(project: Project, world: World) -> Json:
    basic = show.basic(project, world)
    return {
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "web_url": basic["web_url"],
        "avatar_url": None,
        "git_ssh_url": basic["ssh_url_to_repo"],
        "git_http_url": basic["http_url_to_repo"],
        "namespace": project.namespace.name,
        "visibility_level": LEVELS[project.visibility],
        "path_with_namespace": project.full_path,
        "default_branch": project.default_branch,
        "ci_config_path": None,
        "homepage": basic["web_url"],
        "url": basic["ssh_url_to_repo"],
        "ssh_url": basic["ssh_url_to_repo"],
        "http_url": basic["http_url_to_repo"],
    }


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "avatar_url": None,
        "email": "[REDACTED]",
    }


def _repository(project: Project, world: World) -> Json:
    facts = project_facts(project, world)
    return {name: facts[name] for name in ("name", "url", "description", "homepage")}


def _commit(found: pygit2.Commit, project: Project, world: World) -> Json:
    sha = str(found.id)
    return {
        "id": sha,
        "message": found.message,
        "title": found.message.partition("\n")[0],
        "timestamp": git.stamp(found.author.time, found.author.offset).isoformat(),
        "url": f"{world.url}/{project.full_path}/-/commit/{sha}",
        "author": {"name": found.author.name, "email": found.author.email},
    }


def push(world: World, project: Project, user: User, ref: str, before: str, after: str) -> Json:
    """A branch or a tag that moved."""
    kind = "push" if ref.startswith("refs/heads/") else "tag_push"
    new = _new_commits(world, project, before, after)
    return {
        "object_kind": kind,
        "event_name": kind,
        "before": before,
        "after": after,
        "ref": ref,
        "ref_protected": ref.removeprefix("refs/heads/") in project.protected,
        "checkout_sha": None if after == git.ZEROS else after,
        "message": None,
        "user_id": user.id,
        "user_name": user.name,
        "user_username": user.username,
        "user_email": "",
        "user_avatar": None,
        "project_id": project.id,
        "project": project_facts(project, world),
        "commits": [_pushed(each, project, world) for each in new[-COMMITS:]],
        "total_commits_count": len(new),
        "push_options": {},
        "repository": _repository(project, world),
    }


def _new_commits(world: World, project: Project, before: str, after: str) -> list[pygit2.Commit]:
    if after == git.ZEROS:
        return []
    repository = world.repository(project)
    walker = repository.walk(after, pygit2.enums.SortMode.TOPOLOGICAL)
    if before != git.ZEROS:
        walker.hide(before)
    return list(walker)[::-1]


def _pushed(found: pygit2.Commit, project: Project, world: World) -> Json:
    repository = world.repository(project)
    parent = str(found.parent_ids[0]) if found.parent_ids else None
    named: dict[str, list[str]] = {"added": [], "modified": [], "removed": []}
    words = {"A": "added", "D": "removed"}
    for patch in git.diff(repository, parent, str(found.id)):
        delta = patch.delta
        named[words.get(delta.status_char(), "modified")].append(delta.new_file.path)
    return {**_commit(found, project, world), **named}


def merge_request(
    world: World, mr: MergeRequest, user: User, action: str, *, oldrev: str = ""
) -> Json:
    attributes = _attributes(world, mr) | {"action": action}
    if oldrev:
        attributes["oldrev"] = oldrev
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": _user(user),
        "project": project_facts(mr.target, world),
        "object_attributes": attributes,
        "labels": [{"title": name} for name in mr.labels],
        "changes": {},
        "repository": _repository(mr.target, world),
        "assignees": [_user(each) for each in mr.assignees],
    }


def _attributes(world: World, mr: MergeRequest) -> Json:
    from tests.forge.proposing import detailed_status  # it sends these

    repository = world.repository(mr.target)
    head = git.commit_of(repository, mr.sha) if mr.sha else None
    return {
        "id": mr.id,
        "iid": mr.iid,
        "target_branch": mr.target_branch,
        "source_branch": mr.source_branch,
        "source_project_id": mr.source.id if mr.source else None,
        "target_project_id": mr.target.id,
        "author_id": mr.author.id,
        "assignee_ids": [each.id for each in mr.assignees],
        "title": mr.title,
        "description": mr.description,
        "created_at": _instant(mr.created),
        "updated_at": _instant(mr.updated),
        "state": mr.state,
        "draft": mr.draft,
        "work_in_progress": mr.draft,
        "merge_status": mr.merge_status,
        "detailed_merge_status": detailed_status(mr),
        "url": f"{world.url}/{mr.target.full_path}/-/merge_requests/{mr.iid}",
        "source": project_facts(mr.source, world) if mr.source else None,
        "target": project_facts(mr.target, world),
        "last_commit": head and _commit(head, mr.target, world),
        "labels": [{"title": name} for name in mr.labels],
    }


def note(world: World, mr: MergeRequest, written: Note) -> Json:
    return {
        "object_kind": "note",
        "event_type": "note",
        "user": _user(written.author),
        "project_id": mr.target.id,
        "project": project_facts(mr.target, world),
        "repository": _repository(mr.target, world),
        "object_attributes": {
            "id": written.id,
            "note": written.body,
            "noteable_type": "MergeRequest",
            "author_id": written.author.id,
            "created_at": _instant(written.created),
            "updated_at": _instant(written.updated),
            "project_id": mr.target.id,
            "noteable_id": mr.id,
            "system": written.system,
            "action": "create",
            "url": f"{world.url}/{mr.target.full_path}/-/merge_requests/{mr.iid}#note_{written.id}",
        },
        "merge_request": _attributes(world, mr),
    }


def release(world: World, project: Project, made: Release, action: str = "create") -> Json:
    found = git.commit_of(world.repository(project), made.tag)
    return {
        "id": 1,
        "object_kind": "release",
        "created_at": _instant(made.created),
        "released_at": _instant(made.released),
        "description": made.description,
        "name": made.name,
        "tag": made.tag,
        "project": project_facts(project, world),
        "url": f"{world.url}/{project.full_path}/-/releases/{made.tag}",
        "action": action,
        "assets": {"count": len(made.links), "links": made.links, "sources": []},
        "commit": found and _commit(found, project, world),
    }


def pipeline(world: World, project: Project, status: Status) -> Json:
    found = git.commit_of(world.repository(project), status.sha)
    return {
        "object_kind": "pipeline",
        "object_attributes": {
            "id": status.pipeline,
            "ref": status.ref,
            "tag": False,
            "sha": status.sha,
            "source": "external",
            "status": status.state,
            "created_at": _instant(status.created),
            "finished_at": status.finished and _instant(status.finished),
        },
        "merge_request": None,
        "user": _user(status.author),
        "project": project_facts(project, world),
        "commit": found and _commit(found, project, world),
        "builds": [],
    }
