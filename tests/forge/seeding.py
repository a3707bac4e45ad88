"""A forge filled with the projects of a folder: one `owner+name` folder each."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.forge.model import Project

if TYPE_CHECKING:
    from tests.forge.forge import Forge

#: Of projects that SOURCES.md does not date: far enough back for nobody to wait for them.
LONG_AGO = datetime(2025, 9, 1, 8, tzinfo=UTC)


def seed(forge: Forge, folder: Path) -> list[Project]:
    dates = _dates(folder / "SOURCES.md")
    made = []
    for each in sorted(folder.iterdir()):
        owner, plus, name = each.name.partition("+")
        if plus and each.is_dir():
            files = {
                path.relative_to(each).as_posix(): path.read_bytes()
                for path in sorted(each.rglob("*"))
                if path.is_file()
            }
            when = dates.get(f"{owner}/{name}", LONG_AGO)
            text = _description(files)
            made.append(
                forge.add_project(f"{owner}/{name}", files=files, created=when, description=text)
            )
    return made


def _dates(sources: Path) -> dict[str, datetime]:
    """The date of each project's snapshot."""
    text = sources.read_text("utf-8") if sources.exists() else ""
    rows = re.findall(r"^\| *(\S+/\S+) *\|[^|]*\| *(\d{4}-\d\d-\d\d) *\|", text, re.MULTILINE)
    return {
        path: min(datetime.fromisoformat(f"{day}T08:00:00+00:00"), LONG_AGO) for path, day in rows
    }


def _description(files: dict[str, bytes]) -> str | None:
    """What package.json says of the project; nothing is invented."""
    try:
        said = json.loads(files.get("package.json", b"{}")).get("description")
    except (ValueError, AttributeError):
        return None
    return said if isinstance(said, str) and said else None
