"""stream_xml: long XML, element by element, as safely as parse_xml."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from metadata.errors import ParseError
from metadata.strangers.safexml import parse_xml, stream_xml

from .corpus import corpus_files, shared
from .memory import growth


def texts(document: bytes, *tags: str) -> list[str]:
    return ["".join(element.itertext()) for element in stream_xml(BytesIO(document), *tags)]


def test_each_element_is_given_whole_and_once():
    document = b"<r><a>1<b>2</b></a><c><a>3</a></c><!-- x --><a/><d>no</d></r>"
    assert texts(document, "a") == ["12", "3", ""]
    assert texts(document, "a", "d") == ["12", "3", "", "no"]
    assert texts(document, "none") == []
    assert texts(b"<a>root</a>", "a") == ["root"]


def test_an_element_inside_one_that_is_asked_for_stays_inside():
    assert texts(b"<r><a>1<a>2<b>3</b></a></a><b>4</b></r>", "a", "b") == ["123", "4"]


def test_the_namespaces_declared_above_are_known():
    [element] = stream_xml(BytesIO(b'<r xmlns="urn:r" xmlns:x="urn:x"><x:a/></r>'), "{urn:x}a")
    assert etree.tostring(element) == b'<x:a xmlns:x="urn:x" xmlns="urn:r"/>'


WORD = "l’œuvre à 5 €"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("cp1252", "windows-1252"),
        ("cp1252", "iso-8859-1"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "latin1"),
    ],
)
@pytest.mark.parametrize("size", [1, 200_000])
def test_the_encoding_is_the_one_of_the_bytes(encoding, declared, size):
    content = f"<?xml version='1.0' encoding='{declared}'?><r><a>{'x' * size}</a><a>{WORD}</a></r>"
    assert texts(content.encode(encoding), "a")[1] == WORD


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "vide"),
        (b"<!DOCTYPE r><r><a/></r>", "DOCTYPE"),
        (
            b"<!-- " + b"x" * 100_000 + b" --><!DOCTYPE r [<!ENTITY e 'x'>]><r><a>&e;</a></r>",
            "DOCTYPE",
        ),
        (b"<r><a>", "s’arrête avant la fin"),
        (b"<r><a></b></r>", "balise fermante"),
        (b"<r><a/></r><r/>", "deuxième racine"),
        (b"<?xml version='1.0' encoding='utf-7'?><r><a/></r>", "codage"),
        (b"\x1f\x8b\x08", "compressée"),
        (b"<r>" + b"<x/>" * 2_000_000 + b"</r>", "dépasse 5 Mo"),
        (b"<r><a>" + b"x" * 6_000_000 + b"</a></r>", "dépasse 5 Mo"),
    ],
)
def test_what_is_no_whole_safe_document_is_refused(document, message):
    with pytest.raises(ParseError, match=message):
        texts(document, "a")


@given(st.binary(max_size=30), st.integers(0, 60))
def test_a_document_is_accepted_as_it_is_in_one_piece(noise, at):
    document = b"<r><a>1</a><b c='d'>2</b><a>3<a>4</a></a></r>"
    document = document[:at] + noise + document[at + len(noise) :]
    try:
        whole = parse_xml(document)
    except ParseError:
        with pytest.raises(ParseError):
            texts(document, "a")
    else:
        outermost = whole.xpath("descendant-or-self::a[not(ancestor::a)]")
        assert texts(document, "a") == ["".join(element.itertext()) for element in outermost]


def test_the_hostile_documents_of_the_corpus_are_refused_as_in_one_piece():
    assert shared("attacks")
    for path in corpus_files("attacks", "*.xml"):
        with path.open("rb") as file:
            try:
                parse_xml(path.read_bytes())
            except ParseError:
                with pytest.raises(ParseError):
                    list(stream_xml(file, "none"))
            else:
                assert list(stream_xml(file, "none")) == []


def test_a_long_document_takes_no_memory(tmp_path):
    place = tmp_path / "long.xml"
    with place.open("wb") as file:
        file.write(b"<r>")
        for _ in range(10):
            file.write(b"<a><b>x</b></a><c/>" * 10_000)
        file.write(b"</r>")
    with place.open("rb") as opened:
        count, grown = growth(stream_xml(opened, "a"))
    assert count == 100_000
    assert grown < 4_000_000  # whole, its tree would take fifty
