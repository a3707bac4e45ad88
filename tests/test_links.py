"""Whether links still answer: asked politely, remembered, said by the command."""

from __future__ import annotations

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

import cli
from indexer.documents import document
from indexer.entry import SINKS, hash_of
from indexer.errors import SourceError
from indexer.fetch import Fetcher, LateError, PassingError
from indexer.harvest import harvest
from indexer.linkcheck import Place, check_links, verdicts
from indexer.store import SqlStore
from tests.fakes import DAY, NOW, ListSource, info, notice, withdrawn
from tests.notices import lom


class Web:
    """Sites that answer as a test says, and remember how they were asked."""

    def __init__(self) -> None:
        self.answers: dict[str, int | Exception | dict[str, int]] = {}
        self.asked: list[tuple[str, str]] = []
        self.busy: Counter[str] = Counter()
        self.most = 0

    def __call__(self, internal: bool) -> Web:
        return self

    def status(self, url: str, seconds: float, method: str = "HEAD") -> int:
        host = urlsplit(url).netloc
        self.busy[host] += 1
        self.most = max(self.most, self.busy[host])
        self.asked.append((method, url))
        answer = self.answers.get(url, 200)
        self.busy[host] -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, int) else answer[method]


@pytest.fixture
def web():
    return Web()


@pytest.fixture
def store(tmp_path) -> Iterator[SqlStore]:
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    yield store
    store.close()


def fill(store, *addresses, now=NOW, **said):
    source = info(**said)
    records = [notice(f"n{n}", locations=[each]) for n, each in enumerate(addresses)]
    harvest(ListSource(records, key=source.key), source, store, now=now)
    store.settle(store.changes(1000))
    return [store.find(hash_of(source.key, record.identifier)).slug for record in records]


def link_of(store, slug):
    return store.get(slug).link


HERE = "https://site.example/a"


def test_a_link_that_answers_is_checked_and_not_dead(store, web):
    [slug] = fill(store, HERE)
    assert link_of(store, slug) is None
    assert check_links(store, web, NOW) == 1
    assert link_of(store, slug).checked == NOW
    assert link_of(store, slug).dead_since is None
    assert web.asked == [("HEAD", HERE)]


@pytest.mark.parametrize(
    "answer", [404, 410, 500, 503, PassingError("coupé"), LateError("tard")], ids=str
)
def test_what_nobody_can_open_is_dead_since_the_first_check_that_said_so(store, web, answer):
    [slug] = fill(store, HERE)
    web.answers[HERE] = answer
    check_links(store, web, NOW)
    check_links(store, web, NOW + 8 * DAY)
    link = link_of(store, slug)
    assert (link.dead_since, link.checked) == (NOW, NOW + 8 * DAY)
    assert link.fault
    assert [each.slug for each in store.links.dead(7 * DAY)] == [slug]


@pytest.mark.parametrize("answer", [401, 403, 451, SourceError("certificat")], ids=str)
def test_what_refuses_robots_may_serve_teachers(store, web, answer):
    [slug] = fill(store, HERE)
    web.answers[HERE] = answer
    check_links(store, web, NOW)
    assert link_of(store, slug).dead_since is None


def test_a_site_that_cannot_give_its_headers_alone_is_asked_for_all(store, web):
    [slug] = fill(store, HERE)
    web.answers[HERE] = {"HEAD": 404, "GET": 200}
    check_links(store, web, NOW)
    assert link_of(store, slug).dead_since is None
    assert [method for method, _ in web.asked] == ["HEAD", "GET"]


def test_a_link_that_answers_again_is_dead_no_more(store, web):
    [slug] = fill(store, HERE)
    for days, answer, since in ((0, 404, NOW), (1, 200, None), (2, 404, NOW + 2 * DAY)):
        web.answers[HERE] = answer
        check_links(store, web, NOW + days * DAY)
        assert link_of(store, slug).dead_since == since


