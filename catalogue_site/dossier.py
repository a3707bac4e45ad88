"""The pages of the back-office on one entry: what all of them show, and how an act of theirs is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from indexer.entry import LIVE, Entry, title_of
from indexer.errors import CaseMoved
from indexer.journal import Line, Wanted
from indexer.qualifications import Examined
from metadata import MetadataError, parse
from metadata.case import PUBLIC, Act, Action, Actor, Case, Event
from metadata.caseflow import fold
from metadata.checks import check, is_for_gar, profile_of
from metadata.finding import Finding, Severity
from metadata.qualification import Refused, decide, face_at, why_not

from . import journalwords, presentation
from .curation import actor
from .errand import ROOT
from .faults import Answer
from .site import bring_level, current_site, store

#: What a page answers when the rules refuse, and when somebody else was there first.
REFUSED, MOVED = 422, 409

#: The pages of an entry that qualification concerns, in order: what each is called.
PAGES = {
    "": "Examen",
    "/decision": "Décision",
    "/preuves": "Preuves",
    "/suivi": "Suivi",
    "/retour": "Retour à l’éditeur",
}
#: Those of an entry whose source publishes all that it gives.
PAGES_FOR_ALL = ("/preuves", "/suivi")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """An entry on the desk of somebody: its notice, its journal, and what they add up to."""

    entry: Entry
    examined: Examined
    lines: Sequence[Line]  # of its journal, the oldest first
    case: Case
    by: Actor
    now: datetime

    @property
    def slug(self) -> str:
        return self.entry.slug

    @property
    def address(self) -> str:
        return f"{ROOT}/{self.slug}"

    @property
    def title(self) -> str:
        """As its feed gives it now."""
        return title_of(self.examined.record) or "Ressource sans titre"

    @property
    def is_concerned(self) -> bool:
        """Does qualification concern it?"""
        source = store().runs.status(self.entry.source)
        return bool(self.case.decisions) or bool(source and source.info.publish == "qualified")

    @property
    def is_live(self) -> bool:
        """Does its source still show it, and nobody took it down?"""
        return self.entry.state in LIVE

    @property
    def is_public(self) -> bool:
        return face_at(self.case, self.now) in PUBLIC

    @property
    def events(self) -> list[Event]:
        return [line.event for line in self.lines]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the controls say of its notice: those of the GAR when it is reached through it."""
        raw = store().payload(self.slug)
        try:
            reading = parse(raw)
        except MetadataError:  # an older reader took it: what the pages show is its title
            return ()
        profile = "gar" if is_for_gar(reading.record) else profile_of(raw.format)
        return check(reading, profile, raw.payload)

    def before(self, seen: int) -> Case:
        """The case as it was when its journal had so many lines."""
        return fold(self.events[:seen])

    def why_not(self, act: Act) -> str:
        """Why whoever is at work may not do this now; "" when they may."""
        return why_not(self.case, act, self.by, self.now)

    def may(self, act: Act) -> bool:
        return not self.why_not(act)

    def rehearse(self, action: Action) -> None:
        """Raise Refused when this could not be done now."""
        decide(self.case, action, self.by, self.now, self.examined.content)


def opened(slug: str) -> Dossier:
    """The dossier of an entry. Raise RecordNotFound."""
    entry = store().get(slug)
    kept = store().qualifications
    lines = [*reversed(kept.journal(Wanted(slug=entry.slug)))]
    return Dossier(
        entry=entry,
        examined=kept.examined(entry.slug),
        lines=lines,
        case=fold(line.event for line in lines),
        by=actor(),
        now=current_site().clock(),
    )


def page(template: str, dossier: Dossier, **shown: Any) -> str:
    """One of its pages. `fault` is what is to be mended, `meanwhile` how many lines were seen."""
    seen = shown.pop("meanwhile", None)
    return render_template(
        template,
        dossier=dossier,
        case=dossier.case,
        face=face_at(dossier.case, dossier.now),
        pages=[
            (dossier.address + path, name)
            for path, name in PAGES.items()
            if dossier.is_concerned or path in PAGES_FOR_ALL
        ],
        done=DONE.get(request.args.get("fait", ""), ""),
        meanwhile=[] if seen is None else dossier.lines[seen:],
        moment=presentation.moment,
        time_of=presentation.time_of,
        told=journalwords.told,
        state_label=journalwords.state,
        GRAVITY=GRAVITY,
        sent=request.form,
        sent_refusals=request.form.getlist("refus"),
        acting=_acting(),
        link=presentation.link(dossier.examined.record),
        Act=Act,
        **shown,
    )


