"""What a merge request changes: commits, diffs, versions, events, approvals."""

from __future__ import annotations

from typing import Any

import pygit2

from tests.forge import git, proposing, show
from tests.forge.api.mergerequests import found
from tests.forge.call import Answer, Call, Refusal, missing
from tests.forge.model import MergeRequest, Version
from tests.forge.showing import changes_of, whole


def commits(call: Call) -> Answer:
    mr = found(call)
    rows = _between(call, mr, mr.versions[-1]) if mr.versions else []
    return call.page(rows, lambda each: show.commit(each, mr.target, call.world))


def _between(call: Call, mr: MergeRequest, version: Version) -> list[pygit2.Commit]:
    walker = call.world.repository(mr.target).walk(version.head)
    walker.hide(version.base)
    return list(walker)


def diffs(call: Call) -> Answer:
    mr = found(call)
    call.ignore("unidiff")
    return call.page(changes_of(mr, call.world), show.change)


def changes(call: Call) -> Answer:
    mr = found(call)
    call.ignore("unidiff", "access_raw_diffs")
    rows = [show.change(patch) for patch in changes_of(mr, call.world)]
    return Answer(200, {**whole(mr, call.world, call.user), "changes": rows, "overflow": False})


def versions(call: Call) -> Answer:
    mr = found(call)
    return call.page(mr.versions[::-1], lambda version: _version(version, mr))


def _version(version: Version, mr: MergeRequest) -> dict[str, Any]:
    return {
        "id": version.id,
        "head_commit_sha": version.head,
        "base_commit_sha": version.base,
        "start_commit_sha": version.start,
        "created_at": show.instant(version.created),
        "merge_request_id": mr.id,
        "state": "collected",
        "real_size": "1",
        "patch_id_sha": None,
    }


def one_version(call: Call) -> Answer:
    mr = found(call)
    call.ignore("unidiff")
    wanted = call.path["version_id"]
    version = next((each for each in mr.versions if str(each.id) == wanted), None)
    if version is None:
        raise missing("Merge Request Version")
    repository = call.world.repository(mr.target)
    patches = git.diff(repository, version.base, version.head)
    made_of = _between(call, mr, version)
    return Answer(
        200,
        {
            **_version(version, mr),
            "commits": [show.commit(each, mr.target, call.world) for each in made_of],
            "diffs": [show.change(patch) for patch in patches],
        },
    )


def participants(call: Call) -> Answer:
    mr = found(call)
    people = dict.fromkeys([mr.author, *mr.assignees, *(note.author for note in mr.notes)])
    return call.page(list(people), lambda user: show.person(user, call.world))


def state_events(call: Call) -> Answer:
    mr = found(call)
    return call.page(mr.events, lambda event: _event(event, call, mr))


def _event(event: dict[str, Any], call: Call, mr: MergeRequest) -> dict[str, Any]:
    return {
        "id": event["id"],
        "user": show.person(event["user"], call.world),
        "created_at": show.instant(event["when"]),
        "resource_type": "MergeRequest",
        "resource_id": mr.id,
        "state": event["state"],
    }


def merge_ref(call: Call) -> Answer:
    mr = found(call)
    proposing.settle(call.world, mr)
    if mr.merge_status != "can_be_merged":
        raise Refusal(400, "Merge request is not mergeable")
    return Answer(200, {"commit_id": mr.sha})


def pipelines(call: Call) -> Answer:
    """None ever runs here; statuses are under their commit."""
    found(call)
    return call.page([], dict)


_ONE = "/projects/{id}/merge_requests/{merge_request_iid}"
ROUTES = {
    ("GET", f"{_ONE}/commits"): commits,
    ("GET", f"{_ONE}/diffs"): diffs,
    ("GET", f"{_ONE}/changes"): changes,
    ("GET", f"{_ONE}/versions"): versions,
    ("GET", f"{_ONE}/versions/{{version_id}}"): one_version,
    ("GET", f"{_ONE}/participants"): participants,
    ("GET", f"{_ONE}/merge_ref"): merge_ref,
    ("GET", f"{_ONE}/pipelines"): pipelines,
    (
        "GET",
        "/projects/{id}/merge_requests/{eventable_id}/resource_state_events",
    ): state_events,
}
