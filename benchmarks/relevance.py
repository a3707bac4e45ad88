"""How well searches are answered: nDCG@10 over queries judged by hand, beside Whoosh as documented.

    .venv/bin/python benchmarks/relevance.py [--worst N | --pool]

relevance/queries.toml holds the queries, in the words of teachers, and what somebody who read the
notices of the bundled sample and of the corpus judged: 3 what was asked, 2 it would serve, 1 it is
near, 0 no. `--worst` shows the queries answered worst; `--pool` shows, in an order that says
nothing, what the first ten of three rankers hold and nobody has judged yet.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import log2
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from whoosh import fields, qparser
from whoosh import index as whoosh_index
from whoosh.analysis import LanguageAnalyzer

import sample
from indexer.documents import catch_up, document
from indexer.entry import Entry
from indexer.files import FilesSource
from indexer.harvest import harvest
from indexer.search import Query
from indexer.source import SourceInfo
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from installation import Balises
from metadata.hints import draft, propose
from settings import load
from tests.corpus import SHARED
from tests.hinted import snapshot_of

QUERIES = Path(__file__).parent / "relevance" / "queries.toml"

#: What a quarter of the queries is about.
KINDS = {
    "niveaux": "level and mode",
    "synonymes": "synonyms, abbreviations",
    "fautes": "misspelt, no accents",
    "plusieurs": "several concepts",
}

GRADES = (3, 2, 1, 0)
DEPTH = 10

#: A query, to what it finds: slugs, the best first.
Ranker = Callable[[str], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A query and its judgements, by "source/identifier"."""

    text: str
    kind: str
    clean: str  # the same without fault; the text itself when it has none
    grades: Mapping[str, int]


def judged() -> tuple[Judged, ...]:
    rows = tomllib.loads(QUERIES.read_text(encoding="utf-8"))["query"]
    return tuple(
        Judged(
            text=row["text"],
            kind=row["kind"],
            clean=row.get("clean", row["text"]),
            grades={name: grade for grade in GRADES for name in row.get(str(grade), ())},
        )
        for row in rows
    )


class Catalogue:
    """The bundled sample, and the corpus if there is one, found by three rankers."""

    def __init__(self, folder: Path, corpus: Path | None) -> None:
        self.store = SqlStore(f"sqlite:///{folder}/balise.sqlite")
        self._harvest(folder, corpus)
        self.engine = WhooshEngine(folder / "index")
        catch_up(self.store, self.engine)
        self.entries = {entry.slug: entry for entry in self.store.read(self.store.slugs())}
        self.peer = Peer(folder / "peer", self.entries.values())

    def _harvest(self, folder: Path, corpus: Path | None) -> None:
        settings = load(sample.CONFIGURATION)
        now = datetime(2026, 9, 1, tzinfo=UTC)
        for given in settings.source:
            about = replace(given.info(), publish="all")  # what is ranked is all there is
            harvest(Balises(settings).source(given), about, self.store, now=now)
        for key, place in places(corpus, folder) if corpus else ():
            info = SourceInfo(key=key, title=key, publish="all")
            harvest(FilesSource(key=key, place=str(place)), info, self.store, now=now)

    def ours(self, text: str) -> list[str]:
        return [hit.slug for hit in self.engine.search(Query(text=text, size=DEPTH)).hits]


