"""commun.yml: the notice that a maintainer keeps at the root of a project, in French.

Its keys are in keys/table.py, its syntax in strangers/safeyaml.py; docs/commun.md explains it to its writers and
docs/formats-commun.md says what it cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from .errors import ParseError
from .finding import Finding, Severity
from .keys import schema as communschema
from .keys import writer as communwriter
from .keys.reader import Piece, Written, finding, read, remedy_for, split
from .keys.table import FIELDS, Field, named, plain_key
from .record import RawRecord, Reading, Record
from .rules.commun import RULES
from .strangers import safeyaml
from .strangers.safeyaml import Mapping, Node, Scalar, Sequence

RESOURCES = "ressources"
GROUP = "accessibilite"
#: The keys at the root of the file, and those inside the group.
KEYS = (RESOURCES, *dict.fromkeys(field.key.partition(".")[0] for field in FIELDS))
INSIDE = tuple(field.key.partition(".")[2] for field in FIELDS if "." in field.key)

REQUIRED = {"commun-titre-absent", "commun-description-absente"}
NOTHING = {"", "~", "null"}


def parse(raw: RawRecord) -> Reading:
    """Read one resource of a commun.yml: `raw.part` names it when there are several.

    Raise ParseError when the file is no YAML, or holds no such part.
    """
    root = _root(raw.payload)
    remarks: list[Finding] = []
    written = _keys(root, "", remarks)
    entries = _resources(root, remarks)
    if raw.part:
        entry = _part(entries, raw.part)
        remarks += _untitled(entry)
        written |= {key: each for key, each in _keys(entry, "", remarks).items() if each.pieces}
    reading = read(written.values(), "commun")
    missing = (found for rule in RULES if rule.code in REQUIRED for found in rule(reading))
    findings = sorted([*missing, *remarks, *reading.findings], key=_order)
    return replace(reading, findings=tuple(findings))


def _order(finding: Finding) -> tuple[int, int]:
    return finding.line or 0, finding.column or 0


def parts(payload: bytes) -> tuple[str, ...]:
    """The names of the resources that a file holds: ("",) when it is about one. Raise ParseError."""
    entries = _resources(_root(payload), [])
    return tuple(str(number) for number in range(1, len(entries) + 1)) or ("",)


def dump(record: Record) -> bytes:
    """The record as a commun.yml that a person would have written."""
    return communwriter.dump(record)


def schema() -> dict[str, object]:
    """The JSON Schema of commun.yml, for editors that complete and check as one types."""
    return communschema.schema()


def _root(payload: bytes) -> Mapping:
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


def _resources(root: Mapping, remarks: list[Finding]) -> tuple[Mapping, ...]:
    for key, node in root.entries:
        if plain_key(key.value) == RESOURCES and not _says_nothing(node):
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


def _part(entries: tuple[Mapping, ...], part: str) -> Mapping:
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


def _keys(mapping: Mapping, prefix: str, remarks: list[Finding]) -> dict[str, Written]:
    """What the keys of a mapping hold, by their right name."""
    found: dict[str, Written] = {}
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
        pieces = tuple(_pieces(field, node, remarks))
        found[field.key] = Written(field=field, pieces=pieces, line=key.line, column=key.column)
    return found


def _group(node: Node, remarks: list[Finding]) -> dict[str, Written]:
    if isinstance(node, Mapping):
        return _keys(node, f"{GROUP}.", remarks)
    if not _says_nothing(node):
        remarks.append(
            _misshapen(
                GROUP,
                node,
                "«\u00a0accessibilite\u00a0» contient d’autres clés\u00a0: rgaa, declaration, besoins, fonctionnalites.",
                "Passez à la ligne et décalez-les de deux espaces\u00a0: «\u00a0rgaa: non évaluée\u00a0».",
            )
        )
    return {}


def _pieces(field: Field, node: Node, remarks: list[Finding]) -> Iterator[Piece]:
    if isinstance(node, Scalar):
        if _says_nothing(node):
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
            elif not _says_nothing(item):
                yield Piece(item.value, item.line, item.column)
    else:
        remarks.append(_misplaced(field, node))


def _paragraphs(node: Scalar) -> str:
    """In a folded block (>), an empty line sets paragraphs apart, and YAML leaves one line break."""
    return re.sub("\n+", "\n\n", node.value) if node.style == ">" else node.value


def _says_nothing(node: Node) -> bool:
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
