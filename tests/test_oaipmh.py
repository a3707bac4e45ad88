"""OAI-PMH: against a real server of ours, and against answers recorded from others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import metadata
from indexer.errors import SourceError, StaleCursor
from indexer.fetch import Fetched, Fetcher
from indexer.oaianswer import moment, read_answer, records_in
from indexer.oaipmh import OaiPmhSource, start
from indexer.source import Page, Source

from .corpus import shared
from .memory import growth
from .oaiserver import (
    DAY,
    SECOND,
    Kept,
    OaiServer,
    busy,
    dublin_core,
    failing,
    replacing,
    saying,
)


@pytest.fixture
def server() -> Iterator[OaiServer]:
    with OaiServer().serving() as server:
        yield server


def source_of(server: OaiServer, **changes: str) -> OaiPmhSource:
    fetch = Fetcher(contact="https://x.example", internal=True, delay=0, sleep=lambda seconds: None)
    values = {"key": "essai", "url": server.url, "prefix": "oai_dc"} | changes
    return OaiPmhSource(fetch=fetch, **values)


def all_of(source: OaiPmhSource, since: datetime | None = None, cursor: str = "") -> list[Page]:
    return list(source.pages(since, cursor))


def names(pages: list[Page]) -> list[str]:
    return [record.identifier for page in pages for record in page.records]


def test_it_is_a_source(server):
    source: Source = source_of(server)
    assert (source.key, source.incremental, source.exhaustive) == ("essai", True, True)


# --- The server of the tests is a good one ------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "verb=Identify",
        "verb=ListMetadataFormats",
        "verb=ListSets",
        "verb=ListRecords&metadataPrefix=oai_dc",
        "verb=ListIdentifiers&metadataPrefix=oai_dc",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:test:00003",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=none",
        "verb=ListRecords&metadataPrefix=none",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2099-01-01T00:00:00Z",
        "verb=ListRecords&resumptionToken=none",
        "verb=ListRecords",
        "verb=None",
        "",
    ],
)
def test_the_server_of_these_tests_answers_as_the_standard_says(server, query, tmp_path):
    # The standard wants a schema for whatever stands in <metadata>.
    (tmp_path / "any.xsd").write_text(
        f'{XS} targetNamespace="urn:any"><xs:element name="any"/></xs:schema>'
    )
    (tmp_path / "all.xsd").write_text(
        f'{XS}><xs:import namespace="http://www.openarchives.org/OAI/2.0/"'
        f' schemaLocation="{shared("xsd/oai-pmh/OAI-PMH.xsd").as_uri()}"/>'
        '<xs:import namespace="urn:any" schemaLocation="any.xsd"/></xs:schema>'
    )
    server.sets = {"maths": "Mathématiques"}
    for number in range(12):
        server.put(f"oai:test:{number:05}", metadata={"oai_dc": '<any xmlns="urn:any"/>'})
    server.delete("oai:test:00003")
    fetch = Fetcher(contact="https://x.example", internal=True, delay=0)
    answer = etree.fromstring(fetch(f"{server.url}?{query}").body)
    etree.XMLSchema(etree.parse(str(tmp_path / "all.xsd"))).assertValid(answer)


XS = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"'


# --- Lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 9, 10, 11, 20, 35])
def test_a_list_is_read_to_its_end_page_by_page(server, count):
    server.fill(count)
    pages = all_of(source_of(server))
    assert names(pages) == [f"oai:test:{number:05}" for number in range(count)]
    assert all(0 < len(page.records) <= 10 for page in pages)
    assert [bool(page.cursor) for page in pages] == [True] * (len(pages) - 1) + [False]


def test_a_page_is_asked_for_when_the_one_before_was_taken(server):
    server.fill(30)
    pages = source_of(server).pages(None, "")
    next(pages)
    assert len(server.lists()) == 1


def test_an_empty_repository_gives_one_empty_page_with_its_clock(server):
    [page] = all_of(source_of(server))
    assert (page.records, page.cursor, page.as_of) == ((), "", server.now)


def test_every_page_tells_the_clock_of_the_first(server):
    server.fill(30)
    began = server.now + server.tick
    assert {page.as_of for page in all_of(source_of(server))} == {began}


def test_records_are_given_as_their_metadata_alone_in_their_format(server):
    server.put("oai:test:1", "L’œuvre <1>")
    [page] = all_of(source_of(server))
    [record] = page.records
    assert record.format == "oai_dc"
    assert etree.fromstring(record.payload).findtext("{*}title") == "L’œuvre <1>"


def test_an_unchanged_record_gives_the_same_bytes_wherever_it_stands(server):
    server.put("oai:test:z", "Toujours le même")
    [[before]] = [page.records for page in all_of(source_of(server))]
    server.fill(20)
    after = all_of(source_of(server))[-1].records[-1]
    assert after == before


def test_namespaces_declared_above_stay_with_the_record(server):
    server.put("oai:test:1", metadata={"oai_dc": "<x:lom><x:a xsi:type='x:b'>&amp;</x:a></x:lom>"})
    server.faults = [replacing(b"<ListRecords>", b'<ListRecords xmlns:x="urn:x">')]
    [page] = all_of(source_of(server))
    element = etree.fromstring(page.records[0].payload)
    assert element.tag == "{urn:x}lom"
    assert element.nsmap["x"] == "urn:x"
    assert page.records[0].format == "lomfr"


@pytest.mark.parametrize(
    ("root", "format"),
    [
        ("lom", "lomfr"),
        ("LOM", "lomfr"),
        ("dc", "oai_dc"),
        ("manifest", "imsmanifest"),
        ("mods", "lomfr"),
        ("record", "lomfr"),
        ("feed", "lomfr"),
    ],
)
def test_the_format_is_told_by_the_root_and_an_unknown_one_goes_where_it_is_explained(
    server, root, format
):
    server.put("oai:test:1", metadata={"oai_dc": f'<{root} xmlns="urn:any"/>'})
    [page] = all_of(source_of(server))
    assert page.records[0].format == format


def test_records_within_records_stay_inside(server):
    inner = "<m xmlns:o='http://www.openarchives.org/OAI/2.0/'><o:record><o:header/></o:record></m>"
    server.put("oai:test:1", metadata={"oai_dc": inner})
    [page] = all_of(source_of(server))
    assert names([page]) == ["oai:test:1"]
    assert b"header" in page.records[0].payload


def test_a_deleted_record_is_said_to_be(server):
    server.fill(3)
    server.delete("oai:test:00001")
    [page] = all_of(source_of(server))
    assert [record.deleted for record in page.records] == [False, True, False]


def test_a_record_with_neither_metadata_nor_deletion_is_refused_not_deleted(server):
    server.put("oai:test:1", metadata={"oai_dc": "<a/>"})
    server.faults = [replacing(b"<metadata><a/></metadata>", b"<metadata/>")]
    [page] = all_of(source_of(server))
    [record] = page.records
    assert not record.deleted
    with pytest.raises(metadata.ParseError, match="ni métadonnées ni mention de suppression"):
        metadata.parse(record)


def test_a_record_without_identifier_costs_only_itself(server):
    server.fill(3)
    server.faults = [replacing(b"<identifier>oai:test:00001</identifier>", b"")]
    [page] = all_of(source_of(server))
    assert [bool(record.fault) for record in page.records] == [False, True, False]


@pytest.mark.parametrize(
    ("datestamps", "kept"),
    [
        (["2026-02-01", "2025-01-01"], 0),
        (["2025-01-01", "2026-02-01"], 1),
        (["2026-02-01T00:00:01Z", "2026-02-01"], 0),
        (["2026-02-01T01:00:00+02:00", "2026-02-01T00:00:00Z"], 1),
        (["2026-02-01", "2026-02-01"], 1),
        (["2026-02-01", "hier"], 0),
        (["hier", "avant-hier"], 1),
    ],
)
def test_of_two_records_under_one_name_the_one_changed_last_counts(datestamps, kept):
    records = "".join(
        f"<record><header><identifier>a</identifier><datestamp>{stamp}</datestamp></header>"
        f"<metadata>{dublin_core(f'version {number}')}</metadata></record>"
        for number, stamp in enumerate(datestamps)
    )
    [page] = all_of(Scripted(listing(records)).source())
    [record] = page.records
    assert f"version {kept}".encode() in record.payload


def test_an_empty_set_spec_harms_nobody(server):
    server.put("oai:test:1", sets=("",))
    assert names(all_of(source_of(server))) == ["oai:test:1"]


def test_a_set_is_asked_for(server):
    server.sets = {"maths": "Mathématiques", "svt": "SVT"}
    server.put("oai:test:1", sets=("maths:cm1",))
    server.put("oai:test:2", sets=("svt",))
    assert names(all_of(source_of(server, set="maths"))) == ["oai:test:1"]


# --- What changed since -------------------------------------------------------------------------


@pytest.mark.parametrize("granularity", [SECOND, DAY])
def test_what_changed_since_is_asked_for_in_the_servers_granularity(server, granularity):
    server.granularity = granularity
    server.put("oai:test:old", when=server.now - timedelta(days=30))
    server.put("oai:test:late", when=server.now - timedelta(hours=20))
    server.put("oai:test:new", when=server.now + timedelta(hours=1))
    assert names(all_of(source_of(server), since=server.now)) == ["oai:test:late", "oai:test:new"]


def test_the_overlap_is_a_day_or_two_granules_when_these_are_days():
    since = datetime(2026, 3, 1, 0, 0, 30, tzinfo=UTC)
    assert start(since, SECOND) == "2026-02-28T00:00:30Z"
    assert start(since, DAY) == "2026-02-27"
    assert start(since, "whatever") == "2026-02-27"  # every repository knows days


@pytest.mark.parametrize("since", [datetime.min, datetime(1, 1, 1, tzinfo=UTC), datetime.max])
def test_an_absurd_clock_breaks_nothing(since):
    assert start(since.replace(tzinfo=UTC), DAY)


def test_nothing_new_is_an_empty_page(server):
    server.fill(2)
    [page] = all_of(source_of(server), since=server.now + timedelta(days=30))
    assert page.records == ()
    assert page.as_of == server.now


def test_the_granularity_is_asked_only_when_it_is_needed(server):
    server.fill(2)
    all_of(source_of(server))
    assert [query["verb"] for query in server.requests] == ["ListRecords"]


@settings(max_examples=25, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 90)), max_size=12))
def test_no_change_is_missed_from_one_harvest_to_the_next(changes):
    """Changes dated up to a day and a half in the past are seen by one of the harvests."""
    with OaiServer(page_size=3, granularity=DAY).serving() as server:
        server.fill(3)
        source = source_of(server)
        known = {record.identifier: record for page in all_of(source) for record in page.records}
        since = server.now
        for number, (identifier, late) in enumerate(changes):
            server.now += timedelta(hours=7)
            name = f"oai:test:{identifier:05}"
            if late % 5 == 0 and name in server.records:
                server.records[name] = Kept(server.now - timedelta(minutes=20 * late), None)
            else:
                server.put(name, f"v{number}", when=server.now - timedelta(minutes=20 * late))
            if number % 3 == 0:
                pages = all_of(source, since=since)
                known |= {record.identifier: record for page in pages for record in page.records}
                since = pages[0].as_of or since
        known |= {
            record.identifier: record
            for page in all_of(source, since=since)
            for record in page.records
        }
        whole = {record.identifier: record for page in all_of(source) for record in page.records}
        assert known == whole


# --- Going on -----------------------------------------------------------------------------------


def test_an_interrupted_list_goes_on_after_the_page_it_had(server):
    server.fill(35)
    whole = all_of(source_of(server))
    for taken in range(1, len(whole)):
        pages = source_of(server).pages(None, "")
        first = [next(pages) for _ in range(taken)]
        rest = all_of(source_of(server), cursor=first[-1].cursor)
        assert names(first + rest) == names(whole)
        assert {page.as_of for page in rest} == {first[0].as_of}


def test_a_token_that_expired_meanwhile_makes_the_cursor_stale(server):
    server.fill(30)
    page = next(source_of(server).pages(None, ""))
    server.forget_tokens()
    with pytest.raises(StaleCursor, match="reprise au début"):
        all_of(source_of(server), cursor=page.cursor)


def test_a_token_that_expires_on_the_way_does_too(server):
    server.fill(30)
    pages = source_of(server).pages(None, "")
    next(pages)
    server.forget_tokens()
    with pytest.raises(StaleCursor):
        next(pages)


# --- A server that fails --------------------------------------------------------------------------


def test_a_busy_server_is_given_the_time_it_asks_for(server):
    server.fill(20)
    server.faults = [busy("1"), None, busy("5"), busy("5")]
    assert len(names(all_of(source_of(server)))) == 20


@pytest.mark.parametrize("fault", [busy("999999"), failing("500 Oh"), failing("403 No")])
def test_a_server_that_fails_on_the_way_ends_the_list_with_what_it_gave(server, fault):
    server.fill(20)
    server.faults = [None, fault, fault, fault]
    pages = source_of(server).pages(None, "")
    assert len(next(pages).records) == 10
    with pytest.raises(SourceError):
        next(pages)
    assert len(server.lists()) <= 4


def test_a_page_cut_anywhere_is_an_error(server):
    server.fill(3)
    [whole] = all_of(source_of(server))
    fetch = source_of(server).fetch
    body = fetch(server.url, {"verb": "ListRecords", "metadataPrefix": "oai_dc"}).body
    for at in range(0, len(body), 25):
        with pytest.raises(SourceError):
            read_answer(body[:at])
    assert len(read_answer(body).listed) == len(whole.records)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"broken xml",
        b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1><br></body></html>",
        b"<html><body/></html>",
        b'<?xml version="1.0"?><rss/>',
        b"<OAI-PMH",
        b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"/>',
        b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords/></OAI-PMH>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"/>',
        b'{"error": 500}',
        b"\x00\x01\x02",
        b"\x1f\x8b\x08",
    ],
)
def test_an_answer_that_is_none_is_an_error_and_nothing_else(server, body):
    server.fill(1)
    server.faults = [saying(body)]
    with pytest.raises(SourceError):
        all_of(source_of(server))


@settings(max_examples=100)
@given(st.binary(max_size=300), st.integers(0, 2_000))
def test_no_damage_to_an_answer_raises_anything_but_a_source_error(noise, at):
    whole = answer("a", "b", token="c")
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    try:
        read_answer(damaged)
    except SourceError:
        return
    etree.fromstring(damaged)  # what was accepted is XML indeed


# --- Lists without end ------------------------------------------------------------------------------


class Scripted:
    """Answers one after the other, the last one for ever."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.count = 0

    def __call__(self, url: str, params: Mapping[str, str]) -> Fetched:
        body = self.answers[min(self.count, len(self.answers) - 1)]
        self.count += 1
        return Fetched(url=url, status=200, body=body)

    def source(self) -> OaiPmhSource:
        return OaiPmhSource(key="k", url="http://x.example/", prefix="oai_dc", fetch=self)


