"""The bundled sample and a small forge, as one catalogue: served, written to files, open to a browser.

One of each for the whole run of tests: they only read it, whatever they ask.
"""

from __future__ import annotations

import io
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

import sample
from catalogue_site.build import build
from forgecommands import crawl_forge
from indexer import decisions
from indexer.entry import slug_of
from indexer.harvest import harvest
from installation import Balises, application, bring_level, now
from metadata.record import Educational, Term
from metadata.vocabulary import CONCEPT
from runcommands import harvest_source
from settings import ForgeSettings, LoginSettings, PublisherSettings, Settings, load
from tests import curators
from tests.fakes import CURATOR, ListSource, info, notice
from tests.forge import Forge

CHROMIUM = "/usr/bin/chromium"

#: Quiet flags: no call home, no sandbox (tests run as root in CI).
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: Who may do what in the back-office, and who is in these groups: tests/pages.py names them.
ROLES = {
    "dne/instruction": "instructeur",
    "dne/decision": "decideur",
    "dne/admin": "administrateur",
}
CURATORS = {
    "ines": ("Inès Exemple", "dne/instruction"),
    "denis": ("Denis Exemple", "dne/decision"),
    "agnes": ("Agnès Exemple", "dne/admin"),
}

#: The entries of a vendor that curators decided about.
QUALIFIED = slug_of("vendeur", "1", "Atlas des volcans")
SUSPENDED = slug_of("vendeur", "2", "Atlas des nuages")
TO_REVIEW = slug_of("vendeur", "3", "Atlas des océans")
EXAMINED = slug_of("vendeur", "4", "Atlas des déserts")
PROPOSED = slug_of("vendeur", "5", "Atlas des forêts")

#: Those of another, whose feed is empty since.
LOST = (slug_of("perdue", "1", "Un herbier"), slug_of("perdue", "2", "Un bestiaire"))

TAKEN_DOWN = "wie-komme-ich-zum-bahnhof-wege-beschreiben-66e323bad30ee600"

NOTICE = """\
titre: Fractions en boîte à outils
description: Des exercices générés à la volée sur les fractions, corrigés automatiquement.
lien: https://fractions.forge.example/
niveaux: [CM1, CM2]
disciplines: [mathématiques]
licence: CC-BY-SA-4.0
cherche-co-mainteneur: oui
badge: oui
"""

README = """\
# Fractions en boîte à outils

Des exercices de mathématiques sur les fractions, pour le **CM1** et le CM2, en autonomie.

## Installer

1. Télécharger l'archive ;
2. l'ouvrir avec `python -m fractions`.

> Une citation, [un lien](docs/aide.md) et ![une image](capture.png).

| Classe | Séances |
|--------|---------|
| CM1    | 6       |
"""


UNLISTED = """\
# Grammaire sans peine

Des exercices de grammaire pour la classe de sixième, en autonomie, avec leurs corrigés.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demonstration:
    """A catalogue that answers at `address`; `pages` is what `build` wrote of it."""

    address: str
    app: Flask
    balises: Balises
    forge: Forge
    pages: Path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory.mktemp("demonstration")) as made:
        yield made


@contextmanager
def demonstrated(folder: Path) -> Iterator[Demonstration]:
    """The catalogue, kept in a folder, for as long as it is needed."""
    with ExitStack() as opened:
        forge = opened.enter_context(Forge(folder / "forge"))
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, lambda *call: app(*call), threaded=True)
        opened.callback(server.server_close)
        here = f"http://127.0.0.1:{server.server_port}"
        settings, secret = _settings(folder, forge, here)
        balises = Balises(settings)
        opened.callback(lambda: balises.store.close())
        with patch.dict(os.environ, BALISE_LOGIN_CLIENT_SECRET=secret):
            app = application(balises)
        # No test reads the open web: whoever looks at a source there sees the first of the sample.
        first = balises.settings.source[0]
        site = replace(app.extensions["site"], preview=lambda candidate: balises.preview(first))
        app.extensions["site"] = site
        _fill(balises, forge)
        build(balises.site, folder / "public")
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        opened.callback(serving.join)
        opened.callback(server.shutdown)
        yield Demonstration(
            address=here, app=app, balises=balises, forge=forge, pages=folder / "public"
        )


def _settings(folder: Path, forge: Forge, here: str) -> tuple[Settings, str]:
    client, secret = forge.add_application(f"{here}/connexion/retour", ("openid", "profile", "api"))
    given = replace(
        load(sample.CONFIGURATION),
        data=str(folder / "var"),
        base_url=here,
        forge=(ForgeSettings(key="forge", url=forge.url, title="La forge d’essai"),),
        login=LoginSettings(forge="forge", client_id=client, roles=ROLES),
        publisher=PublisherSettings(name="La DNE fictive", contact="contact@dne.example"),
    )
    return given, secret


def _fill(balises: Balises, forge: Forge) -> None:
    forge.add_user("marie", "Marie Exemple")
    for username, (name, group) in CURATORS.items():
        forge.add_user(username, name)
        forge.add_group(group, members={username: 30})
    files = {"commun.yml": NOTICE, "README.md": README, "LICENSE": "CC BY-SA 4.0"}
    listed = forge.add_project("marie/fractions", files=files, name="Fractions")
    forge.add_release(listed, "v1.2.0", name="Rentrée")
    forge.add_project("marie/grammaire", files={"README.md": UNLISTED})
    with redirect_stdout(io.StringIO()):
        for source in balises.settings.source:
            harvest_source(balises, source, full=False, confirm=False)
        for each in balises.settings.forge:
            crawl_forge(balises, each)
    decisions.bring(balises.store, sample.decisions(now()), CURATOR, now())
    _curate(balises)
    _curate_feeds(balises)
    balises.store.takedown(TAKEN_DOWN, "À la demande de son auteur.", now())
    bring_level(balises)


def _curate(balises: Balises) -> None:
    """The feed of a vendor, of which two entries were qualified, and one suspended since."""
    about = info("vendeur", title="Éditions d’essai", origin="editeur", publish="qualified")
    titles = ("volcans", "nuages", "océans", "déserts", "forêts")
    records = [notice(str(number), f"Atlas des {name}") for number, name in enumerate(titles, 1)]
    harvest(ListSource(records, key="vendeur"), about, balises.store, now=now())
    for slug in (QUALIFIED, SUSPENDED):
        curators.qualify(balises.store, slug, now())
    curators.gather(balises.store, QUALIFIED, now())
    curators.examine(balises.store, EXAMINED, now())
    curators.propose(balises.store, PROPOSED, now())
    curators.suspend(balises.store, SUSPENDED, now(), "Une faille à corriger.")


def _curate_feeds(balises: Balises) -> None:
    """A source that lost all it had, after curators decided something of each thing it brought."""
    lost = info("perdue", title="Éditions perdues", origin="editeur", publish="qualified")
    said = {"educational": (Educational(learning_resource_types=(Term("", "herbier"),)),)}
    records = [notice("1", "Un herbier", **said), notice("2", "Un bestiaire")]
    for given in (records, []):
        harvest(ListSource(given, key="perdue"), lost, balises.store, now=now())
    curating = balises.store.curating
    curating.map_value("herbier", f"{CONCEPT}lecture", CURATOR, now(), "Il aide à nommer.")
    curating.judge_pairs(LOST, same=False, by=CURATOR, now=now(), reason="Des plantes, des bêtes.")
