"""What notices write in ten ways, brought to one: languages, durations, dates, text.

Languages follow BCP 47 (https://www.rfc-editor.org/info/bcp47), durations and dates ISO 8601. None
or "" means "not understood": the caller says so in a finding. vCards are in strangers/vcard.py.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import lru_cache

from .languages import ENGLISH, KNOWN, TWO_LETTERS
from .strangers.plaintext import clean, plain
from .strangers.vcard import entity
from .vocabulary import key_of, scolomfr

__all__ = ["clean", "duration", "entity", "language", "minutes", "plain", "size", "when"]

#: A language, a duration or a date is never longer; what is, is not kept in a cache.
LONGEST = 200

# --- Languages --------------------------------------------------------------------------------

SUBTAG = re.compile(r"[a-z0-9]{1,8}")
UNSAID = {"", "none", "und", "x", "xx", "xxx", "null", "undefined", "mis", "unknown"}


def language(text: str) -> str:
    """The shortest BCP 47 tag of a language code, URI or French name; "" when none is understood.

    A country is kept only where it says more than the language: fr-CA, but fr for fr-FR.
    """
    return _language(text.strip()) if len(text) < LONGEST else ""


@lru_cache(maxsize=4096)
def _language(text: str) -> str:
    if "/" in text:  # http://id.loc.gov/vocabulary/iso639-2/fre
        before, _, text = text.rstrip("/").rpartition("/")
        if "/" not in before and _language(before):  # « fr/en » is two
            return ""
    subtags = text.lower().replace("_", "-").split("-")
    code = TWO_LETTERS.get(subtags[0], subtags[0])
    if code in UNSAID or not all(SUBTAG.fullmatch(subtag) for subtag in subtags):
        return _named(text)
    if len(code) == 2 and code in KNOWN:
        return _tag(code, subtags[1:])
    if len(code) == 3 and scolomfr().find(code, "001").concept:
        return _tag(code, subtags[1:])
    return _named(text)


def _tag(code: str, subtags: list[str]) -> str:
    kept = [code]
    for subtag in subtags:
        if len(subtag) == 1:  # extensions and private use say nothing of the language
            break
        if len(subtag) == 4 and subtag.isalpha() and len(kept) == 1:
            kept.append(subtag.title())
        elif re.fullmatch(r"[a-z]{2}|\d{3}", subtag) and subtag != code:
            kept.append(subtag.upper())
            break
    return "-".join(kept)


def _named(text: str) -> str:
    """A language called by its French name, or by its English one ("français", "French")."""
    tags = _names().get(key_of(text), set()) - UNSAID if len(text) >= 4 else set()
    return next(iter(tags)) if len(tags) == 1 else ""


@lru_cache(maxsize=1)
def _names() -> Mapping[str, set[str]]:
    """« espagnol | castillan », « occitan (après 1500) »: every name of each."""
    found = {name: {tag} for name, tag in ENGLISH.items()}
    for concept in scolomfr().members("001"):
        code = concept.uri.rsplit("/", 1)[-1]
        for name in re.sub(r"\([^)]*\)", "", concept.label).split("|"):
            found.setdefault(key_of(name), set()).add(TWO_LETTERS.get(code, code))
    return found


# --- Durations --------------------------------------------------------------------------------

NUMBER = r"(\d{1,6}(?:[.,]\d{1,6})?)"
ISO_DURATION = re.compile(
    rf"P(?:{NUMBER}Y)?(?:{NUMBER}M)?(?:{NUMBER}W)?(?:{NUMBER}D)?"
    rf"(?:T(?:{NUMBER}H)?(?:{NUMBER}M)?(?:{NUMBER}S)?)?",
    re.IGNORECASE,
)
#: PT1H30
MINUTES_UNSAID = re.compile(r"^(PT\d{1,4}H)(\d{1,3})$", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,4}):([0-5]?\d)(?::([0-5]?\d)(?:[.,]\d+)?)?")
#: « 2 séances de 55 min », « 3 x 1 h »: what they last together.
REPEATED = re.compile(
    r"(?:(\d{1,3}) ?[x×] ?|(\d{1,3}|[a-z-]{2,14}) (?:fois |(?:séances?|sessions?|cours) d(?:e |[’'] ?)))"
    r"(\S.*)"
)
UNITS = (
    ("month", r"mois|months?"),
    ("week", r"semaines?|sem|weeks?"),
    ("day", r"jours?|j|days?|d"),
    ("hour", r"heures?|hours?|hrs?|h"),
    ("minute", r"minutes?|mins?|mn|m|’|'|′"),
    ("second", r"secondes?|seconds?|secs?|s|\"|″"),
)
WORDS = re.compile(
    r"\s*(?P<half>une demi[ -]|demi[ -]|1/2\s*)?(?P<number>\d{1,6}(?:[.,]\d{1,3})?)?\s*(?:"
    + "|".join(rf"(?P<{unit}>{names})" for unit, names in UNITS)
    + r")(?![a-zà-ÿ])\.?\s*(?P<and_half>et demie?)?(?:\s*(?:,|et|and))?\s*",
    re.IGNORECASE,
)
IN_LETTERS = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "quinze": 15,
    "vingt": 20,
    "trente": 30,
    "quarante": 40,
    "quarante-cinq": 45,
    "cinquante": 50,
}
SECONDS = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}


def duration(text: str) -> str | None:
    """An ISO 8601 duration in its plain form (PT1H30M); None when nothing is understood, or zero.

    Understands what notices hold instead: PT1.5H, PT1H30, P2W, pt2h, 01:30:00, « 1 h 30 »,
    « une heure et demie », « 2 séances de 55 min ».
    """
    return _duration(clean(text)) if len(text) < LONGEST else None


@lru_cache(maxsize=4096)
def _duration(text: str) -> str | None:
    match = ISO_DURATION.fullmatch(MINUTES_UNSAID.sub(r"\1\2M", text.replace(" ", "")))
    if match:
        years, months, weeks, days, hours, mins, seconds = map(_number, match.groups())
        if not (years.is_integer() and months.is_integer()):
            return None
        return _iso(int(years), int(months), weeks * 7 + days, hours * 3600 + mins * 60 + seconds)
    if match := REPEATED.fullmatch(text.casefold()):
        times = match[1] or match[2]
        count = int(times) if times.isdecimal() else IN_LETTERS.get(times, 0)
        return _iso(0, 0, 0, count * (minutes(_duration(match[3]) or "") or 0) * 60)
    match = CLOCK.fullmatch(text)
    if match:
        hours, mins, seconds = (_number(part) for part in match.groups())
        if hours > 23 and match[3] is None:  # no lesson lasts a day: 45:00 is in minutes
            hours, mins, seconds = 0, hours, mins
        return _iso(0, 0, 0, hours * 3600 + mins * 60 + seconds)
    return _spelled(text)


def _number(text: str | None) -> float:
    return float(text.replace(",", ".")) if text else 0.0


def _spelled(text: str) -> str | None:
    words = [str(IN_LETTERS.get(word, word)) for word in text.casefold().split(" ")]
    text = " ".join(words).replace("1 demi", "demi").removeprefix("environ ")
    if text in ("1 quart d’heure", "1 quart d'heure"):
        return "PT15M"
    if text in ("3 quarts d’heure", "3 quarts d'heure"):
        return "PT45M"
    months, days, seconds, place, hours_said = 0, 0.0, 0.0, 0, False
    while place < len(text):
        match = WORDS.match(text, place)
        if match is None:
            # « 1 h 30 »: the unit of the last number goes without saying.
            rest = re.fullmatch(r"\s*([0-5]?\d)\s*", text[place:])
            if rest is None or not hours_said:
                return None
            seconds += int(rest[1]) * 60
            break
        unit = next(name for name, _ in UNITS if match[name])
        if not match["number"] and not match["half"]:
            return None
        count = _number(match["number"]) + (0.5 if match["half"] or match["and_half"] else 0)
        if match["half"]:
            count = 0.5
        if unit == "month":
            months += int(count)
        else:
            seconds += count * SECONDS[unit]
        hours_said = unit == "hour"
        place = match.end()
    days, seconds = (
        divmod(seconds, 86400) if seconds >= 86400 and seconds % 86400 == 0 else (0.0, seconds)
    )
    return _iso(0, months, days, seconds)


def _iso(years: int, months: int, days: float, seconds: float) -> str | None:
    whole_days = int(days)
    seconds = round(seconds + (days - whole_days) * 86400, 3)
    hours, seconds = divmod(seconds, 3600)
    mins, seconds = divmod(round(seconds, 3), 60)
    date = "".join(
        f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (whole_days, "D")) if n
    )
    last = f"{round(seconds, 3):g}S" if round(seconds, 3) else ""
    time = "".join(f"{int(n)}{unit}" for n, unit in ((hours, "H"), (mins, "M")) if n) + last
    if not date and not time:
        return None
    return f"P{date}" + (f"T{time}" if time else "")


def minutes(iso: str) -> int | None:
    """The minutes of a duration, at least one; a month counts thirty days. None when it says none."""
    match = ISO_DURATION.fullmatch(iso)
    if match is None:
        return None
    years, months, weeks, days, hours, mins, seconds = (_number(part) for part in match.groups())
    total = ((years * 365 + months * 30 + weeks * 7 + days) * 24 + hours) * 60 + mins + seconds / 60
    return max(1, round(total)) if total else None


# --- Sizes ------------------------------------------------------------------------------------

SIZE = re.compile(
    r"(\d{1,18}(?:[.,]\d{1,3})?)\s*(?:([kmg]?)(?:octets?|bytes?|io|ib|o|b))?", re.IGNORECASE
)
FACTORS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def size(text: str) -> int | None:
    """A number of bytes: « 8192 », « 1,5 Mo », « 12 octets »; None when it is none."""
    match = SIZE.fullmatch(clean(text))
    if match is None:
        return None
    return round(Decimal(match[1].replace(",", ".")) * FACTORS[(match[2] or "").lower()])


# --- Dates ------------------------------------------------------------------------------------

DATE = re.compile(
    r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2})"
    r"(?:(?:T|t|\s)\s?(?P<time>\d{1,2}(?::\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?)"
    r"\s?(?P<zone>Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?)?)?"
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
FRENCH = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\s+(?:à\s+)?(\d{1,2}:\d{2}(?::\d{2})?))?"
)
MONTH_AND_YEAR = re.compile(r"(\d{1,2})[/.-](\d{4})")
#: What catalogues write for a month or a day that nobody knows: 1999-00-00.
UNSAID_PARTS = re.compile(r"^(\d{4}|\d{4}-(?!00)\d\d)(?:-00){1,2}$")
WORDED = re.compile(
    r"(?:le\s+)?(?:(?:lun|mar|mercre|jeu|vendre|same)di\s+|dimanche\s+)?"
    r"(?:(?P<day>\d{1,2})(?:er)?\s+)?(?P<month>[a-zà-ÿ]{3,9})\.?\s+(?P<year>\d{4})"
)
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def when(text: str) -> str | None:
    """A date as precise as given ("2012", "2012-10", "2012-10-16T10:00:00+02:00"); None if it is none.

    Understands too: a space for the T, 16/10/2012, 10/2012, 20121016, 2012-00-00, « 16 octobre 2012 »,
    and the dates of electronic mail.
    """
    return _when(clean(text)) if len(text) < LONGEST else None


@lru_cache(maxsize=4096)
def _when(text: str) -> str | None:
    text = UNSAID_PARTS.sub(r"\1", text)
    if match := DATE.fullmatch(text):
        return _date(match["year"], match["month"], match["day"], match["time"], match["zone"])
    if match := COMPACT.fullmatch(text):
        return _date(*match.groups())
    if match := MONTH_AND_YEAR.fullmatch(text):
        return _date(match[2], match[1], None)
    if match := FRENCH.fullmatch(text):
        return _date(match[3], match[2], match[1], match[4])
    if match := WORDED.fullmatch(text.casefold()):
        month = [n for n, name in enumerate(MONTHS, 1) if name.startswith(match["month"])]
        return _date(match["year"], str(month[0]), match["day"]) if len(month) == 1 else None
    try:
        return parsedate_to_datetime(text).isoformat()
    except ValueError:
        return None


def _date(
    year: str, month: str | None, day: str | None, time: str | None = None, zone: str | None = None
) -> str | None:
    if not int(year) or (month and not 1 <= int(month) <= 12):
        return None
    if month and day and not 1 <= int(day) <= monthrange(int(year), int(month))[1]:
        return None
    found = "-".join((year, *(part.zfill(2) for part in (month, day) if part)))
    if time is None:
        return found
    hour, *rest = time.replace(",", ".").split(":")
    if int(hour) > 23 or any(float(part) >= 60 for part in rest):
        return None
    if zone:  # a zone is said after the seconds
        rest = [*rest, "00", "00"][:2]
    rest = [re.sub(r"\.0+$", "", part) for part in rest]
    return f"{found}T{':'.join((hour.zfill(2), *rest))}{_zone(zone)}"


def _zone(zone: str | None) -> str:
    if zone is None:
        return ""
    if zone[0] not in "+-":
        return "Z"
    return f"{zone[:3]}:{zone[3:].lstrip(':') or '00'}"
