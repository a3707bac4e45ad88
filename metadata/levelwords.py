"""How teachers write a class: « 6ème », « 6° », « sixième », « 2nde pro », « Tle », « du CP au CE2 ».

Text only: what the names found here mean is in words.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .vocabulary import key_of

#: Rewritten in this order, once case and accents are gone.
_REWRITTEN = [
    (re.compile(pattern), meant)
    for pattern, meant in (
        (r"\b([3-6]) ?(?:°|º|es?\b|emes?\b|iemes?\b)", r"\1e "),
        (r"\bsixiemes?\b", "6e"),
        (r"\bcinquiemes?\b", "5e"),
        (r"\bquatriemes?\b", "4e"),
        (r"\btroisiemes?\b", "3e"),
        (r"\b(?:2 ?ndes?|2 ?nd|2 ?des|secondes?)\b", "2de"),
        (r"\b(?:1 ?eres?|1 ?ere|1 ?res|premieres?)\b", "1re"),
        (r"\b(?:tles?|tale|term|terminales)\b", "terminale"),
        (r"\bt ?(?=(?:st|s\b|es\b|l\b|g\b|generale|techno))", "terminale "),
        (r"\b1 ?(?=st(?:mg|i2d|2s|d2a|hr|av|l)\b)", "1re "),
        (r"\b(c[em]) ([12])\b", r"\1\2"),
        (r"\bcycles? ?([1-4])\b", r"cycle \1"),
        (r"\bprofessionnel(?:le)?s?\b", "pro"),
        (r"\btechno\b", "technologique"),
        (r"\bgenerale et technologique\b", "gt"),
        (r"\blycees\b", "lycee"),
        (r"\bcolleges\b", "college"),
        (r"\becoles\b", "ecole"),
    )
]
_LEADING = re.compile(r"^(?:(?:une?|la|les?|des?|du|en|d|l|pour|classes?|niveaux?|eleves)\s+)+")
_APART = re.compile(r"[^\w]+")
_PIECE = re.compile(r"\w+|→|->|[–—]|[^\w\s]")


class Piece(NamedTuple):
    """A word of a text as rewritten, and what stood between the one before and it."""

    word: str
    between: str


def canonical(text: str) -> str:
    """What two ways to write one level share."""
    return _LEADING.sub("", _APART.sub(" ", _rewrite(text)).strip())


def pieces(text: str) -> Iterator[Piece]:
    """The words of a text as rewritten, with the signs between them."""
    between = ""
    for match in _PIECE.finditer(_rewrite(text)):
        if match[0][0].isalnum():
            yield Piece(match[0], between)
            between = ""
        else:
            between += match[0]


def is_span(between: str) -> bool:
    """Does « à », « au », « jusqu'en », an arrow or a dash (not a hyphen) stand between two levels?"""
    return bool(_SPAN.search(between))


_SPAN = re.compile(r"→|->|[–—]|\b(?:a|au|aux|jusque?|jusqu)\b")


def _rewrite(text: str) -> str:
    text = key_of(text).replace(".", "")
    for pattern, meant in _REWRITTEN:
        text = pattern.sub(meant, text)
    return text
