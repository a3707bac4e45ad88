"""What a project's files already say, as the commun.yml that its maintainer need not type.

« Dites-le-nous une fois »: values with the lines they rest on, and questions where they are too
unsure. Pure: no network, no clock, no model. Precision first: what is wrong costs a maintainer more
than what is missing. The neighbours are in hinting/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .hinting.draft import additions, draft
from .hinting.education import education
from .hinting.files import Said, authors, said_in
from .hinting.levels import levels
from .hinting.links import links
from .hinting.markup import decoded, plain_line
from .hinting.naming import descriptions, languages, titles
from .hinting.proposal import SURE, Evidence, Found, Proposal, Proposed, gathered
from .hinting.readme import Place, Sentence, sentences
from .hinting.rights import licence
from .hinting.subjects import subjects
from .hinting.uses import keywords, publics, seeks, types, usages
from .project import Project, ProjectFile, Snapshot

__all__ = ["SURE", "Evidence", "Proposal", "Proposed", "additions", "draft", "propose"]


def propose(snapshot: Snapshot) -> Proposal:
    """What could stand in the commun.yml of a project, and why."""
    readme = readme_of(snapshot)
    text = decoded(readme.payload) if readme else ""
    written = sentences(readme.path, text) if readme else ()
    named = said_in(snapshot)
    said = (*_of_project(snapshot.project), *_of_files(named), *written)
    found = _of_teaching(said) | _of_the_project(snapshot, written, named, said)
    shown = education(said, found["niveaux"], found["disciplines"])
    every = [
        (each, SURE if shown or each.key not in TEACHING else SURER)
        for key in ORDER
        for each in gathered(key, found[key])
    ]
    return Proposal(
        values=tuple(each for each, least in every if each.confidence >= least),
        questions=tuple(each for each, least in every if each.confidence < least),
        education=shown,
    )


#: Keys whose words mean something else where nothing shows that one teaches.
TEACHING = ("niveaux", "disciplines", "types", "usages", "public")
SURER = 0.8
ORDER = (
    *("titre", "description", "lien", *TEACHING),
    *("licence", "langues", "mots-cles", "auteurs", "cherche-co-mainteneur"),
)


def _of_teaching(said: tuple[Sentence, ...]) -> dict[str, tuple[Found, ...]]:
    """What it is for, whom, and how."""
    levelled = [(each, (*levels(each),)) for each in said]
    return {
        "niveaux": tuple(found for _, several in levelled for found in several),
        "disciplines": tuple(subjects((each, bool(several)) for each, several in levelled)),
        "types": tuple(types(said)),
        "usages": tuple(usages(said)),
        "public": tuple(publics(said)),
    }


def _of_the_project(
    snapshot: Snapshot,
    written: tuple[Sentence, ...],
    named: tuple[Said, ...],
    said: tuple[Sentence, ...],
) -> dict[str, tuple[Found, ...]]:
    """What it is called, where it is, whose it is."""
    title = tuple(titles(snapshot.project, written, named))
    return {
        "titre": title,
        "description": tuple(descriptions(snapshot.project, written, named)),
        "lien": tuple(links(snapshot, title[0].text, written, named)),
        "licence": tuple(licence(snapshot, written, named)),
        "langues": tuple(languages(written, named)),
        "mots-cles": tuple(keywords(snapshot.project)),
        "auteurs": tuple(authors(named)),
        "cherche-co-mainteneur": tuple(seeks(said)),
    }


def readme_of(snapshot: Snapshot) -> ProjectFile | None:
    """The README, in French when there are several."""
    found = [each for each in snapshot.files if README.fullmatch(each.path)]
    return min(found, key=lambda each: (*_rank(each.path), each.path), default=None)


README = re.compile(r"(?:readme|lisez-?moi)[\w.-]{0,40}", re.IGNORECASE)


def _rank(path: str) -> tuple[bool, bool]:
    name = path.casefold()
    french = re.search(r"[._-]fr\b|lisez", name)
    plain = re.fullmatch(r"readme(?:\.(?:md|rst|txt|adoc|markdown|org))?", name)
    return not french, not plain


def _of_project(project: Project) -> Iterator[Sentence]:
    """What the forge's own fields say."""
    name = project.name or project.path.rpartition("/")[2]
    fields: list[tuple[str, str, Place]] = [("name", name, "title")]
    fields += [("description", project.description[:2000], "opening")]
    fields += [("topics", topic, "title") for topic in project.topics]
    for path, written, place in fields:
        # « cours-nsi_premiere » is three words.
        text = written if path == "description" else SEPARATORS.sub(" ", written)
        if text := plain_line(text):
            yield Sentence(path=path, text=text, place=place, parts=((None, written),))


SEPARATORS = re.compile(r"[-_.+/]+")


#: Names of files' values that present the project.
PRESENTING: dict[str, Place] = {
    "site_name": "title",
    "title": "title",
    "site_description": "opening",
    "description": "opening",
    "description.fr.shortDescription": "opening",
    "description.fr.longDescription": "body",
    "educationalLevel": "title",
    "about": "title",
    "keywords": "opening",
}


def _of_files(named: tuple[Said, ...]) -> Iterator[Sentence]:
    for each in named:
        if each.name in PRESENTING:
            yield Sentence(
                path=each.path,
                text=each.text,
                place=PRESENTING[each.name],
                parts=((each.line, each.excerpt),),
            )
