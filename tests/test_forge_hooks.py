"""The double's hooks: what is sent, how it is signed, what is not sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.corpus import shared
from tests.forge import Forge
from tests.forge.asking import client, refused
from tests.forge.forge import signing_token
from tests.forge.model import DEVELOPER, Project


class Receiver:
    """Takes whatever is sent to it, and answers with a status."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    @property
    def events(self) -> list[str]:
        return [headers["X-Gitlab-Event"] for headers, _ in self.got]

    def payload(self, event: str) -> dict[str, Any]:
        bodies = [body for headers, body in self.got if headers["X-Gitlab-Event"] == event]
        return dict(json.loads(bodies[-1]))

    @contextmanager
    def serving(self) -> Iterator[Receiver]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}/crochet"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as serving:
        yield serving


@pytest.fixture
def project(forge: Forge) -> Project:
    return forge.add_project("marie/fractions", files={"README.md": "# Fractions\n"})


def test_a_push_is_told_with_its_commits(forge, project, receiver):
    forge.add_hook(receiver.url, project, token="secret")
    sha = forge.commit(project, {"commun.yml": "titre: A\n", "README.md": "autre"})
    forge.settle_hooks()
    headers, body = receiver.got[-1]
    told = json.loads(body)
    assert headers["X-Gitlab-Event"] == "Push Hook"
    assert headers["X-Gitlab-Token"] == "secret"
    assert (told["after"], told["ref"]) == (sha, "refs/heads/main")
    assert told["commits"][0]["added"] == ["commun.yml"]
    assert told["commits"][0]["modified"] == ["README.md"]
    assert told["project"]["path_with_namespace"] == "marie/fractions"


def test_messages_are_signed_and_keep_their_name_when_sent_again(forge, project, receiver):
    secret = signing_token()
    forge.add_hook(receiver.url, project, signing_token=secret)
    forge.commit(project, {"a.md": "a"})
    forge.settle_hooks()
    forge.resend(forge.deliveries[0])
    forge.settle_hooks()
    (first, body), (again, _) = receiver.got
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{first['webhook-id']}.{first['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert first["webhook-signature"] == f"v1,{expected}"
    assert first["webhook-id"] == first["Idempotency-Key"] == again["Idempotency-Key"]
    assert first["X-Gitlab-Event-UUID"] != again["X-Gitlab-Event-UUID"]


def test_more_than_three_tags_at_once_are_told_to_nobody(forge, project, receiver):
    forge.add_hook(receiver.url, project)
    forge.push_tags(project, "v1", "v2", "v3", "v4")
    forge.settle_hooks()
    assert receiver.got == []
    forge.push_tags(project, "v5")
    forge.settle_hooks()
    assert receiver.events == ["Tag Push Hook"]


def test_proposals_notes_releases_and_pipelines_are_told(forge, project, receiver):
    forge.add_hook(receiver.url, project)
    forge.commit(project, {"commun.yml": "titre: A\n"}, branch="fiche")
    found = client(forge, project.creator).projects.get(project.id)
    said = {"source_branch": "fiche", "target_branch": "main", "title": "Une fiche"}
    made = found.mergerequests.create(said)
    made.notes.create({"body": "Bonjour"})
    found.commits.get("fiche").statuses.create({"state": "success", "name": "balise"})
    found.releases.create({"tag_name": "v1", "ref": "main", "description": "Une"})
    forge.merge(forge.merge_requests(project)[0])
    forge.settle_hooks()
    assert set(receiver.events) == {
        "Push Hook",
        "Merge Request Hook",
        "Note Hook",
        "Pipeline Hook",
        "Tag Push Hook",
        "Release Hook",
    }
    merged = receiver.payload("Merge Request Hook")["object_attributes"]
    assert (merged["action"], merged["state"], merged["iid"]) == ("merge", "merged", made.iid)
    assert receiver.payload("Note Hook")["object_attributes"]["note"] == "Bonjour"


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("push", "Push Hook"),
        ("tag_push", "Tag Push Hook"),
        ("merge_request", "Merge Request Hook"),
        ("note_merge_request", "Note Hook"),
        ("release", "Release Hook"),
    ],
)
def test_payloads_have_the_keys_of_gitlab_s(forge, project, receiver, name, event):
    """Those of the samples that other clients are tested with, and none that they have not."""
    forge.add_hook(receiver.url, project)
    found = client(forge, project.creator).projects.get(project.id)
    forge.commit(project, {"commun.yml": "titre: A\n"}, branch="fiche")
    said = {"source_branch": "fiche", "target_branch": "main", "title": "Une fiche"}
    found.mergerequests.create(said).notes.create({"body": "Bonjour"})
    found.releases.create({"tag_name": "v1", "ref": "main", "description": "Une"})
    forge.settle_hooks()
    sample = json.loads(
        (shared("gitlab/payloads/client-go/webhooks") / f"{name}.json").read_bytes()
    )
    sent = receiver.payload(event)
    assert sample.keys() - sent.keys() <= {"user_email", "reviewers"}
    assert sent["project"].keys() >= sample["project"].keys()
    for part in {"repository", "object_attributes"} & sent.keys() & sample.keys():
        assert sent[part].keys() & sample[part].keys() >= {"url"}


def test_a_system_hook_hears_of_every_project(forge, project, receiver):
    forge.add_hook(receiver.url, token="systeme")
    forge.commit(forge.add_project("paul/sons"), {"a.md": "a"})
    forge.settle_hooks()
    assert receiver.events == ["System Hook"]


def test_maintainers_alone_make_hooks_and_their_history_can_be_read(forge, project, receiver):
    paul = forge.add_user("paul")
    forge.add_member(project, paul, DEVELOPER)
    refused(403, lambda: client(forge, paul).projects.get(project.id).hooks.list(get_all=True))
    found = client(forge, project.creator).projects.get(project.id)
    hook = found.hooks.create({"url": receiver.url, "token": "secret", "push_events": True})
    assert (hook.token_present, hasattr(hook, "token")) == (True, False)
    forge.commit(project, {"a.md": "a"})
    forge.settle_hooks()
    rows = found.manager.gitlab.http_list(f"/projects/{project.id}/hooks/{hook.id}/events")
    assert rows[0]["response_status"] == "200"
    path = f"/projects/{project.id}/hooks/{hook.id}/events/{rows[0]['id']}/resend"
    found.manager.gitlab.http_post(path)
    forge.settle_hooks()
    assert len(receiver.got) == 2
    hook.delete()
    assert found.hooks.list(get_all=True) == []


def test_a_hook_that_fails_four_times_rests_for_a_while(forge, project, receiver):
    hook = forge.add_hook(receiver.url, project)
    receiver.status = 500
    for number in range(6):
        forge.commit(project, {"a.md": str(number)})
        forge.settle_hooks()
    assert len(receiver.got) == 4
    assert hook.disabled_until is not None
    receiver.status = 200
    forge.clock.advance(minutes=2)
    forge.commit(project, {"a.md": "enfin"})
    forge.settle_hooks()
    assert len(receiver.got) == 5
    assert hook.disabled_until is None
