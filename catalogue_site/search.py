"""The search page: what a reader asks, as an address, and the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response

from indexer import facets
from indexer.errors import InvalidQuery
from indexer.query import LONGEST
from indexer.search import Query, Results, Understood

from . import presentation, unanswered
from .chosen import NAMES, kept
from .site import canonical, engine, store

bp = Blueprint("search", __name__)

UNSAID = "-"
SHOWN = 5  # values of a facet beside the results; /recherche/criteres has them all
OPENED = ("cycle", "niveau", "discipline", "usage", "type", "duree")  # the most used
CHOICES = {"duree"}  # one of them is chosen, from a list
SORTS = {
    "pertinence": "pertinence",
    "date": "date de mise à jour",
    "titre": "titre",
    "qualification": "qualifiées d’abord",
}
MOST_WAYS = 10  # each is a search
LITTLE = 3  # fewer results than this: did you mean
MOST_WORDS = 20  # completions
Address = list[tuple[str, str]]


def ordered(key: str, counts: Mapping[str, int]) -> list[str]:
    """The values found, as the facet orders them, « non renseigné » left out."""
    return sorted(
        (value for value in counts if value != UNSAID and counts[value]),
        key=lambda value: facets.rank_of(key, value, counts[value]),
    )


@bp.get("/recherche")
def page() -> str | Response:
    given = asked()
    query = query_of(given)
    if given != arguments_of(query):
        return redirect(kept(address_of(query)))
    try:
        results = engine().search(query)
    except InvalidQuery as error:
        return render_template("search.html", **view(query, Results(), str(error)))
    if query.page > (last := last_page(query, results.total)):
        return redirect(kept(address_of(replace(query, page=last))))
    unanswered.count(query, results)
    return render_template("search.html", **view(query, results))


@bp.get("/recherche/criteres")
def criteria() -> str | Response:
    """Every criterion, with every value that it has, as a form of its own."""
    query = query_of(asked())
    try:
        results = engine().search(replace(query, page=1))
    except InvalidQuery:
        return redirect(kept(address_of(query)))
    return render_template(
        "criteria.html",
        here="search",
        query=query,
        canonical=canonical("/recherche/criteres"),
        results=address_of(query),
        groups=list(every_group(query, results)),
    )


@bp.get("/recherche/mots")
def completions() -> str:
    """The words of the catalogue that begin like the last one typed: completion without a script."""
    query = query_of(asked())
    found = [
        replace(query, text=text, page=1) for text in engine().complete(query.text, MOST_WORDS)
    ]
    return render_template(
        "words.html",
        here="search",
        query=query,
        canonical=canonical("/recherche/mots"),
        words=[{"text": each.text, "address": address_of(each)} for each in found],
        asked=address_of(query),
    )


def asked() -> Address:
    """What the address asks, the selection at hand set aside."""
    return [(name, value) for name, value in request.args.items(multi=True) if name not in NAMES]


def query_of(arguments: Address) -> Query:
    """The question an address asks; what makes no sense in it is left aside."""
    said: dict[str, list[str]] = {}
    for name, value in arguments[:MOST_ARGUMENTS]:
        text = BLANKS.sub(" ", value).strip()
        if text and (name == "q" or len(text) <= LONGEST):
            said.setdefault(name, []).append(text)
    single = {name: values[0] for name, values in said.items()}
    number = single.get("page", "")
    return Query(
        text=single.get("q", ""),
        filters={key: values_in(key, said[key]) for key in facets.FACETS if key in said},
        sort=single["tri"] if single.get("tri") in SORTS else "pertinence",
        page=int(number) if PAGE.fullmatch(number) else 1,
        literal=single.get("mots") == "tels-quels",
    )


#: More than anybody chooses: the page links to the question without each of them.
MOST_ARGUMENTS = 100

#: Spaces of every kind, and what does not show.
BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")

PAGE = re.compile(r"[1-9][0-9]{0,5}")


def values_in(key: str, texts: list[str]) -> tuple[str, ...]:
    """The values of a facet that these mean, in one order; what means none finds nothing."""
    slugs = (text if text == UNSAID else facets.value_of(key, text) or text for text in texts)
    return tuple(sorted({*slugs}))


def arguments_of(query: Query) -> Address:
    """What an address says of a question, in one order."""
    arguments: Address = [("q", query.text)] if query.text else []
    arguments += [(key, value) for key, values in query.filters.items() for value in values]
    arguments += [("mots", "tels-quels")] if query.literal else []
    arguments += [("tri", query.sort)] if query.sort != "pertinence" else []
    arguments += [("page", str(query.page))] if query.page > 1 else []
    return arguments


def address_of(query: Query, page: str = "/recherche") -> str:
    """The address of a question."""
    arguments = arguments_of(query)
    return page + (f"?{urlencode(arguments)}" if arguments else "")


def view(query: Query, results: Results, problem: str = "") -> dict[str, object]:
    """What the template shows of an answer, or why there is none."""
    first_page = replace(query, page=1)
    whole, near = shown(query, results)
    return {
        "here": "search",
        "query": query,
        "heading": heading(query, results),
        "canonical": canonical(address_of(query)),
        "place": address_of(query),
        "feed": address_of(replace(first_page, sort="pertinence"), "/flux.atom"),
        "snippet": address_of(first_page, "/integrer/code"),
        "groups": list(groups(query, results)),
        "criteria": address_of(first_page, "/recherche/criteres"),
        "active": list(active(first_page)),
        "cleared": address_of(Query(text=query.text)),
        "understood": list(notes(first_page, results.understood)),
        "ignored": list(notes(first_page, results.ignored)),
        "relaxed": results.relaxed,
        "suggestion": suggestion(first_page, results),
        "sorts": list(sorts(first_page)),
        "corrected": results.corrected,
        "literal": address_of(replace(first_page, literal=True)),
        "items": whole,
        "near": near,
        "first": (query.page - 1) * query.size + 1,
        "pages": list(pages(query, results.total)),
        "without": [] if results.total or problem else list(ways_out(first_page, results)),
        "problem": problem,
    }


def heading(query: Query, results: Results) -> str:
    found = {0: "Aucune ressource", 1: "1 ressource"}.get(
        results.total, f"{results.total} ressources"
    )
    is_short = 0 < len(query.text) <= LONGEST  # a longer one is refused
    return f"{found} pour « {query.text} »" if is_short else found


def shown(
    query: Query, results: Results
) -> tuple[list[presentation.Item], list[presentation.Item]]:
    """The entries of a page: those that say all that was asked, and those that come near."""
    whole = max(0, results.total - results.near - (query.page - 1) * query.size)
    parts = (results.hits[:whole], results.hits[whole:])
    first, rest = (items_of(replace(results, hits=hits)) for hits in parts)
    return first, rest


def groups(query: Query, results: Results) -> Iterator[Mapping[str, object]]:
    """The facets beside the results: the most used, and those in use, with their main values."""
    for key in facets.FACETS:
        chosen = query.filters.get(key, ())
        if key in OPENED or chosen:
            values = ordered(key, results.facets.get(key, {}))
            main = sorted(values, key=lambda value: -results.facets[key][value])[:SHOWN]
            kept = [value for value in values if value in main or key in CHOICES]
            if kept or chosen:
                yield group(key, kept, chosen, results)


def every_group(query: Query, results: Results) -> Iterator[Mapping[str, object]]:
    for key in facets.FACETS:
        counts, chosen = results.facets.get(key, {}), query.filters.get(key, ())
        if values := ordered(key, counts):
            silent = [UNSAID] if counts.get(UNSAID) else []
            yield group(key, [*values, *silent], chosen, results)


def group(
    key: str, values: list[str], chosen: tuple[str, ...], results: Results
) -> Mapping[str, object]:
    counts = results.facets.get(key, {})
    tree = in_tree(key, [*values, *(value for value in chosen if value not in values)], counts)
    return {
        "key": key,
        "label": facets.FACETS[key].label,
        "is_choice": key in CHOICES and len(chosen) <= 1,
        "values": [value_of(key, value, tree, counts, chosen) for value in tree],
        "said": share_said(counts, results.over.get(key, 0)),
    }


def in_tree(key: str, values: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """These values, each under the one that contains it, otherwise in the facet's order."""

    def place(value: str) -> list[tuple[int, str]]:
        above = facets.parent_of(key, value)
        return [*(place(above) if above else ()), facets.rank_of(key, value, counts.get(value, 0))]

    return sorted(values, key=lambda value: (value == UNSAID, place(value)))


