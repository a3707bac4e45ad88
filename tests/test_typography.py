"""French typography of the pages."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue_site.typography import page


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("« oui » ; non ! pourquoi ?", "«\u00a0oui\u00a0»\u202f; non\u202f! pourquoi\u202f?"),
        ("Note : 12 000 ressources", "Note\u00a0: 12\u202f000\u00a0ressources"),
        ("l'heure ...", "l’heure …"),
        ("l&#39;heure", "l’heure"),
        ("cycle 3, 45 min, 87 %", "cycle\u00a03, 45\u00a0min, 87\u00a0%"),
        ("CC BY-SA 4.0", "CC\u00a0BY\u2011SA\u00a04.0"),
        ("le 14 octobre", "le 14\u00a0octobre"),
        ("https://a.example/c?d=1;e", "https://a.example/c?d=1;e"),
        ("Il est 8:30", "Il est 8:30"),
        ("<code>a ? b : c</code>", "<code>a ? b : c</code>"),
        ('<a title="a ? b">c ?</a>', '<a title="a ? b">c\u202f?</a>'),
        ('<i lang="en">what ?</i> quoi ?', '<i lang="en">what ?</i> quoi\u202f?'),
        ("a &amp; b ?", "a &amp; b\u202f?"),
        ("<b>non</b> : <code>a</code> ;", "<b>non</b>\u00a0: <code>a</code>\u202f;"),
        ("l<b>'eau</b><b></b> ?", "l<b>’eau</b><b></b>\u202f?"),
        ("« <b>oui</b> »", "«\u00a0<b>oui</b>\u00a0»"),
        ("<p>Avant</p> : après", "<p>Avant</p> : après"),
    ],
)
def test_a_page_is_set_as_a_french_printer_would(written, shown):
    assert page(written) == shown


@given(st.text(alphabet="«»;:!?. 'aA0%<>\u00a0\u202f-BYSA…"))
def test_setting_a_page_twice_changes_nothing_more(html):
    assert page(page(html)) == page(html)


@given(st.lists(st.sampled_from(["<b>", "</b>", "<p>", "a", " ", ":", ";", "«", "»", "...", "'"])))
def test_tags_stay_and_setting_them_twice_changes_nothing_more(parts):
    once = page("".join(parts))
    assert page(once) == once
    assert re.findall("<.*?>", once) == [part for part in parts if part.startswith("<")]


@pytest.mark.parametrize("run", [" ", "\u00a0", "«", "12 ", "a ;", "- "])
def test_the_longest_text_is_set_in_no_time(run):
    began = time.perf_counter()
    page("a" + run * 30_000 + "b")
    assert time.perf_counter() - began < 2


def test_straight_quotes_around_words_become_french_ones():
    assert page('<p>le &#34;couloir swahili&#34; et "RUP"</p>') == (
        "<p>le «\u00a0couloir swahili\u00a0» et «\u00a0RUP\u00a0»</p>"
    )
    assert (
        page('<p title="a">3,5" <kbd>"mot"</kbd></p>') == '<p title="a">3,5" <kbd>"mot"</kbd></p>'
    )
