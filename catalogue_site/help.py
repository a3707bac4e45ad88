"""The catalogue's own help pages, kept as Markdown in aide/."""

from __future__ import annotations

from pathlib import Path

import markdown
from flask import Blueprint, abort, render_template
from markupsafe import Markup

from .site import canonical

bp = Blueprint("help", __name__)

PAGES = {path.stem: path for path in sorted((Path(__file__).parent / "aide").glob("*.md"))}


@bp.get("/aide/<name>")
def page(name: str) -> str:
    if name not in PAGES:
        abort(404)
    text = PAGES[name].read_text(encoding="utf-8")
    return render_template(
        "help.html",
        here="help" if name == "chercher" else "",
        heading=text.partition("\n")[0].lstrip("# "),
        canonical=canonical(f"/aide/{name}"),
        body=Markup(
            markdown.markdown(text, extensions=["tables"])
        ),  # our own pages, not a stranger's
    )
