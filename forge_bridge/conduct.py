"""How the bot behaves: where it writes, how long it waits, whom it leaves alone. Pure.

Everything is read on the forge itself, so that nothing is lost with a disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from metadata import commun
from metadata.errors import ParseError
from metadata.listing import NOTICE
from metadata.project import Snapshot
from metadata.record import Balise, RawRecord

from .forge import Branch, MergeRequest, User
from .marker import marks

#: The one branch that we write to, in a project or in our fork of it.
BRANCH = "balise/commun"

#: A label on one of our merge requests, or a topic of the project, that sends us away for good.
OPT_OUT_LABEL, OPT_OUT_TOPIC = "balise: non", "balise-non"

#: How long a refusal, or no answer, keeps us silent: never less than six months.
QUIET = timedelta(days=184)

#: How long we wait for an answer.
PATIENCE = timedelta(days=90)

#: What shows no sign of life for so long we could not close: its project is archived, or closed to us.
LOST = PATIENCE + timedelta(days=7)

#: How long after its end we see to it that a merge request leaves no branch behind.
TIDYING = timedelta(days=7)

HOUR = timedelta(hours=1)

#: More than any forge has projects.
ENDLESS = 10**9


@dataclass(frozen=True, kw_only=True, slots=True)
class BotSettings:
    """What an operator chooses."""

    catalogue: str = ""  # the public address of the catalogue
    publisher: str = ""  # who answers for it
    contact: str = ""  # an e-mail, or the address of a page
    blocked: frozenset[int | str] = frozenset()  # numbers and paths that are never contacted
    new_per_hour: int = 2  # merge requests; 0: as many as there are
    open_at_most: int = 10  # the same


def room(own: Iterable[MergeRequest], settings: BotSettings, now: datetime) -> int:
    """How many merge requests may be opened now."""
    ours = [*own]
    opened = sum(each.state == "opened" and not _is_lost(each, now) for each in ours)
    recent = sum(each.created is not None and each.created > now - HOUR for each in ours)
    caps = ((settings.open_at_most, opened), (settings.new_per_hour, recent))
    left = [cap - used for cap, used in caps if cap]
    return max(0, min(left, default=ENDLESS))


def _is_lost(ours: MergeRequest, now: datetime) -> bool:
    return (ours.updated or ours.created or now) + LOST <= now


def is_own(merge_request: MergeRequest, me: User) -> bool:
    return merge_request.author == me.id and merge_request.source_branch == BRANCH


def unfit(snapshot: Snapshot, me: User, settings: BotSettings) -> str:
    """Why the bot has no business with a project, in French; "" when it has."""
    project = snapshot.project
    if project.path.startswith(f"{me.username}/"):
        return "c’est notre propre copie d’un projet"
    if {project.id, project.path} & settings.blocked:
        return "l’équipe du catalogue l’a écarté"
    if project.visibility not in ("", "public"):
        return "il n’est pas public"
    if project.archived:
        return "il est archivé"
    if project.fork_of is not None:
        return "c’est la copie d’un autre projet"
    if not project.default_branch:
        return "il est vide"
    if project.merge_requests is False:
        return "il n’accepte pas de demandes de fusion"
    return ""


def opted_out(snapshot: Snapshot, own: Sequence[MergeRequest]) -> str:
    """How its maintainers told us never to write again, in French; "" when they did not."""
    if any(is_no(topic) for topic in snapshot.project.topics):
        return f"il porte le sujet «\u00a0{OPT_OUT_TOPIC}\u00a0»"
    if any(is_no(label) for each in own for label in each.labels):
        return f"une de nos demandes y porte l’étiquette «\u00a0{OPT_OUT_LABEL}\u00a0»"
    if said_by(snapshot).bot is False:
        return "son commun.yml dit «\u00a0bot: non\u00a0»"
    return ""


def quiet_until(own: Sequence[MergeRequest]) -> datetime | None:
    """Until when nothing may be proposed after what became of our merge requests."""
    ends = [ended(each) for each in own if each.state == "closed" and end_of(each) != "done"]
    return max((end + QUIET for end in ends if end), default=None)


def asked(own: Iterable[MergeRequest]) -> frozenset[str] | None:
    """What its maintainers were asked and answered, by digest; None when we can no longer tell."""
    found: set[str] = set()
    for each in own:
        if each.state == "opened" or end_of(each) == "silence":
            continue
        facts = marks("commun", each.description)
        if facts is None:
            return None
        found.update(facts.get("said", "").split(","))
    return frozenset(found)


def said_by(snapshot: Snapshot) -> Balise:
    """What a project's commun.yml says to the catalogue itself."""
    notice = snapshot.file(*NOTICE)
    return said_in(notice.payload) if notice else Balise()


def said_in(payload: bytes) -> Balise:
    try:
        reading = commun.parse(RawRecord(identifier="", format="commun", payload=payload))
    except ParseError:
        return Balise()
    return reading.record.balise


def end_of(ours: MergeRequest) -> str:
    """Why we closed it ourselves: silence, done or refused; "" when somebody else did."""
    return (marks("commun", ours.description) or {}).get("end", "")


def ended(ours: MergeRequest) -> datetime | None:
    """When it was closed or merged; None while it is open, or being merged."""
    return ours.merged or ours.closed or (ours.updated if ours.state == "closed" else None)


def head_of(ours: MergeRequest) -> str:
    """The commit that we left on its branch."""
    return (marks("commun", ours.description) or {}).get("head", "")


def is_left_to_us(branch: Branch | None, ours: MergeRequest, me: User) -> bool:
    """Is the last commit of our branch our own?"""
    if branch is None:
        return False
    return branch.commit == head_of(ours) or is_by(branch, me)


def is_notice(path: str) -> bool:
    """Is it a name that the crawl reads a notice under, whatever its case?"""
    return path.casefold() in NOTICE


def is_by(branch: Branch, me: User) -> bool:
    return bool(me.email) and branch.author_email == me.email


def is_no(words: str) -> bool:
    """Is this the label or the topic that sends us away, however it is spelled?"""
    return "".join(filter(str.isalnum, words.casefold())) == "balisenon"
