"""What the page of the badges of one resource says: plain objects, and the same as JSON. No HTML, no store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from metadata import publicview
from metadata.badges import Badge
from metadata.case import PUBLIC, Case, Event, Face, Opinion, Proof, Verdict
from metadata.criteria import Criterion
from metadata.publicview import Step
from metadata.qualification import face_at
from metadata.strangers.weblink import is_web

from .presentation import Moment, moment

Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What was thought of one criterion."""

    criterion: Criterion
    opinion: Opinion
    by: str  # a role
    at: Moment | None
    proofs: tuple[Proof, ...]

    @property
    def is_assessed(self) -> bool:
        return self.opinion.verdict is not Verdict.NOT_ASSESSED


@dataclass(frozen=True, kw_only=True, slots=True)
class Qualification:
    """How the qualification of an entry stands, as the public is told."""

    face: Face
    words: str  # what it means, in a sentence
    since: Moment | None
    until: Moment | None
    by: str
    reason: str
    criteria: str  # the version, "" before Balise
    families: tuple[tuple[str, tuple[Judged, ...]], ...]
    history: tuple[tuple[Moment, Step], ...]

    @property
    def stands(self) -> bool:
        return self.face in PUBLIC


def qualification(case: Case, events: Iterable[Event], now: datetime) -> Qualification | None:
    """None where there is nothing that the public may know."""
    face, decision = face_at(case, now), publicview.decision_of(case)
    if face is Face.NONE or decision is None:
        return None
    since = publicview.since(case, now)
    stands = face in PUBLIC
    judged = [_judged(*each) for each in publicview.opinions(decision)] if stands else []
    return Qualification(
        face=face,
        words=WORDS[face],
        since=moment(since) if since else None,
        until=moment(decision.until) if stands and decision.until else None,
        by=publicview.BEFORE if decision.is_imported else publicview.DECIDER,
        reason=decision.reason if stands else case.left_reason,
        criteria=decision.criteria,
        families=tuple(
            (family, tuple(each)) for family, each in groupby(judged, lambda j: j.criterion.family)
        ),
        history=tuple((moment(step.at), step) for step in publicview.history(events, now)),
    )


def _judged(criterion: Criterion, opinion: Opinion) -> Judged:
    return Judged(
        criterion=criterion,
        opinion=opinion,
        by=publicview.EXAMINER,
        at=moment(opinion.at) if opinion.at else None,
        proofs=opinion.proofs,
    )


WORDS = {
    Face.QUALIFIED: "Le ministère a examiné cette ressource et l’a qualifiée.",
    Face.REEXAMINE: (
        "Le ministère a qualifié cette ressource, puis son éditeur en a modifié la notice. La fiche montre"
        " ce qui a été qualifié, en attendant un nouvel examen."
    ),
    Face.SUSPENDED: "Le ministère a suspendu cette qualification\u00a0: la ressource n’est plus au catalogue.",
    Face.WITHDRAWN: "Le ministère a retiré cette qualification\u00a0: la ressource n’est plus au catalogue.",
    Face.EXPIRED: (
        "La qualification est arrivée à son terme sans être renouvelée\u00a0: la ressource n’est plus au"
        " catalogue."
    ),
}


def said(qualification: Qualification) -> Answer:
    """The same as JSON."""
    return {
        "state": str(qualification.face),
        "label": qualification.face.label,
        "meaning": qualification.words,
        "since": qualification.since and qualification.since.iso,
        "until": qualification.until and qualification.until.iso,
        "by": qualification.by,
        "reason": qualification.reason or None,
        "criteria_version": qualification.criteria or None,
        "criteria": [_criterion(each) for _, several in qualification.families for each in several],
        "history": [_step(when, step) for when, step in qualification.history],
    }


def _criterion(judged: Judged) -> Answer:
    criterion, opinion = judged.criterion, judged.opinion
    return {
        "id": criterion.key,
        "family": criterion.family,
        "label": criterion.label,
        "question": criterion.question,
        "reference": {"title": criterion.reference, "address": criterion.address},
        "verdict": str(opinion.verdict),
        "verdict_label": opinion.verdict.label,
        "reason": opinion.reason or None,
        "by": judged.by if judged.is_assessed else None,
        "at": judged.at and judged.at.iso,
        "evidence": [_proof(proof) for proof in judged.proofs],
    }


def _proof(proof: Proof) -> Answer:
    kind = "address" if is_web(proof.reference) else "sha256"
    return {kind: proof.reference.removeprefix("sha256:"), "at": proof.at.date().isoformat()}


def _step(when: Moment, step: Step) -> Answer:
    return {
        "at": when.iso,
        "what": step.what,
        "by": step.by,
        "reason": step.reason or None,
        "until": step.until and step.until.date().isoformat(),
        "criteria_version": step.criteria or None,
    }


def badge(badge: Badge, picture: str) -> Answer:
    """A badge of a commun, as JSON."""
    return {
        "id": badge.id,
        "label": badge.label,
        "held": badge.held,
        "rule": badge.rule,
        "why": badge.why,
        "remedy": badge.remedy or None,
        "since": badge.since and badge.since.date().isoformat(),
        "until": badge.until and badge.until.date().isoformat(),
        "picture": picture,
    }
