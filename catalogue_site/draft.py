"""A commun.yml being written: the file as it was, and what was answered since.

It travels in the form, page after page, so that nothing is typed twice (WCAG 3.3.7) and nothing is
kept here. What comes back is a stranger's: read with care, and of no consequence but to the sender.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from metadata import Finding, ParseError, RawRecord, commun, parse
from metadata.checks import check
from metadata.hints import Evidence, Proposal, Proposed
from metadata.keys.table import FIELDS
from metadata.keys.table import Field as Key
from metadata.project import Project, ProjectFile

from .choices import meaning

Texts = tuple[str, ...]
NOTHING = Proposal(values=(), questions=(), education=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """`changes` are by part of the file ("" is the project), then by key."""

    payload: bytes = b""
    part: str = ""
    changes: Mapping[str, Mapping[str, Texts]] = field(default_factory=dict)
    project: str = ""  # where the file was read: its path on the forge
    target: str = ""  # where it should go, when it was read nowhere
    branch: str = ""  # of the project, to which changes are proposed
    blob: str = ""  # git's hash of the file that the project has; "" when it was read nowhere
    proposal: Proposal = NOTHING  # what Balise reads in the project's own words

    @property
    def several(self) -> bool:
        """Does the file describe several resources? Raise ParseError."""
        return commun.parts(self.payload) != ("",)


def texts_of(draft: Draft) -> dict[str, Texts]:
    """What the notice says under each key, answers included. Raise ParseError."""
    said = {**commun.texts_of(draft.payload, draft.part), **draft.changes.get(draft.part, {})}
    return {key: texts for key, texts in said.items() if texts}


def answered(draft: Draft, texts: Mapping[str, Texts]) -> Draft:
    """The draft with these answers; one that means what the file says already changes nothing.

    Raise ParseError.
    """
    before = commun.texts_of(draft.payload, draft.part)
    keys = {key.key: key for key in FIELDS}
    changes = dict(draft.changes.get(draft.part, {}))
    for key, said in texts.items():
        changes[key] = said
        if _same(keys[key], said, before.get(key, ())):
            del changes[key]
    return replace(draft, changes={**draft.changes, draft.part: changes})


def carried(draft: Draft, project: Project, current: ProjectFile) -> Draft:
    """The answers on the file that a project has; all of them where they were about no file of it.

    Raise ParseError when there is no place for them.
    """
    there = replace(
        draft,
        payload=current.payload,
        blob=current.blob,
        project=project.path,
        branch=project.default_branch,
        target="",
    )
    if draft.project:
        file_of(there)
        return there
    if draft.several:
        raise ParseError("Cette liste de ressources n’est pas celle du projet.")
    return answered(replace(there, changes={}), texts_of(draft))


def _same(key: Key, texts: Texts, others: Texts) -> bool:
    """Does each list say what the other says, in whatever words and order?"""
    said, known = ({meaning(key, text) for text in each} for each in (texts, others))
    return said == known


def file_of(draft: Draft) -> bytes:
    """The commun.yml as it will be. Raise ParseError when it cannot be written."""
    payload = draft.payload
    for part, changes in draft.changes.items():
        if changes:
            payload = commun.amend(payload, changes, part)
    return payload


def findings_of(payload: bytes, part: str) -> tuple[Finding, ...]:
    """What there is to say of a file. Raise ParseError."""
    raw = RawRecord(identifier="commun.yml", format="commun", payload=payload, part=part)
    return check(parse(raw), "commun")


def pack(draft: Draft) -> str:
    """The draft as a text for a hidden field."""
    return json.dumps(
        {
            "payload": base64.b64encode(draft.payload).decode(),
            "part": draft.part,
            "changes": draft.changes,
            "project": draft.project,
            "target": draft.target,
            "branch": draft.branch,
            "blob": draft.blob,
            "values": [_told(each) for each in draft.proposal.values],
            "questions": [_told(each) for each in draft.proposal.questions],
        },
        separators=(",", ":"),
    )


def unpack(text: str) -> Draft:
    """The draft of a hidden field. Raise ValueError when it is none of ours."""
    try:
        told = json.loads(text)
        return Draft(
            payload=base64.b64decode(told["payload"], validate=True),
            part=_text(told["part"]),
            changes={
                _text(part): {key: _texts(texts) for key, texts in changes.items() if key in KEYS}
                for part, changes in told["changes"].items()
            },
            project=_text(told["project"]),
            target=_text(told["target"]),
            branch=_text(told["branch"]),
            blob=_text(told["blob"]),
            proposal=Proposal(
                values=tuple(map(_proposed, told["values"])),
                questions=tuple(map(_proposed, told["questions"])),
                education=(),
            ),
        )
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("not a draft") from error


KEYS = frozenset(key.key for key in FIELDS)


def _text(told: Any) -> str:
    """A text that can be written, whatever half characters an escape made."""
    if not isinstance(told, str):
        raise TypeError("not a text")
    return told.encode("utf-8", "replace").decode()


def _texts(told: Iterable[Any]) -> Texts:
    return tuple(map(_text, told))


def _told(proposed: Proposed) -> list[Any]:
    return [proposed.key, proposed.texts, proposed.confidence, proposed.evidence]


def _proposed(told: Any) -> Proposed:
    key, texts, confidence, evidence = told
    return Proposed(
        key=_text(key),
        texts=_texts(texts),
        confidence=float(confidence),
        evidence=tuple(map(_evidence, evidence)),
    )


def _evidence(told: Any) -> Evidence:
    path, line, excerpt = told
    if not isinstance(line, int | None):
        raise TypeError("not a line")
    return Evidence(_text(path), line, _text(excerpt))
