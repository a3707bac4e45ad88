"""Balise's own JSON: a Record and back, with nothing lost.

Driven by the fields and type hints of record.py, so that a new field needs nothing here. What says
nothing (None, "", an empty list) is left out; keys keep the order of the classes.
"""

from __future__ import annotations

import difflib
import json
import re
import types
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from .errors import ParseError
from .finding import Finding, Severity
from .record import RawRecord, Reading, Record
from .strangers.safejson import load_json

SCHEMA_VERSION = 1

MAX_BYTES = 5_000_000
MAX_DIGITS = 18  # of a whole number: what any database holds


def dump(record: Record) -> bytes:
    """The record as UTF-8 JSON, one line per value."""
    return json.dumps(document(record), ensure_ascii=False, indent=2).encode() + b"\n"


def document(record: Record) -> dict[str, Any]:
    """The record as what JSON knows: dicts, lists, texts, numbers and booleans."""
    return {"schema_version": SCHEMA_VERSION, **_said(record)}


def parse(raw: RawRecord) -> Reading:
    """Read what dump wrote. Raise ParseError, naming the path, for anything else."""
    tree = _load(raw.payload)
    if not isinstance(tree, dict):
        raise _wrong("", "un objet { … }", tree)
    if tree and not tree.keys() & {"schema_version", *(member.name for member in members(Record))}:
        raise ParseError(
            f"Ce JSON n’est pas une notice\u00a0: on y trouve «\u00a0{next(iter(tree))[:40]}\u00a0».",
            remedy="Donnez un JSON écrit par Balise, un h5p.json, ou la notice XML d’où il vient.",
        )
    version = tree.pop("schema_version", SCHEMA_VERSION)
    if type(version) is not int or version != SCHEMA_VERSION:
        raise ParseError(
            f"Ce fichier annonce la version {json.dumps(version)[:20]} du format JSON de Balise.",
            remedy=f"Cette version de Balise lit la version {SCHEMA_VERSION}\u00a0: mettez-la à jour.",
        )
    findings: list[Finding] = []
    record = _value(Record, tree, "", findings)
    return Reading(record=record, findings=tuple(findings))


class Member(NamedTuple):
    """A field of a class of the model."""

    name: str
    hint: Any
    default: Any  # MISSING when it must be given


@cache
def members(model: Any) -> tuple[Member, ...]:
    """The fields of a dataclass or named tuple of record.py, in their order."""
    hints = get_type_hints(model)
    if is_dataclass(model):
        return tuple(
            Member(field.name, hints[field.name], field.default) for field in fields(model)
        )
    defaults = model._field_defaults  # a NamedTuple
    return tuple(Member(name, hint, defaults.get(name, MISSING)) for name, hint in hints.items())


def is_model(hint: Any) -> bool:
    """Whether a type hint is a class of the model, not a text, a number or a tuple of things."""
    return is_dataclass(hint) or hasattr(hint, "_field_defaults")


def schemas() -> dict[str, dict[str, Any]]:
    """A JSON Schema for each class of the model, by its name; they name each other as OpenAPI does."""
    found: dict[str, dict[str, Any]] = {}
    _describe(Record, found)
    version = {"const": SCHEMA_VERSION}
    found["Record"]["properties"] = {"schema_version": version, **found["Record"]["properties"]}
    found["Record"]["required"] = ["schema_version"]
    return found


def _describe(model: Any, found: dict[str, dict[str, Any]]) -> None:
    properties: dict[str, Any] = {}
    needed = [member.name for member in members(model) if member.default is MISSING]
    found[model.__name__] = {"type": "object", "properties": properties}
    if needed:
        found[model.__name__]["required"] = needed
    for member in members(model):
        properties[member.name] = _schema(member.hint, found)


def _schema(hint: Any, found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The schema of what the type of a field allows; None is left out of the JSON, never null."""
    hint = _wanted(hint)
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0], found)}
    if is_model(hint):
        if hint.__name__ not in found:
            _describe(hint, found)
        return {"$ref": f"#/components/schemas/{hint.__name__}"}
    return {"type": {str: "string", int: "integer", bool: "boolean"}[hint]}


def _wanted(hint: Any) -> Any:
    """The type of a field when it says something."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (kind for kind in get_args(hint) if kind is not type(None))
    return hint


def _said(model: Any) -> dict[str, Any]:
    kind: Any = type(model)
    values = ((member, getattr(model, member.name)) for member in members(kind))
    return {member.name: _plain(value) for member, value in values if value != member.default}


def _plain(value: Any) -> Any:
    if is_model(type(value)):
        return _said(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _load(payload: bytes) -> Any:
    tree, repeated = load_json(payload, MAX_BYTES, _number)
    if repeated:
        raise ParseError(
            f"La clé {_quoted(repeated[0])} est écrite deux fois dans un même objet.",
            remedy="Gardez une seule des deux.",
        )
    return tree


def _number(text: str) -> int | float:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise ParseError(f"Le nombre {text[:MAX_DIGITS]}… est trop grand.")
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def _value(hint: Any, value: Any, path: str, findings: list[Finding]) -> Any:
    """What a JSON value is as the type that its place asks for."""
    hint = _wanted(hint)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _wrong(path, "une liste [ … ]", value)
        inside = get_args(hint)[0]
        return tuple(
            _value(inside, item, f"{path}[{rank}]", findings) for rank, item in enumerate(value)
        )
    if is_model(hint):
        if not isinstance(value, dict):
            raise _wrong(path, "un objet { … }", value)
        return _model(hint, value, path, findings)
    if type(value) is not hint:
        raise _wrong(path, EXPECTED[hint], value)
    if hint is str and re.search("[\ud800-\udfff]", value):
        raise ParseError(
            f"{path}\u00a0: le texte contient un code «\u00a0\\ud…\u00a0» qui n’est pas un caractère."
        )
    return value


EXPECTED = {str: 'un texte "…"', int: "un nombre entier", bool: "true ou false"}


def _model(model: type, tree: dict[str, Any], path: str, findings: list[Finding]) -> Any:
    known = {member.name: member for member in members(model)}
    given = {}
    for key, value in tree.items():
        place = f"{path}.{key}" if path else key
        if key in known:
            given[key] = _value(known[key].hint, value, place, findings)
        else:
            findings.append(_unknown(key, place, known))
    for member in known.values():
        if member.default is MISSING and member.name not in given:
            raise ParseError(f"{path}\u00a0: il manque «\u00a0{member.name}\u00a0».")
    return model(**given)


def _unknown(key: str, place: str, known: Iterable[str]) -> Finding:
    near = difflib.get_close_matches(key, known, n=1)
    return Finding(
        severity=Severity.WARNING,
        rule="json-cle-inconnue",
        element=place[:200],
        message=f"La clé {_quoted(key)} n’existe pas dans le format JSON de Balise\u00a0: elle est ignorée.",
        remedy=f"Vouliez-vous dire «\u00a0{near[0]}\u00a0»\u202f?" if near else "Supprimez-la.",
    )


def _wrong(path: str, expected: str, value: Any) -> ParseError:
    return ParseError(
        f"{path[:200] or 'Le fichier'}\u00a0: il faut {expected}, pas {json.dumps(value)[:40]}.",
        remedy="Corrigez cette valeur, ou refaites l’export.",
    )


def _quoted(key: str) -> str:
    return f"«\u00a0{key[:60].encode('utf-8', 'replace').decode()}\u00a0»"
