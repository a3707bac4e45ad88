"""The levels that a project says it is for: « pour mes 6e », « du CP au CM2 », « niveau lycée ».

Whether what could be a level is meant as one, where so much is not: « 5e édition », « en secondes »,
« Lycée Jean Moulin ». The small words that tell are in hints.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .. import words
from ..levelwords import canonical
from ..words import Word
from .proposal import Found
from .readme import WORTH, Sentence
from .runs import Run, runs
from .table import table

#: How sure a run makes us by the words around it.
EXPLICIT, BESIDE, ADJACENT, BARE = 0.92, 0.85, 0.75, 0.5

#: Nothing is looked for where none of these stands (folded).
TRIGGER = re.compile(
    r"[3-6] ?(?:e|°|º|i?emes?|es)\b|(?:six|cinqu|quatr|trois)iemes?\b|\b2 ?n?de?s?\b|second"
    r"|\b1 ?(?:e?re|st)|premiere|\bt(?:le|ale|erm)|\bt ?(?:st|[gsl]\b|es\b)|\bc[pem] ?[12]?\b|cycle|section"
    r"|college|collegien|lyce|ecole|primaire|elementaire|maternelle|preparatoire|\bprepa"
    r"|\b(?:t?ps|[mg]s|segpa|ulis|erea|clis|upi|lgt|legt|cap|bts|sts|cpge|lp)\b"
    r"|\bbac(?:calaureat)? pro|voie (?:pro|gen|tech|cap)|formation (?:continue )?des ens|cours moyen"
)


def levels(sentence: Sentence) -> Iterator[Found]:
    """Each level that a sentence says the project is for, and how sure it makes us."""
    if sentence.place == "aside" or not TRIGGER.search(sentence.folded):
        return
    for run in runs(_without_traps(sentence.text)):
        sure = _sureness(run, sentence) * WORTH[sentence.place]
        if sure:
            evidence = sentence.evidence(_as_written(run, sentence))
            yield from (Found(_name(word), sure, evidence) for word in run.levels)


def _name(word: Word) -> str:
    """What a teacher would write: « 2de » rather than « 2de générale et technologique »."""
    return word.key if word.key in word.words else word.label


def _as_written(run: Run, sentence: Sentence) -> str:
    """A word of the run as it stands in the file, to find its line."""
    written = (match[0] for match in re.finditer(r"\w+", sentence.folded))
    return next((each for each in written if canonical(each) in run.text.split()), "")


# --- What is no level -----------------------------------------------------------------------------

#: « le lycée Jean Moulin », « collège d'Exemple »: where, not for whom.
INSTITUTION = re.compile(
    r"\b(?:[Ll]ycée|LYCÉE|[Cc]ollège|COLLÈGE|[ÉEée]cole)s?(?:\s+(?:élémentaire|primaire|maternelle))?"
    r"(?:\s+(?:général|polyvalent|professionnel|technologique|agricole|privé|public|\w+al)e?s?)*"
    r"(?:\s+|\s*[-–]\s*)(?:(?:de|du|des|la|le|les)\s+|[dl]['’]\s*)*"
    r"(?!(?:[Ss]econde|[Pp]remi|[Tt]ermin|[Mm]ath|[Pp]hys|[Cc]ycle|[Cc]ollège|[Ll]ycée|[Éé]cole|Niveau"
    r"|Classe|Sciences?\b|Histoire|Français|Anglais|Général|Pro|Techno|Exercice|Cours))"
    r"[A-ZÉÈÎÂ][a-zéèêëîïôâçü'’]{2,}(?:[ -][A-ZÉÈ][\w-]+)*"
)
#: Words that look like a level and are none.
TRAPS = re.compile(
    r"(?:langues?|laits?|cartes?)\s+(?:maternelle|seconde)s?|brevet\s+des\s+coll[eè]ges"
    r"|(?:cl[ée]s?|couleurs?)\s+primaires?"
    r"|(?:calcul|particule|op[ée]ration|notion|brique)s?\s+[ée]l[ée]mentaires?"
    r"|(?:milli|micro|nano)secondes?|(?:\d|\ben|\bdes?|\bquelques|\bplusieurs)\s*secondes\b"
    r"|\b(?:par|une|chaque|toutes?\s+les|\d+)\s+secondes?\b"
    r"|(?:phase|maladie|interface|stade|ligne|face|station|borne|partie)s?\s+terminales?"
    r"|cycles?\s+(?:de\s+(?:vie|d[ée]veloppement)|menstru\w+)"
    r"|(?:lyc[ée]es|coll[eè]ges)\s+d(?:['’]|e\s|u\s)|coll[eè]ges?\s+d(?:['’](?:experts?|[ée]lus?)|e\s+france)"
    r"|grande?s?\s+[ée]coles?|auto-[ée]coles?|[ée]coles?\s+d(?:['’]|e\s+)\w+"
    # « 1re et 2e année » of a diploma; « cinquième primaire » in Belgium
    r"|\b(?:1(?:[èe]?re|er)|premi[èe]re|[2-7](?:e|[èe]me)?|\w+i[èe]me)s?\s+(?:(?:et|ou|à|/|-)\s+\w+\s+)?"
    r"(?:ann[ée]es?|primaires?|secondaires?)\b"
    r"|cap\s+(?:sur|au|vers|de)\b|[\"“]\w+[\"”]",
    re.IGNORECASE,
)
#: « can't stop » is no « T ST… », and « term » no class.
ENGLISH = re.compile(
    r"\w['’]t\b|\b(?:terms?|Terms|seconds?|tale)\b|\bTerm (?!S\b|[Ss]p|NSI|[GT]\b|[A-Z]{2})|-[Tt]erm\b"
)


def _without_traps(text: str) -> str:
    for trap in (INSTITUTION, TRAPS, ENGLISH):
        text = trap.sub(" ¤ ", text)
    return text


# --- What a run is worth ---------------------------------------------------------------------------

_SMALL = "(?: (?:de|des|du|d|la|le|les|l|en|au|aux|a|une?|classes?|niveaux?|eleves|mes|nos|vos))*$"
EXPLICITLY = re.compile(
    r"\b(?:(?:niveaux?|classes?|public|programmes?|mes|nos|vos|leurs|eleves?|enfants|jeunes|etudiants"
    r"|professeurs|profs|enseignants|enseignantes)"
    r"|(?:destine|adresse|adapte|reserve|utilisable|utilise|accessible|concu|prevu|pense|convient)e?s?"
    r"(?: \w+){0,3}"
    r"|a destination|a l usage|a l intention|a l attention|pour(?: \w+){0,2})" + _SMALL
)
#: A section that lists levels: « ## Niveaux », « ## Pour qui ? ».
LISTING = re.compile(r"\W*(?:niveau|classe|cycle|pour qui|public|eleves? vises?)")
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


def _sureness(run: Run, sentence: Sentence) -> float:
    before = " ".join(run.before)
    if not _stands(run, sentence) or REFUSED.search(" ".join(run.before[-5:])):
        return 0.0
    sure = BARE
    if (
        sentence.path == "topics"
        or run.apart
        or LISTING.match(sentence.section)
        or EXPLICITLY.search(before)
    ):
        sure = EXPLICIT
    elif sentence.place in ("title", "heading") or {run.after, *run.before[-1:]} & _subjects():
        sure = BESIDE
    elif _of_classes(run) or (run.before and run.before[-1] in table()["niveaux"]["avant"]):
        sure = ADJACENT
    return sure / 2 if SOMEBODY.search(before) else sure


def _of_classes(run: Run) -> bool:
    """« CE2 CM1 CM2 »: several classes in a row are for nobody else, « un collège ou un lycée » may."""
    classes = [key for key in run.keys if not (found := words.word("level", key)) or found.parent]
    return len(classes) > 1 and not RANKS.issuperset(classes)


#: A rank is a class only where no other noun can follow.
RANKS = frozenset(("6e", "5e", "4e", "3e", "2de", "1re"))


def _stands(run: Run, sentence: Sentence) -> bool:
    """Is the run made of levels, as far as the words around it tell?"""
    last = run.before[-1:]
    short = sentence.path in ("topics", "name")
    if len(run.names) == 1 and not _is_said_alone(run.names[0], sentence, short):
        return False
    if run.names in (("primaire",), ("elementaire",)):
        return bool(last) and last[0] in ("en", "du", "niveau", "au", "le", "les")
    if run.keys[-1] not in RANKS:
        return True
    if not _ends(run.after):
        return False
    listed = len(run.names) > 1 or run.apart or not last
    titled = short or sentence.place in ("title", "heading")
    return listed or titled or last[0] in table()["niveaux"]["avant"] or last[0] in _subjects()


def _is_said_alone(name: str, sentence: Sentence, short: bool) -> bool:
    """« CP » in capitals is a class; « PS » alone may be anything."""
    said = table()["niveaux"]
    if name not in said["sigles"]:
        return True
    capitals = short or bool(re.search(rf"\b{name.upper()}\b", sentence.text))
    return capitals and name not in said["jamais-seuls"]


#: « les secondes 2GT4 », « mes 6e B », « 5e 3 », « 4e 2024-2025 ».
GROUP = re.compile(r"\d{0,2}(?:gt|pro|[a-z])?\d{0,2}|20\d\d")


def _ends(after: str) -> bool:
    """Can this word follow a class? « 5e édition » is none."""
    known = after in table()["niveaux"]["apres"] or after in _subjects()
    return known or bool(GROUP.fullmatch(after))


@lru_cache(maxsize=1)
def _subjects() -> frozenset[str]:
    """The words that names of disciplines begin or end with: « maths », « physique », « chimie »."""
    named = (name for word in words.disciplines() for name in (word.label, *word.words))
    split = (words.spelled("discipline", name).split() for name in named)
    ends = {word for each in split for word in (each[0], each[-1]) if len(word) > 2}
    return frozenset(map(canonical, ends)) - {*table()["niveaux"]["pas-des-disciplines"]}
