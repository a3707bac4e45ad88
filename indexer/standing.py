"""How an entry stands before the curators: of a row that has its case, and what its source says."""

from __future__ import annotations

from metadata.case import OUT, PUBLIC, Face
from metadata.case import State as CaseState

from .entry import Standing, State
from .schema import CASES, SOURCES, AnyRow


def live_state(publish: str, face: str | None) -> State:
    """What an entry is while its source shows it. What was taken away stays so, whatever its source."""
    if face in OUT:
        return State.WITHHELD
    return State.PUBLISHED if publish != "qualified" or face in PUBLIC else State.WITHHELD


def standing_of(row: AnyRow) -> Standing | None:
    """How an entry stands, of a row with its case and what its source says; see store._entries."""
    is_concerned = row.publish == "qualified" or row.decided is not None
    if row.case_state is None or not is_concerned:  # what was only noted of others is no standing
        return Standing() if is_concerned else None
    return Standing(
        state=CaseState(row.case_state),
        face=Face(row.face),
        lines=row.case_lines,
        since=row.since,
        assignee=row.assignee,
        asked=row.asked,
        decided=row.decided,
        ends=row.ends,
        criteria=row.criteria,
        is_imported=row.imported,
        changed=row.changed,
        left=row.left,
        reason=row.case_reason,
    )


#: What standing_of asks of a row.
STANDING = (
    CASES.c.state.label("case_state"),
    CASES.c.face,
    CASES.c.lines.label("case_lines"),
    CASES.c.since,
    CASES.c.assignee,
    CASES.c.asked,
    CASES.c.decided,
    CASES.c.ends,
    CASES.c.criteria,
    CASES.c.imported,
    CASES.c.changed,
    CASES.c.left,
    CASES.c.reason.label("case_reason"),
    SOURCES.c.publish,
)
