"""What somebody was about to do when they had to log in first: kept meanwhile, then offered again."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """An address of the back-office, and the form that was being sent there, if it was one."""

    address: str
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def texts(self) -> list[str]:
        """What was written by hand, as far as one can tell: more than one word."""
        return [text for _, value in self.fields if " " in (text := value.strip())]


#: Where an errand may lead: what travels in a page may come back changed.
ROOT = "/curation"


def packed(errand: Errand) -> str:
    """The errand as a text, to travel in a page."""
    return json.dumps([errand.address, *errand.fields])


def unpacked(text: str) -> Errand:
    """Raise ValueError when it is not one, or leads elsewhere."""
    try:
        address, *fields = json.loads(text)
        errand = Errand(address=address, fields=tuple((name, value) for name, value in fields))
    except TypeError as error:
        raise ValueError("not an errand") from error
    texts = (address, *(each for field in errand.fields for each in field))
    if not all(isinstance(each, str) for each in texts) or not address.startswith(ROOT):
        raise ValueError("not an errand of ours")
    return errand
