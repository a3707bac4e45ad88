"""The bot: look at each project, decide, do, and tell what was done.

One project's trouble is its own; a forge that does not answer ends the run, and what remains is
for the next one. Nothing is kept between two runs: the forge itself is the memory.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from metadata.project import Project, Snapshot

from .actions import Action, AddBadge, Propose, Review
from .conduct import BotSettings, is_own, room, said_by
from .decide import decide, why_silent
from .errors import ForgeDenied, ForgeError, ForgeMissing, ForgeUnavailable, Overtaken
from .forge import Forge, MergeRequest, User
from .perform import perform
from .situation import Situation, look

#: A merge request of others that nobody touched for so long was reviewed before.
RECENT = timedelta(days=30)

#: After proposing or updating comes the review, after closing the tidying.
ROUNDS = 3

#: After so many projects in a row that the forge could not answer about, it is not the projects.
BEARABLE = 3

#: Why a proposal waits for its turn.
FULL = "assez de demandes sont ouvertes pour l’instant"

#: What a project's maintainers may refuse us, and how that is told: nothing is wrong.
DENIED: Mapping[type[Action], str] = {
    AddBadge: "il y faut le rôle «\u00a0Maintainer\u00a0» dans le projet",
    Review: "la discussion y est verrouillée, ou réservée aux membres du projet",
}

#: Who we are in a dry run without a token.
NOBODY = User(id=0, username="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of something decided."""

    path: str  # of the project
    action: Action | None = None
    waiting: str = ""  # why it is for another time, in French
    trouble: str = ""  # why it was not done, in French


@dataclass(frozen=True, kw_only=True, slots=True)
class BotReport:
    """What a run did, or would do."""

    outcomes: tuple[Outcome, ...]
    requests: int
    dry_run: bool
    stopped: str = ""  # why the run ended before its time, in French
    unread: int = 0  # projects left aside, there being no room for a proposal
    silent: Mapping[str, str]  # by path, why nothing was proposed, in French


def run_bot(
    forge: Forge,
    snapshots: Iterable[Snapshot],
    settings: BotSettings,
    now: datetime,
    *,
    slugs: Mapping[int, str],
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda path: None,
) -> BotReport:
    """Do for each project what is to be done. `slugs` are the addresses of the listed ones.

    Raise ForgeError when the forge does not say who we are, or what we did before.
    """
    before = forge.requests
    me = forge.me()
    if me is None and not dry_run:
        raise ForgeDenied("Le robot a besoin d’un jeton pour écrire sur la forge.")
    own = [*forge.own_merge_requests()] if me else []
    run = _Run(forge, me or NOBODY, settings, now, slugs, dry_run, own)
    stopped = ""
    try:
        for snapshot, others in _with_others(forge, snapshots, me, now):
            progress(snapshot.project.path)
            run.project(snapshot, others)
    except ForgeUnavailable as error:
        stopped = str(error)
    return BotReport(
        outcomes=tuple(run.outcomes),
        requests=forge.requests - before,
        dry_run=dry_run,
        stopped=stopped,
        unread=run.unread,
        silent=run.silent,
    )


def _with_others(
    forge: Forge, snapshots: Iterable[Snapshot], me: User | None, now: datetime
) -> Iterator[tuple[Snapshot, list[MergeRequest]]]:
    """Each project with the open merge requests there that are not ours.

    One listing of the whole forge finds them; for a single project, its own does.
    """
    projects = iter(snapshots)
    first = [*itertools.islice(projects, 2)]
    listed: Iterable[MergeRequest] = ()
    if len(first) == 1:
        listed = _open_ones(forge, first[0])
    elif first and me:
        listed = forge.open_merge_requests(updated_after=now - RECENT)
    others: defaultdict[int, list[MergeRequest]] = defaultdict(list)
    for each in listed:
        if me is None or not is_own(each, me):
            others[each.project].append(each)
    for snapshot in itertools.chain(first, projects):
        yield snapshot, others[snapshot.project.id]


def _open_ones(forge: Forge, snapshot: Snapshot) -> Iterator[MergeRequest]:
    try:
        yield from forge.merge_requests(snapshot.project.id, state="opened")
    except (ForgeDenied, ForgeMissing):
        return  # this project has none, or shows us none


