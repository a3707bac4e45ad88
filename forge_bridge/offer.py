"""What the bot would propose to a project: a commun.yml, or a better one. Pure.

Each value is offered once: what was in a merge request that its maintainers closed or merged is
left out of the next one, whatever they kept of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace

from metadata import commun, hints
from metadata.commun import Fix
from metadata.errors import ParseError
from metadata.hints import Evidence, Proposed
from metadata.listing import NOTICE
from metadata.project import ProjectFile, Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A file to propose, and what it rests on."""

    path: str
    payload: bytes
    instead: ProjectFile | None = None  # the file that it changes; None: there is none yet
    values: tuple[Proposed, ...] = ()  # what it says anew
    questions: tuple[Proposed, ...] = ()  # what it asks, in comments
    fixes: tuple[Fix, ...] = ()  # values that a vocabulary gave up, and what follows them
    education: tuple[Evidence, ...] = ()  # what shows that the project is for education

    @property
    def said(self) -> tuple[str, ...]:
        """A digest of each thing that it says, to know it again."""
        return (*map(_of_value, self.values), *map(_of_fix, self.fixes))


def offer_of(snapshot: Snapshot, asked: Collection[str] = ()) -> Offer | None:
    """What to propose to a project that was already asked this; None when there is nothing.

    Raise ParseError when its commun.yml cannot be read, and so is not ours to change.
    """
    notice = snapshot.file(*NOTICE)
    offer = _change(snapshot, notice, asked) if notice else _draft(snapshot)
    return offer if offer and not set(offer.said) <= {*asked} else None


def digest(*texts: str) -> str:
    """Twelve digits that stand for these texts."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:12]


def _draft(snapshot: Snapshot) -> Offer | None:
    """A first commun.yml, for a project whose own words show that it is for education."""
    proposal = hints.propose(snapshot)
    if not proposal.education:
        return None
    return Offer(
        path=NOTICE[0],
        payload=hints.draft(proposal),
        values=proposal.values,
        questions=proposal.questions,
        education=proposal.education,
    )


def _change(snapshot: Snapshot, notice: ProjectFile, asked: Collection[str]) -> Offer:
    """What a commun.yml lacks, or says in words that a vocabulary gave up."""
    if not _is_whole(notice):
        raise ParseError("Le fichier est trop long pour être lu en entier.")
    fixes = [each for each in commun.deprecated(notice.payload) if _of_fix(each) not in asked]
    payload = commun.mended(notice.payload, fixes)
    proposal = hints.propose(snapshot)
    added = hints.additions(proposal, payload)
    values = [replace(each, texts=added[each.key]) for each in proposal.values if each.key in added]
    values = [each for each in values if _of_value(each) not in asked]
    payload = commun.amend(payload, {each.key: each.texts for each in values})
    return Offer(
        path=notice.path, payload=payload, instead=notice, values=(*values,), fixes=(*fixes,)
    )


def _is_whole(file: ProjectFile) -> bool:
    """Were all its bytes read? Git's hash of them says it."""
    algorithm = hashlib.sha256 if len(file.blob) == 64 else hashlib.sha1
    header = f"blob {len(file.payload)}\0".encode()
    return algorithm(header + file.payload).hexdigest() == file.blob


def _of_value(value: Proposed) -> str:
    return digest(value.key, *value.texts)


def _of_fix(fix: Fix) -> str:
    return digest(fix.finding.rule, fix.finding.element, *fix.lines)
