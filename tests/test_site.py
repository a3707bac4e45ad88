"""The pages, asked over HTTP of the real application on a real store and index."""

import json
import re
import time

import pytest
from lxml import html

from catalogue_site.application import create_app
from catalogue_site.site import Publisher, Site
from indexer.documents import catch_up
from indexer.entry import State
from indexer.files import FilesSource
from indexer.harvest import harvest
from indexer.source import SourceInfo
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from tests.fakes import NOW
from tests.notices import EMAIL, lom, write_all

HEAD = "https://cours.example/fractions"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    notices = write_all(folder / "notices")
    (notices / "cours.xml").write_text(lom("Cours sur les fractions", location=HEAD))
    for number in (1, 2):
        granule = lom(
            f"Fractions, séance {number}",
            location=f"{HEAD}/{number}",
            part_of=HEAD,
            description='<p>Une <b>séance</b></p><script>alert("x")</script>',
        )
        (notices / f"seance{number}.xml").write_text(granule)
    (notices / "conte.xml").write_text(lom("Un conte à la maison"))
    (notices / "shakespeare.xml").write_text(
        lom('5 &lt; 7 &amp; "Shakespeare"', location="javascript:alert(1)")
    )
    vendor = folder / "vendeur"
    vendor.mkdir()
    (vendor / "payante.xml").write_text(lom("Ressource payante"))
    store, engine = SqlStore(f"sqlite:///{folder}/b.sqlite"), WhooshEngine(folder / "index")
    for key, publish in (("notices", "all"), ("vendeur", "qualified")):
        info = SourceInfo(key=key, title=f"Source {key}", publish=publish)
        harvest(FilesSource(key=key, place=str(folder / key)), info, store, now=NOW)
    catch_up(store, engine)
    yield Site(
        store=store,
        engine=engine,
        base_url="https://catalogue.example",
        publisher=Publisher(name="La DNE fictive", contact="contact@dne.example"),
    )
    store.close()


@pytest.fixture
def client(site):
    return create_app(site).test_client()


@pytest.fixture
def page(client):
    def get(address, status=200):
        answer = client.get(address)
        assert answer.status_code == status, answer.text
        return html.document_fromstring(answer.text)

    return get


@pytest.fixture
def slug(site):
    def named(identifier):
        return site.store.find(identifier).slug

    return named


def titles(tree):
    return [title.text_content() for title in tree.cssselect(".cat-liste h3")]


def text_of(tree):
    return re.sub(r"[\s\u00a0\u202f]+", " ", tree.text_content())


def test_the_home_page_opens_doors_by_level_and_discipline(page):
    home = page("/")
    doors = {link.text_content(): link.get("href") for link in home.cssselect("main section a")}
    assert doors["Élémentaire"] == "/ressources/elementaire"
    assert doors["CM1"] == "/ressources/cm1"
    assert doors["Mathématiques"] == "/ressources/mathematiques"
    assert doors["En classe entière"] == "/ressources/en-classe-entiere"
    assert home.cssselect("form[action='/recherche'] input[name=q]")


def test_every_door_of_the_home_page_leads_somewhere(page, client):
    for link in page("/").cssselect("a[href^='/']"):
        assert client.get(link.get("href"), follow_redirects=True).status_code == 200


def test_results_show_facets_with_counts(page):
    tree = page("/recherche?q=fractions")
    assert "fractions" in tree.cssselect("h2#resultats")[0].text_content()
    [box] = tree.cssselect("input[name=niveau][value=cm2]")
    assert box.getnext().text_content().endswith("(1)")


def test_values_of_one_facet_widen_and_of_two_narrow(page):
    wide = titles(page("/recherche?niveau=6e&niveau=gs"))
    assert sorted(wide) == ["Compter jusqu’à dix", "Tracer un cercle"]
    assert titles(page("/recherche?niveau=6e&niveau=gs&usage=en-classe-entiere")) == [
        "Tracer un cercle"
    ]


def test_a_chosen_filter_stays_checked_and_can_be_removed(page):
    tree = page("/recherche?q=cercle&niveau=6e")
    assert tree.cssselect("input[name=niveau][value='6e'][checked]")
    [tag] = tree.cssselect(".fr-tag--dismiss")
    assert tag.get("href") == "/recherche?q=cercle"
    assert tag.get("aria-label") == "Retirer le filtre niveau de classe : 6e"


def test_what_is_not_said_is_a_value_of_its_own(page):
    assert "Fractions en boîte" in titles(page("/recherche?duree=-"))
    assert "Compter jusqu’à dix" not in titles(page("/recherche?duree=-"))


