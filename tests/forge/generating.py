"""Invented projects by the thousand: a README in French, a licence, some with a commun.yml.

Their objects live in one repository that all the others borrow from.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pygit2
from pygit2.enums import FileMode

from tests.forge import git
from tests.forge.model import Namespace, Project
from tests.forge.world import World

SUBJECTS = {
    "mathématiques": ("Les fractions", "Théorème de Thalès", "Probabilités", "Fonctions affines"),
    "physique-chimie": ("La lumière", "Les atomes", "Circuits électriques", "Réactions acides"),
    "histoire-géographie": ("La Révolution", "Les frontières", "Habiter une métropole"),
    "français": ("Le conte", "La phrase complexe", "Écrire une nouvelle", "Lire Maupassant"),
    "NSI": ("Algorithmes de tri", "Les arbres binaires", "Bases de données", "Réseaux"),
}
LEVELS = ("6e", "5e", "4e", "3e", "seconde", "première", "terminale", "CM1", "CM2")
LICENCE = (
    b"MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy"
    b" of this software.\n"
)
OWNERS = 200


def generate(world: World, count: int, *, seed: int) -> list[Project]:
    """Mostly plain public ones; some are private, archived, empty, or forks."""
    chance = random.Random(seed)
    with world.lock:
        pool = world.folder / "pool.git"
        if not pool.exists():
            git.create(pool)
        repository = git.opened(pool)
        licence = repository.create_blob(LICENCE)
        places = [_place(world, f"enseignant-{number}") for number in range(min(OWNERS, count))]
        made: list[Project] = []
        for number in range(count):
            place = chance.choice(places)
            made.append(_project(world, repository, licence, place, number, chance, made))
        return made


def _place(world: World, username: str) -> Namespace:
    if world.user(username) is None:
        world.add_user(username)
    found = world.namespace(username)
    assert found is not None
    return found


def _project(
    world: World,
    pool: pygit2.Repository,
    licence: pygit2.Oid,
    place: Namespace,
    number: int,
    chance: random.Random,
    before: list[Project],
) -> Project:
    subject = chance.choice(list(SUBJECTS))
    title, level = chance.choice(SUBJECTS[subject]), chance.choice(LEVELS)
    kind = chance.choices(("plain", "private", "archived", "empty", "fork"), (88, 3, 4, 2, 3))[0]
    when = world.now() - timedelta(days=chance.uniform(2, 1500))
    project = world.add_project(
        place,
        f"{subject.lower().replace('é', 'e').replace('ç', 'c')}-{number}",
        name=f"{title} {number}",
        borrowing=world.folder / "pool.git",
        creator=place.owner,
        description=f"{title}, {subject}, {level}" if chance.random() < 0.5 else None,
        topics=[subject.lower(), level] if chance.random() < 0.4 else [],
        visibility="private" if kind == "private" else "public",
        archived=kind == "archived",
        stars=chance.randrange(12),
    )
    project.created = project.updated = project.active = when
    if kind == "fork" and before:
        project.fork_of = before[-1]
        world.forks[before[-1].id] = world.forks.get(before[-1].id, 0) + 1
    if kind != "empty":
        files = _files(title, subject, level, number, chance)
        sha = _commit(pool, files, licence, place, when.timestamp())
        (project.folder / "refs/heads/main").write_text(f"{sha}\n")
        project.default_branch, project.protected = "main", {"main"}
    return project


def _files(
    title: str, subject: str, level: str, number: int, chance: random.Random
) -> dict[str, bytes]:
    readme = (
        f"# {title}\n\nSéquence de {subject} pour la classe de {level}, n° {number}.\n\n"
        "## Contenu\n\nUne fiche de cours, des exercices corrigés et une évaluation.\n\n"
        "## Licence\n\nVoir le fichier LICENSE.\n"
    )
    files = {"README.md": readme.encode()}
    if chance.random() < 0.3:
        files["mkdocs.yml"] = f"site_name: {title}\n".encode()
    if chance.random() < 0.2:
        files["commun.yml"] = (
            f"titre: {title} {number}\ndescription: Séquence de {subject} avec exercices.\n"
            f"niveaux: [{level}]\nlicence: CC-BY-SA-4.0\n"
        ).encode()
    return files


def _commit(
    pool: pygit2.Repository,
    files: dict[str, bytes],
    licence: pygit2.Oid,
    place: Namespace,
    when: float,
) -> pygit2.Oid:
    builder = pool.TreeBuilder()
    builder.insert("LICENSE", licence, FileMode.BLOB)
    for path, payload in files.items():
        builder.insert(path, pool.create_blob(payload), FileMode.BLOB)
    assert place.owner is not None
    who = pygit2.Signature(place.owner.name, place.owner.email, int(when), 0)
    return pool.create_commit(None, who, who, "Premier dépôt", builder.write(), [])
