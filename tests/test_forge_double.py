"""The double behaves as GitLab does: python-gitlab is the client that says so.

Each test is one documented or observed behaviour; the fixture also asserts that neither side broke
GitLab's own document.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pygit2
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.corpus import shared
from tests.forge import Forge, git
from tests.forge.asking import client, commit, refused
from tests.forge.model import DEVELOPER, GUEST, MAINTAINER, REPORTER, Project, User


@pytest.fixture
def marie(forge: Forge) -> User:
    return forge.add_user("marie", "Marie Curie")


@pytest.fixture
def project(forge: Forge, marie: User) -> Project:
    files = {"README.md": "# Fractions\n\nPour la 6e.\n", "fiches/une.md": "une\n"}
    return forge.add_project("marie/fractions", files=files, topics=["Maths", "6e"])


# --- Listing ------------------------------------------------------------------------------------


def test_keyset_pages_follow_the_link_and_the_last_one_is_empty(forge):
    for number in range(5):
        forge.add_project(f"marie/projet-{number}")
    address: str | None = (
        f"{forge.url}/api/v4/projects?pagination=keyset&order_by=id&sort=asc&per_page=2"
    )
    sizes, numbers = [], []
    while address:
        answer = requests.get(address, timeout=5)
        assert "X-Total" not in answer.headers
        sizes.append(len(answer.json()))
        numbers += [row["id"] for row in answer.json()]
        address = answer.links.get("next", {}).get("url")
    assert sizes == [2, 2, 1, 0]
    assert numbers == sorted({*numbers})
    assert len(numbers) == 5


def test_keyset_is_for_numbers_only(forge, project):
    said = refused(
        405,
        lambda: client(forge).projects.list(order_by="name", pagination="keyset", get_all=False),
    )
    assert "Keyset pagination is not yet available" in str(said)


def test_offset_pages_say_totals_and_links(forge):
    for number in range(5):
        forge.add_project(f"marie/projet-{number}")
    answer = requests.get(f"{forge.url}/api/v4/projects?per_page=2&page=2", timeout=5)
    assert answer.headers["X-Total"] == "5"
    assert answer.headers["X-Total-Pages"] == answer.headers["X-Next-Page"] == "3"
    assert set(answer.links) == {"first", "prev", "next", "last"}
    assert parse_qs(urlsplit(answer.links["next"]["url"]).query)["page"] == ["3"]


def test_no_page_is_longer_than_a_hundred(forge):
    forge.generate(130, seed=1)
    assert len(client(forge).projects.list(per_page=500, get_all=False)) == 100


def test_offsets_end_at_fifty_thousand(forge, project):
    said = refused(405, lambda: client(forge).projects.list(per_page=100, page=502, get_all=False))
    assert "maximum allowed offset of 50000" in str(said)


def test_a_link_repeats_what_the_address_names_and_python_gitlab_follows_it(forge, marie, project):
    for number in range(3):
        forge.commit(project, {"README.md": f"version {number}"})
    commits = client(forge, marie).projects.get(project.id).commits.list(iterator=True, per_page=1)
    assert len(list(commits)) == 4
    assert any(f"id={project.id}" in asked.path for asked in forge.requests)


def test_strangers_see_neither_private_projects_nor_as_much_of_public_ones(forge, marie, project):
    hidden = forge.add_project("marie/brouillon", visibility="private")
    assert refused(404, lambda: client(forge).projects.get(hidden.id)) == "404 Project Not Found"
    assert client(forge, marie).projects.get(hidden.id).visibility == "private"
    public = client(forge).projects.get(project.id).attributes
    known = client(forge, marie).projects.get(project.id).attributes
    assert not {"archived", "empty_repo", "permissions", "merge_requests_enabled"} & public.keys()
    assert known["archived"] is False
    assert known["permissions"]["project_access"]["access_level"] == 50
    assert [each.id for each in client(forge).projects.list(get_all=True)] == [project.id]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"topic": "maths"}, {"fractions"}),
        ({"topic": ["Maths", "6e"]}, {"fractions"}),
        ({"topic": "maths,5e"}, set()),
        ({"archived": True}, {"ancien"}),
        ({"archived": False, "visibility": "public"}, {"fractions", "sons"}),
        ({"search": "FRACT"}, {"fractions"}),
        ({"membership": True}, {"fractions", "ancien", "secret", "sons"}),
        ({"visibility": "private"}, {"secret"}),
        ({"id_after": 2, "id_before": 4}, {"secret"}),
    ],
)
def test_projects_are_filtered(forge, marie, project, query, found):
    forge.add_project("marie/ancien", archived=True)
    forge.add_project("marie/secret", visibility="private")
    forge.add_project("marie/sons", topics=["musique"])
    rows = client(forge, marie).projects.list(get_all=True, **query)
    assert {row.path for row in rows} == found


def test_updated_after_does_nothing_without_its_order(forge, project):
    forge.clock.advance(days=2)
    late = forge.clock().isoformat()
    everybody = client(forge).projects
    assert everybody.list(get_all=True, updated_after=late, order_by="updated_at") == []
    assert len(everybody.list(get_all=True, updated_after=late, order_by="id")) == 1
    forge.edit(project, description="Des fractions")
    assert len(everybody.list(get_all=True, updated_after=late, order_by="updated_at")) == 1


def test_activity_is_shown_at_most_once_an_hour_and_settings_do_not_count(forge, project):
    first = project.active
    forge.clock.advance(minutes=30)
    forge.commit(project, {"README.md": "autre"})
    assert project.active == first
    forge.clock.advance(minutes=31)
    forge.edit(project, topics=["histoire"])
    assert project.active == first < project.updated
    forge.commit(project, {"README.md": "encore"})
    assert project.active > first
    since = (first + timedelta(minutes=1)).isoformat()
    rows = client(forge).projects.list(get_all=True, last_activity_after=since)
    assert [row.id for row in rows] == [project.id]


def test_groups_list_what_is_in_them_and_below(forge):
    forge.add_group("academie/maths", members={"marie": MAINTAINER})
    above, below = forge.add_project("academie/accueil"), forge.add_project("academie/maths/sons")
    group = client(forge).groups.get("academie")
    assert [row.id for row in group.projects.list(get_all=True)] == [above.id]
    deep = group.projects.list(get_all=True, include_subgroups=True)
    assert {row.id for row in deep} == {above.id, below.id}
    assert [each.full_path for each in group.subgroups.list(get_all=True)] == ["academie/maths"]
    assert [row.id for row in client(forge).groups.get("academie/maths").projects.list()] == [
        below.id
    ]


def test_a_moved_project_redirects_to_its_number_and_takes_no_writes_there(forge, marie, project):
    forge.move(project, "marie/les-fractions")
    answer = requests.get(
        f"{forge.url}/api/v4/projects/marie%2Ffractions/repository/tree?ref=main",
        timeout=5,
        allow_redirects=False,
    )
    assert answer.status_code == 301
    assert answer.headers["Location"].startswith(
        f"{forge.url}/api/v4/projects/{project.id}/repository/tree?ref=main"
    )
    assert client(forge).projects.get(project.id).path_with_namespace == "marie/les-fractions"
    secret = forge.add_token(marie)
    answer = requests.put(
        f"{forge.url}/api/v4/projects/marie%2Ffractions",
        json={"description": "x"},
        headers={"PRIVATE-TOKEN": secret},
        timeout=5,
    )
    assert answer.status_code == 405


def test_a_deleted_project_is_gone_from_everywhere(forge, project):
    forge.delete(project)
    refused(404, lambda: client(forge).projects.get(project.id))
    assert client(forge).projects.list(get_all=True) == []


# --- Reading code -------------------------------------------------------------------------------


def test_an_empty_project_has_no_branch_and_no_tree(forge, marie):
    empty = client(forge, marie).projects.get(forge.add_project("marie/vide").id)
    assert (empty.default_branch, empty.empty_repo) == (None, True)
    assert refused(404, empty.repository_tree) == "404 Tree Not Found"
    assert empty.branches.list(get_all=True) == empty.commits.list(get_all=True) == []


def test_a_tree_is_git_s_own(forge, project):
    rows = client(forge).projects.get(project.id).repository_tree(recursive=True, get_all=True)
    assert [(row["type"], row["path"]) for row in rows] == [
        ("tree", "fiches"),
        ("blob", "fiches/une.md"),
        ("blob", "README.md"),
    ]
    readme = rows[-1]["id"]
    assert readme == str(pygit2.hash(b"# Fractions\n\nPour la 6e.\n"))
    assert client(forge).projects.get(project.id).repository_raw_blob(readme).startswith(b"# Frac")


def test_a_tree_has_keyset_pages(forge, project):
    forge.commit(project, {f"exercice-{number}.md": "x" for number in range(7)})
    tree = (
        client(forge)
        .projects.get(project.id)
        .repository_tree(pagination="keyset", per_page=2, iterator=True)
    )
    assert len(list(tree)) == 9


def test_a_file_tells_its_blob_and_last_commit_in_headers_too(forge, project):
    first = client(forge).projects.get(project.id).files.get("fiches/une.md", ref="main")
    forge.commit(project, {"README.md": "autre"})
    files = client(forge).projects.get(project.id).files
    again = files.get("fiches/une.md", ref="main")
    assert again.decode() == b"une\n"
    assert again.last_commit_id == first.last_commit_id != again.commit_id
    headers = files.head("fiches/une.md", ref="main")
    assert headers["X-Gitlab-Blob-Id"] == again.blob_id
    assert headers["X-Gitlab-Last-Commit-Id"] == again.last_commit_id
    assert files.raw("fiches/une.md", ref="main") == b"une\n"


def test_what_is_not_there_is_named(forge, project):
    found = client(forge).projects.get(project.id)
    assert refused(404, lambda: found.files.get("absent", ref="main")) == "404 File Not Found"
    assert refused(404, lambda: found.branches.get("absente")) == "404 Branch Not Found"
    assert refused(404, lambda: found.tags.get("v9")) == "404 Tag Not Found"
    assert refused(404, lambda: found.repository_tree("absent")) == "404 Tree Not Found"


def test_an_unchanged_answer_is_a_304(forge, project):
    address = f"{forge.url}/api/v4/projects/{project.id}"
    etag = requests.get(address, timeout=5).headers["ETag"]
    assert etag.startswith('W/"')
    again = requests.get(address, headers={"If-None-Match": etag}, timeout=5)
    assert (again.status_code, again.content) == (304, b"")
    forge.edit(project, description="autre")
    assert requests.get(address, headers={"If-None-Match": etag}, timeout=5).status_code == 200


def test_a_closed_repository_and_closed_merge_requests_are_forbidden(forge, marie, project):
    forge.edit(project, features={"repository": "disabled", "merge_requests": "disabled"})
    found = client(forge, marie).projects.get(project.id)
    assert found.repository_access_level == found.merge_requests_access_level == "disabled"
    assert found.merge_requests_enabled is False
    refused(403, found.repository_tree)
    refused(403, lambda: found.mergerequests.list(get_all=True))


def test_guests_of_a_private_project_do_not_see_its_code(forge, marie):
    secret = forge.add_project("marie/secret", visibility="private", files={"a.md": "a"})
    paul = forge.add_user("paul")
    forge.add_member(secret, paul, GUEST)
    found = client(forge, paul).projects.get(secret.id)
    refused(403, found.repository_tree)
    forge.add_member(secret, paul, REPORTER)
    assert len(found.repository_tree()) == 1


def test_branches_compare_and_contributors(forge, marie, project):
    forge.commit(project, {"commun.yml": "titre: A\n"}, branch="fiche")
    found = client(forge).projects.get(project.id)
    assert [each.name for each in found.branches.list(get_all=True)] == ["fiche", "main"]
    compared = found.repository_compare("main", "fiche")
    assert [each["new_path"] for each in compared["diffs"]] == ["commun.yml"]
    assert "+titre: A" in compared["diffs"][0]["diff"]
    assert [row["name"] for row in found.repository_contributors()] == ["Marie Curie"]
    assert found.languages() == {}


# --- Writing code -------------------------------------------------------------------------------


def test_a_commit_of_many_actions_is_whole_or_not_at_all(forge, marie, project):
    found = client(forge, marie).projects.get(project.id)
    made = commit(
        found,
        {
            "action": "create",
            "file_path": "é.md",
            "content": base64.b64encode(b"\xff\x00").decode(),
            "encoding": "base64",
        },
        {"action": "move", "previous_path": "fiches/une.md", "file_path": "une.md"},
        {"action": "update", "file_path": "README.md", "content": "autre"},
    )
    assert made.stats["total"] > 0
    assert forge.file(project, "é.md") == b"\xff\x00"
    assert forge.file(project, "une.md") == b"une\n"
    assert forge.file(project, "fiches/une.md") is None
    said = refused(
        400,
        lambda: commit(
            found,
            {"action": "create", "file_path": "b.md", "content": "b"},
            {"action": "delete", "file_path": "absent.md"},
        ),
    )
    assert said == "A file with this name doesn't exist"
    assert forge.file(project, "b.md") is None


def test_what_exists_is_not_created_again(forge, marie, project):
    found = client(forge, marie).projects.get(project.id)
    action = {"action": "create", "file_path": "README.md", "content": "autre"}
    assert refused(400, lambda: commit(found, action)) == "A file with this name already exists"


def test_a_branch_that_exists_is_overwritten_by_force_alone(forge, marie, project):
    found = client(forge, marie).projects.get(project.id)
    action = {"action": "create", "file_path": "commun.yml", "content": "a: 1"}
    commit(found, action, branch="fiche", start_branch="main")
    said = refused(400, lambda: commit(found, action, branch="fiche", start_branch="main"))
    assert "already exists" in str(said)
    made = commit(found, action, branch="fiche", start_branch="main", force=True)
    assert made.parent_ids == [found.branches.get("main").commit["id"]]


def test_a_file_that_changed_since_is_not_overwritten(forge, marie, project):
    found = client(forge, marie).projects.get(project.id)
    old = found.files.get("README.md", ref="main").last_commit_id
    forge.commit(project, {"README.md": "entre-temps"})
    action = {"action": "update", "file_path": "README.md", "content": "x", "last_commit_id": old}
    said = refused(400, lambda: commit(found, action))
    assert str(said).startswith("The file has changed since you started editing it")


def test_an_archived_project_takes_no_writes(forge, marie, project):
    found = client(forge, marie).projects.get(project.id)
    found.archive()
    assert client(forge, marie).projects.get(project.id).archived is True
    action = {"action": "create", "file_path": "a", "content": "a"}
    refused(403, lambda: commit(found, action))
    refused(403, lambda: found.branches.create({"branch": "b", "ref": "main"}))


@pytest.mark.parametrize(
    ("level", "branch", "right"),
    [
        (REPORTER, "fiche", False),
        (DEVELOPER, "fiche", True),
        (DEVELOPER, "main", False),
        (MAINTAINER, "main", True),
    ],
)
def test_who_may_push_where(forge, project, level, branch, right):
    paul = forge.add_user("paul")
    forge.add_member(project, paul, level)
    found = client(forge, paul).projects.get(project.id)
    action = {"action": "create", "file_path": "a", "content": "a"}
    start = {} if branch == "main" else {"start_branch": "main"}
    if right:
        commit(found, action, branch=branch, **start)
        assert forge.file(project, "a", branch) == b"a"
    else:
        refused(403, lambda: commit(found, action, branch=branch, **start))


def test_one_file_is_written_by_the_files_api(forge, marie, project):
    files = client(forge, marie).projects.get(project.id).files
    said = {"branch": "main", "commit_message": "essai", "content": "b"}
    files.create({"file_path": "dossier/b.md", **said})
    made = files.get("dossier/b.md", ref="main")
    made.content = "c"
    made.save(branch="main", commit_message="c")
    assert forge.file(project, "dossier/b.md") == b"c"
    made.delete(branch="main", commit_message="d")
    assert forge.file(project, "dossier/b.md") is None


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["create", "update", "delete", "move"]),
        st.sampled_from(["a.md", "b.md", "d/c.md"]),
        st.sampled_from(["a.md", "b.md", "d/c.md"]),
        st.text("xé\n", max_size=3),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commits=st.lists(ACTIONS, max_size=3))
def test_commits_do_to_a_branch_what_they_would_do_to_a_dict(forge, commits):
    robot = forge.world.user("robot") or forge.add_user("robot")
    number = len(forge.world.projects)
    made = forge.add_project(f"robot/essai-{number}", files={"README.md": "a"})
    found = client(forge, robot).projects.get(made.id, lazy=True)
    expected = {"README.md": b"a"}
    for actions in commits:
        after = applied(expected, actions)
        sent = [action(*each) for each in actions]
        if after is None:
            refused(400, lambda sent=sent: commit(found, *sent))
        else:
            commit(found, *sent)
            expected = after
    head = forge.world.repository(made).revparse_single("main")
    files = [row["path"] for row in git.walk(head.tree, deep=True) if row["type"] == "blob"]
    assert {path: forge.file(made, path) for path in files} == expected


def action(kind: str, path: str, source: str, text: str) -> dict[str, str]:
    more = {"previous_path": source} if kind == "move" else {"content": text}
    return {"action": kind, "file_path": path, **({} if kind == "delete" else more)}


def applied(
    files: dict[str, bytes], actions: list[tuple[str, str, str, str]]
) -> dict[str, bytes] | None:
    """The files after all the actions; None when one of them is not possible."""
    after = dict(files)
    for kind, path, source, text in actions:
        makes, needs = kind in ("create", "move"), source if kind == "move" else path
        if (makes and path in after) or (kind != "create" and needs not in after):
            return None
        if kind == "move":
            after[path] = after.pop(source)
        elif kind == "delete":
            del after[path]
        else:
            after[path] = text.encode()
    return after


# --- Forks --------------------------------------------------------------------------------------


def test_a_fork_is_made_in_the_background(forge, project):
    forge.polls = 2
    robot = forge.add_user("robot")
    found = client(forge, robot).projects.get(project.id)
    fork = found.forks.create({})
    projects = client(forge, robot).projects
    assert projects.get(fork.id).import_status == "scheduled"
    assert projects.get(fork.id).import_status == "finished"
    copy = projects.get(fork.id)
    assert copy.forked_from_project["id"] == project.id
    assert copy.files.get("README.md", ref="main").decode().startswith(b"# Fractions")
    said = refused(409, lambda: found.forks.create({}))
    assert "has already been taken" in str(said)
    assert [each.id for each in found.forks.list(get_all=True)] == [fork.id]
    forge.delete(project)
    assert "forked_from_project" not in projects.get(fork.id).attributes


def test_maintainers_may_push_to_a_fork_that_allows_it(forge, marie, project):
    robot = forge.add_user("robot")
    fork = forge.add_project("robot/fractions", fork_of=project)
    forge.commit(fork, {"commun.yml": "a: 1"}, branch="fiche")
    theirs = client(forge, marie).projects.get(fork.id)
    action = {"action": "update", "file_path": "commun.yml", "content": "a: 2"}
    refused(403, lambda: commit(theirs, action, branch="fiche"))
    ours = client(forge, robot).projects.get(fork.id)
    ours.mergerequests.create(
        {
            "source_branch": "fiche",
            "target_branch": "main",
            "title": "Une fiche",
            "target_project_id": project.id,
            "allow_collaboration": True,
        }
    )
    commit(theirs, action, branch="fiche")
    assert forge.file(fork, "commun.yml", "fiche") == b"a: 2"


def test_a_fork_starts_from_the_original_only_when_it_says_which(forge, project):
    robot = forge.add_user("robot")
    fork = forge.add_project("robot/fractions", fork_of=project)
    newer = forge.commit(project, {"README.md": "plus récent"})
    found = client(forge, robot).projects.get(fork.id)
    made = {"action": "create", "file_path": "commun.yml", "content": "a: 1"}
    start = {"branch": "fiche", "start_sha": newer}
    assert refused(400, lambda: commit(found, made, **start)) == "Cannot find start_sha"
    done = commit(found, made, **start, start_project=project.id)
    assert done.parent_ids == [newer]
    assert forge.file(fork, "README.md", "fiche") == "plus récent".encode()


# --- Time and seeding ---------------------------------------------------------------------------


def test_the_corpus_becomes_projects_dated_by_its_sources(forge):
    made = forge.seed(shared("projects"))
    assert len(made) > 40
    assert all(each.active <= datetime(2025, 9, 1, 8, tzinfo=UTC) for each in made)
    everybody = client(forge).projects.list(get_all=True, iterator=True, per_page=100)
    assert {each.id for each in everybody} == {each.id for each in made}
    first = client(forge).projects.get(made[0].id)
    assert {row["name"] for row in first.repository_tree()} >= {"README.md", "LICENSE"}


def test_generated_projects_are_the_same_for_a_seed(forge, tmp_path):
    made = forge.generate(60, seed=3)
    with Forge(tmp_path / "autre", contract=False) as other:
        again = other.generate(60, seed=3)
    assert [each.full_path for each in made] == [each.full_path for each in again]
    assert {each.visibility for each in made} == {"public", "private"}
    assert any(each.archived for each in made)
    assert any(each.default_branch is None for each in made)
    assert any(forge.file(each, "commun.yml") for each in made if each.default_branch)
