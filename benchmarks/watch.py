"""A stopwatch for both clocks: the wall's, and the processors', which a busy machine disturbs less."""

from __future__ import annotations

import resource
import time

USED = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


class Watch:
    """Seconds spent inside `with watch:`, summed over all the times it was entered."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self.wall -= time.perf_counter()
        self.cpu -= _computed()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += _computed()


def _computed() -> float:
    """Processor seconds of this process, and of those it started that have ended."""
    used = map(resource.getrusage, USED)
    return sum(each.ru_utime + each.ru_stime for each in used)


def peak() -> float:
    """The most megabytes that this process held, and with it the largest that it started."""
    return sum(resource.getrusage(each).ru_maxrss for each in USED) * 1024 / 1_000_000
