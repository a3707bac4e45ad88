"""Texts, durations, addresses, people … as a commun.yml writes them, and how they are read back."""

from __future__ import annotations

import re

from .. import licences, normalise
from ..languages import KNOWN
from ..licences import Licence
from ..record import Duration, Entity, Identifier, Term, Text
from ..strangers.safeyaml import UNREADABLE
from ..strangers.vcard import ADDRESS, MAIL, PHONE
from ..strangers.weblink import is_web
from ..taxa import french
from .kind import Kind, Schema, Trouble, Understood


def tidy(text: str) -> str:
    """A text on one line, without anything that YAML could not hold."""
    return normalise.clean(UNREADABLE.sub(" ", normalise.clean(text)))


# --- Free text --------------------------------------------------------------------------------


def _read_words(text: str) -> Understood:
    return Understood((tidy(text),))


def _read_paragraphs(text: str) -> Understood:
    lines = [tidy(line) for line in re.split("\r\n|[\r\n\u2028\u2029]", text)]
    return Understood((re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n"),))


WORDS = Kind(
    read=_read_words, write=tidy, schema=lambda: {"type": "string", "pattern": r"\S"}, closed=False
)
PARAGRAPHS = Kind(
    read=_read_paragraphs,
    write=lambda text: str(_read_paragraphs(text).values[0]),
    schema=WORDS.schema,
    closed=False,
)

# --- Yes and no -------------------------------------------------------------------------------

YES_NO = {"oui": True, "non": False, "vrai": True, "faux": False, "true": True, "false": False}


def _read_yes_no(text: str) -> Understood:
    value = YES_NO.get(text.strip().casefold())
    if value is None:
        return Understood(
            (), _invalid(text, "oui ou non", "Écrivez «\u00a0oui\u00a0» ou «\u00a0non\u00a0».")
        )
    return Understood((value,))


def _invalid(text: str, expected: str, remedy: str) -> Trouble:
    said = f"«\u00a0{text[:60]}\u00a0» n’est pas compris\u00a0: il faut {expected}."
    return Trouble("valeur-invalide", said, remedy)


YES_OR_NO = Kind(
    read=_read_yes_no,
    write=lambda value: "oui" if value else "non",
    schema=lambda: {"enum": [*YES_NO, True, False]},
)

# --- Durations --------------------------------------------------------------------------------

DURATION_PATTERN = (
    r"^([1-9]\d{0,2} ?(min|h|jours?|semaines?|mois)|[1-9]\d? ?h ?[0-5]\d( ?min)?"
    r"|PT([1-9]\d?H([1-9]\d?M)?|[1-9]\d{0,2}M))$"
)


def _read_duration(text: str) -> Understood:
    """A duration, or the words themselves, which LOM has a place for."""
    iso = normalise.duration(text)
    if iso:
        return Understood((Duration(iso=iso),))
    said = (Duration(description=(Text(tidy(text), "fr"),)),)
    return Understood(said, _not_a_duration(text))


def _read_iso(text: str) -> Understood:
    iso = normalise.duration(text)
    return Understood((iso,)) if iso else Understood((), _not_a_duration(text))


def _not_a_duration(text: str) -> Trouble:
    remedy = "Écrivez un nombre et son unité\u00a0: «\u00a020 min\u00a0», «\u00a01 h 30\u00a0», «\u00a02 h\u00a0»."
    if text.strip().isdigit():
        remedy = f"Ajoutez l’unité\u00a0: «\u00a0{text.strip()[:4]} min\u00a0»."
    return _invalid(text, "une durée", remedy)


def _duration_words(duration: Duration) -> str:
    return _spelled(duration.iso) or tidy(
        _spelled(french(duration.description)) or french(duration.description)
    )


def _spelled(text: str) -> str:
    """A duration as one says it: « 1 h 30 »."""
    iso = normalise.duration(text)
    if not iso:
        return ""
    plain = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", iso)
    days, hours, minutes = map(int, plain.groups("0")) if plain else (0, 0, 0)
    if days:
        said = "1 jour" if days == 1 else f"{days} jours"
    elif hours:
        said = f"{hours} h {minutes:02}" if minutes else f"{hours} h"
    else:
        said = f"{minutes} min"
    return said if normalise.duration(said) == iso else iso


def _duration_schema() -> Schema:
    return {
        "type": "string",
        "pattern": DURATION_PATTERN,
        "examples": ["20 min", "1 h 30", "2 h", "PT20M"],
    }


DURATION = Kind(read=_read_duration, write=_duration_words, schema=_duration_schema)
STRETCH = Kind(read=_read_iso, write=_spelled, schema=_duration_schema)

# --- Addresses, languages, identifiers, people ------------------------------------------------

ADDRESS_PATTERN = (
    r"^https?://[^\s/?#<>\"\\^`{|}@:\[\]]+(:([1-9]\d{0,3}|[1-5]\d{4}))?"
    r"([/?#][^\s<>\"\\^`{|}]*)?$"
)


def _read_address(text: str) -> Understood:
    address = tidy(text)
    if is_web(address):
        return Understood((address,))
    remedy = "Copiez l’adresse entière, celle du navigateur\u00a0: «\u00a0https://…\u00a0»."
    if is_web(f"https://{address}") and "." in address:
        remedy = f"Ajoutez le début de l’adresse\u00a0: «\u00a0https://{address[:60]}\u00a0»."
    return Understood((), _invalid(text, "une adresse du Web", remedy))


WEB_ADDRESS = Kind(
    read=_read_address,
    write=lambda address: address if is_web(address) else "",
    schema=lambda: {"type": "string", "pattern": ADDRESS_PATTERN, "format": "iri"},
    separators=" ",
)


def _read_language(text: str) -> Understood:
    tag = normalise.language(text)
    if tag:
        return Understood((tag,))
    return Understood(
        (), _invalid(text, "une langue", "Écrivez son code\u00a0: fr, en, de, es, br…")
    )


LANGUAGE = Kind(
    read=_read_language,
    write=normalise.language,
    schema=lambda: {
        "type": "string",
        "pattern": f"^({'|'.join(sorted(KNOWN))})(-[A-Z]{{2}})?$",
        "examples": ["fr", "en", "de", "es", "it", "br", "fr-CA"],
    },
)

CATALOGS = {
    "ark": re.compile(r"ark:/?\d{5}.*", re.IGNORECASE),
    "DOI": re.compile(r"(doi:\s?)?10\.\d{4,}/.+", re.IGNORECASE),
    "ISBN": re.compile(r"(isbn:?\s?)?(97[89][- ]?)?(\d[- ]?){9}[\dX]", re.IGNORECASE),
    "URI": re.compile(r"https?://.+", re.IGNORECASE),
}


def _read_identifier(text: str) -> Understood:
    entry = tidy(text)
    found = (catalog for catalog, form in CATALOGS.items() if form.fullmatch(entry))
    return Understood((Identifier(next(found, ""), entry),))


IDENTIFIER = Kind(
    read=_read_identifier,
    write=lambda identifier: tidy(identifier.entry),
    schema=WORDS.schema,
    separators="",
    closed=False,
)

WITH_ORGANISATION = re.compile(r"(?P<name>.*[^\s(])\s*\((?P<organisation>[^()]+)\)")


def _read_person(text: str) -> Understood:
    """« Ada Exemple (Collège Exemple) »."""
    said, trouble = _public(text)
    if trouble is None and "," in said and all(" " in part.strip() for part in said.split(",")):
        trouble = _several(said)
    match = WITH_ORGANISATION.fullmatch(said)
    if match:
        return Understood(
            (Entity(name=match["name"], organisation=tidy(match["organisation"])),), trouble
        )
    return Understood((Entity(name=said),) if said else (), trouble)


def _several(said: str) -> Trouble:
    return Trouble(
        "plusieurs-noms",
        f"«\u00a0{said[:60]}\u00a0» est lu comme un seul nom.",
        "Si ce sont plusieurs personnes, faites-en une liste\u00a0:"
        f" «\u00a0[{said[:60]}]\u00a0», ou séparez-les par «\u00a0;\u00a0».",
    )


def _read_organisation(text: str) -> Understood:
    said, trouble = _public(text)
    return Understood((Entity(organisation=said),) if said else (), trouble)


def _public(text: str) -> tuple[str, Trouble | None]:
    """A name without what would let one write to, call or visit somebody."""
    said, before = tidy(text), ""
    while said != before:
        before = said
        for private in (MAIL, ADDRESS, PHONE):
            said = tidy(private.sub(" ", said))
    if said == tidy(text):
        return said, None
    return said.strip(" ,;:–-<>()"), Trouble(
        "donnee-personnelle",
        "Un courriel, un téléphone ou une adresse accompagne ce nom\u00a0: il n’est pas gardé.",
        "Donnez le nom seul, ou le nom et l’organisme\u00a0: «\u00a0Prénom Nom (Collège Exemple)\u00a0».",
    )


def _person_words(entity: Entity) -> str:
    name, organisation = _public(entity.name)[0], _public(entity.organisation)[0]
    if name and organisation and name != organisation:
        return f"{name} ({organisation})"
    return name or organisation


PERSON = Kind(
    read=_read_person, write=_person_words, schema=WORDS.schema, separators=";", closed=False
)
ORGANISATION = Kind(
    read=_read_organisation,
    write=lambda entity: _public(entity.organisation or entity.name)[0],
    schema=WORDS.schema,
    separators=";",
    closed=False,
)

# --- Licences ---------------------------------------------------------------------------------


def licence_name(licence: Licence) -> str:
    """The short name of a licence, that leads back to it."""
    names = (licence.spdx, *licence.words, licence.label)
    return next((name for name in names if name and licences.find(name) == licence), licence.label)


def _read_licence(text: str) -> Understood:
    said = tidy(text)
    licence = licences.find(said)
    if licence:
        return Understood((Term(licence.url, licence_name(licence)),))
    names = licences.nearest(said) or ("CC-BY-SA-4.0", "CC-BY-4.0", "etalab-2.0", "MIT")
    return Understood(
        (Term("", said),),
        Trouble(
            "valeur-inconnue",
            f"«\u00a0{said[:60]}\u00a0» n’est pas une licence connue\u00a0: elle est montrée telle quelle.",
            "Donnez son nom court\u00a0: " + ", ".join(names) + "…",
        ),
    )


LICENCE = Kind(
    read=_read_licence,
    write=lambda term: tidy(term.text),
    schema=lambda: {
        "type": "string",
        "pattern": r"\S",
        "examples": [
            "CC-BY-SA-4.0",
            "CC-BY-4.0",
            "CC0-1.0",
            "etalab-2.0",
            "MIT",
            "AGPL-3.0-or-later",
        ],
    },
    separators="",
)
