"""What the editor asks of the forge, asked of the double: read a project, propose its notice."""

import pytest

from forge_bridge.connection import Connection
from forge_bridge.editing import READERS, Editing
from forge_bridge.gitlab import GitLabForge

README = "# Fractions en boîte\n\nDes exercices de mathématiques pour le CM1, en autonomie.\n"
NOTICE = b"titre: Fractions\ndescription: Des exercices sur les fractions, pour le CM1.\n"
BETTER = NOTICE + b"niveaux: [CM1]\n"


@pytest.fixture
def editing(forge):
    def seen_by(token=""):
        connection = Connection(forge.url, token, sleep=lambda seconds: None)
        return GitLabForge(connection, sleep=lambda seconds: None)

    site = "https://catalogue.example"
    return Editing(url=forge.url, forge=seen_by(), connect=seen_by, site=site)


@pytest.fixture
def marie(forge):
    return forge.add_user("marie", "Marie Exemple")


@pytest.fixture
def project(forge, marie):
    return forge.add_project("marie/fractions", files={"README.md": README})


@pytest.fixture
def as_marie(forge, editing, marie):
    token = forge.add_token(marie)

    def propose(payload=NOTICE, blob="", path="marie/fractions"):
        return editing.propose(token, path, payload, blob)

    return propose


def test_a_project_without_a_notice_gets_what_its_own_words_say(editing, project):
    found = editing.read("marie/fractions")
    assert (found.project.id, found.file, found.fault) == (project.id, None, "")
    proposed = {each.key: each for each in found.proposal.values}
    assert proposed["niveaux"].texts == ("CM1",)
    assert proposed["niveaux"].evidence[0][:2] == ("README.md", 3)


def test_a_notice_that_is_there_is_read_as_it_is(forge, editing, project):
    forge.commit(project, {"commun.yml": NOTICE})
    found = editing.read("marie/fractions")
    assert (found.file.payload, found.proposal) == (NOTICE, None)


@pytest.mark.parametrize(
    "end", ["", "/", ".git", "/-/tree/main", "/-/blob/main/README.md?ref_type=heads#L3"]
)
def test_a_project_is_found_by_the_address_of_its_pages(forge, editing, project, end):
    assert editing.read(f" {forge.url}/marie/fractions{end} ").project.id == project.id


@pytest.mark.parametrize(
    "path",
    [
        "",
        "marie",
        "marie/rien",
        "https://ailleurs.example/marie/fractions",
        "../../x",
        "a/b?c",
        "é/è",
        "marie/secret",
        "x/" * 5000,
    ],
)
def test_what_is_not_a_public_project_is_said_to_be_missing(forge, editing, marie, path):
    forge.add_project("marie/secret", files={"README.md": README}, visibility="private")
    found = editing.read(path)
    assert found.project is None
    assert "ne porte cette adresse" in found.fault


def test_a_site_that_may_see_private_projects_does_not_show_them(forge, marie):
    forge.add_project("marie/secret", files={"README.md": README}, visibility="private")
    trusted = GitLabForge(Connection(forge.url, forge.add_token(marie)))
    found = Editing(url=forge.url, forge=trusted, connect=lambda token: trusted).read(
        "marie/secret"
    )
    assert (found.project, found.proposal) == (None, None)


def test_a_notice_is_proposed_in_its_maintainer_s_name(forge, project, marie, as_marie):
    outcome = as_marie()
    [opened] = forge.merge_requests(project)
    assert outcome.url.endswith("/marie/fractions/-/merge_requests/1")
    assert opened.author is marie
    assert (opened.source, opened.source_branch) == (project, "notice-marie")
    assert forge.file(project, "commun.yml", "notice-marie") == NOTICE
    assert forge.file(project, "commun.yml") is None
    assert "https://catalogue.example/editeur" in opened.description


def test_a_second_proposal_takes_the_place_of_the_first(forge, project, as_marie):
    assert as_marie().url == as_marie(BETTER).url
    assert len(forge.merge_requests(project)) == 1
    assert forge.file(project, "commun.yml", "notice-marie") == BETTER