def test_a_filter_understood_in_the_words_is_shown_and_undone(page):
    tree = page("/recherche?q=fractions+cm2")
    [note] = tree.cssselect(".cat-compris")
    assert "« cm2 »" in text_of(note)
    assert note.cssselect("a")[0].get("href") == "/recherche?q=fractions+cm2&mots=tels-quels"
    assert not page("/recherche?q=fractions+cm2&mots=tels-quels").cssselect(".cat-compris")


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("niveau=CM2", "niveau=cm2"),
        ("niveau=classe de CM2", "niveau=cm2"),
        ("q=&niveau=&page=", ""),
        ("niveau=cm2&q=x", "q=x&niveau=cm2"),
        ("niveau=cm2&niveau=cm1&inconnu=1", "niveau=cm1&niveau=cm2"),
        ("q=x&q=y", "q=x"),
        ("q=x%00%0d%0a++y%1b", "q=x+y"),
        ("q=x&tri=hasard&mots=autres&page=0", "q=x"),
        ("q=x&tri=pertinence&page=1", "q=x"),
        ("q=fractions&page=" + "9" * 5000, "q=fractions"),
        ("q=fractions&page=99", "q=fractions"),
    ],
)
def test_each_question_has_one_address(client, asked, canonical):
    answer = client.get(f"/recherche?{asked}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/recherche" + (f"?{canonical}" if canonical else "")


def test_a_question_of_ten_thousand_filters_is_answered_at_once(client):
    many = "&".join(f"niveau=x{number}" for number in range(10_000))
    began = time.perf_counter()
    answer = client.get(f"/recherche?{many}", follow_redirects=True)
    assert answer.status_code == 200
    assert len(answer.data) < 1_000_000
    assert len(client.get(f"/recherche?source={'x' * 100_000}").data) < 10_000
    assert time.perf_counter() - began < 5


def test_without_result_there_are_ways_out(page):
    tree = page("/recherche?q=compter&niveau=6e")
    assert "Aucune ressource" in text_of(tree)
    ways = [link.get("href") for link in tree.cssselect(".cat-resultats li a")]
    assert "/recherche?q=compter" in ways


def test_a_filter_understood_that_leaves_nothing_can_be_set_aside(page):
    tree = page("/recherche?q=compter+6e")
    assert "Aucune ressource" in text_of(tree)
    assert "6e" in text_of(tree.cssselect(".cat-compris")[0])
    [way] = [link for link in tree.cssselect(".cat-resultats li a") if "6e" in link.text_content()]
    assert text_of(way) == "1 ressource sans le filtre « 6e »"
    assert titles(page(way.get("href"))) == ["Compter jusqu’à dix"]


def test_a_filter_recognised_but_not_applied_is_said(page):
    tree = page("/recherche?q=conte+à+la+maison")
    assert titles(tree) == ["Un conte à la maison"]
    [note] = tree.cssselect(".cat-compris")
    assert "« à la maison » est cherché tel quel" in text_of(note)


def test_a_misspelt_word_gets_a_suggestion(page):
    assert "Vouliez-vous dire" in text_of(page("/recherche?q=conpter"))


@pytest.mark.parametrize(
    "asked", ["q=" + "x" * 400, "q=*", "q=" + "a+" * 40, "page=99999999999", "page=-1"]
)
def test_a_strange_question_gets_a_page_all_the_same(client, asked):
    assert client.get(f"/recherche?{asked}", follow_redirects=True).status_code == 200


def test_a_family_is_shown_once_with_its_members(page, slug):
    found = titles(page("/recherche?q=fractions&niveau=cm1"))
    assert len([title for title in found if "séance" in title or "Cours" in title]) == 1
    head = page(f"/ressources/{slug('cours.xml')}")
    members = [link.text_content() for link in head.cssselect("#parties ~ ul a")]
    assert members == ["Fractions, séance 1", "Fractions, séance 2"]
    granule = page(f"/ressources/{slug('seance1.xml')}")
    assert "fait partie de Cours sur les fractions" in text_of(granule)


def test_the_page_of_a_resource_says_what_it_is_and_what_is_not_known(page, slug):
    tree = page(f"/ressources/{slug('boite.xml')}")
    assert tree.cssselect("h1")[0].text_content() == "Une boîte de fractions"
    assert tree.cssselect("a.fr-btn")[0].get("href") == "https://ressource.example/"
    facts = {
        dt.text_content(): dt.getnext().text_content() for dt in tree.cssselect(".cat-bref dt")
    }
    assert facts["Niveaux"] == "CM1"
    assert facts["Durée"] == "20\u00a0min"
    assert facts["Auteurs"] == "Camille Exemple"
    assert facts["Compte élève"] == "non renseigné"
    assert (
        tree.cssselect("link[rel=canonical]")[0]
        .get("href")
        .startswith("https://catalogue.example/ressources/")
    )


def test_what_a_stranger_wrote_cannot_act(page, client, slug):
    tree = page(f"/ressources/{slug('shakespeare.xml')}")
    assert tree.cssselect("h1")[0].text_content() == "5 < 7 & «\u00a0Shakespeare\u00a0»"
    assert not [link for link in tree.cssselect("a") if "javascript" in link.get("href", "")]
    granule = client.get(f"/ressources/{slug('seance1.xml')}").text
    assert "<script>alert" not in granule
    assert "Une séance" in granule


@pytest.mark.parametrize(
    ("extension", "mimetype", "mark"),
    [
        ("json", "application/json", '"general"'),
        ("xml", "application/xml", "<lom:lom"),
        ("jsonld", "application/ld+json", "LearningResource"),
    ],
)
def test_the_notice_stands_beside_the_page(client, slug, extension, mimetype, mark):
    answer = client.get(f"/ressources/{slug('boite.xml')}.{extension}")
    assert answer.mimetype == mimetype
    assert mark in answer.text
    assert EMAIL not in answer.text


def test_the_json_ld_in_the_page_is_json(page, slug):
    [script] = page(f"/ressources/{slug('boite.xml')}").cssselect("script")
    document = json.loads(script.text)
    assert document["name"] == "Une boîte de fractions"


def test_an_earlier_address_leads_to_the_one_of_today(client, slug):
    mark = slug("boite.xml").rpartition("-")[2]
    answer = client.get(f"/ressources/ancien-titre-{mark}")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        f"/ressources/{slug('boite.xml')}",
    )


