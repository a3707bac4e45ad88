"""The remedies of a commun.yml that are certain, as lines to put in the place of others.

A key or a word with a slip of the hand, an alias, a value that its vocabulary replaced, a list
without its brackets: what has one remedy and no other. What asks for a choice is left to people.
"""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ..finding import Finding
from ..strangers import safeyaml
from ..strangers.safeyaml import Mapping, Node, Scalar, Sequence
from ..vocabulary import key_of, slips_of
from . import notice
from .edits import Edit, apply, changed, line_break, line_end, line_starts, quoted
from .kind import REPLACED
from .names import names_of
from .notice import GROUP, RESOURCES, Entry
from .reader import MAX_VALUES, Piece, finding
from .table import Field, by_name, plain_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """Lines to put in the place of `count` others, from `line` (counted from 1)."""

    line: int
    count: int
    lines: tuple[str, ...]
    finding: Finding  # what it mends
    also: tuple[Finding, ...] = ()  # what else is mended on these lines


class Remedy(NamedTuple):
    findings: tuple[Finding, ...]
    edits: tuple[Edit, ...]


def fixes(payload: bytes) -> tuple[Fix, ...]:
    """What can be mended for certain, in the order of the lines. Raise ParseError."""
    text = safeyaml.decode(payload)
    return tuple(_on_lines(text, _remedies(text)))


def deprecated(payload: bytes) -> tuple[Fix, ...]:
    """The values that a vocabulary gave up, with what replaced them. Raise ParseError."""
    text = safeyaml.decode(payload)
    replaced = (
        remedy
        for remedy in _remedies(text)
        if any(each.rule == f"commun-{REPLACED}" for each in remedy.findings)
    )
    return tuple(_on_lines(text, replaced))


def mended(payload: bytes, fixes: Iterable[Fix]) -> bytes:
    """The file with these fixes, which were made for it."""
    text = safeyaml.decode(payload)
    starts = line_starts(text)
    edits = (
        Edit(
            starts[fix.line - 1],
            line_end(text, starts[fix.line + fix.count - 2]),
            line_break(text).join(fix.lines),
        )
        for fix in fixes
    )
    after = apply(text, edits).encode()
    return codecs.BOM_UTF8 + after if payload.startswith(codecs.BOM_UTF8) else after


def _on_lines(text: str, remedies: Iterable[Remedy]) -> Iterator[Fix]:
    """The remedies as whole lines; those that share a line are one."""
    starts = line_starts(text)
    groups: list[tuple[int, int, list[Remedy]]] = []
    for remedy in sorted(remedies, key=lambda each: min(each.edits)):
        first = bisect_right(starts, min(remedy.edits).start) - 1
        last = bisect_right(starts, max(edit.end for edit in remedy.edits)) - 1
        if groups and first <= groups[-1][1]:
            begun, until, together = groups.pop()
            groups.append((begun, max(last, until), [*together, remedy]))
        else:
            groups.append((first, last, [remedy]))
    for first, last, together in groups:
        start, end = starts[first], line_end(text, starts[last])
        edits = [
            Edit(edit.start - start, edit.end - start, edit.text)
            for remedy in together
            for edit in remedy.edits
        ]
        after = apply(text[start:end], edits)
        ends = [*line_starts(after)[1:], len(after) + 1]
        found, *also = (each for remedy in together for each in remedy.findings)
        yield Fix(
            line=first + 1,
            count=last - first + 1,
            lines=tuple(
                after[start:end].rstrip("\r\n")
                for start, end in zip(line_starts(after), ends, strict=True)
            ),
            finding=found,
            also=tuple(also),
        )


# --- Remedies -------------------------------------------------------------------------------------


def _remedies(text: str) -> Iterator[Remedy]:
    root = notice.root_of(text.encode())
    yield from _in(text, root, root)
    for entry in notice.resources(root, []):
        yield from _in(text, entry, root)


def _in(text: str, mapping: Mapping, root: Mapping) -> Iterator[Remedy]:
    """What can be mended in the notice of the project, or of one of its resources."""
    remarks: list[Finding] = []
    entries = notice.keys_of(mapping, remarks)
    groups = (node for key, node in mapping.entries if plain_key(key.value) == GROUP)
    for holder in (mapping, *(node for node in groups if isinstance(node, Mapping))):
        yield from _keys(holder, entries, remarks, is_group=holder is not mapping)
    for entry in entries.values():
        yield from _values(text, entry, remarks)


