"""Harvests of our OAI-PMH, by the clients of others and our own; and whatever happens meanwhile."""

import tempfile
from contextlib import suppress
from pathlib import Path

import oaipmh_scythe
import pytest
import sickle
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from lxml import etree

from catalogue_site import oai
from indexer.errors import RecordNotFound, StoreError
from indexer.export import is_open
from indexer.fetch import Fetcher
from indexer.oaipmh import OaiPmhSource
from tests.fakes import NOW, notice, withdrawn
from tests.provider import (
    NAMES,
    OAI,
    Catalogue,
    commun,
    error_of,
    headers,
    titles,
    token_of,
)

# --- Clients


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of 250 notices, ten of them deleted."""
    catalogue = Catalogue(tmp_path_factory.mktemp("oai"))
    catalogue.take(*(notice(f"{number:03}", f"Notice {number:03}") for number in range(250)))
    for slug in catalogue.store.slugs()[:10]:
        catalogue.store.takedown(slug, "Essai", NOW)
    with catalogue.serving() as address:
        yield address
    catalogue.store.close()


@pytest.mark.parametrize("prefix", oai.FORMATS)
def test_sickle_harvests_it_whole(served, prefix):
    client = sickle.Sickle(served)
    found = [*client.ListRecords(metadataPrefix=prefix)]
    assert len({each.header.identifier for each in found}) == 250
    assert sum(each.deleted for each in found) == 10
    assert len([*client.ListIdentifiers(metadataPrefix=prefix)]) == 250
    one = client.GetRecord(metadataPrefix=prefix, identifier=found[-1].header.identifier)
    assert one.header.datestamp == found[-1].header.datestamp


def test_sickle_reads_what_it_says_of_itself(served):
    client = sickle.Sickle(served)
    assert client.Identify().deletedRecord == "persistent"
    assert [each.metadataPrefix for each in client.ListMetadataFormats()] == [*oai.FORMATS]
    assert "source:essai" in {each.setSpec for each in client.ListSets()}


@pytest.mark.parametrize("prefix", oai.FORMATS)
def test_scythe_harvests_it_whole(served, prefix):
    with oaipmh_scythe.Scythe(served) as client:
        found = [*client.list_records(metadata_prefix=prefix)]
        assert len({each.header.identifier for each in found}) == 250
        assert sum(each.deleted for each in found) == 10
        assert len([*client.list_identifiers(metadata_prefix=prefix)]) == 250
        assert client.identify().deletedRecord == "persistent"
        assert "source:essai" in {each.setSpec for each in client.list_sets()}


@pytest.mark.parametrize("prefix", oai.FORMATS)
def test_balise_harvests_another_balise(served, prefix):
    fetch = Fetcher(contact="https://x.example", internal=True, delay=0)
    source = OaiPmhSource(key="autre", url=served, prefix=prefix, fetch=fetch)
    found = [record for page in source.pages(None, "") for record in page.records]
    assert len({record.identifier for record in found}) == 250
    assert sum(record.deleted for record in found) == 10


# --- Whatever happens meanwhile


class Harvester:
    """Keeps a copy of a list, page by page; asks for the rest from the date of its last answer."""

    def __init__(self, catalogue, spec=""):
        self.catalogue, self.spec = catalogue, spec
        self.copy: dict[str, str] = {}
        self.since = self.token = ""

    def page(self):
        """Read one page more; is the list at its end?"""
        asked = {"resumptionToken": self.token} if self.token else self.selection()
        answer = self.catalogue.ask(verb="ListRecords", **asked)
        assert error_of(answer) in (None, "noRecordsMatch"), etree.tostring(answer)
        assert not (self.token and error_of(answer))
        for record in answer.iter(f"{OAI}record"):
            ((name, (_, status)),) = headers(record).items()
            if status == "deleted":
                self.copy.pop(name, None)
            else:
                (self.copy[name],) = titles(record)
        self.token = token_of(answer) or ""
        if not self.token:
            self.since = answer.findtext(f"{OAI}responseDate")
        return not self.token

    def selection(self):
        asked = {"metadataPrefix": "oai_dc", "set": self.spec, "from": self.since}
        return {name: value for name, value in asked.items() if value}

    def finish(self):
        for _ in range(100):
            if self.page():
                return
        raise AssertionError("the list has no end")


@pytest.mark.parametrize("step", ["date", "count", "page", "read"])
def test_a_change_made_while_an_answer_is_is_in_it_or_in_the_next(tmp_path, monkeypatch, step):
    catalogue = Catalogue(tmp_path)
    catalogue.take(notice("1", "Avant"))
    catalogue.ask("verb=Identify")
    catalogue.clock.pass_by(60)
    asked = catalogue.store if step == "read" else catalogue.store.exposed
    real = getattr(asked, step)

    def then_changed(*arguments):
        monkeypatch.undo()
        found = [*real(*arguments)] if step == "read" else real(*arguments)
        catalogue.clock.pass_by(0.1)
        catalogue.take(notice("1", "Après"), index=False)
        return found

    monkeypatch.setattr(asked, step, then_changed)
    harvester = Harvester(catalogue)
    harvester.finish()
    catalogue.clock.pass_by(5)
    harvester.finish()
    assert [*harvester.copy.values()] == ["Après"]


IDENTIFIERS = st.sampled_from("abcdef")
DISCIPLINES = st.sampled_from(["mathématiques", "histoire", "SVT"])


class Walk(RuleBasedStateMachine):
    """A catalogue that changes, and two harvesters that read it two notices at a time."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.catalogue = Catalogue(Path(self.folder.name))
        self.held = {"a": commun("a", "Un", disciplines="[mathématiques]")}
        self.gone: set[str] = set()
        self.said = {"licence": "etalab-2.0", "publish": "all"}
        self.page, oai.PAGE = oai.PAGE, 2
        self.everything = Harvester(self.catalogue)
        self.maths = Harvester(self.catalogue, "discipline:mathematiques")
        self.count = 0
        self.ever: set[str] = set()
        self.harvest()
        self.compare()

    def harvest(self):
        gone = [withdrawn(identifier) for identifier in sorted(self.gone)]
        anchor = commun("z", "Toujours là")  # a source that loses all is held
        self.catalogue.take(anchor, *self.held.values(), *gone, index=False, **self.said)

    def slug(self, identifier):
        try:
            return self.catalogue.store.find(identifier).slug
        except RecordNotFound:
            return None

    @rule(identifier=IDENTIFIERS, discipline=DISCIPLINES, fresh=st.booleans())
    def publish(self, identifier, discipline, fresh):
        self.count += fresh
        self.gone.discard(identifier)
        self.held[identifier] = commun(
            identifier, f"Titre {self.count}", disciplines=f"[{discipline}]"
        )
        self.harvest()

    @rule(identifier=IDENTIFIERS)
    def withdraw(self, identifier):
        if self.held.pop(identifier, None):
            self.gone.add(identifier)
            self.harvest()

    @rule(identifier=IDENTIFIERS)
    def take_down(self, identifier):
        if slug := self.slug(identifier):
            self.catalogue.store.takedown(slug, "Essai", NOW)

    @rule(identifier=IDENTIFIERS)
    def restore(self, identifier):
        with suppress(StoreError):
            self.catalogue.store.restore(self.slug(identifier) or "")

    @rule(
        licence=st.sampled_from(["", "etalab-2.0"]), publish=st.sampled_from(["all", "qualified"])
    )
    def configure(self, licence, publish):
        self.said = {"licence": licence, "publish": publish}
        self.harvest()

    @rule()
    def read_again(self):
        assert [*self.catalogue.store.reread(NOW)]

    @rule()
    def index(self):
        self.catalogue.index()

    @rule()
    def wait(self):
        self.catalogue.clock.pass_by(60)

    @invariant()
    def time_passes(self):
        if hasattr(self, "ever"):
            self.catalogue.clock.pass_by(0.4)

    @rule()
    def restart(self):
        self.catalogue.client = self.catalogue.application().test_client()

    @rule()
    def read_a_page(self):
        self.everything.page()

    @rule()
    def read_a_page_of_a_set(self):
        self.maths.page()

    @invariant()
    def what_was_given_is_never_forgotten(self):
        if hasattr(self, "ever"):
            self.ever |= self.everything.copy.keys()
            for name in self.ever:
                assert self.catalogue.store.exposed.header(name.removeprefix(NAMES))

    @precondition(lambda self: hasattr(self, "ever"))
    @rule()
    def compare(self):
        """Once the lists under way are over, and the next ones from their date, all is known."""
        self.catalogue.index()
        for harvester in (self.everything, self.maths):
            harvester.finish()
            harvester.finish()
        public = {
            NAMES + entry.slug: entry
            for entry in self.catalogue.store.read(self.catalogue.store.slugs())
            if is_open(entry)
        }
        assert self.everything.copy == {name: entry.title for name, entry in public.items()}
        taught = {name for name, entry in public.items() if b"math" in self.payload(entry)}
        assert self.maths.copy.keys() == taught
        assert self.maths.copy.items() <= self.everything.copy.items()

    def payload(self, entry):
        return self.catalogue.store.payload(entry.slug).payload

    def teardown(self):
        if hasattr(self, "ever"):
            self.compare()
            oai.PAGE = self.page
            self.catalogue.store.close()
            self.folder.cleanup()


Walk.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestWalk = pytest.mark.slow(Walk.TestCase)
