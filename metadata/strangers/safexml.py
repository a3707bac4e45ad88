"""Strangers' XML, read from bytes under a cap: no entity, no DOCTYPE, no network, no repair.

The one place that makes an XMLParser. A path is never given to lxml, which gunzips files without
being asked; `recover` is never set, since it turns a truncated feed into a short, valid one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from lxml import etree

from ..errors import ParseError

#: A notice is a few kilobytes; the largest manifest met is under one megabyte.
MEGABYTE = 1_000_000
LIMIT = 5 * MEGABYTE

CHUNK = 64 * 1024

#: How every parser here is made.
STRICT: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
}

#: Encodings that a French tool may have written; others (UTF-7) only serve to hide something.
ENCODINGS = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|latin-?\d+|iso-?8859-\d+|(windows-|cp)125\d|macintosh",
    re.IGNORECASE,
)
LATIN_1 = re.compile(
    rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"'](iso-?8859-1|latin-?1)[\"']", re.IGNORECASE
)
C1 = re.compile(rb"[\x80-\x9f]")
#: What may come before a DOCTYPE. Possessive, so that no prolog makes the search go back.
DOCTYPE = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!DOCTYPE",
    re.DOTALL | re.IGNORECASE,
)
PAGE = re.compile(rb"\s+html\b", re.IGNORECASE)


def parse_xml(payload: bytes, limit: int = LIMIT) -> etree._Element:
    """The root element of a whole XML document; comments and processing instructions are left out.

    Raise ParseError, with the line, for whatever is not well-formed, too long, compressed, or
    carries a DOCTYPE.
    """
    _refuse_at_sight(payload, limit)
    parser = etree.XMLParser(encoding=true_encoding(payload), **STRICT)
    try:
        root = etree.fromstring(payload, parser)
    except etree.XMLSyntaxError as error:
        raise _explained(error) from error
    _refuse_prolog(root)
    return root


def stream_xml(stream: BinaryIO, *tags: str) -> Iterator[etree._Element]:
    """The outermost elements of these tags, of a document of any length, each as soon as read.

    An element is emptied when the next one is asked for. Raise ParseError as parse_xml does; the
    limit is on one element and what precedes it. A document without such an element gives none.
    The stream is read from its beginning.
    """
    stream.seek(0)
    head = stream.read(CHUNK)
    _refuse_at_sight(head, LIMIT)
    encoding = _stream_encoding(stream, head) if LATIN_1.match(head) else None
    stream.seek(0)
    parser = etree.XMLPullParser(("end",), tag=tags, encoding=encoding, **STRICT)
    pending = 0
    try:
        while piece := stream.read(CHUNK):
            parser.feed(piece)
            pending += len(piece)
            for _, element in cast("Iterator[tuple[str, etree._Element]]", parser.read_events()):
                if not any(above.tag in tags for above in element.iterancestors()):
                    _refuse_prolog(element)
                    yield element
                    _forget(element)
                    pending = 0
            if pending > LIMIT:
                raise ParseError(
                    f"Un élément dépasse {LIMIT // MEGABYTE} Mo\u00a0: il n’est pas lu.",
                    remedy="Ce n’est pas une notice ordinaire\u00a0: vérifiez ce qui l’a produite.",
                )
        _refuse_prolog(parser.close())
    except etree.XMLSyntaxError as error:
        raise _explained(error) from error


def _forget(element: etree._Element) -> None:
    """Free an element, and what stood before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)


def _refuse_prolog(element: etree._Element) -> None:
    """Refuse a DOCTYPE that did not show, and encodings that hide something."""
    document = element.getroottree().docinfo
    if document.internalDTD is not None:
        raise _no_doctype()
    if document.encoding and not ENCODINGS.fullmatch(document.encoding):
        raise ParseError(
            f"Le codage «\u00a0{document.encoding[:40]}\u00a0» n’est pas accepté.",
            remedy="Enregistrez le fichier en UTF-8.",
            line=1,
        )


def true_encoding(payload: bytes) -> str | None:
    """The encoding to use instead of the one declared, when the bytes show that it cannot be right.

    Files that say Latin-1 are often windows-1252 (’ and œ would become invisible control
    characters), or UTF-8.
    """
    if not LATIN_1.match(payload):
        return None
    if not payload.isascii():
        try:
            payload.decode("utf-8")
        except UnicodeDecodeError:
            return "windows-1252" if C1.search(payload) else None
        return "utf-8"
    return None


def _stream_encoding(stream: BinaryIO, head: bytes) -> str | None:
    """What true_encoding says of a whole stream that declares Latin-1, in constant memory."""
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_accents, has_c1 = True, False, False
    piece = head
    while piece:
        has_accents = has_accents or not piece.isascii()
        has_c1 = has_c1 or C1.search(piece) is not None
        try:
            utf8.decode(piece if is_utf8 else b"")
        except UnicodeDecodeError:
            is_utf8 = False
        piece = stream.read(CHUNK)
    if not has_accents:
        return None
    if is_utf8:
        return "utf-8"
    return "windows-1252" if has_c1 else None


