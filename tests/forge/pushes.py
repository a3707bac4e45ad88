"""What follows when a branch or a tag moves: merge requests, hooks, the default branch."""

from __future__ import annotations

import pygit2

from tests.forge import git, payloads, proposing
from tests.forge.model import Project, User
from tests.forge.world import World


def move_branch(world: World, project: Project, branch: str, sha: str | None, user: User) -> None:
    """Make a branch name a commit; None deletes it, which closes what was proposed from it."""
    repository = world.repository(project)
    ref = f"refs/heads/{branch}"
    before = str(repository.references[ref].target) if ref in repository.references else git.ZEROS
    if sha is None:
        repository.references.delete(ref)
    else:
        git.point(repository, ref, sha)
        if project.default_branch is None:
            project.default_branch = branch
            project.protected = {branch}
    world.touch(project)
    _follow(world, project, branch, user, gone=sha is None)
    sent = payloads.push(world, project, user, ref, before, sha or git.ZEROS)
    world.sent("push", project, sent)


def _follow(world: World, project: Project, branch: str, user: User, *, gone: bool) -> None:
    for mr in list(world.merge_requests.values()):
        if mr.state != "opened":
            continue
        if mr.source is project and mr.source_branch == branch:
            if gone:
                proposing.close(world, mr, user)
            else:
                proposing.pushed(world, mr, user)
        elif mr.target is project and mr.target_branch == branch and not gone:
            proposing.recheck(world, mr)


def move_tag(
    world: World, project: Project, tag: str, sha: str | None, user: User, *, quiet: bool = False
) -> None:
    """Make a tag name a commit; `quiet` when it came with too many others for hooks to be told."""
    repository = world.repository(project)
    ref = f"refs/tags/{tag}"
    before = git.ZEROS
    if ref in repository.references:
        before = str(repository.references[ref].peel(pygit2.Commit).id)
    if sha is None:
        repository.references.delete(ref)
    else:
        git.point(repository, ref, sha)
    world.touch(project)
    if not quiet:
        sent = payloads.push(world, project, user, ref, before, sha or git.ZEROS)
        world.sent("tag_push", project, sent)
