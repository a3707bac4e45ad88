"""What the bot may do, as data: decided in decide.py, done in perform.py, told in report.py."""

from __future__ import annotations

from dataclasses import dataclass

from metadata.project import Project

from .forge import MergeRequest, Status
from .offer import Offer


@dataclass(frozen=True, kw_only=True, slots=True)
class Propose:
    """Open the merge request of a project."""

    project: Project
    offer: Offer
    title: str
    body: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """Bring our merge request up to date."""

    project: Project
    merge_request: MergeRequest
    offer: Offer
    title: str
    body: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Close:
    """Close our merge request, with a last word or without one."""

    project: Project
    merge_request: MergeRequest
    end: str  # silence | done | refused
    word: str  # "" where nobody wants to hear from us any more
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tidy:
    """Delete our branch, once its merge request is over."""

    project: Project
    merge_request: MergeRequest
    commit: str  # its last one: ours
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A remedy that its author can take over with one click, on a line of the file."""

    line: int
    key: str  # what to know it by again
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """Say on a merge request what its commun.yml is worth."""

    project: Project
    merge_request: MergeRequest
    path: str
    status: Status
    body: str
    suggestions: tuple[Suggestion, ...]
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AddBadge:
    """Show the catalogue's badge on the project's page, as its maintainers asked."""

    project: Project
    name: str
    link: str
    image: str
    why: str


Action = Propose | Update | Close | Tidy | Review | AddBadge
