"""What an installation is made of, each part opened when a command first needs it.

Nothing here is imported before it serves: where only notices are checked, no database, index or web
server need be installed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import terminal
from settings import Settings, SourceSettings, load
from terminal import several

if TYPE_CHECKING:
    from flask import Flask

    from catalogue_site.openid import Login
    from catalogue_site.site import Site
    from forge_bridge.editing import Editing
    from indexer.fetch import Fetcher
    from indexer.preview import Candidate, Preview
    from indexer.search import SearchEngine
    from indexer.source import Source
    from indexer.store import SqlStore
    from indexer.whoosh_engine import WhooshEngine
    from metadata.case import Case

NEEDS_A_PERSON, WRONG_USAGE = 1, 2


class Balises:
    """What the commands work with, each part opened when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._store: SqlStore | None = None
        self._index: WhooshEngine | None = None

    @property
    def store(self) -> SqlStore:
        if self._store is None:
            from indexer.store import SqlStore

            self.settings.data_folder.mkdir(parents=True, exist_ok=True)
            self._store = SqlStore(self.settings.database_url)
        return self._store

    @property
    def index(self) -> WhooshEngine:
        """The index as it is."""
        if self._index is None:
            from indexer.whoosh_engine import WhooshEngine

            self._index = WhooshEngine(self.settings.index_folder)
        return self._index

    @property
    def engine(self) -> SearchEngine:
        """The index for whoever asks it something: were it lost, it would be made again."""
        from indexer.mending import MendedEngine

        return MendedEngine(self.index, self.store)

    @property
    def site(self) -> Site:
        from catalogue_site import theme
        from catalogue_site.site import STATIC, Publisher, Site, hashed
        from metadata.case import Role

        publisher = self.settings.publisher
        folder = self.settings.theme_folder
        themed = theme.names(folder)
        return Site(
            store=self.store,
            engine=self.engine,
            base_url=self.settings.base_url.rstrip("/"),
            publisher=Publisher(**asdict(publisher)),
            login=self._login(),
            roles={group: Role(name) for group, name in self.settings.login.roles.items()},
            door=self._door(),
            check=self.check,
            clock=now,
            theme=folder if themed else None,
            preview=self._preview_of_the_web,
            assets={**hashed(STATIC), **themed},
        )

    def _login(self) -> Login | None:
        """The way in for maintainers and curators; None when the configuration has none."""
        given, forge = self.settings.login, self.settings.login_forge
        if not forge:
            return None
        from catalogue_site.openid import Login

        secret = self.settings.secret(given.client_secret_file, "BALISE_LOGIN_CLIENT_SECRET")
        return Login(url=forge.url, client_id=given.client_id, client_secret=secret, clock=now)

    def _door(self) -> Editing | None:
        """What the editor may ask of the forge that people log in to, else of the first."""
        forge = self.settings.login_forge or next(iter(self.settings.forge), None)
        if not forge:
            return None
        from forge_bridge.connection import Connection
        from forge_bridge.editing import Editing
        from forge_bridge.gitlab import GitLabForge

        def seen(token: str = "") -> GitLabForge:
            """The forge as a visitor sees it: without the bot's token, and without long waits."""
            contact = self.settings.publisher.contact
            return GitLabForge(
                Connection(forge.url, token, contact=contact, timeout=10, sleep=_briefly)
            )

        site = self.settings.base_url.rstrip("/")
        return Editing(url=forge.url, forge=seen(), connect=seen, site=site)

    def check(self, slug: str, now: datetime) -> Case:
        """Run the automatic checks of an entry; its addresses may be of our own network as its source's."""
        from indexer.fetch import Fetcher
        from indexer.qualitychecks import check

        source = self.store.get(slug).source
        internal = any(each.internal for each in self.settings.source if each.key == source)
        asks = Fetcher(contact=self.settings.publisher.contact, internal=internal)
        return check(self.store, slug, asks, now)

    def preview(self, given: SourceSettings) -> Preview:
        """The first records of a source as they would be shown, read in a hurry; nothing is kept."""
        from indexer.fetch import Bounds, Fetcher
        from indexer.preview import Candidate, preview

        is_oai = given.kind == "oaipmh"
        oai = {"prefix": given.prefix, "set": given.set} if is_oai else {}
        candidate = Candidate(**asdict(given.info()), **oai)
        fetch = Fetcher(
            contact=self.settings.publisher.contact,
            internal=given.internal,
            delay=0,
            page=Bounds(seconds=8, size=50_000_000),
            file=Bounds(seconds=16, size=100_000_000),
            sleep=_never,
        )
        return preview(self.source(given, fetch), candidate, self.store.curating, now())

    def _preview_of_the_web(self, candidate: Candidate) -> Preview:
        """The same for the back-office, which reads no file and no private address of ours."""
        from indexer.netguard import check_url

        check_url(candidate.url, internal=False)
        said: dict[str, Any] = candidate.said()
        return self.preview(SourceSettings(**said))

    def source(self, given: SourceSettings, fetch: Fetcher | None = None) -> Source:
        """The source that one [[source]] describes."""
        from indexer.fetch import Fetcher
        from indexer.files import FilesSource
        from indexer.oaipmh import OaiPmhSource
        from indexer.syndication import FeedSource
        from indexer.table import TableSource

        address = given.url
        if "://" not in address:
            address = str(self.settings.folder / address)
        fetch = fetch or Fetcher(contact=self.settings.publisher.contact, internal=given.internal)
        if given.kind == "oaipmh":
            return OaiPmhSource(
                key=given.key, url=address, prefix=given.prefix, set=given.set, fetch=fetch
            )
        if given.kind == "table":
            return TableSource(key=given.key, place=address, download=fetch.download)
        if given.kind == "syndication":
            return FeedSource(key=given.key, place=address, download=fetch.download)
        return FilesSource(key=given.key, place=address)


