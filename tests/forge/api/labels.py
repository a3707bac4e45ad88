"""Labels and badges of a project. https://docs.gitlab.com/api/project_badges/"""

from __future__ import annotations

from typing import Any

from tests.forge.call import Answer, Call, Refusal, missing
from tests.forge.model import MAINTAINER, REPORTER, Project
from tests.forge.world import World


def labels(call: Call) -> Answer:
    project = call.project()
    text = call.arg("search").lower()
    call.ignore("with_counts", "include_ancestor_groups", "archived")
    rows = [row for row in project.labels.values() if text in row["name"].lower()]
    return call.page(sorted(rows, key=lambda row: row["name"].lower()), dict)


def one_label(call: Call) -> Answer:
    call.ignore("include_ancestor_groups")
    return Answer(200, _label(call, call.project()))


def _label(call: Call, project: Project) -> dict[str, Any]:
    name = call.path["name"]
    found = (row for row in project.labels.values() if name in (row["name"], str(row["id"])))
    label = next(found, None)
    if label is None:
        raise missing("Label")
    return label


def create_label(call: Call) -> Answer:
    project = call.project(level=REPORTER, writes=True)
    name = call.given("name")
    if name in project.labels:
        raise Refusal(409, "Label already exists")
    color, description = call.given("color"), call.given("description")
    return Answer(201, add_label(call.world, project, name, color or "#6699cc", description))


def add_label(
    world: World, project: Project, name: str, color: str = "#6699cc", text: str | None = None
) -> dict[str, Any]:
    label = {
        "id": world.number("label"),
        "name": name,
        "color": color,
        "text_color": "#FFFFFF",
        "description": text,
        "description_html": text or "",
        "open_issues_count": 0,
        "closed_issues_count": 0,
        "open_merge_requests_count": 0,
        "subscribed": False,
        "priority": None,
        "is_project_label": True,
    }
    project.labels[name] = label
    return label


def delete_label(call: Call) -> Answer:
    project = call.project(level=REPORTER, writes=True)
    del project.labels[_label(call, project)["name"]]
    return Answer(204)


# --- Badges: for maintainers only, to write


def badges(call: Call) -> Answer:
    project = call.project()
    name = call.arg("name")
    rows = [row for row in project.badges.values() if name in ("", row["name"])]
    return call.page(rows, lambda row: _rendered(row, project))


def one_badge(call: Call) -> Answer:
    project = call.project()
    return Answer(200, _rendered(_badge(call, project), project))


def _badge(call: Call, project: Project) -> dict[str, Any]:
    number = call.path["badge_id"]
    found = project.badges.get(int(number)) if number.isdigit() else None
    if found is None:
        raise missing("Badge")
    return found


def create_badge(call: Call) -> Answer:
    project = call.project(level=MAINTAINER, writes=True)
    number = call.world.number("badge")
    badge = {"id": number, "kind": "project", "name": call.given("name")}
    project.badges[number] = _addressed(call, badge)
    return Answer(201, _rendered(badge, project))


def edit_badge(call: Call) -> Answer:
    project = call.project(level=MAINTAINER, writes=True)
    badge = _badge(call, project)
    badge["name"] = call.given("name", badge["name"])
    return Answer(200, _rendered(_addressed(call, badge), project))


def _addressed(call: Call, badge: dict[str, Any]) -> dict[str, Any]:
    for name in ("link_url", "image_url"):
        address = call.given(name, badge.get(name))
        if not str(address).startswith(("http://", "https://")):
            text = "is blocked: Only allowed schemes are http, https"
            raise Refusal(400, {name: [text]})
        badge[name] = address
    return badge


def delete_badge(call: Call) -> Answer:
    project = call.project(level=MAINTAINER, writes=True)
    del project.badges[_badge(call, project)["id"]]
    return Answer(204)


def _rendered(badge: dict[str, Any], project: Project) -> dict[str, Any]:
    values = {
        "%{project_path}": project.full_path,
        "%{project_id}": str(project.id),
        "%{project_name}": project.name,
        "%{default_branch}": project.default_branch or "",
    }

    def filled(address: str) -> str:
        for name, value in values.items():
            address = address.replace(name, value)
        return address

    return {
        **badge,
        "rendered_link_url": filled(badge["link_url"]),
        "rendered_image_url": filled(badge["image_url"]),
    }


ROUTES = {
    ("GET", "/projects/{id}/labels"): labels,
    ("POST", "/projects/{id}/labels"): create_label,
    ("GET", "/projects/{id}/labels/{name}"): one_label,
    ("DELETE", "/projects/{id}/labels/{name}"): delete_label,
    ("GET", "/projects/{id}/badges"): badges,
    ("POST", "/projects/{id}/badges"): create_badge,
    ("GET", "/projects/{id}/badges/{badge_id}"): one_badge,
    ("PUT", "/projects/{id}/badges/{badge_id}"): edit_badge,
    ("DELETE", "/projects/{id}/badges/{badge_id}"): delete_badge,
}
