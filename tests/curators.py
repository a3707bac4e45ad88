"""Curators at work, for the tests of what the public sees of it."""

from __future__ import annotations

from datetime import date, datetime

from indexer.store import SqlStore
from metadata.case import Act, Action, Actor, Opinion, Role, State, Verdict
from metadata.criteria import criteria
from metadata.evidencecolumns import texts_of
from metadata.evidenceitem import Design, Item, Strand

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


def gather(store: SqlStore, slug: str, now: datetime) -> None:
    """Evidence of all kinds: solid figures, an old study of the publisher, nothing told by teachers."""
    about = "https://etudes.example"
    for item in (
        Item(
            strand=Strand.RESEARCH,
            title="Les élèves de 4e nomment mieux les sortes d’éruptions.",
            reference=f"{about}/volcans",
            origin="Éditions d’essai",
            dated=date(now.year - 9, 5, 1),
            independent=False,
            design=Design.QUASI,
            size=120,
            places=4,
            context="4e, SVT",
        ),
        Item(
            strand=Strand.USAGE,
            reference="b" * 64,
            origin="ENT de l’académie d’Exemple",
            dated=date(now.year - 1, 6, 30),
            begun=date(now.year - 2, 9, 1),
            independent=True,
            size=12_400,
            places=61,
        ),
    ):
        added = Action(act=Act.ADD_EVIDENCE, evidence=texts_of(item))
        store.qualifications.act(slug, added, EXAMINER, now)
