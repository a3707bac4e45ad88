"""Files: folders, globs, zips and packages, split into records."""

from __future__ import annotations

import json
import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metadata
from indexer.errors import SourceError, StaleCursor
from indexer.files import FilesSource, matches, records_at
from indexer.source import PAGE_RECORDS, Source
from metadata.record import RawRecord

from .corpus import shared
from .memory import growth, resident
from .oaiserver import dublin_core

LOM = b'<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title>%s</title></general></lom>'
MANIFEST = b"""<manifest xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"><metadata>
<adlcp:location>meta/notice.xml</adlcp:location></metadata></manifest>"""


def write(root: Path, *paths: str, content: bytes = LOM % b"Titre") -> None:
    for path in paths:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def zipped(files: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def found(place: Path | str) -> dict[str, RawRecord]:
    records = list(records_at(str(place)))
    named = {record.identifier: record for record in records}
    assert len(named) == len(records)
    return named


def pages(place: Path, cursor: str = "") -> list[list[str]]:
    given = FilesSource(key="fichiers", place=str(place)).pages(None, cursor)
    return [[record.identifier for record in page.records] for page in given]


def test_it_is_a_source():
    files: Source = FilesSource(key="fichiers", place=".")
    assert (files.key, files.incremental, files.exhaustive) == ("fichiers", False, True)


# --- Folders, globs, files --------------------------------------------------------------------


def test_a_folder_is_walked_in_an_order_that_never_changes(tmp_path):
    write(tmp_path, "b.xml", "a/z.xml", "a/b/c.xml", "a.xml", "c/d.xml")
    assert [*found(tmp_path)] == ["a/b/c.xml", "a/z.xml", "a.xml", "b.xml", "c/d.xml"]


def test_a_record_is_the_bytes_of_its_file(tmp_path):
    write(tmp_path, "é à.xml")
    [record] = found(tmp_path).values()
    assert record == RawRecord(identifier="é à.xml", format="lomfr", payload=LOM % b"Titre")


def test_what_is_no_record_is_passed_over(tmp_path):
    write(tmp_path, "README.md", "a.png", "b.txt", "c.xsd", "mkdocs.yml", "d.html", content=b"x")
    write(tmp_path, ".git/config.xml", ".cache.xml")
    write(tmp_path, "personnel.csv", content=b"famille;prenom\nx;y\n")
    assert found(tmp_path) == {}


def test_what_is_no_record_but_named_is_refused_with_the_reason(tmp_path):
    write(tmp_path, "README.md", content=b"# Titre")
    write(tmp_path, "personnel.csv", content=b"famille;prenom\nx;y\n")
    for name in ("README.md", "personnel.csv"):
        [record] = found(tmp_path / name).values()
        with pytest.raises(metadata.ParseError, match=f"{name}|titre"):
            metadata.parse(record)


def test_a_glob_chooses_among_files_and_takes_whole_folders(tmp_path):
    write(tmp_path, "a/1.xml", "a/2.lom", "b/1.xml", "b/c/1.xml", "2.xml")
    assert [*found(f"{tmp_path}/*/1.xml")] == ["a/1.xml", "b/1.xml"]
    assert [*found(f"{tmp_path}/**/1.xml")] == ["a/1.xml", "b/1.xml", "b/c/1.xml"]
    assert [*found(f"{tmp_path}/[ab]")] == ["a/1.xml", "a/2.lom", "b/1.xml", "b/c/1.xml"]
    assert [*found(f"{tmp_path}/*/c")] == ["b/c/1.xml"]
    assert [*found(f"{tmp_path}/b/*.xml")] == ["1.xml"]
    assert found(f"{tmp_path}/*.json") == {}


@pytest.mark.parametrize(
    ("path", "pattern", "is_matched"),
    [
        ("a/b/c.xml", "**/c.xml", True),
        ("c.xml", "**/c.xml", True),
        ("a/b/c.xml", "*/c.xml", False),
        ("a/b/c.xml", "a/**", True),
        ("a/b/c.xml", "a/?/*.xml", True),
        ("a/b/c.xml", "*", True),
        ("a/b/c.xml", "a/b/c.xml/d", False),
        ("a/B.xml", "a/b.xml", False),
    ],
)
def test_a_glob_matches_a_path_or_a_folder_above_it(path, pattern, is_matched):
    assert matches(tuple(path.split("/")), tuple(pattern.split("/"))) is is_matched


def test_a_name_that_looks_like_a_glob_is_first_a_name(tmp_path):
    write(tmp_path, "lot [1]/a.xml")
    assert [*found(tmp_path / "lot [1]")] == ["a.xml"]


@pytest.mark.parametrize(
    "place", ["absent", "absent/*.xml", "a.xml/*", "x" * 5_000, "x" * 5_000 + "/*", "a\0b"]
)
def test_a_place_that_is_not_there_is_told(tmp_path, place):
    write(tmp_path, "a.xml")
    with pytest.raises(SourceError, match="n’existe pas"):
        found(tmp_path / place)


def test_links_that_leave_the_folder_are_not_followed(tmp_path):
    write(tmp_path, "outside/secret.xml", "root/a.xml", "root/b/c.xml")
    root = tmp_path / "root"
    (root / "out.xml").symlink_to(tmp_path / "outside/secret.xml")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(root)
    (root / "broken.xml").symlink_to(root / "none")
    (root / "in.xml").symlink_to(root / "b/c.xml")
    assert [*found(root)] == ["a.xml", "b/c.xml", "in.xml"]


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.xml")
    assert found(tmp_path) == {}


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path, monkeypatch):
    write(tmp_path, "a.xml", "b.xml", "README.md")
    forbid(monkeypatch, "a.xml", "README.md")
    records = found(tmp_path)
    assert [*records] == ["a.xml", "b.xml"]
    assert "donnez le droit de lecture" in records["a.xml"].fault
    assert "donnez le droit de lecture" in found(tmp_path / "README.md")["README.md"].fault


