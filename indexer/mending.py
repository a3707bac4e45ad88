"""An index that was lost is made again, as soon as somebody asks it something.

Whoever asks first does the work; the others are told to come back, rather than that there is nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from .documents import rebuild
from .errors import SearchError
from .search import Document, Query, Results, SearchEngine
from .store import SqlStore

log = logging.getLogger(__name__)

T = TypeVar("T")

MENDING = "L’index de recherche est refait d’après la base\u00a0: réessayez dans quelques minutes."


class MendedEngine:
    """A search engine, filled again from the store when it is found empty or unreadable."""

    def __init__(self, engine: SearchEngine, store: SqlStore) -> None:
        self._engine = engine
        self._store = store
        self._at_work = threading.Lock()

    @property
    def fresh(self) -> bool:
        return self._engine.fresh

    def update(self, documents: Iterable[Document], deleted: Iterable[str] = ()) -> None:
        self._engine.update(documents, deleted)

    def replace(self, documents: Iterable[Document]) -> None:
        self._engine.replace(documents)

    def search(self, query: Query) -> Results:
        return self._asked(lambda: self._engine.search(query))

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        return self._asked(lambda: self._engine.complete(prefix, limit))

    def similar(self, document: Document, count: int) -> tuple[str, ...]:
        return self._asked(lambda: self._engine.similar(document, count))

    def count(self) -> int:
        return self._asked(self._engine.count)

    def _asked(self, ask: Callable[[], T]) -> T:
        """Its answer. Raise SearchError, also while somebody else is making it again."""
        self._mend()
        try:
            return ask()
        except SearchError:
            if not self._mend():
                raise
            return ask()

    def _mend(self) -> bool:
        """Was it lost? Then it is whole again."""
        if self._at_work.locked():
            raise SearchError(MENDING)
        if not (self._engine.fresh and self._store.slugs()):
            return False
        if not self._at_work.acquire(blocking=False):
            raise SearchError(MENDING)
        try:
            log.warning("index lost, made again entries=%d", rebuild(self._store, self._engine))
        finally:
            self._at_work.release()
        return True
