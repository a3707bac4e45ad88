"""YAML from strangers: bytes under a cap, to a tree of nodes that know their line and column.

Every scalar stays the text that was written ("6e", "no", "1_000", 2024-02-30): what it means is the
reader's business. What can harm or surprise is refused: aliases, anchors, merge and duplicate keys,
tags, several documents, depth. The only module that knows ruamel.yaml, whose events are read one by
one so that nothing recurses. https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ..errors import ParseError
from .yamlfaults import explain

MAX_BYTES = 64 * 1024
MAX_DEPTH = 30

#: Control characters and halves of surrogate pairs, which an escape ("\\0") can also make.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, and where it begins (from 1)."""

    value: str
    line: int
    column: int
    style: str = ""  # its quote, "|" or ">" for a block, "" when nothing says that it is a text
    start: int = 0  # where it stands in the text of the file, its quotes included
    end: int = 0

    @property
    def plain(self) -> bool:
        return not self.style


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int
    flow: bool = False  # between brackets
    start: int = 0
    end: int = 0  # of its last item, or of the bracket that closes it


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and their values, in the order of the file, no key twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int
    flow: bool = False
    start: int = 0
    end: int = 0


Node = Scalar | Sequence | Mapping


#: A notice is judged when its project is crawled, then read for each of its resources, a page later.
@lru_cache(maxsize=256)
def load(payload: bytes) -> Node:
    """The one document of a YAML file; an empty file is an empty mapping. Raises ParseError."""
    text = decode(payload)
    try:
        return _compose(_events(text), text)
    except MarkedYAMLError as error:
        fault = explain(error, text)
        raise ParseError(
            fault.message, remedy=fault.remedy, line=fault.line, column=fault.column
        ) from error


def decode(payload: bytes) -> str:
    """The text of a file, in which nodes have their place. Raise ParseError."""
    if len(payload) > MAX_BYTES:
        raise ParseError(
            f"Le fichier pèse {len(payload) // 1024}\u00a0ko\u00a0: la limite est de {MAX_BYTES // 1024}\u00a0ko.",
            remedy="Raccourcissez les textes, ou mettez-les dans le README du projet.",
        )
    if payload.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ParseError(
            "Le fichier est enregistré en UTF-16, que Balise ne lit pas.",
            remedy="Enregistrez-le à nouveau en choisissant l’encodage UTF-8.",
            line=1,
            column=1,
        )
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(payload[: error.start].decode("utf-8", "replace"))
        raise ParseError(
            "Un caractère accentué n’est pas enregistré en UTF-8.",
            remedy="Enregistrez le fichier à nouveau en choisissant l’encodage UTF-8.",
            line=line,
            column=column,
        ) from error
    if found := UNREADABLE.search(text):
        line, column = _place(text[: found.start()])
        raise ParseError(
            f"Un caractère invisible (U+{ord(found[0]):04X}) se cache dans cette ligne.",
            remedy="Effacez cette partie de la ligne et tapez-la de nouveau au clavier.",
            line=line,
            column=column,
        )
    return text


