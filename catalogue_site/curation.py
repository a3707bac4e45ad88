"""The back-office of the ministry's curators: who may come in, and what frames each of its pages.

A blueprint of the back-office is `guarded`: nobody passes without a role, no form without the mark
of the session, and nothing is kept by browsers. Its views ask `actor` who is at work; its pages
extend curation_base.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from flask import Blueprint, abort, current_app, render_template, request
from werkzeug.wrappers import Response

from metadata.case import Actor, Role

from . import auth
from .errand import ROOT, Errand, packed, unpacked
from .faults import Answer, error_page
from .site import current_site

if TYPE_CHECKING:
    from .openid import Identity

#: Bytes of a form: the longest are tables.
MOST_BYTES = 5_000_000

#: What the back-office is made of, in the order of its menu.
SECTIONS = {
    "/curation": "File d’attente",
    "/curation/journal": "Journal",
    "/curation/delais": "Délais",
    "/curation/valeurs": "Valeurs inconnues",
    "/curation/doublons": "Doublons",
    "/curation/sources": "Sources",
}


def guarded(bp: Blueprint) -> Blueprint:
    """Make a blueprint part of the back-office."""
    bp.before_request(_admit)
    bp.after_request(_keep_nothing)
    bp.context_processor(_frame)
    return bp


def actor() -> Actor:
    """Whoever is at work, in a view that is guarded."""
    who = _who()
    if who is None:
        abort(403)
    roles = roles_of(who.groups, current_site().roles)
    return Actor(name=who.username, roles=roles, number=who.subject)


def roles_of(groups: Iterable[str], roles: Mapping[str, Role]) -> frozenset[Role]:
    """What the groups of somebody let them do; `roles` by the whole path of a group."""
    held = {path.casefold() for path in groups}
    return frozenset(role for path, role in roles.items() if path.casefold() in held)


# --- Who comes in


def _admit() -> Answer | Response | str | None:
    """The answer to whoever may not come in; None lets them."""
    if current_site().login is None:
        return error_page(404, *CLOSED)
    request.max_content_length = MOST_BYTES
    auth.refuse_strangers_forms()
    if _who() is None:
        return auth.onward(_address()) if _is_from_elsewhere() else _login_page()
    if not actor().roles:
        return _no_role_page()
    if not auth.is_reading() and not auth.is_marked():
        return offer(_errand(), 403)
    return None


CLOSED = (
    "Le back-office est fermé",
    "Aucune connexion n’est configurée : voir [login] dans docs/configuration.md.",
)


def _who() -> Identity | None:
    session = auth.current()
    return session.who if session else None


def _is_from_elsewhere() -> bool:
    """Did they follow a link in a mail or another site? Then their cookie, a strict one, stayed home."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site"


def _login_page() -> Answer:
    draft = auth.draft()  # back from the forge, which did not vouch for them
    errand = unpacked(draft) if draft else _errand()
    page = render_template(
        "curation_login.html", errand=errand, packed=packed(errand), refused=bool(draft)
    )
    return page, 401


def _no_role_page() -> Answer:
    return render_template("curation_denied.html", groups=current_site().roles), 403


def offer(errand: Errand, status: int) -> Answer:
    """The form that did not arrive, to send again."""
    page = render_template("curation_resume.html", errand=errand, place=_page_above(errand.address))
    return page, status


def _page_above(address: str) -> str:
    """The page that a form was on: its address, or the first above that one can go to."""
    addresses = current_app.create_url_adapter(request)
    path = urlsplit(address).path
    while path.startswith(ROOT) and addresses and not addresses.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path if path.startswith(ROOT) else ROOT


def _errand() -> Errand:
    """What is being asked now."""
    if auth.is_reading():
        return Errand(address=_address())
    sent = request.form.items(multi=True)
    return Errand(
        address=_address(), fields=tuple(field for field in sent if field[0] != auth.MARK)
    )


def _address() -> str:
    query = request.query_string.decode("utf-8", "replace")
    return quote(request.path) + (f"?{query}" if query else "")


# --- What frames a page


def _keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _frame() -> dict[str, object]:
    session, who = auth.current(), _who()
    return {
        "who": who,
        "roles": [role.label for role in Role if who and role in actor().roles],
        "mark": session.mark if session else "",
        "sections": SECTIONS,
        "section": _section(request.path),
    }


def _section(path: str) -> str:
    """The section that an address is in: the queue leads to every entry."""
    found = (each for each in SECTIONS if f"{path}/".startswith(f"{each}/"))
    return max(found, key=len, default="")
