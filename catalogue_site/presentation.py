"""What a page shows of an entry: French words made of a Record. No HTML, no request, no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from indexer import facets
from indexer.entry import Entry, title_of
from metadata.case import Face
from metadata.licences import licence_of
from metadata.normalise import minutes, plain, when
from metadata.record import Contribution, LangString, Record, Text
from metadata.strangers.weblink import first_web

NBSP = "\u00a0"
SUMMARY_LENGTH = 220  # characters: two lines on a desktop, five on a phone

MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One entry in a list of results."""

    slug: str
    title: Text
    disciplines: tuple[str, ...]
    levels: tuple[str, ...]
    types: tuple[str, ...]
    summary: Text | None
    facts: tuple[str, ...]
    members: tuple[Item, ...] = ()
    face: Face = Face.NONE  # what the public sees of its qualification


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One line of « En bref »; without value it is shown as « non renseigné »."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    address: str
    host: str


@dataclass(frozen=True, slots=True)
class Moment:
    iso: str
    words: str


def item_of(entry: Entry, members: tuple[Item, ...] = ()) -> Item:
    """An entry as a list shows it."""
    said = labels_of(entry)
    return Item(
        slug=entry.slug,
        title=title(entry.record),
        disciplines=said.get("discipline", ()),
        levels=said.get("niveau") or said.get("cycle", ()),
        types=said.get("type", ()),
        summary=summary(entry.record),
        facts=tuple(short_facts(entry.record, said)),
        members=members,
        face=entry.standing.face if entry.standing else Face.NONE,
    )


def labels_of(entry: Entry) -> Mapping[str, tuple[str, ...]]:
    """The labels of an entry's values, by facet: 3e, and not also the collège it belongs to."""
    return {
        key: tuple(facets.label_of(key, value) for value in facets.narrowest(key, values))
        for key, values in facets.values_of(entry).items()
    }


def title(record: Record) -> Text:
    """The title in French, else in its first language, else the words that say it is missing."""
    words = title_of(record)
    for text in record.general.title:
        if text.value == words:
            return text
    return Text("Ressource sans titre", "fr")


def in_french(texts: LangString) -> Text | None:
    """The French of a text, else the first language it has."""
    for text in texts:
        if text.value and text.language.startswith("fr"):
            return text
    return next((text for text in texts if text.value), None)


def descriptions(record: Record) -> tuple[Text, ...]:
    """The paragraphs of 1.4, without markup."""
    return tuple(paragraphs(record.general.descriptions))


def paragraphs(texts: tuple[LangString, ...]) -> Iterator[Text]:
    """Texts without markup, each in the language that suits best."""
    for versions in texts:
        chosen = in_french(versions)
        if chosen:
            for paragraph in plain(chosen.value).split("\n\n"):
                yield Text(paragraph, chosen.language)


def summary(record: Record) -> Text | None:
    """The beginning of the description, cut between two words."""
    first = next(iter(descriptions(record)), None)
    if first is None or len(first.value) <= SUMMARY_LENGTH:
        return first
    kept = first.value[:SUMMARY_LENGTH].rpartition(" ")[0] or first.value[:SUMMARY_LENGTH]
    return Text(kept.rstrip(" ,;:.") + "…", first.language)


def short_facts(record: Record, said: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield from said.get("type", ())[:2]
    if length := learning_time(record):
        yield length
    usages = said.get("usage", ())
    if usages:
        yield ", ".join(usages[:3])
    if licence := licence_of(record):
        yield licence.label.partition(" : ")[0]
    yield from said.get("accessibilite", ())[:1]


def learning_time(record: Record) -> str:
    """The time a pupil needs (5.9) in words, "" when it is not said."""
    for block in record.educational:
        total = (
            minutes(block.typical_learning_time.iso) if block.typical_learning_time.iso else None
        )
        if total:
            return in_words(total)
    return ""


def in_words(total: int) -> str:
    """A number of minutes as one says it: « 45 min », « 1 h 30 », « 3 h »."""
    hours, rest = divmod(total, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h" + (f"{NBSP}{rest:02}" if rest else "")


#: « En bref », in the order a teacher reads it: the label, and the facet whose values it shows.
BRIEF = (
    ("Niveaux", "niveau"),
    ("Disciplines", "discipline"),
    ("Type", "type"),
    ("Durée", ""),
    ("Attention demandée", "concentration"),
    ("Modes d’usage", "usage"),
    ("Public", "public"),
    ("Exercices", "exercices"),
    ("Suivi des résultats", "suivi"),
    ("Adaptable", "adaptable"),
    ("Accès", "acces"),
    ("Coût", "cout"),
    ("Compte élève", "compte"),
    ("Hors ligne", "hors-ligne"),
    ("Données personnelles", "donnees"),
    ("Usage de l’IA", "ia"),
    ("Langue", "langue"),
)


def brief(entry: Entry) -> tuple[Fact, ...]:
    """« En bref »: each line is there, said or not, since silence is not a no."""
    said = labels_of(entry)
    length = learning_time(entry.record)
    facts = [
        Fact(label=label, values=said.get(key, ()) if key else ((length,) if length else ()))
        for label, key in BRIEF
    ]
    facts.append(Fact(label="Auteurs", values=tuple(names(entry.record, AUTHOR))))
    facts.append(Fact(label="Éditeur", values=tuple(names(entry.record, PUBLISHER))))
    return tuple(facts)


AUTHOR, PUBLISHER = "author", "publisher"


def names(record: Record, role: str) -> Iterator[str]:
    """Who took part under this role of voc-003, by name or organisation, each once."""
    seen = set()
    for contribution in record.life_cycle.contributions:
        for name in _names_in(contribution, role):
            if name not in seen:
                seen.add(name)
                yield name


def _names_in(contribution: Contribution, role: str) -> Iterator[str]:
    if contribution.role and contribution.role.uri.endswith("/" + role):
        for entity in contribution.entities:
            if entity.name or entity.organisation:
                yield entity.name or entity.organisation


def link(record: Record) -> Link | None:
    """Where the resource opens: the first address (4.3) a browser can follow."""
    address = first_web(record.technical.locations)
    return Link(address, urlsplit(address).hostname or "") if address else None


#: What entries that describe the same resource share.
SHARED = {
    "ark": "le même identifiant ARK",
    "isbn": "le même ISBN",
    "location": "la même adresse",
    "title": "le même titre et le même éditeur (à vérifier)",
    "joined": "vérifié par l’équipe du catalogue",
}


def rights(record: Record) -> tuple[Text, ...]:
    """The words of 6.3."""
    return tuple(paragraphs(record.rights.descriptions))


def moment(when: datetime) -> Moment:
    """A date, for machines and in French."""
    day = "1er" if when.day == 1 else str(when.day)
    return Moment(when.date().isoformat(), f"{day} {MONTHS[when.month - 1]} {when.year}")


def day_of(text: str) -> date:
    """The day that somebody wrote: 31/08/2027 as well as 2027-08-31. Raise ValueError."""
    return date.fromisoformat(when(text) or "")


def time_of(when: datetime) -> str:
    """« 14 h 05 », in UTC."""
    return f"{when.hour}{NBSP}h{NBSP}{when.minute:02}"


def capital(words: str) -> str:
    """The words of a label at the head of a line; capitals inside (SVT) stay."""
    return words[:1].upper() + words[1:]
