"""The back-office: the values that no vocabulary knows, and what somebody says they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from indexer.curating import value_subject
from indexer.entry import Entry, Mapped, State, Unmapped
from indexer.errors import StoreError
from indexer.terms import name_of
from metadata.elements import ELEMENTS
from metadata.qualification import Refused
from metadata.suggestions import all_of, suggestions
from metadata.vocabulary import Concept, key_of, scolomfr, titles

from . import journalwords, presentation
from .curation import actor, guarded
from .faults import Answer
from .site import bring_level, current_site, store

bp = guarded(Blueprint("values", __name__, url_prefix="/curation/valeurs"))

REFUSED = 422

#: How many values of each source the first page shows, and how many a page of one source.
SHORT, LONG = 10, 50

#: Up to so many concepts, a vocabulary is shown whole: nobody need search it.
WHOLE = 60

#: How many concepts answer a search, and how many entries are given as examples.
FOUND, EXAMPLES = 12, 3

DONE = {
    "associer": "C’est enregistré : les notices qui portent cette valeur sont relues.",
    "dissocier": "L’association est défaite : la valeur attend de nouveau.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A value that waits, in the list of a source."""

    value: str
    element: str
    vocabulary: str
    count: int
    example: Entry | None
    nearest: tuple[Concept, ...]
    address: str


@bp.get("")
def every() -> str:
    """The values that wait, by source."""
    source = request.args.get("source", "")
    page = request.args.get("page", 1, type=int)
    rows = store().unmapped(source)
    several = [(key, [*each]) for key, each in groupby(rows, key=lambda row: row.source)]
    size = LONG if source else SHORT
    start = max(0, page - 1) * size if source else 0
    names = _names()
    return render_template(
        "curation_values.html",
        sources=[
            (key, names[key], len(found), [*_shown(found[start : start + size])])
            for key, found in several
        ],
        one=source,
        page=page,
        pages=-(-len(rows) // LONG) if source else 1,
        mapped=store().curating.mapped()[:SHORT],
        label=scolomfr().label,
        address=address_of,
        moment=presentation.moment,
        done=DONE.get(request.args.get("fait", ""), ""),
    )


def _names() -> dict[str, str]:
    """What each source is called, by its key."""
    return {status.info.key: status.info.title or status.info.key for status in store().sources()}


def _shown(rows: Iterable[Unmapped]) -> Iterator[Waiting]:
    kept = [*rows]
    examples = {entry.slug: entry for entry in store().read(row.example for row in kept)}
    for row in kept:
        yield Waiting(
            value=row.value,
            element=element(row.element),
            vocabulary=titles().get(row.vocabulary, ""),
            count=row.count,
            example=examples.get(row.example),
            nearest=suggestions(row.value, row.vocabulary, 3),
            address=address_of(row.vocabulary, row.value),
        )


def element(number: str) -> str:
    """« type de ressource pédagogique (5.2) »."""
    return f"{ELEMENTS.get(number, 'élément')} ({number})"


def address_of(vocabulary: str, value: str, **more: str) -> str:
    """The page of a value."""
    return f"{bp.url_prefix}/une?{urlencode({'vocabulaire': vocabulary, 'valeur': value, **more})}"


@bp.get("/decidees")
def decided() -> str:
    """What was decided, the latest first."""
    return render_template(
        "curation_values_decided.html",
        mapped=store().curating.mapped(),
        titles=titles(),
        label=scolomfr().label,
        address=address_of,
        moment=presentation.moment,
    )


@bp.get("/une")
def one() -> str:
    """A value, and all it takes to say what it means."""
    return _page({})


@bp.post("/une")
def choose() -> Answer | Response:
    vocabulary, value = _asked()
    uri = request.form.get("concept", "")
    concept = scolomfr().concept(uri) if uri else None
    if concept is None or concept.vocabulary != vocabulary:
        return _page({"concepts": "Choisissez le terme que cette valeur veut dire."}), REFUSED
    was = _decided(vocabulary, value)
    if (was.uri if was else "") != request.form.get("vu", ""):
        return _page({"": MEANWHILE}), 409
    reason = request.form.get("motif", "").strip()
    try:
        store().curating.map_value(value, uri, actor(), current_site().clock(), reason)
    except (Refused, StoreError) as error:
        return _page({"": str(error)}), REFUSED
    bring_level()
    return redirect(f"{bp.url_prefix}?fait=associer", 303)


MEANWHILE = (
    "Quelqu’un d’autre vient de se prononcer sur cette valeur : voyez ce qui a été décidé, puis"
    " confirmez ou laissez."
)


@bp.post("/defaire")
def undo() -> Answer | Response:
    vocabulary, value = _asked()
    reason = request.form.get("motif", "").strip()
    if not reason:
        return _page({"motif-defaire": "Dites pourquoi cette association est défaite."}), REFUSED
    try:
        store().curating.unmap(vocabulary, value, actor(), current_site().clock(), reason)
    except (Refused, StoreError) as error:
        return _page({"": str(error)}), REFUSED
    bring_level()
    return redirect(f"{bp.url_prefix}?fait=dissocier", 303)


def _asked() -> tuple[str, str]:
    """The value that a page or a form is about."""
    vocabulary, value = (request.values.get(name, "") for name in ("vocabulaire", "valeur"))
    if vocabulary not in titles() or not value.strip():
        abort(404)
    return vocabulary, value


def _decided(vocabulary: str, value: str) -> Mapped | None:
    name = name_of(value)
    found = store().curating.mapped()
    return next(
        (each for each in found if (each.vocabulary, each.name) == (vocabulary, name)), None
    )


def _page(faults: Mapping[str, str]) -> str:
    vocabulary, value = _asked()
    waiting = [
        row
        for row in store().unmapped()
        if row.vocabulary == vocabulary and name_of(row.value) == name_of(value)
    ]
    words = request.args.get("q", "").strip()
    nearest = suggestions(words or value, vocabulary, FOUND if words else 6)
    rest = all_of(vocabulary)
    others = [_choice(each) for each in rest if each not in nearest] if len(rest) <= WHOLE else []
    decided = _decided(vocabulary, value)
    return render_template(
        "curation_value.html",
        value=value,
        vocabulary=vocabulary,
        vocabulary_title=titles()[vocabulary],
        waiting=waiting,
        names=_names(),
        element=element,
        examples=[*store().read(islice((row.example for row in waiting), EXAMPLES))],
        published=State.PUBLISHED,
        decided=decided,
        lines=store().curating.about(value_subject(vocabulary, value)),
        words=words,
        nearest=[*map(_choice, nearest)],
        rest=sorted(others, key=lambda choice: key_of(choice[1])),
        is_whole=len(rest) <= WHOLE,
        chosen=request.values.get("concept", decided.uri if decided else ""),
        written=request.form.get("motif", ""),
        label=scolomfr().label,
        address=address_of(vocabulary, value),
        faults=faults,
        told=journalwords.told,
        moment=presentation.moment,
    )


def _choice(concept: Concept) -> tuple[str, str, str]:
    """The URI, the label, and what tells it from others of the same label."""
    above = next(iter(concept.broader), "")
    return concept.uri, concept.label, scolomfr().label(above)
