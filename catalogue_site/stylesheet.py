"""Style sheets as rules, as much as a theme is made with: what is ours, what is dark, what is asked for.

CSS Syntax, https://www.w3.org/TR/css-syntax-3/: blocks, strings and comments, no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

#: What a brace may stand in without meaning anything.
SKIPPED = re.compile(r"/\*.*?\*/|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|url\([^)\"']*\)", re.DOTALL)

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
URL = re.compile(r"url\(\s*(['\"]?)(?!data:|#)([^'\")]+)\1\s*\)")
DARK = re.compile(r"(:root)?\[data-fr-theme=[\"']?dark[\"']?\]")

Rule = tuple[str, str]  # what it is for, and its block without the braces


def rules(css: str) -> Iterator[Rule]:
    """The rules of a sheet, in order; statements without a block are left out."""
    depth, start, opened = 0, 0, 0
    for place, character in _marks(css):
        if character == "{":
            depth += 1
            if depth == 1:
                opened = place
        elif character == "}" and depth:
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : place]
                start = place + 1
        elif character == ";" and depth == 0:
            start = place + 1


def _marks(css: str) -> Iterator[tuple[int, str]]:
    skipped = SKIPPED.sub(lambda found: " " * len(found.group()), css)
    for found in re.finditer(r"[{};]", skipped):
        yield found.start(), found.group()


def only(css: str, kept: Callable[[str], bool]) -> str:
    """The rules whose selector is kept, those inside @media and @supports too."""
    found = []
    for opening, block in rules(css):
        head = COMMENT.sub("", opening).strip()
        if head.startswith(("@media", "@supports")):
            if inner := only(block, kept):
                found.append(f"{head}{{{inner}}}")
        elif kept(head):
            found.append(f"{head}{{{block}}}")
    return "\n".join(found)


def without_script(css: str) -> str:
    """The dark rules that a script would switch on, for whoever prefers dark pages."""
    dark = only(css, lambda selector: bool(DARK.search(selector)))
    asked = DARK.sub(":root:not([data-fr-theme])", dark)
    return f"@media (prefers-color-scheme:dark){{{asked}}}" if asked else ""


def with_urls(css: str, address_of: Callable[[str], str]) -> str:
    """The same sheet, each file that it asks for at another address."""
    return URL.sub(lambda found: f'url("{address_of(found.group(2))}")', css)
