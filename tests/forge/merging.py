"""Merging: the commit is git's own, and so are the conflicts."""

from __future__ import annotations

from tests.forge import git, payloads, proposing, pushes
from tests.forge.call import Refusal
from tests.forge.model import MergeRequest, User
from tests.forge.world import World


def may_merge(world: World, mr: MergeRequest, user: User | None) -> bool:
    return (
        user is not None
        and not mr.target.archived
        and world.may_push(user, mr.target, mr.target_branch)
    )


def merge(
    world: World,
    mr: MergeRequest,
    user: User,
    *,
    message: str = "",
    sha: str = "",
    remove_source: bool | None = None,
) -> None:
    """Merge it. Raises the refusals of the API."""
    if not may_merge(world, mr, user):
        raise Refusal(401, "401 Unauthorized")
    if mr.merge_status == "checking":
        proposing.check(world, mr)
    if proposing.detailed_status(mr) != "mergeable" or mr.sha is None:
        raise Refusal(405, "405 Method Not Allowed")
    if sha and sha != mr.sha:
        raise Refusal(409, f"SHA does not match HEAD of source branch: {mr.sha}")
    merged = _commit(world, mr, user, message)
    mr.state, mr.merge_commit = "merged", merged
    mr.merged_by, mr.merged = user, world.now()
    proposing.note_event(world, mr, user, "merged")
    pushes.move_branch(world, mr.target, mr.target_branch, merged, user)
    world.sent("merge_request", mr.target, payloads.merge_request(world, mr, user, "merge"))
    wanted = mr.remove_source_branch if remove_source is None else remove_source
    if wanted and mr.source and mr.source_branch not in mr.source.protected:
        pushes.move_branch(world, mr.source, mr.source_branch, None, user)


def _commit(world: World, mr: MergeRequest, user: User, message: str) -> str:
    repository = world.repository(mr.target)
    into = str(repository.references[f"refs/heads/{mr.target_branch}"].target)
    text = message or (
        f"Merge branch '{mr.source_branch}' into '{mr.target_branch}'\n\n{mr.title}\n\n"
        f"See merge request {mr.target.full_path}!{mr.iid}"
    )
    author = git.Person(name=user.name, email=user.email)
    made = git.write_merge(
        repository,
        into=into,
        head=str(mr.sha),
        message=text,
        author=author,
        when=world.now(),
    )
    if made is None:
        raise Refusal(422, "Branch cannot be merged")
    return made
