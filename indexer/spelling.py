"""The words of the index as people write them: completion, prefixes, did-you-mean.

Each segment has its lexicon, made once; a question is put to all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
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

#: How many near words are compared by how frequent they are.
MOST_NEAR = 5


class Spelling(NamedTuple):
    """A word of the index: the term it stands for, how it is written, in how many documents."""

    term: str
    written: str
    documents: int


class Lexicon:
    """The words of one segment, by their letters without accents."""

    def __init__(self, spellings: Iterable[Spelling]) -> None:
        self.spelled: dict[str, list[Spelling]] = {}
        for spelling in spellings:
            letters = key_of(spelling.written)
            if letters not in STOP:
                self.spelled.setdefault(letters, []).append(spelling)
        self.letters = sorted(self.spelled)

    def beginning(self, letters: str) -> list[str]:
        start = bisect_left(self.letters, letters)
        return self.letters[start : bisect_left(self.letters, letters + "\U0010ffff")]


class Lexicons:
    """The words of all the segments of a view."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._lexicons = lexicons

    def beginning(self, prefix: str, most: int) -> list[Spelling]:
        """The most frequent words that begin so, whatever their accents."""
        letters = key_of(prefix)
        found = {word for lexicon in self._lexicons for word in lexicon.beginning(letters)}
        return nlargest(most, map(self._spelling, found), key=_frequency)

    def nearest(self, word: str) -> str:
        """The word that this one may be a slip for, as mostly written; "" when none is near."""
        letters = key_of(word)
        if len(letters) < SHORTEST or not letters.isalpha():
            return ""
        scorer = DamerauLevenshtein.normalized_similarity
        near = process.extract(
            letters, self._words, scorer=scorer, score_cutoff=ALIKE, limit=MOST_NEAR
        )
        ranked = ((score, self._spelling(found)) for found, score, _ in near)
        best = max(ranked, key=lambda each: (each[0], _frequency(each[1])), default=None)
        return best[1].written if best else ""

    @cached_property
    def _words(self) -> list[str]:
        return sorted({word for lexicon in self._lexicons for word in lexicon.letters})

    def _spelling(self, letters: str) -> Spelling:
        """A word as it is mostly written, and how many documents write it in any way."""
        written: Counter[str] = Counter()
        term = ""
        for lexicon in self._lexicons:
            for spelling in lexicon.spelled.get(letters, ()):
                written[spelling.written] += spelling.documents
                term = spelling.term
        # Capitals lose their accents: of two spellings as frequent, the accented one.
        most = max(written, key=lambda word: (written[word], not word.isascii(), word))
        return Spelling(term, most, written.total())


def _frequency(word: Spelling) -> tuple[int, int, str]:
    return word.documents, -len(word.written), word.written
