"""An entry: a record in the catalogue, and what we know of its keeping. Data only; see store.py."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from metadata import case
from metadata.finding import Finding
from metadata.record import Record

from .source import SourceInfo


class State(StrEnum):
    """What shows of an entry. Only the published are in search, lists, exports and feeds."""

    PUBLISHED = "published"
    WITHHELD = "withheld"  # its source says publish = "qualified", and it is not
    GONE = "gone"  # left its source: a tombstone with its title
    TAKEN_DOWN = "taken-down"  # removed by the operator: a tombstone with the reason only


#: The states of an entry that its source still shows, as far as we know.
LIVE = (State.PUBLISHED, State.WITHHELD)


class Outcome(StrEnum):
    """What became of one record of a harvest."""

    NEW = "new"
    MODIFIED = "modified"
    UNMODIFIED = "unmodified"
    DELETED = "deleted"
    RETURNED = "returned"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Whether the address of a resource answered when it was last asked."""

    address: str
    checked: datetime
    dead_since: datetime | None = None  # the first of the checks in a row that found it dead
    fault: str = ""  # what was answered in place of the resource, in French

    def is_dead_for(self, time: timedelta) -> bool:
        """Was it found dead so long? What nobody checked since says no more than it did then."""
        return self.dead_since is not None and self.checked - self.dead_since >= time


#: A link dead for so long is said to be: sites have bad days.
SAID_DEAD = timedelta(days=7)

#: Dead for so long, its entry comes after others.
SINKS = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How an entry stands before the curators: what its journal adds up to, for whoever shows it."""

    state: case.State = case.State.TO_REVIEW
    face: case.Face = case.Face.NONE  # what the public sees: use face_at
    lines: int = 0  # of its journal
    since: datetime | None = None  # in this state; None: since it arrived
    assignee: str = ""
    asked: str = ""  # the act that waits for a second person
    decided: datetime | None = None
    ends: datetime | None = None
    criteria: str = ""  # their version; "" when it was decided before Balise
    is_imported: bool = False
    changed: datetime | None = None  # when its feed changed what had been qualified
    left: datetime | None = None  # when it was suspended, withdrawn, or found to be over
    reason: str = ""  # of its leaving, for the public

    def face_at(self, now: datetime) -> case.Face:
        """What the public sees now."""
        return case.face_of(self.face, self.ends, now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A record and its keeping. The bytes as published are the operator's alone: see payload()."""

    slug: str
    source: str  # key
    identifier: str  # the source's own name for it
    format: str  # of the notice as received: a key of metadata.READERS
    record: Record
    first_seen: datetime
    last_changed: datetime
    last_seen: datetime
    part: str = ""
    origin: str = "public"  # editeur | public | commun
    source_title: str = ""
    licence: str = ""  # of the metadata
    state: State = State.PUBLISHED
    findings: tuple[Finding, ...] = ()  # the reader's
    lines: Mapping[str, int] = field(default_factory=dict)  # of its elements: see Reading
    family: str = ""  # slug of the head of its family, its own when it is the head, "" when alone
    missing: int = 0  # complete harvests in a row that did not show it
    gone_since: datetime | None = None  # when it left the catalogue
    last_left: datetime | None = None  # of the last time that it left and came back
    last_returned: datetime | None = None
    reason: str = ""  # why it left
    link: Link | None = None  # None: never checked
    standing: Standing | None = None  # None: it has nothing to do with qualification

    @property
    def title(self) -> str:
        return title_of(self.record)

    @property
    def is_secret(self) -> bool:
        """Has nobody a right to know that it exists? An entry that was not qualified, or was refused."""
        if self.state in (State.PUBLISHED, State.TAKEN_DOWN):
            return False
        return self.standing is not None and self.standing.face is case.Face.NONE


@dataclass(frozen=True, slots=True)
class Change:
    """An entry the search index has not caught up with, and the revision that changed it."""

    slug: str
    revision: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """A resource and its granules: the slug of the whole, and those of its parts, in order.

    An entry without relatives is the head of a family of its own, without members.
    """

    head: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """A record that could not be read: what its source called it, why, and since when."""

    source: str
    identifier: str
    error: str
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmapped:
    """A value that no vocabulary knows, where it stands, and how many entries say it."""

    source: str
    element: str  # the standard's number: "5.2"
    vocabulary: str  # three digits, where a concept is expected; "" when any would do
    value: str
    count: int
    example: str  # slug of an entry that says it


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """What somebody decided that a value means, and how many entries say it."""

    vocabulary: str
    name: str  # what the spellings of the value share
    value: str  # one of them
    uri: str
    since: datetime
    count: int


#: The kind of duplicates that somebody joined.
JOINED = "joined"


@dataclass(frozen=True, kw_only=True, slots=True)
class Duplicates:
    """Entries that look like the same resource, and what they share."""

    slugs: tuple[str, ...]
    kind: str  # ark | isbn | location | title | joined
    value: str

    @property
    def certain(self) -> bool:
        """Title and publisher only suggest."""
        return self.kind != "title"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop:
    """A loss so large that it waits for somebody to confirm it: how many, out of how many."""

    lost: int
    known: int
    since: datetime
    confirmed: datetime | None = None  # the next harvest carries it out

    def advice(self, source: str) -> str:
        """What somebody has to decide, and how."""
        if self.confirmed:
            return (
                f"{self.lost} entrées sur {self.known} partiront à la prochaine moisson\u00a0:"
                " leur retrait est confirmé."
            )
        return (
            f"{self.lost} entrées sur {self.known} disparaîtraient\u00a0: rien n’a été retiré."
            f" Si la source les a bien supprimées\u00a0: balise harvest {source} --confirm-drop"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One harvest of one source, under way (`ended` is None) or over."""

    id: int
    source: str
    started: datetime
    full: bool
    since: datetime | None = None  # asked for what changed since
    as_of: datetime | None = None  # the source's own clock when it began
    cursor: str = ""  # where to go on
    restarts: int = 0  # how often the source forgot where we were
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    ended: datetime | None = None
    complete: bool = False
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceStatus:
    """A source, what it brought, and how its last harvest went."""

    info: SourceInfo
    states: Mapping[State, int] = field(default_factory=dict)
    rejects: int = 0
    missing: int = 0  # live entries absent from its last complete harvests, not gone yet
    since: datetime | None = None  # the date the next harvest asks from
    last_complete: datetime | None = None
    last_full: datetime | None = None
    held: Drop | None = None
    last_run: Run | None = None


def slug_of(source: str, identifier: str, title: str) -> str:
    """The address of an entry: words of its title for people, then what makes it unique and safe."""
    return f"{stem_of(title) or 'ressource'}-{hash_of(source, identifier)}"


def hash_of(source: str, identifier: str) -> str:
    """Sixteen hexadecimal digits that name an entry for ever, whatever its title becomes."""
    return hashlib.sha256(f"{source}\n{identifier}".encode()).hexdigest()[:16]


LONGEST_STEM = 60
APART = re.compile(r"[^a-z0-9]+")


def stem_of(text: str) -> str:
    """The words of a text in ASCII, joined by hyphens, whole words up to sixty characters."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = APART.sub("-", letters).strip("-")
    if len(stem) <= LONGEST_STEM:
        return stem
    return stem[: LONGEST_STEM + 1].rpartition("-")[0] or stem[:LONGEST_STEM]


def title_of(record: Record) -> str:
    """The title to show: in French when there is one, else the first."""
    title = record.general.title
    french = [text.value for text in title if text.language.startswith("fr")]
    return next(iter(french), title[0].value if title else "")
