"""The evidence marker, as readers and programs see it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import html

from catalogue_site import badges
from catalogue_site.application import create_app
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.harvest import harvest
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata.case import Act, Action
from metadata.evidencecolumns import texts_of
from metadata.record import LifeCycle, Text

from .crawling import NOTICE, Catalogue
from .curators import EXAMINER, qualify, suspend
from .fakes import NOW, ListSource, info, notice, withdrawn
from .test_evidence import accounts, figures, study

DATED = NOW.date().replace(month=1)


@pytest.fixture
def site(tmp_path):
    """A commun, a resource of the ministry, one of a vendor."""
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    version = LifeCycle(version=(Text("2.1", "fr"),))
    for name, origin, publish in (
        ("commun", "commun", "all"),
        ("public", "public", "all"),
        ("editeur", "editeur", "qualified"),
    ):
        source = ListSource([notice(name, f"Atlas {name}", life_cycle=version)], key=name)
        about = info(name, origin=origin, publish=publish, licence="etalab-2.0")
        harvest(source, about, store, now=NOW)
    engine = WhooshEngine(tmp_path / "index")
    catch_up(store, engine)
    yield Site(store=store, engine=engine, clock=lambda: NOW)
    store.close()


def adds(site, name, *items):
    slug = site.store.find(name).slug
    for item in items:
        action = Action(act=Act.ADD_EVIDENCE, evidence=texts_of(item))
        site.store.qualifications.act(slug, action, EXAMINER, NOW)
    return slug


def get(site, address):
    return create_app(site).test_client().get(address)


def marker_in(site, slug):
    page = html.fromstring(get(site, f"/ressources/{slug}/badges").text)
    [section] = page.xpath("//section[@aria-labelledby='preuves']")
    return section


def words(node):
    return " ".join(node.text_content().replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.mark.parametrize("name", ["commun", "public"])
def test_the_three_strands_stand_side_by_side_each_with_its_reasons(site, name):
    slug = adds(site, name, study(dated=DATED, version="2.0"), figures(dated=DATED))
    strands = marker_in(site, slug).xpath("div/div")
    assert [words(each.find("h3")) for each in strands] == [
        "Recherche",
        "Statistiques d’usage",
        "Retours de pratique",
    ]
    assert "Éléments sérieux (niveau 2 sur 3)" in words(strands[0])
    assert "2 études comparatives au moins" in words(strands[0])
    assert "Depuis le 01/01/2026, jusqu’au 01/01/2034" in words(strands[0])
    assert "Rien n’a encore été rassemblé." in words(strands[2])


def test_an_item_is_shown_with_its_origin_and_what_makes_it_weigh_less(site):
    old = study(
        dated=DATED.replace(year=2010), version="1.0", independent=False, context="CM2 & 6e"
    )
    section = marker_in(site, adds(site, "commun", old))
    [item] = section.xpath(".//li")
    assert item.find("a").get("href") == old.reference
    assert words(item.find("a")) == "Les élèves progressent."
    assert (
        "Laboratoire d’Exemple, le 01/01/2010, étude quasi-expérimentale, 200 élèves,"
        " 4 établissements, CM2 & 6e, version 1.0. Cet élément "
    ) in words(item)
    assert words(item).endswith("a 15 ans ou plus : il ne compte plus.")
    assert "Niveau 2 non accordé : il reposerait sur un élément qui" in words(section)


def test_what_others_wrote_is_text_and_never_a_script(site):
    evil = accounts(
        dated=DATED, title="<script>alert(1)</script>", origin='"><img src=x>', context="{{ 7*7 }}"
    )
    slug = adds(site, "commun", evil)
    page = html.fromstring(get(site, f"/ressources/{slug}/badges").text)
    assert page.xpath("//main//script | //main//img[@src='x']") == []
    assert "<script>alert(1)</script>" in words(page)
    assert "{{ 7*7 }}" in words(page)


def test_what_is_not_applicable_is_told_from_what_nobody_gathered(site):
    slug = site.store.find("commun").slug
    action = Action(
        act=Act.EVIDENCE_NOT_APPLICABLE, evidence={"volet": "usage"}, reason="On l’imprime."
    )
    site.store.qualifications.act(slug, action, EXAMINER, NOW)
    _, usage, practice = marker_in(site, slug).xpath("div/div")
    assert words(usage) == "Statistiques d’usage Non applicable On l’imprime."
    assert "Aucune donnée (niveau 0 sur 3)" in words(practice)


def test_many_items_do_not_make_a_heavy_page(site):
    slug = adds(site, "commun", *(accounts(dated=DATED, size=n) for n in range(1, 30)))
    section = marker_in(site, slug)
    assert len(section.xpath(".//li")) == 8
    [more] = section.xpath(".//a[contains(., 'en JSON')]")
    assert words(more) == "Les 21 autres, en JSON"
    assert len(get(site, more.get("href")).json["evidence"]["strands"]["pratique"]["items"]) == 29


def test_a_program_reads_the_same_and_finds_no_sum(site):
    one = study(dated=DATED, version="1.0")
    slug = adds(site, "commun", one, replace(one, reference="ab" * 32))
    said = get(site, f"/ressources/{slug}/badges.json").json["evidence"]
    assert {*said} == {"rules", "strands"}
    research = said["strands"]["recherche"]
    assert (research["level"], research["until"]) == (1, "2041-01-01")
    assert [each["level"] for each in research["lost"]] == [2, 3]
    assert {each["reference"] for each in research["items"]} == {one.reference, "ab" * 32}
    assert {each["supports"] for each in research["items"]} == {1}
    assert said["strands"]["usage"]["level"] == 0


def test_the_evidence_of_a_vendor_shows_with_its_qualification_and_leaves_with_it(site):
    slug = adds(site, "editeur", study(dated=DATED))
    assert get(site, f"/ressources/{slug}/badges").status_code == 404
    qualify(site.store, slug, NOW)
    assert "Éléments sérieux" in words(marker_in(site, slug))
    suspend(site.store, slug, NOW, "Plainte.")
    gone = get(site, f"/ressources/{slug}/badges")
    assert gone.status_code == 410
    assert "éléments sérieux" not in gone.text.casefold()
    assert get(site, f"/ressources/{slug}/badges.json").json["evidence"] is None


def test_every_page_of_evidence_is_among_the_files_once(site):
    before = [*badges.addresses(site)]
    slug = adds(site, "public", study(dated=DATED))
    adds(site, "commun", study(dated=DATED))
    adds(site, "editeur", study(dated=DATED))
    after = [*badges.addresses(site)]
    assert len({*after}) == len(after)
    assert {*after} - {*before} == {
        f"/ressources/{slug}/badges",
        f"/ressources/{slug}/badges.json",
        f"/badges/{slug}.svg",
    }
    assert all(get(site, address).status_code == 200 for address in after)


def test_the_page_of_a_record_says_it_in_three_lines(site):
    slug = adds(site, "public", study(dated=DATED))
    page = html.fromstring(get(site, f"/ressources/{slug}").text)
    [lines] = page.xpath("//ul[@class='cat-preuves']")
    assert [words(line) for line in lines] == [
        "Recherche : éléments sérieux",
        "Statistiques d’usage : aucune donnée",
        "Retours de pratique : aucune donnée",
    ]
    [link] = page.xpath("//a[contains(@href, '#preuves')]")
    assert get(site, link.get("href")).status_code == 200


def test_where_nothing_was_gathered_one_line_says_so(site):
    page = html.fromstring(get(site, f"/ressources/{site.store.find('commun').slug}").text)
    assert page.xpath("//ul[@class='cat-preuves']") == []
    assert "Marqueur de preuve : aucune donnée n’a encore été rassemblée" in words(page)


def test_evidence_about_an_earlier_release_of_a_project_weighs_less(forge, tmp_path):
    project = forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    forge.add_release(project, "v1.2")
    catalogue = Catalogue(tmp_path, forge)
    catalogue.crawl()
    [entry] = catalogue.published().values()
    site = Site(store=catalogue.store, engine=WhooshEngine(tmp_path / "i"), clock=lambda: NOW)
    adds(site, entry.slug, study(dated=DATED, version="1.0"))
    assert "(niveau 2 sur 3)" in words(marker_in(site, entry.slug))
    forge.add_release(project, "v2.0")
    catalogue.crawl(full=True)
    assert "(niveau 1 sur 3)" in words(marker_in(site, entry.slug))


def test_evidence_makes_no_secret_of_a_commun_that_leaves(site):
    slug = adds(site, "commun", study(dated=DATED))
    assert site.store.get(slug).standing is None
    gone = ListSource([withdrawn("commun")], key="commun", incremental=True)
    about = info("commun", origin="commun", publish="all")
    harvest(gone, about, site.store, now=NOW, confirm_drop=True)
    assert get(site, f"/ressources/{slug}").status_code == 410
