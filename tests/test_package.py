"""A stranger's zip is read under bounds, and whatever is wrong with it is one BadPackage."""

import io
import random
import resource
import struct
import time
import tracemalloc
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.errors import BadPackage, ParseError
from metadata.package import gather, parse, reduce
from metadata.record import RawRecord
from metadata.strangers import archive
from metadata.strangers.archive import open_package
from tests.corpus import corpus_files, shared

MANIFEST = b"""<?xml version="1.0"?>
<manifest identifier="m" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
          xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion>
    <adlcp:location>notice/lom.xml</adlcp:location></metadata>
  <organizations default="o"><organization identifier="o"><title>Volcans</title>
    <item identifier="i" identifierref="r"><title>Volcans</title></item>
  </organization></organizations>
  <resources><resource identifier="r" type="webcontent" href="index.html"/></resources>
</manifest>"""
LOM = b"""<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>
  <title><string language="fr">Les volcans</string></title></general></lom>"""
CMI5 = b"""<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
  <course id="https://e.example/roches"><title><langstring lang="fr-FR">Roches</langstring></title>
  </course></courseStructure>"""
CONTENT = {
    "imsmanifest.xml": MANIFEST,
    "notice/lom.xml": LOM,
    "index.html": b"<p>Volcans</p>",
    "images/volcan.png": bytes(range(256)),
}


