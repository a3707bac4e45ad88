"""Forks: asked for at once, made in the background. https://docs.gitlab.com/api/project_forks/"""

from __future__ import annotations

from tests.forge import forking, show
from tests.forge.call import Answer, Call, Refusal, forbidden, missing, unauthorized
from tests.forge.model import DEVELOPER, Namespace


def fork(call: Call) -> Answer:
    source, world = call.project("repository"), call.world
    if call.user is None:
        raise unauthorized()
    if not world.may_use(call.user, source, "forking"):
        raise forbidden()
    place = _place(call)
    path, name = call.given("path") or source.path, call.given("name") or source.name
    if world.project(f"{place.full_path}/{path}"):
        taken = ["Project namespace name has already been taken", "Name has already been taken"]
        raise Refusal(409, [*taken, "Path has already been taken"])
    copy = world.add_project(
        place,
        path,
        name=name,
        borrowing=source.folder,
        creator=call.user,
        fork_of=source,
        description=source.description,
        topics=list(source.topics),
        visibility=call.given("visibility") or source.visibility,
        import_status="scheduled",
        import_polls=world.polls,
    )
    call.ignore("mr_default_target_self", "branches")
    world.forks[source.id] = world.forks.get(source.id, 0) + 1
    if not world.polls:
        forking.finish(world, copy)
    return Answer(201, show.full(copy, world, call.user))


def _place(call: Call) -> Namespace:
    wanted = call.given("namespace_id") or call.given("namespace_path") or call.given("namespace")
    found = call.world.namespace(str(wanted or call.me.username))
    if found is None:
        raise missing("Target Namespace")
    if call.world.group_level(call.user, found) < DEVELOPER:
        raise forbidden()
    return found


ROUTES = {("POST", "/projects/{id}/fork"): fork}
