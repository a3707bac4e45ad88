"""What the editor asks of the forge; cli.py gives it, forge_bridge/editing.py answers.

What goes wrong is an answer too: a French sentence for whoever is writing.
"""

from __future__ import annotations

from typing import Protocol

from metadata.hints import Proposal
from metadata.project import Project, ProjectFile

#: What we ask of the forge: who they are, and to commit and open a merge request in their name.
SCOPE = "openid profile api"


class Found(Protocol):
    """A project that anybody may see: its commun.yml, else what Balise proposes for it."""

    @property
    def fault(self) -> str:
        """Why there is nothing; "" when there is."""

    @property
    def project(self) -> Project | None: ...

    @property
    def file(self) -> ProjectFile | None: ...

    @property
    def proposal(self) -> Proposal | None: ...


class Outcome(Protocol):
    """What became of a proposal."""

    @property
    def url(self) -> str:
        """Of the merge request; "" when there is none."""

    @property
    def fault(self) -> str: ...

    @property
    def project(self) -> Project | None: ...

    @property
    def current(self) -> ProjectFile | None:
        """The file as it is now, when it is no longer the one that was edited."""


class Door(Protocol):
    """The forge, for somebody who writes a commun.yml."""

    @property
    def url(self) -> str:
        """Of the forge's home page."""

    def read(self, path: str) -> Found:
        """A project by its path, "group/name", or by the address of its page."""

    def propose(self, token: str, path: str, payload: bytes, blob: str) -> Outcome:
        """Propose this commun.yml, in the name of the token's owner, in the place of that of `blob`,
        git's hash of it; "" when there is none."""
