"""A proposal as the commun.yml that it would make, and what it would add to one that exists."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ParseError
from ..keys import writer
from ..keys.kind import Kind
from ..keys.table import named, plain_key
from ..keys.values import tidy
from ..strangers import safeyaml
from ..strangers.safeyaml import Mapping as YamlMapping
from ..strangers.safeyaml import Node, Scalar, Sequence
from .proposal import Proposal, Proposed

#: The first line of a proposed file.
OPENING = (
    "# Ce que ce projet dit de lui-même, pour le catalogue des communs\u00a0: corrigez ce qui est faux,"
    " complétez le reste."
)
#: What nothing can stand for, and is asked when nothing was found.
ASKED = {
    "niveaux": "pour quelles classes\u202f? par exemple [CM1, CM2, 6e]",
    "disciplines": "pour quelles disciplines\u202f? par exemple [mathématiques]",
    "lien": "à quelle adresse l’ouvre-t-on\u202f? par exemple https://exemple.fr/fractions",
    "licence": "sous quelle licence\u202f? par exemple CC-BY-SA-4.0",
}


def draft(proposal: Proposal) -> bytes:
    """The commun.yml that is proposed: what is sure, then as comments what is asked."""
    texts = {each.key: _understood(each) for each in proposal.values}
    lines = [OPENING, *writer.lines({key: said for key, said in texts.items() if said})]
    questions = [*_questions(proposal)]
    return "".join(f"{line}\n" for line in (*lines, *questions)).encode()


def _understood(proposed: Proposed) -> tuple[str, ...]:
    """The texts that commun.yml reads without a remark."""
    field = named(proposed.key)
    kind = field.kind if field else None
    return tuple(text for text in proposed.texts if kind and _is_read(kind, text))


def _is_read(kind: Kind, text: str) -> bool:
    said = kind.read(text)
    return said.trouble is None and any(said.values)


def _questions(proposal: Proposal) -> Iterator[str]:
    said = {each.key for each in proposal.values}
    asked = {each.key: each for each in proposal.questions if each.key not in said}
    for key in dict.fromkeys((*asked, *ASKED)):
        if each := asked.get(key):
            yield _question(each)
        elif key not in said:
            yield f"# {key}:   # {ASKED[key]}"


def _question(proposed: Proposed) -> str:
    field = named(proposed.key)
    texts = [writer.scalar(tidy(text)) for text in proposed.texts[:MOST]]
    if field and field.many:
        return f"# {proposed.key}: [{', '.join(texts)}]   # {_why(proposed)}\u00a0: précisez"
    first, *others = texts
    either = "".join(f"ou {text}, " for text in others)
    return f"# {proposed.key}: {first}   # {either}{_why(proposed)}\u00a0: précisez"


MOST = 8
FIELDS = {
    "name": "le nom du projet",
    "description": "la description du projet",
    "topics": "les sujets du projet",
    "licence": "la forge",
}


def _why(proposed: Proposed) -> str:
    path, line, _ = proposed.evidence[0]
    return (
        f"d’après {tidy(path)}, ligne {line}" if line else f"d’après {FIELDS.get(path, tidy(path))}"
    )


# --- Into a file that exists ------------------------------------------------------------------


def additions(proposal: Proposal, payload: bytes) -> dict[str, tuple[str, ...]]:
    """What a proposal says under the keys that a commun.yml leaves unsaid; nothing if it is faulty."""
    try:
        root = safeyaml.load(payload)
    except ParseError:
        return {}
    said = dict(_said(root))
    if said.get("bot") in REFUSALS:
        return {}
    found = {each.key: _understood(each) for each in proposal.values if each.key not in said}
    return {key: texts for key, texts in found.items() if texts}


REFUSALS = ("non", "false", "faux")


def _said(node: Node) -> Iterator[tuple[str, str]]:
    """The keys under which something is said, in the file or in one of its resources, and a text."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _said(item)
    if not isinstance(node, YamlMapping):
        return
    for key, value in node.entries:
        field = named(plain_key(key.value))
        if field and not _is_empty(value):
            yield field.key, value.value.casefold() if isinstance(value, Scalar) else ""
        if not isinstance(value, Scalar):
            yield from _said(value)


def _is_empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return not node.value.strip() or (node.plain and node.value in ("~", "null"))
    return isinstance(node, Sequence) and not node.items
