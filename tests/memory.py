"""How much memory this process holds, libxml2's included, which tracemalloc does not see."""

from __future__ import annotations

import resource
from collections.abc import Iterable
from pathlib import Path


def resident() -> int:
    """Bytes in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def growth(items: Iterable[object], every: int = 500) -> tuple[int, int]:
    """How many items there are, and the most that the memory grew while they went by."""
    count, start, most = 0, 0, 0
    for count, _ in enumerate(items, 1):
        if count == 1:
            start = resident()
        elif count % every == 0:
            most = max(most, resident() - start)
    return count, most
