"""Logging in through the forge: who comes back, with what, and who is turned away."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from catalogue_site.application import create_app
from catalogue_site.errors import LoginError
from catalogue_site.openid import Login
from catalogue_site.sessions import LOGIN, MOST, SESSION, Session, Sessions
from catalogue_site.site import Site
from forge_bridge.connection import Connection
from forge_bridge.editing import Editing
from forge_bridge.gitlab import GitLabForge
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from tests.test_editor import Page, text_of

HERE = "https://catalogue.example"
NOTICE = "titre: Fractions\ndescription: Des exercices sur les fractions, pour le CM1.\n"


@pytest.fixture
def marie(forge):
    return forge.add_user("marie", "Marie Exemple")


@pytest.fixture
def project(forge, marie):
    return forge.add_project("marie/fractions", files={"README.md": b"# Fractions"})


@pytest.fixture
def login(forge, marie):
    client_id, secret = forge.add_application(
        f"{HERE}/connexion/retour", ("openid", "profile", "api")
    )
    return Login(url=forge.url, client_id=client_id, client_secret=secret, clock=forge.clock)


@pytest.fixture
def site(forge, login, tmp_path):
    def seen_by(token=""):
        return GitLabForge(Connection(forge.url, token), sleep=lambda seconds: None)

    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    door = Editing(url=forge.url, forge=seen_by(), connect=seen_by)
    engine = WhooshEngine(tmp_path / "index")
    yield Site(store=store, engine=engine, base_url=HERE, login=login, door=door)
    store.close()


@pytest.fixture
def app(site):
    return create_app(site)


@pytest.fixture
def client(app):
    return app.test_client()


def on_the_forge(address, user="marie", answer="yes"):
    """What somebody does on the forge's own pages; the address that they are sent back to."""
    with requests.Session() as browser:
        signing = browser.get(address, timeout=10)
        browser.post(signing.url, data={"user": user}, timeout=10)
        back = browser.post(address, data={"answer": answer}, timeout=10, allow_redirects=False)
        return back.headers["Location"]


def last_page(client, text=NOTICE):
    page = Page(client, client.post("/editeur", data={"texte": text}, base_url=HERE))
    return page.press("Passer directement")


def leave(client, page):
    """Press « Me connecter »; the address of the forge that the next page leads to."""
    assert page.press("Me connecter", status=303).answer.headers["Location"] == "/connexion"
    return led_to(client, client.get("/connexion", base_url=HERE))


def led_to(client, answer):
    """Where a page of ours leads by itself, or by its link."""
    tree = Page(client, answer).tree
    [link] = tree.cssselect("a.fr-btn")
    [refresh] = tree.cssselect("meta[http-equiv=refresh]")
    assert refresh.get("content") == f"0; url={link.get('href')}"
    return link.get("href")


def come_back(client, address):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", base_url=HERE)


def logged_in(client):
    answer = come_back(client, on_the_forge(leave(client, last_page(client))))
    assert led_to(client, answer) == "/editeur/reprise"
    return Page(client, client.get("/editeur/reprise", base_url=HERE))


def cookies_of(answer):
    return answer.headers.getlist("Set-Cookie")


def secrets_of(app):
    """What must never leave the server."""
    return [each.who.token for each in app.extensions["sessions"]._held.values() if each.who]


def test_a_maintainer_logs_in_and_proposes_what_they_wrote(client, forge, project, marie):
    page = logged_in(client)
    assert "Marie Exemple (@marie)" in text_of(page.tree)
    assert page.file == NOTICE
    done = page.press("Proposer", {"projet": f"{forge.url}/marie/fractions"})
    [opened] = forge.merge_requests(project)
    assert opened.author is marie
    assert forge.file(project, "commun.yml", opened.source_branch) == NOTICE.encode()
    assert done.tree.cssselect("a.fr-btn")[0].get("href").endswith("/-/merge_requests/1")


def test_a_fault_of_the_forge_leaves_the_notice_in_the_page(client, forge, project):
    page = logged_in(client).press("Proposer", {"projet": "marie/rien"})
    assert "ne porte cette adresse" in " ".join(page.faults)
    assert page.file == NOTICE
    assert page.tree.get_element_by_id("projet").value == "marie/rien"