def listing(content: str) -> bytes:
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        "<responseDate>2026-01-01T00:00:00Z</responseDate>"
        f"<ListRecords>{content}</ListRecords></OAI-PMH>"
    ).encode()


def answer(*identifiers: str, token: str | None = None) -> bytes:
    records = "".join(
        f"<record><header><identifier>{name}</identifier></header>"
        f"<metadata>{dublin_core(name)}</metadata></record>"
        for name in identifiers
    )
    return listing(
        records if token is None else f"{records}<resumptionToken>{token}</resumptionToken>"
    )


def test_the_same_token_twice_is_an_error_after_two_requests():
    fetch = Scripted(answer("a", token="SAME"), answer("b", token="SAME"))
    with pytest.raises(SourceError, match="toujours la même page"):
        all_of(fetch.source())
    assert fetch.count == 2


def test_a_cycle_of_tokens_is_an_error():
    fetch = Scripted(*[answer(name, token=token) for name, token in zip("abc", "XYX", strict=True)])
    with pytest.raises(SourceError, match="toujours la même page"):
        all_of(fetch.source())
    assert fetch.count == 3


def test_the_same_page_under_new_tokens_is_an_error():
    fetch = Scripted(*[answer("a", "b", token=f"t{number}") for number in range(50)])
    with pytest.raises(SourceError, match="toujours la même page"):
        all_of(fetch.source())
    assert fetch.count == 2


