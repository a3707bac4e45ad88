"""A project's README as HTML that our pages can show: rendered when it is read, once.

A stranger wrote it. It is bounded before it is parsed, for parsers of Markdown are quadratic on
hostile text; of the HTML in it only the words are kept; an image becomes a link, so that whoever
reads our page asks nobody else for anything; and what comes out goes through nh3. The only module
that knows these two libraries. https://spec.commonmark.org/
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import quote, urljoin

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from metadata.hinting.markup import decoded
from metadata.hinting.naming import tongue
from metadata.project import Project, ProjectFile
from metadata.strangers.weblink import is_web

from .readmes import Readme

#: To be changed with what is made of a README: those that are kept are then made again.
VERSION = "1"

#: How much is shown; the rest is a link away. The page stays light, and parsing takes no time.
MOST_CHARACTERS = 12_000
MOST_ELEMENTS = 180
#: Each row is made as wide as the first: a wider table would be larger than its text.
MOST_COLUMNS = 12
#: Each bracket may open a link, and is looked for an end: nobody writes so many.
MOST_BRACKETS = 1_000
DEEPEST = 12

TAGS = {
    *("a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    *("li", "ol", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul", "s"),
}
MARKDOWN = re.compile(r"[^.]+(?:\.fr|\.en)?(?:\.md|\.markdown)?", re.IGNORECASE)
#: « git@forge.example » is where one clones, and nobody's.
EMAIL = re.compile(r"\b(?!git@)[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
HIDDEN = "(adresse électronique)"


def render(project: Project, file: ProjectFile) -> Readme:
    """The beginning of a README: its headings from h3 on, its links absolute."""
    whole = decoded(file.payload)
    text = _beginning(whole)
    is_shorter = len(text) < len(whole)
    if not MARKDOWN.fullmatch(file.path):
        return Readme(f"<pre>{html.escape(_masked(text))}</pre>", tongue(text), is_shorter)
    parser = _parser(text)
    tokens, is_cut = _fitting(_harmless(parser.parse(text)))
    clean = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=partial(_attribute, _base(project, file)),
        link_rel="nofollow noopener",
    )
    return Readme(_polished(clean), tongue(text), is_shorter or is_cut)


def mark_of(project: Project, file: ProjectFile) -> str:
    """What a rendering depends on: while it is the same, the rendering is."""
    return f"{VERSION} {file.blob} {_base(project, file)}"


def _beginning(text: str) -> str:
    """What is shown of a text, cut between two paragraphs where there are some."""
    if len(text) <= MOST_CHARACTERS:
        return text
    head = text[:MOST_CHARACTERS]
    return head.rpartition("\n\n")[0] or head


def _parser(text: str) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": DEEPEST})
    parser.enable("strikethrough")
    if all(line.count("|") <= MOST_COLUMNS for line in text.splitlines()):
        parser.enable("table")
    if text.count("[") > MOST_BRACKETS:
        parser.disable(["link", "image"])
    return parser


def _harmless(tokens: Iterable[Token]) -> Iterator[Token]:
    """The same without HTML, images and e-mail addresses; what they say stays."""
    for token in tokens:
        if token.type == "html_block":
            yield from _paragraph(_words(token.content))
            continue
        if token.children is not None:
            token.children = [*_inline(token.children)]
        token.content = _masked(token.content)
        yield token


def _inline(children: Iterable[Token]) -> Iterator[Token]:
    inside = 0  # links
    for token in children:
        inside += token.nesting if token.type.startswith("link_") else 0
        if token.type == "html_inline":
            if token.content.casefold().startswith("<br"):
                yield Token("hardbreak", "br", 0)
        elif token.type == "image":
            yield from _image(token, inside)
        else:
            token.content = _masked(token.content)
            yield token


def _image(token: Token, inside: int) -> Iterator[Token]:
    """What an image shows, in words, leading to it unless it leads elsewhere already."""
    words = Token("text", "", 0, content=_masked(token.content))
    if inside or not token.content.strip():
        yield words
        return
    yield Token("link_open", "a", 1, attrs={"href": token.attrs.get("src", "")})
    yield words
    yield Token("text", "", 0, content=" (image)")
    yield Token("link_close", "a", -1)


def _paragraph(words: str) -> Iterator[Token]:
    if words:
        yield Token("paragraph_open", "p", 1)
        yield Token("inline", "", 0, children=[Token("text", "", 0, content=_masked(words))])
        yield Token("paragraph_close", "p", -1)


def _words(source: str) -> str:
    """What a piece of HTML says to whoever reads it."""
    return " ".join(html.unescape(nh3.clean(source, tags=set())).split())


def _masked(text: str) -> str:
    """Without e-mail addresses: our pages give nobody's."""
    return EMAIL.sub(HIDDEN, text)


def _fitting(tokens: Iterable[Token]) -> tuple[list[Token], bool]:
    """As many as a page can bear, whatever is open being closed; are there more?"""
    kept: list[Token] = []
    opened: list[Token] = []
    room = MOST_ELEMENTS
    for token in tokens:
        room -= _elements(token)
        if room < 0:
            ends = (Token(each.type, each.tag, -1) for each in reversed(opened))
            return [*kept, *ends], True
        if token.nesting == 1:
            opened.append(token)
        elif token.nesting == -1:
            opened.pop()
        kept.append(token)
    return kept, False


def _elements(token: Token) -> int:
    inside = sum(map(_elements, token.children or ()))
    return inside + (token.nesting >= 0 and bool(token.tag)) + (token.type == "fence")


def _base(project: Project, file: ProjectFile) -> str:
    """Where the README is, on the forge; its links are relative to it."""
    return f"{project.url}/-/blob/{file.commit or project.default_branch}/{quote(file.path)}"


def _attribute(base: str, tag: str, name: str, value: str) -> str | None:
    if name != "href":
        return value
    root = base.removesuffix(base.rpartition("/")[2])
    try:
        address = urljoin(base, root + value[1:] if re.match(r"/(?!/)", value) else value)
    except ValueError:
        return None
    return address if is_web(address) else None


def _polished(clean: str) -> str:
    """Headings that follow ours, tables that can be scrolled, nothing empty."""
    for _ in range(3):  # a link alone in an item, in a list
        clean = EMPTY.sub("", clean)
    clean = EMPTY_HEADER.sub("<td></td>", clean)
    clean = TABLE.sub(rf"<div {SCROLLED}>\g<0></div>", clean)
    return HEADING.sub(_Outline(), clean)


EMPTY = re.compile(r"<(h[1-6]|p|li|ul|ol|a|em|strong)(?: [^>]*)?>\s*</\1>")
EMPTY_HEADER = re.compile(r"<th>\s*</th>")
HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
SCROLLED = 'class="fr-table" tabindex="0" role="group" aria-label="Tableau"'


class _Outline:
    """The level of each heading under an h2 of ours, none left out on the way down."""

    def __init__(self) -> None:
        self._above: list[int] = []

    def __call__(self, heading: re.Match[str]) -> str:
        level = int(heading[1])
        self._above = [*(above for above in self._above if above < level), level]
        shown = min(2 + len(self._above), 6)
        return f"<h{shown}>{heading[2]}</h{shown}>"
