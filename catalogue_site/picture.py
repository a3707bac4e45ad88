"""The picture of a badge for a README: words, then dots, then a colour, in this order of importance.

Whoever sees no colour reads the words and counts the dots. The letters are the reader's own: no font
is fetched, so their widths are those of a table and the text is set to them. Under 1 kB each.
"""

from __future__ import annotations

from dataclasses import dataclass

from metadata.badges import Badge
from metadata.case import Face

#: White is read on each of them, at 7:1 at least.
GREEN, BLUE, BROWN, RED, GREY = "#18603a", "#0a5394", "#6e4400", "#8b1a1a", "#57575d"

OWNER = "Balise"


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What a badge says: `filled` of its `dots` are full."""

    words: str
    colour: str
    filled: int = 0
    dots: int = 0
    about: str = ""  # said to whoever does not see it, before the words

    @property
    def title(self) -> str:
        about = f", {self.about}" if self.about else ""
        return f"{OWNER}{about}\u00a0: {self.words}"

    @property
    def owner(self) -> str:
        return OWNER

    @property
    def left(self) -> int:
        """The width of the part that says whose badge it is."""
        return width(OWNER) + 2 * MARGIN

    @property
    def circles(self) -> list[tuple[int, bool]]:
        """Where the middle of each dot is, and whether it is full."""
        first = self.left + MARGIN + 3
        return [(first + STEP * number, number < self.filled) for number in range(self.dots)]

    @property
    def text(self) -> tuple[int, int]:
        """Where the words begin, and how wide they are."""
        dots = STEP * self.dots + 2 if self.dots else 0
        return self.left + MARGIN + dots, width(self.words, 1.12)

    @property
    def width(self) -> int:
        return sum(self.text) + MARGIN


MARGIN, STEP = 7, 11


def width(words: str, weight: float = 1.0) -> int:
    """About how many pixels words take, eleven pixels high."""
    return round(sum(WIDTHS.get(letter, 6.9) for letter in words) * weight)


WIDTHS = {
    **dict.fromkeys("fijltrI.,:;'’ \u00a0", 3.7),
    **dict.fromkeys("mwMW", 10.3),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZÀÉ", 7.7),
}

#: How far one may rely on it: all dots while a decision stands, two while it is looked at again.
FACES = {
    Face.QUALIFIED: (3, GREEN),
    Face.REEXAMINE: (2, BROWN),
    Face.SUSPENDED: (0, RED),
    Face.WITHDRAWN: (0, RED),
    Face.EXPIRED: (0, GREY),
}


def of_face(face: Face) -> Picture:
    filled, colour = FACES[face]
    return Picture(
        words=face.label, colour=colour, filled=filled, dots=3, about="qualification du ministère"
    )


def of_badge(badge: Badge) -> Picture:
    words = badge.label if badge.held else f"{badge.label}\u00a0: non"
    return Picture(words=words, colour=BLUE if badge.held else GREY, filled=int(badge.held), dots=1)


LISTED = Picture(words="au catalogue", colour=BLUE)
NOT_LISTED = Picture(words="hors catalogue", colour=GREY)