def _acting() -> str:
    """The act that was tried, and whose form is shown again; "" when one only reads."""
    named = request.form.get("acte", "")
    return named or request.path.rpartition("/")[2] if request.form else ""


GRAVITY = {
    Severity.ERROR: "À corriger",
    Severity.WARNING: "À vérifier",
    Severity.INFO: "À savoir",
}

#: What is said once an act is done.
DONE: Mapping[str, str] = {
    Act.TAKE: "L’instruction commence : les critères sont ouverts.",
    Act.RELEASE: "L’instruction est abandonnée.",
    Act.ASSESS: "Vos avis sont enregistrés.",
    Act.CHECK: "Les contrôles automatiques ont été refaits.",
    Act.ASSIGN: "L’affectation est enregistrée.",
    Act.NOTE: "La note est ajoutée.",
    Act.DECLARE_INTEREST: "Votre intérêt est déclaré : une autre personne s’en chargera.",
    Act.PROPOSE: "La proposition est faite : une autre personne en décidera.",
    Act.SEND_BACK: "La ressource est renvoyée à l’instruction.",
    Act.QUALIFY: "La ressource est qualifiée : le public la voit.",
    Act.REFUSE: "La ressource est refusée. Son éditeur peut en être averti par la page « Retour à l’éditeur ».",
    Act.ASK_SUSPENSION: "La suspension est demandée : une autre personne doit la confirmer.",
    Act.ASK_WITHDRAWAL: "Le retrait est demandé : une autre personne doit le confirmer.",
    Act.SUSPEND: "La ressource est suspendue : le public ne voit plus que son titre et le motif.",
    Act.WITHDRAW: "La ressource est retirée : le public ne voit plus que son titre et le motif.",
    Act.DISMISS: "La demande est écartée.",
    Act.ADD_EVIDENCE: "L’élément de preuve est ajouté.",
    Act.EVIDENCE_NOT_APPLICABLE: "Le volet est déclaré sans objet.",
    Act.WITHDRAW_EVIDENCE: "L’élément de preuve est retiré.",
}


def perform(dossier: Dossier, action: Action, *, seen: int | None = None) -> None:
    """Do it, and let the index follow. Raise Refused, CaseMoved."""
    store().qualifications.act(dossier.slug, action, dossier.by, dossier.now, seen=seen)
    bring_level()


def onward(dossier: Dossier, act: Act, page: str = "") -> Response:
    """To one of its pages, now that something was done."""
    return redirect(f"{dossier.address}{page}?fait={act}", 303)


#: How a page shows itself again, with what was sent: `fault`, and `meanwhile` when it was stale.
Again = Callable[..., str]


def attempt(dossier: Dossier, action: Action, after: str, again: Again) -> Answer | Response:
    """Do it and go on to a page; else show this one again, with why not."""
    try:
        if not _is_sent_twice(dossier, action):
            perform(dossier, action, seen=seen())
    except (CaseMoved, Refused) as error:
        found = opened(dossier.slug)
        if not _is_sent_twice(found, action):
            if isinstance(error, CaseMoved):
                return again(found, fault=STALE, meanwhile=seen()), MOVED
            return again(found, fault=str(error)), REFUSED
    return onward(dossier, action.act, after)


#: Two clicks of one hand are no further apart.
TWICE = timedelta(seconds=10)


def _is_sent_twice(dossier: Dossier, action: Action) -> bool:
    """Is this the last thing that they did, a moment ago? Then they pressed the button twice."""
    last = next((each for each in reversed(dossier.events) if each.by == dossier.by.name), None)
    return (
        last is not None
        and last.act is action.act
        and dossier.now - last.at < TWICE
        and action.to == last.data.get("to", "")
        and action.said().items() <= last.data.items()  # the rules may have said more
    )


STALE = (
    "Ce dossier a changé depuis que vous l’avez ouvert : rien n’a été enregistré. Voyez ce qui s’est"
    " passé, puis recommencez si c’est toujours ce que vous voulez."
)


def seen() -> int | None:
    """How many lines the journal had when the form was made."""
    number = request.form.get("lignes", "")
    return int(number) if number.isdecimal() and len(number) < 10 else None


def written(name: str) -> str:
    """What was written in a field, with the line ends of here."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()
