"""Dublin Core (oai_dc) to and from Record; qualified Dublin Core is read too, by what it refines.

What each element says, both ways, is in dcvalues.py; what oai_dc cannot hold, in docs/formats-dc.md.
http://www.openarchives.org/OAI/2.0/oai_dc.xsd
https://www.dublincore.org/specifications/dublin-core/dcmi-terms/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from lxml import etree

from .dcvalues import DCTERMS, ROWS, Row, Texts, add_relations
from .errors import ParseError
from .finding import Finding, Severity
from .normalise import language
from .record import RawRecord, Reading, Record, Text
from .strangers.archive import shown
from .strangers.safexml import parse_xml
from .strangers.xmltree import XML, legal, line_of, name_of, namespace_of, text_of
from .vocabulary import local_name, scolomfr

DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"

#: Terms of qualified Dublin Core that say more precisely what one of the fifteen says.
REFINES = {
    "alternative": "title",
    **dict.fromkeys(("abstract", "tableofcontents"), "description"),
    **dict.fromkeys(("issued", "created", "modified", "available", "datesubmitted"), "date"),
    **dict.fromkeys(("extent", "medium"), "format"),
    **dict.fromkeys(("spatial", "temporal"), "coverage"),
    **dict.fromkeys(("license", "accessrights", "rightsholder"), "rights"),
    "educationlevel": "subject",
}
#: The number that checks.py knows an element by.
NUMBERS = {
    "title": "1.2",
    "language": "1.3",
    "description": "1.4",
    "subject": "1.5",
    "coverage": "1.6",
    "type": "1.9",
    "creator": "2.3",
    "format": "4.1",
    "identifier": "4.3",
    "rights": "6.3",
    "relation": "7",
}
HOLDERS = ("dc", "qualifieddc", "simpledc")
#: Rounds after which a text is taken as it is: each takes away a level of markup or of escapes.
ROUNDS = 20


def parse(raw: RawRecord) -> Reading:
    """Read a Dublin Core record, whatever element holds it. Raise ParseError."""
    holder = _holder(parse_xml(raw.payload))
    values: dict[str, list[Text]] = {}
    lines: dict[str, int] = {}
    findings = [*_strange_namespaces(holder)]
    for element in holder:
        term = _term(name_of(element))
        if not term:
            findings.append(_unknown(element))
            continue
        values.setdefault(term, []).append(_text(element))
        if term in NUMBERS:
            lines.setdefault(NUMBERS[term], line_of(element))
    record = _record(values)
    if not record.general.title:
        findings.append(_no_title(holder))
    return Reading(record=record, findings=tuple(findings), lines=lines)


def dump(record: Record) -> bytes:
    """Write a record as oai_dc: what its fifteen elements can say, and nothing else."""
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", SCHEMA)
    for term, row in ROWS.items():
        for text in _ready(row, row.said(record)):
            element = etree.SubElement(root, f"{{{DC}}}{term}")
            element.text = text.value
            if text.language:
                element.set(XML + "lang", text.language)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _record(values: dict[str, list[Text]]) -> Record:
    record = Record()
    for term, row in ROWS.items():
        if texts := _ready(row, values.get(term, ())):
            record = row.add(record, texts)
    for term, kind in _relations().items():
        if texts := _ready(ROWS["relation"], values.get(term, ())):
            record = add_relations(kind, record, texts)
    return record


def _ready(row: Row, texts: Iterable[Text]) -> Texts:
    """Texts in the form of their element, each once, in the order of reading."""
    ready = (Text(settled(row.tidy, text.value), language(text.language)) for text in texts)
    once = dict.fromkeys(text for text in ready if text.value)
    return tuple(sorted(once, key=lambda text: row.order(text.value)))


def settled(tidy: Callable[[str], str], text: str) -> str:
    """A text in the form that `tidy` leaves alone."""
    for _ in range(ROUNDS):
        before, text = text, legal(tidy(legal(text)))
        if text == before:
            break
    return text


# --- Reading ----------------------------------------------------------------------------------


def _holder(root: etree._Element) -> etree._Element:
    """The element whose children are Dublin Core."""
    if name_of(root) == "oai-pmh":
        raise ParseError(
            "Ce fichier est une réponse OAI-PMH entière, pas une notice.",
            remedy="Moissonnez-la comme source de type oaipmh, ou donnez la notice qu’elle contient.",
            line=line_of(root),
        )
    for element in root.iter():
        if name_of(element) in HOLDERS or any(_is_dublin_core(child) for child in element):
            return element
    raise ParseError(
        f"Ce n’est pas une notice Dublin Core\u00a0: la racine est <{shown(name_of(root))}>.",
        remedy="Une notice oai_dc tient dans un élément <oai_dc:dc>.",
        line=line_of(root),
    )


def _is_dublin_core(element: etree._Element) -> bool:
    return namespace_of(element) in (DC, DCTERMS) and bool(_term(name_of(element)))


def _term(name: str) -> str:
    """The element that a name is, or refines; the name of a kind of relation; "" for others."""
    return name if name in ROWS or name in _relations() else REFINES.get(name, "")


@lru_cache(maxsize=1)
def _relations() -> dict[str, str]:
    """The terms of qualified Dublin Core that are kinds of relation in voc-009."""
    kinds = (concept.uri for concept in scolomfr().members("009"))
    named = {local_name(uri).lower(): uri for uri in kinds if uri.startswith(DCTERMS)}
    return {name: uri for name, uri in named.items() if name not in ROWS}


def _text(element: etree._Element) -> Text:
    languages = (each.get(XML + "lang") for each in (element, *element.iterancestors()))
    return Text(text_of(element), next((said for said in languages if said), ""))


def _strange_namespaces(holder: etree._Element) -> Iterator[Finding]:
    strange = [
        element
        for element in holder
        if _term(name_of(element)) and namespace_of(element) not in (DC, DCTERMS)
    ]
    if strange:
        yield Finding(
            severity=Severity.WARNING,
            rule="dc-espace-de-noms",
            element=f"<{name_of(strange[0])}>",
            message=f"L’espace de noms «\u00a0{shown(namespace_of(strange[0]))}\u00a0» n’est pas celui"
            " de Dublin Core\u00a0: l’élément a été lu comme s’il l’était.",
            remedy=f'Déclarez xmlns:dc="{DC}".',
            line=line_of(strange[0]),
        )


def _unknown(element: etree._Element) -> Finding:
    return Finding(
        severity=Severity.INFO,
        rule="dc-element-non-repris",
        element=f"<{shown(name_of(element))}>",
        message=f"L’élément <{shown(name_of(element))}> n’est pas repris.",
        remedy="Dites-le, si possible, par un des quinze éléments de Dublin Core.",
        line=line_of(element),
    )


def _no_title(holder: etree._Element) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="dc-titre-absent",
        element="1.2 titre",
        message="La notice n’a pas de titre.",
        remedy="Ajoutez un élément <dc:title>.",
        line=line_of(holder),
    )
