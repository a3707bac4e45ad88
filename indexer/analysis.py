"""French words as the index knows them: one function for documents and for queries.

A text is cut into words (elided articles left aside; « c++ », « S.V.T. » kept whole), and each word
brought to a term: without case, accents or ligatures, ordinals in figures, stemmed, then the term
its synonyms share. Synonyms are metadata.words' own; a word's spelling stays beside its term.
"""

from __future__ import annotations

import re
import sys
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from metadata.vocabulary import key_of
from metadata.words import synonyms

#: Raise it when a text no longer gives the same terms: every index is then made again.
VERSION = 2

#: How many times a word of the title, of the keywords, of anything else counts.
TITLE, KEYWORDS, TEXT = 3, 2, 1

#: Places in a document are kept on so many bits; words further than LONGEST are not read.
PLACE_BITS = 16
LONGEST = 60_000

#: Between two parts of a document, so that no phrase runs from one into the next.
GAP = 20


class Word(NamedTuple):
    """A word of a text: the term it stands for, and where and how it was written."""

    term: str
    written: str  # lower case, accents kept
    stop: bool  # too common to be asked for, unless nothing else is
    position: int  # counted in words
    start: int
    end: int

    @property
    def aside(self) -> bool:
        """Does it go without saying in a query?"""
        return self.stop or key_of(self.written) in ASIDE


class Weighed(NamedTuple):
    """What a document says: for each "term spelling", how much it counts, and its places.

    The spelling is "" for whatever has this term as a synonym.
    """

    weights: dict[str, int]
    places: dict[str, list[int]]


#: A run of letters and figures with what belongs to it: « l’ », « c++ », « S.V.T. ».
WORD = re.compile(
    r"[^\W_]+(?:['’‘ʼ]|(?<![^\W_]{2})(?:\+\+|#(?![^\W_])|(?:\.[^\W\d_](?![^\W_]))+\.?))?"
)


def normal(text: str) -> str:
    """The same text with letters composed, and no ligature, superscript or exotic space."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def words(text: str, start: int = 0, end: int = sys.maxsize) -> list[Word]:
    """The words of a text that is `normal`, or of a part of it, in order, stop words marked."""
    found = []
    for place, match in enumerate(WORD.finditer(text, start, end)):
        term, spelled, stop = read(match[0])
        written = spelled.partition(" ")[2]
        last = match.end() - (match[0][-1] in APOSTROPHES)
        found.append(Word(term, written, stop, place, match.start(), last))
    return found


def weigh(parts: Iterable[tuple[str, int]]) -> Weighed:
    """What a document made of these weighted texts says.

    Stop words count in a title only. An expression that has synonyms (« enseignement moral et
    civique ») is there under its words, and under the term they share ("emc").
    """
    weights: defaultdict[str, int] = defaultdict(int)
    standing: defaultdict[str, list[int]] = defaultdict(list)
    base = 0
    for text, weight in parts:
        found = WORD.findall(normal(text))[: max(0, LONGEST - base)]
        terms, places = [], []
        for place, (term, spelled, stop) in enumerate(map(read, found), start=base):
            if not stop:
                terms.append(term)
                places.append(place)
            elif weight < TITLE:
                continue
            weights[spelled] += weight
            standing[spelled].append(place)
        for first, _, shared in expressions(terms):
            weights[f"{shared} "] += weight
            standing[f"{shared} "].append(places[first])
        base += len(found) + GAP
    return Weighed(weights, standing)


def expressions(terms: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The expressions that have synonyms, as (start, end, shared term), none overlapping.

    `terms` are those of a text without its stop words; the longest expression wins.
    """
    known, end = _synonyms().expressions, 0
    starts = [place for place, term in enumerate(terms) if term in known]
    for start in starts:
        for expression, shared in known[terms[start]] if start >= end else ():
            if tuple(terms[start : start + len(expression)]) == expression:
                end = start + len(expression)
                yield start, end, shared
                break


APOSTROPHES = "'’‘ʼ"


@lru_cache(maxsize=1 << 17)
def read(word: str) -> tuple[str, str, bool]:
    """The term a word stands for, "term spelling", and whether it is a stop word."""
    written = word.lower().replace(".", "")
    plain = key_of(written)
    if plain not in STOP:
        written, plain = written.rstrip(APOSTROPHES), plain.rstrip(APOSTROPHES)
    if plain in STOP:
        return plain, f"{plain} {written}", True
    term = _term(plain, _synonyms().terms)
    return term, f"{term} {written}", False


