"""The bot against the forge double: what projects, maintainers and the operator see of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forge_bridge.actions import Close, Propose, Review, Tidy, Update
from forge_bridge.conduct import BRANCH
from forge_bridge.errors import ForgeDenied
from forge_bridge.telling import told
from tests.botstage import NOTICE, README, Stage, staged, words
from tests.forge.model import DEVELOPER, Project

HALF_A_YEAR = {"days": 185}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def kinds(report) -> list[type]:
    return [type(each.action) for each in report.outcomes]


def proposed(stage: Stage, project: Project) -> str:
    """The file that the bot's last merge request for a project would bring."""
    source = stage.proposals(project)[-1].source
    return (stage.forge.file(source, "commun.yml", BRANCH) or b"").decode()


# Proposing


def test_a_project_for_education_is_offered_its_notice_with_the_evidence(stage):
    project = stage.project()
    stage.run()
    [offered] = stage.proposals(project)
    assert "niveaux: [CM1, CM2]" in proposed(stage, project)
    assert offered.title == "Ajouter commun.yml, la fiche du projet au catalogue"
    assert "**niveaux**" in offered.description
    assert "/-/blob/" in offered.description
    assert "README.md#L3" in offered.description
    assert "/editeur?projet=marie/fractions" in offered.description


def test_a_second_run_does_nothing(stage):
    for number in range(3):
        stage.project(f"marie/fractions-{number}")
    assert kinds(stage.run()) == [Propose, Review] * 3
    stage.forge.forget_requests()
    again = stage.run()
    assert again.outcomes == ()
    assert stage.written() == []
    assert again.requests <= 3 + 3 * 3


def test_a_bot_that_may_not_push_proposes_from_a_fork(stage):
    project = stage.project()
    stage.run()
    [mine] = stage.proposals(project)
    assert mine.source.fork_of is project
    assert mine.source.namespace.full_path == "balise-robot"
    assert stage.forge.branches(project) == ["main"]


def test_a_bot_that_may_push_proposes_from_the_project_itself(stage):
    project = stage.project()
    stage.invite(project, DEVELOPER)
    stage.run()
    assert stage.proposals(project)[0].source is project
    assert sorted(stage.forge.branches(project)) == [BRANCH, "main"]


@pytest.mark.parametrize(
    "facts",
    [
        {"archived": True},
        {"visibility": "private"},
        {"visibility": "internal"},
        {"files": {}},
        {"files": {"README.md": "# make-things\n\nA build tool written in C.\n"}},
        {"features": {"merge_requests": "disabled"}},
        {"topics": ["balise-non"]},
        {"files": {"README.md": README, "commun.yml": "bot: non\n"}},
    ],
    ids=lambda facts: " ".join(facts),
)
def test_nothing_is_written_to_a_project_that_is_not_to_be_contacted(stage, facts):
    stage.project("marie/outils", **facts)
    assert stage.run().outcomes == ()
    assert stage.written() == []


def test_nothing_is_written_to_a_fork(stage):
    original = stage.project(topics=["balise-non"])
    stage.project("paul/fractions", fork_of=original, files={})
    assert stage.run().outcomes == ()
    assert stage.written() == []


@pytest.mark.parametrize("by", ["path", "number"])
def test_a_blocked_project_is_never_contacted(stage, by):
    project = stage.project()
    name = project.full_path if by == "path" else project.id
    assert stage.run(blocked=frozenset({name})).outcomes == ()
    assert stage.written() == []


def test_a_project_where_somebody_already_proposes_a_notice_is_left_to_them(stage):
    project = stage.project()
    stage.forge.commit(project, {"commun.yml": NOTICE}, branch="fiche")
    stage.forge.add_merge_request(project, "fiche", author=project.creator)
    assert kinds(stage.run()) == [Review]
    assert stage.proposals(project) == []


def test_a_branch_of_that_name_that_is_somebody_elses_is_not_touched(stage):
    project = stage.project()
    stage.invite(project)
    head = stage.forge.commit(project, {"notes.md": "à moi"}, branch=BRANCH)
    [outcome] = stage.run().outcomes
    assert "quelqu’un d’autre" in outcome.waiting
    assert stage.forge.file(project, "notes.md", head) == b"\xc3\xa0 moi"
    assert stage.proposals(project) == []


