"""One answer of an OAI-PMH repository, from the web or from a file: read, not interpreted.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO, NamedTuple

from lxml import etree

from metadata.errors import ParseError, UnknownFormat
from metadata.recognise import HEAD, format_of_root, recognise
from metadata.record import RawRecord
from metadata.strangers.safexml import stream_xml

from .errors import SourceError

OAI = "{http://www.openarchives.org/OAI/2.0/}"
RECORD = OAI + "record"
RESPONSE_DATE = OAI + "responseDate"
TOKEN = OAI + "resumptionToken"
ERROR = OAI + "error"
GRANULARITY = OAI + "granularity"
PREFIX = OAI + "metadataPrefix"


class Listed(NamedTuple):
    """A record of a list, and when its repository says that it changed."""

    raw: RawRecord
    datestamp: datetime | None  # None when what it says is no date


class Fault(NamedTuple):
    """An <error>: its code, and what the repository says of it."""

    code: str
    text: str


@dataclass(slots=True)
class Answer:
    """What an answer holds, whatever the verb."""

    response_date: datetime | None = None
    listed: list[Listed] = field(default_factory=list)
    token: str | None = None  # "" ends a list that came in several pages
    list_size: int = 0  # how many records the whole list has, when it says so
    faults: list[Fault] = field(default_factory=list)
    granularity: str = ""
    prefixes: list[str] = field(default_factory=list)


def read_answer(body: bytes) -> Answer:
    """The whole answer. Raise SourceError when it is not one, or is cut short."""
    answer = Answer()
    try:
        if recognise("", body[:HEAD]) != "oai":
            raise UnknownFormat
        for element in stream_xml(
            BytesIO(body), RECORD, RESPONSE_DATE, TOKEN, ERROR, GRANULARITY, PREFIX
        ):
            _add(answer, element)
    except UnknownFormat as error:
        raise SourceError(
            "La réponse n’est pas celle d’un entrepôt OAI-PMH. Vérifiez l’adresse dans la"
            " configuration, ou attendez que la source soit réparée."
        ) from error
    except ParseError as error:
        raise SourceError(f"La réponse de l’entrepôt OAI-PMH est illisible. {error}") from error
    return answer


def records_in(file: BinaryIO) -> Iterator[RawRecord]:
    """The records of an answer kept as a file, in constant memory. Raise ParseError."""
    for number, element in enumerate(stream_xml(file, RECORD), 1):
        yield _listed(element, number).raw


def _add(answer: Answer, element: etree._Element) -> None:
    text = (element.text or "").strip()
    if element.tag == RECORD:
        answer.listed.append(_listed(element, len(answer.listed) + 1))
    elif element.tag == RESPONSE_DATE:
        answer.response_date = moment(text)
    elif element.tag == TOKEN:
        answer.token = text
        size = element.get("completeListSize", "")
        answer.list_size = int(size) if re.fullmatch(r"\d{1,9}", size, re.ASCII) else 0
    elif element.tag == ERROR:
        answer.faults.append(Fault(element.get("code", ""), " ".join(text.split())))
    elif element.tag == GRANULARITY:
        answer.granularity = text
    else:
        answer.prefixes.append(text)


def _listed(record: etree._Element, number: int) -> Listed:
    identifier = record.findtext(f"{OAI}header/{OAI}identifier", "").strip()
    datestamp = moment(record.findtext(f"{OAI}header/{OAI}datestamp", "").strip())
    header, body = record.find(f"{OAI}header"), record.find(f"{OAI}metadata/*")
    if header is None or not identifier:
        raw = RawRecord(identifier=f"(notice {number})", format="lomfr", fault=ANONYMOUS)
    elif header.get("status") == "deleted":
        raw = RawRecord(identifier=identifier, format="lomfr", deleted=True)
    elif body is None:
        raw = RawRecord(identifier=identifier, format="lomfr", fault=BARE)
    else:
        # With the namespaces declared above it: the same record always makes the same bytes.
        payload = etree.tostring(body, encoding="utf-8", with_tail=False)
        raw = RawRecord(
            identifier=identifier, format=format_of_root(str(body.tag)), payload=payload
        )
    return Listed(raw, datestamp)


ANONYMOUS = (
    "L’en-tête OAI-PMH n’a pas d’identifiant\u00a0: la notice ne peut être suivie. Signalez-le à la"
    " source."
)
BARE = (
    "La source ne donne ni métadonnées ni mention de suppression. La notice est gardée telle qu’elle"
    " était\u202f; signalez-le à la source."
)


def moment(text: str) -> datetime | None:
    """A UTCdatetime of the protocol; None when it is no date."""
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
