"""The lines of the journal as a table, one line each, for spreadsheets and archives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from .export import csv_row
from .journal import Line

#: The mark of a line vouches for it and for all that precede it: see journal.py.
COLUMNS = (
    "ligne",
    "date",
    "acte",
    "auteur",
    "rôles",
    "notice",
    "titre",
    "objet",
    "état avant",
    "état après",
    "motif",
    "détail",
    "empreinte",
)


def as_csv(lines: Iterable[Line]) -> Iterator[bytes]:
    """The lines as they are given; what an act brought is in « détail », as JSON."""
    yield csv_row([*COLUMNS])
    for line in lines:
        event = line.event
        yield csv_row(
            [
                str(line.id),
                event.at.isoformat(timespec="seconds"),
                str(event.act),
                event.by,
                " ".join(event.roles),
                line.slug,
                line.title,
                line.subject,
                line.before,
                line.after,
                str(event.data.get("reason", "")),
                json.dumps(event.data, ensure_ascii=False, sort_keys=True),
                line.mark,
            ]
        )
