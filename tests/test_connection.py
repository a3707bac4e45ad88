"""The connection to a forge: its bounds, its faults, and where its token goes."""

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from forge_bridge.connection import LONGEST_WAIT, TRIES, Connection
from forge_bridge.errors import (
    ForgeConflict,
    ForgeDenied,
    ForgeError,
    ForgeMissing,
    ForgeUnavailable,
)
from forge_bridge.gitlab import GitLabForge

CANARY = "glpat-canari-1234567890"


class Host:
    """A web server that answers as told, and remembers every byte of every request."""

    def __init__(self, answers):
        self.answers = answers  # path -> (status, headers, body), or a function of the request
        self.seen = []

    @property
    def text(self):
        return "\n".join(self.seen)


@contextmanager
def serving(answers):
    host = Host(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            host.seen.append(f"{self.requestline}\n{self.headers}")
            answer = host.answers.get(self.path.partition("?")[0], (404, {}, b"{}"))
            status, headers, body = answer(self) if callable(answer) else answer
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    host.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()


def connected(host, **more):
    waits = []
    made = Connection(host.url, CANARY, timeout=1, sleep=waits.append, **more)
    made.waits = waits
    return made


def test_the_token_goes_to_the_forge():
    with serving({"/api/v4/user": (200, {}, b'{"id": 1}')}) as forge:
        connected(forge).get("/user")
        assert f"Authorization: Bearer {CANARY}" in forge.text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_the_token_does_not_follow_a_redirect_to_another_host(status, verb):
    with serving({}) as thief:
        elsewhere = {"Location": f"{thief.url}/api/v4/user"}
        with serving({"/api/v4/user": (status, elsewhere, b"")}) as forge:
            at = connected(forge)
            with pytest.raises((ForgeUnavailable, ForgeConflict)):
                at.get("/user") if verb == "get" else at.send(verb, "/user", {})
        assert not thief.seen


def test_the_token_does_not_follow_a_next_page_on_another_host():
    with serving({"/api/v4/projects": (200, {}, b"[]")}) as thief:
        said = {"Link": f'<{thief.url}/api/v4/projects?id_after=7&page=2>; rel="next"'}
        pages = iter([(200, said, b'[{"id": 7}]'), (200, {}, b'[{"id": 8}]')])
        with serving({"/api/v4/projects": lambda _: next(pages)}) as forge:
            assert [each["id"] for each in connected(forge).items("/projects")] == [7, 8]
            assert "id_after=7" in forge.seen[1]
        assert not thief.seen


def test_no_fault_tells_the_token():
    for status in (400, 401, 403, 404, 409, 429, 500):
        with serving({"/api/v4/user": (status, {}, b'{"message": "non"}')}) as forge:
            with pytest.raises(ForgeError) as fault:
                connected(forge).get("/user")
            chain, texts = fault.value, []
            while chain:
                texts.append(f"{chain!s} {chain!r}")
                chain = chain.__cause__ or chain.__context__
            assert CANARY not in " ".join(texts)


def test_a_redirect_within_the_forge_is_followed():
    moved = (301, {"Location": "/api/v4/projects/7"}, b"")
    here = {"/api/v4/projects/a%2Fb": moved, "/api/v4/projects/7": (200, {}, b'{"id": 7}')}
    with serving(here) as forge:
        assert connected(forge).get("/projects/a%2Fb").json == {"id": 7}


def test_the_environment_adds_no_password_and_no_proxy(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login moi password secret-du-poste\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving({"/api/v4/user": (200, {}, b"{}")}) as forge:
        Connection(forge.url).get("/user")
        assert "Authorization" not in forge.text


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ForgeConflict),
        (401, ForgeDenied),
        (403, ForgeDenied),
        (404, ForgeMissing),
        (405, ForgeConflict),
        (409, ForgeConflict),
        (422, ForgeConflict),
    ],
)
def test_a_refusal_is_told_by_what_one_can_do(status, kind):
    with serving({"/api/v4/x": (status, {}, b'{"message": "parce que"}')}) as forge:
        at = connected(forge)
        with pytest.raises(kind, match="parce que"):
            at.get("/x")
        assert at.requests == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_asked_again(status):
    answers = iter([(status, {"Retry-After": "7"}, b"{}"), (200, {}, b'{"id": 1}')])
    with serving({"/api/v4/x": lambda _: next(answers)}) as forge:
        at = connected(forge)
        assert at.get("/x").json == {"id": 1}
        assert at.waits == [7.0]


def test_a_lasting_fault_ends():
    with serving({"/api/v4/x": (500, {}, b"{}")}) as forge:
        at = connected(forge)
        with pytest.raises(ForgeUnavailable):
            at.get("/x")
        assert at.requests == TRIES
        assert at.waits == sorted(at.waits)


def test_a_forge_that_asks_too_long_a_wait_is_left():
    said = {"Retry-After": str(LONGEST_WAIT + 1)}
    with serving({"/api/v4/x": (429, said, b"{}")}) as forge:
        at = connected(forge)
        with pytest.raises(ForgeUnavailable, match="attendre"):
            at.get("/x")
        assert at.requests == 1
        assert not at.waits


@pytest.mark.parametrize("said", ["-5", "demain", "1e9", "", "٣"])
def test_a_wait_that_is_no_number_of_seconds_is_ours_to_choose(said):
    answers = iter(
        [(429, {"Retry-After": said.encode().decode("latin-1")}, b"{}"), (200, {}, b"{}")]
    )
    with serving({"/api/v4/x": lambda _: next(answers)}) as forge:
        at = connected(forge)
        at.get("/x")
        assert all(0 < wait <= LONGEST_WAIT for wait in at.waits)


def test_a_write_is_not_sent_again_when_it_may_have_been_done():
    for status in (500, 502, 504):
        with serving({"/api/v4/x": (status, {}, b"{}")}) as forge:
            at = connected(forge)
            with pytest.raises(ForgeUnavailable):
                at.send("post", "/x", {})
            assert at.requests == 1


def test_a_write_refused_for_a_while_is_sent_again():
    answers = iter([(429, {"Retry-After": "1"}, b"{}"), (201, {}, b'{"id": 1}')])
    with serving({"/api/v4/x": lambda _: next(answers)}) as forge:
        assert connected(forge).send("post", "/x", {}) == {"id": 1}


def test_a_forge_that_says_nothing_is_not_waited_for():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        waits = []
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        at = Connection(url, CANARY, timeout=0.2, sleep=waits.append)
        with pytest.raises(ForgeUnavailable):
            at.get("/user")
        assert len(waits) == TRIES - 1


def test_a_file_is_cut_where_it_gets_unreasonable():
    with serving({"/api/v4/f": (200, {"X-Gitlab-Blob-Id": "abc"}, b"x" * 300_000)}) as forge:
        answer = connected(forge).download("/f", {}, 1000)
        assert len(answer.payload) == 1000
        assert answer.headers["X-Gitlab-Blob-Id"] == "abc"


def test_half_a_character_goes_no_further():
    body = rb'{"id": 7, "path_with_namespace": "a/b", "name": "Cours \ud800 de maths", "topics": ["\udfff"]}'
    with serving({"/api/v4/projects/7": (200, {}, body)}) as forge:
        project = GitLabForge(connected(forge)).project(7)
    assert project.name == "Cours ? de maths"
    assert project.topics == ("?",)
