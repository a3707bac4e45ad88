"""What the page of one resource says of it, beyond what a list says: French words made of an entry.

No HTML, no request, no database. What the notice does not say is said to be unsaid: it is never a no.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from indexer import facets
from indexer.documents import updated_of
from indexer.entry import SAID_DEAD, Entry, Standing
from indexer.terms import Mappings, decided_in
from metadata.case import OUT, Face
from metadata.keys.table import named
from metadata.licences import licence_of
from metadata.project import Known
from metadata.record import Record, Text
from metadata.strangers.weblink import is_web
from metadata.vocabulary import scolomfr

from . import presentation
from .presentation import AUTHOR, PUBLISHER, Fact, Moment, capital, moment

#: What a teacher looks at first, said or not: the label, and the facet whose values it shows.
FIRST = (
    ("Niveaux", "niveau"),
    ("Durée", "duree"),
    ("Compte élève", "compte"),
    ("Hors ligne", "hors-ligne"),
    ("Données personnelles", "donnees"),
    ("Matériel", ""),
)

#: Then the rest, where it is said; what is not is named together.
THEN = (
    ("Modes d’usage", "usage"),
    ("Public", "public"),
    ("Attention demandée", "concentration"),
    ("Exercices", "exercices"),
    ("Suivi des résultats", "suivi"),
    ("Adaptable", "adaptable"),
    ("Accès", "acces"),
    ("Coût", "cout"),
    ("Usage de l’IA", "ia"),
    ("Langue", "langue"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """« En bref »: what is said, and the names of what is not."""

    facts: tuple[Fact, ...]
    unsaid: tuple[str, ...]


def brief(entry: Entry) -> Brief:
    said = presentation.labels_of(entry)
    said = {**said, "niveau": said.get("niveau") or said.get("cycle", ())}
    if length := presentation.learning_time(entry.record):
        said = {**said, "duree": (length,)}
    first = [Fact(label=label, values=said.get(key, ())) for label, key in FIRST if key]
    first.append(Fact(label=FIRST[-1][0], values=tuple(material(entry.record))))
    then = [Fact(label=label, values=said.get(key, ())) for label, key in THEN]
    people = [
        Fact(label=label, values=tuple(presentation.names(entry.record, role)))
        for label, role in (("Auteurs", AUTHOR), ("Éditeur", PUBLISHER))
    ]
    return Brief(
        facts=(*first, *(fact for fact in (*then, *people) if fact.values)),
        unsaid=tuple(_lower(fact.label) for fact in (*then, *people) if not fact.values),
    )


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def material(record: Record) -> Iterator[str]:
    """What it takes to use it: the tools (5.16), then the software (4.4), each once."""
    tools = [term.uri for block in record.educational for term in block.tools]
    ways = (way for ways in record.technical.requirements for way in ways)
    software = [way.name.uri for way in ways if way.name]
    labels = (scolomfr().label(uri) for uri in (*tools, *software))
    yield from dict.fromkeys(filter(None, labels))


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """How one comes to the resource: its address, and what has to be done first."""

    link: presentation.Link | None
    steps: str = ""  # how a teacher or a school obtains it; "" when it opens at once
    opens: str = "Ouvrir la ressource"  # what following the link does
    dead_since: Moment | None = None
    checked: Moment | None = None
    fault: str = ""


def door(entry: Entry, provider: str) -> Door:
    """The way in; `provider` is whom to ask."""
    link = presentation.link(entry.record)
    access = next(iter(facets.values_of(entry).get("acces", ())), "")
    steps, opens = OBTAINED.get(access, ("", "Ouvrir la ressource"))
    if not link and not steps:
        steps = "L’adresse de cette ressource n’est pas renseignée : demandez-la à {provider}."
    known = entry.link if link and entry.link and entry.link.address == link.address else None
    is_dead = known is not None and known.is_dead_for(SAID_DEAD)
    return Door(
        link=link,
        steps=steps.format(provider=provider),
        opens=opens,
        dead_since=moment(known.dead_since) if is_dead and known and known.dead_since else None,
        checked=moment(known.checked) if known else None,
        fault=known.fault if is_dead and known else "",
    )


#: Where one does not simply walk in: what to do, and where the link leads.
OBTAINED = {
    "gar": (
        (
            "Cette ressource s’ouvre depuis l’ENT ou le médiacentre de votre établissement, par le GAR."
            " L’établissement se la procure auprès de son éditeur ({provider}), puis son responsable d’affectation"
            " l’attribue aux enseignants et aux classes."
        ),
        "Voir la présentation",
    ),
    "abonnement": (
        (
            "Cette ressource demande un abonnement : l’établissement ou la collectivité le souscrit"
            " auprès de son éditeur ({provider})."
        ),
        "Voir la présentation",
    ),
    "compte-gratuit": (
        "Cette ressource demande un compte gratuit, à créer sur son site.",
        "Ouvrir la ressource",
    ),
}


def usage(record: Record) -> tuple[Text, ...]:
    """How to use it: 5.10, then what it takes to install (4.5) and to run (4.6)."""
    blocks = tuple(text for block in record.educational for text in block.descriptions)
    technical = record.technical
    extra = (technical.installation_remarks, technical.other_platform_requirements)
    return tuple(presentation.paragraphs(blocks + tuple(text for text in extra if text)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Accessibility:
    conformance: str
    limits: str
    statement: str
    details: tuple[str, ...]


def accessibility(entry: Entry) -> Accessibility:
    """RGAA conformance and what it leaves out, the declaration, the features, the needs served."""
    said = presentation.labels_of(entry)
    balise = entry.record.balise
    features = [*said.get("accessibilite", ())]
    conformance = features.pop(0) if features and balise.rgaa else ""
    statement = balise.accessibility_statement if is_web(balise.accessibility_statement) else ""
    needs = said.get("besoin", ())
    unsaid = " Sa déclaration dit lesquels." if statement else " La notice ne dit pas lesquels."
    return Accessibility(
        conformance=f"{conformance or 'La conformité au RGAA n’est pas renseignée'}.",
        limits=LIMITS.get(balise.rgaa, LIMITS[""]) + (unsaid if balise.rgaa in PARTIAL else ""),
        statement=statement,
        details=(*features, *([f"pensée pour : {', '.join(needs)}"] if needs else [])),
    )


#: What a level of conformance to the RGAA means to whoever meets an obstacle.
LIMITS = {
    "": "Ses limites ne sont pas connues.",
    "totale": "Aucune limite n’a été relevée.",
    "partielle": "Limites connues : des contenus ne sont pas accessibles à tous.",
    "non-conforme": "Limites connues : beaucoup de contenus ne sont pas accessibles à tous.",
    "non-evaluee": "Elle n’a pas été évaluée : ses limites ne sont pas connues.",
}
PARTIAL = ("partielle", "non-conforme")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """How a resource stands before the ministry: in a word, in a sentence."""

    label: str
    words: str
    face: Face = Face.NONE


def qualification(entry: Entry, now: datetime) -> Mark:
    """What nobody examined is said not to have been."""
    standing = entry.standing or Standing()
    face = standing.face_at(now)
    if face is not Face.NONE:
        return Mark(label=capital(face.label), words=_qualified(standing, face), face=face)
    if entry.origin == "commun":
        return Mark(
            label="Commun",
            words=(
                "Un commun numérique, fait et tenu à jour par ses auteurs. Le ministère ne l’a ni"
                " examiné ni qualifié."
            ),
        )
    return Mark(
        label="Non qualifiée",
        words="Cette ressource n’est pas passée par la qualification du ministère.",
    )


def _qualified(standing: Standing, face: Face) -> str:
    """The dates of a qualification, and what happened since."""
    decided = f"Qualifiée par le ministère le {_day(standing.decided)}"
    if face is Face.QUALIFIED:
        return f"{decided}, jusqu’au {_day(standing.ends)}."
    if face is Face.REEXAMINE:
        return (
            f"{decided}. Son éditeur a modifié sa notice le {_day(standing.changed)}\u00a0: cette fiche"
            " montre ce qui a été qualifié, en attendant un nouvel examen."
        )
    return left_words(standing, face)


def left(entry: Entry) -> str:
    """Why an entry that was qualified is no longer shown; "" for any other."""
    standing = entry.standing
    if standing is None or standing.face not in OUT:
        return ""
    return left_words(standing, standing.face)


def left_words(standing: Standing, face: Face) -> str:
    when = standing.ends if face is Face.EXPIRED else standing.left
    said = LEFT[face].format(_day(when))
    return f"{said} Motif\u00a0: {standing.reason}" if standing.reason else said


LEFT = {
    Face.SUSPENDED: "Le ministère a suspendu la qualification de cette ressource le {}.",
    Face.WITHDRAWN: "Le ministère a retiré la qualification de cette ressource le {}.",
    Face.EXPIRED: "La qualification de cette ressource est arrivée à son terme le {}.",
}


def _day(when: datetime | None) -> str:
    return moment(when).words if when else "(date inconnue)"


def attribution(entry: Entry) -> str:
    """The words to put beside a copy, where its licence asks for them."""
    licence = licence_of(entry.record)
    if licence is None or not licence.reuse:
        return ""
    makers = [*presentation.names(entry.record, AUTHOR)] or [
        *presentation.names(entry.record, PUBLISHER)
    ]
    title = presentation.title(entry.record).value
    return ", ".join([f"« {title} »", *makers, licence.label.partition(" : ")[0]])


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a value was read."""

    label: str
    place: str
    address: str = ""


