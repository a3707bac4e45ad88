"""A SearchEngine on Whoosh: it owns the index on disk, its commits and its locks; answer.py answers.

A reader is always opened anew: `refresh` and `reader(reuse=…)` give stale and deleted documents.
The index holds nothing that the store does not: one that cannot be read is thrown away, `fresh`
says so, and documents.catch_up fills it again.
"""

# mypy: allow-untyped-calls
# (Whoosh is typed in part only.)

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from whoosh.index import EmptyIndexError, FileIndex
from whoosh.util.filelock import try_for
from whoosh.writing import CLEAR, SegmentWriter

from metadata.words import synonyms

from . import analysis, whoosh_files
from .answer import Snapshot, answer, snapshot
from .arrays import NAMED, Segment, View
from .errors import SearchError
from .facets import FACETS
from .search import Document, Query, Results
from .similar import similar
from .whoosh_files import (
    SCHEMA,
    Codec,
    DurableStorage,
    Leaf,
    Unreadable,
    fields_of,
    guarded,
    leaves,
    merged,
)

log = logging.getLogger(__name__)

NAMES = tuple(FACETS)

#: How long a writer waits for another one, in seconds.
PATIENCE = 60.0

#: What tells one commit from another: its generation and when it was made.
Mark = tuple[int, float]

LOST = (
    "L’index de recherche était illisible\u00a0: il a été vidé. "
    "«\u00a0balise index\u00a0» le refait d’après la base."
)
BUSY = "Un autre processus écrit dans l’index de recherche\u00a0: réessayez quand il aura fini."


