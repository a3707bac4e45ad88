"""What the catalogue holds, in figures: each a sentence, a table with its bars, and a CSV file.

In a figure as in a search, a resource and its parts count once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flask import Blueprint, Response, abort, render_template

from indexer.export import csv_row
from indexer.search import Query, Results

from . import presentation
from .browse import OTHERS, doors, label_of
from .figure import Figure, Row, coverage
from .search import UNSAID
from .site import canonical, engine, store
from .sources import published_sources

bp = Blueprint("statistics", __name__)

#: Rows of a figure on the page of them all, and on its own; its file has every one.
SHORT, LONG = 5, 30

#: A search without answer is shown when it was made so often: it is then nobody's in particular.
OFTEN, MOST = 5, 20


@bp.get("/statistiques")
def every() -> str:
    return _page([_figure(key) for key in FIGURES], "/statistiques", SHORT)


@bp.get("/statistiques/<key>")
def one(key: str) -> str:
    return _page([_figure(key)], f"/statistiques/{key}", LONG)


@bp.get("/statistiques/<key>.csv")
def table(key: str) -> Response:
    figure = _figure(key)
    lines = [csv_row([*figure.columns])]
    lines += [csv_row([row.label, str(row.count)]) for row in figure.rows]
    return Response("\ufeff".encode() + b"".join(lines), mimetype="text/csv")


def _page(figures: list[Figure], place: str, shown: int) -> str:
    dates = [status.last_complete for status in store().sources() if status.last_complete]
    return render_template(
        "statistics.html",
        here="statistics",
        canonical=canonical(place),
        figures=figures,
        together=shown == SHORT,
        shown=shown,
        total=_everything().total,
        date=presentation.moment(max(dates)) if dates else None,
    )


def _figure(key: str) -> Figure:
    if key not in FIGURES:
        abort(404)
    return FIGURES[key](key)


def _everything() -> Results:
    return engine().search(Query(size=1))


def _by_source(key: str) -> Figure:
    rows = [
        Row(label=source.title, count=source.published, address=f"/sources/{source.name}")
        for source in published_sources()
    ]
    return _ranked(key, "Notices par source", ("Source", "Notices"), rows)


def _by_discipline(key: str) -> Figure:
    return _by_value(key, "discipline", "Ressources par discipline", "Discipline")


def _by_cycle(key: str) -> Figure:
    return _by_value(key, "cycle", "Ressources par cycle ou voie", "Cycle ou voie")


def _by_value(key: str, facet: str, title: str, column: str) -> Figure:
    """What bears each value of a facet, and last what bears none: it leads no ranking."""
    found = _everything()
    rows = [
        Row(label=presentation.capital(door.label), count=door.count, address=door.address)
        for door in doors(facet, found)
        if door.value != UNSAID
    ]
    silent = found.facets.get(facet, {}).get(UNSAID, 0)
    label = presentation.capital(label_of(facet, UNSAID))
    others = [Row(label=label, count=silent, address=OF_SILENT.get(facet, ""))] if silent else []
    return _ranked(key, title, (column, "Ressources"), rows, others)


#: Where what bears no value has pages of its own.
OF_SILENT = {"discipline": f"/ressources/{OTHERS}"}


def _ranked(
    key: str, title: str, columns: tuple[str, str], rows: Iterable[Row], others: Iterable[Row] = ()
) -> Figure:
    """A figure whose bars compare its lines, the longest first, then the others."""
    ranked = sorted(rows, key=lambda row: -row.count)
    first = ranked[0] if ranked else None
    lines = (*ranked, *others)
    return Figure(
        key=key,
        title=title,
        finding=f"En tête : {first.label} ({first.count})" if first else "",
        columns=columns,
        rows=lines,
        whole=max((row.count for row in lines), default=0),
    )


def _coverage(key: str) -> Figure:
    return coverage(key, _everything())


def _freshness(key: str) -> Figure:
    months = store().figures.changed_by_month()
    rows = tuple(Row(label=_month(month), count=count) for month, count in months.items())
    return Figure(
        key=key,
        title="Fraîcheur des notices",
        finding=f"Le dernier changement date de {rows[0].label}" if rows else "",
        columns=("Dernier changement", "Notices"),
        rows=rows,
        whole=max(months.values(), default=0),
    )


def _month(text: str) -> str:
    """« mars 2026 », from "2026-03"."""
    year, _, month = text.partition("-")
    return f"{presentation.MONTHS[int(month) - 1]} {year}"


def _links(key: str) -> Figure:
    counts = store().links.counts()
    dead, checked = counts["dead"], counts["checked"]
    rows = (
        Row(label="Répondent", count=checked - dead),
        Row(label="Ne répondent plus", count=dead),
        Row(label="Pas encore vérifiés", count=len(store().slugs()) - checked),
    )
    return Figure(
        key=key,
        title="Liens morts",
        finding=f"{dead} des {checked} liens vérifiés ne répondent plus"
        if checked
        else "Aucun lien n’a encore été vérifié",
        columns=("Liens", "Nombre"),
        rows=rows,
        whole=max(row.count for row in rows),
    )


def _unanswered(key: str) -> Figure:
    found = store().figures.unanswered(OFTEN, MOST)
    return Figure(
        key=key,
        title="Recherches sans réponse",
        finding=f"{len(found)} recherches n’ont rien trouvé, {OFTEN} fois au moins chacune"
        if found
        else f"Aucune recherche n’est restée {OFTEN} fois sans réponse",
        columns=("Mots cherchés", "Fois"),
        rows=tuple(Row(label=words, count=count) for words, count in found),
        whole=max((count for _, count in found), default=0),
    )


FIGURES: dict[str, Callable[[str], Figure]] = {
    "sources": _by_source,
    "disciplines": _by_discipline,
    "cycles": _by_cycle,
    "couverture": _coverage,
    "fraicheur": _freshness,
    "liens": _links,
    "recherches-sans-reponse": _unanswered,
}


def pages() -> Iterator[str]:
    """The address of every page and file of figures."""
    yield "/statistiques"
    for key in FIGURES:
        yield from (f"/statistiques/{key}", f"/statistiques/{key}.csv")
