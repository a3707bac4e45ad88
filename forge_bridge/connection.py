"""One connection to one GitLab: requests within bounds, its faults as ours, its token kept from others.

python-gitlab by itself sends the token along on a redirect or a pagination link to another host,
and waits for ever. Here the session knows one address and no other, each request has an end, and
a next page is asked for at our address, whatever the link says.
https://docs.gitlab.com/api/rest/
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import gitlab
from requests import PreparedRequest, RequestException, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema

from .errors import ForgeConflict, ForgeDenied, ForgeError, ForgeMissing, ForgeUnavailable

log = logging.getLogger(__name__)

#: Seconds without a byte before a request is given up.
TIMEOUT = 30

#: Connections open at once.
CONNECTIONS = 8

#: How often a request is tried, and the longest wait, in seconds, that the forge may ask of us.
TRIES = 4
LONGEST_WAIT = 120

#: Answers that say: not now. Those in SAFE tell that nothing was done, so that a write may be sent again.
TRANSIENT = {429, 500, 502, 503, 504}
SAFE = {429, 503}

Params = Mapping[str, str | int | bool]


class Answer(NamedTuple):
    """What the forge answered: its JSON (None for raw bytes), its bytes, its headers."""

    json: Any
    payload: bytes
    headers: Mapping[str, str]
    next: Params | None = None  # the query of the next page

    @property
    def clock(self) -> datetime | None:
        """The forge's own clock when it answered."""
        said = self.headers.get("Date")
        return parsedate_to_datetime(said).astimezone(UTC) if said else None


class Connection:
    """Requests to the API of one GitLab, with one token or none."""

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        contact: str = "",
        timeout: float = TIMEOUT,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        """`contact` goes into the User-Agent, so that the forge's team knows whom to write to."""
        self.url = url.rstrip("/")
        self.is_authenticated = bool(token)
        self._session = _BoundSession(self.url)
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        # A bearer token serves personal, project and OAuth tokens alike.
        self._gitlab = gitlab.Gitlab(
            self.url,
            oauth_token=token or None,
            session=self._session,
            timeout=timeout,
            keep_base_url=True,
            user_agent=f"Balise ({contact})" if contact else "Balise",
        )

    @property
    def requests(self) -> int:
        """How many requests were sent so far, repeated ones and redirects too."""
        return self._session.sent

    def stop(self) -> None:
        """Ask for nothing again, and wait for nothing: somebody wants to leave."""
        self._stopped.set()

    def get(self, path: str, params: Params | None = None) -> Answer:
        """One answer. Raise ForgeError's children."""
        return _answer(self._request("get", path, params))

    def download(self, path: str, params: Params, limit: int) -> Answer:
        """The first `limit` bytes of a file."""
        response = self._request("get", path, params, streamed=True)
        try:
            payload = bytearray()
            for piece in response.iter_content(65_536):
                payload += piece
                if len(payload) >= limit:
                    break
        except RequestException as error:
            raise ForgeUnavailable(self._said("la réponse s’est interrompue")) from error
        finally:
            response.close()
        return Answer(None, bytes(payload[:limit]), response.headers)

    def items(self, path: str, params: Params | None = None) -> Iterator[Any]:
        """Each item of a list, a page asked for when the one before is used up."""
        query: Params | None = {"per_page": 100, **(params or {})}
        while query is not None:
            answer = self.get(path, query)
            yield from answer.json
            query = answer.next

    def send(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Have something changed; give what the forge answers, None when it says nothing."""
        response = self._request(verb, path, body=dict(body or {}))
        return response.json() if response.content else None

    def _request(
        self,
        verb: str,
        path: str,
        params: Params | None = None,
        *,
        body: dict[str, Any] | None = None,
        streamed: bool = False,
    ) -> Response:
        attempt = 1
        while True:
            try:
                return self._gitlab.http_request(
                    verb,
                    path,
                    query_data=dict(params or {}),
                    post_data=body,
                    streamed=streamed,
                    obey_rate_limit=False,
                    retry_transient_errors=False,
                )
            except gitlab.exceptions.GitlabHttpError as error:
                code = error.response_code or 0
                again = code in (TRANSIENT if verb == "get" else SAFE)
                if not again or attempt == TRIES:
                    raise self._translated(error, path) from error
            except gitlab.exceptions.GitlabError as error:
                raise self._translated(error, path) from error
            except InvalidSchema as error:
                said = self._said("il renvoie vers une autre adresse, où le jeton n’ira pas")
                raise ForgeUnavailable(said) from error
            except RequestException as error:
                if verb != "get" or attempt == TRIES:
                    raise ForgeUnavailable(self._said("il ne répond pas")) from error
            self._wait(attempt)
            attempt += 1

    def _wait(self, attempt: int) -> None:
        asked = self._session.asked_to_wait()
        if asked > LONGEST_WAIT:
            raise ForgeUnavailable(self._said(f"il demande d’attendre {asked:.0f}\u00a0s"))
        log.info("forge waits seconds=%s attempt=%s", asked or 2**attempt, attempt)
        self._sleep(asked or 2.0**attempt)
        if self._stopped.is_set():
            raise ForgeUnavailable(self._said("la demande est abandonnée"))

    def _translated(self, error: gitlab.exceptions.GitlabError, path: str) -> ForgeError:
        code = error.response_code or 0
        said = self._said(f"{code}, {_words(error)} ({path})")
        if code == 401 and self.is_authenticated:
            return ForgeDenied(
                self._said(f"le jeton est refusé ({_words(error)}). Il est faux, expiré ou révoqué")
            )
        if code in (401, 403):
            return ForgeDenied(said)
        if code == 404:
            return ForgeMissing(said)
        if 400 <= code < 500 and code != 429:
            return ForgeConflict(said)
        return ForgeUnavailable(said)

    def _said(self, what: str) -> str:
        return f"Le serveur {self.url}\u00a0: {what}."


class _BoundSession(Session):
    """A session that reaches one address: any other, by redirect or by link, has no way out."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False  # the environment's .netrc would add a password of its own
        self.adapters.clear()
        self.mount(f"{url}/", HTTPAdapter(pool_maxsize=CONNECTIONS, pool_block=True))
        self.max_redirects = 3
        self.sent = 0
        self._counting = threading.Lock()
        self._last = threading.local()

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        with self._counting:
            self.sent += 1
        self._last.wait = 0.0
        response = super().send(request, **kwargs)
        self._last.wait = _seconds(response.headers.get("Retry-After", ""))
        return response

    def asked_to_wait(self) -> float:
        """How many seconds the last answer to this thread asked us to wait; 0 when it said nothing."""
        return float(getattr(self._last, "wait", 0.0))


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0


def _answer(response: Response) -> Answer:
    following = response.links.get("next", {}).get("url", "")
    query = dict(parse_qsl(urlsplit(following).query)) if following else None
    try:
        return Answer(response.json(), response.content, response.headers, query)
    except ValueError as error:
        raise ForgeUnavailable(f"Le serveur répond autre chose que du JSON ({error}).") from error


def _words(error: gitlab.exceptions.GitlabError) -> str:
    """What the forge says of a refusal, on one line."""
    said = error.error_message
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:300]
