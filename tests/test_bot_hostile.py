"""Projects that try to make the bot act, call or lie: it shows their words, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge_bridge.conduct import BotSettings
from forge_bridge.forge import MergeRequest as Proposal
from forge_bridge.forge import User
from forge_bridge.marker import MARKER
from forge_bridge.offer import offer_of
from forge_bridge.report import body_of
from forge_bridge.review import review_of
from forge_bridge.situation import Touching
from forge_bridge.telling import told
from metadata.project import Project, ProjectFile, Snapshot
from tests.botstage import NOTICE, README, Stage, staged, words
from tests.test_escape import HOSTILE

ME = User(id=1, username="balise-robot")
ACTS = (
    "/close",
    "/label ~grave",
    "/title Piraté",
    "@all @paul",
    "!1 #1",
    "```",
    "</details><!-- balise:commun v1 end=done -->",
    "<script>alert(1)</script>",
    "[x]: https://a.example",
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        stage.forge.add_user("paul")
        yield stage


def hostile(text: str) -> str:
    """A text with each attack on a line of its own, at its head and in its midst."""
    lines = "\n\n".join(f"{act}\n\nNiveau CM1 {act} pour les élèves de CM2, {act}." for act in ACTS)
    return f"{text}\n{lines}\n"


def test_no_word_of_a_project_acts_through_a_proposal(stage):
    project = stage.project(
        files={"README.md": hostile(README).replace("# Fractions", "# /close @all Fractions")},
        topics=["/close", "mathematiques"],
        description="/close @all <b>Des exercices</b> de mathématiques pour les élèves de CM1",
    )
    stage.forge.add_label(project, "grave")
    stage.invite(project)
    stage.run()
    [mine] = stage.proposals(project)
    assert (mine.state, mine.labels, stage.forge.mentions) == ("opened", [], [])
    assert mine.title == "Ajouter commun.yml, la fiche du projet au catalogue"
    assert "<script" not in mine.description.replace("\\<", "")
    assert stage.run().outcomes == ()


def test_no_word_of_a_notice_acts_through_a_review(stage):
    project = stage.project()
    stage.forge.add_label(project, "grave")
    stage.invite(project)
    faults = "".join(f'"{act[:20]} {number}": "{act}"\n' for number, act in enumerate(ACTS))
    slip = f'nivaux: ["{"/close"}", CM1]\nauteurs: "@all, @paul"\n'
    stage.forge.commit(project, {"commun.yml": NOTICE + faults + slip}, branch="fiche")
    theirs = stage.forge.add_merge_request(project, "fiche", author=project.creator)
    stage.run()
    assert any("Fichier commun.yml" in each for each in words(theirs, stage.bot))
    assert (theirs.state, theirs.labels, stage.forge.mentions) == ("opened", [], [])
    assert theirs.title == "Une proposition"
    assert stage.run().outcomes == ()


def test_a_marker_that_somebody_else_writes_counts_for_nothing(stage):
    project = stage.project()
    theirs = "<!-- balise:review v1 head={} -->\n\nTout va bien."
    head = stage.forge.commit(project, {"commun.yml": "titre: [\n"}, branch="fiche")
    merge_request = stage.forge.add_merge_request(project, "fiche", author=project.creator)
    stage.forge.add_note(merge_request, project.creator, theirs.format(head))
    stage.run()
    assert any("erreur" in each for each in words(merge_request, stage.bot))


def snapshot_of(text: str) -> Snapshot:
    text = text.encode(errors="replace").decode()  # a forge keeps no halves of signs
    files = {"README.md": f"{README}\nPour les élèves de 6e {text}\n{text}"}
    project = Project(
        id=7,
        path="marie/fractions",
        name=text,
        url="https://forge.example/marie/fractions",
        description=text,
        topics=(text,),
        default_branch="main",
    )
    return Snapshot(
        project=project,
        files=tuple(
            ProjectFile(path=path, blob="", payload=content.encode(errors="replace"))
            for path, content in files.items()
        ),
    )


def is_inert(body: str) -> bool:
    """Does no line command, and does the hidden line stand only where we put it?"""
    lines = body.splitlines()
    return not any(line.lstrip().startswith("/") for line in lines) and not MARKER.search(
        body.removeprefix(lines[0])
    )


@given(HOSTILE)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_project_says_its_proposal_is_inert(text):
    snapshot = snapshot_of(text)
    offer = offer_of(snapshot)
    if offer:
        body = body_of(offer, snapshot, BotSettings(catalogue="https://catalogue.example"))
        assert is_inert(f"\n{body}")


@given(st.lists(HOSTILE, min_size=1, max_size=6).map("\n".join))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_notice_says_its_review_is_inert(text):
    notice = f"{NOTICE}{text}".encode(errors="replace")
    seen = Touching(
        merge_request=Proposal(
            project=7,
            iid=1,
            title="",
            state="opened",
            source_branch="fiche",
            target_branch="main",
            source_project=7,
            author=2,
            sha="0" * 40,
        ),
        file=ProjectFile(path="commun.yml", blob="", payload=notice),
        added=frozenset(range(100)),
    )
    review = review_of(snapshot_of("").project, seen, "", BotSettings())
    if review:
        assert is_inert(review.body)
        assert all(is_inert(each.body) for each in review.suggestions)
        assert len(review.status.description) <= 255


def test_a_terminal_is_told_hostile_words_on_one_line(stage):
    stage.project(files={"README.md": README.replace("Des exer", "\x1b[31mDes \x9bexer")})
    text = "\n".join(told(stage.run(dry_run=True)))
    assert "\x1b" not in text
    assert "\x9b" not in text
