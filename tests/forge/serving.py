"""The HTTP of the forge: from a socket to a call of the API, and back.

Everything that is true of all requests is here: tokens, limits, faults, the contract, ETags.
"""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.forge.api import ROUTES
from tests.forge.call import Answer, Call, Refusal, as_json, unauthorized
from tests.forge.contract import API, Contract
from tests.forge.faults import Asked, Fault, Limit
from tests.forge.model import Token
from tests.forge.routing import Routes
from tests.forge.world import World

BROKEN = 599  # the answer that says that the contract was broken
UNLIMITED = 1_000_000  # requests a minute, until a test says less
#: What tokens may do, by their scopes.
READING = ("api", "read_api")


class Serving:
    """The forge as a WSGI application, and its server on a loopback address."""

    def __init__(self, world: World, contract: Contract | None) -> None:
        self.world, self.contract = world, contract
        self.violations: list[str] = []
        self.requests: list[Asked] = []
        self.faults: list[Fault] = []
        self.limit = Limit(world.now, UNLIMITED)
        self.pages: Callable[[Request], Response] | None = None  # what is not the API
        known = contract.operations if contract else {}
        self._routes = Routes([*ROUTES, *known])
        self._stopping = threading.Event()
        self._server: BaseWSGIServer | None = None

    # --- The server

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

    # --- A request

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI"))
        request.get_data(cache=True)
        with self.world.lock:
            fault = next((each for each in self.faults if each.strikes(request.method, raw)), None)
        if fault and fault.stall:
            self._stopping.wait(fault.stall)
        if fault and fault.drop == "before":
            return self._dropped(request, raw)
        if fault and fault.status is not None:
            response = Response(fault.body or b"", fault.status, dict(fault.headers))
        else:
            response = self._answered(request, raw)
        if fault and fault.drop == "after":
            return self._dropped(request, raw)
        if fault and fault.status is None:
            response.headers.update(fault.headers)
            response.data = response.data if fault.body is None else fault.body
        self._log(request, raw, response.status_code)
        return response(environ, start)

    def _answered(self, request: Request, raw: str) -> Response:
        path = raw.partition("?")[0]
        if not path.startswith(f"{API}/") and self.pages:
            return self.pages(request)
        with self.world.lock:
            return self._api(request, path)

    def _dropped(self, request: Request, raw: str) -> Iterable[bytes]:
        self._log(request, raw, 0)
        connection: socket.socket = request.environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError

    def _log(self, request: Request, raw: str, status: int) -> None:
        token = self.world.tokens.get(_secret(request))
        user = token.user.username if token else ""
        headers = dict(request.headers.items())
        asked = Asked(request.method, raw, user, status, request.host, headers, request.get_data())
        with self.world.lock:
            self.requests.append(asked)

    # --- The API

    def _api(self, request: Request, path: str) -> Response:
        query = parse_qsl(request.query_string.decode(), keep_blank_values=True)
        route, names = self._routes.find(request.method, path.removeprefix(API))
        faults, limits = [], {}
        try:
            token = self._token(request)
            refused, limits = self.limit.count(token.user.username if token else "")
            if refused:
                raise Refusal(
                    429, {"message": {"error": "Too many requests. Retry later."}}, limits
                )
            body, payload = _body(request)
            if self.contract:
                kind = request.content_type or ""
                sent = payload if payload and body is None else body
                faults = self.contract.request_faults(request.method, route, query, kind, sent)
            if faults:
                return self._broken(request, path, faults)
            call = Call(
                self.world,
                request.method,
                route,
                f"{self.world.url}{path}",
                names,
                _joined(query),
                body if isinstance(body, dict) else {},
                payload,
                token,
            )
            answer = self._handled(call, faults)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body, refusal.headers)
        if self.contract:
            faults += self.contract.answer_faults(request.method, route, answer.status, answer.body)
        if faults:
            return self._broken(request, path, faults)
        return _response(request, answer, limits, self.world)

    def _handled(self, call: Call, faults: list[str]) -> Answer:
        handler = ROUTES.get((call.method, call.route))
        if handler is None:
            if call.route and self.contract:
                faults.append(f"the double does not answer {call.method} {call.route} yet")
            raise Refusal(404, {"error": "404 Not Found"})
        _check_scope(call)
        try:
            answer = handler(call)
        except Refusal:
            raise
        except Exception:  # noqa: BLE001  # a fault of the double: told, and seen by every test
            text = traceback.format_exc()
            self.violations.append(text)
            return Answer(500, {"message": "500 Internal Server Error", "trace": text})
        if self.contract and answer.status < 300:
            faults += [f"the double takes no account of {name!r}" for name in call.unread()]
        return answer

    def _token(self, request: Request) -> Token | None:
        secret = _secret(request)
        if not secret:
            return None
        token = self.world.tokens.get(secret)
        if token is None:
            raise unauthorized()
        if token.revoked or (token.expires and token.expires < self.world.now()):
            why = "Token was revoked. You have to re-authorize from the user."
            if not token.revoked:
                why = "Token is expired. You can either do re-authorization or token refresh."
            raise Refusal(401, {"error": "invalid_token", "error_description": why})
        return token

    def _broken(self, request: Request, path: str, faults: list[str]) -> Response:
        told = [f"{request.method} {path}: {fault}" for fault in faults]
        self.violations += told
        body = as_json({"message": "the contract is broken", "faults": told})
        return Response(body, BROKEN, content_type="application/json")


def _check_scope(call: Call) -> None:
    """A token does what its scopes let it."""
    if call.token is None:
        return
    scopes = call.token.scopes
    reads = call.method in ("GET", "HEAD")
    if "api" in scopes or (reads and "read_api" in scopes):
        return
    if call.route == "/user" and {"read_user", "openid", "profile"} & scopes and reads:
        return
    raise Refusal(
        403,
        {
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the"
            " access token.",
            "scope": " ".join(READING if reads else ("api",)),
        },
    )


def _secret(request: Request) -> str:
    bearer = request.headers.get("Authorization", "")
    if bearer.startswith("Bearer "):
        return bearer.removeprefix("Bearer ")
    return request.headers.get("PRIVATE-TOKEN", "")


def _body(request: Request) -> tuple[Any, bytes]:
    """The body as data, or None; and its bytes when they are a file."""
    payload = request.get_data()
    kind = (request.content_type or "").partition(";")[0]
    if kind == "application/json" and payload:
        try:
            return json.loads(payload), b""
        except ValueError:
            raise Refusal(400, {"error": "Invalid JSON"}) from None
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return dict(request.form), b""
    return None, payload


def _joined(query: list[tuple[str, str]]) -> dict[str, str]:
    """The query by name; the values of a repeated one as a list in a string."""
    found: dict[str, str] = {}
    for name, value in query:
        name = name.removesuffix("[]")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _response(request: Request, answer: Answer, limits: dict[str, str], world: World) -> Response:
    raw = isinstance(answer.body, bytes)
    data = b"" if answer.body is None else answer.body if raw else as_json(answer.body)
    headers = {"Content-Type": "application/json", **answer.headers, **limits}
    headers["Date"] = f"{world.now():%a, %d %b %Y %H:%M:%S} GMT"
    headers["Vary"] = "Origin"
    if request.method in ("GET", "HEAD") and answer.status == 200:
        headers["ETag"] = f'W/"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return Response(b"", 304, headers)
    return Response(data, answer.status, headers)


class _Handler(WSGIRequestHandler):
    """Quiet, and without the pause that Nagle's algorithm makes between headers and body."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log(self, type: str, message: str, *args: object) -> None:
        pass
