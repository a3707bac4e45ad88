"""A commun.yml as a tree: what is written under each key, where, and what is wrong with its shape.

What a text under a key means is reader.py's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import ParseError
from ..finding import Finding, Severity
from ..strangers import safeyaml
from ..strangers.safeyaml import Mapping, Node, Scalar, Sequence
from .reader import Piece, Written, finding, remedy_for, split
from .table import FIELDS, Field, named, plain_key

RESOURCES = "ressources"
GROUP = "accessibilite"
#: The keys at the root of the file, and those inside the group.
KEYS = (RESOURCES, *dict.fromkeys(field.key.partition(".")[0] for field in FIELDS))
INSIDE = tuple(field.key.partition(".")[2] for field in FIELDS if "." in field.key)

NOTHING = {"", "~", "null"}


class Entry(NamedTuple):
    """A key of the file and what stands under it."""

    written: Written
    key: Scalar
    node: Node
    mapping: Mapping  # that it stands in


def root_of(payload: bytes) -> Mapping:
    """The keys of the file. Raise ParseError."""
    root = safeyaml.load(payload)
    if isinstance(root, Mapping):
        return root
    if isinstance(root, Scalar) and root.plain and root.value in NOTHING:
        return Mapping((), root.line, root.column)
    if isinstance(root, Sequence) and any(isinstance(item, Mapping) for item in root.items):
        raise ParseError(
            "Le fichier est une liste, sans rien qui dise de quoi.",
            remedy="Écrivez «\u00a0ressources:\u00a0» sur la première ligne, et décalez la liste de deux"
            " espaces.",
            line=root.line,
            column=root.column,
        )
    raise ParseError(
        "Le fichier n’est pas une suite de lignes «\u00a0clé: valeur\u00a0».",
        remedy="Écrivez par exemple «\u00a0titre: Fractions en boîte\u00a0», avec une espace après le deux-points.",
        line=root.line,
        column=root.column,
    )


def written(root: Mapping, part: str, remarks: list[Finding]) -> dict[str, Written]:
    """What is written about a resource: a part inherits what the project says. Raise ParseError."""
    found = {key: each.written for key, each in keys_of(root, remarks).items()}
    entries = resources(root, remarks)
    if part:
        entry = resource(entries, part)
        remarks += _untitled(entry)
        own = keys_of(entry, remarks)
        found |= {key: each.written for key, each in own.items() if each.written.pieces}
    return found


def resources(root: Mapping, remarks: list[Finding]) -> tuple[Mapping, ...]:
    """The notices under « ressources »; none when the file is about one."""
    for key, node in root.entries:
        if plain_key(key.value) == RESOURCES and not says_nothing(node):
            items = node.items if isinstance(node, Sequence) else (node,)
            entries = tuple(item for item in items if isinstance(item, Mapping))
            if not isinstance(node, Sequence) or len(entries) < len(items):
                wrong = next((item for item in items if not isinstance(item, Mapping)), node)
                remarks.append(
                    _misshapen(
                        RESOURCES,
                        wrong,
                        "«\u00a0ressources\u00a0» est une liste de notices.",
                        "Commencez chacune par un tiret\u00a0: «\u00a0- titre: …\u00a0».",
                    )
                )
            return entries if isinstance(node, Sequence) else ()
    return ()


def resource(entries: tuple[Mapping, ...], part: str) -> Mapping:
    """The one that a part names. Raise ParseError."""
    if not part.isdecimal() or not 1 <= int(part) <= len(entries):
        raise ParseError(
            f"Le fichier n’a pas de ressource n° {part[:20]}\u00a0: il en contient {len(entries)}.",
            remedy="Moissonnez de nouveau le projet\u00a0: la liste a changé.",
        )
    return entries[int(part) - 1]


def _untitled(entry: Mapping) -> Iterator[Finding]:
    if not any(named(key.value) is named("titre") for key, _ in entry.entries):
        yield finding(
            "commun-titre-repete",
            "titre",
            "Cette ressource n’a pas de titre à elle\u00a0: elle porte celui du projet.",
            "Ajoutez-lui «\u00a0titre: …\u00a0».",
            (entry.line, entry.column),
        )


def keys_of(mapping: Mapping, remarks: list[Finding], prefix: str = "") -> dict[str, Entry]:
    """What the keys of a mapping hold, by their right name."""
    found: dict[str, Entry] = {}
    for key, node in mapping.entries:
        name = plain_key(key.value)
        if not prefix and name == RESOURCES:
            continue
        if not prefix and name == GROUP:
            found |= _group(node, remarks)
            continue
        field = named(name)
        if field is None or not field.key.startswith(prefix):
            remarks.append(_unknown(key, INSIDE if prefix else KEYS))
            continue
        if field.key in found:
            remarks.append(_twice(field, key))
            continue
        if key.value != field.key.removeprefix(prefix):
            remarks.append(_respelled(field, key, field.key.removeprefix(prefix)))
        pieces = tuple(pieces_of(field, node, remarks))
        written = Written(field=field, pieces=pieces, line=key.line, column=key.column)
        found[field.key] = Entry(written, key, node, mapping)
    return found


def _group(node: Node, remarks: list[Finding]) -> dict[str, Entry]:
    if isinstance(node, Mapping):
        return keys_of(node, remarks, f"{GROUP}.")
    if not says_nothing(node):
        remarks.append(
            _misshapen(
                GROUP,
                node,
                "«\u00a0accessibilite\u00a0» contient d’autres clés\u00a0: rgaa, declaration, besoins, fonctionnalites.",
                "Passez à la ligne et décalez-les de deux espaces\u00a0: «\u00a0rgaa: non évaluée\u00a0».",
            )
        )
    return {}


def pieces_of(field: Field, node: Node, remarks: list[Finding]) -> Iterator[Piece]:
    if isinstance(node, Scalar):
        if says_nothing(node):
            return
        text = _paragraphs(node)
        texts = split(field, text, field.kind.separators) if field.many else (text,)
        if len(texts) > 1:
            remarks.append(_on_one_line(field, node))
        yield from (Piece(text, node.line, node.column) for text in texts)
    elif isinstance(node, Sequence) and field.many:
        for item in node.items:
            if not isinstance(item, Scalar):
                remarks.append(_misplaced(field, item))
            elif not says_nothing(item):
                yield Piece(item.value, item.line, item.column)
    else:
        remarks.append(_misplaced(field, node))


def _paragraphs(node: Scalar) -> str:
    """In a folded block (>), an empty line sets paragraphs apart, and YAML leaves one line break."""
    return re.sub("\n+", "\n\n", node.value) if node.style == ">" else node.value


def says_nothing(node: Node) -> bool:
    if not isinstance(node, Scalar):
        return isinstance(node, Sequence) and not node.items
    return not node.value.strip() or (node.plain and node.value in NOTHING)


def _misplaced(field: Field, node: Node) -> Finding:
    if field.many:
        said, remedy = (
            "une liste de mots est attendue",
            f"Écrivez «\u00a0{field.key}: {field.example}\u00a0».",
        )
    else:
        said, remedy = (
            "un texte seul est attendu",
            f"Écrivez «\u00a0{field.key}: {field.example}\u00a0».",
        )
    return _misshapen(
        field.key,
        node,
        f"La forme de «\u00a0{field.key}\u00a0» n’est pas la bonne\u00a0: {said}.",
        remedy,
    )


def _misshapen(key: str, node: Node, message: str, remedy: str) -> Finding:
    return finding("commun-forme", key, message, remedy, (node.line, node.column))


def _unknown(key: Scalar, known: tuple[str, ...]) -> Finding:
    return finding(
        "commun-cle-inconnue",
        key.value[:60],
        f"La clé «\u00a0{key.value[:60]}\u00a0» n’existe pas\u00a0: elle est ignorée.",
        remedy_for(key.value, known),
        (key.line, key.column),
    )


def _twice(field: Field, key: Scalar) -> Finding:
    return finding(
        "commun-cle-repetee",
        field.key,
        f"«\u00a0{key.value[:60]}\u00a0» répète «\u00a0{field.key}\u00a0»\u00a0: seule la première est lue.",
        "Gardez une seule des deux clés.",
        (key.line, key.column),
    )


def _respelled(field: Field, key: Scalar, right: str) -> Finding:
    remedy = f"Écrivez «\u00a0{right}:\u00a0» ; les éditeurs de texte reconnaîtront la clé."
    if "." in right:
        remedy = f"Mettez cette clé sous «\u00a0{GROUP}:\u00a0», décalée de deux espaces."
    return finding(
        "commun-cle-orthographe",
        field.key,
        f"«\u00a0{key.value[:60]}\u00a0» est lu comme «\u00a0{right}\u00a0».",
        remedy,
        (key.line, key.column),
        Severity.INFO,
    )


def _on_one_line(field: Field, node: Scalar) -> Finding:
    return finding(
        "commun-liste-sans-crochets",
        field.key,
        "Plusieurs valeurs sont écrites à la suite\u00a0: elles sont lues comme une liste.",
        f"Mettez-les entre crochets\u00a0: «\u00a0{field.key}: {field.example}\u00a0».",
        (node.line, node.column),
        Severity.INFO,
    )
