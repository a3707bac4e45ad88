"""recognise: what bytes are, told by what they hold before what they are called."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata import READERS
from metadata.errors import UnknownFormat
from metadata.recognise import HEAD, SEVERAL, format_of_root, recognise

from .corpus import SHARED, corpus_files, shared

LOM = '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"/>'
OAI = "http://www.openarchives.org/OAI/2.0/"


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (LOM, "lomfr"),
        ("<lom:lom xmlns:lom='x'>", "lomfr"),
        ("<LOM", "lomfr"),
        ("\n\n<?xml version='1.0'?><!-- <rss> --><?a <feed?>\n<lom>", "lomfr"),
        ('<!DOCTYPE lom SYSTEM "x" [<!ENTITY a "<feed>">]><lom>', "lomfr"),
        ("<oai_dc:dc xmlns:oai_dc='x'>", "oai_dc"),
        ("<manifest>", "imsmanifest"),
        ("<courseStructure>", "cmi5"),
        ("<entry>", "atom"),
        ("<item>", "atom"),
        ("<feed>", "feed"),
        ("<rss version='2.0'>", "feed"),
        ('<rdf:RDF xmlns="http://purl.org/rss/1.0/">', "feed"),
        (f'<OAI-PMH xmlns="{OAI}">', "oai"),
        (f'<record xmlns="{OAI}">', "oai"),
        ("<qdc:qualifieddc xmlns:qdc='x'>", "oai_dc"),
        ('{"mainLibrary": "H5P.Quiz"}', "h5p"),
        ('  {"schema_version": 1}', "json"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", ["", "a.txt", "notice.csv", "x__imsmanifest.xml", "h5p.json"])
def test_content_says_what_it_is_whatever_its_name(content, format, encoding, name):
    assert recognise(name, content.encode(encoding)) == format


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("commun.yml", b"", "commun"),
        ("projet/COMMUN.YAML", b"\xff", "commun"),
        ("fractions.yml", b"# ma notice\ntitre: Fractions\n", "commun"),
        ("lot.yaml", b"ressources:\n  - titre: a\n", "commun"),
        ("fractions.yml", b"Titre: Fractions\n", "commun"),
        ("fractions.yml", "titre\u00a0: Fractions\n".encode(), "commun"),
        ("a.xml", b'<rdf:RDF xmlns:dc="http://purl.org/dc/elements/1.1/">', "oai_dc"),
        ("a.xml", b'<r><m xmlns:dc="http://purl.org/dc/elements/1.1/">', "oai_dc"),
        (
            "a.xml",
            b'<r xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://ltsc.ieee.org/xsd/LOM">',
            "lomfr",
        ),
        ("a.xml", b"", "lomfr"),
        ("a.XML", b"<meta/>", "lomfr"),
        ("a.xml", b"<record xmlns='http://www.loc.gov/MARC21/slim'>", "lomfr"),
        ("a.xml", b"&lt;lom>", "lomfr"),
        ("a.json", b"[]", "json"),
        ("package.json", b'{"name": "x"}', "json"),
        ("a.csv", b"titre;lien", "table"),
        ("a.tsv", b"", "table"),
        ("cours.zip", b"PK\x03\x04", "package"),
        ("", b"PK\x05\x06", "package"),
        ("cours.h5p", b"not a zip", "package"),
        ("cours.imscc", b"PK\x03\x04", "package"),
    ],
)
def test_a_name_says_what_content_does_not(name, content, format):
    assert recognise(name, content) == format


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README.md", b"# Titre"),
        ("image.svg", b'<svg xmlns:dc="http://purl.org/dc/elements/1.1/">'),
        ("mkdocs.yml", b"site_name: x\n"),
        (".gitlab-ci.yml", b"pages:\n  titre: x\n"),
        ("lom.xsd", b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'),
        ("image.svg", b"<svg/>"),
        ("page.html", b"<!DOCTYPE html><html>"),
        ("scolomfr.rdf", b"<rdf:RDF>"),
        ("fiche.docx", b"PK\x03\x04"),
        ("image.png", b"\x89PNG\r\n"),
        ("a", b""),
        ("", b""),
        ("", b"{}"),
        ("", b"<html/>"),
    ],
)
def test_what_is_no_record_and_does_not_claim_to_be_is_unknown(name, content):
    with pytest.raises(UnknownFormat, match="n’est d’aucun format connu"):
        recognise(name, content)


@given(st.text(max_size=20), st.binary(max_size=200))
def test_every_answer_is_a_reader_or_a_list(name, head):
    try:
        format = recognise(name, head)
    except UnknownFormat:
        return
    assert format in {*READERS, *SEVERAL}


@pytest.mark.parametrize(
    "head",
    [
        b"<!--" * 16_000,
        b"<?a " * 16_000,
        b" " * HEAD,
        b"<!DOCTYPE a [" * 5_000,
        b"<" + b"a:" * 32_000,
    ],
)
def test_no_prolog_takes_long(head):
    began = time.monotonic()
    with pytest.raises(UnknownFormat):
        recognise("", head[:HEAD])
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    ("tag", "format"),
    [
        ("{http://ltsc.ieee.org/xsd/LOM}lom", "lomfr"),
        ("{http://www.openarchives.org/OAI/2.0/oai_dc/}dc", "oai_dc"),
        ("{urn:x}manifest", "imsmanifest"),
        ("{http://www.w3.org/2005/Atom}entry", "atom"),
        ("{http://www.w3.org/2005/Atom}feed", "lomfr"),
        ("mods", "lomfr"),
    ],
)
def test_a_root_says_the_format_of_a_record(tag, format):
    assert format_of_root(tag) == format


@pytest.mark.parametrize(
    "path",
    [
        *corpus_files("notices", "**/*.xml"),
        *corpus_files("scorm", "**/*.xml"),
        *corpus_files("h5p"),
        *corpus_files("oai", "**/*.xml"),
    ],
    ids=lambda path: str(path.relative_to(SHARED)),
)
def test_the_corpus_is_recognised_without_its_names(path):
    expected = {"notices": "lomfr", "h5p": "h5p"}.get(path.relative_to(SHARED).parts[0])
    try:
        found = recognise("", path.read_bytes()[:HEAD])
    except UnknownFormat:
        assert path.name in NOT_RECORDS
    else:
        assert expected in (None, found)


#: A page of documentation, Solr documents, an index of Articulate, ten bytes that say "broken xml".
NOT_RECORDS = {"commodite.xml", "test2.xml", "test4.xml", "meta.xml", "ListRecordsBroken.xml"}


def test_the_corpus_is_there():
    assert shared("notices")
