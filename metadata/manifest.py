"""imsmanifest.xml (SCORM 1.2 and 2004, IMS Content Packaging, Common Cartridge, Learning Design,
QTI) and cmi5.xml: one resource per package, whatever its parts.

The LOM of the manifest is read, inline or in the file that it names; what it does not say is taken
from that of the organization. 4.1 format gets the kind of package (« SCORM 1.2 »), which tells what
a platform must be able to open. That results can be tracked is only remarked: nothing says they are.
https://adlnet.gov/projects/scorm/ https://www.imsglobal.org/content/packaging/
https://github.com/AICC/CMI-5_Spec_Current/blob/quartz/cmi5_spec.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, replace
from typing import Any, TypeVar

from lxml import etree

from . import lomfr
from .errors import ParseError
from .finding import Finding, Severity
from .manifestfaults import faults_of, finding, paths_of
from .normalise import clean, language, plain
from .placeholders import is_title, withdraw
from .record import General, Identifier, LangString, RawRecord, Reading, Record, Text
from .strangers.archive import shown
from .strangers.safexml import parse_xml
from .strangers.xmltree import XML, children, line_of, name_of

#: The kind of package, by what <schema> and <schemaversion> say, else by the namespaces used.
SCHEMAS = (
    (r"scorm 1\.2", "SCORM 1.2"),
    (r"cam 1\.3|2004 2nd", "SCORM 2004, 2e édition"),
    (r"2004 ([34])", r"SCORM 2004, \1e édition"),
    (r"2004|scorm 1\.3", "SCORM 2004"),
    (r"thin common cartridge (1\.\d)", r"IMS Thin Common Cartridge \1"),
    (r"common cartridge (1\.\d)", r"IMS Common Cartridge \1"),
    (r"qti", "IMS QTI"),
    (r"ims content", "IMS Content Package"),
)
NAMESPACES = (
    (r"/imsld_", "IMS Learning Design"),
    (r"/imsccv1p(\d)", r"IMS Common Cartridge 1.\1"),
    (r"/adlcp_rootv1p2", "SCORM 1.2"),
    (r"/adlcp_v1p", "SCORM 2004"),
    (r"/imsqti_", "IMS QTI"),
    (r"/imscp_", "IMS Content Package"),
)

#: Gives a file of the package by its name, or None when the package does not hold it.
Side = Callable[[str], bytes | None]
Part = TypeVar("Part")


def parse(raw: RawRecord) -> Reading:
    """Read a manifest given without its package. Raise ParseError."""
    return read(raw.payload)


def parse_cmi5(raw: RawRecord) -> Reading:
    """Read a cmi5.xml given without its package. Raise ParseError."""
    return read_cmi5(raw.payload)


def read(
    payload: bytes, *, side: Side | None = None, folder: str = "", files: Collection[str] = ()
) -> Reading:
    """Read the manifest of a package that is in `folder` of it. Raise ParseError.

    `side` is None when the package is not known; `files` are its names, or nothing when it was
    reduced to its metadata.
    """
    root = parse_xml(payload)
    if name_of(root) != "manifest":
        raise _wrong_root(root, "manifest")
    organization = _organization(root)
    notice = _notice(_levels(root, organization), side, folder)
    reading = _titled(notice, organization if organization is not None else root)
    kind = _kind(root, organization)
    return replace(
        reading,
        record=_of_kind(reading.record, kind),
        findings=(*faults_of(root, folder, files), *reading.findings, *_tracking(root, kind)),
    )


def read_cmi5(payload: bytes) -> Reading:
    """Read a cmi5 course structure. Raise ParseError."""
    root = parse_xml(payload)
    if name_of(root) != "coursestructure":
        raise _wrong_root(root, "courseStructure")
    course = next(iter(children(root, "course")), root)
    identifier = clean(course.get("id", ""))
    general = General(
        identifiers=(Identifier("URI", identifier),) if identifier else (),
        title=_strings(course, "title", clean),
        descriptions=tuple(text for text in (_strings(course, "description", plain),) if text),
    )
    record, withdrawn = withdraw(Record(general=general))
    reading = _titled(
        Reading(record=record, findings=withdrawn, lines=_course_lines(course)), course
    )
    return replace(
        reading,
        record=_of_kind(reading.record, "cmi5"),
        findings=(*reading.findings, *_tracking(root, "cmi5")),
    )


def side_files(payload: bytes, folder: str = "") -> list[str]:
    """The names that the metadata files a manifest points to may have; none when it is unreadable."""
    try:
        root = parse_xml(payload)
    except ParseError:
        return []
    pointers = [
        pointer
        for each in root.iter()
        if name_of(each) == "metadata"
        for pointer in _pointers(each)
    ]
    found = [path for each in pointers for path in paths_of(each.text or "", folder)]
    return list(dict.fromkeys(found))


# --- The notice -------------------------------------------------------------------------------


def _organization(root: etree._Element) -> etree._Element | None:
    """What the package is organized by: the default organization, else the first one."""
    for organizations in children(root, "organizations"):
        named = {each.get("identifier"): each for each in reversed(organizations)}
        if len(organizations):
            return named.get(organizations.get("default"), organizations[0])
    return None


def _levels(root: etree._Element, organization: etree._Element | None) -> list[etree._Element]:
    """The elements whose metadata describe the whole, the widest first.

    The only item and the only resource of a package are the package.
    """
    levels = [root]
    if organization is not None:
        levels.append(organization)
    for name in ("item", "resource"):
        parts = [each for each in root.iter() if name_of(each) == name]
        if len(parts) == 1:
            levels += parts
    return levels


def _notice(levels: list[etree._Element], side: Side | None, folder: str) -> Reading:
    """What the metadata of all levels say together, the first word being the good one."""
    notice = Reading(record=Record())
    seen: set[str] = set()
    for level in levels:
        for metadata in children(level, "metadata"):
            for found in _readings(metadata, side, folder, seen):
                notice = Reading(
                    record=_completed(notice.record, found.record),
                    findings=(*notice.findings, *found.findings),
                    lines={**found.lines, **notice.lines},
                )
    if notice == Reading(record=Record()):
        message = "Le manifeste ne porte aucune notice\u00a0: ni description, ni niveau, ni auteur."
        remedy = "Ajoutez une notice LOM dans <metadata>, ou un fichier commun.yml à côté."
        absent = finding(Severity.WARNING, "manifest-sans-notice", levels[0], message, remedy)
        notice = replace(notice, findings=(absent,))
    return notice


def _readings(
    metadata: etree._Element, side: Side | None, folder: str, seen: set[str]
) -> Iterator[Reading]:
    for lom in children(metadata, "lom"):
        yield lomfr.read(lom)
    for each in _pointers(metadata):
        location = clean(each.text or "")
        if location and location not in seen:
            seen.add(location)
            yield _beside(each, location, side, folder)


def _pointers(metadata: etree._Element) -> list[etree._Element]:
    """The adlcp:location elements, of any version, that name a metadata file."""
    return children(metadata, "location")


def _beside(element: etree._Element, location: str, side: Side | None, folder: str) -> Reading:
    """The notice in the file that the manifest names, or why it could not be read."""

    def not_read(reason: str, remedy: str) -> Reading:
        message = f"Le manifeste renvoie à la notice «\u00a0{shown(location)}\u00a0», {reason}"
        fault = finding(Severity.WARNING, "manifest-notice-non-lue", element, message, remedy)
        return Reading(record=Record(), findings=(fault,))

    if side is None:
        return not_read("qui n’a pas été fournie avec lui.", "Fournissez le paquet entier.")
    try:
        payload = next((held for path in paths_of(location, folder) if (held := side(path))), None)
        if payload is None:
            return not_read("absente du paquet.", "Ajoutez ce fichier, ou retirez le renvoi.")
        raw = RawRecord(identifier=location, format="lomfr", payload=payload)
        found = lomfr.parse(raw)
    except ParseError as error:
        where = f" (ligne {error.line})" if error.line else ""
        return not_read(f"illisible{where}\u00a0: {error.message}", error.remedy)
    return Reading(
        record=found.record, findings=tuple(_in_file(each, location) for each in found.findings)
    )


def _in_file(fault: Finding, location: str) -> Finding:
    """A finding on the side file, whose lines are not those of the manifest."""
    where = f"{shown(location)}, ligne {fault.line}" if fault.line else shown(location)
    return replace(fault, message=f"{where}\u00a0: {fault.message}", line=None, column=None)


def _completed(record: Record, other: Record) -> Record:
    """A record, and what it does not say said by another."""
    parts = {each.name: _part(record, other, each.name) for each in fields(Record)}
    return replace(record, **parts)


def _part(record: Record, other: Record, name: str) -> Any:
    mine, theirs = getattr(record, name), getattr(other, name)
    if isinstance(mine, tuple):
        return mine or theirs
    unsaid = type(mine)()
    values = {
        each.name: getattr(theirs, each.name)
        for each in fields(mine)
        if getattr(mine, each.name) == getattr(unsaid, each.name)
    }
    return replace(mine, **values)


# --- The title and the kind -------------------------------------------------------------------


def _titled(reading: Reading, element: etree._Element) -> Reading:
    """A reading whose title is that of the organization or course, when no notice gives one."""
    record = reading.record
    if record.general.title:
        return reading
    titles = [each for each in children(element, "title") if is_title(clean(each.text or ""))]
    if titles:
        text = Text(clean(titles[0].text or ""), language(titles[0].get(XML + "lang", "")))
        return replace(
            reading,
            record=replace(record, general=replace(record.general, title=(text,))),
            lines={**reading.lines, "1.2": line_of(titles[0])},
        )
    absent = Finding(
        severity=Severity.ERROR,
        rule="manifest-titre-absent",
        element="1.2 titre",
        message=f"Ni la notice ni l’élément <{name_of(element)}> ne donnent de titre au paquet.",
        remedy="Écrivez le titre dans <title>, tel qu’un enseignant doit le lire.",
        line=line_of(element),
    )
    return replace(reading, findings=(*reading.findings, absent))


def _kind(root: etree._Element, organization: etree._Element | None) -> str:
    """What sort of package it is, "" when nothing tells."""
    if organization is not None and name_of(organization) == "learning-design":
        return "IMS Learning Design"
    said = [
        clean(each.text or "")
        for metadata in children(root, "metadata")
        for name in ("schema", "schemaversion")
        for each in children(metadata, name)
    ]
    spaces = " ".join(str(space) for space in root.nsmap.values())
    return _first_match(SCHEMAS, " ".join(said)) or _first_match(NAMESPACES, spaces)


def _first_match(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    for pattern, kind in patterns:
        if match := re.search(pattern, text, re.IGNORECASE):
            return match.expand(kind)
    return ""


def _of_kind(record: Record, kind: str) -> Record:
    formats = (*record.technical.formats, *([kind] if kind else []))
    return replace(record, technical=replace(record.technical, formats=formats))


def _tracking(root: etree._Element, kind: str) -> Iterator[Finding]:
    if kind.startswith("SCORM") or kind == "cmi5":
        yield finding(
            Severity.INFO,
            "manifest-suivi-non-dit",
            root,
            f"Le format {kind} permet de suivre les résultats des élèves, mais rien ne dit que la"
            " ressource le fait.",
            "Dites-le dans un commun.yml (suivi-des-resultats) ou à l’équipe du catalogue.",
        )


def _strings(element: etree._Element, name: str, tidy: Callable[[str], str]) -> LangString:
    """The langstrings of a cmi5 element."""
    strings = [
        Text(tidy(string.text or ""), language(string.get("lang", "")))
        for each in children(element, name)
        for string in children(each, "langstring")
    ]
    return tuple(text for text in strings if text.value)


def _course_lines(course: etree._Element) -> dict[str, int]:
    return {
        number: line_of(each)
        for name, number in (("description", "1.4"), ("title", "1.2"))
        for each in children(course, name)
    }


def _wrong_root(root: etree._Element, expected: str) -> ParseError:
    return ParseError(
        f"La racine du fichier est <{shown(name_of(root))}>, pas <{expected}>\u00a0: ce n’est pas un"
        " manifeste.",
        remedy="Fournissez le fichier imsmanifest.xml (ou cmi5.xml) de la racine du paquet.",
        line=line_of(root),
    )
