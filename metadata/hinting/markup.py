"""A README as blocks of plain lines: headings, paragraphs, items, rows; without code and comments.

Read line by line, for Markdown, reStructuredText and AsciiDoc alike: what matters is where words
stand, not how they are laid out. Nothing here is more than linear in what a stranger wrote.
https://spec.commonmark.org/
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

#: Of a README longer than this, the beginning says what the project is.
MOST_CHARACTERS = 60_000
LONGEST_LINE = 2_000

Kind = Literal["heading", "paragraph", "item", "row", "directive", "blank"]


class Line(NamedTuple):
    number: int
    raw: str  # as it is in the file
    plain: str  # as one reads it


@dataclass(kw_only=True)
class Block:
    """Consecutive lines that are read together: a paragraph, an item, a heading, a row."""

    kind: Kind
    level: int = 0  # of a heading
    lines: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(line.plain for line in self.lines).strip()

    @property
    def says(self) -> bool:
        """Does it say something, be it an address alone?"""
        addressed = self.kind != "heading" and any("://" in line.raw for line in self.lines)
        return bool(self.text) or addressed


def decoded(payload: bytes) -> str:
    """The beginning of a file as text, in UTF-8 or as old editors wrote it, nothing unseen in it."""
    head = payload[: 4 * MOST_CHARACTERS]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "replace")
    else:
        try:
            text = head.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            cut = error.start > len(head) - 4  # in the middle of a character
            text = head.decode("utf-8-sig" if cut else "cp1252", "ignore" if cut else "replace")
    text = unicodedata.normalize("NFC", text[:MOST_CHARACTERS])
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


#: Controls but tabulation and line feed; zero-width and bidirectional signs, but not what joins emoji.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a README that say something, in order."""
    block: Block | None = None
    for line, kind, level in _lines(text):
        alone = kind != "paragraph" or LABEL.match(line.plain)
        if block and (alone or block.kind == "heading"):
            if block.says:
                yield block
            block = None
        if kind in ("blank", "directive"):
            continue
        block = block or Block(kind=kind, level=level)
        block.lines.append(line)
    if block and block.says:
        yield block


#: « Niveau : 6e »: a line of its own, whatever stands around it.
LABEL = re.compile(r"[A-ZÉ][\w’' -]{2,24}\s?: ?\S")

# --- Lines --------------------------------------------------------------------------------------


def _lines(text: str) -> Iterator[tuple[Line, Kind, int]]:
    """Each line outside code, what it is, and its level if it is a heading."""
    raws, shown = text.split("\n"), _without_hidden(text).split("\n")
    first = _front_matter(shown)
    fence, before = "", "blank"
    for number, (raw, line) in enumerate(zip(raws, shown, strict=True), 1):
        line = QUOTE.sub("", line[:LONGEST_LINE])
        fenced = FENCE.match(line)
        if number <= first or (fence and not (fenced and line.strip().startswith(fence))):
            continue
        if fenced and (fence or fenced[1][0] in "`~" or before == "directive"):
            fence = "" if fence else fenced[1]
            kind: Kind = "blank"
            level, said = 0, ""
        else:
            kind, level, said = _kind(line, before, shown[number] if number < len(shown) else "")
        # What is indented under a directive is its own, after an empty line too.
        before = kind if line.strip() or before != "directive" else before
        yield Line(number, raw[:LONGEST_LINE], plain_line(said)), kind, level


QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
#: Of Markdown, or after a [source] of AsciiDoc.
FENCE = re.compile(r"\s{0,9}(?:[-*+] )?(`{3,}|~{3,}|-{4,}$|\.{4,}$)")

