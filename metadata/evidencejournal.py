"""The evidence that the lines of an entry's journal add up to, and what may be added to it. Pure.

In a line, an item is written under the keys of evidencecolumns.py; a strand that is not applicable as
{"volet": …}, an item that is withdrawn as {"empreinte": …}.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from .case import Act, Action, Case
from .evidence import Marker, marker
from .evidencecolumns import digest, read
from .evidenceitem import Item, Strand

STRAND, DIGEST = "volet", "empreinte"


class Gathered(NamedTuple):
    """The items that stand, by digest, and why strands are not applicable."""

    items: Mapping[str, Item]
    declared: Mapping[Strand, str]


def gathered(case: Case) -> Gathered:
    """What the lines add up to: an item that comes makes its strand applicable again."""
    items: dict[str, Item] = {}
    declared: dict[Strand, str] = {}
    for event in case.evidence:
        said = event.data["evidence"]
        if event.act is Act.WITHDRAW_EVIDENCE:
            items.pop(said[DIGEST], None)
        elif event.act is Act.EVIDENCE_NOT_APPLICABLE:
            declared[Strand(said[STRAND])] = event.data["reason"]
        elif item := read(said, date.max)[0]:
            items[digest(item)] = item
            declared.pop(item.strand, None)
    return Gathered(items, declared)


def marker_of(case: Case, now: datetime, version: str) -> Marker:
    """The marker of an entry, `version` being the present one of its resource."""
    items, declared = gathered(case)
    return marker(items.values(), declared, now=now, version=version)


def refusal(case: Case, action: Action, now: datetime) -> str:
    """Why an act on evidence may not be done, with the remedy; "" when it may."""
    items, _ = gathered(case)
    said = action.evidence
    if action.act is Act.WITHDRAW_EVIDENCE:
        return "" if said.get(DIGEST) in items else "Cet élément de preuve n’est pas au dossier."
    if action.act is Act.EVIDENCE_NOT_APPLICABLE:
        if said.get(STRAND) not in [*Strand]:
            return f"Nommez le volet\u00a0: {', '.join(Strand)}."
        if any(item.strand == said[STRAND] for item in items.values()):
            return "Ce volet a des éléments\u00a0: retirez-les avant de le dire sans objet."
        return ""
    item, wrong = read(said, now.date())
    if item is None:
        return " ".join(f"{each.message} {each.remedy}" for each in wrong)
    return "Cet élément de preuve est déjà au dossier." if digest(item) in items else ""
