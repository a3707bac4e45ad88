"""What an OAI-PMH request asks, checked against the protocol. No I/O.

http://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from indexer.exposed import Mark, Selection
from indexer.sets import NAME


class OaiError(Exception):
    """An error of the protocol (§3.6): its code, and a sentence for whoever harvests."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """The arguments that a verb must have, may have, or may have alone."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    exclusive: str = ""


LIST = Verb(
    required=frozenset({"metadataPrefix"}),
    optional=frozenset({"from", "until", "set"}),
    exclusive="resumptionToken",
)
VERBS = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb(optional=frozenset({"identifier"})),
    "ListSets": Verb(exclusive="resumptionToken"),
    "GetRecord": Verb(required=frozenset({"identifier", "metadataPrefix"})),
    "ListIdentifiers": LIST,
    "ListRecords": LIST,
}

DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)
SET = re.compile(rf"{NAME.pattern}(:{NAME.pattern})*")
PRECISELY = "%Y-%m-%dT%H:%M:%S.%f"
TOKEN = re.compile(
    r"(?P<verb>\w+),(?P<prefix>\w+),(?P<since>[\dTZ:-]*),(?P<until>[\dTZ:-]*),(?P<spec>[^,]*),"
    r"(?P<dated>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}),(?P<slug>[a-z0-9-]+),(?P<cursor>\d{1,9})",
    re.ASCII,
)
UNKNOWN = "Cette liste ne peut pas être reprise\u00a0: redemandez-la depuis son début."
#: Of the year 9999, there is no day after.
END = datetime.max.replace(tzinfo=UTC)


def arguments_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The arguments of a request, its verb among them. Raise OaiError."""
    given: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        if name in given:
            repeated.add(name)
        given[name] = value
    verb = VERBS.get(given.get("verb", ""))
    if verb is None or "verb" in repeated:
        raise OaiError("badVerb", f"Donnez un verbe, et un seul\u00a0: {', '.join(VERBS)}.")
    if repeated:
        raise OaiError("badArgument", "Un argument est répété.")
    _check(verb, given.keys() - {"verb"})
    return given


def _check(verb: Verb, names: set[str]) -> None:
    if names - verb.required - verb.optional - {verb.exclusive}:
        raise OaiError("badArgument", "Un argument n’est pas de ceux de ce verbe.")
    if verb.exclusive in names and len(names) > 1:
        raise OaiError(
            "badArgument", f"«\u00a0{verb.exclusive}\u00a0» se donne seul avec le verbe."
        )
    missing = verb.required - names
    if missing and verb.exclusive not in names:
        raise OaiError("badArgument", f"Il manque {' et '.join(sorted(missing))}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A list, and the place where the page asked for begins."""

    verb: str
    prefix: str
    since: str
    until: str
    selection: Selection
    after: Mark | None = None
    cursor: int = 0  # how many were listed before

    def token(self, after: Mark, cursor: int) -> str:
        """Where this list goes on after an entry: all there is to know, so that nothing is kept."""
        asked = (self.verb, self.prefix, self.since, self.until, self.selection.spec)
        return ",".join((*asked, f"{after.dated:{PRECISELY}}", after.slug, str(cursor)))


def listing_of(arguments: dict[str, str]) -> Listing:
    """The list that a request asks for, from its beginning or from a token. Raise OaiError."""
    verb = arguments["verb"]
    if "resumptionToken" in arguments:
        return _resumed(verb, arguments["resumptionToken"])
    if "" in arguments.values():
        raise OaiError("badArgument", "Un argument est vide.")
    since, until = arguments.get("from", ""), arguments.get("until", "")
    return Listing(
        verb=verb,
        prefix=arguments["metadataPrefix"],
        since=since,
        until=until,
        selection=_selection(since, until, arguments.get("set", "")),
    )


def _resumed(verb: str, token: str) -> Listing:
    read = TOKEN.fullmatch(token)
    try:
        if not read or read["verb"] != verb:
            raise ValueError
        dated = datetime.fromisoformat(read["dated"]).replace(tzinfo=UTC)
        return Listing(
            verb=verb,
            prefix=read["prefix"],
            since=read["since"],
            until=read["until"],
            selection=_selection(read["since"], read["until"], read["spec"]),
            after=Mark(dated, read["slug"]),
            cursor=int(read["cursor"]),
        )
    except (ValueError, OaiError) as error:
        raise OaiError("badResumptionToken", UNKNOWN) from error


def _selection(since: str, until: str, spec: str) -> Selection:
    if spec and not SET.fullmatch(spec):
        raise OaiError("badArgument", "«\u00a0set\u00a0» n’est pas le nom d’un ensemble.")
    start, end = (_moment(said) if said else None for said in (since, until))
    if start and end and len(since) != len(until):
        raise OaiError(
            "badArgument", "«\u00a0from\u00a0» et «\u00a0until\u00a0» n’ont pas la même précision."
        )
    if start and end and start > end:
        raise OaiError("badArgument", "«\u00a0from\u00a0» est après «\u00a0until\u00a0».")
    return Selection(since=start, before=end and _after(end, until), spec=spec)


def _moment(text: str) -> datetime:
    try:
        if not DATE.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError as error:
        raise OaiError(
            "badArgument", "Une date s’écrit AAAA-MM-JJ, ou AAAA-MM-JJThh:mm:ssZ."
        ) from error


def _after(until: datetime, said: str) -> datetime:
    """The end of the day, or of the second, that is still asked for."""
    unit = timedelta(seconds=1) if said.endswith("Z") else timedelta(days=1)
    return until + unit if until <= END - unit else END
