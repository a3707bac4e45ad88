"""The bot on the forge double: its account, what the crawl would have read, one run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from forge_bridge.bot import BotReport, run_bot
from forge_bridge.conduct import BotSettings
from forge_bridge.connection import Connection
from forge_bridge.gitlab import GitLabForge
from forge_bridge.reading import read
from metadata.project import Snapshot
from tests.forge import Forge
from tests.forge.model import MAINTAINER, MergeRequest, Project

README = """\
# Fractions en boîte

Des exercices de mathématiques pour les élèves de CM1 et de CM2, corrigés automatiquement.
"""
NOTICE = """\
# Notre fiche, à nous
titre: Fractions en boîte
description: Des exercices de mathématiques pour les élèves, corrigés automatiquement.
niveaux: [CM1, CM2]
disciplines: [mathématiques]
licence: CC-BY-SA-4.0
langues: [fr]
"""
#: As many as there are.
LIFTED = {"new_per_hour": 0, "open_at_most": 0}


class Stage:
    """A forge where the bot has an account and no rights but everybody's."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge
        self.bot = forge.add_user("balise-robot", "Balise")
        self.token = forge.add_token(self.bot)
        self.slugs: dict[int, str] = {}
        self.opened: list[Connection] = []

    def project(self, path: str = "marie/fractions", **facts: Any) -> Project:
        """A project whose words show that it is for education, unless other files are given."""
        return self.forge.add_project(path, **({"files": {"README.md": README}} | facts))

    def invite(self, project: Project, level: int = MAINTAINER) -> None:
        """Let the bot write to a project."""
        self.forge.add_member(project, self.bot, level)

    def client(self, token: str = "") -> GitLabForge:
        connection = Connection(self.forge.url, token, sleep=lambda seconds: None)
        self.opened.append(connection)
        return GitLabForge(connection, sleep=lambda seconds: None)

    def snapshots(self) -> list[Snapshot]:
        """What a crawl reads of all public projects."""
        crawler = self.client()
        found, cursor = [], None
        while cursor != "":
            listing = crawler.projects(cursor=cursor or "")
            found += [
                read(crawler, each, None, lambda blobs: {}).snapshot for each in listing.projects
            ]
            cursor = listing.cursor
        return found

    def run(
        self,
        *,
        dry_run: bool = False,
        snapshots: list[Snapshot] | None = None,
        client: GitLabForge | None = None,
        **settings: Any,
    ) -> BotReport:
        return run_bot(
            client or self.client(self.token),
            self.snapshots() if snapshots is None else snapshots,
            BotSettings(**({"catalogue": "https://catalogue.example"} | LIFTED | settings)),
            self.forge.clock(),
            slugs=self.slugs,
            dry_run=dry_run,
        )

    def proposals(self, project: Project | None = None) -> list[MergeRequest]:
        """The merge requests that the bot opened."""
        found = self.forge.merge_requests(project)
        return [each for each in found if each.author is self.bot]

    def written(self) -> list[tuple[str, str]]:
        """All that the bot had changed since the requests were last forgotten."""
        return [
            (each.method, each.path)
            for each in self.forge.requests
            if each.method != "GET" and each.user == self.bot.username
        ]

    def close(self) -> None:
        for each in self.opened:
            each._session.close()


@contextmanager
def staged(folder: Path, *, contract: bool = True) -> Iterator[Stage]:
    """A stage whose forge was never asked, nor ever answered, anything against its contract."""
    with Forge(folder, contract=contract) as forge:
        stage = Stage(forge)
        yield stage
        stage.close()
        assert not forge.violations, "\n".join(forge.violations)


def words(merge_request: MergeRequest, by: Any = None) -> list[str]:
    """What people, or somebody, said under a merge request."""
    return [
        note.body
        for note in merge_request.notes
        if not note.system and (by is None or note.author is by)
    ]
