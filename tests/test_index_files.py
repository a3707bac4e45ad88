"""The index on disk: durable, shared, and thrown away when it can no longer be read."""

import errno
import fcntl
import gc
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from whoosh import fields
from whoosh import index as whoosh_index

from indexer import analysis
from indexer.errors import SearchError
from indexer.search import Document, Query
from indexer.whoosh_engine import WhooshEngine

ROOT = Path(__file__).parent.parent


def batch(number: int, size: int = 5) -> list[Document]:
    return [
        Document(slug=f"b{number}-{n}", title=f"volcan {n}", description=f"lot {number}")
        for n in range(size)
    ]


def total(engine: WhooshEngine, text: str = "volcan") -> int:
    return engine.search(Query(text=text, literal=True)).total


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def leaks() -> Iterator[None]:
    """Where Whoosh fails, it leaves its files for the garbage collector to close."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def test_an_index_is_fresh_until_something_is_written(folder):
    engine = WhooshEngine(folder)
    assert engine.fresh
    assert engine.count() == 0
    engine.update([])
    assert engine.fresh
    engine.update(batch(1))
    assert not engine.fresh
    engine.replace([])
    assert not engine.fresh
    assert not WhooshEngine(folder).fresh


def test_what_another_process_writes_is_seen_at_once(folder):
    here, there = WhooshEngine(folder), WhooshEngine(folder)
    for number in range(3):
        there.update(batch(number))
        assert total(here) == there.count() == 5 * (number + 1)
    there.replace([])
    assert total(here) == 0


def test_the_folder_is_for_its_owner_alone(folder):
    folder.mkdir(mode=0o755)
    WhooshEngine(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_segments_are_few_and_hold_nothing_dead(folder):
    engine = WhooshEngine(folder)
    for number in range(60):
        engine.update(batch(number % 4))
    assert engine.count() == total(engine) == 20
    assert len([*folder.glob("*.seg")]) < 12


def test_a_seed_never_brings_the_same_segment_twice(folder):
    engine = WhooshEngine(folder)
    for number in range(4):
        random.seed(1)
        engine.update(batch(number))
    assert total(engine) == 20


def test_an_index_of_another_version_is_made_anew(folder, monkeypatch):
    WhooshEngine(folder).update(batch(1))
    monkeypatch.setattr(analysis, "VERSION", analysis.VERSION + 1)
    engine = WhooshEngine(folder)
    assert engine.fresh
    engine.update(batch(2))
    assert total(engine) == 5
    assert len([*folder.glob("*.seg")]) == 1


# Writers


def test_a_writer_waits_for_another_and_says_so_when_it_lasts(folder):
    engine = WhooshEngine(folder, patience=0.3)
    engine.update(batch(1))
    (lock,) = folder.glob("*_WRITELOCK")
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SearchError, match="Un autre processus"):
            engine.update(batch(2))
    engine.update(batch(2))
    assert total(engine) == 10


def test_writers_and_readers_never_trouble_one_another(folder):
    WhooshEngine(folder).update(batch(0))
    finished: list[str] = []

    def write(first: int) -> None:
        engine = WhooshEngine(folder)
        for number in range(first, first + 8):
            engine.update(batch(number))
        finished.append("writer")

    def read() -> None:
        engine = WhooshEngine(folder)
        for _ in range(60):
            found = total(engine)
            assert found % 5 == 0
            assert total(engine, "« volcan 3 »") * 5 >= found
        finished.append("reader")

    threads = [threading.Thread(target=write, args=(first,)) for first in (1, 101)]
    threads += [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(finished) == ["reader"] * 3 + ["writer"] * 2
    assert total(WhooshEngine(folder)) == 85


def test_one_engine_serves_many_threads(folder):
    engine = WhooshEngine(folder)
    for number in range(5):
        engine.update(batch(number, 40))
    wrong = []

    def read() -> None:
        for n in range(40):
            if total(engine, f"« volcan {n} »") != 5:
                wrong.append(n)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_full_disk_loses_nothing_and_leaves_nothing(leaks, folder, monkeypatch):
    engine = WhooshEngine(folder)
    engine.update(batch(1))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        for _ in range(3):
            with pytest.raises(SearchError, match="No space left"):
                engine.update(batch(2))
    assert total(engine) == total(WhooshEngine(folder)) == 5
    engine.update(batch(2))
    assert total(engine) == 10
    assert {path.suffix for path in folder.iterdir()} == {".seg", ".toc", ""}
    assert len([*folder.glob("*.seg")]) == 2


def test_what_killed_writers_and_other_versions_left_is_swept(folder):
    engine = WhooshEngine(folder)
    engine.update(batch(1))
    (toc,) = folder.glob("*.toc")
    name = toc.name.split("_")[1]
    stale = [f"{name}_0123456789abcdef.seg", f"_{name}_7.toc.1700000000.1", f"{name}_00.trm"]
    stale += ["balise000000000000_11.seg", "_balise000000000000_4.toc"]
    for each in stale:
        (folder / each).write_bytes(b"left")
    (folder / f"{name}.tmp").mkdir()
    (folder / f"{name}.tmp" / "some.run").write_bytes(b"left")
    (folder / "balise.sqlite").write_bytes(b"somebody else's")
    engine.update(batch(2))
    left = {path.name for path in folder.iterdir()}
    assert not left & {*stale, f"{name}.tmp"}
    assert "balise.sqlite" in left
    assert total(engine) == 10


def test_a_document_that_cannot_be_written_leaves_all_as_it_was(leaks, folder):
    engine = WhooshEngine(folder)
    engine.update(batch(1))
    with pytest.raises(AttributeError):
        engine.update([*batch(2), Document(slug="bad", title=None)])  # type: ignore[arg-type]
    assert total(engine) == 5
    engine.update(batch(2))
    assert total(engine) == 10


# Damage


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x80\x04K\x01."])
def test_an_index_that_cannot_be_opened_is_made_anew(leaks, folder, damage):
    WhooshEngine(folder).update(batch(1))
    for toc in folder.glob("*.toc"):
        toc.write_bytes(damage)
    engine = WhooshEngine(folder)
    assert engine.fresh
    engine.update(batch(2))
    assert total(engine) == 5


@pytest.mark.parametrize("change", [lambda data: data[:200], lambda data: b"\0" * len(data)])
def test_an_index_that_cannot_be_read_is_made_anew(leaks, folder, change):
    WhooshEngine(folder).update(batch(1))
    (segment,) = folder.glob("*.seg")
    segment.write_bytes(change(segment.read_bytes()))
    engine = WhooshEngine(folder)
    with pytest.raises(SearchError, match="balise index"):
        total(engine)
    assert engine.fresh
    assert total(engine) == 0
    engine.update(batch(2))
    assert total(engine) == total(WhooshEngine(folder)) == 5


def test_a_segment_that_is_gone_is_made_anew_by_whoever_writes(leaks, folder):
    engine = WhooshEngine(folder)
    engine.update(batch(1))
    (segment,) = folder.glob("*.seg")
    segment.unlink()
    with pytest.raises(SearchError, match="balise index"):
        engine.update(batch(2))
    assert engine.fresh
    engine.update(batch(2))
    assert total(engine) == 5


@pytest.mark.slow
def test_a_bit_gone_wrong_anywhere_is_answered_or_said(leaks, folder, tmp_path):
    engine = WhooshEngine(folder)
    engine.update(batch(1, 30))
    chance = random.Random(11)
    (segment,) = folder.glob("*.seg")
    (toc,) = folder.glob("*.toc")
    for number in range(60):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(folder, copy)
        path = copy / chance.choice([segment.name, segment.name, segment.name, toc.name])
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        damaged = WhooshEngine(copy)
        try:
            total(damaged)
            damaged.search(Query(text="« volcan 3 » lo*"))
            damaged.complete("volc")
            damaged.update(batch(2))
        except SearchError:
            assert damaged.fresh
            damaged.update(batch(2))
            assert total(damaged) == 5


def test_an_index_folder_that_vanishes_is_said(leaks, folder):
    engine = WhooshEngine(folder, patience=0.1)
    engine.update(batch(1))
    shutil.rmtree(folder)
    with pytest.raises(SearchError):
        engine.update(batch(2))


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SearchError, match="inaccessible"):
        WhooshEngine(tmp_path / "file" / "index")


# Power loss: what is on the disk is what was flushed, and nothing else


class Disk:
    """A disk that forgets what was not flushed: its states, as power might have left them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.flushed: dict[int, bytes] = {}  # by inode
        self.listed: dict[str, int] = {}  # names whose folder was flushed
        self.states: list[dict[str, bytes]] = []
        for name in ("fsync", "rename", "remove", "unlink"):
            monkeypatch.setattr(os, name, self._watched(name, getattr(os, name)))

    def _watched(self, name, call):
        def watched(*arguments, **options):
            result = call(*arguments, **options)
            if name == "fsync":
                self._flush(arguments[0])
            self._remember()
            return result

        return watched

    def _flush(self, descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if path == self.folder:
            self.listed = self._names()
        else:
            self.flushed[path.stat().st_ino] = path.read_bytes()

    def _names(self) -> dict[str, int]:
        return {path.name: path.stat().st_ino for path in self.folder.iterdir() if path.is_file()}

    def _remember(self) -> None:
        for names in (self._names(), self.listed):
            state = {name: self.flushed.get(inode, b"") for name, inode in names.items()}
            if state not in self.states:
                self.states.append(state)

    def after_power_loss(self, tmp_path: Path) -> Iterator[Path]:
        for number, state in enumerate(self.states):
            place = tmp_path / f"state{number}"
            place.mkdir()
            for name, data in state.items():
                (place / name).write_bytes(data)
            yield place


def test_power_loss_leaves_the_index_before_or_after_a_commit(leaks, folder, tmp_path, monkeypatch):
    folder.mkdir()
    with monkeypatch.context() as patched:
        disk = Disk(folder, patched)
        WhooshEngine(folder).update(batch(1))
        WhooshEngine(folder).update(batch(2), ["b1-0"])
        WhooshEngine(folder).replace([])
    assert len(disk.states) > 20
    kept = [WhooshEngine(place) for place in disk.after_power_loss(tmp_path)]
    assert {total(engine) for engine in kept} == {0, 5, 9}
    # Fresh again would mean unreadable: only the states before the first commit are.
    assert [engine.fresh for engine in kept] == sorted(
        (engine.fresh for engine in kept), reverse=True
    )


def test_the_same_disk_breaks_an_index_that_whoosh_keeps_alone(
    leaks, folder, tmp_path, monkeypatch
):
    folder.mkdir()
    schema = fields.Schema(title=fields.TEXT(stored=True))
    with monkeypatch.context() as patched:
        disk = Disk(folder, patched)
        made = whoosh_index.create_in(folder, schema)
        for number in range(2):
            with made.writer() as writer:
                writer.add_document(title=f"volcan {number}")
    unreadable = 0
    for place in disk.after_power_loss(tmp_path):
        try:
            whoosh_index.open_dir(place).doc_count()
        except Exception:  # noqa: BLE001 (a dozen types: whatever half a pickle raises)
            unreadable += 1
    assert unreadable


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_loses_no_commit(folder):
    writer = """
import sys
from pathlib import Path
from indexer.search import Document
from indexer.whoosh_engine import WhooshEngine
engine = WhooshEngine(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10_000):
    engine.update([Document(slug=f"{number}-{n}", title="volcan") for n in range(5)])
    print(number + 1, flush=True)
"""
    chance, done = random.Random(4), 0
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", writer, folder, str(done)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        said = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
        process.stdout.close()
        process.wait()
        acknowledged = int(said.split()[-1]) if said.split() else done
        engine = WhooshEngine(folder)
        assert total(engine) == engine.count()
        assert engine.count() % 5 == 0
        assert engine.count() >= 5 * acknowledged
        done = engine.count() // 5
