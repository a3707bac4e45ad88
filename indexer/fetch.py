"""Read the web: one address in, the bytes of one answer out, within bounds of time and size.

requests alone waits for ever for a server that drips, inflates any bomb, follows redirects into the
local network and obeys the environment's proxies. So each hop is sent by itself, over a connection
of its own that looks at the address it is about to reach (netguard.py), and everything is read raw.
The only module that knows requests; it interprets nothing of what it brings back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import version
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from .errors import SourceError
from .inflate import CHUNK, CorruptBody, inflated
from .netguard import (
    CORRECT,
    Guard,
    GuardedConnection,
    GuardedTlsConnection,
    Resolve,
    Watch,
    check_url,
    refusal,
    resolve,
)

MEGABYTE = 1_000_000
MAX_REDIRECTS = 5
#: The longest pause a server may ask for; beyond it the harvest is for another day.
MAX_PAUSE = 60.0
#: Pauses, in seconds, before the second and the third attempt when the server asks for none.
PAUSES = (2.0, 10.0)
#: What a server answers when it may do better in a moment.
PASSING = frozenset({429, 500, 502, 503, 504})
#: How an exchange fails; the errors of requests are OSErrors. A ValueError is a bad address.
FAILURES = (HTTPError, OSError, CorruptBody, ValueError)
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How much one exchange may take: seconds from first to last byte, and bytes once decoded."""

    seconds: float
    size: int


