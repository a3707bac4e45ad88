"""The sets of OAI-PMH: an entry is in that of its origin, source, disciplines and cycles.

They are values of facets, two levels deep: « discipline:mathematiques » is within « discipline ».
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from . import facets

#: The facets whose values are sets, and what all the sets of one are called.
FACETS = {
    "origine": "Par origine",
    "source": "Par source",
    "discipline": "Par discipline",
    "cycle": "Par cycle ou voie",
}

#: What the protocol allows between two colons; a source may bear a name without any such letter.
NAME = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")


def specs_of(values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The sets that an entry is in, by its facets: each value, then the facet itself."""
    return tuple(dict.fromkeys(_specs(values)))


def _specs(values: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for key in FACETS:
        for value in values.get(key, ()):
            if NAME.fullmatch(value):
                yield f"{key}:{value}"
                yield key


def name_of(spec: str) -> str:
    """What a set is called: « discipline : mathématiques »."""
    key, _, value = spec.partition(":")
    if not value:
        return FACETS[key]
    return f"{facets.FACETS[key].label.capitalize()}\u00a0: {facets.label_of(key, value)}"
