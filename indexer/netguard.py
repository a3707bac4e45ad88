"""Connections that look where they go: which addresses may be reached, and until when.

The address is checked when the socket is about to connect, on the very answer of the resolver that
the socket will use, so neither a redirect nor a name that changes its mind leads inside. A watch
shuts the sockets at the deadline, since a timeout of requests only counts from one byte to the next.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from .errors import AddressRefused

PORTS = frozenset({80, 443})
#: Seconds given to one of a host's addresses before the next is tried.
CONNECT = 10.0

#: What a resolver answers: the family and the socket address of each candidate.
Candidates = list[tuple[socket.AddressFamily, tuple[Any, ...]]]
Resolve = Callable[[str, int], Candidates]

GLOBAL_V6 = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
#: Inside 2000::/3, and yet nobody's site: protocol assignments with Teredo, documentation.
NOT_SITES = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
RELAYS = IPv4Network("192.88.99.0/24")  # of 6to4


def resolve(host: str, port: int) -> Candidates:
    """The addresses of a host, in the order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, sockaddr) for family, _, _, _, sockaddr in found]


def is_public(address: str) -> bool:
    """Is this the address of a machine of the open Internet, whatever the form it takes?"""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is None:
            return ip in GLOBAL_V6 and ip.is_global and not any(ip in net for net in NOT_SITES)
        ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in RELAYS


def check_url(url: str, *, internal: bool) -> None:
    """Raise AddressRefused for what is not a plain http or https address.

    Where its host leads is only known when connecting.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise refusal(url, "elle est mal formée", CORRECT) from error
    if parts.scheme not in ("http", "https"):
        raise refusal(url, "seules les adresses http et https sont lues", CORRECT)
    if not parts.hostname:
        raise refusal(url, "elle ne nomme aucun serveur", CORRECT)
    if "@" in parts.netloc:
        raise refusal(url, "elle porte un identifiant", CORRECT)
    if port is not None and port not in PORTS and not internal:
        raise refusal(url, f"le port {port} n’est pas celui d’un site public", ALLOW)


CORRECT = "Corrigez-la dans la configuration."
ALLOW = (
    "Si cette source est de votre réseau, ajoutez «\u00a0internal = true\u00a0» à sa configuration."
)


def refusal(url: str, reason: str, remedy: str) -> AddressRefused:
    return AddressRefused(f"L’adresse {url[:200]!r} est refusée\u00a0: {reason}. {remedy}")


class Watch:
    """A deadline for everything done under it: at its end, the sockets it knows are shut.

    It keeps duplicates, for urllib3 gives its own away to TLS, and shutting one shuts both. The
    resolver alone escapes it, and has a limit of its own.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()

    def over(self, sock: socket.socket) -> None:
        """Watch over this socket. Raise TimeoutError when it is already too late."""
        with self._lock:
            if self.expired:
                raise TimeoutError
            self._sockets.append(sock.dup())

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            for sock in self._sockets:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:  # the other side was first
                    continue


class Guard:
    """What may be connected to, for how long."""

    def __init__(self, watch: Watch, *, internal: bool, resolve: Resolve) -> None:
        self.watch = watch
        self.internal = internal
        self.resolve = resolve

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to the first address of the host that may be reached and answers.

        Raise AddressRefused when none may be, OSError when none answers.
        """
        failure: Exception = OSError(f"no address for {host}")
        for family, sockaddr in self.resolve(host.strip("[]"), port):
            if not self.internal and not (is_public(sockaddr[0]) and sockaddr[1] in PORTS):
                reason = f"elle mène à {sockaddr[0]}, qui n’est pas une adresse publique"
                failure = refusal(host, reason, ALLOW)
                continue
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(min(CONNECT, self.watch.seconds))
                self.watch.over(sock)
                sock.connect(sockaddr)
                sock.settimeout(self.watch.seconds)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure


class GuardedConnection(HTTPConnection):
    """urllib3 opens its sockets in _new_conn, for http and https alike."""

    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guard = guard

    def _new_conn(self) -> socket.socket:
        try:
            return self.guard.connect(self._dns_host, self.port)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, str(error)) from error


class GuardedTlsConnection(GuardedConnection, HTTPSConnection):
    """The same, then TLS with the name of the host."""
