"""What people decide of what feeds bring: values mapped, duplicates, large drops, new sources.

Each decision and its line of the journal are one transaction, whoever takes it and wherever from:
the back-office and the command line come here. The index has to catch up after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from metadata.case import Act, Actor
from metadata.qualification import Refused, check_right

from . import drops, duplicates, journal, mappings, pairs
from .arrival import storable
from .duplicates import Name
from .entry import Drop, Mapped
from .errors import StoreError
from .pairs import Pair
from .schema import writing
from .terms import Mappings, name_of

if TYPE_CHECKING:
    from .preview import Candidate


class Curating:
    """Decisions on what feeds bring, in the database of a store. Raise Refused, or StoreError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    # Values

    def meanings(self) -> Mappings:
        """What unknown values were decided to mean."""
        with self._engine.connect() as db:
            return mappings.decided(db)

    def mapped(self) -> list[Mapped]:
        """The values that somebody mapped, the latest first."""
        with self._engine.connect() as db:
            return mappings.mapped(db)

    def map_value(self, value: str, uri: str, by: Actor, now: datetime, reason: str = "") -> int:
        """Say which concept a value means, wherever its vocabulary is expected.

        Return how many entries say it: the index will look at them again.
        """
        check_right(Act.MAP, by)
        with self._writer.begin() as tx:
            before = mappings.decided(tx)
            vocabulary, touched = mappings.decide(tx, value, uri, now)
            said = {"value": value, "concept": uri, "reason": reason, "entries": touched}
            if was := before.get((vocabulary, storable(name_of(value)))):
                said["was"] = was
            subject = value_subject(vocabulary, value)
            journal.append(tx, Act.MAP, by, now, subject=subject, data=said)
        return touched

    def unmap(self, vocabulary: str, value: str, by: Actor, now: datetime, reason: str) -> int:
        """Take back what a value means; return how many entries say it."""
        _check(Act.UNMAP, by, reason)
        with self._writer.begin() as tx:
            was, touched = mappings.forget(tx, vocabulary, value)
            said = {"value": value, "was": was, "reason": reason, "entries": touched}
            subject = value_subject(vocabulary, value)
            journal.append(tx, Act.UNMAP, by, now, subject=subject, data=said)
        return touched

    # Duplicates

    def pairs(self) -> list[Pair]:
        """What was decided of entries that look alike, the latest first."""
        with self._engine.connect() as db:
            return pairs.decided(db)

    def namesakes(self, names: Iterable[Name], *, but_of: str) -> dict[Name, list[str]]:
        """The live entries that bear each of these names, but those of a source."""
        with self._engine.connect() as db:
            return duplicates.namesakes(db, names, but_of=but_of)

    def judge_pairs(
        self, slugs: Sequence[str], *, same: bool, by: Actor, now: datetime, reason: str
    ) -> None:
        """Say that these entries are one resource, or that no two of them are."""
        act = Act.JOIN if same else Act.TELL_APART
        _check(act, by, reason)
        with self._writer.begin() as tx:
            pairs.decide(tx, slugs, same=same, reason=storable(reason), by=by.name, now=now)
            said = {"slugs": sorted({*slugs}), "reason": reason}
            journal.append(tx, act, by, now, subject=pair_subject(slugs), data=said)

    def forget_pair(self, slugs: Sequence[str], by: Actor, now: datetime, reason: str) -> None:
        """Take back what was said of two entries."""
        _check(Act.FORGET_PAIR, by, reason)
        first, second = sorted(slugs)
        with self._writer.begin() as tx:
            was = pairs.forget(tx, (first, second))
            if was is None:
                raise StoreError("Rien n’a été décidé de ces deux notices, ou plus maintenant.")
            said = {"slugs": [first, second], "same": was.same, "reason": reason}
            journal.append(tx, Act.FORGET_PAIR, by, now, subject=pair_subject(slugs), data=said)

    # Sources

    def leaving(self, source: str) -> list[str]:
        """The slugs of the entries that a held drop would take."""
        with self._engine.connect() as db:
            return drops.leaving(db, source)

    def confirm_drop(self, source: str, lost: int, by: Actor, now: datetime, reason: str) -> Drop:
        """Have the next harvest carry out a held drop, of as many entries as were seen."""
        _check(Act.CONFIRM_DROP, by, reason)
        with self._writer.begin() as tx:
            drop = drops.confirm(tx, source, lost, now)
            said = {"lost": drop.lost, "known": drop.known, "reason": reason}
            subject = source_subject(source)
            journal.append(tx, Act.CONFIRM_DROP, by, now, subject=subject, data=said)
        return drop

    def judge_source(
        self, candidate: Candidate, *, accepted: bool, by: Actor, now: datetime, reason: str
    ) -> None:
        """Write down that a source was accepted, or refused: the operator configures it."""
        act = Act.ACCEPT_SOURCE if accepted else Act.REFUSE_SOURCE
        _check(act, by, reason)
        said = {"source": candidate.said(), "reason": reason}
        with self._writer.begin() as tx:
            journal.append(tx, act, by, now, subject=source_subject(candidate.key), data=said)

    # The journal

    def lines(self, kind: str, limit: int = 100) -> list[journal.Line]:
        """What was done to values, to duplicates or to sources; the latest first."""
        with self._engine.connect() as db:
            return journal.lines(db, journal.Wanted(subject=f"{kind} "), limit=limit)

    def about(self, subject: str) -> list[journal.Line]:
        """What was done to this one; the latest first."""
        with self._engine.connect() as db:
            found = journal.lines(db, journal.Wanted(subject=subject))
        return [line for line in found if line.subject == subject]


#: What lines of the journal that concern no entry are about.
VALUE, PAIR, SOURCE = "valeur", "doublon", "source"


def value_subject(vocabulary: str, value: str) -> str:
    return f"{VALUE} {vocabulary} {storable(name_of(value))}"


def pair_subject(slugs: Iterable[str]) -> str:
    return " ".join((PAIR, *sorted({*slugs})))


def source_subject(key: str) -> str:
    return f"{SOURCE} {key}"


def _check(act: Act, by: Actor, reason: str) -> None:
    check_right(act, by)
    if not reason.strip():
        raise Refused(f"«\u00a0{act.label}\u00a0» demande un motif\u00a0: écrivez-le.")
