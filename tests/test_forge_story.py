"""A forge from its first crawl to its first commun in the catalogue, as the operator and a maintainer live it."""

import re
import threading

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

import cli
from installation import Balises, application
from settings import load
from tests.corpus import shared
from tests.forge import Forge

pytestmark = pytest.mark.slow

SETTINGS = """
base_url = "{here}"
[publisher]
name = "La DNE fictive"
contact = "contact@dne.example"
[[forge]]
key = "forge"
url = "{forge}"
title = "La forge"
new_per_hour = 0
open_at_most = 0
{login}
"""


@pytest.fixture
def balise(tmp_path, monkeypatch):
    """The commands, in a folder of their own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, status=0):
        result = CliRunner().invoke(cli.main, [*arguments])
        assert result.exit_code == status, result.output
        return result.stdout.replace("\u00a0", " ")

    return run


def settle(tmp_path, forge, monkeypatch, here="https://catalogue.example", login=""):
    monkeypatch.setenv("BALISE_FORGE_TOKEN", forge.add_token(forge.add_user("balise")))
    said = SETTINGS.format(here=here, forge=forge.url, login=login)
    (tmp_path / "balise.toml").write_text(said, encoding="utf-8")


def test_a_real_forge_is_crawled_its_projects_are_written_to_and_one_is_listed(
    tmp_path, monkeypatch, balise
):
    with Forge(tmp_path / "forge") as forge:
        projects = forge.seed(shared("projects"))
        settle(tmp_path, forge, monkeypatch)
        assert f"{len(projects)} projets montrés" in balise("crawl")

        told = balise("bot", "--dry-run")
        assert "mathalea/mathalea\n  à faire : proposer" in told
        assert not forge.merge_requests(), "a dry run writes nothing"
        assert {asked.method for asked in forge.requests} == {"GET"}

        balise("bot")
        proposed = {mr.target.id: mr for mr in forge.merge_requests()}
        assert len(proposed) >= 20
        forge.forget_requests()
        assert "rien à faire" in balise("bot")
        assert {asked.method for asked in forge.requests} == {"GET"}
        assert re.search(r"(\d+) requêtes", balise("bot"))

        [chosen] = [one for one in projects if one.full_path == "mathalea/mathalea"]
        forge.merge(proposed[chosen.id])
        assert "1 nouvelle" in balise("crawl")
        balise("index")
        found = balise("search", "exercices de mathématiques au collège")
        assert "mathalea" in found
        assert "collège" in found
        assert "mathalea/mathalea – au catalogue" in balise("show", "mathalea/mathalea", "--why")
        assert not forge.violations


def test_a_maintainer_goes_from_the_editor_to_the_badge(
    tmp_path,
    monkeypatch,
    balise,
    browser,
):
    with Forge(tmp_path / "forge") as forge:
        forge.add_user("marie", "Marie Exemple")
        readme = "# Fractions en boîte\n\nDes exercices de maths sur les fractions, pour le CM1.\n"
        project = forge.add_project("marie/fractions", files={"README.md": readme})
        forge.add_member(project, forge.add_user("balise"), 40)
        server = make_server("127.0.0.1", 0, lambda *call: app(*call), threaded=True)
        here = f"http://127.0.0.1:{server.server_port}"
        made = forge.add_application(f"{here}/connexion/retour", ("openid", "profile", "api"))
        monkeypatch.setenv("BALISE_LOGIN_CLIENT_SECRET", made[1])
        login = f'[login]\nforge = "forge"\nclient_id = "{made[0]}"\n'
        monkeypatch.setenv("BALISE_FORGE_TOKEN", forge.add_token(forge.world.user("balise")))
        said = SETTINGS.format(here=here, forge=forge.url, login=login)
        (tmp_path / "balise.toml").write_text(said, encoding="utf-8")
        balise("crawl")
        app = application(Balises(load(tmp_path / "balise.toml")))
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            _walk(browser.new_page(), here, forge, project, balise)
        finally:
            server.shutdown()
            serving.join()
            server.server_close()
        assert not forge.violations


def _walk(page, here, forge, project, balise):
    def onward(words):
        page.click(f"button:has-text('{words}') >> nth=0")

    page.goto(f"{here}/communs?projet=marie/fractions")
    assert "Pas au catalogue" in page.inner_text("main")
    page.click("text=Écrire le commun.yml")
    assert page.input_value("#f-titre") == "Fractions en boîte"
    for _ in range(3):
        onward("Continuer")
    page.click("fieldset:has-text('Badge du catalogue') label:has-text('oui')")
    onward("Vérifier")
    onward("Me connecter")
    page.click("button:has-text('Marie')")
    page.click("button:has-text('Autoriser')")
    onward("Proposer cette notice")
    page.click("text=Ouvrir la demande de fusion")
    page.click("button:has-text('Fusionner')")
    assert b"badge: oui" in forge.file(project, "commun.yml")

    balise("crawl")
    page.goto(f"{here}/recherche?q=fractions")
    page.click("text=Fractions en boîte")
    assert "CM1" in page.inner_text("main")
    balise("bot")
    [badge] = project.badges.values()
    address = badge["image_url"]
    page.goto(address)
    assert "au catalogue" in page.content()
    page.goto(badge["link_url"])
    assert page.inner_text("h1") == "fractions"