def forbid(monkeypatch, *names: str) -> None:
    """Permissions do not stop root, as whom CI may run."""

    def guarded(path, *args, **kwargs):
        if Path(path).name in names:
            raise PermissionError(13, "Permission denied")
        return open(path, *args, **kwargs)

    monkeypatch.setattr("indexer.trees.open", guarded, raising=False)


def test_a_folder_that_cannot_be_read_fails_the_run_once_the_rest_is_given(tmp_path, monkeypatch):
    write(tmp_path, "a.xml", "b/c.xml", "d.xml")
    real = os.scandir

    def guarded(path):
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("indexer.trees.os.scandir", guarded)
    names, error = names_and_error(tmp_path)
    assert names == ["a.xml", "d.xml"]
    assert "/b\u00a0» ne peut être lu" in error


def names_and_error(place: Path) -> tuple[list[str], str]:
    """What a walk gives before the error that ends it."""
    names: list[str] = []
    with pytest.raises(SourceError) as caught:
        names.extend(record.identifier for record in records_at(str(place)))
    return names, str(caught.value)


def test_a_file_beyond_any_size_is_refused_with_the_reason(tmp_path):
    write(tmp_path, "a.xml", content=LOM % (b"x" * 5_000_000))
    [record] = found(tmp_path).values()
    assert "dépasse 5 Mo" in record.fault


def test_malformed_xml_is_a_record_that_says_where(tmp_path):
    write(tmp_path, "a.xml", content=b"<lom>\n<general>\n</lom>")
    [record] = found(tmp_path).values()
    with pytest.raises(metadata.ParseError) as caught:
        metadata.parse(record)
    assert caught.value.line == 3


# --- Files that hold several --------------------------------------------------------------------


def oai(*names: str) -> bytes:
    records = "".join(
        f"<record><header><identifier>{name}</identifier></header>"
        f"<metadata>{dublin_core(name)}</metadata></record>"
        for name in names
    )
    space = "http://www.openarchives.org/OAI/2.0/"
    return f'<OAI-PMH xmlns="{space}"><ListRecords>{records}</ListRecords></OAI-PMH>'.encode()


def test_an_answer_of_a_repository_is_split_under_its_own_names(tmp_path):
    write(tmp_path, "1.xml", content=oai("oai:a", "oai:b"))
    write(tmp_path, "2.xml", content=oai("oai:c").replace(b"ListRecords", b"GetRecord"))
    records = found(tmp_path)
    assert {name: record.format for name, record in records.items()} == dict.fromkeys(
        ["oai:a", "oai:b", "oai:c"], "oai_dc"
    )