def test_a_notice_unknown_to_the_writer_gets_their_answers(client, forge, project):
    forge.commit(project, {"commun.yml": "# La nôtre\ntitre: Autre\nduree: 20 min\n"})
    page = logged_in(client).press("Proposer", {"projet": "marie/fractions"})
    assert "reportées" in " ".join(page.faults)
    assert page.file.startswith("# La nôtre\ntitre: Fractions\n")
    assert "duree: 20 min" in page.file
    page.press("Proposer")
    [opened] = forge.merge_requests(project)
    assert forge.file(project, "commun.yml", opened.source_branch).decode() == page.file


def test_a_notice_that_could_not_be_read_is_mended_where_it_was(client, forge, project):
    forge.commit(project, {"commun.yml": "titre: [Fractions\n"})
    page = Page(client, client.get("/editeur?projet=marie/fractions", base_url=HERE))
    assert "ne se lit pas" in text_of(page.tree)
    assert page.tree.get_element_by_id("texte").value.strip() == "titre: [Fractions"
    last = page.press("Modifier", {"texte": NOTICE}).press("Passer directement")
    come_back(client, on_the_forge(leave(client, last)))
    Page(client, client.get("/editeur/reprise", base_url=HERE)).press("Proposer")
    [opened] = forge.merge_requests(project)
    assert forge.file(project, "commun.yml", opened.source_branch) == NOTICE.encode()


def test_a_list_of_resources_is_not_put_into_another_file(client, forge, project):
    forge.commit(project, {"commun.yml": "titre: Autre\ndescription: Autre chose.\n"})
    several = f"{NOTICE}ressources:\n  - titre: Une\n  - titre: Deux\n"
    page = Page(client, client.post("/editeur", data={"texte": several}, base_url=HERE))
    last = page.press("Continuer", {"partie": "1"}).press("Passer directement")
    come_back(client, on_the_forge(leave(client, last)))
    page = Page(client, client.get("/editeur/reprise", base_url=HERE))
    page = page.press("Proposer", {"projet": "marie/fractions"})
    assert "ne trouvent pas leur place" in " ".join(page.faults)
    assert page.file == several
    assert forge.merge_requests(project) == []


def test_a_project_read_on_the_forge_is_proposed_there(client, forge, project):
    page = Page(client, client.get("/editeur?projet=marie/fractions", base_url=HERE))
    assert "À confirmer" in text_of(page.tree)
    last = page.press("Passer", {"description": "Des exercices sur les fractions, pour le CM1."})
    address = on_the_forge(leave(client, last))
    come_back(client, address)
    page = Page(client, client.get("/editeur/reprise", base_url=HERE))
    assert not page.tree.cssselect("#projet")
    page.press("Proposer")
    assert len(forge.merge_requests(project)) == 1


