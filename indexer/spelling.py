"""The words of the index as people write them: completion, prefixes, did-you-mean.

Each segment has its lexicon, made once; a question is put to all of them. A slip is known by its
letters or by its sound: in French one writes what one hears (« solère », « ortografe »).
"""

from __future__ import annotations

import re
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

#: How alike two words must be (Damerau-Levenshtein, 0 to 1) for one to be proposed for the other,
#: and for it to be looked for instead.
ALIKE, SURE = 0.65, 0.8

#: How far, by their letters, two words may be that sound alike.
FARTHEST = 0.5

#: Shorter words are too near to too many others.
SHORTEST = 4

#: How many words a prefix may stand for.
MOST_EXPANSIONS = 50

#: How many words near by their letters are compared by their sound and by how frequent they are.
MOST_NEAR = 20


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

    def nearest(self, word: str, alike: float = ALIKE) -> str:
        """The word that this one may be a slip for, as mostly written; "" when none is near."""
        letters = key_of(word)
        if len(letters) < SHORTEST or not letters.isalpha():
            return ""
        scorer = DamerauLevenshtein.normalized_similarity
        near = process.extract(
            letters, self._words, scorer=scorer, score_cutoff=FARTHEST, limit=MOST_NEAR
        )
        sound = sound_of(letters)
        ranked = (
            (max(score, scorer(sound, sound_of(found))), score, self._spelling(found))
            for found, score, _ in near
        )
        best = max(ranked, key=lambda each: (*each[:2], _frequency(each[2])), default=None)
        return best[2].written if best and best[0] >= alike else ""

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


def sound_of(letters: str) -> str:
    """What is heard of a word without accents: two spellings of one sound are one."""
    for pattern, heard in SOUNDS:
        letters = pattern.sub(heard, letters)
    return letters


#: Rewritten in this order. Only what slips mix up, and what nobody hears.
SOUNDS = [
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"ph", "f"),
        (r"(?<=[aeiou])t(?=i(?:on|ons|el|elle|eux))", "s"),
        (r"sc(?=[eiy])|ss|c(?=[eiy])", "s"),
        (r"x(?=ion)", "ks"),
        (r"ch", "C"),
        (r"c?qu?|ck?|k", "k"),
        (r"ge(?=[ao])|g(?=[eiy])", "j"),
        (r"gu(?=[eiy])", "g"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
        (r"eau|au", "o"),
        (r"ai|ei|et$|er$|ez$|e(?:es?)?$", "e"),
        (r"y", "i"),
        (r"[ae][nm](?=[^aeiou]|$)", "A"),
        (r"(?:ain|ein|in|im)(?=[^aeiou]|$)", "I"),
        (r"o[nm]p?(?=[^aeiou]|$)", "O"),
        (r"(?<=.{2})[estdxp]+$", ""),
    )
]


def _frequency(word: Spelling) -> tuple[int, int, str]:
    return word.documents, -len(word.written), word.written
