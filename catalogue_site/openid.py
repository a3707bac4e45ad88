"""The forge as the one who says who somebody is: OpenID Connect, authorization code with PKCE.

The only module that knows Authlib. Whatever the forge announces must be at its own address: neither
the secret nor a token goes anywhere else. https://openid.net/specs/openid-connect-core-1_0.html,
https://docs.gitlab.com/integration/openid_connect_provider/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from requests import RequestException

from .errors import LoginError

#: Seconds that the forge has for an answer.
TIMEOUT = 10

#: Seconds that its clock may differ from ours.
LEEWAY = 60

#: Seconds that a token is good for when the forge does not say.
LASTS = 3600

#: Characters of a secret made for one login.
SECRET = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A login under way: what the answer will be held against."""

    address: str  # where to send the browser
    scope: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Somebody whom the forge knows, and what we may do in their name until when."""

    subject: str  # the forge's own number for them
    username: str
    name: str
    groups: tuple[str, ...]  # their whole paths
    scopes: frozenset[str]  # what the token is good for
    token: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A forge that lets people in. `clock` says what time it is."""

    url: str  # of the forge, as it names itself
    client_id: str
    client_secret: str = field(repr=False)
    clock: Callable[[], datetime]

    def ask(self, redirect: str, scope: str) -> Asked:
        """A new login. Raise LoginError when the forge does not answer."""
        nonce, verifier = generate_token(SECRET), generate_token(SECRET)
        with self._session(redirect, scope) as session:
            endpoint = self._announced(session)["authorization_endpoint"]
            address, state = session.create_authorization_url(
                endpoint, code_verifier=verifier, nonce=nonce
            )
        return Asked(address=address, scope=scope, state=state, nonce=nonce, verifier=verifier)

    def identify(self, asked: Asked, redirect: str, code: str) -> Identity:
        """Who came back with this code. Raise LoginError when the forge vouches for nobody."""
        try:
            with self._session(redirect, asked.scope) as session:
                return self._identify(session, asked, code)
        except (AuthlibBaseError, JoseError, KeyError, TypeError, ValueError) as error:
            raise LoginError(f"the forge vouches for nobody: {type(error).__name__}") from error

    def _identify(self, session: OAuth2Session, asked: Asked, code: str) -> Identity:
        places = self._announced(session)
        try:
            token = session.fetch_token(
                places["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=asked.verifier,
                allow_redirects=False,
            )
        except RequestException as error:
            raise LoginError(f"the forge does not answer: {type(error).__name__}") from error
        keys = KeySet.import_key_set(
            cast(KeySetSerialization, self._get(session, places["jwks_uri"]))
        )
        subject = self._subject(token["id_token"], keys, asked, places["issuer"])
        about = self._get(session, places["userinfo_endpoint"], signed=True)
        if str(about["sub"]) != subject:
            raise ValueError("another person's profile")
        username = str(about.get("nickname") or about.get("preferred_username") or subject)
        return Identity(
            subject=subject,
            username=username,
            name=str(about.get("name") or username),
            groups=tuple(map(str, about.get("groups") or ())),
            scopes=frozenset(asked.scope.split()),
            token=token["access_token"],
            until=self.clock() + timedelta(seconds=int(token.get("expires_in") or LASTS)),
        )

    def _subject(self, id_token: str, keys: KeySet, asked: Asked, issuer: str) -> str:
        """Whom the signed token is about, if it is for us, of today, and for this very login."""
        claims = jwt.decode(id_token, keys, algorithms=["RS256"]).claims
        jwt.JWTClaimsRegistry(
            now=int(self.clock().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": asked.nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        ).validate(claims)
        return str(claims["sub"])

    def _session(self, redirect: str, scope: str) -> OAuth2Session:
        session = OAuth2Session(
            self.client_id,
            self.client_secret,
            scope=scope,
            redirect_uri=redirect,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
        )
        session.trust_env = False  # the environment's .netrc would add a password of its own
        return session

    def _announced(self, session: OAuth2Session) -> dict[str, str]:
        """Where the forge does what: https://openid.net/specs/openid-connect-discovery-1_0.html"""
        url = self.url.rstrip("/")
        places = self._get(session, f"{url}/.well-known/openid-configuration")
        for name in ("issuer", *ENDPOINTS):
            place = places.get(name)
            if not isinstance(place, str) or origin_of(place) != origin_of(url):
                raise LoginError(f"the forge announces its {name} elsewhere")
        return places

    def _get(self, session: OAuth2Session, url: str, *, signed: bool = False) -> dict[str, Any]:
        try:
            answer = session.request("GET", url, withhold_token=not signed, allow_redirects=False)
            found = answer.json() if answer.status_code == 200 else None
        except RequestException as error:
            raise LoginError(f"the forge does not answer: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise LoginError(f"the forge answers {answer.status_code} at {urlsplit(url).path}")
        return found


ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def origin_of(url: str) -> tuple[str, str]:
    """What decides who is spoken to: scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.casefold()
