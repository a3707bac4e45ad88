"""One entry of a feed (Atom, RSS 2.0 or RSS 1.0) to Record, with the extensions that feeds use:
Dublin Core, Creative Commons, media and podcast elements.

Pictures are left out; so are e-mail addresses, which RSS puts where a name should be.
https://www.rfc-editor.org/rfc/rfc4287 https://www.rssboard.org/rss-specification
https://web.resource.org/rss/1.0/spec
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from lxml import etree

from .errors import ParseError
from .finding import Finding, Severity
from .keywords import classified
from .normalise import clean, duration, entity, language, plain, when
from .placeholders import withdraw
from .record import (
    Contribution,
    Duration,
    General,
    Identifier,
    LifeCycle,
    RawRecord,
    Reading,
    Record,
    Rights,
    Technical,
    Term,
    Text,
    When,
)
from .strangers.archive import shown
from .strangers.safexml import parse_xml
from .strangers.xmltree import XML, children, line_of, name_of, namespace_of, text_of
from .vocabulary import CONCEPT, scolomfr

ITEMS = ("entry", "item")
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
#: Extensions whose elements bear the names of a feed's own and often say something else: media:title
#: is the title of a picture, itunes:summary says again what is said.
OTHERS = re.compile(r"//search\.yahoo\.com/mrss|//www\.itunes\.com/|//purl\.org/syndication/thread")

DESCRIPTIONS = ("summary", "abstract", "description", "content", "encoded")
#: What an entry may say, and the extensions that say it where the feed's own elements do not.
EXTENSIONS = (
    (DESCRIPTIONS, ("summary", "description")),
    (("author", "creator"), ("author",)),
    (("duration",), ("duration",)),
)

WEB = re.compile(r"https?://", re.IGNORECASE)
#: An RSS author: « jeanne@exemple.fr (Jeanne Durand) ».
MAIL_AND_NAME = re.compile(r"\s*\S+@\S+\s*\((.+)\)\s*")

#: A prefix in front of the name of an element: <xhtml:p>
PREFIX = re.compile(r"<(/?)[\w.-]+:")

ROLES = {
    "author": ("author", "creator"),
    "publisher": ("publisher",),
    "scolomfr-voc-003-num-005": ("contributor",),  # contributeur
}

#: The most that is kept of a whole article given as a summary, and where to cut it.
LONGEST = 2_000


def parse(raw: RawRecord) -> Reading:
    """Read one entry of a feed. Raise ParseError."""
    item = _item(parse_xml(raw.payload))
    own = _own(item)
    record, withdrawn = withdraw(_record(item, own))
    lines = {
        number: line_of(each)
        for name, number in (("title", "1.2"), ("summary", "1.4"), ("description", "1.4"))
        for each in _named(own, name)
    }
    return Reading(record=record, findings=(*withdrawn, *_unsaid(item, record)), lines=lines)


def _record(item: etree._Element, own: list[etree._Element]) -> Record:
    spoken = _language(item, own)
    title = clean(plain(_first(own, "title")))
    description = _description(own)
    keywords = tuple((Text(word, spoken),) for word in _keywords(own))
    return Record(
        general=General(
            identifiers=tuple(_identifiers(item, own)),
            title=(Text(title, spoken),) if title else (),
            languages=(spoken,) if spoken else (),
            descriptions=((Text(description, spoken),),) if description else (),
            keywords=keywords,
        ),
        life_cycle=LifeCycle(contributions=tuple(_contributions(own))),
        technical=Technical(
            formats=tuple(dict.fromkeys(_formats(own))),
            locations=tuple(dict.fromkeys(_locations(item, own)))[:1],
            duration=Duration(_length(_first(own, "duration"))),
        ),
        rights=Rights(descriptions=tuple((Text(text),) for text in _rights(item, own))),
        classifications=classified(keywords),
    )


# --- What it is -------------------------------------------------------------------------------


def _item(root: etree._Element) -> etree._Element:
    items = [root] if name_of(root) in ITEMS else [e for e in root.iter() if name_of(e) in ITEMS]
    if len(items) != 1:
        what = "un flux entier" if items else f"un document <{shown(name_of(root))}>"
        raise ParseError(
            f"Ce n’est pas une entrée de flux, mais {what}.",
            remedy="Déclarez le flux comme source de type syndication.",
            line=line_of(root),
        )
    return items[0]


def _own(item: etree._Element) -> list[etree._Element]:
    """The elements of an entry, with those of extensions that say what nothing else does."""
    own = [each for each in item if not OTHERS.search(namespace_of(each))]
    groups = [item, *(each for each in item if name_of(each) == "group")]
    others = [each for group in groups for each in group if OTHERS.search(namespace_of(each))]
    for names, instead in EXTENSIONS:
        if not any(_texts(own, *names)):
            own += _named(others, *instead)
    return own


def _named(own: Iterable[etree._Element], *names: str) -> Iterator[etree._Element]:
    """The elements of these names, in the order of the names."""
    elements = [*own]
    for name in names:
        yield from (each for each in elements if name_of(each) == name)


def _texts(own: Iterable[etree._Element], *names: str) -> Iterator[str]:
    for each in _named(own, *names):
        if text := clean(text_of(each)):
            yield text


def _first(own: Iterable[etree._Element], *names: str) -> str:
    return next(_texts(own, *names), "")


def _language(item: etree._Element, own: list[etree._Element]) -> str:
    return language(_first(own, "language")) or language(item.get(XML + "lang", ""))


def _description(own: list[etree._Element]) -> str:
    """The summary, else the article, as paragraphs of text and no longer than a summary."""
    texts = (plain(_markup(each)) for each in _named(own, *DESCRIPTIONS))
    text = next((text for text in texts if text), "")
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _markup(element: etree._Element) -> str:
    """What an element holds, as HTML: Atom gives it escaped or not."""
    if not len(element):
        return element.text or ""
    inside = "".join(etree.tostring(child, encoding="unicode") for child in element)
    return (element.text or "") + PREFIX.sub(r"<\1", inside)


def _keywords(own: list[etree._Element]) -> list[str]:
    found = [
        clean(each.get("label") or each.get("term") or text_of(each))
        for each in _named(own, "category", "subject")
    ]
    return list(dict.fromkeys(word for word in found if word))


# --- Where it is ------------------------------------------------------------------------------


def _links(item: etree._Element, own: list[etree._Element], rel: str) -> Iterator[str]:
    for each in _named(own, "link"):
        if each.get("rel", "alternate") == rel:
            address = clean(each.get("href") or text_of(each))
            yield urljoin(_base(item, each), address) if address else ""


def _base(item: etree._Element, link: etree._Element) -> str:
    return link.get(XML + "base") or item.get(XML + "base") or ""


def _locations(item: etree._Element, own: list[etree._Element]) -> Iterator[str]:
    """The addresses of the entry, the best first."""
    permanent = [
        clean(text_of(each))
        for each in _named(own, "guid")
        if each.get("isPermaLink", "true") == "true"
    ]
    found = (
        *_texts(own, "origlink"),
        *_links(item, own, "alternate"),
        *permanent,
        item.get(RDF + "about", ""),
        *_texts(own, "id", "identifier"),
        *(clean(each.get("url") or each.get("href") or "") for each in _enclosed(own)),
    )
    yield from (address for address in found if WEB.match(address))


def _identifiers(item: etree._Element, own: list[etree._Element]) -> Iterator[Identifier]:
    addresses = {*_locations(item, own)}
    for text in dict.fromkeys(_texts(own, "id", "guid", "identifier")):
        if text not in addresses:
            yield Identifier("URI" if ":" in text else "", text)


def _formats(own: list[etree._Element]) -> Iterator[str]:
    """The types of what is enclosed."""
    kinds = (clean(each.get("type", "")).lower() for each in _enclosed(own))
    return filter(None, kinds)


def _enclosed(own: list[etree._Element]) -> Iterator[etree._Element]:
    """What is enclosed, pictures left out."""
    for each in _named(own, "enclosure", "link"):
        is_enclosed = name_of(each) == "enclosure" or each.get("rel") == "enclosure"
        if is_enclosed and not clean(each.get("type", "")).lower().startswith("image/"):
            yield each


def _length(text: str) -> str:
    """The length of an episode: HH:MM:SS, MM:SS or seconds."""
    if text.isdecimal():
        text += " s"
    return duration(f"0:{text}" if text.count(":") == 1 else text) or ""


# --- Who, when, and under what terms ----------------------------------------------------------


def _contributions(own: list[etree._Element]) -> Iterator[Contribution]:
    """Authors, publishers and contributors, the first with the date of publication."""
    dates = _texts(own, "published", "pubdate", "issued", "created", "date", "updated", "modified")
    value = next((found for text in dates if (found := when(text))), "")
    date = When(value)
    for role, names in ROLES.items():
        people = [_person(each) for each in _named(own, *names)]
        somebody = tuple(dict.fromkeys(who for text in people if (who := entity(text))))
        if somebody:
            uri = CONCEPT + role
            yield Contribution(role=Term(uri, scolomfr().label(uri)), entities=somebody, date=date)
            date = When()
    if date.value:
        yield Contribution(date=date)


def _person(element: etree._Element) -> str:
    """A name: Atom's author has a name, an e-mail and a page; RSS's, an e-mail and a name."""
    names = children(element, "name")
    text = text_of(names[0]) if names else element.text or ""
    match = MAIL_AND_NAME.fullmatch(text)
    return clean(match[1] if match else text)


def _rights(item: etree._Element, own: list[etree._Element]) -> list[str]:
    texts = [
        clean(each.get(RDF + "resource", "") or plain(text_of(each)))
        for each in _named(own, "license", "rights", "copyright")
    ]
    found = [*_links(item, own, "license"), *texts]
    return list(dict.fromkeys(text for text in found if text))


def _unsaid(item: etree._Element, record: Record) -> Iterator[Finding]:
    if not record.general.title:
        yield Finding(
            severity=Severity.ERROR,
            rule="flux-titre-absent",
            element="1.2 titre",
            message="L’entrée du flux n’a pas de titre.",
            remedy="Ajoutez un élément <title> à cette entrée.",
            line=line_of(item),
        )