def test_another_address_is_another_link(store, web):
    [slug] = fill(store, HERE)
    web.answers = {HERE: 404, "https://autre.example/": 404}
    check_links(store, web, NOW)
    fill(store, "https://autre.example/", now=NOW + DAY)
    check_links(store, web, NOW + 2 * DAY)
    assert link_of(store, slug).dead_since == NOW + 2 * DAY


def test_after_a_month_the_entry_sinks_and_rises_with_the_first_answer(store, web):
    slugs = fill(store, HERE, "https://vivant.example/")
    web.answers[HERE] = 404
    sunk = []
    for days in (0, 29, 30, 31):
        check_links(store, web, NOW + days * DAY)
        sunk.append(document(store.get(slugs[0])).dead)
        changed = [change.slug for change in store.changes(9)]
        assert changed == ([slugs[0]] if days == 30 else [])
        store.settle(store.changes(9))
    assert sunk == [False, False, True, True]
    web.answers[HERE] = 200
    check_links(store, web, NOW + 32 * DAY)
    assert not document(store.get(slugs[0])).dead
    assert [change.slug for change in store.changes(9)] == [slugs[0]]
    assert timedelta(days=30) == SINKS


def test_an_address_that_several_entries_share_is_asked_once(store, web):
    slugs = fill(store, HERE, HERE)
    check_links(store, web, NOW)
    assert web.asked == [("HEAD", HERE)]
    assert all(link_of(store, slug) for slug in slugs)


def test_an_entry_without_address_and_one_that_is_not_published_are_left_alone(store, web):
    fill(store, "javascript:alert(1)", "")
    fill(store, HERE, key="vendeur", publish="qualified")
    assert check_links(store, web, NOW) == 0
    assert web.asked == []


def test_each_host_is_asked_one_thing_at_a_time(store, web):
    fill(store, *(f"https://site{n % 3}.example/{n}" for n in range(60)))
    assert check_links(store, web, NOW) == 60
    assert web.most == 1


def test_a_host_that_wants_no_more_is_left_alone_until_another_round(store, web):
    slugs = fill(store, *(f"https://site.example/{n}" for n in range(5)), "https://autre.example/")
    web.answers = {f"https://site.example/{n}": 429 for n in range(5)}
    assert check_links(store, web, NOW) == 1
    assert sum("site.example" in url for _, url in web.asked) == 1
    assert link_of(store, slugs[0]) is None
    assert link_of(store, slugs[5])


class Interrupted(BaseException):
    """What happens to a command at any moment."""


def test_interrupted_it_goes_on_where_it_was(store, web):
    fill(store, *(f"https://site{n}.example/" for n in range(200)))

    def stop(done, all):
        if done >= 100:
            raise Interrupted

    with pytest.raises(Interrupted):
        check_links(store, web, NOW, progress=stop)
    kept = store.links.counts()["checked"]
    assert kept == 100
    assert check_links(store, web, NOW + timedelta(hours=1)) == 200 - kept
    assert check_links(store, web, NOW + timedelta(hours=2)) == 200


def test_a_round_given_up_a_day_ago_begins_anew(store, web):
    fill(store, HERE)
    store.links.begin(NOW)
    assert store.links.begin(NOW + timedelta(hours=23)) == NOW
    assert store.links.begin(NOW + timedelta(hours=25)) == NOW + timedelta(hours=25)


def test_when_nobody_answers_it_is_our_network_that_is_dead(store, web):
    addresses = [f"https://site{n}.example/" for n in range(12)]
    fill(store, *addresses)
    web.answers = {address: PassingError("coupé") for address in addresses}
    with pytest.raises(SourceError, match="réseau"):
        check_links(store, web, NOW)
    assert store.links.counts()["checked"] == 0
    web.answers[addresses[7]] = 403  # somebody is there
    check_links(store, web, NOW)
    assert store.links.counts() == {"checked": 12, "dead": 11, "said": 0}


