"""The hidden first line of what the bot writes: by it, the bot knows its own words again.

Nothing else is kept anywhere of what the bot did: all that it knows, it reads on the forge. Only
trusted in texts whose author is the bot, and only as the very first thing there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MARKER = re.compile(r"<!-- balise:(\w+) v1((?: \w+=[\w,]*)*) -->\s*")


def mark(kind: str, body: str, facts: Mapping[str, str]) -> str:
    """A text with its hidden first line. Facts are made of letters, digits and commas."""
    said = "".join(f" {name}={fact}" for name, fact in facts.items())
    return f"<!-- balise:{kind} v1{said} -->\n\n{body}"


def marks(kind: str, text: str) -> dict[str, str] | None:
    """What the hidden line of a text says; None when it is not of this kind."""
    found = MARKER.match(text)
    if not found or found[1] != kind:
        return None
    return dict(fact.split("=", 1) for fact in found[2].split())


def unmarked(text: str) -> str:
    """A text without its hidden first line."""
    return MARKER.sub("", text, count=1) if MARKER.match(text) else text
