"""The double's contract, its limits, and the faults that it makes on command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import gitlab
import pytest
import requests

from tests.corpus import ROOT, shared
from tests.forge import Forge
from tests.forge.asking import client, refused
from tests.forge.contract import API, Contract
from tests.forge.model import Project
from tests.forge.routing import Routes


@pytest.fixture
def project(forge: Forge) -> Project:
    return forge.add_project("marie/fractions", files={"README.md": "# Fractions\n"})


@pytest.fixture
def unchecked(tmp_path: Path) -> Forge:
    return Forge(tmp_path / "sans-contrat", contract=False)


# --- The contract -------------------------------------------------------------------------------


def recorded() -> tuple[list[dict[str, object]], int]:
    """The exchanges with gitlab.com that can be read, and how many cannot."""
    rows, broken = [], 0
    with (shared("gitlab") / "recorded" / "exchanges.jsonl").open(newline="\n") as lines:
        for line in lines:
            try:
                rows.append(json.loads(line))
            except ValueError:  # what was made anonymous in it is no JSON any more
                broken += 1
    return rows, broken


def test_recorded_exchanges_keep_to_the_contract():
    """But for three: an empty 404, and an argument that GitLab's document forgot."""
    contract = Contract(shared("gitlab"))
    routes = Routes(contract.operations)
    rows, broken = recorded()
    faults: dict[str, int] = {}
    known = 0
    for row in rows:
        address = urlsplit(str(row["url"]))
        method, status = str(row["method"]), int(str(row["status"]))
        route, _ = routes.find(method, address.path.removeprefix(API))
        known += bool(route)
        query = parse_qsl(address.query)
        found = contract.request_faults(method, route, query, "", None) if route else []
        found += contract.answer_faults(method, route, status, row["body"])
        for fault in {*found} - {"the body is missing"}:  # bodies were not recorded
            faults[f"{method} {route} {fault}"] = faults.get(f"{method} {route} {fault}", 0) + 1
    assert (len(rows), broken, known) == (1224, 13, 1171)
    assert faults == {
        "POST /projects/{id}/issues query confidential is undocumented": 2,
        "GET /projects/{id}/repository/files/{file_path} {} says no message": 1,
    }


@pytest.mark.parametrize(
    ("method", "route", "query", "body", "fault"),
    [
        ("GET", "/absent", {}, None, "is not in the contract"),
        ("GET", "/projects", {"couleur": "bleu"}, None, "query couleur is undocumented"),
        ("GET", "/projects", {"per_page": "beaucoup"}, None, "query per_page is 'beaucoup'"),
        ("GET", "/projects", {"order_by": "hasard"}, None, "query order_by is 'hasard'"),
        ("GET", "/projects/{id}/repository/files/{file_path}", {}, None, "query ref is missing"),
        ("POST", "/projects/{id}/badges", {}, {"name": "a"}, "body.link_url is missing"),
        ("POST", "/projects/{id}/labels", {}, {"name": 3, "color": "#a00"}, "body.name is 3"),
        ("POST", "/projects/{id}/labels", {}, {"nom": "a"}, "body.nom is undocumented"),
        ("DELETE", "/projects/{id}/badges/{badge_id}", {}, {"a": 1}, "none is documented"),
    ],
)
def test_a_request_that_the_document_does_not_know_is_told(method, route, query, body, fault):
    contract = Contract(shared("gitlab"))
    kind = "application/json"
    found = contract.request_faults(method, route, query.items(), kind, body)
    assert any(fault in each for each in found), found


def test_an_answer_that_lacks_or_adds_a_key_is_told():
    contract = Contract(shared("gitlab"))
    route = "/projects/{id}/repository/tree"
    row = {"id": "a", "name": "b", "type": "blob", "path": "b", "mode": "100644"}
    assert contract.answer_faults("GET", route, 200, [row]) == []
    assert "answer[0].couleur" in str(
        contract.answer_faults("GET", route, 200, [row | {"couleur": 1}])
    )
    del row["mode"]
    assert "answer[0].mode is missing" in str(contract.answer_faults("GET", route, 200, [row]))
    assert "not documented" in str(contract.answer_faults("GET", route, 418, {}))


def test_a_broken_contract_is_a_599_and_remembered(forge, project):
    answer = requests.get(f"{forge.url}/api/v4/projects?couleur=bleu", timeout=5)
    assert answer.status_code == 599
    assert forge.violations == ["GET /api/v4/projects: query couleur is undocumented"]
    forge.violations.clear()


def test_what_the_double_takes_no_account_of_is_told(forge, project):
    answer = requests.get(f"{forge.url}/api/v4/projects?with_issues_enabled=true", timeout=5)
    assert answer.status_code == 599
    assert "takes no account of 'with_issues_enabled'" in forge.violations.pop()


