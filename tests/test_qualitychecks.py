"""The automatic checks, run: addresses asked of a real site, proposals written in the journal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from indexer.fetch import Fetcher
from indexer.harvest import harvest
from indexer.journal import Wanted
from indexer.qualitychecks import SECONDS, answers, check
from indexer.store import SqlStore
from metadata import RawRecord, recordjson
from metadata.case import Act, Action, Actor, Opinion, Role, State, Verdict
from metadata.qualification import Refused
from metadata.record import Balise, General, Record, Technical, Text
from tests.fakes import DAY, NOW, ListSource, info

ADA = Actor(name="ada", roles=frozenset({Role.EXAMINER}))
ADMIN = Actor(name="root", roles=frozenset({Role.ADMINISTRATOR}))


class Site(BaseHTTPRequestHandler):
    """A publisher's site: what each path answers is the test's."""

    def do_HEAD(self) -> None:
        self.server.asked.append((self.command, self.path))  # type: ignore[attr-defined]
        status = self.server.statuses.get(self.path, 200)  # type: ignore[attr-defined]
        if status is None:
            self.server.released.wait(20)  # type: ignore[attr-defined]
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.asked, server.statuses = [], {}  # type: ignore[attr-defined]
        server.released = threading.Event()  # type: ignore[attr-defined]
        server.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.released.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


@pytest.fixture
def store(tmp_path) -> Iterator[SqlStore]:
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    yield store
    store.close()


def fetcher(internal=True):
    return Fetcher(contact="", internal=internal, delay=0)


def record(site, **said):
    own = Balise(accessibility_statement=f"{site.url}/accessibilite", **said)
    return Record(
        general=General(title=(Text("Une ressource", "fr"),)),
        technical=Technical(locations=(f"{site.url}/",)),
        balise=own,
    )


def arrived(store, record, publish="qualified"):
    """The entry that a vendor's feed brings with this record."""
    raw = RawRecord(identifier="n1", format="json", payload=recordjson.dump(record))
    source = info(publish=publish)
    harvest(ListSource([raw]), source, store, now=NOW)
    return store.find("n1").slug


def lines(store, slug):
    return store.qualifications.journal(Wanted(slug=slug))


def test_what_is_seen_is_written_in_the_journal_as_proposals_of_balise(store, site):
    slug = arrived(store, record(site, rgaa="partielle", ai=False))
    site.statuses["/accessibilite"] = 404
    case = check(store, slug, fetcher(), NOW)
    assert {key: str(each.verdict) for key, each in case.suggested.items()} == {
        "disponibilite": "favorable",
        "rgaa": "reserve",
        "declaration": "reserve",
        "ia": "non-applicable",
    }
    declared = case.suggested["declaration"]
    assert declared.reason.endswith("le site répond «\u00a0404\u00a0».")
    assert declared.references == (f"{site.url}/accessibilite",)
    assert (declared.by, declared.at) == ("balise", NOW)
    [line] = lines(store, slug)
    assert (line.event.act, line.event.by) == (Act.CHECK, "balise")
    assert case.state is State.TO_REVIEW
    assert case.opinions == {}


def test_checked_again_nothing_is_added_until_something_changed(store, site):
    slug = arrived(store, record(site))
    check(store, slug, fetcher(), NOW)
    again = check(store, slug, fetcher(), NOW + DAY)
    assert len(lines(store, slug)) == 1
    assert again.suggested["declaration"].at == NOW  # since when it is so
    site.statuses["/"] = 503
    check(store, slug, fetcher(), NOW + 2 * DAY)
    assert len(lines(store, slug)) == 2
    assert store.qualifications.case(slug).suggested["disponibilite"].verdict is Verdict.RESERVED


def test_an_entry_that_says_nothing_leaves_no_line(store):
    slug = arrived(store, Record(general=General(title=(Text("Muette", "fr"),))))
    assert check(store, slug, fetcher(), NOW).lines == 0


def test_the_opinion_of_a_person_stays(store, site):
    slug = arrived(store, record(site, rgaa="totale"))
    opinion = Opinion(verdict=Verdict.UNFAVORABLE, reason="Les vidéos n’ont pas de sous-titres.")
    for action in (Action(act=Act.TAKE), Action(act=Act.ASSESS, opinions={"rgaa": opinion})):
        store.qualifications.act(slug, action, ADA, NOW)
    case = check(store, slug, fetcher(), NOW + DAY)
    assert case.suggested["rgaa"].verdict is Verdict.FAVORABLE
    assert case.opinions["rgaa"].verdict is Verdict.UNFAVORABLE
    assert case.opinions["rgaa"].by == "ada"
    assert case.state is State.UNDER_REVIEW


def test_what_is_no_longer_said_is_no_longer_proposed(store, site):
    slug = arrived(store, record(site, rgaa="totale"))
    check(store, slug, fetcher(), NOW)
    arrived(store, Record(general=General(title=(Text("Une ressource", "fr"),))))
    assert check(store, slug, fetcher(), NOW + DAY).suggested == {}


def test_while_what_was_qualified_is_shown_what_its_feed_says_now_is_checked(store, site):
    slug = arrived(store, record(site, rgaa="totale"))
    taken = Action(
        act=Act.IMPORT, outcome=State.QUALIFIED, decided=NOW, proposer="zoe", decider="max"
    )
    store.qualifications.act(slug, taken, ADMIN, NOW)
    arrived(store, record(site, rgaa="non-conforme"))
    case = check(store, slug, fetcher(), NOW + DAY)
    assert case.state is State.TO_REEXAMINE
    assert store.get(slug).record.balise.rgaa == "totale"
    assert case.suggested["rgaa"].verdict is Verdict.UNFAVORABLE


def test_addresses_of_our_own_network_are_not_asked_for_strangers(store, site):
    slug = arrived(store, record(site))
    case = check(store, slug, fetcher(internal=False), NOW)
    assert site.asked == []
    assert {each.verdict for each in case.suggested.values()} == {Verdict.NOT_ASSESSED}


def test_a_source_that_publishes_all_is_not_checked(store, site):
    slug = arrived(store, record(site), publish="all")
    with pytest.raises(Refused):
        check(store, slug, fetcher(), NOW)


def test_a_site_is_asked_for_headers_first_and_no_more_than_it_wants(site):
    site.statuses |= {"/accessibilite": 429}
    found = answers(record(site), fetcher())
    assert [*found] == [f"{site.url}/"]
    assert site.asked == [("HEAD", "/"), ("HEAD", "/accessibilite")]


class Interrupted(BaseException):
    """What happens to a command at any moment."""


def test_interrupted_a_check_leaves_nothing(store, site):
    slug = arrived(store, record(site))

    class Cut(Fetcher):
        def status(self, url, seconds, method="HEAD"):
            if url.endswith("accessibilite"):
                raise Interrupted
            return super().status(url, seconds, method)

    with pytest.raises(Interrupted):
        check(store, slug, Cut(contact="", internal=True, delay=0), NOW)
    assert lines(store, slug) == []


@pytest.mark.slow
def test_a_site_that_never_answers_is_left_after_some_seconds(site):
    site.statuses |= {"/": None}
    found = answers(record(site), fetcher())
    assert found[f"{site.url}/"].fault == f"rien en {SECONDS:g} secondes"
    assert not found[f"{site.url}/accessibilite"].fault
