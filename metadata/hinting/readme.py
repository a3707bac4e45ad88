"""A README as sentences that know their line, and whether they say what the project is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from ..vocabulary import key_of
from .markup import Block, Line, blocks
from .proposal import Evidence
from .table import any_of, table

Place = Literal["title", "opening", "heading", "body", "aside"]
#: What a sentence is worth where it stands: of what « aside » speaks, the project does not.
WORTH: Mapping[Place, float] = {
    "title": 1.0,
    "opening": 1.0,
    "heading": 0.9,
    "body": 0.72,
    "aside": 0.0,
}


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What is said between two full stops, and where."""

    path: str
    text: str  # without markup; "" where an address stands alone
    place: Place
    parts: tuple[tuple[int | None, str], ...]  # the lines it is on, as they are in the file
    section: str = ""  # the heading above it, folded
    block: int = 0  # which paragraph it is in

    @cached_property
    def folded(self) -> str:
        return key_of(self.text)

    def evidence(self, word: str = "") -> Evidence:
        """The line of the sentence that holds a word (folded), else its first."""
        parts = [(line, raw.strip()) for line, raw in self.parts if raw.strip()]
        line, raw = next((part for part in parts if word in key_of(part[1])), parts[0])
        return Evidence(self.path, line, _around(raw, word))


EXCERPT = 200


def _around(raw: str, word: str) -> str:
    """The part of a line to quote: all of it, or what surrounds the word in a long one."""
    if len(raw) <= EXCERPT:
        return raw
    # Folding hardly changes lengths: near enough to frame it.
    at = max(0, key_of(raw).find(word) - EXCERPT // 2) if word else 0
    at = raw.find(" ", at) + 1 if at else 0
    return raw[at : at + EXCERPT].strip()


def sentences(path: str, text: str) -> tuple[Sentence, ...]:
    """What a README says, in its order; nothing when it is the template of a tool."""
    return () if TEMPLATE.search(text) else tuple(_placed(path, text))


#: READMEs that tools write, and that say nothing of the project.
TEMPLATE = re.compile(
    r"To make it easy for you to get started with GitLab|Welcome to your Lovable project"
    r"|Astro Starter Kit|This template should help get you started"
    r"|This template provides a minimal setup|bootstrapped with \[`?[Cc]reate[ -][Rr]eact[ -][Aa]pp"
    r"|bootstrapped with \[`create-next-app`|Everything you need to build a Svelte project"
)

#: After so many blocks, what opens a README is over.
OPENING_BLOCKS = 6


def _placed(path: str, text: str) -> Iterator[Sentence]:
    titled, section, aside, left = False, "", 0, OPENING_BLOCKS
    header: list[str] = []
    for block in blocks(text):
        if block.kind == "heading":
            section = key_of(block.text)
            opens = not titled or bool(_opening().match(section))
            if opens or not aside or block.level <= aside:
                aside = block.level if titled and not opens and _aside().match(section) else 0
            left = OPENING_BLOCKS if opens else 0
            place: Place = "aside" if aside else "heading" if titled else "title"
            yield from _sentences(path, block, place, "")
            titled = True
        else:
            place = "aside" if aside else "opening" if left else "body"
            left = max(0, left - 1)
            titled = titled or left <= OPENING_BLOCKS // 2  # no heading begins it: it has no title
            if block.kind == "row":
                header = header or _cells(block)
                yield from _row(path, block, place, section, header)
        header = header if block.kind == "row" else []
        if block.kind in ("paragraph", "item"):
            yield from _sentences(path, block, place, section)


@lru_cache(maxsize=1)
def _opening() -> re.Pattern[str]:
    return re.compile(rf"(?:\W|\d)*(?:{any_of(table()['sections']['opening'])})")


@lru_cache(maxsize=1)
def _aside() -> re.Pattern[str]:
    return re.compile(rf"(?:\W|\d)*(?:{any_of(table()['sections']['aside'])})")


def _cells(row: Block) -> list[str]:
    return [cell.strip() for cell in row.text.strip("|").split("|")]


def _row(
    path: str, row: Block, place: Place, section: str, header: list[str]
) -> Iterator[Sentence]:
    """Each cell of a row, after the head of its column, or the first cell when there are two."""
    cells = _cells(row)
    heads = header if len(cells) > 2 else ["", cells[0]]
    for rank, cell in enumerate(cells):
        head = heads[rank] if rank < len(heads) else ""
        if cell:
            said = f"{head} : {cell}" if head and head != cell else cell
            yield _sentence(path, said, place, row.lines, section, row)


#: A full stop that ends a sentence: not « 6e. », « ex. », « 1.2 ».
STOP = re.compile(r"(?<=[^\s.][.!?…;])\s+(?=[^\sa-z])")


def _sentences(path: str, block: Block, place: Place, section: str) -> Iterator[Sentence]:
    text = " ".join(line.plain for line in block.lines)
    at = 0
    for end in (*(match.start() for match in STOP.finditer(text)), len(text)):
        yield _sentence(path, text[at:end].strip(), place, _between(block, at, end), section, block)
        at = end


def _between(block: Block, at: int, end: int) -> list[Line]:
    """The lines of a block that a part of its text stands on."""
    found, start = [], 0
    for line in block.lines:
        stop = start + len(line.plain) + 1
        if start < max(end, 1) and stop > at + 1:
            found.append(line)
        start = stop
    return found or block.lines[-1:]


def _sentence(
    path: str, text: str, place: Place, lines: list[Line], section: str, block: Block
) -> Sentence:
    return Sentence(
        path=path,
        text=text,
        place=place,
        parts=tuple((line.number, line.raw) for line in lines),
        section=section,
        block=block.lines[0].number,
    )