def test_an_empty_page_that_promises_more_is_an_error():
    fetch = Scripted(answer(token="NEXT"))
    with pytest.raises(SourceError, match="toujours la même page"):
        all_of(fetch.source())
    assert fetch.count == 1


def test_an_empty_last_page_ends_the_list():
    fetch = Scripted(answer("a", token="NEXT"), answer(token=""))
    assert names(all_of(fetch.source())) == ["a"]


def test_a_list_with_new_records_for_ever_is_stopped(monkeypatch):
    monkeypatch.setattr("indexer.oaipmh.MAX_PAGES", 20)
    fetch = Scripted(*[answer(f"r{number}", token=f"t{number}") for number in range(100)])
    with pytest.raises(SourceError, match="n’est pas finie après 21 pages"):
        all_of(fetch.source())


def test_no_record_matches_in_the_middle_of_a_list_is_an_error():
    nothing = recorded("sickle/noRecordsMatch.xml")
    fetch = Scripted(answer("a", token="NEXT"), nothing)
    with pytest.raises(SourceError, match="noRecordsMatch"):
        all_of(fetch.source())


# --- What it refuses ----------------------------------------------------------------------------


def test_an_unknown_prefix_is_answered_with_those_there_are(server):
    server.prefixes = {"oai_dc": "urn:a", "lomfr": "urn:b"}
    with pytest.raises(SourceError, match=r"oai_lom.*Formats proposés\u00a0: oai_dc, lomfr"):
        all_of(source_of(server, prefix="oai_lom"))


