"""Curators at work, for the tests of what the public sees of it."""

from __future__ import annotations

from datetime import datetime

from indexer.store import SqlStore
from metadata.case import Act, Action, Actor, Opinion, Role, State, Verdict
from metadata.criteria import criteria

EXAMINER = Actor(name="inès", roles=frozenset({Role.EXAMINER}))
DECIDER = Actor(name="denis", roles=frozenset({Role.DECIDER}))
OTHER = Actor(name="olga", roles=frozenset({Role.DECIDER}))

PIECE = "https://editeur.example/rgpd"

#: Favorable on everything, with a reserve on one criterion.
OPINIONS = {each.key: Opinion(verdict=Verdict.FAVORABLE) for each in criteria().criteria} | {
    "rgpd": Opinion(
        verdict=Verdict.RESERVED,
        reason="Le registre est incomplet.",
        references=(PIECE, "a" * 64),
    )
}


def examine(store: SqlStore, slug: str, now: datetime) -> None:
    """Begin, and say what one thinks of everything."""
    for action in (
        Action(act=Act.TAKE),
        Action(act=Act.ASSESS, opinions=OPINIONS),
        Action(act=Act.NOTE, text="À revoir avec Paul."),
    ):
        store.qualifications.act(slug, action, EXAMINER, now)


def propose(store: SqlStore, slug: str, now: datetime) -> None:
    """From its examination to the proposal that it be qualified."""
    examine(store, slug, now)
    action = Action(act=Act.PROPOSE, outcome=State.QUALIFIED)
    store.qualifications.act(slug, action, EXAMINER, now)


def qualify(store: SqlStore, slug: str, now: datetime) -> None:
    """From its examination to its decision."""
    propose(store, slug, now)
    action = Action(act=Act.QUALIFY, reason="Conforme.")
    store.qualifications.act(slug, action, DECIDER, now)


def suspend(store: SqlStore, slug: str, now: datetime, reason: str) -> None:
    asked = Action(act=Act.ASK_SUSPENSION, reason=reason)
    store.qualifications.act(slug, asked, EXAMINER, now)
    store.qualifications.act(slug, Action(act=Act.SUSPEND), OTHER, now)