def test_recorded_answers_are_split():
    records = list(records_at(str(shared("oai/pyoai-fake1"))))
    # One got, sixteen listed and the first among them, one kept without its envelope.
    assert len(records) == 18
    assert len({record.identifier for record in records}) == 17
    assert all(metadata.parse(record).record.general.title for record in records)


def test_a_table_and_a_feed_are_split_under_the_name_of_their_file(tmp_path):
    write(tmp_path, "t.csv", content=b"id;titre\n1;Un\n1;Deux\n")
    write(tmp_path, "f.rss", content=b"<rss><channel><item><guid>1</guid></item></channel></rss>")
    records = found(tmp_path)
    assert {name: record.format for name, record in records.items()} == {
        "f.rss#1": "atom",
        "t.csv#1": "row",
        "t.csv#ligne 3": "row",
    }
    assert "même identifiant" in records["t.csv#ligne 3"].fault


def test_a_file_of_several_notices_is_split(tmp_path):
    write(tmp_path, "lot.xml", content=b"<lot>" + LOM % b"Un" + LOM % b"Deux" + b"</lot>")
    records = found(tmp_path)
    assert records.keys() == {"lot.xml#1", "lot.xml#2"}
    titles = [metadata.parse(raw).record.general.title[0].value for raw in records.values()]
    assert titles == ["Un", "Deux"]


def test_a_commun_with_several_resources_is_split(tmp_path):
    several = b"titre: Projet\nressources:\n  - titre: Un\n  - titre: Deux\n"
    write(tmp_path, "a/commun.yml", content=several)
    write(tmp_path, "b/commun.yml", content=b"titre: Seul\n")
    write(tmp_path, "c/commun.yml", content=b"titre: [\n")
    records = found(tmp_path)
    assert {name: record.part for name, record in records.items()} == {
        "a/commun.yml#1": "1",
        "a/commun.yml#2": "2",
        "b/commun.yml": "",
        "c/commun.yml": "",
    }
    assert {record.format for record in records.values()} == {"commun"}
    assert records["a/commun.yml#2"].payload == several


def test_a_list_cut_short_fails_the_run_once_the_rest_is_given(tmp_path):
    write(tmp_path, "a.xml", "c.xml")
    write(tmp_path, "b.xml", content=oai("oai:1", "oai:2")[:-30])
    names, error = names_and_error(tmp_path)
    assert {"a.xml", "c.xml"} <= {*names}
    assert "b.xml\u00a0: ligne 1" in error


def test_no_cursor_passes_a_list_cut_short(tmp_path):
    write(tmp_path, *(f"z/{number:03}.xml" for number in range(150)))
    write(tmp_path, "a.xml")
    write(tmp_path, "b.csv", content=b'titre\nUn\n"Deux')
    source = FilesSource(key="k", place=str(tmp_path))
    cursor = next(source.pages(None, "")).cursor
    write(tmp_path, "b.csv", content=b"titre\nUn\nDeux\n")
    names = [name for page in pages(tmp_path, cursor) for name in page]
    assert len([name for name in names if name.startswith("b.csv#")]) >= 1
    assert len([name for name in names if name.startswith("z/")]) == 150


# --- Packages -----------------------------------------------------------------------------------


def test_a_folder_with_a_manifest_is_one_record_with_its_notice(tmp_path):
    write(tmp_path, "cours/imsmanifest.xml", content=MANIFEST)
    write(tmp_path, "cours/meta/notice.xml", "cours/contenu/page.xml", "cours/x.json", "autre.xml")
    records = found(tmp_path)
    assert [*records] == ["autre.xml", "cours/imsmanifest.xml"]
    record = records["cours/imsmanifest.xml"]
    assert record.format == "package"
    with zipfile.ZipFile(BytesIO(record.payload)) as archive:
        assert archive.namelist() == ["imsmanifest.xml", "meta/notice.xml"]


@pytest.mark.parametrize("manifest", ["imsmanifest.xml", "cmi5.xml", "h5p.json", "IMSManifest.XML"])
def test_every_kind_of_manifest_makes_a_package(tmp_path, manifest):
    write(tmp_path, f"a/{manifest}", content=MANIFEST)
    write(tmp_path, "a/other.xml")
    assert {name: one.format for name, one in found(tmp_path).items()} == {
        f"a/{manifest}": "package"
    }


