"""LOM, LOMFR and ScoLOMFR XML to and from Record, of every generation, namespace and habit.

Reading is lenient and says every fault; lom/table.py drives both ways. The standard:
https://www.reseau-canope.fr/scolomfr/ (ScoLOMFR), NF Z76-041 (LOMFR), IEEE 1484.12.1 and .3 (LOM).
"""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from .errors import ParseError
from .lom.reader import LomReader
from .lom.table import LOM, RECORD
from .lom.values import local_name
from .lom.writer import dump
from .placeholders import withdraw
from .record import RawRecord, Reading
from .strangers.safexml import parse_xml, true_encoding
from .strangers.xmltree import line_of

__all__ = ["dump", "parse", "read", "split"]

#: Other things that are sent in a notice's place, by root element.
STRANGERS = {
    "manifest": (
        "un manifeste de paquet (imsmanifest.xml) sans notice",
        "Donnez le paquet entier, ou nommez le fichier imsmanifest.xml.",
    ),
    "dc": ("une notice Dublin Core", "Moissonnez-la sous le préfixe oai_dc."),
    "add": (
        "un envoi vers un index Solr",
        "Donnez la notice LOM dont il a été tiré\u00a0: l’index en a perdu la structure.",
    ),
    "oai-pmh": ("une réponse OAI-PMH sans notice LOM", "Moissonnez l’entrepôt par son adresse."),
    "feed": ("un flux Atom", "Déclarez-le comme source de type syndication."),
    "rss": ("un flux RSS", "Déclarez-le comme source de type syndication."),
    "html": ("une page web", "Donnez l’adresse de la notice XML et non celle de la page."),
    "coursestructure": ("un fichier cmi5.xml", "Donnez le paquet entier."),
}
ROOT_WANTED = f"Une notice commence par l’élément «\u00a0lom\u00a0» de l’espace de noms {LOM}."


def parse(raw: RawRecord) -> Reading:
    """Read a notice, wherever it stands in its file. Raise ParseError when there is none."""
    root = parse_xml(raw.payload)
    found = _notice(root)
    reader = LomReader()
    others = len(_notices(root)) - 1
    if others > 0:
        reader.notes.warn(
            "lom-plusieurs-notices",
            "",
            f"D’autres notices suivent la première ({others})\u00a0: elles ne sont pas lues.",
            "Donnez chaque notice à part.",
            found,
        )
    encoding = true_encoding(raw.payload)
    if encoding:
        reader.notes.warn(
            "lom-codage",
            "",
            f"Le fichier s’annonce en Latin-1 mais il est en {encoding}\u00a0: il est lu ainsi.",
            f'Annoncez encoding="{encoding}", ou enregistrez le fichier en UTF-8.',
            1,
        )
    return _without_models(reader.read(found))


def read(element: etree._Element) -> Reading:
    """Read a LOM element that is already parsed, or the first one that it holds."""
    return _without_models(LomReader().read(_notice(element)))


def _without_models(reading: Reading) -> Reading:
    """A reading without the values that an authoring tool left there."""
    record, withdrawn = withdraw(reading.record)
    if not withdrawn:
        return reading
    placed = (
        replace(each, line=reading.lines.get(each.element.split(" ")[0])) for each in withdrawn
    )
    return replace(reading, record=record, findings=(*reading.findings, *placed))


def split(payload: bytes) -> tuple[bytes, ...]:
    """The notices that a file holds, each on its own; the file itself when there is but one."""
    try:
        found = _notices(parse_xml(payload)) if len(ROOT.findall(payload)) > 1 else []
    except ParseError:  # its reader will say why
        found = []
    if len(found) < 2:
        return (payload,)
    return tuple(etree.tostring(each, encoding="utf-8", with_tail=False) for each in found)


#: Where a notice may begin.
ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?lom[\s>]", re.IGNORECASE)


def _notice(root: etree._Element) -> etree._Element:
    if notices := _notices(root):
        return notices[0]
    if _looks_like_lom(root):
        return root
    raise _no_lom(root)


def _notices(root: etree._Element) -> list[etree._Element]:
    """The notices of a document, those inside another one left out."""
    if _name(root) == "lom":
        return [root]
    return [
        each
        for each in root.iter()
        if _name(each) == "lom" and not any(_name(above) == "lom" for above in each.iterancestors())
    ]


def _looks_like_lom(element: etree._Element) -> bool:
    """A LOM without its root: the categories themselves, under any name."""
    names = {_name(child) for child in element}
    return "general" in names and len(names & RECORD.named.keys()) > 1


def _name(element: etree._Element) -> str:
    return local_name(element.tag)


def _no_lom(root: etree._Element) -> ParseError:
    name = _name(root)
    what, remedy = STRANGERS.get(name, (f"un document «\u00a0{name[:40]}\u00a0»", ROOT_WANTED))
    return ParseError(
        f"Ce n’est pas une notice LOM\u00a0: le fichier contient {what}.",
        remedy=remedy,
        line=line_of(root),
    )
