"""Qualification, kept: what curators do to an entry, in one transaction with what it changes.

The journal is the truth and everything else follows from it: the row of the case, the notice that the
public sees, whether the entry is published. The rules are metadata/qualification.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from metadata import MetadataError, RawRecord, Record
from metadata.case import BALISE, OUT, PUBLIC, Act, Action, Actor, Case, Event, Face
from metadata.case import State as CaseState
from metadata.caseflow import apply, fold
from metadata.meaning import Meaning, fingerprint, meaning
from metadata.qualification import WARNINGS, Refused, decide
from metadata.record import General, Text

from . import journal, notices, waiting
from .changes import batches, note
from .entry import LIVE
from .errors import CaseMoved, RecordNotFound
from .families import regrouping
from .journal import Line, Wanted
from .schema import CASES, DECIDED, ENTRIES, JOURNAL, PAYLOADS, SOURCES, AnyRow, writing
from .standing import live_state
from .waiting import Filter, Queued

#: After these, the public is shown the notice as it is now.
TAKES_NOTICE = (Act.QUALIFY, Act.IMPORT, Act.CONTENT_BACK)

#: What may be done of entries that no qualification concerns.
FOR_ALL = (Act.ADD_EVIDENCE, Act.WITHDRAW_EVIDENCE, Act.EVIDENCE_NOT_APPLICABLE, Act.NOTE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """An entry as a curator has to see it: what its feed says now, and what the public is shown."""

    record: Record
    meaning: Meaning
    shown: Meaning | None  # of the notice decided about; None when nothing is

    @property
    def content(self) -> str:
        """The fingerprint that a decision names."""
        return fingerprint(self.meaning)


class Qualifications:
    """What the curators' pages and commands ask of the database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def case(self, slug: str) -> Case:
        """The case of an entry. One that nobody touched is to be reviewed."""
        with self._engine.connect() as db:
            return fold(journal.events(db, slug))

    def examined(self, slug: str) -> Examined:
        """What its feed says now, and what the public is shown. Raise RecordNotFound."""
        with self._engine.connect() as db:
            row = _row(db, slug)
        shown = _read(notices.shown(row)) if row.shown is not None else None
        record = _read(notices.newest(row))
        return Examined(
            record=record, meaning=meaning(record), shown=meaning(shown) if shown else None
        )

    def act(
        self, slug: str, action: Action, by: Actor, now: datetime, *, seen: int | None = None
    ) -> Case:
        """Do something to an entry; `seen` is how many lines its journal had when it was read.

        Raise Refused when the rules forbid it, CaseMoved when somebody wrote a line meanwhile,
        RecordNotFound.
        """
        with self._writer.begin() as tx:
            row = _row(tx, slug)
            case = fold(journal.events(tx, row.slug))
            if seen is not None and seen != case.lines:
                raise CaseMoved("Quelqu’un a modifié ce dossier depuis que vous l’avez ouvert.")
            return _perform(tx, row, case, action, by, now)

    def rehearse(self, slug: str, action: Action, by: Actor, now: datetime) -> Case:
        """What `act` would do and raise, without anything done."""
        with self._writer.connect() as tx:  # what is not committed is undone
            row = _row(tx, slug)
            return _perform(tx, row, fold(journal.events(tx, row.slug)), action, by, now)

    def expire(self, now: datetime) -> int:
        """End the decisions whose time is over; how many."""
        due = (CASES.c.face.in_(PUBLIC)) & (CASES.c.ends <= now)
        with self._engine.connect() as db:
            if db.execute(sa.select(CASES.c.slug).where(due).limit(1)).first() is None:
                return 0
        return self._note_all(due, lambda case: Action(act=Act.EXPIRE), now)

    def warn(self, now: datetime) -> int:
        """Write down that decisions are about to end; how many had to be."""
        with self._engine.connect() as db:
            due = [row.slug for row in db.execute(_ending(now)) if _is_unsaid(row, now)]
        return sum(
            self._note_all(CASES.c.slug.in_(batch), lambda case: _warning(case, now), now)
            for batch in batches(due)
        )

    def _note_all(
        self,
        due: sa.ColumnElement[bool],
        action: Callable[[Case], Action | None],
        now: datetime,
    ) -> int:
        done = 0
        with self._writer.begin() as tx:
            for slug in tx.scalars(sa.select(CASES.c.slug).where(due)).all():
                case = fold(journal.events(tx, slug))
                if wanted := action(case):
                    _perform(tx, _row(tx, slug), case, wanted, BALISE, now)
                    done += 1
        return done

    def told(self) -> int:
        """The last line of the journal that curators were told of; 0 when they were told of none."""
        last = self.journal(Wanted(act=Act.WRITE), limit=1)
        return int(last[0].event.data["last"]) if last else 0

    def tell(self, last: int, entries: int, now: datetime) -> None:
        """Note that curators were told of all that happened up to this line."""
        with self._writer.begin() as tx:
            said = {"last": last, "entries": entries}
            journal.append(tx, Act.WRITE, BALISE, now, subject="courriel", data=said)

    # The queue and the journal

    def queue(self, wanted: Filter, *, limit: int | None = None, offset: int = 0) -> list[Queued]:
        """The entries that qualification concerns, the longest waiting first."""
        with self._engine.connect() as db:
            return waiting.queued(db, wanted, limit=limit, offset=offset)

    def counts(self, wanted: Filter) -> Mapping[CaseState, int]:
        """How many of them there are in each state."""
        with self._engine.connect() as db:
            return waiting.counts(db, wanted)

    def journal(self, wanted: Wanted, *, limit: int | None = None, offset: int = 0) -> list[Line]:
        """Lines of the journal, the latest first."""
        with self._engine.connect() as db:
            return journal.lines(db, wanted, limit=limit, offset=offset)

    def histories(self, source: str = "") -> Iterator[tuple[datetime, list[Event]]]:
        """Of each entry that something was done to: when it arrived, and what was done."""
        with self._engine.connect() as db:
            yield from journal.histories(db, source)

    def journal_size(self, wanted: Wanted) -> int:
        with self._engine.connect() as db:
            return journal.count(db, wanted)

    def broken_lines(self) -> list[int]:
        """The numbers of the lines that were changed behind the database's back."""
        with self._engine.connect() as db:
            return [*journal.broken(db)]


