"""Projects: lists, one of them, its settings. https://docs.gitlab.com/api/projects/"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from operator import attrgetter
from typing import Any

from tests.forge import defaults, forking, git, show
from tests.forge.call import Answer, Call, Refusal, forbidden
from tests.forge.model import DEVELOPER, MAINTAINER, OWNER, Namespace, Project, User

ORDERS: dict[str, Callable[[Project], Any]] = {
    "id": attrgetter("id"),
    "name": lambda project: project.name.lower(),
    "path": attrgetter("path"),
    "created_at": attrgetter("created", "id"),
    "updated_at": attrgetter("updated", "id"),
    "last_activity_at": attrgetter("active", "id"),
    "star_count": attrgetter("stars", "id"),
}
#: Arguments that change nothing here.
UNUSED = ("license", "statistics", "with_custom_attributes", "with_shared", "cursor")


def list_projects(call: Call) -> Answer:
    user, world = call.user, call.world
    if call.flag("simple") or user is None:
        return _listed(call, world.projects.values(), lambda project: show.basic(project, world))
    return _listed(
        call, world.projects.values(), lambda project: show.with_access(project, world, user)
    )


def list_of_group(call: Call) -> Answer:
    group, deep = call.group(), call.flag("include_subgroups")
    inside = [
        each
        for each in call.world.projects.values()
        if (group in each.namespace.above() if deep else each.namespace is group)
    ]
    return _plain(call, inside)


def list_forks(call: Call) -> Answer:
    source, user, world = call.project(), call.user, call.world
    made = [each for each in world.projects.values() if each.fork_of is source]
    if user is None:
        return _plain(call, made)
    return _listed(call, made, lambda project: show.with_access(project, world, user))


def _plain(call: Call, projects: Collection[Project]) -> Answer:
    if call.flag("simple"):
        return _listed(call, projects, lambda project: show.basic(project, call.world))
    return _listed(call, projects, lambda project: show.full(project, call.world, call.user))


def _listed(call: Call, projects: Collection[Project], shown: Callable[[Project], Any]) -> Answer:
    order = call.arg("order_by", "created_at")
    if order not in ORDERS:
        raise Refusal(400, {"error": "order_by does not have a valid value"})
    falling = call.arg("sort", "desc") != "asc"
    if call.route == "/projects" and call.arg("pagination") == "keyset" and order == "id":
        by_number = reversed([*projects]) if falling else projects
        page = list(islice(_selected(call, by_number), call.size()))
        bound = "id_before" if falling else "id_after"
        return call.keyset(page, shown, **({bound: str(page[-1].id)} if page else {}))
    rows = sorted(_selected(call, projects), key=ORDERS[order], reverse=falling)
    return call.page(rows, shown, limited=True)


def _selected(call: Call, projects: Iterable[Project]) -> Iterator[Project]:
    call.ignore(*UNUSED)
    world, user, conditions = call.world, call.user, _filters(call)
    return (
        project
        for project in projects
        if all(wanted(project) for wanted in conditions) and world.sees(user, project)
    )


def _filters(call: Call) -> list[Callable[[Project], bool]]:
    """The conditions that the arguments ask for."""
    found: list[Callable[[Project], bool]] = []
    world, user = call.world, call.user
    after, before = call.count("id_after", 0), call.count("id_before", 0)
    if after:
        found.append(lambda project: project.id > after)
    if before:
        found.append(lambda project: project.id < before)
    if visibility := call.arg("visibility"):
        found.append(lambda project: project.visibility == visibility)
    archived = call.flag("archived")
    if archived is not None:
        found.append(lambda project: project.archived == archived)
    if topics := {word.lower() for word in call.words("topic")}:
        found.append(lambda project: topics <= {each.lower() for each in project.topics})
    if text := call.arg("search").lower():
        in_path = call.flag("search_namespaces")
        found.append(lambda project: text in _searched(project, whole=bool(in_path)))
    if call.flag("membership") or call.flag("owned"):
        least = OWNER if call.flag("owned") else 1
        found.append(lambda project: world.level(user, project) >= least)
    if level := call.count("min_access_level", 0):
        found.append(lambda project: world.level(user, project) >= level)
    return found + _dates(call)


def _dates(call: Call) -> list[Callable[[Project], bool]]:
    found: list[Callable[[Project], bool]] = []
    since, until = call.when("updated_after"), call.when("updated_before")
    if call.arg("order_by") != "updated_at":  # documented: without it, these do nothing
        since = until = None
    if since:
        found.append(lambda project: project.updated > since)
    if until:
        found.append(lambda project: project.updated < until)
    if active_since := call.when("last_activity_after"):
        found.append(lambda project: project.active > active_since)
    if active_until := call.when("last_activity_before"):
        found.append(lambda project: project.active < active_until)
    return found


def _searched(project: Project, *, whole: bool) -> str:
    path = project.full_path if whole else project.path
    return f"{project.name}\n{path}\n{project.description or ''}".lower()


def one_project(call: Call) -> Answer:
    project = call.project()
    call.ignore(*UNUSED)
    if project.import_status in ("scheduled", "started"):
        project.import_polls -= 1
        if project.import_polls <= 0:
            forking.finish(call.world, project)
    if call.user is None:
        return Answer(200, show.basic(project, call.world))
    return Answer(200, show.with_access(project, call.world, call.user))


def create_project(call: Call) -> Answer:
    user, world = call.me, call.world
    name, path = call.given("name"), call.given("path")
    if not name and not path:
        raise Refusal(
            400, {"error": "name, path are missing, at least one parameter must be provided"}
        )
    path = path or re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-")
    namespace = _place(call, call.given("namespace_id"), user)
    if world.project(f"{namespace.full_path}/{path}"):
        taken = ["has already been taken"]
        raise Refusal(400, {"name": taken, "path": taken})
    project = world.add_project(namespace, path, name=name or path, creator=user)
    project.visibility = call.given("visibility", "private")
    _change(call, project)
    return Answer(201, show.full(project, world, user))


def _place(call: Call, number: int | None, user: User) -> Namespace:
    found = call.world.namespace(number if number is not None else user.username)
    if found is None or call.world.group_level(user, found) < DEVELOPER:
        raise Refusal(400, {"namespace": ["is not valid"]})
    return found


def edit_project(call: Call) -> Answer:
    project = call.project(level=MAINTAINER)
    if project.archived and {*call.body} - {"archived"}:
        raise forbidden()
    _change(call, project)
    project.updated = call.world.now()
    return Answer(200, show.full(project, call.world, call.user))


def _change(call: Call, project: Project) -> None:
    for name in ("name", "description", "visibility", "default_branch"):
        value = call.given(name)
        if value is not None:
            setattr(project, name, value)
    topics = call.given("topics")
    if topics is None:
        topics = call.given("tag_list")
    if topics is not None:
        project.topics = topics.split(",") if isinstance(topics, str) else list(topics)
    for feature in project.features:
        value = call.given(f"{feature}_access_level")
        project.features[feature] = value or project.features[feature]
    path = call.given("path")
    if path and path != project.path:
        call.world.move(project, path=path)
    call.ignore(*defaults.PROJECT)


def archive(call: Call) -> Answer:
    return _archived(call, True)


def unarchive(call: Call) -> Answer:
    return _archived(call, False)


def _archived(call: Call, state: bool) -> Answer:
    project = call.project(level=OWNER)
    project.archived = state
    project.updated = call.world.now()
    return Answer(201, show.full(project, call.world, call.user))


def list_topics(call: Call) -> Answer:
    counted = Counter(
        topic
        for project in call.world.projects.values()
        if call.world.sees(call.user, project)
        for topic in project.topics
    )
    text = call.arg("search").lower()
    rows = [(name, count) for name, count in counted.most_common() if text in name.lower()]
    numbers = {name: number for number, name in enumerate(sorted(counted), 1)}
    return call.page(rows, lambda row: _topic(numbers[row[0]], *row))


def _topic(number: int, name: str, count: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "title": name,
        "description": None,
        "total_projects_count": count,
        "avatar_url": None,
    }


def languages(call: Call) -> Answer:
    """By the size of files, as told by their names."""
    project = call.project("repository")
    repository = call.world.repository(project)
    head = git.commit_of(repository, project.default_branch or "")
    sizes: Counter[str] = Counter()
    for each in git.walk(head.tree, deep=True) if head else ():
        language = LANGUAGES.get(each["name"].rpartition(".")[2])
        if language:
            sizes[language] += len(git.bytes_of(repository, each["id"]))
    total = sum(sizes.values())
    return Answer(200, {name: round(100 * size / total, 2) for name, size in sizes.most_common()})


LANGUAGES = {
    "py": "Python",
    "js": "JavaScript",
    "ts": "TypeScript",
    "html": "HTML",
    "css": "CSS",
    "tex": "TeX",
    "c": "C",
    "sh": "Shell",
    "ipynb": "Jupyter Notebook",
}

ROUTES = {
    ("GET", "/projects"): list_projects,
    ("POST", "/projects"): create_project,
    ("GET", "/projects/{id}"): one_project,
    ("PUT", "/projects/{id}"): edit_project,
    ("POST", "/projects/{id}/archive"): archive,
    ("POST", "/projects/{id}/unarchive"): unarchive,
    ("GET", "/projects/{id}/forks"): list_forks,
    ("GET", "/projects/{id}/languages"): languages,
    ("GET", "/groups/{id}/projects"): list_of_group,
    ("GET", "/topics"): list_topics,
}