pass_balises = click.make_pass_decorator(Balises)


def _briefly(seconds: float) -> None:
    time.sleep(min(seconds, 1))


def _never(seconds: float) -> None:
    """Somebody is looking at the page: no second attempt."""
    from indexer.errors import SourceError

    raise SourceError("Le serveur de la source est occupé, ou répond mal : réessayez plus tard.")


def now() -> datetime:
    return datetime.now(UTC)


def opened(config: Path | None, verbose: int, **given: str | None) -> Balises:
    """What an installation is made of, from the options of `main`. Raise SettingsError."""
    logging.basicConfig(
        level=logging.WARNING - 10 * min(verbose, 2), format="%(levelname)s %(name)s %(message)s"
    )
    default = Path("balise.toml")
    if config is None and default.exists():
        config = default
    settings = load(config) if config else Settings()
    chosen: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    return Balises(replace(settings, **chosen))


def application(balises: Balises) -> Flask:
    """The site, and the address that the forges' webhooks call."""
    from catalogue_site.application import create_app
    from forge_bridge.webhook import Hooks, receiver

    settings = balises.settings
    hooks = []
    for forge in settings.forge:
        token = settings.secret(forge.hook_token_file, f"{forge.variable}_HOOK_TOKEN")
        signing = settings.secret(forge.hook_signing_file, f"{forge.variable}_HOOK_SIGNING")
        hooks.append(Hooks(forge=forge.key, token=token, signing=signing))
    app = create_app(balises.site)
    app.register_blueprint(receiver(hooks, balises.store.projects, now))
    return app


def bring_level(balises: Balises, how: Callable[..., int] | None = None) -> int:
    """Let the index catch up with the store, or do `how`; give the number of changes."""
    from indexer.documents import catch_up

    step = terminal.Progress("index")
    moved = (how or catch_up)(
        balises.store, balises.index, progress=lambda done: step.show(several(done, "changement"))
    )
    step.done()
    return moved