def follow(tx: sa.Connection, modified: Collection[str], now: datetime) -> None:
    """Let cases follow what a harvest changed of their entries; in its own transaction."""
    concerned = (
        sa.select(CASES.c.slug)
        .outerjoin(DECIDED, DECIDED.c.slug == CASES.c.slug)
        .where(DECIDED.c.slug.is_not(None) | CASES.c.state.in_(UNDER_WAY))
    )
    for batch in batches(modified):
        for slug in tx.scalars(concerned.where(CASES.c.slug.in_(batch))).all():
            _follow(tx, _row(tx, slug), now)


UNDER_WAY = (CaseState.UNDER_REVIEW, CaseState.PROPOSED)


def _follow(tx: sa.Connection, row: AnyRow, now: datetime) -> None:
    case = fold(journal.events(tx, row.slug))
    newest = meaning(_read(notices.newest(row)))
    if row.shown is not None and meaning(_read(notices.shown(row))) == newest:
        _as_qualified(tx, row, case, now)
    elif case.face is Face.QUALIFIED or (
        case.state in UNDER_WAY and case.content != fingerprint(newest)
    ):
        _perform(tx, row, case, Action(act=Act.CONTENT_CHANGED), BALISE, now)


def _as_qualified(tx: sa.Connection, row: AnyRow, case: Case, now: datetime) -> None:
    """Its feed says what was qualified, in other bytes, or says it again."""
    if case.face is Face.REEXAMINE:
        _perform(tx, row, case, Action(act=Act.CONTENT_BACK), BALISE, now)
    elif case.face is Face.QUALIFIED:
        _show_newest(tx, row)
        note(tx, [row.slug])


# One act


def _perform(
    tx: sa.Connection, row: AnyRow, case: Case, action: Action, by: Actor, now: datetime
) -> Case:
    if row.publish != "qualified" and not case.decisions and action.act not in FOR_ALL:
        raise Refused(
            f"La source « {row.source} » publie tout ce qu’elle donne : ses ressources ne passent pas"
            " par la qualification."
        )
    content = fingerprint(meaning(_read(notices.newest(row))))
    event = decide(case, action, by, now, content)
    after = apply(case, event)
    journal.append(
        tx,
        event.act,
        by,
        now,
        slug=row.slug,
        before=str(case.state),
        after=str(after.state),
        data=event.data,
    )
    _keep(tx, row.slug, after)
    if event.act in TAKES_NOTICE and after.face in PUBLIC:
        _show_newest(tx, row)
    elif after.face is Face.NONE and row.shown is not None:
        tx.execute(sa.delete(DECIDED).where(DECIDED.c.slug == row.slug))
    if after.face != case.face or event.act in TAKES_NOTICE:
        _publish(tx, row, after)
    return after


