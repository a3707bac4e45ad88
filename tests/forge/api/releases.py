"""Releases and the packages of the registry. https://docs.gitlab.com/api/releases/"""

from __future__ import annotations

import hashlib
from typing import Any

from tests.forge import git, payloads, pushes, show
from tests.forge.call import Answer, Call, Refusal, forbidden, missing
from tests.forge.model import DEVELOPER, Package, Project, Release
from tests.forge.world import World


def releases(call: Call) -> Answer:
    project = call.project("releases")
    call.ignore("include_html_description", "order_by")
    falling = call.arg("sort", "desc") != "asc"
    rows = sorted(project.releases.values(), key=lambda each: each.released, reverse=falling)
    return call.page(rows, lambda each: shown(each, project, call.world))


def one_release(call: Call) -> Answer:
    project = call.project("releases")
    call.ignore("include_html_description")
    return Answer(200, shown(_release(call, project), project, call.world))


def _release(call: Call, project: Project) -> Release:
    found = project.releases.get(call.path["tag_name"])
    if found is None:
        raise Refusal(404, "404 Not Found")
    return found


def create_release(call: Call) -> Answer:
    project = call.project("releases", level=DEVELOPER, writes=True)
    tag = call.given("tag_name")
    if tag in project.releases:
        raise Refusal(409, "Release already exists")
    repository = call.world.repository(project)
    if tag not in git.tags(repository):
        found = git.commit_of(repository, call.given("ref") or "")
        if found is None:
            raise Refusal(400 if call.given("ref") else 422, "Ref is not specified")
        pushes.move_tag(call.world, project, tag, str(found.id), call.me)
    now = call.world.now()
    made = Release(
        tag,
        call.given("name") or tag,
        call.given("description") or "",
        call.me,
        now,
        call.when_given("released_at") or now,
    )
    project.releases[tag] = made
    for link in (call.given("assets") or {}).get("links", []):
        made.links.append(_linked(call.world, link))
    call.ignore("tag_message", "milestones")
    call.world.sent("release", project, payloads.release(call.world, project, made))
    return Answer(201, shown(made, project, call.world))


def delete_release(call: Call) -> Answer:
    project = call.project("releases", level=DEVELOPER, writes=True)
    del project.releases[_release(call, project).tag]
    return Answer(204)


def links(call: Call) -> Answer:
    return call.page(_release(call, call.project("releases")).links, dict)


def create_link(call: Call) -> Answer:
    project = call.project("releases", level=DEVELOPER, writes=True)
    facts = {name: call.given(name) for name in ("name", "url", "link_type", "direct_asset_path")}
    call.ignore("filepath")
    link = _linked(call.world, facts)
    _release(call, project).links.append(link)
    return Answer(201, link)


def _linked(world: World, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": world.number("link"),
        "name": given["name"],
        "url": given["url"],
        "direct_asset_url": given["url"],
        "link_type": given.get("link_type") or "other",
    }


def shown(release: Release, project: Project, world: World) -> dict[str, Any]:
    found = git.commit_of(world.repository(project), release.tag)
    url = f"{world.url}/{project.full_path}/-"
    archive = f"{url}/archive/{release.tag}/{project.path}-{release.tag}"
    sources = [{"format": kind, "url": f"{archive}.{kind}"} for kind in ("zip", "tar.gz")]
    return {
        "tag_name": release.tag,
        "name": release.name,
        "description": release.description,
        "description_html": release.description,
        "created_at": show.instant(release.created),
        "released_at": show.instant(release.released),
        "upcoming_release": release.released > world.now(),
        "author": show.person(release.author, world),
        "commit": found and show.commit(found, project, world),
        "commit_path": found and f"/{project.full_path}/-/commit/{found.id}",
        "tag_path": f"/{project.full_path}/-/tags/{release.tag}",
        "milestones": [],
        "assets": {
            "count": len(sources) + len(release.links),
            "sources": sources,
            "links": release.links,
        },
        "evidences": [],
        "_links": {"self": f"{url}/releases/{release.tag}"},
    }


# --- Packages