def test_a_set_where_there_are_none_is_explained(server):
    server.fill(1)
    with pytest.raises(SourceError, match="retirez «\u00a0set\u00a0»"):
        all_of(source_of(server, set="maths"))


def test_an_address_with_a_verb_is_explained(server):
    with pytest.raises(SourceError, match="badArgument"):
        all_of(source_of(server, url=f"{server.url}?verb=Identify"))


@pytest.mark.parametrize(
    "name", ["badArgument", "cannotDisseminateFormat", "idDoesNotExist", "undefinedError"]
)
def test_a_recorded_error_is_told_with_its_code(name):
    with pytest.raises(SourceError, match=name):
        all_of(Scripted(recorded(f"sickle/{name}.xml")).source())


def test_a_recorded_bad_token_is_stale_only_when_we_sent_one():
    fetch = Scripted(recorded("sickle/badResumptionToken.xml"))
    with pytest.raises(StaleCursor):
        all_of(fetch.source(), cursor="- token")
    with pytest.raises(SourceError) as caught:
        all_of(fetch.source())
    assert not isinstance(caught.value, StaleCursor)


# --- Answers recorded from others -----------------------------------------------------------------


def recorded(path: str) -> bytes:
    return Path(shared(f"oai/{path}")).read_bytes()


def test_a_recorded_list_is_read():
    [page] = all_of(Scripted(recorded("pyoai-fake1/00005.xml")).source())
    assert len(page.records) == 16
    assert page.records[0].identifier == "hdl:1765/308"
    assert page.as_of == datetime(2003, 4, 30, 16, 8, 2, tzinfo=UTC)
    assert {record.format for record in page.records} == {"oai_dc"}