def test_a_publisher_s_entry_is_nowhere_until_qualified(client, page, site):
    entry = site.store.find("payante.xml")
    assert entry.state is State.WITHHELD
    assert client.get(f"/ressources/{entry.slug}").status_code == 404
    assert client.get(f"/ressources/{entry.slug}.json").status_code == 404
    assert "payante" not in page("/recherche?q=payante").cssselect(".cat-resultats ol, ul")[0].text


def test_the_catalogue_can_be_walked_without_searching(page):
    assert page("/ressources").cssselect("a[href='/ressources/mathematiques']")
    listed = page("/ressources/mathematiques")
    narrower = {
        link.text_content(): link.get("href") for link in listed.cssselect(".cat-voisines a")
    }
    assert narrower["Cycle\u00a03"] == "/ressources/mathematiques/cycle-3"
    assert narrower["CM1"] == "/ressources/mathematiques/cm1"
    assert listed.cssselect(".cat-titres a[href^='/ressources/']")


@pytest.mark.parametrize(
    "address",
    [
        "/rien",
        "/ressources/rien",
        "/ressources/rien-0123456789abcdef",
        "/aide/rien",
        "/static/rien.css",
    ],
)
def test_a_page_that_is_not_there_helps(page, address):
    tree = page(address, status=404)
    assert tree.cssselect("form[action='/recherche']")


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("dne@exemple.example", "mailto:dne@exemple.example"),
        ("https://exemple.example/@dne", "https://exemple.example/@dne"),
    ],
)
def test_one_writes_to_the_publisher_by_mail_or_through_a_page(contact, address):
    assert Publisher(contact=contact).contact_address == address


def test_a_method_that_is_not_allowed_is_told_which_are(client):
    answer = client.post("/recherche")
    assert answer.status_code == 405
    assert {*answer.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("address", ["/", "/recherche?q=fractions", "/aide/chercher", "/rien"])
def test_every_answer_carries_its_guards_and_no_cookie(client, address):
    answer = client.get(address)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_assets_never_expire_and_change_name_with_their_content(client, page):
    address = page("/").cssselect("link[rel=stylesheet]")[0].get("href")
    assert re.fullmatch(r"/static/balise\.[0-9a-f]{8}\.css", address)
    answer = client.get(address)
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()


def test_nothing_public_shows_an_address_kept_private(client, site):
    for slug in site.store.slugs():
        for suffix in ("", ".json", ".xml", ".jsonld"):
            assert EMAIL not in client.get(f"/ressources/{slug}{suffix}").text
