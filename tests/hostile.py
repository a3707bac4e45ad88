"""A web server on a loopback address that answers whatever a test scripts, byte by byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: What to do with a connection, once its request is read.
Script = Callable[[socket.socket, threading.Event], None]


class HostileServer:
    """`answers[path]` is what to send: bytes, a list of bytes (one a request), or a Script."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.answers: dict[str, bytes | list[bytes] | Script] = {}
        self.requests: list[bytes] = []
        self.stopping = threading.Event()
        self.socket = socket.create_server((host, port))
        self.port = int(self.socket.getsockname()[1])
        self.url = f"http://{host}:{self.port}"
        self.threads = [threading.Thread(target=self._accept)]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._answer, args=(connection,))
            self.threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            try:
                request = connection.recv(65536)
                self.requests.append(request)
                path = request.split(b" ")[1].decode() if request.startswith(b"GET ") else ""
                answer = self.answers.get(path.partition("?")[0], ok(b"canary"))
                if isinstance(answer, list):
                    answer = answer.pop(0) if len(answer) > 1 else answer[0]
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(connection, self.stopping)
            except OSError:
                return  # the client hung up, as it should

    @contextmanager
    def serving(self) -> Iterator[HostileServer]:
        self.threads[0].start()
        try:
            yield self
        finally:
            self.stopping.set()
            self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()
            for thread in self.threads:
                thread.join(10)


def ok(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A whole answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*head, *headers, "", ""]).encode("latin-1") + body


def dripping(start: bytes, drop: bytes, every: float = 0.05) -> Script:
    """Send a start, then one drop after another, for ever."""

    def script(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(start)
        while not stopping.wait(every):
            connection.sendall(drop)

    return script


def flooding(start: bytes, piece: bytes) -> Script:
    """Send a start, then pieces as fast as they are taken, for ever."""

    def script(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(start)
        while not stopping.is_set():
            connection.sendall(piece)

    return script
