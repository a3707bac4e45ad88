"""Elements of strangers' XML, found by their name whatever its namespace, prefix and case."""

from __future__ import annotations

import re

from lxml import etree

XML = "{http://www.w3.org/XML/1998/namespace}"
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def name_of(element: etree._Element) -> str:
    """The name of an element without its namespace, in lower case."""
    return str(etree.QName(element).localname).lower()


def namespace_of(element: etree._Element) -> str:
    return str(etree.QName(element).namespace or "")


def children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if name_of(child) == name]


def line_of(element: etree._Element) -> int:
    """The line (from 1) where an element begins."""
    return element.sourceline or 1  # type: ignore[return-value]  # the stubs leave its type out


def text_of(element: etree._Element) -> str:
    """All the text of an element, that of the elements inside it included."""
    return str(element.xpath("string()"))


def legal(text: str) -> str:
    """A text without the characters that no XML may hold."""
    return ILLEGAL.sub("", text)
