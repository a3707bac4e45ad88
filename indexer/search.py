"""What the rest of the code expects of a search engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What the engine knows of one published entry: texts to find it by, values to filter it by."""

    slug: str
    title: str
    keywords: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()  # labels of its disciplines, levels and types
    description: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # parameter -> value slugs
    family: str = ""  # slug of the head of its family, its own when it is the head, "" when alone
    updated: datetime | None = None
    completeness: float = 0.0  # 0 to 1
    implied: tuple[str, ...] = ()  # the classes it does not name: its cycle or its school does
    dead: bool = False  # its link has not answered for a month


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What a reader asks: words, chosen facet values, order, and which page (from 1).

    `text` is in Balise's own small grammar (see query.py). `literal` switches off the recognition
    of filters in the words, the mending of spelling and the search for what is near: nothing is
    understood but what is written.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # "-" = not said
    sort: str = "pertinence"  # pertinence | date | titre | qualification
    page: int = 1
    size: int = 10
    literal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    slug: str
    score: float = 0.0
    members: tuple[str, ...] = ()  # the other entries of the family that match too


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """A filter recognised in the words: which words, what they were taken to mean, and the others."""

    words: str
    facet: str
    value: str
    rest: str = ""  # the query without these words


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """An answer. A family counts once in `total`, in `hits` and in each facet's counts.

    `facets` gives, for each parameter, the count of every value over the matches, the facet's own
    selection set aside; "-" counts those that do not say, and `over` all of them. A filter in
    `understood` is in force; one in `ignored` was recognised too, but left nothing, and its words
    were looked for as words. The last `near` of the total do not say all that was asked: what says
    it all fills less than a page. `relaxed` names the words that the best of them lacks, when
    nothing says it all. Where a word is nobody's, `suggestion` is the whole query with the word
    that it resembles; `corrected` says that this is what was answered.
    """

    total: int = 0
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    over: Mapping[str, int] = field(default_factory=dict)
    understood: tuple[Understood, ...] = ()
    ignored: tuple[Understood, ...] = ()
    near: int = 0
    relaxed: tuple[str, ...] = ()
    suggestion: str = ""  # did-you-mean; only when there is little
    corrected: bool = False


class SearchEngine(Protocol):
    """An index of documents. It can be thrown away and made again from the store."""

    def update(self, documents: Iterable[Document], deleted: Iterable[str] = ()) -> None:
        """Add or replace these documents and drop the other slugs, in one durable commit."""

    def replace(self, documents: Iterable[Document]) -> None:
        """Hold these and nothing else, in one durable commit: until then it answers as before."""

    def search(self, query: Query) -> Results:
        """Raise InvalidQuery when the text, a facet or the order cannot be read as a query."""

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Words of the index, as written, that begin so; the most frequent first."""

    def similar(self, document: Document, count: int) -> tuple[str, ...]:
        """The slugs of those most like this one: same subject and level first, its family left out."""

    def count(self) -> int:
        """How many documents the index holds."""

    @property
    def fresh(self) -> bool:
        """Nothing was ever written to it: it is new, or had to be thrown away and made again."""
