"""The home page, and the whole catalogue as plain pages of links: no search engine needed to read it.

A page holds what bears one value, or one discipline and one cycle or class. Its address has no query
string: it can be written to a file, and search engines may keep it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, abort, render_template

from indexer import facets
from indexer.search import Query, Results, SearchEngine

from .search import UNSAID, address_of, items_of, ordered
from .site import canonical, current_site, engine

bp = Blueprint("browse", __name__)

AT_ONCE = 40  # resources on a page
MOST = 18  # disciplines beside others

LEVELS = ("cycle", "niveau")

#: The facets whose values have pages. No two of these have the same name: a test holds it.
WITH_PAGES = ("discipline", *LEVELS, "besoin", "usage")

#: The address of what says no discipline; under a discipline, of what says no cycle.
OTHERS = "autres"

#: What to call the entries that do not say.
UNSAID_LABELS = {"discipline": "sans discipline renseignée", "cycle": "niveau non renseigné"}

#: The doors of the home page: a name, and the levels behind it.
SCHOOLS = (
    ("maternelle", ("maternelle",)),
    ("élémentaire", ("elementaire",)),
    ("collège", ("college",)),
    ("lycée général et technologique", ("lycee-gt",)),
    ("lycée professionnel et CAP", ("lycee-pro",)),
    ("SEGPA et ULIS", ("segpa", "ulis")),
)

#: What a page is of: values by facet, in the order of its address.
Chosen = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """A value, and the page of what bears it; where nothing does, it leads nowhere yet."""

    value: str
    label: str
    address: str = ""
    count: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Doors under one heading."""

    key: str
    heading: str
    doors: tuple[Door, ...]


@bp.get("/")
def home() -> str:
    latest = engine().search(Query(sort="date", size=5))
    disciplines = [door for door in doors("discipline", latest) if door.value != UNSAID]
    return render_template(
        "home.html",
        canonical=canonical("/"),
        total=latest.total,
        schools=[school(label, values, latest) for label, values in SCHOOLS],
        disciplines=disciplines[:MOST],
        has_more=len(disciplines) > MOST,
        needs=list(doors("besoin", latest)),
        usages=list(doors("usage", latest)),
        latest=items_of(latest),
    )


def school(label: str, values: tuple[str, ...], results: Results) -> tuple[Door, list[Door]]:
    """A door of the home page, and those of the classes behind it."""
    levels = {door.value: door for door in doors("niveau", results)}
    if len(values) > 1:
        return Door(value="", label=label), [levels[each] for each in values if each in levels]
    own = levels.get(values[0])
    classes = [door for door in levels.values() if facets.parent_of("niveau", door.value) in values]
    address, count = (own.address, own.count) if own else ("", 0)
    return Door(value=values[0], label=label, address=address, count=count), classes


@bp.get("/ressources")
def everything() -> str:
    found = engine().search(Query(size=1))
    headings = {
        "niveau": "Par classe",
        "cycle": "Par cycle ou voie",
        "discipline": "Par discipline",
        "besoin": "Pour des élèves à besoins particuliers",
        "usage": "Pour travailler",
    }
    return render_template(
        "everything.html",
        here="browse",
        total=found.total,
        canonical=canonical("/ressources"),
        groups=[group for key, words in headings.items() for group in _group(key, words, found)],
    )


def doors(key: str, results: Results, above: str = "", below: str = "") -> Iterator[Door]:
    """A door to each value of a facet that some of these bear, in the facet's order.

    Its page stands under that of the discipline `above`, or over that of the level `below`.
    """
    counts = results.facets.get(key, {})
    # What says no level is one page under each discipline, and none by itself.
    named = counts.get(UNSAID) and (key == "discipline" or (key in UNSAID_LABELS and above))
    for value in [*ordered(key, counts), *([UNSAID] if named else [])]:
        parts = filter(None, ("/ressources", above, _name(value), below))
        yield Door(
            value=value,
            label=label_of(key, value),
            address="/".join(parts),
            count=counts[value],
        )


def label_of(key: str, value: str) -> str:
    return UNSAID_LABELS[key] if value == UNSAID else facets.label_of(key, value)


def _name(value: str) -> str:
    return OTHERS if value == UNSAID else value


def _group(
    key: str, heading: str, results: Results, above: str = "", below: str = ""
) -> Iterator[Group]:
    """The doors of a facet under a heading, if there is any."""
    if several := tuple(doors(key, results, above, below)):
        yield Group(key=key, heading=heading, doors=several)


def is_list(name: str) -> bool:
    """Does this name lead to a page of resources? It is no slug of an entry: those end in a hash."""
    return bool(facet_of(name))


