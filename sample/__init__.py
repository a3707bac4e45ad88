"""The bundled sample: three feeds and a dozen commons, written for Balise. Nobody in it is real."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

#: A configuration whose sources are the files beside it.
CONFIGURATION = Path(__file__).parent / "balise.toml"

#: What was decided of its publishers' entries; « jours » ago, so that the sample never grows old.
DECISIONS = Path(__file__).parent / "decisions.csv"


def decisions(now: datetime) -> bytes:
    """These decisions as a CSV that `balise qualifications import` takes, dated back from now."""
    with DECISIONS.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    for row in rows:
        row["date"] = (now - timedelta(days=int(row.pop("jours")))).date().isoformat()
    written = io.StringIO()
    table = csv.DictWriter(written, fieldnames=rows[0])
    table.writeheader()
    table.writerows(rows)
    return written.getvalue().encode()
