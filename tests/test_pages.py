"""The pages a public service owes, entry pages, sources, figures, vocabularies: asked over HTTP."""

import csv
import gzip
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from catalogue_site import browse, vocabularies
from catalogue_site.addresses import addresses
from catalogue_site.application import create_app
from catalogue_site.site import Publisher, Site
from indexer import facets
from indexer.documents import catch_up
from indexer.files import FilesSource
from indexer.harvest import harvest
from indexer.source import SourceInfo
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata.vocabulary import scolomfr, titles
from tests.fakes import NOW, notice
from tests.notices import lom, write_all
from tests.test_record_page import Shelf, commun

MANY = 45  # more than a page of resources


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    notices = write_all(folder / "notices")
    for number in range(MANY):
        (notices / f"exo{number}.xml").write_text(lom(f"Exercice {number:02}", level="3e"))
    (notices / "illisible.xml").write_text("<lom><general>")
    vendor = folder / "vendeur"
    vendor.mkdir()
    (vendor / "payante.xml").write_text(lom("Ressource payante"))
    store, engine = SqlStore(f"sqlite:///{folder}/b.sqlite"), WhooshEngine(folder / "index")
    given = {
        "notices": ("all", "etalab-2.0", str(notices)),
        "vendeur": ("qualified", "", str(vendor)),
    }
    for key, (publish, licence, url) in given.items():
        info = SourceInfo(
            key=key, title=f"Source {key}", publish=publish, licence=licence, kind="files", url=url
        )
        harvest(FilesSource(key=key, place=url), info, store, now=NOW)
    catch_up(store, engine)
    publisher = Publisher(
        name="la DNE fictive",
        contact="contact@dne.example",
        director="Ada Exemple",
        host="Hébergeur fictif, 1 rue de l’Exemple",
    )
    yield Site(store=store, engine=engine, publisher=publisher)
    store.close()


@pytest.fixture(scope="module")
def client(site):
    return create_app(site).test_client()


@pytest.fixture(scope="module")
def page(client):
    def get(address, status=200):
        answer = client.get(address)
        assert answer.status_code == status, (address, answer.text)
        return html.document_fromstring(answer.text)

    return get


def text_of(tree):
    return re.sub(r"[\s\u00a0\u202f]+", " ", tree.text_content())


def links(tree, selector="main a"):
    return [link.get("href") for link in tree.cssselect(selector)]


# Entry pages


def test_no_two_pages_of_resources_have_the_same_name():
    names = [
        browse.OTHERS,
        *(v.slug for key in browse.WITH_PAGES for v in facets.FACETS[key].known()),
    ]
    assert len(names) == len({*names})


def test_every_public_address_answers(site, client):
    several = [*addresses(site)]
    assert len(several) == len({*several})
    for address in several:
        assert client.get(address).status_code == 200, address


def test_every_resource_is_on_the_pages_of_its_disciplines_and_levels(site, client):
    found = set()
    for address in browse.pages(site.engine):
        found |= {
            *links(
                html.document_fromstring(client.get(address).text), ".cat-titres a:not(.cat-garder)"
            )
        }
    assert found == {f"/ressources/{slug}" for slug in site.store.slugs()}


def test_a_door_says_how_many_resources_are_behind_it(page):
    for group in page("/ressources/mathematiques").cssselect(".cat-voisines li"):
        count = int(re.search(r"\((\d+)\)$", group.text_content())[1])
        for link in group.cssselect("a"):
            assert f"{count} ressource" in text_of(page(link.get("href")).cssselect("main")[0])


def test_a_discipline_for_a_class_has_its_page_under_both(page):
    tree = page("/ressources/mathematiques/3e")
    assert text_of(tree.cssselect("h1")[0]) == "Mathématiques, 3e"
    assert links(tree, ".fr-breadcrumb a[href]")[1:] == ["/ressources", "/ressources/mathematiques"]
    assert "/ressources/mathematiques/cm1" in links(tree)
    assert tree.cssselect("link[rel=canonical]")[0].get("href") == "/ressources/mathematiques/3e"


def test_a_long_list_goes_on_over_pages_with_addresses_of_their_own(page):
    first = page("/ressources/mathematiques/3e")
    assert len(first.cssselect(".cat-titres li")) == browse.AT_ONCE
    [following] = links(first, "a[rel=next]")
    assert following == "/ressources/mathematiques/3e/2"
    assert len(page(following).cssselect(".cat-titres li")) == MANY - browse.AT_ONCE


