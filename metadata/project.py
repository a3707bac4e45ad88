"""A project of the forge, as the forge and the project's own files describe it.

What the crawl keeps of a project, what the hints and the bot reason on. Source of the facts: the
GitLab projects API, https://docs.gitlab.com/api/projects/. Where an answer leaves a fact out (an
anonymous reader is told less), it is None: not said, never "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """What the forge says of a project. Its number never changes; its path and name may."""

    id: int
    path: str  # with its namespace: "lycee-exemple/fractions"
    name: str = ""
    url: str = ""  # its page on the forge
    description: str = ""
    topics: tuple[str, ...] = ()
    default_branch: str = ""  # "" when nothing was ever committed
    visibility: str = ""  # public | internal | private
    archived: bool | None = None
    fork_of: int | None = None  # the number of the project it is a fork of
    created: datetime | None = None
    updated: datetime | None = None  # of its settings: topics, description, archiving
    active: datetime | None = None  # of its events, at most one hour behind
    avatar: str = ""
    stars: int = 0
    open_issues: int | None = None
    issues: bool | None = None  # can one report a problem there
    merge_requests: bool | None = None  # can one propose a change there
    licence: str = ""  # the forge's own guess, an SPDX identifier in lower case


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectFile:
    """A file at the root of a project, as it was at a commit."""

    path: str
    blob: str  # git's own hash of its content
    commit: str = ""  # a commit at which it was so
    payload: bytes = b""  # cut where it gets unreasonable


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A version that the maintainers published. https://docs.gitlab.com/api/releases/"""

    tag: str
    name: str = ""
    date: datetime | None = None
    links: tuple[tuple[str, str], ...] = ()  # name and address of what can be downloaded


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A package in the project's registry. https://docs.gitlab.com/api/packages/"""

    name: str
    version: str = ""
    kind: str = ""  # generic | npm | pypi …
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """A project at one moment: what its maintainers say of it, all that there is to reason on."""

    project: Project
    files: tuple[ProjectFile, ...] = ()
    releases: tuple[Release, ...] = ()  # the latest first
    packages: tuple[Package, ...] = ()

    @property
    def files_are_filled(self) -> bool:
        """Are the bytes of the files here, or only their names?"""
        return any(each.payload for each in self.files)

    def file(self, *names: str) -> ProjectFile | None:
        """The first file that has one of these names, whatever their case."""
        wanted = [name.casefold() for name in names]
        found = {each.path.casefold(): each for each in self.files}
        return next((found[name] for name in wanted if name in found), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A project as it was last read, and what became of it."""

    slug: str  # its address in the catalogue, made once
    snapshot: Snapshot
    reason: str  # listing.Reason: listed or not, and why
    parts: int = 0  # how many resources it has in the catalogue
    read: datetime | None = None  # when its files were last read
    due: datetime | None = None  # since when it waits to be read again, whatever the listing says
    trouble: str = ""  # why the last reading failed, in French
