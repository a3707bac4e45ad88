"""The search page: what a reader asks, as an address, and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from indexer import facets
from indexer.errors import InvalidQuery
from indexer.search import Query, Results

from . import presentation
from .site import canonical, engine, store

bp = Blueprint("search", __name__)

UNSAID = "-"
SHOWN = 6  # values of a facet before « Tout afficher »
OPENED = ("cycle", "niveau", "discipline", "usage", "type", "duree")
SORTS = {"pertinence": "pertinence", "date": "date de mise à jour", "titre": "titre"}
LITTLE = 3  # fewer results than this: did you mean
Address = list[tuple[str, str]]


def ordered(key: str, counts: Mapping[str, int]) -> list[str]:
    """The values found, as the facet orders them, « non renseigné » left out."""
    return sorted(
        (value for value in counts if value != UNSAID and counts[value]),
        key=lambda value: facets.rank_of(key, value, counts[value]),
    )


@bp.get("/recherche")
def page() -> str | Response:
    tidy = canonical_arguments(list(request.args.items(multi=True)))
    if tidy != list(request.args.items(multi=True)):
        return redirect("/recherche" + (f"?{urlencode(tidy)}" if tidy else ""), code=302)
    query = query_of(tidy)
    try:
        results = engine().search(query)
    except InvalidQuery as error:
        return render_template("search.html", **view(query, Results(), str(error)))
    return render_template("search.html", **view(query, results))


def canonical_arguments(given: Address) -> Address:
    """The same question in one spelling: known parameters, value slugs, one order, no blanks."""
    tidy: Address = []
    for name in ("q", *facets.FACETS, "mots", "tri", "page"):
        values = [value.strip() for key, value in given if key == name and value.strip()]
        if name in facets.FACETS:
            slugs = (v if v == UNSAID else facets.value_of(name, v) or v for v in values)
            values = sorted(set(slugs))
        tidy += [(name, value) for value in dict.fromkeys(values)]
    return tidy


def query_of(arguments: Address) -> Query:
    """The question an address asks; what makes no sense in it is left aside."""
    single = dict(arguments)
    number = single.get("page", "1")
    return Query(
        text=single.get("q", ""),
        filters={
            key: tuple(value for name, value in arguments if name == key)
            for key in facets.FACETS
            if key in single
        },
        sort=single.get("tri", "") if single.get("tri") in SORTS else "pertinence",
        page=min(int(number), 1000) if number.isascii() and number.isdigit() and int(number) else 1,
        literal=single.get("mots") == "tels-quels",
    )


def address_of(query: Query, page: str = "/recherche") -> str:
    """The address of a question."""
    arguments: Address = [("q", query.text)] if query.text else []
    arguments += [(key, value) for key, values in query.filters.items() for value in values]
    arguments += [("mots", "tels-quels")] if query.literal else []
    arguments += [("tri", query.sort)] if query.sort != "pertinence" else []
    arguments += [("page", str(query.page))] if query.page > 1 else []
    return page + (f"?{urlencode(arguments)}" if arguments else "")


def view(query: Query, results: Results, problem: str = "") -> dict[str, object]:
    """What the template shows of an answer, or why there is none."""
    first_page = replace(query, page=1)
    return {
        "here": "search",
        "query": query,
        "heading": heading(query, results),
        "canonical": canonical(address_of(query)),
        "groups": list(groups(query, results)),
        "active": list(active(first_page)),
        "cleared": address_of(Query(text=query.text)),
        "understood": list(understood(first_page, results)),
        "relaxed": results.relaxed,
        "suggestion": suggestion(first_page, results),
        "sorts": list(sorts(first_page)),
        "items": items_of(results),
        "first": (query.page - 1) * query.size + 1,
        "pages": list(pages(query, results.total)),
        "without": [] if results.total or problem else list(without_each_filter(first_page)),
        "problem": problem,
    }


def heading(query: Query, results: Results) -> str:
    found = {0: "Aucune ressource", 1: "1 ressource"}.get(
        results.total, f"{results.total} ressources"
    )
    return f"{found} pour « {query.text} »" if query.text else found


def groups(query: Query, results: Results) -> Iterator[Mapping[str, object]]:
    for key, facet in facets.FACETS.items():
        counts = results.facets.get(key, {})
        chosen = query.filters.get(key, ())
        found = [*ordered(key, counts), *([UNSAID] if counts.get(UNSAID) else [])]
        found += [value for value in chosen if value not in found]
        if not [value for value in found if value != UNSAID]:
            continue
        shown = [v for n, v in enumerate(found) if n < SHOWN or v in chosen]
        yield {
            "key": key,
            "label": facet.label,
            "opened": key in OPENED or bool(chosen),
            "shown": [value_of(key, v, counts, chosen) for v in shown],
            "rest": [value_of(key, v, counts, chosen) for v in found if v not in shown],
            # Counted over what the other filters leave: known only while this one is not used.
            "said": None if chosen else round(100 * (1 - counts.get(UNSAID, 0) / results.total)),
        }


def value_of(
    key: str, value: str, counts: Mapping[str, int], chosen: tuple[str, ...]
) -> Mapping[str, object]:
    return {
        "key": value,
        "label": label(key, value),
        "count": counts.get(value, 0),
        "chosen": value in chosen,
    }


def label(key: str, value: str) -> str:
    return "non renseigné" if value == UNSAID else facets.label_of(key, value)


def active(query: Query) -> Iterator[Mapping[str, str]]:
    for key, values in query.filters.items():
        for value in values:
            yield {
                "label": facets.FACETS[key].label,
                "value": label(key, value),
                "without": address_of(without(query, key, value)),
            }


def without(query: Query, key: str, value: str) -> Query:
    """The same question with one filter taken away."""
    kept = {
        name: tuple(v for v in values if (name, v) != (key, value))
        for name, values in query.filters.items()
    }
    return replace(query, filters={name: values for name, values in kept.items() if values})


def without_each_filter(query: Query) -> Iterator[Mapping[str, object]]:
    """What taking each filter away would bring, where it brings something."""
    for key, values in query.filters.items():
        for value in values:
            wider = without(query, key, value)
            if count := engine().search(wider).total:
                yield {"label": label(key, value), "count": count, "address": address_of(wider)}


def understood(query: Query, results: Results) -> Iterator[Mapping[str, str]]:
    for note in results.understood:
        yield {
            "words": note.words,
            "label": facets.FACETS[note.facet].label,
            "value": label(note.facet, note.value),
            "undo": address_of(replace(query, literal=True)),
        }


def suggestion(query: Query, results: Results) -> Mapping[str, str] | None:
    if not results.suggestion or results.total >= LITTLE:
        return None
    better = replace(query, text=results.suggestion)
    return {"text": results.suggestion, "address": address_of(better)}


def sorts(query: Query) -> Iterator[Mapping[str, object]]:
    for key, words in SORTS.items():
        yield {
            "label": words,
            "current": key == query.sort,
            "address": address_of(replace(query, sort=key)),
        }


def pages(query: Query, total: int) -> Iterator[Mapping[str, object]]:
    """The pages around this one, the first and the last."""
    last = -(-total // query.size)
    around = {1, last, *range(query.page - 2, query.page + 3)}
    for number in sorted(n for n in around if 1 <= n <= last):
        yield {
            "number": number,
            "current": number == query.page,
            "next": number == query.page + 1,
            "address": address_of(replace(query, page=number)),
        }


def items_of(results: Results) -> list[presentation.Item]:
    """The entries of an answer, in its order, each with the members of its family."""
    wanted = [slug for hit in results.hits for slug in (hit.slug, *hit.members)]
    entries = {entry.slug: entry for entry in store().read(wanted)}
    return [
        presentation.item_of(
            entries[hit.slug],
            tuple(presentation.item_of(entries[slug]) for slug in hit.members if slug in entries),
        )
        for hit in results.hits
        if hit.slug in entries
    ]
