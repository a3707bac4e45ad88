"""Project hooks, their history, and sending again. https://docs.gitlab.com/api/project_webhooks/"""

from __future__ import annotations

from typing import Any

from tests.forge import payloads, show
from tests.forge.call import Answer, Call, Refusal, missing
from tests.forge.model import MAINTAINER, Delivery, Hook, Project
from tests.forge.webhooks import EVENTS

SETTINGS = ("enable_ssl_verification", "branch_filter_strategy", "custom_webhook_template")


def hooks(call: Call) -> Answer:
    project = call.project(level=MAINTAINER)
    return call.page(list(project.hooks.values()), shown)


def system_hooks(call: Call) -> Answer:
    if not call.me.admin:
        raise Refusal(403, "403 Forbidden")
    return call.page(call.world.system_hooks, shown)


def one_hook(call: Call) -> Answer:
    return Answer(200, shown(_hook(call, call.project(level=MAINTAINER))))


def _hook(call: Call, project: Project) -> Hook:
    found = project.hooks.get(int(call.path["hook_id"]))
    if found is None:
        raise missing("Hook")
    return found


def create_hook(call: Call) -> Answer:
    project = call.project(level=MAINTAINER, writes=True)
    url = call.given("url")
    if not str(url).startswith(("http://", "https://")):
        raise Refusal(422, "Invalid url given")
    hook = Hook(
        call.world.number("hook"),
        url,
        call.world.now(),
        {name: name == "push_events" for name in EVENTS.values()},
        project=project,
    )
    project.hooks[hook.id] = hook
    _change(call, hook)
    return Answer(201, shown(hook))


def edit_hook(call: Call) -> Answer:
    hook = _hook(call, call.project(level=MAINTAINER, writes=True))
    hook.url = call.given("url") or hook.url
    _change(call, hook)
    return Answer(200, shown(hook))


def _change(call: Call, hook: Hook) -> None:
    for name in hook.events:
        hook.events[name] = bool(call.given(name, hook.events[name]))
    hook.token = call.given("token") or hook.token
    hook.signing_token = call.given("signing_token") or hook.signing_token
    hook.name = call.given("name", hook.name)
    hook.description = call.given("description", hook.description)
    hook.branch_filter = call.given("push_events_branch_filter", hook.branch_filter)
    call.ignore(*SETTINGS)


def delete_hook(call: Call) -> Answer:
    project = call.project(level=MAINTAINER, writes=True)
    del project.hooks[_hook(call, project).id]
    return Answer(204)


def shown(hook: Hook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "url": hook.url,
        "name": hook.name,
        "description": hook.description,
        "created_at": show.instant(hook.created),
        **hook.events,
        "repository_update_events": False,
        "enable_ssl_verification": True,
        "alert_status": "temporarily_disabled" if hook.disabled_until else "executable",
        "disabled_until": show.instant(hook.disabled_until),
        "url_variables": [],
        "push_events_branch_filter": hook.branch_filter,
        "token_present": bool(hook.token),
        "signing_token_present": bool(hook.signing_token),
        **({"project_id": hook.project.id} if hook.project else {}),
    }


def test_hook(call: Call) -> Answer:
    project = call.project(level=MAINTAINER)
    hook, trigger = _hook(call, project), call.path["trigger"]
    if trigger != "push_events" or project.default_branch is None:
        raise Refusal(422, "Ensure the project has at least one commit")
    head = str(call.world.repository(project).branches.local[project.default_branch].target)
    ref = f"refs/heads/{project.default_branch}"
    sender = call.world.sender
    if sender:
        told = payloads.push(call.world, project, call.me, ref, head, head)
        sender.send(hook, "push", told)
    return Answer(201, {"message": "201 Created"})


def deliveries(call: Call) -> Answer:
    hook = _hook(call, call.project(level=MAINTAINER))
    call.ignore("status")
    return call.page([each for each in _sent(call) if each.hook is hook][::-1], _delivery)


def _sent(call: Call) -> list[Delivery]:
    return call.world.sender.deliveries if call.world.sender else []


def _delivery(each: Delivery) -> dict[str, Any]:
    return {
        "id": each.id,
        "url": each.hook.url,
        "trigger": f"{each.event}_hooks",
        "request_headers": {
            **each.headers,
            **({"X-Gitlab-Token": "[REDACTED]"} if "X-Gitlab-Token" in each.headers else {}),
        },
        "request_data": each.payload,
        "response_status": str(each.status),
        "execution_duration": each.seconds,
    }


def resend(call: Call) -> Answer:
    hook = _hook(call, call.project(level=MAINTAINER))
    number = call.path["hook_log_id"]
    found = next((each for each in _sent(call) if str(each.id) == number), None)
    if found is None or found.hook is not hook or call.world.sender is None:
        raise missing("Hook event")
    call.world.sender.send(hook, found.event, found.payload, key=found.key)
    return Answer(201, {"response_status": 200})


_ALL = "/projects/{id}/hooks"
_ONE = "/projects/{id}/hooks/{hook_id}"
ROUTES = {
    ("GET", "/hooks"): system_hooks,
    ("GET", _ALL): hooks,
    ("POST", _ALL): create_hook,
    ("GET", _ONE): one_hook,
    ("PUT", _ONE): edit_hook,
    ("DELETE", _ONE): delete_hook,
    ("POST", f"{_ONE}/test/{{trigger}}"): test_hook,
    ("GET", f"{_ONE}/events"): deliveries,
    ("POST", f"{_ONE}/events/{{hook_log_id}}/resend"): resend,
}
