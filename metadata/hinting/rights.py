"""The licence of a project: its licence file, what the README says, what its other files say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .. import licences
from ..keys.values import licence_name
from ..licences import Licence
from ..project import Snapshot
from .files import Said
from .markup import decoded
from .proposal import Evidence, Found
from .readme import Sentence

FILES = ("LICENSE", "LICENCE", "COPYING", "LICENSE.md", "LICENCE.md", "LICENSE.txt", "LICENCE.txt")
#: How much of a licence tells which it is.
HEAD = 600

#: Versions that the head of a text says and a name does not.
GNU = re.compile(
    r"gnu (affero |lesser )?general public licen[cs]e\W+version (2\.1|[23])", re.IGNORECASE
)
GRANTED = re.compile(r"Permission is hereby granted, free of charge, to any person obtaining")

SAYING = re.compile(
    r"\b(?:sous|licensed|under|released|publi|diffus|distribu|mis(?:e|es)? à disposition|plac[ée])\w*\b"
    r".*\b(?:licen[cs]e|CC|Creative)|^licen[cs]ed?\b",
    re.IGNORECASE,
)
#: What the licence is of: the project, not one of the works it uses.
WHOLE = re.compile(
    r"(?:^|, )(?:ce|cet|cette|ces|le|les|l['’]|tou(?:t|s|te|tes)|mes|nos|notre|this|all|the)\s?"
    r"(?:\w+['’\s]){0,4}?(?:projet|site|cours|contenus?|documents?|ressources?|œuvre|logiciel|code|dépôt"
    r"|application|fichiers?|travail|travaux|exercices|jeu|project|software|content|work|repository)\b"
    r"|^(?:licensed|released|distribué|publié|diffusé)",
    re.IGNORECASE,
)


def licence(snapshot: Snapshot, said: Iterable[Sentence], named: Iterable[Said]) -> Iterator[Found]:
    """The licence that a project says; when its files disagree, each of them, and none is sure."""
    found = [*_signs(snapshot, said, named)]
    if not found:
        return
    best = max(found, key=lambda each: each[1])[0]
    others = {each for each, sure, _ in found if sure >= SAID and not _same(each, best)}
    precise = next((each for each, *_ in found if _same(each, best) and each.spdx), best)
    for each, sure, evidence in found:
        if _same(each, best):
            yield Found(licence_name(precise), 0.5 if others else sure, evidence)
        elif each in others:
            yield Found(licence_name(each), 0.5, evidence)


#: From here on a sign can contradict a licence file.
SAID = 0.7


def _same(one: Licence, other: Licence) -> bool:
    """Are they one licence, as far as said: « GPL » and « GPL 3 », « only » and « or later »?"""
    short, long = sorted(map(_stem, (one, other)), key=len)
    return one.family == other.family or long.startswith(short)


def _stem(licence: Licence) -> str:
    return re.sub(r"-(?:only|or-later)$", "", (licence.spdx or licence.key).casefold())


def _signs(
    snapshot: Snapshot, said: Iterable[Sentence], named: Iterable[Said]
) -> Iterator[tuple[Licence, float, Evidence]]:
    if (file := snapshot.file(*FILES)) and (known := _of_text(decoded(file.payload[:4096]))):
        line, excerpt = _head_line(decoded(file.payload[:4096]))
        yield known, 0.95, Evidence(file.path, line, excerpt)
    for sentence in said:
        worth = _worth(sentence)
        if worth and (known := licences.find(sentence.text)) and known.reuse:
            yield known, worth, sentence.evidence("licen")
    for each in named:
        if each.name.endswith("license") and (known := licences.find(each.text)):
            yield known, 0.65 if each.path == "package.json" else 0.85, each.evidence
    if snapshot.project.licence and (known := licences.find(snapshot.project.licence)):
        yield known, 0.65, Evidence("licence", None, snapshot.project.licence)


def _worth(sentence: Sentence) -> float:
    if re.match(r"\W*licen[cs]e", sentence.section):
        return 0.85
    if not SAYING.search(sentence.text):
        return 0.0
    return 0.85 if WHOLE.search(sentence.text) else 0.62 * (sentence.place != "aside")


def _of_text(text: str) -> Licence | None:
    head = " ".join(text[:HEAD].split())
    if match := GNU.search(head):
        kind = {"affero ": "AGPL", "lesser ": "LGPL"}.get((match[1] or "").lower(), "GPL")
        version = match[2] if "." in match[2] else f"{match[2]}.0"
        return licences.find(f"{kind}-{version}")
    if GRANTED.search(" ".join(text.split())):
        return licences.find("MIT")
    return licences.find(head[:300])


def _head_line(text: str) -> tuple[int, str]:
    """The first line of a licence that says something."""
    lines = enumerate(text.split("\n"), 1)
    return next(((n, line.strip()[:200]) for n, line in lines if line.strip()), (1, ""))
