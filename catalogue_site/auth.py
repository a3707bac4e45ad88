"""Logging in through the forge, and out: for maintainers now, for curators later.

A view that needs somebody sends them to `begin`; they come back to it once the forge has said who
they are. There is no cookie before that.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .errors import LoginError
from .sessions import LOGIN, SESSION, Session, Sessions
from .site import current_site

if TYPE_CHECKING:
    from .openid import Asked, Login

log = logging.getLogger(__name__)

bp = Blueprint("auth", __name__)

#: The name that an application keeps its sessions under.
SESSIONS = "sessions"


@bp.after_request
def guard(response: Response) -> Response:
    """Leave no trace of a page made for somebody."""
    if request.cookies.get(_cookie()):
        response.headers["Cache-Control"] = "no-store"
    return response


def begin(*, scope: str, view: str, draft: str = "") -> Response:
    """Send somebody to the forge; `view` is where they come back to, `draft` what they find there."""
    login = _login()
    try:
        asked = login.ask(_return_address(), scope)
    except LoginError as error:
        log.error("login error=%r", str(error))
        abort(503)
    _sessions().close(_number())  # the cookie is about to forget it: nobody could log out of it
    session = Session(until=login.clock() + LOGIN, came_from=view, draft=draft, asked=asked)
    # Not straight to the forge: a browser follows a form to our own pages alone (form-action).
    return _with_cookie(redirect(url_for("auth.leave"), 303), _sessions().open(session))


@bp.get("/connexion")
def leave() -> str:
    """The page that leads to the forge by itself."""
    return render_template("leave.html", asked=_under_way().asked, forge=_login().url)


@bp.get("/connexion/retour")
def come_back() -> Response:
    session = _under_way()
    asked = cast("Asked", session.asked)
    if not hmac.compare_digest(asked.state.encode(), request.args.get("state", "").encode()):
        abort(400)
    _sessions().close(_number())
    lasting = replace(session, asked=None, until=_login().clock() + SESSION)
    if code := request.args.get("code", ""):
        try:
            who = _login().identify(asked, _return_address(), code)
        except LoginError as error:
            log.error("login error=%r", str(error))
        else:
            log.info("login user=%s", who.subject)
            lasting = replace(lasting, who=who, until=min(lasting.until, who.until))
    return _with_cookie(redirect(url_for(session.came_from), 303), _sessions().open(lasting))


@bp.post("/deconnexion")
def log_out() -> Response:
    check_mark()
    _sessions().close(_number())
    answer = redirect("/", 303)
    answer.delete_cookie(_cookie(), path="/", secure=_is_secure(), httponly=True, samesite="Lax")
    return answer


def current() -> Session | None:
    """The session of whoever asks."""
    return _sessions().find(_number()) if current_site().login else None


def check_mark() -> None:
    """Refuse a form that is not from a page of this very session."""
    session = current()
    if session is None or not hmac.compare_digest(
        session.mark.encode(), request.form.get("marque", "").encode()
    ):
        abort(403)


def refuse_strangers_forms() -> None:
    """Refuse what another site sends in the name of whoever visits it.

    Browsers say where a form comes from, with or without a session; other programs carry no cookie.
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        is_ours = site in ("same-origin", "none") if site else origin in (None, *_own_origins())
        if not is_ours:
            abort(403)


def _own_origins() -> tuple[str, ...]:
    parts = urlsplit(current_site().base_url)
    return request.host_url.rstrip("/"), f"{parts.scheme}://{parts.netloc}"


def _under_way() -> Session:
    session = current()
    if session is None or session.asked is None:
        abort(400)
    return session


def _login() -> Login:
    login = current_site().login
    if login is None:
        abort(404)
    return login


def _sessions() -> Sessions:
    return cast(Sessions, current_app.extensions[SESSIONS])


def _number() -> str:
    return request.cookies.get(_cookie(), "")


def _return_address() -> str:
    return (current_site().base_url or request.host_url.rstrip("/")) + url_for("auth.come_back")


def _with_cookie(answer: Response, number: str) -> Response:
    answer.set_cookie(
        _cookie(), number, path="/", secure=_is_secure(), httponly=True, samesite="Lax"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _cookie() -> str:
    """With this prefix, no other host or plain http can set it."""
    return "__Host-balise" if _is_secure() else "balise"


def _is_secure() -> bool:
    return request.is_secure or current_site().base_url.startswith("https://")
