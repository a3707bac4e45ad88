"""Comments under merge requests, and their discussions on lines of the diff.

https://docs.gitlab.com/api/notes/ and https://docs.gitlab.com/api/discussions/
"""

from __future__ import annotations

import hashlib
from typing import Any

from tests.forge import git, payloads, proposing, quickactions, show
from tests.forge.api.mergerequests import found
from tests.forge.call import Answer, Call, Refusal, forbidden, missing, unauthorized
from tests.forge.model import DEVELOPER, Discussion, MergeRequest, Note
from tests.forge.world import World

FIELDS = ("base_sha", "start_sha", "head_sha", "position_type")


def list_notes(call: Call) -> Answer:
    mr = found(call)
    by, falling = call.arg("order_by", "created_at"), call.arg("sort", "desc") != "asc"
    activity = call.arg("activity_filter", "all_notes")
    wanted = {"all_notes": (True, False), "only_comments": (False,), "only_activity": (True,)}
    rows = [note for note in mr.notes if note.system in wanted[activity]]
    rows.sort(
        key=lambda note: (note.updated if by == "updated_at" else note.created, note.id),
        reverse=falling,
    )
    return call.page(rows, lambda note: shown(note, mr, call.world))


def one_note(call: Call) -> Answer:
    mr = found(call)
    return Answer(200, shown(_note(call, mr), mr, call.world))


def _note(call: Call, mr: MergeRequest) -> Note:
    number = call.path["note_id"]
    note = next((each for each in mr.notes if str(each.id) == number), None)
    if note is None:
        raise missing("Note")
    return note


def create_note(call: Call) -> Answer:
    mr = found(call)
    call.ignore("internal", "confidential", "merge_request_diff_head_sha")
    left, done = _said(call, mr)
    if not left:
        return _only_commands(done)
    note = proposing.add_note(call.world, mr, call.me, left)
    _announce(call, mr, note)
    return Answer(201, shown(note, mr, call.world, done))


def _said(call: Call, mr: MergeRequest) -> tuple[str, list[str]]:
    """What is left of the body once its quick actions were obeyed."""
    if call.user is None:
        raise unauthorized()
    if mr.target.archived:
        raise forbidden()
    body = call.given("body")
    if not isinstance(body, str) or not body.strip():
        raise Refusal(
            400,
            {"error": "body is missing, body is empty"}
            if body is None
            else {"note": ["can't be blank"]},
        )
    if len(body) > 1_000_000:
        raise Refusal(400, {"note": ["is too long (maximum is 1000000 characters)"]})
    if mr.locked and call.world.level(call.user, mr.target) < DEVELOPER:
        raise forbidden()
    left, done = quickactions.obey(call.world, mr, call.user, body)
    quickactions.remember_mentions(call.world, call.user, mr, left)
    return left, done


def _only_commands(done: list[str]) -> Answer:
    return Answer(
        202, {"commands_changes": dict.fromkeys(done, True), "summary": ["Commands applied"]}
    )


def _announce(call: Call, mr: MergeRequest, note: Note) -> None:
    call.world.touch(mr.target)
    call.world.sent("note", mr.target, payloads.note(call.world, mr, note))


def edit_note(call: Call) -> Answer:
    mr = found(call)
    note = _note(call, mr)
    _check_own(call, mr, note)
    if call.given("resolved") is not None:
        _resolve(call, note, bool(call.given("resolved")))
    if call.given("body") is not None:
        note.body, done = _said(call, mr)
        note.updated = call.world.now()
        return Answer(200, shown(note, mr, call.world, done))
    return Answer(200, shown(note, mr, call.world))


def _check_own(call: Call, mr: MergeRequest, note: Note) -> None:
    """A note's words are its author's; its thread, developers' too."""
    if call.user is None:
        raise unauthorized()
    only_resolves = call.body.keys() <= {"resolved"}
    if note.author is call.user and not note.system:
        return
    if not (only_resolves and call.world.level(call.user, mr.target) >= DEVELOPER):
        raise forbidden()


def delete_note(call: Call) -> Answer:
    mr = found(call)
    note = _note(call, mr)
    if note.author is not call.me and call.world.level(call.user, mr.target) < 40:
        raise forbidden()
    for discussion in mr.discussions:
        discussion.notes = [each for each in discussion.notes if each is not note]
    mr.discussions = [each for each in mr.discussions if each.notes]
    return Answer(204)


def shown(
    note: Note, mr: MergeRequest, world: World, done: list[str] | None = None
) -> dict[str, Any]:
    place = {"position": note.position, "suggestions": []} if note.position else {}
    thread = {
        "resolved": note.resolved_by is not None,
        "resolved_by": show.person(note.resolved_by, world),
        "resolved_at": show.instant(note.resolved_at),
    }
    return {
        "id": note.id,
        "type": note.type,
        "body": note.body,
        "attachment": None,
        "author": show.person(note.author, world),
        "created_at": show.instant(note.created),
        "updated_at": show.instant(note.updated),
        "system": note.system,
        "noteable_id": mr.id,
        "noteable_type": "MergeRequest",
        "project_id": mr.target.id,
        "resolvable": note.type is not None,
        **(thread if note.type else {}),
        **place,
        "confidential": False,
        "internal": False,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": mr.iid,
        "commands_changes": dict.fromkeys(done or [], True),
    }


