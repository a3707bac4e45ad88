"""The pages that a public service owes: who answers for it, what it keeps, how it was tested.

And what a web server shows by itself when a file is missing (404.html, 410.html, 500.html).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, render_template

from . import faults, presentation
from .help import titles
from .site import canonical, current_site

bp = Blueprint("pages", __name__)

#: What `make budget` measured in a browser; the file is not there before the first measure.
MEASURES = Path(__file__).parent / "mesures.json"

NAMES = (
    "accessibilite",
    "ecoconception",
    "donnees-personnelles",
    "mentions-legales",
    "plan-du-site",
    "signaler-un-besoin",
)

SERVER_FAULTS = (404, 410, 500)

#: What a letter about a need begins with.
NEED = (
    "Il manque au catalogue…",
    "Ce que je cherche :\r\n\r\nPour quelle classe, quelle discipline :\r\n\r\nPour quel usage :\r\n",
)


@bp.get(f"/<any({', '.join(repr(name) for name in NAMES)}):name>")
def page(name: str) -> str:
    return render_template(
        f"{name}.html",
        canonical=canonical(f"/{name}"),
        **measured(),
        help_titles=titles(),
        need=current_site().publisher.letter(*NEED),
    )


def measured() -> Mapping[str, Any]:
    """The weights of the pages as they were measured last, and when that was."""
    if not MEASURES.exists():
        return {"measures": []}
    found = json.loads(MEASURES.read_text(encoding="utf-8"))
    day = presentation.moment(datetime.fromisoformat(found["date"]))
    return {"measures": found["pages"], "measured": day}


@bp.get("/<int:status>.html")
def server_fault(status: int) -> str:
    """The page of a fault, for a web server that meets it alone."""
    if status not in SERVER_FAULTS:
        abort(404)
    return faults.error_page(status)[0]


def pages() -> Iterator[str]:
    """The address of each of these pages."""
    yield from (f"/{name}" for name in NAMES)
    yield from (f"/{status}.html" for status in SERVER_FAULTS)
