"""Logging in through the forge, and out: for maintainers and for curators.

A view that needs somebody sends them to `begin`; they come back to it once the forge has said who
they are. There is no cookie before that; then two, one after the other. The cookie of a login under
way comes along when the forge sends somebody back (Lax). The one of a session never comes along from
another site (Strict), so what the forge sends back to is a page of ours that leads on by itself.
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
    from .openid import Asked, Identity, Login

log = logging.getLogger(__name__)

bp = Blueprint("auth", __name__)

#: The name that an application keeps its sessions under.
SESSIONS = "sessions"

#: The field of a form that holds the mark of its session.
MARK = "marque"

#: The cookies: of a session, and of a login under way.
COOKIE, UNDER_WAY = "balise", "balise-connexion"


@bp.after_request
def guard(response: Response) -> Response:
    """Leave no trace of a page made for somebody."""
    if _number():
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
    _sessions().close(_number())  # it cannot be found when they come back
    session = Session(until=login.clock() + LOGIN, came_from=view, draft=draft, asked=asked)
    # Not straight to the forge: a browser follows a form to our own pages alone (form-action).
    answer = redirect(url_for("auth.leave"), 303)
    return _with_cookie(answer, UNDER_WAY, _sessions().open(session))


@bp.get("/connexion")
def leave() -> Response:
    """The page that leads to the forge by itself."""
    asked = cast("Asked", _under_way().asked)
    return onward(
        asked.address, "Connexion à la forge", f"Vous allez être conduit à {_login().url}."
    )


@bp.get("/connexion/retour")
def come_back() -> Response:
    session = _under_way()
    asked = cast("Asked", session.asked)
    if not hmac.compare_digest(asked.state.encode(), request.args.get("state", "").encode()):
        abort(400)
    _sessions().close(_number(UNDER_WAY))
    lasting = replace(session, asked=None, until=_login().clock() + SESSION)
    if code := request.args.get("code", ""):
        try:
            who = _login().identify(asked, _return_address(), code)
        except LoginError as error:
            log.error("login error=%r", str(error))
        else:
            log.info("login user=%s", who.subject)
            lasting = replace(lasting, who=who, until=min(lasting.until, who.until))
    answer = _without_cookie(onward(url_for(session.came_from)), UNDER_WAY)
    return _with_cookie(answer, COOKIE, _sessions().open(lasting))


@bp.post("/deconnexion")
def log_out() -> Response:
    check_mark()
    _sessions().close(_number())
    return _without_cookie(redirect(url_for("auth.logged_out"), 303), COOKIE)


@bp.get("/deconnexion")
def logged_out() -> str:
    return render_template("logged_out.html", forge=_login().url)


def onward(
    address: str,
    heading: str = "Vous revenez à Balise",
    lead: str = "Si rien ne se passe, continuez.",
) -> Response:
    """A page of ours that leads on by itself, as a redirection would not: from our own site."""
    page = render_template("onward.html", address=address, heading=heading, lead=lead)
    return Response(page, mimetype="text/html", headers={"Cache-Control": "no-store"})


def current() -> Session | None:
    """The session of whoever asks, whether or not the forge vouched for them."""
    session = _sessions().find(_number()) if current_site().login else None
    return session if session and session.asked is None else None


def person(scope: str) -> Identity | None:
    """Whoever is logged in, if the forge lets us do that much in their name."""
    session = current()
    who = session.who if session else None
    return who if who and {*scope.split()} <= who.scopes else None


def draft() -> str:
    """What whoever asks had left for this very view when they went to log in."""
    session = current()
    return session.draft if session and session.came_from == request.endpoint else ""


def is_reading() -> bool:
    """Does the request change nothing?"""
    return request.method in ("GET", "HEAD", "OPTIONS")


def is_marked() -> bool:
    """Is the form from a page of this very session?"""
    session = current()
    sent = request.form.get(MARK, "").encode()
    return session is not None and hmac.compare_digest(session.mark.encode(), sent)


def check_mark() -> None:
    """Refuse a form that is not from a page of this very session."""
    if not is_marked():
        abort(403)


def refuse_strangers_forms() -> None:
    """Refuse what another site sends in the name of whoever visits it.

    Browsers say where a form comes from, with or without a session; other programs carry no cookie.
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """
    if not is_reading():
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        is_ours = site in ("same-origin", "none") if site else origin in (None, *_own_origins())
        if not is_ours:
            abort(403)


def _own_origins() -> tuple[str, ...]:
    parts = urlsplit(current_site().base_url)
    return request.host_url.rstrip("/"), f"{parts.scheme}://{parts.netloc}"


def _under_way() -> Session:
    session = _sessions().find(_number(UNDER_WAY)) if current_site().login else None
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


def _number(cookie: str = COOKIE) -> str:
    return request.cookies.get(_named(cookie), "")


def _return_address() -> str:
    return (current_site().base_url or request.host_url.rstrip("/")) + url_for("auth.come_back")


def _with_cookie(answer: Response, cookie: str, number: str) -> Response:
    answer.set_cookie(
        _named(cookie),
        number,
        path="/",
        secure=_is_secure(),
        httponly=True,
        samesite="Strict" if cookie == COOKIE else "Lax",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _without_cookie(answer: Response, cookie: str) -> Response:
    answer.delete_cookie(_named(cookie), path="/", secure=_is_secure(), httponly=True)
    return answer


def _named(cookie: str) -> str:
    """With this prefix, no other host or plain http can set it."""
    return f"__Host-{cookie}" if _is_secure() else cookie


def _is_secure() -> bool:
    return request.is_secure or current_site().base_url.startswith("https://")
