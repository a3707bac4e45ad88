"""A README as sentences that know their line: what people read, without markup, code and addresses.

Read line by line, for Markdown, reStructuredText and AsciiDoc alike: what matters is where a
sentence stands, not how it is laid out. https://spec.commonmark.org/
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from ..vocabulary import key_of
from .proposal import Evidence

#: Where a sentence stands, from what weighs most to what weighs nothing.
Place = Literal["title", "opening", "heading", "body", "aside"]

#: Of a README longer than this, the beginning says what the project is.
MOST_CHARACTERS = 60_000
LONGEST_LINE = 2_000


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What is said between two full stops, and where."""

    path: str
    text: str  # without markup
    place: Place
    parts: tuple[tuple[int | None, str], ...]  # the lines it is on, as they are in the file
    section: str = ""  # the heading above it, folded
    block: int = 0  # the paragraph it is in

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


@dataclass(kw_only=True)
class _Block:
    """Consecutive lines that are read together: a paragraph, an item, a heading."""

    kind: Literal["heading", "paragraph", "item", "row"]
    level: int = 0
    lines: list[tuple[int, str, str]] = field(default_factory=list)  # number, raw, plain

    @property
    def text(self) -> str:
        return " ".join(plain for _, _, plain in self.lines).strip()

    @property
    def says(self) -> bool:
        """Does it say something, be it an address alone?"""
        return bool(self.text) or any("://" in raw for _, raw, _ in self.lines)


def decoded(payload: bytes) -> str:
    """The text of a file, in UTF-8 or as old editors wrote it; without what nobody can see."""
    head = payload[: 4 * MOST_CHARACTERS]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "replace")
    else:
        try:
            text = head.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            cut = error.start > len(head) - 4
            text = head.decode("utf-8-sig" if cut else "cp1252", "ignore" if cut else "replace")
    text = unicodedata.normalize("NFC", text[:MOST_CHARACTERS])
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


#: Controls but tabulation and line feed; zero-width and bidirectional signs, but not what joins emoji.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def sentences(path: str, text: str) -> tuple[Sentence, ...]:
    """What a README says, in its order; nothing when it is the template of a tool."""
    if TEMPLATE.search(text):
        return ()
    return tuple(_placed(path, [*_blocks(text)]))


#: READMEs that tools write, and that say nothing of the project.
TEMPLATE = re.compile(
    r"To make it easy for you to get started with GitLab"
    r"|Astro Starter Kit|This template should help get you started"
    r"|This template provides a minimal setup|bootstrapped with \[Create React App\]"
    r"|Welcome to your Lovable project|Everything you need to build a Svelte project|bootstrapped with \[`create-next-app`"
    r"|Look at the \[(?:Nuxt|nuxt)[^\]]*documentation\]"
)

# --- Lines to blocks --------------------------------------------------------------------------

FENCE = re.compile(r"\s{0,9}(?:[-*+] )?(`{3,}|~{3,}|-{4,}$|\.{4,}$)")
ATX = re.compile(r"\s{0,3}(#{1,6})\s*(.*?)[\s#]*$")
ADOC = re.compile(r"(={1,5})\s+(\S.*)$")
HTML_HEADING = re.compile(r"\s*<h([1-6])\b[^<>]*>(.*)", re.IGNORECASE)
UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,}|~{3,}|\^{3,}|\+{3,}|\*{3,}|#{3,})\s*$")
ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?=\S)")
QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
DEFINITION = re.compile(r"\s{0,3}\[[^\]]{1,200}\]:\s*\S+.*$")
RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$|\s*\|?(?:\s*:?-{2,}:?\s*\|?)+\s*$")
DIRECTIVE = re.compile(r"\s*\.\. |\s*\[[a-z]+[,\]]|\s*:[\w-]+:(?:\s|$)|\s*(?::::?|!!!|\?\?\?)")
INDENTED = re.compile(r"(?: {4}|\t)")


