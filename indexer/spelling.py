"""The words of the index as people write them: completion, prefixes, did-you-mean."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from heapq import nlargest
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from metadata.vocabulary import key_of

from .analysis import STOP

#: How alike two words must be (Damerau-Levenshtein, 0 to 1) for one to be proposed for the other.
ALIKE = 0.65

#: Shorter words are too near to too many others.
SHORTEST = 4

#: How many words a prefix may stand for.
MOST_EXPANSIONS = 50


class Spelling(NamedTuple):
    """A word of the index: the term it stands for, how it is written, in how many documents."""

    term: str
    written: str
    documents: int


class Lexicon:
    """Every word of the index, in the order of its letters without accents."""

    def __init__(self, spellings: Iterable[Spelling]) -> None:
        self._terms: dict[str, str] = {}
        self._written: dict[str, Counter[str]] = {}
        for term, written, documents in spellings:
            letters = key_of(written)
            if letters not in STOP:
                self._terms[letters] = term
                self._written.setdefault(letters, Counter())[written] += documents
        self._sorted = sorted(self._written)

    def beginning(self, prefix: str, most: int) -> list[Spelling]:
        """The most frequent words that begin so, whatever their accents."""
        letters = key_of(prefix)
        start = bisect_left(self._sorted, letters)
        end = bisect_left(self._sorted, letters + "\U0010ffff")
        found = map(self._spelling, self._sorted[start:end])
        return nlargest(
            most, found, key=lambda word: (word.documents, -len(word.written), word.written)
        )

    def nearest(self, word: str) -> str:
        """The word that this one may be a slip for, as it is mostly written; "" when none is near."""
        letters = key_of(word)
        if len(letters) < SHORTEST or not letters.isalpha():
            return ""
        near = process.extract(
            letters,
            self._sorted,
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=ALIKE,
            limit=5,
        )
        ranked = [(score, self._spelling(found)) for found, score, _ in near]
        best = max(ranked, key=lambda item: (item[0], item[1].documents), default=None)
        return best[1].written if best else ""

    def _spelling(self, letters: str) -> Spelling:
        counts = self._written[letters]
        # Capitals lose their accents: between two spellings as common, the accented one.
        written = max(counts, key=lambda word: (counts[word], not word.isascii(), word))
        return Spelling(self._terms[letters], written, sum(counts.values()))