def _term(plain: str, shared: Mapping[str, str]) -> str:
    """What a word shares with its forms and its synonyms: « coder » is no « COD »."""
    stem = _stem(plain)
    return shared.get(plain) or shared.get(plain.removesuffix("s")) or shared.get(stem, stem)


ORDINAL = re.compile(r"(\d+)(?:e|er|ere|re|eme|ieme|nd|nde|de)s?")

#: « 1re » is « première », « 2de » is « seconde », « XIXe » is « 19e ».
ORDINALS = {
    **dict.fromkeys(("1e", "1er", "1re", "1ere", "premier", "premiere"), "1er"),
    **dict.fromkeys(("2nd", "2nde", "2de", "second", "seconde"), "2de"),
    **{
        f"{name}ieme": f"{number}e"
        for number, name in enumerate(
            ("deux", "trois", "quatr", "cinqu", "six", "sept", "huit", "neuv", "dix"), start=2
        )
    },
    **{
        f"{name}e": f"{number}e"
        for number, name in enumerate(
            ("xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx", "xxi"), start=11
        )
    },
}

#: Plurals the stemmer does not know.
PLURALS = {
    "jeux": "jeu",
    "enjeux": "enjeu",
    "lieux": "lieu",
    "milieux": "milieu",
    "feux": "feu",
    "cheveux": "cheveu",
    "aveux": "aveu",
    "neveux": "neveu",
    "voeux": "voeu",
    "adieux": "adieu",
    "noyaux": "noyau",
    "tuyaux": "tuyau",
    "joyaux": "joyau",
    "boyaux": "boyau",
    "travaux": "travail",
    "vitraux": "vitrail",
    "coraux": "corail",
    "emaux": "email",
    "baux": "bail",
    "yeux": "oeil",
    "cieux": "ciel",
}

_STEMMER = snowballstemmer.stemmer("french")
_STEMMING = threading.Lock()  # a Snowball stemmer holds the word it works on


def _stem(plain: str) -> str:
    singular = plain.removesuffix("s")
    if ordinal := ORDINALS.get(plain) or ORDINALS.get(singular):
        return ordinal
    if match := ORDINAL.fullmatch(plain):
        return f"{match[1]}e"
    if len(plain) < 3 or not plain.isalpha():
        return plain
    with _STEMMING:
        return str(_STEMMER.stemWord(PLURALS.get(plain, plain)))


class _Synonyms(NamedTuple):
    terms: dict[str, str]  # a word without accents, or its stem -> the term it shares
    expressions: dict[str, list[tuple[tuple[str, ...], str]]]  # first term -> (terms, shared)


@lru_cache(maxsize=1)
def _synonyms() -> _Synonyms:
    stems: dict[str, str] = {}
    plains: dict[str, str] = {}
    several: list[tuple[list[str], str]] = []
    for group in synonyms():
        names = [_plain(name) for name in group]
        shared = next((name[0] for name in names if len(name) == 1), "".join(names[0]))
        for name in names:
            if len(name) == 1:
                stems[_stem(name[0])] = plains[name[0]] = shared
            else:
                several.append((name, shared))
    terms = stems | plains
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, shared in sorted(several, key=lambda item: -len(item[0])):
        key = tuple(_term(word, terms) for word in name)
        found.setdefault(key[0], []).append((key, shared))
    return _Synonyms(terms, found)


def _plain(name: str) -> list[str]:
    """The words of a name without accents, stop words aside."""
    plain = [key_of(word.replace(".", "")) for word in WORD.findall(normal(name))]
    return [word for word in plain if word not in STOP]


#: Too common to be asked for. Left out on purpose, for what they mean in class: son, ses, été, or,
#: car, ton, vers, sous, plus, moins.
COMMON = """
le la les un une des du de au aux et ou en dans sur pour par avec sans chez
a as ai ont avons avez ce cet cette ces cela ca ci je tu il elle on nous vous ils elles
me te se lui leur leurs y mon ma mes ta tes sa notre nos votre vos
que qui quoi dont quel quelle quels quelles comment pourquoi
est sont etes sommes suis ne pas ni si mais donc entre
tout tous toute toutes comme aussi ainsi tres
c' d' j' l' m' n' s' t' qu' jusqu' lorsqu' puisqu' quoiqu'
"""
STOP = frozenset(COMMON.split())

#: What teachers write around what they look for, as they write it: asked for only when alone.
AROUND = """
apprendre faire travailler cherche chercher trouver enseigner aborder decouvrir utiliser voir veux
voudrais faut eleve eleves enfant enfants ressource ressources idee idees
"""
ASIDE = frozenset(AROUND.split())