def test_a_recorded_list_in_pages_is_followed_by_its_tokens():
    files = shared("oai/sickle")

    def fetch(url: str, params: Mapping[str, str]) -> Fetched:
        body = (files / params.get("resumptionToken", "ListRecords.xml")).read_bytes()
        return Fetched(url=url, status=200, body=body)

    source = OaiPmhSource(key="k", url="http://x.example", prefix="oai_dc", fetch=fetch)
    with pytest.raises(SourceError, match="toujours la même page"):
        all_of(source)  # these pages repeat the same two records
    first = next(source.pages(None, ""))
    assert [record.deleted for record in first.records] == [True, False]


def test_a_recorded_list_without_the_identifier_of_a_deletion_keeps_the_rest():
    answer = read_answer(recorded("sickle/ListRecords4.xml"))
    assert [bool(one.raw.fault) for one in answer.listed] == [True, False]
    assert not answer.listed[0].raw.deleted


def test_a_recorded_answer_that_is_no_xml_is_an_error():
    with pytest.raises(SourceError):
        all_of(Scripted(recorded("sickle/ListRecordsBroken.xml")).source())


def test_a_recorded_nothing_is_nothing():
    [page] = all_of(Scripted(recorded("sickle/noRecordsMatch.xml")).source())
    assert page.records == ()


