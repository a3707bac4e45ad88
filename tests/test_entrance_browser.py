"""The door of the back-office in a real browser, the forge on another site than ours: cookies, going
in and out, other sites' links and forms, and a session that ends while one writes."""

import threading

import pytest
from werkzeug.serving import make_server

from catalogue_site.application import create_app
from catalogue_site.openid import Login
from catalogue_site.site import Site
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from tests.test_entrance import ROLES, said_in, tried

pytestmark = pytest.mark.slow

ELSEWHERE = "http://ailleurs.example/"


@pytest.fixture
def noted():
    return []


@pytest.fixture
def address(forge, tmp_path, noted):
    """Ours is « localhost », the forge is « 127.0.0.1 »: two sites, for a browser."""
    forge.add_user("ines", "Inès Exemple")
    forge.add_group("dne/instruction", members={"ines": 30})
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    here = f"http://localhost:{server.server_port}"
    client_id, secret = forge.add_application(f"{here}/connexion/retour", ("openid", "profile"))
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    login = Login(url=forge.url, client_id=client_id, client_secret=secret, clock=forge.clock)
    engine = WhooshEngine(tmp_path / "index")
    app = create_app(Site(store=store, engine=engine, base_url=here, login=login, roles=ROLES))
    app.register_blueprint(tried(noted))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()
    store.close()


@pytest.fixture
def tab(browser, address):
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def cookies(tab, address):
    """Those of ours: by their name, whether scripts and other sites' requests have them."""

    def ours():
        found = tab.context.cookies(address)
        assert all(each["expires"] == -1 for each in found)  # they end with the browser
        return {each["name"]: (each["httpOnly"], each["sameSite"]) for each in found}

    return ours


@pytest.fixture
def enter(tab, address):
    def go(place="/curation/essai"):
        tab.goto(address + place)
        log_in(tab)
        tab.wait_for_url(address + place)

    return go


def log_in(tab):
    tab.click("button:has-text('Se connecter par la forge')")
    tab.wait_for_url("http://127.0.0.1:*/**")
    if "/sign_in" in tab.url:  # the forge does not know them yet
        tab.click("button:has-text('Inès')")
    tab.click("button:has-text('Autoriser')")


def elsewhere(tab, body):
    """A page of another site."""
    tab.route(ELSEWHERE, lambda route: route.fulfill(content_type="text/html", body=body))
    tab.goto(ELSEWHERE)


def test_somebody_comes_in_and_goes_out_and_nothing_remains(tab, address, enter, cookies):
    tab.goto(f"{address}/curation/essai?tri=x")
    assert cookies() == {}
    tab.click("button:has-text('Se connecter par la forge')")
    tab.wait_for_url("http://127.0.0.1:*/**")
    assert cookies() == {"balise-connexion": (True, "Lax")}
    tab.click("button:has-text('Inès')")
    tab.click("button:has-text('Autoriser')")
    tab.wait_for_url(f"{address}/curation/essai?tri=x")
    assert cookies() == {"balise": (True, "Strict")}
    assert "Inès Exemple (@ines), instructeur" in tab.inner_text(".cur-qui")
    tab.click("text=Se déconnecter")
    assert tab.inner_text("h1") == "Vous êtes déconnecté de Balise"
    assert cookies() == {}
    tab.go_back()
    assert tab.inner_text("h1") == "Curation"
    assert "Inès" not in tab.content()
    tab.goto(f"{address}/curation/essai")
    assert tab.locator("button:has-text('Se connecter par la forge')").count()


def test_the_address_that_the_forge_sends_back_to_is_left_behind(tab, address, enter):
    enter()
    tab.go_back()
    assert "code=" not in tab.url


def test_a_link_of_another_site_leads_in(tab, address, enter):
    enter()
    elsewhere(tab, f'<a href="{address}/curation/essai?tri=x">Examiner</a>')
    tab.click("a")
    tab.wait_for_url(f"{address}/curation/essai?tri=x")
    assert tab.inner_text("h1") == "Un avis"


def test_a_form_of_another_site_does_nothing(tab, address, enter, noted):
    enter()
    mark = tab.get_attribute("[name=marque]", "value")
    body = f"""<form method="post" action="{address}/curation/essai"><input name="marque"
        value="{mark}"><input name="motif" value="Forgé."><button>Gagner</button></form>"""
    elsewhere(tab, body)
    with tab.expect_response(f"{address}/curation/essai") as answer:
        tab.click("button")
    assert answer.value.status == 403
    assert noted == []


def test_what_was_written_outlives_the_session(tab, address, enter, forge, noted):
    enter()
    tab.fill("textarea", "Les réponses\nne sont pas lues.")
    forge.clock.advance(minutes=61)
    tab.click("button:has-text('Enregistrer')")
    assert "n’est pas perdu" in tab.inner_text("[role=alert]")
    log_in(tab)
    tab.click("button:has-text('L’envoyer')")
    tab.wait_for_url(f"{address}/curation/essai")
    assert said_in(noted) == [["Les réponses\r\nne sont pas lues.", ""]]
