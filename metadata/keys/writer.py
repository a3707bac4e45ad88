"""A Record as a commun.yml that a person would have written: French words, one key a line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from ruamel.yaml.resolver import implicit_resolvers

from ..record import Record
from .reader import texts_of
from .table import FIELDS, Field
from .values import PARAGRAPHS

WIDTH = 88

#: A text that needs no quotes: it begins with a letter or a digit, and no sign in it is YAML's.
PLAIN = re.compile(r"\w(?:\s?[^\s,\[\]{}#:]|[:#](?=\S))*")


def dump(record: Record) -> bytes:
    """The record as YAML, in the order of the table of keys."""
    return "".join(f"{line}\n" for line in lines(texts_of(record))).encode()


def lines(texts: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The texts under each key as lines of YAML, in the order of the table of keys."""
    group = ""
    for field in FIELDS:
        if field.key not in texts:
            continue
        inside, _, key = field.key.rpartition(".")
        if inside and inside != group:
            yield f"{inside}:"
        group = inside
        yield from key_lines(field, key, texts[field.key], "  " if inside else "")


def key_lines(field: Field, key: str, texts: tuple[str, ...], indent: str = "") -> Iterator[str]:
    """A key and its texts."""
    if field.kind is PARAGRAPHS:
        sign, lines = block(texts[0], indent + "  ")
        yield f"{indent}{key}: {sign}"
        yield from lines
    elif not field.many:
        yield f"{indent}{key}: {scalar(texts[0])}"
    else:
        listed = f"{indent}{key}: {bracketed(texts)}"
        if len(listed) <= WIDTH:
            yield listed
        else:
            yield f"{indent}{key}:"
            yield from (f"{indent}  - {scalar(text)}" for text in texts)


def bracketed(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(scalar, texts))}]"


def block(text: str, indent: str, literal: bool = False) -> tuple[str, Iterator[str]]:
    """The sign that opens a text of several lines, and these lines."""
    if literal or re.search(r"(?<!\n)\n(?!\n)", text):
        return "|", _literal(text, indent)
    return ">", _folded(text, indent)


def _folded(text: str, indent: str) -> Iterator[str]:
    """Paragraphs with an empty line between two, their lines cut where they get long."""
    for rank, paragraph in enumerate(text.split("\n\n")):
        if rank:
            yield ""
        yield from textwrap.wrap(
            paragraph,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _literal(text: str, indent: str) -> Iterator[str]:
    """Lines kept as they are, as in a poem or a list."""
    return (f"{indent}{line}" if line else "" for line in text.split("\n"))


def scalar(text: str) -> str:
    """A text as a YAML scalar, in quotes only where it could be taken for something else."""
    if PLAIN.fullmatch(text) and not _implicit(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _implicit(text: str) -> bool:
    """Whether other readers of YAML would see a number, a date, a boolean or nothing."""
    return any(form.match(text) for _, _, form, _ in implicit_resolvers)
