"""The title and the description of a project, and the languages it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ..normalise import language
from ..placeholders import is_title
from ..project import Project
from .files import Said
from .proposal import SURE, Evidence, Found
from .readme import Sentence

LONGEST_TITLE = 100
#: Headings that name a part of a README, not a project (folded).
GENERIC = re.compile(
    r"\W*(?:readme|presentation|introduction|a propos|about|description|installation|sommaire|bienvenue"
    r"|getting started|welcome|table of contents|utilisation|usage|licence|license|todo|contexte"
    r"|prerequis|overview|objectifs?|documentation|programme|contenu|cours|projet|project|my project|titre|title|accueil|home"
    r"|nom du projet|project title|en dev|fonctionnement|fonctionnalites|features|\d+\W.*)\W*"
)
#: … or that say where the project went.
MOVED = re.compile(
    r"\b(?:est|is) (?:\w+ )?(?:maintenant|desormais|now|moved)\b|n'est plus|a demenage"
)


#: What stands around a title and is no part of it.
AROUND = re.compile(
    r"^[\W_]+(?=\w)|^(?:à propos (?:de |du )(?:l['’]application |projet )?)|[\s:–—|-]+$",
    re.IGNORECASE,
)


def titles(project: Project, said: Sequence[Sentence], named: Sequence[Said]) -> Iterator[Found]:
    """The title: the README's, else the one that a file gives, else the project's own name."""
    for found in _titles(said, named):
        if is_title(found.text):
            yield found
            return
    own = project.name or project.path.rpartition("/")[2] or str(project.id)
    yield Found(own, SURE, Evidence("name", None, own))


def _titles(said: Sequence[Sentence], named: Sequence[Said]) -> Iterator[Found]:
    first = next((each for each in said if each.place == "title"), None)
    if first and not GENERIC.fullmatch(first.folded) and not MOVED.search(first.folded):
        title = AROUND.sub("", first.text)
        if 1 < len(title) <= LONGEST_TITLE:
            yield Found(title, 0.85, first.evidence())
    for path, name in (("publiccode", "name"), ("mkdocs", "site_name"), ("citation", "title")):
        for each in named:
            if each.path.casefold().startswith(path) and each.name == name:
                yield Found(each.text, 0.75, each.evidence)


#: A description worth its name has so many characters; more than so many, and nobody reads it.
SHORTEST, LONGEST = 30, 600
#: Beginnings of what says where the repository stands, or under which licence, not what it is (folded).
ELSE = re.compile(
    r"(?:ceci est |voici )?(?:le |un |ce )?(?:fork|depot|repository|repo\b)|(?:this|the) repo|see |voir "
    r"|sources? d|ce dossier est|describe |attention|le projet est maintenant|\W*todo|licen[cs]e\b"
    r"|[^.]{0,80}\b(?:publie|distribue|mis a disposition|place)\w* sous (?:la )?licence|copyright|©"
)
LABELLED = re.compile(r"(?:description|présentation|résumé|objectif)\s?:\s*(?=\S)", re.IGNORECASE)


def descriptions(
    project: Project, said: Sequence[Sentence], named: Sequence[Said]
) -> Iterator[Found]:
    """The description: the first paragraph in French, else what the forge or a file says, else the
    first words of the project: never a word of ours."""
    paragraphs = [each for each in _paragraphs(said) if not ELSE.match(each[0].folded)]
    labelled = [each for each in paragraphs if LABELLED.match(each[0].text)]
    french = [_whole(each, 0.8) for each in (*labelled, *paragraphs) if _is_french(each)]
    elsewhere = [*_elsewhere(project, named)]
    long = [each for each in (*french, *elsewhere) if len(each.text) >= SHORTEST]
    other = [_whole(each, SURE) for each in paragraphs]
    title = [_whole([each], SURE) for each in said[:1] if each.text]
    own = project.name or project.path.rpartition("/")[2] or str(project.id)
    last = Found(own, SURE, Evidence("name", None, own))
    yield next(each for each in (*long, *elsewhere, *other, *title, last) if each.text)


def _paragraphs(said: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """The paragraphs that may present the project, in order, as their sentences."""
    shown = (each for each in said if each.place in ("opening", "body") and each.text)
    for _, paragraph in groupby(shown, key=lambda each: each.block):
        yield [*paragraph]


def _is_french(paragraph: Sequence[Sentence]) -> bool:
    text = " ".join(each.text for each in paragraph)
    return len(text) >= SHORTEST and text.count(" ") >= 4 and tongue(text) == "fr"


def _whole(paragraph: Sequence[Sentence], sure: float) -> Found:
    text = LABELLED.sub("", " ".join(each.text for each in paragraph), count=1)
    return Found(_cut(text), sure, paragraph[0].evidence())


def _elsewhere(project: Project, named: Sequence[Said]) -> Iterator[Found]:
    if text := " ".join(project.description.split()):
        yield Found(_cut(text), 0.8, Evidence("description", None, text[:200]))
    for name in (
        "description.fr.longDescription",
        "description.fr.shortDescription",
        "site_description",
        "description",
        "abstract",
    ):
        for each in named:
            if each.name == name and each.text:
                yield Found(_cut(each.text), 0.7, each.evidence)


def _cut(text: str) -> str:
    """The sentences of a text that fit, at least the beginning of the first."""
    text = re.sub(r"\s+([.,)])", r"\1", text.strip(" :"))
    if len(text) <= LONGEST:
        return text
    head = text[:LONGEST]
    stop = max(head.rfind(". "), head.rfind("! "), head.rfind("? "))
    return head[: stop + 1] if stop > SHORTEST else f"{head.rpartition(' ')[0]}…"


# --- Languages ----------------------------------------------------------------------------------

COMMON = {
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "des",
            "du",
            "une",
            "un",
            "et",
            "est",
            "pour",
            "dans",
            "sur",
            "avec",
            "qui",
            "que",
            "ce",
            "cette",
            "ces",
            "vous",
            "nous",
            "je",
            "il",
            "elle",
            "par",
            "au",
            "aux",
            "ou",
            "en",
            "de",
            "son",
            "ses",
            "sont",
            "mes",
            "votre",
            "plus",
            "pas",
            "ne",
            "se",
            "à",
            "être",
            "afin",
        ]
    ),
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "is",
            "in",
            "for",
            "with",
            "on",
            "this",
            "that",
            "you",
            "your",
            "are",
            "it",
            "be",
            "as",
            "by",
            "an",
            "from",
            "can",
            "or",
            "we",
            "not",
            "our",
            "will",
            "have",
            "its",
            "their",
        ]
    ),
}
WORD = re.compile(r"[^\W\d_]+")


def tongue(text: str) -> str:
    """The language of a text, "fr" or "en"; "" when its small words do not tell."""
    found = [word.casefold() for word in WORD.findall(text)]
    counts = {code: sum(word in common for word in found) for code, common in COMMON.items()}
    best = max(counts, key=lambda code: counts[code])
    others = sum(counts.values()) - counts[best]
    return best if counts[best] >= max(2, 2 * others) else ""


def languages(said: Sequence[Sentence], named: Sequence[Said]) -> Iterator[Found]:
    """The languages that a file lists, and the one that the README is in when it is French."""
    for each in named:
        listed = each.name.endswith("availableLanguages") or each.name == "inLanguage"
        if listed and (code := language(each.text)):
            yield Found(code, 0.9, each.evidence)
    read = [each for each in said if each.place in ("title", "opening", "body")][:60]
    code = tongue(" ".join(each.text for each in read))
    first = next((each for each in read if code and tongue(each.text) == code), None)
    if first:
        # Developers write in English of what is in French: this one is asked.
        yield Found(code, 0.8 if code == "fr" else 0.4, first.evidence())
