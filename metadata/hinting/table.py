"""The words that weigh what a README says: vocabularies/hints.toml, to be read and mended by teachers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ..vocabulary import data


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    return tomllib.loads(data("hints.toml").decode())


def any_of(words: Iterable[str]) -> str:
    """A pattern that finds any of these words (folded), whole; « install* » begins longer ones."""
    longest = sorted(words, key=len, reverse=True)
    return "|".join(
        re.escape(word.rstrip("*")) + ("" if "*" in word else r"\b") for word in longest
    )
