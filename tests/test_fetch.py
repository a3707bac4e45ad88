"""fetch: bounds of time, size and place, against real sockets."""

from __future__ import annotations

import gzip
import io
import re
import socket
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import netguard
from indexer.errors import AddressRefused, SourceError
from indexer.fetch import Bounds, Fetcher, retry_after
from indexer.inflate import CorruptBody, inflated
from indexer.netguard import is_public

from .hostile import HostileServer, dripping, flooding, ok

NOW = 1_767_225_600.0  # 2026-01-01
SMALL = Bounds(seconds=0.5, size=1_000_000)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer().serving() as server:
        yield server


class Naps(list[float]):
    """The pauses asked for, instead of taken."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def fetcher(**changes: object) -> Fetcher:
    settings: dict[str, object] = {
        "contact": "https://catalogue.example/robot",
        "internal": True,
        "delay": 0,
        "page": SMALL,
        "file": SMALL,
        "sleep": Naps(),
        "clock": lambda: NOW,
    }
    return Fetcher(**(settings | changes))  # type: ignore[arg-type]


# --- What an answer gives ---------------------------------------------------------------------


def test_an_answer_gives_its_bytes_its_type_and_its_charset(server):
    body = "titre\nÉté".encode("cp1252")
    server.answers["/t.csv"] = ok(body, "Content-Type: Text/CSV; Charset=Windows-1252")
    fetched = fetcher()(f"{server.url}/t.csv", {"a": "é b"})
    assert fetched.body == body
    assert (fetched.status, fetched.content_type, fetched.charset) == (
        200,
        "text/csv",
        "windows-1252",
    )
    assert fetched.url == f"{server.url}/t.csv?a=%C3%A9+b"


@pytest.mark.parametrize("header", ["", "Content-Type:", "Content-Type: ;;;", "Content-Type: x"])
def test_a_poor_content_type_harms_nobody(server, header):
    server.answers["/"] = ok(b"x", *filter(None, [header]))
    assert fetcher()(server.url).charset == ""


def test_we_say_who_we_are_and_bring_nothing_else(server, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    fetcher()(server.url)
    request = server.requests[0].decode()
    assert "User-Agent: Balise/" in request
    assert "(+https://catalogue.example/robot)" in request
    assert "Authorization" not in request


@pytest.mark.parametrize(
    ("contact", "agent"),
    [("", r"Balise/[\w.]+\r\n"), ("Zoé\r\nX-A: b", r"Balise/[\w.]+ \(\+ZoX-A: b\)\r\n")],
)
def test_a_contact_that_is_no_address_breaks_no_header(server, contact, agent):
    fetcher(contact=contact)(server.url)
    assert re.search(f"User-Agent: {agent}", server.requests[0].decode())


def test_cookies_are_left_where_they_were_given(server):
    server.answers["/a"] = ok(b"", "Set-Cookie: k=v", "Location: /b", status="302 Found")
    server.answers["/b"] = ok(b"end", "Set-Cookie: k=v")
    fetch = fetcher()
    assert fetch(f"{server.url}/a").body == b"end"
    fetch(f"{server.url}/b")
    assert not any(b"cookie" in request.lower() for request in server.requests)


def test_the_environments_proxies_are_not_used(server, monkeypatch):
    with HostileServer().serving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert fetcher()(server.url).body == b"canary"
        assert proxy.requests == []


def test_a_whole_file_goes_to_disk_and_a_second_attempt_replaces_the_first(server, tmp_path):
    server.answers["/"] = [
        ok(b"long half", length=900),
        ok(b"whole", "Content-Type: a/b; charset=x"),
    ]
    with (tmp_path / "f").open("w+b") as file:
        fetched = fetcher().download(server.url, file)
        file.seek(0)
        assert file.read() == b"whole"
    assert (fetched.body, fetched.charset) == (b"", "x")


# --- Time -------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\n"
NEVER_ENDING = {
    "a silent server": dripping(b"", b"", 5),
    "a status line that drips": dripping(b"HTTP/1.", b"1"),
    "headers that drip": dripping(HEAD, b"X-A: b\r\n"),
    "one header that drips": dripping(HEAD + b"X-A: ", b"b"),
    "a body that drips": dripping(HEAD + b"Content-Length: 900000\r\n\r\n", b"x"),
    "a body without length that drips": dripping(HEAD + b"\r\n", b"x"),
    "chunks that drip": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "a chunk size that drips": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "gzip that drips": dripping(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
    "continuations that drip": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("kind", NEVER_ENDING)
def test_the_whole_exchange_has_a_deadline(server, kind):
    server.answers["/"] = NEVER_ENDING[kind]
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"n’a pas fini de répondre en 0\.5 secondes"):
        fetcher()(server.url)
    assert time.monotonic() - began < 3


def test_the_deadline_holds_during_a_tls_handshake(server):
    server.answers[""] = NEVER_ENDING["a silent server"]
    began = time.monotonic()
    with pytest.raises(SourceError, match="n’a pas fini de répondre"):
        fetcher()(server.url.replace("http:", "https:"))
    assert time.monotonic() - began < 3


def test_redirects_share_one_deadline(server):
    def slow(connection, stopping):
        stopping.wait(0.25)
        connection.sendall(ok(b"", "Location: /", status="302 Found"))

    server.answers["/"] = slow
    with pytest.raises(SourceError, match="n’a pas fini de répondre"):
        fetcher()(server.url)
    assert len(server.requests) <= 3


def test_a_server_that_does_not_speak_tls_is_not_read(server):
    server.answers[""] = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    with pytest.raises(SourceError, match="Aucune liaison sûre"):
        fetcher()(server.url.replace("http:", "https:"))


# --- Size -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [b"\r\n", b"Content-Length: 99999999999\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"],
)
def test_an_endless_body_is_cut(server, head):
    piece = b"x" * 10_000
    chunked = b"chunked" in head
    server.answers["/"] = flooding(HEAD + head, b"2710\r\n" + piece + b"\r\n" if chunked else piece)
    with pytest.raises(SourceError, match="envoie plus de 1 Mo"):
        fetcher()(server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", ["gzip", "x-gzip", "deflate"])
def test_a_small_body_cannot_fill_the_memory(server, kind):
    zeros = bytes(50_000_000)
    bomb = zlib.compress(zeros) if kind == "deflate" else gzip.compress(zeros)
    server.answers["/"] = ok(bomb, f"Content-Encoding: {kind}")
    del zeros
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="envoie plus de 1 Mo"):
            fetcher()(server.url)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "gzip,identity", "é"])
def test_stacked_and_unknown_encodings_are_refused(server, encoding):
    server.answers["/"] = ok(gzip.compress(gzip.compress(b"x")), f"Content-Encoding: {encoding}")
    with pytest.raises(SourceError, match="codage de contenu"):
        fetcher()(server.url)
    assert len(server.requests) == 1


TEXT = b"<a>l'\xc5\x93uvre</a>" * 9_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:5]) + gzip.compress(TEXT[5:])),
        ("deflate", zlib.compress(TEXT)),
        ("identity", TEXT),
    ],
)
def test_a_compressed_body_is_given_inflated(server, encoding, body):
    server.answers["/"] = ok(body, f"Content-Encoding: {encoding}")
    assert fetcher()(server.url).body == TEXT


@given(st.binary(max_size=200_000), st.integers(1, 70_000))
def test_inflating_in_pieces_gives_the_same_bytes(data, size):
    packed = gzip.compress(data)
    pieces = (packed[at : at + size] for at in range(0, len(packed), size))
    assert b"".join(inflated(pieces)) == data


@given(st.binary(min_size=1, max_size=2_000), st.data())
def test_a_compressed_body_cut_anywhere_is_an_error(data, draw):
    packed = gzip.compress(data)
    cut = draw.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(CorruptBody):
        list(inflated(iter([packed[:cut]])))


# --- Answers that are not whole ----------------------------------------------------------------

CUT = {
    "fewer bytes than said": ok(b"half", length=900),
    "a chunk cut short": HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    "chunks without an end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "a chunk size that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n",
    "gzip cut short": ok(gzip.compress(TEXT)[:-20], "Content-Encoding: gzip"),
    "gzip that is none": ok(b"plain", "Content-Encoding: gzip"),
    "nothing at all": b"",
    "not http": b"SSH-2.0-OpenSSH_9.2\r\n",
}


@pytest.mark.parametrize("kind", CUT)
def test_an_answer_cut_short_is_an_error_after_three_attempts(server, kind):
    server.answers["/"] = CUT[kind]
    naps = Naps()
    with pytest.raises(SourceError):
        fetcher(sleep=naps)(server.url)
    assert len(server.requests) == 3
    assert naps == [2, 10]


def test_headers_cut_short_give_an_empty_body_which_no_source_accepts(server):
    server.answers["/"] = HEAD + b"Content-Le"
    assert fetcher()(server.url).body == b""


def test_a_server_that_is_not_there_is_an_error():
    with HostileServer().serving() as server:
        url = server.url
    with pytest.raises(SourceError, match="ne répond pas"):
        fetcher()(url)


def test_an_unknown_host_is_an_error():
    def unknown(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(SourceError, match="ne répond pas"):
        fetcher(resolve=unknown)("http://nowhere.example/")


# --- Trying again -----------------------------------------------------------------------------


def busy(retry: str, status: str = "503 Busy") -> bytes:
    return ok(b"", *([f"Retry-After: {retry}"] if retry else []), status=status)


@pytest.mark.parametrize(
    ("retry", "nap"),
    [
        ("3", 3),
        ("60", 60),
        ("0", 0),
        ("", 2),
        ("soon", 2),
        ("-5", 2),
        ("1.5", 2),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30),
        ("Wed, 31 Dec 2025 00:00:30 GMT", 0),
    ],
)
@pytest.mark.parametrize("status", ["503 Busy", "429 Too Many Requests"])
def test_a_pause_that_the_server_asks_for_is_made(server, retry, nap, status):
    server.answers["/"] = [busy(retry, status), ok(b"at last")]
    naps = Naps()
    assert fetcher(sleep=naps)(server.url).body == b"at last"
    assert naps == [nap]


@pytest.mark.parametrize(
    ("retry", "told"),
    [
        ("61", "avant le 01/01/2026 à 00:01"),
        ("86400", "avant le 02/01/2026 à 00:00"),
        ("Thu, 01 Jan 2026 12:00:00 GMT", "avant le 01/01/2026 à 12:00"),
        ("999999999", "plus d’un an"),
        ("9" * 400, "plus d’un an"),
        ("Tue, 01 Jan 2099 00:00:00 GMT", "plus d’un an"),
    ],
)
def test_a_longer_pause_is_for_another_harvest(server, retry, told):
    server.answers["/"] = busy(retry)
    naps = Naps()
    with pytest.raises(SourceError, match=told):
        fetcher(sleep=naps)(server.url)
    assert (naps, len(server.requests)) == ([], 1)


@given(st.text(max_size=50))
def test_no_retry_after_is_too_strange(value):
    pause = retry_after(value, NOW)
    assert pause is None or pause >= 0


@pytest.mark.parametrize("status", ["500", "502", "503", "504", "429"])
def test_a_passing_fault_is_tried_three_times_and_no_more(server, status):
    server.answers["/"] = ok(b"", status=f"{status} Oh")
    with pytest.raises(SourceError, match=status):
        fetcher()(server.url)
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410, 418, 501])
def test_any_other_refusal_is_final(server, status):
    server.answers["/"] = ok(b"", status=f"{status} No")
    with pytest.raises(SourceError, match=str(status)):
        fetcher()(server.url)
    assert len(server.requests) == 1


def test_a_message_never_shows_the_query(server):
    server.answers["/"] = ok(b"", status="404 No")
    with pytest.raises(SourceError) as caught:
        fetcher()(f"{server.url}/", {"token": "s3cret"})
    assert "s3cret" not in str(caught.value)


# --- Politeness -------------------------------------------------------------------------------


def test_two_requests_to_one_host_are_kept_apart(server):
    with HostileServer("127.0.0.2").serving() as other:
        now = [NOW]
        naps = Naps()

        def sleep(seconds: float) -> None:
            naps.append(seconds)
            now[0] += seconds

        fetch = fetcher(delay=1.5, sleep=sleep, clock=lambda: now[0])
        fetch(server.url)
        assert naps == []
        now[0] += 0.5
        fetch(server.url)
        assert naps == [1.0]
        fetch(other.url)
        assert naps == [1.0]
        now[0] += 60
        fetch(server.url)
        assert naps == [1.0]


def test_a_clock_set_back_does_not_stop_the_harvest(server):
    now = iter([NOW, NOW - 86400])
    naps = Naps()
    fetch = fetcher(delay=1, sleep=naps, clock=lambda: next(now))
    fetch(server.url)
    fetch(server.url)
    assert naps == [1]


# --- Place ------------------------------------------------------------------------------------

INSIDE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "2002:c0a8:101::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "100::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
OUTSIDE = [
    "8.8.8.8",
    "142.42.1.1",
    "193.51.208.13",
    "2a00:1450:4007:80e::2004",
    "2001:660:3003::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_no_public_site_is_known_in_every_form(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_is_public(address):
    assert is_public(address)


@pytest.fixture
def canary(monkeypatch) -> Iterator[HostileServer]:
    """Something inside that must not be reached, on a port that would be allowed."""
    with HostileServer().serving() as server:
        monkeypatch.setattr(netguard, "PORTS", netguard.PORTS | {server.port})
        yield server


HOSTILE = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://[fd00::1]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://10.0.0.1/",
    "http://192.168.0.1/",
    "http://224.0.0.1/",
    "http://127。0。0。1:{port}/",
    "http://１２７.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://public.example@127.0.0.1:{port}/",
    "http://public.example:80@127.0.0.1:{port}/",
    "http://public.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@public.example/",
    "http://127.0.0.1:{port}#@public.example/",
    "http://127.0.0.1%00.public.example:{port}/",
    " http://127.0.0.1:{port}/",
    "http://127.0.0.1\t:{port}/",
    "http:\\\\127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:{port}/_GET",
    "dict://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "ldap://127.0.0.1:{port}/",
    "jar:http://127.0.0.1:{port}!/",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "data:text/xml,<a/>",
    "javascript:alert(1)",
    "http://127.0.0.1:22/",
    "http://8.8.8.8:22/",
    "http://8.8.8.8:0/",
    "http://8.8.8.8:99999/",
    "http://[/",
    "http://",
    "http://:{port}/",
    "http://.:{port}/",
    "http://" + "a" * 70 + ".example/",
    "",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_no_hostile_address_is_fetched(canary, url):
    with pytest.raises(SourceError):
        fetcher(internal=False, resolve=local_resolve)(url.format(port=canary.port))
    assert canary.requests == []


def local_resolve(host: str, port: int) -> netguard.Candidates:
    """The real resolver, without asking the network for names."""
    if host.rstrip(".").lower() == "localhost":
        return netguard.resolve(host, port)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [(family, sockaddr) for family, _, _, _, sockaddr in found]


def test_the_canary_can_be_reached_when_the_source_is_internal(canary):
    assert fetcher()(canary.url).body == b"canary"
    assert fetcher(resolve=local_resolve)(f"http://localhost:{canary.port}/").body == b"canary"


def leading_to(*addresses: str):
    """A resolver that answers these, one more at each question."""
    answers = iter(addresses)

    def resolve(host: str, port: int) -> netguard.Candidates:
        return [(socket.AF_INET, (next(answers), port))]

    return resolve


def test_a_name_that_leads_inside_is_refused_when_connecting(canary):
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        fetcher(internal=False, resolve=leading_to("127.0.0.1"))(
            f"http://innocent.example:{canary.port}/"
        )
    assert canary.requests == []


def test_a_name_that_changes_its_mind_is_refused(canary, monkeypatch):
    """The first answer passes the check and the second would lead inside: only one is asked for."""
    monkeypatch.setattr(netguard, "is_public", lambda address: address == "127.0.0.9")
    with pytest.raises(SourceError, match="ne répond pas"):
        fetcher(internal=False, resolve=leading_to(*["127.0.0.9"] * 3, "127.0.0.1"))(
            f"http://rebinding.example:{canary.port}/"
        )
    assert canary.requests == []


def test_a_host_is_reached_by_those_of_its_addresses_that_are_public(canary, monkeypatch):
    monkeypatch.setattr(netguard, "is_public", lambda address: address == "127.0.0.1")

    def two(host: str, port: int) -> netguard.Candidates:
        return [(socket.AF_INET, ("10.0.0.1", port)), (socket.AF_INET, ("127.0.0.1", port))]

    fetched = fetcher(internal=False, resolve=two)(f"http://two.example:{canary.port}/")
    assert fetched.body == b"canary"


# --- Redirects --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(server, status):
    server.answers["/a"] = ok(b"", "Location: b?c=%C3%A9", status=f"{status} Moved")
    server.answers["/b"] = ok(b"there")
    fetched = fetcher()(f"{server.url}/a", {"verb": "Identify"})
    assert (fetched.body, fetched.url) == (b"there", f"{server.url}/b?c=%C3%A9")


def test_redirects_come_to_an_end(server):
    server.answers["/"] = ok(b"", "Location: /", status="302 Found")
    with pytest.raises(SourceError, match="redirige plus de 5 fois"):
        fetcher()(server.url)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/",
        "//127.0.0.2:{port}/",
        "http://[::ffff:127.0.0.2]:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.2:{port}/",
        "http://127.0.0.1:22/",
        "http://user:secret@127.0.0.1:{port}/",
        "http://[",
        "http://127.0.0.1:99999/",
    ],
)
def test_each_redirect_is_looked_at_again(canary, monkeypatch, target):
    """The first server counts as public; where it sends us does not."""
    monkeypatch.setattr(netguard, "is_public", lambda address: address == "127.0.0.1")
    with HostileServer("127.0.0.2", canary.port).serving() as inside:
        location = target.format(port=canary.port)
        canary.answers["/"] = ok(b"", f"Location: {location}", status="302 Found")
        with pytest.raises(AddressRefused):
            fetcher(internal=False)(canary.url)
        assert (len(canary.requests), inside.requests) == (1, [])


def test_the_same_redirect_is_followed_inside_for_an_internal_source(server):
    with HostileServer("127.0.0.2").serving() as inside:
        server.answers["/"] = ok(b"", f"Location: {inside.url}/", status="302 Found")
        assert fetcher()(server.url).body == b"canary"


def test_a_file_kept_open_by_the_caller_stays_his(server):
    file = io.BytesIO(b"older and longer than the answer")
    fetcher().download(server.url, file)
    assert file.getvalue() == b"canary"
