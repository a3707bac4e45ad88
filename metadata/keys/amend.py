"""A commun.yml with some keys set, changed or removed, and all the rest as its maintainer wrote it.

Nothing is written anew but what changes (edits.py); a new key goes where the table would put it.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping

from ..errors import ParseError
from ..strangers import safeyaml
from . import notice
from .edits import added, apply, changed, removed
from .table import FIELDS, Field
from .values import PARAGRAPHS, tidy

Texts = Mapping[str, tuple[str, ...]]


def amend(payload: bytes, texts: Texts, part: str = "") -> bytes:
    """The file with these texts under these keys; no text removes the key.

    Raise ParseError when the file cannot be read, or not be changed without a risk for the rest.
    """
    wanted = {field: _tidied(field, texts[field.key]) for field in FIELDS if field.key in texts}
    text, before = safeyaml.decode(payload), texts_of(payload, part)
    inherited = texts_of(payload) if part else {}
    try:
        for field, said in sorted(wanted.items(), key=lambda each: not each[1]):  # removing last
            if before.get(field.key, ()) != said:
                text = _amended(text, part, field, said)
        after = text.encode()
        says = texts_of(after, part)
    except ParseError as error:
        raise _unsafe() from error
    for field, said in wanted.items():
        before[field.key] = said or inherited.get(field.key, ())
    if says != {key: said for key, said in before.items() if said}:
        raise _unsafe()
    return codecs.BOM_UTF8 + after if payload.startswith(codecs.BOM_UTF8) else after


def _unsafe() -> ParseError:
    """YAML can be written in more ways than edits know: what they did is read again."""
    return ParseError(
        "Le fichier est écrit d’une façon que Balise ne sait pas modifier sans risque.",
        remedy="Modifiez-le à la main.",
    )


def _amended(text: str, part: str, field: Field, said: tuple[str, ...]) -> str:
    root = notice.root_of(text.encode())
    mapping = notice.resource(notice.resources(root, []), part) if part else root
    entry = notice.keys_of(mapping, []).get(field.key)
    if not said:
        return apply(text, removed(text, mapping, field))
    if entry:
        return apply(text, changed(text, entry, said))
    return apply(text, added(text, mapping, field, said))


def texts_of(payload: bytes, part: str = "") -> dict[str, tuple[str, ...]]:
    """What is said under each key, as written; a part inherits what the project says.

    Raise ParseError.
    """
    written = notice.written(notice.root_of(payload), part, [])
    said = {
        field.key: _tidied(field, (piece.text for piece in written[field.key].pieces))
        for field in FIELDS
        if field.key in written
    }
    return {key: texts for key, texts in said.items() if texts}


def _tidied(field: Field, texts: Iterable[str]) -> tuple[str, ...]:
    """Texts as reading keeps them."""
    tidied = PARAGRAPHS.write if field.kind is PARAGRAPHS else tidy
    found = tuple(filter(None, map(tidied, texts)))
    return found if field.many else found[:1]
