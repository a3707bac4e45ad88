"""What the values of a LOM notice mean: the concept of a token, label, old id or URI.

Nothing is guessed: what several concepts are called, or none, is left as it was received.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .. import words
from ..keywords import concepts_of
from ..record import Term
from ..vocabulary import CONCEPT, SUBJECTS, canonical_uri, key_of, scolomfr
from .table import Slot

#: Sources that are one, spelled in the ways of notices ("SCOLOMFR V3.2", "ScoLOMFRv3.1").
SOURCES = {
    name.casefold(): name
    for name in (
        *("LOMv1.0", "LOMFRv1.0"),
        *(f"SCOLOMFRv{n}" for n in ("1.0", "1.1", "2.0", "2.1", "3.0", "3.1", "3.2", "3.2-skos")),
        *(f"SCOLOMFRv{n}" for n in ("4.0", "5.0", "6.0", "7.0", "8.0")),
    )
}


#: No label is longer; what is, is not kept in a cache.
LONGEST = 400

WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value means: the concept in use today, and how it was found."""

    uri: str = ""
    label: str = ""
    retired: str = ""  # the label of the withdrawn concept that was named
    stranger: str = ""  # the vocabulary it belongs to, when it is not the one expected
    everyday: bool = False  # found by a word of teachers that the vocabulary does not have
    candidates: tuple[str, ...] = ()  # labels, when there are several


def meaning(text: str, vocabulary: str) -> Meaning:
    """The concept that a value names in a vocabulary ("" for any)."""
    return _meaning(text, vocabulary) if len(text) < LONGEST else Meaning()


@lru_cache(maxsize=65536)
def _meaning(text: str, vocabulary: str) -> Meaning:
    known = scolomfr()
    match = known.find(text, vocabulary)
    if match.ambiguous:
        return Meaning(candidates=tuple(f"{each.label} <{each.uri}>" for each in match.concepts))
    concept = match.concept or known.concept(canonical_uri(text))
    if concept is None:
        word = known.concept(_word_for(text, vocabulary))
        return Meaning(uri=word.uri, label=word.label, everyday=True) if word else Meaning()
    current = known.current(concept)
    return Meaning(
        uri=current.uri,
        label=current.label,
        retired=concept.label if current != concept else "",
        stranger=concept.vocabulary if vocabulary not in ("", concept.vocabulary) else "",
    )


#: The words of teachers that mean concepts of a vocabulary.
KIND_OF = {
    **{vocabulary: kind for kind, several in words.KINDS.items() for vocabulary in several},
    "004": "type",
    "005": "type",
    SUBJECTS: "discipline",
}


def _word_for(text: str, vocabulary: str) -> str:
    """The one concept of a vocabulary that a word of teachers means; "" when none, or several."""
    found = {uri for uri in _said_by(text, vocabulary) if _is_in(vocabulary, uri)}
    return found.pop() if len(found) == 1 else ""


def _said_by(text: str, vocabulary: str) -> tuple[str, ...]:
    if vocabulary == SUBJECTS:  # a discipline covers many: only its surest names will do
        return tuple(concept.uri for concept in concepts_of(text))
    word = words.find(KIND_OF[vocabulary], text) if vocabulary in KIND_OF else None
    return word.uris if word else ()


def _is_in(vocabulary: str, uri: str) -> bool:
    concept = scolomfr().concept(uri)
    return concept is not None and concept.vocabulary == vocabulary


def meaning_in(slot: Slot, text: str) -> Meaning:
    """The concept that a value names in an element."""
    own = slot.tokens.get(key_of(text)) if slot.tokens else ""
    return meaning(own or text, slot.vocabulary)


def is_called(uri: str, label: str) -> bool:
    """Whether a label may be that of a concept: one it bears or bore, or a part of it."""
    return len(label) >= LONGEST or _is_called(uri, label)


@lru_cache(maxsize=16384)
def _is_called(uri: str, label: str) -> bool:
    known = scolomfr()
    concept = known.concept(uri)
    if concept is None or not label or label.startswith(("http:", "https:")):
        return True
    said = _words(label)
    if said >= _words(concept.label):
        return True
    for name in (concept.label, *concept.alternatives):
        if said <= _words(name):  # "cours" for "3 - Cours"
            return True
    named = known.find(label, concept.vocabulary).concepts
    if any(known.current(each).uri == uri for each in named):
        return True
    kind = KIND_OF.get(concept.vocabulary, "")
    return bool(kind) and any(uri in word.uris for word in words.matches(kind, label))


def _words(label: str) -> set[str]:
    return set(WORD.findall(key_of(label)))


def listed(candidates: tuple[str, ...]) -> str:
    return "\u202f; ".join(candidates[:6]) + ("\u202f; …" if len(candidates) > 6 else "")


@lru_cache(maxsize=1024)
def source_named(text: str) -> str:
    """A source as the schemas spell it, when they know it."""
    return SOURCES.get(text.casefold().replace(" ", ""), text)


#: A slip for purl.org in the GAR's own template, copied ever since.
MISTYPED = ("http://url.org/", "https://url.org/")

#: Begins the label in which the writer keeps a source that the schemas do not know.
SOURCE_SAID = "Balise, source\u00a0: "


class Remark(NamedTuple):
    """What is to be said of a value, wherever it stands."""

    rule: str
    message: str
    remedy: str
    harmless: bool = False


class Understood(NamedTuple):
    """What a value and its labels say, None when nothing; and what is wrong with them."""

    term: Term | None = None
    remarks: tuple[Remark, ...] = ()