def test_a_folder_that_is_a_package_itself_is_one_record(tmp_path):
    write(tmp_path, "imsmanifest.xml", content=MANIFEST)
    write(tmp_path, "meta/notice.xml")
    assert [*found(tmp_path)] == ["imsmanifest.xml"]
    assert found(tmp_path) == found(tmp_path / "imsmanifest.xml")


def test_a_package_within_a_package_is_a_record_too(tmp_path):
    write(tmp_path, "a/imsmanifest.xml", "a/sub/deep/imsmanifest.xml", content=MANIFEST)
    write(tmp_path, "a/sub/notice.xml", "a/sub/deep/notice.xml")
    assert [*found(tmp_path)] == ["a/imsmanifest.xml", "a/sub/deep/imsmanifest.xml"]


def test_the_same_package_always_makes_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write(tmp_path, f"{name}/imsmanifest.xml", content=MANIFEST)
        write(tmp_path, f"{name}/meta/notice.xml")
    os.utime(tmp_path / "b/imsmanifest.xml", (1, 1))
    first, second = found(tmp_path).values()
    assert first.payload == second.payload


def test_a_zipped_package_is_reduced_to_its_metadata(tmp_path):
    files = {"imsmanifest.xml": MANIFEST, "meta/notice.xml": LOM % b"x", "big.mp4": b"x" * 100_000}
    write(tmp_path, "cours.zip", content=zipped(files))
    write(tmp_path, "folded.zip", content=zipped({f"top/{name}": files[name] for name in files}))
    write(
        tmp_path,
        "quiz.h5p",
        content=zipped({"h5p.json": b'{"title": "x"}', "content/a.json": b"{}"}),
    )
    records = found(tmp_path)
    assert {name: record.format for name, record in records.items()} == {
        "cours.zip": "package",
        "folded.zip": "package",
        "quiz.h5p": "package",
    }
    assert all(len(record.payload) < 2_000 for record in records.values())


def test_a_zip_of_notices_is_walked_like_a_folder(tmp_path):
    files = {
        "b.xml": LOM % b"b",
        "a/c.xml": LOM % b"c",
        "README.md": b"x",
        "__MACOSX/._b.xml": b"x",
        ".DS_Store": b"x",
        "oai.xml": oai("oai:1"),
        "cours/imsmanifest.xml": MANIFEST,
        "cours/meta/notice.xml": LOM % b"d",
        "commun.yml": b"titre: x\nressources: [{titre: a}, {titre: b}]\n",
        "t.csv": b"id;titre\n1;Un\n",
    }
    write(tmp_path, "lot.zip", content=zipped(files))
    records = found(tmp_path)
    assert {name: record.format for name, record in records.items()} == {
        "lot.zip/a/c.xml": "lomfr",
        "lot.zip/b.xml": "lomfr",
        "lot.zip/commun.yml#1": "commun",
        "lot.zip/commun.yml#2": "commun",
        "lot.zip/cours/imsmanifest.xml": "package",
        "oai:1": "oai_dc",
        "lot.zip/t.csv#1": "row",
    }
    assert records["lot.zip/a/c.xml"].payload == LOM % b"c"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped({"image.png": b"x"}), "ni manifeste"),
        (zipped({}), "ni manifeste"),
        (zipped({"in.zip": zipped({"a.xml": LOM})}), "dans une archive"),
        (zipped({"../a.xml": LOM}), "sort du paquet"),
        (zipped({"a.xml": LOM})[:-10], "archive zip entière"),
        (b"", "archive zip entière"),
    ],
)
def test_an_archive_that_holds_no_record_is_refused_with_the_reason(tmp_path, content, reason):
    write(tmp_path, "lot.zip", content=content)
    [record] = found(tmp_path).values()
    assert record.format == "package"
    assert reason in record.fault


