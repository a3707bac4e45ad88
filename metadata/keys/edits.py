"""The edits that change one key of a commun.yml, placed where the nodes of its tree stand.

An entry owns its lines and the comment that ends them; the comments above it are left in place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from ..strangers.safeyaml import Mapping, Node, Scalar, Sequence
from .notice import GROUP, RESOURCES, Entry
from .reader import split
from .table import FIELDS, Field, named, plain_key
from .values import PARAGRAPHS, tidy
from .writer import WIDTH, block, bracketed, key_lines, scalar

Texts = tuple[str, ...]


class Edit(NamedTuple):
    """What to write in the place of some characters."""

    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with these edits, of which no two touch the same characters."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


# --- Another value --------------------------------------------------------------------------------


def changed(text: str, entry: Entry, said: Texts) -> Iterator[Edit]:
    """Other texts under a key that is there."""
    field, node = entry.written.field, entry.node
    if field.many and isinstance(node, Sequence) and entry.written.pieces:
        return _items_changed(text, entry, node, said)
    indent = _indent(entry.mapping)
    return _put(text, entry.key, node, *_worded(field, node, said, entry.mapping.flow, indent))


def _worded(
    field: Field, node: Node, said: Texts, flow: bool, indent: str
) -> tuple[str, Iterable[str]]:
    """Texts as what follows the colon, and the lines under it."""
    style = node.style if isinstance(node, Scalar) else ""
    if field.kind is PARAGRAPHS and not flow and ("\n" in said[0] or len(said[0]) > WIDTH // 2):
        return block(said[0], indent + "  ", literal=style == "|")
    alone = isinstance(node, Scalar) and split(field, said[0], field.kind.separators) == said
    if field.many and not alone:
        return bracketed(said), ()
    return quoted(said[0], style), ()


def quoted(text: str, style: str = "") -> str:
    """A text in one line of YAML, in the quotes that it had."""
    if style == "'" and "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    if style == '"' or "\n" in text:
        return json.dumps(text, ensure_ascii=False)  # which YAML reads too
    return scalar(text)


def _put(text: str, key: Scalar, node: Node, head: str, lines: Iterable[str]) -> Iterator[Edit]:
    """Something else in the place of a value; the comment beside it stays beside the key."""
    colon = _colon(text, key)
    line = line_end(text, colon)
    if node.end <= colon:
        yield Edit(colon, colon, head and f" {head}")
    elif node.start > line:  # all of it under the key
        yield Edit(colon, colon, head and f" {head}")
        yield Edit(line, node.end, "")
    elif isinstance(node, Scalar) and node.style in ("|", ">"):
        sign = re.compile(r"[|>][-+\d]*").match(text, node.start)
        yield Edit(node.start, sign.end() if sign else node.start, head)
        yield Edit(line, node.end, "")
    elif head and node.start > colon:
        yield Edit(node.start, node.end, head)
    else:
        yield Edit(colon, node.end, head and f" {head}")
    last = line_end(text, _end(text, key, node))
    yield Edit(last, last, _under(text, lines))


def _items_changed(text: str, entry: Entry, node: Sequence, said: Texts) -> Iterator[Edit]:
    """The items of a list that go or come; those that stay keep their quotes and comments."""
    texts = {(piece.line, piece.column): tidy(piece.text) for piece in entry.written.pieces}
    before = [texts.get((item.line, item.column)) for item in node.items]
    placed = _in_brackets if node.flow else _on_lines
    for tag, first, last, new, end in SequenceMatcher(None, before, said, False).get_opcodes():
        if tag != "equal":
            yield from placed(text, node, first, last, said[new:end])


def _in_brackets(text: str, node: Sequence, first: int, last: int, said: Texts) -> Iterator[Edit]:
    items = node.items
    words = ", ".join(map(scalar, said))
    if first < last and said:
        yield Edit(items[first].start, items[last - 1].end, words)
    elif said and first:
        yield Edit(items[first - 1].end, items[first - 1].end, f", {words}")
    elif said:
        yield Edit(items[0].start, items[0].start, f"{words}, ")
    elif last < len(items):
        yield Edit(items[first].start, items[last].start, "")
    else:
        yield Edit(items[first - 1].end, items[last - 1].end, "")


def _on_lines(text: str, node: Sequence, first: int, last: int, said: Texts) -> Iterator[Edit]:
    start = line_start(text, node.start)
    dash = text[start : node.start] + "- "
    for item in node.items[first:last]:
        yield Edit(line_start(text, item.start), _next_line(text, item.end), "")
    if first:
        end = line_end(text, node.items[first - 1].end)
        yield Edit(end, end, _under(text, (dash + scalar(each) for each in said)))
    else:
        yield Edit(
            start, start, "".join(f"{dash}{scalar(each)}{line_break(text)}" for each in said)
        )


# --- A new key ------------------------------------------------------------------------------------


def added(text: str, mapping: Mapping, field: Field, said: Texts) -> Iterator[Edit]:
    """A key that is not there yet."""
    group, _, name = field.key.rpartition(".")
    host = next((each for each in mapping.entries if group and _is_group(each[0])), None)
    inside = host[1] if host else None
    if isinstance(inside, Mapping) and inside.entries:
        return _insert(text, inside, field, _new(field, name, said, inside.flow))
    lines = _new(field, name, said, mapping.flow)
    if not group:
        return _insert(text, mapping, field, lines)
    head, under = (f"{{{lines[0]}}}", []) if mapping.flow else ("", _shifted(lines, "  "))
    if host:
        return _put(text, *host, head, _shifted(under, _indent(mapping)))
    return _insert(text, mapping, field, [f"{group}: {head}".rstrip(), *under])


def _is_group(key: Scalar) -> bool:
    return plain_key(key.value) == GROUP


def _new(field: Field, name: str, said: Texts, flow: bool) -> list[str]:
    """The lines of a new key; between braces, the only one."""
    if flow:
        return [f"{name}: {bracketed(said) if field.many else quoted(said[0])}"]
    return [*key_lines(field, name, said)]


def _shifted(lines: Iterable[str], indent: str) -> list[str]:
    return [line and indent + line for line in lines]


def _insert(text: str, mapping: Mapping, field: Field, lines: list[str]) -> Iterator[Edit]:
    """A key at its place among the others: after the nearest of those that the table puts before."""
    entries = mapping.entries
    after = _before(mapping, FIELDS.index(field))
    if mapping.flow:
        yield _in_braces(text, mapping, after, ", ".join(lines))
    elif not entries:
        unfinished = line_start(text, len(text)) < len(text)
        whole = [""] * unfinished + lines + [""] * (not unfinished)
        yield Edit(len(text), len(text), line_break(text).join(whole))
    elif after is None:
        first, *others = [*lines, ""]
        start, indent = entries[0][0].start, _indent(mapping)
        yield Edit(start, start, first + _under(text, _shifted(others, indent)) + indent)
    else:
        end = line_end(text, _end(text, *entries[after]))
        yield Edit(end, end, _under(text, _shifted(lines, _indent(mapping))))


def _in_braces(text: str, mapping: Mapping, after: int | None, words: str) -> Edit:
    if not mapping.entries:
        return Edit(mapping.start + 1, mapping.start + 1, words)
    if after is None:
        start = mapping.entries[0][0].start
        return Edit(start, start, f"{words}, ")
    end = _end(text, *mapping.entries[after])
    return Edit(end, end, f", {words}")


def _before(mapping: Mapping, rank: int) -> int | None:
    """The entry after which a key of this rank goes."""
    ranks = [_rank(key) for key, _ in mapping.entries]
    lower = [(each, at) for at, each in enumerate(ranks) if each is not None and each < rank]
    higher = [(each, at) for at, each in enumerate(ranks) if each is not None and each > rank]
    if lower:
        return max(lower)[1]
    first = min(higher)[1] if higher else len(ranks)
    return first - 1 if first else None


def _rank(key: Scalar) -> int | None:
    name = plain_key(key.value)
    if name == RESOURCES:
        return len(FIELDS)
    if name == GROUP:
        return next(rank for rank, field in enumerate(FIELDS) if field.key.startswith(GROUP))
    field = named(name)
    return FIELDS.index(field) if field else None


# --- A key less -----------------------------------------------------------------------------------


def removed(text: str, mapping: Mapping, field: Field) -> Iterator[Edit]:
    """A key and what stands under it, as often as it is there."""
    leaving = set()
    for at, (key, node) in enumerate(mapping.entries):
        if _is_group(key) and isinstance(node, Mapping):
            inside = {n for n, (name, _) in enumerate(node.entries) if named(name.value) is field}
            if inside and len(inside) == len(node.entries):
                leaving.add(at)
            else:
                yield from _without(text, node, inside)
        elif plain_key(key.value) != RESOURCES and named(key.value) is field:
            leaving.add(at)
    yield from _without(text, mapping, leaving)


def _without(text: str, mapping: Mapping, leaving: set[int]) -> Iterator[Edit]:
    spans = [(key.start, _end(text, key, node)) for key, node in mapping.entries]
    staying = [at for at in range(len(spans)) if at not in leaving]
    dashed = bool(text[line_start(text, mapping.start) : mapping.start].strip())
    if leaving and not staying:  # a notice that says nothing is still one
        yield Edit(spans[0][0], spans[-1][1], "" if mapping.flow else "{}")
        return
    for at in sorted(leaving):
        start, end = spans[at]
        if not mapping.flow and not (dashed and at < staying[0]):
            yield Edit(line_start(text, start), _next_line(text, end), "")
        elif at < staying[0]:  # what follows comes in its place
            yield Edit(start, spans[at + 1][0], "")
        else:
            yield Edit(spans[at - 1][1], end, "")


# --- Lines ----------------------------------------------------------------------------------------

LINE_END = re.compile(r"\r\n|[\r\n]|\Z")


def line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in LINE_END.finditer(text) if found[0])]


def line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def line_end(text: str, at: int) -> int:
    """Where the line ends, before its line break."""
    found = LINE_END.search(text, at)
    return found.start() if found else len(text)


def _next_line(text: str, at: int) -> int:
    found = LINE_END.search(text, at)
    return found.end() if found else len(text)


def line_break(text: str) -> str:
    """The line break of this file."""
    found = LINE_END.search(text)
    return (found and found[0]) or "\n"


def _under(text: str, lines: Iterable[str]) -> str:
    """Lines to write at the end of another."""
    return "".join(line_break(text) + line for line in lines)


def _indent(mapping: Mapping) -> str:
    return " " * (mapping.entries[0][0].column - 1)


def _end(text: str, key: Scalar, node: Node) -> int:
    """Where an entry ends, its comment apart."""
    return max(node.end, _colon(text, key))


def _colon(text: str, key: Scalar) -> int:
    """What follows the colon of a key."""
    found = re.compile(r"[ \t]*:").match(text, key.end)
    return found.end() if found else key.end