def _refuse_at_sight(payload: bytes, limit: int) -> None:
    if len(payload) > limit:
        raise ParseError(
            f"Le fichier fait {len(payload)} octets\u00a0: au-delà de {limit}, il n’est pas lu.",
            remedy="Découpez-le, ou retirez ce qui n’est pas la notice (images, annexes).",
        )
    if payload.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise ParseError(
            "Le fichier est une archive compressée, pas du XML.",
            remedy="Décompressez-le\u202f; un paquet se donne entier, avec l’extension .zip.",
        )
    if not payload or payload.isspace():
        raise ParseError("Le fichier est vide.", remedy="Fournissez la notice elle-même.")
    # UTF-16 is ASCII with a zero beside every letter: enough to see a DOCTYPE in it.
    text = payload.replace(b"\0", b"") if b"\0" in payload else payload
    if found := DOCTYPE.match(text):
        raise _no_page() if PAGE.match(text, found.end()) else _no_doctype()


def _no_page() -> ParseError:
    return ParseError(
        "Le fichier est une page web (HTML), pas du XML.",
        remedy="Donnez l’adresse de la notice elle-même\u202f; un site répond souvent par une page à"
        " une adresse qui n’existe pas.",
        line=1,
    )


def _no_doctype() -> ParseError:
    return ParseError(
        "Le fichier contient une déclaration DOCTYPE\u00a0: elle est refusée, car elle permet de"
        " faire lire d’autres fichiers.",
        remedy="Supprimez la déclaration <!DOCTYPE …>\u202f; une notice n’en a pas besoin.",
        line=1,
    )


#: What libxml2's commonest errors mean, and what to do.
_T = etree.ErrorTypes
FAULTS = {
    _T.ERR_DOCUMENT_EMPTY: (
        "Le fichier ne commence pas par une balise\u00a0: ce n’est pas du XML.",
        "Vérifiez que c’est bien la notice XML (ni une page HTML, ni du texte, ni une archive).",
    ),
    _T.ERR_TAG_NAME_MISMATCH: (
        "Une balise fermante ne correspond pas à la balise ouverte.",
        "Fermez chaque balise dans l’ordre inverse de leur ouverture.",
    ),
    _T.ERR_TAG_NOT_FINISHED: (
        "Le fichier s’arrête avant la fin\u00a0: une balise n’est pas fermée.",
        "Le fichier est sans doute tronqué\u00a0: fournissez-le entier.",
    ),
    _T.ERR_GT_REQUIRED: (
        "Une balise n’est pas terminée par «\u00a0>\u00a0».",
        "Le fichier est peut-être tronqué\u00a0: fournissez-le entier.",
    ),
    _T.ERR_DOCUMENT_END: (
        "Du texte ou une deuxième racine suit la fin du document.",
        "Un fichier XML n’a qu’un élément racine\u00a0: donnez une notice par fichier.",
    ),
    _T.ERR_INVALID_CHAR: (
        "Le texte contient un caractère de contrôle, interdit en XML.",
        "Supprimez ce caractère invisible à la ligne indiquée.",
    ),
    _T.ERR_INVALID_ENCODING: (
        "Les octets ne correspondent pas au codage annoncé (UTF-8 quand rien n’est dit).",
        "Enregistrez le fichier en UTF-8, ou indiquez son vrai codage sur la première ligne.",
    ),
    _T.ERR_UNSUPPORTED_ENCODING: (
        "Le codage annoncé sur la première ligne est inconnu.",
        "Enregistrez le fichier en UTF-8.",
    ),
    _T.ERR_UNDECLARED_ENTITY: (
        "Une entité nommée n’existe pas en XML.",
        "Écrivez le caractère lui-même («\u00a0é\u00a0» et non «\u00a0&eacute;\u00a0»).",
    ),
    _T.ERR_NAME_REQUIRED: (
        "Un «\u00a0&\u00a0» ou un «\u00a0<\u00a0» du texte n’est pas protégé.",
        "Écrivez «\u00a0&amp;\u00a0» ou «\u00a0&lt;\u00a0».",
    ),
    _T.ERR_ATTRIBUTE_REDEFINED: (
        "Un attribut est donné deux fois sur la même balise.",
        "N’en gardez qu’un.",
    ),
    _T.ERR_RESERVED_XML_NAME: (
        "La déclaration «\u00a0<?xml … ?>\u00a0» n’est pas au tout début du fichier.",
        "Supprimez les blancs ou les lignes qui la précèdent.",
    ),
    _T.NS_ERR_UNDEFINED_NAMESPACE: (
        "Un préfixe d’espace de noms n’est pas déclaré.",
        'Déclarez-le sur la racine (xmlns:préfixe="…").',
    ),
    _T.ERR_RESOURCE_LIMIT: (
        "Le fichier dépasse les limites de lecture (imbrication, longueur ou entités).",
        "Ce n’est pas une notice ordinaire\u00a0: vérifiez ce qui l’a produite.",
    ),
}


def _explained(error: etree.XMLSyntaxError) -> ParseError:
    line, column = error.position
    message, remedy = FAULTS.get(
        error.code,  # type: ignore[attr-defined]  # the stubs forget it
        ("Ce n’est pas du XML bien formé.", "Ouvrez-le dans un éditeur XML et corrigez la ligne."),
    )
    # libxml2 speaks English: kept as a detail for whoever knows XML.
    detail = str(error.msg or "").split(", line ")[0].strip()
    return ParseError(
        f"{message} (Détail\u00a0: {detail})", remedy=remedy, line=line, column=column
    )
