"""How a piece of evidence is written: in a form, in a CSV, in a line of the journal.

One table for the three. To add something to say of an item, add its field and a row here.
docs/preuve.md is for those who write it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from .evidenceitem import DESIGNS, STRANDS, Design, Item, Strand
from .finding import Finding, Severity
from .keys.kind import Trouble, Understood
from .keys.table import plain_key
from .keys.values import YES_OR_NO, tidy
from .normalise import when
from .strangers.vcard import MAIL
from .strangers.weblink import is_web


def read(texts: Mapping[str, str], today: date) -> tuple[Item | None, list[Finding]]:
    """The item that texts under the keys of COLUMNS say, and what is wrong; None when it is unusable."""
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    for column in COLUMNS:
        if text := tidy(texts.get(column.key, "")):
            understood = _checked(column, text)
            if understood.trouble:
                findings.append(_finding(column, understood.trouble))
            elif understood.values:
                values[column.attribute] = understood.values[0]
    told = {finding.element for finding in findings}
    findings += (
        _finding(column, trouble)
        for column, trouble in _wrong_together(values, today)
        if column.key not in told
    )
    return (None if findings else Item(**values)), findings


def texts_of(item: Item) -> dict[str, str]:
    """What to write under each key, so that `read` gives this very item; what is not said is left out."""
    values = ((column, getattr(item, column.attribute)) for column in COLUMNS)
    return {column.key: column.write(value) for column, value in values if value not in (None, "")}


def digest(item: Item) -> str:
    """The fingerprint of what an item says: the same for the same row of any file."""
    said = json.dumps(texts_of(item), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """Something to say of an item: a column of a CSV, a field of a form, a key in the journal."""

    key: str
    attribute: str  # of Item
    title: str
    about: str
    example: str
    read: Callable[[str], Understood]
    write: Callable[[Any], str] = str
    of: tuple[Strand, ...] = tuple(Strand)  # the strands where it says something
    needed: tuple[Strand, ...] = ()
    choices: Mapping[Any, str] | None = None  # when it is one of these, with their labels
    also: tuple[str, ...] = ()  # other names that people give it


def named(name: str) -> Column | None:
    """The column that a header means: accents, case and spaces apart."""
    return _by_name().get(plain_key(name))


@cache
def _by_name() -> dict[str, Column]:
    found = {plain_key(name): column for column in COLUMNS for name in (column.title, *column.also)}
    return found | {column.key: column for column in COLUMNS}


# --- What is wrong --------------------------------------------------------------------------------

#: Longer than any sentence; a study is summed up by a link.
MAX_TEXT = 400


def _checked(column: Column, text: str) -> Understood:
    if len(text) > MAX_TEXT:
        return _wrong(
            f"{len(text)} caractères\u00a0: c’est trop.", f"Résumez en {MAX_TEXT} au plus."
        )
    return column.read(text)


def _wrong_together(values: Mapping[str, Any], today: date) -> Iterable[tuple[Column, Trouble]]:
    """What is missing, or contradicts the rest."""
    strand, end, begun = values.get("strand"), values.get("dated"), values.get("begun")
    for column in COLUMNS:
        if column.attribute not in values and (strand in column.needed or column is COLUMNS[0]):
            yield column, Trouble("absent", f"Il manque\u00a0: {column.title}.", column.about)
        elif column.attribute in values and strand and strand not in column.of:
            message = f"«\u00a0{column.title}\u00a0» ne se dit pas de\u00a0: {strand.label}."
            yield column, Trouble("hors-sujet", message, "Laissez la case vide.")
    if end and end > today:
        yield (
            _by_name()["date"],
            Trouble("a-venir", "Cette date est à venir.", "Donnez celle de la publication."),
        )
    if end and begun and begun > end:
        yield (
            _by_name()["debut"],
            Trouble("periode", "La période commence après sa fin.", "Échangez les deux dates."),
        )


def _finding(column: Column, trouble: Trouble) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=f"preuve-{trouble.rule}",
        element=column.key,
        message=trouble.message,
        remedy=trouble.remedy,
    )


def _wrong(message: str, remedy: str) -> Understood:
    return Understood((), Trouble("valeur-invalide", message, remedy))


# --- How each is read -----------------------------------------------------------------------------


def _read_words(text: str) -> Understood:
    if MAIL.search(text):
        return _wrong(
            "Un courriel est écrit ici\u00a0: les preuves sont publiques.",
            "Retirez-le, ou dites l’organisme à sa place.",
        )
    return Understood((text,))


def _read_choice(
    labels: Mapping[Any, str], *others: tuple[str, Any]
) -> Callable[[str], Understood]:
    known = {plain_key(name): value for value, label in labels.items() for name in (value, label)}
    known |= others

    def read(text: str) -> Understood:
        if (value := known.get(plain_key(text))) is not None:
            return Understood((value,))
        return _wrong(
            f"«\u00a0{text[:60]}\u00a0» n’est pas compris.",
            f"Écrivez l’un de ceux-ci\u00a0: {', '.join(labels.values())}.",
        )

    return read


SHA_256 = re.compile(r"(?:sha-?256:)?([0-9a-f]{64})", re.IGNORECASE)
DOI = re.compile(r"(?:doi:\s?)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


def _read_reference(text: str) -> Understood:
    if file := SHA_256.fullmatch(text):
        return Understood((file[1].lower(),))
    address = f"https://doi.org/{doi[1]}" if (doi := DOI.fullmatch(text)) else text
    if is_web(address):
        return Understood((address,))
    return _wrong(
        f"«\u00a0{text[:60]}\u00a0» n’est ni une adresse du Web, ni un DOI, ni l’empreinte d’un fichier.",
        "Copiez l’adresse entière («\u00a0https://…\u00a0»), ou l’empreinte SHA-256 du fichier.",
    )


def _read_date(text: str) -> Understood:
    """A day; of a month or of a year, the first: evidence is never made younger than it is."""
    try:
        return Understood((date.fromisoformat(f"{when(text)}-01-01"[:10]),))
    except ValueError:
        return _wrong(
            f"«\u00a0{text[:60]}\u00a0» n’est pas une date.",
            "Écrivez-la ainsi\u00a0: 2026-03-31, ou 31/03/2026.",
        )


COUNT = re.compile(r"0*[1-9]\d{0,8}")


def _read_count(text: str) -> Understood:
    digits = re.sub(r"\s", "", text)
    if COUNT.fullmatch(digits):
        return Understood((int(digits),))
    return _wrong(f"«\u00a0{text[:60]}\u00a0» n’est pas un nombre.", "Écrivez-le en chiffres.")


# --- The table ------------------------------------------------------------------------------------

_EVERY = tuple(Strand)

COLUMNS: tuple[Column, ...] = (
    Column(
        key="volet",
        attribute="strand",
        title="Volet",
        about="recherche, usage (des chiffres) ou pratique (des retours d’enseignants).",
        example="recherche",
        read=_read_choice(
            STRANDS,
            ("etude", Strand.RESEARCH),
            ("statistiques", Strand.USAGE),
            ("usages", Strand.USAGE),
            ("retour-de-pratique", Strand.PRACTICE),
            ("retours", Strand.PRACTICE),
        ),
        choices=STRANDS,
        also=("strand", "type de preuve"),
    ),
    Column(
        key="intitule",
        attribute="title",
        title="Intitulé",
        about="Ce que l’élément montre, en une phrase.",
        example="Les élèves de CM2 progressent davantage en calcul sur les fractions.",
        read=_read_words,
        needed=(Strand.RESEARCH, Strand.PRACTICE),
        also=("resume", "conclusion"),
    ),
    Column(
        key="reference",
        attribute="reference",
        title="Référence",
        about="L’adresse de la page, un DOI, ou l’empreinte SHA-256 du fichier.",
        example="https://doi.org/10.5555/fractions",
        read=_read_reference,
        needed=_EVERY,
        also=("lien", "url", "adresse", "doi", "empreinte"),
    ),
    Column(
        key="origine",
        attribute="origin",
        title="Origine",
        about="Qui l’a produit\u00a0: laboratoire, éditeur, académie, enquête auprès d’enseignants…",
        example="Laboratoire de didactique, université d’Exemple",
        read=_read_words,
        needed=_EVERY,
        also=("source", "auteur", "auteurs"),
    ),
    Column(
        key="independant",
        attribute="independent",
        title="Indépendant de l’éditeur",
        about="oui si ni l’éditeur ni les auteurs de la ressource ne l’ont produit ou payé.",
        example="oui",
        read=YES_OR_NO.read,
        write=YES_OR_NO.write,
        choices={"oui": "oui", "non": "non"},
        also=("independance", "independante"),
    ),
    Column(
        key="date",
        attribute="dated",
        title="Date",
        about="Le jour de la publication, ou le dernier jour des chiffres.",
        example="2026-03-31",
        read=_read_date,
        needed=_EVERY,
        also=("fin", "date de publication", "date de fin"),
    ),
    Column(
        key="debut",
        attribute="begun",
        title="Début de la période",
        about="Le premier jour des chiffres.",
        example="2025-09-01",
        read=_read_date,
        needed=(Strand.USAGE,),
        also=("date de debut", "depuis"),
    ),
    Column(
        key="version",
        attribute="version",
        title="Version de la ressource",
        about="Celle dont parle l’élément\u202f; vide si on ne la connaît pas.",
        example="2.1",
        read=_read_words,
        also=("version de la ressource etudiee",),
    ),
    Column(
        key="methode",
        attribute="design",
        title="Méthode",
        about="Comment l’étude a été faite\u00a0: " + ", ".join(DESIGNS.values()) + ".",
        example="essai contrôlé",
        read=_read_choice(
            DESIGNS,
            ("essai-controle-randomise", Design.TRIAL),
            ("essai-randomise", Design.TRIAL),
            ("quasi-experimentale", Design.QUASI),
            ("descriptif", Design.DESCRIPTIVE),
            ("avis-d-expert", Design.OPINION),
        ),
        of=(Strand.RESEARCH,),
        needed=(Strand.RESEARCH,),
        choices=DESIGNS,
        also=("devis", "protocole", "methodologie"),
    ),
    Column(
        key="effectif",
        attribute="size",
        title="Effectif",
        about="Combien d’élèves étudiés, d’utilisateurs ou de retours.",
        example="420",
        read=_read_count,
        needed=(Strand.USAGE, Strand.PRACTICE),
        also=("nombre", "eleves", "utilisateurs", "retours", "temoignages", "nombre de retours"),
    ),
    Column(
        key="etablissements",
        attribute="places",
        title="Établissements",
        about="Dans combien d’écoles, de collèges ou de lycées.",
        example="12",
        read=_read_count,
        also=("etablissement", "ecoles", "nombre d’etablissements"),
    ),
    Column(
        key="contexte",
        attribute="context",
        title="Contexte",
        about="Niveaux, discipline, sorte de classes.",
        example="CM2, mathématiques, éducation prioritaire",
        read=_read_words,
        also=("niveaux", "niveau", "classes"),
    ),
)
