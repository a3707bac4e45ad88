"""An Atom or RSS feed, in a file or at an address, as a source: one record per entry.

A feed shows what is recent, not all there is: what it no longer shows is not gone.
https://www.rfc-editor.org/rfc/rfc4287 https://www.rssboard.org/rss-specification
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from lxml import etree

from metadata.errors import ParseError, UnknownFormat
from metadata.recognise import HEAD, recognise
from metadata.record import RawRecord
from metadata.strangers.safexml import stream_xml

from .errors import SourceError, StaleCursor
from .opening import opened
from .source import Page, in_pages

if TYPE_CHECKING:
    from .fetch import Download

ENTRIES = (
    "{http://www.w3.org/2005/Atom}entry",
    "{http://purl.org/atom/ns#}entry",
    "item",  # RSS 2.0
    "{http://purl.org/rss/1.0/}item",
)
XML = "{http://www.w3.org/XML/1998/namespace}"
INHERITED = (XML + "lang", XML + "base")
#: Elements of a feed that speak for its entries too, and what an entry says in their place.
SHARED = {
    "author": "author",
    "language": "language",
    **dict.fromkeys(("rights", "copyright", "license"), "rights"),
}
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedSource:
    """An Atom or RSS feed."""

    key: str
    place: str
    download: Download

    @property
    def incremental(self) -> bool:
        return False

    @property
    def exhaustive(self) -> bool:
        return False

    def pages(self, since: datetime | None, cursor: str) -> Iterator[Page]:
        """The entries, after as many as the cursor says. Raise SourceError."""
        if cursor and not cursor.isdecimal():
            raise StaleCursor(f"Le repère «\u00a0{cursor[:40]}\u00a0» n’est pas celui d’un flux.")
        with opened(self.place, self.download) as (file, _):
            try:
                entries = enumerate(entries_in(file), 1)
                done = int(cursor or 0)
                yield from in_pages(
                    (raw, str(number)) for number, raw in islice(entries, done, None)
                )
            except (ParseError, UnknownFormat) as error:
                raise SourceError(f"Le flux {self.place} est illisible. {error}") from error


def entries_in(file: BinaryIO) -> Iterator[RawRecord]:
    """The entries of a feed. Raise ParseError, or UnknownFormat when it is no feed."""
    file.seek(0)
    if recognise("", file.read(HEAD)) != "feed":
        raise UnknownFormat("Ce n’est ni de l’Atom ni du RSS. Vérifiez l’adresse.")
    shared: list[etree._Element] = []
    for number, element in enumerate(stream_xml(file, *ENTRIES), 1):
        if number == 1:  # what stands before it is forgotten afterwards
            shared = _of_feed(element)
        identifier = identifier_of(element)
        if identifier:
            _inherit(element, shared)
            payload = etree.tostring(element, encoding="utf-8", with_tail=False)
            yield RawRecord(identifier=identifier, format="atom", payload=payload)
        else:
            yield RawRecord(
                identifier=f"(entrée {number})",
                format="atom",
                fault="L’entrée n’a ni identifiant (id, guid) ni lien\u00a0: elle ne peut être suivie."
                " Signalez-le à la source.",
            )


def _of_feed(entry: etree._Element) -> list[etree._Element]:
    """What a feed says for all its entries: who, in what language, under what terms."""
    before = [*entry.itersiblings(preceding=True)]
    if any(_name(each) == "channel" for each in before):  # RSS 1.0
        before = [child for each in before for child in each]
    return [deepcopy(each) for each in before if _name(each) in SHARED]


def _inherit(entry: etree._Element, shared: list[etree._Element]) -> None:
    """Give an entry what the standard says it has from the elements around it."""
    for above in entry.iterancestors():
        for name in INHERITED:
            if name in above.attrib and name not in entry.attrib:
                entry.set(name, above.attrib[name])
    own = [*entry, *(child for each in entry if _name(each) == "source" for child in each)]
    said = {SHARED.get(_name(each)) for each in own}
    entry.extend(deepcopy(each) for each in shared if SHARED[_name(each)] not in said)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def identifier_of(entry: etree._Element) -> str:
    """What a feed calls an entry: its id, else its address; "" when it has neither."""
    said: dict[str, str] = {}
    for child in entry:
        name = etree.QName(child).localname
        text = (child.text or "").strip()
        if name == "link" and child.get("rel", "alternate") == "alternate":
            text = text or child.get("href", "").strip()  # RSS writes it as text
        if text:
            said.setdefault(name, text)
    about = entry.get(ABOUT, "").strip()
    return said.get("id") or said.get("guid") or about or said.get("link", "")
