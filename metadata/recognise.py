"""What format these bytes are in: told by what they hold, by their name only when that is not enough.

Besides the formats that have a reader, three names say that a file holds several records, which a
source splits: "oai" (an answer of an OAI-PMH repository), "feed" (Atom or RSS), "table" (CSV).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from .errors import UnknownFormat

#: How many bytes of a file are enough.
HEAD = 64 * 1024
#: Files that hold several records.
SEVERAL = frozenset({"oai", "feed", "table"})

#: The root of a document, lower case and without its prefix -> its format.
ROOTS = {
    "lom": "lomfr",
    "dc": "oai_dc",
    "qualifieddc": "oai_dc",
    "simpledc": "oai_dc",
    "manifest": "imsmanifest",
    "coursestructure": "cmi5",
    "entry": "atom",
    "item": "atom",
    "feed": "feed",
    "rss": "feed",
    "oai-pmh": "oai",
}
#: Roots whose name says too little: what must stand beside it.
ROOTS_IN = {
    "record": (b"http://www.openarchives.org/OAI/2.0/", "oai"),
    "rdf": (b"http://purl.org/rss/1.0/", "feed"),
}
#: Under any other root of an XML file, what stands inside is told by its namespace.
INSIDE = ((b"ltsc.ieee.org/xsd/LOM", "lomfr"), (b"purl.org/dc/elements/1.1/", "oai_dc"))
BOMS = b"\xef\xbb\xbf\xff\xfe"
# Possessive, so that no prolog makes the search go back.
PROLOG = rb"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->)|<!DOCTYPE[^\[>]*+(?:\[[^\]]*+\]\s*+)?+>)*+"
ROOT = re.compile(
    PROLOG + rb"<(?:[\w.-]++:)?+([\w.-]++)(?P<attributes>[^>]*+)", re.DOTALL | re.IGNORECASE
)
H5P = re.compile(rb'"(?:mainLibrary|preloadedDependencies|embedTypes)"\s*:')
COMMUN = re.compile(rb"^(?:titre|ressources)(?:[ \t]|\xc2\xa0)*:", re.MULTILINE | re.IGNORECASE)

#: Names under which a zip is a package or a batch of records: office documents are zips too.
ZIPS = {".zip", ".h5p", ".imscc", ".pif"}


def recognise(name: str, head: bytes) -> str:
    """The format of a file, from its name ("" when it has none) and its first HEAD bytes.

    A .xml or .json file of no known kind goes to the reader that will say best what is wrong with
    it. Raise UnknownFormat for what is not a record and does not claim to be.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) and (suffix in ZIPS or not name):
        return "package"
    # UTF-16 is ASCII with a zero beside every letter.
    text = head.replace(b"\0", b"") if b"\0" in head[:4] else head
    return _from_content(text.lstrip(BOMS), suffix) or _from_name(name, suffix)


def format_of_root(tag: str) -> str:
    """The format of a record whose root element is this; "lomfr", whose reader says why, if none."""
    found = ROOTS.get(tag.rpartition("}")[2].lower(), "")
    return found if found and found not in SEVERAL else "lomfr"


def _from_content(text: bytes, suffix: str) -> str:
    if match := ROOT.match(text):
        root = match[1].decode("latin-1").lower()
        sign, found = ROOTS_IN.get(root, (b"", ""))
        if root in ROOTS or (found and sign in match["attributes"]):
            return ROOTS.get(root, found)
        named = suffix in ("", ".xml", ".rdf") and root != "html"
        return next((format for sign, format in INSIDE if named and sign in text), "")
    if text.lstrip().startswith(b"{"):
        return "h5p" if H5P.search(text) else "json" if b'"schema_version"' in text else ""
    if suffix in (".yml", ".yaml") and COMMUN.search(text):
        return "commun"
    return ""


def _from_name(name: str, suffix: str) -> str:
    if PurePosixPath(name).name.lower() in ("commun.yml", "commun.yaml"):
        return "commun"
    if suffix in ZIPS:
        return "package"
    by_suffix = {".xml": "lomfr", ".json": "json", ".csv": "table", ".tsv": "table"}
    if suffix in by_suffix:
        return by_suffix[suffix]
    raise UnknownFormat(
        f"«\u00a0{name or 'Ce contenu'}\u00a0» n’est d’aucun format connu de Balise. Donnez une notice"
        " LOM, LOMFR, ScoLOMFR ou Dublin Core en XML, un manifeste ou un paquet (SCORM, cmi5, H5P),"
        " un commun.yml, un CSV, un flux Atom ou RSS, ou une réponse OAI-PMH."
    )
