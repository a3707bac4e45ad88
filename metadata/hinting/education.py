"""The words by which a project shows that it is for education, and not for developers alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..vocabulary import key_of
from .proposal import Evidence, Found, confidences
from .readme import Sentence

#: What nobody but somebody who teaches or learns writes. Accents matter: « élevé » is no « élève ».
SHOWING = re.compile(
    r"(?<!s['’])\b[ÉéEe]l[èe]ves\b|\b(?:un|une|l['’]|chaque|pour l['’]|interface|espace|côté)\s?élève\b"
    r"|\bmes classes\b|\b(?:en|ma|la|sa|de|salle de) classe\b(?! (?:css|abstraite|java|python|mère|fille))"
    r"|\bp[ée]dagogi\w+|\bscolaires?\b|\b[ée]ducation nationale\b|\bprofesseure?s? (?:de|des|d['’])"
    r"|\b(?:enseignant|professeur)e?s\b|\bl['’]enseignant\b|\bl['’]enseignement\b|\bexerciseurs?\b|\b[ée]ducati(?:f|ve|fs|ves)\b"
    r"|\bcollégien(?:ne)?s?\b|\blycéen(?:ne)?s?\b|\bétudiant(?:e)?s\b|\bbrevet des coll|\bdnb\b|\bprofs\b"
    r"|\bprogrammes? officiels?\b|\benseigner\b|\bapprenants?\b"
    r"|\b(?:for|by|our|my|of|the|a|to|help|with) (?:students?|pupils?|teachers?|schools?)\b"
    r"|\bapprentissage (?:de (?:la lecture|l['’][ée]criture)|du calcul|des tables)\b"
    r"|\bapprendre (?:à|a) (?:lire|[ée]crire|compter|calculer)\b"
    r"|\b(?:lyc[ée]e|coll[èe]ge) [A-ZÉ][a-zé]+[ -][A-ZÉ]|\bbulletins? scolaires?"
    r"|\bin (?:schools?|classrooms?|the classroom)\b|\bclassrooms?\b|\bteachers?\b|\bpupils\b"
    r"|\bstudents?['’]s?\b|\beducational\b(?! (?:purposes?|project))|\bteaching\b",
    re.IGNORECASE,
)
#: Sentences that speak of school by the way.
BY_THE_WAY = re.compile(
    r"\b(?:licen[cs]e|copyright|hosted|hébergé|supported by|soutien|merci|thanks|university|universit[ée]"
    r"|educational purposes?|machine learning|deep learning)\b",
    re.IGNORECASE,
)


def education(
    said: Iterable[Sentence], levels: Iterable[Found], subjects: Iterable[Found]
) -> tuple[Evidence, ...]:
    """The project's own words that show that it is for education; none when nothing shows it."""
    levels, subjects = [*levels], [*subjects]
    found = dict.fromkeys(_shown(said))
    for signs, least in ((levels, 0.7), (subjects, 0.9)):
        sure = confidences(signs)
        found |= dict.fromkeys(each.evidence for each in signs if sure[each.text] >= least)
    return tuple(found)[:MOST]


MOST = 3


def _shown(said: Iterable[Sentence]) -> Iterator[Evidence]:
    for sentence in said:
        match = SHOWING.search(sentence.text) if sentence.place != "aside" else None
        if match and not BY_THE_WAY.search(sentence.text):
            yield sentence.evidence(key_of(match[0]))