@pytest.mark.parametrize(
    "address",
    [
        "/ressources/mathematiques/3e/3",
        "/ressources/mathematiques/3e/0",
        "/ressources/mathematiques/3e/1",
        "/ressources/mathematiques/99999999999999999999",
        "/vocabulaires/015/0",
        "/vocabulaires/015/999",
        "/vocabulaires/010/1",
        "/vocabulaires/rien",
        "/statistiques/rien",
        "/statistiques/rien.csv",
        "/418.html",
        "/ressources/3e/mathematiques",
        "/ressources/mathematiques/dyslexie",
        "/ressources/chinois",
        "/ressources/rien/2",
    ],
)
def test_a_page_that_would_hold_nothing_is_not_there(page, address):
    page(address, status=404)


# Sources and figures


def test_a_source_says_what_it_brought_and_what_its_notices_say(page, site):
    tree = page("/sources/notices")
    facts = {text_of(dt): text_of(dt.getnext()) for dt in tree.cssselect("dl dt")}
    assert facts["Notices publiées"] == str(len(site.store.slugs()))
    assert facts["Notices illisibles"] == "2"
    assert facts["Dernière lecture complète"] == "1er mars 2026"
    assert facts["Licence des notices"].startswith("Licence Ouverte")
    shares = {text_of(row[0]): text_of(row[1]) for row in tree.cssselect("tbody tr")}
    assert shares["Durée"].endswith(" %")


def test_a_source_of_which_nothing_is_published_is_not_named(page, client):
    assert "vendeur" not in client.get("/sources").text
    page("/sources/vendeur", status=404)


def test_where_files_are_on_the_operators_disk_is_nobodys_business(client, tmp_path_factory):
    for address in ("/sources", "/sources/notices", "/statistiques/sources.csv"):
        assert str(tmp_path_factory.getbasetemp()) not in client.get(address).text


def test_each_figure_has_a_table_and_the_same_as_csv(page, client):
    for link in links(page("/statistiques"), "a[href$='.csv']"):
        shown = page(link.removesuffix(".csv")).cssselect("tbody tr")
        answer = client.get(link)
        assert answer.mimetype == "text/csv"
        heads, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
        assert len(heads) == 2
        assert [row[0] for row in rows][: len(shown)] == [text_of(row[0]) for row in shown]


def test_a_bar_is_as_long_as_its_part(page):
    bars = [bar.get("width") for bar in page("/statistiques/cycles").cssselect("tbody tr rect")]
    assert max(bars, key=lambda width: float(width[:-1])) == "100.0%"


@pytest.mark.parametrize(
    ("figure", "label"),
    [("cycles", "Niveau non renseigné"), ("disciplines", "Sans discipline renseignée")],
)
def test_what_does_not_say_has_the_last_line_and_leads_no_ranking(tmp_path, figure, label):
    shelf = Shelf(tmp_path)
    shelf.take(notice("a"), notice("b"), commun("c", "disciplines: [mathématiques]\n"))
    tree = html.fromstring(create_app(shelf.site).test_client().get(f"/statistiques/{figure}").text)
    shelf.store.close()
    *_, last = tree.cssselect("tbody tr")
    assert [text_of(cell).strip() for cell in last[:2]] == [label, "2"]
    assert last.find(".//rect").get("width") == "100.0%"
    assert "(1)" in text_of(tree.cssselect(".cat-figure > p")[0])


def test_unanswered_searches_are_shown_when_they_are_frequent(site, page, client):
    for _ in range(5):
        site.store.figures.note_unanswered('=1+1 "couture"')
    site.store.figures.note_unanswered("une seule fois")
    shown = text_of(page("/statistiques/recherches-sans-reponse"))
    assert "couture" in shown
    assert "une seule fois" not in shown
    assert "\n\"'=1+1" in client.get("/statistiques/recherches-sans-reponse.csv").text.replace(
        "\r", ""
    )


def test_a_search_without_answer_is_counted_by_its_words_alone(site):
    client = create_app(site).test_client()
    before = dict(site.store.figures.unanswered(1, 100))
    for asked in (
        "q=Scaphandrier+xyzzy",
        "q=scaphandrier++XYZZY",
        "q=xyzzy&niveau=cm1",  # it is the filter that leaves nothing
        "q=camille.xyzzy@ecole.example",
        "q=exercice",
    ):
        client.get(f"/recherche?{asked}", follow_redirects=True).close()
    after = dict(site.store.figures.unanswered(1, 100))
    assert after == {**before, "scaphandrier xyzzy": 2}


