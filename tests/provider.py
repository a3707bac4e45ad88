"""A small catalogue that harvesters read, its clock in hand; and what its schemas say of answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import make_server

from flask import Flask
from lxml import etree

from catalogue_site.application import create_app
from catalogue_site.site import Publisher, Site
from indexer.documents import catch_up
from indexer.harvest import harvest
from indexer.search import Query, Results
from indexer.source import SourceInfo
from indexer.store import SqlStore
from metadata.record import RawRecord
from tests.corpus import ROOT, shared
from tests.fakes import NOW, ListSource
from tests.oaiserver import _Quiet as Quiet

OAI = "{http://www.openarchives.org/OAI/2.0/}"
ADDRESS = "https://catalogue.example.fr"
NAMES = "oai:catalogue.example.fr:"


@dataclass
class Clock:
    now: datetime = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class NoIndex:
    """An engine that takes the documents and keeps nothing: what harvesters see is in the store."""

    fresh = False

    def update(self, documents, deleted=()) -> None:
        for _ in documents:
            pass

    replace = update

    def search(self, query: Query) -> Results:
        return Results()


@dataclass
class Catalogue:
    folder: Path
    base_url: str = ADDRESS
    contact: str = "contact@dne.example"
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.store = SqlStore(f"sqlite:///{self.folder}/balise.sqlite")
        self.app = self.application()
        self.client = self.app.test_client()

    def application(self) -> Flask:
        """As after a restart: nothing is kept but the store."""
        site = Site(
            store=self.store,
            engine=NoIndex(),
            base_url=self.base_url,
            publisher=Publisher(name="La DNE fictive", contact=self.contact),
            clock=self.clock,
        )
        return create_app(site)

    def take(
        self, *records: RawRecord, key: str = "essai", index: bool = True, **said: str
    ) -> None:
        """Harvest these from a source, and let the index follow."""
        said = {"title": "Une source", "licence": "etalab-2.0"} | said
        harvest(
            ListSource(records, key=key, size=500), SourceInfo(key=key, **said), self.store, now=NOW
        )
        if index:
            self.index()

    def index(self) -> None:
        catch_up(self.store, NoIndex())

    def ask(self, query: str = "", **arguments: str) -> etree._Element:
        answer = self.client.get(f"/oai?{query}", query_string=arguments or None)
        assert (answer.status, answer.content_type) == ("200 OK", "text/xml; charset=utf-8")
        return etree.fromstring(answer.data)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address of a real server of it."""
        self.base_url = ""
        server = make_server("127.0.0.1", 0, self.application(), handler_class=Quiet)
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/oai"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def commun(identifier: str, title: str = "", **said: str) -> RawRecord:
    """A notice with the keys of commun.yml."""
    lines = {"titre": title or f"Ressource {identifier}", "description": "Une description."} | said
    payload = "".join(f"{key}: {value}\n" for key, value in lines.items()).encode()
    return RawRecord(identifier=identifier, format="commun", payload=payload)


# --- What answers say


def error_of(answer: etree._Element) -> str | None:
    found = answer.find(f"{OAI}error")
    return None if found is None else found.get("code")


def titles(answer: etree._Element) -> list[str]:
    return [each.text for each in answer.iter("{http://purl.org/dc/elements/1.1/}title")]


def headers(answer: etree._Element) -> dict[str, tuple[str, str | None]]:
    """By the name of the entry: its date, and "deleted" when it is."""
    return {
        header.findtext(f"{OAI}identifier"): (
            header.findtext(f"{OAI}datestamp"),
            header.get("status"),
        )
        for header in answer.iter(f"{OAI}header")
    }


def token_of(answer: etree._Element) -> str | None:
    found = answer.find(f"*/{OAI}resumptionToken")
    return None if found is None else found.text


# --- Schemas

DRIVER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="http://www.openarchives.org/OAI/2.0/" schemaLocation="{oai}/OAI-PMH.xsd"/>
<xs:import namespace="http://www.openarchives.org/OAI/2.0/oai-identifier" schemaLocation="{oai}/oai-identifier.xsd"/>
<xs:import namespace="http://www.openarchives.org/OAI/2.0/oai_dc/" schemaLocation="{dc}"/>
<xs:import namespace="http://ltsc.ieee.org/xsd/LOM" schemaLocation="{lom}"/>
</xs:schema>"""
#: The schema that oai_dc imports, not in the corpus: fifteen elements, each a text in a language.
SIMPLE_DC = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="http://purl.org/dc/elements/1.1/" xmlns="http://purl.org/dc/elements/1.1/"
 elementFormDefault="qualified">
<xs:complexType name="text"><xs:simpleContent><xs:extension base="xs:string">
<xs:anyAttribute namespace="http://www.w3.org/XML/1998/namespace" processContents="skip"/>
</xs:extension></xs:simpleContent></xs:complexType>
<xs:element name="title" type="text"/>
<xs:element name="creator" type="text"/>
<xs:element name="subject" type="text"/>
<xs:element name="description" type="text"/>
<xs:element name="publisher" type="text"/>
<xs:element name="contributor" type="text"/>
<xs:element name="date" type="text"/>
<xs:element name="type" type="text"/>
<xs:element name="format" type="text"/>
<xs:element name="identifier" type="text"/>
<xs:element name="source" type="text"/>
<xs:element name="language" type="text"/>
<xs:element name="relation" type="text"/>
<xs:element name="coverage" type="text"/>
<xs:element name="rights" type="text"/>
</xs:schema>"""
SCOLOMFR = ROOT / "metadata/schemas/scolomfr-3.2.1/scolomfr.xsd"


def schema_of(prefix: str, folder: Path) -> etree.XMLSchema:
    """What an answer must be, whose records are of this format."""
    oai = shared("xsd/oai-pmh")
    (folder / "simpledc.xsd").write_text(SIMPLE_DC)
    dc = (oai / "oai_dc.xsd").read_text()
    web = "http://dublincore.org/schemas/xmls/simpledc20021212.xsd"
    assert web in dc
    (folder / "oai_dc.xsd").write_text(dc.replace(web, "simpledc.xsd"))
    lom = shared("xsd/lomv1.0") / "lomStrict.xsd" if prefix == "lom" else SCOLOMFR
    driver = DRIVER.format(oai=oai.as_uri(), dc="oai_dc.xsd", lom=lom.as_uri())
    (folder / "answers.xsd").write_text(driver)
    return etree.XMLSchema(etree.parse(str(folder / "answers.xsd")))
