"""The disciplines that a project says it is for: « exercices d'anglais », « Maths 5e », « SVT ».

Their names are disciplines.toml's, what a name is worth in a sentence hints.toml's: « histoire » is
one in « cours d'histoire » and not in « l'histoire du projet ».
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from .. import words
from .levels import SOMEBODY
from .proposal import SURE, Found, confidences
from .readme import WORTH, Sentence
from .table import table

Kind = Literal["sure", "common", "notion"]


class _Name(NamedTuple):
    key: str
    kind: Kind
    capitals: str = ""  # how it is written, when it is also a word in small letters: « SES »
    worldly: bool = False  # it is a trade or a kind of software too


#: How sure a name makes us where it stands: on its own, then announced or beside a level.
ALONE: Mapping[Kind, Mapping[str, float]] = {
    "sure": {"title": 0.85, "opening": 0.8, "heading": 0.8, "body": 0.5},
    "common": {"title": 0.5, "opening": 0.0, "heading": 0.0, "body": 0.0},
    "notion": {"title": 0.7, "opening": 0.65, "heading": 0.5, "body": 0.35},
}
NOTION = max(ALONE["notion"].values())
ANNOUNCED = 0.92
#: A topic or a heading that is a name and nothing else.
WHOLE = {"topics": 0.9, "title": 0.85, "heading": 0.65, "opening": 0.65, "body": 0.5}


def subjects(said: Iterable[tuple[Sentence, bool]]) -> Iterator[Found]:
    """Each discipline that a project's sentences name, and how sure each sentence makes us.

    With each sentence, whether it names a level: beside one, « français » is a discipline.
    """
    found = [
        each
        for sentence, levelled in said
        if sentence.place != "aside"
        for each in _found(sentence, levelled)
    ]
    known = {word.key: word for word in words.disciplines()}
    sure = confidences(found)
    # « Grammaire » and « conjugaison » are of the language that is taught.
    spoken = {key for key in sure if known[key].parent in LANGUAGES and sure[key] >= SURE}
    for each in found:
        foreign = spoken and each.text == "francais" and each.confidence <= NOTION
        if not foreign and not _said_better(known[each.text], sure, known):
            yield each._replace(text=known[each.text].label)


LANGUAGES = ("langues-vivantes", "lca")


def _said_better(
    word: words.Word, sure: Mapping[str, float], known: Mapping[str, words.Word]
) -> bool:
    """Is a part or the whole of a discipline said instead: « NSI » rather than « informatique »?"""
    if word.parent and _is_made_of(word.parent, word.key):  # « histoire-géographie »
        return sure.get(word.parent, 0.0) >= sure[word.key]
    parts = [key for key in sure if known[key].parent == word.key and sure[key] >= SURE]
    return any(not _is_made_of(word.key, part) or sure[part] > sure[word.key] for part in parts)


def _is_made_of(whole: str, part: str) -> bool:
    return part in whole.split("-") and whole.count("-") == 1


def _found(sentence: Sentence, levelled: bool) -> Iterator[Found]:
    text = APART.sub(" ", TRAPS.sub(" ¤ ", sentence.folded))
    before = 0
    announced = False
    for match in _pattern().finditer(text):
        name = _names()[match[0]]
        if name.capitals and not _in_capitals(name.capitals, sentence):
            continue
        # « de maths et de physique »: what announces the first announces the second.
        joined = bool(JOINED.fullmatch(text[before : match.start()]))
        announced = (announced and joined) or _is_announced(name, text[: match.start()])
        before = match.end()
        whole = match[0] == text.strip() or _labels(match[0], sentence)
        sure = _sureness(name.kind, sentence, whole, announced, levelled)
        if SOMEBODY.search(text[: match.start()]):
            sure /= 2
        if sure:
            yield Found(name.key, round(sure, 3), sentence.evidence(match[0].split()[0]))


def _sureness(
    kind: Kind, sentence: Sentence, whole: bool, announced: bool, levelled: bool
) -> float:
    alone = ALONE[kind][sentence.place]
    if whole and kind != "notion":
        alone = max(alone, WHOLE["topics" if sentence.path == "topics" else sentence.place])
    short = len(sentence.text) < 90
    if kind != "notion" and (announced or (levelled and short)):
        return max(alone, ANNOUNCED * WORTH[sentence.place])
    return alone


def _labels(name: str, sentence: Sentence) -> bool:
    """« Français : fluence et compréhension. »"""
    head, colon, _ = sentence.folded.partition(":")
    return bool(colon) and APART.sub(" ", head).strip() == name


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
    r"|philosophie (?:pedagogique|open|du|generale|libre|de (?:la |l')?(?:conception|projet))"
    r"|communs? numeriques?|adresses? physiques?|education nationale|outils? informatiques?"
    r"|(?:materiel|reseau|parc|salle|service|poste|club|systeme)s? informatiques?"
    r"|langages? (?:de )?(?:programmation|informatiques?)"
    # « mes 1res STMG » is a class; « maths-sciences », in a vocational school, two disciplines
    r"|(?:1 ?e?res?|premieres?|t|terminales?|tles?) ?st(?:mg|i2d|2s|d2a|hr|av|l)\b|(?<=maths)[-/]sciences\b"
)
#: At most two words between what announces and the name: « exercices interactifs de ».
ANNOUNCING = (
    r"(?:(?: \w+){0,2} (?:de|d|du|des|la|l|le|les|en|pour|sur|a)(?: (?:la|l|le|les|d))?|) $"
)


def _is_announced(name: _Name, before: str) -> bool:
    return bool(_announcing(name.worldly).search(f" {before[-80:]}"))


@lru_cache(maxsize=2)
def _announcing(worldly: bool) -> re.Pattern[str]:
    said = table()["disciplines"]
    heads = [*said["heads"], *([] if worldly else said["loose_heads"])]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, heads))})(?:e?s|x)?{ANNOUNCING}")


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    longest = sorted(_names(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, _Name]:
    said = table()["disciplines"]
    never, always, worldly = (
        {_spelled(name) for name in said[part]} for part in ("never", "sure", "worldly")
    )
    found = {
        _spelled(notion): _Name(key, "notion")
        for key, notions in said["notions"].items()
        for notion in notions
    }
    for word in words.disciplines():
        for name in (word.label.partition("(")[0], *word.words):
            spelled = _spelled(name)
            sure = spelled in always or name in word.asked or name.count(" ") >= 2
            capitals = name if name.isupper() and len(name) <= 4 else ""
            kind: Kind = "sure" if sure else "common"
            meant = _Name(word.key, kind, capitals, spelled in worldly)
            # « sciences physique » is written too; « arts » and « art » are two things.
            for each in (spelled, spelled.removesuffix("s") if " " in spelled else spelled):
                found.setdefault(each, meant)
    return {name: meant for name, meant in found.items() if name not in never}


def _spelled(name: str) -> str:
    return words.spelled("discipline", name)
