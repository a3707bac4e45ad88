"""Atom and RSS: one record per entry."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

import metadata
from indexer.errors import SourceError, StaleCursor
from indexer.fetch import Fetcher
from indexer.source import Source
from indexer.syndication import FeedSource, entries_in
from metadata.record import RawRecord

from .hostile import HostileServer, ok
from .memory import growth

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="urn:m" xml:lang="fr" xml:base="http://a.example/">
  <title>Les ressources</title><id>urn:feed</id>
  <entry><title>Une</title><id> urn:1 </id><link rel="alternate" href="1"/></entry>
  <entry xml:lang="en"><title>Two</title><link rel="self" href="self"/><link href="2"/>
    <m:item><entry xmlns="http://www.w3.org/2005/Atom"><id>inside</id></entry></m:item></entry>
  <entry><title>Sans nom</title></entry>
</feed>"""
RSS = """<rss version="2.0"><channel><title>Les ressources</title>
  <item><title>Une</title><link>http://a.example/1</link><guid isPermaLink="false">1</guid></item>
  <item><title>Deux</title><link> http://a.example/2 </link><guid/></item>
</channel></rss>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns="http://purl.org/rss/1.0/"><channel rdf:about="http://a.example/"><title>x</title></channel>
  <item rdf:about="http://a.example/1"><title>Une</title><link>http://a.example/l</link></item>
</rdf:RDF>"""


def entries(text: str) -> list[RawRecord]:
    return list(entries_in(BytesIO(text.encode())))


def source(place: str | Path) -> FeedSource:
    fetcher = Fetcher(
        contact="https://x.example", internal=True, delay=0, sleep=lambda seconds: None
    )
    return FeedSource(key="flux", place=str(place), download=fetcher.download)


def test_it_is_a_source_that_does_not_list_everything():
    feed: Source = source("f.xml")
    assert (feed.key, feed.incremental, feed.exhaustive) == ("flux", False, False)


@pytest.mark.parametrize(
    ("feed", "identifiers"),
    [
        (ATOM, ["urn:1", "2", "(entrée 3)"]),
        (RSS, ["1", "http://a.example/2"]),
        (RDF, ["http://a.example/1"]),
        (ATOM.replace("2005/Atom", "x"), []),
    ],
)
def test_an_entry_is_named_by_its_identifier_else_by_its_address(feed, identifiers):
    assert [entry.identifier for entry in entries(feed)] == identifiers


def test_an_entry_without_name_is_at_fault():
    assert [bool(entry.fault) for entry in entries(ATOM)] == [False, False, True]


def test_an_entry_is_given_whole_with_what_it_inherits():
    first, second, _ = (
        entry.payload and etree.fromstring(entry.payload) for entry in entries(ATOM)
    )
    xml = "{http://www.w3.org/XML/1998/namespace}"
    assert first.findtext("{*}title") == "Une"
    assert (first.get(f"{xml}lang"), first.get(f"{xml}base")) == ("fr", "http://a.example/")
    assert second.get(f"{xml}lang") == "en"
    assert second.find(".//{urn:m}item/{*}entry/{*}id").text == "inside"


SHARED = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
  <language>fr-FR</language><copyright>CC BY 4.0</copyright><title>Un flux</title>
  <item><title>Une</title><guid>1</guid></item>
  <item><title>Deux</title><guid>2</guid><dc:language>br</dc:language><dc:rights>CC0</dc:rights>
  </item></channel></rss>"""
BY_SOMEBODY = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Un flux</title>
  <author><name>La 6e A</name></author><rights>CC BY-SA 4.0</rights>
  <entry><title>Une</title><id>urn:1</id></entry>
  <entry><title>Deux</title><id>urn:2</id><author><name>Ada</name></author></entry>
  <entry><title>Trois</title><id>urn:3</id><source><author><name>Bob</name></author></source>
  </entry></feed>"""


def test_the_language_and_the_terms_of_a_feed_are_those_of_its_entries():
    records = [metadata.parse(entry).record for entry in entries(SHARED)]
    assert [record.general.languages for record in records] == [("fr",), ("br",)]
    assert [record.rights.descriptions[0][0].value for record in records] == ["CC BY 4.0", "CC0"]
    assert [record.general.title[0].value for record in records] == ["Une", "Deux"]


def test_the_author_of_a_feed_is_that_of_the_entries_that_name_nobody():
    records = [metadata.parse(entry).record for entry in entries(BY_SOMEBODY)]
    named = [
        [who.name for each in record.life_cycle.contributions for who in each.entities]
        for record in records
    ]
    assert named == [["La 6e A"], ["Ada"], []]
    assert {record.rights.descriptions[0][0].value for record in records} == {"CC BY-SA 4.0"}


def test_an_unchanged_entry_gives_the_same_bytes_wherever_it_stands():
    before = entries(RSS)[1]
    item = RSS[RSS.index("  <item>") : RSS.index("  <item><title>Deux")]
    assert entries(RSS.replace(item, item * 3))[3] == before


def test_a_file_is_given_in_pages_and_goes_on_where_it_was(tmp_path):
    items = "".join(f"<item><guid>{number}</guid></item>" for number in range(250))
    place = tmp_path / "f.rss"
    place.write_text(f"<rss><channel>{items}</channel></rss>")
    pages = list(source(place).pages(None, ""))
    assert [len(page.records) for page in pages] == [100, 100, 50]
    rest = list(source(place).pages(None, pages[0].cursor))
    assert [page.records for page in rest] == [page.records for page in pages[1:]]


def test_an_address_is_read():
    with HostileServer().serving() as server:
        server.answers["/f"] = ok(RSS.encode("utf-16"), "Content-Type: text/html; charset=latin-1")
        [page] = source(f"{server.url}/f").pages(None, "")
        assert len(page.records) == 2


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<!DOCTYPE html><html><body>connexion</body></html>",
        "<html><body/></html>",
        RSS[:-20],
        RSS.replace("</guid>", "</gui>"),
        '<!DOCTYPE rss [<!ENTITY x "y">]>' + RSS,
        "{}",
        RSS.replace("Une", "x" * 6_000_000),
    ],
)
def test_what_is_no_whole_feed_is_an_error_of_the_source(body, tmp_path):
    place = tmp_path / "f.xml"
    place.write_text(body)
    with pytest.raises(SourceError, match=r"Le flux .*f\.xml est illisible"):
        list(source(place).pages(None, ""))


def test_a_feed_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SourceError, match="n’existe pas"):
        list(source(tmp_path / "f.xml").pages(None, ""))


def test_a_cursor_of_another_kind_is_stale(tmp_path):
    with pytest.raises(StaleCursor):
        list(source(tmp_path / "f.xml").pages(None, "x"))


def test_a_long_feed_is_read_in_constant_memory(tmp_path):
    place = tmp_path / "f.xml"
    with place.open("w") as file:
        file.write('<feed xmlns="http://www.w3.org/2005/Atom">')
        for number in range(20_000):
            file.write(f"<entry><id>{number}</id><summary>{'x' * 1000}</summary></entry>\n")
        file.write("</feed>")
    with place.open("rb") as opened:
        count, grown = growth(entries_in(opened))
    assert count == 20_000
    assert grown < 8_000_000  # of 21
