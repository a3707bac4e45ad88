"""The licences of resources: found by SPDX identifier, address or name, and what they allow.

The table is data (vocabularies/licences.toml); the family of Creative Commons is made here, from
its six licences and four versions: https://creativecommons.org/share-your-work/cclicenses/.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from .record import Record
from .vocabulary import CONCEPT, data, key_of, nearest_of

#: The kind of relation that names a licence (7.1): « a pour licence ».
HAS_LICENCE = CONCEPT + "scolomfr-voc-009-num-040"


@dataclass(frozen=True, kw_only=True, slots=True)
class Licence:
    """A licence, and what it allows whoever keeps to its terms."""

    key: str
    label: str  # French
    spdx: str = ""  # "" when SPDX has none
    url: str = ""
    family: str = ""  # what the versions of one licence share: "cc-by-sa"
    reuse: bool = True  # as it is
    modify: bool = True
    sell: bool = True  # commercial use
    share_alike: bool = False
    words: tuple[str, ...] = ()

    @property
    def free(self) -> bool:
        """Free in the sense of free works: everybody may use, change and share it, for any purpose."""
        return self.reuse and self.modify and self.sell

    @property
    def allows(self) -> str:
        """What it allows, in a French sentence."""
        if not self.reuse:
            return "Aucune réutilisation sans l’accord de l’auteur, hors exceptions légales."
        asked = "avec partage dans les mêmes conditions" if self.share_alike else ""
        parts = [
            "Réutilisation permise",
            "modification permise" if self.modify else "modification interdite",
            "usage commercial permis" if self.sell else "usage commercial interdit",
        ]
        return ", ".join(filter(None, (*parts, asked))) + "."


@lru_cache(maxsize=1)
def licences() -> Mapping[str, Licence]:
    """Every licence, by key, the most met in schools first."""
    known = {licence.key: licence for licence in _creative_commons()}
    for key, row in tomllib.loads(data("licences.toml").decode()).items():
        known[key] = Licence(key=key, family=key, **{**row, "words": tuple(row["words"])})
        if known[key].spdx.endswith("-only"):
            known[f"{key}-or-later"] = _or_later(known[key])
    return known


def _or_later(licence: Licence) -> Licence:
    names = (*licence.words, licence.spdx.removesuffix("-only"), licence.label)
    return replace(
        licence,
        key=f"{licence.key}-or-later",
        label=f"{licence.label} ou toute version ultérieure",
        spdx=licence.spdx.replace("-only", "-or-later"),
        words=tuple(
            name + later
            for name in names
            for later in ("+", " or later", " ou ultérieure", " ou toute version ultérieure")
        ),
    )


@lru_cache(maxsize=4096)  # a source says the same rights a thousand times
def find(text: str) -> Licence | None:
    """The licence that a text names or links to, whatever else the text says; None when none is.

    Text that names two licences names none: which part each covers is not for us to say.
    """
    text = text.strip()
    if found := _exact(text):
        return found
    named = [*filter(None, (_creative_commons_in(text), *_named_in(text)))]
    if not named and MARKED.search(key_of(text)) and not OPENED.search(key_of(text)):
        return licences()["tous-droits-reserves"]
    return _one(named)


#: Whose the work is. With a licence it forbids nothing; alone, the law reserves all rights.
MARKED = re.compile(r"©|\(c\)|\bcopyright")
#: What speaks of a permission that we do not recognise.
OPENED = re.compile(r"\blibre|\blicen[cs]|\bopen\b|\bfree\b|\bcommons\b|\bautoris")


def nearest(text: str) -> tuple[str, ...]:
    """Up to three names of licences that resemble a text."""
    written = {
        _name(name): licence.spdx or licence.label
        for licence in licences().values()
        for name in (licence.spdx, licence.label, *licence.words)
        if name
    }
    return nearest_of(text, written)


def licence_of(record: Record) -> Licence | None:
    """The licence of a resource: by the relation « a pour licence », else from what 6 says.

    LOM-ES names it in 6.2 itself, where LOM only asks whether there are restrictions.
    """
    for relation in record.relations:
        if relation.kind and relation.kind.uri == HAS_LICENCE:
            addressed = [*filter(None, (find(each.entry) for each in relation.identifiers))]
            texts = (text.value for texts in relation.descriptions for text in texts)
            named = [*filter(None, map(find, texts))]
            # « only » and « or later » have one address: the name tells which.
            same = len({licence.url for licence in (*addressed, *named)}) == 1
            if licence := _one(named if named and same else [*addressed, *named]):
                return licence
    rights = [text.value for texts in record.rights.descriptions for text in texts]
    if record.rights.restrictions:
        rights.append(record.rights.restrictions.text)
    return _one(filter(None, map(find, rights)))


#: The six licences: name in full, may change it, may sell it, must share alike.
ELEMENTS = {
    "by": ("attribution", True, True, False),
    "by-sa": ("attribution, partage dans les mêmes conditions", True, True, True),
    "by-nc": ("attribution, pas d’usage commercial", True, False, False),
    "by-nc-sa": (
        "attribution, pas d’usage commercial, partage dans les mêmes conditions",
        True,
        False,
        True,
    ),
    "by-nd": ("attribution, pas de modification", False, True, False),
    "by-nc-nd": ("attribution, pas d’usage commercial, pas de modification", False, False, False),
}
CREATIVE_COMMONS = "https://creativecommons.org/licenses"
VERSIONS = ("4.0", "3.0", "2.5", "2.0", "1.0")


def _creative_commons() -> Iterator[Licence]:
    for elements, (meaning, modify, sell, share_alike) in ELEMENTS.items():
        for version in ("", *VERSIONS):
            name = f"CC {elements.upper()} {version}".strip()
            yield Licence(
                key=f"cc-{elements}-{version}".rstrip("-"),
                label=f"{name} : {meaning}",
                spdx=f"CC-{elements.upper()}-{version}" if version else "",
                url="/".join((CREATIVE_COMMONS, elements, *([version] if version else ()), "")),
                family=f"cc-{elements}",
                modify=modify,
                sell=sell,
                share_alike=share_alike,
                words=(name,),
            )


#: An address, « CC BY-SA 4.0 », « cc-by-nc-sa », « Creative Commons (by, nc) », « BY-NC-SA ».
CC_ADDRESS = re.compile(
    r"creativecommons\.org/licen[cs]es/(by[a-z-]*)(?:/(\d\.\d))?", re.IGNORECASE
)
CC_NAME = re.compile(
    r"(?:\b(?:cc|creative ?commons?)\b[^\w]*(?:licen[cs]es?\b)?[^\w]*|^(?=by\W*(?:nc|nd|sa)\b))"
    r"(by(?:[\s,;+/-]*(?:nc|nd|sa))*)\b(?:[\s,(/-]*(?:v(?:ersion)?[\s.]*)?([1-4](?:\.[05])?)\b)?"
)
CC = re.compile(r"creative ?commons|\bcc\b")
#: « Attribution-NonCommercial 4.0 International »: its official name, without its family's.
UNNAMED = re.compile(r"(?:licence )?(?:attribution|paternite)\b")
CC_WORDS = {
    "by": re.compile(r"attribution|paternite|\bby\b"),
    "nc": re.compile(r"non ?-?commercial|pas d.(?:utilisation|usage) commercial"),
    "nd": re.compile(r"pas de modification|no ?-?deriv|sans (?:modification|oeuvre derivee)"),
    "sa": re.compile(r"share ?-?alike|partage (?:dans les memes|a l.identique|des conditions)"),
}


def _creative_commons_in(text: str) -> Licence | None:
    """The Creative Commons licence that a text links to, abbreviates, or spells out."""
    linked = {(match[1].casefold(), match[2] or "") for match in CC_ADDRESS.finditer(text)}
    if linked:
        return _creative(linked)
    plain = key_of(text)
    said = {(_elements(match[1]), match[2] or "") for match in CC_NAME.finditer(plain)}
    if not said:
        parts = [part for part, pattern in CC_WORDS.items() if pattern.search(plain)]
        version = re.search(r"\b([1-4]\.[05])\b", plain)
        named = CC.search(plain) or (UNNAMED.match(plain) and (version or len(parts) > 1))
        said = (
            {("-".join(parts), version[1] if version else "")} if named and "by" in parts else set()
        )
    return _creative(said)


def _elements(text: str) -> str:
    parts = set(re.findall(r"by|nc|nd|sa", text))
    return "-".join(part for part in ("by", "nc", "nd", "sa") if part in parts)


def _creative(said: Iterable[tuple[str, str]]) -> Licence | None:
    found = [
        licences().get(f"cc-{elements}-{_version(version)}".rstrip("-"))
        for elements, version in said
    ]
    return _one(filter(None, found))


def _version(text: str) -> str:
    return text if "." in text or not text else f"{text}.0"


def _one(found: Iterable[Licence]) -> Licence | None:
    """The only one; of two versions of one licence of which one is not said, the one that is."""
    several = dict.fromkeys(found)
    if len(several) > 1 and len({licence.family for licence in several}) == 1:
        several = {licence: None for licence in several if licence.spdx}
    return next(iter(several)) if len(several) == 1 else None


#: Where licences are listed under their SPDX identifier.
LISTED = re.compile(
    r"https?://(?:www\.)?(?:spdx|opensource)\.org/licen[cs]es?/([^/]+?)(?:\.html)?/?"
)


def _exact(text: str) -> Licence | None:
    if listed := LISTED.fullmatch(text):
        return _names().get(_name(listed[1]))
    return _names().get(_name(text)) or _addresses().get(_address(text))


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Licence]:
    return {
        _name(name): licence
        for licence in licences().values()
        for name in (licence.key, licence.label, licence.spdx, *licence.words)
        if name
    }


@lru_cache(maxsize=1)
def _addresses() -> Mapping[str, Licence]:
    found: dict[str, Licence] = {}
    for licence in licences().values():
        if licence.url:
            found.setdefault(_address(licence.url), licence)
    return found


def _name(text: str) -> str:
    plain = re.sub(r"[^\w.+©]+|\.(?!\w)", " ", key_of(text)).strip()
    return re.sub(r"^(?:sous )?(?:la )?(?:licence|license) (?=.)", "", plain) or plain


def _address(text: str) -> str:
    """An address without scheme, "www.", language, "deed" or ending: what two spellings share."""
    plain = re.sub(r"^https?://(?:www\.)?", "", text.strip().casefold())
    return re.sub(
        r"(?:/|/deed(?:\.\w+)?|\.\w\w|/legalcode(?:\.\w+)?|\.html?|\.txt|\.en)+$", "", plain
    )


#: Names too short or too common to be looked for inside a sentence.
ONLY_WHOLE = frozenset(
    {"pd", "c", "isc", "bsd", "expat", "x11", "lal", "fdl", "copyright", "©", "apache"}
)


#: What goes with a free licence, whose words are those of its contrary.
SOME_RESERVED = re.compile(r"certains droits reserves|some rights reserved")


def _named_in(text: str) -> Iterator[Licence]:
    """The licences, Creative Commons apart, that a sentence names; the longest names first."""
    said = f" {SOME_RESERVED.sub(' ', _name(text))} "
    taken = ""
    for name, licence in _looked_for():
        if name in said and name not in taken:
            taken += name
            yield licence


@lru_cache(maxsize=1)
def _looked_for() -> tuple[tuple[str, Licence], ...]:
    names = (
        (f" {name} ", licence)
        for name, licence in _names().items()
        if name not in ONLY_WHOLE and not licence.family.startswith("cc-")
    )
    return tuple(sorted(names, key=lambda item: -len(item[0])))
