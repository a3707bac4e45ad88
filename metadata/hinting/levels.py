"""The levels that a project says it is for: « pour mes 6e », « du CP au CM2 », « niveau lycée ».

What a level is called is the words' business (words.py, levelwords.py). Here: whether a word that
could be one is one, where so many are not: « 5e édition », « en secondes », « Lycée Jean Moulin ».
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from .. import words
from ..levelwords import Piece, canonical, pieces
from ..words import LONGEST_LEVEL, Word
from .proposal import Found
from .readme import Place, Sentence

#: What a mention is worth where it stands.
WORTH: Mapping[Place, float] = {
    "title": 1.0,
    "opening": 1.0,
    "heading": 0.9,
    "body": 0.72,
    "aside": 0.0,
}
#: How sure a mention is by the words around it.
EXPLICIT, BESIDE, ADJACENT, BARE = 0.92, 0.85, 0.75, 0.5

#: Nothing is looked for where none of these stands (folded).
TRIGGER = re.compile(
    r"[3-6] ?(?:e|°|º|i?emes?|es)\b|(?:six|cinqu|quatr|trois)iemes?\b|\b2 ?n?de?s?\b|second"
    r"|\b1 ?e?re|premiere|\bt(?:le|ale|erm)|\bt ?(?:st|[gsl]\b|es\b)|\bc[pem] ?[12]?\b|cycle|section"
    r"|college|collegien|lyce|ecole|primaire|elementaire|maternelle|preparatoire|\bprepa"
    r"|\b(?:t?ps|[mg]s|segpa|ulis|erea|clis|upi|lgt|legt|cap|bts|sts|cpge|lp)\b"
    r"|\bbac(?:calaureat)? pro|voie (?:pro|gen|tech|cap)|formation (?:continue )?des ens|cours moyen"
)


def levels(sentence: Sentence) -> Iterator[Found]:
    """Each level that a sentence says the project is for, and how sure it makes us."""
    if sentence.place != "aside" and TRIGGER.search(sentence.folded):
        for run in _runs([*pieces(_without_traps(sentence.text))]):
            yield from _found(run, sentence)


def _found(run: _Run, sentence: Sentence) -> Iterator[Found]:
    sure = _sureness(run, sentence) * WORTH[sentence.place]
    if sure:
        evidence = sentence.evidence(_as_written(run, sentence))
        for word in words.level_words_in(_distributed(run)):
            yield Found(_name(word), sure, evidence)


def _distributed(run: _Run) -> str:
    """« 1re et terminale ST2S »: what the last says of its way, it says of those before it too."""
    way = run.names[-1].partition(" ")[2]
    text = run.text
    for name in run.names[:-1] if way else ():
        if f"{name} {way}" in _names():
            text = re.sub(rf"\b{name}\b(?! {way})", f"{name} {way}", text)
    return text


def _as_written(run: _Run, sentence: Sentence) -> str:
    """A word of the run as it stands in the file, to find its line."""
    written = (match[0] for match in re.finditer(r"\w+", sentence.folded))
    return next((each for each in written if canonical(each) in run.text.split()), "")


def _name(word: Word) -> str:
    """What a teacher would write: « 2de » rather than « 2de générale et technologique »."""
    return word.key if word.key in word.words else word.label


# --- Runs: levels that follow each other -------------------------------------------------------


class _Run(NamedTuple):
    """Levels with nothing but small words between them: « du CP au CE2, et en 6e »."""

    names: tuple[str, ...]  # canonical
    keys: tuple[str, ...]
    text: str
    before: tuple[str, ...]  # up to SIGHT words, the nearest last
    after: str  # the next word, "" when a sign or nothing follows
    apart: bool  # after a colon, alone between brackets, or leading its line before a colon


SIGHT = 7
CONNECTORS = frozenset(
    [
        "et",
        "ou",
        "a",
        "au",
        "aux",
        "du",
        "de",
        "des",
        "la",
        "le",
        "les",
        "l",
        "en",
        "d",
        "puis",
        "jusqu",
        "jusque",
        "jusquau",
        "pour",
        "classe",
        "classes",
    ]
)
#: Signs that a run goes through.
THROUGH = re.compile(r"[\s,/&+'’\"«»–—→•·|>-]*")


def _runs(said: list[Piece]) -> Iterator[_Run]:
    at = 0
    while at < len(said):
        if not _name_at(said, at, cycle=False)[0]:
            at += 1
            continue
        start, end, names, keys = at, at, [], []
        cycle = False
        while at < len(said):
            name, key, size = _name_at(said, at, cycle)
            if name:
                names.append(name)
                keys.append(key)
                at = end = at + size
                cycle = key.startswith("cycle-")
            elif said[at].word in CONNECTORS:
                at += 1
            else:
                break
            if at < len(said) and not THROUGH.fullmatch(said[at].between):
                break
        yield _run(said, start, end, names, keys)
        at = end


def _run(said: list[Piece], start: int, end: int, names: list[str], keys: list[str]) -> _Run:
    first = start
    while first > 0 and start - first < SIGHT and not re.search(r"[;.!?()]", said[first].between):
        first -= 1
    inside = said[start:end]
    text = inside[0].word + "".join(f" {each.between} {each.word}" for each in inside[1:])
    follows = end < len(said) and not re.search(r"[^\s'’-]", said[end].between)
    opening, closing = said[start].between, said[end].between if end < len(said) else ":)"
    return _Run(
        names=tuple(names),
        keys=tuple(keys),
        text=text,
        before=tuple(each.word for each in said[first:start]),
        after=said[end].word if follows else "",
        apart=":" in opening
        or ("(" in opening and ")" in closing)
        or (not start and (":" in closing or ")" in closing)),
    )


def _name_at(said: list[Piece], at: int, cycle: bool) -> tuple[str, str, int]:
    """The longest name of a level that begins here, its key, and how many words it takes."""
    known = _names()
    if cycle and re.fullmatch("[1-4]", said[at].word):
        return said[at].word, f"cycle-{said[at].word}", 1
    if said[at].word not in _first_words():
        return "", "", 0
    for size in range(min(LONGEST_LEVEL, len(said) - at), 0, -1):
        if all(piece.between in ("", "-", "'") for piece in said[at + 1 : at + size]):
            name = " ".join(piece.word for piece in said[at : at + size])
            if key := known.get(name) or known.get(re.sub(r"(?<=\w{3})s\b", "", name)):
                return name, key, size
    return "", "", 0


#: Names that a search leaves to other meanings, and that a sentence about a class can tell apart.
ALSO = {"primaire": "elementaire", "elementaire": "elementaire", "lp": "lycee-pro"}


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    found = {
        canonical(name): word.key
        for kind in ("stage", "level")
        for word in words.every(kind)
        for name in word.asked
    }
    return {**ALSO, **found}


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    firsts = {name.split()[0] for name in _names()}
    return frozenset(firsts | {f"{first}s" for first in firsts})


# --- What a run is worth -------------------------------------------------------------------------

#: « le lycée Jean Moulin », « collège d'Exemple », « lycées d'Île-de-France »: where, not for whom.
_OF = r"(?:\s+|\s*[-–]\s*)(?:(?:de|du|des|la|le|les)\s+|[dl]['’]\s*)*"
_KIND = (
    r"(?:\s+(?:général|polyvalent|professionnel|technologique|agricole|privé|public|\w+al)e?s?)*"
)
INSTITUTION = re.compile(
    rf"\b(?:[Ll]ycée|LYCÉE|[Cc]ollège|COLLÈGE|[ÉEée]cole)s?(?:\s+(?:élémentaire|primaire|maternelle))?{_KIND}"
    rf"{_OF}(?!(?:[Ss]econde|[Pp]remi|[Tt]ermin|[Mm]ath|[Pp]hys|[Cc]ycle|[Cc]ollège|[Ll]ycée|[Éé]cole|Niveau"
    r"|Classe|Sciences?\b|Histoire|Français|Anglais|Général|Pro|Techno|Exercice|Cours))"
    r"[A-ZÉÈÎÂ][a-zéèêëîïôâçü'’]{2,}(?:[ -][A-ZÉÈ][\w-]+)*"
)
#: Words that look like a level and are none (folded or not).
TRAPS = re.compile(
    r"(?:langues?|laits?|cartes?)\s+(?:maternelle|seconde)s?|brevet\s+des\s+coll[eè]ges"
    r"|(?:cl[ée]s?|couleurs?)\s+primaires?|(?:calcul|particule|op[ée]ration|notion|brique)s?\s+[ée]l[ée]mentaires?"
    r"|(?:milli|micro|nano)secondes?|(?:\d|\ben|\bdes?|\bquelques|\bplusieurs|\bde\s\d+)\s*secondes\b"
    r"|\b(?:par|une|chaque|toutes?\s+les|\d+)\s+secondes?\b"
    r"|(?:phase|maladie|interface|stade|ligne|face|station|borne|partie)s?\s+terminales?"
    r"|(?:mini|maxi|micro)?cycles?\s+(?:de\s+(?:vie|d[ée]veloppement)|menstru\w+)"
    r"|(?:lyc[ée]es|coll[eè]ges)\s+d(?:['’]|e\s|u\s)|grande?s?\s+[ée]coles?|[ée]coles?\s+d['’]\w+|[ée]coles?\s+de\s+\w+|auto-[ée]coles?"
    r"|coll[eè]ges?\s+d(?:['’](?:experts?|[ée]lus?)|e\s+france)|cap\s+(?:sur|au|vers|de)\b"
    r"|[\"“]\w+[\"”]",
    re.IGNORECASE,
)
#: « can't stop » is no « T ST… », and « term » no class.
NOT_FRENCH = re.compile(
    r"\w['’]t\b|\bterms?\b|\bTerms\b|\bTerm (?!S\b|[Ss]p|NSI|[GT]\b|[A-Z]{2})|-[Tt]erm\b|\bseconds?\b|\btale\b"
)


def _without_traps(text: str) -> str:
    for trap in (INSTITUTION, TRAPS, NOT_FRENCH):
        text = trap.sub(" ¤ ", text)
    return text


#: A rank is a class only where no other noun can follow.
RANKS = frozenset(("6e", "5e", "4e", "3e", "2de", "1re"))
#: Initials that stand for other things too: in capitals, or beside another level.
INITIALS = frozenset(["cp", "ps", "ms", "gs", "tps", "cap", "sts", "upi", "lp", "clis"])
#: … and among these, never alone.
NEVER_ALONE = frozenset(["ps", "ms", "gs", "tps", "sts", "upi", "lp"])

#: « les secondes 2GT4 », « mes 6e B », « 5e 3 », « 4e 2024-2025 ».
GROUP = re.compile(r"\d{0,2}(?:gt|pro|[a-z])?\d{0,2}|20\d\d")
AFTER_A_CLASS = frozenset(
    [
        "et",
        "ou",
        "a",
        "au",
        "aux",
        "en",
        "pour",
        "de",
        "du",
        "des",
        "sur",
        "avec",
        "par",
        "dans",
        "qui",
        "que",
        "afin",
        "selon",
        "lors",
        "pendant",
        "durant",
        "sont",
        "est",
        "ont",
        "peuvent",
        "peut",
        "comme",
        "ainsi",
        "mais",
        "ni",
        "generale",
        "general",
        "techno",
        "technologique",
        "pro",
        "segpa",
        "ulis",
        "l",
        "d",
        "la",
        "le",
        "les",
        "l",
        "option",
        "specialite",
        "parcours",
        "voie",
        "enseignement",
        "bac",
        "annees",
        "uniquement",
        "seulement",
        "aussi",
        "puis",
        "notamment",
        "compris",
        "inclus",
        "of",
        "for",
        "and",
        "the",
        "is",
        "pupils",
        "students",
    ]
)
BEFORE_A_CLASS = frozenset(
    [
        "en",
        "de",
        "des",
        "du",
        "pour",
        "les",
        "la",
        "l",
        "mes",
        "nos",
        "aux",
        "au",
        "a",
        "vos",
        "leurs",
        "entre",
        "d",
        "des",
        "jusqu",
        "chez",
        "notre",
        "ma",
        "niveau",
        "niveaux",
        "classe",
        "classes",
        "eleve",
        "eleves",
        "cycle",
        "programme",
        "programmes",
        "cours",
        "exercices",
        "college",
        "lycee",
        "my",
        "french",
    ]
)
_SMALL = "(?: (?:de|des|du|d|la|le|les|l|en|au|aux|a|une?|classes?|niveaux?|eleves|mes|nos|vos))*$"
EXPLICITLY = re.compile(
    r"\b(?:(?:niveaux?|classes?|public|programmes?|mes|nos|vos|leurs|eleves?|enfants|jeunes|etudiants"
    r"|professeurs|profs|enseignants|enseignantes)"
    r"|(?:destine|adresse|adapte|reserve|utilisable|utilise|accessible|concu|prevu|pense|convient)e?s?"
    r"(?: \w+){0,3}"
    r"|a destination|a l usage|a l intention|a l attention|pour(?: \w+){0,2})" + _SMALL
)
LABELLED = re.compile(r"\W*(?:niveau|classe|cycle|pour qui|public|eleves? vises?)")
#: « pas pour les 6e », « bientôt le lycée », « brevet des collèges ».
REFUSED = re.compile(
    r"\b(?:pas|non|ni|plus) (?:\w+ )?(?:pour|aux?|destine|adapte|prevu|concu|accessible)"
    r"|\b(?:sauf|hors|hormis|excepte|bientot|prochainement|a venir|ex|anciens?|brevet|apres|futurs?)\b"
)
#: « Je suis professeur de maths au collège » says who, not for whom.
SOMEBODY = re.compile(
    r"\b(?:je|j|par|suis|auteur|autrice|concu)\b.*\b(?:prof|professeure?|enseignante?)\b(?!.*\bpour\b)"
    r"|\b(?:professeure?|enseignante?|prof) (?:de|des|d|en|au|a)\b(?: \w+){0,4}$"
)


def _sureness(run: _Run, sentence: Sentence) -> float:
    before = " ".join(run.before)
    if not _stands(run, sentence) or REFUSED.search(" ".join(run.before[-5:])):
        return 0.0
    if (
        sentence.path == "topics"
        or LABELLED.match(sentence.section)
        or run.apart
        or EXPLICITLY.search(before)
    ):
        sure = EXPLICIT
    elif sentence.place in ("title", "heading") or _beside_a_subject(run):
        sure = BESIDE
    elif run.before and run.before[-1] in BEFORE_A_CLASS:
        sure = ADJACENT
    else:
        sure = BARE
    return sure / 2 if SOMEBODY.search(before) else sure


def _stands(run: _Run, sentence: Sentence) -> bool:
    """Is the run made of levels, as far as the words around it tell?"""
    together = len(run.keys) > 1
    short = sentence.path in ("topics", "name")
    for name in INITIALS.intersection(run.names):
        if not (together or short or re.search(rf"\b{name.upper()}\b", sentence.text)):
            return False
    if not together and run.names[0] in NEVER_ALONE:
        return False
    if run.names in (("primaire",), ("elementaire",)):
        return run.before[-1:] in (("en",), ("du",), ("niveau",), ("au",), ("le",), ("les",))
    if run.keys[-1] not in RANKS:
        return True
    if run.after not in AFTER_A_CLASS | _subjects() and not GROUP.fullmatch(run.after):
        return False
    if together or run.apart or short or not run.before or sentence.place in ("title", "heading"):
        return True
    return run.before[-1] in BEFORE_A_CLASS or run.before[-1] in _subjects()


def _beside_a_subject(run: _Run) -> bool:
    return run.after in _subjects() or (bool(run.before) and run.before[-1] in _subjects())


@lru_cache(maxsize=1)
def _subjects() -> frozenset[str]:
    """The words that names of disciplines begin or end with: « maths », « physique », « chimie »."""
    named = (name for word in words.disciplines() for name in (word.label, *word.words))
    split = (words.spelled("discipline", name).split() for name in named)
    return frozenset(word for each in split for word in (each[0], each[-1]) if len(word) > 2) - {
        "cours",
        "les",
        "sur",
        "vie",
        "classe",
        "monde",
    }