def test_a_project_that_changed_since_it_was_crawled_waits(stage):
    project = stage.project()
    snapshots = stage.snapshots()
    stage.forge.commit(project, {"commun.yml": NOTICE})
    [outcome] = stage.run(snapshots=snapshots).outcomes
    assert "a changé" in outcome.waiting
    assert stage.proposals(project) == []


# Room


def test_two_an_hour_and_ten_in_all_unless_the_operator_says_otherwise(stage):
    for number in range(4):
        stage.project(f"marie/fractions-{number}")
    first = stage.run(new_per_hour=2, open_at_most=3)
    assert kinds(first) == [Propose, Review, Propose, Review]
    assert first.unread == 2
    stage.forge.clock.advance(minutes=61)
    stage.run(new_per_hour=2, open_at_most=3)
    assert len(stage.proposals()) == 3
    stage.forge.close(stage.proposals()[0])
    stage.forge.clock.advance(minutes=61)
    stage.run(new_per_hour=2, open_at_most=3)
    assert len(stage.proposals()) == 4


# Keeping it right


def test_a_proposal_that_nobody_can_close_any_more_holds_no_place_for_ever(stage):
    gone = stage.project()
    stage.run(open_at_most=1)
    stage.forge.edit(gone, archived=True)
    project = stage.project("paul/calcul")
    stage.forge.clock.advance(days=89)
    stage.run(open_at_most=1)
    assert stage.proposals(project) == []
    stage.forge.clock.advance(days=10)
    stage.run(open_at_most=1)
    assert len(stage.proposals(project)) == 1


def test_a_project_that_opted_out_since_it_was_crawled_gets_nothing(stage):
    project = stage.project()
    [seen] = stage.snapshots()
    before = [replace(seen, project=replace(seen.project, archived=False))]  # seen with a token
    stage.forge.edit(project, topics=["balise-non"])
    [outcome] = stage.run(snapshots=before).outcomes
    assert "balise-non" in outcome.waiting
    assert stage.written() == []


def test_a_proposal_follows_what_the_project_says(stage):
    project = stage.project()
    stage.run()
    stage.forge.commit(project, {"README.md": README.replace("CM2", "6e")})
    assert kinds(stage.run()) == [Update, Review]
    assert "niveaux: [CM1, 6e]" in proposed(stage, project)
    assert "6e" in stage.proposals(project)[0].description
    assert len(stage.proposals(project)) == 1
    assert stage.run().outcomes == ()


def test_a_commit_that_changes_nothing_of_what_is_said_changes_no_proposal(stage):
    project = stage.project()
    stage.run()
    stage.forge.commit(project, {"exercices/partage.md": "Trois quarts de pizza."})
    assert stage.run().outcomes == ()


def test_a_branch_that_a_maintainer_wrote_on_is_theirs(stage):
    project = stage.project()
    stage.run()
    mine = stage.proposals(project)[0]
    edited = proposed(stage, project).replace("CM2", "6e")
    stage.forge.commit(mine.source, {"commun.yml": edited}, branch=BRANCH, author=project.creator)
    stage.forge.commit(project, {"README.md": README.replace("CM1", "CE2")})
    report = stage.run()
    assert kinds(report) == [Review]
    assert proposed(stage, project) == edited


def test_a_notice_that_came_another_way_closes_the_proposal_with_thanks(stage):
    project = stage.project()
    stage.run()
    stage.forge.commit(project, {"commun.yml": proposed(stage, project)})
    assert kinds(stage.run()) == [Close, Tidy]
    [mine] = stage.proposals(project)
    assert mine.state == "closed"
    assert "Merci" in words(mine, stage.bot)[-1]
    assert BRANCH not in stage.forge.branches(mine.source)
    assert stage.run().outcomes == ()


def test_a_notice_that_cannot_be_read_is_left_to_its_maintainers(stage):
    project = stage.project()
    stage.run()
    stage.forge.commit(project, {"commun.yml": "titre: [\n"})
    assert stage.run().outcomes == ()
    assert stage.proposals(project)[0].state == "opened"


