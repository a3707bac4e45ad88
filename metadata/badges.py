"""The badges of a commun: computed from its notice and from what its forge says, given by nobody.

Each can be earned by one teacher alone, and says why it is held or what would earn it. None asks
for several maintainers, a roadmap or new versions: what is finished stays good. They are never
added up. docs/badges.md says the same to those who keep communs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import words
from .completeness import NEEDS
from .keys.table import named
from .licences import find, licence_of
from .project import Snapshot
from .record import Record
from .strangers.weblink import is_web


@dataclass(frozen=True, kw_only=True, slots=True)
class Commun:
    """What the badges of a resource are computed from."""

    record: Record
    changed: datetime  # since when its notice says what it says
    lines: Mapping[str, int] = field(default_factory=dict)  # of its elements: see Reading
    snapshot: Snapshot | None = None  # of its project, where a forge has it


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """One badge of one commun. `why`, `rule` and `remedy` are French sentences."""

    id: str
    label: str
    held: bool
    rule: str  # what it takes
    why: str  # the value read, and where
    remedy: str = ""  # what would earn it, "" when it is held
    since: datetime | None = None  # it has been so at least since then
    until: datetime | None = None  # it will no longer be so then, if nothing happens


def badges(commun: Commun, now: datetime) -> tuple[Badge, ...]:
    """Every badge, held or not, always in the same order."""
    said = [_by_notice(kind, commun) for kind in NOTICE]
    return (*said[:-1], _activity(commun, now), said[-1])


def held_by(record: Record) -> tuple[str, ...]:
    """The badges that the notice alone earns, whatever the day: what one can search by."""
    return tuple(kind.id for kind in NOTICE if kind.held(record))


def labels() -> dict[str, str]:
    """What each of those is called, by its id."""
    return {kind.id: kind.label for kind in NOTICE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A badge that the notice alone decides, and the key of commun.yml that says it."""

    id: str
    label: str
    rule: str
    key: str
    held: Callable[[Record], bool]
    why: Callable[[Record], str]
    remedy: Callable[[Commun], str]


def _by_notice(kind: Kind, commun: Commun) -> Badge:
    held = kind.held(commun.record)
    return Badge(
        id=kind.id,
        label=kind.label,
        held=held,
        rule=kind.rule,
        why=f"{kind.why(commun.record)}{_place(kind.key, commun.lines)}.",
        remedy="" if held else kind.remedy(commun),
        since=commun.changed if held else None,
    )


def _place(key: str, lines: Mapping[str, int]) -> str:
    """Where the notice says it; "" for what is said nowhere, or all over."""
    known = named(key)
    line = known and lines.get(known.key)
    if line:
        return f" (commun.yml, ligne\u00a0{line})"
    return f" (élément {known.number})" if known and known.number in lines else ""


def _is_free(record: Record) -> bool:
    licence = licence_of(record)
    return licence is not None and licence.free


def _licence_why(record: Record) -> str:
    if licence := licence_of(record):
        return f"La notice dit «\u00a0{licence.label}\u00a0»"
    return "La notice ne dit aucune licence que Balise reconnaisse"


def _licence_remedy(commun: Commun) -> str:
    if licence := licence_of(commun.record):
        return f"{licence.allows} Une licence libre permet tout cela."
    guess = find(commun.snapshot.project.licence) if commun.snapshot else None
    if guess and guess.free:
        return f"La forge la devine dans vos fichiers\u00a0: écrivez «\u00a0licence: {guess.spdx}\u00a0»."
    return "Écrivez-la dans la notice, par exemple «\u00a0licence: CC-BY-SA-4.0\u00a0»."


#: What is asked of a commun. Its authors are not: commun.yml has no key for them, the forge knows them.
ASKED = tuple(need for need in NEEDS if need.name != "l’auteur ou l’éditeur")
#: Without one of these a resource is not found, or cannot be opened: see completeness.py.
ESSENTIAL = frozenset(need.name for need in ASKED if need.weight >= 12)
#: How many of the others a complete notice may leave unsaid: not all fit every resource.
MOST_UNSAID = 2


def unsaid(record: Record) -> tuple[str, ...]:
    """The names of what a teacher needs and the notice does not say, the worst first."""
    return tuple(need.name for need in ASKED if not need.said(record))


def _is_complete(record: Record) -> bool:
    missing = unsaid(record)
    return ESSENTIAL.isdisjoint(missing) and len(missing) <= MOST_UNSAID


def _complete_why(record: Record) -> str:
    said = len(ASKED) - len(unsaid(record))
    share = "tout" if said == len(ASKED) else f"{said} des {len(ASKED)} choses"
    what = "ce dont un enseignant a besoin" if said == len(ASKED) else "dont un enseignant a besoin"
    return f"La notice dit {share} {what} pour choisir"


def _is_declared(record: Record) -> bool:
    said = record.balise
    return said.rgaa in EVALUATED or is_web(said.accessibility_statement)


#: « Non évaluée » is honest, and declares nothing.
EVALUATED = ("totale", "partielle", "non-conforme")


def _accessibility_why(record: Record) -> str:
    said = record.balise
    level = words.word("rgaa", said.rgaa)
    told = f"La notice dit «\u00a0RGAA\u00a0: {level.label}\u00a0»" if level else ""
    if is_web(said.accessibility_statement):
        return f"{told or 'La notice'}{' et' if told else ''} donne l’adresse d’une déclaration d’accessibilité"
    return told or "La notice ne dit rien de la conformité au RGAA"