# --- Discussions


def list_discussions(call: Call) -> Answer:
    mr = found(call)
    return call.page(mr.discussions, lambda each: discussion(each, mr, call.world))


def discussion(each: Discussion, mr: MergeRequest, world: World) -> dict[str, Any]:
    return {
        "id": each.id,
        "individual_note": not each.resolvable,
        "resolvable": each.resolvable,
        "notes": [shown(note, mr, world) for note in each.notes],
    }


def one_discussion(call: Call) -> Answer:
    mr = found(call)
    return Answer(200, discussion(_discussion(call, mr), mr, call.world))


def _discussion(call: Call, mr: MergeRequest) -> Discussion:
    identifier = call.path["discussion_id"]
    each = next((each for each in mr.discussions if each.id == identifier), None)
    if each is None:
        raise missing("Discussion")
    return each


def create_discussion(call: Call) -> Answer:
    mr = found(call)
    call.ignore("commit_id", "created_at")
    position = call.given("position")
    place = None if position is None else _position(call, mr, position)
    left, done = _said(call, mr)
    if not left:
        return _only_commands(done)
    note = proposing.add_note(call.world, mr, call.me, left)
    note.type = "DiffNote" if place else "DiscussionNote"
    note.position = place
    each = mr.discussions[-1]
    each.id = hashlib.sha1(str(note.id).encode(), usedforsecurity=False).hexdigest()
    _announce(call, mr, note)
    return Answer(201, discussion(each, mr, call.world))


def _position(call: Call, mr: MergeRequest, given: dict[str, Any]) -> dict[str, Any]:
    """Where a note hangs: on a line that the diff shows, with both its numbers if unchanged."""
    absent = [f"position[{name}]" for name in FIELDS if not given.get(name)]
    if absent:
        raise Refusal(400, {"error": f"{absent[0]} is missing"})
    known = {(each.base, each.start, each.head): each for each in mr.versions}
    version = known.get((given["base_sha"], given["start_sha"], given["head_sha"]))
    path = given.get("new_path") or given.get("old_path")
    line, old = given.get("new_line"), given.get("old_line")
    if version is None or path is None or (line is None and old is None):
        raise _nowhere("is incomplete")
    changes = git.diff(call.world.repository(mr.target), version.base, version.head)
    lines = git.shown_lines(changes, path)
    expected = lines.get(int(line)) if line is not None else None
    if line is not None and (int(line) not in lines or (old and int(old)) != expected):
        raise _nowhere("must be a valid line code")
    return {**given, "old_path": given.get("old_path", path), "new_path": path, "line_range": None}


def _nowhere(why: str) -> Refusal:
    text = f'400 Bad request - Note {{:line_code=>["can\'t be blank", "{why}"]}}'
    return Refusal(400, text)


def reply(call: Call) -> Answer:
    mr = found(call)
    each = _discussion(call, mr)
    call.ignore("note_id", "created_at")
    left, done = _said(call, mr)
    if not left:
        return _only_commands(done)
    note = proposing.add_note(call.world, mr, call.me, left)
    mr.discussions.pop()
    note.type = each.notes[0].type or "DiscussionNote"
    each.notes[0].type = each.notes[0].type or "DiscussionNote"
    note.position = each.notes[0].position
    each.notes.append(note)
    _announce(call, mr, note)
    return Answer(201, shown(note, mr, call.world, done))


def resolve(call: Call) -> Answer:
    mr = found(call)
    each = _discussion(call, mr)
    own = call.me in (mr.author, each.notes[0].author)
    if not each.resolvable or not (own or call.world.level(call.user, mr.target) >= DEVELOPER):
        raise forbidden()
    for note in each.notes:
        _resolve(call, note, call.given("resolved") in (True, "true"))
    return Answer(200, discussion(each, mr, call.world))


def _resolve(call: Call, note: Note, resolved: bool) -> None:
    note.resolved_by = call.me if resolved else None
    note.resolved_at = call.world.now() if resolved else None


_NOTES = "/projects/{id}/merge_requests/{noteable_id}/notes"
_DISCUSSIONS = "/projects/{id}/merge_requests/{noteable_id}/discussions"
ROUTES = {
    ("GET", _NOTES): list_notes,
    ("POST", _NOTES): create_note,
    ("GET", f"{_NOTES}/{{note_id}}"): one_note,
    ("PUT", f"{_NOTES}/{{note_id}}"): edit_note,
    ("DELETE", f"{_NOTES}/{{note_id}}"): delete_note,
    ("GET", _DISCUSSIONS): list_discussions,
    ("POST", _DISCUSSIONS): create_discussion,
    ("GET", f"{_DISCUSSIONS}/{{discussion_id}}"): one_discussion,
    ("PUT", f"{_DISCUSSIONS}/{{discussion_id}}"): resolve,
    ("POST", f"{_DISCUSSIONS}/{{discussion_id}}/notes"): reply,
    ("PUT", f"{_DISCUSSIONS}/{{discussion_id}}/notes/{{note_id}}"): edit_note,
}
