"""Hooks sent in the background, signed as GitLab signs them.

https://docs.gitlab.com/user/project/integrations/webhooks/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import queue
import threading
import time
import uuid
from datetime import timedelta
from typing import Any

import requests

from tests.forge.call import as_json
from tests.forge.model import Delivery, Hook, Project
from tests.forge.world import World

#: The events, with the setting of a hook that asks for them.
EVENTS = {
    "push": "push_events",
    "tag_push": "tag_push_events",
    "merge_request": "merge_requests_events",
    "note": "note_events",
    "release": "releases_events",
    "pipeline": "pipeline_events",
    "issue": "issues_events",
    "job": "job_events",
}
NAMES = {
    "push": "Push Hook",
    "tag_push": "Tag Push Hook",
    "merge_request": "Merge Request Hook",
    "note": "Note Hook",
    "release": "Release Hook",
    "pipeline": "Pipeline Hook",
}
TIMEOUT = 10  # seconds
FAILURES = 4  # in a row, and the hook rests


class Sender:
    """Sends what hooks asked for, one message after the other, on a thread of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.deliveries: list[Delivery] = []
        self._waiting: queue.Queue[Delivery | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def tell(self, event: str, project: Project, payload: dict[str, Any]) -> None:
        """Send an event to all who listen."""
        for hook in [*project.hooks.values(), *self._world.system_hooks]:
            if hook.events.get(EVENTS[event]) and _branch_wanted(hook, event, payload):
                self.send(hook, event, payload)

    def send(self, hook: Hook, event: str, payload: dict[str, Any], *, key: str = "") -> None:
        """Send to one hook, soon; with the key of an earlier message, the same one again."""
        if hook.disabled_until and self._world.now() < hook.disabled_until:
            return
        number = self._world.number("delivery")
        delivery = Delivery(number, hook, event, key or str(uuid.uuid4()), payload)
        self.deliveries.append(delivery)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self._waiting.put(delivery)

    def settle(self) -> None:
        """Wait until all is sent."""
        self._waiting.join()

    def stop(self) -> None:
        if self._thread:
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (delivery := self._waiting.get()) is not None:
                try:
                    self._deliver(session, delivery)
                finally:
                    self._waiting.task_done()

    def _deliver(self, session: requests.Session, delivery: Delivery) -> None:
        body = as_json(delivery.payload)
        delivery.headers = self._headers(delivery, body)
        started, hook = time.monotonic(), delivery.hook
        try:
            answer = session.post(hook.url, data=body, headers=delivery.headers, timeout=TIMEOUT)
            delivery.status, failed = answer.status_code, not answer.ok
        except requests.RequestException as error:
            delivery.status, failed = type(error).__name__, True
        delivery.seconds = time.monotonic() - started
        hook.failures = hook.failures + 1 if failed else 0
        if hook.failures >= FAILURES:
            pause = timedelta(minutes=2 ** (hook.failures - FAILURES))
            hook.disabled_until = self._world.now() + min(pause, timedelta(days=1))
        elif not failed:
            hook.disabled_until = None

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        hook = delivery.hook
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "GitLab/18.5.0",
            "X-Gitlab-Event": NAMES[delivery.event] if hook.project else "System Hook",
            "X-Gitlab-Event-UUID": str(uuid.uuid4()),
            "X-Gitlab-Webhook-UUID": hook.uuid,
            "X-Gitlab-Instance": self._world.url,
            "Idempotency-Key": delivery.key,
        }
        if hook.token:
            headers["X-Gitlab-Token"] = hook.token
        if hook.signing_token:
            when = str(int(self._world.now().timestamp()))
            headers["webhook-id"] = delivery.key
            headers["webhook-timestamp"] = when
            headers["webhook-signature"] = sign(hook.signing_token, delivery.key, when, body)
        return headers


def sign(secret: str, key: str, when: str, body: bytes) -> str:
    """The signature of a message: v1, then the base64 of an HMAC of its name, date and body."""
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{key}.{when}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(raw, signed, hashlib.sha256)).decode()


def _branch_wanted(hook: Hook, event: str, payload: dict[str, Any]) -> bool:
    if event != "push" or not hook.branch_filter:
        return True
    return bool(payload["ref"] == f"refs/heads/{hook.branch_filter}")
