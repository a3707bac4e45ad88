"""What is said of qualifying an entry: who, what, when, and the case that it makes. Data only.

How a case moves is in qualification.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from .strangers.weblink import is_web


class _Labelled(StrEnum):
    """A word that is kept, and the French that is read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Role(_Labelled):
    """What the groups of somebody on the forge let them do here."""

    READER = "lecteur", "lecteur"
    EXAMINER = "instructeur", "instructeur"
    DECIDER = "decideur", "décideur"
    ADMINISTRATOR = "administrateur", "administrateur"


class State(_Labelled):
    """Where the curators' work on an entry stands."""

    TO_REVIEW = "a-instruire", "à instruire"
    UNDER_REVIEW = "en-instruction", "en instruction"
    PROPOSED = "proposee", "proposée"
    QUALIFIED = "qualifiee", "qualifiée"
    REFUSED = "refusee", "refusée"
    TO_REEXAMINE = "a-reexaminer", "à réexaminer"
    SUSPENDED = "suspendue", "suspendue"
    WITHDRAWN = "retiree", "retirée"
    EXPIRED = "expiree", "expirée"


class Face(_Labelled):
    """What the public sees of an entry: see the table of states in docs/qualification.md."""

    NONE = "aucune", "non qualifiée"
    QUALIFIED = "qualifiee", "qualifiée"
    REEXAMINE = "a-reexaminer", "à réexaminer"
    SUSPENDED = "suspendue", "suspendue"
    WITHDRAWN = "retiree", "retirée"
    EXPIRED = "expiree", "expirée"


#: Faces under which an entry is in the catalogue.
PUBLIC = (Face.QUALIFIED, Face.REEXAMINE)

#: Faces of what was in the catalogue, and was taken out of it.
OUT = (Face.SUSPENDED, Face.WITHDRAWN, Face.EXPIRED)


def face_of(face: Face, ends: datetime | None, now: datetime) -> Face:
    """What the public sees now: a decision ends at its hour, whether or not that was noted yet."""
    return Face.EXPIRED if face in PUBLIC and ends is not None and ends <= now else face


class Verdict(_Labelled):
    """An opinion on one criterion."""

    FAVORABLE = "favorable", "favorable"
    RESERVED = "reserve", "favorable avec réserve"
    UNFAVORABLE = "defavorable", "défavorable"
    NOT_APPLICABLE = "non-applicable", "non applicable"
    NOT_ASSESSED = "non-evalue", "non évalué"


class Act(_Labelled):
    """What may be done, under the name that the journal and the command line give it."""

    ASSIGN = "affecter", "affecter"
    TAKE = "instruire", "instruire"
    RELEASE = "abandonner", "abandonner l’instruction"
    ASSESS = "evaluer", "évaluer"
    NOTE = "noter", "ajouter une note"
    DECLARE_INTEREST = "declarer-interet", "déclarer un intérêt"
    PROPOSE = "proposer", "proposer une décision"
    SEND_BACK = "renvoyer", "renvoyer à l’instruction"
    QUALIFY = "qualifier", "qualifier"
    REFUSE = "refuser", "refuser"
    ASK_SUSPENSION = "demander-suspension", "demander la suspension"
    ASK_WITHDRAWAL = "demander-retrait", "demander le retrait"
    SUSPEND = "suspendre", "suspendre"
    WITHDRAW = "retirer", "retirer"
    DISMISS = "ecarter", "écarter la demande"
    ADD_EVIDENCE = "preuve", "ajouter un élément de preuve"
    WITHDRAW_EVIDENCE = "preuve-retiree", "retirer un élément de preuve"
    EVIDENCE_NOT_APPLICABLE = "preuve-sans-objet", "déclarer un volet de preuve sans objet"
    IMPORT = "importer", "importer une décision"
    # Balise's own.
    CHECK = "verifier", "vérifier"
    CONTENT_CHANGED = "contenu-modifie", "constater un contenu modifié"
    CONTENT_BACK = "contenu-revenu", "constater un contenu revenu"
    WARN = "prevenir", "prévenir de l’échéance"
    EXPIRE = "expirer", "constater l’échéance"
    WRITE = "ecrire", "écrire aux curateurs"
    # On what feeds bring.
    MAP = "associer", "associer une valeur à un concept"
    UNMAP = "dissocier", "défaire une association"
    JOIN = "joindre", "joindre deux notices"
    TELL_APART = "distinguer", "distinguer deux notices"
    FORGET_PAIR = "oublier-paire", "défaire un rapprochement"
    CONFIRM_DROP = "confirmer-baisse", "confirmer une baisse"
    ACCEPT_SOURCE = "accepter-source", "accepter une source"
    REFUSE_SOURCE = "refuser-source", "refuser une source"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Somebody, by their name on the forge, with their roles."""

    name: str
    roles: frozenset[Role] = frozenset()
    number: str = ""  # the forge's own for them, whatever they call themselves; "" when unknown


#: What the program does by itself.
BALISE = Actor(name="balise")


class Proof(NamedTuple):
    """What an opinion rests on: the address of a page, or the SHA-256 of a file; who gave it, when."""

    reference: str
    by: str
    at: datetime


SHA_256 = re.compile(r"(sha256:)?[0-9a-f]{64}", re.IGNORECASE)


def is_reference(text: str) -> bool:
    """Can an opinion rest on it? The address of a page, or the SHA-256 of a file."""
    return is_web(text) or SHA_256.fullmatch(text) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """A verdict on a criterion, with its reason, what it rests on, who said so and when."""

    verdict: Verdict
    reason: str = ""
    references: tuple[str, ...] = ()  # as given; with who and when in `proofs`
    proofs: tuple[Proof, ...] = ()
    by: str = ""
    at: datetime | None = None

    def said(self) -> dict[str, Any]:
        """What the journal keeps of it: who and when are the line's own."""
        references = [*self.references]
        return {"verdict": str(self.verdict), "reason": self.reason, "references": references}


