"""How fast the index is made and answers, beside Whoosh used as its documentation shows.

    .venv/bin/python benchmarks/search.py [DOCUMENTS]

Both hold the same documents and answer the same 300 queries of one to four words, the best twenty
and the counts of eight facets over all matches. Whoosh answers one query in ten: it is slow.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from whoosh import fields, qparser, sorting
from whoosh import index as whoosh_index
from whoosh.analysis import LanguageAnalyzer

from indexer.analysis import WORD, read
from indexer.documents import BATCH
from indexer.search import Document, Query
from indexer.whoosh_engine import WhooshEngine
from metadata.vocabulary import SUBJECTS, scolomfr

FACETS = {
    "niveau": 20,
    "discipline": 40,
    "type": 20,
    "usage": 12,
    "public": 8,
    "licence": 8,
    "langue": 6,
    "source": 15,
}


class Words:
    """The words of the vocabulary of disciplines, the first ones much more frequent."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        labels = " ".join(concept.label for concept in scolomfr().members(SUBJECTS))
        self.pool = sorted({word.lower() for word in WORD.findall(labels) if not read(word)[2]})
        random.Random(1).shuffle(self.pool)
        self.weights = [*accumulate(1 / (rank + 3) for rank in range(len(self.pool)))]

    def __call__(self, count: int) -> str:
        return " ".join(self.chance.choices(self.pool, cum_weights=self.weights, k=count))


def documents(count: int) -> Iterator[Document]:
    words, first = Words(seed=2), datetime(2015, 1, 1, tzinfo=UTC)
    for number in range(count):
        chance = words.chance
        yield Document(
            slug=f"ressource-{number}",
            title=words(6).capitalize(),
            keywords=(words(2), words(1), words(2)),
            subjects=(words(4),),
            description=words(60),
            facets={
                name: tuple(f"{name}-{chance.randrange(size)}" for _ in range(chance.randint(0, 3)))
                for name, size in FACETS.items()
            },
            family=f"ressource-{number // 20 * 20}" if number % 20 < 4 else "",
            updated=first + timedelta(days=chance.randrange(4000)),
            completeness=chance.random(),
        )


def queries(count: int = 300) -> list[str]:
    words = Words(seed=3)
    return [words(words.chance.randint(1, 4)) for _ in range(count)]


class Peer:
    """Whoosh as documented: one field each, MultifieldParser, groupedby."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        text = LanguageAnalyzer("fr")
        schema = fields.Schema(
            slug=fields.ID(unique=True, stored=True),
            title=fields.TEXT(text, field_boost=3.0),
            keywords=fields.TEXT(text, field_boost=2.0),
            description=fields.TEXT(text),
            **dict.fromkeys(FACETS, fields.KEYWORD),
        )
        self.index = whoosh_index.create_in(folder, schema)

    def update(self, documents: Iterable[Document]) -> None:
        with self.index.writer() as writer:
            for document in documents:
                writer.add_document(
                    slug=document.slug,
                    title=document.title,
                    keywords=" ".join(document.keywords),
                    description=" ".join((*document.subjects, document.description)),
                    **{name: " ".join(values) for name, values in document.facets.items()},
                )

    def open(self) -> None:
        self.searcher = self.index.searcher()
        self.parser = qparser.MultifieldParser(
            ["title", "keywords", "description"], self.index.schema
        )

    def search(self, text: str) -> int:
        grouped = sorting.Facets()
        for name in FACETS:
            grouped.add_field(name, allow_overlap=True, maptype=sorting.Count)
        results = self.searcher.search(self.parser.parse(text), limit=20, groupedby=grouped)
        for name in FACETS:
            results.groups(name)
        return len(results)


def seconds(task: Callable[[], object]) -> float:
    began = time.process_time()
    task()
    return time.process_time() - began


def build(update: Callable[[Iterable[Document]], None], given: Sequence[Document]) -> None:
    rest = iter(given)
    while batch := list(islice(rest, BATCH)):
        update(batch)


def spread(task: Callable[[str], object], texts: Sequence[str]) -> str:
    times = sorted(1000 * seconds(lambda text=text: task(text)) for text in texts)
    return " | ".join(f"{times[int(len(times) * part)]:8.2f}" for part in (0.5, 0.95, 0.999))


def main(count: int) -> None:
    given, texts = [*documents(count)], queries()
    filters = {"niveau": ("niveau-1", "niveau-2"), "langue": ("langue-1", "-")}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "index"
        engine = WhooshEngine(folder)
        ours = seconds(lambda: build(engine.update, given))
        peer = Peer(Path(place) / "peer")
        theirs = seconds(lambda: build(peer.update, given))
        print(f"{count} documents, processor time")
        print(f"build, documents/s    | ours {count / ours:7.0f} | Whoosh {count / theirs:7.0f}")
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"size, kB/document     | {size / count / 1000:.2f}")
        engine, before = WhooshEngine(folder), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"first answer, s       | {seconds(lambda: engine.search(Query())):.2f}")
        print("query, ms             |      p50 |      p95 |      max")

        def ask(**said: object) -> Callable[[str], object]:
            return lambda text: engine.search(Query(text=text, literal=True, size=20, **said))

        print("each word for the 1st time |", spread(ask(), texts))
        print("facets                |", spread(ask(), texts))
        print("facets, 2 filters     |", spread(ask(filters=filters), texts))
        print("facets, by date       |", spread(ask(sort="date"), texts))
        pairs = [f"« {' '.join(text.split()[:2])} »" for text in texts]
        print("phrases               |", spread(ask(), pairs))
        print("completion            |", spread(lambda t: engine.complete(t[:3]), texts))
        print("one slip              |", spread(ask(), [f"{t[:2]}x{t[2:]}" for t in texts[:50]]))
        peer.open()
        print("Whoosh as documented  |", spread(peer.search, texts[::10]))
        one = seconds(lambda: engine.update(given[:1]))
        seen = seconds(lambda: engine.search(Query()))
        print(f"one document: update {1000 * one:.0f} ms, seen after {1000 * seen:.0f} ms")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f"memory grown while answering, peer included: {grown // 1000} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
