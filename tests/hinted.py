"""The reviewed table of what projects say of themselves (hints.toml), and how near hints.py comes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from metadata.hints import Proposal
from metadata.keys.table import named
from metadata.project import Project, ProjectFile, Snapshot
from tests.corpus import SHARED

HERE = Path(__file__).parent
READMES = HERE / "data" / "readmes"
KEYS = ("niveaux", "disciplines", "langues", "licence")


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A project, and what a person found in it."""

    name: str
    snapshot: Snapshot
    right: dict[str, Any]
    invented: bool


@cache
def cases() -> tuple[Case, ...]:
    """Every project of the table: the invented ones, and those of the corpus where it is present."""
    table = tomllib.loads((HERE / "hints.toml").read_text("utf-8"))
    return (*_invented(table["readmes"]), *_public(table["projects"]))


def _invented(rows: dict[str, Any]) -> Iterator[Case]:
    for name, right in rows.items():
        project = Project(id=1, path=f"exemple/projet-{len(name)}", name="Projet")
        readme = ProjectFile(
            path="README.md", blob=name, payload=(READMES / f"{name}.md").read_bytes()
        )
        snapshot = Snapshot(project=project, files=(readme,))
        yield Case(name=name, snapshot=snapshot, right=right, invented=True)


def _public(rows: dict[str, Any]) -> Iterator[Case]:
    for path, right in rows.items():
        folder = SHARED / "projects" / path.replace("/", "+", 1)
        if folder.is_dir():
            yield Case(name=path, snapshot=snapshot_of(folder), right=right, invented=False)


def snapshot_of(folder: Path) -> Snapshot:
    """A project of the corpus, as a crawl would see it: the files at its root."""
    path = folder.name.replace("+", "/", 1)
    files = tuple(
        ProjectFile(path=file.name, blob=file.name, payload=file.read_bytes())
        for file in sorted(folder.iterdir())
        if file.is_file()
    )
    return Snapshot(project=Project(id=1, path=path, name=path.split("/")[1]), files=files)


def meant(key: str, text: str) -> frozenset[Any]:
    """What a text means under a key: two names of one class are one."""
    field_ = named(key)
    assert field_, key
    understood = field_.kind.read(text)
    assert understood.trouble is None, f"{key}: {text}: {understood.trouble}"
    return frozenset(getattr(value, "uri", "") or value for value in understood.values)


@dataclass(kw_only=True)
class Score:
    """Over all projects together, value by value; where nothing was due and nothing said, nothing."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))

    @property
    def due(self) -> int:
        return self.right + len(self.missed)

    def count(self, case: Case, key: str, proposal: Proposal) -> None:
        said = [text for each in proposal.values if each.key == key for text in each.texts]
        due = case.right.get(key, ())
        wanted = {meant(key, text) for text in ([due] if isinstance(due, str) else due)}
        accepted = {meaning for text in case.right.get("aussi", ()) for meaning in _any(key, text)}
        for text in said:
            if meant(key, text) in wanted:
                self.right += 1
            elif meant(key, text) not in accepted:
                self.wrong.append(f"{case.name}: {text}")
        got = {meant(key, text) for text in said}
        self.missed += [f"{case.name}: {sorted(map(str, each))}" for each in wanted - got]


def _any(key: str, text: str) -> Iterator[frozenset[Any]]:
    field_ = named(key)
    assert field_, key
    understood = field_.kind.read(text)
    if understood.trouble is None:
        yield frozenset(getattr(value, "uri", "") or value for value in understood.values)
