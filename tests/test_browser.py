"""The demonstration, walked in a real browser without JavaScript: what `make run` serves."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BALISE_")}
    command = [sys.executable, str(ROOT / "cli.py"), "demo", "--serve", "--port", port]
    folder = tmp_path_factory.mktemp("demo")
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/", server, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(url, server, log):
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the demonstration did not start:\n{log.read_text()}")


@pytest.fixture
def page(browser):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.faults = []
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    yield page
    assert page.faults == []
    context.close()


def test_a_teacher_finds_filters_and_opens_a_resource(page, address):
    page.goto(address)
    page.fill("#q", "fractions")
    page.click("text=Rechercher >> nth=-1")
    found = page.locator(".cat-liste > li").count()
    assert found >= 5
    assert "« fractions »" in page.locator("#resultats").inner_text().replace("\u00a0", " ")
    page.check("input[name=niveau][value=cm1]")
    page.click("text=Appliquer les filtres")
    assert "niveau=cm1" in page.url
    assert page.is_checked("input[name=niveau][value=cm1]")
    assert 0 < page.locator(".cat-liste > li").count() < found
    title = page.locator(".cat-liste h3 a").first.inner_text()
    page.click(".cat-liste h3 a >> nth=0")
    assert page.locator("h1").inner_text() == title
    assert page.locator(".cat-bref dt", has_text="Niveaux").is_visible()


def test_a_filter_understood_is_undone_by_its_link(page, address):
    page.goto(f"{address}/recherche?q=fractions+cm1+en+autonomie")
    note = page.locator(".cat-compris").first.inner_text()
    assert "CM1" in note
    assert "en autonomie" in note
    page.click(".cat-compris a >> nth=0")
    assert "mots=tels-quels" in page.url
    assert "Nous avons compris" not in page.content()


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("path", ["/", "/recherche?q=fractions", "/ressources", "/aide/chercher"])
def test_no_page_scrolls_sideways(browser, address, width, path):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address + path)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= width


def test_the_keyboard_reaches_the_results_by_the_skip_link(page, address):
    page.goto(f"{address}/recherche?q=fractions")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#resultats")


def test_the_page_asks_little_of_an_old_phone(page, address):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/recherche?q=fractions")
    assert all(url.startswith(address) for url in asked)
    assert len(asked) <= 4
