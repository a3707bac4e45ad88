"""What time and harvests do to decisions: they end, they are about to, what they were about changes.

It is written in the journal and said to whoever runs the command; and to the curators by mail, once,
even when a command is killed or the mail server is away: the journal tells what they were told.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage

import mail
from indexer.journal import Line, Wanted
from indexer.qualifications import Qualifications
from installation import Balises
from metadata.case import BALISE, Act, State
from settings import Settings
from terminal import several

#: What curators hear of, under which title.
TITLES: Mapping[Act, str] = {
    Act.EXPIRE: "Qualifications arrivées à leur terme",
    Act.WARN: "Qualifications qui prennent fin bientôt",
    Act.CONTENT_CHANGED: "Contenus modifiés : à réexaminer",
}

#: Whoever was never written to hears of this last while.
AT_FIRST = timedelta(days=1)

#: A letter does not tell more; the queue does.
LONGEST = 200


def sweep(balises: Balises, now: datetime) -> bool:
    """End the decisions whose time is over, note those that are about to end, and say which.

    The index has to catch up afterwards.
    """
    qualifications = balises.store.qualifications
    if not qualifications.expire(now) + qualifications.warn(now):
        return False
    for line in _news(qualifications, Wanted(since=now, author=BALISE.name)):
        if line.event.at == now and line.event.act is not Act.CONTENT_CHANGED:
            print(f"{line.slug} – {_said(line)} – {line.title}", file=sys.stderr)
    return True


def write_to_curators(balises: Balises, now: datetime) -> None:
    """One letter about all that they were not told yet, if there is anything. Raise MailError."""
    settings, qualifications = balises.settings, balises.store.qualifications
    if not settings.mail.smtp:
        return
    told = qualifications.told()
    news = _news(
        qualifications,
        Wanted(after=told, author=BALISE.name, since=None if told else now - AT_FIRST),
    )
    if news:
        password = settings.secret("", "BALISE_MAIL_PASSWORD")
        mail.send(settings.mail.smtp, password, letter(news, settings))
        qualifications.tell(news[-1].id, len(news), now)


def _news(qualifications: Qualifications, wanted: Wanted) -> list[Line]:
    """The lines that curators want to hear of, the first one first."""
    lines = reversed(qualifications.journal(wanted))
    return [line for line in lines if line.event.act in TITLES]


def letter(news: Iterable[Line], settings: Settings) -> EmailMessage:
    """What curators are told, grouped by what they have to do."""
    contact = settings.publisher.contact
    sender = contact if contact and "://" not in contact else settings.mail.to[0]
    written = EmailMessage()
    written["From"] = sender
    written["To"] = ", ".join(settings.mail.to)
    written["Subject"] = (
        f"Balise : {several(len([*news]), 'qualification à voir', 'qualifications à voir')}"
    )
    written["Auto-Submitted"] = "auto-generated"
    written.set_content("\n".join(_body([*news], settings.base_url.rstrip("/"))))
    return written


def _body(news: list[Line], site: str) -> Iterator[str]:
    for act, title in TITLES.items():
        lines = [line for line in news if line.event.act is act]
        if lines:
            yield f"{title} ({len(lines)})"
        for line in lines[:LONGEST]:
            yield f"- {line.title} : {_said(line)}"
            yield f"  {site}/curation/{line.slug}" if site else f"  balise qualify {line.slug}"
        if len(lines) > LONGEST:
            yield f"… et {len(lines) - LONGEST} autres."
        if lines:
            yield ""
    yield f"La file entière : {f'{site}/curation' if site else 'balise qualifications'}"


def _said(line: Line) -> str:
    event = line.event
    if event.act is Act.WARN:
        return f"prend fin dans moins de {several(event.data['days'], 'jour')}"
    if event.act is Act.EXPIRE:
        return f"n’est plus au catalogue depuis le {event.at:%Y-%m-%d}"
    if line.after == State.TO_REEXAMINE:
        return f"modifié le {event.at:%Y-%m-%d} ; le public voit toujours ce qui a été qualifié"
    return f"modifié le {event.at:%Y-%m-%d}, pendant l’instruction"