def test_a_merged_proposal_leaves_nothing_behind(stage):
    project = stage.project()
    stage.invite(project)
    stage.run()
    stage.forge.merge(stage.proposals(project)[0], project.creator)
    stage.run()
    assert stage.forge.branches(project) == ["main"]
    assert stage.run().outcomes == ()


def test_what_a_maintainer_took_out_of_a_proposal_is_not_offered_again(stage):
    project = stage.project()
    stage.run()
    [mine] = stage.proposals(project)
    kept = "\n".join(line for line in proposed(stage, project).splitlines() if "niv" not in line)
    stage.forge.commit(mine.source, {"commun.yml": kept}, branch=BRANCH, author=project.creator)
    stage.forge.merge(mine, project.creator)
    stage.run()
    assert len(stage.proposals(project)) == 1


def test_a_notice_that_lacks_what_the_project_says_is_completed_in_place(stage):
    lacking = "# Notre fiche\ntitre: Fractions en boîte # oui\ndescription: Des exercices.\n"
    project = stage.project(files={"README.md": README, "commun.yml": lacking})
    stage.run()
    after = proposed(stage, project)
    assert after.startswith(lacking.rstrip("\n"))
    assert "niveaux: [CM1, CM2]" in after
    assert "compléter" in stage.proposals(project)[0].title


def test_a_proposal_that_is_about_to_close_is_not_reviewed_first(stage):
    project = stage.project()
    stage.forge.fail(method="POST", path="/notes", status=500, times=100)
    stage.run()
    stage.forge.heal()
    stage.forge.commit(project, {"commun.yml": proposed(stage, project)})
    assert kinds(stage.run()) == [Close, Tidy]


# No, and no answer


def test_a_closed_proposal_is_a_no(stage):
    project = stage.project()
    stage.run()
    stage.forge.close(stage.proposals(project)[0])
    stage.run()
    stage.forge.forget_requests()
    stage.forge.commit(project, {"README.md": README.replace("CM2", "6e")})
    stage.forge.clock.advance(days=150)
    assert stage.run().outcomes == ()
    assert stage.written() == []
    stage.forge.commit(project, {"README.md": README})
    stage.forge.clock.advance(days=40)
    assert stage.run().outcomes == ()
    stage.forge.commit(project, {"README.md": README.replace("CM2", "6e")})
    assert Propose in kinds(stage.run())
    assert len(stage.proposals(project)) == 2


def test_a_proposal_without_an_answer_closes_politely_and_once(stage):
    project = stage.project()
    stage.run()
    stage.forge.clock.advance(days=89)
    assert stage.run().outcomes == ()
    stage.forge.clock.advance(days=2)
    assert kinds(stage.run()) == [Close, Tidy]
    [mine] = stage.proposals(project)
    assert mine.state == "closed"
    assert len([each for each in words(mine) if "sans réponse" in each]) == 1
    stage.forge.clock.advance(days=180)
    assert stage.run().outcomes == ()
    stage.forge.clock.advance(days=5)
    assert Propose in kinds(stage.run())  # silence was no refusal


def test_silence_closes_a_proposal_whose_discussion_is_locked_too(stage):
    project = stage.project()
    stage.run()
    stage.forge.clock.advance(days=91)
    stage.forge.fail(method="POST", path="/notes", status=403, times=100)
    stage.run()
    assert [each.state for each in stage.proposals(project)] == ["closed"]


def test_silence_closes_a_proposal_though_the_notice_cannot_be_read(stage):
    project = stage.project()
    stage.run()
    stage.forge.commit(project, {"commun.yml": "titre: [\n"})
    stage.forge.clock.advance(days=91)
    assert Close in kinds(stage.run())
    assert [each.state for each in stage.proposals(project)] == ["closed"]


def test_a_branch_of_ours_that_somebody_proposes_is_not_deleted_under_them(stage):
    project = stage.project()
    stage.invite(project, DEVELOPER)
    stage.run()
    stage.forge.close(stage.proposals(project)[0])
    theirs = stage.forge.add_merge_request(project, BRANCH, author=project.creator)
    stage.run()
    assert BRANCH in stage.forge.branches(project)
    assert theirs.state == "opened"


