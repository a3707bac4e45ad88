"""What the bot looks at before it decides: a project, our merge requests there, those to review.

Each question is only asked when its answer may matter: a project that nothing happened to costs no
request at all, one with an open merge request of ours costs one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from metadata.listing import NOTICE
from metadata.project import ProjectFile, Snapshot

from .conduct import (
    BRANCH,
    TIDYING,
    BotSettings,
    ended,
    head_of,
    is_notice,
    is_own,
    opted_out,
    said_by,
    unfit,
)
from .errors import ForgeMissing
from .forge import Badge, Branch, FileChange, Forge, MergeRequest, Note, User
from .marker import marks


@dataclass(frozen=True, kw_only=True, slots=True)
class Touching:
    """An open merge request that touches commun.yml."""

    merge_request: MergeRequest  # its sha is the head that was looked at
    notes: tuple[Note, ...] = ()
    file: ProjectFile | None = None  # as it would become; None when this head was reviewed before
    added: frozenset[int] = frozenset()  # the lines that it adds to the file


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """All that deciding about one project takes."""

    snapshot: Snapshot
    me: User
    own: tuple[MergeRequest, ...] = ()  # from our branch, whatever became of them; latest first
    branch: Branch | None = None  # ours, when it is not as we left it, or should be gone
    touching: tuple[Touching, ...] = ()
    badges: tuple[Badge, ...] = ()
    slug: str = ""  # the project's address in the catalogue; "" when it is not listed

    @property
    def open(self) -> MergeRequest | None:
        return next((each for each in self.own if each.state == "opened"), None)


def look(
    forge: Forge,
    snapshot: Snapshot,
    *,
    me: User,
    own: Sequence[MergeRequest],
    others: Iterable[MergeRequest],
    slug: str,
    settings: BotSettings,
    now: datetime,
) -> Situation:
    """Ask the forge what there is to know of a project. Raise ForgeError."""
    bare = Situation(snapshot=snapshot, me=me, own=tuple(own), slug=slug)
    if unfit(snapshot, me, settings) or opted_out(snapshot, own):
        return bare
    branch = _branch(forge, bare, now)
    ours = [_at_head(bare.open, branch)] if bare.open else []
    notice = snapshot.file(*NOTICE)
    seen = [_seen(forge, each, me, notice) for each in (*ours, *others) if each.sha]
    return Situation(
        snapshot=snapshot,
        me=me,
        own=tuple(own),
        branch=branch,
        touching=tuple(filter(None, seen)),
        badges=forge.badges(snapshot.project.id) if slug and said_by(snapshot).badge else (),
        slug=slug,
    )


def own_review(notes: Iterable[Note], me: User) -> Note | None:
    """Our validation note, if we left one."""
    ours = (each for each in notes if each.author == me.id and not each.path)
    return next((each for each in ours if marks("review", each.body) is not None), None)


def _branch(forge: Forge, situation: Situation, now: datetime) -> Branch | None:
    """Our branch, looked at when its head is not the commit we left, or when it is no longer needed."""
    mine = situation.open or next(iter(situation.own), None)
    if mine is None or mine.source_project is None:
        return None
    if mine.state == "opened":
        is_due = mine.sha != head_of(mine)
    else:
        end = ended(mine)
        is_due = end is not None and now - end < TIDYING
    return forge.branch(mine.source_project, BRANCH) if is_due else None


def _at_head(mine: MergeRequest, branch: Branch | None) -> MergeRequest:
    """The forge may be late in telling the head of a merge request; its branch never is."""
    return replace(mine, sha=branch.commit) if branch else mine


def _seen(
    forge: Forge, seen: MergeRequest, me: User, notice: ProjectFile | None
) -> Touching | None:
    """A merge request with what a review of it takes; None when it leaves commun.yml alone."""
    project, iid = seen.project, seen.iid
    is_ours = is_own(seen, me)
    change = None if is_ours else _change(forge.changes(project, iid))
    if change is None and not is_ours:
        return None
    notes = forge.notes(project, iid)
    review = own_review(notes, me)
    if review and (marks("review", review.body) or {}).get("head") == seen.sha:
        return Touching(merge_request=seen, notes=notes)
    # The forge may still be comparing the branches of a merge request that we just opened.
    change = change or _change(forge.changes(project, iid))
    path = change.path if change else notice.path if notice else NOTICE[0]
    # The forge may also still be bringing its commits over from our copy of the project.
    home = (is_ours and seen.source_project) or project
    try:
        file = forge.file(home, path, seen.sha)
    except ForgeMissing:
        file = None  # somebody deleted it on our branch
    return Touching(
        merge_request=seen,
        notes=notes,
        file=file,
        added=change.added if change else frozenset(),
    )


def _change(changes: Iterable[FileChange]) -> FileChange | None:
    return next((each for each in changes if is_notice(each.path) and not each.deleted), None)
