"""What a preview of a source says, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import findings
from catalogue_site import presentation
from indexer.preview import Preview, Seen
from terminal import coverage, several


def lines(found: Preview) -> Iterator[str]:
    for seen in found.records:
        yield from _record(seen)
    for identifier, why in found.refused:
        yield f"{identifier} – illisible : {why}"
    yield ""
    yield (
        f"{several(len(found.records), 'notice lue', 'notices lues')},"
        f" {several(len(found.refused), 'illisible')}, {several(found.deleted, 'dite retirée', 'dites retirées')}"
    )
    if found.fault:
        yield f"interrompue : {found.fault}"
    for finding, often in found.findings:
        yield f"  remarque, {often} fois : {finding.element} : {finding.message}"
    for value, often in found.unknown:
        yield f"  valeur inconnue, {often} fois : {value.element} voc-{value.vocabulary} « {value.value} »"
    if found.records:
        yield coverage(found.results)


def _record(seen: Seen) -> Iterator[str]:
    item = presentation.item_of(seen.entry)
    said = " · ".join(", ".join(words) for words in (item.disciplines, item.levels) if words)
    yield f"{item.title.value}{f' – {said}' if said else ''}"
    for (kind, name), slugs in seen.alike.items():
        yield f"  déjà au catalogue, sous {presentation.SHARED[kind]} ({name}) : {', '.join(slugs)}"
    for line in findings.text((seen.entry.identifier, each) for each in seen.findings):
        yield f"  {line}"
