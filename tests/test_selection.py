"""A selection is its address: what links of the page do to it, and what comes out of it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from werkzeug.datastructures import MultiDict

from catalogue_site.application import create_app
from catalogue_site.chosen import MOST, Selection, asked
from tests.fakes import NOW, notice
from tests.test_record_page import Shelf

TITLES = ("Un conte", "Un volcan", "=cmd|' /C calc'!A0")


@pytest.fixture
def shelf(tmp_path):
    made = Shelf(tmp_path)
    made.take(
        *(
            notice(f"n{n}", title, locations=[f"https://{n}.example/"])
            for n, title in enumerate(TITLES)
        )
    )
    yield made
    made.store.close()


@pytest.fixture
def slugs(shelf):
    return [shelf.store.find(f"n{n}").slug for n in range(3)]


@pytest.fixture
def get(shelf):
    client = create_app(shelf.site).test_client()

    def get(address):
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        return html.document_fromstring(answer.text)

    return get


def titles(page):
    return [each.text_content() for each in page.cssselect(".cat-liste h3")]


def follow(page, words, nth=0):
    links = [a for a in page.cssselect("main a") if a.text_content().startswith(words)]
    return links[nth].get("href")


def test_from_a_record_one_begins_and_goes_on(get, slugs):
    first = follow(get(f"/ressources/{slugs[0]}"), "Ajouter à ma sélection")
    assert titles(get(first)) == ["Un conte"]
    query = urlsplit(first).query
    second = follow(get(f"/ressources/{slugs[1]}?{query}"), "Ajouter à ma sélection")
    assert titles(get(second)) == ["Un conte", "Un volcan"]
    assert follow(get(f"/ressources/{slugs[0]}?{query}"), "Voir ma sélection") == first


def test_links_remove_and_order(get, slugs):
    page = get(Selection(slugs=tuple(slugs), title="Lire").address())
    assert page.findtext(".//h1") == "Lire"
    assert titles(get(follow(page, "Retirer", 1))) == ["Un conte", TITLES[2]]
    assert titles(get(follow(page, "Descendre"))) == ["Un volcan", "Un conte", TITLES[2]]
    assert titles(get(follow(page, "Monter", 1))) == ["Un conte", TITLES[2], "Un volcan"]
    assert get(follow(page, "Retirer")).findtext(".//h1") == "Lire"


def submit(page, **said):
    """The address that the form with these fields leads to."""
    [form] = [each for each in page.forms if {*said} <= {*each.fields}]
    fields = [(name, said.get(name, value)) for name, value in form.form_values()]
    return f"{form.action}?{urlencode(fields)}"


def chosen_in(address):
    return asked(MultiDict(parse_qsl(urlsplit(address).query)))


@pytest.mark.parametrize("place", ["/recherche?q=un", "/ressources/autres"])
def test_a_list_adds_and_takes_away_and_stays_where_it_is(get, slugs, place):
    first = follow(get(place), "Ajouter à ma sélection")
    assert first.startswith(place)
    [slug] = chosen_in(first).slugs
    assert urlsplit(first).fragment == slug
    page = get(first)
    assert page.get_element_by_id(slug) is not None
    both = get(follow(page, "Ajouter à ma sélection"))
    assert follow(page, "Retirer de ma sélection") == f"{place}#{slug}"
    assert len(titles(get(ours(both, "Ma sélection (2)")))) == 2


def ours(page, words):
    """The address in the menu under these words."""
    [link] = [a for a in page.cssselect(".cat-nav a") if a.text_content() == words]
    return link.get("href")


PLACES = (
    "/recherche?q=un",
    "/recherche?q=un&origine=public&tri=titre",
    "/recherche?q=xyzzy&niveau=cm1",
    "/recherche/criteres",
    "/recherche/mots?q=u",
    "/ressources",
    "/ressources/autres",
    "/ressources/{}",
)


@pytest.mark.parametrize("place", PLACES)
def test_the_selection_goes_wherever_a_page_leads(get, slugs, place):
    chosen = Selection(slugs=(slugs[1],), title="Lire")
    page = get(chosen.address(place.format(slugs[0])))
    links = page.cssselect("main a[href]:not(.cat-garder), .fr-breadcrumb a[href], .cat-nav a")
    ways = [link.get("href") for link in links if WAYS.match(link.get("href"))]
    assert len(ways) >= 2
    assert [way for way in ways if slugs[1] not in chosen_in(way).slugs] == []


#: What leads to resources, and is no file of one.
WAYS = re.compile(r"/(recherche|ressources)\b[^.]*(\?|$)")


def test_a_search_from_the_selection_adds_to_it(get, slugs):
    page = get(Selection(slugs=(slugs[1],), title="Lire").address())
    results = get(submit(page, q="conte"))
    added = get(ours(get(follow(results, "Ajouter à ma sélection")), "Ma sélection (2)"))
    assert titles(added) == ["Un volcan", "Un conte"]
    assert added.findtext(".//h1") == "Lire"


def test_the_form_of_the_search_keeps_what_was_chosen_and_asks_the_same(get, shelf, slugs):
    chosen = Selection(slugs=(slugs[1], slugs[0]), title="Lire")
    again = submit(get(chosen.address("/recherche?q=un&tri=titre")), q="conte")
    assert chosen_in(again) == chosen
    made_short = create_app(shelf.site).test_client().get(f"{again}&duree=")
    assert made_short.location == chosen.address("/recherche?q=conte&tri=titre")


def test_a_full_selection_takes_no_more_and_gives_back(get, slugs):
    full = Selection(slugs=(slugs[0], *(f"x{n}" for n in range(MOST - 1))))
    page = get(full.address("/recherche?q=un"))
    offers = [a.text_content() for a in page.cssselect(".cat-garder")]
    assert offers == ["Retirer de ma sélection"]


@pytest.mark.parametrize(("base", "offered"), [("https://live.example", 3), ("", 0)])
def test_a_file_leads_to_the_live_site_to_choose_where_there_is_one(shelf, base, offered):
    frozen = replace(shelf.site, base_url=base, frozen=True)
    page = html.document_fromstring(create_app(frozen).test_client().get("/ressources/autres").text)
    links = [link.get("href") for link in page.cssselect(".cat-garder")]
    assert len(links) == offered
    assert all(link.startswith(f"{base}/ressources/autres?r=") for link in links)


def test_an_address_pasted_is_added(shelf, slugs):
    client = create_app(shelf.site).test_client()
    pasted = f"https://catalogue.example/ressources/{slugs[1]}?r=x#bref"
    answer = client.get("/selection", query_string={"r": slugs[0], "ajouter": pasted})
    assert answer.location == Selection(slugs=(slugs[0], slugs[1])).address()


@pytest.mark.parametrize("pasted", ["http://[x", "///", "?", "\ud800", "a" * 9999])
def test_whatever_is_pasted_is_answered(shelf, pasted):
    client = create_app(shelf.site).test_client()
    address = {"ajouter": pasted.encode("utf-8", "replace")}
    assert client.get("/selection", query_string=address, follow_redirects=True).status_code == 200


def test_what_is_not_in_the_catalogue_is_said_and_can_be_removed(shelf, get, slugs):
    shelf.store.takedown(slugs[1], "Demande", NOW)
    page = get(Selection(slugs=(slugs[0], slugs[1], "<b>inconnue")).address())
    said = page.text_content().replace("\u00a0", " ")
    assert f"« {slugs[1]} » n’est pas, ou n’est plus, au catalogue." in said
    assert "« <b>inconnue »" in said
    assert "Un volcan" not in said
    assert titles(get(follow(page, "Retirer", 2))) == ["Un conte"]


def test_too_many_are_left_aside_and_said(get):
    page = get(f"/selection?{'&'.join(f'r=x{n}' for n in range(MOST + 1))}")
    assert len(page.cssselect(".cat-liste > li")) == MOST
    assert f"{MOST}\u00a0ressources au plus" in page.text_content()


def test_an_empty_one_explains_itself(get):
    assert "Ajouter à ma sélection" in get("/selection").text_content()


def test_it_leaves_as_text_and_as_a_table_that_runs_nothing(shelf, slugs):
    client = create_app(shelf.site).test_client()
    chosen = Selection(slugs=(*slugs, "inconnue"), title="Lire")
    text = client.get(chosen.address("/selection.txt"))
    assert text.text.startswith(
        f"Lire\n\nUn conte\nhttps://0.example/\nhttps://catalogue.example/ressources/{slugs[0]}\n\n"
    )
    table = client.get(chosen.address("/selection.csv"))
    assert table.mimetype == "text/csv"
    assert table.headers["Content-Disposition"] == 'attachment; filename="selection.csv"'
    rows = [*csv.reader(io.StringIO(table.data.decode("utf-8-sig")))]
    assert rows[0][0] == "titre"
    assert [row[0] for row in rows[1:]] == ["Un conte", "Un volcan", f"'{TITLES[2]}"]


def test_nothing_of_it_is_kept_or_indexed(shelf, slugs):
    answer = create_app(shelf.site).test_client().get(Selection(slugs=tuple(slugs)).address())
    assert "Set-Cookie" not in answer.headers
    robots = html.document_fromstring(answer.text).find(".//meta[@name='robots']")
    assert robots.get("content") == "noindex, follow"


NAMES = st.lists(st.from_regex(r"[a-z-]{1,9}", fullmatch=True), unique=True, min_size=1, max_size=8)


@given(NAMES, st.text(max_size=30), st.data())
def test_moving_loses_nothing_and_the_address_says_it_all(names, title, data):
    chosen = asked(MultiDict([("titre", title), *(("r", name) for name in names)]))
    name = data.draw(st.sampled_from(names))
    place = names.index(name)
    later, earlier = chosen.with_later(name), chosen.with_earlier(name)
    assert sorted(later.slugs) == sorted(earlier.slugs) == sorted(names)
    assert later.slugs.index(name) == min(place + 1, len(names) - 1)
    assert earlier.slugs.index(name) == max(place - 1, 0)
    assert chosen.without(name).slugs == tuple(each for each in names if each != name)
    assert chosen.with_(name) == chosen
    said = parse_qsl(urlsplit(later.address()).query, keep_blank_values=True)
    assert asked(MultiDict(said)) == later
