"""What the bot says on merge requests that touch commun.yml, whoever opened them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forge_bridge.actions import AddBadge, Review
from forge_bridge.conduct import BRANCH
from tests.botstage import NOTICE, README, Stage, staged, words
from tests.forge.model import DEVELOPER, MergeRequest, Project

FAULTY = NOTICE.replace("niveaux:", "niveau:").replace("titre: Fractions en boîte", "titre:")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def opened(stage: Stage, notice: str = FAULTY, level: int = DEVELOPER) -> MergeRequest:
    """A teacher's own merge request, with this commun.yml."""
    project = stage.project()
    if level:
        stage.invite(project, level)
    stage.forge.commit(project, {"commun.yml": notice}, branch="fiche")
    return stage.forge.add_merge_request(project, "fiche", author=project.creator)


def status(stage: Stage, merge_request: MergeRequest) -> list[str]:
    client = stage.client(stage.token)
    found = client.statuses(merge_request.target.id, merge_request.sha or "")
    return [each.state for each in found if each.name == "balise/commun"]


def suggestions(merge_request: MergeRequest, by: object) -> list:
    return [note for note in merge_request.notes if note.position and note.author is by]


def test_a_faulty_notice_is_told_in_one_note_and_a_failed_status(stage):
    theirs = opened(stage)
    stage.run()
    [note] = [each for each in words(theirs, stage.bot) if "Fichier commun.yml" in each]
    assert "1\u00a0erreur" in note
    assert "#L2)" in note
    assert status(stage, theirs) == ["failed"]


def test_nothing_is_said_again_while_nothing_changes(stage):
    opened(stage)
    stage.run()
    stage.forge.forget_requests()
    assert stage.run().outcomes == ()
    assert stage.written() == []


def test_the_note_and_the_status_follow_the_file(stage):
    theirs = opened(stage)
    stage.run()
    stage.forge.commit(theirs.target, {"commun.yml": NOTICE}, branch="fiche")
    stage.run()
    [note] = [each for each in words(theirs, stage.bot) if "Fichier commun.yml" in each]
    assert "erreur" not in note
    assert status(stage, theirs) == ["success"]


def test_a_notice_whose_name_has_capitals_is_reviewed_as_it_is_read(stage):
    project = stage.project()
    stage.invite(project)
    stage.forge.commit(project, {"Commun.yml": FAULTY}, branch="fiche")
    theirs = stage.forge.add_merge_request(project, "fiche", author=project.creator)
    stage.run()
    assert status(stage, theirs) == ["failed"]
    assert len(suggestions(theirs, stage.bot)) == 1
    assert stage.proposals(project) == []


def test_a_certain_remedy_is_suggested_on_its_line_once_and_resolved_when_taken(stage):
    theirs = opened(stage)
    stage.run()
    [suggested] = suggestions(theirs, stage.bot)
    assert "```suggestion:-0+0\nniveaux: [CM1, CM2]\n```" in suggested.body
    assert suggested.position["new_line"] == FAULTY.splitlines().index("niveau: [CM1, CM2]") + 1
    stage.forge.commit(theirs.target, {"notes.md": "…"}, branch="fiche")
    stage.run()
    assert suggestions(theirs, stage.bot) == [suggested]
    stage.forge.commit(theirs.target, {"commun.yml": NOTICE}, branch="fiche")
    stage.run()
    assert suggestions(theirs, stage.bot) == [suggested]
    assert suggested.resolved_at


def test_lines_that_the_merge_request_does_not_touch_get_no_suggestion(stage):
    project = stage.project(files={"README.md": README, "commun.yml": FAULTY})
    stage.invite(project)
    later = FAULTY.replace("langues: [fr]", "langues: [fr, en]")
    stage.forge.commit(project, {"commun.yml": later}, branch="fiche")
    theirs = stage.forge.add_merge_request(project, "fiche", author=project.creator)
    stage.run()
    assert suggestions(theirs, stage.bot) == []
    assert any("niveau" in each for each in words(theirs, stage.bot))


