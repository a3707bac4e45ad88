"""The door of the back-office: who comes in and with which roles, and what no form gets through."""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Blueprint, redirect, render_template_string, request
from hypothesis import given
from hypothesis import strategies as st

from catalogue_site import addresses
from catalogue_site.application import create_app
from catalogue_site.curation import actor, guarded, roles_of
from catalogue_site.errand import Errand, packed, unpacked
from catalogue_site.openid import Login
from catalogue_site.sessions import SESSION
from catalogue_site.site import Site
from forge_bridge.connection import Connection
from forge_bridge.editing import Editing
from forge_bridge.gitlab import GitLabForge
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata.case import Actor, Role
from metadata.qualification import ROLES as RIGHTS
from tests.corpus import ROOT
from tests.test_editor import Page, text_of
from tests.test_login import HERE, come_back, cookies_of, last_page, led_to, on_the_forge

ROLES = {"dne/instruction": Role.EXAMINER, "DNE/Decision": Role.DECIDER}

MANUAL = ROOT / "docs/configuration.md"

FORM = """{% extends "curation_base.html" %}{% block main %}
<h1>Un avis</h1><form method="post" action="/curation/essai"><input type="hidden" name="marque"
value="{{ mark }}"><label>Motif <textarea name="motif"></textarea></label>
<label>Autre <input name="motif"></label><button>Enregistrer</button></form>{% endblock %}"""


def tried(noted):
    """A page of the back-office, and its form."""
    bp = guarded(Blueprint("essai", __name__, url_prefix="/curation/essai"))

    @bp.get("")
    def form():
        return render_template_string(FORM)

    @bp.post("")
    @bp.post("/avis/rendre")
    def note():
        noted.append((actor(), request.form.getlist("motif")))
        return redirect("/curation/essai", 303)

    return bp


@pytest.fixture
def people(forge):
    """Somebody who examines, somebody without a role."""
    for username in ("ines", "marie"):
        forge.add_user(username, f"{username.title()} Exemple")
    return forge.add_group("dne/instruction", members={"ines": 30})


@pytest.fixture
def site(forge, people, tmp_path):
    def seen_by(token=""):
        return GitLabForge(Connection(forge.url, token), sleep=lambda seconds: None)

    client_id, secret = forge.add_application(
        f"{HERE}/connexion/retour", ("openid", "profile", "api")
    )
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    yield Site(
        store=store,
        engine=WhooshEngine(tmp_path / "index"),
        base_url=HERE,
        login=Login(url=forge.url, client_id=client_id, client_secret=secret, clock=forge.clock),
        door=Editing(url=forge.url, forge=seen_by(), connect=seen_by),
        roles=ROLES,
    )
    store.close()


@pytest.fixture
def noted():
    return []


@pytest.fixture
def app(site, noted):
    app = create_app(site)
    app.register_blueprint(tried(noted))
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def ask(client):
    return lambda path, status=200: Page(client, client.get(path, base_url=HERE), status)


def leave(page):
    """Press the button of the login page; the address of the forge."""
    assert page.press("Se connecter par", status=303).answer.headers["Location"] == "/connexion"
    return led_to(page.client, page.client.get("/connexion", base_url=HERE))


def back(client, address, status=200):
    """Come back from the forge, and go where that leads."""
    reached = client.get(led_to(client, come_back(client, address)), base_url=HERE)
    return Page(client, reached, status)


@pytest.fixture
def enter(client, ask):
    """Log in at a page, in somebody's name; where that leads."""

    def go(user="ines", path="/curation/essai", status=303):
        return back(client, on_the_forge(leave(ask(path, 401)), user), status)

    return go


def said_in(noted):
    return [said for _, said in noted]


# --- Coming in


def test_a_curator_comes_in_by_the_forge_to_where_they_were_going(enter, ask, client):
    arrived = enter(path="/curation/essai?tri=âge&tri=%C3%A9diteur&q=a%26b;c")
    place = urlsplit(arrived.answer.headers["Location"])
    assert place.path == "/curation/essai"
    assert parse_qs(place.query) == {"tri": ["âge", "éditeur"], "q": ["a&b;c"]}
    said = text_of(ask(arrived.answer.headers["Location"]).tree.cssselect(".cur-qui")[0])
    assert said.startswith("Ines Exemple (@ines), instructeur")


def test_a_form_bears_the_name_the_number_and_the_roles_of_who_sent_it(enter, ask, noted, forge):
    enter()
    ask("/curation/essai").press("Enregistrer", {"motif": "Bien."}, status=303)
    number = str(forge.world.user("ines").id)
    sender = Actor(name="ines", number=number, roles=frozenset({Role.EXAMINER}))
    assert noted == [(sender, ["Bien."])]


