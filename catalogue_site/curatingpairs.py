"""The back-office: entries that look like the same resource, compared, then joined or told apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from indexer.entry import JOINED, Duplicates, Entry, State
from indexer.errors import RecordNotFound, StoreError
from indexer.pairs import MOST
from metadata.meaning import FIELDS, lines, meaning
from metadata.qualification import Refused

from . import presentation
from .curation import actor, guarded
from .faults import Answer
from .site import current_site, store

bp = guarded(Blueprint("pairs", __name__, url_prefix="/curation/doublons"))

REFUSED = 422

#: How many groups a page shows, and how many entries of each are named.
PAGE, NAMED = 20, 6

DONE = {
    "joindre": "C’est retenu : ces notices sont montrées comme une même ressource.",
    "distinguer": "C’est retenu : ces notices ne seront plus rapprochées.",
    "oublier-paire": "La décision est défaite.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A field of the entries compared: what each says."""

    label: str
    values: tuple[tuple[str, ...], ...]

    @property
    def differs(self) -> bool:
        return len({*self.values}) > 1


@bp.get("")
def every() -> str:
    """The groups that wait for somebody to decide, the surest first."""
    page = max(1, request.args.get("page", 1, type=int))
    groups = waiting()
    shown = groups[(page - 1) * PAGE : page * PAGE]
    slugs = {slug for group, asked in shown for slug in (*asked, *group.slugs[:NAMED])}
    return render_template(
        "curation_pairs.html",
        groups=shown,
        total=len(groups),
        entries={entry.slug: entry for entry in store().read(slugs)},
        named=NAMED,
        shared=presentation.SHARED,
        address=address_of,
        published=State.PUBLISHED,
        page=page,
        pages=-(-len(groups) // PAGE),
        done=DONE.get(request.args.get("fait", ""), ""),
    )


def waiting() -> list[tuple[Duplicates, list[str]]]:
    """The groups in which nobody decided of some pair, and what to compare of each.

    Those that share more than a title come first.
    """
    decided = {pair.slugs for pair in store().curating.pairs()}
    found = [
        (group, asked)
        for group in store().duplicates()
        if group.kind != JOINED and (asked := _undecided(group.slugs, decided))
    ]
    return sorted(found, key=lambda each: not each[0].certain)


def _undecided(slugs: Sequence[str], decided: Collection[tuple[str, str]]) -> list[str]:
    """The first entry that was not compared with every other, and some that it was not with."""
    for rank, slug in enumerate(slugs):
        others = (each for each in slugs[rank + 1 :] if (slug, each) not in decided)
        if asked := [*islice(others, MOST - 1)]:
            return [slug, *asked]
    return []


def address_of(slugs: Sequence[str]) -> str:
    """The page that compares them."""
    return f"{bp.url_prefix}/comparer?{urlencode({'r': slugs[:MOST]}, doseq=True)}"


@bp.get("/decides")
def decided() -> str:
    """What was decided, the latest first."""
    page = max(1, request.args.get("page", 1, type=int))
    pairs = store().curating.pairs()
    shown = pairs[(page - 1) * PAGE : page * PAGE]
    slugs = {slug for pair in shown for slug in pair.slugs}
    return render_template(
        "curation_pairs_decided.html",
        pairs=shown,
        titles={entry.slug: entry.title or entry.slug for entry in store().read(slugs)},
        address=address_of,
        moment=presentation.moment,
        page=page,
        pages=-(-len(pairs) // PAGE),
    )


@bp.get("/comparer")
def compare() -> Answer | str:
    return _page({})


@bp.post("/comparer")
def judge() -> Answer | Response:
    said = request.form.get("decision", "")
    reason = request.form.get("motif", "").strip()
    chosen = request.form.getlist("notice")
    if said not in ("joindre", "distinguer"):
        abort(400)
    faults = {}
    if len({*chosen}) < 2:
        faults["notices"] = "Choisissez au moins deux notices."
    if not reason:
        faults["motif"] = "Écrivez le motif : il sera retenu avec la décision."
    if faults:
        return _page(faults), REFUSED
    try:
        store().curating.judge_pairs(
            chosen, same=said == "joindre", by=actor(), now=current_site().clock(), reason=reason
        )
    except (Refused, StoreError) as error:
        return _page({"": str(error)}), REFUSED
    return redirect(f"{bp.url_prefix}?fait={said}", 303)


@bp.post("/defaire")
def undo() -> Answer | Response:
    pair = sorted({*request.form.getlist("notice")})
    reason = request.form.get("motif", "").strip()
    if len(pair) != 2:
        abort(400)
    if not reason:
        return _page({"motif-defaire": "Dites pourquoi cette décision est défaite."}), REFUSED
    try:
        store().curating.forget_pair(pair, actor(), current_site().clock(), reason)
    except (Refused, StoreError) as error:
        return _page({"": str(error)}), REFUSED
    return redirect(f"{bp.url_prefix}?fait=oublier-paire", 303)


def _page(faults: Mapping[str, str]) -> str:
    """The entries side by side. Raise RecordNotFound."""
    asked = [*dict.fromkeys(request.values.getlist("r"))][:MOST]
    entries = [*store().read(asked)]
    if len(entries) < 2:
        raise RecordNotFound("Il faut au moins deux notices à comparer.")
    slugs = {entry.slug for entry in entries}
    shared = [group for group in store().duplicates() if slugs <= {*group.slugs}]
    return render_template(
        "curation_pair.html",
        entries=entries,
        rows=compared(entries),
        shared=[(presentation.SHARED[group.kind], group.value) for group in shared],
        decided=[pair for pair in store().curating.pairs() if {*pair.slugs} <= slugs],
        chosen=request.form.getlist("notice") or [*slugs],
        titles={entry.slug: entry.title or entry.slug for entry in entries},
        address=address_of([entry.slug for entry in entries]),
        published=State.PUBLISHED,
        written=request.form.get("motif", ""),
        faults=faults,
        moment=presentation.moment,
        link=presentation.link,
    )


def compared(entries: Sequence[Entry]) -> list[Row]:
    """What each says, field by field, in the order of the fields."""
    said = [dict(lines(meaning(entry.record))) for entry in entries]
    rows = (
        Row(label=field.label, values=tuple(each.get(field.label, ()) for each in said))
        for field in FIELDS.values()
    )
    return [row for row in rows if any(row.values)]
