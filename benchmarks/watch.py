"""A stopwatch for both clocks: the wall's, and the processor's, which a busy machine disturbs less."""

from __future__ import annotations

import time


class Watch:
    """Seconds spent inside `with watch:`, summed over all the times it was entered."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self.wall -= time.perf_counter()
        self.cpu -= time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()
