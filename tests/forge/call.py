"""One request to the API, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.forge.model import FEATURES, Namespace, Project, Token, User
from tests.forge.world import World

Row = TypeVar("Row")
MAX_OFFSET = 50_000
COUNTED = 10_000  # above, no totals are said


class Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, message: object, headers: Mapping[str, str] | None = None):
        super().__init__(status, message)
        self.status, self.headers = status, dict(headers or {})
        self.body = message if _is_whole(message) else {"message": message}


def _is_whole(message: object) -> bool:
    return isinstance(message, dict) and ("error" in message or "message" in message)


def missing(what: str) -> Refusal:
    return Refusal(404, f"404 {what} Not Found")


def forbidden() -> Refusal:
    return Refusal(403, "403 Forbidden")


def unauthorized() -> Refusal:
    return Refusal(401, "401 Unauthorized")


@dataclass
class Answer:
    status: int = 200
    body: Any = None  # JSON, unless it is bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    world: World
    method: str
    route: str  # its template, as the contract writes it
    url: str  # the address asked for, without the query
    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]
    payload: bytes
    token: Token | None
    read: set[str] = field(default_factory=set)  # the arguments that somebody looked at

    @property
    def user(self) -> User | None:
        return self.token.user if self.token else None

    @property
    def me(self) -> User:
        """The one who asks, who must be known."""
        if self.user is None:
            raise unauthorized()
        return self.user

    def arg(self, name: str, default: str = "") -> str:
        self.read.add(name)
        return self.query.get(name, default)

    def flag(self, name: str) -> bool | None:
        value = self.arg(name).lower()
        return None if value == "" else value in ("true", "1", "t", "yes")

    def count(self, name: str, default: int) -> int:
        value = self.arg(name)
        if value and not value.isdigit():
            raise Refusal(400, {"error": f"{name} is invalid"})
        return int(value) if value else default

    def when(self, name: str) -> datetime | None:
        value = self.arg(name)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise Refusal(400, {"error": f"{name} is invalid"}) from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def when_given(self, name: str) -> datetime | None:
        """A date of the body."""
        value = self.given(name)
        return datetime.fromisoformat(value) if value else None

    def words(self, name: str) -> list[str]:
        return [each.strip() for each in self.arg(name).split(",") if each.strip()]

    def given(self, name: str, default: Any = None) -> Any:
        """A value of the body, or of the query: Grape takes both."""
        self.read.add(name)
        return self.body.get(name, self.query.get(name, default))

    def ignore(self, *names: str) -> None:
        """Take arguments that change nothing here."""
        self.read.update(names)

    def unread(self) -> set[str]:
        return {*self.query, *self.body} - self.read - {*self.path}

    # --- What the address names

    def project(self, feature: str = "", *, level: int = 0, writes: bool = False) -> Project:
        """The project, if it exists for the caller; then what they may do with it."""
        name = self.path["id"]
        found = self.world.project(name)
        moved = None if found else self.world.moved.get(name.lower())
        if moved and self.world.sees(self.user, moved):
            self._redirect(moved)
        if found is None or not self.world.sees(self.user, found):
            raise missing("Project")
        if level and self.user is None:
            raise unauthorized()
        if feature in FEATURES and not self.world.may_use(self.user, found, feature):
            raise forbidden()
        if (writes and found.archived) or self.world.level(self.user, found) < level:
            raise forbidden()
        return found

    def _redirect(self, project: Project) -> None:
        if self.method not in ("GET", "HEAD"):
            raise Refusal(405, "Non GET methods are not allowed for moved projects")
        rest = self.url.split("/projects/", 1)[1].partition("/")[2]
        address = f"{self.world.url}/api/v4/projects/{project.id}{'/' if rest else ''}{rest}"
        address += f"?{urlencode(self.query)}" if self.query else ""
        raise Refusal(301, "Moved Permanently", {"Location": address})

    def group(self) -> Namespace:
        found = self.world.namespace(self.path["id"])
        if found is None or found.owner or not self.world.sees_group(self.user, found):
            raise missing("Group")
        return found

    # --- Lists

    def page(
        self,
        rows: Sequence[Row],
        show: Callable[[Row], Any],
        *,
        limited: bool = False,
    ) -> Answer:
        """A page by offset, with the headers that say which."""
        if self.arg("pagination", "legacy") == "keyset":
            error = "Keyset pagination is not yet available for this type of request"
            raise Refusal(405, {"error": error})
        size, number = self.size(), max(self.count("page", 1), 1)
        start = (number - 1) * size
        if limited and start > MAX_OFFSET:
            raise Refusal(405, {"error": _OFFSET.format(MAX_OFFSET)})
        last = max(-(-len(rows) // size), 1)
        headers = {
            "X-Page": str(number),
            "X-Per-Page": str(size),
            "X-Next-Page": str(number + 1) if number < last else "",
            "X-Prev-Page": str(number - 1) if number > 1 else "",
        }
        links = [("first", 1)]
        links += [("prev", number - 1)] if number > 1 else []
        links += [("next", number + 1)] if number < last else []
        if len(rows) <= COUNTED:
            headers |= {"X-Total": str(len(rows)), "X-Total-Pages": str(last)}
            links.append(("last", last))
        shared = {**self.path, **self.query, "per_page": str(size)}
        headers["Link"] = ", ".join(
            f'<{self.url}?{urlencode({**shared, "page": str(at)})}>; rel="{relation}"'
            for relation, at in links
        )
        return Answer(200, [show(row) for row in rows[start : start + size]], headers)

    def keyset(self, rows: Sequence[Row], show: Callable[[Row], Any], **after: str) -> Answer:
        """A page that says after which row the next one begins: told until one is empty."""
        headers = {}
        if after:
            shared = {**self.query, "per_page": str(self.size()), **after}
            headers["Link"] = f'<{self.url}?{urlencode(shared)}>; rel="next"'
        return Answer(200, [show(row) for row in rows], headers)

    def size(self) -> int:
        return min(max(self.count("per_page", 20), 1), 100)


_OFFSET = (
    "Offset pagination has a maximum allowed offset of {} for requests that return objects of"
    " type Project. Remaining records can be retrieved using keyset pagination."
)


def as_json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
