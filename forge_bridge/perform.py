"""Do what was decided, on the forge. Whatever is about to change is looked at again first.

Each action may be cut anywhere and begun again: what it finds done, it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import singledispatch

from metadata.project import Project

from .actions import AddBadge, Close, Propose, Review, Tidy, Update
from .conduct import BRANCH, OPT_OUT_TOPIC, head_of, is_by, is_no, is_notice, is_own
from .decide import digest_of
from .errors import ForgeDenied, ForgeMissing, Overtaken
from .forge import Forge, MergeRequest, Note, User
from .marker import mark, marks, unmarked
from .offer import Offer
from .report import template
from .situation import own_review


@singledispatch
def perform(action: object, forge: Forge, me: User) -> MergeRequest | None:
    """Do one action; give our merge request as it is after it. Raise ForgeError."""
    raise TypeError(action)


@perform.register
def _propose(action: Propose, forge: Forge, me: User) -> MergeRequest | None:
    project = forge.project(action.project.id)
    _check_welcome(forge, project, me)
    home = project.id if forge.can_push(project.id) else forge.fork(project.id).id
    head = _push(forge, project, home, action, me)
    body = _marked(action, head)
    made = forge.open_merge_request(
        project.id,
        source_project=home,
        source_branch=BRANCH,
        target_branch=project.default_branch,
        title=action.title,
        description=body,
    )
    if made.author != me.id:
        raise Overtaken(f"La demande !{made.iid} vient de notre branche sans être de nous.")
    if made.description != body:
        made = forge.edit_merge_request(project.id, made.iid, title=action.title, description=body)
    return replace(made, sha=head)


def _check_welcome(forge: Forge, project: Project, me: User) -> None:
    """Is the project still as the crawl saw it, and nobody else's proposal open there?"""
    if project.visibility != "public" or project.archived or project.fork_of is not None:
        raise Overtaken("Le projet n’est plus public, ou plus actif, ou est une copie.")
    if any(map(is_no, project.topics)):
        raise Overtaken(f"Le projet porte maintenant le sujet «\u00a0{OPT_OUT_TOPIC}\u00a0».")
    for each in forge.merge_requests(project.id, state="opened"):
        changes = () if is_own(each, me) else forge.changes(project.id, each.iid)
        if any(is_notice(change.path) for change in changes):
            raise Overtaken(f"La demande !{each.iid} propose déjà un commun.yml.")


def _push(forge: Forge, project: Project, home: int, action: Propose | Update, me: User) -> str:
    """Put the file on our branch, made anew from the default one; give the commit."""
    offer = action.offer
    base = forge.branch(project.id, project.default_branch)
    if base is None or _payload(forge, project.id, offer.path, base.commit) != _expected(offer):
        raise Overtaken("Le projet a changé depuis le dernier parcours.")
    branch = forge.branch(home, BRANCH)
    if branch and not (is_by(branch, me) or branch.commit == _left(action)):
        raise Overtaken(f"La branche {BRANCH} est à quelqu’un d’autre.")
    if branch and _payload(forge, home, offer.path, branch.commit) == offer.payload:
        return branch.commit
    return forge.commit(
        home,
        branch=BRANCH,
        start=base.commit,
        start_project=project.id if home != project.id else None,
        path=offer.path,
        payload=offer.payload,
        exists=offer.instead is not None,
        # The project's own pipelines would run with the bot's rights.
        message=f"{action.title}\n\n[skip ci]",
    )


def _left(action: Propose | Update) -> str:
    """The commit that we left on the branch of our merge request."""
    return head_of(action.merge_request) if isinstance(action, Update) else ""


def _expected(offer: Offer) -> bytes | None:
    return offer.instead.payload if offer.instead else None


def _payload(forge: Forge, project: int, path: str, ref: str) -> bytes | None:
    try:
        return forge.file(project, path, ref).payload
    except ForgeMissing:
        return None


def _marked(action: Propose | Update, head: str) -> str:
    facts = {
        "hash": digest_of(action.offer, action.title, action.body),
        "head": head,
        "said": ",".join(action.offer.said),
    }
    return mark("commun", action.body, facts)