ATX = re.compile(r"\s{0,3}(#{1,6})\s*(.*?)[\s#]*$")
ASCIIDOC = re.compile(r"(={1,5})\s+(\S.*)$")
HTML = re.compile(r"\s*<h([1-6])\b[^<>]*>(.*)", re.IGNORECASE)
UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,}|~{3,}|\^{3,}|\+{3,}|\*{3,}|#{3,})\s*$")
ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?=\S)")
#: The target of a link, a rule, the line under the head of a table.
SILENT = re.compile(
    r"\s*$|\s{0,3}\[[^\]]{1,200}\]:\s*\S+.*$|\s*(?:[-*_=]\s*){3,}$|\s*\|?(?:\s*:?-{2,}:?\s*\|?)+\s*$"
)
#: What commands the tool that lays out, and holds what is indented under it.
DIRECTIVE = re.compile(r"\s*\.\. |\s*\[[a-z]+[,\]]|\s*:[\w-]+:(?:\s|$)|\s*(?::::?|!!!|\?\?\?)")
INDENTED = {"blank": re.compile(r" {4}|\t"), "directive": re.compile(r"[ \t]")}


def _kind(line: str, before: str, following: str) -> tuple[Kind, int, str]:
    """What a line is, the level of a heading, and what it says."""
    if SILENT.match(line):
        return "blank", 0, ""
    item = ITEM.match(line)
    inside = before in INDENTED and INDENTED[before].match(line)
    if (inside and not item) or DIRECTIVE.match(line):
        return "directive", 0, ""
    if heading := ATX.match(line) or ASCIIDOC.match(line):
        return "heading", len(heading[1]), heading[2]
    if heading := HTML.match(line):
        return "heading", int(heading[1]), heading[2]
    if before in INDENTED and (under := UNDERLINE.match(following)):
        return "heading", 1 if under[1][0] == "=" else 2, line
    if "|" in line.strip()[1:] and line.count("|") >= 2:
        return "row", 0, line
    return ("item", 0, line[item.end() :]) if item else ("paragraph", 0, line)


def _front_matter(lines: list[str]) -> int:
    """How many lines the YAML at the head of a file takes."""
    if lines[0].strip() != "---":
        return 0
    return next((n for n, line in enumerate(lines[1:80], 2) if line.strip() in ("---", "...")), 0)


HIDDEN = (("<!--", "-->"), ("<pre", "</pre>"), ("<script", "</script>"), ("<style", "</style>"))


def _without_hidden(text: str) -> str:
    """The text without comments and scripts, line for line."""
    for opening, closing in HIDDEN:
        kept: list[str] = []
        at = 0
        while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start)) >= 0:
            kept += [text[at:start], "\n" * text.count("\n", start, end)]
            at = end + len(closing)
        text = "".join((*kept, text[at:]))
    return text


# --- Within a line --------------------------------------------------------------------------------

IMAGE = re.compile(r"!\[[^\[\]]{0,300}\](?:\([^()\n]{0,900}\)|\[[^\[\]]{0,99}\])")
LINK = re.compile(r"\[([^\[\]]{0,400})\](?:\((?:[^()]|\([^()]{0,99}\)){0,900}\)|\[[^\[\]]{0,99}\])")
CODE = re.compile(r"(`+)[^`]{1,300}\1")
STRUCK = re.compile(r"~~[^~]{1,500}~~")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
SUPERSCRIPT = re.compile(r"</?su[pb]>|\^(?=\w{1,4}\^)|(?<=\w)\^", re.IGNORECASE)
URL = re.compile(r"<?\b(?:https?://|www\.)[^\s<>\"|]+>?|\S+@\S+\.\w+")
EMOJI = re.compile(
    ":[a-z][a-z0-9_+-]{1,30}:|[\U0001f000-\U0001faff\U000e0000-\U000e007f\u2600-\u27bf\u2b00-\u2bff"
    "\u200c\u200d\ufe0f\u20e3]"
)
EMPHASIS = re.compile(r"\*+|__|(?<!\w)_|_(?!\w)|==|\[[ xX]?\]\s?|\\(?=\W)")
SPACES = re.compile(r"\s+")


def plain_line(line: str) -> str:
    """What one reads of a line: no markup, no address, no code, no emoji."""
    line = CODE.sub(" ", STRUCK.sub(" ", IMAGE.sub(" ", line)))
    line = LINK.sub(r"\1", LINK.sub(r"\1", line))  # twice: a link may hold one
    line = TAG.sub(" ", SUPERSCRIPT.sub("", line))
    line = EMPHASIS.sub("", EMOJI.sub(" ", URL.sub(" ", line)))
    return SPACES.sub(" ", html.unescape(line)).strip()
