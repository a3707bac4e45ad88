"""The bot killed at each of its requests, begun again, and never doing a thing twice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from requests import PreparedRequest, Response

from forge_bridge.conduct import BRANCH
from forge_bridge.gitlab import GitLabForge
from tests.botstage import NOTICE, README, Stage, staged
from tests.forge.model import Project
from tests.test_bot_review import FAULTY

#: What differs from one forge to the next: its address, and the hashes of commits.
WHERE = re.compile(r"http://127[^\s)]+|\b[0-9a-f]{40}\b")


class Killed(BaseException):
    """What a kill -9 leaves of a run: nothing that it could catch."""


class Mortal:
    """A client that dies at its nth request, before it is sent or after it was answered."""

    def __init__(self, client: GitLabForge, nth: int, when: str) -> None:
        self.client, self.nth, self.when, self.sent = client, nth, when, 0
        session = client._at._session
        self._send, session.send = session.send, self.send  # type: ignore[method-assign]

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        self.sent += 1
        if self.sent == self.nth and self.when == "before":
            raise Killed
        response = self._send(request, **options)
        if self.sent == self.nth:
            raise Killed
        return response


def proposing(stage: Stage) -> None:
    stage.project()


def proposing_without_a_fork(stage: Stage) -> None:
    stage.invite(stage.project())


def completing(stage: Stage) -> None:
    lacking = "titre: Fractions en boîte\ndescription: Des exercices.\n"
    stage.project(files={"README.md": README, "commun.yml": lacking})


def updating(stage: Stage) -> None:
    project = stage.project()
    stage.run()
    stage.forge.commit(project, {"README.md": README.replace("CM2", "6e")})


def closing_with_thanks(stage: Stage) -> None:
    project = stage.project()
    stage.run()
    source = stage.proposals(project)[0].source
    payload = stage.forge.file(source, "commun.yml", BRANCH)
    stage.forge.commit(project, {"commun.yml": payload})


def closing_without_an_answer(stage: Stage) -> None:
    stage.project()
    stage.run()
    stage.forge.clock.advance(days=91)


def leaving(stage: Stage) -> None:
    project = stage.project()
    stage.run()
    stage.proposals(project)[0].labels.append("balise: non")


def tidying(stage: Stage) -> None:
    project = stage.project()
    stage.invite(project)
    stage.run()
    stage.forge.close(stage.proposals(project)[0])


def reviewing(stage: Stage) -> None:
    project = stage.project()
    stage.invite(project)
    stage.forge.commit(project, {"commun.yml": FAULTY}, branch="fiche")
    stage.forge.add_merge_request(project, "fiche", author=project.creator)


def reviewing_again(stage: Stage) -> None:
    reviewing(stage)
    stage.run()
    [theirs] = stage.forge.merge_requests()
    stage.forge.commit(theirs.target, {"commun.yml": NOTICE}, branch="fiche")


def adding_a_badge(stage: Stage) -> None:
    notice = f"{NOTICE}badge: oui\n"
    project = stage.project(files={"README.md": README, "commun.yml": notice})
    stage.invite(project)
    stage.slugs[project.id] = "fractions"


def what_there_is(stage: Stage) -> dict[str, Any]:
    """All that the bot may leave behind, in numbers and words, without dates or hashes."""
    found: dict[str, Any] = {"commits": pushed(stage)}
    for project in stage.forge.world.projects.values():
        name = project.full_path
        found[name] = {
            "branches": {each: commits(stage, project, each) for each in branches(stage, project)},
            "badges": len(stage.client(stage.token).badges(project.id)),
        }
        for each in project.merge_requests.values():
            notes = [
                (note.position is not None, WHERE.sub("", note.body), bool(note.resolved_at))
                for note in each.notes
                if not note.system
            ]
            found[f"{name}!{each.iid}"] = (each.state, each.title, sorted(notes))
    return found


def branches(stage: Stage, project: Project) -> list[str]:
    return stage.forge.branches(project)


def commits(stage: Stage, project: Project, branch: str) -> int:
    repository = stage.forge.world.repository(project)
    return sum(1 for _ in repository.walk(repository.branches[branch].target))


SCENES = (
    proposing,
    proposing_without_a_fork,
    completing,
    updating,
    closing_with_thanks,
    closing_without_an_answer,
    leaving,
    tidying,
    reviewing,
    reviewing_again,
    adding_a_badge,
)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_bot_killed_at_any_request_does_nothing_twice(tmp_path, scene, when):
    with staged(tmp_path / "whole", contract=False) as stage:
        scene(stage)
        client = stage.client(stage.token)
        stage.run(client=client)
        assert stage.written(), "the scene leaves the bot something to do"
        needed, expected = client.requests, what_there_is(stage)
    for nth in range(1, needed + 1):
        with staged(tmp_path / str(nth), contract=False) as stage:
            scene(stage)
            mortal = Mortal(stage.client(stage.token), nth, when)
            snapshots = stage.snapshots()
            with pytest.raises(Killed):
                stage.run(client=mortal.client, snapshots=snapshots)
            stage.run(snapshots=snapshots)
            assert what_there_is(stage) == expected, f"killed {when} request {nth}"


def pushed(stage: Stage) -> int:
    """How many commits the bot had made, those on branches made anew included."""
    return sum(
        each.method == "POST" and each.path.endswith("/repository/commits") and each.status == 201
        for each in stage.forge.requests
    )
