"""The API told to machines, as OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.1

The parameters are those that requests are checked by, the schemas of notices those of the model;
the tests put every answer to the proof of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metadata import recordjson

from . import apiparameter, apiproblem, apiwalk, typography
from .apiparameter import Parameter, cursor, limit
from .apischema import SCHEMAS, TEXT, Schema, ref, words

#: How many at once, unless asked otherwise: results, then rows that take no ranking.
RESULTS, ROWS = 20, 100

SEARCH = (*apiparameter.SEARCH, limit(RESULTS), cursor(apiwalk.PATTERN))
CHANGES = (limit(ROWS), cursor("[0-9]{1,9}(?:-[a-z0-9-]{1,100})?"))
CONCEPTS = (limit(ROWS), cursor("[0-9]{1,6}"))


def document(server: str, help_page: str) -> Schema:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Balise",
            "version": "1",
            "summary": "Le catalogue des communs éducatifs et des ressources qualifiées.",
            "description": words(ABOUT),
        },
        "externalDocs": {"url": help_page},
        "servers": [{"url": server}],
        "paths": paths(),
        "components": {
            "parameters": {"slug": path_parameter("slug", "L’adresse de la notice.")},
            "responses": {"problem": problem()},
            "schemas": {**recordjson.schemas(), **SCHEMAS},
        },
    }


ABOUT = """Lecture seule, sans clé, depuis n’importe quel site. Les pages se suivent par `cursor` :
un curseur reste bon quand le catalogue change. Toute erreur est un `application/problem+json`
(RFC 9457). Les réponses portent un ETag : redonnez-le dans `If-None-Match`."""


def paths() -> Schema:
    return {
        "/": get("start", "Où est quoi", ref("Start")),
        "/search": get(
            "search",
            "Chercher, comme sur le site, avec les mêmes paramètres",
            ref("Found"),
            SEARCH,
            links=leading("record", "slug", "results/0/slug"),
        ),
        "/records/{slug}": record_path(),
        "/changes": get(
            "changes",
            "Ce qui a changé depuis un curseur, pour tenir une copie à jour",
            ref("Changes"),
            CHANGES,
        ),
        "/sources": get("sources", "D’où viennent les notices", ref("Sources")),
        "/vocabularies": get(
            "vocabularies",
            "Les vocabulaires",
            ref("Vocabularies"),
            links=leading("vocabulary", "key", "vocabularies/0/key"),
        ),
        "/vocabularies/{key}": vocabulary_path(),
        "/openapi.json": get("openapi", "Ce document", {"type": "object"}),
    }


def leading(operation: str, name: str, place: str) -> Schema:
    """That a part of the answer is what another address asks for."""
    where = {"operationId": operation, "parameters": {name: f"$response.body#/{place}"}}
    return {operation: where}


def record_path() -> Schema:
    told = get("record", "Une notice", ref("Entry"))
    told["get"]["parameters"] = [{"$ref": "#/components/parameters/slug"}]
    told["get"]["responses"] |= {
        "301": {"description": "La notice a une autre adresse."},
        "404": {"$ref": "#/components/responses/problem"},
        "410": {"$ref": "#/components/responses/problem"},
    }
    return told


def vocabulary_path() -> Schema:
    told = get("vocabulary", "Les concepts d’un vocabulaire", ref("Concepts"), CONCEPTS)
    words = "La clé du vocabulaire : `022` (niveaux), `015` (disciplines), `rgaa`…"
    told["get"]["parameters"].append(path_parameter("key", words))
    told["get"]["responses"]["404"] = {"$ref": "#/components/responses/problem"}
    return told


def get(
    name: str,
    summary: str,
    schema: Schema,
    parameters: Sequence[Parameter] = (),
    links: Mapping[str, Schema] | None = None,
) -> Schema:
    """What is read at one address."""
    headers = {name: {"schema": TEXT} for name in ("ETag", "Cache-Control")}
    good: Schema = {
        "description": typography.text(summary),
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    }
    if links:
        good["links"] = links
    return {
        "get": {
            "operationId": name,
            "summary": typography.text(summary),
            "parameters": [*map(parameter, parameters)],
            "responses": {
                "200": good,
                "304": {"description": "Rien n’a changé depuis l’ETag donné."},
                "400": {"$ref": "#/components/responses/problem"},
                "5XX": {"$ref": "#/components/responses/problem"},
            },
        }
    }


def parameter(given: Parameter) -> Schema:
    schema: Schema = dict(given.schema)
    if given.several:
        schema = {"type": "array", "items": schema, "maxItems": apiparameter.MOST_VALUES}
    told = {
        "name": given.name,
        "in": "query",
        "description": typography.text(given.description),
        "schema": schema,
    }
    return {**told, "style": "form", "explode": True} if given.several else told


def path_parameter(name: str, description: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": typography.text(description),
        "schema": {"type": "string", "minLength": 1},
    }


def problem() -> Schema:
    return {
        "description": "Un problème (RFC 9457).",
        "content": {apiproblem.MEDIA_TYPE: {"schema": ref("Problem")}},
    }
