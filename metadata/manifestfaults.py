"""What does not hold in an imsmanifest.xml: identifiers missing or given twice, references and
files that lead nowhere. A platform refuses such packages; a catalogue says why.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from urllib.parse import unquote, urlsplit

from lxml import etree

from .finding import Finding, Severity
from .strangers.archive import shown
from .strangers.xmltree import XML, children, line_of, name_of, namespace_of

XML_BASE = XML + "base"
IDENTIFIED = ("manifest", "organization", "item", "resource")


def faults_of(root: etree._Element, folder: str, files: Collection[str]) -> Iterator[Finding]:
    """The faults of a manifest; `files` are those of its package, none when only it is known."""
    # The elements of Learning Design and of sequencing have rules of their own.
    own = [each for each in root.iter() if namespace_of(each) == namespace_of(root)]
    yield from _missing_identifiers(own)
    yield from _repeated_identifiers(own)
    yield from _unknown_default(root)
    yield from _dangling_references(root)
    yield from _without_resource(root)
    if files:
        yield from _missing_files(root, folder, files)


def _missing_identifiers(own: list[etree._Element]) -> Iterator[Finding]:
    yield from _said(
        [each for each in own if name_of(each) in IDENTIFIED and not each.get("identifier")],
        "manifest-identifiant-absent",
        lambda each: f"L’élément <{name_of(each)}> n’a pas d’identifiant",
        "Ajoutez-lui un attribut identifier, unique dans le manifeste.",
    )


def _repeated_identifiers(own: list[etree._Element]) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    repeated = []
    for each in own:
        identifier = each.get("identifier")
        if identifier and name_of(each) in IDENTIFIED:
            seen[identifier] += 1
            if seen[identifier] > 1:
                repeated.append(each)
    yield from _said(
        repeated,
        "manifest-identifiant-double",
        lambda each: (
            f"L’identifiant «\u00a0{_short(each.get('identifier'))}\u00a0» est donné à"
            f" plusieurs éléments, dont ce <{name_of(each)}>"
        ),
        "Donnez à chaque élément un identifiant différent.",
    )


def _unknown_default(root: etree._Element) -> Iterator[Finding]:
    for organizations in children(root, "organizations"):
        default = organizations.get("default")
        named = {each.get("identifier") for each in organizations}
        if default and len(organizations) and default not in named:
            yield finding(
                Severity.WARNING,
                "manifest-organisation-inconnue",
                organizations,
                f"L’organisation par défaut «\u00a0{_short(default)}\u00a0» n’existe pas.",
                "Donnez cet identifiant à une <organization>, ou corrigez l’attribut default.",
            )


def _dangling_references(root: etree._Element) -> Iterator[Finding]:
    known = {
        each.get("identifier") for each in root.iter() if name_of(each) in ("resource", "manifest")
    }
    dangling = [
        each
        for each in root.iter()
        if name_of(each) in ("item", "dependency")
        and each.get("identifierref")
        and each.get("identifierref") not in known
    ]
    yield from _said(
        dangling,
        "manifest-reference-inconnue",
        lambda each: (
            f"L’élément <{name_of(each)}> renvoie à la ressource"
            f" «\u00a0{_short(each.get('identifierref'))}\u00a0», qui n’existe pas"
        ),
        "Ajoutez une <resource> de cet identifiant, ou corrigez l’attribut identifierref.",
    )


def _without_resource(root: etree._Element) -> Iterator[Finding]:
    if not any(name_of(each) == "resource" for each in root.iter()):
        yield finding(
            Severity.WARNING,
            "manifest-sans-ressource",
            root,
            "Le manifeste ne décrit aucune ressource\u00a0: il n’y a rien à ouvrir.",
            "Décrivez les fichiers du paquet dans des éléments <resource>.",
        )


def _missing_files(root: etree._Element, folder: str, files: Collection[str]) -> Iterator[Finding]:
    missing = [
        each
        for each in root.iter()
        if name_of(each) in ("resource", "file")
        and each.get("href")
        and not any(path in files for path in paths_of(each.get("href", ""), _base(each, folder)))
    ]
    yield from _said(
        [each for each in missing if not urlsplit(_address(each)).scheme],
        "manifest-fichier-absent",
        lambda each: (
            f"Le fichier «\u00a0{_short(each.get('href'))}\u00a0» n’est pas dans le paquet"
        ),
        "Ajoutez ce fichier au paquet, ou corrigez l’attribut href.",
    )


def _address(element: etree._Element) -> str:
    """An href after the bases it is relative to, which may be on the web."""
    bases = [each.get(XML_BASE, "") for each in (element, *element.iterancestors())]
    return next((base for base in bases if "://" in base), element.get("href", ""))


def _base(element: etree._Element, folder: str) -> str:
    bases = [each.get(XML_BASE, "") for each in (element, *element.iterancestors())]
    return posixpath.join(folder, *reversed(bases))


def paths_of(location: str, folder: str) -> tuple[str, ...]:
    """The names that a location may have in a package: as written, then without escapes."""
    location = location.strip().replace("\\", "/")
    bare = location.split("?")[0].split("#")[0]
    written = (location, bare, unquote(bare))
    return tuple(
        dict.fromkeys(posixpath.normpath(posixpath.join(folder, each)) for each in written)
    )


def finding(
    severity: Severity, rule: str, element: etree._Element, message: str, remedy: str
) -> Finding:
    """A finding on an element of the manifest, at its line."""
    return Finding(
        severity=severity,
        rule=rule,
        element=f"<{name_of(element)}>",
        message=message,
        remedy=remedy,
        line=line_of(element),
    )


def _said(
    elements: list[etree._Element], rule: str, say: Callable[[etree._Element], str], remedy: str
) -> Iterator[Finding]:
    """One finding for all the elements of a fault: the first is named, the others counted."""
    if elements:
        others = len(elements) - 1
        more = f" (et {others} autre{'s' if others > 1 else ''})" if others else ""
        message = f"{say(elements[0])}{more}."
        yield finding(Severity.WARNING, rule, elements[0], message, remedy)


def _short(text: str | None) -> str:
    return shown((text or "").strip())