def _has_no_data(record: Record) -> bool:
    # An account identifies its pupil: the two values contradict each other.
    return record.balise.personal_data == "aucune" and record.balise.pupil_account is not True


def _data_why(record: Record) -> str:
    said = words.word("personal-data", record.balise.personal_data)
    if not said:
        return "La notice ne dit rien des données personnelles"
    told = f"La notice dit «\u00a0données personnelles\u00a0: {said.label}\u00a0»"
    is_odd = record.balise.pupil_account and record.balise.personal_data == "aucune"
    return f"{told}, mais aussi qu’un compte élève est nécessaire" if is_odd else told


def _seeks_why(record: Record) -> str:
    return {
        True: "La notice dit que le projet cherche un co-mainteneur",
        False: "La notice dit que le projet ne cherche pas de co-mainteneur",
        None: "La notice ne dit pas si le projet cherche un co-mainteneur",
    }[record.balise.seeks_co_maintainer]


NOTICE = (
    Kind(
        id="licence-libre",
        label="licence libre",
        rule="Sa licence permet à chacun de l’utiliser, de la modifier et de la partager, pour tout usage.",
        key="licence",
        held=_is_free,
        why=_licence_why,
        remedy=_licence_remedy,
    ),
    Kind(
        id="notice-complete",
        label="notice complète",
        rule=(
            "Sa notice dit le titre, la description, le lien, le niveau et la discipline\u00a0; de ce qui aide"
            " ensuite à choisir, elle laisse au plus deux choses non dites."
        ),
        key="",
        held=_is_complete,
        why=_complete_why,
        remedy=lambda commun: (
            f"Il reste à dire\u00a0: {', '.join(unsaid(commun.record))}. Deux peuvent rester non dites,"
            " hors titre, description, lien, niveau et discipline."
        ),
    ),
    Kind(
        id="accessibilite-declaree",
        label="accessibilité déclarée",
        rule=(
            "Sa notice dit sa conformité au RGAA, quelle qu’elle soit, ou donne l’adresse d’une déclaration."
            " Le badge salue la franchise\u00a0: il ne dit pas que tout est accessible."
        ),
        key="accessibilite.rgaa",
        held=_is_declared,
        why=_accessibility_why,
        remedy=lambda commun: (
            "Écrivez «\u00a0accessibilite\u00a0», avec «\u00a0rgaa: partiellement conforme\u00a0» par exemple, ou"
            " l’adresse d’une page qui dit ce qui est accessible et ce qui ne l’est pas."
        ),
    ),
    Kind(
        id="sans-donnees-personnelles",
        label="sans données personnelles",
        rule="Sa notice dit qu’elle ne traite aucune donnée personnelle, et aucun élève n’a besoin d’un compte.",
        key="donnees-personnelles",
        held=_has_no_data,
        why=_data_why,
        remedy=lambda commun: (
            "Si c’est le cas, écrivez «\u00a0donnees-personnelles: aucune\u00a0» et «\u00a0compte-eleve: non\u00a0»."
        ),
    ),
    Kind(
        id="cherche-co-mainteneur",
        label="cherche co-mainteneur",
        rule="Ce n’est pas un mérite mais un appel\u00a0: ses auteurs cherchent quelqu’un pour le tenir à plusieurs.",
        key="cherche-co-mainteneur",
        held=lambda record: record.balise.seeks_co_maintainer is True,
        why=_seeks_why,
        remedy=lambda commun: (
            "Si vous cherchez quelqu’un, écrivez «\u00a0cherche-co-mainteneur: oui\u00a0»."
        ),
    ),
)

ACTIVITY = "activite"
IDS = (*(kind.id for kind in NOTICE[:-1]), ACTIVITY, NOTICE[-1].id)

#: One sign of life in this time is enough.
ACTIVE = timedelta(days=2 * 365)
SIGN = "Relisez la notice et changez-en une ligne, ou répondez à une question."


def _activity(commun: Commun, now: datetime) -> Badge:
    when, what = max(sign for sign in _signs(commun) if sign[0] <= max(now, commun.changed))
    held = now < when + ACTIVE and not _is_archived(commun)
    archived = " Le projet est archivé sur la forge." if _is_archived(commun) else ""
    return Badge(
        id=ACTIVITY,
        label="activité",
        held=held,
        rule=(
            "Un signe de ses auteurs dans les deux ans\u00a0: un commit, une version, une réponse à une question,"
            " une notice relue. Un seul suffit, d’une seule personne\u00a0: ce qui est fini n’a pas à changer."
        ),
        why=f"Dernier signe le {when:%d/%m/%Y}\u00a0: {what}.{archived}",
        remedy="" if held else "Désarchivez-le." if archived else SIGN,
        since=when if held else None,
        until=when + ACTIVE if held else None,
    )


def _is_archived(commun: Commun) -> bool:
    return commun.snapshot is not None and commun.snapshot.project.archived is True


def _signs(commun: Commun) -> Iterator[tuple[datetime, str]]:
    yield commun.changed, "entrée au catalogue, ou changement de la notice"
    if commun.snapshot is None:
        return
    if commun.snapshot.project.active:
        yield commun.snapshot.project.active, "activité du projet sur la forge"
    for release in commun.snapshot.releases:
        if release.date:
            yield release.date, f"version {release.name or release.tag}"
