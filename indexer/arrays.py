"""The index as arrays: what answers queries. Knows nothing of files, nor of how a query is written.

A segment never changes once written, so what is read of it is kept; a View puts the segments of one
commit end to end, without the documents deleted since. What it says (who has a word, how long texts
are) is about the documents that are there and no other: two indexes of the same documents answer
the same, whatever their history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from metadata.case import PUBLIC

from .analysis import PLACE_BITS
from .spelling import Lexicon, Lexicons, Spelling

T = TypeVar("T", bound=np.generic)
Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

#: The value of a facet for whoever does not say it.
UNSAID = "-"

#: Beside the facets, the classes that a document names: not those of the cycle it says.
NAMED = "niveau nommé"


class Row(NamedTuple):
    """What is kept of one document beside its words."""

    slug: str
    length: int  # in words, as they count
    family: str
    title: str  # as titles are sorted
    updated: int  # seconds since 1970, 0 when unknown
    completeness: float
    dead: bool  # its link has not answered for long
    facets: Mapping[str, str]  # parameter, or NAMED -> values, joined by spaces


class Posting(NamedTuple):
    """The documents that have something, in order, and how much of it each has."""

    ids: Ids
    weights: Floats


class Leaf(Protocol):
    """One segment on disk, read piece by piece when first asked for."""

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Its documents and their numbers, without those deleted when it was opened."""

    def postings(self, term: str) -> Sequence[Posting]:
        """The documents that say a term, once for each way they write it."""

    def places(self, term: str) -> Sequence[tuple[int, Sequence[int]]]:
        """The places of a term in each document, once for each way it is written."""

    def spellings(self) -> Sequence[Spelling]: ...


class Segment:
    """What is kept in memory of one segment."""

    def __init__(self, leaf: Leaf, size: int, facets: Sequence[str]) -> None:
        rows = [Row("", 0, "", "", 0, 0.0, False, {})] * size
        for number, row in leaf.rows():
            rows[number] = row
        self.leaf = leaf
        self.size = size
        self.slugs: Texts = np.array([row.slug for row in rows], dtype=np.object_)
        self.heads: Texts = np.array([row.family for row in rows], dtype=np.object_)
        self.titles: Texts = np.array([row.title for row in rows], dtype=np.object_)
        self.updated: Ids = np.array([row.updated for row in rows], dtype=np.int64)
        self.completeness: Floats = np.array([row.completeness for row in rows], dtype=np.float64)
        self.dead: Flags = np.array([row.dead for row in rows], dtype=np.bool_)
        self.standings: Ids = np.array([standing_of(row) for row in rows], dtype=np.int64)
        self.lengths: Ids = np.array([row.length for row in rows], dtype=np.int64)
        self.ties: Ids = np.array([tie_of(row.slug) for row in rows], dtype=np.int64)
        #: By facet: the sets of values met, and which of them each document has.
        self.choices = [encoded([row.facets.get(name, UNSAID) for row in rows]) for name in facets]
        self._postings: dict[str, Posting] = {}

    def posting(self, term: str) -> Posting:
        known = self._postings.get(term)
        if known is None:
            known = united(self.leaf.postings(term))
            if len(known.ids):
                self._postings[term] = known
        return known

    def spots(self, term: str) -> Ids:
        """Every occurrence of a term, in order: its document and its place there in one number."""
        return np.array(
            sorted(
                document << PLACE_BITS | place
                for document, places in self.leaf.places(term)
                for place in places
            ),
            dtype=np.int64,
        )

    @cached_property
    def lexicon(self) -> Lexicon:
        return Lexicon(self.leaf.spellings())


def standing_of(row: Row) -> int:
    """The place of its qualification: in force, being looked at again, none."""
    badges = row.facets.get("badge", "").split()
    return next((place for place, face in enumerate(PUBLIC) if face in badges), len(PUBLIC))


def encoded(values: Iterable[str]) -> tuple[list[str], Ids]:
    """The distinct values, and for each value its number among them."""
    known: dict[str, int] = {}
    codes = [known.setdefault(value, len(known)) for value in values]
    return [*known], np.array(codes, dtype=np.int64)


