"""Branches and tags. https://docs.gitlab.com/api/branches/ and /api/tags/"""

from __future__ import annotations

from typing import Any

import pygit2

from tests.forge import git, pushes, show
from tests.forge.api.repository import head_of
from tests.forge.call import Answer, Call, Refusal, missing
from tests.forge.model import DEVELOPER, MAINTAINER, Project


def branches(call: Call) -> Answer:
    project = call.project("repository")
    text = call.arg("search")
    rows = [each for each in git.branches(call.world.repository(project)) if text in each]
    return call.page(rows, lambda name: show.branch(name, project, call.world, call.user))


def one_branch(call: Call) -> Answer:
    project, name = _branch(call)
    return Answer(200, show.branch(name, project, call.world, call.user))


def branch_head(call: Call) -> Answer:
    _branch(call)
    return Answer(204)


def _branch(call: Call, **rights: Any) -> tuple[Project, str]:
    project, name = call.project("repository", **rights), call.path["branch"]
    if name not in git.branches(call.world.repository(project)):
        raise missing("Branch")
    return project, name


def create_branch(call: Call) -> Answer:
    project = call.project("repository", level=DEVELOPER, writes=True)
    name, ref = call.given("branch"), call.given("ref")
    repository = call.world.repository(project)
    found = git.commit_of(repository, ref)
    if name in git.branches(repository):
        raise Refusal(400, "Branch already exists")
    if found is None:
        raise Refusal(400, "Invalid reference name: " + str(ref))
    pushes.move_branch(call.world, project, name, str(found.id), call.me)
    return Answer(201, show.branch(name, project, call.world, call.user))


def delete_branch(call: Call) -> Answer:
    project, name = _branch(call, level=DEVELOPER, writes=True)
    if name == project.default_branch:
        raise Refusal(400, "Cannot remove HEAD branch")
    if name in project.protected:
        raise Refusal(403, "Protected branch cannot be deleted")
    pushes.move_branch(call.world, project, name, None, call.me)
    return Answer(204)


def protected_branches(call: Call) -> Answer:
    project = call.project("repository", level=DEVELOPER)
    rows = sorted(project.protected)
    return call.page(rows, lambda name: _protected(rows.index(name) + 1, name))


def _protected(number: int, name: str) -> dict[str, Any]:
    level = {
        "id": number,
        "access_level": MAINTAINER,
        "access_level_description": "Maintainers",
    }
    return {
        "id": number,
        "name": name,
        "push_access_levels": [level],
        "merge_access_levels": [level],
        "allow_force_push": False,
    }


def tags(call: Call) -> Answer:
    project = call.project("repository")
    text = call.arg("search")
    call.ignore("order_by", "sort")
    rows = [each for each in git.tags(call.world.repository(project)) if text in each]
    return call.page(rows[::-1], lambda name: _tag(call, project, name))


def one_tag(call: Call) -> Answer:
    project, name = call.project("repository"), call.path["tag_name"]
    if name not in git.tags(call.world.repository(project)):
        raise missing("Tag")
    return Answer(200, _tag(call, project, name))


def create_tag(call: Call) -> Answer:
    project, found = head_of(call, call.given("ref"), absent="Ref")
    call.project("repository", level=DEVELOPER, writes=True)
    name = call.given("tag_name")
    call.ignore("message")
    if name in git.tags(call.world.repository(project)):
        raise Refusal(400, f"Tag {name} already exists")
    pushes.move_tag(call.world, project, name, str(found.id), call.me)
    return Answer(201, _tag(call, project, name))


def _tag(call: Call, project: Project, name: str) -> dict[str, Any]:
    repository = call.world.repository(project)
    found = repository.references[f"refs/tags/{name}"].peel(pygit2.Commit)
    release = project.releases.get(name)
    return {
        "name": name,
        "message": "",
        "target": str(found.id),
        "commit": show.commit(found, project, call.world),
        "release": release and {"tag_name": name, "description": release.description},
        "protected": False,
        "created_at": None,
    }


ROUTES = {
    ("GET", "/projects/{id}/repository/branches"): branches,
    ("POST", "/projects/{id}/repository/branches"): create_branch,
    ("GET", "/projects/{id}/repository/branches/{branch}"): one_branch,
    ("HEAD", "/projects/{id}/repository/branches/{branch}"): branch_head,
    ("DELETE", "/projects/{id}/repository/branches/{branch}"): delete_branch,
    ("GET", "/projects/{id}/protected_branches"): protected_branches,
    ("GET", "/projects/{id}/repository/tags"): tags,
    ("POST", "/projects/{id}/repository/tags"): create_tag,
    ("GET", "/projects/{id}/repository/tags/{tag_name}"): one_tag,
}
