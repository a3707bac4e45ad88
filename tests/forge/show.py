"""How the API shows people, groups, projects and commits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pygit2

from tests.forge import defaults, git
from tests.forge.model import DEVELOPER, MAINTAINER, Namespace, Project, User
from tests.forge.world import World

Json = dict[str, Any]


def instant(when: datetime | None) -> str | None:
    """As GitLab writes its own times."""
    if when is None:
        return None
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03}Z"


def git_instant(signature: pygit2.Signature) -> str:
    """As GitLab writes the times of commits, in their author's zone."""
    return git.stamp(signature.time, signature.offset).isoformat(timespec="milliseconds")


# --- People -----------------------------------------------------------------------------------


def person(user: User | None, world: World) -> Json | None:
    if user is None:
        return None
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"{world.url}/{user.username}",
    }


def myself(user: User, world: World) -> Json:
    when = instant(user.created)
    return {
        **(person(user, world) or {}),
        **defaults.USER,
        "created_at": when,
        "confirmed_at": when,
        "last_sign_in_at": when,
        "current_sign_in_at": when,
        "last_activity_on": f"{world.now():%Y-%m-%d}",
        "email": user.email,
        "commit_email": user.email,
        "bot": user.bot,
    }


def member(user: User, level: int, world: World) -> Json:
    return {
        **(person(user, world) or {}),
        "access_level": level,
        "created_at": instant(user.created),
        "expires_at": None,
        "membership_state": "active",
    }


# --- Groups -----------------------------------------------------------------------------------


def namespace(each: Namespace, world: World) -> Json:
    prefix = "" if each.owner else "groups/"
    return {
        "id": each.id,
        "name": each.name,
        "path": each.path,
        "kind": "user" if each.owner else "group",
        "full_path": each.full_path,
        "parent_id": each.parent.id if each.parent else None,
        "avatar_url": None,
        "web_url": f"{world.url}/{prefix}{each.full_path}",
    }


def group(each: Namespace, world: World) -> Json:
    return {
        **defaults.GROUP,
        "id": each.id,
        "web_url": f"{world.url}/groups/{each.full_path}",
        "name": each.name,
        "path": each.path,
        "description": each.description,
        "visibility": each.visibility,
        "full_name": each.full_name,
        "full_path": each.full_path,
        "created_at": instant(each.created),
        "parent_id": each.parent.id if each.parent else None,
    }


# --- Projects ---------------------------------------------------------------------------------


def basic(project: Project, world: World) -> Json:
    """What everybody is told: no archived, no forked_from_project, no access levels."""
    url = f"{world.url}/{project.full_path}"
    host = world.url.partition("://")[2].partition(":")[0]
    branch = project.default_branch
    return {
        "id": project.id,
        "description": project.description,
        "name": project.name,
        "name_with_namespace": f"{project.namespace.full_name} / {project.name}",
        "path": project.path,
        "path_with_namespace": project.full_path,
        "created_at": instant(project.created),
        "default_branch": branch,
        "tag_list": project.topics,
        "topics": project.topics,
        "ssh_url_to_repo": f"git@{host}:{project.full_path}.git",
        "http_url_to_repo": f"{url}.git",
        "web_url": url,
        "readme_url": f"{url}/-/blob/{branch}/README.md" if branch else None,
        "forks_count": forks_count(project, world),
        "avatar_url": project.avatar,
        "star_count": project.stars,
        "last_activity_at": instant(project.active),
        "visibility": project.visibility,
        "namespace": namespace(project.namespace, world),
    }


def forks_count(project: Project, world: World) -> int:
    return world.forks.get(project.id, 0)


