"""The notices kept of an entry, of a row of the database: what its feed says now, what the public sees.

They differ once a feed changed what was qualified: see qualifications.py.
"""

from __future__ import annotations

from functools import lru_cache

from metadata import RawRecord, Reading, parse

from .arrival import unpack
from .schema import DECIDED, AnyRow

#: What `shown` asks of a row beside its notice.
SHOWN = (
    DECIDED.c.payload.label("shown"),
    DECIDED.c.format.label("shown_format"),
    DECIDED.c.part.label("shown_part"),
)


def newest(row: AnyRow) -> RawRecord:
    """The notice as its source gives it."""
    return RawRecord(
        identifier=row.identifier,
        format=row.format,
        payload=unpack(row.payload),
        part=row.part,
    )


def shown(row: AnyRow) -> RawRecord:
    """The notice that the public sees: the one that was decided about, if any."""
    if row.shown is None:
        return newest(row)
    return RawRecord(
        identifier=row.identifier,
        format=row.shown_format,
        payload=unpack(row.shown),
        part=row.shown_part,
    )


#: A page shows a record beside those of its list, then in other forms: it is read once for all.
@lru_cache(maxsize=256)
def read(raw: RawRecord) -> Reading:
    """What a notice says. Raise MetadataError."""
    return parse(raw)
