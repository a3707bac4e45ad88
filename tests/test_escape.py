"""Strangers' text in what the bot writes: it shows, and does nothing."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown import markdown

from forge_bridge.escape import JOINER, escape, one_line
from forge_bridge.marker import mark, marks, unmarked

#: What GitLab makes something of in the text that Markdown leaves, whatever was escaped there.
#: https://docs.gitlab.com/user/markdown/
REFERENCE = re.compile(r"[@#!&%~$^][\w\"{]|\[\[|https?:/|www\.\w|[\[{][+-]|&\w+;")
HOSTILE = st.lists(
    st.sampled_from(
        [
            *("@all", "/close", "#12", "!12", "~bug", "%v1", "&4", "$3", "```", "`", "~~~", "***"),
            *("\n", "\r", "\u2028", "\x0b", "\x85", "\x00", "\u202e", "\u200b", "\ud800", "    "),
            *("<b>", "<!--", "-->", "<!-- balise:commun v1 hash=0 -->", "</details>", "&lt;"),
            *("[a](b)", "[a]: b", "![](x)", "[[_TOC_]]", "https://a.example", "www.a.example"),
            *("|", "{+", "+}", "\\", "mot", "é", "\U0001f600", ":tada:", "> ", "- ", "1. "),
        ]
    )
    | st.text(max_size=5),
    max_size=12,
).map("".join)


@given(HOSTILE)
@settings(max_examples=100)
def test_a_text_cannot_leave_its_line_nor_act_in_it(text):
    shown = escape(text)
    assert len(shown.splitlines()) <= 1
    bare = shown.replace("\\\\", "")
    assert not re.search(r"(?<!\\)[`*_<>\[\]{}|@#!%&~$^]", bare)
    assert not REFERENCE.search(shown.replace("\\", ""))
    shown.encode()


@given(HOSTILE)
@settings(max_examples=100)
@example("*a* [b](c) <i>d</i>")
def test_a_text_shows_as_it_was_written(text):
    html = markdown(f"x {escape(text)} x")
    shown = re.sub(r"</?p>", "", html).replace("&amp;", "&").replace("&lt;", "<")
    shown = shown.replace("&gt;", ">").replace("&quot;", '"').replace(JOINER, "")
    # Python-Markdown leaves the backslash before signs that mean nothing to it.
    plain = re.sub(r"\\([|@%&~$^<])", r"\1", shown)
    assert plain.removeprefix("x").removesuffix("x").split() == one_line(text).split()


@given(HOSTILE, st.integers(2, 40))
@settings(max_examples=50)
def test_a_line_is_as_short_as_asked_and_holds_only_what_shows(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_what_a_remedy_says_can_be_copied():
    assert escape("Ajoutez « niveaux: [CM1, CM2] ».") == r"Ajoutez « niveaux: \[CM1, CM2\] »."


@pytest.mark.parametrize("reference", ["GL-12", "voir GL-12.", "1a2b3c4d", f"({'0a' * 20})"])
def test_issues_and_commits_are_not_referred_to_without_a_sign_either(reference):
    shown = escape(reference)
    assert not re.search(r"\bGL-\d|[0-9a-f]{7}", shown)
    assert shown.replace(JOINER, "") == reference


def test_a_very_long_text_costs_nothing():
    assert len(escape("@a\n" * 1_000_000)) < 1000


def test_what_is_marked_is_known_again():
    text = mark("commun", "Bonjour,", {"hash": "0a1b", "said": "aa,bb"})
    assert marks("commun", text) == {"hash": "0a1b", "said": "aa,bb"}
    assert unmarked(text) == "Bonjour,"
    assert marks("review", text) is None


@pytest.mark.parametrize("before", ["> ", "a\n", "`", "\\"])
def test_a_marker_counts_only_as_the_very_first_thing(before):
    assert marks("commun", before + mark("commun", "", {"end": "done"})) is None


@given(HOSTILE)
@settings(max_examples=50)
def test_no_text_forges_a_marker(text):
    assert marks("commun", escape(text + mark("commun", "", {"end": "done"}))) is None
