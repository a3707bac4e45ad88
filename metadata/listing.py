"""Is a project of the forge listed in the catalogue, and why: one answer, its reason, what to do.

A commun is listed when it carries a `commun.yml` without errors, or the configured topic, or is
listed by hand. What hints propose counts for nothing here: only what maintainers wrote does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from . import commun
from .checks import check
from .errors import ParseError
from .finding import Finding, Severity
from .project import Known, Project, ProjectFile, Snapshot
from .record import RawRecord

#: The names that the notice of a project may have.
NOTICE = ("commun.yml", "commun.yaml")


class Reason(StrEnum):
    """Why a project is listed, or is not."""

    NOTICE = "notice"
    TOPIC = "topic"
    BY_HAND = "by-hand"
    SILENT = "silent"
    FAULTY = "faulty"
    BLOCKED = "blocked"
    ARCHIVED = "archived"
    HIDDEN = "hidden"
    OUTSIDE = "outside"
    COPY = "copy"

    @property
    def is_listed(self) -> bool:
        return self in (Reason.NOTICE, Reason.TOPIC, Reason.BY_HAND)


#: Each reason as its maintainers read it, and what they can do about it.
WORDS: dict[Reason, tuple[str, str]] = {
    Reason.NOTICE: ("Il porte un fichier commun.yml sans erreur.", ""),
    Reason.TOPIC: (
        "Il porte sur la forge le sujet qui le fait entrer au catalogue.",
        "Ajoutez-lui un fichier commun.yml pour dire ses niveaux et ses disciplines.",
    ),
    Reason.BY_HAND: (
        "L’équipe du catalogue l’y a inscrit.",
        "Ajoutez-lui un fichier commun.yml pour dire ses niveaux et ses disciplines.",
    ),
    Reason.SILENT: (
        "Il n’a pas de fichier commun.yml.",
        "Écrivez-le avec l’éditeur du catalogue, puis déposez-le à la racine du projet.",
    ),
    Reason.FAULTY: (
        "Son fichier commun.yml contient des erreurs.",
        "Corrigez-les\u00a0: le projet sera relu dès que le fichier changera.",
    ),
    Reason.BLOCKED: (
        "L’équipe du catalogue l’en a écarté.",
        "Écrivez au contact du catalogue si vous pensez que c’est une erreur.",
    ),
    Reason.ARCHIVED: (
        "Il est archivé sur la forge.",
        "Désarchivez-le\u00a0: il sera relu au prochain parcours complet.",
    ),
    Reason.HIDDEN: (
        "Il a été supprimé, ou il n’est plus public.",
        "Rendez-le public\u00a0: il sera relu au prochain parcours complet.",
    ),
    Reason.OUTSIDE: (
        "Il n’est pas dans les groupes ni sous les sujets que le catalogue parcourt.",
        "Écrivez au contact du catalogue pour qu’il soit inscrit.",
    ),
    Reason.COPY: (
        "C’est une copie d’un autre projet, avec le même fichier commun.yml.",
        "Changez ce fichier s’il décrit autre chose que l’original.",
    ),
}


UNREAD = (
    "Il n’a pas encore pu être lu.",
    "La forge sera interrogée de nouveau au prochain parcours.",
)


def words_of(known: Known) -> tuple[str, str]:
    """Why a project is listed or not, and what to do, as its maintainers read it."""
    return WORDS[Reason(known.reason)] if known.read else UNREAD


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What the operator decided ([[forge]] in balise.toml): see rules()."""

    topic: str = ""  # a project with this topic is listed even without a notice
    listed: frozenset[int | str] = frozenset()  # numbers, and paths as path_key makes them
    blocked: frozenset[int | str] = frozenset()  # those never listed

    def lists(self, project: Project) -> bool:
        return not {project.id, path_key(project.path)}.isdisjoint(self.listed)

    def blocks(self, project: Project) -> bool:
        return not {project.id, path_key(project.path)}.isdisjoint(self.blocked)


def rules(topic: str = "", listed: Iterable[str] = (), blocked: Iterable[str] = ()) -> Rules:
    """The rules, from what a person wrote."""
    return Rules(
        topic=topic,
        listed=frozenset(map(path_key, listed)),
        blocked=frozenset(map(path_key, blocked)),
    )


def path_key(path: str) -> str:
    """A path as GitLab compares them: whatever the case."""
    return path.strip("/").casefold()


def carries(project: Project, topics: Iterable[str]) -> bool:
    """Is it under one of these topics, whatever their case?"""
    mine = {each.casefold() for each in project.topics}
    return not mine.isdisjoint(each.casefold() for each in topics)


def reason_of(snapshot: Snapshot, rules: Rules, *, is_copy: bool = False) -> Reason:
    """Why a public project is listed, or is not."""
    project = snapshot.project
    if rules.blocks(project):
        return Reason.BLOCKED
    if project.visibility not in ("", "public"):
        return Reason.HIDDEN
    if rules.lists(project):
        return Reason.BY_HAND
    if project.archived:
        return Reason.ARCHIVED
    notice = snapshot.file(*NOTICE)
    if notice and is_copy:
        return Reason.COPY
    if notice and not has_errors(notice):
        return Reason.NOTICE
    if rules.topic and carries(project, [rules.topic]):
        return Reason.TOPIC
    return Reason.FAULTY if notice else Reason.SILENT


def is_broken(snapshot: Snapshot, reason: Reason) -> bool:
    """Does it carry a notice that cannot be used?"""
    if reason is Reason.FAULTY:
        return True
    notice = snapshot.file(*NOTICE)
    return reason in (Reason.TOPIC, Reason.BY_HAND) and notice is not None and has_errors(notice)


def has_errors(notice: ProjectFile) -> bool:
    return bool(errors(notice))


def errors(notice: ProjectFile) -> tuple[Finding, ...]:
    """The remarks on a commun.yml that stop it from being listed."""
    return tuple(each for each in findings(notice) if each.severity is Severity.ERROR)


def findings(notice: ProjectFile) -> tuple[Finding, ...]:
    """What there is to say of a commun.yml, of each of its resources, each remark once."""
    found: dict[Finding, None] = {}
    try:
        for part in commun.parts(notice.payload):
            raw = RawRecord(
                identifier=notice.path, format="commun", payload=notice.payload, part=part
            )
            found |= dict.fromkeys(check(commun.parse(raw), "commun", notice.payload))
    except ParseError as error:
        return (unreadable(error),)
    return tuple(found)


def unreadable(error: ParseError) -> Finding:
    """The finding that says that a notice cannot be read at all."""
    return Finding(
        severity=Severity.ERROR,
        rule="illisible",
        element="fichier",
        message=error.message,
        remedy=error.remedy,
        line=error.line,
        column=error.column,
    )
