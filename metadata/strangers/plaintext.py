"""Strangers' texts made plain: white space, invisible characters, HTML where only text belongs.

What is given back is text, to be escaped by whoever shows it; `<` may stand in it.
"""

from __future__ import annotations

import html
import re

#: Bytes of windows-1252 taken for Latin-1 leave controls that nobody sees.
FROM_CP1252 = {code: bytes((code,)).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
INVISIBLE = FROM_CP1252 | dict.fromkeys(map(ord, "\u200b\u2060\ufeff"), "")
HAS_INVISIBLE = re.compile("[\x80-\x9f\u200b\u2060\ufeff]")
BLANKS = re.compile(r"[ \t\r\n\f\v\u2028\u2029]+")
EDGES = " \t\r\n\f\v\u2028\u2029\u00a0\u202f"


def clean(text: str) -> str:
    """A text on one line: white space collapsed, non-breaking spaces kept inside."""
    text = text.strip(EDGES)
    if text.isprintable() and "  " not in text:  # nothing but letters and single spaces
        return text
    if HAS_INVISIBLE.search(text):
        text = text.translate(INVISIBLE)
    if text.isspace():
        return ""
    return BLANKS.sub(" ", text).strip(EDGES)


BREAKS = (
    "p|div|br|li|ul|ol|dl|dt|dd|tr|table|h[1-6]|hr|blockquote|pre|section|article|header|footer"
)
INLINE = (
    "a|abbr|b|big|body|center|cite|code|em|font|html|i|iframe|img|input|kbd|label|object|q|s|script"
    "|small|span|strike|strong|style|sub|sup|svg|td|th|tbody|thead|tt|u|var|video|audio|embed|form"
    "|link|meta|button|details|summary|figure|figcaption|mark|nav|main|math|title|head"
)
HTML = frozenset(f"{BREAKS}|h1|h2|h3|h4|h5|h6|{INLINE}".split("|"))
ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}\d{0,2}|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});")
TAG = re.compile(r"(<[^<>]*>)")
#: Written in lower or upper case, with a namespace prefix or not.
TAG_NAME = re.compile(r"</?(?:[\w-]{1,20}:)?([a-zA-Z][a-zA-Z0-9]*)")
WHOLE_TAG = re.compile(TAG_NAME.pattern + r"(?=[\s/>])[^<>]*>")
BREAK = re.compile(BREAKS)
#: What is between these tags is not for reading.
HIDDEN = {"script", "style", "iframe", "object", "svg", "head", "title"}


def plain(text: str) -> str:
    """A text as paragraphs set apart by an empty line, HTML markup and entities taken away.

    Lines of a text without markup are kept as they are, edges and repeated blanks apart.
    """
    if "<" in text and _has_markup(text):
        text = _without_tags(text)
    if "&" in text and ENTITY.search(text):
        text = html.unescape(text)
    if text.isprintable():
        return clean(text)
    lines = [clean(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(EDGES)


def _has_markup(text: str) -> bool:
    tags = WHOLE_TAG.finditer(text)
    return "<!--" in text or "<![CDATA[" in text or any(tag[1].lower() in HTML for tag in tags)


def _without_tags(text: str) -> str:
    kept: list[str] = []
    hidden = ""
    for piece in TAG.split(text.replace("<![CDATA[", "").replace("]]>", "")):
        match = TAG_NAME.match(piece) if piece.startswith("<") and piece.endswith(">") else None
        name = match[1].lower() if match else ""
        if hidden:
            hidden = "" if name == hidden and piece.startswith("</") else hidden
        elif name in HIDDEN and not piece.startswith("</"):
            hidden = "" if piece.endswith("/>") else name
        elif name:
            kept.append(_space_of(name, piece))
        elif not piece.startswith(("<!--", "<!", "<?")):
            kept.append(BLANKS.sub(" ", piece))
    return "".join(kept)


def _space_of(name: str, tag: str) -> str:
    if not BREAK.fullmatch(name):
        return ""
    if name in ("br", "li", "dt", "dd", "tr"):
        return "" if tag.startswith("</") else "\n- " if name == "li" else "\n"
    return "\n\n"
