"""What the pages are written with: HTML that the Nu checker finds no error in, French as it is set.

Every file of the static site, and every state of the pages that only a live site has.
"""

import gzip
import json
import re
import subprocess
from functools import partial
from pathlib import Path

import flask
import pytest
from lxml import html

from tests.pages import PAGES

pytestmark = pytest.mark.slow

CHECKER = Path(__file__).parent.parent / ".venv/audit/node_modules/vnu-jar/build/dist/vnu.jar"


@pytest.fixture(scope="module")
def states(browser, demonstration, tmp_path_factory):
    """The source of every page that people read, as the server sent it."""
    folder = tmp_path_factory.mktemp("states")
    for number, page in enumerate(PAGES):
        sent = []
        context = browser.new_context(java_script_enabled=False)
        tab = context.new_page()
        with flask.request_finished.connected_to(partial(keep, sent), demonstration.app):
            tab.goto(demonstration.address + page.address)
            if page.act:
                page.act(tab)
        context.close()
        name = re.sub(r"\W+", "-", page.name)
        (folder / f"{number:02}-{name}.html").write_bytes(sent[-1])
    return folder


def keep(sent, app, response):
    if response.mimetype == "text/html" and response.status_code not in range(300, 400):
        is_small = response.headers.get("Content-Encoding") == "gzip"
        sent.append(gzip.decompress(response.data) if is_small else response.data)


def errors(*folders):
    """What the Nu checker says of the HTML, SVG and CSS of these folders."""
    command = ["java", "-jar", str(CHECKER), "--format", "json", "--exit-zero-always"]
    command += ["--skip-non-html", "--errors-only", *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [
        f"{message['url']}, {message.get('lastLine')}: {message['message']} {message.get('extract')}"
        for message in json.loads(done.stderr)["messages"]
    ]


def test_every_file_of_the_static_site_is_valid(demonstration):
    assert errors(demonstration.pages.resolve()) == []


def test_every_state_of_the_live_site_is_valid(states):
    assert errors(states) == []


def test_the_checker_sees_a_fault(tmp_path):
    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>A</title><p><li>B</p>")
    assert errors(tmp_path)


#: What is no French text: code, what people type, and other languages.
LEFT_OUT = "|".join(
    (
        *("self::code", "self::pre", "self::kbd", "self::samp", "self::textarea"),
        *("self::script", "self::style", "self::svg", "self::input"),
        "@lang[not(starts-with(., 'fr'))]",
    )
)
BLOCKS = (
    *("a", "blockquote", "button", "caption", "dd", "div", "dt", "figcaption", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "label", "legend", "li", "option", "p", "section", "summary", "td", "th"),
    "title",
)
INLINE = (
    *("a", "abbr", "b", "bdi", "cite", "code", "em", "i", "kbd", "mark", "q", "samp", "small"),
    *("span", "strong", "sub", "sup", "time", "var"),
)

FAULTS = {
    "apostrophe": r"\w'\w",
    "points de suspension": r"\.\.\.",
    "espace avant ; ! ?": r"(?<=[\w»)\]%…])[ \u00a0]+[;!?](?!\w)",
    "espace avant :": r"(?<=[\w»)\]%…])[ \u202f]+:(?=\s|$)",
    "espace après «": r"«(?!\u00a0)",
    "espace avant »": r"(?<!\u00a0)»",
    "sans espace avant ; ! ?": r"(?<=[^\W\d])[;!?](?=\s|$)",
    "milliers": r"\d[ \u00a0]\d{3}\b(?!\d)",
    "guillemets": r"\"\w[^\"]*\"",
}


def texts(page):
    """The runs of French text of a page, each as one reads it."""
    for element in page.iter(*BLOCKS):
        if element.xpath(f"ancestor-or-self::*[{LEFT_OUT}]"):
            continue
        yield "".join(_run(element))


def _run(element):
    yield element.text or ""
    for child in element:
        if not isinstance(child.tag, str) or child.tag not in INLINE:
            yield "\n"
        elif child.xpath(LEFT_OUT):
            yield "x"
        else:
            yield from _run(child)
        yield child.tail or ""


def faults_of(source):
    page = html.fromstring(source)
    page.find(".//title").text = ""  # may hold a title in another language, and cannot say so
    for text in texts(page):
        for name, pattern in FAULTS.items():
            for found in re.finditer(pattern, text):
                around = text[max(0, found.start() - 25) : found.end() + 15]
                yield f"{name}: {around!r}"


def test_the_french_of_every_page_is_set_as_a_printer_would(demonstration, states):
    found = {}
    for path in [*demonstration.pages.resolve().rglob("*.html"), *states.glob("*.html")]:
        for fault in faults_of(path.read_text(encoding="utf-8")):
            found.setdefault(fault, path.as_posix())
    assert found == {}
