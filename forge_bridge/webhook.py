"""Webhooks: who sends them, which project they are about. They only mark it as due.

Losing one loses nothing: the crawl finds what changed by itself, later.
https://docs.gitlab.com/user/project/integrations/webhooks/
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers

log = logging.getLogger(__name__)

#: Bytes of a body: GitLab itself sends at most twenty commits a push.
LIMIT = 2_000_000

#: Seconds that the database may take while the forge waits: a harvest may be writing to it.
PATIENCE = 0.05

#: Seconds within which a signed message must arrive: later it is somebody repeating it.
REPLAY_WINDOW = 300

#: Events after which a project may say something else of itself.
TELLING = {
    "Push Hook",
    "Tag Push Hook",
    "Release Hook",
    "Merge Request Hook",
    "System Hook",
}


class Register(Protocol):
    """Where what is due is kept: see indexer.projects.Projects."""

    def received(self, forge: str, delivery: str, id: int, now: datetime) -> bool: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Hooks:
    """What the webhooks of one forge prove themselves with; "" where they do not."""

    forge: str
    token: str = ""
    signing: str = ""  # « whsec_ » and a key in base64

    @property
    def key(self) -> bytes:
        """The signing key. Raise ValueError when it is no base64."""
        return base64.b64decode(self.signing.removeprefix("whsec_"), validate=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a message is not taken."""

    status: int
    said: str


def receiver(
    hooks: Sequence[Hooks], register: Register, clock: Callable[[], datetime]
) -> Blueprint:
    """The address that the forges call."""
    bp = Blueprint("webhook", __name__)
    writer = ThreadPoolExecutor(1)  # its thread starts with the first message

    @bp.post("/webhooks/gitlab")
    def receive() -> Response:
        if (request.content_length or 0) > LIMIT:
            return _answer(413, "Message trop long.")
        body = request.get_data(cache=False)
        now = clock()
        sender = sender_of(hooks, request.headers, body, now)
        if isinstance(sender, Refusal):
            log.warning("webhook refused reason=%r", sender.said)
            return _answer(sender.status, sender.said)
        try:
            about = project_of(request.headers.get("X-Gitlab-Event", ""), json.loads(body))
        except (ValueError, RecursionError):
            return _answer(400, "Le corps du message n’est pas du JSON.")
        if about is None:
            return _answer(200, "Rien à faire de cet événement.")
        delivery = delivery_of(request.headers, body)
        kept = writer.submit(register.received, sender.forge, delivery, about, now)
        kept.add_done_callback(_told)
        wait([kept], PATIENCE)
        if kept.done() and not kept.exception() and not kept.result():
            return _answer(200, "Déjà reçu.")
        log.info("webhook due forge=%s project=%s", sender.forge, about)
        return _answer(202, "Le projet sera relu.")

    return bp


def _told(kept: Future[bool]) -> None:
    """A mark that could not be written is lost, and so nothing is: see above."""
    if error := kept.exception():
        log.warning("webhook lost error=%r", str(error))


def _answer(status: int, said: str) -> Response:
    document = json.dumps({"message": said}, ensure_ascii=False)
    return Response(document, status=status, mimetype="application/json")


def sender_of(
    hooks: Sequence[Hooks], headers: Headers, body: bytes, now: datetime
) -> Hooks | Refusal:
    """The forge that sent a message, proved by its signature, or by its token where none is asked."""
    if not any(each.token or each.signing for each in hooks):
        return Refusal(status=404, said="Aucun webhook n’est attendu ici.")
    for each in hooks:
        if each.signing and _is_signed(each, headers, body):
            said = headers.get("webhook-timestamp", "")
            age = abs(now.timestamp() - int(said))
            if age <= REPLAY_WINDOW:
                return each
            return Refusal(status=401, said="Message trop ancien\u00a0: rejoué\u202f?")
        if (
            each.token
            and not each.signing
            and _is_same(headers.get("X-Gitlab-Token", ""), each.token)
        ):
            return each
    return Refusal(status=401, said="Ni la signature ni le jeton ne sont les bons.")


def _is_signed(hooks: Hooks, headers: Headers, body: bytes) -> bool:
    id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not at.isascii() or not at.isdecimal() or len(at) > 12:
        return False
    signed = f"{id}.{at}.".encode() + body
    right = base64.b64encode(hmac.digest(hooks.key, signed, hashlib.sha256)).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(_is_same(each, f"v1,{right}") for each in given)


def _is_same(given: str, right: str) -> bool:
    """Compare secrets in a time that tells nothing of them."""
    return hmac.compare_digest(given.encode(errors="replace"), right.encode())


def delivery_of(headers: Headers, body: bytes) -> str:
    """The number of a message, the same when it is sent again."""
    for name in ("webhook-id", "Idempotency-Key"):
        if said := headers.get(name, ""):
            return said[:200]
    # Older GitLabs number the event only, which several hooks may share.
    said = headers.get("X-Gitlab-Event-UUID", "")
    return f"{said[:100]} {hashlib.sha256(body).hexdigest()}"


def project_of(event: str, message: Any) -> int | None:
    """The number of the project that may have changed; None when no project did."""
    if event not in TELLING or not isinstance(message, dict):
        return None
    inside = message.get("project")
    found = message.get("project_id") or (inside.get("id") if isinstance(inside, dict) else None)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 2**53:
        return None
    return None if _is_elsewhere(message, inside) else found


def _is_elsewhere(message: dict[str, Any], project: Any) -> bool:
    """Is it a push to another branch than the one that the catalogue reads?"""
    ref = message.get("ref")
    default = project.get("default_branch") if isinstance(project, dict) else None
    is_branch = isinstance(ref, str) and ref.startswith("refs/heads/")
    return bool(is_branch and default and ref != f"refs/heads/{default}")


def check(hooks: Hooks) -> str:
    """What is wrong with the secrets of a forge's webhooks, "" when nothing is."""
    try:
        is_short = bool(hooks.signing) and len(hooks.key) < 16
    except (binascii.Error, ValueError):
        return "la clé de signature n’est pas en base64\u00a0: recopiez-la de la page du webhook."
    return "la clé de signature est trop courte." if is_short else ""
