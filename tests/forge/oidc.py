"""The forge as an identity provider: OAuth 2 with PKCE, and OpenID Connect.

Which claim is where is GitLab's own: `groups_direct` in the ID token only, `groups` and
`https://gitlab.org/claims/groups/…` in userinfo only. https://docs.gitlab.com/integration/openid_connect_provider/
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.forge.model import DEVELOPER, MAINTAINER, OWNER, Token, User
from tests.forge.world import World

SCOPES = ("api", "read_api", "read_user", "openid", "profile", "email")
ROLES = {"owner": OWNER, "maintainer": MAINTAINER, "developer": DEVELOPER}
LIFE = timedelta(hours=2)  # of an access token
CODE_LIFE = timedelta(minutes=10)


class OAuthError(Exception):
    """An error as RFC 6749 names it."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error, description)
        self.error, self.description, self.status = error, description, status


@dataclass
class Application:
    client_id: str
    secret: str
    redirect_uri: str
    scopes: frozenset[str]


@dataclass
class Grant:
    """What somebody let an application do, until it comes and takes its tokens."""

    application: Application
    user: User
    scopes: frozenset[str]
    redirect_uri: str
    nonce: str
    challenge: str
    expires: datetime


class Accounts:
    """The applications, the codes that wait to be taken, and the key that signs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.applications: dict[str, Application] = {}
        self._codes: dict[str, Grant] = {}
        self._refreshes: dict[str, tuple[Application, Token]] = {}
        self._key: RSAKey | None = None  # making one takes a while: only when asked for

    @property
    def key(self) -> RSAKey:
        if self._key is None:
            self._key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True)
            self._key.ensure_kid()
        return self._key

    def add_application(self, redirect_uri: str, scopes: Iterable[str]) -> tuple[str, str]:
        client_id, secret = secrets.token_hex(32), "gloas-" + secrets.token_hex(32)
        made = Application(client_id, secret, redirect_uri, frozenset(scopes))
        self.applications[client_id] = made
        return client_id, secret

    # --- What a browser asks

    def asked(self, query: dict[str, str]) -> tuple[Application, frozenset[str]]:
        """Which application asks, and for what. Nobody is sent back to an unknown address."""
        application = self.applications.get(query.get("client_id", ""))
        if application is None:
            raise OAuthError("invalid_client", "Client authentication failed", 401)
        if query.get("redirect_uri") not in application.redirect_uri.split():
            text = "The redirect URI included is not valid."
            raise OAuthError("invalid_redirect_uri", text)
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "Only the code flow is supported.")
        scopes = frozenset(query.get("scope", "").split()) or application.scopes
        if not scopes <= application.scopes:
            raise OAuthError("invalid_scope", "The requested scope is invalid or unknown.")
        if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
            raise OAuthError("invalid_code_challenge_method", "Only S256 is accepted.")
        return application, scopes

    def grant(self, user: User, query: dict[str, str]) -> str:
        """Somebody said yes: the code that the application may trade for tokens."""
        application, scopes = self.asked(query)
        code = secrets.token_hex(32)
        self._codes[code] = Grant(
            application,
            user,
            scopes,
            query["redirect_uri"],
            query.get("nonce", ""),
            query.get("code_challenge", ""),
            self._world.now() + CODE_LIFE,
        )
        return code

    # --- What an application asks

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        application = self._authenticated(form, authorization)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return self._by_code(application, form)
        if kind == "refresh_token":
            return self._by_refresh(application, form)
        raise OAuthError("unsupported_grant_type", "The grant type is not supported.")

    def _authenticated(self, form: dict[str, str], authorization: str) -> Application:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            client_id, _, secret = pair.partition(":")
        found = self.applications.get(client_id)
        if found is None or not secrets.compare_digest(found.secret, secret):
            raise OAuthError("invalid_client", "Client authentication failed", 401)
        return found

    def _by_code(self, application: Application, form: dict[str, str]) -> dict[str, Any]:
        grant = self._codes.pop(form.get("code", ""), None)
        if (
            grant is None
            or grant.application is not application
            or grant.expires < self._world.now()
            or grant.redirect_uri != form.get("redirect_uri")
            or not _proved(grant.challenge, form.get("code_verifier", ""))
        ):
            raise OAuthError("invalid_grant", "The provided authorization grant is invalid.")
        given = self._given(application, grant.user, grant.scopes)
        if "openid" in grant.scopes:
            given["id_token"] = self._id_token(application, grant)
        return given

    def _by_refresh(self, application: Application, form: dict[str, str]) -> dict[str, Any]:
        """A refresh token serves once, and takes its access token with it."""
        known, old = self._refreshes.pop(form.get("refresh_token", ""), (None, None))
        if known is not application or old is None:
            raise OAuthError("invalid_grant", "The provided authorization grant is invalid.")
        old.revoked = True
        return self._given(application, old.user, old.scopes)

    def _given(
        self, application: Application, user: User, scopes: frozenset[str]
    ) -> dict[str, Any]:
        now = self._world.now()
        token = self._world.add_token(user, scopes, prefix="")
        token.expires, token.refresh = now + LIFE, secrets.token_hex(32)
        self._refreshes[token.refresh] = (application, token)
        return {
            "access_token": token.value,
            "token_type": "Bearer",
            "expires_in": int(LIFE.total_seconds()),
            "refresh_token": token.refresh,
            "scope": " ".join(sorted(scopes)),
            "created_at": int(now.timestamp()),
        }

    # --- Who somebody is

    def _id_token(self, application: Application, grant: Grant) -> str:
        now = int(self._world.now().timestamp())
        claims = {
            "iss": self._world.url,
            "sub": str(grant.user.id),
            "aud": application.client_id,
            "exp": now + 120,
            "iat": now,
            "auth_time": now,
            **({"nonce": grant.nonce} if grant.nonce else {}),
            **self._person(grant.user, grant.scopes),
        }
        direct = [path for path, level in self._groups(grant.user, direct=True) if level]
        if direct:
            claims["groups_direct"] = direct
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def userinfo(self, token: Token) -> dict[str, Any]:
        user = token.user
        groups = self._groups(user, direct=False)
        claims: dict[str, Any] = {"sub": str(user.id), **self._person(user, token.scopes)}
        if groups:
            claims["groups"] = [path for path, _ in groups]
        for role, level in ROLES.items():
            held = [path for path, mine in self._groups(user, direct=True) if mine == level]
            if held:
                claims[f"https://gitlab.org/claims/groups/{role}"] = held
        return claims

    def _person(self, user: User, scopes: frozenset[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "profile" in scopes:
            found |= {"name": user.name, "nickname": user.username}
            found |= {"preferred_username": user.username, "picture": None}
            found["profile"] = f"{self._world.url}/{user.username}"
        if "email" in scopes:
            found |= {"email": user.email, "email_verified": True}
        return found

    def _groups(self, user: User, *, direct: bool) -> list[tuple[str, int]]:
        """The groups somebody is in, themselves or through those above, and with what right."""
        rows = []
        for group in self._world.namespaces.values():
            levels = [each.members.get(user.id, 0) for each in group.above()]
            level = levels[0] if direct else max(levels)
            if level and not group.owner:
                rows.append((group.full_path, level))
        return rows

    def discovery(self) -> dict[str, Any]:
        url = self._world.url
        return {
            "issuer": url,
            "authorization_endpoint": f"{url}/oauth/authorize",
            "token_endpoint": f"{url}/oauth/token",
            "userinfo_endpoint": f"{url}/oauth/userinfo",
            "jwks_uri": f"{url}/oauth/discovery/keys",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claim_types_supported": ["normal"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}


def _proved(challenge: str, verifier: str) -> bool:
    """PKCE: does the verifier make the challenge?"""
    if not challenge:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
