"""A kind of value of a commun.yml or of a CSV: how it is written in French, and read back.

`read` is lenient and says what it did not understand; `write` gives a text that `read` understands
as that very value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

Schema = dict[str, Any]


class Trouble(NamedTuple):
    """What is wrong with a value: the end of the rule's code, a sentence and the remedy."""

    rule: str
    message: str
    remedy: str


#: The rule of a value that a vocabulary gave up: understood all the same as what replaced it.
REPLACED = "valeur-remplacee"


class Understood(NamedTuple):
    """What a text means: usually one value, none when it is dropped, several for « lycée »."""

    values: tuple[Any, ...] = ()
    trouble: Trouble | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A way to write values."""

    read: Callable[[str], Understood]
    write: Callable[[Any], str]  # "" for what it has no way to say
    schema: Callable[[], Schema]  # JSON Schema of what is surely understood
    separators: str = ",;"  # between values written in one text
    closed: bool = True  # not every text is a value
    words: str = ""  # the kind of metadata.words that its values are, when they can be listed