def _keys(
    holder: Mapping, entries: dict[str, Entry], remarks: list[Finding], *, is_group: bool
) -> Iterator[Remedy]:
    used = {key.value for key, _ in holder.entries}
    remarked = {(each.line, each.column, each.rule): each for each in remarks}
    for key, node in holder.entries:
        place = key.line, key.column
        if found := remarked.get((*place, "commun-cle-orthographe")):
            group, _, right = found.element.rpartition(".")
            if bool(group) != is_group:  # it has to move under another key
                continue
        elif found := remarked.get((*place, "commun-cle-inconnue")):
            right = _meant(key, node, entries, is_group=is_group)
        if found and right and right not in used:
            used.add(right)
            yield Remedy((found,), (Edit(key.start, key.end, right),))


def _meant(key: Scalar, node: Node, entries: dict[str, Entry], *, is_group: bool) -> str:
    """The key that was meant, when there is one, and what stands under it is what it asks for."""
    meant = slips_of(plain_key(key.value), _names(is_group=is_group))
    if len(meant) != 1 or meant[0] in entries:
        return ""
    if meant[0] == RESOURCES:
        items = node.items if isinstance(node, Sequence) else ()
        fits = bool(items) and all(isinstance(item, Mapping) for item in items)
    elif meant[0] == GROUP:
        inside = notice.keys_of(node, [], f"{GROUP}.") if isinstance(node, Mapping) else {}
        fits = bool(inside) and not inside.keys() & entries.keys()
    else:
        fits = _fits(by_name()[meant[0]], node)
    return meant[0].rpartition(".")[2] if fits else ""


@cache
def _names(*, is_group: bool) -> dict[str, str]:
    """The names of keys, and the key of the table that each means."""
    found = {} if is_group else {RESOURCES: RESOURCES, GROUP: GROUP}
    for name, field in by_name().items():
        if ("." in field.key) == is_group:
            found[name] = field.key
    return found


def _fits(field: Field, node: Node) -> bool:
    remarks: list[Finding] = []
    pieces = [*notice.pieces_of(field, node, remarks)]
    understood = (
        field.kind.read(each.text).trouble is None or _mended(field, each) for each in pieces
    )
    return bool(pieces) and all(each.rule == NO_BRACKETS for each in remarks) and all(understood)


NO_BRACKETS = "commun-liste-sans-crochets"


def _values(text: str, entry: Entry, remarks: list[Finding]) -> Iterator[Remedy]:
    """What can be mended under a key: each item of a list by itself, or the whole of a text."""
    field, pieces = entry.written.field, entry.written.pieces
    if len(pieces) > MAX_VALUES:
        return
    mended = [_mended(field, piece) for piece in pieces]
    if isinstance(entry.node, Sequence):
        items = {(item.line, item.column): item for item in entry.node.items}
        for piece, remedy in zip(pieces, mended, strict=True):
            item = items[piece.line or 0, piece.column or 0]
            if remedy and isinstance(item, Scalar) and item.style not in ("|", ">"):
                words = quoted(remedy[0], item.style)
                yield Remedy((remedy[1],), (Edit(item.start, item.end, words),))
        return
    place = entry.node.line, entry.node.column
    found = [e for e in remarks if e.rule == NO_BRACKETS and (e.line, e.column) == place]
    found += [remedy[1] for remedy in mended if remedy]
    if found:
        said = (
            remedy[0] if remedy else piece.text
            for piece, remedy in zip(pieces, mended, strict=True)
        )
        edits = (
            edit for edit in changed(text, entry, tuple(said)) if edit.end > edit.start or edit.text
        )
        yield Remedy((*found,), (*edits,))


def _mended(field: Field, piece: Piece) -> tuple[str, Finding] | None:
    """What to write in the place of a text, and why; None where it is right, or asks for a choice."""
    values, trouble = field.kind.read(piece.text)
    if trouble is None:
        return None
    right = ""
    if trouble.rule in SAID_BY_READING and values:
        right = field.kind.write(values[0])
    elif trouble.rule == "valeur-inconnue" and field.kind.words:
        right = _word(field, piece.text)
    if not right or field.kind.read(right).trouble:
        return None
    rule, message, remedy = trouble
    return right, finding(f"commun-{rule}", field.key, message, remedy, piece[1:])


#: Reading already put right what these tell.
SAID_BY_READING = {REPLACED, "donnee-personnelle"}


def _word(field: Field, text: str) -> str:
    """The word of its vocabulary that a text means but for a slip of the hand."""
    names = slips_of(text, {key_of(name): name for name in names_of(field.kind.words)})
    meant = {
        tuple(getattr(value, "uri", value) for value in field.kind.read(name).values)
        for name in names
    }
    return names[0] if len(meant) == 1 else ""
