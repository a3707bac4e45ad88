"""Balise's own small grammar of queries: what a reader types, made into things to look for.

    fractions cm1         every word (stop words aside)
    « jeu de l’oie »      these words, side by side; "…" and “…” too
    -exercice  -"…"       none of these
    frac*                 words that begin so: three letters at least

Anything else is just text: no other character means anything, and nothing but length is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from metadata.vocabulary import key_of

from .analysis import Word, expressions, normal, words
from .errors import InvalidQuery

LONGEST = 256  # characters
MOST_WORDS = 16  # stop words are not counted
SHORTEST_PREFIX = 3  # letters


class Kind(StrEnum):
    WORD = "word"
    EXPRESSION = "expression"  # several words that have a synonym
    PHRASE = "phrase"
    PREFIX = "prefix"


@dataclass(frozen=True, kw_only=True, slots=True)
class Atom:
    """One thing to look for. `start` and `end` say where it stands in the query's text."""

    kind: Kind
    start: int
    end: int
    terms: tuple[str, ...]  # for a prefix, the letters themselves
    places: tuple[int, ...] = ()  # of a phrase's terms, counted in words
    shared: str = ""  # the term an expression shares with its synonyms
    excluded: bool = False

    @property
    def asked(self) -> tuple[object, ...]:
        """What it looks for, wherever it stands."""
        return self.kind, self.terms, self.places, self.excluded


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """A query read: its text with letters composed, and what to look for, in order."""

    text: str
    atoms: tuple[Atom, ...]

    def said(self, atom: Atom) -> str:
        return self.text[atom.start : atom.end]


def parse(text: str) -> Parsed:
    """Raise InvalidQuery when the text is too long, and for no other reason."""
    if len(text) > LONGEST:
        raise InvalidQuery(f"La recherche est trop longue\u00a0: {LONGEST} caractères au plus.")
    text = normal(text)
    atoms = _atoms(text)
    if sum(len(atom.terms) for atom in atoms) > MOST_WORDS:
        raise InvalidQuery(f"La recherche compte trop de mots\u00a0: {MOST_WORDS} au plus.")
    return Parsed(text=text, atoms=_distinct(atoms))


def without(parsed: Parsed, spans: Iterable[tuple[int, int]]) -> Parsed:
    """The same query without what stands there; nothing else moves.

    The stop words around it (« CM1 et CM2 ») ask for nothing by themselves.
    """
    text = parsed.text
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return Parsed(text=text, atoms=_distinct(_atoms(text, alone=False)))


def _distinct(atoms: Iterable[Atom]) -> tuple[Atom, ...]:
    first: dict[object, Atom] = {}
    for atom in atoms:
        first.setdefault(atom.asked, atom)
    return tuple(first.values())


#: A quoted text, or a run of anything else; a hyphen counts only where a word begins.
PIECE = re.compile(
    r"(?P<minus>(?<!\S)-(?=\S))?"
    r"(?:«(?P<french>[^«»]*)»|\"(?P<straight>[^\"]*)\"|“(?P<curly>[^“”]*)”"
    r"|(?P<word>[^\s\"«»“”]+))"
)


def _atoms(text: str, *, alone: bool = True) -> list[Atom]:
    plain: list[Word] = []
    special: list[Atom] = []
    for match in PIECE.finditer(text):
        special += _special(match, plain)
    found = [*special, *_words(plain, alone=alone and not special)]
    return sorted(found, key=lambda atom: atom.start)


def _special(match: re.Match[str], plain: list[Word]) -> Iterator[Atom]:
    """The phrase, prefix or exclusion that a piece is; otherwise its words go to the plain ones."""
    name = match.lastgroup or "word"
    found = words(match.string, match.start(name), match.end(name))
    prefix = _prefix(match, found[-1]) if found and name == "word" else None
    content = not all(word.stop for word in found)
    if match["minus"]:
        if prefix and len(found) == 1:
            yield replace(prefix, excluded=True)
        elif content:
            yield replace(_phrase(found, match), excluded=True)
    elif name != "word" and content:
        yield _phrase(found, match)
    elif prefix:
        plain += found[:-1]
        yield prefix
    else:
        plain += found


def _prefix(match: re.Match[str], word: Word) -> Atom | None:
    letters = key_of(word.written)
    rest = match.string[word.end : match.end()]
    if set(rest) != {"*"} or len(letters) < SHORTEST_PREFIX or not letters.isalpha():
        return None
    return Atom(kind=Kind.PREFIX, start=word.start, end=match.end(), terms=(letters,))


def _phrase(found: Sequence[Word], match: re.Match[str]) -> Atom:
    kept = [word for word in found if not word.stop]
    alone = len(kept) == 1 and match["word"] is not None
    return Atom(
        kind=Kind.WORD if alone else Kind.PHRASE,
        start=match.start(),
        end=match.end(),
        terms=tuple(word.term for word in kept),
        places=tuple(word.position - kept[0].position for word in kept if not alone),
    )


def _words(plain: Sequence[Word], alone: bool) -> Iterator[Atom]:
    """Words and expressions; what goes without saying only when there is nothing else at all."""
    content = [word for word in plain if not word.aside]
    if not content and alone:
        content = [word for word in plain if not word.stop] or [*plain]
    inside: set[int] = set()
    for first, end, shared in expressions([word.term for word in content]):
        inside.update(range(first, end))
        yield Atom(
            kind=Kind.EXPRESSION,
            start=content[first].start,
            end=content[end - 1].end,
            terms=tuple(word.term for word in content[first:end]),
            shared=shared,
        )
    for place, word in enumerate(content):
        if place not in inside:
            yield Atom(kind=Kind.WORD, start=word.start, end=word.end, terms=(word.term,))
