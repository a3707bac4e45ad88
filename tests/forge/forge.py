"""The forge that tests hold: served on a loopback address, with its log, its faults, its hooks."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.corpus import SHARED
from tests.forge import generating, seeding
from tests.forge.answering import Api
from tests.forge.clock import Clock
from tests.forge.contents import Contents
from tests.forge.contract import Contract
from tests.forge.faults import Asked, Fault, Limit
from tests.forge.model import Delivery, Hook, Project
from tests.forge.pages import Pages
from tests.forge.serving import Serving
from tests.forge.webhooks import EVENTS, Sender
from tests.forge.world import World

CONTRACT = SHARED / "gitlab"


@cache
def _contract() -> Contract:
    return Contract(CONTRACT)


class Forge(Contents):
    """A forge on a loopback address, its data in a folder. Used as a context."""

    def __init__(
        self, folder: Path, *, now: Clock | None = None, contract: bool = True, port: int = 0
    ) -> None:
        clock = now or Clock()
        super().__init__(World(folder, clock), clock)
        checked = contract and CONTRACT.exists()
        self._api = Api(self.world, _contract() if checked else None)
        self._serving = Serving(self.world, self._api, Pages(self.world, self.accounts))
        self._sender = self.world.sender = Sender(self.world)
        self._port = port
        self.url = ""

    def __enter__(self) -> Self:
        self.url = self.world.url = self._serving.start(self._port)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._serving.stop()
        self._sender.stop()

    # --- What was asked and what was wrong with it

    @property
    def violations(self) -> list[str]:
        """What broke the contract, in requests or in answers."""
        return self._api.violations

    @property
    def requests(self) -> list[Asked]:
        return self._serving.requests

    def count(self, method: str = "", path: str = "") -> int:
        """How many requests there were, of a method, with these words in their address."""
        return sum(
            method in ("", each.method) and path in each.path for each in self._serving.requests
        )

    def forget_requests(self) -> None:
        self._serving.requests.clear()

    # --- Faults and limits

    def fail(self, **fault: Any) -> Fault:
        """Spoil the requests that match: see Fault for what may be said."""
        made = Fault(**fault)
        self._serving.faults.append(made)
        return made

    def heal(self) -> None:
        self._serving.faults.clear()

    def limit(self, requests: int, *, seconds: int = 60) -> None:
        self._api.limit = Limit(self.clock, requests, seconds)

    @property
    def polls(self) -> int:
        """How often a fork or a merge request must be looked at before it is ready."""
        return self.world.polls

    @polls.setter
    def polls(self, polls: int) -> None:
        self.world.polls = polls

    # --- Hooks

    def add_hook(
        self,
        url: str,
        project: Project | None = None,
        *,
        token: str = "",
        signing_token: str = "",
        events: Iterable[str] = EVENTS,
    ) -> Hook:
        """A hook of a project, or of the whole forge."""
        with self.world.lock:
            asked = {setting: event in events for event, setting in EVENTS.items()}
            number = self.world.number("hook")
            hook = Hook(number, url, self.clock(), asked, project=project, token=token)
            hook.signing_token = signing_token
            if project:
                project.hooks[number] = hook
            else:
                self.world.system_hooks.append(hook)
            return hook

    @property
    def deliveries(self) -> list[Delivery]:
        return self._sender.deliveries

    def settle_hooks(self) -> None:
        """Wait until every message is sent."""
        self._sender.settle()

    def resend(self, delivery: Delivery) -> None:
        self._sender.send(delivery.hook, delivery.event, delivery.payload, key=delivery.key)

    # --- Filling it

    def seed(self, folder: Path) -> list[Project]:
        """A project for each `owner+name` folder, dated by SOURCES.md."""
        return seeding.seed(self, folder)

    def generate(self, count: int, *, seed: int = 0) -> list[Project]:
        """So many invented projects, always the same for a seed."""
        return generating.generate(self.world, count, seed=seed)


def signing_token() -> str:
    """A secret to sign hooks with."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
