"""parse_xml: strangers' bytes, without entities, DOCTYPE, network, repair, nor surprises of size."""

import gzip
import socket
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.errors import ParseError
from metadata.strangers.safexml import LIMIT, parse_xml, true_encoding
from metadata.strangers.xmltree import line_of
from tests.corpus import ROOT, corpus_files, shared

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
REFUSED = {
    "entity": b'<!DOCTYPE lom [<!ENTITY x "y">]><lom>&x;</lom>',
    "entity in a file": b'<!DOCTYPE lom [<!ENTITY x SYSTEM "/etc/passwd">]><lom>&x;</lom>',
    "laughs": b'<!DOCTYPE lom [<!ENTITY l0 "ha">' + LAUGHS + b"]><lom>&l9;</lom>",
    "doctype after comments": b"<?xml version='1.0'?> <!-- a <b> --><?x y?>\n<!doctype html><lom/>",
    "doctype in utf-16": "<!DOCTYPE lom><lom/>".encode("utf-16"),
    "doctype in utf-32": "<!DOCTYPE lom><lom/>".encode("utf-32"),
    "gzip": gzip.compress(b"<lom/>"),
    "zip": b"PK\x03\x04<lom/>",
    "nothing": b"",
    "blanks": b" \n",
    "html": b"<html><body><br></body></html>",
    "text": b"Bonjour",
    "truncated": b"<lom><general>",
    "truncated in a tag": b"<lom><gener",
    "two roots": b"<lom/><lom/>",
    "control character": b"<lom>\x08</lom>",
    "control reference": b"<lom>&#0;</lom>",
    "unknown entity": b"<lom>&eacute;</lom>",
    "bare ampersand": b"<lom>a & b</lom>",
    "latin-1 as utf-8": b'<?xml version="1.0" encoding="UTF-8"?><lom>\xe9t\xe9</lom>',
    "latin-1 as nothing": b"<lom>\xe9t\xe9</lom>",
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?><lom>+AOk-</lom>',
    "unknown encoding": b'<?xml version="1.0" encoding="martian"?><lom/>',
    "prefix undeclared": b"<lom><x:title/></lom>",
    "attribute twice": b'<lom a="1" a="2"/>',
    "declaration not first": b'\n<?xml version="1.0"?><lom/>',
    "deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "long name": b"<" + b"a" * 1_000_000 + b"/>",
    "too long": b"<lom>" + b"a" * LIMIT + b"</lom>",
}


def outcome(payload):
    try:
        return parse_xml(payload)
    except ParseError as error:
        return error


def test_a_web_page_in_the_place_of_a_notice_is_called_one():
    for page in (b"<!DOCTYPE html><html><br></html>", b"\n<!doctype HTML PUBLIC 'x'><html/>"):
        with pytest.raises(ParseError, match="page web"):
            parse_xml(page)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_explained_in_french_with_a_remedy(case):
    with pytest.raises(ParseError) as caught:
        parse_xml(REFUSED[case])
    assert len(caught.value.message.split()) > 3
    assert caught.value.remedy


@pytest.mark.parametrize("case", ["control character", "unknown entity", "latin-1 as utf-8"])
def test_a_fault_is_placed(case):
    payload = REFUSED[case].replace(b"<lom>", b"<lom>\n\n")
    with pytest.raises(ParseError) as caught:
        parse_xml(payload)
    assert caught.value.line == 3
    assert "ligne 3" in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_work_of_french_encodings_comes_back_whole(encoding):
    said = encoding.removesuffix("-sig")
    text = "l’œuvre d’été" if encoding != "iso-8859-1" else "l'oeuvre d'été"
    payload = f'<?xml version="1.0" encoding="{said}"?><lom>{text}</lom>'.encode(encoding)
    assert parse_xml(payload).text == text