def full(project: Project, world: World, user: User | None = None) -> Json:
    """What a known reader is told."""
    api = f"{world.url}/api/v4/projects/{project.id}"
    features = project.features
    return {
        **basic(project, world),
        **defaults.PROJECT,
        **_forked(project, world, user),
        **{f"{name}_access_level": value for name, value in features.items()},
        "_links": {
            "self": api,
            "issues": f"{api}/issues",
            "merge_requests": f"{api}/merge_requests",
            "repo_branches": f"{api}/repository/branches",
            "labels": f"{api}/labels",
            "events": f"{api}/events",
            "members": f"{api}/members",
        },
        "archived": project.archived,
        "empty_repo": project.default_branch is None,
        "updated_at": instant(project.updated),
        "creator_id": project.creator.id if project.creator else None,
        "owner": person(project.namespace.owner, world),
        "import_status": project.import_status,
        "issues_enabled": features["issues"] != "disabled",
        "merge_requests_enabled": features["merge_requests"] != "disabled",
        "open_issues_count": 0,
        "container_registry_image_prefix": f"registry.forge.example/{project.full_path}",
        "can_create_merge_request_in": user is not None
        and not project.archived
        and world.may_use(user, project, "merge_requests"),
        "description_html": project.description or "",
        "runners_token": None,
    }


def _forked(project: Project, world: World, user: User | None) -> Json:
    source = project.fork_of
    if source is None:
        return {}
    shown = basic(source, world) if world.sees(user, source) else None
    return {"forked_from_project": shown, "mr_default_target_self": False}


def with_access(project: Project, world: World, user: User) -> Json:
    """What a known reader is told, with their own rights."""
    own = project.members.get(user.id)
    above = max(each.members.get(user.id, 0) for each in project.namespace.above())
    access = {
        "project_access": own and {"access_level": own, "notification_level": 3},
        "group_access": (above and {"access_level": above, "notification_level": 3}) or None,
    }
    if project.namespace.owner is user:
        access["project_access"] = {"access_level": 50, "notification_level": 3}
    return {**full(project, world, user), "permissions": access}


# --- Commits ----------------------------------------------------------------------------------


def commit(each: pygit2.Commit, project: Project, world: World) -> Json:
    sha = str(each.id)
    return {
        "id": sha,
        "short_id": sha[:8],
        "created_at": git_instant(each.committer),
        "parent_ids": [str(parent) for parent in each.parent_ids],
        "title": each.message.partition("\n")[0],
        "message": each.message,
        "author_name": each.author.name,
        "author_email": each.author.email,
        "authored_date": git_instant(each.author),
        "committer_name": each.committer.name,
        "committer_email": each.committer.email,
        "committed_date": git_instant(each.committer),
        "trailers": {},
        "extended_trailers": {},
        "web_url": f"{world.url}/{project.full_path}/-/commit/{sha}",
    }


def branch(name: str, project: Project, world: World, user: User | None) -> Json:
    repository = world.repository(project)
    found = repository.branches.local[name].peel(pygit2.Commit)
    default = project.default_branch or ""
    base = git.commit_of(repository, default)
    merged = name != default and base is not None
    developers = name not in project.protected
    return {
        "name": name,
        "commit": commit(found, project, world),
        "merged": merged and git.is_ancestor(repository, str(found.id), str(base and base.id)),
        "protected": name in project.protected,
        "developers_can_push": False,
        "developers_can_merge": False,
        "can_push": not project.archived
        and world.level(user, project) >= (DEVELOPER if developers else MAINTAINER),
        "default": name == default,
        "web_url": f"{world.url}/{project.full_path}/-/tree/{name}",
    }


def change(found: git.Change) -> Json:
    """A file of a diff."""
    delta, text = found.delta, found.text
    start = text.find("@@")
    return {
        "diff": text[start:] if start >= 0 else "",
        "new_path": delta.new_file.path,
        "old_path": delta.old_file.path,
        "a_mode": f"{delta.old_file.mode:o}",
        "b_mode": f"{delta.new_file.mode:o}",
        "new_file": delta.status_char() == "A",
        "renamed_file": delta.status_char() == "R",
        "deleted_file": delta.status_char() == "D",
        "generated_file": False,
        "collapsed": False,
        "too_large": False,
    }
