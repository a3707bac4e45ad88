"""What the site's editor asks of the forge: read a project, propose its commun.yml for its maintainer.

The reading is anybody's, so it shows what is public; the proposal is made with the maintainer's own
token, which is kept nowhere. What goes wrong is told in French to whoever is writing.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from metadata.hints import Proposal, propose
from metadata.listing import NOTICE
from metadata.project import Project, ProjectFile

from .conduct import is_by
from .errors import ForgeConflict, ForgeDenied, ForgeError, ForgeMissing
from .forge import Forge
from .reading import read

log = logging.getLogger(__name__)

#: A visitor's page reads at most so many projects at once: the site must go on answering.
READERS = 2

#: A maintainer has at most so many branches with notices of theirs.
BRANCHES = 9

NAME = "commun.yml"
LONGEST = 500  # characters of a path
PATH = re.compile(r"[\w.-]+(/[\w.-]+)+", re.ASCII)

MISSING = "Aucun projet public de la forge ne porte cette adresse. Vérifiez-la."
BUSY = "Beaucoup de projets sont lus en ce moment\u00a0: réessayez dans un instant."
ARCHIVED = "Ce projet est archivé\u00a0: il ne peut plus changer."
DISABLED = (
    "Ce projet n’accepte pas de demandes de fusion\u00a0: téléchargez le fichier et déposez-le à la"
    " racine du projet."
)
EMPTY = (
    "Ce projet est encore vide. Ajoutez-y un premier fichier sur la forge, un README par exemple,"
    " puis réessayez."
)
UNCHANGED = "Rien n’est à proposer\u00a0: le projet a déjà exactement ce fichier."
TOO_MANY = (
    "Vos branches de notices ont été reprises par d’autres\u00a0: supprimez-les sur la forge."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A project and its commun.yml, else what we would propose; or why there is nothing."""

    fault: str = ""
    project: Project | None = None
    file: ProjectFile | None = None
    proposal: Proposal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The merge request, or why there is none: a fault, or another file than the one edited."""

    url: str = ""
    fault: str = ""
    project: Project | None = None
    current: ProjectFile | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Editing:
    """One forge, for the editor. `connect` gives it as the owner of a token sees it."""

    url: str
    forge: Forge  # as the site itself sees it
    connect: Callable[[str], Forge]
    site: str = ""  # the address of the catalogue
    _readers: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(READERS), init=False, repr=False
    )

    def read(self, path: str) -> Found:
        """A public project, by its path or the address of its page."""
        if not self._readers.acquire(blocking=False):
            return Found(fault=BUSY)
        try:
            return self._read(self.forge.project(self._path_in(path)))
        except ForgeError as error:
            return Found(fault=_told(error))
        finally:
            self._readers.release()

    def _read(self, project: Project) -> Found:
        if project.visibility not in ("public", ""):  # nothing is said to whom it is all public
            return Found(fault=MISSING)
        if file := _notice(self.forge, project):
            return Found(project=project, file=file)
        seen = read(self.forge, project, None, lambda blobs: {})
        return Found(project=project, proposal=propose(seen.snapshot))

    def propose(self, token: str, path: str, payload: bytes, blob: str) -> Outcome:
        """Propose this file in the place of that of `blob`, as the owner of the token."""
        try:
            return self._propose(self.connect(token), self._path_in(path), payload, blob)
        except ForgeError as error:
            return Outcome(fault=_told(error))

    def _propose(self, forge: Forge, path: str, payload: bytes, blob: str) -> Outcome:
        project = forge.project(path)
        if fault := _closed(project):
            return Outcome(fault=fault)
        now = _notice(forge, project)
        if now and now.payload == payload:
            return Outcome(fault=UNCHANGED)
        if (now.blob if now else "") != blob:
            return Outcome(project=project, current=now or ProjectFile(path=NAME, blob=""))
        home = project if forge.can_push(project.id) else forge.fork(project.id)
        start = forge.branch(project.id, project.default_branch)
        branch = _own_branch(forge, home)
        if start is None or not branch:
            return Outcome(fault=TOO_MANY if start else EMPTY)
        verb = "Met à jour" if now else "Ajoute"
        forge.commit(
            home.id,
            branch=branch,
            start=start.commit,
            start_project=None if home is project else project.id,
            path=now.path if now else NAME,
            payload=payload,
            exists=now is not None,
            message=f"{verb} la notice {NAME}",
        )
        opened = forge.open_merge_request(
            project.id,
            source_project=home.id,
            source_branch=branch,
            target_branch=project.default_branch,
            title=f"{verb} la notice {NAME}",
            description=self._description(),
        )
        log.info("proposed project=%s merge_request=%s", project.id, opened.iid)
        return Outcome(url=opened.url)

    def _path_in(self, text: str) -> str:
        """ "group/project", from it or from the address of one of its pages. Raise ForgeMissing."""
        parts = urlsplit(text.strip())
        if parts.netloc and parts.netloc.casefold() != urlsplit(self.url).netloc.casefold():
            raise ForgeMissing(MISSING)
        path = unquote(parts.path).partition("/-/")[0].strip("/").removesuffix(".git")
        if len(path) > LONGEST or not PATH.fullmatch(path):
            raise ForgeMissing(MISSING)
        return path

    def _description(self) -> str:
        editor = f"[l’éditeur du catalogue]({self.site}/editeur)" if self.site else "l’éditeur"
        return (
            f"Cette notice a été écrite avec {editor}. Une fois la demande fusionnée, elle fait"
            " connaître le projet dans le catalogue des communs numériques éducatifs\u00a0; vous pouvez"
            f" la corriger quand vous voulez, dans le fichier `{NAME}`."
        )


def _closed(project: Project) -> str:
    """Why nothing can be proposed to a project, "" when it can."""
    if project.archived:
        return ARCHIVED
    if project.merge_requests is False:
        return DISABLED
    return "" if project.default_branch else EMPTY


def _notice(forge: Forge, project: Project) -> ProjectFile | None:
    """The file that the crawl reads, if there is one."""
    tree = forge.tree(project.id, project.default_branch) if project.default_branch else ()
    found = {each.path.casefold(): each.path for each in tree}
    path = next((found[name] for name in NOTICE if name in found), "")
    return forge.file(project.id, path, project.default_branch) if path else None


def _own_branch(forge: Forge, home: Project) -> str:
    """The branch of this maintainer's notices; another one where somebody else went on with it."""
    me = forge.me()
    if me is None:
        raise ForgeDenied("A proposal needs a token.")
    name = f"notice-{me.username}"
    for candidate in (name, *(f"{name}-{number}" for number in range(2, BRANCHES + 1))):
        there = forge.branch(home.id, candidate)
        if there is None or is_by(there, me):
            return candidate
    return ""


def _told(error: ForgeError) -> str:
    """A fault of the forge, for a teacher; the words of the error itself are for the operator."""
    log.warning("editor forge error=%r", str(error))
    if isinstance(error, ForgeMissing):
        return MISSING
    if isinstance(error, ForgeDenied):
        return (
            "La forge refuse\u00a0: votre connexion a pris fin, ou ce projet n’accepte pas que vous lui"
            " proposiez un changement."
        )
    if isinstance(error, ForgeConflict):
        return "Le projet a changé pendant l’envoi\u00a0: réessayez."
    return (
        "La forge ne répond pas. Votre notice est intacte\u00a0: réessayez dans quelques minutes, ou"
        " téléchargez le fichier."
    )