def test_the_login_asks_for_little_and_proves_that_it_is_itself(client):
    asked = parse_qs(urlsplit(leave(client, last_page(client))).query)
    assert asked["scope"] == ["openid profile api"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {*asked} >= {"state", "nonce", "code_challenge"}


def test_there_is_no_cookie_before_the_login_and_a_guarded_one_after(client):
    page = last_page(client)
    assert not cookies_of(page.answer)
    [under_way] = cookies_of(page.press("Me connecter", status=303).answer)
    assert under_way.startswith("__Host-balise-connexion=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {*under_way.split("; ")}
    address = led_to(client, client.get("/connexion", base_url=HERE))
    gone, cookie = cookies_of(come_back(client, on_the_forge(address)))
    assert gone.startswith("__Host-balise-connexion=;")
    assert cookie.startswith("__Host-balise=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= {*cookie.split("; ")}


def test_the_token_is_on_no_page_in_no_cookie_and_in_no_log(client, app, forge, project, caplog):
    caplog.set_level("DEBUG")
    page = logged_in(client)
    done = page.press("Proposer", {"projet": "marie/fractions"})
    [token] = secrets_of(app)
    assert len(token) >= 20
    shown = [page.answer.text, done.answer.text, str(page.answer.headers), str(done.answer.headers)]
    assert token not in "".join(shown) + caplog.text + repr(app.extensions["sessions"]._held)
    assert all(token not in each.path for each in forge.requests)


def test_pages_made_for_somebody_are_not_kept(client):
    page = last_page(client)
    assert page.answer.headers["Cache-Control"] == "no-cache"
    page = logged_in(client)
    assert page.answer.headers["Cache-Control"] == "no-store"


def test_the_number_in_the_cookie_changes_at_the_login(client):
    logged_in(client)
    before = client.get_cookie("__Host-balise", domain="catalogue.example").value
    page = last_page(client)
    assert "Marie Exemple" in text_of(page.tree)
    client.post("/editeur/connexion", data={"notice": notice_in(page)}, base_url=HERE)
    address = led_to(client, client.get("/connexion", base_url=HERE))
    come_back(client, on_the_forge(address))
    assert client.get_cookie("__Host-balise", domain="catalogue.example").value != before


def test_the_number_of_a_login_under_way_is_no_session(client):
    leave(client, last_page(client))
    number = client.get_cookie("__Host-balise-connexion", domain="catalogue.example").value
    client.set_cookie("__Host-balise", number, domain="catalogue.example", secure=True)
    answer = client.get("/editeur/reprise", base_url=HERE)
    assert answer.headers["Location"] == "/editeur"


def notice_in(page):
    return page.tree.cssselect("[name=notice]")[0].get("value")


def test_whoever_refuses_finds_their_notice_again(client):
    answer = come_back(client, on_the_forge(leave(client, last_page(client)), answer="no"))
    page = Page(client, client.get(led_to(client, answer), base_url=HERE))
    assert "n’a pas confirmé" in " ".join(page.faults)
    assert page.file == NOTICE
    assert [each for each in page.tree.cssselect("button") if "Me connecter" in text_of(each)]


@pytest.mark.parametrize("query", ["", "code=x", "code=x&state=y", "state=é"])
def test_an_answer_that_was_not_asked_for_is_refused(client, query):
    leave(client, last_page(client))
    assert client.get(f"/connexion/retour?{query}", base_url=HERE).status_code == 400


def test_an_answer_for_another_browser_is_refused(client, app):
    address = on_the_forge(leave(client, last_page(client)))
    assert come_back(app.test_client(), address).status_code == 400


def test_an_answer_serves_once(client):
    address = on_the_forge(leave(client, last_page(client)))
    assert led_to(client, come_back(client, address)) == "/editeur/reprise"
    assert come_back(client, address).status_code == 400


def test_a_forged_code_makes_nobody_known(client):
    asked = parse_qs(urlsplit(leave(client, last_page(client))).query)
    answer = client.get(f"/connexion/retour?code=x&state={asked['state'][0]}", base_url=HERE)
    page = Page(client, client.get(led_to(client, answer), base_url=HERE))
    assert "n’a pas confirmé" in " ".join(page.faults)


def test_logging_out_forgets_and_tells_where_one_still_is_known(client, app, forge):
    answer = logged_in(client).press("Me déconnecter", status=303).answer
    page = Page(client, client.get(answer.headers["Location"], base_url=HERE))
    assert forge.url in [each.get("href") for each in page.tree.cssselect("a.fr-btn")]
    assert secrets_of(app) == []
    assert client.get_cookie("__Host-balise", domain="catalogue.example") is None


def test_another_login_forgets_the_one_before(client, app):
    page = last_page(client)
    come_back(client, on_the_forge(leave(client, page)))
    [first] = secrets_of(app)
    come_back(client, on_the_forge(leave(client, page)))  # from a tab that was left open
    [second] = secrets_of(app)
    assert first != second


def test_an_hour_forgets(client, app, forge, project):
    page = logged_in(client)
    forge.clock.advance(minutes=61)
    page = page.press("Proposer", {"projet": "marie/fractions"})
    assert "pris fin" in " ".join(page.faults)
    assert page.file == NOTICE
    assert forge.merge_requests(project) == []


@pytest.mark.parametrize("address", ["/editeur/proposer", "/deconnexion"])
@pytest.mark.parametrize("mark", ["", "x", "é"])
def test_a_form_without_the_mark_of_the_session_is_refused(client, project, forge, address, mark):
    notice = notice_in(logged_in(client))
    sent = {"notice": notice, "marque": mark, "projet": "marie/fractions"}
    assert client.post(address, data=sent, base_url=HERE).status_code == 403
    assert forge.merge_requests(project) == []


def test_a_forge_that_is_down_is_told_and_loses_nothing(client, forge):
    page = last_page(client)
    forge.fail(path="openid-configuration", status=503, times=9)
    refused = page.press("Me connecter", status=503)
    assert "rien n’est perdu" in text_of(refused.tree)


# --- The forge vouches for somebody ------------------------------------------------------------


@pytest.fixture
def identified(login):
    def go(asked, login=login):
        code = parse_qs(urlsplit(on_the_forge(asked.address)).query)["code"][0]
        return login.identify(asked, f"{HERE}/connexion/retour", code)

    return go


@pytest.fixture
def asked(login, marie):
    return login.ask(f"{HERE}/connexion/retour", "openid profile api")


def test_the_forge_says_who_somebody_is_and_their_groups(forge, marie, asked, identified):
    forge.add_group("dne/decision", members={"marie": 30})
    who = identified(asked)
    assert (who.username, who.name) == ("marie", "Marie Exemple")
    assert "dne/decision" in who.groups
    assert who.token not in repr(who)


def test_a_login_for_another_moment_or_another_site_is_refused(asked, identified, login):
    with pytest.raises(LoginError):
        identified(replace(asked, nonce="another"))
    with pytest.raises(LoginError):
        identified(asked, replace(login, clock=lambda: login.clock() + timedelta(days=1)))


def test_a_code_is_worth_nothing_without_its_verifier(asked, identified):
    with pytest.raises(LoginError):
        identified(replace(asked, verifier="x" * 48))


@pytest.mark.parametrize(
    "name", ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]
)
def test_a_forge_that_announces_another_host_gets_neither_secret_nor_token(forge, login, name):
    told = requests.get(f"{forge.url}/.well-known/openid-configuration", timeout=10).json()
    told[name] = "https://ailleurs.example/x"
    body = json.dumps(told).encode()
    forge.fail(path="openid-configuration", body=body)
    with pytest.raises(LoginError):
        login.ask(f"{HERE}/connexion/retour", "openid")


@pytest.mark.parametrize(
    "fault",
    [
        {
            "path": "/oauth/token",
            "status": 302,
            "headers": {"Location": "https://ailleurs.example/"},
        },
        {"path": "/oauth/token", "body": b"not json"},
        {"path": "/oauth/token", "body": b'{"access_token": "x"}'},
        {"path": "/oauth/discovery/keys", "body": b'{"keys": []}'},
        {"path": "/oauth/discovery/keys", "body": b"[]"},
        {"path": "/oauth/userinfo", "body": b'{"sub": "999"}'},
        {"path": "/oauth/userinfo", "status": 500},
        {"path": "/oauth/token", "drop": "before"},
    ],
)
def test_an_odd_answer_of_the_forge_makes_nobody_known(forge, asked, identified, fault):
    forge.fail(**fault)
    with pytest.raises(LoginError):
        identified(asked)


# --- Sessions ---------------------------------------------------------------------------------


def test_sessions_end_are_closed_and_stay_few(forge):
    sessions = Sessions(forge.clock)
    first = sessions.open(Session(until=forge.clock() + LOGIN))
    assert sessions.find(first)
    forge.clock.advance(seconds=LOGIN.total_seconds() + 1)
    assert sessions.find(first) is None
    numbers = [sessions.open(Session(until=forge.clock() + SESSION)) for _ in range(MOST + 1)]
    assert [number for number in numbers if sessions.find(number) is None] == numbers[:1]
    sessions.close(numbers[-1])
    assert sessions.find(numbers[-1]) is None


def test_a_crowd_of_logins_puts_nobody_out(forge, asked, identified):
    sessions = Sessions(forge.clock)
    somebody = Session(until=forge.clock() + timedelta(minutes=1), who=identified(asked))
    number = sessions.open(somebody)
    for _ in range(MOST + 1):
        sessions.open(Session(until=forge.clock() + SESSION))
    assert sessions.find(number)
