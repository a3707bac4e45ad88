"""The page of a selection of resources, made without an account: its address is all there is of it.

Links remove and order, the lists of the catalogue add (see chosen.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from indexer.entry import Entry, State
from indexer.errors import RecordNotFound
from indexer.export import csv_row

from . import presentation
from .chosen import LONGEST_SLUG, MOST, PATH, Selection, at_hand
from .site import canonical, store

bp = Blueprint("selection", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A resource of the selection, and what can be done with it."""

    slug: str
    item: presentation.Item | None  # None: it is not, or no longer, in the catalogue
    page: str  # the whole address of its record, to be printed
    removed: str
    earlier: str
    later: str


@bp.get(PATH)
def page() -> str | AnyResponse:
    chosen = at_hand()
    if added := request.args.get("ajouter", "").strip():
        return redirect(chosen.with_(_slug_in(added)).address())
    lines = [_line(chosen, slug, entry) for slug, entry in _found(chosen.slugs)]
    return render_template(
        "selection.html",
        here="selection",
        canonical=canonical(PATH),
        chosen=chosen,
        lines=lines,
        here_address=canonical(chosen.address()),
        dropped=len(dict.fromkeys(request.args.getlist("r"))) > MOST,
        most=MOST,
        exports={form: chosen.address(f"{PATH}.{form}") for form in EXPORTS},
    )


def _slug_in(text: str) -> str:
    """The slug in the address of a record, or itself."""
    try:
        path = urlsplit(text).path
    except ValueError:
        path = text
    return path.rstrip("/").rpartition("/")[2][:LONGEST_SLUG]


def _found(slugs: Sequence[str]) -> Iterable[tuple[str, Entry | None]]:
    """Each with its entry, where it is published, whatever it was called before."""
    for slug in slugs:
        try:
            entry = store().get(slug)
        except RecordNotFound:
            yield slug, None
        else:
            yield slug, entry if entry.state is State.PUBLISHED else None


def _line(chosen: Selection, slug: str, entry: Entry | None) -> Line:
    first, last = chosen.slugs[0], chosen.slugs[-1]
    return Line(
        slug=slug,
        item=presentation.item_of(entry) if entry else None,
        page=canonical(f"/ressources/{entry.slug}") if entry else "",
        removed=chosen.without(slug).address(),
        earlier=chosen.with_earlier(slug).address() if slug != first else "",
        later=chosen.with_later(slug).address() if slug != last else "",
    )


@bp.get(f"{PATH}.<any(csv, txt):form>")
def export(form: str) -> Response:
    chosen = at_hand()
    entries = [entry for _, entry in _found(chosen.slugs) if entry]
    write, mimetype = EXPORTS[form]
    response = Response(write(chosen, entries), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="selection.{form}"'
    return response


COLUMNS = ("titre", "disciplines", "niveaux", "type", "lien", "fiche")


def as_csv(chosen: Selection, entries: Iterable[Entry]) -> bytes:
    """One line a resource; spreadsheets need the mark to read UTF-8."""
    return b"\xef\xbb\xbf" + b"".join(map(csv_row, [[*COLUMNS], *map(_cells, entries)]))


def _cells(entry: Entry) -> list[str]:
    item, link = presentation.item_of(entry), presentation.link(entry.record)
    lists = (item.disciplines, item.levels, item.types)
    return [
        item.title.value,
        *(", ".join(words) for words in lists),
        link.address if link else "",
        canonical(f"/ressources/{entry.slug}"),
    ]


def as_text(chosen: Selection, entries: Iterable[Entry]) -> bytes:
    """To be pasted in a message or a class book."""
    blocks = [chosen.title] if chosen.title else []
    for entry in entries:
        title, disciplines, levels, _, link, record = _cells(entry)
        about = ", ".join(filter(None, (disciplines, levels)))
        blocks.append("\n".join(filter(None, (title, about, link, record))))
    return ("\n\n".join(blocks) + "\n").encode()


EXPORTS = {
    "csv": (as_csv, "text/csv"),
    "txt": (as_text, "text/plain"),
}