#: « Niveau : 6e »: a line of its own, whatever stands around it.
LABEL = re.compile(r"[A-ZÉ][\w’' -]{2,24}\s?: ?\S")


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block | None = None
    for number, raw, plain, kind, level in _lines(text):
        labelled = kind == "paragraph" and LABEL.match(plain)
        if kind == "blank" or (block and (kind != "paragraph" or labelled)):
            if block and block.says:
                yield block
            block = None
        if kind == "blank":
            continue
        if block is None:
            block = _Block(kind=kind, level=level)  # type: ignore[arg-type]  # "blank" is above
        block.lines.append((number, raw, plain))
        if kind == "heading":
            if block.text:
                yield block
            block = None
    if block and block.says:
        yield block


def _lines(text: str) -> Iterator[tuple[int, str, str, str, int]]:
    """The lines worth reading: number, as written, as read, what they are, level of a heading."""
    lines = _without_hidden(text).split("\n")
    raws = text.split("\n")
    fence, before, skip = "", "blank", _front_matter(lines)
    for number, (line, raw) in enumerate(zip(lines, raws, strict=True), 1):
        if number <= skip:
            continue
        line = QUOTE.sub("", line[:LONGEST_LINE])
        raw = raw[:LONGEST_LINE]
        if match := FENCE.match(line):
            closing = fence and line.strip().startswith(fence)
            opening = not fence and not (match[1][0] in "-." and before != "directive")
            if closing or opening:
                fence = "" if closing else match[1]
                yield number, raw, "", "blank", 0
                before = "blank"
                continue
        if fence:
            continue
        kind, level, said = _kind(line, before, lines[number] if number < len(lines) else "")
        yield number, raw, plain_line(said), "blank" if kind == "directive" else kind, level
        before = kind


def _kind(line: str, before: str, following: str) -> tuple[str, int, str]:
    """What a line is, the level of a heading, and what it says."""
    if not line.strip() or DEFINITION.match(line) or RULE.match(line):
        return "blank", 0, ""
    if DIRECTIVE.match(line):
        return "directive", 0, ""
    if INDENTED.match(line) and before in ("blank", "directive") and not ITEM.match(line):
        return "directive", 0, ""  # code, or what a directive holds
    if match := ATX.match(line):
        return "heading", len(match[1]), match[2]
    if match := ADOC.match(line):
        return "heading", len(match[1]), match[2]
    if match := HTML_HEADING.match(line):
        return "heading", int(match[1]), match[2]
    if before == "blank" and UNDERLINE.match(following):
        return "heading", 1 if following.strip()[0] == "=" else 2, line
    if "|" in line.strip()[1:] and line.count("|") >= 2:
        return "row", 0, line
    if match := ITEM.match(line):
        return "item", 0, line[match.end() :]
    return "paragraph", 0, line


def _front_matter(lines: list[str]) -> int:
    """How many lines the YAML at the head of a file takes."""
    if not lines or lines[0].strip() != "---":
        return 0
    return next((n for n, line in enumerate(lines[1:80], 2) if line.strip() in ("---", "...")), 0)


HIDDEN = (("<!--", "-->"), ("<pre", "</pre>"), ("<script", "</script>"), ("<style", "</style>"))


def _without_hidden(text: str) -> str:
    """The text without comments and scripts, line for line."""
    for opening, closing in HIDDEN:
        kept: list[str] = []
        at = 0
        while (start := text.find(opening, at)) >= 0:
            end = text.find(closing, start)
            if end < 0:
                break
            end += len(closing)
            kept += [text[at:start], "\n" * text.count("\n", start, end)]
            at = end
        text = "".join((*kept, text[at:]))
    return text


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
    if line.isalnum():
        return line
    line = CODE.sub(" ", STRUCK.sub(" ", IMAGE.sub(" ", line)))
    line = LINK.sub(r"\1", LINK.sub(r"\1", line))
    line = TAG.sub(" ", SUPERSCRIPT.sub("", line))
    line = EMPHASIS.sub("", EMOJI.sub(" ", URL.sub(" ", line)))
    return SPACES.sub(" ", html.unescape(line)).strip()


# --- Blocks to sentences ----------------------------------------------------------------------

