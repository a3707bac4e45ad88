"""Harvest an OAI-PMH 2.0 repository: all of it, or what changed since a date.

https://www.openarchives.org/OAI/openarchivesprotocol.html
https://www.openarchives.org/OAI/2.0/guidelines-harvester.htm
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from metadata.record import RawRecord

from .errors import SourceError, StaleCursor
from .oaianswer import Answer, Fault, Listed, moment, read_answer
from .source import Page

if TYPE_CHECKING:
    from .fetch import Fetch

#: A list longer than that, without saying how long it is, has no end.
MAX_PAGES = 10_000
#: Before any repository.
FIRST = datetime(1990, 1, 1, tzinfo=UTC)
SECONDS = "YYYY-MM-DDThh:mm:ssZ"


@dataclass(frozen=True, kw_only=True, slots=True)
class OaiPmhSource:
    """A repository as one source: its `prefix`, and one of its sets or all ("")."""

    key: str
    url: str
    prefix: str
    fetch: Fetch
    set: str = ""

    @property
    def incremental(self) -> bool:
        return True

    @property
    def exhaustive(self) -> bool:
        return True

    def pages(self, since: datetime | None, cursor: str) -> Iterator[Page]:
        """One page of the repository at a time. Raise SourceError, or StaleCursor.

        `since` is the responseDate of the last complete run: what the repository was still busy
        writing then is asked for again (see start).
        """
        mark = Mark.read(cursor)
        progress = _Progress()
        while True:
            answer = self._list(mark.token, since)
            records = _latest(answer.listed)
            mark = Mark(answer.token or "", mark.as_of or answer.response_date)
            progress.check(answer, records)
            yield Page(records=records, cursor=mark.write(), as_of=mark.as_of)
            if not mark.token:
                return

    def _list(self, token: str, since: datetime | None) -> Answer:
        query = {"resumptionToken": token} if token else self._selection(since)
        answer = read_answer(self.fetch(self.url, {"verb": "ListRecords", **query}).body)
        codes = {fault.code for fault in answer.faults}
        if token and "badResumptionToken" in codes:
            raise StaleCursor(
                "L’entrepôt OAI-PMH ne connaît plus l’endroit où la moisson s’était arrêtée\u00a0:"
                " la liste est reprise au début."
            )
        if codes == {"noRecordsMatch"} and not token:
            return answer
        if codes:
            raise SourceError(self._explained(answer.faults))
        if not answer.listed and answer.token is None:
            raise SourceError(
                "L’entrepôt OAI-PMH ne donne aucune notice sans dire «\u00a0noRecordsMatch\u00a0»."
                " Signalez-le à la source."
            )
        return answer

    def _selection(self, since: datetime | None) -> dict[str, str]:
        query = {"metadataPrefix": self.prefix}
        if self.set:
            query["set"] = self.set
        if since is not None:
            identity = read_answer(self.fetch(self.url, {"verb": "Identify"}).body)
            query["from"] = start(since, identity.granularity)
        return query

    def _explained(self, faults: list[Fault]) -> str:
        """What the repository refuses, in its words, and what to do."""
        code, said = faults[0]
        told = f"«\u00a0{code[:40]}\u00a0»" + (f" ({said[:200]})" if said else "")
        remedy = REMEDIES.get(code, "Signalez-le à la source.")
        if code == "cannotDisseminateFormat":
            remedy = remedy.format(prefix=self.prefix, known=self._known_prefixes())
        return f"L’entrepôt OAI-PMH répond {told}. {remedy}"

    def _known_prefixes(self) -> str:
        try:
            answer = read_answer(self.fetch(self.url, {"verb": "ListMetadataFormats"}).body)
        except SourceError:
            return "qu’il ne dit pas"
        return ", ".join(answer.prefixes[:20]) or "aucun"


#: What to do about each error of the protocol (§3.6); others are the repository's business.
REMEDIES = {
    "badArgument": "Vérifiez «\u00a0prefix\u00a0» et «\u00a0set\u00a0» dans la configuration.",
    "badVerb": "Vérifiez que l’adresse est celle de l’entrepôt, sans «\u00a0?verb=…\u00a0».",
    "cannotDisseminateFormat": "Le format «\u00a0{prefix}\u00a0» (prefix) n’y existe pas. Formats"
    " proposés\u00a0: {known}.",
    "noSetHierarchy": "Il n’a pas d’ensembles\u00a0: retirez «\u00a0set\u00a0» de la configuration.",
}


def start(since: datetime, granularity: str) -> str:
    """The `from` of a list: one day before that date, or two granules when a granule is a day.

    That much covers what a repository dates before it shows it, and clocks that disagree.
    """
    since = max(since.astimezone(UTC), FIRST)
    if granularity == SECONDS:
        return f"{since - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    return f"{since - timedelta(days=2):%Y-%m-%d}"


class Mark(NamedTuple):
    """Where a list stands: the token of the next page, and the repository's clock when it began."""

    token: str
    as_of: datetime | None

    @classmethod
    def read(cls, cursor: str) -> Mark:
        date, _, token = cursor.partition(" ")
        return cls(token, moment(date))

    def write(self) -> str:
        return f"{self.as_of.isoformat() if self.as_of else '-'} {self.token}" if self.token else ""


class _Progress:
    """Does a list get anywhere? One that runs in circles is stopped, in constant memory."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.names: frozenset[str] = frozenset()

    def check(self, answer: Answer, records: tuple[RawRecord, ...]) -> None:
        """Raise SourceError when the page brings nothing new, or comes after too many."""
        names = frozenset(record.identifier for record in records)
        if answer.token and (answer.token in self.tokens or names <= self.names):
            raise SourceError(
                "L’entrepôt OAI-PMH redonne toujours la même page (resumptionToken"
                f" «\u00a0{answer.token[:100]}\u00a0»). Signalez-le à la source."
            )
        self.tokens.add(answer.token or "")
        self.names = names
        if len(self.tokens) > max(MAX_PAGES, answer.list_size):
            raise SourceError(
                f"La liste de l’entrepôt OAI-PMH n’est pas finie après {len(self.tokens)} pages."
                " Signalez-le à la source."
            )


def _latest(listed: list[Listed]) -> tuple[RawRecord, ...]:
    """The records of a page; of two under one name, the one changed last."""
    latest: dict[str, Listed] = {}
    for one in listed:
        known = latest.get(one.raw.identifier)
        if known is None or (one.datestamp or FIRST) >= (known.datestamp or FIRST):
            latest[one.raw.identifier] = one
    return tuple(one.raw for one in latest.values())
