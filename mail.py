"""Electronic mail: the one place that knows SMTP. https://www.rfc-editor.org/rfc/rfc5321"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

#: Seconds that a server may take to answer.
TIMEOUT = 20


class MailError(Exception):
    """A server takes no letter from us; the text says why, in French."""


def send(address: str, password: str, letter: EmailMessage) -> None:
    """Give a letter to the server at an address, « smtp://host » or « smtps://user@host ».

    Raise MailError: what could not be sent may be tried again.
    """
    try:
        with _opened(address, password) as server:
            server.send_message(letter)
    except OSError as error:  # SMTPException is one
        raise MailError(_said(address, error)) from error


def check(address: str, password: str) -> None:
    """Raise MailError when the server would take no letter."""
    try:
        with _opened(address, password) as server:
            server.noop()
    except OSError as error:
        raise MailError(_said(address, error)) from error


def _opened(address: str, password: str) -> smtplib.SMTP:
    parts = urlsplit(address)
    host, trusted = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT, context=trusted
        )
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)
    if parts.username:  # a password does not travel in clear
        if parts.scheme != "smtps":
            server.starttls(context=trusted)
        server.login(unquote(parts.username), password)
    return server


def _said(address: str, error: OSError) -> str:
    return (
        f"le serveur de courriel {urlsplit(address).hostname} n’a pas pris la lettre (détail :"
        f" {error}). Vérifiez « smtp » et « to » dans [mail]."
    )