@perform.register
def _update(action: Update, forge: Forge, me: User) -> MergeRequest | None:
    mine = _still_open(forge, action.merge_request)
    project = forge.project(mine.project)
    if mine.source_project is None:
        raise Overtaken("La copie d’où venait la demande n’existe plus.")
    head = _push(forge, project, mine.source_project, action, me)
    body = _marked(action, head)
    if (mine.title, mine.description) != (action.title, body):
        mine = forge.edit_merge_request(project.id, mine.iid, title=action.title, description=body)
    return replace(mine, sha=head)


def _still_open(forge: Forge, merge_request: MergeRequest) -> MergeRequest:
    found = forge.merge_request(merge_request.project, merge_request.iid)
    if found.state != "opened":
        raise Overtaken(f"La demande !{found.iid} a été close entre-temps.")
    return found


@perform.register
def _close(action: Close, forge: Forge, me: User) -> MergeRequest | None:
    mine = _still_open(forge, action.merge_request)
    if action.word:
        notes = forge.notes(mine.project, mine.iid)
        if not any(each.author == me.id and marks("end", each.body) is not None for each in notes):
            with suppress(ForgeDenied, ForgeMissing):  # the discussion is locked: no last word then
                forge.add_note(mine.project, mine.iid, mark("end", action.word, {}))
    facts = marks("commun", mine.description) or {}
    body = mark("commun", unmarked(mine.description), facts | {"end": action.end})
    return forge.edit_merge_request(mine.project, mine.iid, description=body, close=True)


@perform.register
def _tidy(action: Tidy, forge: Forge, me: User) -> MergeRequest | None:
    home = action.merge_request.source_project
    if home is None:
        return None
    branch = forge.branch(home, BRANCH)
    if branch and branch.commit == action.commit:
        forge.delete_branch(home, BRANCH)
    return None


@perform.register
def _review(action: Review, forge: Forge, me: User) -> MergeRequest | None:
    """The note comes last: it says which commit was reviewed, and so that the rest is done."""
    reviewed = _still_open(forge, action.merge_request)
    notes = forge.notes(reviewed.project, reviewed.iid)
    _suggest(action, notes, forge, me)
    said = _set_status(action, forge)
    body = action.body if said else action.body + template("denied").substitute()
    known = own_review(notes, me)
    if known is None:
        forge.add_note(reviewed.project, reviewed.iid, body)
    elif known.body != body:
        forge.edit_note(reviewed.project, reviewed.iid, known.id, body)
    return None


def _suggest(action: Review, notes: Iterable[Note], forge: Forge, me: User) -> None:
    """Leave on the lines the suggestions that stand, each once."""
    project, iid, head = action.project.id, action.merge_request.iid, action.merge_request.sha
    wanted, known = {each.key for each in action.suggestions}, set()
    for note in notes:
        facts = marks("remedy", note.body) if note.author == me.id else None
        if facts:
            known.add(facts.get("key", ""))
            if facts.get("key", "") not in wanted and not note.resolved:
                forge.resolve(project, iid, note.discussion)
    missing = [each for each in action.suggestions if each.key not in known]
    versions = forge.versions(project, iid) if missing else None
    if missing and (versions is None or versions.head != head):
        raise Overtaken("La forge prépare encore la demande\u00a0: à la prochaine fois.")
    for each in missing:
        assert versions is not None
        forge.add_line_note(
            project, iid, each.body, versions=versions, path=action.path, line=each.line
        )


def _set_status(action: Review, forge: Forge) -> bool:
    """Set the commit status; False where we have no right to."""
    seen, status = action.merge_request, action.status
    home = seen.source_project or seen.project
    try:
        if status not in (replace(each, url=status.url) for each in forge.statuses(home, seen.sha)):
            forge.set_status(home, seen.sha, status, ref=seen.source_branch)
    except (ForgeDenied, ForgeMissing):
        return False
    return True


@perform.register
def _add_badge(action: AddBadge, forge: Forge, me: User) -> MergeRequest | None:
    known = forge.badges(action.project.id)
    if not any(each.link == action.link for each in known):
        forge.add_badge(action.project.id, name=action.name, link=action.link, image=action.image)
    return None
