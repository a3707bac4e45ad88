"""Strangers' JSON: under a cap of bytes and depth, no NaN, and the keys given twice are told.

Numbers are left as written unless asked: some take minutes to convert.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import ParseError

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
#: A text, closed or not, or a bracket: an unclosed quote hides what follows, and is refused later.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def load_json(
    payload: bytes, limit: int = MAX_BYTES, number: Callable[[str], Any] = str
) -> tuple[Any, tuple[str, ...]]:
    """What a JSON document holds, and its keys that are given twice (the last one wins).

    `number` makes what it wants of a number. Raise ParseError, with line and column when known.
    """
    text = _decoded(payload, limit)
    _check_depth(text)
    repeated: list[str] = []

    def unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                repeated.append(key)
            found[key] = value
        return found

    try:
        tree = json.loads(
            text,
            object_pairs_hook=unique,
            parse_int=number,
            parse_float=number,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise ParseError(
            "Le fichier n’est pas du JSON bien formé.",
            remedy="Vérifiez les guillemets, les virgules et les accolades à cet endroit.",
            line=error.lineno,
            column=error.colno,
        ) from error
    return tree, tuple(dict.fromkeys(repeated))


def _decoded(payload: bytes, limit: int) -> str:
    if len(payload) > limit:
        raise ParseError(
            f"Le fichier fait {len(payload)} octets\u00a0: au-delà de {limit}, il n’est pas lu.",
            remedy="Vérifiez que c’est bien la notice, et non le contenu.",
        )
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(
            "Le fichier n’est pas en UTF-8.",
            remedy="Enregistrez-le à nouveau en UTF-8.",
            line=payload.count(b"\n", 0, error.start) + 1,
        ) from error


def _check_depth(text: str) -> None:
    # Before json.loads, which recurses.
    depth = 0
    for match in TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            raise ParseError(
                f"Plus de {MAX_DEPTH} niveaux sont emboîtés les uns dans les autres.",
                remedy="Une notice n’en a que quelques-uns\u00a0: vérifiez ce qui l’a produite.",
                line=text.count("\n", 0, match.start()) + 1,
            )


def _no_constant(text: str) -> str:
    raise ParseError(
        f"«\u00a0{text}\u00a0» n’est pas une valeur JSON.",
        remedy="Remplacez-la par un nombre, ou par null.",
    )
