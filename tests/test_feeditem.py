"""Entries of Atom and RSS feeds: a record of what they say, without anybody's address."""

import random
from contextlib import suppress

import pytest

from metadata import feeditem
from metadata.errors import ParseError
from metadata.licences import licence_of
from metadata.record import Identifier, RawRecord, Text, When
from metadata.vocabulary import CONCEPT

ATOM = """<entry xmlns="http://www.w3.org/2005/Atom" xml:lang="fr-FR"
  xml:base="https://blog.example/cours/" xmlns:media="http://search.yahoo.com/mrss/">
<id>tag:blog.example,2024:1</id><title type="html">Les fractions &amp;amp; co</title>
<link href="fractions.html"/><link rel="edit" href="https://blog.example/edit"/>
<link rel="enclosure" type="audio/mpeg" href="lecon.mp3"/>
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"/>
<published>2024-03-01T10:00:00+01:00</published><updated>2024-04-01T10:00:00Z</updated>
<author><name>Jeanne Durand</name><email>jeanne@example.org</email></author>
<contributor><name>Paul Petit</name></contributor>
<category term="maths"/><category term="cm1" label="CM1"/><category term="droit"/>
<summary type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>Un <x:b>jeu</x:b>.</x:p>
<x:p>À deux.</x:p></x:div></summary>
<media:thumbnail url="https://blog.example/i.png"/><media:title>Une image</media:title></entry>"""

RSS = """<item xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://web.resource.org/cc/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<title>Volcans</title><link>https://s.example/v</link><guid isPermaLink="false">123</guid>
<pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate><author>jean@example.org (Jean Petit)</author>
<dc:creator><![CDATA[L’équipe SVT]]></dc:creator><category>SVT</category><category>4ème</category>
<description><![CDATA[<p>Un volcan &amp; du feu</p><script>x()</script><img src="t.gif"/>]]></description>
<content:encoded><![CDATA[<p>Tout l’article</p>]]></content:encoded><dc:language>fre</dc:language>
<itunes:author>Autre</itunes:author><enclosure url="https://s.example/v.png" type="image/png"/>
<cc:license rdf:resource="https://creativecommons.org/licenses/by-sa/4.0/"/></item>"""

RDF = """<item xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="https://r.example/1">
<title>Séismes</title><description>Une leçon.</description><dc:date>2012-10</dc:date>
<dc:subject>6e</dc:subject><dc:rights>CC0</dc:rights></item>"""


def read(payload: str):
    return feeditem.parse(RawRecord(identifier="e", format="atom", payload=payload.encode()))


def item(inside: str, attributes: str = "") -> str:
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a="http://www.w3.org/2005/Atom"'
    return f"<item {spaces} {attributes}><title>T</title>{inside}</item>"


def levels_and_subjects(record) -> list[str]:
    return [
        path.taxa[0].id.removeprefix(CONCEPT + "scolomfr-voc-")
        for each in record.classifications
        for path in each.taxon_paths
    ]


def test_an_atom_entry_is_read():
    reading = read(ATOM)
    record = reading.record
    assert reading.findings == ()
    assert reading.lines["1.2"] == 3
    assert record.general.title == (Text("Les fractions & co", "fr"),)
    assert record.general.descriptions == ((Text("Un jeu.\n\nÀ deux.", "fr"),),)
    assert record.general.languages == ("fr",)
    assert record.general.identifiers == (Identifier("URI", "tag:blog.example,2024:1"),)
    assert record.technical.locations == ("https://blog.example/cours/fractions.html",)
    assert record.technical.formats == ("audio/mpeg",)
    assert licence_of(record).spdx == "CC-BY-4.0"
    assert [each[0].value for each in record.general.keywords] == ["maths", "CM1", "droit"]
    assert levels_and_subjects(record) == ["022-num-014", "015-num-919"]
    author, contributor = record.life_cycle.contributions
    assert (author.role.uri, author.entities[0].name) == (CONCEPT + "author", "Jeanne Durand")
    assert author.date == When("2024-03-01T10:00:00+01:00")
    assert contributor.entities[0].name == "Paul Petit"
    assert "@" not in repr(record)


def test_an_rss_item_is_read():
    record = read(RSS).record
    assert record.general.title == (Text("Volcans", "fr"),)
    assert record.general.descriptions == ((Text("Un volcan & du feu", "fr"),),)
    assert record.general.identifiers == (Identifier("", "123"),)
    assert record.technical.locations == ("https://s.example/v",)
    assert record.technical.formats == ()  # the picture is not the resource
    assert licence_of(record).spdx == "CC-BY-SA-4.0"
    assert levels_and_subjects(record) == ["022-num-021", "015-num-1832"]
    (author,) = record.life_cycle.contributions
    assert [who.name for who in author.entities] == ["Jean Petit", "L’équipe SVT"]
    assert author.date == When("2024-03-05T10:00:00+00:00")
    assert "@" not in repr(record)


def test_an_item_of_rss_1_0_is_read():
    record = read(RDF).record
    assert record.general.title == (Text("Séismes"),)
    assert record.technical.locations == ("https://r.example/1",)
    assert record.life_cycle.contributions[0].date == When("2012-10")
    assert licence_of(record).spdx == "CC0-1.0"
    assert levels_and_subjects(record) == ["022-num-018"]