def tie_of(slug: str) -> int:
    """What settles equal ranks: arbitrary, and the same in every index."""
    digest = hashlib.blake2b(slug.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


class View:
    """The documents of one commit, numbered from 0 across its segments."""

    #: Terms whose places are kept at hand for phrases.
    MOST_SPOTS = 64

    def __init__(self, segments: Sequence[tuple[Segment, Iterable[int]]]) -> None:
        self.segments = [segment for segment, _ in segments]
        self.bases = [0]
        for segment in self.segments:
            self.bases.append(self.bases[-1] + segment.size)
        self.size = self.bases[-1]
        self.alive: Flags = np.ones(self.size, dtype=np.bool_)
        for base, (_, deleted) in zip(self.bases, segments, strict=False):
            self.alive[[base + number for number in deleted]] = False
        self.everything: Ids = np.flatnonzero(self.alive)
        self.slugs = joined([segment.slugs for segment in self.segments], np.object_)
        self.updated = joined([segment.updated for segment in self.segments], np.int64)
        self.completeness = joined([segment.completeness for segment in self.segments], np.float64)
        self.dead = joined([segment.dead for segment in self.segments], np.bool_)
        self.standings = joined([segment.standings for segment in self.segments], np.int64)
        self.lengths = joined([segment.lengths for segment in self.segments], np.int64)
        self.ties = joined([segment.ties for segment in self.segments], np.int64)
        self.families, self.in_family = self._families()
        self._postings: dict[str, Posting] = {}
        self._spots: dict[str, Ids] = {}

    def _families(self) -> tuple[Ids, Flags]:
        """For each document the number of its family (its own when alone), and whether it has one."""
        heads = joined([segment.heads for segment in self.segments], np.object_)
        numbers: Ids = np.arange(self.size, dtype=np.int64)
        related: Flags = np.array(heads != "", dtype=np.bool_) & self.alive
        first: dict[str, int] = {}
        for number in np.flatnonzero(related).tolist():
            numbers[number] = first.setdefault(heads[number], number)
        return numbers, related

    @cached_property
    def title_ranks(self) -> Ids:
        titles = joined([segment.titles for segment in self.segments], np.object_)
        return np.unique(titles, return_inverse=True)[1]

    @cached_property
    def lexicons(self) -> Lexicons:
        return Lexicons([segment.lexicon for segment in self.segments])

    def posting(self, term: str) -> Posting:
        """The documents that say a term."""
        known = self._postings.get(term)
        if known is None:
            known = self._present(
                Posting(posting.ids + base, posting.weights)
                for base, posting in self._by_segment(term)
            )
            if len(known.ids):
                self._postings[term] = known
        return known

    def _by_segment(self, term: str) -> Iterator[tuple[int, Posting]]:
        for base, segment in zip(self.bases, self.segments, strict=False):
            yield base, segment.posting(term)

    def _present(self, postings: Iterable[Posting]) -> Posting:
        parts = [*postings]
        ids = joined([part.ids for part in parts], np.int64)
        weights = joined([part.weights for part in parts], np.float64)
        there = self.alive[ids]
        return Posting(ids, weights) if there.all() else Posting(ids[there], weights[there])

    def phrase(self, terms: Sequence[str], places: Sequence[int]) -> Posting:
        """The documents that say these terms at these distances, and how many times."""
        if len(terms) == 1:
            return self.posting(terms[0])
        ids = self.everything
        for term in terms:
            ids = common(ids, self.posting(term).ids)
        if not len(ids):  # spares reading their places
            return united([])
        # LONGEST leaves enough room that no place, less a distance, falls in the document before.
        spots = self._all_spots(terms[0])
        for term, place in zip(terms[1:], places[1:], strict=True):
            spots = common(spots, self._all_spots(term) - place)
        found, times = np.unique(spots >> PLACE_BITS, return_counts=True)
        return self._present([Posting(found, times.astype(np.float64))])

    def _all_spots(self, term: str) -> Ids:
        known = self._spots.get(term)
        if known is None:
            known = joined(
                [
                    segment.spots(term) + (base << PLACE_BITS)
                    for base, segment in zip(self.bases, self.segments, strict=False)
                ],
                np.int64,
            )
            while len(self._spots) >= self.MOST_SPOTS:
                self._spots.pop(next(iter(self._spots)), None)
            self._spots[term] = known
        return known


def joined(parts: Sequence[npt.NDArray[T]], kind: type[T]) -> npt.NDArray[T]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


def common(some: Ids, others: Ids) -> Ids:
    """What two increasing arrays share."""
    few, many = (some, others) if len(some) <= len(others) else (others, some)
    if not len(few):
        return few
    at = np.searchsorted(many, few)
    at[at == len(many)] = 0
    shared: Ids = few[many[at] == few]
    return shared


def united(postings: Sequence[Posting]) -> Posting:
    """The documents that any of these has, with the sum of what they have."""
    if len(postings) == 1:
        return postings[0]
    ids = joined([posting.ids for posting in postings], np.int64)
    weights = joined([posting.weights for posting in postings], np.float64)
    distinct, which = np.unique(ids, return_inverse=True)
    sums: Floats = np.zeros(len(distinct))
    np.add.at(sums, which, weights)
    return Posting(distinct, sums)
