"""The catalogue followed, found, taken whole and shown elsewhere: feeds, sitemaps, files, frames."""

import csv
import io
import json
import re
import threading
import urllib.request
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from lxml import etree, html
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, URIRef
from werkzeug.serving import make_server

from catalogue_site import addresses
from catalogue_site.application import create_app
from catalogue_site.build import build
from catalogue_site.site import Publisher, Site
from indexer.documents import catch_up
from indexer.harvest import harvest
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata.record import Contribution, LifeCycle, When
from tests.fakes import DAY, NOW, ListSource, info, notice

BASE = "https://catalogue.example"
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = '=HYPERLINK("https://mal.example";"clic") ;=1+1 \u0001 \uffff ]]> <b>&amp; l’œuvre'


def dated(day):
    return LifeCycle(contributions=(Contribution(date=When(value=day)),))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flux")
    store, engine = SqlStore(f"sqlite:///{folder}/b.sqlite"), WhooshEngine(folder / "index")
    volcans = [
        notice(
            f"v{number:03}", f"Volcan {number}", life_cycle=dated(f"2025-01-{number % 28 + 1:02}")
        )
        for number in range(60)
    ]
    hostile = notice("hostile", HOSTILE, life_cycle=dated("2024-05-06"))
    given = info("ouverte", publish="all", licence="etalab-2.0", title="Ouverte")
    harvest(ListSource([*volcans, hostile], key="ouverte"), given, store, now=NOW)
    shown = info("sans", publish="all", licence="", title="Sans licence")
    harvest(ListSource([notice("muette", "Sans licence")], key="sans"), shown, store, now=NOW)
    catch_up(store, engine)
    yield Site(
        store=store,
        engine=engine,
        base_url=BASE,
        publisher=Publisher(name="La DNE fictive", contact="contact@dne.example"),
    )
    store.close()


@pytest.fixture(scope="module")
def client(site):
    return create_app(site).test_client()


def path_of(address):
    assert address.startswith(f"{BASE}/"), address
    return address.removeprefix(BASE)


# The feed


@pytest.fixture
def feed(client):
    def read(path):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
        return etree.fromstring(answer.data)

    return read


def link(tree, relation):
    found = tree.xpath(f"a:link[@rel='{relation}']/@href", namespaces={"a": ATOM[1:-1]})
    return found[0] if found else None


def text(tree, name):
    return tree.findtext(f"{ATOM}{name}")


def test_a_feed_has_all_that_atom_asks(feed):
    tree = feed("/flux.atom?q=volcan")
    check_atom(tree)
    assert text(tree, "title") == "Balise : volcan"
    assert link(tree, "self") == f"{BASE}/flux.atom?q=volcan"
    assert link(tree, "alternate") == f"{BASE}/recherche?q=volcan"