#: Values whose facet is not called as their key of commun.yml is: see keys/table.py.
KEYS = {"accessibilite": "accessibilite.rgaa"}


def decided(entry: Entry, meanings: Mappings) -> tuple[tuple[str, str], ...]:
    """The words of its notice that the catalogue's team understood for it, and as what."""
    found = decided_in(entry.record, meanings).items()
    return tuple((words, scolomfr().label(uri)) for words, uri in found)


def origins(entry: Entry, project: Known | None) -> Iterator[Origin]:
    """Where each value that is said was read; see decided() for those that people understood."""
    said = facets.values_of(entry)
    labels = dict(FIRST[:-1] + THEN) | {"Licence": "licence", "Disciplines": "discipline"}
    labels |= {"Type": "type", "Accessibilité": "accessibilite", "Besoins": "besoin"}
    for label, key in labels.items():
        if said.get(key):
            place, address = _place(entry, key, project)
            yield Origin(label=label, place=place, address=address)


def _place(entry: Entry, key: str, project: Known | None) -> tuple[str, str]:
    field = named(KEYS.get(key, key))
    line = entry.lines.get(field.key) if field else None
    if line and project:
        return f"commun.yml, ligne {line}", f"{_notice_address(project)}#L{line}"
    if line:
        return f"commun.yml, ligne {line}", ""
    if field and field.number in entry.lines:
        return f"notice, élément {field.number}", ""
    return "déduit du reste de la notice", ""


def _notice_address(project: Known) -> str:
    """The commun.yml of a project, as it was when it was read."""
    snapshot = project.snapshot
    file = snapshot.file("commun.yml", "commun.yaml")
    where = f"{file.commit or snapshot.project.default_branch}/{file.path}" if file else ""
    return f"{snapshot.project.url}/-/blob/{where}"


def history(entry: Entry) -> Iterator[tuple[str, Moment]]:
    """What became of the entry, the oldest first: what happened, and when."""
    for when, what in sorted(_events(entry)):
        yield what, moment(when)


def _events(entry: Entry) -> Iterator[tuple[datetime, str]]:
    yield entry.first_seen, "entrée au catalogue"
    if (updated := updated_of(entry)) != entry.last_changed:
        yield updated, "dernière date donnée par la notice"
    if entry.last_changed > entry.first_seen:
        yield entry.last_changed, "notice modifiée"
    if entry.last_left and entry.last_returned:
        yield entry.last_left, "disparue de sa source"
        yield entry.last_returned, "revenue"
    if entry.missing:
        yield entry.last_seen, "montrée par sa source pour la dernière fois"