def test_what_left_the_catalogue_is_neither_checked_nor_told(store, web):
    [slug] = fill(store, HERE)
    web.answers[HERE] = 404
    check_links(store, web, NOW)
    store.takedown(slug, "Demande de l’auteur", NOW)
    assert store.links.dead() == []
    assert check_links(store, web, NOW + DAY) == 0


def test_an_entry_that_left_and_came_back_remembers_both(store):
    slug, _ = fill(store, HERE, HERE)
    for days, record in ((1, withdrawn("n0")), (5, notice("n0", locations=[HERE]))):
        source = ListSource([record, notice("n1", locations=[HERE])])
        harvest(source, info(), store, now=NOW + days * DAY)
    entry = store.get(slug)
    assert (entry.last_left, entry.last_returned) == (NOW + DAY, NOW + 5 * DAY)


class Pages(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.server.seen[self.path].append(self.headers["User-Agent"])  # type: ignore[attr-defined]
        if self.path == "/ailleurs":
            self.send_response(302)
            self.send_header("Location", "/partie")
        else:
            self.send_response({"/": 200, "/partie": 404}.get(self.path, 200))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(b"x" * 10_000_000)  # nobody waits for it

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        server.seen = defaultdict(list)  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_real_site_is_asked_by_name_with_a_pause_and_redirects_count(store, server):
    url = f"http://127.0.0.1:{server.server_port}"
    slugs = fill(store, f"{url}/", f"{url}/ailleurs")
    naps: list[float] = []
    fetcher = partial(Fetcher, contact="https://qui.example", delay=3.0, sleep=naps.append)
    check_links(store, lambda internal: fetcher(internal=internal), NOW, internal={"essai"})
    assert [bool(link_of(store, slug).dead_since) for slug in slugs] == [False, True]
    assert re.fullmatch(r"Balise/\S+ \(\+https://qui.example\)", server.seen["/"][0])
    assert len(naps) == 4  # five requests: HEAD; HEAD, HEAD; GET, GET
    assert all(2.5 < nap <= 3 for nap in naps)


def test_addresses_of_our_own_network_are_not_asked_for_strangers(store, server):
    [slug] = fill(store, f"http://127.0.0.1:{server.server_port}/")
    check_links(store, lambda internal: Fetcher(contact="", internal=internal), NOW)
    assert server.seen == {}
    assert link_of(store, slug).dead_since is None


CONFIGURATION = """
[[source]]
key = "notices"
kind = "files"
url = "notices"
internal = true
"""


def test_the_command_checks_then_tells_what_is_dead(server, tmp_path, monkeypatch):
    def run(*arguments):
        result = CliRunner().invoke(cli.main, [*arguments])
        assert result.exit_code == 0, result.output
        return result.stdout.replace("\u00a0", " ")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "balise.toml").write_text(CONFIGURATION)
    (tmp_path / "notices").mkdir()
    dead = f"http://127.0.0.1:{server.server_port}/partie"
    (tmp_path / "notices" / "a.xml").write_text(lom("Un cours parti", location=dead))
    run("harvest")
    assert run("links", "--dead") == ""
    assert run("links").startswith("1 adresse vérifiée, 1 lien mort (dont 0 depuis plus de 7 jours")
    [entry, address] = run("links", "--dead").splitlines()
    assert re.fullmatch(
        r"un-cours-parti-\w+ – depuis le \d{4}-\d\d-\d\d, le site répond « 404 »", entry
    )
    assert address == f"  {dead}"


def test_a_bug_in_a_worker_is_not_swallowed(web):
    web.answers[HERE] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        list(verdicts([Place(HERE, internal=False)], web))


def test_a_link_is_as_old_as_its_last_check(store, web):
    [slug] = fill(store, HERE)
    web.answers[HERE] = 404
    check_links(store, web, NOW)
    link = link_of(store, slug)
    assert not link.is_dead_for(7 * DAY)
    assert replace(link, checked=NOW + 7 * DAY).is_dead_for(7 * DAY)
