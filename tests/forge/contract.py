"""What GitLab's own document says of requests and answers, and the keys its answers were seen with.

The document: gitlab-forge-bridge.openapi.json; the keys: recorded/observed_keys.json; the rules
that are in neither (names of the address repeated in the query): PATCHES.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forge.schemas import Check, Compiler

API = "/api/v4"
#: Refusals of any operation that the document leaves out: too far an offset, a project that moved.
BESIDES = (405,)
METHODS = ("get", "put", "post", "delete", "patch", "head")


#: Types that are wrong in the document, and that no recording had a value to show.
MISTYPED = (
    ("APIEntitiesGroup", "parent_id", "integer"),
    ("APIEntitiesGroupDetail", "parent_id", "integer"),
    ("APIEntitiesPackage", "_links", "object"),
    ("APIEntitiesPackage", "tags", "array"),
    ("APIEntitiesRelease", "milestones", "array"),
)
#: The same thing, told at more or less length.
PROJECTS = ("APIEntitiesProject", "APIEntitiesProjectWithAccess")
#: Answers that are documented as smaller than what a reader with a token gets.
WIDER = {"APIEntitiesBasicProjectDetails": "APIEntitiesProjectWithAccess"}


@dataclass
class Operation:
    """One method of one address."""

    path_names: frozenset[str]
    query: dict[str, tuple[dict[str, Any], bool, Check]]  # schema, required, check
    bodies: dict[str, Check | None]  # by content type
    body_required: bool
    answers: dict[int, Check | None]
    always: frozenset[str] = frozenset()  # keys of every recorded answer


class Contract:
    """Says what a request or an answer does that GitLab's document does not."""

    def __init__(self, folder: Path) -> None:
        document = json.loads((folder / "gitlab-forge-bridge.openapi.json").read_text("utf-8"))
        observed = json.loads((folder / "recorded" / "observed_keys.json").read_text("utf-8"))
        operations = {
            f"{method.upper()} {path}": each
            for path, methods in document["paths"].items()
            for method, each in methods.items()
            if method in METHODS
        }
        schemas = document["components"]["schemas"]
        for entity, name, kind in MISTYPED:
            schemas[entity]["properties"][name] = {"type": kind, "nullable": True}
        self._compiler = Compiler(schemas, _seen(operations, observed))
        self.operations = {
            (name.partition(" ")[0], name.partition(" ")[2].removeprefix(API)): self._operation(
                each, observed.get(name, {})
            )
            for name, each in operations.items()
        }

    def _operation(self, each: dict[str, Any], observed: dict[str, Any]) -> Operation:
        parameters = each.get("parameters", [])
        content = each.get("requestBody", {}).get("content", {})
        return Operation(
            path_names=frozenset(row["name"] for row in parameters if row["in"] == "path"),
            query={
                row["name"]: (
                    row.get("schema", {}),
                    bool(row.get("required")),
                    self._compiler.check(row.get("schema", {})),
                )
                for row in parameters
                if row["in"] == "query"
            },
            bodies={
                kind: self._check(body) if kind == "application/json" else None
                for kind, body in content.items()
            },
            body_required=bool(each.get("requestBody", {}).get("required")),
            answers={
                int(status): self._check(answer.get("content", {}).get("application/json", {}))
                for status, answer in each["responses"].items()
                if status.isdigit()
            },
            always=frozenset(observed.get("always", ())),
        )

    def _check(self, content: Mapping[str, Any]) -> Check | None:
        schema = content.get("schema")
        if schema is None:
            return None
        name = _entity(schema)
        if name in WIDER:
            wide = {"$ref": f"/{WIDER[name]}"}
            schema = {"type": "array", "items": wide} if "items" in schema else wide
        return self._compiler.check(schema)

    # --- Requests

    def request_faults(
        self,
        method: str,
        route: str,
        query: Iterable[tuple[str, str]],
        content_type: str,
        body: Any,
    ) -> list[str]:
        """What is wrong with a request."""
        operation = self.operations.get((method, route))
        if operation is None:
            return [f"{method} {route} is not in the contract"]
        faults = self._query_faults(operation, dict(query))
        kind = content_type.partition(";")[0].strip()
        if body is None:
            missing = operation.body_required and method != "HEAD"
            return faults + (["the body is missing"] if missing else [])
        if not operation.bodies:
            return faults + ([] if body == {} else ["a body was sent, and none is documented"])
        if kind not in operation.bodies:
            return [*faults, f"content type {kind!r}, not {list(operation.bodies)}"]
        check = operation.bodies[kind]
        return faults + (check(body, "body") if check else [])

    def _query_faults(self, operation: Operation, query: dict[str, str]) -> list[str]:
        faults = []
        given = {name.partition("[")[0]: value for name, value in query.items()}
        for name, value in given.items():
            if name in operation.query:
                schema, _, check = operation.query[name]
                faults += check(_coerced(schema, value), f"query {name}")
            elif name not in operation.path_names:
                faults.append(f"query {name} is undocumented")
        required = (name for name, (_, needed, _) in operation.query.items() if needed)
        return faults + [f"query {name} is missing" for name in required if name not in given]

    # --- Answers

    def answer_faults(self, method: str, route: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer; 5xx are no part of any contract."""
        operation = self.operations.get((method, route))
        if operation is None or status >= 500 or status in (301, 302, 304):
            return []
        if status not in operation.answers and status not in BESIDES:
            return [f"status {status} is not documented"]
        if status >= 400:
            said = isinstance(body, dict) and {"message", "error"} & body.keys()
            return [] if said or method == "HEAD" else [f"{body!r:.80} says no message"]
        if isinstance(body, bytes) or body is None:
            return []
        check = operation.answers.get(status)
        faults = check(body, "answer") if check else []
        return faults + (_absent(operation.always, body) if status in (200, 201) else [])


def _seen(operations: Mapping[str, Any], observed: Mapping[str, Any]) -> dict[str, set[str]]:
    """The keys that recorded answers carry, by the entity that they are documented to be."""
    found: dict[str, set[str]] = {}
    for name, keys in observed.items():
        for status, answer in operations[name]["responses"].items():
            content = answer.get("content", {}).get("application/json", {})
            entity = _entity(content.get("schema", {})) if status in ("200", "201") else ""
            if entity:
                found.setdefault(entity, set()).update(keys["always"], keys["sometimes"])
    for entity in PROJECTS:
        found[entity] = set().union(*(found.get(each, set()) for each in PROJECTS))
    return found


def _entity(schema: Mapping[str, Any]) -> str:
    return str(schema.get("items", schema).get("$ref", "")).rpartition("/")[2]


def _absent(always: frozenset[str], body: Any) -> list[str]:
    rows = body if isinstance(body, list) else [body]
    return [
        f"answer[{at}].{name} is missing, and every recorded answer has it"
        for at, row in enumerate(rows)
        if isinstance(row, dict)
        for name in sorted(always - row.keys())
    ]


def _coerced(schema: Mapping[str, Any], value: str) -> Any:
    """A value of the query as Grape understands it: by the type that it should have."""
    options = [schema, *schema.get("oneOf", ()), *schema.get("anyOf", ())]
    kinds = {each.get("type") for each in options}
    if "boolean" in kinds and value.lower() in ("true", "false", "0", "1"):
        return value.lower() in ("true", "1")
    if {"integer", "number"} & kinds and value.lstrip("-").isdigit():
        return int(value)
    if "array" in kinds and "string" not in kinds:
        items = next(each["items"] for each in options if "items" in each)
        return [_coerced(items, each) for each in value.split(",")]
    return value