# Vocabularies


def test_every_term_of_every_vocabulary_can_be_read(client):
    for key in titles():
        found = set()
        for address in vocabularies.pages():
            if address == f"/vocabulaires/{key}" or address.startswith(f"/vocabulaires/{key}/"):
                if key == "015" and not address.endswith(("/015", "/1", "/118")):
                    continue  # 118 pages: the first and the last will do
                tree = html.document_fromstring(client.get(address).text)
                found |= {term.get("id") for term in tree.cssselect("dt")}
        members = {concept.uri.rpartition("/")[2] for concept in scolomfr().members(key)}
        assert found == members if key != "015" else found < members, key


def test_a_term_says_its_other_names_and_what_it_is_in(page):
    term = page("/vocabulaires/022").cssselect("dt[id=scolomfr-voc-022-num-014]")[0]
    assert term.text_content() == "CM1"
    assert "cours moyen 1re année" in text_of(term.getnext())
    assert "Dans : école élémentaire" in text_of(term.getnext())


def test_our_own_vocabulary_is_read_by_people_and_by_machines(page, client):
    assert "urn:balise:acces:gar" in text_of(page("/vocabulaires/balise"))
    answer = client.get("/vocabulaires/balise.ttl")
    assert answer.mimetype == "text/turtle"
    assert "skos:ConceptScheme" in answer.text


# The pages a public service owes


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/accessibilite", "non conforme"),
        ("/ecoconception", "Écoconception"),
        ("/donnees-personnelles", "CNIL"),
        ("/mentions-legales", "Ada Exemple"),
        ("/mentions-legales", "Hébergeur fictif"),
        ("/plan-du-site", "Mentions légales"),
        ("/signaler-un-besoin", "Écrire ce qui manque"),
        ("/aide", "Vous enseignez"),
    ],
)
def test_the_pages_owed_say_what_they_must(page, address, words):
    assert words in text_of(page(address))


def test_a_need_is_a_letter_already_begun(page):
    [link] = [href for href in links(page("/signaler-un-besoin")) if href.startswith("mailto:")]
    assert re.fullmatch(r"mailto:contact@dne\.example\?subject=[^&+]+&body=[^&+]+", link)


def test_a_contact_that_is_a_page_takes_no_letter():
    publisher = Publisher(contact="https://dne.example/contact")
    assert publisher.letter("sujet", "texte") == "https://dne.example/contact"


def test_the_site_map_and_the_footer_lead_only_to_pages_that_are_there(page, client):
    for href in {*links(page("/plan-du-site"), "a[href^='/']")}:
        assert client.get(href).status_code == 200, href


def test_the_measured_weights_are_shown(page, tmp_path, monkeypatch):
    monkeypatch.setattr("catalogue_site.pages.MEASURES", tmp_path / "mesures.json")
    assert "n’a pas encore été mesurée" in text_of(page("/ecoconception"))
    (tmp_path / "mesures.json").write_text(
        '{"date": "2026-11-23", "pages": [{"page": "Recherche", "address": "/recherche",'
        ' "requests": 3, "bytes": 7940, "nodes": 345, "ecoindex": 83}]}'
    )
    [row] = page("/ecoconception").cssselect("tbody tr")
    assert [text_of(cell) for cell in row] == ["Recherche", "7,9 ko", "3", "345", "83"]


@pytest.mark.parametrize("status", ["404", "410", "500"])
def test_a_web_server_has_pages_for_its_own_faults(page, status):
    tree = page(f"/{status}.html")
    assert tree.cssselect("meta[name=robots][content=noindex]")
    assert "/ressources" in links(tree)


def test_a_lost_address_offers_what_its_words_name(page):
    tree = page("/ressources/exercice-07-0123456789abcdef", status=404)
    assert "Exercice 07" in [link.text_content() for link in tree.cssselect("main li a")]


@given(st.text(alphabet="abc-é%<>\"'/ 0", max_size=60))
def test_any_lost_address_gets_a_page(client, name):
    answer = client.get(f"/ressources/x{name}")
    assert answer.status_code in (200, 308, 404)
    assert answer.mimetype == "text/html"


# What every answer is like


def test_pages_go_compressed_where_the_reader_takes_it(client):
    plain = client.get("/plan-du-site")
    small = client.get("/plan-du-site", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


def test_what_is_answered_to_somebody_known_is_not_compressed(site):
    client = create_app(site).test_client()
    client.set_cookie("connexion", "x")
    answer = client.get("/plan-du-site", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
