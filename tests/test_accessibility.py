"""Every page in a real browser: axe, the keyboard, small screens, zoom, spacing, colours, print.

What no machine can judge is in the statement that the site publishes; none of this is an audit.
"""

from pathlib import Path

import flask
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from werkzeug.exceptions import NotFound

from catalogue_site.site import STATIC
from installation import Balises, application
from settings import Settings
from tests.pages import NO_PAGES, NO_PAGES_PARTS, PAGES

TEMPLATES = STATIC.parent / "templates"
LAYOUT = (Path(__file__).parent / "audit" / "layout.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 390, 320)

#: WCAG 2.2, 1.4.12: what a reader may ask of a text without losing any of it.
SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }
"""
TWICE_THE_TEXT = "html { font-size: 200% !important }"
#: A page that is not there or not for everybody, and a form refused, say so in the console too.
SAID = (
    "401 (UNAUTHORIZED)",
    "403 (FORBIDDEN)",
    "404 (NOT FOUND)",
    "410 (GONE)",
    "422 (UNPROCESSABLE ENTITY)",
)
A4 = 718  # CSS pixels between the margins of a printer


def test_no_template_of_a_page_is_left_out():
    files = {path.name for path in TEMPLATES.glob("[!_]*.html")} - {
        "base.html",
        "curation_base.html",
    }
    assert {page.template for page in PAGES} == files


def test_no_address_that_answers_with_a_page_is_left_out(tmp_path):
    app = application(Balises(Settings(folder=tmp_path)))
    addresses = app.url_map.bind("localhost")
    seen = set()
    for page in PAGES:
        try:
            seen.add(addresses.match(page.address.partition("?")[0])[0])
        except NotFound:
            assert page.status == 404, page.name
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    pages = {name for name in answering if name.partition(".")[0] not in NO_PAGES_PARTS}
    assert pages - NO_PAGES == seen


def test_the_statement_tells_the_widths_that_are_tried():
    said = (TEMPLATES / "accessibilite.html").read_text(encoding="utf-8")
    assert [width for width in WIDTHS if str(width) not in said] == []


@pytest.fixture(scope="module", params=PAGES, ids=lambda page: page.name)
def visit(request, browser, demonstration):
    """A page as somebody sees it after what they did; nothing of ours was refused by our own policy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    faults, templates = [], []
    tab.on("console", lambda said: faults.append((said.location["url"], said.text)))
    with flask.template_rendered.connected_to(
        lambda app, template, context: templates.append(template.name), demonstration.app
    ):
        answer = tab.goto(demonstration.address + request.param.address)
        if request.param.act:
            request.param.act(tab)
    assert answer.status == request.param.status
    assert request.param.template in templates
    tab.evaluate(AXE_SCRIPT)
    tab.evaluate(LAYOUT)
    yield tab
    ours = [text for url, text in faults if url.startswith(demonstration.address)]
    assert [text for text in ours if not text.endswith(SAID)] == []
    context.close()


@pytest.fixture
def tab(visit):
    """The page as it was when one came to it."""
    visit.set_viewport_size({"width": 1280, "height": 900})
    visit.emulate_media(media="screen", color_scheme="light", forced_colors="none")
    return visit


@pytest.fixture
def styled(tab):
    """The page with a style of the reader's own, for the time of a test."""
    yield lambda rules: tab.evaluate("rules => layout.style(rules)", rules)
    tab.evaluate("layout.style('')")


def widths(tab, *widths):
    for width in widths:
        tab.set_viewport_size({"width": width, "height": 900})
        yield width


def legible(tab):
    """What of the page's text cannot be read as it is laid out now."""
    return {
        name: found
        for name in ("overlaps", "clipped", "tight")
        if (found := tab.evaluate(f"layout.{name}()"))
    }


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(tab, scheme):
    tab.emulate_media(color_scheme=scheme)
    for width in widths(tab, *WIDTHS):
        options = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = tab.evaluate("options => axe.run(options)", options)["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], width


@pytest.mark.slow
def test_it_is_read_on_any_screen_without_scrolling_sideways(tab):
    for width in widths(tab, *WIDTHS):
        assert tab.evaluate("layout.width()") <= width
        assert legible(tab) == {}, width


@pytest.mark.slow
def test_it_is_read_with_the_spacing_that_a_reader_chose(tab, styled):
    styled(SPACING)
    for width in widths(tab, 1280, 320):
        assert tab.evaluate("layout.width()") <= width
        assert legible(tab) == {}, width


@pytest.mark.slow
def test_it_is_read_at_twice_its_size(tab, styled):
    tab.set_viewport_size({"width": 640, "height": 450})  # 1280 × 900, at 200 %
    assert tab.evaluate("layout.width()") <= 640
    assert legible(tab) == {}
    styled(TWICE_THE_TEXT)
    tab.set_viewport_size({"width": 1280, "height": 900})
    assert tab.evaluate("layout.width()") <= 1280
    assert legible(tab) == {}


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 320])
def test_the_keyboard_goes_through_it_and_always_shows_where_it_is(tab, width):
    tab.set_viewport_size({"width": width, "height": 700})
    tab.evaluate("layout.restart()")
    stops = tab.evaluate("layout.stops()")
    walked = []
    for _ in range(stops + 2):
        tab.keyboard.press("Tab")
        focus = tab.evaluate("layout.focus()")
        if focus is None:
            break
        walked.append(focus)
    assert focus is None, "the keyboard never leaves the page"
    lost = [f["name"] for f in walked if not f["shown"] or not f["inside"] or f["covered"]]
    assert lost == []
    assert len(walked) >= stops


@pytest.mark.slow
def test_it_keeps_its_meaning_in_the_colours_of_the_reader(tab):
    tab.emulate_media(forced_colors="active")
    assert legible(tab) == {}
    tab.evaluate("layout.restart()")
    tab.keyboard.press("Tab")
    assert tab.evaluate("layout.focus()")["shown"]


@pytest.mark.slow
def test_it_prints_what_matters_and_nothing_else(tab):
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": A4, "height": 1000})
    assert tab.evaluate("layout.width()") <= A4
    assert tab.locator("h1:visible, h2:visible").count()
    for left_out in ("nav.cat-nav", "footer", "[type=search]"):
        assert not [each for each in tab.locator(left_out).all() if each.is_visible()], left_out
