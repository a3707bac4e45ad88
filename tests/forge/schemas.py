"""OpenAPI 3.0 schemas made into functions once, so that checking costs next to nothing.

A check takes a value and where it is, and gives what is wrong with it. Keys that a schema does not
declare are wrong too: a double that answers more than GitLab is as misleading as one that answers
less. https://spec.openapis.org/oas/v3.0.3#schema-object
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any

Check = Callable[[Any, str], list[str]]
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


class Compiler:
    """Makes checks of the schemas of one document."""

    def __init__(self, schemas: Mapping[str, Any], seen: Mapping[str, AbstractSet[str]]) -> None:
        """`seen`: for some schemas, keys that they leave out and that are there all the same."""
        self._schemas, self._seen = schemas, seen
        self._made: dict[str, Check] = {}

    def check(self, schema: Mapping[str, Any]) -> Check:
        """The function that checks a schema."""
        if "$ref" in schema:
            return self._named(schema["$ref"].rpartition("/")[2])
        checks = [*self._combined(schema), *self._plain(schema)]
        nullable = bool(schema.get("nullable"))

        def checked(value: Any, where: str) -> list[str]:
            if value is None and nullable:
                return []
            return [fault for each in checks for fault in each(value, where)]

        return checked

    def _named(self, name: str) -> Check:
        def later(value: Any, where: str) -> list[str]:  # schemas may name themselves
            if name not in self._made:
                known: dict[str, Any] = {key: {} for key in self._seen.get(name, ())}
                schema = self._schemas[name]
                if "properties" in schema:
                    schema = {**schema, "properties": {**known, **schema["properties"]}}
                self._made[name] = self.check(schema)
            return self._made[name](value, where)

        return later

    def _combined(self, schema: Mapping[str, Any]) -> list[Check]:
        found: list[Check] = [self.check(each) for each in schema.get("allOf", ())]
        for word in ("oneOf", "anyOf"):
            if word in schema:
                found.append(_any_of([self.check(each) for each in schema[word]]))
        return found

    def _plain(self, schema: Mapping[str, Any]) -> list[Check]:
        found: list[Check] = []
        kind = schema.get("type")
        if kind:
            found.append(_typed(kind, TYPES[kind], bool(schema.get("nullable"))))
        if "enum" in schema:
            found.append(_one_of(frozenset(schema["enum"])))
        if schema.get("format") in FORMATS:
            found.append(FORMATS[schema["format"]])
        if "items" in schema:
            found.append(_each(self.check(schema["items"])))
        if "properties" in schema:
            found.append(self._object(schema))
        return found

    def _object(self, schema: Mapping[str, Any]) -> Check:
        properties = {name: self.check(each) for name, each in schema["properties"].items()}
        required, open_ended = schema.get("required", ()), "additionalProperties" in schema

        def checked(value: Any, where: str) -> list[str]:
            if not isinstance(value, dict):
                return []
            faults = [f"{where}.{name} is missing" for name in required if name not in value]
            for name, each in value.items():
                check = properties.get(name)
                if each is None and name not in required:  # Grape takes nil for what is optional
                    continue
                if check:
                    faults += check(each, f"{where}.{name}")
                elif not open_ended:
                    faults.append(f"{where}.{name} is undocumented")
            return faults

        return checked


def _typed(kind: str, types: tuple[type, ...], nullable: bool) -> Check:
    def checked(value: Any, where: str) -> list[str]:
        right = isinstance(value, types) and (kind == "boolean" or not isinstance(value, bool))
        return [] if right or (value is None and nullable) else [_wrong(value, where, kind)]

    return checked


def _wrong(value: Any, where: str, expected: str) -> str:
    return f"{where} is {value!r:.80}, not {expected}"


def _one_of(values: frozenset[Any]) -> Check:
    return lambda value, where: (
        [] if value in values else [_wrong(value, where, f"one of {sorted(map(str, values))}")]
    )


def _each(check: Check) -> Check:
    def checked(value: Any, where: str) -> list[str]:
        rows = value if isinstance(value, list) else []
        return [fault for at, row in enumerate(rows) for fault in check(row, f"{where}[{at}]")]

    return checked


def _any_of(checks: list[Check]) -> Check:
    def checked(value: Any, where: str) -> list[str]:
        faults: list[str] = []
        for check in checks:
            found = check(value, where)
            if not found:
                return []
            faults = faults or found
        return faults

    return checked


def _parsed(parse: Callable[[str], object], expected: str) -> Check:
    def checked(value: Any, where: str) -> list[str]:
        if isinstance(value, str):
            try:
                parse(value)
            except ValueError:
                return [_wrong(value, where, expected)]
        return []

    return checked


FORMATS = {
    "date-time": _parsed(datetime.fromisoformat, "a date and time"),
    "date": _parsed(lambda text: date.fromisoformat(text[:10]), "a date"),
}
