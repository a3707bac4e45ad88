"""How the API shows merge requests: as a row of a list, or whole."""

from __future__ import annotations

from typing import Any

from tests.forge import defaults, git, merging, proposing, show
from tests.forge.model import MergeRequest, User
from tests.forge.world import World


def row(mr: MergeRequest, world: World) -> dict[str, Any]:
    people = {
        "author": mr.author,
        "assignee": mr.assignees[0] if mr.assignees else None,
        "merged_by": mr.merged_by,
        "merge_user": mr.merged_by,
        "closed_by": mr.closed_by,
    }
    return {
        **defaults.MERGE_REQUEST,
        "id": mr.id,
        "iid": mr.iid,
        "project_id": mr.target.id,
        "title": mr.title,
        "description": mr.description,
        "state": mr.state,
        "created_at": show.instant(mr.created),
        "updated_at": show.instant(mr.updated),
        "merged_at": show.instant(mr.merged),
        "closed_at": show.instant(mr.closed),
        "prepared_at": show.instant(mr.versions[0].created) if mr.versions else None,
        "target_branch": mr.target_branch,
        "source_branch": mr.source_branch,
        "source_project_id": mr.source.id if mr.source else None,
        "target_project_id": mr.target.id,
        "user_notes_count": sum(not note.system for note in mr.notes),
        **{name: show.person(user, world) for name, user in people.items()},
        "assignees": [show.person(each, world) for each in mr.assignees],
        "reviewers": [show.person(each, world) for each in mr.reviewers],
        "labels": mr.labels,
        "draft": mr.draft,
        "work_in_progress": mr.draft,
        "merge_status": mr.merge_status,
        "detailed_merge_status": proposing.detailed_status(mr),
        "sha": mr.sha,
        "merge_commit_sha": mr.merge_commit,
        "discussion_locked": mr.locked,
        "should_remove_source_branch": None,
        "force_remove_source_branch": mr.remove_source_branch,
        "reference": f"!{mr.iid}",
        "references": {
            "short": f"!{mr.iid}",
            "relative": f"!{mr.iid}",
            "full": f"{mr.target.full_path}!{mr.iid}",
        },
        "web_url": f"{world.url}/{mr.target.full_path}/-/merge_requests/{mr.iid}",
        "has_conflicts": mr.merge_status == "cannot_be_merged",
        "blocking_discussions_resolved": True,
        "allow_collaboration": mr.allow_collaboration,
        "allow_maintainer_to_push": mr.allow_collaboration,
    }


def whole(mr: MergeRequest, world: World, user: User | None) -> dict[str, Any]:
    version = mr.versions[-1] if mr.versions else None
    return {
        **row(mr, world),
        **defaults.ONE_MERGE_REQUEST,
        "changes_count": str(len(changes_of(mr, world))) if version else None,
        "diff_refs": version
        and {"base_sha": version.base, "head_sha": version.head, "start_sha": version.start},
        "user": {"can_merge": merging.may_merge(world, mr, user)},
    }


def changes_of(mr: MergeRequest, world: World) -> list[git.Change]:
    """The files that it changes, as git tells."""
    if not mr.versions:
        return []
    version = mr.versions[-1]
    return git.diff(world.repository(mr.target), version.base, version.head)
