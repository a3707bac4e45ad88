"""What is not the API: logging in, and the few pages that a person opens in a browser."""

from __future__ import annotations

import json
import secrets
from html import escape
from typing import Any
from urllib.parse import unquote, urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from tests.forge import git, merging, proposing
from tests.forge.call import Refusal
from tests.forge.model import MergeRequest, Project, User
from tests.forge.oidc import Accounts, OAuthError
from tests.forge.world import World

STATES = {"opened": "Ouverte", "merged": "Fusionnée", "closed": "Fermée"}
COOKIE = "_gitlab_session"


class Pages:
    """A request in, a page out."""

    def __init__(self, world: World, accounts: Accounts) -> None:
        self._world, self._accounts = world, accounts
        self._sessions: dict[str, User] = {}
        self._fixed = {
            "/.well-known/openid-configuration": lambda request: _json(accounts.discovery()),
            "/oauth/discovery/keys": lambda request: _json(accounts.keys()),
            "/oauth/authorize": self._authorize,
            "/oauth/token": self._token,
            "/oauth/userinfo": self._userinfo,
            "/users/sign_in": self._sign_in,
        }

    def __call__(self, request: Request) -> Response:
        try:
            answer = self._fixed.get(request.path)
            return answer(request) if answer else self._of_project(request)
        except OAuthError as error:
            said = {"error": error.error, "error_description": error.description}
            if request.path == "/oauth/authorize":
                return _page("Erreur", f"<p>{escape(error.description)}</p>", error.status)
            return _json(said, error.status)

    def _user(self, request: Request) -> User | None:
        return self._sessions.get(request.cookies.get(COOKIE, ""))

    # --- Logging in

    def _sign_in(self, request: Request) -> Response:
        """Who are you? A list of buttons: nobody has a password here."""
        then = request.args.get("then", "/")
        if request.method == "POST":
            user = self._world.user(request.form["user"])
            assert user is not None
            session = secrets.token_hex(16)
            self._sessions[session] = user
            answer = redirect(then)
            answer.set_cookie(COOKIE, session, httponly=True, samesite="Lax")
            return answer
        buttons = "".join(
            f'<p><button name="user" value="{escape(user.username)}">{escape(user.name)}'
            f" (@{escape(user.username)})</button></p>"
            for user in self._world.users.values()
        )
        return _page("Se connecter", f'<form method="post">{buttons}</form>')

    def _authorize(self, request: Request) -> Response:
        query = request.args.to_dict()
        _, scopes = self._accounts.asked(query)
        user = self._user(request)
        if user is None:
            return redirect(f"/users/sign_in?{urlencode({'then': request.full_path})}")
        if request.method == "POST":
            said = {"state": query["state"]} if "state" in query else {}
            if request.form.get("answer") == "yes":
                said = {"code": self._accounts.grant(user, query), **said}
            else:
                said = {"error": "access_denied", **said}
            return redirect(f"{query['redirect_uri']}?{urlencode(said)}")
        asked = ", ".join(sorted(scopes))
        return _page(
            "Autoriser l’application",
            f"<p>{escape(user.name)}, une application demande\u00a0: {escape(asked)}.</p>"
            '<form method="post"><button name="answer" value="yes">Autoriser</button> '
            '<button name="answer" value="no">Refuser</button></form>',
        )

    def _token(self, request: Request) -> Response:
        form = request.form.to_dict()
        authorization = request.headers.get("Authorization", "")
        return _json(self._accounts.token(form, authorization))

    def _userinfo(self, request: Request) -> Response:
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = self._world.tokens.get(secret)
        expired = token and token.expires and token.expires < self._world.now()
        if token is None or token.revoked or expired or "openid" not in token.scopes:
            raise OAuthError("invalid_token", "The access token is invalid", 401)
        return _json(self._accounts.userinfo(token))

    # --- Projects

    def _of_project(self, request: Request) -> Response:
        path, _, rest = request.path.strip("/").partition("/-/")
        project = self._world.project(path) if "/" in path else None
        if project is None or not self._world.sees(self._user(request), project):
            return _page("Page introuvable", "<p>Erreur 404.</p>", 404)
        if rest.startswith("merge_requests/"):
            return self._merge_request(request, project, rest.split("/")[1])
        if rest.startswith(("raw/", "blob/")):
            return self._raw(project, unquote(rest.partition("/")[2]))
        return self._project(project)

    def _project(self, project: Project) -> Response:
        badges = "".join(
            f'<a href="{escape(badge["link_url"])}"><img src="{escape(badge["image_url"])}"'
            f' alt="{escape(badge["name"] or "badge")}"></a>'
            for badge in project.badges.values()
        )
        head = git.commit_of(self._world.repository(project), project.default_branch or "main")
        files = list(git.walk(head.tree)) if head else []
        rows = "".join(f"<li>{escape(each['name'])}</li>" for each in files)
        text = escape(project.description or "")
        return _page(project.name, f"<p>{text}</p><p>{badges}</p><ul>{rows}</ul>")

    def _raw(self, project: Project, rest: str) -> Response:
        branch, _, path = rest.partition("/")
        head = git.commit_of(self._world.repository(project), branch)
        found: Any = git.entry(head, path) if head else None
        if found is None:
            return _page("Page introuvable", "<p>Erreur 404.</p>", 404)
        return Response(found.data, content_type="text/plain; charset=utf-8")

    def _merge_request(self, request: Request, project: Project, number: str) -> Response:
        mr = project.merge_requests.get(int(number)) if number.isdigit() else None
        if mr is None:
            return _page("Page introuvable", "<p>Erreur 404.</p>", 404)
        user = self._user(request)
        problem = ""
        if request.method == "POST" and user:
            proposing.settle(self._world, mr)
            try:
                merging.merge(self._world, mr, user)
                return redirect(request.path)
            except Refusal as refusal:
                problem = f"<p>Fusion refusée\u00a0: {escape(json.dumps(refusal.body))}</p>"
        return _page(mr.title, problem + self._shown(mr, user, request.path))

    def _shown(self, mr: MergeRequest, user: User | None, path: str) -> str:
        notes = "".join(
            f"<li><b>{escape(note.author.name)}</b> <pre>{escape(note.body)}</pre></li>"
            for note in mr.notes
        )
        button = f'<p><a href="/users/sign_in?{urlencode({"then": path})}">Se connecter</a></p>'
        if user:
            button = ""
        if mr.state == "opened" and merging.may_merge(self._world, mr, user):
            button = '<form method="post"><button>Fusionner</button></form>'
        return (
            f'<p>État\u00a0: <strong class="state">{STATES[mr.state]}</strong></p>'
            f"<p>{escape(mr.source_branch)} → {escape(mr.target_branch)}</p>"
            f"<pre>{escape(mr.description)}</pre>{button}<ul>{notes}</ul>"
        )


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def _page(title: str, body: str, status: int = 200) -> Response:
    text = (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<h1>{escape(title)}</h1>{body}</html>"
    )
    return Response(text, status, content_type="text/html; charset=utf-8")
