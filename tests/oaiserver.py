"""A real OAI-PMH 2.0 repository over a mutable store in memory, on a loopback address.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment
from xml.sax.saxutils import escape, quoteattr

DAY = "YYYY-MM-DD"
SECOND = "YYYY-MM-DDThh:mm:ssZ"
FORMS = {DAY: "%Y-%m-%d", SECOND: "%Y-%m-%dT%H:%M:%SZ"}
#: The arguments of each verb: those it must have, then those it may.
VERBS = {
    "Identify": ((), ()),
    "ListMetadataFormats": ((), ("identifier",)),
    "ListSets": ((), ("resumptionToken",)),
    "GetRecord": (("identifier", "metadataPrefix"), ()),
    "ListIdentifiers": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
    "ListRecords": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
}
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/'
    ' http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
)

#: What a fault makes of an answer: status, headers, body in; the same out.
Reply = tuple[str, list[tuple[str, str]], bytes]
Fault = Callable[[Reply], Reply]


class OaiError(Exception):
    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code, self.text = code, text


@dataclass
class Kept:
    """A record: its metadata by prefix, or None once deleted."""

    when: datetime
    metadata: dict[str, str] | None
    sets: tuple[str, ...] = ()


def dublin_core(title: str) -> str:
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title></oai_dc:dc>"
    )


@dataclass
class OaiServer:
    """`faults` are taken by the next ListRecords requests, one each; None lets one pass."""

    granularity: str = SECOND
    page_size: int = 10
    sets: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(
        default_factory=lambda: {"oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/"}
    )
    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    tick: timedelta = timedelta(seconds=1)  # how much time passes between two requests
    records: dict[str, Kept] = field(default_factory=dict)
    faults: list[Fault | None] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self._tokens: dict[str, tuple[dict[str, str], int]] = {}
        self._numbers = itertools.count(1)

    # --- What a test does to it

    def put(
        self, identifier: str, title: str = "Titre", *, when: datetime | None = None, **more: object
    ) -> None:
        sets = tuple(more.pop("sets", ()))  # type: ignore[call-overload]  # a tuple of names
        metadata = more.pop("metadata", None) or {"oai_dc": dublin_core(title)}
        assert not more
        self.records[identifier] = Kept(when or self.now, metadata, sets)  # type: ignore[arg-type]  # a dict

    def fill(self, count: int) -> None:
        for number in range(count):
            self.put(f"oai:test:{number:05}", f"Notice {number}")

    def delete(self, identifier: str) -> None:
        """Say that a record is gone."""
        self.records[identifier] = Kept(self.now, None, self.records[identifier].sets)

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def lists(self) -> list[dict[str, str]]:
        """The ListRecords requests received."""
        return [query for query in self.requests if query.get("verb") == "ListRecords"]

    @contextmanager
    def serving(self) -> Iterator[OaiServer]:
        server = make_server("127.0.0.1", 0, self, handler_class=_Quiet)
        self.url = f"http://127.0.0.1:{server.server_port}/oai"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    # --- What it answers

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        pairs = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        query = dict(pairs)
        self.requests.append(query)
        self.now += self.tick
        try:
            content = self._answer(query, repeated=len(query) < len(pairs))
            attributes = "".join(f" {name}={quoteattr(value)}" for name, value in query.items())
        except OaiError as error:
            content = f'<error code="{error.code}">{escape(error.text)}</error>'
            hidden = error.code in ("badVerb", "badArgument")
            attributes = "" if hidden else f" verb={quoteattr(query['verb'])}"
        body = (
            f"{ENVELOPE}<responseDate>{self.now:{FORMS[SECOND]}}</responseDate>"
            f"<request{attributes}>{escape(self.url)}</request>{content}</OAI-PMH>"
        ).encode()
        reply: Reply = ("200 OK", [("Content-Type", "text/xml; charset=utf-8")], body)
        if query.get("verb") == "ListRecords" and self.faults:
            fault = self.faults.pop(0)
            reply = fault(reply) if fault else reply
        status, headers, body = reply
        start(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, query: dict[str, str], *, repeated: bool) -> str:
        verb = query.get("verb", "")
        if verb not in VERBS:
            raise OaiError("badVerb", "Illegal verb")
        required, optional = VERBS[verb]
        given = {*query} - {"verb"}
        token = query.get("resumptionToken")
        fits = given == {"resumptionToken"} if token is not None else {*required} <= given
        if repeated or not fits or not given <= {*required, *optional}:
            raise OaiError("badArgument", "Illegal or missing argument")
        content: str = getattr(self, f"_{verb.lower()}")(query)
        return f"<{verb}>{content}</{verb}>"

    def _identify(self, query: dict[str, str]) -> str:
        earliest = min((kept.when for kept in self.records.values()), default=self.now)
        return (
            "<repositoryName>Essai</repositoryName>"
            f"<baseURL>{escape(self.url)}</baseURL><protocolVersion>2.0</protocolVersion>"
            f"<adminEmail>contact@example.org</adminEmail>"
            f"<earliestDatestamp>{self._stamp(earliest)}</earliestDatestamp>"
            f"<deletedRecord>persistent</deletedRecord><granularity>{self.granularity}</granularity>"
        )

    def _listmetadataformats(self, query: dict[str, str]) -> str:
        if query.get("identifier", next(iter(self.records), "")) not in {*self.records, ""}:
            raise OaiError("idDoesNotExist", "No such record")
        return "".join(
            f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>{namespace}</schema>"
            f"<metadataNamespace>{namespace}</metadataNamespace></metadataFormat>"
            for prefix, namespace in self.prefixes.items()
        )

    def _listsets(self, query: dict[str, str]) -> str:
        if not self.sets:
            raise OaiError("noSetHierarchy", "This repository does not support sets")
        return "".join(
            f"<set><setSpec>{spec}</setSpec><setName>{escape(name)}</setName></set>"
            for spec, name in self.sets.items()
        )

    def _getrecord(self, query: dict[str, str]) -> str:
        if query["identifier"] not in self.records:
            raise OaiError("idDoesNotExist", "No such record")
        self._check_prefix(query["metadataPrefix"])
        return self._record(query["identifier"], query["metadataPrefix"])

    def _listidentifiers(self, query: dict[str, str]) -> str:
        return self._page(query, lambda identifier, prefix: self._header(identifier))

    def _listrecords(self, query: dict[str, str]) -> str:
        return self._page(query, self._record)

    def _page(self, query: dict[str, str], show: Callable[[str, str], str]) -> str:
        at = 0
        if "resumptionToken" in query:
            if query["resumptionToken"] not in self._tokens:
                raise OaiError("badResumptionToken", "Unknown or expired token")
            query, at = self._tokens[query["resumptionToken"]]
        selected = self._select(query)
        shown = selected[at : at + self.page_size]
        content = "".join(show(identifier, query["metadataPrefix"]) for identifier in shown)
        following = at + self.page_size
        if len(selected) <= self.page_size:
            return content
        token = ""
        if following < len(selected):
            token = f"page {next(self._numbers)}/é&<"
            self._tokens[token] = (query, following)
        size = f'completeListSize="{len(selected)}" cursor="{at}"'
        return f"{content}<resumptionToken {size}>{escape(token)}</resumptionToken>"

    def _select(self, query: dict[str, str]) -> list[str]:
        self._check_prefix(query["metadataPrefix"])
        if "set" in query and not self.sets:
            raise OaiError("noSetHierarchy", "This repository does not support sets")
        since, until = self._bound(query, "from"), self._bound(query, "until")
        wanted = query.get("set")
        selected = [
            identifier
            for identifier, kept in sorted(self.records.items())
            if (not since or self._stamp(kept.when) >= since)
            and (not until or self._stamp(kept.when) <= until)
            and (wanted is None or any(f"{each}:".startswith(f"{wanted}:") for each in kept.sets))
        ]
        if not selected:
            raise OaiError("noRecordsMatch")
        return selected

    def _bound(self, query: dict[str, str], name: str) -> str:
        value = query.get(name, "")
        try:
            if value:
                datetime.strptime(value, FORMS[self.granularity])
        except ValueError:
            raise OaiError("badArgument", f"{name} is not {self.granularity}") from None
        return value

    def _check_prefix(self, prefix: str) -> None:
        if prefix not in self.prefixes:
            raise OaiError("cannotDisseminateFormat", f"No {prefix} here")

    def _stamp(self, when: datetime) -> str:
        return f"{when:{FORMS[self.granularity]}}"

    def _header(self, identifier: str) -> str:
        kept = self.records[identifier]
        status = ' status="deleted"' if kept.metadata is None else ""
        sets = "".join(f"<setSpec>{spec}</setSpec>" for spec in kept.sets)
        return (
            f"<header{status}><identifier>{escape(identifier)}</identifier>"
            f"<datestamp>{self._stamp(kept.when)}</datestamp>{sets}</header>"
        )

    def _record(self, identifier: str, prefix: str) -> str:
        metadata = self.records[identifier].metadata
        body = f"<metadata>{metadata[prefix]}</metadata>" if metadata else ""
        return f"<record>{self._header(identifier)}{body}</record>"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


# --- Faults -----------------------------------------------------------------------------------


def busy(retry_after: str) -> Fault:
    return lambda reply: ("503 Service Unavailable", [("Retry-After", retry_after)], b"")


def failing(status: str) -> Fault:
    return lambda reply: (status, [], b"")


def cut(at: int) -> Fault:
    """Only the first bytes, as if they were all."""
    return lambda reply: (reply[0], reply[1], reply[2][:at])


def saying(body: bytes) -> Fault:
    """Something else altogether, with a 200."""
    return lambda reply: (reply[0], reply[1], body)


def replacing(old: bytes, new: bytes) -> Fault:
    return lambda reply: (reply[0], reply[1], reply[2].replace(old, new))
