"""The verdicts of checks on commits. https://docs.gitlab.com/api/commits/#commit-status"""

from __future__ import annotations

from typing import Any

from tests.forge import git, payloads, show
from tests.forge.call import Answer, Call, Refusal
from tests.forge.model import DEVELOPER, Project, Status
from tests.forge.world import World

BUSY = ("pending", "running")
EVENTS = {
    "pending": "enqueue",
    "running": "run",
    "success": "success",
    "failed": "drop",
    "canceled": "cancel",
    "skipped": "skip",
}


def of_commit(call: Call) -> Answer:
    project = call.project("repository")
    ref, name, call_all = call.arg("ref"), call.arg("name"), call.flag("all")
    call.ignore("stage", "pipeline_id", "order_by", "sort")
    rows = [
        each
        for each in project.statuses
        if each.sha == call.path["sha"] and ref in ("", each.ref) and name in ("", each.name)
    ]
    if not call_all:
        rows = list({(each.name, each.ref): each for each in rows}.values())
    return call.page(rows, lambda each: shown(each, call.world))


def create(call: Call) -> Answer:
    project = call.project("repository", level=DEVELOPER, writes=True)
    sha, state = call.path["sha"], call.given("state")
    found = git.commit_of(call.world.repository(project), sha)
    if found is None or not call.world.may_use(call.user, project, "repository"):
        raise Refusal(404, "404 Commit Not Found")
    sha = str(found.id)
    name = call.given("name") or call.given("context") or "default"
    ref = call.given("ref") or git.branch_with(call.world.repository(project), sha)
    if ref is None:
        raise Refusal(404, "404 References for commit Not Found")
    status = _status(call, project, sha, ref, name)
    _move(status, state, call)
    for field in ("description", "target_url", "coverage"):
        if call.given(field) is not None:
            setattr(status, field, call.given(field))
    status.pipeline = call.given("pipeline_id") or status.pipeline
    if state not in BUSY:
        call.world.sent("pipeline", project, payloads.pipeline(call.world, project, status))
    return Answer(201, shown(status, call.world))


def pipelines(call: Call) -> Answer:
    """The pipelines of a project: here, those that statuses from outside made."""
    project, sha = call.project("repository"), call.arg("sha")
    rows = {each.pipeline: each for each in project.statuses if sha in ("", each.sha)}
    newest = sorted(rows.items(), reverse=True)
    return call.page(newest, lambda row: _pipeline(*row, project, call.world))


def _pipeline(number: int, status: Status, project: Project, world: World) -> dict[str, Any]:
    return {
        "id": number,
        "iid": number,
        "project_id": project.id,
        "sha": status.sha,
        "ref": status.ref,
        "status": status.state,
        "source": "external",
        "created_at": show.instant(status.created),
        "updated_at": show.instant(status.finished or status.created),
        "web_url": f"{world.url}/{project.full_path}/-/pipelines/{number}",
    }


def _status(call: Call, project: Project, sha: str, ref: str, name: str) -> Status:
    """The one that stands, unless it is over: a check that runs again is a new one."""
    standing = [
        each for each in project.statuses if (each.sha, each.ref, each.name) == (sha, ref, name)
    ]
    if standing and standing[-1].state in BUSY:
        return standing[-1]
    number = call.world.number("status")
    made = Status(number, sha, ref, name, "created", call.me, call.world.now())
    made.pipeline = standing[-1].pipeline if standing else call.world.number("pipeline")
    project.statuses.append(made)
    return made


def _move(status: Status, state: str, call: Call) -> None:
    back = status.state == "running" and state == "pending"
    if status.state == state or back:
        event = EVENTS[state]
        text = f"Cannot transition status via :{event} from :{status.state}"
        raise Refusal(400, f'{text} (Reason(s): Status cannot transition via "{event}")')
    status.state = state
    if state == "running":
        status.started = call.world.now()
    if state not in BUSY:
        status.finished = call.world.now()


def shown(status: Status, world: World) -> dict[str, Any]:
    return {
        "id": status.id,
        "sha": status.sha,
        "ref": status.ref,
        "status": status.state,
        "name": status.name,
        "target_url": status.target_url,
        "description": status.description,
        "created_at": show.instant(status.created),
        "started_at": show.instant(status.started),
        "finished_at": show.instant(status.finished),
        "allow_failure": False,
        "coverage": status.coverage,
        "pipeline_id": status.pipeline,
        "author": show.person(status.author, world),
    }


ROUTES = {
    ("GET", "/projects/{id}/repository/commits/{sha}/statuses"): of_commit,
    ("GET", "/projects/{id}/pipelines"): pipelines,
    ("POST", "/projects/{id}/statuses/{sha}"): create,
}
