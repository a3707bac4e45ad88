"""The life of a merge request, but for its merging: opened, prepared, checked, pushed to, closed.

The forge prepares and checks in the background; here, each look at it is a step of that work.
"""

from __future__ import annotations

from tests.forge import git, payloads
from tests.forge.model import Discussion, MergeRequest, Note, Project, User, Version
from tests.forge.world import World

HEADS = "refs/merge-requests/{}/head"


def open_one(
    world: World,
    *,
    source: Project,
    target: Project,
    source_branch: str,
    target_branch: str,
    title: str,
    description: str,
    author: User,
) -> MergeRequest:
    now = world.now()
    iid = max(target.merge_requests, default=0) + 1
    mr = MergeRequest(
        world.number("merge request"),
        iid,
        target,
        source,
        source_branch,
        target_branch,
        title,
        description,
        author,
        now,
        now,
        polls=world.polls,
    )
    target.merge_requests[iid] = mr
    world.merge_requests[mr.id] = mr
    world.touch(target)
    return mr


def duplicate(
    world: World, source: Project, target: Project, branches: tuple[str, str]
) -> int | None:
    """The number of the open one between the same branches."""
    for mr in target.merge_requests.values():
        same = mr.source is source and (mr.source_branch, mr.target_branch) == branches
        if same and mr.state == "opened":
            return mr.iid
    return None


def look(world: World, mr: MergeRequest) -> None:
    """Somebody asks how it is: one more step of the work behind."""
    if mr.merge_status not in ("preparing", "checking"):
        return
    mr.polls -= 1
    if mr.polls > 0:
        return
    if mr.merge_status == "preparing":
        prepare(world, mr)
    else:
        check(world, mr)


def settle(world: World, mr: MergeRequest) -> None:
    """Do all the work behind at once."""
    if mr.merge_status == "preparing":
        prepare(world, mr)
    if mr.merge_status == "checking":
        check(world, mr)


def prepare(world: World, mr: MergeRequest) -> None:
    """Bring the branch over and find what changes."""
    if add_version(world, mr):
        recheck(world, mr)


def check(world: World, mr: MergeRequest) -> None:
    """Ask git whether it would conflict."""
    repository = world.repository(mr.target)
    into = git.commit_of(repository, mr.target_branch)
    bad = into is None or mr.sha is None or git.conflicts(repository, str(into.id), mr.sha)
    mr.merge_status = "cannot_be_merged" if bad else "can_be_merged"


def recheck(world: World, mr: MergeRequest) -> None:
    if mr.merge_status != "preparing" or mr.versions:
        mr.merge_status, mr.polls = "checking", world.polls


def add_version(world: World, mr: MergeRequest) -> bool:
    """Note the commits that it is made of now; False when its branch is gone."""
    if mr.source is None:
        return False
    repository = world.repository(mr.target)
    ref = HEADS.format(mr.iid)
    branch = f"refs/heads/{mr.source_branch}"
    if branch not in world.repository(mr.source).references:
        return False
    git.bring(repository, mr.source.folder, branch, ref)
    head = str(repository.references[ref].target)
    start = str(repository.references[f"refs/heads/{mr.target_branch}"].target)
    if not mr.versions or mr.versions[-1].head != head:
        base = git.merge_base(repository, start, head) or start
        mr.versions.append(Version(world.number("version"), base, start, head, world.now()))
    return True


def pushed(world: World, mr: MergeRequest, user: User) -> None:
    """Its branch moved."""
    if mr.merge_status == "preparing" and not mr.versions:
        return
    old = mr.sha
    if add_version(world, mr):
        mr.updated = world.now()
        recheck(world, mr)
        sent = payloads.merge_request(world, mr, user, "update", oldrev=old or "")
        world.sent("merge_request", mr.target, sent)


def close(world: World, mr: MergeRequest, user: User) -> None:
    if mr.state != "opened":
        return
    mr.state, mr.closed_by, mr.closed = "closed", user, world.now()
    _changed(world, mr, user, "close", "closed")


def reopen(world: World, mr: MergeRequest, user: User) -> None:
    if mr.state != "closed":
        return
    mr.state, mr.closed_by, mr.closed = "opened", None, None
    recheck(world, mr)
    _changed(world, mr, user, "reopen", "reopened")


def _changed(world: World, mr: MergeRequest, user: User, action: str, state: str) -> None:
    note_event(world, mr, user, state)
    world.touch(mr.target)
    world.sent("merge_request", mr.target, payloads.merge_request(world, mr, user, action))


def note_event(world: World, mr: MergeRequest, user: User, state: str) -> None:
    """Remember that its state changed, and say so below it."""
    mr.updated = world.now()
    number = world.number("event")
    mr.events.append({"id": number, "user": user, "state": state, "when": world.now()})
    system_note(world, mr, user, state)


def system_note(world: World, mr: MergeRequest, user: User, text: str) -> None:
    add_note(world, mr, user, text, system=True)


def add_note(
    world: World, mr: MergeRequest, user: User, body: str, *, system: bool = False
) -> Note:
    """A comment that is no discussion."""
    note = Note(world.number("note"), user, body, world.now(), world.now(), system=system)
    mr.discussions.append(Discussion(f"{note.id:040x}", [note]))
    if not system:
        mr.updated = world.now()
    return note


def detailed_status(mr: MergeRequest) -> str:
    if mr.state != "opened":
        return "not_open"
    if mr.merge_status in ("preparing", "checking"):
        return mr.merge_status
    if mr.draft:
        return "draft_status"
    if mr.versions and mr.versions[-1].base == mr.versions[-1].head:
        return "commits_status"
    return "mergeable" if mr.merge_status == "can_be_merged" else "conflict"
