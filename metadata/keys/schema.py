"""The JSON Schema of commun.yml (https://json-schema.org/draft/2020-12), made from the table of keys.

Stricter than the reader: it knows the right spelling of keys and of listed values, so that an editor
can complete them; what it accepts, the reader accepts.
"""

from __future__ import annotations

from typing import Any

from .reader import MAX_VALUES
from .table import FIELDS, Field

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema, with titles and descriptions in French."""
    definitions = _definitions()
    keys = {key: {"$ref": f"#/$defs/{key}"} for key in definitions}
    resource = {
        "title": "Ressource",
        "description": "Une des ressources du projet\u00a0: elle hérite de ce que dit le projet.",
        "type": "object",
        "properties": keys,
        "additionalProperties": False,
    }
    resources = {
        "title": "Ressources",
        "description": "Les ressources du projet, quand il en contient plusieurs.",
        "type": "array",
        "items": resource,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:balise:commun.yml:1",
        "title": "commun.yml",
        "description": "La notice d’un commun numérique éducatif, à la racine de son projet.",
        "type": "object",
        "properties": {**keys, "ressources": resources},
        "required": ["titre", "description"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _definitions() -> Schema:
    found: Schema = {}
    for field in FIELDS:
        group, _, key = field.key.rpartition(".")
        inside = found.setdefault(group, _group())["properties"] if group else found
        inside[key] = _key(field)
    return found


def _group() -> Schema:
    return {
        "title": "Accessibilité",
        "description": "Ce qui rend la ressource utilisable par tous les élèves.",
        "type": "object",
        "properties": {},
        "additionalProperties": False,
    }


def _key(field: Field) -> Schema:
    value = field.kind.schema()
    said = {"title": field.title, "description": f"{field.about} Exemple\u00a0: {field.example}"}
    if field.many:
        several = {"type": "array", "items": value, "maxItems": MAX_VALUES}
        return {**said, "anyOf": [several, value]}
    return {**said, **value}
