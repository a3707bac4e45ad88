"""Logging in with the double, as an application and as a person with a browser's cookies."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import gitlab
import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.forge import Forge
from tests.forge.asking import client, refused
from tests.forge.model import DEVELOPER, MAINTAINER, OWNER

BACK = "http://127.0.0.1:9/retour"
VERIFIER = "un-secret-assez-long-pour-servir-de-preuve-0123456789"


@pytest.fixture
def browser(forge: Forge) -> Iterator[requests.Session]:
    """Marie's, logged in."""
    forge.add_user("marie", "Marie Curie")
    with requests.Session() as session:
        session.post(f"{forge.url}/users/sign_in", data={"user": "marie"}, timeout=5)
        yield session


def question(client_id: str, **more: str) -> dict[str, str]:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {
        "client_id": client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid profile email",
        "state": "etat",
        "nonce": "nonce",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **more,
    }


def said(answer: requests.Response) -> dict[str, str]:
    """What the application is told in the address that the browser is sent to."""
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def code(forge: Forge, browser: requests.Session, client_id: str, **more: str) -> str:
    answer = browser.post(
        f"{forge.url}/oauth/authorize",
        params=question(client_id, **more),
        data={"answer": "yes"},
        allow_redirects=False,
        timeout=5,
    )
    assert said(answer)["state"] == "etat"
    return said(answer)["code"]


def trade(forge: Forge, auth: tuple[str, str], **form: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    } | form
    return requests.post(f"{forge.url}/oauth/token", data=form, auth=auth, timeout=5)


def test_the_whole_path_gives_an_identity_and_groups(forge, browser):
    forge.add_group("dne/instruction", members={"marie": DEVELOPER})
    forge.add_group("dne", members={})
    forge.add_group("academie", members={"marie": OWNER})
    auth = forge.add_application(BACK)
    given = trade(forge, auth, code=code(forge, browser, auth[0])).json()
    discovery = requests.get(f"{forge.url}/.well-known/openid-configuration", timeout=5).json()
    keys = KeySet.import_key_set(requests.get(discovery["jwks_uri"], timeout=5).json())
    claims = jwt.decode(given["id_token"], keys, algorithms=["RS256"]).claims
    marie = forge.world.user("marie")
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (forge.url, auth[0], "nonce")
    assert (claims["sub"], claims["preferred_username"]) == (str(marie.id), "marie")
    assert set(claims["groups_direct"]) == {"dne/instruction", "academie"}
    assert "groups" not in claims
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    info = requests.get(discovery["userinfo_endpoint"], headers=bearer, timeout=5).json()
    assert set(info["groups"]) == {"dne/instruction", "academie"}
    assert info["https://gitlab.org/claims/groups/developer"] == ["dne/instruction"]
    assert info["https://gitlab.org/claims/groups/owner"] == ["academie"]
    assert "groups_direct" not in info


def test_groups_are_left_out_when_there_is_none(forge, browser):
    auth = forge.add_application(BACK)
    given = trade(forge, auth, code=code(forge, browser, auth[0])).json()
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    info = requests.get(f"{forge.url}/oauth/userinfo", headers=bearer, timeout=5).json()
    assert not {name for name in info if "groups" in name}


def test_a_code_serves_once(forge, browser):
    auth = forge.add_application(BACK)
    given = code(forge, browser, auth[0])
    assert trade(forge, auth, code=given).status_code == 200
    again = trade(forge, auth, code=given)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "un-autre"},
        {"redirect_uri": "http://127.0.0.1:9/ailleurs"},
        {"code": "invente"},
    ],
)
def test_what_does_not_match_the_question_gets_no_token(forge, browser, wrong):
    auth = forge.add_application(BACK)
    form = {"code": code(forge, browser, auth[0])} | wrong
    assert trade(forge, auth, **form).json()["error"] == "invalid_grant"


def test_a_code_grows_old(forge, browser):
    auth = forge.add_application(BACK)
    given = code(forge, browser, auth[0])
    forge.clock.advance(minutes=11)
    assert trade(forge, auth, code=given).json()["error"] == "invalid_grant"


