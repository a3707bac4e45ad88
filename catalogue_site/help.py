"""The catalogue's own help pages, kept as Markdown in aide/."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import markdown
from flask import Blueprint, abort, render_template
from markupsafe import Markup

from .site import canonical

bp = Blueprint("help", __name__)

PAGES = {path.stem: path for path in sorted((Path(__file__).parent / "aide").glob("*.md"))}

#: Whom each page is for.
AUDIENCES = {
    "Vous enseignez": ("chercher",),
    "Vous partagez un commun": ("faire-connaitre-son-commun",),
    "Vous publiez des ressources": ("proposer", "qualification"),
}


@bp.get("/aide")
def every() -> str:
    return render_template(
        "aide.html",
        here="help",
        canonical=canonical("/aide"),
        audiences=AUDIENCES,
        titles=titles(),
    )


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """What each page is called: its first line."""
    texts = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()}
    return {name: text.partition("\n")[0].lstrip("# ") for name, text in texts.items()}


@bp.get("/aide/<name>")
def page(name: str) -> str:
    if name not in PAGES:
        abort(404)
    body = markdown.markdown(PAGES[name].read_text(encoding="utf-8"), extensions=["tables"])
    return render_template(
        "help.html",
        here="help",
        heading=titles()[name],
        canonical=canonical(f"/aide/{name}"),
        body=Markup(body),  # our own pages, not a stranger's
    )
