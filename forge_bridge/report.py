"""What the bot writes on the forge, in French: descriptions of merge requests, notes. Pure.

The words are in messages/, one file a message. Whatever comes from a project goes through escape.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import quote

from metadata.hints import Evidence, Proposed
from metadata.project import Snapshot

from .conduct import BotSettings
from .escape import escape
from .offer import Offer

MESSAGES = Path(__file__).parent / "messages"

#: Where evidence may stand that is no file.
PLACES = {
    "name": "le nom du projet",
    "topics": "les sujets du projet",
    "description": "la description du projet",
}

#: So many pieces of evidence convince; more would only be long.
EVIDENCE = 3


@cache
def template(name: str) -> Template:
    return Template((MESSAGES / f"{name}.md").read_text(encoding="utf-8"))


def title_of(offer: Offer) -> str:
    """The title of a merge request, and of its commit."""
    if offer.instead is None:
        return "Ajouter commun.yml, la fiche du projet au catalogue"
    if offer.fixes and not offer.values:
        return f"{offer.path}\u00a0: remplacer des valeurs périmées"
    return f"{offer.path}\u00a0: compléter la fiche du projet"


def body_of(offer: Offer, snapshot: Snapshot, settings: BotSettings) -> str:
    """The description of a merge request."""
    name = "new" if offer.instead is None else "change"
    return template(name).substitute(
        path=offer.path,
        catalogue=_catalogue(settings),
        values=_values(offer.values, snapshot),
        questions=_questions(offer.questions, snapshot),
        fixes=_fixes(offer),
        how=_how(snapshot, settings),
    )


def badge_of(slug: str, settings: BotSettings) -> tuple[str, str]:
    """The addresses of a commun's page and of its badge."""
    return f"{settings.catalogue}/communs/{slug}", f"{settings.catalogue}/badges/{slug}.svg"


def _catalogue(settings: BotSettings) -> str:
    name = "le catalogue des communs numériques éducatifs"
    return f"[{name}]({settings.catalogue})" if settings.catalogue else name


def _values(values: Iterable[Proposed], snapshot: Snapshot, asking: str = "") -> str:
    lines = (
        f"- **{each.key}**\u00a0: {escape(', '.join(each.texts), 300)}{asking}\n"
        + "".join(f"  - {_place(one, snapshot)}\n" for one in each.evidence[:EVIDENCE])
        for each in values
    )
    return "".join(lines)


def _questions(questions: Iterable[Proposed], snapshot: Snapshot) -> str:
    asked = _values(questions, snapshot, "\u202f?")
    return f"\n### À préciser\n\nLe fichier le demande en commentaire.\n\n{asked}" if asked else ""


def _place(evidence: Evidence, snapshot: Snapshot) -> str:
    excerpt = escape(evidence.excerpt)
    quoted = f"\u00a0: «\u00a0{excerpt}\u00a0»" if excerpt else ""
    if evidence.path in PLACES:
        return f"d’après {PLACES[evidence.path]}{quoted}"
    line = f", ligne\u00a0{evidence.line}" if evidence.line else ""
    return f"d’après [{escape(evidence.path)}{line}]({address_of(evidence, snapshot)}){quoted}"


def address_of(evidence: Evidence, snapshot: Snapshot) -> str:
    """The page of the forge that shows a line of a file, as it was when it was read."""
    project, file = snapshot.project, snapshot.file(evidence.path)
    ref = (file.commit if file else "") or project.default_branch
    line = f"#L{evidence.line}" if evidence.line else ""
    return f"{project.url}/-/blob/{quote(ref)}/{quote(evidence.path)}{line}"


def _fixes(offer: Offer) -> str:
    return "".join(
        f"- ligne\u00a0{fix.line}\u00a0: {escape(each.message, 300)} {escape(each.remedy, 300)}\n"
        for fix in offer.fixes
        for each in (fix.finding, *fix.also)
    )


def _how(snapshot: Snapshot, settings: BotSettings) -> str:
    editor = contact = ""
    if settings.catalogue:
        address = f"{settings.catalogue}/editeur?projet={quote(snapshot.project.path)}"
        editor = f"- Ou avec [l’éditeur du catalogue]({address}), sans écrire de YAML.\n"
    if settings.contact:
        link = settings.contact if "://" in settings.contact else f"mailto:{settings.contact}"
        contact = f" Une question\u202f? [Écrivez-nous]({link})."
    publisher = f", tenu par {escape(settings.publisher)}" if settings.publisher else ""
    return template("how").substitute(editor=editor, contact=contact, publisher=publisher)