def share_said(counts: Mapping[str, int], total: int) -> int:
    """The percentage of these resources that say something."""
    return round(100 * (total - counts.get(UNSAID, 0)) / total) if total else 0


def value_of(
    key: str, value: str, shown: list[str], counts: Mapping[str, int], chosen: tuple[str, ...]
) -> Mapping[str, object]:
    return {
        "key": value,
        "label": label(key, value),
        "count": counts.get(value, 0),
        "chosen": value in chosen,
        "is_part": facets.parent_of(key, value) in shown,
    }


def label(key: str, value: str) -> str:
    if value == UNSAID:
        return "non renseigné"
    return source_titles().get(value, value) if key == "source" else facets.label_of(key, value)


def source_titles() -> Mapping[str, str]:
    """What each source is called; asked of the store once a page."""
    if "source_titles" not in g:
        infos = [status.info for status in store().sources()]
        g.source_titles = {
            facets.source_value(each.key): each.title for each in infos if each.title
        }
    titles: Mapping[str, str] = g.source_titles
    return titles


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


def ways_out(query: Query, results: Results) -> Iterator[Mapping[str, object]]:
    """What taking each filter away, chosen or understood, would bring, where it brings something."""
    wider = [
        (label(key, value), without(query, key, value))
        for key, values in query.filters.items()
        for value in values
    ]
    for note in results.understood:
        wider.append((label(note.facet, note.value), replace(query, text=note.rest)))
    for name, other in wider[:MOST_WAYS]:
        if count := engine().search(other).total:
            yield {"label": name, "count": count, "address": address_of(other)}


def notes(query: Query, recognised: Iterable[Understood]) -> Iterator[Mapping[str, str]]:
    for note in recognised:
        yield {
            "words": note.words,
            "label": facets.FACETS[note.facet].label,
            "value": label(note.facet, note.value),
        }


def suggestion(query: Query, results: Results) -> Mapping[str, str] | None:
    if not results.suggestion or (results.total - results.near >= LITTLE and not results.corrected):
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
    last = last_page(query, total)
    around = {1, last, *range(query.page - 2, query.page + 3)}
    for number in sorted(n for n in around if 1 <= n <= last):
        yield {
            "number": number,
            "current": number == query.page,
            "next": number == query.page + 1,
            "address": address_of(replace(query, page=number)),
        }


def last_page(query: Query, total: int) -> int:
    return max(1, -(-total // query.size))


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
