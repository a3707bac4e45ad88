"""Faults on command, limits on the number of requests, and the log of all that was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Fault:
    """What goes wrong with the `nth` request that matches, and those after it, `times` in all.

    Without a status the request is answered truly, with the headers and the body changed.
    """

    method: str = ""
    path: str = ""  # a regular expression, found anywhere in the address
    nth: int = 1
    times: int = 1
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drop: str = ""  # "before" or "after" the request was acted upon
    stall: float = 0.0  # seconds of silence, before
    met: int = 0  # how many requests matched so far

    def strikes(self, method: str, path: str) -> bool:
        """Count a request; is it one of those?"""
        if self.method not in ("", method) or not re.search(self.path, path):
            return False
        self.met += 1
        return self.nth <= self.met < self.nth + self.times


@dataclass(frozen=True)
class Asked:
    """A request that was received, and the status of its answer (0: dropped)."""

    method: str
    path: str  # as it was sent, with the query
    user: str
    status: int
    host: str
    headers: Mapping[str, str]
    body: bytes


class Limit:
    """So many requests a period for each reader, told in headers; then 429."""

    def __init__(self, now: Callable[[], datetime], requests: int, seconds: int = 60) -> None:
        self._now, self.requests, self.seconds = now, requests, seconds
        self._windows: dict[str, tuple[datetime, int]] = {}

    def count(self, reader: str) -> tuple[bool, dict[str, str]]:
        """Count a request: is it one too many, and the headers that say how many are left."""
        now = self._now()
        since, seen = self._windows.get(reader, (now, 0))
        if now >= since + timedelta(seconds=self.seconds):
            since, seen = now, 0
        seen += 1
        self._windows[reader] = since, seen
        reset = since + timedelta(seconds=self.seconds)
        headers = {
            "RateLimit-Limit": str(self.requests),
            "RateLimit-Name": "throttle_authenticated_api"
            if reader
            else "throttle_unauthenticated_api",
            "RateLimit-Observed": str(seen),
            "RateLimit-Remaining": str(max(self.requests - seen, 0)),
            "RateLimit-Reset": str(int(reset.timestamp())),
            "RateLimit-ResetTime": f"{reset:%a, %d %b %Y %H:%M:%S} GMT",
        }
        if seen <= self.requests:
            return False, headers
        wait = max(int((reset - now).total_seconds() + 0.999), 1)
        return True, headers | {"Retry-After": str(wait)}
