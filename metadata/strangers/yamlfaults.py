"""What an error of ruamel.yaml means to somebody who has never seen YAML: where, why, what to do.

The scanner says what it met, often a line too late. This looks at the lines as they are written and
names the usual mistake: a tab, a colon without its space or inside a title, a quote left open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError


class Fault(NamedTuple):
    """A mistake in a file, its place counted from 1."""

    message: str
    remedy: str
    line: int
    column: int


def explain(error: MarkedYAMLError, text: str) -> Fault:
    """The fault behind an error met while reading this text."""
    lines = [*re.split("\r\n|\r|\n", text), ""]
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    said = f"{error.context or ''} / {error.problem or ''}"
    start = error.context_mark.line if error.context_mark else line
    for fragment, fault_of in FAULTS:
        if fragment in said:
            return fault_of(lines, start, line, column)
    return _unreadable(lines, start, line, column)


Lines = list[str]
QUOTES = 'Mettez toute la valeur entre guillemets droits\u00a0: titre: "…".'

#: "titre:Fractions", not "https://…"; the no-break space, which looks like one, is no space to YAML.
GLUED = re.compile(r"[ ]*(?:- +)?(?P<key>[^\W\d][\w-]*) ?:(?!//)(?P<next>[^ \t])")
KEYED = re.compile(r"[ ]*(?:- +)?[^\s:#]+ ?:(?: |$)")


def _tab_or_sign(lines: Lines, start: int, line: int, column: int) -> Fault:
    sign = lines[line][column : column + 1]
    if sign != "\t":
        return Fault(
            f"Une valeur ne peut pas commencer par «\u00a0{sign}\u00a0».",
            QUOTES,
            line + 1,
            column + 1,
        )
    if lines[line][:column].strip():
        return Fault(
            "Une tabulation est placée entre deux mots.",
            "Remplacez-la par une espace.",
            line + 1,
            column + 1,
        )
    return Fault(
        "La ligne commence par une tabulation\u00a0: YAML n’admet que des espaces.",
        "Remplacez la tabulation par deux espaces.",
        line + 1,
        column + 1,
    )


def _colon(lines: Lines, start: int, line: int, column: int) -> Fault:
    """A ":" that opens a value where none can begin."""
    before = next((n for n in range(line - 1, -1, -1) if lines[n].strip()), line)
    if glued := _glued(lines, before) or _glued(lines, line):
        return glued
    if KEYED.match(lines[line]) and KEYED.match(lines[before]) and before != line:
        if _indent(lines[line]) > _indent(lines[before]) and not _second_colon(lines[line]):
            return _indentation(lines, start, line, _indent(lines[line]))
    elif before != line and _indent(lines[before]) == _indent(lines[line]) == 0:
        return _not_keyed(lines, start, before, 0)
    return Fault(
        "La valeur contient un deux-points suivi d’une espace\u00a0: YAML croit lire une autre clé.",
        QUOTES,
        line + 1,
        column + 1,
    )


def _key(lines: Lines, start: int, line: int, column: int) -> Fault:
    """A line that should have held a key."""
    return _glued(lines, start) or _not_keyed(lines, start, start, _indent(lines[start]))


def _glued(lines: Lines, line: int) -> Fault | None:
    found = GLUED.match(lines[line])
    if not found:
        return None
    if found["next"].isspace():
        return Fault(
            "Le deux-points est suivi d’une espace insécable, que YAML ne prend pas pour une espace.",
            "Effacez-la et tapez une espace ordinaire.",
            line + 1,
            found.start("next") + 1,
        )
    return Fault(
        "Il manque une espace après le deux-points.",
        f"Écrivez «\u00a0{found['key']}: {lines[line][found.start('next') :].strip()[:40]}\u00a0».",
        line + 1,
        found.start("next") + 1,
    )


def _not_keyed(lines: Lines, start: int, line: int, column: int) -> Fault:
    return Fault(
        "Cette ligne n’est pas de la forme «\u00a0clé: valeur\u00a0».",
        "Si elle continue un texte, décalez-la de deux espaces vers la droite\u202f; sinon ajoutez sa clé.",
        line + 1,
        column + 1,
    )


def _quote(lines: Lines, start: int, line: int, column: int) -> Fault:
    opening = next((n for n in range(start, -1, -1) if re.search("[\"']", lines[n])), start)
    found = re.search("[\"']", lines[opening])
    return Fault(
        "Un guillemet ouvert ici n’est jamais fermé.",
        "Ajoutez le même guillemet à la fin de la valeur.",
        opening + 1,
        found.start() + 1 if found else 1,
    )


def _escape(lines: Lines, start: int, line: int, column: int) -> Fault:
    return Fault(
        "Entre guillemets droits, une barre oblique inverse «\u00a0\\\u00a0» annonce un code.",
        "Doublez-la («\u00a0\\\\\u00a0»), ou entourez la valeur d’apostrophes\u00a0: '…'.",
        line + 1,
        column + 1,
    )


def _block(lines: Lines, start: int, line: int, column: int) -> Fault:
    return Fault(
        "Après «\u00a0>\u00a0» ou «\u00a0|\u00a0», le texte commence à la ligne suivante.",
        "Passez à la ligne et décalez le texte de deux espaces, ou supprimez ce signe.",
        line + 1,
        column + 1,
    )


def _bracket(lines: Lines, start: int, line: int, column: int) -> Fault:
    opening = re.search(r"[\[{]", lines[start])
    sign = opening[0] if opening else "["
    closing = "]" if sign == "[" else "}"
    if start == line and lines[line][column : column + 1] == ":":
        return Fault(
            "Une valeur de la liste contient un deux-points.", QUOTES, line + 1, column + 1
        )
    return Fault(
        f"La liste ouverte par «\u00a0{sign}\u00a0» n’est pas fermée, ou il y manque une virgule.",
        f"Séparez les valeurs par des virgules et terminez la liste par «\u00a0{closing}\u00a0».",
        start + 1,
        opening.start() + 1 if opening else 1,
    )


def _after_quotes(lines: Lines, start: int, line: int, column: int) -> Fault:
    return Fault(
        "Du texte suit un guillemet ou une apostrophe qui ferme la valeur.",
        "Entourez toute la valeur de guillemets droits, et remplacez ceux du texte par «\u00a0…\u00a0».",
        line + 1,
        column + 1,
    )


def _closing(lines: Lines, start: int, line: int, column: int) -> Fault:
    sign = lines[line][column : column + 1]
    return Fault(
        f"Un «\u00a0{sign}\u00a0» ferme une liste qui n’est pas ouverte.",
        "Supprimez-le, ou mettez la valeur entre guillemets droits.",
        line + 1,
        column + 1,
    )


def _indentation(lines: Lines, start: int, line: int, column: int) -> Fault:
    return Fault(
        "Le début de cette ligne n’est pas aligné avec celui des lignes de même rang.",
        "Donnez-lui le même nombre d’espaces au début qu’à ses voisines.",
        line + 1,
        column + 1,
    )


def _dash(lines: Lines, start: int, line: int, column: int) -> Fault:
    return Fault(
        "Un tiret suivi d’une espace commence une liste, ici à la suite d’une clé.",
        'Mettez la liste à la ligne, un tiret par ligne\u202f; si c’est un texte, entre guillemets\u00a0: "…".',
        line + 1,
        column + 1,
    )


def _sign(lines: Lines, start: int, line: int, column: int) -> Fault:
    sign = lines[start][column - 1 : column] if start == line else ""
    said = f"Le signe «\u00a0{sign}\u00a0»" if sign.strip() else "Ce signe"
    return Fault(
        f"{said} a un sens particulier en YAML à cet endroit.", QUOTES, line + 1, column + 1
    )


def _unreadable(lines: Lines, start: int, line: int, column: int) -> Fault:
    return Fault(
        "Cette ligne n’est pas du YAML lisible.",
        "Vérifiez les espaces du début de la ligne\u202f; si c’est un texte, mettez-le entre guillemets.",
        line + 1,
        column + 1,
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _second_colon(line: str) -> bool:
    return len(re.findall(r":(?: |$)", line)) > 1


#: A fragment of what ruamel.yaml says, and what it means. The first that is found.
FAULTS: tuple[tuple[str, Callable[[Lines, int, int, int], Fault]], ...] = (
    ("cannot start any token", _tab_or_sign),
    ("expected the node content", _tab_or_sign),
    ("mapping values are not allowed", _colon),
    ("could not find expected ':'", _key),
    ("escape", _escape),
    ("quoted scalar", _quote),
    ("block scalar", _block),
    ("flow sequence", _bracket),
    ("flow mapping", _bracket),
    ("but found '<scalar>'", _after_quotes),
    ("but found ']'", _closing),
    ("but found '}'", _closing),
    ("<block end>", _indentation),
    ("<document start>", _indentation),
    ("sequence entries are not allowed", _dash),
    ("anchor", _sign),
    ("alias", _sign),
    ("tag", _sign),
    ("mapping keys are not allowed", _sign),
)