def test_an_application_must_prove_itself(forge, browser):
    client_id, _ = forge.add_application(BACK)
    answer = trade(forge, (client_id, "faux"), code=code(forge, browser, client_id))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"redirect_uri": "http://ailleurs.example/"}, 400),
        ({"client_id": "inconnu"}, 401),
        ({"scope": "sudo"}, 400),
        ({"response_type": "token"}, 400),
    ],
)
def test_a_wrong_question_sends_nobody_anywhere(forge, browser, wrong, status):
    client_id, _ = forge.add_application(BACK)
    answer = browser.get(
        f"{forge.url}/oauth/authorize",
        params=question(client_id) | wrong,
        allow_redirects=False,
        timeout=5,
    )
    assert (answer.status_code, "Location" in answer.headers) == (status, False)


def test_a_refusal_is_told_to_the_application(forge, browser):
    client_id, _ = forge.add_application(BACK)
    answer = browser.post(
        f"{forge.url}/oauth/authorize",
        params=question(client_id),
        data={"answer": "no"},
        allow_redirects=False,
        timeout=5,
    )
    assert said(answer) == {"error": "access_denied", "state": "etat"}


def test_a_refresh_token_serves_once_and_ends_the_old_one(forge, browser):
    auth = forge.add_application(BACK, ["api", "openid"])
    given = trade(forge, auth, code=code(forge, browser, auth[0], scope="api openid")).json()
    again = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    new = trade(forge, auth, **again).json()
    assert trade(forge, auth, **again).json()["error"] == "invalid_grant"
    refused(401, gitlab.Gitlab(forge.url, oauth_token=given["access_token"]).auth)
    gitlab.Gitlab(forge.url, oauth_token=new["access_token"]).auth()


def test_an_access_token_writes_with_the_api_scope_and_lasts_two_hours(forge, browser):
    auth = forge.add_application(BACK, ["api", "read_user"])
    project = forge.add_project("marie/fractions", files={"README.md": "a"})
    given = trade(forge, auth, code=code(forge, browser, auth[0], scope="api")).json()
    assert "id_token" not in given
    marie = gitlab.Gitlab(forge.url, oauth_token=given["access_token"])
    marie.projects.get(project.id).labels.create({"name": "a", "color": "#aa0000"})
    forge.clock.advance(hours=2, seconds=1)
    refused(401, lambda: marie.projects.get(project.id))


def test_strangers_are_sent_to_log_in_and_back(forge):
    forge.add_user("marie")
    client_id, _ = forge.add_application(BACK)
    with requests.Session() as session:
        address = f"{forge.url}/oauth/authorize"
        page = session.get(address, params=question(client_id), timeout=5)
        assert "Se connecter" in page.text
        page = session.post(page.url, data={"user": "marie"}, timeout=5)
        assert "Autoriser" in page.text


def test_a_maintainer_merges_from_the_page(forge, browser):
    project = forge.add_project("marie/fractions", files={"README.md": "# Fractions"})
    paul = forge.add_user("paul")
    forge.add_member(project, paul, DEVELOPER)
    forge.commit(project, {"commun.yml": "titre: A\n"}, branch="fiche", author=paul)
    made = forge.add_merge_request(project, "fiche", author=paul, description="<b>gras</b>")
    address = f"{forge.url}/marie/fractions/-/merge_requests/{made.iid}"
    assert "Fusionner" not in requests.get(address, timeout=5).text
    page = browser.get(address, timeout=5).text
    assert "Fusionner" in page
    assert "&lt;b&gt;gras" in page
    assert "Fusionnée" in browser.post(address, timeout=5).text
    assert browser.get(f"{forge.url}/marie/fractions/-/raw/main/commun.yml", timeout=5).text == (
        "titre: A\n"
    )
    assert "commun.yml" in requests.get(f"{forge.url}/marie/fractions", timeout=5).text


def test_private_pages_are_for_those_who_may_see_them(forge, browser):
    forge.add_project("marie/secret", visibility="private", files={"a.md": "a"})
    address = f"{forge.url}/marie/secret"
    assert requests.get(address, timeout=5).status_code == 404
    assert browser.get(address, timeout=5).status_code == 200


def test_levels_come_from_the_group_too(forge):
    forge.add_group("dne", members={"marie": MAINTAINER})
    project = forge.add_project("dne/outils", files={"a.md": "a"})
    found = client(forge, forge.world.user("marie")).projects.get(project.id)
    assert found.permissions["group_access"]["access_level"] == MAINTAINER
