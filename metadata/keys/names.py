"""Values of vocabularies by the names that teachers give them: « CM1 », « maths », « dyslexie ».

Reading takes any name that metadata.words or the vocabularies know; writing chooses the plainest one
that means that very value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from .. import words
from ..record import Term
from ..strangers.weblink import is_web
from ..vocabulary import SUBJECTS, Concept, key_of, scolomfr
from .kind import REPLACED, Kind, Schema, Trouble, Understood
from .values import WORDS, tidy


def of_list(kind: str, *, by_key: bool = False) -> Kind:
    """Values that are keys of a list of words (« dyslexie »), and written as the key or the label."""
    return Kind(
        read=lambda text: _read_key(kind, text, by_key=by_key),
        write=lambda key: _key_name(kind, key, by_key),
        schema=lambda: {"enum": names_of(kind)},
        words=kind,
    )


def _read_key(kind: str, text: str, *, by_key: bool = False) -> Understood:
    found = words.matches(kind, text)
    if len(found) == 1:
        return Understood((found[0].key,))
    return Understood((), _unknown(kind, text, [word.label for word in found], by_key=by_key))


@cache
def _key_name(kind: str, key: str, by_key: bool) -> str:
    word = words.word(kind, key)
    if word is None:
        return ""
    names = [word.label, *word.words]
    if by_key:
        names.insert(0, key.replace("-", " "))
    return _plainest(name for name in names if _read_key(kind, name).values == (key,))


def of_vocabulary(kind: str, *, suggested: bool = False) -> Kind:
    """Values that are concepts (Terms): `suggested` when too many exist to list them all."""

    def schema() -> Schema:
        known: Schema = {"enum": names_of(kind)}
        return {"anyOf": [known, WORDS.schema()]} if suggested else known

    return Kind(
        read=lambda text: _read_term(kind, text),
        write=lambda term: _term_name(kind, term),
        schema=schema,
        words=kind,
    )


def _read_term(kind: str, text: str) -> Understood:
    said = tidy(text)
    found = meanings(kind, said)
    if len(found) == 1:
        return Understood(
            tuple(Term(uri, said) for uri in found[0]), _replaced(kind, said, found[0])
        )
    labels = [scolomfr().label(uri) for uris in found for uri in uris]
    # Kept, so that nothing is lost, without a URI, so that it is never shown as if it were known.
    return Understood((Term("", said),), _unknown(kind, said, labels))


@lru_cache(maxsize=4096)
def _replaced(kind: str, text: str, uris: tuple[str, ...]) -> Trouble | None:
    """That a text is the name of a concept which another has replaced."""
    if key_of(text) in _by_label(kind):
        return None
    for vocabulary in vocabularies_of(kind):
        concept = scolomfr().find(text, vocabulary).concept
        if concept and concept.uri not in uris and scolomfr().current(concept).uri in uris:
            return Trouble(
                REPLACED,
                f"«\u00a0{text[:60]}\u00a0» n’est plus dans le vocabulaire.",
                f"Écrivez «\u00a0{_concept_name(kind, uris[0])}\u00a0», qui l’a remplacé.",
            )
    return None


def _unknown(kind: str, text: str, candidates: list[str], *, by_key: bool = False) -> Trouble:
    if candidates:
        several = ", ".join(f"«\u00a0{label}\u00a0»" for label in dict.fromkeys(candidates[:5]))
        return Trouble(
            "valeur-ambigue",
            f"«\u00a0{text[:60]}\u00a0» peut désigner {several}.",
            "Écrivez celui que vous voulez.",
        )
    near = words.nearest(kind, text) if len(text) <= LONGEST else ()
    remedy = "Choisissez une valeur de la liste (docs/commun.md)."
    if near:
        remedy = f"Vouliez-vous dire {_either(near)}\u202f?"
    elif len(words.every(kind)) <= FEW:
        names = (_key_name(kind, word.key, by_key) for word in words.every(kind))
        remedy = f"Écrivez {_either(names)}."
    return Trouble(
        "valeur-inconnue", f"«\u00a0{text[:60]}\u00a0» n’est pas une valeur connue.", remedy
    )


def _either(names: Iterable[str]) -> str:
    """« a », « b » ou « c »."""
    *others, last = (f"«\u00a0{name}\u00a0»" for name in names)
    return " ou ".join(filter(None, (", ".join(others), last)))


#: So few values that a remark can name them all.
FEW = 5

#: No name is longer, and a text of kilobytes is not worth the search.
LONGEST = 300


@lru_cache(maxsize=4096)
def meanings(kind: str, text: str) -> tuple[tuple[str, ...], ...]:
    """What a text may mean, each as the URIs it stands for: a word by its label, else a concept by
    its own, else a word by its other names. One when it is clear, none when it is unknown."""
    if len(text) > LONGEST:
        return ()
    named = _by_label(kind).get(key_of(text))
    if named:
        return (named,)
    found = [c for v in vocabularies_of(kind) for c in scolomfr().find(text, v).concepts]
    exact = {scolomfr().current(c).uri for c in found if _is_called(c, text)}
    if len(exact) == 1:
        return (tuple(exact),)
    several = tuple(word.uris for word in words.matches(kind, text))
    if not several and kind == "level":
        span = _levels_of(text)
        return (span,) if span else ()
    return several


def vocabularies_of(kind: str) -> tuple[str, ...]:
    return (SUBJECTS,) if kind == "discipline" else words.KINDS[kind]


@cache
def _by_label(kind: str) -> Mapping[str, tuple[str, ...]]:
    kinds = (kind, "stage") if kind == "level" else (kind,)
    return {key_of(word.label): word.uris for each in kinds for word in words.every(each)}


def _is_called(concept: Concept, text: str) -> bool:
    return key_of(concept.label) == key_of(text) or concept.uri == text


#: What may stand between two levels of a span: « du CP au CE2 ».
BETWEEN = {"du", "de", "la", "le", "les", "l", "au", "aux", "a", "et", "en", "cycle", "cycles"}


def _levels_of(text: str) -> tuple[str, ...]:
    """The levels of « du CP au CE2 » or « CM1-CM2 », when nothing else is said."""
    found = words.level_words_in(text)
    known = {
        part
        for word in found
        for name in (word.label, word.key, *word.words)
        for part in _parts(name)
    }
    if not found or set(_parts(text)) - known - BETWEEN:
        return ()
    return tuple(dict.fromkeys(uri for word in found for uri in word.uris))


def _parts(text: str) -> list[str]:
    return re.findall(r"\w+", key_of(text))


def _term_name(kind: str, term: Term) -> str:
    concept = scolomfr().concept(term.uri)
    if concept:
        return _concept_name(kind, scolomfr().current(concept).uri)
    return "" if is_web(term.text) else tidy(term.text)  # people read labels, never URIs


@cache
def _concept_name(kind: str, uri: str) -> str:
    """The plainest name that means this concept alone, else the word that covers it."""
    concept = scolomfr().concept(uri)
    if concept is None:
        return ""
    over = [*_words_over(kind, uri)]
    own = [word for word in over if uri in word.uris]
    names = [
        *(word.label for word in own),
        concept.label,
        *(name for word in own for name in word.words),
        *concept.alternatives,
    ]
    exact = _plainest(name for name in names if meanings(kind, name) == ((uri,),))
    if exact or over:
        return exact or _plainest(word.label for word in over)
    # Its label is shared: still what a person would write, and reading says so.
    own_vocabulary = concept.vocabulary in vocabularies_of(kind)
    return concept.label if own_vocabulary and len(meanings(kind, concept.label)) != 1 else ""


def _words_over(kind: str, uri: str) -> Iterator[words.Word]:
    kinds = ("stage", "level") if kind == "level" else (kind,)
    for each in kinds:
        keys = words.keys_of(each, uri)
        if kind == "discipline":
            keys += words.disciplines_of(uri)
        yield from filter(None, (words.word(each, key) for key in keys))


def _plainest(names: Iterator[str]) -> str:
    """The first name that is one thing, not « cours, leçon »."""
    listed = [*names]
    return next((name for name in listed if not re.search("[,;/|(]", name)), next(iter(listed), ""))


@cache
def names_of(kind: str) -> list[str]:
    """Every name of the words of a kind that is surely understood, labels first."""
    kinds = (kind, "stage") if kind == "level" else (kind,)
    known = [word for each in kinds for word in words.every(each)]
    names = [*(word.label for word in known), *(name for word in known for name in word.words)]
    clear = (name for name in dict.fromkeys(names) if len(words.matches(kind, name)) == 1)
    return [
        name for name in clear if not any(_replaced(kind, name, m) for m in meanings(kind, name))
    ]
