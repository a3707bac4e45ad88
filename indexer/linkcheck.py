"""Ask the address of each resource whether it still answers, as a well-bred visitor would.

Hosts are asked side by side, each of them one thing at a time with a pause between two, its headers
alone when it knows how to send them alone. A host that asks to be left alone is, until another
round. Only what nobody can open is dead: a site that refuses robots, or whose certificate we cannot
follow to its root, may well serve teachers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import SimpleQueue
from threading import Event
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from metadata.strangers.weblink import first_web

from .changes import batches
from .entry import State
from .errors import SourceError
from .fetch import LateError, PassingError
from .links import Answer
from .store import SqlStore

#: Hosts asked at the same time.
HOSTS = 16
#: Seconds between two requests to a host, and those given to one answer.
PAUSE = 2.0
SECONDS = 20.0

#: What is gone for everybody, what is broken; other refusals may be meant for robots.
GONE = frozenset({404, 410})
BROKEN = 500
#: The host wants no more requests for now.
ENOUGH = 429

#: When none of so many hosts answers, it is we who have no network.
SILENT_HOSTS = 10

#: Answers written together: what an interruption loses at most.
BATCH = 50


class Asks(Protocol):
    """How an address is asked: see fetch.Fetcher."""

    def status(self, url: str, seconds: float, method: str = "HEAD") -> int: ...


class Place(NamedTuple):
    """An address to ask, and whether it may be of our own network."""

    address: str
    internal: bool

    @property
    def host(self) -> tuple[str | None, bool]:
        return urlsplit(self.address).hostname, self.internal


class Verdict(NamedTuple):
    dead: bool = False
    fault: str = ""  # in French
    heard: bool = True  # somebody answered, be it to refuse


def check_links(
    store: SqlStore,
    asks: Callable[[bool], Asks],
    now: datetime,
    *,
    internal: Container[str] = (),
    progress: Callable[[int, int], None] = lambda done, all: None,
) -> int:
    """Ask the link of each published entry that this round has not come to; return how many.

    `asks` makes what asks a host; it is told whether that may be of our own network, as those of
    the `internal` sources may. Raise SourceError when it is we who are cut off.
    """
    started = store.links.begin(now)
    places = _places(store, started, internal)
    asked = 0
    for some in batches(_heard(verdicts(places, asks), places), BATCH):
        asked += len(some)
        store.links.keep(
            (
                Answer(slug, place.address, verdict.dead, verdict.fault)
                for place, verdict in some
                for slug in places[place]
            ),
            started,
        )
        progress(asked, len(places))
    store.links.end(now)
    return asked


def _places(
    store: SqlStore, started: datetime, internal: Container[str]
) -> Mapping[Place, Sequence[str]]:
    """The addresses to ask, each with the entries whose resource opens there."""
    found: dict[Place, list[str]] = defaultdict(list)
    for entry in store.read(store.links.due(started), State.PUBLISHED):
        if address := first_web(entry.record.technical.locations):
            found[Place(address, entry.source in internal)].append(entry.slug)
    return found


def _heard(
    found: Iterable[tuple[Place, Verdict]], places: Iterable[Place]
) -> Iterator[tuple[Place, Verdict]]:
    """The same, held back until somebody answers: silence on all sides is our own."""
    silent: list[tuple[Place, Verdict]] | None = []
    for place, verdict in found:
        if silent is None:
            yield place, verdict
        elif not verdict.heard:
            silent.append((place, verdict))
        else:
            yield from silent
            yield place, verdict
            silent = None
    hosts = len({place.host for place in places})
    if silent and hosts >= SILENT_HOSTS:
        raise SourceError(
            f"Aucun des {hosts} sites demandés ne répond\u00a0: vérifiez le réseau de cette machine."
            " Rien n’a été noté."
        )
    yield from silent or ()


def verdicts(
    places: Iterable[Place], asks: Callable[[bool], Asks], pool: int = HOSTS
) -> Iterator[tuple[Place, Verdict]]:
    """What comes of asking each, as it comes."""
    hosts: dict[object, list[Place]] = defaultdict(list)
    for place in places:
        hosts[place.host].append(place)
    found: SimpleQueue[tuple[Place, Verdict] | None] = SimpleQueue()
    stop = Event()
    workers = ThreadPoolExecutor(pool)
    try:
        jobs = [
            workers.submit(_ask_host, group, asks(group[0].internal), found, stop)
            for group in hosts.values()
        ]
        for _ in jobs:
            while one := found.get():
                yield one
        for job in jobs:
            job.result()
    finally:
        stop.set()
        workers.shutdown(cancel_futures=True)


def _ask_host(
    places: Iterable[Place],
    asks: Asks,
    found: SimpleQueue[tuple[Place, Verdict] | None],
    stop: Event,
) -> None:
    """Ask all of one host, then say that it is done."""
    try:
        for place in places:
            if stop.is_set() or (verdict := ask(asks, place.address)) is None:
                return
            found.put((place, verdict))
    finally:
        found.put(None)


def ask(asks: Asks, address: str, seconds: float = SECONDS) -> Verdict | None:
    """Does it answer? Asked whole where its headers alone did not come. None: leave this host alone."""
    verdict: Verdict | None = Verdict()
    for method in ("HEAD", "GET"):
        try:
            status = asks.status(address, seconds, method)
        except PassingError:
            verdict = Verdict(dead=True, fault="le site ne répond pas", heard=False)
        except LateError:
            return Verdict(dead=True, fault=f"rien en {seconds:g} secondes", heard=False)
        except SourceError as error:  # a certificate, a circle, an address that we may not reach
            return Verdict(fault=str(error))
        else:
            verdict = _judged(status)
        if verdict is None or not verdict.fault:
            break
    return verdict


def _judged(status: int) -> Verdict | None:
    if status == ENOUGH:
        return None
    if status < 400:
        return Verdict()
    is_dead = status in GONE or status >= BROKEN
    return Verdict(dead=is_dead, fault=f"le site répond «\u00a0{status}\u00a0»")