def test_a_broken_file_of_an_archive_costs_only_itself(tmp_path):
    content = zipped({"a.xml": LOM % b"aaaa", "b.xml": LOM % b"bbbb"})
    write(tmp_path, "lot.zip", content=content.replace(b">aaaa<", b">aaab<"))
    records = found(tmp_path)
    assert "illisible" in records["lot.zip/a.xml"].fault
    assert records["lot.zip/b.xml"].fault == ""


def test_the_packages_of_the_corpus_are_one_record_each():
    records = found(shared("scorm"))
    names = {name.rpartition("/")[2] for name in records}
    assert "metadata_course.xml" not in names
    manifests = [
        path for path in shared("scorm").rglob("*") if path.name in ("imsmanifest.xml", "cmi5.xml")
    ]
    assert len([one for one in records.values() if one.format == "package"]) == len(manifests)
    broken = records["rustici-golf-scorm12/MalformedXml_SCORM12/imsmanifest.xml"]
    with pytest.raises(metadata.ParseError, match="ligne 27"):
        metadata.parse(broken)


def test_hostile_files_are_records_at_fault_or_are_read_and_nothing_else():
    before = resident()
    names, error = names_and_error(shared("attacks"))
    assert resident() - before < 200_000_000  # the bombs inflate to gigabytes
    assert "(1 fichier ou dossier)\u00a0: truncated.xml" in error
    assert {"bomb_500MB.zip", "ok.zip", "deep_3000.xml"} <= {*names}


# --- Pages and cursors ----------------------------------------------------------------------------


def test_pages_have_a_bounded_size(tmp_path):
    write(tmp_path, *(f"{number:03}.xml" for number in range(250)))
    assert [len(page) for page in pages(tmp_path)] == [PAGE_RECORDS, PAGE_RECORDS, 50]
    write(tmp_path, *(f"{number:03}.xml" for number in range(3)), content=LOM % (b"x" * 3_000_000))
    assert len(pages(tmp_path)[0]) == 2


NAMES = st.lists(st.sampled_from(["a", "b", "a.b", "é", "z", "a-b"]), min_size=1, max_size=3)


@settings(max_examples=50, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=12), st.data())
def test_a_walk_goes_on_from_any_cursor(tmp_path_factory, paths, data):
    root = tmp_path_factory.mktemp("walk")
    for number, path in enumerate(paths):
        folders = "/".join(f"{name}.d" for name in path[:-1])
        write(root / folders, f"{path[-1]}.{'csv' if number % 3 == 0 else 'xml'}")
    for table in root.rglob("*.csv"):
        table.write_text("titre\nUn\nDeux\nTrois\n")
    whole = [record.identifier for record in records_at(str(root))]
    marks = [page.cursor for page in single(root)]
    assert len(marks) == len(whole)
    at = data.draw(st.integers(0, len(marks) - 1))
    assert [name for page in pages(root, marks[at]) for name in page] == whole[at + 1 :]


def single(root: Path):
    """Pages of one record, so that every cursor is seen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.source.PAGE_RECORDS", 1)
        yield from FilesSource(key="k", place=str(root)).pages(None, "")


def test_a_walk_goes_on_when_the_file_it_was_at_is_gone(tmp_path):
    write(tmp_path, "a.xml", "b/c.xml", "d.xml")
    cursor = json.dumps(["b/bb.xml", 1])
    assert pages(tmp_path, cursor) == [["b/c.xml", "d.xml"]]


@pytest.mark.parametrize("cursor", ["x", "12", '["a"]', '["a", "b"]', "{}", "null"])
def test_a_cursor_of_another_kind_is_stale(tmp_path, cursor):
    with pytest.raises(StaleCursor):
        pages(tmp_path, cursor)


def test_a_file_removed_on_the_way_is_passed_over(tmp_path):
    write(tmp_path, *(f"{number:03}.xml" for number in range(150)))
    given = FilesSource(key="k", place=str(tmp_path)).pages(None, "")
    next(given)
    (tmp_path / "120.xml").unlink()
    assert len(next(given).records) == 49


def test_many_files_are_walked_in_constant_memory(tmp_path):
    for number in range(2_000):
        write(tmp_path, f"{number % 50:02}/{number:05}.xml", content=LOM % (b"x" * 30_000))
    count, grown = growth(records_at(str(tmp_path)), every=100)
    assert count == 2_000
    assert grown < 25_000_000  # of 60: what the allocator holds depends on the tests before