class _Run:
    """One run, project after project."""

    def __init__(
        self,
        forge: Forge,
        me: User,
        settings: BotSettings,
        now: datetime,
        slugs: Mapping[int, str],
        dry_run: bool,
        own: Iterable[MergeRequest],
    ) -> None:
        self.forge, self.me, self.settings, self.now = forge, me, settings, now
        self.slugs, self.dry_run = slugs, dry_run
        self.own: defaultdict[int, dict[int, MergeRequest]] = defaultdict(dict)
        ours = [each for each in own if is_own(each, me)]
        for each in ours:
            self.own[each.project][each.iid] = each
        self.room = room(ours, settings, now)
        self.outcomes: list[Outcome] = []
        self.silent: dict[str, str] = {}
        self.whole: dict[int, Project] = {}
        self.unread = 0
        self.failures = 0  # of the forge, in a row
        self.doing: Action | None = None
        self.refused: list[Action] = []  # about this project, in this run

    def project(self, snapshot: Snapshot, others: list[MergeRequest]) -> None:
        """Do what there is to do about one project. Raise ForgeUnavailable."""
        self.refused.clear()
        if not (self.room or self._is_concerned(snapshot, others)):
            self.unread += 1
            return
        try:
            for _ in range(ROUNDS):
                if not self._round(snapshot, others):
                    break
            self.failures = 0
        except ForgeError as error:
            path = snapshot.project.path
            self.outcomes.append(Outcome(path=path, action=self.doing, trouble=str(error)))
            self.failures += isinstance(error, ForgeUnavailable)
            if self.failures >= BEARABLE:
                raise

    def _is_concerned(self, snapshot: Snapshot, others: list[MergeRequest]) -> bool:
        """Is there more to expect than a new proposal? What to propose takes a while to find."""
        number = snapshot.project.id
        wants_badge = number in self.slugs and said_by(snapshot).badge
        return bool(others or self.own.get(number) or wants_badge)

    def _round(self, snapshot: Snapshot, others: list[MergeRequest]) -> bool:
        """Look, decide, do; say whether what was done calls for another look."""
        self.doing = None
        situation = self._look(self._whole(snapshot), others)
        actions = decide(situation, self.settings, self.now)
        if _begins(actions) and self.room and situation.snapshot.project.archived is None:
            # An anonymous crawl is told less: not whether the project is archived, or a fork.
            self.whole[snapshot.project.id] = self.forge.project(snapshot.project.id)
            situation = replace(situation, snapshot=self._whole(snapshot))
            actions = decide(situation, self.settings, self.now)
        if not _begins(actions):
            why = why_silent(situation, self.settings, self.now)
            self.silent.setdefault(snapshot.project.path, why)
        moved = [self._act(snapshot, each) for each in actions if each not in self.refused]
        return any(moved)

    def _whole(self, snapshot: Snapshot) -> Snapshot:
        """With what the forge tells of the project to us, when we asked."""
        project = self.whole.get(snapshot.project.id, snapshot.project)
        return replace(snapshot, project=project)

    def _look(self, snapshot: Snapshot, others: list[MergeRequest]) -> Situation:
        number = snapshot.project.id
        own = sorted(self.own[number].values(), key=lambda each: -each.iid)
        return look(
            self.forge,
            snapshot,
            me=self.me,
            own=own,
            others=others,
            slug=self.slugs.get(number, ""),
            settings=self.settings,
            now=self.now,
        )

    def _act(self, snapshot: Snapshot, action: Action) -> bool:
        """Do one thing, or say why not; say whether it changed our merge request."""
        path = snapshot.project.path
        if isinstance(action, Propose) and not self.room:
            self.outcomes.append(Outcome(path=path, action=action, waiting=FULL))
            return False
        waiting, trouble, mine, self.doing = "", "", None, action
        if not self.dry_run:
            try:
                mine = perform(action, self.forge, self.me)
            except ForgeUnavailable:
                raise
            except Overtaken as error:
                waiting = str(error)
            except ForgeError as error:
                waiting = DENIED.get(type(action), "") if isinstance(error, ForgeDenied) else ""
                trouble = "" if waiting else str(error)
        if isinstance(action, Propose) and not (waiting or trouble):
            self.room -= 1
        if waiting or trouble:
            self.refused.append(action)
        if mine:
            self.own[mine.project][mine.iid] = mine
        outcome = Outcome(path=path, action=action, waiting=waiting, trouble=trouble)
        self.outcomes.append(outcome)
        return mine is not None


def _begins(actions: Iterable[Action]) -> bool:
    return any(isinstance(each, Propose) for each in actions)
