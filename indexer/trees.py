"""Folders to walk, on the disk or inside a zip, in an order that never changes."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from metadata.package import MANIFESTS
from metadata.strangers.archive import Package

from .errors import SourceError
from .opening import reason_of

#: The most that is inflated of one file of a zip: a list of records may be longer than a record.
MAX_INFLATED = 50_000_000


class Listing(NamedTuple):
    """The names in a folder, sorted, without what is hidden."""

    folders: list[str]
    files: list[str]


class Tree(Protocol):
    """Folders and files, by their POSIX path from the root ("")."""

    def list(self, folder: str) -> Listing:
        """Raise SourceError when the folder cannot be read."""

    def open(self, path: str) -> BinaryIO:
        """Raise OSError, or BadPackage."""


@dataclass(frozen=True, slots=True)
class DiskTree:
    """A folder of the disk. Links that leave it are not seen, nor are links to folders."""

    root: Path

    def list(self, folder: str) -> Listing:
        listing = Listing([], [])
        try:
            with os.scandir(self.root / folder) as entries:
                for entry in entries:
                    if is_hidden(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        listing.folders.append(entry.name)
                    elif entry.is_file() and self._holds(entry):
                        listing.files.append(entry.name)
        except OSError as error:
            place = f"{self.root / folder}"
            raise SourceError(f"Le dossier «\u00a0{place}\u00a0» {reason_of(error)}") from error
        listing.folders.sort()
        listing.files.sort()
        return listing

    def _holds(self, entry: os.DirEntry[str]) -> bool:
        if not entry.is_symlink():
            return True
        return Path(entry.path).resolve().is_relative_to(self.root.resolve())

    def open(self, path: str) -> BinaryIO:
        return open(self.root / path, "rb")


class ZipTree:
    """The files of a zip that passed the checks of metadata.archive."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.listings: defaultdict[str, Listing] = defaultdict(lambda: Listing([], []))
        known = {""}
        for path in sorted(package.names):
            if not any(map(is_hidden, path.split("/"))):
                folder, _, name = path.rpartition("/")
                self.listings[folder].files.append(name)
                while folder not in known:
                    known.add(folder)
                    above, _, name = folder.rpartition("/")
                    self.listings[above].folders.append(name)
                    folder = above
        for listing in self.listings.values():
            listing.folders.sort()

    def list(self, folder: str) -> Listing:
        return self.listings[folder]

    def open(self, path: str) -> BinaryIO:
        return BytesIO(self.package.read(path, MAX_INFLATED))


def is_hidden(name: str) -> bool:
    """Not part of what somebody meant to give: .git, and what macOS adds to a zip."""
    return name.startswith(".") or name == "__MACOSX"


class Found(NamedTuple):
    """A file met on a walk, or a folder that could not be read."""

    path: str
    is_manifest: bool = False  # it makes a package of the folder that holds it
    fault: str = ""


class _Step(NamedTuple):
    path: str
    is_folder: bool
    is_manifest: bool = False
    in_package: bool = False


def walk(tree: Tree, after: tuple[str, ...] = ()) -> Iterator[Found]:
    """Every file in order, from the one whose path has these parts on.

    A folder that holds a manifest is one package: of what is under it, only other such folders
    are shown. Raise SourceError when the root cannot be read.
    """
    steps = [_steps(tree, "", False)]
    while steps:
        step = next(steps[-1], None)
        if step is None:
            steps.pop()
            continue
        parts = tuple(step.path.split("/"))
        if step.is_folder and parts >= after[: len(parts)]:
            try:
                steps.append(_steps(tree, step.path, step.in_package))
            except SourceError as error:
                yield Found(step.path, fault=str(error))
        elif not step.is_folder and parts >= after:
            yield Found(step.path, is_manifest=step.is_manifest)


def _steps(tree: Tree, folder: str, in_package: bool) -> Iterator[_Step]:
    folders, files = tree.list(folder)
    manifest = min(filter(_rank, files), key=_rank, default="")
    if manifest or in_package:
        files = [manifest] if manifest else []
        in_package = True
    prefix = f"{folder}/" if folder else ""
    steps = [_Step(prefix + name, False, name == manifest) for name in files]
    steps += [_Step(prefix + name, True, in_package=in_package) for name in folders]
    return iter(sorted(steps))


def _rank(name: str) -> int:
    """From 1, the first manifest being the one read; 0 for any other file."""
    return MANIFESTS.index(name.lower()) + 1 if name.lower() in MANIFESTS else 0


def paths_under(tree: Tree, folder: str) -> Iterator[str]:
    """The paths of all files under a folder, relative to it."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        listing = tree.list("/".join(filter(None, (folder, inside))))
        prefix = f"{inside}/" if inside else ""
        waiting += [prefix + name for name in listing.folders]
        yield from (prefix + name for name in listing.files)