def test_the_forge_is_asked_who_somebody_is_and_nothing_more(ask):
    asked = parse_qs(urlsplit(leave(ask("/curation/essai", 401))).query)
    assert asked["scope"] == ["openid profile"]


def test_somebody_without_a_role_is_told_which_groups_have_one(enter, ask, noted):
    said = text_of(enter("marie", status=403).tree)
    for words in ("n’a pas de rôle", "Marie Exemple", "dne/instruction", "décideur"):
        assert words in said
    ask("/curation/essai", 403)
    assert noted == []


def test_roles_are_those_that_the_groups_had_at_the_login(enter, ask, client, forge, people):
    enter("marie", status=403)
    forge.add_member(people, forge.world.user("marie"), 10)
    ask("/curation/essai", 403).press("Se déconnecter", status=303)
    enter("marie")
    ask("/curation/essai")
    people.members.clear()
    ask("/curation/essai").press("Se déconnecter", status=303)
    enter("marie", status=403)


GROUPS = st.sampled_from(
    ["dne/instruction", "DNE/INSTRUCTION", "Dne/Decision", "dne", "instruction"]
)


def test_the_table_of_the_configuration_says_who_may_do_what():
    rows = re.findall(r"^\| (\w.*?) \| (.+) \|$", MANUAL.read_text("utf-8"), re.MULTILINE)
    told = {
        act: {role for role, said in zip(Role, cells.split(" | "), strict=True) if said == "oui"}
        for acts, cells in rows
        if {*cells.split(" | ")} <= {"oui", "–"}
        for act in acts.split(", ")
    }
    rules = {act.label: {*roles} for act, roles in RIGHTS.items()}
    assert {act: roles for act, roles in told.items() if act in rules} == rules


@given(st.sets(GROUPS | st.text(max_size=20)))
def test_a_role_is_given_by_the_whole_path_of_a_group_whatever_its_case(groups):
    held = {group.casefold() for group in groups}
    expected = {role for group, role in ROLES.items() if group.casefold() in held}
    assert roles_of(groups, ROLES) == expected
    assert roles_of([f"x/{group}" for group in groups], ROLES) == frozenset()


def test_a_maintainer_who_has_a_role_is_in_already(client, ask, forge):
    page = last_page(client).press("Me connecter", status=303)
    address = led_to(client, client.get("/connexion", base_url=HERE))
    assert led_to(client, come_back(client, on_the_forge(address, "ines"))) == "/editeur/reprise"
    ask("/curation/essai")
    assert ask("/curation/reprise", 303).answer.headers["Location"] == "/curation"
    assert page.answer.status_code == 303


def test_a_login_that_may_write_nothing_does_not_propose_a_notice(enter, client):
    enter()
    page = last_page(client)
    assert "Ines" not in text_of(page.tree)
    assert [each for each in page.tree.cssselect("button") if "Me connecter" in text_of(each)]
    answer = client.get("/editeur/reprise", base_url=HERE)
    assert answer.headers["Location"] == "/editeur"


def test_a_link_in_a_mail_leads_in_by_a_page_of_our_own(enter, client):
    """The browser keeps a strict cookie home when a link of another site is followed."""
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = client.get("/curation/essai?tri=x", base_url=HERE, headers=elsewhere)
    assert led_to(client, answer) == "/curation/essai?tri=x"
    enter()
    there = client.get("/curation/essai?tri=x", base_url=HERE, headers=elsewhere)
    assert "Un avis" in there.text


# --- Staying out


def test_without_a_login_the_operator_is_told(site, tmp_path):
    app = create_app(Site(store=site.store, engine=site.engine))
    answer = app.test_client().get("/curation/reprise")
    assert answer.status_code == 404
    assert "[login]" in answer.text


