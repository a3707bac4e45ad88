"""A line of the journal in French words: for its pages and its export. No HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from metadata.case import Act, Event, Role, State, Verdict
from metadata.criteria import Criteria, criteria, versions
from metadata.evidencecolumns import COLUMNS
from metadata.vocabulary import scolomfr

from .presentation import moment


class Detail(NamedTuple):
    """Something that a line says: of what, and what."""

    label: str
    text: str
    is_private: bool = False  # between curators


def told(event: Event) -> list[Detail]:
    """What a line says beside who, when and which act."""
    return [*_told(event)]


def roles(event: Event) -> str:
    """The roles of whoever did it, "" for Balise."""
    return ", ".join(role.label for role in Role if role in event.roles)


def state(value: str) -> str:
    """The state that a line gives."""
    return State(value).label if value in list(State) else value


def _told(event: Event) -> Iterator[Detail]:
    data = event.data
    if outcome := data.get("outcome"):
        yield Detail("Résultat", State(outcome).label)
    if to := data.get("to"):
        yield Detail("À", f"@{to}")
    elif event.act is Act.ASSIGN:
        yield Detail("À", "personne")
    for key, said in data.get("opinions", {}).items():
        yield Detail(_criterion(key), _opinion(said))
    if refusals := data.get("refusals"):
        yield Detail("Motifs de la liste", " ".join(map(_refusal, refusals)))
    if reason := data.get("reason"):
        yield Detail("Motif", reason)
    for name, label in DATES.items():
        if text := data.get(name):
            yield Detail(label, moment(datetime.fromisoformat(text)).words)
    if text := data.get("text"):
        yield Detail("Note", text, is_private=True)
    for name, label in OTHERS.items():
        if isinstance(value := data.get(name), str | int):
            yield Detail(label, scolomfr().label(str(value)) or str(value))
    for name, value in data.get("evidence", {}).items():
        yield Detail(EVIDENCE.get(name, name.capitalize()), str(value))


#: What a line says of an item of evidence, under the titles of its columns.
EVIDENCE = {column.key: column.title for column in COLUMNS}

DATES = {"decided": "Décidé le", "until": "Jusqu’au"}

#: What else a line may say, in words.
OTHERS = {
    "days": "Jours avant l’échéance",
    "criteria": "Critères",
    "proposer": "Proposé par",
    "decider": "Décidé par",
    "value": "Valeur",
    "was": "Auparavant",
    "concept": "Concept",
    "entries": "Notices concernées",
    "lost": "Perdues",
    "known": "Connues",
    "url": "Adresse",
}


def _opinion(said: Mapping[str, Any]) -> str:
    parts = [Verdict(said["verdict"]).label, said.get("reason", ""), *said.get("references", ())]
    return " – ".join(filter(None, parts))


def _criterion(key: str) -> str:
    """The name of a criterion, in the latest version that had it."""
    found = (known.criterion(key) for known in _all())
    return next((each.label for each in found if each), key)


def _refusal(key: str) -> str:
    found = (known.refusal(key) for known in _all())
    return next((each.label for each in found if each), key)


def _all() -> list[Criteria]:
    return [criteria(version) for version in reversed(versions())]
