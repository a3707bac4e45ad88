"""How many records a second are read, stored and indexed, and in how much memory.

Over an invented feed (feed.py), beside what the libraries underneath do alone. See README.md.
"""

# mypy: allow-untyped-calls
# (Whoosh is typed in part only.)

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from feed import PAGE, PREFIX, URL, Feed
from lxml import etree
from watch import Watch, peak
from whoosh import fields, index
from whoosh.analysis.analyzers import LanguageAnalyzer

from indexer.documents import BATCH, catch_up, document
from indexer.entry import Outcome
from indexer.harvest import harvest
from indexer.oaipmh import OaiPmhSource
from indexer.search import Document
from indexer.source import SourceInfo
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata import RawRecord, parse

#: How much longer the feed is whose harvest must not take more memory.
LONGER = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """What one step took, what was made for it left out; `peak` is the memory of its process."""

    step: str
    records: int
    wall: float  # seconds
    cpu: float  # seconds
    peak: float  # megabytes
    goal: str = ""

    @property
    def per_second(self) -> float:
        return self.records / self.wall

    @property
    def per_cpu_second(self) -> float:
        return self.records / self.cpu


# --- The steps, each in a process of its own --------------------------------------------------


def read(folder: Path, records: int, seed: int) -> Measure:
    """From bytes to Record."""
    making = Watch()
    notices = Feed(records, seed, making).notices()

    def work() -> None:
        for notice in notices:
            parse(RawRecord(identifier="", format="lomfr", payload=notice))

    return measured("lire", records, work, making)


def read_and_store(folder: Path, records: int, seed: int) -> Measure:
    """A whole harvest: pages, records, names, relations, database."""
    making = Watch()
    feed = Feed(records, seed, making)
    source = OaiPmhSource(key="banc", url=URL, prefix=PREFIX, fetch=feed.fetch)
    store = SqlStore(address(folder))

    def work() -> None:
        report = harvest(source, SourceInfo(key="banc"), store, now=datetime.now(UTC))
        assert report.counts[Outcome.NEW] == records, report

    return measured("lire et ranger", records, work, making, "800/s, 300 Mo")


def index_all(folder: Path, records: int, seed: int) -> Measure:
    """From the database to the index: read again, told in documents, analysed, written."""
    store, engine = SqlStore(address(folder)), WhooshEngine(folder / "index")

    def work() -> None:
        catch_up(store, engine)
        assert engine.count() == records

    return measured("indexer", records, work, Watch(), "600/s")


# --- The peers --------------------------------------------------------------------------------


def only_titles(folder: Path, records: int, seed: int) -> Measure:
    """lxml alone: parse, and find the title."""
    making = Watch()
    notices = Feed(records, seed, making).notices()

    def work() -> None:
        for notice in notices:
            assert etree.fromstring(notice).findtext("{*}general/{*}title/{*}string")

    return measured("lxml seul : le titre", records, work, making)


def only_bytes(folder: Path, records: int, seed: int) -> Measure:
    """sqlite3 alone: the same bytes, compressed alike, in as many transactions."""
    making = Watch()
    notices = enumerate(Feed(records, seed, making).notices())
    db = sqlite3.connect(folder / "pair.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE kept (number INTEGER PRIMARY KEY, payload BLOB)")

    def work() -> None:
        while page := [
            (number, zlib.compress(notice, 1)) for number, notice in islice(notices, PAGE)
        ]:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO kept VALUES (?, ?)", page)
            db.execute("COMMIT")

    return measured("sqlite3 seul : les octets", records, work, making)


def only_words(folder: Path, records: int, seed: int) -> Measure:
    """Whoosh alone, as its manual shows it: the same texts, its own French analysis."""
    words = fields.TEXT(analyzer=LanguageAnalyzer("fr"))
    schema = fields.Schema(slug=fields.ID(stored=True, unique=True), text=words)
    (folder / "pair").mkdir()
    found = index.create_in(str(folder / "pair"), schema)
    making = Watch()
    documents = all_documents(SqlStore(address(folder)), making)

    def work() -> None:
        while batch := [*islice(documents, BATCH)]:
            writer = found.writer()
            for each in batch:
                writer.add_document(slug=each.slug, text="\n".join(texts(each)))
            writer.commit()

    return measured("Whoosh seul : les mots", records, work, making)


def all_documents(store: SqlStore, making: Watch) -> Iterator[Document]:
    entries = store.read(store.slugs())
    while True:
        with making:
            entry = next(entries, None)
            if entry is None:
                return
            made = document(entry)
        yield made


def texts(made: Document) -> Iterator[str]:
    yield made.title
    yield from made.keywords
    yield from made.subjects
    yield made.description


# --- Measuring --------------------------------------------------------------------------------


def address(folder: Path) -> str:
    return f"sqlite:///{folder}/balise.sqlite"


def measured(
    step: str, records: int, work: Callable[[], None], making: Watch, goal: str = ""
) -> Measure:
    """What the work takes, without the making of what it works on."""
    made_wall, made_cpu, watch = making.wall, making.cpu, Watch()
    with watch:
        work()
    return Measure(
        step=step,
        records=records,
        wall=watch.wall - (making.wall - made_wall),
        cpu=watch.cpu - (making.cpu - made_cpu),
        peak=peak(),
        goal=goal,
    )


Step = Callable[[Path, int, int], Measure]

STEPS: tuple[Step, ...] = (read, only_titles, read_and_store, only_bytes, index_all, only_words)


def apart(step: Step, folder: Path, records: int, seed: int) -> Measure:
    """Do a step in a process of its own, whose memory is its alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(step, folder, records, seed).result()


def all_steps(records: int, seed: int) -> Iterator[Measure]:
    with TemporaryDirectory() as folder:
        for step in STEPS:
            yield apart(step, Path(folder), records, seed)


def longer(records: int, seed: int) -> Iterator[Measure]:
    """The harvest alone, of a longer feed: for its memory."""
    with TemporaryDirectory() as folder:
        yield apart(read_and_store, Path(folder), LONGER * records, seed)


# --- Telling ----------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--records", type=int, default=10_000, help="length of the feed")
    parser.add_argument("--seed", type=int, default=1, help="another feed of the same kind")
    parser.add_argument(
        "--flat", action="store_true", help=f"harvest a feed {LONGER} times longer too"
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    asked = parser.parse_args()
    measures = []
    if not asked.json:
        print(f"{os.cpu_count()} cœurs, charge {os.getloadavg()[0]:.1f}\n\n{HEADER}", flush=True)
    for measure in steps(asked.records, asked.seed, flat=asked.flat):
        measures.append(measure)
        if not asked.json:
            print(row(measure), flush=True)
    if asked.json:
        machine = {"cores": os.cpu_count(), "load": os.getloadavg()[0]}
        print(json.dumps(machine | {"measures": [asdict(each) for each in measures]}, indent=2))


def steps(records: int, seed: int, *, flat: bool) -> Iterator[Measure]:
    yield from all_steps(records, seed)
    if flat:
        yield from longer(records, seed)


HEADER = (
    f"{'étape':26} {'notices':>8} {'notices/s':>10} {'par s de CPU':>13} {'mémoire':>10}  objectif"
)


def row(measure: Measure) -> str:
    return (
        f"{measure.step:26} {measure.records:8} {measure.per_second:10.0f}"
        f" {measure.per_cpu_second:13.0f} {measure.peak:7.0f} Mo  {measure.goal}"
    )


if __name__ == "__main__":
    main()