def zipped(files, method=zipfile.ZIP_DEFLATED, comment=b"") -> bytes:
    """A zip of files by name, or of (ZipInfo or name, bytes) pairs."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as zip_file:
        for name, payload in files.items() if isinstance(files, dict) else files:
            zip_file.writestr(name, payload)
        zip_file.comment = comment
    return made.getvalue()


def raw(payload: bytes) -> RawRecord:
    return RawRecord(identifier="paquet", format="package", payload=payload)


def read_all(payload: bytes) -> dict[str, bytes]:
    package = open_package(payload)
    return {name: package.read(name) for name in package.names}


def patched(payload: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """A zip with bytes written over the first header of a kind."""
    place = payload.index(signature) + offset
    return payload[:place] + value + payload[place + len(value) :]


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


# --- What is accepted -------------------------------------------------------------------------


def test_the_files_of_a_zip_are_read_by_name():
    assert read_all(zipped(CONTENT)) == CONTENT


def test_a_zip_is_read_from_an_open_file_which_stays_open(tmp_path):
    (tmp_path / "paquet.zip").write_bytes(zipped(CONTENT))
    with open(tmp_path / "paquet.zip", "rb") as file:
        assert open_package(file).read("index.html") == CONTENT["index.html"]
        file.seek(0)
        assert file.read(2) == b"PK"


def test_folders_are_no_files():
    assert open_package(zipped([("images/", b""), ("images/a.png", b"a")])).names == (
        "images/a.png",
    )


def test_a_zip_behind_other_bytes_is_accepted_since_packages_are_never_served():
    assert read_all(b"MZ\x90" * 500 + zipped(CONTENT)) == CONTENT


def test_a_comment_of_65535_bytes_is_accepted():
    assert read_all(zipped(CONTENT, comment=b"x" * 65_535)) == CONTENT


def test_accents_are_accepted_in_names():
    assert open_package(zipped({"leçon n°1\u00a0: l’été.html": b"x"})).names == (
        "leçon n°1\u00a0: l’été.html",
    )


def test_a_stored_file_just_under_the_cap_is_read_whole():
    payload = b"x" * (archive.MAX_MEMBER - 1)
    assert open_package(zipped({"a.xml": payload}, zipfile.ZIP_STORED)).read("a.xml") == payload


# --- What is refused --------------------------------------------------------------------------


def link(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def shared_bytes(copies: int) -> bytes:
    """A zip whose directory names one file many times."""
    one = zipped({"f00": b"\0" * 1_000_000})
    directory = one.index(CENTRAL)
    end = one.index(END)
    entry = one[directory:end]
    entries = b"".join(entry.replace(b"f00", b"f%02d" % n) for n in range(copies))
    closing = struct.pack("<4s4H2LH", END, 0, 0, copies, copies, len(entries), directory, 0)
    return one[:directory] + entries + closing


HOSTILE = {
    "empty": (b"", "archive zip"),
    "text": (b"bonjour", "archive zip"),
    "only the end": (END + b"\0" * 18, None),  # a zip of nothing: no manifest in it
    "truncated": (zipped(CONTENT)[:-30], "archive zip"),
    "parent folder": (zipped({"../imsmanifest.xml": MANIFEST}), "chemin"),
    "parent folder inside": (zipped({"a/../../b.xml": b""}), "chemin"),
    "absolute": (zipped({"/etc/passwd": b""}), "chemin"),
    "drive": (zipped({"C:/b.xml": b""}), "chemin"),
    "backslash": (zipped({"a\\b.xml": b""}), "chemin"),
    "this folder": (zipped({"./imsmanifest.xml": MANIFEST}), "chemin"),
    "newline": (zipped({"a\nb.xml": b""}), "invisibles"),
    "right to left": (zipped({"a\u202elmx.exe": b""}), "invisibles"),
    "same name": (patched(zipped([("a.xml", b"1"), ("b.xml", b"2")]), b"b.xml", 0, b"a.xml"), None),
    "same name in capitals": (zipped({"a.xml": b"1", "A.XML": b"2"}), "à la casse près"),
    "same name decomposed": (zipped({"é.xml": b"1", "e\u0301.xml": b"2"}), "à la casse près"),
    "symbolic link": (zipped([(link("imsmanifest.xml", 0o120777), b"/etc/passwd")]), "ordinaire"),
    "device": (zipped([(link("a", 0o020666), b"")]), "ordinaire"),
    "encrypted": (patched(zipped(CONTENT), CENTRAL, 8, b"\x01\x00"), "chiffré"),
    "bzip2": (zipped(CONTENT, zipfile.ZIP_BZIP2), "méthode"),
    "bomb": (zipped({"a.bin": b"\0" * 50_000_000}), "bombe"),
    "too many files": (zipped({f"{n}": b"" for n in range(archive.MAX_ENTRIES + 1)}), "plus de"),
    "overlap": (shared_bytes(50), "partage ses octets"),
    "too heavy": (patched(zipped(CONTENT), CENTRAL, 24, b"\xfe\xff\xff\xff"), "Mo"),
    "wrong place": (patched(zipped(CONTENT), CENTRAL, 42, b"\x07\x00\x00\x00"), "octets"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_is_refused_with_a_reason_and_a_remedy(name):
    payload, reason = HOSTILE[name]
    with pytest.raises(BadPackage) as caught:
        parse(raw(payload))
    assert caught.value.remedy.endswith(".")
    if reason:
        assert reason in caught.value.message


LIES = {
    "checksum": patched(zipped(CONTENT), CENTRAL, 16, b"\0\0\0\0"),
    "shorter than said": patched(zipped({"imsmanifest.xml": MANIFEST}), CENTRAL, 24, b"\xff\x0f"),
    "longer than said": patched(zipped(CONTENT), CENTRAL, 24, b"\x0a\0\0\0"),
    "another name": zipped(CONTENT).replace(b"imsmanifest.xml", b"XMSmanifest.xml", 1),
    "broken deflate": patched(zipped(CONTENT), LOCAL, 50, b"\xff\xff\xff\xff"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_file_that_is_not_what_the_archive_says_is_named(name):
    with pytest.raises(BadPackage, match=r"imsmanifest\.xml"):
        parse(raw(LIES[name]))


def test_names_are_shown_on_one_line_in_messages():
    with pytest.raises(BadPackage) as caught:
        open_package(zipped({"a\nSévérité: faux\x1b[2J": b""}))
    assert "\n" not in caught.value.message
    assert "\x1b" not in caught.value.message


def test_a_directory_too_long_to_count_is_refused_before_it_is_read():
    # zipfile alone makes an object of each entry: 1.5 million of them here.
    entry = struct.pack("<4s6H3L5H2L", CENTRAL, 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    entries = entry * 1_500_000
    payload = entries + struct.pack("<4s4H2LH", END, 0, 0, 0xFFFF, 0xFFFF, len(entries), 0, 0)
    tracemalloc.start()
    with pytest.raises(BadPackage, match="plus de"):
        open_package(payload)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_file_over_the_cap_is_not_inflated():
    package = open_package(zipped({"imsmanifest.xml": b" " * 9_000_000}))
    tracemalloc.start()
    with pytest.raises(BadPackage, match="9000000 octets"):
        package.read("imsmanifest.xml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


def test_a_file_that_is_not_there_is_said():
    with pytest.raises(BadPackage, match=r"autre\.xml"):
        open_package(zipped(CONTENT)).read("autre.xml")


@pytest.mark.slow
@pytest.mark.parametrize("path", corpus_files("attacks", "*.zip"), ids=lambda path: path.name)
def test_a_zip_of_the_attacks_costs_little_and_raises_nothing_else(path):
    payload = path.read_bytes()
    tracemalloc.start()
    start = time.process_time()
    with suppress(ParseError):
        parse(raw(payload))
    spent, peak = time.process_time() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert spent < 5
    assert peak < 20_000_000


def test_the_right_package_of_the_attacks_is_read():
    assert "index.html" in open_package(shared("attacks/ok.zip").read_bytes()).names


def test_thousands_of_broken_zips_raise_nothing_but_bad_package():
    whole = zipped(CONTENT)
    chance = random.Random(20_260_301)
    refused = 0
    for _ in range(4_000):
        broken = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 8))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if chance.random() < 0.2:
            del broken[chance.randrange(len(broken)) :]
        try:
            read_all(bytes(broken))
        except BadPackage:
            refused += 1
    assert 1_000 < refused < 4_000  # some hit bytes that nobody looks at


@given(st.binary(max_size=300))
def test_bytes_that_are_no_zip_raise_nothing_but_bad_package(payload):
    for tail in (payload, END + payload, LOCAL + payload + END + b"\0" * 18):
        with pytest.raises(BadPackage):
            parse(raw(tail))


# --- The small zip that stands for a package --------------------------------------------------


def test_of_a_package_the_manifest_and_its_notices_are_kept():
    assert [*read_all(reduce(open_package(zipped(CONTENT))))] == [
        "imsmanifest.xml",
        "notice/lom.xml",
    ]


def test_a_folder_and_a_zip_of_it_are_reduced_to_the_same_bytes():
    assert gather(CONTENT, CONTENT.__getitem__) == reduce(open_package(zipped(CONTENT)))


def test_the_order_of_files_changes_nothing():
    shuffled = dict(reversed(CONTENT.items()))
    assert reduce(open_package(zipped(shuffled))) == reduce(open_package(zipped(CONTENT)))


def test_reducing_twice_changes_nothing():
    once = reduce(open_package(zipped(CONTENT)))
    assert reduce(open_package(once)) == once


def test_a_reduced_package_says_the_same_as_the_whole():
    whole, reduced = zipped(CONTENT), reduce(open_package(zipped(CONTENT)))
    assert parse(raw(reduced)) == parse(raw(whole))
    assert parse(raw(reduced)).record.general.title[0].value == "Les volcans"


def test_a_customary_notice_is_kept_even_if_nothing_names_it():
    files = {"imsmanifest.xml": MANIFEST, "imslrm.xml": LOM}
    assert [*read_all(gather(files, files.__getitem__))] == ["imslrm.xml", "imsmanifest.xml"]


def test_a_large_package_costs_its_manifest_alone(tmp_path):
    made = tmp_path / "gros.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as zip_file:
        zip_file.writestr("imsmanifest.xml", MANIFEST)
        for number in range(5):
            zip_file.writestr(f"video{number}.mp4", zlib.compress(b"") * 1_000_000)
    tracemalloc.start()
    with open(made, "rb") as file:
        reduced = reduce(open_package(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.stat().st_size > 40_000_000
    assert peak < 5_000_000  # the most that is read at once
    assert len(reduced) < 2_000


def test_a_manifest_that_cannot_be_read_is_kept_and_said_when_read():
    reduced = gather({"imsmanifest.xml": b"<manifest>"}, {"imsmanifest.xml": b"<manifest>"}.get)
    with pytest.raises(ParseError) as caught:
        parse(raw(reduced))
    assert caught.value.line == 1


def test_without_a_manifest_it_is_no_package():
    with pytest.raises(BadPackage, match="manifeste") as caught:
        gather(["index.html"], lambda name: b"")
    assert "imsmanifest.xml" in caught.value.message


@pytest.mark.parametrize("name", ["IMSMANIFEST.XML", "cours/imsmanifest.xml"])
def test_a_manifest_where_no_platform_looks_is_read_and_said(name):
    reading = parse(raw(zipped({name: MANIFEST, "cours/index.html": b""})))
    assert reading.record.general.title[0].value == "Volcans"
    assert "paquet-manifeste-deplace" in {finding.rule for finding in reading.findings}


def test_the_notice_is_looked_for_beside_the_manifest():
    files = {"cours/imsmanifest.xml": MANIFEST, "cours/notice/lom.xml": LOM}
    reading = parse(raw(gather(files, files.__getitem__)))
    assert reading.record.general.title[0].value == "Les volcans"


def test_two_packages_in_one_zip_are_not_guessed_between():
    files = {"a/imsmanifest.xml": MANIFEST, "b/imsmanifest.xml": MANIFEST}
    with pytest.raises(BadPackage, match="manifeste"):
        parse(raw(zipped(files)))


def test_the_manifest_of_a_content_inside_a_package_is_not_the_package_s():
    files = {"imsmanifest.xml": MANIFEST, "h5p.json": b"{}", "quiz/h5p.json": b"{}"}
    assert parse(raw(zipped(files))).record.general.title[0].value == "Volcans"


@pytest.mark.parametrize(
    ("name", "payload", "title"),
    [
        ("h5p.json", b'{"title": "Quiz", "mainLibrary": "H5P.QuestionSet"}', "Quiz"),
        ("cmi5.xml", CMI5, "Roches"),
    ],
)
def test_h5p_and_cmi5_packages_are_read_by_their_own_manifest(name, payload, title):
    whole = zipped({name: payload, "content/content.json": b"{}"})
    assert parse(raw(whole)).record.general.title[0].value == title
    assert parse(raw(reduce(open_package(whole)))) == parse(raw(whole))


def test_a_launch_page_that_is_not_in_the_package_is_said():
    files = {**CONTENT, "images/a.png": b""}
    del files["index.html"]
    reading = parse(raw(zipped(files)))
    missing = [each for each in reading.findings if each.rule == "manifest-fichier-absent"]
    assert [(each.line, "index.html" in each.message) for each in missing] == [(9, True)]


def test_a_location_never_leads_out_of_the_package():
    manifest = MANIFEST.replace(b"notice/lom.xml", b"../../../../etc/passwd")
    asked = []

    def read(name: str) -> bytes:
        asked.append(name)
        return {"imsmanifest.xml": manifest}[name]

    parse(raw(gather(["imsmanifest.xml", "index.html"], read)))
    assert asked == ["imsmanifest.xml"]


def test_the_memory_of_the_process_stays_small_after_the_bombs():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for payload, _ in HOSTILE.values():
        with pytest.raises(BadPackage):
            parse(raw(payload))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000  # kilobytes
