"""What the small files of a project say under a name: package.json, publiccode.yml, CITATION.cff,
codemeta.json, mkdocs.yml. Each value with the line it is on.

https://docs.npmjs.com/cli/configuring-npm/package-json, https://yml.publiccode.tools/,
https://citation-file-format.github.io/, https://codemeta.github.io/terms/, https://www.mkdocs.org/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..errors import ParseError
from ..project import ProjectFile, Snapshot
from ..strangers import safeyaml
from ..strangers.safejson import load_json
from ..strangers.safeyaml import Mapping, Node, Scalar, Sequence
from .markup import decoded
from .proposal import Evidence, Found


class Said(NamedTuple):
    """A value, and under which name of which file it stands: "legal.license"."""

    path: str
    name: str
    text: str
    line: int
    excerpt: str

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.path, self.line, self.excerpt)


FILES = {
    "package.json": ("name", "description", "homepage", "license", "keywords"),
    "codemeta.json": (
        *("name", "description", "license", "keywords", "url", "inLanguage", "audience"),
        *("author", "educationalLevel", "about"),
    ),
    "publiccode.yml": (
        *("name", "landingURL", "legal.license", "localisation.availableLanguages"),
        *("description.fr.shortDescription", "description.fr.longDescription"),
        *("description.fr.genericName", "intendedAudience.scope"),
    ),
    "CITATION.cff": ("title", "abstract", "license", "keywords", "url", "authors"),
}
MKDOCS = ("site_name", "site_url", "site_description", "site_author")


def said_in(snapshot: Snapshot) -> tuple[Said, ...]:
    """What the known files of a project say; a file that cannot be read says nothing."""
    found: list[Said] = []
    for name, wanted in FILES.items():
        if file := snapshot.file(name, name.replace(".yml", ".yaml")):
            found += _read(file, wanted)
    if file := snapshot.file("mkdocs.yml", "mkdocs.yaml"):
        found += _top_level(file)
    return tuple(each for each in found if each.text)


def _read(file: ProjectFile, wanted: tuple[str, ...]) -> Iterator[Said]:
    try:
        if file.path.endswith(".json"):
            tree, _ = load_json(file.payload)
            values: list[tuple[str, str, int | None]] = [
                (name, text, None) for name in wanted for text in _json(tree, name)
            ]
        else:
            root = safeyaml.load(file.payload)
            values = [(name, *said) for name in wanted for said in _yaml(root, name)]
    except ParseError:
        return
    lines = decoded(file.payload).split("\n")
    for name, text, line in values:
        number = line or _line_of(lines, name.rpartition(".")[2], text)
        if number and number <= len(lines):
            excerpt = lines[number - 1].strip()[:200]
            yield Said(file.path, name, " ".join(text.split()), number, excerpt)


def _json(tree: Any, name: str) -> Iterator[str]:
    value = tree.get(name) if isinstance(tree, dict) else None
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            given = (each.get("givenName"), each.get("familyName"))
            whole = " ".join(part for part in given if isinstance(part, str))
            said = whole or each.get("name") or each.get("type") or each.get("url")
            if isinstance(said, str):
                yield said


def _line_of(lines: list[str], name: str, text: str) -> int | None:
    """The line of a value in a file whose reader keeps no lines."""
    quoted = text[:60]
    # The last where what is read is not what is written: « \\u00e9 ».
    signs = ((f'"{name}"', quoted), (f'"{quoted}',), (f'"{name}"',))
    found = (
        number
        for sign in signs
        for number, line in enumerate(lines, 1)
        if all(part in line for part in sign)
    )
    return next(found, None)


def _yaml(root: Node, name: str) -> Iterator[tuple[str, int]]:
    node: Node | None = root
    for part in name.split("."):
        node = _under(node, part)
    for each in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(each, Scalar):
            yield each.value, each.line
        elif isinstance(each, Mapping):
            names = (_under(each, key) for key in ("given-names", "family-names", "name"))
            said = " ".join(part.value for part in names if isinstance(part, Scalar))
            if said:
                yield said, each.line


def _under(node: Node | None, name: str) -> Node | None:
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((value for key, value in entries if key.value == name), None)


PAIR = re.compile(r"([a-z_]+):[ \t]+(\S.*)$")


def _top_level(file: ProjectFile) -> Iterator[Said]:
    """mkdocs.yml is full of tags that name Python code: only its plain lines are read, one by one."""
    for number, line in enumerate(decoded(file.payload).split("\n"), 1):
        match = PAIR.match(line[:500])
        if match and match[1] in MKDOCS:
            try:
                node = safeyaml.load(line[:500].encode())
            except ParseError:
                continue
            value = _under(node, match[1])
            if isinstance(value, Scalar):
                yield Said(file.path, match[1], value.value.strip(), number, line.strip()[:200])


#: What would let one write to somebody.
PRIVATE = re.compile(r"<[^<>]*>|\S+@\S+|\([^()]*(?:@|https?:)[^()]*\)")


def authors(said: Iterable[Said]) -> Iterator[Found]:
    """The authors that codemeta.json and CITATION.cff name, without their addresses."""
    for each in said:
        if each.name in ("authors", "author") and (name := PRIVATE.sub("", each.text).strip()):
            yield Found(name, 0.8, each.evidence)
