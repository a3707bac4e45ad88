"""The copy of a project, made in the background after a fork was asked for."""

from __future__ import annotations

from tests.forge import git
from tests.forge.model import Project
from tests.forge.world import World


def finish(world: World, project: Project) -> None:
    """The copy is done: from now on its code is there."""
    source = project.fork_of
    project.import_status = "finished"
    if source is None or source.default_branch is None:
        return
    copy, original = world.repository(project), world.repository(source)
    for ref in original.references:
        if ref.startswith(("refs/heads/", "refs/tags/")):
            git.point(copy, ref, str(original.references[ref].target))
    project.default_branch = source.default_branch
    project.protected = {source.default_branch}