def _place(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows this text."""
    lines = re.split("\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1


def _events(text: str) -> Iterator[Event]:
    # Pure Python: the C parser ends the whole process on 100,000 "[". Without plug-ins: looking for
    # them takes longer than reading a notice.
    documents = 0
    for event in YAML(typ="safe", pure=True, plug_ins=[]).parse(text):
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                _refuse(
                    event,
                    "Une ligne «\u00a0---\u00a0» commence ici un second document.",
                    "Supprimez cette ligne et ce qui la suit\u00a0: un fichier est une seule notice.",
                )
        if isinstance(event, NodeEvent):
            _check(event)
            yield event
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            yield event


def _check(event: NodeEvent) -> None:
    if isinstance(event, AliasEvent):
        _refuse(
            event,
            "Une valeur qui commence par «\u00a0*\u00a0» est un renvoi YAML, que Balise ne suit pas.",
            'Mettez la valeur entre guillemets droits\u00a0: "*…".',
        )
    if event.anchor is not None:
        _refuse(
            event,
            "Une valeur qui commence par «\u00a0&\u00a0» est une ancre YAML, que Balise refuse.",
            'Mettez la valeur entre guillemets droits\u00a0: "&…".',
        )
    if getattr(event, "tag", None) is not None:
        _refuse(
            event,
            "Une valeur qui commence par «\u00a0!\u00a0» est une étiquette YAML, que Balise refuse.",
            'Mettez la valeur entre guillemets droits\u00a0: "!…".',
        )
    if isinstance(event, ScalarEvent) and UNREADABLE.search(event.value):
        _refuse(
            event,
            "Un code «\u00a0\\…\u00a0» de ce texte désigne un caractère invisible ou impossible.",
            "Supprimez-le, ou remplacez-le par le caractère voulu.",
        )


class _Open:
    """A list or mapping whose end has not been read yet."""

    def __init__(self, event: SequenceStartEvent | MappingStartEvent) -> None:
        self.event = event
        self.items: list[Node] = []
        self.entries: list[tuple[Scalar, Node]] = []
        self.key: Scalar | None = None
        self.keys: set[str] = set()

    def add(self, node: Node, event: Event) -> None:
        if isinstance(self.event, SequenceStartEvent):
            self.items.append(node)
        elif self.key is None:
            self.key = self._new_key(node, event)
        else:
            if node.start == node.end:  # nothing: the parser places it at what follows
                node = replace(node, start=self.key.end, end=self.key.end)
            self.entries.append((self.key, node))
            self.key = None

    def _new_key(self, node: Node, event: Event) -> Scalar:
        if not isinstance(node, Scalar):
            _refuse(
                event,
                "Une clé doit être un mot, pas une liste.",
                "Écrivez «\u00a0clé: valeur\u00a0», une clé par ligne.",
            )
        if node.plain and node.value.startswith("\u00a0"):
            _refuse(
                event,
                "La ligne commence par une espace insécable, que YAML ne prend pas pour une espace.",
                "Effacez le début de la ligne et tapez des espaces ordinaires.",
            )
        if node.value == "<<" and node.plain:
            _refuse(
                event,
                "La clé «\u00a0<<\u00a0» (fusion YAML) est refusée.",
                "Recopiez les clés voulues à cet endroit.",
            )
        if node.value in self.keys:
            _refuse(
                event,
                f"La clé «\u00a0{node.value[:60]}\u00a0» est écrite deux fois.",
                "Gardez une seule des deux lignes.",
            )
        self.keys.add(node.value)
        return node

    def node(self, closing: Event) -> Node:
        line, column = _start(self.event)
        start, flow = self.event.start_mark.index, bool(self.event.flow_style)
        inside = self.items or [node for _, node in self.entries[-1:]]
        # Without a bracket, the parser sees the end when it meets what follows, comments apart.
        end = closing.end_mark.index if flow else inside[-1].end if inside else start
        if isinstance(self.event, SequenceStartEvent):
            return Sequence(tuple(self.items), line, column, flow, start, end)
        return Mapping(tuple(self.entries), line, column, flow, start, end)


def _compose(events: Iterator[Event], text: str) -> Node:
    root: Node = Mapping((), 1, 1)
    waiting: list[_Open] = []
    for event in events:
        if isinstance(event, SequenceStartEvent | MappingStartEvent):
            waiting.append(_Open(event))
            if len(waiting) > MAX_DEPTH:
                _refuse(
                    event,
                    f"Plus de {MAX_DEPTH} listes sont emboîtées les unes dans les autres.",
                    "Une notice n’en demande que deux ou trois\u00a0: simplifiez le fichier.",
                )
            continue
        if isinstance(event, ScalarEvent):
            node: Node = _scalar(event, text)
        else:
            node = waiting.pop().node(event)
        if waiting:
            waiting[-1].add(node, event)
        else:
            root = node
    return root


def _scalar(event: ScalarEvent, text: str) -> Scalar:
    start, end = event.start_mark.index, event.end_mark.index
    end = start + len(text[start:end].rstrip())  # a block takes the empty lines under it
    return Scalar(event.value, *_start(event), event.style or "", start, end)


def _start(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refuse(event: Event, message: str, remedy: str) -> NoReturn:
    line, column = _start(event)
    raise ParseError(message, remedy=remedy, line=line, column=column)
