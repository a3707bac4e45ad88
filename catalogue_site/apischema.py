"""The shapes of what the API answers, as JSON Schemas that name each other as OpenAPI does."""

from __future__ import annotations

from typing import Any

from indexer import facets

from . import apiproblem, typography

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def thing(**properties: Schema) -> Schema:
    """An object that always has all of these."""
    return {"type": "object", "properties": properties, "required": [*properties]}


def told(description: str, **properties: Schema) -> Schema:
    """The same, with what its names do not say by themselves."""
    return {**thing(**properties), "description": words(description)}


def words(text: str) -> str:
    return typography.text(" ".join(text.split()))


def several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def by_name(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
ADDRESS: Schema = {"type": "string", "format": "uri-reference"}
ADDRESS_OR_NULL: Schema = {"type": ["string", "null"], "format": "uri-reference"}
YES_OR_NO: Schema = {"type": "boolean"}

LINKS = thing(**dict.fromkeys(("self", "html", "json", "xml", "jsonld"), ADDRESS))
VALUES: Schema = {
    "type": "object",
    "properties": {key: several(TEXT) for key in facets.FACETS},
    "additionalProperties": False,
}
NEXT = {"cursor": TEXT_OR_NULL, "next": ADDRESS_OR_NULL}

SCHEMAS: Schema = {
    "Start": thing(
        search=ADDRESS,
        changes=ADDRESS,
        sources=ADDRESS,
        vocabularies=ADDRESS,
        openapi=ADDRESS,
        help=ADDRESS,
    ),
    "Found": told(
        """`near` : combien, parmi `total`, ne disent pas tout ce qui est demandé (ils viennent en
        dernier). `understood` : les mots pris pour un filtre ; `ignored` : ceux qui l’auraient été
        si le filtre avait laissé quelque chose ; `relaxed` : les mots qui manquent au meilleur
        résultat quand aucun ne dit tout. `corrected` : rien ne répondait aux mots écrits, ces
        résultats répondent à `suggestion`. `problem` : pourquoi la question n’a pas été comprise.
        Dans `facets`, `over` dit sur combien de ressources chaque facette est comptée, et `-`
        combien ne la renseignent pas.""",
        total=COUNT,
        near=COUNT,
        results=several(ref("Item")),
        facets=by_name(ref("Facet")),
        understood=several(ref("Understood")),
        ignored=several(ref("Understood")),
        relaxed=several(TEXT),
        suggestion=TEXT_OR_NULL,
        corrected=YES_OR_NO,
        problem=TEXT_OR_NULL,
        **NEXT,
    ),
    "Item": thing(
        slug=TEXT,
        title=TEXT,
        language=TEXT_OR_NULL,
        summary=TEXT_OR_NULL,
        link=TEXT_OR_NULL,
        source=TEXT,
        updated=MOMENT,
        facets=VALUES,
        members=several(TEXT),
        links=LINKS,
    ),
    "Facet": thing(
        label=TEXT,
        over=COUNT,
        values=several(thing(value=TEXT, label=TEXT, count={"type": "integer", "minimum": 1})),
    ),
    "Understood": thing(words=TEXT, facet={"enum": [*facets.FACETS]}, value=TEXT, label=TEXT),
    "Entry": thing(
        slug=TEXT,
        state={"const": "published"},
        source=thing(key=TEXT, title=TEXT, origin=TEXT, licence=TEXT_OR_NULL),
        format=TEXT,
        first_seen=MOMENT,
        last_changed=MOMENT,
        last_seen=MOMENT,
        family=TEXT_OR_NULL,
        facets=VALUES,
        links=LINKS,
        record=ref("Record"),
    ),
    "Changes": told(
        """Gardez `cursor` : il redonne ce qui a changé depuis. `more` : il y a une suite dès
        maintenant. Une notice peut être redite ; la dernière fois est la bonne. Les notices dont
        la source n’a pas donné la licence n’y sont pas.""",
        changes=several(ref("Change")),
        more=YES_OR_NO,
        **NEXT,
    ),
    "Change": thing(
        slug=TEXT,
        kind={"enum": ["upsert", "removal"]},
        entry={"oneOf": [ref("Entry"), {"type": "null"}]},
    ),
    "Sources": thing(
        sources=several(
            thing(
                key=TEXT,
                title=TEXT,
                origin=TEXT,
                licence=TEXT_OR_NULL,
                published=COUNT,
                last_complete=MOMENT_OR_NULL,
                results=ADDRESS,
            )
        )
    ),
    "Vocabularies": thing(
        vocabularies=several(thing(key=TEXT, uri=TEXT, label=TEXT, concepts=ADDRESS))
    ),
    "Concepts": thing(total=COUNT, concepts=several(ref("Concept")), **NEXT),
    "Concept": thing(
        uri=TEXT,
        label=TEXT,
        alternatives=several(TEXT),
        definition=TEXT_OR_NULL,
        broader=several(TEXT),
        mappings=by_name(several(TEXT)),
        retired=YES_OR_NO,
        replaced_by=TEXT_OR_NULL,
    ),
    "Problem": told(
        """`parameter` dit le paramètre en cause, `nearest` le plus proche qui existe ; `reason`,
        `since` et `resource_title` ce qui se sait d’une ressource retirée.""",
        type={"enum": [f"urn:balise:probleme:{code}" for code in apiproblem.TITLES]},
        title=TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        detail=TEXT,
    ),
}
