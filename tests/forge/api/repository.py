"""The code of a project, read: trees, files, blobs, archives, comparisons.

https://docs.gitlab.com/api/repositories/ and /api/repository_files/
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pygit2

from tests.forge import git, show
from tests.forge.call import Answer, Call, Refusal, missing
from tests.forge.model import Project


def head_of(call: Call, ref: str, *, absent: str = "Commit") -> tuple[Project, pygit2.Commit]:
    """The commit that a ref means in the project asked for."""
    project = call.project("repository")
    name = ref if ref and ref != "HEAD" else project.default_branch
    found = git.commit_of(call.world.repository(project), name) if name else None
    if found is None:
        raise missing(absent)
    return project, found


def tree(call: Call) -> Answer:
    _, head = head_of(call, call.arg("ref"), absent="Tree")
    path = call.arg("path").strip("/")
    folder = git.entry(head, path)
    if not isinstance(folder, pygit2.Tree):
        raise missing("Tree")
    prefix = f"{path}/" if path else ""
    rows = list(git.walk(folder, prefix, deep=bool(call.flag("recursive"))))
    if call.arg("pagination") != "keyset":
        return call.page(rows, dict)
    token = call.arg("page_token")  # Gitaly's, opaque: a path, since two files may be alike
    start = next((at for at, row in enumerate(rows, 1) if _token(row["path"]) == token), 0)
    page = rows[start : start + call.size()]
    more = {"page_token": _token(page[-1]["path"])} if start + len(page) < len(rows) else {}
    return call.keyset(page, dict, **more)


def _token(path: str) -> str:
    return base64.urlsafe_b64encode(path.encode()).decode()


def file(call: Call) -> Answer:
    facts, payload = _file(call)
    content = base64.b64encode(payload).decode()
    return Answer(200, {**facts, "content": content}, _headers(facts))


def file_head(call: Call) -> Answer:
    facts, _ = _file(call)
    return Answer(200, b"", _headers(facts))


def file_raw(call: Call) -> Answer:
    call.ignore("lfs")
    facts, payload = _file(call)
    plain = {**_headers(facts), "Content-Type": "text/plain; charset=utf-8"}
    return Answer(200, payload, plain)


def _file(call: Call) -> tuple[dict[str, Any], bytes]:
    path = call.path["file_path"]
    ref = call.arg("ref")
    if not ref and not call.route.endswith("/raw"):
        raise Refusal(400, {"error": "ref is missing, ref is empty"})
    project, head = head_of(call, ref)
    blob = git.entry(head, path)
    if not isinstance(blob, pygit2.Blob):
        raise missing("File")
    repository = call.world.repository(project)
    return {
        "file_name": path.rpartition("/")[2],
        "file_path": path,
        "size": blob.size,
        "encoding": "base64",
        "content_sha256": hashlib.sha256(blob.data).hexdigest(),
        "ref": ref or "HEAD",
        "blob_id": str(blob.id),
        "commit_id": str(head.id),
        "last_commit_id": git.last_commit(head, repository, path),
        "execute_filemode": head.tree[path].filemode == 0o100755,
    }, blob.data


def _headers(facts: dict[str, Any]) -> dict[str, str]:
    return {
        "X-Gitlab-" + "-".join(word.capitalize() for word in name.split("_")): str(value).lower()
        if isinstance(value, bool)
        else str(value)
        for name, value in facts.items()
    }


def blob(call: Call) -> Answer:
    found = _blob(call)
    content = base64.b64encode(found.data).decode()
    sha = call.path["sha"]
    return Answer(200, {"size": found.size, "encoding": "base64", "content": content, "sha": sha})


def blob_raw(call: Call) -> Answer:
    return Answer(200, _blob(call).data, {"Content-Type": "application/octet-stream"})


def _blob(call: Call) -> pygit2.Blob:
    project = call.project("repository")
    try:
        found = call.world.repository(project).get(call.path["sha"])
    except ValueError:
        found = None
    if not isinstance(found, pygit2.Blob):
        raise missing("Blob")
    return found


def archive(call: Call) -> Answer:
    """Always a zip, whatever was asked: nobody here opens the other kinds."""
    project, head = head_of(call, call.arg("sha"), absent="File")
    call.ignore("include_lfs_blobs")
    inside = call.arg("path").strip("/")
    name = f"{project.path}-{str(head.id)[:8]}"
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        for each in git.walk(head.tree, deep=True):
            if each["type"] == "blob" and each["path"].startswith(inside):
                payload = git.bytes_of(call.world.repository(project), each["id"])
                file.writestr(f"{name}/{each['path']}", payload)
    disposition = f'attachment; filename="{name}.zip"'
    headers = {"Content-Type": "application/zip", "Content-Disposition": disposition}
    return Answer(200, kept.getvalue(), headers)


def compare(call: Call) -> Answer:
    project, old = head_of(call, call.arg("from"), absent="Ref")
    _, new = head_of(call, call.arg("to"), absent="Ref")
    repository, world = call.world.repository(project), call.world
    base = (
        str(old.id)
        if call.flag("straight")
        else git.merge_base(repository, str(old.id), str(new.id))
    )
    known = {each.id for each in git.log(old, repository)}
    between = [each for each in git.log(new, repository) if each.id not in known][::-1]
    changes = git.diff(repository, base, str(new.id))
    return Answer(
        200,
        {
            "commit": show.commit(between[-1], project, world) if between else None,
            "commits": [show.commit(each, project, world) for each in between],
            "diffs": [show.change(patch) for patch in changes],
            "compare_timeout": False,
            "compare_same_ref": old.id == new.id,
            "web_url": f"{world.url}/{project.full_path}/-/compare/{old.id}...{new.id}",
        },
    )


def merge_base(call: Call) -> Answer:
    project = call.project("repository")
    found = [head_of(call, ref, absent="Ref")[1] for ref in call.words("refs")]
    if len(found) < 2:
        raise Refusal(400, {"error": "Provide at least 2 refs"})
    repository = call.world.repository(project)
    base = git.merge_base(repository, str(found[0].id), str(found[1].id))
    if base is None:
        raise missing("Merge Base")
    return Answer(200, show.commit(repository[base].peel(pygit2.Commit), project, call.world))


def contributors(call: Call) -> Answer:
    project, head = head_of(call, call.arg("ref"), absent="Repository")
    call.ignore("order_by")
    log: Iterable[pygit2.Commit] = git.log(head, call.world.repository(project))
    counted = Counter((each.author.name, each.author.email) for each in log)
    falling = call.arg("sort", "asc") == "desc"
    rows = sorted(counted.items(), key=lambda row: (row[1], row[0]), reverse=falling)
    return call.page(rows, lambda row: _contributor(*row[0], row[1]))


def _contributor(name: str, email: str, commits: int) -> dict[str, Any]:
    return {"name": name, "email": email, "commits": commits, "additions": 0, "deletions": 0}


ROUTES = {
    ("GET", "/projects/{id}/repository/tree"): tree,
    ("GET", "/projects/{id}/repository/files/{file_path}"): file,
    ("HEAD", "/projects/{id}/repository/files/{file_path}"): file_head,
    ("GET", "/projects/{id}/repository/files/{file_path}/raw"): file_raw,
    ("GET", "/projects/{id}/repository/blobs/{sha}"): blob,
    ("GET", "/projects/{id}/repository/blobs/{sha}/raw"): blob_raw,
    ("GET", "/projects/{id}/repository/archive"): archive,
    ("GET", "/projects/{id}/repository/archive.zip"): archive,
    ("GET", "/projects/{id}/repository/compare"): compare,
    ("GET", "/projects/{id}/repository/merge_base"): merge_base,
    ("GET", "/projects/{id}/repository/contributors"): contributors,
}