def test_every_address_of_the_back_office_is_closed_to_whoever_is_not_in(app, client, enter):
    """And, to whoever is in, every form without the mark of their session."""
    closed = [
        (rule.methods, an_address(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/curation") and rule.endpoint != "entrance.log_in"
    ]
    assert len(closed) >= 4
    kinds = [(method, path) for methods, path in closed for method in methods - {"OPTIONS"}]
    for method, path in kinds:
        answer = client.open(path, method=method, base_url=HERE)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (401, "no-store"), path
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert not cookies_of(answer)
    enter()
    for method, path in kinds:
        if method != "HEAD" and method != "GET":
            assert client.open(path, method=method, base_url=HERE).status_code == 403, path


def an_address(rule):
    """One of those that a rule stands for: the first of several words, else a 1."""
    return re.sub(r"<[^>]*>", "1", re.sub(r"<any\(\W*([\w-]+)[^>]*>", r"\1", rule))


STRANGERS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://ailleurs.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", STRANGERS, ids=str)
def test_a_form_of_another_site_is_refused_even_with_the_mark(enter, ask, client, noted, headers):
    enter()
    [mark] = {each.value for each in ask("/curation/essai").tree.cssselect("[name=marque]")}
    sent = {"motif": "Forgé.", "marque": mark}
    for path in ("/curation/essai", "/curation/connexion"):
        answer = client.post(path, data=sent, base_url=HERE, headers=headers)
        assert answer.status_code == 403
        assert "Forgé" not in answer.text
    assert noted == []


@pytest.mark.parametrize("mark", ["", "x", "é"])
def test_a_form_without_the_mark_of_the_session_is_offered_again(enter, client, noted, mark):
    """It may be a page that was open before another login: only a person can tell."""
    enter()
    sent = {"motif": ["Première ligne\nla seconde.", "b"], "marque": mark}
    page = Page(client, client.post("/curation/essai", data=sent, base_url=HERE), 403)
    assert noted == []
    page.press("L’envoyer", status=303)
    assert said_in(noted) == [["Première ligne\nla seconde.", "b"]]


def test_pages_made_for_curators_are_never_kept(enter, ask):
    enter()
    answer = ask("/curation/essai").answer
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers


def test_nothing_of_it_is_published_nor_offered_to_robots(site, client):
    assert not [each for each in addresses.addresses(site) if each.startswith("/curation")]
    assert "Disallow: /curation\n" in client.get("/robots.txt").text


# --- Going out


def test_logging_out_closes_the_session_and_not_only_the_page(enter, ask, client):
    enter()
    number = client.get_cookie("__Host-balise", domain="catalogue.example").value
    out = ask("/curation/essai").press("Se déconnecter", status=303)
    assert out.answer.headers["Location"] == "/deconnexion"
    ask("/curation/essai", 401)
    client.set_cookie("__Host-balise", number, domain="catalogue.example", secure=True)
    ask("/curation/essai", 401)


def test_an_hour_ends_a_session_however_busy(enter, ask, forge):
    enter()
    for _ in range(5):
        forge.clock.advance(minutes=11)
        ask("/curation/essai")
    forge.clock.advance(minutes=6)
    ask("/curation/essai", 401)


def test_a_form_sent_too_late_waits_for_the_login_and_is_offered_again(
    enter, ask, forge, client, noted
):
    enter()
    page = ask("/curation/essai")
    forge.clock.advance(seconds=SESSION / timedelta(seconds=1) + 1)
    reason = " Les réponses\nne sont pas lues : « non » & \u202f<b>."
    late = page.press("Enregistrer", {"motif": [reason, "b"]}, status=401)
    assert "n’est pas perdu" in text_of(late.tree)
    offered = back(client, on_the_forge(leave(late), "ines"))
    assert "ne sont pas lues : « non » & <b>." in text_of(offered.tree)
    assert noted == []
    offered.press("L’envoyer", status=303)
    assert said_in(noted) == [[reason, "b"]]


@pytest.mark.parametrize("path", ["/curation/essai", "/curation/essai/avis/rendre"])
def test_a_form_that_is_not_sent_again_leads_back_to_its_page(enter, client, path):
    enter()
    page = Page(client, client.post(path, data={"motif": "Un motif."}, base_url=HERE), 403)
    assert page.tree.cssselect("main a")[0].get("href") == "/curation/essai"


def test_who_says_no_at_the_forge_and_then_yes_has_lost_nothing(ask, client, noted):
    sent = {"motif": "Un motif."}
    late = Page(client, client.post("/curation/essai", data=sent, base_url=HERE), 401)
    again = back(client, on_the_forge(leave(late), "ines", answer="no"), 401)
    back(client, on_the_forge(leave(again), "ines")).press("L’envoyer", status=303)
    assert said_in(noted) == [["Un motif."]]


# --- What was being done

TEXTS = st.text(max_size=30)


@given(TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_what_was_being_done_travels_whole(path, fields):
    errand = Errand(address=f"/curation{path}", fields=tuple(fields))
    assert unpacked(packed(errand)) == errand


JSON = st.recursive(st.none() | st.integers() | TEXTS, lambda each: st.lists(each, max_size=3))


@given(TEXTS | JSON.map(json.dumps))
def test_an_errand_made_by_hand_leads_nowhere_else(text):
    try:
        errand = unpacked(text)
    except ValueError:
        return
    assert errand.address.startswith("/curation")
    assert all(isinstance(each, str) for field in errand.fields for each in field)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "3", '["//ailleurs.example"]', '["/editeur"]', '["/curation", ["a"]]']
)
def test_an_errand_made_by_hand_is_refused(client, text):
    answer = client.post("/curation/connexion", data={"demande": text}, base_url=HERE)
    assert answer.status_code == 400
