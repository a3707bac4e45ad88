"""Users, groups and who belongs where. https://docs.gitlab.com/api/members/"""

from __future__ import annotations

from tests.forge import defaults, show
from tests.forge.call import Answer, Call, Refusal, missing
from tests.forge.model import Namespace


def me(call: Call) -> Answer:
    return Answer(200, show.myself(call.me, call.world))


def users(call: Call) -> Answer:
    name, text = call.arg("username").lower(), call.arg("search").lower()
    if call.user is None and not name:
        raise Refusal(403, "403 Forbidden - Not authorized to access /api/v4/users")
    rows = [
        each
        for each in call.world.users.values()
        if (not name or each.username.lower() == name)
        and text in f"{each.username} {each.name}".lower()
    ]
    return call.page(rows, lambda user: show.person(user, call.world))


def one_user(call: Call) -> Answer:
    found = call.world.users.get(int(call.path["id"]))
    if found is None:
        raise missing("User")
    return Answer(200, {**(show.person(found, call.world) or {}), "bot": found.bot})


def groups(call: Call) -> Answer:
    text = call.arg("search").lower()
    call.ignore("all_available")
    least = call.count("min_access_level", 0)
    rows = [
        each
        for each in _visible(call)
        if text in each.full_path.lower() and call.world.group_level(call.user, each) >= least
    ]
    if call.flag("top_level_only"):
        rows = [each for each in rows if each.parent is None]
    return _groups(call, rows)


def subgroups(call: Call) -> Answer:
    group = call.group()
    return _groups(call, [each for each in _visible(call) if each.parent is group])


def descendants(call: Call) -> Answer:
    group = call.group()
    return _groups(call, [each for each in _visible(call) if group in each.above()[1:]])


def _visible(call: Call) -> list[Namespace]:
    world = call.world
    return [
        each
        for each in world.namespaces.values()
        if not each.owner and world.sees_group(call.user, each)
    ]


def _groups(call: Call, rows: list[Namespace]) -> Answer:
    rows.sort(key=lambda each: each.full_path)
    return call.page(rows, lambda group: show.group(group, call.world))


def one_group(call: Call) -> Answer:
    group, world = call.group(), call.world
    inside = [
        show.full(each, world, call.user)
        for each in world.projects.values()
        if each.namespace is group and world.sees(call.user, each)
    ]
    with_projects = call.flag("with_projects") is not False
    return Answer(
        200,
        {
            **show.group(group, world),
            **defaults.ONE_GROUP,
            "projects": inside[:100] if with_projects else [],
        },
    )


def namespace(call: Call) -> Answer:
    call.me  # noqa: B018  # somebody must be asking
    found = call.world.namespace(call.path["id"])
    if found is None:
        raise missing("Namespace")
    return Answer(200, show.namespace(found, call.world))


def _direct(call: Call) -> dict[int, int]:
    return call.project().members if "/projects/" in call.route else call.group().members


def _inherited(call: Call) -> dict[int, int]:
    own = call.project() if "/projects/" in call.route else None
    groups = own.namespace.above() if own else call.group().above()
    found = dict(own.members) if own else {}
    for each in groups:
        if each.owner:
            found[each.owner.id] = 50
        for user, level in each.members.items():
            found[user] = max(level, found.get(user, 0))
    return found


def members(call: Call) -> Answer:
    return _members(call, _direct(call))


def all_members(call: Call) -> Answer:
    return _members(call, _inherited(call))


def _members(call: Call, levels: dict[int, int]) -> Answer:
    text = call.arg("query").lower()
    rows = [
        (user, level)
        for user, level in ((call.world.users[number], level) for number, level in levels.items())
        if text in f"{user.username} {user.name}".lower()
    ]
    return call.page(rows, lambda row: show.member(*row, call.world))


def one_member(call: Call) -> Answer:
    return _member(call, _direct(call))


def one_of_all(call: Call) -> Answer:
    return _member(call, _inherited(call))


def _member(call: Call, levels: dict[int, int]) -> Answer:
    number = int(call.path["user_id"])
    if number not in levels:
        raise missing("Member")
    return Answer(200, show.member(call.world.users[number], levels[number], call.world))


def version(call: Call) -> Answer:
    call.me  # noqa: B018  # somebody must be asking
    return Answer(200, {"version": "18.5.0", "revision": "double", "enterprise": False})


ROUTES = {
    ("GET", "/user"): me,
    ("GET", "/users"): users,
    ("GET", "/users/{id}"): one_user,
    ("GET", "/groups"): groups,
    ("GET", "/groups/{id}"): one_group,
    ("GET", "/groups/{id}/subgroups"): subgroups,
    ("GET", "/groups/{id}/descendant_groups"): descendants,
    ("GET", "/namespaces/{id}"): namespace,
    ("GET", "/version"): version,
    ("GET", "/metadata"): version,
} | {
    ("GET", f"/{kind}/{{id}}/members{rest}"): answer
    for kind in ("projects", "groups")
    for rest, answer in (
        ("", members),
        ("/all", all_members),
        ("/{user_id}", one_member),
        ("/all/{user_id}", one_of_all),
    )
}
