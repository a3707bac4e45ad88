"""What GitLab answers, turned into our words. Pure: JSON in, dataclasses out.

Keys that an answer lacks, since an anonymous reader is told less, become None: not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from metadata.project import Package, Project, Release

from .forge import Badge, FileChange, MergeRequest, Note, Status, User, Versions

Json = Mapping[str, Any]

#: GitLab itself takes no description longer than this.
LONGEST = 2000


def project(said: Json) -> Project:
    """https://docs.gitlab.com/api/projects/"""
    parent = said.get("forked_from_project") or {}
    licence = said.get("license") or {}
    return Project(
        id=said["id"],
        path=said["path_with_namespace"],
        name=whole(said.get("name") or ""),
        url=said.get("web_url") or "",
        description=whole(said.get("description") or "")[:LONGEST],
        topics=tuple(map(whole, said.get("topics") or said.get("tag_list") or ())),
        default_branch="" if said.get("empty_repo") else said.get("default_branch") or "",
        visibility=said.get("visibility") or "",
        archived=said.get("archived"),
        fork_of=parent.get("id"),
        created=moment(said.get("created_at")),
        updated=moment(said.get("updated_at")),
        active=moment(said.get("last_activity_at")),
        avatar=said.get("avatar_url") or "",
        stars=said.get("star_count") or 0,
        open_issues=said.get("open_issues_count"),
        issues=_is_open(said, "issues_access_level", "issues_enabled"),
        merge_requests=_is_open(said, "merge_requests_access_level", "merge_requests_enabled"),
        licence=licence.get("key") or "",
    )


def whole(text: str) -> str:
    """The text without half characters, which JSON can carry and no file can."""
    return text.encode(errors="replace").decode()


def _is_open(said: Json, level: str, flag: str) -> bool | None:
    if level in said:
        return bool(said[level] != "disabled")
    return said.get(flag)


def moment(text: str | None) -> datetime | None:
    """A date of the API, ISO 8601 with a zone, in UTC; None for one that is none.

    People date releases themselves, of the year 1 or 10000 if they like.
    """
    try:
        found = datetime.fromisoformat(text or "")
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def release(said: Json) -> Release:
    links = (said.get("assets") or {}).get("links") or ()
    return Release(
        tag=said.get("tag_name") or "",  # only told to those who may read the code
        name=said.get("name") or "",
        date=moment(said.get("released_at")),
        links=tuple((link["name"], link.get("direct_asset_url") or link["url"]) for link in links),
    )


def package(said: Json, base: str) -> Package:
    path = (said.get("_links") or {}).get("web_path") or ""
    return Package(
        name=said["name"],
        version=said.get("version") or "",
        kind=said.get("package_type") or "",
        url=f"{base}{path}" if path else "",
    )


def user(said: Json) -> User:
    return User(
        id=said["id"],
        username=said["username"],
        name=said.get("name") or "",
        email=said.get("commit_email") or said.get("email") or "",
    )


def merge_request(said: Json) -> MergeRequest:
    """https://docs.gitlab.com/api/merge_requests/"""
    return MergeRequest(
        project=said.get("target_project_id") or said["project_id"],
        iid=said["iid"],
        title=said["title"],
        state=said["state"],
        source_branch=said["source_branch"],
        target_branch=said["target_branch"],
        source_project=said.get("source_project_id"),
        author=(said.get("author") or {}).get("id", 0),
        description=said.get("description") or "",
        labels=tuple(said.get("labels") or ()),
        created=moment(said.get("created_at")),
        updated=moment(said.get("updated_at")),
        closed=moment(said.get("closed_at")),
        merged=moment(said.get("merged_at")),
        sha=said.get("sha") or "",
        url=said.get("web_url") or "",
    )


def versions(said: Json) -> Versions | None:
    """The newest version of a merge request, once the forge has made it."""
    if not said.get("head_commit_sha"):
        return None
    return Versions(
        base=said["base_commit_sha"], start=said["start_commit_sha"], head=said["head_commit_sha"]
    )


def change(said: Json) -> FileChange:
    return FileChange(
        path=said["new_path"],
        added=frozenset(added_lines(said.get("diff") or "")),
        deleted=bool(said.get("deleted_file")),
    )


HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


def added_lines(diff: str) -> Iterator[int]:
    """The numbers, on the new side, of the lines that a unified diff adds."""
    number = 0
    for line in diff.split("\n"):
        if match := HUNK.match(line):
            number = int(match[1])
        elif line.startswith("+"):
            yield number
            number += 1
        elif line.startswith(" ") or not line:
            number += 1


def notes(discussion: Json) -> Iterator[Note]:
    """The comments of one thread. https://docs.gitlab.com/api/discussions/"""
    for said in discussion["notes"]:
        position = said.get("position") or {}
        yield Note(
            id=said["id"],
            author=said["author"]["id"],
            body=said["body"],
            system=bool(said.get("system")),
            created=moment(said.get("created_at")),
            discussion=discussion["id"],
            path=position.get("new_path") or "",
            line=position.get("new_line"),
            resolved=bool(said.get("resolved")),
        )


def status(said: Json) -> Status:
    return Status(
        name=said["name"],
        state=said["status"],
        description=said.get("description") or "",
        url=said.get("target_url") or "",
    )


def badge(said: Json) -> Badge:
    return Badge(
        id=said["id"],
        name=said.get("name") or "",
        link=said.get("link_url") or "",
        image=said.get("image_url") or "",
    )