@pytest.mark.parametrize(
    ("inside", "location"),
    [
        ("<link>https://e.example/1</link><guid>https://e.example/2</guid>", "https://e.example/1"),
        ("<guid>https://e.example/2</guid>", "https://e.example/2"),
        ('<guid isPermaLink="false">https://e.example/2</guid>', None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>/chemin</link>", None),
        ('<a:link rel="self" href="https://e.example/flux"/><link>https://e.example/1</link>',
         "https://e.example/1"),
        ("<dc:identifier>https://e.example/3</dc:identifier>", "https://e.example/3"),
        ('<enclosure url="https://e.example/4.mp3" type="audio/mpeg"/>', "https://e.example/4.mp3"),
        ('<enclosure url="https://e.example/4.png" type="image/png"/>', None),
    ],
)  # fmt: skip
def test_the_address_is_that_of_the_entry(inside, location):
    assert read(item(inside)).record.technical.locations == ((location,) if location else ())


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("jean@example.org (Jean Petit)", ["Jean Petit"]),
        ("jean@example.org", []),
        ("Jean Petit", ["Jean Petit"]),
        ("Jean Petit &lt;jean@example.org&gt;", ["Jean Petit"]),
    ],
)
def test_an_author_is_a_name(author, names):
    contributions = read(item(f"<author>{author}</author>")).record.life_cycle.contributions
    assert [who.name for each in contributions for who in each.entities] == names


EXTENDED = """<item xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><title>T</title>{}</item>"""


@pytest.mark.parametrize(
    "inside",
    [
        "<media:group><media:description>Un texte</media:description></media:group>",
        "<itunes:summary>Un texte</itunes:summary>",
        "<description/><itunes:summary>Un texte</itunes:summary>",
        "<description>Un texte</description><itunes:summary>Autre</itunes:summary>",
    ],
)
def test_an_extension_describes_what_nothing_else_does(inside):
    assert read(EXTENDED.format(inside)).record.general.descriptions == ((Text("Un texte"),),)


def test_the_caption_of_a_picture_describes_nothing_else():
    caption = "<media:content><media:description>Une photo</media:description></media:content>"
    assert read(EXTENDED.format(caption)).record.general.descriptions == ()


def test_who_speaks_in_a_podcast_is_its_author_when_nobody_else_is():
    said = "<itunes:author>La 3e B</itunes:author>"
    (contribution,) = read(EXTENDED.format(said)).record.life_cycle.contributions
    assert [entity.name for entity in contribution.entities] == ["La 3e B"]


@pytest.mark.parametrize(
    ("said", "iso"),
    [("00:25:30", "PT25M30S"), ("25:30", "PT25M30S"), ("1530", "PT25M30S"), ("long", ""), ("", "")],
)
def test_an_episode_lasts_what_it_says(said, iso):
    record = read(EXTENDED.format(f"<itunes:duration>{said}</itunes:duration>")).record
    assert record.technical.duration.iso == iso


def test_a_whole_article_is_cut_as_a_summary_between_words():
    description = read(item(f"<description>{'mot ' * 3_000}</description>")).record.general
    text = description.descriptions[0][0].value
    assert len(text) <= feeditem.LONGEST
    assert text.endswith("mot…")


def test_without_a_summary_the_article_is_the_description():
    text = '<a:content type="html">&lt;p&gt;Bonjour&lt;/p&gt;</a:content>'
    assert read(item(text)).record.general.descriptions == ((Text("Bonjour"),),)


def test_the_category_of_what_has_none_is_no_keyword():
    record = read(item("<category>Non classé</category><category>lave</category>")).record
    assert record.general.keywords == ((Text("lave"),),)


def test_an_entry_without_a_title_is_said():
    reading = read("<item>\n<description>Bonjour</description></item>")
    assert [(each.rule, each.line) for each in reading.findings] == [("flux-titre-absent", 1)]


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        (f"<channel>{item('')}{item('')}</channel>", "un flux entier"),
        ("<html><body/></html>", "<html>"),
        ("<item><title>T</item>", "balise"),
    ],
)
def test_something_else_than_one_entry_is_refused(payload, what):
    with pytest.raises(ParseError, match=what) as caught:
        read(payload)
    assert caught.value.remedy


def test_one_entry_in_its_feed_is_that_entry():
    assert read(f"<rss><channel>{RSS}</channel></rss>").record == read(RSS).record


@pytest.mark.parametrize("whole", [ATOM, RSS, RDF])
def test_broken_entries_raise_nothing_but_parse_error(whole):
    chance = random.Random(20_260_301)
    payload = whole.encode()
    for _ in range(400):
        broken = bytearray(payload)
        for _ in range(chance.choice((1, 2, 6))):
            broken[chance.randrange(len(broken))] = chance.choice(b'<>/"& a0:=\xe9')
        raw = RawRecord(identifier="e", format="atom", payload=bytes(broken))
        with suppress(ParseError):
            feeditem.parse(raw)
