"""What is true of every request to the API: tokens and scopes, limits, the contract, ETags."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request, Response

from tests.forge.api import ROUTES
from tests.forge.call import Answer, Call, Refusal, as_json, unauthorized
from tests.forge.contract import API, Contract
from tests.forge.faults import Limit
from tests.forge.model import Token
from tests.forge.routing import Routes
from tests.forge.world import World

BROKEN = 599  # the answer that says that the contract was broken
UNLIMITED = 1_000_000  # requests a minute, until a test says less


class Api:
    """Answers requests to the API, and remembers what broke the contract."""

    def __init__(self, world: World, contract: Contract | None) -> None:
        self._world, self._contract = world, contract
        self.violations: list[str] = []
        self.limit = Limit(world.now, UNLIMITED)
        self._routes = Routes([*ROUTES, *(contract.operations if contract else ())])

    def __call__(self, request: Request, path: str) -> Response:
        route, names = self._routes.find(request.method, path.removeprefix(API))
        query = parse_qsl(request.query_string.decode(), keep_blank_values=True)
        limits: dict[str, str] = {}
        try:
            token = self._token(request)
            limits = self._counted(token)
            body, payload = _body(request)
            faults = self._request_faults(request, route, query, body, payload)
            if faults:
                return self._broken(request, path, faults)
            call = Call(
                world=self._world,
                method=request.method,
                route=route,
                url=f"{self._world.url}{path}",
                path=names,
                query=_joined(query),
                body=body if isinstance(body, dict) else {},
                payload=payload,
                token=token,
            )
            answer = self._handled(call)
        except Refusal as refusal:
            answer, call = Answer(refusal.status, refusal.body, refusal.headers), None
        faults = self._answer_faults(request, route, answer, call)
        if faults:
            return self._broken(request, path, faults)
        return _response(request, answer, {**limits, **_always(self._world)})

    def _token(self, request: Request) -> Token | None:
        secret = secret_of(request)
        token = self._world.tokens.get(secret)
        if token is None and secret:
            raise unauthorized()
        why = ""
        if token and token.revoked:
            why = "Token was revoked. You have to re-authorize from the user."
        elif token and token.expires and token.expires < self._world.now():
            why = "Token is expired. You can either do re-authorization or token refresh."
        if why:
            raise Refusal(401, {"error": "invalid_token", "error_description": why})
        return token

    def _counted(self, token: Token | None) -> dict[str, str]:
        """One more request of this reader; the headers that say how many are left."""
        refused, headers = self.limit.count(token.user.username if token else "")
        if refused:
            said = {"message": {"error": "Too many requests. Retry later."}}
            raise Refusal(429, said, headers)
        return headers

    def _handled(self, call: Call) -> Answer:
        handler = ROUTES.get((call.method, call.route))
        if handler is None:
            raise Refusal(404, {"error": "404 Not Found"})
        _check_scope(call)
        try:
            return handler(call)
        except Refusal:
            raise
        except Exception:  # noqa: BLE001  # a fault of the double: told, and seen by every test
            self.violations.append(traceback.format_exc())
            return Answer(500, {"message": "500 Internal Server Error"})

    # --- The contract

    def _request_faults(
        self,
        request: Request,
        route: str,
        query: list[tuple[str, str]],
        body: Any,
        payload: bytes,
    ) -> list[str]:
        if self._contract is None:
            return []
        kind, sent = request.content_type or "", payload if payload and body is None else body
        if route and (request.method, route) not in ROUTES:
            return [f"the double does not answer {request.method} {route} yet"]
        return self._contract.request_faults(request.method, route, query, kind, sent)

    def _answer_faults(
        self, request: Request, route: str, answer: Answer, call: Call | None
    ) -> list[str]:
        if self._contract is None:
            return []
        faults = self._contract.answer_faults(request.method, route, answer.status, answer.body)
        unread = call.unread() if call and answer.status < 300 else ()
        return faults + [f"the double takes no account of {name!r}" for name in unread]

    def _broken(self, request: Request, path: str, faults: list[str]) -> Response:
        told = [f"{request.method} {path}: {fault}" for fault in faults]
        self.violations += told
        body = as_json({"message": "the contract is broken", "faults": told})
        return Response(body, BROKEN, content_type="application/json")


def _check_scope(call: Call) -> None:
    """A token does what its scopes let it."""
    if call.token is None:
        return
    scopes, reads = call.token.scopes, call.method in ("GET", "HEAD")
    if "api" in scopes or (reads and "read_api" in scopes):
        return
    if reads and call.route == "/user" and {"read_user", "openid", "profile"} & scopes:
        return
    why = "The request requires higher privileges than provided by the access token."
    wanted = "api read_api" if reads else "api"
    raise Refusal(403, {"error": "insufficient_scope", "error_description": why, "scope": wanted})


def secret_of(request: Request) -> str:
    """The token that a request is signed with."""
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
        bare = name.removesuffix("[]")
        found[bare] = f"{found[bare]},{value}" if bare in found else value
    return found


def _always(world: World) -> dict[str, str]:
    return {"Date": f"{world.now():%a, %d %b %Y %H:%M:%S} GMT", "Vary": "Origin"}


def _response(request: Request, answer: Answer, more: Mapping[str, str]) -> Response:
    data = answer.body if isinstance(answer.body, bytes) else as_json(answer.body)
    data = b"" if answer.body is None else data
    headers = {"Content-Type": "application/json", **answer.headers, **more}
    if request.method in ("GET", "HEAD") and answer.status == 200:
        headers["ETag"] = f'W/"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return Response(b"", 304, headers)
    return Response(data, answer.status, headers)
