"""The forge's own clock: it runs with the real one, and jumps when a test says so."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """`clock()` is the time; `clock.advance(days=1)` makes it later."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._started)

    def advance(self, **by: float) -> None:
        self._start += timedelta(**by)