def packages(call: Call) -> Answer:
    project = call.project("package_registry")
    call.ignore("order_by", "sort", "include_versionless", "status", "package_version")
    kind, name = call.arg("package_type"), call.arg("package_name")
    rows = [
        each for each in project.packages.values() if kind in ("", each.kind) and name in each.name
    ]
    return call.page(rows, lambda each: _package(each, project, call.world))


def one_package(call: Call) -> Answer:
    project = call.project("package_registry")
    return Answer(200, _package(_found(call, project), project, call.world))


def _found(call: Call, project: Project) -> Package:
    number = call.path["package_id"]
    found = project.packages.get(int(number)) if number.isdigit() else None
    if found is None:
        raise missing("Package")
    return found


def _package(package: Package, project: Project, world: World) -> dict[str, Any]:
    return {
        "id": package.id,
        "name": package.name,
        "version": package.version,
        "package_type": package.kind,
        "status": "default",
        "_links": {"web_path": f"/{project.full_path}/-/packages/{package.id}"},
        "created_at": show.instant(package.created),
        "last_downloaded_at": None,
        "tags": [],
    }


def package_files(call: Call) -> Answer:
    package = _found(call, call.project("package_registry"))
    call.ignore("order_by", "sort")
    return call.page(package.files, lambda each: _described(each))


def _described(file: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in file.items() if name != "payload"}


def download_file(call: Call) -> Answer:
    package = _found(call, call.project("package_registry"))
    wanted = call.path["package_file_id"]
    return _downloaded([each for each in package.files if str(each["id"]) == wanted])


def download(call: Call) -> Answer:
    project = call.project("package_registry")
    return _downloaded(
        [
            file
            for package in project.packages.values()
            if (package.name, package.version)
            == (call.path["package_name"], call.path["package_version"])
            for file in package.files
            if file["file_name"] == call.path["file_name"]
        ]
    )


def _downloaded(files: list[dict[str, Any]]) -> Answer:
    if not files:
        raise missing("Package")
    return Answer(200, files[-1]["payload"], {"Content-Type": "application/octet-stream"})


def upload(call: Call) -> Answer:
    project = call.project("package_registry", level=DEVELOPER, writes=True)
    call.ignore("status", "select")
    if not call.payload:
        raise forbidden()
    add_file(
        call.world,
        project,
        call.path["package_name"],
        call.path["package_version"],
        call.path["file_name"],
        call.payload,
    )
    return Answer(201, {"message": "201 Created"})


def add_file(
    world: World,
    project: Project,
    name: str,
    version: str,
    file_name: str,
    payload: bytes,
    kind: str = "generic",
) -> Package:
    """Put a file in the registry, in the package that it is of."""
    same = [
        each
        for each in project.packages.values()
        if (each.name, each.version, each.kind) == (name, version, kind)
    ]
    package = (
        same[0] if same else Package(world.number("package"), name, version, kind, world.now())
    )
    project.packages[package.id] = package
    package.files.append(
        {
            "id": world.number("package file"),
            "package_id": package.id,
            "created_at": show.instant(world.now()),
            "file_name": file_name,
            "size": len(payload),
            "file_md5": None,
            "file_sha1": None,
            "file_sha256": hashlib.sha256(payload).hexdigest(),
            "payload": payload,
        }
    )
    return package


_GENERIC = "/projects/{id}/packages/generic/{package_name}/{package_version}/{file_name}"
_FILES = "/projects/{id}/packages/{package_id}/package_files"
ROUTES = {
    ("GET", "/projects/{id}/releases"): releases,
    ("POST", "/projects/{id}/releases"): create_release,
    ("GET", "/projects/{id}/releases/{tag_name}"): one_release,
    ("DELETE", "/projects/{id}/releases/{tag_name}"): delete_release,
    ("GET", "/projects/{id}/releases/{tag_name}/assets/links"): links,
    ("POST", "/projects/{id}/releases/{tag_name}/assets/links"): create_link,
    ("GET", "/projects/{id}/packages"): packages,
    ("GET", "/projects/{id}/packages/{package_id}"): one_package,
    ("GET", _FILES): package_files,
    ("GET", f"{_FILES}/{{package_file_id}}/download"): download_file,
    ("GET", _GENERIC): download,
    ("PUT", _GENERIC): upload,
}
