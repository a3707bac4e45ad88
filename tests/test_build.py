"""The static catalogue: every public page as a file, whole or not at all."""

import gzip
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from lxml import html

from catalogue_site.build import build
from catalogue_site.compression import LEAST
from catalogue_site.errors import BuildError
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.files import FilesSource
from indexer.harvest import harvest
from indexer.source import SourceInfo
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from tests.fakes import NOW
from tests.notices import write_all


@pytest.fixture
def site(tmp_path):
    place = write_all(tmp_path / "notices")
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    engine = WhooshEngine(tmp_path / "index")
    harvest(FilesSource(key="n", place=str(place)), SourceInfo(key="n"), store, now=NOW)
    catch_up(store, engine)
    yield Site(store=store, engine=engine)
    store.close()


def links_of(folder):
    for page in folder.rglob("*.html"):
        for element in html.fromstring(page.read_bytes()).iter("a", "link", "form"):
            address = urlsplit(element.get("href") or element.get("action") or "")
            if not address.scheme and not address.netloc and address.path:
                yield page, address


def test_every_link_of_the_static_site_leads_to_a_file(site, tmp_path):
    out = tmp_path / "public"
    written = build(site, out)
    assert written == len(
        [path for path in out.rglob("*") if path.is_file() and path.suffix != ".gz"]
    )
    links = list(links_of(out))
    assert len(links) > 50
    for page, address in links:
        target = out / address.path.lstrip("/")
        assert target.is_file() or (target / "index.html").is_file(), (page, address)


def test_each_published_resource_has_its_page_and_its_notices(site, tmp_path):
    build(site, tmp_path / "public")
    for slug in site.store.slugs():
        place = tmp_path / "public" / "ressources"
        assert (place / slug / "index.html").is_file()
        assert all((place / f"{slug}.{form}").is_file() for form in ("json", "xml", "jsonld"))


def test_each_text_stands_compressed_beside_itself(site, tmp_path):
    build(site, tmp_path / "public")
    texts = {".html", ".css", ".json", ".xml", ".jsonld", ".csv", ".ttl"}
    several = [path for path in (tmp_path / "public").rglob("*") if path.suffix in texts]
    assert {path.suffix for path in several} == texts
    for path in several:
        beside = path.with_name(f"{path.name}.gz")
        if path.stat().st_size >= LEAST:
            assert gzip.decompress(beside.read_bytes()) == path.read_bytes()


def test_a_page_in_a_file_carries_its_own_policy(site, tmp_path):
    build(replace(site, base_url="https://catalogue.example"), tmp_path / "public")
    home = html.fromstring((tmp_path / "public" / "index.html").read_text())
    [policy] = home.cssselect("meta[http-equiv=Content-Security-Policy]")
    assert policy.get("content").startswith("default-src 'none'")
    assert policy.get("content").endswith("form-action https://catalogue.example")


def test_a_web_server_finds_the_pages_of_its_faults(site, tmp_path):
    build(site, tmp_path / "public")
    for status in (404, 410, 500):
        assert "<h1" in (tmp_path / "public" / f"{status}.html").read_text()


def test_without_a_live_site_the_pages_say_so_and_offer_lists(site, tmp_path):
    build(site, tmp_path / "public")
    home = (tmp_path / "public" / "index.html").read_text()
    assert "<form" not in home
    assert "sans moteur de recherche" in home


def test_with_a_live_site_the_search_box_leads_there(site, tmp_path):
    build(replace(site, base_url="https://catalogue.example"), tmp_path / "public")
    home = html.fromstring((tmp_path / "public" / "index.html").read_text())
    assert home.cssselect("form")[0].get("action") == "https://catalogue.example/recherche"


def test_building_again_replaces_the_site_in_one_step(site, tmp_path):
    out = tmp_path / "public"
    build(site, out)
    before = out.resolve()
    slug = site.store.slugs()[0]
    site.store.takedown(slug, "motif", NOW)
    catch_up(site.store, site.engine)
    build(site, out)
    assert not (out / "ressources" / slug).exists()
    assert out.is_symlink()
    assert not before.exists()
    assert [path.name for path in tmp_path.glob(".public-*")] == [out.resolve().name]


def test_an_interrupted_build_leaves_the_site_that_was_there(site, tmp_path, monkeypatch):
    out = tmp_path / "public"
    build(site, out)
    before = out.resolve()
    monkeypatch.setattr("catalogue_site.build.STEP", 3)

    def interrupted(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(site, out, interrupted)
    assert out.resolve() == before
    assert (out / "index.html").is_file()
    assert [path.name for path in tmp_path.glob(".public-*")] == [before.name]


def test_a_folder_of_somebody_else_is_not_touched(site, tmp_path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "mine.txt").write_text("x")
    with pytest.raises(BuildError, match="dossier ordinaire"):
        build(site, tmp_path / "public")
    assert (tmp_path / "public" / "mine.txt").read_text() == "x"