def _keep(tx: sa.Connection, slug: str, case: Case) -> None:
    decision = case.decision
    is_gone = case.face in OUT
    row = {
        "slug": slug,
        "state": str(case.state),
        "face": str(case.face),
        "lines": case.lines,
        "since": case.since,
        "assignee": case.assignee,
        "asked": str(case.asked.act) if case.asked else "",
        "decided": decision.at if decision else None,
        "ends": decision.until if decision else None,
        "criteria": decision.criteria if decision else "",
        "imported": decision is not None and decision.is_imported,
        "changed": case.changed,
        "left": case.left if is_gone else None,
        "reason": case.left_reason if is_gone else "",
    }
    tx.execute(sa.delete(CASES).where(CASES.c.slug == slug))
    tx.execute(sa.insert(CASES).values(row))


def _show_newest(tx: sa.Connection, row: AnyRow) -> None:
    tx.execute(sa.delete(DECIDED).where(DECIDED.c.slug == row.slug))
    kept = {"format": row.format, "part": row.part, "payload": row.payload}
    tx.execute(sa.insert(DECIDED).values(slug=row.slug, **kept))


def _publish(tx: sa.Connection, row: AnyRow, case: Case) -> None:
    if row.state in LIVE:
        state = live_state(row.publish, case.face)
        with regrouping(tx, [row.slug]):
            tx.execute(sa.update(ENTRIES).where(ENTRIES.c.slug == row.slug).values(state=state))
    note(tx, [row.slug])


def _ending(now: datetime) -> sa.Select[Any]:
    """What ends soon, and when it was last said."""
    warned = sa.func.max(JOURNAL.c.at).label("warned")
    said = sa.and_(JOURNAL.c.slug == CASES.c.slug, JOURNAL.c.act == str(Act.WARN))
    near = CASES.c.ends <= now + timedelta(days=max(WARNINGS))
    return (
        sa.select(CASES.c.slug, CASES.c.ends, CASES.c.decided, warned)
        .outerjoin(JOURNAL, said)
        .where(CASES.c.face.in_(PUBLIC), near, CASES.c.ends > now)
        .group_by(CASES.c.slug, CASES.c.ends, CASES.c.decided)
    )


def _is_unsaid(row: AnyRow, now: datetime) -> bool:
    """Did it come to a threshold since it was last said, or since it was decided?"""
    passed = (row.ends - timedelta(days=days) for days in WARNINGS)
    last = max(moment for moment in passed if moment <= now)
    return row.warned is None or row.warned < max(last, row.decided)


def _warning(case: Case, now: datetime) -> Action | None:
    ends = case.decision.until if case.decision else None
    due = [days for days in WARNINGS if ends and ends - timedelta(days=days) <= now]
    if not due or min(due) in case.warned:
        return None
    return Action(act=Act.WARN, days=min(due))


# Notices


def _row(db: sa.Connection, slug: str) -> AnyRow:
    query = (
        sa.select(
            ENTRIES,
            SOURCES.c.publish,
            PAYLOADS.c.payload,
            *notices.SHOWN,
        )
        .join(SOURCES, SOURCES.c.key == ENTRIES.c.source)
        .join(PAYLOADS, PAYLOADS.c.slug == ENTRIES.c.slug)
        .outerjoin(DECIDED, DECIDED.c.slug == ENTRIES.c.slug)
        .where(ENTRIES.c.slug == slug)
    )
    row = db.execute(query).first()
    if row is None:
        raise RecordNotFound(f"Aucune entrée « {slug} ».")
    return row


def _read(raw: RawRecord) -> Record:
    """As it is read today, before and after alike: a new reader changes no decision."""
    try:
        return notices.read(raw).record
    except MetadataError:
        return Record(general=General(title=(Text(raw.identifier),)))
