"""Merge requests: lists, one of them, opened, changed, merged.

https://docs.gitlab.com/api/merge_requests/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.forge import git, merging, payloads, proposing, quickactions, showing
from tests.forge.call import Answer, Call, Refusal, forbidden, missing, unauthorized
from tests.forge.model import DEVELOPER, MergeRequest, Project

UNUSED = ("view", "with_labels_details", "with_merge_status_recheck", "render_html")


def list_everywhere(call: Call) -> Answer:
    user = call.user
    scope = call.arg("scope", "created_by_me")
    if user is None and scope != "all":
        raise unauthorized()
    rows = [mr for mr in call.world.merge_requests.values() if call.world.sees(user, mr.target)]
    if scope == "created_by_me":
        rows = [mr for mr in rows if mr.author is user]
    if scope == "assigned_to_me":
        rows = [mr for mr in rows if user in mr.assignees]
    return _listed(call, rows)


def list_of_group(call: Call) -> Answer:
    group = call.group()
    call.ignore("scope")
    inside = [
        mr for mr in call.world.merge_requests.values() if group in mr.target.namespace.above()
    ]
    return _listed(call, [mr for mr in inside if call.world.sees(call.user, mr.target)])


def list_of_project(call: Call) -> Answer:
    call.ignore("scope")
    return _listed(call, call.project("merge_requests").merge_requests.values())


def list_of_commit(call: Call) -> Answer:
    project, sha = call.project("repository"), call.path["sha"]
    rows = [
        mr
        for mr in project.merge_requests.values()
        if sha in (mr.merge_commit, *(version.head for version in mr.versions))
    ]
    return call.page(rows, lambda mr: showing.row(mr, call.world))


def _listed(call: Call, projects: Iterable[MergeRequest]) -> Answer:
    call.ignore(*UNUSED)
    wanted = _conditions(call)
    rows = [mr for mr in projects if wanted(mr)]
    by = call.arg("order_by", "created_at")
    falling = call.arg("sort", "desc") != "asc"
    rows.sort(
        key=lambda mr: (mr.updated if by == "updated_at" else mr.created, mr.id), reverse=falling
    )
    return call.page(rows, lambda mr: showing.row(mr, call.world))


def _conditions(call: Call) -> Callable[[MergeRequest], bool]:
    """What the query asks of a merge request; read even where there is none."""
    since, until = call.when("updated_after"), call.when("updated_before")
    made_since, made_until = call.when("created_after"), call.when("created_before")
    text, labels = call.arg("search").lower(), {*call.words("labels")}
    author, username = call.count("author_id", 0), call.arg("author_username")
    in_text = call.arg("in", "title,description").split(",")
    state, numbers = call.arg("state", "all"), call.words("iids")
    from_branch, to_branch = call.arg("source_branch"), call.arg("target_branch")
    source = call.count("source_project_id", 0)

    def holds(mr: MergeRequest) -> bool:
        return (
            state in ("all", mr.state)
            and from_branch in ("", mr.source_branch)
            and to_branch in ("", mr.target_branch)
            and author in (0, mr.author.id)
            and username in ("", mr.author.username)
            and labels <= {*mr.labels}
            and text in "\n".join(getattr(mr, name) or "" for name in in_text).lower()
            and (since is None or mr.updated > since)
            and (until is None or mr.updated < until)
            and (made_since is None or mr.created > made_since)
            and (made_until is None or mr.created < made_until)
            and (not source or (mr.source is not None and mr.source.id == source))
            and (not numbers or str(mr.iid) in numbers)
        )

    return holds


def found(call: Call, *, writes: bool = False) -> MergeRequest:
    """The merge request that the address names."""
    project = call.project("merge_requests", writes=writes)
    number = next(call.path[name] for name in NUMBERS if name in call.path)
    mr = project.merge_requests.get(int(number)) if number.isdigit() else None
    if mr is None:
        raise Refusal(404, "404 Not found")
    return mr


NUMBERS = ("merge_request_iid", "noteable_id", "eventable_id")


def one(call: Call) -> Answer:
    mr = found(call)
    call.ignore(*UNUSED, "include_diverged_commits_count", "include_rebase_in_progress")
    proposing.look(call.world, mr)
    return Answer(200, showing.whole(mr, call.world, call.user))


# --- Writing


def create(call: Call) -> Answer:
    source, user = call.project("merge_requests", writes=True), call.me
    target = _target(call, source)
    branches = (call.given("source_branch"), call.given("target_branch"))
    _check_new(call, source, target, *branches)
    mr = proposing.open_one(
        call.world,
        source=source,
        target=target,
        source_branch=branches[0],
        target_branch=branches[1],
        title=call.given("title"),
        description="",
        author=user,
    )
    mr.remove_source_branch = call.given("remove_source_branch")
    mr.allow_collaboration = bool(
        call.given("allow_collaboration", call.given("allow_maintainer_to_push"))
    )
    _change(call, mr)
    _tell(call, mr, "open")
    return Answer(201, showing.whole(mr, call.world, user))


def _target(call: Call, source: Project) -> Project:
    number = call.given("target_project_id", source.id)
    target = call.world.project(number)
    if target is None or not call.world.sees(call.user, target):
        raise missing("Project")
    return target


def _check_new(
    call: Call, source: Project, target: Project, source_branch: str, target_branch: str
) -> None:
    world, user = call.world, call.me
    if target.archived or not world.may_use(user, target, "merge_requests"):
        raise forbidden()
    if world.level(user, source) < DEVELOPER:
        raise forbidden()
    if source is not target and source.fork_of is not target:
        raise Refusal(422, ["Source project is not a fork of the target project"])
    if source is target and source_branch == target_branch:
        raise Refusal(422, ["You can't use same project/branch for source and target"])
    if source_branch not in git.branches(world.repository(source)):
        raise Refusal(400, {"source_branch": ["does not exist"]})
    if target_branch not in git.branches(world.repository(target)):
        raise Refusal(400, {"target_branch": ["does not exist"]})
    other = proposing.duplicate(world, source, target, (source_branch, target_branch))
    if other is not None:
        text = "Another open merge request already exists for this source branch: !"
        raise Refusal(409, [f"{text}{other}"])


def edit(call: Call) -> Answer:
    mr, user = found(call, writes=True), call.me
    if mr.author is not user and call.world.level(user, mr.target) < DEVELOPER:
        raise forbidden()
    event = call.given("state_event")
    if event == "close":
        proposing.close(call.world, mr, user)
    elif event == "reopen":
        _reopen(call, mr)
    _change(call, mr)
    mr.updated = call.world.now()
    if event is None:
        _tell(call, mr, "update")
    return Answer(200, showing.whole(mr, call.world, user))


def _reopen(call: Call, mr: MergeRequest) -> None:
    branches = (mr.source_branch, mr.target_branch)
    gone = mr.source is None or mr.source_branch not in git.branches(
        call.world.repository(mr.source)
    )
    if gone or (mr.source and proposing.duplicate(call.world, mr.source, mr.target, branches)):
        raise Refusal(422, {"base": ["Merge request cannot be reopened"]})
    proposing.reopen(call.world, mr, call.me)


def _change(call: Call, mr: MergeRequest) -> None:
    mr.title = call.given("title") or mr.title
    mr.target_branch = call.given("target_branch") or mr.target_branch
    if call.given("description") is not None:
        text, _ = quickactions.obey(call.world, mr, call.me, call.given("description"))
        mr.description = text
        quickactions.remember_mentions(call.world, call.me, mr, text)
    if call.given("labels") is not None:
        mr.labels = quickactions.words(call.given("labels"))
    added = quickactions.words(call.given("add_labels") or [])
    removed = quickactions.words(call.given("remove_labels") or [])
    mr.labels = [name for name in dict.fromkeys([*mr.labels, *added]) if name not in removed]
    for name in ("assignee_ids", "reviewer_ids"):
        numbers = call.given(name)
        if numbers is not None:
            people = [call.world.users[each] for each in numbers if each in call.world.users]
            setattr(mr, name.replace("_ids", "s"), people)
    if call.given("discussion_locked") is not None:
        mr.locked = call.given("discussion_locked")
    call.ignore("squash", "remove_source_branch")


def _tell(call: Call, mr: MergeRequest, action: str) -> None:
    sent = payloads.merge_request(call.world, mr, call.me, action)
    call.world.sent("merge_request", mr.target, sent)


def merge(call: Call) -> Answer:
    mr = found(call)
    if call.user is None:
        raise unauthorized()
    merging.merge(
        call.world,
        mr,
        call.user,
        sha=call.given("sha") or "",
        message=call.given("merge_commit_message") or "",
        remove_source=_boolean(call.given("should_remove_source_branch")),
    )
    call.ignore("squash", "auto_merge", "merge_when_pipeline_succeeds")
    return Answer(200, showing.whole(mr, call.world, call.user))


def _boolean(value: object) -> bool | None:
    return None if value is None else str(value).lower() == "true"


ROUTES = {
    ("GET", "/merge_requests"): list_everywhere,
    ("GET", "/groups/{id}/merge_requests"): list_of_group,
    ("GET", "/projects/{id}/merge_requests"): list_of_project,
    ("POST", "/projects/{id}/merge_requests"): create,
    ("GET", "/projects/{id}/merge_requests/{merge_request_iid}"): one,
    ("PUT", "/projects/{id}/merge_requests/{merge_request_iid}"): edit,
    ("PUT", "/projects/{id}/merge_requests/{merge_request_iid}/merge"): merge,
    ("GET", "/projects/{id}/repository/commits/{sha}/merge_requests"): list_of_commit,
}
