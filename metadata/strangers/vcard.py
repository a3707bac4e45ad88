"""vCards of every shape, from LOM's `entity`: who, and nothing that lets one write to them.

https://www.rfc-editor.org/rfc/rfc6350 (4.0) and https://www.rfc-editor.org/rfc/rfc2426 (3.0) are
what notices claim to follow; lines squeezed into one, indented, fused or missing are what they hold.
"""

from __future__ import annotations

import html
import quopri
import re
from functools import lru_cache

from ..record import Entity

#: A vCard with a photograph; beyond, only a hostile one.
LONGEST = 200_000
#: A name is shorter.
LONGEST_NAME = 500

NAMES = (
    "BEGIN|END|VERSION|FN|N|ORG|EMAIL|TEL|ADR|LABEL|NOTE|URL|KIND|REV|TITLE|ROLE|NICKNAME|PHOTO|"
    "LOGO|SOUND|KEY|UID|CLASS|TZ|GEO|BDAY|LANG|CATEGORIES|PRODID|SORT-STRING|SOURCE|MAILER|AGENT|"
    "GENDER|ANNIVERSARY|IMPP|RELATED|MEMBER|PROFILE|NAME|X-[A-Z0-9-]+"
)
PARAMETERS = r"(?:;[^:;\n]{0,80}){0,9}:"
#: Where a property begins: at a word, or fused to what comes before (`N:ITOPFN:ITOP`).
PROPERTY = re.compile(
    rf"(?:^|(?<=\s))(?:[\w-]{{1,20}}\.)?(?P<name>(?i:{NAMES})){PARAMETERS}"
    rf"|(?<=[^\s:;])(?P<fused>FN|ORG|EMAIL|TEL|ADR|VERSION|NOTE|END(?=:)){PARAMETERS}"
    rf"|(?<=\d)(?P<number>N){PARAMETERS}",
    re.MULTILINE,
)
#: A line of its own that names a property nobody knows (`OGO:`): not the end of the line before.
UNKNOWN = re.compile(r"^[A-Z][A-Z-]{1,20}(?:;[^:\n]{0,200})?:.*$", re.MULTILINE)
QUOTED_PRINTABLE = re.compile(
    r"^([^:\n]{0,200};(?:ENCODING=)?QUOTED-PRINTABLE[^:\n]{0,200}:)(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
BLANK_LINES = re.compile(r"\n[ \t]*(?=\n)")
FOLD = re.compile(r"(?<=[^\s])\n[ \t](?=[^\s])")

SIREN = re.compile(r"SIREN\W{0,3}(\d(?:[\s.]?\d){8})(?!\d)", re.IGNORECASE)
ISNI = re.compile(r"ISNI\W{0,3}((?:\d[\s-]?){15}[\dX])(?!\d)", re.IGNORECASE)

LABELS = (
    r"(?:(?:\b(?:e-?mail|mail|courriel|m[ée]l|t[ée]l(?:[ée]phone)?|phone|fax|mobile)\b[\s.:]*)?)"
)
MAIL = re.compile(rf"{LABELS}[^\s,;()<>]*(?:[@＠]|\s?[(\[]at[)\]]\s?)[^\s,;()<>]*", re.IGNORECASE)
PHONE = re.compile(
    rf"{LABELS}(?<!\w)(?!(?:1[5-9]|20)\d\d\s?[-–/]\s?(?:1[5-9]|20)\d\d(?!\d))"
    r"[+(]{0,2}\d(?:[ .()/\u00a0\u202f–-]{0,3}\d){7,}",
    re.IGNORECASE,
)
STREETS = "rue|avenue|av|bd|bld|boulevard|place|all[ée]e|chemin|impasse|quai|route|cours|square"
ADDRESS = re.compile(
    rf"(?:,\s*)?\b\d{{1,4}}\s*(?:bis|ter|quater)?\b,?\s*(?:{STREETS})\b.*"
    r"|(?:,\s*)?\b(?:BP|CS|TSA)\s?\d{2,6}\b.*",
    re.IGNORECASE | re.DOTALL,
)
EMPTY_BRACKETS = re.compile(r"<\s*>|\(\s*\)|\[\s*\]")


def entity(text: str) -> Entity | None:
    """Who a vCard, whatever its shape, or a plain name speaks of; None when it names nobody.

    E-mail addresses, telephones and street addresses are left out wherever they stand.
    """
    # A feed names few people: a cache spares most of the work. Photographs weigh too much for it.
    return _remembered(text) if len(text) < 2000 else _entity(text[:LONGEST])


@lru_cache(maxsize=4096)
def _remembered(text: str) -> Entity | None:
    return _entity(text)


def _entity(text: str) -> Entity | None:
    card = _unfolded(html.unescape(text))
    values = _values(card)
    names, organisation = _words(values.get("N", "")), _organisation(values.get("ORG", ""))
    name = _full_name(_words(values.get("FN", "")), names) or _public(values.get("", ""))
    found = Entity(
        # An organisation has to bear a name too: said twice, it names nobody.
        name="" if name == organisation else name,
        organisation=organisation,
        siren=_digits(SIREN, card),
        isni=_digits(ISNI, card),
    )
    return None if found == Entity() else found


def _unfolded(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("=\n", "").strip()
    text = QUOTED_PRINTABLE.sub(_unquoted, text)
    text = BLANK_LINES.sub("", text)
    # One space before a line is RFC folding, unless the properties themselves are indented.
    if not re.search(r"\n[ \t]+(?:FN|N|ORG|VERSION|END)[;:]", text):
        text = FOLD.sub("", text)
    return UNKNOWN.sub(_unless_known, text)


def _unquoted(match: re.Match[str]) -> str:
    """A value of vCard 2.1 with its letters back: « =C3=A9 » is « é »."""
    value = quopri.decodestring(match[2].encode())
    try:
        return match[1] + value.decode()
    except UnicodeDecodeError:
        return match[1] + value.decode("cp1252", "replace")


def _unless_known(match: re.Match[str]) -> str:
    return match[0] if PROPERTY.match(match[0]) else "X-UNKNOWN:"


def _values(card: str) -> dict[str, str]:
    """The first non-empty value of each property, "" naming the text before any."""
    found: dict[str, str] = {}
    name, begin = "", 0
    for match in PROPERTY.finditer(card):
        found[name] = found.get(name) or card[begin : match.start()].strip()
        name, begin = (match["name"] or match["fused"] or match["number"]).upper(), match.end()
    found[name] = found.get(name) or card[begin:].strip()
    return found


def _words(value: str) -> tuple[str, ...]:
    """The components of a structured value, cleaned, empty ones left out."""
    parts = re.split(r"(?<!\\);", value[: 4 * LONGEST_NAME])
    return tuple(word for part in parts if (word := _public(part)))


def _full_name(formatted: tuple[str, ...], names: tuple[str, ...]) -> str:
    if len(formatted) > 1:  # FN holds what N should
        return _given_first(formatted)
    if not formatted:
        return _given_first(names)
    (name,) = formatted
    if len(names) == 1 and " " not in name and " " not in names[0]:
        # FN:Nadine N:BOUETTE, as in the official example.
        return name if _same(name, names[0]) else f"{name} {names[0]}"
    return name


def _given_first(names: tuple[str, ...]) -> str:
    family, given = names[:1], names[1:2]
    return " ".join((*given, *family))


def _same(one: str, other: str) -> bool:
    one, other = one.casefold(), other.casefold()
    return one in other or other in one


def _organisation(value: str) -> str:
    return ", ".join(_words(value))


def _public(value: str) -> str:
    """A value without what would let one write to, call or visit somebody."""
    value = " ".join(value[:LONGEST_NAME].split())
    value = re.sub(r"\\[nN]", " ", value)
    value = re.sub(r"\\(.)", r"\1", value)
    before = ""
    while value != before:  # what was taken out may bring the parts of another together
        before = value
        for private in (MAIL, ADDRESS, PHONE, EMPTY_BRACKETS):
            value = private.sub(" ", value)
        value = " ".join(value.split()).strip(" ,;:/|–-")
    return value


def _digits(pattern: re.Pattern[str], card: str) -> str:
    match = pattern.search(card)
    digits = re.sub(r"[\s.-]", "", match[1]).upper() if match else ""
    return digits if digits.strip("0") else ""


def written(who: Entity) -> str:
    """A vCard that names somebody, and says nothing else of them."""
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"FN:{_escaped(who.name or who.organisation)}"]
    if who.organisation:
        lines.append(f"ORG:{_escaped(who.organisation)}")
    if who.siren:
        lines.append(f"NOTE:SIREN={who.siren}")
    if who.isni:
        lines.append(f"NOTE:ISNI={who.isni}")
    return "\n".join((*lines, "END:VCARD"))


def _escaped(text: str) -> str:
    text = re.sub(r"([\\,;])", r"\\\1", " ".join(text.split()))
    return text if html.unescape(text) == text else html.escape(text, quote=False)