def test_a_recorded_repository_says_its_granularity():
    assert read_answer(recorded("sickle/Identify.xml")).granularity == DAY
    assert read_answer(recorded("pyoai-fake1/00001.xml")).granularity == SECOND


def test_wrong_datestamps_are_no_obstacle():
    body = shared("attacks/oai_wrong_datestamps.xml").read_bytes()
    [page] = all_of(Scripted(body).source())
    assert len(page.records) == 5
    assert page.as_of is None


@pytest.mark.parametrize("name", ["oai_loop_same_token", "oai_empty_list_with_token"])
def test_recorded_lists_that_run_in_circles_are_stopped(name):
    fetch = Scripted(shared(f"attacks/{name}.xml").read_bytes())
    with pytest.raises(SourceError):
        all_of(fetch.source())
    assert fetch.count < 5


def test_all_records_deleted_is_what_it_says():
    body = shared("attacks/oai_all_deleted.xml").read_bytes()
    [page] = all_of(Scripted(body).source())
    assert len(page.records) == 50
    assert all(record.deleted for record in page.records)


# --- Dates and memory ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        ("2026-01-02T01:00:00+02:00", datetime(2026, 1, 1, 23, tzinfo=UTC)),
        ("2026-13-45", None),
        ("01/02/2026", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("Z", None),
        ("", None),
    ],
)
def test_a_moment_is_read_or_is_none(text, read):
    assert moment(text) == read


@pytest.mark.slow
def test_a_long_list_kept_as_a_file_is_read_in_constant_memory(tmp_path):
    path = tmp_path / "list.xml"
    record = answer("NAME" + "x" * 1_000).partition(b"<record>")[2].partition(b"</ListRecords>")[0]
    with path.open("wb") as file:
        file.write(b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>')
        for number in range(20_000):
            file.write(b"<record>" + record.replace(b"NAME", str(number).encode()))
        file.write(b"</ListRecords></OAI-PMH>")
    with path.open("rb") as file:
        count, grown = growth(records_in(file))
    assert count == 20_000
    assert grown < 8_000_000  # of 25


def test_a_record_beyond_any_size_is_not_read():
    huge = answer("a").replace(b"<metadata>", b"<metadata>" + b"<x/>" * 2_000_000)
    with pytest.raises(metadata.ParseError, match="dépasse 5 Mo"):
        list(records_in(BytesIO(huge)))
