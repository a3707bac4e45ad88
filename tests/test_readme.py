"""What our pages show of a README: its words and its structure, nothing that acts or asks elsewhere."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from indexer.readme import MOST_ELEMENTS, render
from metadata.project import Project, ProjectFile

from .corpus import corpus_files

FORGE = "https://forge.example/marie/cahier"
PROJECT = Project(id=1, path="marie/cahier", url=FORGE, default_branch="main")


def rendered(text: str | bytes, path: str = "README.md"):
    payload = text if isinstance(text, bytes) else text.encode()
    return render(PROJECT, ProjectFile(path=path, blob="b", commit="c0ffee", payload=payload))


def shown(text: str, path: str = "README.md"):
    return html.fragment_fromstring(rendered(text, path).html, create_parent="div")


def links(text: str) -> dict[str, str]:
    return {link.text_content(): link.get("href", "") for link in shown(text).iter("a")}


def test_markdown_is_shown_as_it_was_meant():
    page = shown("Un *mot*, une [page](https://a.example/).\n\n- un\n- deux\n\n`code`\n")
    assert page.findtext(".//em") == "mot"
    assert [item.text for item in page.iter("li")] == ["un", "deux"]
    assert page.findtext(".//code") == "code"


def test_a_table_can_be_scrolled_by_keyboard():
    page = shown("| a | |\n|---|---|\n| 1 | 2 |\n")
    assert page.find(".//table").getparent().get("tabindex") == "0"
    assert [cell.text for cell in page.iter("th")] == ["a"]  # an empty one is no header


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("# A\n## B\n#### C\n## D\n", [3, 4, 5, 4]),
        ("### A\n# B\n## C\n", [3, 3, 4]),
        ("A\n===\n\n# ![](x.png)\n\nB\n---\n", [3, 4]),
        ("# A\n## B\n### C\n#### D\n##### E\n###### F\n", [3, 4, 5, 6, 6, 6]),
    ],
)
def test_headings_follow_those_of_the_page_and_leave_no_level_out(written, levels):
    found = re.findall(r"<h(\d)>", rendered(written).html)
    assert [int(level) for level in found] == levels


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("doc/aide.md", f"{FORGE}/-/blob/c0ffee/doc/aide.md"),
        ("/doc/aide.md", f"{FORGE}/-/blob/c0ffee/doc/aide.md"),
        ("#usage", f"{FORGE}/-/blob/c0ffee/README.md#usage"),
        ("//ailleurs.example/x", "https://ailleurs.example/x"),
        ("https://ailleurs.example/x?a=1&b=2", "https://ailleurs.example/x?a=1&b=2"),
    ],
)
def test_links_lead_where_they_would_on_the_forge(written, address):
    assert links(f"[ici]({written})") == {"ici": address}


@pytest.mark.parametrize(
    "written", ["javascript:alert(1)", "data:text/html,x", "mailto:a@b.example", "http://[x"]
)
def test_what_is_no_address_of_the_web_is_no_link(written):
    assert links(f"[ici]({written})").get("ici", "") == ""


def test_an_image_is_a_link_that_says_what_it_shows():
    assert links("![Une carte](img/carte.png)") == {
        "Une carte (image)": f"{FORGE}/-/blob/c0ffee/img/carte.png"
    }


def test_an_image_that_leads_somewhere_leads_there_by_its_words():
    assert links("[![Construit](b.svg)](https://ci.example/)") == {
        "Construit": "https://ci.example/"
    }


def test_of_html_only_the_words_are_kept():
    page = shown(
        "<h1 align=center>Fractions</h1>\n\n<script>alert(1)</script>\n\n"
        "<style>p{color:red}</style>\n\nUn <b onclick=x>mot</b><br>puis un autre.\n"
    )
    assert [p.text_content() for p in page.iter("p")] == [
        "Fractions",
        "Un mot\npuis un autre.",
    ]
    assert page.find(".//br") is not None


def test_nobody_s_address_is_given():
    made = rendered(
        "Écrire à camille.exemple@ecole.example ou <camille@ecole.example>.\n\n"
        "    git clone git@forge.example:marie/cahier.git\n    # camille@ecole.example\n"
    ).html
    assert "camille" not in made
    assert "git@forge.example:marie/cahier.git" in made


def test_a_long_readme_is_cut_between_two_elements_and_says_so():
    made = rendered("".join(f"- élément {n}\n" for n in range(400)))
    assert made.cut
    assert 50 < len(re.findall("<[a-z]", made.html)) <= MOST_ELEMENTS
    html.fragment_fromstring(made.html)  # one whole list
    assert not rendered("Court.").cut


def test_what_is_not_markdown_is_shown_as_it_is():
    made = rendered("Titre\n=====\n<b> *non*\n", "README.rst")
    assert made.html == "<pre>Titre\n=====\n&lt;b&gt; *non*\n</pre>"


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Ce jeu est pour les élèves de la classe et pour les parents.", "fr"),
        ("This game is for the pupils of the class and for their parents.", "en"),
        ("python", ""),
    ],
)
def test_its_language_is_known_by_its_small_words(words, language):
    assert rendered(words).language == language


HOSTILE = {
    "brackets": "[",
    "links": "[a](",
    "images": "![",
    "emphasis": "*a **b ",
    "underscores": "_*",
    "quotes": ">",
    "nested lists": "- ",
    "references": "[a]: x\n",
    "backticks": "`a``",
    "comments": "<!--",
    "tags": "<a href='",
    "nested tags": "<div><b>",
    "cdata": "<![CDATA[",
    "entities": "&amp",
    "tildes": "~~a",
    "rows": "|a|b|\n|-|-|\n",
    "cells": "|a",
    "spaces": " \t",
    "backslashes": "\\",
    "addresses": "a@a.",
    "nul": "\x00",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("size", [10_000, 1_000_000], ids=["10 kB", "1 MB"])
def test_no_text_takes_long(piece, size):
    text = (piece * (size // len(piece))).encode()
    begun = time.process_time()
    rendered(text)
    assert time.process_time() - begun < 1


def test_a_wide_table_is_not_filled_up():
    text = "|a" * 500 + "\n" + "|-" * 500 + "\n" + "|a\n" * 2000
    begun = time.process_time()
    assert len(rendered(text).html) < 20_000
    assert time.process_time() - begun < 1


SAFE = re.compile(
    r"</?(?:a|blockquote|br|code|del|em|h[3-6]|hr|li|ol|p|pre|s|strong|table|tbody|td|th|thead|tr|ul|div)"
    r'(?: (?:href="https?://[^"<>]*"|rel="nofollow noopener"|start="\d+"'
    r'|class="fr-table"|tabindex="0"|role="group"|aria-label="Tableau"))*>'
)
MARKUP = st.sampled_from(
    [
        *"<>[]()!*_`#|\\\n \"'&=:/-",
        "script",
        "img src=x onerror=y",
        "javascript:",
        "a",
        "\n\n",
        "&lt;",
    ]
)


@settings(max_examples=100)
@given(st.lists(MARKUP | st.text(max_size=5), max_size=60).map("".join))
def test_whatever_is_written_only_safe_elements_come_out(text):
    assert "<" not in SAFE.sub("", rendered(text.encode("utf-8", "replace")).html)


@pytest.mark.parametrize("path", corpus_files("projects", "*/[Rr][Ee][Aa][Dd]*"), ids=str)
def test_real_readmes_come_out_safe_light_and_saying_something(path):
    made = rendered(path.read_bytes(), path.name)
    assert "<" not in SAFE.sub("", made.html)
    assert len(made.html) < 30_000
    assert html.fragment_fromstring(made.html, create_parent="div").text_content().strip()