def understood(slot: Slot, value: str, labels: tuple[str, ...], source: str) -> Understood:
    """The term that an element holds. Notices say the same ones again and again."""
    short = len(value) + len(source) + sum(map(len, labels)) < LONGEST
    return _remembered(slot, value, labels, source) if short else _term(slot, value, labels, source)


def _term(slot: Slot, value: str, labels: tuple[str, ...], source: str) -> Understood:
    label = ""
    for text in labels:
        if text.startswith(SOURCE_SAID):
            source = text.removeprefix(SOURCE_SAID)
        elif not value and text.startswith("http"):
            value = text
        else:
            label = label or text
    if not value and not label:
        return Understood()
    source = source_named(source)
    if not slot.vocabulary:
        return _word(slot, value or label, source)
    found = meaning_in(slot, value or label)
    refused: tuple[Remark, ...] = ()
    if not found.uri and value and label and (found := meaning_in(slot, label)).uri:
        refused = (_by_label(slot, value, label, found),)
    if not found.uri:
        return _unknown(slot, value, label, source, found)
    text = label or value
    term = Term(found.uri, "" if canonical_uri(text) == found.uri else text, source)
    said = label if refused else value
    return Understood(term, (*refused, *_judged(slot, said, label, found)))


_remembered = lru_cache(maxsize=16384)(_term)


def _word(slot: Slot, text: str, source: str) -> Understood:
    """A word of LOM for which ScoLOMFR has no vocabulary."""
    word = text.removeprefix(CONCEPT)
    if key_of(word) in slot.tokens:
        return Understood(Term("", word, source))
    remark = Remark(
        "lom-valeur-inconnue",
        f"La valeur «\u00a0{text[:80]}\u00a0» n’est pas prévue par LOM.",
        f"Choisissez parmi\u00a0: {', '.join(slot.tokens)}.",
    )
    return Understood(Term("", text, source), (remark,))


def _unknown(slot: Slot, value: str, label: str, source: str, found: Meaning) -> Understood:
    text = f"{label} ({value})" if value and label and value != label else value or label
    if found.candidates:
        remark = Remark(
            "lom-valeur-ambigue",
            f"La valeur «\u00a0{text[:80]}\u00a0» désigne plusieurs termes du vocabulaire"
            f" {slot.vocabulary}\u00a0: {listed(found.candidates)}.",
            "Donnez l’URI du terme voulu.",
        )
    else:
        remark = Remark(
            "lom-valeur-inconnue",
            f"La valeur «\u00a0{text[:80]}\u00a0» n’est pas dans le vocabulaire"
            f" {slot.vocabulary}\u00a0: elle est gardée sans être comprise.",
            _nearest(text, slot.vocabulary),
        )
    return Understood(Term("", text, source), (remark,))


def _by_label(slot: Slot, value: str, label: str, found: Meaning) -> Remark:
    return Remark(
        "lom-valeur-inconnue",
        f"La valeur «\u00a0{value[:80]}\u00a0» n’est pas dans le vocabulaire"
        f" {slot.vocabulary}\u00a0: son libellé, «\u00a0{label[:80]}\u00a0», est suivi.",
        f"Écrivez {found.uri}.",
    )


def _judged(slot: Slot, value: str, label: str, found: Meaning) -> Iterator[Remark]:
    if value.startswith(MISTYPED):
        yield Remark(
            "lom-url-org",
            f"«\u00a0{value[:80]}\u00a0» est écrit pour purl.org, et lu comme tel.",
            f"Écrivez {found.uri}.",
        )
    if found.everyday:
        yield Remark(
            "lom-mot-courant",
            f"«\u00a0{(value or label)[:80]}\u00a0» n’est pas un libellé du vocabulaire"
            f" {slot.vocabulary}\u00a0: lu comme «\u00a0{found.label}\u00a0».",
            f"Écrivez {found.uri}.",
            harmless=True,
        )
    if found.retired:
        yield Remark(
            "lom-valeur-depreciee",
            f"Le terme «\u00a0{found.retired}\u00a0» n’est plus en usage\u00a0: lu comme"
            f" «\u00a0{found.label}\u00a0».",
            f"Écrivez {found.uri}.",
        )
    if found.stranger:
        yield Remark(
            "lom-valeur-deplacee",
            f"Le terme «\u00a0{found.label}\u00a0» est du vocabulaire {found.stranger}, on"
            f" attend ici le {slot.vocabulary}.",
            "Choisissez un terme du vocabulaire attendu.",
        )
    if label and value and not found.retired and not _agree(slot, found.uri, label):
        yield Remark(
            "lom-libelle-contraire",
            f"Le libellé «\u00a0{label[:80]}\u00a0» contredit l’URI, qui désigne"
            f" «\u00a0{found.label}\u00a0»\u00a0: l’URI est suivie.",
            "Corrigez celui des deux qui est faux.",
        )


def _agree(slot: Slot, uri: str, label: str) -> bool:
    return is_called(uri, label) or meaning_in(slot, label).uri == uri


@lru_cache(maxsize=4096)
def _nearest(text: str, vocabulary: str) -> str:
    near = scolomfr().nearest(text, vocabulary)
    if not near:
        return f"Choisissez un terme du vocabulaire {vocabulary} de ScoLOMFR."
    return "Vouliez-vous dire " + ", ".join(f"«\u00a0{label}\u00a0»" for label in near) + "\u202f?"
