"""What may be a link of a page: an http or https address, with a host and nothing hidden in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

#: White space and signs that no address holds unescaped, and that end an attribute or a link.
FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f<>\"\\^`{|}]")


def is_web(address: str) -> bool:
    """Whether this is the address of something on the web."""
    if FORBIDDEN.search(address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 host that is none
        return False


def first_web(addresses: Iterable[str]) -> str:
    """The first of these that a browser can follow, "" when none can."""
    return next(filter(is_web, map(str.strip, addresses)), "")
