"""Webhooks: who is believed, what they set in motion, and that losing them loses nothing."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from forge_bridge.webhook import LIMIT, REPLAY_WINDOW, Hooks, receiver
from indexer.store import SqlStore
from tests.crawling import NOTICE, Catalogue
from tests.forge import Forge

TOKEN = "le-secret-des-webhooks"
SIGNING = f"whsec_{base64.b64encode(b'une clef de trente-deux octets !').decode()}"
PUSH = {"project_id": 7, "ref": "refs/heads/main", "project": {"id": 7, "default_branch": "main"}}


class Receiver:
    """The address that forges call, in front of a real database."""

    def __init__(self, folder, clock, **proof):
        self.store = SqlStore(f"sqlite:///{folder / 'hooks.sqlite'}")
        self.clock = clock
        app = Flask("webhooks")
        hooks = [Hooks(forge="forge", **proof)]
        app.register_blueprint(receiver(hooks, self.store.projects, clock))
        self.app, self.client = app, app.test_client()

    def post(self, message=PUSH, event="Push Hook", body=None, **headers):
        body = json.dumps(message).encode() if body is None else body
        said = {"X-Gitlab-Event": event, "X-Gitlab-Event-UUID": secrets.token_hex(8)}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.post("/webhooks/gitlab", data=body, headers=said | named)
        assert "message" in answer.json, "every answer says what became of the message"
        return answer.status_code

    @property
    def due(self):
        return self.store.projects.due("forge")

    def becomes_due(self, *projects):
        """A mark may be written a moment after the answer."""
        wait_for(lambda: self.due == [*projects])


def signed(body, clock, key=SIGNING, id="msg-1", at=None):
    when = str(int(clock().timestamp()) if at is None else at)
    secret = base64.b64decode(key.removeprefix("whsec_"))
    mark = hmac.new(secret, f"{id}.{when}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mark).decode()}"
    return {"webhook-id": id, "webhook-timestamp": when, "webhook-signature": signature}


@pytest.fixture
def by_token(tmp_path, forge):
    return Receiver(tmp_path, forge.clock, token=TOKEN)


@pytest.fixture
def by_signature(tmp_path, forge):
    return Receiver(tmp_path, forge.clock, token=TOKEN, signing=SIGNING)


def test_a_push_marks_its_project_as_due(by_token):
    assert by_token.post(X_Gitlab_Token=TOKEN) == 202
    by_token.becomes_due(7)


@pytest.mark.parametrize("token", ["", "autre", TOKEN[:-1], TOKEN + " ", "é" * 20])
def test_a_wrong_token_is_refused(by_token, token):
    assert by_token.post(X_Gitlab_Token=token) == 401
    assert not by_token.due


def test_a_forge_without_secret_receives_nothing(tmp_path, forge):
    assert Receiver(tmp_path, forge.clock).post(X_Gitlab_Token="") == 404


def test_a_signature_is_asked_where_a_key_is_set(by_signature, forge):
    body = json.dumps(PUSH).encode()
    assert by_signature.post(body=body, X_Gitlab_Token=TOKEN) == 401
    assert by_signature.post(body=body, **signed(body, forge.clock)) == 202
    by_signature.becomes_due(7)


def test_a_signature_of_something_else_is_refused(by_signature, forge):
    body = json.dumps(PUSH).encode()
    proof = signed(body, forge.clock)
    assert by_signature.post(body=body + b" ", **proof) == 401
    assert by_signature.post(body=body, **proof | {"webhook-id": "msg-2"}) == 401
    other = f"whsec_{base64.b64encode(b'une autre clef, volee ou perdue !').decode()}"
    assert by_signature.post(body=body, **signed(body, forge.clock, key=other)) == 401


def test_one_good_signature_among_several_is_enough(by_signature, forge):
    """While a key is being changed, the forge signs with both."""
    body = json.dumps(PUSH).encode()
    proof = signed(body, forge.clock)
    proof["webhook-signature"] = f"v1,AAAA {proof['webhook-signature']}"
    assert by_signature.post(body=body, **proof) == 202


@pytest.mark.parametrize("late", [-REPLAY_WINDOW - 2, REPLAY_WINDOW + 2, -(10**9)])
def test_an_old_message_is_not_replayed(by_signature, forge, late):
    body = json.dumps(PUSH).encode()
    at = int(forge.clock().timestamp()) + late
    assert by_signature.post(body=body, **signed(body, forge.clock, at=at)) == 401


@pytest.mark.parametrize("at", ["", "hier", "-5", "1e9", "9" * 40, "٣٤", "12 34"])
def test_a_strange_date_is_refused(by_signature, at):
    proof = {"webhook-id": "1", "webhook-timestamp": at, "webhook-signature": "v1,AAAA"}
    said = {name: value.encode().decode("latin-1") for name, value in proof.items()}
    assert by_signature.post(**said) == 401


def test_a_message_sent_again_does_nothing_more(by_token):
    again = {"X_Gitlab_Token": TOKEN, "Idempotency_Key": "abc"}
    assert by_token.post(**again) == 202
    by_token.becomes_due(7)
    by_token.store.projects.settle("forge", [7], by_token.clock())
    assert by_token.post(**again) in (200, 202)
    by_token.post(PUSH | {"project_id": 8}, X_Gitlab_Token=TOKEN)
    by_token.becomes_due(8)


def test_two_messages_of_one_event_are_told_apart(by_token):
    same = {"X_Gitlab_Token": TOKEN, "X_Gitlab_Event_UUID": "u"}
    assert by_token.post(**same) == 202
    assert by_token.post(PUSH | {"project_id": 8, "project": {"id": 8}}, **same) == 202
    by_token.becomes_due(7, 8)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("Emoji Hook", PUSH),
        ("", PUSH),
        ("Push Hook", {}),
        ("Push Hook", []),
        ("Push Hook", "texte"),
        ("Push Hook", {"project_id": "7"}),
        ("Push Hook", {"project_id": -1}),
        ("Push Hook", {"project_id": True}),
        ("Push Hook", {"project_id": 10**30}),
        ("Push Hook", {"project_id": 7, "project": "sept"}),
        ("Push Hook", PUSH | {"ref": "refs/heads/brouillon"}),
    ],
)
def test_an_event_that_says_nothing_is_answered_politely(by_token, event, message):
    status = by_token.post(message, event, X_Gitlab_Token=TOKEN)
    assert status == (202 if message == {"project_id": 7, "project": "sept"} else 200)
    by_token.becomes_due(*[7] if status == 202 else [])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN'])
def test_a_body_that_is_no_json_is_refused(by_token, body):
    assert by_token.post(body=body, X_Gitlab_Token=TOKEN) == 400


def test_a_message_too_long_is_refused_before_it_is_read(by_token):
    assert by_token.post(body=b" " * (LIMIT + 1), X_Gitlab_Token=TOKEN) == 413


def test_an_answer_takes_less_than_a_tenth_of_a_second_even_at_the_thousandth(by_token):
    body = json.dumps(PUSH | {"commits": [{"message": "x" * 500}] * 20}).encode()
    spent = []
    for number in range(200):
        begun = time.perf_counter()
        by_token.post(body=body, X_Gitlab_Token=TOKEN, Idempotency_Key=str(number))
        spent.append(time.perf_counter() - begun)
    assert sorted(spent)[len(spent) // 2] < 0.1


def test_an_answer_does_not_wait_for_a_harvest_that_writes(by_token, tmp_path):
    writing = sqlite3.connect(tmp_path / "hooks.sqlite", isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    begun = time.perf_counter()
    for number in range(5):
        assert by_token.post(X_Gitlab_Token=TOKEN, Idempotency_Key=str(number)) == 202
    assert time.perf_counter() - begun < 5 * 0.1
    assert not by_token.due
    writing.execute("COMMIT")
    writing.close()
    wait_for(lambda: by_token.due == [7])


@pytest.mark.parametrize(
    "proof", [{"token": TOKEN}, {"token": TOKEN, "signing": SIGNING}], ids=["token", "signature"]
)
def test_the_forge_itself_is_understood(tmp_path, forge, proof):
    """Its own hooks, sent over HTTP, with its own headers and bodies."""
    catalogue = Catalogue(tmp_path, forge)
    project = forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    catalogue.crawl()
    here = Receiver(tmp_path, forge.clock, **proof)
    server = make_server("127.0.0.1", 0, here.app)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/webhooks/gitlab"
        forge.add_hook(address, project, token=TOKEN, signing_token=proof.get("signing", ""))
        forge.commit(project, {"commun.yml": NOTICE.replace("boîte", "carton")})
        forge.settle_hooks()
        here.becomes_due(project.id)
        forge.resend(forge.deliveries[0])
        forge.settle_hooks()
        assert {delivery.status for delivery in forge.deliveries} <= {200, 202}
    finally:
        server.shutdown()
        server.server_close()


def test_a_hook_that_never_came_is_made_up_for_by_the_crawl(tmp_path, forge):
    catalogue = Catalogue(tmp_path, forge)
    project = forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    catalogue.crawl()
    forge.commit(project, {"commun.yml": NOTICE.replace("boîte", "carton")})
    catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en carton"]


@pytest.mark.slow
def test_the_worker_reads_what_a_webhook_marked_and_stops_when_asked(tmp_path):
    with Forge(tmp_path / "forge") as forge:
        project = forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
        (tmp_path / "balise.toml").write_text(f'[[forge]]\nkey = "forge"\nurl = "{forge.url}"\n')
        root = str(Path(__file__).parent.parent)
        env = {**os.environ, "PYTHONPATH": root, "BALISE_FORGE_HOOK_TOKEN": TOKEN}
        running = []

        def balise(*arguments):
            child = subprocess.Popen(
                [sys.executable, "-m", "cli", *arguments],
                cwd=tmp_path,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            running.append(child)
            return child

        try:
            worker = balise("worker")
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            server = balise("serve", "--port", str(port))
            catalogue = Catalogue(tmp_path / "var", forge)
            wait_for(lambda: "Fractions en boîte" in catalogue.published())
            wait_for(lambda: "est servi" in server.stdout.readline())
            forge.add_hook(f"http://127.0.0.1:{port}/webhooks/gitlab", project, token=TOKEN)
            forge.commit(project, {"commun.yml": NOTICE.replace("boîte", "carton")})
            wait_for(lambda: "Fractions en carton" in catalogue.published())
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(20) == 0
            assert "Arrêté." in worker.stdout.read()
        finally:
            for child in running:
                child.kill()
                child.wait()
                child.stdout.close()


def wait_for(condition, seconds=40):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.2)
