"""The search page and those beside it: what is shown, said, and can be undone."""

import re

import pytest
from lxml import html

from catalogue_site.application import create_app
from catalogue_site.site import Site
from indexer import facets
from indexer.search import Document, Query
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from tests import test_site

site, client, page = test_site.site, test_site.client, test_site.page


def text_of(tree):
    return re.sub(r"[\s\u00a0\u202f]+", " ", tree.text_content())


def test_a_slip_is_mended_and_said_so(page):
    tree = page("/recherche?q=fracsions")
    said = text_of(tree.cssselect(".cat-compris")[0])
    assert "Aucune ressource pour « fracsions »" in said
    assert tree.cssselect(".cat-compris a")[0].get("href") == "/recherche?q=fractions"
    assert tree.cssselect(".cat-liste h3")
    as_typed = page("/recherche?q=fracsions&mots=tels-quels")
    assert not as_typed.cssselect(".cat-liste h3")
    assert "Vouliez-vous dire" in text_of(as_typed)


def test_what_comes_near_stands_apart_and_can_be_undone(page):
    tree = page("/recherche?q=conte+improbable")
    [note] = tree.cssselect(".cat-compris")
    assert "Voici celles qui s’en approchent ; mots mis de côté : « improbable »" in text_of(note)
    [undo] = note.cssselect("a")
    assert undo.get("href") == "/recherche?q=conte+improbable&mots=tels-quels"
    assert "Aucune ressource" in text_of(page(undo.get("href")))


def test_six_facets_stand_open_and_the_page_links_to_all(page):
    tree = page("/recherche?q=fractions")
    shown = {part.get("name") for part in tree.cssselect(".cat-facette input, .cat-facette select")}
    assert shown <= {"cycle", "niveau", "discipline", "usage", "type", "duree"}
    assert all(facet.get("open") is not None for facet in tree.cssselect(".cat-facette"))
    [link] = tree.cssselect("a.cat-tous")
    assert link.get("href") == "/recherche/criteres?q=fractions"


def test_every_facet_and_value_is_a_criterion_with_its_share(page, site):
    tree = page("/recherche/criteres?q=fractions")
    counts = site.engine.search(Query(text="fractions")).facets
    said = {key for key in facets.FACETS if {*counts[key]} - {"-"}}
    for key in said:
        values = {box.get("value") for box in tree.cssselect(f"input[name={key}]")}
        assert values == {*counts[key]}
    assert len(tree.cssselect("fieldset")) == len(said)
    assert "Précisé par 100 % de ces ressources" in text_of(tree)


def test_a_source_is_called_by_its_title(page):
    assert "Source notices (" in text_of(page("/recherche/criteres?q=fractions"))
    [tag] = page("/recherche?source=notices").cssselect(".fr-tag")
    assert tag.text_content().strip() == "Source notices"


def test_without_result_no_share_is_said_and_no_way_out_is_promised(page):
    tree = page("/recherche?q=xyzzy&niveau=cm1&langue=ar")
    assert "Précisé par" not in text_of(tree)
    assert "Retirer un seul des filtres n’y changerait rien" in text_of(tree)


def test_a_facet_in_use_outside_the_six_stays_in_the_form(page):
    tree = page("/recherche?origine=public")
    assert tree.cssselect("input[name=origine][value=public][checked]")


def test_the_share_is_said_of_a_facet_in_use_too(page):
    tree = page("/recherche?usage=en-classe-entiere")
    [facet] = [part for part in tree.cssselect(".cat-facette") if part.cssselect("[name=usage]")]
    assert re.search(r"Précisé par \d+ % de ces ressources", text_of(facet))


def test_a_discipline_stands_under_the_one_that_contains_it(page):
    tree = page("/recherche/criteres")
    parts = tree.cssselect(".cat-sous input")
    assert parts
    for part in parts:
        key, value = part.get("name"), part.get("value")
        before = [box.get("value") for box in tree.cssselect(f"input[name={key}]")]
        assert before.index(facets.parent_of(key, value)) < before.index(value)


def test_words_are_completed_without_a_script(page):
    tree = page("/recherche/mots?q=les+frac")
    links = {link.text_content(): link.get("href") for link in tree.cssselect("main li a")}
    assert links["les fractions"] == "/recherche?q=les+fractions"
    assert "Aucun mot" in text_of(page("/recherche/mots?q=zzz"))
    assert page("/recherche?q=frac").cssselect("button[formaction='/recherche/mots']")


def test_without_result_a_need_can_be_told(page):
    assert page("/recherche?q=zzzz").cssselect("a[href='/signaler-un-besoin']")


def test_results_can_be_ordered_by_qualification(page):
    links = page("/recherche?q=fractions").cssselect(".cat-tri a")
    assert "/recherche?q=fractions&tri=qualification" in {link.get("href") for link in links}
    assert page("/recherche?q=fractions&tri=qualification").cssselect(".cat-liste h3")


@pytest.mark.parametrize("address", ["/recherche", "/recherche?q=exercice"])
def test_a_page_of_results_stays_light(tmp_path, address):
    store, engine = SqlStore(f"sqlite:///{tmp_path}/b.sqlite"), WhooshEngine(tmp_path / "index")
    engine.update(rich(number) for number in range(60))
    answer = create_app(Site(store=store, engine=engine)).test_client().get(address)
    facets_alone = html.document_fromstring(answer.text)
    assert sum(isinstance(part.tag, str) for part in facets_alone.iter()) <= 215
    store.close()


def rich(number: int) -> Document:
    """A document with a value of every facet, whose card (14 nodes at most) is not shown."""
    values = {
        key: tuple(value.slug for value in facet.known()[number % 7 : number % 7 + 9])
        for key, facet in facets.FACETS.items()
    }
    return Document(slug=f"r{number}", title="Exercice", facets=values)
