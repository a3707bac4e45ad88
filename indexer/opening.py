"""Open what a source is made of, a file here or an address elsewhere, in the same way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, BinaryIO

from .errors import SourceError

if TYPE_CHECKING:
    from .fetch import Download


@contextmanager
def opened(place: str, download: Download) -> Iterator[tuple[BinaryIO, str]]:
    """The bytes, and the charset that the server says. Raise SourceError."""
    if place.lower().startswith(("http://", "https://")):
        with tempfile.TemporaryFile() as downloaded:
            charset = download(place, downloaded).charset
            yield downloaded, charset
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(place, "rb"))
        except OSError as error:
            raise SourceError(f"«\u00a0{place}\u00a0» {reason_of(error)}") from error
        yield file, ""


def reason_of(error: OSError) -> str:
    """The end of a sentence about a file, with the remedy."""
    if isinstance(error, FileNotFoundError):
        return "n’existe pas. Vérifiez le chemin."
    if isinstance(error, PermissionError):
        return "ne peut être lu\u00a0: donnez le droit de lecture à l’utilisateur qui lance Balise."
    return f"est illisible (détail\u00a0: {error.strerror}). Vérifiez le disque."
