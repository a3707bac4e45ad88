"""Values that an authoring tool put there and nobody replaced: no information, and no key.

The company of a template, a title that asks for a title, the one identifier that eXeLearning ships
in unrelated packages: they are withdrawn from the record, and said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from .elements import element as named
from .finding import Finding, Severity
from .record import Contribution, Entity, Identifier, LangString, Record

#: Whole texts, in lower case, as left by SCORM packagers, eXeLearning, Articulate, Moodle and H5P.
TITLES = {
    *("title", "course title", "new course", "untitled", "untitled course", "my course"),
    *("titre", "titre du cours", "nouveau cours", "sans titre", "sin título", "ohne titel"),
}
DESCRIPTIONS = {"description", "course description", "no description", "description du cours"}
KEYWORDS = {
    *("keyword", "keywords", "mot-clé", "mots-clés", "mot clé", "mots clés"),
    *("uncategorized", "non classé", "sans catégorie"),
}
PEOPLE = {
    *("firstname lastname", "first name last name", "your name", "prénom nom", "author name"),
    *("my company", "your company", "company name", "nom de la société", "unknown"),
}
CATALOGS = {"catalog", "my catalog", "catalogue"}
#: eXeLearning gives this one to every package.
SHARED_IDENTIFIERS = {"4a7d755e-34a5-410a-a7d4-601881136623"}

NOBODY = Entity()

Value = TypeVar("Value")

COMPANY = re.compile(r"\bmy (?:amazing )?company\b", re.IGNORECASE)
UNFILLED = re.compile(
    r"[\W_]+"  # "???", "---"
    r"|lorem ipsum\b.*"
    r"|untitled(?: [\w-]+){0,2}"  # « Untitled Course Presentation »
    r"|(?:insert|enter|type|write|add)\b.{0,40}\bhere\W*"
    r"|(?:insérez|entrez|saisissez|tapez|écrivez)\b.{0,40}\bici\W*"
    # A field that says how long it should be: « Descripción general. No más de 100 palabras … »
    r"|(?:descripción|description|résumé|summary)\b[^.]{0,20}\.?\s*"
    r"(?:no más de|no more than|at most|pas plus de|maximum)\s*\d+\s*(?:palabras|words|mots)\b.*"
    # The variable of a template, the key of a translation: {{title}}, [[title]], course.meta.title
    r"|\{\{.+\}\}|\$\{.+\}|%\w+%|\[\[.+\]\]|(?-i:[a-z]\w*(?:\.[a-z]\w*)+\.[a-z]\w{3,})",
    re.DOTALL | re.IGNORECASE,
)


def is_title(text: str) -> bool:
    """Whether a title says something, and is not what the tool wrote."""
    return bool(text) and not _left_by_a_tool(text, TITLES)


def withdraw(record: Record) -> tuple[Record, tuple[Finding, ...]]:
    """A record without what its tool wrote in nobody's name, and a finding for each element."""
    sieve = _Sieve()
    general, life, meta = record.general, record.life_cycle, record.meta
    title = sieve.texts("1.2", (general.title,), TITLES)
    identifiers = sieve.sift("1.1", general.identifiers, _identifies, lambda each: each.entry)
    descriptions = sieve.texts("1.4", general.descriptions, DESCRIPTIONS)
    keywords = sieve.texts("1.5", general.keywords, KEYWORDS)
    contributions = sieve.people("2.3", life.contributions)
    of_meta = sieve.people("3.2", meta.contributions)
    rights = sieve.texts("6.3", record.rights.descriptions, DESCRIPTIONS)
    if not sieve.findings:
        return record, ()
    kept = replace(
        record,
        general=replace(
            general,
            identifiers=identifiers,
            title=title[0] if title else (),
            descriptions=descriptions,
            keywords=keywords,
        ),
        life_cycle=replace(life, contributions=contributions),
        meta=replace(meta, contributions=of_meta),
        rights=replace(record.rights, descriptions=rights),
    )
    return kept, tuple(sieve.findings)


class _Sieve:
    """Keeps what somebody wrote, and says what was left out, once for each element."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def sift(
        self,
        number: str,
        values: tuple[Value, ...],
        is_real: Callable[[Value], bool],
        said: Callable[[Value], str],
    ) -> tuple[Value, ...]:
        kept = tuple(value for value in values if is_real(value))
        if len(kept) < len(values):
            self._say(number, next(said(value) for value in values if not is_real(value)))
        return kept

    def texts(
        self, number: str, values: tuple[LangString, ...], words: set[str]
    ) -> tuple[LangString, ...]:
        def is_real(text: LangString) -> bool:
            return not text or any(not _left_by_a_tool(each.value, words) for each in text)

        return self.sift(number, values, is_real, lambda text: text[0].value)

    def people(
        self, number: str, contributions: tuple[Contribution, ...]
    ) -> tuple[Contribution, ...]:
        kept = []
        for contribution in contributions:
            entities = tuple(map(_real, contribution.entities))
            for each, real in zip(contribution.entities, entities, strict=True):
                if real != each:
                    self._say(number, each.organisation or each.name)
            somebody = tuple(entity for entity in entities if entity != NOBODY)
            if somebody == contribution.entities:
                kept.append(contribution)
            elif somebody or contribution.date.value:
                kept.append(replace(contribution, entities=somebody))
        return tuple(dict.fromkeys(kept))  # without their names, two may be one

    def _say(self, number: str, value: str) -> None:
        element = named(number)
        if all(finding.element != element for finding in self.findings):
            self.findings.append(
                Finding(
                    severity=Severity.WARNING,
                    rule="valeur-de-modele",
                    element=element,
                    message=f"«\u00a0{value[:80]}\u00a0» est une valeur laissée par l’outil de"
                    " création\u00a0: elle n’est pas reprise.",
                    remedy="Remplacez-la par la vraie valeur, ou supprimez-la.",
                )
            )


def _left_by_a_tool(text: str, words: set[str]) -> bool:
    text = text.strip()
    said = text.casefold()
    if "company" in said and COMPANY.search(text):
        return True
    return said in words or UNFILLED.fullmatch(text) is not None


def _identifies(identifier: Identifier) -> bool:
    named = identifier.catalog.strip().casefold() in CATALOGS and len(identifier.entry) < 8
    return not named and identifier.entry.strip().casefold() not in SHARED_IDENTIFIERS


def _real(entity: Entity) -> Entity:
    name, organisation = _unless_model(entity.name), _unless_model(entity.organisation)
    if name == entity.name and organisation == entity.organisation:
        return entity
    return replace(entity, name=name, organisation=organisation)


def _unless_model(name: str) -> str:
    return "" if name.casefold() in PEOPLE or COMPANY.search(name) else name