def test_a_passer_by_proposes_from_a_copy(forge, project, editing):
    paul = forge.add_user("paul")
    outcome = editing.propose(forge.add_token(paul), "marie/fractions", NOTICE, "")
    [opened] = forge.merge_requests(project)
    assert opened.author is paul
    assert opened.source.full_path.startswith("paul/")
    assert outcome.url
    assert forge.file(opened.source, "commun.yml", opened.source_branch) == NOTICE


def test_a_branch_that_a_colleague_went_on_with_is_left_alone(forge, project, as_marie):
    as_marie()
    paul = forge.add_user("paul")
    forge.commit(project, {"commun.yml": b"titre: De Paul\n"}, branch="notice-marie", author=paul)
    as_marie(BETTER)
    assert forge.file(project, "commun.yml", "notice-marie") == b"titre: De Paul\n"
    assert forge.file(project, "commun.yml", "notice-marie-2") == BETTER


def test_a_file_that_changed_meanwhile_comes_back_instead(forge, project, as_marie):
    forge.commit(project, {"commun.yml": NOTICE})
    for unlike in ("", "0" * 40):
        outcome = as_marie(BETTER, unlike)
        assert (outcome.url, outcome.current.payload) == ("", NOTICE)
    assert as_marie(BETTER, outcome.current.blob).url


def test_a_file_that_went_meanwhile_is_one_that_changed(project, as_marie):
    assert as_marie(BETTER, "0" * 40).current.payload == b""


def test_what_is_there_already_is_not_proposed(forge, project, as_marie):
    forge.commit(project, {"commun.yml": NOTICE})
    assert "déjà exactement" in as_marie(NOTICE).fault
    assert forge.merge_requests(project) == []


def test_a_file_under_another_name_keeps_it(forge, project, editing, as_marie):
    forge.commit(project, {"Commun.yaml": NOTICE})
    assert as_marie(BETTER, editing.read("marie/fractions").file.blob).url
    assert forge.file(project, "Commun.yaml", "notice-marie") == BETTER


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"archived": True}, "archivé"),
        ({"features": {"merge_requests": "disabled"}}, "n’accepte pas"),
    ],
)
def test_why_nothing_can_be_proposed_is_said(forge, project, as_marie, facts, said):
    forge.edit(project, **facts)
    assert said in as_marie().fault
    assert forge.merge_requests(project) == []


def test_an_empty_project_asks_for_a_first_file(forge, as_marie, marie):
    forge.add_project("marie/vide")
    assert "encore vide" in as_marie(path="marie/vide").fault


def test_a_token_that_is_over_or_too_weak_is_told_as_such(forge, editing, project, marie):
    weak = forge.add_token(marie, ["read_api"])
    for token in (weak, "glpat-nobody"):
        assert "La forge refuse" in editing.propose(token, "marie/fractions", NOTICE, "").fault


def test_a_forge_that_is_down_loses_nothing(forge, editing, project, as_marie):
    forge.fail(status=503, times=100)
    assert "intacte" in as_marie().fault
    assert "ne répond pas" in editing.read("marie/fractions").fault
    forge.heal()
    assert as_marie().url


@pytest.mark.parametrize("fault", [{"status": 500, "times": 4}, {"drop": "after"}])
@pytest.mark.parametrize("nth", range(1, 10))
def test_whatever_request_fails_another_try_makes_the_one_proposal(
    forge, editing, project, fault, nth
):
    token = forge.add_token(forge.add_user("paul"))  # whose proposals come from a copy
    forge.fail(nth=nth, **fault)
    outcome = editing.propose(token, "marie/fractions", NOTICE, "")
    assert outcome.url or "réessayez" in outcome.fault
    forge.heal()
    assert editing.propose(token, "marie/fractions", NOTICE, "").url
    [opened] = forge.merge_requests(project)
    assert forge.file(opened.source, "commun.yml", opened.source_branch) == NOTICE


def test_of_two_notices_the_one_that_the_crawl_reads_is_edited(forge, project, editing):
    forge.commit(project, {"commun.yaml": b"titre: Ancienne\n", "commun.yml": NOTICE})
    assert editing.read("marie/fractions").file.path == "commun.yml"


def test_visitors_read_few_projects_at_once(editing, project):
    for _ in range(READERS):
        editing._readers.acquire()
    assert "réessayez" in editing.read("marie/fractions").fault
    editing._readers.release()
    assert editing.read("marie/fractions").project