def test_the_contract_can_be_switched_off(unchecked):
    with unchecked as forge:
        forge.add_project("marie/a")
        answer = requests.get(f"{forge.url}/api/v4/projects?couleur=bleu", timeout=5)
        assert (answer.status_code, len(answer.json())) == (200, 1)
        assert requests.get(f"{forge.url}/api/v4/absent", timeout=5).status_code == 404
        assert forge.violations == []


# --- Limits -------------------------------------------------------------------------------------


def test_too_many_requests_are_a_429_that_says_when(forge, project):
    forge.limit(2, seconds=60)
    address = f"{forge.url}/api/v4/projects/{project.id}"
    first = requests.get(address, timeout=5)
    assert first.headers["RateLimit-Remaining"] == "1"
    requests.get(address, timeout=5)
    third = requests.get(address, timeout=5)
    assert third.status_code == 429
    assert 50 < int(third.headers["Retry-After"]) <= 60
    assert third.headers["RateLimit-Observed"] == "3"
    forge.clock.advance(seconds=60)
    assert requests.get(address, timeout=5).status_code == 200


def test_each_reader_has_a_limit_of_their_own(forge, project):
    forge.limit(1)
    marie = client(forge, project.creator)
    marie.projects.get(project.id)
    client(forge).projects.get(project.id)
    refused(429, lambda: marie.projects.get(project.id, obey_rate_limit=False))


def test_python_gitlab_waits_as_long_as_it_is_told(forge, project):
    forge.fail(status=429, headers={"Retry-After": "1"}, path="/projects")
    started = time.monotonic()
    assert client(forge).projects.get(project.id).id == project.id
    assert time.monotonic() - started > 0.9
    assert [each.status for each in forge.requests] == [429, 200]


# --- Faults -------------------------------------------------------------------------------------


def test_a_fault_strikes_the_nth_request_that_matches(forge, project):
    forge.fail(status=502, method="GET", path=r"/projects/\d+$", nth=2, times=2)
    found = client(forge).projects
    found.list(get_all=True)
    found.get(project.id)
    refused(502, lambda: found.get(project.id))
    refused(502, lambda: found.get(project.id))
    assert found.get(project.id).id == project.id
    assert forge.count("GET", f"/projects/{project.id}") == 4


@pytest.mark.parametrize(("drop", "made"), [("before", False), ("after", True)])
def test_a_connection_breaks_before_or_after_the_commit_is_made(forge, project, drop, made):
    fault = forge.fail(drop=drop, method="POST", path="/commits")
    found = client(forge, project.creator).projects.get(project.id)
    action = {"action": "create", "file_path": "commun.yml", "content": "titre: A\n"}
    said = {"branch": "fiche", "start_branch": "main", "commit_message": "a", "actions": [action]}
    with pytest.raises(requests.exceptions.ConnectionError):
        found.commits.create(said)
    assert fault.met == 1
    assert ("fiche" in forge.branches(project)) is made
    assert forge.requests[-1].status == 0


def test_a_silence_is_longer_than_a_client_waits(forge, project):
    forge.fail(stall=30, path="/projects")
    with pytest.raises(requests.exceptions.ReadTimeout):
        gitlab.Gitlab(forge.url, timeout=0.3).projects.get(project.id)


def test_an_answer_can_be_true_but_for_a_header_or_its_end(forge, project):
    forge.fail(headers={"Link": '<http://ailleurs.example/>; rel="next"'}, path="/projects")
    answer = requests.get(f"{forge.url}/api/v4/projects", timeout=5)
    assert answer.links["next"]["url"] == "http://ailleurs.example/"
    assert [row["id"] for row in answer.json()] == [project.id]
    forge.fail(body=b'[{"id": 1', path="/projects")
    with pytest.raises(ValueError, match="Expecting"):
        requests.get(f"{forge.url}/api/v4/projects", timeout=5).json()


def test_the_log_says_who_asked_what_of_which_host(forge, project):
    client(forge, project.creator).projects.get(project.id)
    asked = forge.requests[-1]
    assert (asked.method, asked.user, asked.status) == ("GET", "marie", 200)
    assert asked.path == f"/api/v4/projects/{project.id}"
    assert asked.host in forge.url


# --- By itself ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_starts_by_itself_with_the_corpus_or_invented_projects():
    command = [sys.executable, "-m", "tests.forge", "--generate", "20", "--seed", "4"]
    command += ["--projects", str(shared("projects"))]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout
            lines = [running.stdout.readline() for _ in range(5)]
            url = re.findall(r"forge (http://\S+),", lines[0])[0]
            token = re.findall(r"user balise, token (\S+)", "".join(lines))[0]
            robot = gitlab.Gitlab(url, private_token=token)
            robot.auth()
            assert robot.user.username == "balise"
            rows = robot.projects.list(get_all=True, per_page=100, visibility="public")
            assert len(rows) > 60
        finally:
            running.terminate()