def check_atom(tree):
    """RFC 4287 §4.1.1 and §4.1.2: what must be there, once, and how it is written."""
    assert tree.tag == f"{ATOM}feed"
    assert tree.find(f"{ATOM}author/{ATOM}name").text
    for node in (tree, *tree.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(node.findall(f"{ATOM}{name}")) == 1, name
        assert urlsplit(text(node, "id")).scheme == "urn"
        assert datetime.fromisoformat(text(node, "updated")).tzinfo
        assert len(node.xpath("a:link[@rel='alternate']", namespaces={"a": ATOM[1:-1]})) == 1
    identifiers = [text(entry, "id") for entry in tree.iter(f"{ATOM}entry")]
    assert len({*identifiers}) == len(identifiers)


def test_entries_come_the_latest_first_with_the_dates_of_their_notices(feed):
    tree = feed("/flux.atom?q=volcan")
    dates = [text(entry, "updated") for entry in tree.iter(f"{ATOM}entry")]
    assert dates == sorted(dates, reverse=True)
    assert dates[0].startswith("2025-01-28")
    assert text(tree, "updated") == dates[0]


def test_a_feed_is_read_by_pages_to_its_end(feed):
    tree, seen = feed("/flux.atom?q=volcan"), []
    identifier = text(tree, "id")
    while True:
        assert text(tree, "id") == identifier
        seen += [text(entry, "id") for entry in tree.iter(f"{ATOM}entry")]
        following = link(tree, "next")
        if not following:
            break
        tree = feed(path_of(following))
    assert len(seen) == len({*seen}) == 60
    assert link(tree, "previous") == link(tree, "first") == f"{BASE}/flux.atom?q=volcan"


def test_the_identifiers_of_a_feed_do_not_depend_on_its_title_or_place(site, feed):
    other = create_app(replace(site, base_url="https://ailleurs.example")).test_client()
    there = etree.fromstring(other.get("/flux.atom?q=volcan").data)
    here = feed("/flux.atom?q=volcan")
    assert [text(entry, "id") for entry in here.iter(f"{ATOM}entry")] == [
        text(entry, "id") for entry in there.iter(f"{ATOM}entry")
    ]


def test_what_a_stranger_wrote_is_text_and_what_xml_cannot_hold_is_left_out(feed):
    [entry] = feed("/flux.atom?q=HYPERLINK").iter(f"{ATOM}entry")
    assert text(entry, "title") == HOSTILE.replace("\u0001", "").replace("\uffff", "")


@pytest.mark.parametrize("asked", ["q=introuvable", "q=" + "x" * 400, "niveau=rien", "page=99"])
def test_a_search_without_result_is_a_feed_all_the_same(feed, asked):
    tree = feed(f"/flux.atom?{asked}")
    check_atom(tree)
    assert not [*tree.iter(f"{ATOM}entry")]


def test_a_feed_that_has_not_changed_is_not_sent_again(client):
    first = client.get("/flux.atom")
    again = client.get("/flux.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


# Found by machines


SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def places(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    return [
        path_of(place)
        for place in etree.fromstring(answer.data).xpath("//s:loc/text()", namespaces=SITEMAP)
    ]


def test_the_sitemaps_name_every_public_page_and_each_answers(client, site):
    found = [page for part in places(client, "/sitemap.xml") for page in places(client, part)]
    assert not [page for page, times in Counter(found).items() if times > 1]
    assert {f"/ressources/{slug}" for slug in site.store.slugs()} <= {*found}
    for page in found:
        answer = client.get(page)
        assert (answer.status_code, answer.mimetype) == (200, "text/html"), page


def test_a_sitemap_dates_each_record_by_its_last_change(client, site):
    part = etree.fromstring(client.get("/sitemap-1.xml").data)
    days = {
        path_of(url.findtext("s:loc", namespaces=SITEMAP)): url.findtext(
            "s:lastmod", namespaces=SITEMAP
        )
        for url in part.findall("s:url", namespaces=SITEMAP)
    }
    for slug in site.store.slugs():
        changed = site.store.get(slug).last_changed
        assert days[f"/ressources/{slug}"] == changed.date().isoformat()
    assert days["/aide"] is None


def test_a_sitemap_holds_so_many_addresses_and_the_next_the_rest(client, monkeypatch):
    [whole] = places(client, "/sitemap.xml")
    monkeypatch.setattr(addresses, "PART", 20)
    parts = places(client, "/sitemap.xml")
    assert len(parts) > 3
    split = [places(client, part) for part in parts]
    assert all(len(part) <= 20 for part in split)
    monkeypatch.undo()
    assert [page for part in split for page in part] == places(client, whole)


@pytest.mark.parametrize("number", [0, 2, 10**9])
def test_a_sitemap_that_is_not_there_is_not_found(client, number):
    assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_robots_are_told_where_the_sitemap_is_and_may_read_the_pages(client):
    robots = client.get("/robots.txt").text
    assert f"Sitemap: {BASE}/sitemap.xml" in robots
    for path in ("/", "/ressources", "/recherche", "/export", "/api"):
        assert not re.search(rf"^Disallow: {path}$", robots, re.MULTILINE)


def test_a_browser_can_search_the_catalogue_from_its_own_box(client):
    tree = etree.fromstring(client.get("/opensearch.xml").data)
    names = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    assert len(tree.findtext("o:ShortName", namespaces=names)) <= 16
    for template in tree.xpath("o:Url[@rel='results']/@template", namespaces=names):
        asked = template.replace("{searchTerms}", "volcan").replace("{startPage?}", "1")
        answer = client.get(path_of(asked), follow_redirects=True)
        assert answer.status_code == 200
        assert "Volcan" in answer.text
    image = tree.findtext("o:Image", namespaces=names)
    assert client.get(path_of(image)).status_code == 200


# The whole catalogue as files


def test_the_csv_opens_in_a_spreadsheet_and_holds_no_formula(client, site):
    answer = client.get("/export/catalogue.csv")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = [*csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))]
    assert len(rows) == 61
    assert {row["licence de la notice"] for row in rows} == {"etalab-2.0"}
    [hostile] = [row for row in rows if "HYPERLINK" in row["titre"]]
    assert hostile["titre"].startswith("'=HYPERLINK")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_separator_a_spreadsheet_expects_no_cell_begins_a_formula(client, delimiter):
    lines = client.get("/export/catalogue.csv").data.decode("utf-8-sig").splitlines()
    for line in lines:
        cells = next(csv.reader([line], delimiter=delimiter)) + line.split(delimiter)
        assert not [cell for cell in cells if re.match(r"\s*[=+\-@]", cell)], line


def test_the_json_lines_are_the_notices_whole(client):
    answer = client.get("/export/catalogue.jsonl")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert len(rows) == 61
    assert HOSTILE in [row["notice"]["general"]["title"][0]["value"] for row in rows]


def test_what_is_taken_down_leaves_feeds_and_files_at_once(site, client):
    slug = site.store.find("v007").slug
    site.store.takedown(slug, "motif", NOW + DAY)
    catch_up(site.store, site.engine)
    for path in (
        "/export/catalogue.csv",
        "/export/catalogue.jsonl",
        "/flux.atom?q=volcan",
        "/sitemap-1.xml",
    ):
        assert slug not in client.get(path).text
    site.store.restore(slug)
    catch_up(site.store, site.engine)
    assert slug in client.get("/export/catalogue.csv").text


# rdflib's own parser makes what rdflib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_the_catalogue_is_described_as_a_data_set(client):
    graph = Graph().parse(data=client.get("/catalogue.jsonld").text, format="json-ld")
    [catalogue] = graph.subjects(RDF.type, DCAT.Catalog)
    [notices] = graph.objects(catalogue, DCAT.dataset)
    assert (notices, RDF.type, DCAT.Dataset) in graph
    for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.contactPoint):
        assert graph.value(notices, needed)
    assert str(graph.value(graph.value(notices, DCTERMS.publisher), FOAF.name)) == "La DNE fictive"
    files = [*graph.objects(notices, DCAT.distribution)]
    assert len(files) == 2
    for file in files:
        assert client.get(path_of(str(graph.value(file, DCAT.downloadURL)))).status_code == 200
        assert graph.value(file, DCTERMS.license) == URIRef(
            "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
        )
    for door in graph.subjects(RDF.type, DCAT.DataService):
        told = str(graph.value(door, DCAT.endpointDescription))
        assert client.get(path_of(told)).status_code == 200