def places(corpus: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """The folders of the corpus that hold notices; of its projects, what the bot would propose."""
    yield from ((key, corpus / key) for key in ("notices", "oai", "scorm", "h5p"))
    for project in sorted(path for path in (corpus / "projects").iterdir() if path.is_dir()):
        proposal = propose(snapshot_of(project))
        if proposal.education:
            place = folder / "projects" / project.name
            place.mkdir(parents=True)
            (place / "commun.yml").write_bytes(draft(proposal))
    yield "projects", folder / "projects"


class Peer:
    """Whoosh as documented, a field for each text; and its BM25 over all text, any word enough."""

    FIELDS = ("title", "keywords", "subjects", "description")

    def __init__(self, folder: Path, entries: Iterable[Entry]) -> None:
        folder.mkdir()
        text = LanguageAnalyzer("fr")
        named = {name: fields.TEXT(text) for name in (*self.FIELDS, "everything")}
        schema = fields.Schema(slug=fields.ID(unique=True, stored=True), **named)
        index = whoosh_index.create_in(folder, schema)
        with index.writer() as writer:
            for entry in entries:
                told = document(entry)
                texts = (
                    told.title,
                    ", ".join(told.keywords),
                    ", ".join(told.subjects),
                    told.description,
                )
                said = dict(zip(self.FIELDS, texts, strict=True), everything="\n".join(texts))
                writer.add_document(slug=told.slug, **said)
        self._searcher = index.searcher()
        self._documented = qparser.MultifieldParser([*self.FIELDS], schema)
        self._any = qparser.QueryParser("everything", schema, group=qparser.OrGroup)

    def documented(self, text: str) -> list[str]:
        return self._found(self._documented, text)

    def any_word(self, text: str) -> list[str]:
        return self._found(self._any, text)

    def _found(self, parser: Any, text: str) -> list[str]:
        results = self._searcher.search(parser.parse(text), limit=3 * DEPTH)
        return [hit["slug"] for hit in results]


class Scorer:
    """nDCG@10 of rankers. A family is one answer, worth the best of its members."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._units = {slug: entry.family or slug for slug, entry in entries.items()}
        self._names = {name_of(entry): slug for slug, entry in entries.items()}

    def grades(self, query: Judged) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, grade in query.grades.items():
            if slug := self._names.get(name):
                unit = self._units[slug]
                found[unit] = max(grade, found.get(unit, 0))
        return found

    def can_be_answered(self, query: Judged) -> bool:
        return any(self.grades(query).values())

    def ndcg(self, query: Judged, slugs: Iterable[str]) -> float:
        grades = self.grades(query)
        shown = dict.fromkeys(self._units[slug] for slug in slugs)
        got = gain([grades.get(unit, 0) for unit in shown])
        return got / gain(sorted(grades.values(), reverse=True))


def gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades[:DEPTH]))


def name_of(entry: Entry) -> str:
    """What judgements know an entry by; a project of several resources counts their parts."""
    return f"{entry.source}/{entry.identifier}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Mean nDCG@10 by kind ("" for all), ours and Whoosh's, and what faults cost."""

    ours: Mapping[str, float]
    whoosh: Mapping[str, float]
    lost: float  # points of the faulty variants below their clean forms

    @property
    def closed(self) -> float:
        """The share of the gap between Whoosh and a perfect answer."""
        return (self.ours[""] - self.whoosh[""]) / (1 - self.whoosh[""])


def report(catalogue: Catalogue, queries: Iterable[Judged]) -> Report:
    scorer = Scorer(catalogue.entries)
    asked = [query for query in queries if scorer.can_be_answered(query)]

    def by_kind(rank: Ranker) -> dict[str, float]:
        scores = {query.text: scorer.ndcg(query, rank(query.text)) for query in asked}
        return {
            kind: mean(scores[query.text] for query in asked if kind in ("", query.kind))
            for kind in ("", *KINDS)
        }

    faulty = [query for query in asked if query.clean != query.text]
    clean = mean(scorer.ndcg(query, catalogue.ours(query.clean)) for query in faulty)
    ours = by_kind(catalogue.ours)
    lost = clean - mean(scorer.ndcg(query, catalogue.ours(query.text)) for query in faulty)
    return Report(ours=ours, whoosh=by_kind(catalogue.peer.documented), lost=lost)


def mean(values: Iterable[float]) -> float:
    several = [*values]
    return sum(several) / max(1, len(several))


@contextmanager
def loaded() -> Iterator[Catalogue]:
    with tempfile.TemporaryDirectory() as folder:
        catalogue = Catalogue(Path(folder), SHARED if SHARED.is_dir() else None)
        yield catalogue
        catalogue.store.close()


def pool(catalogue: Catalogue, query: Judged) -> list[Entry]:
    """What the rankers find and nobody has judged, in an order that says nothing."""
    peer = catalogue.peer
    found = {
        slug
        for rank in (catalogue.ours, peer.documented, peer.any_word)
        for text in (query.text, query.clean)
        for slug in rank(text)[:DEPTH]
    }
    entries = [catalogue.entries[slug] for slug in found]
    left = [entry for entry in entries if name_of(entry) not in query.grades]
    return sorted(
        left, key=lambda entry: hashlib.sha256((query.text + entry.slug).encode()).digest()
    )


def show_pool(catalogue: Catalogue) -> None:
    for query in judged():
        print(f"\n{query.text}")
        for entry in pool(catalogue, query):
            told = document(entry)
            levels = ", ".join(told.facets.get("niveau", ()))
            print(f"  {name_of(entry)} | {told.title} | {levels} | {told.description[:160]!r}")


def show_worst(catalogue: Catalogue, count: int) -> None:
    scorer = Scorer(catalogue.entries)
    scored = [(scorer.ndcg(query, catalogue.ours(query.text)), query) for query in judged()]
    for score, query in sorted(scored, key=lambda each: each[0])[:count]:
        print(f"\n{score:.2f} {query.text}")
        for slug in catalogue.ours(query.text):
            entry = catalogue.entries[slug]
            print(f"  {query.grades.get(name_of(entry), '?')} {name_of(entry)} | {entry.title}")


def main(arguments: Sequence[str]) -> None:
    with loaded() as catalogue:
        if "--pool" in arguments:
            show_pool(catalogue)
            return
        if "--worst" in arguments:
            show_worst(catalogue, int(arguments[-1]))
        found = report(catalogue, judged())
    print(f"{'nDCG@10':24} | {'ours':>6} | {'Whoosh':>6}")
    for kind, label in {"": "all", **KINDS}.items():
        print(f"{label:24} | {found.ours[kind]:6.3f} | {found.whoosh[kind]:6.3f}")
    print(f"gap closed: {found.closed:.0%}; lost to faults: {100 * found.lost:.1f} points")


if __name__ == "__main__":
    main(sys.argv[1:])
