"""A catalogue that crawls a forge in a test: a real database, the forge's own clock."""

from __future__ import annotations

from pathlib import Path

from forge_bridge.connection import Connection
from forge_bridge.crawl import Crawl
from forge_bridge.gitlab import GitLabForge
from forge_bridge.scope import Scope
from forgecommands import CrawledForge
from indexer.entry import Entry, State
from indexer.harvest import HarvestReport, harvest
from indexer.source import SourceInfo
from indexer.store import SqlStore
from metadata import listing
from metadata.project import Known

NOTICE = """\
titre: Fractions en boîte
description: Des exercices générés à la volée sur les fractions, corrigés automatiquement.
niveaux: [CM1, CM2]
disciplines: [mathématiques]
"""

SEVERAL = """\
titre: Cahier de français
description: Des séances prêtes à l’emploi pour lire et écrire, avec leurs corrigés.
ressources:
  - titre: Le conte
  - titre: La nouvelle
"""

INFO = SourceInfo(key="forge", title="La forge", kind="forge", origin="commun", publish="all")


class Catalogue:
    """What a crawl fills, and what it cost."""

    def __init__(self, folder: Path, forge, **rules) -> None:
        self.forge = forge
        self.store = SqlStore(f"sqlite:///{folder / 'balise.sqlite'}")
        self.rules = rules
        self.scope: dict[str, tuple[str, ...]] = {}
        self.token = ""
        self.cost = 0

    def crawl(self, *, full: bool = False, due_only: bool = False, **more) -> HarvestReport:
        """Crawl as `balise crawl` does; a forge that fails is asked again without waiting."""
        waits: list[float] = []
        connection = Connection(self.forge.url, self.token, timeout=2, sleep=waits.append)
        scope = Scope(rules=listing.rules(**self.rules), **self.scope)
        self.tally_of = Crawl(
            "forge", GitLabForge(connection), scope, self.store.projects, self.forge.clock
        )
        source = CrawledForge(key="forge", crawl=self.tally_of, due_only=due_only)
        report = harvest(source, INFO, self.store, now=self.forge.clock(), full=full, **more)
        self.cost = connection.requests
        self.waits = waits
        return report

    def published(self) -> dict[str, Entry]:
        """What is in the catalogue, by title."""
        slugs = self.store.slugs(State.PUBLISHED)
        return {entry.title: entry for entry in self.store.read(slugs)}

    def known(self, path: str) -> Known:
        return self.store.projects.find(path)[1]