def test_without_the_right_to_set_a_status_the_note_says_it(stage):
    theirs = opened(stage, level=0)
    stage.run()
    [note] = [each for each in words(theirs, stage.bot) if "Fichier commun.yml" in each]
    assert "n’a pas le droit de poser un état" in note
    assert stage.run().outcomes == ()


def test_a_locked_discussion_is_no_trouble_and_gets_nothing_twice(stage):
    theirs = opened(stage)
    stage.forge.fail(method="POST", path="/notes", status=403, times=100)
    for _ in range(2):
        [outcome] = stage.run().outcomes
        assert "verrouillée" in outcome.waiting
        assert not outcome.trouble, "the operator can do nothing about it"
    assert len(suggestions(theirs, stage.bot)) == 1


def test_a_merge_request_about_something_else_is_let_be(stage):
    project = stage.project(topics=["balise"], files={"README.md": README, "commun.yml": NOTICE})
    stage.forge.commit(project, {"docs/commun.yml": FAULTY, "a.md": "a"}, branch="autre")
    theirs = stage.forge.add_merge_request(project, "autre", author=project.creator)
    stage.run()
    assert words(theirs) == []


def test_a_notice_that_sends_the_bot_away_is_not_reviewed(stage):
    theirs = opened(stage, f"{FAULTY}bot: non\n")
    stage.run()
    assert words(theirs) == []


def test_a_notice_that_cannot_be_read_is_told_with_its_line(stage):
    theirs = opened(stage, "titre: [\n")
    stage.run()
    [note] = words(theirs, stage.bot)
    assert "ligne" in note
    assert status(stage, theirs) == ["failed"]


def test_a_proposal_of_ours_that_a_maintainer_changed_is_reviewed(stage):
    project = stage.project()
    stage.run()
    [mine] = stage.proposals(project)
    stage.forge.commit(mine.source, {"commun.yml": FAULTY}, branch=BRANCH, author=project.creator)
    stage.run()
    [note] = [each for each in words(mine, stage.bot) if "Fichier commun.yml" in each]
    assert "1\u00a0erreur" in note


# Badge


def with_badge(stage: Stage, level: int) -> Project:
    project = stage.project(files={"README.md": README, "commun.yml": f"{NOTICE}badge: oui\n"})
    stage.invite(project, level)
    stage.slugs[project.id] = "fractions"
    return project


def test_the_badge_is_added_once_where_it_is_asked_for(stage):
    project = with_badge(stage, 40)
    report = stage.run()
    assert AddBadge in [type(each.action) for each in report.outcomes]
    [badge] = stage.client(stage.token).badges(project.id)
    assert badge.link == "https://catalogue.example/communs/fractions"
    assert badge.image == "https://catalogue.example/badges/fractions.svg"
    assert AddBadge not in [type(each.action) for each in stage.run().outcomes]


def test_a_badge_that_we_may_not_add_is_told_to_the_operator(stage):
    with_badge(stage, DEVELOPER)
    [outcome] = [each for each in stage.run().outcomes if type(each.action) is AddBadge]
    assert "Maintainer" in outcome.waiting
    assert not outcome.trouble, "it is for the maintainers, not for the operator, to act"


def test_a_badge_that_we_may_not_add_is_told_in_the_note(stage):
    project = with_badge(stage, DEVELOPER)
    changed = f"{NOTICE}badge: oui\n".replace("[fr]", "[fr, en]")
    stage.forge.commit(project, {"commun.yml": changed}, branch="fiche")
    theirs = stage.forge.add_merge_request(project, "fiche", author=project.creator)
    assert Review in [type(each.action) for each in stage.run().outcomes]
    assert any("badges/fractions.svg" in each for each in words(theirs, stage.bot))


def test_no_badge_leads_to_a_page_that_is_not_there(stage):
    with_badge(stage, 40)
    stage.slugs.clear()
    assert AddBadge not in [type(each.action) for each in stage.run().outcomes]
