"""What a page may cost: in a browser on the live site, on a phone, and as a file of the static one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from catalogue_site.compression import compressed
from tasks import budget
from tasks.ecoindex import ecoindex

SCRIPTS = 5_000  # bytes, for what a page can do without


@pytest.mark.parametrize(
    ("nodes", "requests", "kilobytes", "score"),
    [
        (0, 0, 0, 100),
        (345, 3, 7.9, 83),
        (196, 3, 7.2, 89),
        (351, 6, 219, 81),
        (202, 6, 218, 87),
        (10**6, 10**4, 10**6, 0),
    ],
)
def test_ecoindex_gives_what_its_authors_give(nodes, requests, kilobytes, score):
    assert ecoindex(nodes, requests, kilobytes) == score


@given(st.integers(0, 10**6), st.integers(0, 5000), st.floats(0, 3e5), st.integers(0, 100))
def test_more_of_anything_is_never_worth_more(nodes, requests, kilobytes, more):
    score = ecoindex(nodes, requests, kilobytes)
    assert ecoindex(nodes + more, requests, kilobytes) <= score
    assert ecoindex(nodes, requests + more, kilobytes) <= score
    assert ecoindex(nodes, requests, kilobytes + more) <= score


@pytest.mark.slow
@pytest.mark.parametrize(("page", "address", "allowed"), budget.PAGES, ids=lambda each: str(each))
def test_a_first_visit_keeps_within_its_budget(browser, demonstration, page, address, allowed):
    measure = budget.weigh(browser, demonstration.address, page, address)
    assert measure.requests >= 2, "the page and its style at least"
    assert [*budget.over(measure, allowed)] == []


@pytest.mark.slow
@pytest.mark.parametrize("page", budget.JUDGED)
def test_lighthouse_finds_nothing_to_say_on_its_phone(demonstration, page):
    address = next(address for name, address, _ in budget.PAGES if name == page)
    scores = budget.judge(demonstration.address + address)
    assert {n: s for n, s in scores.items() if s < budget.LEAST[n]} == {}


@pytest.fixture(scope="module")
def files(demonstration):
    """Every page of the static site, by its address."""
    folder = demonstration.pages.resolve()
    return {
        f"/{path.parent.relative_to(folder).as_posix()}": html.parse(str(path)).getroot()
        for path in folder.rglob("index.html")
    }


@pytest.mark.slow
def test_no_record_of_the_static_site_is_over_its_budget(demonstration, files):
    folder = demonstration.pages.resolve()
    style = sum(len(compressed(path.read_bytes())) for path in folder.glob("static/*[!z]"))
    heavy = {}
    for slug in demonstration.balises.store.slugs():
        address = f"/ressources/{slug}"
        nodes = len(files[address].xpath("//*[not(ancestor::*[local-name()='svg'])]"))
        size = style + len(compressed((folder / address[1:] / "index.html").read_bytes()))
        if nodes > budget.RECORD.nodes or size > budget.RECORD.bytes:
            heavy[address] = (nodes, size)
    assert heavy == {}


@pytest.mark.slow
def test_no_page_of_the_static_site_needs_a_script(demonstration, files):
    scripts = {
        (script.get("src") or script.text)
        for page in files.values()
        for script in page.iter("script")
        if script.get("type") != "application/ld+json"
    }
    folder = demonstration.pages.resolve()
    sizes = [len((folder / str(script).lstrip("/")).read_bytes()) for script in scripts]
    assert sum(sizes) <= SCRIPTS


def test_what_the_site_says_of_its_weight_is_within_its_budget():
    """The measures were written by a run that passed, of the pages that are weighed today."""
    said = json.loads(budget.MEASURES.read_text(encoding="utf-8"))
    allowed = {(page, address): most for page, address, most in budget.PAGES}
    measures = [budget.Measure(**each) for each in said["pages"]]
    assert {(each.page, each.address) for each in measures} == {*allowed}
    assert [
        fault for each in measures for fault in budget.over(each, allowed[each.page, each.address])
    ] == []