class WhooshEngine:
    """An index in a folder of its own. Safe to share between threads, and between processes."""

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self._folder = folder
        self._patience = patience
        self._name = name_of_index()
        self._storage = DurableStorage(folder)
        self._loading = threading.Lock()
        self._segments: dict[str, Segment] = {}
        self._state: tuple[Mark | None, Snapshot] | None = None
        self._index = self._opened()

    @property
    def fresh(self) -> bool:
        """Nothing was ever written to it: it is new, or had to be thrown away and made again."""
        return bool(self._index.latest_generation() == 0)

    def update(self, documents: Iterable[Document], deleted: Iterable[str] = ()) -> None:
        """Add or replace these documents and drop the other slugs, in one durable commit."""
        # Told in fields as they come: whoever makes them may be at work on the next.
        added = {document.slug: fields_of(document) for document in documents}
        gone = added.keys() | {*deleted}
        if gone:
            with self._writing() as writer:
                self._drop(writer, gone)
                for told in added.values():
                    writer.add_document(**told)
                writer.commit(mergetype=merged)

    def replace(self, documents: Iterable[Document]) -> None:
        """Hold these and nothing else, in one durable commit: until then it answers as before."""
        with self._writing() as writer:
            for document in documents:
                writer.add_document(**fields_of(document))
            writer.commit(mergetype=CLEAR)

    def search(self, query: Query) -> Results:
        """Raise InvalidQuery when the text, a facet or the order cannot be read as a query."""
        with self._reading() as state:
            return answer(state, query)

    def similar(self, document: Document, count: int) -> tuple[str, ...]:
        """The slugs of those most like this one: same subject and level first, its family left out."""
        with self._reading() as state:
            return similar(state.facets, state.ranking, document, count)

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """The same text with its last word completed by words of the index, the most frequent first."""
        head, space, last = analysis.normal(prefix).rpartition(" ")
        if not last:
            return ()
        with self._reading() as state:
            # Until its segment is merged, a word counts what was deleted since: look again.
            found = state.view.lexicons.beginning(last, 2 * limit)
            there = (word.written for word in found if len(state.view.posting(word.term).ids))
            return tuple(f"{head}{space}{word}" for word in islice(there, limit))

    def count(self) -> int:
        """How many documents the index holds."""
        with self._reading() as state:
            return len(state.view.everything)

    # Reading

    @contextmanager
    def _reading(self) -> Iterator[Snapshot]:
        """What the last commit holds, whoever made it."""
        mark = self._mark()
        try:
            with explained(self._folder):
                yield self._current(mark)
        except Unreadable as error:
            with self._locked():
                if mark == self._mark():  # nobody has made it anew meanwhile
                    self._throw_away(error)
            raise SearchError(LOST) from error

    def _current(self, mark: Mark | None) -> Snapshot:
        known = self._state
        if known and mark in (known[0], None):
            return known[1]
        with self._loading:
            mark = self._mark()
            if self._state is None or mark not in (self._state[0], None):
                self._state = mark, self._loaded()
            return self._state[1]

    def _mark(self) -> Mark | None:
        """What tells a commit from every other; None when there is none to be seen just now."""
        generation = self._index.latest_generation()
        try:
            return generation, self._storage.file_modified(self._toc(generation))
        except FileNotFoundError:
            return None

    def _toc(self, generation: int) -> str:
        return f"_{self._name}_{generation}.toc"

    def _loaded(self) -> Snapshot:
        parts, kept = [], {}
        with guarded():
            for leaf, segment, _ in leaves(self._index):
                name = segment.segment_id()
                if name in self._segments:
                    leaf.close()
                    kept[name] = self._segments[name]
                else:
                    kept[name] = Segment(Leaf(leaf), segment.doc_count_all(), [*NAMES, NAMED])
                parts.append((kept[name], [*segment.deleted_docs()]))
        self._segments = kept
        return snapshot(View(parts), NAMES)

    # Writing

    @contextmanager
    def _writing(self) -> Iterator[SegmentWriter]:
        """A writer, alone; what it was given is lost if anything happens before it commits."""
        with self._locked(), explained(self._folder):
            try:
                self._sweep()
                writer = SegmentWriter(self._index, _lk=False, codec=Codec())
                try:
                    yield writer
                except BaseException:
                    if not writer.is_closed:
                        writer.cancel()
                    raise
            except Unreadable as error:
                self._throw_away(error)
                raise SearchError(LOST) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self._storage.lock(f"{self._name}_WRITELOCK")
        with explained(self._folder):
            if not try_for(lock.acquire, timeout=self._patience, delay=0.05):
                raise SearchError(BUSY)
        try:
            yield
        finally:
            lock.release()

    def _drop(self, writer: SegmentWriter, slugs: Collection[str]) -> None:
        with guarded():
            for leaf, _, base in leaves(self._index):
                for slug in slugs:
                    if ("slug", slug.encode()) in leaf:
                        for number in leaf.postings("slug", slug).all_ids():
                            writer.delete_document(base + number)
                leaf.close()

    def _sweep(self) -> None:
        """Remove what failed commits, killed writers and other versions left in the folder."""
        kept = set()
        with guarded():
            for leaf, segment, _ in leaves(self._index):
                kept.add(segment.segment_id())
                leaf.close()
        toc = self._toc(self._index.latest_generation())
        for path in ours(self._folder):
            if path.name != toc and path.name.partition(".")[0] not in kept:
                remove(path)

    # Opening

    def _opened(self) -> FileIndex:
        """The index of this folder; a new one when there is none, or none that can be read."""
        with explained(self._folder):
            self._storage.create()
            if found := self._found():
                return found
            with self._locked():
                return self._found() or self._made()  # another process may have, while we waited

    def _found(self) -> FileIndex | None:
        for _ in range(10):
            try:
                return FileIndex(self._storage, SCHEMA, self._name)
            except EmptyIndexError:
                return None
            except FileNotFoundError:
                time.sleep(0.05)  # a commit removed it as we were opening it
            except (OSError, MemoryError):
                raise
            except Exception as error:  # noqa: BLE001 (bytes gone bad may raise anything)
                log.warning("index unreadable folder=%s error=%s", self._folder, repr(error))
                return None
        return None

    def _throw_away(self, error: Unreadable) -> None:
        log.warning("index unreadable folder=%s error=%s", self._folder, repr(error.__cause__))
        self._index = self._made()

    def _made(self) -> FileIndex:
        for path in ours(self._folder):
            remove(path)
        made: FileIndex = FileIndex.create(self._storage, SCHEMA, self._name)
        return made


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise SearchError(
            f"L’index de recherche {folder} est inaccessible (détail\u00a0: {reason})."
            " Vérifiez le chemin, les droits sur ce dossier et la place sur le disque."
        ) from error


def name_of_index() -> str:
    """A name that changes with all that an index depends on: an older one is not even opened."""
    depends = (whoosh_files.VERSION, analysis.VERSION, NAMES, synonyms())
    return "balise" + hashlib.sha256(repr(depends).encode()).hexdigest()[:12]


OURS = re.compile(r"_?balise[0-9a-f]{12}[_.](?!WRITELOCK)")


def ours(folder: Path) -> list[Path]:
    """The files of any index of ours, locks left out: whoever removes one lets in a second writer."""
    return [path for path in folder.iterdir() if OURS.match(path.name)]


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
