"""The editor in a real browser, with a forge to log in to: without JavaScript, by keyboard, checked by axe."""

import threading
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from catalogue_site.application import create_app
from catalogue_site.openid import Login
from catalogue_site.site import Site
from forge_bridge.connection import Connection
from forge_bridge.editing import Editing
from forge_bridge.gitlab import GitLabForge
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine

pytestmark = pytest.mark.slow

README = """\
# Fractions en boîte

Des exercices de mathématiques sur les fractions pour le CM1 et le CM2, en autonomie.

Les collégiens peuvent s’en servir aussi.
"""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def project(forge):
    forge.add_user("marie", "Marie Exemple")
    return forge.add_project("marie/fractions", files={"README.md": README})


@pytest.fixture
def address(forge, project, tmp_path):
    def seen_by(token=""):
        return GitLabForge(Connection(forge.url, token))

    # The application needs its address, the forge the address, and the site both.
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    here = f"http://127.0.0.1:{server.server_port}"
    client_id, secret = forge.add_application(
        f"{here}/connexion/retour", ("openid", "profile", "api")
    )
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    site = Site(
        store=store,
        engine=WhooshEngine(tmp_path / "index"),
        base_url=here,
        login=Login(
            url=forge.url,
            client_id=client_id,
            client_secret=secret,
            clock=lambda: datetime.now(UTC),
        ),
        door=Editing(url=forge.url, forge=seen_by(), connect=seen_by, site=here),
    )
    app = create_app(site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()
    store.close()


@pytest.fixture
def page(browser, address):
    """A page without JavaScript, where nothing of ours may be refused by our own policy."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    faults = []
    page.on("console", lambda said: faults.append((said.location["url"], said.text)))
    yield page
    assert [fault for fault in faults if fault[0].startswith(address)] == []
    context.close()


def onward(page, words="Continuer"):
    with page.expect_navigation():
        page.click(f"button:has-text('{words}') >> nth=0")


def test_a_maintainer_goes_from_their_readme_to_a_merged_notice(page, address, forge, project):
    page.goto(f"{address}/editeur")
    page.fill("#projet", f"{forge.url}/marie/fractions")
    onward(page, "Lire ce projet")
    assert page.input_value("#f-titre") == "Fractions en boîte"
    assert "README.md, ligne 1" in page.locator("#f-titre-indice1").inner_text()
    page.fill("#f-lien", "https://fractions.forge.example/")
    onward(page)
    assert page.is_checked("input[name=niveaux][value=CM1]")
    page.uncheck("input[name=niveaux][value=collège]")
    onward(page)
    page.fill("#f-duree", "20")
    onward(page)
    assert "Ajoutez l’unité" in page.locator("#f-duree-faute1").inner_text()
    page.fill("#f-duree", "20 min")
    onward(page)
    page.select_option("#f-licence", "CC-BY-SA-4.0")
    onward(page, "Vérifier")
    shown = page.input_value("#fichier")
    onward(page, "Me connecter")
    page.click("button:has-text('Marie')")
    page.click("button:has-text('Autoriser')")
    assert page.input_value("#fichier") == shown
    assert "Marie Exemple (@marie)" in page.locator("#p-forge ~ p").first.inner_text()
    onward(page, "Proposer cette notice")
    page.click("text=Ouvrir la demande de fusion")
    [opened] = forge.merge_requests(project)
    assert page.url.endswith("/marie/fractions/-/merge_requests/1")
    assert forge.file(project, "commun.yml", opened.source_branch).decode() == shown
    page.click("button:has-text('Fusionner')")
    assert forge.file(project, "commun.yml").decode() == shown
    page.goto(f"{address}/editeur?projet=marie/fractions")
    assert "Voici ce que dit aujourd’hui" in page.locator(".cat-compris").inner_text()
    assert page.input_value("#f-lien") == "https://fractions.forge.example/"


def test_logging_in_takes_one_to_the_forge_by_itself(page, address, forge):
    page.goto(f"{address}/editeur?projet=marie/fractions")
    onward(page, "Passer directement")
    onward(page, "Me connecter")
    page.wait_for_url(f"{forge.url}/**")
    page.click("button:has-text('Marie')")
    page.click("button:has-text('Refuser')")
    assert "n’a pas confirmé" in page.locator("#erreurs").inner_text()
    assert page.input_value("#fichier").startswith("titre: Fractions en boîte")


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")], ids=str
)
def test_no_page_has_a_fault_that_axe_sees_nor_scrolls_sideways(
    browser,
    address,
    width,
    scheme,
):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)

    def see(name):
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name

    for path in ("", "?projet=marie/rien"):
        page.goto(f"{address}/editeur{path}")
        see(f"start {path}")
    page.fill("#texte", "titre: A\nressources: [{titre: Une}, {titre: Deux}]\n")
    onward(page, "Modifier cette notice")
    see("parts")
    page.goto(f"{address}/editeur?projet=marie/fractions")
    see("identity, with proposals")
    page.fill("#f-titre", "")
    onward(page)
    see("identity, with a fault")
    page.fill("#f-titre", "Fractions en boîte")
    for words, name in [
        ("Continuer", "public"),
        ("Continuer", "usages"),
        ("Continuer", "rights"),
        ("Vérifier", "check"),
    ]:
        onward(page, words)
        see(name)
    page.goto(f"{address}/aide/faire-connaitre-son-commun")
    see("help")
    page.close()


def test_the_keyboard_alone_writes_a_notice(page, address):
    def enter():
        with page.expect_navigation():
            page.keyboard.press("Enter")

    def reach(selector):
        wanted = page.locator(selector).first
        for _ in range(200):
            page.keyboard.press("Tab")
            if wanted.evaluate("each => each === document.activeElement"):
                return
        pytest.fail(f"the keyboard does not reach {selector}")

    page.goto(f"{address}/editeur")
    reach("button:has-text('Commencer')")
    enter()
    reach("#f-description")
    page.keyboard.type("Des exercices sur les fractions, pour le CM1.")
    reach("button:has-text('Continuer')")
    enter()
    assert page.evaluate("document.activeElement.id") == "erreurs"
    reach("#erreurs a")
    page.keyboard.press("Enter")  # leads to the field
    page.keyboard.type("Fractions")
    page.keyboard.press("Tab")
    reach("button:has-text('Continuer')")
    enter()
    reach("input[name=niveaux][value=CM1]")
    page.keyboard.press("Space")
    reach("button:has-text('Passer directement')")
    enter()
    assert "niveaux: [CM1]" in page.input_value("#fichier")


def test_the_back_button_finds_what_was_typed(page, address):
    page.goto(f"{address}/editeur")
    onward(page, "Commencer")
    page.fill("#f-titre", "Fractions en boîte")
    page.fill(
        "#f-description", "Des exercices sur les fractions, pour le CM1 et le CM2, à la maison."
    )
    page.fill("#f-langues-autre", "alsacien")
    onward(page)
    page.check("input[name=niveaux][value=CM1]")
    onward(page, "Continuer")
    page.go_back()
    assert page.is_checked("input[name=niveaux][value=CM1]")
    page.go_back()
    assert page.input_value("#f-titre") == "Fractions en boîte"
    assert page.input_value("#f-langues-autre") == "alsacien"
    assert page.input_value("#f-description").startswith("Des exercices")


def test_enter_in_a_field_goes_on_and_not_back(page, address):
    page.goto(f"{address}/editeur?projet=marie/fractions")
    onward(page)
    page.press("#f-niveaux-autre", "Enter")
    assert "Usages" in page.locator(".fr-stepper__title").inner_text()
