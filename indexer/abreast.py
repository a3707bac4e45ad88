"""The same work done on many things by two processes, in order.

Python computes on one processor at a time, and reading notices is nothing but computing. The second
process has no part in what is decided or stored: should it die, its share is done here.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Protocol, Self, TypeVar

from .changes import batches

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")

#: How much is done alone before a second process is worth its start.
ALONE = 300
#: How many things are shared out at once.
CHUNK = 32


class Over(Protocol):
    """The builtin map, or what does the same."""

    def __call__(self, work: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]: ...


class Abreast:
    """Use it as a context: the second process starts when there is much to do, and ends with it."""

    def __init__(self, *, alone: int = ALONE) -> None:
        self._alone = alone if len(os.sched_getaffinity(0)) > 1 else sys.maxsize
        self._done = 0
        self._share = 0.5  # of each chunk that the other process is given
        self._other: _Other | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._other:
            self._other.close()

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """As the builtin does. `work` and `items` must be fit for pickle.

        What is yielded may be used while the other process is busy with what follows.
        """
        ready: list[R] = []
        for chunk in batches(items, CHUNK):
            other = self._available(len(chunk))
            given = chunk[: round(len(chunk) * self._share)] if other else []
            if other:
                other.ask(work, given)
            mine = [work(each) for each in chunk[len(given) :]]
            yield from ready
            ready = [*(self._taken(other, work, given) if other else ()), *mine]
        yield from ready

    def _available(self, count: int) -> _Other | None:
        """The other process, started if it is time for it."""
        self._done += count
        if self._done > self._alone and self._other is None:
            try:
                self._other = _Other()
            except OSError as error:
                log.warning("no second process error=%r", error)
                self._alone = sys.maxsize
        return self._other if self._other and self._other.alive else None

    def _taken(self, other: _Other, work: Callable[[T], R], given: list[T]) -> list[R]:
        """What the other process made; whoever had to wait is given more next time."""
        self._share += 0.05 if other.waits() else -0.05
        self._share = min(0.9, max(0.1, self._share))
        made: list[R] | None = other.take()
        return [work(each) for each in given] if made is None else made


class _Other:
    """The second process. It ends when this one does, however that happens: its pipe ends too."""

    def __init__(self) -> None:
        self._pipe, theirs = Pipe()
        # Started anew rather than forked: it holds none of our locks, threads or databases.
        command = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import serve; "
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"{command}serve({theirs.fileno()})"],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us
            )
        self.alive = True
        self._asked = False

    def ask(self, work: Callable[[Any], Any], items: list[Any]) -> None:
        if self._asked:  # by somebody who did not stay for the answer
            self.take()
        self._asked = True
        try:
            self._pipe.send((work, items))
        except OSError:
            self._lost()

    def waits(self) -> bool:
        """Has it done already what it was asked?"""
        return self.alive and self._pipe.poll()

    def take(self) -> list[Any] | None:
        """What it made of what it was asked last; None when it is no more."""
        if not self.alive:
            return None
        self._asked = False
        try:
            made: list[Any] = self._pipe.recv()
        except (EOFError, OSError):
            self._lost()
            return None
        return made

    def close(self) -> None:
        self._pipe.close()
        self._process.wait()

    def _lost(self) -> None:
        self.alive = False
        log.warning("second process lost status=%s", self._process.poll())


def serve(descriptor: int) -> None:
    """The life of the second process."""
    with Connection(descriptor) as pipe:
        try:
            while True:
                work, items = pipe.recv()
                pipe.send([work(each) for each in items])
        except (EOFError, OSError):  # nobody asks or listens any more
            return
