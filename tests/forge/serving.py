"""The HTTP of the forge: its server, the faults that it makes on command, and its log."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from typing import NoReturn
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.forge.answering import Api, secret_of
from tests.forge.contract import API
from tests.forge.faults import Asked, Fault
from tests.forge.world import World

Pages = Callable[[Request], Response]


class Serving:
    """The forge as a WSGI application, and its server on a loopback address."""

    def __init__(self, world: World, api: Api, pages: Pages) -> None:
        self._world, self._api, self._pages = world, api, pages
        self.requests: list[Asked] = []
        self.faults: list[Fault] = []
        self._stopping = threading.Event()
        self._server: BaseWSGIServer | None = None

    def start(self, port: int = 0) -> str:
        self._server = make_server("127.0.0.1", port, self, threaded=True, request_handler=_Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._stopping.set()
        if self._server:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        address = str(environ["REQUEST_URI"])  # as it was sent: %2F is no slash
        request.get_data(cache=True)
        fault = self._fault(request, address)
        if fault:
            self._stopping.wait(fault.stall)
        if fault and fault.drop == "before":
            self._drop(request, address)
        if fault and fault.status is not None:
            response = Response(fault.body or b"", fault.status, dict(fault.headers))
        else:
            response = self._answered(request, address.partition("?")[0])
        if fault and fault.drop == "after":
            self._drop(request, address)
        if fault and fault.status is None:
            response.headers.update(fault.headers)
            response.data = response.data if fault.body is None else fault.body
        self._log(request, address, response.status_code)
        return response(environ, start)

    def _fault(self, request: Request, address: str) -> Fault | None:
        """What is to go wrong. Every fault counts the request, and the first that is due strikes."""
        with self._world.lock:
            due = [each for each in self.faults if each.strikes(request.method, address)]
        return due[0] if due else None

    def _answered(self, request: Request, path: str) -> Response:
        with self._world.lock:
            if path.startswith(f"{API}/"):
                return self._api(request, path)
            return self._pages(request)

    def _drop(self, request: Request, address: str) -> NoReturn:
        self._log(request, address, 0)
        connection: socket.socket = request.environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError  # that the server knows how to end

    def _log(self, request: Request, address: str, status: int) -> None:
        with self._world.lock:
            token = self._world.tokens.get(secret_of(request))
            self.requests.append(
                Asked(
                    request.method,
                    address,
                    token.user.username if token else "",
                    status,
                    request.host,
                    dict(request.headers.items()),
                    request.get_data(),
                )
            )


class _Handler(WSGIRequestHandler):
    """Quiet, and without the pause that Nagle's algorithm makes between headers and body."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log(self, type: str, message: str, *args: object) -> None:
        pass
