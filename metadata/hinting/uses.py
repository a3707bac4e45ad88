"""What a project is and who uses it how: types, usages, public, and whether it looks for help.

Only in what presents it; the words are those that words.py knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from .. import words
from ..project import Project
from ..vocabulary import key_of
from .proposal import Evidence, Found
from .readme import Sentence

#: The types that a first paragraph names, by key: how they are named (folded).
TYPES: Mapping[str, str] = {
    "exercice": r"(?:exercices?|exercis(?:eur|er)s?|exos?|entrainements?)\b(?! de style)",
    "questionnaire": r"(?:quiz+|qcm|questionnaires?)\b",
    "cours": r"(?:cours (?:de|d'|complets?|en ligne|et)|mes cours|lecons?)\b",
    "sequence": r"(?:(?:sequences?|seances?) (?:pedagogiques?|de|d')|scenarios? pedagogiques?)",
    "activite": r"(?:activites? (?:pedagogiques?|pour|de|d'|interactives?|ludiques?)|rituels?\b|defis?\b)",
    "fiche-pedagogique": r"fiches? (?:pedagogiques?|de preparation|prof|enseignant)",
    "jeu": r"(?:jeux?|serious games?|escape games?)\b",
    "evaluation": r"(?:evaluations?|controles? (?:de|d')|devoirs? surveilles?)\b",
    "annales": r"annales\b",
    "preparation-a-l-examen": r"(?:revis(?:ions?|er)|preparation a (?:l'examen|l'epreuve)|preparation au b(?:ac|revet))\b",
    "manuel": r"manuels? (?:scolaires?|numeriques?|libres?|de|d')",
    "simulation": r"simulat(?:eur|ion)s?\b",
    "frise": r"frises? (?:chronologiques?|interactives?)",
    "carte-mentale": r"cartes? mentales?",
    "diaporama": r"diaporamas?\b",
    "audio": r"podcasts?\b",
}
NAMED = r"(?:^|\b(?:est|sont|propose|une?|des|d'|de|mes|les|cette?|ces|voici|pour|plusieurs|et) )(?:\w+ )??"
#: Those that it names too when it says how the thing is made: only « c'est un outil » says so.
THINGS: Mapping[str, str] = {
    "outil": r"(?:outils?|generateurs?)\b",
    "application": r"(?:applications?|logiciels?|appli)\b",
    "tutoriel": r"(?:tutoriels?|tutos?)\b",
    "video": r"(?:capsules? )?videos?\b",
}
IS = r"(?:^|\b(?:est|sont|voici) )(?:une? |des |l')?(?:\w+ ){0,2}?"

FOR = (
    r"(?:\bpour (?:les |des |mes |vos |tous les |l')|destine\w* (?:aux? |a des )|a destination des? |a l'usage des? "
    r"|a l'intention des? |s'adresse\w* (?:aux? |a des )|public : |aide aux? |permet aux? |permettant aux? )"
)
PUBLICS = {
    "eleve": r"(?:(?:jeunes |\w+ )?eleves?|collegiens|lyceens|ecoliers)\b",
    "enseignant": r"(?:enseignant\w*|profs?|professeur\w*|collegues)\b",
    "parent": r"(?:parents?|familles)\b",
    "etudiant": r"etudiants?\b",
}
SEEKS = re.compile(
    r"(?:cherche|recherche|besoin d|appel a|bienvenue aux?)\w*[^.]{0,40}\b(?:co-?mainten|mainteneu|repreneu"
    r"|contributeur|contributrice|collabor|aide pour (?:maintenir|continuer))"
    r"|looking for (?:a )?(?:co-?)?maintainers?|projet (?:a reprendre|cherche)"
)


def types(said: Iterable[Sentence]) -> Iterator[Found]:
    """What it is: only what its title and its first paragraph say."""
    for sentence in said:
        if sentence.place in ("title", "opening"):
            text = MAKING.sub(" ", sentence.folded)
            for key, pattern in _types().items():
                if match := pattern.search(text):
                    sure = 0.8 if sentence.place == "title" else 0.7
                    evidence = sentence.evidence(match[0].split()[-1])
                    yield Found(_short(_label("type", key)), sure, evidence)


#: « en cours de développement » is no course.
MAKING = re.compile(
    r"en cours d\S*|au cours d\S*|bien sur|jeux? (?:de |d')?(?:donnees|caracteres|instructions|tests?)"
    r"|jouer? un role|outils? de build"
)


def _label(kind: str, key: str) -> str:
    found = words.word(kind, key)
    assert found, f"{kind} {key} manque à words.toml"
    return found.label


def _short(label: str) -> str:
    """The first name of a label that has several: « cours » for « cours, leçon »."""
    first = re.split(r"[,(]", label)[0].strip()
    found = words.find("type", first)
    return first if found and found.label == label else label


@lru_cache(maxsize=1)
def _types() -> Mapping[str, re.Pattern[str]]:
    named = {key: re.compile(NAMED + pattern) for key, pattern in TYPES.items()}
    return named | {key: re.compile(IS + pattern) for key, pattern in THINGS.items()}


def usages(said: Iterable[Sentence]) -> Iterator[Found]:
    """Where and how it is used, in the words that nobody says of anything else."""
    for sentence in said:
        if sentence.place in ("opening", "body"):
            for match in _usage().finditer(sentence.folded):
                sure = 0.75 if sentence.place == "opening" else 0.62
                yield Found(_usages()[match[0]], sure, sentence.evidence(match[0].split()[-1]))


@lru_cache(maxsize=1)
def _usage() -> re.Pattern[str]:
    longest = sorted(map(re.escape, _usages()), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)(?! (?:mere|fille|abstraite|css))")


@lru_cache(maxsize=1)
def _usages() -> Mapping[str, str]:
    return {
        key_of(name): word.label
        for word in words.every("usage")
        if word.key not in NOT_USAGES
        for name in word.asked
    }


#: « stage », « TP » and « CDI » name other things in a README.
NOT_USAGES = frozenset(("en-entreprise", "en-laboratoire", "au-cdi", "en-atelier"))


def publics(said: Iterable[Sentence]) -> Iterator[Found]:
    """For whom, where it says « pour … »."""
    for sentence in said:
        if sentence.place in ("title", "opening", "body"):
            for key, pattern in _publics().items():
                if match := pattern.search(sentence.folded):
                    sure = 0.62 if sentence.place == "body" else 0.75
                    evidence = sentence.evidence(match[0].split()[-1])
                    yield Found(_label("public", key), sure, evidence)


@lru_cache(maxsize=1)
def _publics() -> Mapping[str, re.Pattern[str]]:
    return {key: re.compile(FOR + pattern) for key, pattern in PUBLICS.items()}


def seeks(said: Iterable[Sentence]) -> Iterator[Found]:
    """Does it say that it looks for somebody to maintain it with?"""
    for sentence in said:  # wherever it stands: under « Contribuer », mostly
        if match := SEEKS.search(sentence.folded):
            yield Found("oui", 0.8, sentence.evidence(match[0].split()[0]))


def keywords(project: Project) -> Iterator[Found]:
    """The topics of a project that say neither a level nor a discipline."""
    for topic in project.topics:
        said = topic.replace("-", " ")
        if not words.matches("level", said) and not words.matches("discipline", said):
            yield Found(said, 0.8, Evidence("topics", None, topic))