#: Sections about something else than what the project is, by the beginning of their heading.
ASIDE = re.compile(
    r"(?:\W|\d)*(?:install|deploi|deploy|develop|contribu|licen[cs]e|credit|remerci|auteur|author"
    r"|contact|changelog|change log|historique|history|journal|version|nouveaute|what.s new|release"
    r"|todo|to do|a faire|feuille de route|roadmap|prochain|a venir|build|compil|configur|setup"
    r"|getting started|quick ?start|prerequis|requirements?|usage in|api\b|faq|test|structure"
    r"|arborescence|architecture|depend|technolog(?:ies|y)\b.{0,3}$|stack|serveur|server|docker"
    r"|sources?\b|bibliograph|references?|ressources? (?:libres? )?utilis|voir aussi|see also"
    r"|autres? (?:projets?|ressources?|outils?)|liens?\b|links?\b|acknowledg|soutiens?\b|sponsor"
    r"|mentions legales|signaler|bugs?\b|support\b|sommaire|table des matieres|table of contents"
    r"|exemples? de (?:code|fichier|syntaxe)|syntaxe?\b|command|mise a jour)"
)
#: Sections that say what the project is, as an opening paragraph does.
OPENING = re.compile(
    r"(?:\W|\d)*(?:presentation|a propos|about|description|objectif|introduction|overview|but\b"
    r"|pour qui|public|niveau|classes?\b|cycle|discipline|matiere|contenu|c.est quoi|en bref|quoi"
    r"|pourquoi|le projet|the project|resume|usages?\b|utilisation en classe|programme|themes?\b"
    r"|fiche d.identite|informations|sequence)"
)
OPENING_BLOCKS = 6


def _placed(path: str, blocks: list[_Block]) -> Iterator[Sentence]:
    title, section, aside, opening, seen = False, "", 7, False, 0
    header: list[str] = []
    for block in blocks:
        if block.kind == "heading":
            folded = key_of(block.text)
            opening = bool(OPENING.match(folded)) or not title
            if block.level <= aside or opening:
                aside = block.level if title and ASIDE.match(folded) else 7
            place: Place = "title" if not title else "aside" if aside < 7 else "heading"
            title, section, header = True, folded, []
            yield from _sentences(path, block, place, "")
            continue
        place = "aside" if aside < 7 else "opening" if opening or not title else "body"
        if opening or not title:
            seen += 1
            opening = opening and seen % OPENING_BLOCKS != 0
            title = title or seen >= 3
        if block.kind == "row":
            header = header or _cells(block)
            yield from _row(path, block, place, section, header)
            continue
        header = []
        yield from _sentences(path, block, place, section)


def _cells(row: _Block) -> list[str]:
    return [cell.strip() for cell in row.text.strip("|").split("|")]


def _row(
    path: str, block: _Block, place: Place, section: str, header: list[str]
) -> Iterator[Sentence]:
    """Each cell of a row, after the head of its column, or the first cell when there are two."""
    cells = _cells(block)
    heads = header if len(cells) > 2 else ["", cells[0]]
    for rank, cell in enumerate(cells):
        head = heads[rank] if rank < len(heads) and cells is not header else ""
        if cell:
            yield Sentence(
                path=path,
                text=f"{head} : {cell}" if head and head != cell else cell,
                place=place,
                parts=tuple((number, raw) for number, raw, _ in block.lines),
                section=section,
                block=block.lines[0][0],
            )


#: A full stop that ends a sentence: not « 6e. », « ex. », « 1.2 ».
STOP = re.compile(r"(?<=[^\s.][.!?…;])\s+(?=[^\sa-z])")


def _sentences(path: str, block: _Block, place: Place, section: str) -> Iterator[Sentence]:
    text = " ".join(plain for _, _, plain in block.lines)
    starts = [0]
    for _, _, plain in block.lines:
        starts.append(starts[-1] + len(plain) + 1)
    at = 0
    for end in [*(match.start() for match in STOP.finditer(text)), len(text)]:
        said = text[at:end].strip()
        parts = tuple(
            (number, raw)
            for (number, raw, _), start, stop in zip(block.lines, starts, starts[1:], strict=False)
            if start < max(end, 1) and stop > at + bool(text)
        )
        if parts and (said or block.says):
            yield Sentence(
                path=path,
                text=said,
                place=place,
                parts=parts,
                section=section,
                block=block.lines[0][0],
            )
        at = end