def facet_of(name: str) -> str:
    """The facet with a value of this name, "" when there is none."""
    if name == OTHERS:
        return "discipline"
    return next((key for key in WITH_PAGES if facets.value_of(key, name) == name), "")


@bp.get("/ressources/<name>/<int(min=2, max=99999):number>")
def one_list(name: str, number: int = 1) -> str:
    """Every resource that bears a value, some on each page."""
    key = facet_of(name)
    if not key:
        abort(404)
    return _page({key: UNSAID if name == OTHERS else name}, number)


@bp.get("/ressources/<discipline>/<level>")
@bp.get("/ressources/<discipline>/<level>/<int(min=2, max=99999):number>")
def crossing(discipline: str, level: str, number: int = 1) -> str:
    """Every resource of a discipline for a cycle or a class, some on each page."""
    key = "cycle" if level == OTHERS else facet_of(level)
    if facet_of(discipline) != "discipline" or key not in LEVELS:
        abort(404)
    values = [UNSAID if name == OTHERS else name for name in (discipline, level)]
    return _page({"discipline": values[0], key: values[1]}, number)


def _page(chosen: Chosen, number: int) -> str:
    query = Query(filters=_filters(chosen), sort="titre", page=number, size=AT_ONCE)
    found = engine().search(query)
    if not found.hits:
        abort(404)
    search = current_site().search_address
    return render_template(
        "browse.html",
        here="browse",
        heading=", ".join(label_of(key, value) for key, value in chosen.items()),
        total=found.total,
        number=number,
        canonical=canonical(address(chosen, number)),
        place=address(chosen, number),
        trail=list(_trail(chosen)),
        items=items_of(found),
        pages=[(each, address(chosen, each)) for each in _around(number, _last(found.total))],
        groups=list(_neighbours(chosen, found)),
        values=[*chosen.values()],
        refine=search and address_of(Query(filters=query.filters), search),
    )


def _filters(chosen: Chosen) -> dict[str, tuple[str, ...]]:
    return {key: (value,) for key, value in chosen.items()}


def address(chosen: Chosen, number: int = 1) -> str:
    """Where a page stands."""
    parts = ["/ressources", *map(_name, chosen.values()), *([str(number)] if number > 1 else [])]
    return "/".join(parts)


def _trail(chosen: Chosen) -> Iterator[Door]:
    """What stands above a page."""
    for key, value in [*chosen.items()][:-1]:
        yield Door(value=value, label=label_of(key, value), address=address({key: value}))


def _around(number: int, last: int) -> list[int]:
    """The pages around this one, the first and the last."""
    around = {1, last, *range(number - 2, number + 3)}
    return sorted(each for each in around if 1 <= each <= last) if last > 1 else []


def _last(count: int) -> int:
    """The last page of so many resources."""
    return -(-count // AT_ONCE)


def _neighbours(chosen: Chosen, found: Results) -> Iterator[Group]:
    """Narrower pages, and those beside this one: a facet's counts ignore its own selection."""
    discipline, level = chosen.get("discipline"), next((k for k in LEVELS if k in chosen), "")
    if discipline:
        above = _name(discipline)
        yield from _group("cycle", "Par cycle ou voie", found, above)
        yield from _group("niveau", "Par classe", found, above)
    if level:
        yield from _group("discipline", "Par discipline", found, "", _name(chosen[level]))
    if len(chosen) == 1:
        [key] = chosen
        for group in _group(key, BESIDE[key], found):
            yield replace(group, doors=group.doors[:MOST])


#: What to call the pages beside one.
BESIDE = {
    "discipline": "Autres disciplines",
    "cycle": "Autres cycles ou voies",
    "niveau": "Autres classes",
    "besoin": "Autres besoins",
    "usage": "Autres façons de travailler",
}


def pages(engine: SearchEngine) -> Iterator[str]:
    """The address of every page of resources that holds some."""
    every = engine.search(Query(size=1))
    for key in WITH_PAGES:
        for door in doors(key, every):
            yield from _numbered({key: door.value}, door.count)
            if key == "discipline":
                yield from _crossings(engine, door.value)


def _crossings(engine: SearchEngine, discipline: str) -> Iterator[str]:
    found = engine.search(Query(filters={"discipline": (discipline,)}, size=1))
    for key in LEVELS:
        for door in doors(key, found, above=discipline):
            yield from _numbered({"discipline": discipline, key: door.value}, door.count)


def _numbered(chosen: Chosen, count: int) -> Iterator[str]:
    yield from (address(chosen, number) for number in range(1, _last(count) + 1))
