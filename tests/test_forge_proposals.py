"""Merge requests, notes, statuses, labels, badges and releases of the double, as GitLab's are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import gitlab
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forge import Forge, quickactions
from tests.forge.asking import client, refused
from tests.forge.model import DEVELOPER, MAINTAINER, REPORTER, Project, User


@pytest.fixture
def marie(forge: Forge) -> User:
    return forge.add_user("marie")


@pytest.fixture
def project(forge: Forge, marie: User) -> Project:
    files = {"README.md": "# Fractions\n\nPour la 6e.\n"}
    return forge.add_project("marie/fractions", files=files)


@pytest.fixture
def robot(forge: Forge) -> User:
    return forge.add_user("robot")


@pytest.fixture
def found(forge: Forge, robot: User, project: Project) -> Any:
    """The project as the robot, a developer there, sees it; with a branch to propose."""
    forge.add_member(project, robot, DEVELOPER)
    forge.commit(project, {"commun.yml": "titre: A\nniveaux: [6e]\n"}, branch="fiche")
    return client(forge, robot).projects.get(project.id)


def propose(project: Any, **more: Any) -> Any:
    said = {"source_branch": "fiche", "target_branch": "main", "title": "Une fiche"}
    return project.mergerequests.create(said | more)


def ready(project: Any, **more: Any) -> Any:
    made = propose(project, **more)
    for _ in range(2):
        made = project.mergerequests.get(made.iid)
    return made


# --- Merge requests -----------------------------------------------------------------------------


def test_a_merge_request_is_prepared_then_checked_while_one_looks(found):
    made = propose(found)
    assert (made.sha, made.diff_refs, made.changes_count) == (None, None, None)
    assert (made.merge_status, made.detailed_merge_status) == ("preparing", "preparing")
    first = found.mergerequests.get(made.iid)
    assert (first.merge_status, first.changes_count) == ("checking", "1")
    assert first.sha == first.diff_refs["head_sha"] == found.branches.get("fiche").commit["id"]
    second = found.mergerequests.get(made.iid)
    assert (second.merge_status, second.detailed_merge_status) == ("can_be_merged", "mergeable")


def test_the_same_branch_is_not_proposed_twice(found):
    made = propose(found)
    said = refused(409, lambda: propose(found))
    text = "Another open merge request already exists for this source branch: !"
    assert said == [f"{text}{made.iid}"]


def test_a_branch_may_be_proposed_again_once_the_first_is_closed(found):
    made = propose(found)
    made.state_event = "close"
    made.save()
    assert propose(found).iid == made.iid + 1


def test_what_changes_the_same_lines_conflicts(forge, found, project):
    made = ready(found)
    forge.commit(project, {"commun.yml": "titre: B\n"})
    assert found.mergerequests.get(made.iid).merge_status == "cannot_be_merged"
    again = found.mergerequests.get(made.iid)
    assert (again.has_conflicts, again.detailed_merge_status) == (True, "conflict")


def test_deleting_its_branch_closes_it(forge, found):
    made = ready(found)
    found.branches.delete("fiche")
    assert found.mergerequests.get(made.iid).state == "closed"


def test_a_push_to_its_branch_is_a_new_version(forge, found, project):
    made = ready(found)
    forge.commit(project, {"commun.yml": "titre: C\n"}, branch="fiche")
    assert [each.state for each in made.diffs.list(get_all=True)] == ["collected"] * 2
    again = found.mergerequests.get(made.iid)
    assert again.sha != made.sha
    newest = made.diffs.get(made.diffs.list(get_all=True)[0].id)
    assert newest.head_commit_sha == again.sha
    assert len(newest.commits) == 2


def test_its_diff_is_git_s_own(found):
    made = ready(found)
    changes = made.changes()["changes"]
    assert [(each["new_path"], each["new_file"]) for each in changes] == [("commun.yml", True)]
    assert changes[0]["diff"] == "@@ -0,0 +1,2 @@\n+titre: A\n+niveaux: [6e]\n"
    assert [each.title for each in made.commits()] == ["Modification"]


def test_a_draft_says_so(found):
    made = ready(found, title="Draft: une fiche")
    assert made.draft
    assert made.detailed_merge_status == "draft_status"


def test_strangers_propose_from_a_fork_only(forge, project):
    other = forge.add_user("paul")
    theirs = client(forge, other)
    refused(403, lambda: propose(theirs.projects.get(project.id)))
    fork = forge.add_project("paul/fractions", fork_of=project)
    forge.commit(fork, {"commun.yml": "titre: D\n"}, branch="fiche")
    made = propose(theirs.projects.get(fork.id), target_project_id=project.id)
    assert (made.project_id, made.source_project_id) == (project.id, fork.id)
    forge.delete(fork)
    assert theirs.projects.get(project.id).mergerequests.get(made.iid).source_project_id is None


def test_merging_takes_the_right_and_the_commit_that_was_seen(forge, marie, found, project):
    made = ready(found)
    assert made.user["can_merge"] is False
    assert refused(401, made.merge) == "401 Unauthorized"
    theirs = client(forge, marie).projects.get(project.id).mergerequests.get(made.iid)
    assert theirs.user["can_merge"] is True
    refused(409, lambda: theirs.merge(sha="0" * 40))
    theirs.merge(sha=theirs.sha, should_remove_source_branch=True)
    assert forge.file(project, "commun.yml") == b"titre: A\nniveaux: [6e]\n"
    assert theirs.state == "merged"
    assert theirs.merged_by["username"] == "marie"
    assert forge.branches(project) == ["main"]
    refused(405, theirs.merge)


def test_what_conflicts_is_not_merged(forge, marie, found, project):
    made = ready(found)
    forge.commit(project, {"commun.yml": "titre: B\n"})
    theirs = client(forge, marie).projects.get(project.id).mergerequests.get(made.iid)
    refused(405, theirs.merge)


def test_one_s_own_are_listed_wherever_they_are(forge, marie, robot, found):
    ready(found)
    since = (forge.clock() + timedelta(hours=1)).isoformat()
    ours = client(forge, robot).mergerequests
    assert [each.title for each in ours.list(state="opened", get_all=True)] == ["Une fiche"]
    assert ours.list(updated_after=since, get_all=True) == []
    assert client(forge, marie).mergerequests.list(get_all=True) == []
    assert len(client(forge, marie).mergerequests.list(scope="all", get_all=True)) == 1
    by = found.mergerequests.list(author_username="robot", source_branch="fiche", get_all=True)
    assert len(by) == 1
    assert found.mergerequests.list(labels="autre", get_all=True) == []


def test_an_archived_project_takes_no_proposal_and_no_note(forge, found, project):
    made = ready(found)
    forge.edit(project, archived=True)
    refused(403, lambda: made.notes.create({"body": "bonjour"}))
    refused(403, lambda: propose(found, source_branch="fiche", target_branch="autre"))


# --- Notes and quick actions --------------------------------------------------------------------


def test_notes_are_written_edited_and_listed(forge, marie, found, project):
    made = ready(found)
    note = made.notes.create({"body": "Bonjour"})
    note.body = "Bonsoir"
    note.save()
    assert [each.body for each in made.notes.list(get_all=True)] == ["Bonsoir"]
    theirs = client(forge, marie).projects.get(project.id).mergerequests.get(made.iid)
    foreign = theirs.notes.get(note.id)
    foreign.body = "autre chose"
    refused(403, foreign.save)
    note.delete()
    assert made.notes.list(get_all=True) == []


def test_a_line_that_is_a_quick_action_acts_and_is_not_shown(forge, found, project):
    forge.add_label(project, "fiche")
    made = ready(found)
    note = made.notes.create({"body": "Merci.\n/label ~fiche\n/title Autre titre\nÀ bientôt."})
    assert note.body == "Merci.\nÀ bientôt."
    assert set(note.commands_changes) == {"label", "title"}
    again = found.mergerequests.get(made.iid)
    assert (again.labels, again.title) == (["fiche"], "Autre titre")


def test_a_note_of_quick_actions_alone_is_no_note(forge, robot, found):
    made = ready(found)
    answer = requests.post(
        f"{forge.url}/api/v4/projects/{found.id}/merge_requests/{made.iid}/notes",
        json={"body": "/close"},
        headers={"PRIVATE-TOKEN": forge.add_token(robot)},
        timeout=5,
    )
    assert answer.status_code == 202
    assert found.mergerequests.get(made.iid).state == "closed"
    assert [note.body for note in made.notes.list(get_all=True)] == ["closed"]


@pytest.mark.parametrize(
    "body",
    [
        "```\n/close\n```",
        "`/close`",
        " /close",
        "\\/close",
        "on peut écrire /close ici",
        ">>>\n/close\n>>>",
        "<details>\n/close\n</details>",
        "/closed",
        "/inconnu",
    ],
)
def test_what_only_looks_like_a_quick_action_does_nothing(found, body):
    made = ready(found)
    assert made.notes.create({"body": body}).body == body
    assert found.mergerequests.get(made.iid).state == "opened"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text("/close`>\\ é@~", max_size=9).map(lambda text: f"- {text}")))
def test_lines_that_do_not_begin_with_a_slash_are_left_as_they_are(forge, found, project, lines):
    if not project.merge_requests:
        propose(found)
    made = project.merge_requests[1]
    before = (made.state, made.title)
    body = "\n".join(lines)
    assert quickactions.obey(forge.world, made, project.creator, body) == (body, [])
    assert (made.state, made.title) == before


def test_a_description_acts_too(forge, found, project):
    forge.add_label(project, "fiche")
    made = ready(found, description="Voici.\n/label ~fiche")
    assert (made.labels, made.description) == (["fiche"], "Voici.")


def test_quick_actions_have_the_rights_of_their_author(forge, found, project):
    forge.add_label(project, "fiche")
    made = ready(found)
    other = client(forge, forge.add_user("paul")).projects.get(project.id)
    theirs = other.mergerequests.get(made.iid)
    theirs.notes.create({"body": "bonjour\n/close\n/label ~fiche"})
    again = found.mergerequests.get(made.iid)
    assert (again.state, again.labels) == ("opened", [])


def test_mentions_are_remembered_unless_they_are_code_or_escaped(forge, robot, found):
    made = ready(found)
    made.notes.create({"body": "Bonjour @marie, voyez `@marie`, \\@marie, a@marie.fr et @personne"})
    assert [(who.username, whom) for who, whom, _ in forge.mentions] == [("robot", "marie")]


# --- Discussions --------------------------------------------------------------------------------


def at(line: int, made: Any, path: str = "commun.yml") -> dict[str, Any]:
    place = {"position_type": "text", "new_path": path, "old_path": path, "new_line": line}
    return {**made.diff_refs, **place}


def test_a_suggestion_hangs_on_a_line_of_the_diff(found):
    made = ready(found)
    body = "Plutôt\u00a0:\n```suggestion:-0+0\ntitre: B\n```"
    thread = made.discussions.create({"body": body, "position": at(1, made)})
    note = made.discussions.get(thread.id).attributes["notes"][0]
    assert (note["type"], note["position"]["new_line"], note["body"]) == ("DiffNote", 1, body)
    thread.resolved = True
    thread.save()
    assert made.discussions.get(thread.id).attributes["notes"][0]["resolved"] is True
    reply = thread.notes.create({"body": "Merci"})
    assert len(made.discussions.get(thread.id).attributes["notes"]) == 2
    assert made.notes.get(reply.id).body == "Merci"


@pytest.mark.parametrize(("line", "path"), [(9, "commun.yml"), (1, "README.md")])
def test_a_line_that_is_not_in_the_diff_is_refused(found, line, path):
    made = ready(found)
    said = {"body": "x", "position": at(line, made, path)}
    assert "line_code" in str(refused(400, lambda: made.discussions.create(said)))


def test_an_unchanged_line_takes_its_old_number_too(forge, found, project):
    forge.commit(project, {"README.md": "# Fractions\n\nPour la 5e.\n"}, branch="fiche")
    made = ready(found)
    said = {"body": "x", "position": at(1, made, "README.md")}
    refused(
        400,
        lambda: made.discussions.create({**said, "position": {**said["position"], "old_line": 3}}),
    )
    made.discussions.create({**said, "position": {**said["position"], "old_line": 1}})


# --- Statuses, labels, badges -------------------------------------------------------------------


def status(project: Any, state: str, **more: Any) -> Any:
    sha = project.branches.get("fiche").commit["id"]
    said = {"state": state, "name": "balise", "ref": "fiche"}
    return project.commits.get(sha).statuses.create(said | more)


def test_the_same_pending_status_twice_is_refused(found):
    status(found, "pending")
    text = "Cannot transition status via :enqueue from :pending"
    assert text in str(refused(400, lambda: status(found, "pending")))
    status(found, "running")
    assert "via :run from :running" in str(refused(400, lambda: status(found, "running")))


def test_a_status_that_is_over_may_begin_again(found):
    status(found, "success", description="tout va bien")
    status(found, "pending")
    status(found, "failed", target_url="https://example.org/")
    sha = found.branches.get("fiche").commit["id"]
    assert [each.status for each in found.commits.get(sha).statuses.list(get_all=True)] == [
        "failed"
    ]
    every = found.commits.get(sha).statuses.list(get_all=True, all=True)
    assert [each.status for each in every] == ["success", "failed"]


@pytest.mark.parametrize(("level", "right"), [(REPORTER, False), (DEVELOPER, True)])
def test_statuses_take_a_developer(forge, found, project, level, right):
    paul = forge.add_user("paul")
    forge.add_member(project, paul, level)
    theirs = client(forge, paul).projects.get(project.id)
    if right:
        status(theirs, "success")
    else:
        refused(403, lambda: status(theirs, "success"))


@pytest.mark.parametrize(("level", "right"), [(DEVELOPER, False), (MAINTAINER, True)])
def test_badges_take_a_maintainer(forge, project, level, right):
    paul = forge.add_user("paul")
    forge.add_member(project, paul, level)
    theirs = client(forge, paul).projects.get(project.id)
    said = {"name": "Balise", "link_url": "https://example.org/%{project_path}"}
    said["image_url"] = "https://example.org/badge.svg"
    if right:
        made = theirs.badges.create(said)
        assert made.rendered_link_url == "https://example.org/marie/fractions"
        assert [each.name for each in theirs.badges.list(get_all=True)] == ["Balise"]
        made.delete()
        assert theirs.badges.list(get_all=True) == []
    else:
        refused(403, lambda: theirs.badges.create(said))


def test_labels_are_made_once(forge, found):
    found.labels.create({"name": "fiche", "color": "#aa0000"})
    assert refused(409, lambda: found.labels.create({"name": "fiche", "color": "#bb0000"})) == (
        "Label already exists"
    )
    assert [each.name for each in found.labels.list(get_all=True)] == ["fiche"]


def test_members_have_levels_of_their_own_or_from_above(forge, robot):
    forge.add_group("academie", members={"marie": MAINTAINER})
    inside = forge.add_project("academie/sons")
    forge.add_member(inside, robot, REPORTER)
    found = client(forge, robot).projects.get(inside.id)
    assert [each.username for each in found.members.list(get_all=True)] == ["robot"]
    levels = {each.username: each.access_level for each in found.members_all.list(get_all=True)}
    assert levels == {"robot": REPORTER, "marie": MAINTAINER}
    assert found.permissions["project_access"]["access_level"] == REPORTER


# --- Releases and packages ----------------------------------------------------------------------


def test_releases_have_assets_and_make_their_tag(forge, found, project):
    found.releases.create(
        {
            "tag_name": "v1",
            "ref": "main",
            "name": "Première version",
            "description": "Les exercices",
            "assets": {"links": [{"name": "scorm", "url": "https://example.org/a.zip"}]},
        }
    )
    release = found.releases.list(get_all=True)[0]
    assert release.assets["links"][0]["name"] == "scorm"
    assert [tag.name for tag in found.tags.list(get_all=True)] == ["v1"]
    assert found.tags.get("v1").release["description"] == "Les exercices"
    forge.add_release(project, "v2", links=[("h5p", "https://example.org/b.h5p")])
    assert [each.tag_name for each in found.releases.list(get_all=True)] == ["v2", "v1"]


def test_generic_packages_are_uploaded_listed_and_read_back(forge, found, tmp_path):
    path = tmp_path / "cours.zip"
    path.write_bytes(b"PK\x05\x06")
    found.generic_packages.upload("cours", "1.0", "cours.zip", path)
    package = found.packages.list(get_all=True)[0]
    assert (package.name, package.version, package.package_type) == ("cours", "1.0", "generic")
    assert [each.file_name for each in package.package_files.list(get_all=True)] == ["cours.zip"]
    assert found.generic_packages.download("cours", "1.0", "cours.zip") == b"PK\x05\x06"
    refused(404, lambda: found.generic_packages.download("cours", "2.0", "cours.zip"))


def test_the_registry_may_be_closed(forge, found, project):
    forge.edit(project, features={"package_registry": "disabled", "releases": "disabled"})
    refused(403, lambda: found.packages.list(get_all=True))
    refused(403, lambda: found.releases.list(get_all=True))


# --- Tokens -------------------------------------------------------------------------------------


def test_tokens_do_what_their_scopes_let_them(forge, marie, project):
    secret = forge.add_token(marie, ["read_api"])
    reader = gitlab.Gitlab(forge.url, private_token=secret)
    reader.auth()
    assert reader.user.username == "marie"
    refused(
        403, lambda: reader.projects.get(project.id).labels.create({"name": "a", "color": "#a00"})
    )
    only_me = gitlab.Gitlab(forge.url, oauth_token=forge.add_token(marie, ["read_user"]))
    only_me.auth()
    refused(403, lambda: only_me.projects.list(get_all=True))
    forge.revoke(secret)
    refused(401, lambda: reader.projects.list(get_all=True))
    assert refused(401, gitlab.Gitlab(forge.url, private_token="faux").auth) == "401 Unauthorized"
