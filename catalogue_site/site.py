"""What the views share: the store, the engine, the addresses, the assets."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode

from flask import current_app, request
from markupsafe import Markup

from indexer.documents import catch_up
from indexer.errors import SearchError
from indexer.search import SearchEngine
from indexer.store import SqlStore
from metadata.case import Role

from .door import Door

if TYPE_CHECKING:  # what these need takes long to load, and few sites have them
    from indexer.preview import Candidate, Preview

    from .openid import Login

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Publisher:
    """Who answers for the catalogue."""

    name: str = ""
    contact: str = ""
    director: str = ""  # of the publication, as the law calls who answers for it
    host: str = ""  # who keeps the machines: name, address, telephone

    @property
    def contact_address(self) -> str:
        """A link: the contact is an e-mail address or a page."""
        is_page = self.contact.startswith(("http://", "https://"))
        return self.contact if is_page else f"mailto:{self.contact}"

    def letter(self, subject: str, body: str) -> str:
        """A link to a letter already begun, where the contact takes letters."""
        link = self.contact_address
        begun = urlencode({"subject": subject, "body": body}, quote_via=quote)
        return f"{link}?{begun}" if link.startswith("mailto:") else link


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One catalogue being served, or being written to files (`frozen`)."""

    store: SqlStore
    engine: SearchEngine
    base_url: str = ""
    publisher: Publisher = Publisher()
    login: Login | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)  # of curators, by group of the forge
    door: Door | None = None
    crawl_every: timedelta = timedelta(hours=1)  # when a project is looked at next
    frozen: bool = False
    theme: Path | None = None  # the folder of a theme that was installed; else ours
    clock: Callable[[], datetime] = now  # for the answers that bear their date
    check: Callable[[str, datetime], object] | None = (
        None  # the automatic checks of an entry, by slug
    )
    preview: Callable[[Candidate], Preview] | None = None  # the first records of a source to be
    assets: Mapping[str, str] = field(default_factory=lambda: hashed(STATIC))

    @property
    def search_address(self) -> str:
        """Where the search form leads: frozen pages need a live site, "" when there is none."""
        if not self.frozen:
            return "/recherche"
        return f"{self.base_url}/recherche" if self.base_url else ""

    @property
    def selection_address(self) -> str:
        """Where resources are put together, "" when there is no live site."""
        if not self.frozen:
            return "/selection"
        return f"{self.base_url}/selection" if self.base_url else ""

    @property
    def editor_address(self) -> str:
        """Where a commun.yml is written, "" when there is no live site."""
        if not self.frozen:
            return "/editeur"
        return f"{self.base_url}/editeur" if self.base_url else ""

    def embed(self, document: Mapping[str, object]) -> Markup:
        """JSON that can stand inside a <script> element."""
        text = json.dumps(document, ensure_ascii=False)
        for character in "<>&":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return Markup(text)  # escaped just above


def hashed(folder: Path) -> dict[str, str]:
    """The public name of each asset: its own with eight digits of its hash, so it never expires."""
    names = {}
    for path in sorted(folder.iterdir()):
        mark = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        names[path.name] = f"{path.stem}.{mark}{path.suffix}"
    return names


def current_site() -> Site:
    return cast(Site, current_app.extensions["site"])


def store() -> SqlStore:
    return current_site().store


def engine() -> SearchEngine:
    return current_site().engine


#: One thread at a time writes to the index.
_at_work = threading.Lock()

#: How long a page waits for the index, in seconds: what takes longer ends behind its back.
AT_ONCE = 10.0


def bring_level() -> None:
    """Let the index catch up with the store, now that somebody changed what the public sees."""
    work = threading.Thread(target=_catch_up, args=(current_site(),), daemon=True)
    work.start()
    work.join(AT_ONCE)


def _catch_up(site: Site) -> None:
    with _at_work:
        try:
            catch_up(site.store, site.engine)
        except (
            SearchError
        ) as error:  # what was decided is kept; the next to catch up takes it along
            log.warning("index behind error=%r", str(error))


def canonical(path: str) -> str:
    """The public address of a page; relative where the configuration gives no base_url."""
    return current_site().base_url + path


def absolute(path: str) -> str:
    """The whole address of a page, for what is read away from it: feeds, sitemaps, snippets."""
    return (current_site().base_url or request.url_root.rstrip("/")) + path
