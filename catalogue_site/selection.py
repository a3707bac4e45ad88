"""A selection of resources without an account: its address is all there is of it.

Links add, remove and order; nothing is kept anywhere, so that whoever has the address has the
selection, and nobody knows whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from indexer.entry import Entry, State
from indexer.errors import InvalidQuery, RecordNotFound
from indexer.export import csv_row
from indexer.query import LONGEST
from indexer.search import Query
from metadata.normalise import clean

from . import presentation
from .search import items_of
from .site import canonical, engine, store

bp = Blueprint("selection", __name__)

PATH = "/selection"

#: A selection is for some lessons; its address must fit in a message.
MOST = 50
LONGEST_TITLE = 120
LONGEST_SLUG = 100

Arguments = MultiDict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Some resources in an order, under a title."""

    slugs: tuple[str, ...] = ()
    title: str = ""

    def address(self, path: str = PATH) -> str:
        arguments = [("titre", self.title)] if self.title else []
        return f"{path}?{urlencode([*arguments, *(('r', slug) for slug in self.slugs)])}"

    def of(self, slugs: Iterable[str]) -> Selection:
        return Selection(slugs=tuple(slugs), title=self.title)

    def with_(self, slug: str) -> Selection:
        return self.of(dict.fromkeys([*self.slugs, slug]))

    def without(self, slug: str) -> Selection:
        return self.of(each for each in self.slugs if each != slug)

    def with_earlier(self, slug: str) -> Selection:
        """The same with one resource before the one that it comes after."""
        place = self.slugs.index(slug)
        others = [*self.without(slug).slugs]
        return self.of([*others[: max(place - 1, 0)], slug, *others[max(place - 1, 0) :]])

    def with_later(self, slug: str) -> Selection:
        place = self.slugs.index(slug)
        others = [*self.without(slug).slugs]
        return self.of([*others[: place + 1], slug, *others[place + 1 :]])


def asked(arguments: Arguments) -> Selection:
    """The selection that an address names, without what makes no sense in it."""
    named = (clean(each).strip()[:LONGEST_SLUG] for each in arguments.getlist("r"))
    return Selection(
        slugs=tuple(dict.fromkeys(filter(None, named)))[:MOST],
        title=" ".join(clean(arguments.get("titre", "")).split())[:LONGEST_TITLE],
    )


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
    chosen = asked(request.args)
    if added := request.args.get("ajouter", "").strip():
        return redirect(chosen.with_(_slug_in(added)).address())
    words = " ".join(clean(request.args.get("q", "")).split())[:LONGEST]
    lines = [_line(chosen, slug, entry) for slug, entry in _found(chosen.slugs)]
    return render_template(
        "selection.html",
        canonical=canonical(PATH),
        chosen=chosen,
        lines=lines,
        here_address=canonical(chosen.address()),
        dropped=len(dict.fromkeys(request.args.getlist("r"))) > MOST,
        most=MOST,
        words=words,
        offered=list(_offered(chosen, words)) if words else [],
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


def _offered(chosen: Selection, words: str) -> Iterator[tuple[presentation.Item, str]]:
    """What a search finds that is not chosen yet, each with the address that adds it."""
    try:
        found = items_of(engine().search(Query(text=words)))
    except InvalidQuery:
        return
    for item in found:
        if item.slug not in chosen.slugs:
            yield item, f"{chosen.with_(item.slug).address()}&{urlencode({'q': words})}"


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
    chosen = asked(request.args)
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
