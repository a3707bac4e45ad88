"""A small back-office: a forge whose people have roles, a vendor's feed, and a clock in hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from catalogue_site.application import create_app
from catalogue_site.openid import Login
from catalogue_site.site import Publisher, Site
from indexer.documents import catch_up
from indexer.harvest import harvest
from indexer.qualitychecks import check
from indexer.source import SourceInfo
from indexer.store import SqlStore
from indexer.waiting import Filter
from indexer.whoosh_engine import WhooshEngine
from metadata.case import Case, Role
from metadata.record import RawRecord
from tests.fakes import ListSource
from tests.forge import Forge
from tests.forge.model import Namespace
from tests.notices import lom
from tests.test_editor import Page
from tests.test_login import HERE, come_back, led_to, on_the_forge

#: Who is in the groups that give a role.
PEOPLE = {
    "ines": Role.EXAMINER,
    "hugo": Role.EXAMINER,
    "denis": Role.DECIDER,
    "olga": Role.DECIDER,
    "agnes": Role.ADMINISTRATOR,
    "lea": Role.READER,
}
VENDOR = SourceInfo(
    key="editeur",
    title="Éditions Exemple",
    origin="editeur",
    publish="qualified",
    licence="etalab-2.0",
)
DATABASE = "balise.sqlite"
FRACTIONS = "Une boîte de fractions pour comparer, ranger et placer sur une droite."


class Answering:
    """Every address answers."""

    def status(self, url: str, seconds: float, method: str = "HEAD") -> int:
        return 200


@dataclass
class Desk:
    """The back-office of a catalogue that holds a vendor's entries."""

    folder: Path
    forge: Forge
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    groups: dict[str, Namespace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        client_id, secret = self.forge.add_application(
            f"{HERE}/connexion/retour", ("openid", "profile", "api")
        )
        for name in PEOPLE:
            self.forge.add_user(name, f"{name.title()} Exemple")
            self.groups[name] = self.forge.add_group(f"dne/{name}", members={name: 30})
        self.clock = self.forge.clock
        self.store = SqlStore(f"sqlite:///{self.folder / DATABASE}")
        self.engine = WhooshEngine(self.folder / "index")
        login = Login(
            url=self.forge.url, client_id=client_id, client_secret=secret, clock=self.clock
        )
        self.site = Site(
            store=self.store,
            engine=self.engine,
            base_url=HERE,
            login=login,
            roles={f"dne/{name}": role for name, role in PEOPLE.items()},
            publisher=Publisher(name="La DNE fictive", contact="qualification@dne.example"),
            clock=self.clock,
            check=lambda slug, now: check(self.store, slug, Answering(), now),
        )
        self.app: Flask = create_app(self.site)
        self.app.jinja_env.bytecode_cache = FileSystemBytecodeCache()  # each test has its own site

    def take(self, *notices: tuple[str, str], **said: str) -> None:
        """Harvest these from the vendor: the title and the description of each."""
        records = [
            RawRecord(
                identifier=f"n{number}",
                format="lomfr",
                payload=lom(
                    title, description=about, location=f"https://n{number}.example/"
                ).encode(),
            )
            for number, (title, about) in enumerate(notices)
        ]
        source = ListSource(records, key=VENDOR.key)
        harvest(source, VENDOR, self.store, now=self.clock())
        catch_up(self.store, self.engine)

    @property
    def slugs(self) -> list[str]:
        return [each.slug for each in self.store.qualifications.queue(Filter())]

    def case(self, slug: str) -> Case:
        return self.store.qualifications.case(slug)

    def client(self, name: str) -> FlaskClient:
        """The browser of somebody, who is logged in."""
        if name not in self.clients:
            client = self.app.test_client()
            door = Page(client, client.get("/curation", base_url=HERE), 401)
            door.press("Se connecter par", status=303)
            forge = on_the_forge(led_to(client, client.get("/connexion", base_url=HERE)), name)
            client.get(led_to(client, come_back(client, forge)), base_url=HERE)
            self.clients[name] = client
        return self.clients[name]

    def also(self, name: str, other: str) -> None:
        """Give somebody the role of another too; they have to log in anew."""
        self.forge.add_member(self.groups[other], self.forge.world.user(name), 30)
        self.clients.pop(name, None)

    def see(self, name: str, path: str, status: int = 200) -> Page:
        """What somebody sees at an address."""
        client = self.client(name)
        return Page(client, client.get(path, base_url=HERE), status)

    def public(self, path: str) -> int:
        """What anybody is answered."""
        return self.app.test_client().get(path, base_url=HERE).status_code

    def after(self, page: Page) -> Page:
        """Where an act led."""
        place = page.answer.headers["Location"]
        return Page(page.client, page.client.get(place, base_url=HERE))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: bringing a new one up to date takes longer than most tests."""
    file = tmp_path_factory.mktemp("empty") / DATABASE
    SqlStore(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def desk(forge: Forge, empty_database: Path, tmp_path: Path) -> Iterator[Desk]:
    """With two entries to examine."""
    shutil.copy(empty_database, tmp_path)
    made = Desk(tmp_path, forge)
    made.take(("Une boîte de fractions", FRACTIONS), ("Tracer un cercle", "Au compas."))
    yield made
    made.store.close()
