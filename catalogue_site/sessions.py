"""Who is logged in, in memory alone: what a restart, a logout or an hour makes forgotten for good.

The browser holds a random number and nothing else. One process serves a site: `balise serve`, or a
WSGI server with threads.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .openid import Asked, Identity

#: How long a login may take, and a session last.
LOGIN, SESSION = timedelta(minutes=15), timedelta(hours=1)

#: More sessions than this at once is somebody playing: logins under way go first, the oldest first.
MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Somebody who is logging in (`asked`), or is logged in (`who`)."""

    until: datetime
    came_from: str = ""  # the view to go back to
    draft: str = field(default="", repr=False)  # what they were writing
    asked: Asked | None = None
    who: Identity | None = None
    mark: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)  # of forms


class Sessions:
    """Sessions by the number in the cookie."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, session: Session) -> str:
        """Keep a session; the number to give to the browser."""
        number = secrets.token_urlsafe(32)
        with self._lock:
            now = self._clock()
            self._held = {key: each for key, each in self._held.items() if each.until > now}
            while len(self._held) >= MOST:
                held = self._held.items()
                del self._held[min(held, key=lambda each: (bool(each[1].who), each[1].until))[0]]
            self._held[number] = session
        return number

    def find(self, number: str) -> Session | None:
        """The session of a number, unless its time is over."""
        with self._lock:
            session = self._held.get(number)
        return session if session and session.until > self._clock() else None

    def close(self, number: str) -> None:
        """Forget a session."""
        with self._lock:
            self._held.pop(number, None)