def test_windows_1252_that_says_latin_1_keeps_its_apostrophes():
    payload = '<?xml version="1.0" encoding="ISO-8859-1"?><a>l’œuvre</a>'.encode("cp1252")
    assert true_encoding(payload) == "windows-1252"
    assert parse_xml(payload).text == "l’œuvre"


def test_utf_8_that_says_latin_1_is_read_as_utf_8():
    payload = '<?xml version="1.0" encoding="latin1"?><a>été</a>'.encode()
    assert true_encoding(payload) == "utf-8"
    assert parse_xml(payload).text == "été"


def test_latin_1_that_says_so_is_left_alone():
    payload = '<?xml version="1.0" encoding="iso-8859-1"?><a>été</a>'.encode("latin-1")
    assert true_encoding(payload) is None
    assert parse_xml(payload).text == "été"


def test_a_limit_counts_bytes():
    assert parse_xml(b"<a>0123456789</a>", limit=17).text == "0123456789"
    with pytest.raises(ParseError):
        parse_xml(b"<a>0123456789</a>", limit=16)


def test_comments_and_instructions_leave_no_trace():
    root = parse_xml(b"<?xml-stylesheet href='x'?><a>b<!-- c -->d<?e f?>g<![CDATA[<h>]]></a>")
    assert (root.text, len(root)) == ("bdg<h>", 0)


def test_a_line_is_counted_from_one():
    assert line_of(parse_xml(b"\n\n<a/>")) == 3


def test_xinclude_is_an_element_like_any_other():
    root = parse_xml(shared("attacks/xinclude.xml").read_bytes())
    assert b"secret" not in b"".join(text.encode() for text in root.itertext())


@pytest.mark.parametrize(
    "path",
    corpus_files("attacks", "*.xml") + corpus_files("attacks", "*.xml.gz"),
    ids=lambda p: p.name,
)
def test_an_attack_is_refused_or_harmless_and_soon(path):
    start = time.perf_counter()
    read = outcome(path.read_bytes())
    if isinstance(read, ParseError):
        assert read.remedy
    else:
        assert read.getroottree().docinfo.internalDTD is None
        assert "CANARY" not in "".join(read.itertext())
    assert time.perf_counter() - start < 1


def test_no_connection_is_opened():
    met = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)

        def listen():
            try:
                met.append(server.accept())
            except TimeoutError:
                return

        listener = threading.Thread(target=listen)
        listener.start()
        where = f"http://127.0.0.1:{server.getsockname()[1]}/evil.dtd".encode()
        for payload in (
            b'<!DOCTYPE lom SYSTEM "%s"><lom/>' % where,
            b'<!DOCTYPE lom [<!ENTITY %% d SYSTEM "%s">%%d;]><lom/>' % where,
        ):
            with pytest.raises(ParseError):
                parse_xml(payload)
        parse_xml(
            b'<lom xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            b' xsi:schemaLocation="http://x %s"/>' % where
        )
        listener.join()
    assert met == []


BOMB = """
import gzip, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from metadata.errors import ParseError
from metadata.strangers.safexml import LIMIT, parse_xml
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    payload = Path(path).read_bytes()
    inside = gzip.open(path).read(LIMIT + 1) if path.endswith(".gz") else payload
    for each in (payload, inside):
        try:
            parse_xml(each)
        except ParseError:
            pass
root = parse_xml(b"<a>" + b"<b/>" * ((LIMIT - 10) // 4) + b"</a>")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) // 1024)
"""


@pytest.mark.slow
def test_the_worst_that_the_limit_lets_in_takes_little_time_and_memory():
    attacks = [str(path) for path in corpus_files("attacks", "*.xml*")]
    done = subprocess.run(
        [sys.executable, "-c", BOMB, *attacks],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 400  # megabytes, for a tree of 1.2 million elements


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f"<a>{text}</a>".encode()))
def test_any_bytes_give_an_element_or_a_parse_error(payload):
    read = outcome(payload)
    assert read.message if isinstance(read, ParseError) else read.tag
