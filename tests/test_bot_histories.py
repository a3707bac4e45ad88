"""Whatever happens to a project, in whatever order: one run, and nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge_bridge.conduct import BRANCH, QUIET, BotSettings
from forge_bridge.decide import decide
from forge_bridge.situation import look
from forge_bridge.telling import told
from tests.botstage import NOTICE, README, Stage, staged
from tests.corpus import shared
from tests.forge.model import MergeRequest, Project
from tests.test_bot_review import FAULTY

Event = Callable[[Stage, Project], None]


def mine(stage: Stage, project: Project) -> MergeRequest | None:
    return next((each for each in stage.proposals(project) if each.state == "opened"), None)


def runs(stage: Stage, project: Project) -> None:
    stage.run()


def says_something_else(stage: Stage, project: Project) -> None:
    before = stage.forge.file(project, "README.md") or b""
    after = README.replace("CM2", "6e") if b"CM2" in before else README
    stage.forge.commit(project, {"README.md": after})


def writes_a_notice(stage: Stage, project: Project) -> None:
    stage.forge.commit(project, {"commun.yml": NOTICE})


def writes_a_short_notice(stage: Stage, project: Project) -> None:
    short = "titre: Fractions en boîte\ndescription: Des exercices.\n"
    stage.forge.commit(project, {"commun.yml": short})


def deletes_the_notice(stage: Stage, project: Project) -> None:
    if stage.forge.file(project, "commun.yml"):
        stage.forge.commit(project, {"commun.yml": None})


def merges(stage: Stage, project: Project) -> None:
    opened = mine(stage, project)
    if opened and not stage.forge.file(project, "commun.yml"):
        stage.forge.merge(opened, project.creator)


def closes(stage: Stage, project: Project) -> None:
    if opened := mine(stage, project):
        stage.forge.close(opened, project.creator)


def answers(stage: Stage, project: Project) -> None:
    if opened := mine(stage, project):
        stage.forge.add_note(opened, project.creator, "Merci, je regarde.")


def edits_the_branch(stage: Stage, project: Project) -> None:
    opened = mine(stage, project)
    if opened and opened.source and BRANCH in stage.forge.branches(opened.source):
        stage.forge.commit(
            opened.source, {"commun.yml": FAULTY}, branch=BRANCH, author=project.creator
        )


def rewrites_the_description(stage: Stage, project: Project) -> None:
    if opened := mine(stage, project):
        opened.description = "Proposé par le robot."


def waits_a_day(stage: Stage, project: Project) -> None:
    stage.forge.clock.advance(days=1)


def waits_a_hundred_days(stage: Stage, project: Project) -> None:
    stage.forge.clock.advance(days=100)


def invites(stage: Stage, project: Project) -> None:
    stage.invite(project)


def proposes_by_themselves(stage: Stage, project: Project) -> None:
    if "fiche" not in stage.forge.branches(project):
        stage.forge.commit(project, {"commun.yml": FAULTY}, branch="fiche")
        stage.forge.add_merge_request(project, "fiche", author=project.creator)


EVENTS: tuple[Event, ...] = (
    runs,
    says_something_else,
    writes_a_notice,
    writes_a_short_notice,
    deletes_the_notice,
    merges,
    closes,
    answers,
    edits_the_branch,
    rewrites_the_description,
    waits_a_day,
    waits_a_hundred_days,
    invites,
    proposes_by_themselves,
)


@pytest.mark.slow
@given(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=10))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_history_one_run_leaves_nothing_to_do(events):
    with TemporaryDirectory() as folder, staged(Path(folder), contract=False) as stage:
        project = stage.project()
        runs(stage, project)
        for event in events:
            event(stage, project)
        first = stage.run()
        again = stage.run()
        stuck = [each.action for each in first.outcomes if each.waiting]
        assert not [each.trouble for each in first.outcomes if each.trouble]
        assert [each.action for each in again.outcomes] == stuck, list(told(again))
        check_manners(stage, project)


def check_manners(stage: Stage, project: Project) -> None:
    """What holds at any time of what the bot left on a project."""
    proposals = stage.proposals(project)
    assert sum(each.state == "opened" for each in proposals) <= 1
    for before, after in pairwise(proposals):
        if before.state == "closed" and before.closed_by is not stage.bot:
            assert after.created - before.closed >= QUIET
    for each in project.merge_requests.values():
        ours = [note for note in each.notes if note.author is stage.bot and not note.system]
        reviews = [note for note in ours if "balise:review" in note.body]
        ends = [note for note in ours if "balise:end" in note.body]
        assert len(reviews) <= 1
        assert len(ends) <= 1


def test_deciding_twice_on_the_same_is_deciding_the_same(tmp_path):
    with staged(tmp_path) as stage:
        project = stage.project()
        proposes_by_themselves(stage, project)
        client, chosen = stage.client(stage.token), BotSettings()
        [snapshot] = stage.snapshots()
        situation = look(
            client,
            snapshot,
            me=client.me(),
            own=[],
            others=[*client.open_merge_requests()],
            slug="",
            settings=chosen,
            now=stage.forge.clock(),
        )
        now = stage.forge.clock()
        sent = client.requests
        assert decide(situation, chosen, now) == decide(situation, chosen, now) != ()
        assert client.requests == sent


@pytest.mark.slow
def test_over_real_projects_a_second_run_does_nothing(tmp_path):
    with staged(tmp_path) as stage:
        projects = stage.forge.seed(shared("projects"))
        first = stage.run()
        assert not [each.trouble for each in first.outcomes if each.trouble]
        offered = stage.proposals()
        assert len(offered) >= len(projects) // 3
        stage.forge.forget_requests()
        again = stage.run()
        assert again.outcomes == ()
        assert stage.written() == []
        assert again.requests <= 5 + 3 * len(offered)
        assert stage.forge.mentions == []