def test_the_page_for_people_shows_requests_that_work(client):
    page = client.get("/api").text
    asked = re.findall(r"curl &#39;([^&]*(?:&amp;[^&]*)*)&#39;|curl '([^']*)'", page)
    assert len(asked) >= 4
    for one in asked:
        address = html.fromstring(f"<p>{''.join(one)}</p>").text
        if "ADRESSE" not in address:
            assert client.get(path_of(address)).status_code == 200, address
    for address in html.fromstring(page).xpath("//main//a/@href"):
        if not address.startswith("http") or address.startswith(BASE):
            answer = client.get(address.removeprefix(BASE))
            assert answer.status_code == 200, address


# Shown on other sites


def test_only_the_list_to_embed_may_be_framed(client):
    assert (
        "frame-ancestors *" in client.get("/integrer?q=volcan").headers["Content-Security-Policy"]
    )
    for path in ("/", "/recherche?q=volcan", "/integrer/code?q=volcan", "/api"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


def test_the_list_to_embed_is_small_and_its_links_open_outside(client):
    answer = client.get("/integrer?q=volcan")
    tree = html.document_fromstring(answer.text)
    assert len(answer.data) < 4000
    assert len(tree.cssselect("li")) == 6
    assert tree.cssselect("base")[0].get("target") == "_top"
    assert not tree.cssselect("script, form, iframe")
    for address in tree.xpath("//a/@href"):
        assert client.get(address, follow_redirects=True).status_code == 200


def test_the_lines_to_copy_frame_the_search_they_were_made_for(client):
    page = html.document_fromstring(client.get('/integrer/code?q="volcan 1"&discipline=svt').text)
    frame = html.fromstring(page.cssselect("textarea")[0].text)
    assert frame.get("title") == 'Balise : "volcan 1", sciences de la vie et de la Terre'
    path = path_of(frame.get("src"))
    assert path.startswith("/integrer?q=%22volcan+1%22&discipline=")
    assert client.get(path).status_code == 200


# As files


def test_what_can_be_a_file_is_written_with_the_site(site, tmp_path):
    build(site, tmp_path / "public")
    for name in ("robots.txt", "sitemap.xml", "sitemap-1.xml", "flux.atom", "opensearch.xml"):
        assert BASE in (tmp_path / "public" / name).read_text()
    rows = (tmp_path / "public" / "export" / "catalogue.jsonl").read_text().splitlines()
    assert len(rows) == 61
    [part] = etree.parse(tmp_path / "public" / "sitemap.xml").xpath(
        "//s:loc/text()", namespaces=SITEMAP
    )
    assert (tmp_path / "public" / path_of(part).lstrip("/")).is_file()


def test_without_an_address_no_file_holds_a_wrong_one(site, tmp_path):
    build(replace(site, base_url=""), tmp_path / "public")
    assert not (tmp_path / "public" / "sitemap.xml").exists()
    assert (tmp_path / "public" / "export" / "catalogue.csv").is_file()
    page = (tmp_path / "public" / "api" / "index.html").read_text()
    assert "localhost" not in page
    assert "copie figée" in page


# Framed in a real browser


@contextmanager
def served(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
def test_another_site_shows_the_list_and_its_links_leave_the_frame(browser, site):
    host = Flask("ailleurs")
    with served(create_app(replace(site, base_url=""))) as catalogue, served(host) as elsewhere:
        code = html.document_fromstring(read(f"{catalogue}/integrer/code?q=volcan"))
        frame = code.cssselect("textarea")[0].text
        refused = f'<iframe src="{catalogue}/recherche?q=volcan"></iframe>'
        for name, shown in (("accueil", frame), ("refus", refused)):
            host.add_url_rule(f"/{name}", name, lambda shown=shown: f"<!DOCTYPE html>{shown}")
        page = browser.new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
        page.goto(f"{elsewhere}/accueil")
        inside = page.frame_locator("iframe")
        assert inside.locator("li").count() == 6
        assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
        inside.locator("li a").first.click()
        page.wait_for_url(f"{catalogue}/ressources/volcan-*")
        page.goto(f"{elsewhere}/refus")
        assert page.frame_locator("iframe").locator("#resultats").count() == 0
        page.close()


def read(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def test_pages_say_where_the_feed_the_search_box_and_the_data_are(client):
    def led(path, relation):
        tree = html.document_fromstring(client.get(path).text)
        return [link.get("href") for link in tree.cssselect(f"head link[rel={relation}]")]

    assert led("/aide/chercher", "search") == ["/opensearch.xml"]
    assert led("/", "alternate") == ["/flux.atom", "/catalogue.jsonld"]
    for path in ("/opensearch.xml", "/flux.atom", "/catalogue.jsonld"):
        assert client.get(path).status_code == 200
