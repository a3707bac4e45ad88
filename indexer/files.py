"""Records kept as files: a folder, a glob, a file or a zip of them, as a source.

Each file is split by what it holds: a notice is a record, a package too; a CSV, a feed or an answer
of an OAI-PMH repository hold several. What is no record (a README, pictures, schemas) is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO, NamedTuple

from metadata.commun import parts
from metadata.errors import BadPackage, ParseError, UnknownFormat
from metadata.lomfr import split
from metadata.package import MANIFESTS, gather, open_package
from metadata.package import reduce as reduced
from metadata.recognise import HEAD, SEVERAL, recognise
from metadata.record import RawRecord
from metadata.strangers.archive import Package
from metadata.strangers.safexml import LIMIT

from . import oaianswer
from .errors import SourceError, StaleCursor
from .opening import reason_of
from .source import Page, in_pages
from .syndication import entries_in
from .table import rows_in
from .trees import DiskTree, Found, Tree, ZipTree, is_hidden, paths_under, walk

#: How many unreadable files an error names.
NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class FilesSource:
    """A path, or a glob ("notices/**/*.xml"), as the operator writes it."""

    key: str
    place: str

    @property
    def incremental(self) -> bool:
        return False

    @property
    def exhaustive(self) -> bool:
        return True

    def pages(self, since: datetime | None, cursor: str) -> Iterator[Page]:
        """Every record, from the file that the cursor names on. Raise SourceError, StaleCursor.

        A list that cannot be read to its end is told once all the rest has been given, and no
        cursor passes it: what it does not show is not gone.
        """
        mark = _Mark.read(cursor)
        failures: list[str] = []
        yield from in_pages(_marked(self.place, mark, failures))
        if failures:
            told = " ".join(failures[:NAMED])
            raise SourceError(
                f"Ce qui n’a pu être lu jusqu’au bout ({len(failures)} fichier ou dossier)\u00a0: {told}"
            )


def records_at(place: str) -> Iterator[RawRecord]:
    """Every record of a path or glob. Raise SourceError, once all the rest has been given."""
    for page in FilesSource(key="", place=place).pages(None, ""):
        yield from page.records


class _Mark(NamedTuple):
    """Where a walk stands: the file it is at, and how many of its records were given."""

    path: str = ""
    done: int = 0

    @classmethod
    def read(cls, cursor: str) -> _Mark:
        try:
            path, done = json.loads(cursor) if cursor else ("", 0)
            return cls(str(path), int(done))
        except (ValueError, TypeError) as error:
            raise StaleCursor(
                f"Le repère «\u00a0{cursor[:40]}\u00a0» n’est pas celui d’un dossier."
            ) from error

    def write(self) -> str:
        return json.dumps([self.path, self.done]) if self.path else ""


def _marked(place: str, mark: _Mark, failures: list[str]) -> Iterator[tuple[RawRecord, str]]:
    """Each record with the cursor after it. What could not be read is added to the failures."""
    tree, files, named = _found(place, tuple(mark.path.split("/")))
    start = mark
    for file in files:
        try:
            for count, raw in enumerate(_records(tree, file, named=named), 1):
                if file.path == start.path and count <= start.done:
                    continue
                if not failures:
                    mark = _Mark(file.path, count)
                yield raw, mark.write()
        except SourceError as error:
            failures.append(str(error))


def _found(place: str, after: tuple[str, ...]) -> tuple[Tree, Iterator[Found], bool]:
    """What a path or glob leads to, and whether it names one file."""
    path = Path(place)
    if os.path.isdir(place):  # unlike Path.is_dir, False for whatever cannot be looked at
        tree = DiskTree(path)
        return tree, walk(tree, after), False
    if os.path.isfile(place):
        file = Found(path.name, is_manifest=path.name.lower() in MANIFESTS)
        return DiskTree(path.parent), iter([file]), True
    fixed = [*takewhile(lambda part: not {*part} & {*"*?["}, path.parts)]
    root, pattern = Path(*fixed), path.parts[len(fixed) :]
    if not pattern or not os.path.isdir(root):
        raise SourceError(
            f"«\u00a0{place}\u00a0» n’existe pas, ou ne peut être lu. Vérifiez le chemin."
        )
    tree = DiskTree(root)
    files = (file for file in walk(tree, after) if matches(tuple(file.path.split("/")), pattern))
    return tree, files, False


def matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Does a glob match this path, or a folder above it?"""
    if not pattern:
        return True
    if pattern[0] == "**":
        return matches(parts, pattern[1:]) or (bool(parts) and matches(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and matches(parts[1:], pattern[1:])


def _records(
    tree: Tree, file: Found, *, named: bool = False, prefix: str = ""
) -> Iterator[RawRecord]:
    """The records of one file. Raise SourceError when a list of them cannot be read to its end."""
    if file.fault:
        raise SourceError(file.fault)
    name = prefix + file.path
    try:
        if file.is_manifest:
            yield RawRecord(identifier=name, format="package", payload=_gathered(tree, file.path))
        else:
            with tree.open(file.path) as opened:
                yield from _split(opened, name, named=named, in_zip=bool(prefix))
    except FileNotFoundError:  # removed since it was listed
        return
    except OSError as error:
        yield from _unread(name, f"«\u00a0{name}\u00a0» {reason_of(error)}", named=named)
    except BadPackage as error:
        yield from _unread(name, str(error), named=named)


def _unread(name: str, reason: str, *, named: bool) -> Iterator[RawRecord]:
    try:
        format = recognise(name, b"")
    except UnknownFormat:
        if not named:  # it would have been passed over
            return
        format = ""
    if format in SEVERAL:
        raise SourceError(reason)
    yield RawRecord(identifier=name, format=format, fault=reason)


def _gathered(tree: Tree, manifest: str) -> bytes:
    folder = manifest.rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""

    def read(path: str) -> bytes:
        with tree.open(prefix + path) as file:
            return file.read(LIMIT + 1)  # gather refuses what is longer

    return gather(paths_under(tree, folder), read)


def _split(file: BinaryIO, name: str, *, named: bool, in_zip: bool) -> Iterator[RawRecord]:
    """What the bytes hold. Raise BadPackage, or SourceError."""
    head = file.read(HEAD)
    file.seek(0)
    try:
        format = recognise(name, head)
        if format in SEVERAL:
            yield from _listed(file, name, format)
        elif format == "package":
            yield from _zipped(file, name, in_zip=in_zip)
        else:
            yield from _one(file, name, format)
    except UnknownFormat as error:
        if named:
            yield RawRecord(identifier=name, format="", fault=str(error))


def _listed(file: BinaryIO, name: str, format: str) -> Iterator[RawRecord]:
    try:
        if format == "oai":  # its identifiers are the world's
            yield from oaianswer.records_in(file)
            return
        for raw in rows_in(file, name) if format == "table" else entries_in(file):
            yield replace(raw, identifier=f"{name}#{raw.identifier}")
    except ParseError as error:
        raise SourceError(f"{name}\u00a0: {error}") from error


def _zipped(file: BinaryIO, name: str, *, in_zip: bool) -> Iterator[RawRecord]:
    """A package, or records put together in an archive."""
    if in_zip:
        raise BadPackage(
            "L’archive est elle-même dans une archive\u00a0: elle n’est pas ouverte.",
            remedy="Donnez-la telle quelle, à côté de l’autre.",
        )
    package = open_package(file)
    if is_package(package):
        yield RawRecord(identifier=name, format="package", payload=reduced(package))
        return
    tree, count = ZipTree(package), 0
    for found in walk(tree):
        for raw in _records(tree, found, prefix=f"{name}/"):
            yield raw
            count += 1
    if not count:
        raise BadPackage(
            f"L’archive ne contient ni manifeste ({', '.join(MANIFESTS)}) ni notice.",
            remedy="Vérifiez que c’est bien le paquet de la ressource, ou un lot de notices.",
        )


def is_package(package: Package) -> bool:
    """Is the manifest at the root, or in the one folder that holds everything?"""
    paths = [path for path in package.names if not is_hidden(path.partition("/")[0])]
    tops = {path.partition("/")[0] for path in paths}
    near = 1 if len(tops) == 1 else 0
    return any(
        path.count("/") <= near and path.rpartition("/")[2].lower() in MANIFESTS for path in paths
    )


def _one(file: BinaryIO, name: str, format: str) -> Iterator[RawRecord]:
    payload = file.read(LIMIT + 1)
    if len(payload) > LIMIT:
        fault = (
            f"Le fichier dépasse {LIMIT // 1_000_000} Mo\u00a0: il n’est pas lu. Vérifiez que c’est bien"
            " une notice."
        )
        yield RawRecord(identifier=name, format=format, fault=fault)
        return
    if format == "lomfr" and len(notices := split(payload)) > 1:
        for number, notice in enumerate(notices, 1):
            yield RawRecord(identifier=f"{name}#{number}", format=format, payload=notice)
        return
    for part in _parts(payload) if format == "commun" else ("",):
        identifier = f"{name}#{part}" if part else name
        yield RawRecord(identifier=identifier, format=format, payload=payload, part=part)


def _parts(payload: bytes) -> tuple[str, ...]:
    try:
        return parts(payload)
    except ParseError:  # its reader will say why
        return ("",)
