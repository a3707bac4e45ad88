"""The notice of a project of the forge: its commun.yml, and what the forge itself says of it.

The payload is JSON: the facts of the project that a teacher sees, and the text of its commun.yml,
"" when it has none. What the maintainers wrote comes first; the forge's facts only fill what they
left unsaid. Lines of findings are those of the commun.yml.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from . import commun
from .errors import ParseError
from .listing import NOTICE, Reason, has_errors
from .normalise import clean
from .project import Snapshot
from .record import RawRecord, Reading, Record, Text
from .strangers.safejson import load_json

FORMAT = "project"


def payload_of(snapshot: Snapshot, reason: Reason) -> bytes:
    """The notice of a listed project. A commun.yml with errors counts for nothing."""
    project = snapshot.project
    notice = snapshot.file(*NOTICE)
    usable = notice and (reason is Reason.NOTICE or not has_errors(notice))
    facts = {
        "path": project.path,
        "name": project.name,
        "url": project.url,
        "description": project.description,
        "topics": project.topics,
        "commun": notice.payload.decode(errors="replace") if notice and usable else "",
    }
    return json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()


def parts(payload: bytes) -> tuple[str, ...]:
    """The names of the resources of a project: ("",) when it is one. Raise ParseError."""
    return commun.parts(_facts(payload)["commun"].encode())


def parse(raw: RawRecord) -> Reading:
    """Read one resource of a project. Raise ParseError."""
    facts = _facts(raw.payload)
    reading = Reading(record=Record())
    if facts["commun"]:
        reading = commun.parse(replace(raw, payload=facts["commun"].encode()))
    return replace(reading, record=_filled(reading.record, facts))


def _facts(payload: bytes) -> dict[str, Any]:
    facts, _ = load_json(payload)
    if not isinstance(facts, dict) or not isinstance(facts.get("commun"), str):
        raise ParseError("Ce n’est pas la notice d’un projet de la forge.")
    return facts


def _filled(record: Record, facts: dict[str, Any]) -> Record:
    general, technical = record.general, record.technical
    if not general.title:
        general = replace(general, title=_texts(facts["name"]))
    if not general.descriptions and facts["description"]:
        general = replace(general, descriptions=(_texts(facts["description"]),))
    if not general.keywords and facts["topics"]:
        general = replace(general, keywords=tuple(map(_texts, facts["topics"])))
    if not technical.locations:
        technical = replace(technical, locations=(facts["url"],))
    return replace(record, general=general, technical=technical)


def _texts(text: str) -> tuple[Text, ...]:
    return (Text(clean(text)),) if clean(text) else ()
