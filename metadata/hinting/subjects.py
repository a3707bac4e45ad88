"""The disciplines that a project says it is for: « exercices d'anglais », « Maths 5e », « SVT ».

Their names are disciplines.toml's, what a name is worth in a sentence hints.toml's: « histoire » is
one in « cours d'histoire » and not in « l'histoire du projet ».
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from .. import words
from ..vocabulary import data, key_of
from .levels import SOMEBODY, WORTH
from .proposal import Found
from .readme import Sentence

Kind = Literal["sure", "common", "notion"]


class _Name(NamedTuple):
    key: str
    kind: Kind
    capitals: str = ""  # how it is written, when it is also a word in small letters: « SES »


#: How sure a name makes us where it stands: on its own, then announced or beside a level.
ALONE: Mapping[Kind, Mapping[str, float]] = {
    "sure": {"title": 0.9, "opening": 0.8, "heading": 0.8, "body": 0.5},
    "common": {"title": 0.5, "opening": 0.25, "heading": 0.3, "body": 0.1},
    "notion": {"title": 0.7, "opening": 0.65, "heading": 0.5, "body": 0.35},
}
ANNOUNCED = 0.92
#: A topic or a heading that is a name and nothing else.
WHOLE = {"topics": 0.9, "title": 0.85, "heading": 0.65}


def subjects(said: Iterable[Sentence], levelled: frozenset[Sentence]) -> Iterator[Found]:
    """Each discipline that a project's sentences name, and how sure each sentence makes us.

    `levelled` are the sentences that name a level: beside one, « français » is a discipline.
    """
    found = [
        each
        for sentence in said
        if sentence.place != "aside"
        for each in _found(sentence, sentence in levelled)
    ]
    known = {word.key: word for word in words.disciplines()}
    # Who says « NSI » says « informatique » too: the nearest is enough.
    broader = {known[each.text].parent for each in found if each.confidence > 0.5}
    for each in found:
        if each.text not in broader:
            yield each._replace(text=known[each.text].label)


def _found(sentence: Sentence, levelled: bool) -> Iterator[Found]:
    text = APART.sub(" ", TRAPS.sub(" ¤ ", sentence.folded))
    before = 0
    announced = False
    for match in _pattern().finditer(text):
        name = _names()[match[0]]
        if name.capitals and not _in_capitals(name.capitals, sentence):
            continue
        # « de maths et de physique »: what announces the first announces the second.
        announced = (announced and bool(JOINED.fullmatch(text[before : match.start()]))) or (
            _is_announced(text[: match.start()])
        )
        before = match.end()
        sure = _sureness(name.kind, sentence, match[0] == text.strip(), announced, levelled)
        if SOMEBODY.search(text[: match.start()]):
            sure /= 2
        if sure:
            yield Found(name.key, round(sure, 3), sentence.evidence(match[0].split()[0]))


def _sureness(
    kind: Kind, sentence: Sentence, whole: bool, announced: bool, levelled: bool
) -> float:
    if whole and (sentence.path == "topics" or sentence.place in WHOLE):
        return WHOLE["topics" if sentence.path == "topics" else sentence.place]
    alone = ALONE[kind][sentence.place]
    short = len(sentence.text) < 90
    if kind != "notion" and (announced or (levelled and short)):
        return max(alone, ANNOUNCED * WORTH[sentence.place])
    return alone


def _in_capitals(written: str, sentence: Sentence) -> bool:
    if sentence.path in ("name", "topics"):
        return True
    return bool(re.search(rf"\b{re.escape(written)}\b", sentence.text))


APART = words.APART
JOINED = re.compile(r"(?: |et|ou|de|d|du|des|la|l|le|les|en|puis|plus|que)*")
#: Words that look like a discipline and are none (folded).
TRAPS = re.compile(
    r"(?:formules?|expressions?|symboles?|notations?|ecritures?|caracteres?|equations?|editeurs?"
    r"|operateurs?|clavier|bibliotheque) (?:de )?math\w*|en cours d|\bmath\.(?=\w)"
    r"|mathematiques? appliquees?|en (?:francais|anglais|allemand|espagnol|italien|chinois)"
    r"|(?:version|langue|traduction|interface|locale?) (?:en )?(?:francaise?|anglaise?|francais|anglais)"
    r"|communs? numeriques?|adresses? physiques?|education nationale|outils? informatiques?"
    r"|(?:materiel|reseau|parc|salle|service|poste|club|systeme)s? informatiques?"
    r"|langages? (?:de )?(?:programmation|informatiques?)"
)
HEAD = r"\b(?:{heads})(?:e?s|x)?"
#: At most two words between what announces and the name: « exercices interactifs de ».
ANNOUNCING = (
    r"(?:(?: \w+){{0,2}} (?:de|d|du|des|la|l|le|les|en|pour|sur|a)(?: (?:la|l|le|les|d))?|) $"
)


def _is_announced(before: str) -> bool:
    return bool(_announcing().search(f" {before[-80:]}"))


@lru_cache(maxsize=1)
def _announcing() -> re.Pattern[str]:
    heads = "|".join(map(re.escape, map(key_of, _table()["heads"])))
    return re.compile(HEAD.format(heads=heads) + ANNOUNCING.format())


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    longest = sorted(_names(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, _Name]:
    table = _table()
    never = {_spelled(name) for name in table["never"]}
    always = {_spelled(name) for name in table["sure"]}
    found = {
        _spelled(notion): _Name(key, "notion")
        for key, notions in table["notions"].items()
        for notion in notions
    }
    for word in words.disciplines():
        label = word.label.partition("(")[0]
        for name in (label, *word.words):
            sure = _spelled(name) in always or name in word.asked
            capitals = name if name.isupper() and len(name) <= 4 else ""
            found.setdefault(
                _spelled(name), _Name(word.key, "sure" if sure else "common", capitals)
            )
    return {name: meant for name, meant in found.items() if name not in never}


def _spelled(name: str) -> str:
    return words.spelled("discipline", name)


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    return tomllib.loads(data("hints.toml").decode())