#: A page of an answer, kept in memory; a whole file, kept on disk.
PAGE = Bounds(seconds=60, size=50 * MEGABYTE)
FILE = Bounds(seconds=900, size=2000 * MEGABYTE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer. `body` is decompressed but never decoded: that is the reader's business."""

    url: str  # after redirects
    status: int
    content_type: str = ""  # "text/csv", lower case, without its parameters
    charset: str = ""  # as the server says it, which it may say wrongly
    body: bytes = b""  # b"" when it went to a file


#: How a source reads the web: address and query in, answer out.
Fetch = Callable[[str, Mapping[str, str]], Fetched]
#: The same for a whole file: address, and the open file where the body goes.
Download = Callable[[str, BinaryIO], Fetched]


class PassingError(SourceError):
    """A fault that may not be there at the next attempt."""

    def __init__(self, message: str, pause: float | None = None) -> None:
        super().__init__(message)
        self.pause = pause  # what the server asks for, in seconds


class LateError(SourceError):
    """The answer did not come, or not whole, before the deadline."""


@dataclass(kw_only=True)
class Fetcher:
    """Fetches politely: `delay` seconds between two requests to one host, three attempts at most.

    `contact` is the address of a page that says who we are. `internal` allows private addresses
    and other ports: a source of our own network says so in the configuration.
    """

    contact: str
    internal: bool = False
    delay: float = 1.0
    page: Bounds = PAGE
    file: Bounds = FILE
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    resolve: Resolve = resolve
    _free: dict[str, float] = field(init=False, default_factory=dict)  # host -> when to ask again

    def __call__(self, url: str, params: Mapping[str, str] | None = None) -> Fetched:
        """The answer, kept in memory. Raise SourceError, or AddressRefused."""
        body = BytesIO()
        fetched = self._persist(url, params or {}, self.page, body)
        return replace(fetched, body=body.getvalue())

    def download(self, url: str, into: BinaryIO) -> Fetched:
        """The answer, its body written to an open file. Raise SourceError, or AddressRefused."""
        return self._persist(url, {}, self.file, into)

    def _persist(
        self, url: str, params: Mapping[str, str], bounds: Bounds, into: BinaryIO
    ) -> Fetched:
        pauses = iter(PAUSES)
        while True:
            into.seek(0)
            into.truncate()
            try:
                return self._attempt(url, params, bounds, into)
            except PassingError as error:
                pause = next(pauses, None)
                if pause is None:
                    raise
                self.sleep(pause if error.pause is None else error.pause)

    def _attempt(
        self, url: str, params: Mapping[str, str], bounds: Bounds, into: BinaryIO
    ) -> Fetched:
        with self._reached(self._request(url, params), bounds.seconds) as (response, watch):
            return self._receive(response, bounds, into, watch)

    def status(self, url: str, seconds: float, method: str = "HEAD") -> int:
        """What the server answers in the end, whatever it is; the body is left where it is.

        Raise SourceError: PassingError or LateError where no answer came.
        """
        with self._reached(self._request(url, {}, method), seconds) as (response, _):
            return response.status_code

    @contextmanager
    def _reached(
        self, request: requests.PreparedRequest, seconds: float
    ) -> Iterator[tuple[requests.Response, Watch]]:
        """Follow redirects, each looked at as if it were the first address, under one deadline."""
        first = request.url
        with Watch(seconds) as watch:
            guard = Guard(watch, internal=self.internal, resolve=self.resolve)
            for _ in range(MAX_REDIRECTS + 1):
                with self._send(guard, request) as response:
                    if response.status_code not in REDIRECTS:
                        yield response, watch
                        return
                    target = _target(response)
                request = self._request(target, {}, str(request.method))
        raise SourceError(
            f"{_place(first)} redirige plus de {MAX_REDIRECTS} fois."
            " Donnez l’adresse finale dans la configuration."
        )

    def _request(
        self, url: str, params: Mapping[str, str], method: str = "GET"
    ) -> requests.PreparedRequest:
        check_url(url, internal=self.internal)
        headers = {
            "User-Agent": self._agent(),
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        try:
            request = requests.Request(method, url, params=dict(params), headers=headers).prepare()
        except (requests.RequestException, ValueError) as error:
            raise _malformed(url) from error
        # What requests made of it is what will be sent: it may not be what was written.
        check_url(str(request.url), internal=self.internal)
        return request

    def _agent(self) -> str:
        contact = "".join(filter(str.isprintable, self.contact)).encode("ascii", "ignore").decode()
        return f"Balise/{version('balise')}" + (f" (+{contact})" if contact else "")

    def _send(self, guard: Guard, request: requests.PreparedRequest) -> requests.Response:
        url = str(request.url)
        self._wait_for(str(urlsplit(url).hostname))
        # No Session: it would bring the environment's proxies, .netrc and cookies.
        try:
            # The watch comes before this timeout, which requests wants all the same.
            return _GuardedAdapter(guard).send(
                request, stream=True, timeout=2 * guard.watch.seconds, verify=True, proxies={}
            )
        except FAILURES as error:
            raise _explained(error, url, guard.watch) from error

    def _wait_for(self, host: str) -> None:
        now = self.clock()
        pause = min(self._free.get(host, now) - now, self.delay)
        if pause > 0:
            self.sleep(pause)
        self._free[host] = max(now, now + pause) + self.delay

    def _receive(
        self, response: requests.Response, bounds: Bounds, into: BinaryIO, watch: Watch
    ) -> Fetched:
        url = str(response.url)
        if response.status_code in PASSING:
            raise _busy(response, self.clock())
        if response.status_code != 200:
            raise _refused(response)
        into.writelines(_pieces(response, bounds.size, watch))
        kind = Message()
        kind["Content-Type"] = response.headers.get("Content-Type", "")
        return Fetched(
            url=url,
            status=response.status_code,
            content_type=kind.get_content_type() if kind["Content-Type"] else "",
            charset=kind.get_content_charset(""),
        )


class _GuardedAdapter(HTTPAdapter):
    """requests over connections that look where they go. It lives for one request."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(max_retries=0)
        self.guard = guard

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        kind = GuardedTlsConnection if pool.scheme == "https" else GuardedConnection
        pool.ConnectionCls = partial(kind, guard=self.guard)
        return pool


def _target(response: requests.Response) -> str:
    # http.client reads headers as Latin-1; those who do not escape write UTF-8.
    location = response.headers.get("Location", "").encode("latin-1").decode("utf-8", "replace")
    try:
        return urljoin(response.url, location)
    except ValueError as error:
        raise _malformed(location) from error


def _pieces(response: requests.Response, limit: int, watch: Watch) -> Iterator[bytes]:
    try:
        yield from _decoded(response, limit)
    except FAILURES as error:
        raise _explained(error, response.url, watch) from error
    if watch.expired:  # a body without a length ends as if it were whole
        raise _late(response.url, watch)


def _decoded(response: requests.Response, limit: int) -> Iterator[bytes]:
    """The body in pieces, inflated here so that no piece can be larger than what is left."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise SourceError(
            f"{_place(response.url)} répond avec un codage de contenu que Balise n’accepte pas"
            f" («\u00a0{encoding[:40]}\u00a0»). Demandez à la source de répondre en gzip, ou sans"
            " compression."
        )
    raw = response.raw.stream(CHUNK, decode_content=False)
    room = limit
    for piece in raw if encoding in ("", "identity") else inflated(raw):
        room -= len(piece)
        if room < 0:
            raise SourceError(
                f"{_place(response.url)} envoie plus de {limit // MEGABYTE} Mo. Demandez à la source"
                " des pages plus petites."
            )
        yield piece


def _busy(response: requests.Response, now: float) -> SourceError:
    """Try again after the pause the server asks for, when it is short enough."""
    said = f"{_place(response.url)} répond «\u00a0{response.status_code}\u00a0»"
    pause = retry_after(response.headers.get("Retry-After", ""), now)
    if pause is None or pause <= MAX_PAUSE:
        return PassingError(
            f"{said} après plusieurs essais. La moisson reprendra à la prochaine fois.", pause
        )
    if pause > 366 * 86400:
        return SourceError(f"{said} et demande d’attendre plus d’un an. Écrivez à la source.")
    when = time.strftime("%d/%m/%Y à %H:%M", time.gmtime(now + pause))
    return SourceError(f"{said} et demande de ne pas revenir avant le {when} (UTC).")


def retry_after(value: str, now: float) -> float | None:
    """The seconds a Retry-After header asks for (RFC 9110, 10.2.3); None when it says nothing."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])  # a longer number is as absurd
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


#: What to do about the commonest refusals.
REMEDIES = {
    401: "La source demande un mot de passe\u00a0: demandez-lui un accès ouvert.",
    403: "La source nous refuse\u00a0: demandez-lui d’accepter «\u00a0Balise\u00a0».",
    404: "Vérifiez l’adresse dans la configuration.",
    410: "La source dit avoir disparu\u00a0: retirez-la de la configuration.",
}


def _refused(response: requests.Response) -> SourceError:
    remedy = REMEDIES.get(response.status_code, "Vérifiez l’adresse, ou écrivez à la source.")
    return SourceError(
        f"{_place(response.url)} répond «\u00a0{response.status_code}\u00a0». {remedy}"
    )


def _explained(error: Exception, url: str, watch: Watch) -> SourceError:
    """What a failed exchange means to the operator."""
    if watch.expired:
        return _late(url, watch)
    if isinstance(error, ValueError):
        return _malformed(url)
    if isinstance(error, requests.exceptions.SSLError):
        return SourceError(
            f"Aucune liaison sûre avec {_place(url)}\u00a0: son certificat n’est pas valable, ou il ne"
            " parle pas https. Écrivez à la source\u202f; elle ne sera pas lue sans certitude."
        )
    if isinstance(error, requests.ConnectionError):
        return PassingError(
            f"{_place(url)} ne répond pas. Vérifiez l’adresse, ou attendez que la source revienne."
        )
    return PassingError(
        f"{_place(url)} a coupé sa réponse avant la fin. Rien n’en est gardé\u202f; la moisson"
        " reprendra à la prochaine fois."
    )


def _late(url: str, watch: Watch) -> LateError:
    return LateError(
        f"{_place(url)} n’a pas fini de répondre en {watch.seconds:g} secondes. Réessayez plus tard"
        " ou demandez à la source des pages plus petites."
    )


def _malformed(url: str) -> SourceError:
    return refusal(url, "elle est mal formée", CORRECT)


def _place(url: str | None) -> str:
    """An address fit for a message: without its query, which may hold a token."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
