"""The READMEs of the listed projects, as the database keeps them: rendered when they are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from metadata.project import Known

from .schema import READMES

Row = dict[str, Any]


class Readme(NamedTuple):
    """The beginning of a README, as clean HTML."""

    html: str
    language: str = ""  # "" when its words do not tell
    cut: bool = False  # the forge has more of it


def renewed(db: sa.Connection, forge: str, read: Iterable[Known]) -> tuple[list[int], list[Row]]:
    """The numbers of the projects whose README is not what is kept; the rows to keep instead."""
    # Imported here: reading Markdown takes long to load, and only a crawl does.
    from metadata.hints import readme_of

    from .readme import mark_of, render

    old, new = [], []
    for known in read:
        project = known.snapshot.project
        file = readme_of(known.snapshot) if known.parts else None
        mark = mark_of(project, file) if file else ""
        if known.parts and not known.snapshot.files_are_filled:
            continue  # it was not read
        if mark == (db.scalar(_of(forge, project.id).with_only_columns(READMES.c.mark)) or ""):
            continue
        old.append(project.id)
        if file and file.payload:
            row = {"forge": forge, "id": project.id, "mark": mark}
            new.append(row | render(project, file)._asdict())
    return old, new


def write(tx: sa.Connection, forge: str, old: list[int], new: list[Row]) -> None:
    tx.execute(sa.delete(READMES).where(READMES.c.forge == forge, READMES.c.id.in_(old)))
    if new:
        tx.execute(sa.insert(READMES), new)


def kept(db: sa.Connection, forge: str, id: int) -> Readme | None:
    """What our pages show of a project's README."""
    row = db.execute(_of(forge, id)).first()
    return Readme(html=row.html, language=row.language, cut=row.cut) if row else None


def _of(forge: str, id: int) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(READMES).where(READMES.c.forge == forge, READMES.c.id == id)