def test_an_answer_keeps_a_proposal_open(stage):
    project = stage.project()
    stage.run()
    stage.forge.clock.advance(days=80)
    stage.forge.add_note(stage.proposals(project)[0], project.creator, "Je regarde ça bientôt.")
    stage.forge.clock.advance(days=80)
    assert stage.run().outcomes == ()
    stage.forge.clock.advance(days=20)
    assert kinds(stage.run()) == [Close, Tidy]


@pytest.mark.parametrize("way", ["label", "topic", "file"])
def test_a_project_that_opts_out_is_left_alone_for_good(stage, way):
    project = stage.project()
    stage.run()
    [mine] = stage.proposals(project)
    said = words(mine)
    if way == "label":
        mine.labels.append("balise: non")
    elif way == "topic":
        stage.forge.edit(project, topics=["balise-non"])
    else:
        stage.forge.commit(project, {"commun.yml": f"{NOTICE}bot: non\n"})
    stage.run()
    assert mine.state == "closed"
    assert words(mine) == said
    stage.forge.forget_requests()
    stage.forge.commit(project, {"README.md": README.replace("CM2", "6e")})
    stage.forge.clock.advance(days=400)
    assert stage.run().outcomes == ()
    assert stage.written() == []


# The run itself


def test_a_project_that_fails_does_not_stop_the_others(stage):
    bad, good = stage.project("marie/un"), stage.project("paul/deux")
    snapshots = stage.snapshots()
    stage.forge.fail(path=f"/projects/{bad.id}\\b", status=500, times=100)
    report = stage.run(snapshots=snapshots)
    assert stage.proposals(good)
    assert [each.path for each in report.outcomes if each.trouble] == ["marie/un"]


def test_a_forge_that_no_longer_answers_ends_the_run_cleanly(stage):
    for number in range(5):
        stage.project(f"marie/fractions-{number}")
    snapshots = stage.snapshots()
    stage.forge.fail(path="/projects/", status=502, times=1000)
    report = stage.run(snapshots=snapshots)
    assert report.stopped
    assert len(report.outcomes) == 3
    stage.forge.heal()
    stage.run()
    assert len(stage.proposals()) == 5


def test_without_a_token_one_can_only_ask_what_would_be_done(stage):
    stage.project()
    with pytest.raises(ForgeDenied):
        stage.run(client=stage.client())
    report = stage.run(client=stage.client(), dry_run=True)
    assert kinds(report) == [Propose]


def test_a_dry_run_tells_what_it_would_do_and_writes_nothing(stage):
    stage.project()
    report = stage.run(dry_run=True)
    text = "\n".join(told(report))
    assert "à faire\u00a0: proposer" in text
    assert "README.md" in text
    assert "niveaux\u00a0: CM1, CM2" in text
    assert "requêtes" in text
    assert stage.written() == []


def test_a_run_over_one_project_says_why_it_does_nothing(stage):
    stage.project(archived=False, topics=["balise-non"])
    [line, sums] = told(stage.run())
    assert "balise-non" in line
    assert "rien à faire" in sums


def test_the_token_alone_is_what_the_bot_needs(stage):
    """No file, no database: another machine goes on where this one stopped."""
    stage.project()
    stage.run()
    assert stage.run(client=stage.client(stage.forge.add_token(stage.bot))).outcomes == ()


# Correcting


def test_values_that_a_vocabulary_gave_up_come_corrected(stage):
    outdated = f"{NOTICE}types: [exercice]\npublic: [élève]\n".replace(
        "niveaux: [CM1, CM2]", "niveaux: [terminale S] # le bac"
    )
    project = stage.project(files={"README.md": README, "commun.yml": outdated})
    stage.run()
    [mine] = stage.proposals(project)
    assert proposed(stage, project) == outdated.replace("terminale S", "terminale générale")
    assert mine.title == "commun.yml\u00a0: remplacer des valeurs périmées"
    assert "terminale générale" in mine.description
    assert stage.run().outcomes == ()
    stage.forge.merge(mine, project.creator)
    assert [type(each.action) for each in stage.run().outcomes] in ([], [Tidy])
