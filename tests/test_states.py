"""What each state of an entry shows, everywhere it might: the contract's table, walked whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from lxml import html

from catalogue_site.application import create_app
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.export import EXPORTS
from indexer.harvest import harvest
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata.case import Act, Action, State
from tests.curators import DECIDER, EXAMINER, OPINIONS, qualify, suspend
from tests.fakes import DAY, NOW, ListSource, info, notice, withdrawn

TITLE, OTHER_TITLE, REASON = "Atlas des volcans", "Manuel de géologie", "Une fuite de données."
OLD, NEW = "https://editeur.example/atlas", "https://editeur.example/geologie"


class Vendor:
    """An entry of a publisher, among others that stay in the catalogue whatever becomes of it."""

    def __init__(self, folder) -> None:
        self.store = SqlStore(f"sqlite:///{folder}/b.sqlite")
        self.engine = WhooshEngine(folder / "index")
        self.now = NOW
        site = Site(
            store=self.store,
            engine=self.engine,
            base_url="https://catalogue.example",
            clock=lambda: self.now,
        )
        self.client = create_app(site).test_client()
        self.bring(notice("autres", "Chants du monde"), key="public", publish="all")
        self.feed()
        [self.slug] = self.store.slugs("withheld")

    def bring(self, *records, key="editeur", publish="qualified", confirm=False):
        about = info(key, origin="editeur", publish=publish, licence="etalab-2.0")
        harvest(ListSource(records, key=key), about, self.store, now=self.now, confirm_drop=confirm)

    def feed(self, title=TITLE, location=OLD):
        self.bring(notice("1", title, locations=[location]))

    def act(self, act, by, **said):
        self.store.qualifications.act(self.slug, Action(act=act, **said), by, self.now)

    def get(self, address):
        catch_up(self.store, self.engine)
        return self.client.get(address)


# How each state is reached


def to_review(vendor):
    pass


def under_review(vendor):
    vendor.act(Act.TAKE, EXAMINER)


def proposed(vendor):
    under_review(vendor)
    vendor.act(Act.ASSESS, EXAMINER, opinions=OPINIONS)
    vendor.act(Act.PROPOSE, EXAMINER, outcome=State.QUALIFIED)


def refused(vendor):
    proposed(vendor)
    vendor.act(Act.REFUSE, DECIDER, refusals=("droits",), reason=REASON)


def qualified(vendor):
    qualify(vendor.store, vendor.slug, vendor.now)


def refused_after_it_was_qualified(vendor):
    qualified(vendor)
    seen_by_harvesters(vendor)
    refused(vendor)


def to_reexamine(vendor):
    qualified(vendor)
    vendor.now += 10 * DAY
    vendor.feed(OTHER_TITLE, NEW)


def examined_anew(vendor):
    to_reexamine(vendor)
    under_review(vendor)


def suspended(vendor):
    qualified(vendor)
    seen_by_harvesters(vendor)
    suspend(vendor.store, vendor.slug, vendor.now, REASON)


def retired(vendor):
    qualified(vendor)
    seen_by_harvesters(vendor)
    vendor.act(Act.ASK_WITHDRAWAL, EXAMINER, reason=REASON)
    vendor.act(Act.WITHDRAW, DECIDER)


def expired(vendor):
    qualified(vendor)
    seen_by_harvesters(vendor)
    vendor.now += timedelta(days=730)


def suspended_and_examined_anew(vendor):
    suspended(vendor)
    under_review(vendor)


def vanishing(vendor):
    qualified(vendor)
    for _ in range(2):
        vendor.now += DAY
        vendor.bring(notice("2", "Autre chose"))


def vanished(vendor):
    qualified(vendor)
    seen_by_harvesters(vendor)
    vendor.now += DAY
    vendor.bring(withdrawn("1"), notice("2", "Autre chose"), confirm=True)


def vanished_unseen(vendor):
    vendor.bring(withdrawn("1"), notice("2", "Autre chose"), confirm=True)


def taken_down(vendor):
    qualified(vendor)
    seen_by_harvesters(vendor)
    vendor.store.takedown(vendor.slug, REASON, vendor.now)


def seen_by_harvesters(vendor):
    assert vendor.get("/oai?verb=ListRecords&metadataPrefix=oai_dc").status_code == 200


@dataclass(frozen=True)
class Shown:
    """A row of the table."""

    is_listed: bool
    status: int
    badge: str | None  # words of the picture; None: there is none
    says: tuple[str, ...] = ()  # on its page
    hides: tuple[str, ...] = ()  # everywhere
    was_listed: bool = False


HIDDEN = Shown(False, 404, None, hides=(TITLE,))
CURRENT = Shown(True, 200, "qualifiée", says=(TITLE, OLD))
CHANGED = Shown(
    True,
    200,
    "à réexaminer",
    says=(TITLE, OLD, "réexamin", "11 mars 2026"),
    hides=(OTHER_TITLE, NEW),
)


def gone(badge, *says):
    return Shown(False, 410, badge, says=(TITLE, *says), hides=(OLD,), was_listed=True)


TABLE = {
    to_review: HIDDEN,
    under_review: HIDDEN,
    proposed: HIDDEN,
    refused: HIDDEN,
    refused_after_it_was_qualified: Shown(False, 404, None, hides=(TITLE,), was_listed=True),
    qualified: CURRENT,
    to_reexamine: CHANGED,
    examined_anew: CHANGED,
    suspended: gone("suspendue", REASON),
    suspended_and_examined_anew: gone("suspendue", REASON),
    retired: gone("retirée", REASON),
    expired: gone("expirée"),
    vanishing: Shown(True, 200, "qualifiée", says=(TITLE,)),
    vanished: gone(None),
    vanished_unseen: HIDDEN,
    taken_down: Shown(False, 410, None, says=(REASON,), hides=(TITLE, OLD), was_listed=True),
}


@pytest.fixture(params=TABLE, ids=lambda reach: reach.__name__, scope="module")
def row(request, tmp_path_factory):
    """An entry brought to a state, and what shows of it. The tests only look."""
    vendor = Vendor(tmp_path_factory.mktemp("etat"))
    request.param(vendor)
    yield vendor, TABLE[request.param]
    vendor.store.close()


#: Where entries are listed: each with an address whose answer names all that is in the catalogue.
LISTS = (
    "/recherche",
    "/recherche?q=volcans",
    "/recherche?q=editeur",
    "/ressources",
    "/flux.atom",
    "/api/v1/search",
    "/api/v1/changes",
    "/sitemap.xml",
    "/sitemap-1.xml",
    "/export/catalogue.csv",
    "/export/catalogue.jsonl",
    "/",
)


def test_lists_feeds_and_exports_name_what_is_in_the_catalogue_and_nothing_else(row):
    vendor, shown = row
    for address in ("/export/catalogue.csv", "/export/catalogue.jsonl", "/flux.atom", "/recherche"):
        text = vendor.get(address).text
        assert "Chants du monde" in text, address
        assert (TITLE in text) == shown.is_listed, address
    for address in LISTS:
        text = vendor.get(address).text
        for hidden in (OTHER_TITLE, NEW, *(() if shown.is_listed else (TITLE,))):
            assert hidden not in text, (address, hidden)


def test_its_page_answers_what_the_table_says(row):
    vendor, shown = row
    answer = vendor.get(f"/ressources/{vendor.slug}")
    assert answer.status_code == shown.status
    page = html.fromstring(answer.text)
    text = " ".join(page.text_content().split()) + "".join(page.xpath("//main//a/@href"))
    for words in shown.says:
        assert words in text, words
    for hidden in shown.hides:
        assert hidden not in answer.text, hidden


@pytest.mark.parametrize("extension", ["json", "xml", "jsonld"])
def test_its_notice_answers_as_its_page_does(row, extension):
    vendor, shown = row
    answer = vendor.get(f"/ressources/{vendor.slug}.{extension}")
    assert answer.status_code == shown.status
    assert (TITLE in answer.text) == shown.is_listed
    assert OTHER_TITLE not in answer.text


def test_its_badge_says_its_state_or_there_is_none(row):
    vendor, shown = row
    answer = vendor.get(f"/badges/{vendor.slug}.svg")
    if shown.badge is None:
        assert answer.status_code == shown.status
        return
    assert answer.status_code == 200
    assert shown.badge in answer.text.lower()
    assert len(answer.get_data()) < 1000


def test_another_name_of_it_tells_no_more_than_its_page(row):
    vendor, shown = row
    answer = vendor.get(f"/ressources/x-{vendor.slug.rpartition('-')[2]}")
    assert answer.status_code == (301 if shown.is_listed else shown.status)
    if not shown.is_listed:
        assert "Location" not in answer.headers


def test_the_api_gives_it_or_says_that_it_is_not_there(row):
    vendor, shown = row
    answer = vendor.get(f"/api/v1/records/{vendor.slug}")
    assert answer.status_code == shown.status
    assert (TITLE in answer.text) == (TITLE in shown.says)
    assert (REASON in answer.text) == (REASON in shown.says)


def test_harvesters_are_given_it_told_that_it_left_or_told_nothing(row):
    vendor, shown = row
    text = vendor.get("/oai?verb=ListRecords&metadataPrefix=lomfr").text
    assert (TITLE in text) == shown.is_listed
    assert OTHER_TITLE not in text
    deleted = re.findall(r'<header status="deleted">\s*<identifier>([^<]*)', text)
    assert [name.endswith(vendor.slug) for name in deleted] == ([True] if shown.was_listed else [])
    one = vendor.get(
        f"/oai?verb=GetRecord&metadataPrefix=lomfr&identifier=oai:catalogue.example:{vendor.slug}"
    ).text
    assert ("idDoesNotExist" in one) == (not shown.is_listed and not shown.was_listed)


@pytest.mark.parametrize("form", EXPORTS)
def test_what_is_exported_is_what_is_in_the_catalogue(row, form):
    vendor, shown = row
    vendor.get("/")  # what is over leaves
    entries = vendor.store.read(vendor.store.slugs())
    assert (TITLE.encode() in b"".join(EXPORTS[form](entries))) == shown.is_listed