def opinion_of(said: Mapping[str, Any], event: Event, before: Opinion | None) -> Opinion:
    """An opinion as an event gives it; a proof that was there before keeps who gave it, and when."""
    known = {proof.reference: proof for proof in before.proofs} if before else {}
    references = tuple(said.get("references", ()))
    return Opinion(
        verdict=Verdict(said["verdict"]),
        reason=said.get("reason", ""),
        references=references,
        proofs=tuple(known.get(each) or Proof(each, event.by, event.at) for each in references),
        by=event.by,
        at=event.at,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """What somebody wants to do. What an act does not ask for stays empty."""

    act: Act
    reason: str = ""  # that its publisher, and for a binding decision the public, may read
    text: str = ""  # a note that stays between curators
    to: str = ""  # whom the entry is assigned to
    opinions: Mapping[str, Opinion] = field(default_factory=dict)  # by criterion
    outcome: State | None = None  # QUALIFIED or REFUSED: what is proposed, or was decided
    refusals: tuple[str, ...] = ()  # reasons of the list
    until: datetime | None = None  # a decision may end before its two years
    content: str = ""  # the fingerprint of what was read; "" when it does not matter
    evidence: Mapping[str, Any] = field(default_factory=dict)  # see evidencejournal.py
    days: int = 0  # of a warning
    decided: datetime | None = None  # of a decision taken before Balise, as are the next two
    proposer: str = ""
    decider: str = ""

    def said(self) -> dict[str, Any]:
        """What the journal keeps of it, as what JSON knows."""
        values: dict[str, Any] = {
            "reason": self.reason.strip(),
            "text": self.text.strip(),
            "to": self.to,
            "opinions": {name: opinion.said() for name, opinion in self.opinions.items()},
            "outcome": self.outcome and str(self.outcome),
            "refusals": [*self.refusals],
            "until": self.until and self.until.isoformat(),
            "evidence": dict(self.evidence),
            "days": self.days,
            "decided": self.decided and self.decided.isoformat(),
            "proposer": self.proposer,
            "decider": self.decider,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A line of the journal of an entry: what was done, by whom, when. It never changes."""

    act: Act
    by: str
    at: datetime
    roles: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A decision, or a proposal of one: on which content, under which criteria, until when."""

    outcome: State
    by: str
    at: datetime
    proposer: str = ""
    content: str = ""  # fingerprint of the meaningful fields
    criteria: str = ""  # version; "" when it was taken before Balise
    until: datetime | None = None
    reason: str = ""
    refusals: tuple[str, ...] = ()
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    is_imported: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A suspension or a withdrawal that waits for a second person."""

    act: Act
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An entry before the curators."""

    state: State = State.TO_REVIEW
    face: Face = Face.NONE
    lines: int = 0  # of its journal: its version, for two people who save at once
    since: datetime | None = None  # when it came into its state; None: since it arrived
    assignee: str = ""
    criteria: str = ""  # the version under which it is examined
    opinions: Mapping[str, Opinion] = field(default_factory=dict)  # of people, by criterion
    suggested: Mapping[str, Opinion] = field(default_factory=dict)  # of the automatic checks
    proposal: Decision | None = None
    asked: Asked | None = None
    interests: frozenset[str] = frozenset()  # who declared one
    content: str = ""  # fingerprint of the notice at the last line
    people: frozenset[tuple[str, str]] = frozenset()  # who acted: name without case, and number
    decisions: tuple[Decision, ...] = ()
    changed: datetime | None = None  # when the content qualified was changed by its feed
    left: datetime | None = None  # when it was suspended, withdrawn or expired
    left_reason: str = ""
    warned: frozenset[int] = frozenset()
    notes: tuple[Event, ...] = ()
    evidence: tuple[Event, ...] = ()

    def is_one_of(self, name: str, number: str, *names: str) -> bool:
        """Is somebody one of these people of the case, even under another name than they had then?

        A forge does not tell cases apart in the names of people.
        """
        return any(
            name.casefold() == other.casefold()
            or bool(number and (other.casefold(), number) in self.people)
            for other in names
        )

    @property
    def decision(self) -> Decision | None:
        """The last one."""
        return self.decisions[-1] if self.decisions else None
