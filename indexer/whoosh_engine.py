"""A SearchEngine on Whoosh: it owns the index on disk, its commits and its locks; arrays.py answers.

The only module that knows Whoosh, and only by its public API but for the few names it overrides to
be durable (DurableStorage) and to name segments. https://pypi.org/project/whoosh3/

A reader is always opened anew: `refresh` and `reader(reuse=…)` give stale and deleted documents.
The index holds nothing that the store does not: one that cannot be read is thrown away, `fresh`
says so, and documents.catch_up fills it again.
"""

# mypy: allow-untyped-calls
# (Whoosh is typed in part only.)

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
import shutil
import struct
import threading
import time
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import EmptyIndexError, FileIndex
from whoosh.reading import SegmentReader
from whoosh.util.filelock import try_for
from whoosh.writing import CLEAR, SegmentWriter

from metadata.vocabulary import key_of
from metadata.words import synonyms

from . import analysis
from .answer import Snapshot, answer, snapshot
from .arrays import Posting, Row, Segment, View
from .errors import SearchError
from .facets import FACETS
from .search import Document, Query, Results
from .spelling import Spelling

log = logging.getLogger(__name__)

#: Raise it when documents are kept in another way.
VERSION = 1

NAMES = tuple(FACETS)

#: How long a writer waits for another one, in seconds.
PATIENCE = 60.0

#: What tells one commit from another: its generation and when it was made.
Mark = tuple[int, float]

#: As many segments of one order of magnitude as are let stand side by side.
MOST_ALIKE = 10

LOST = (
    "L’index de recherche était illisible\u00a0: il a été vidé. "
    "«\u00a0balise index\u00a0» le refait d’après la base."
)
GONE = (
    "L’index de recherche n’est plus là, ou une autre version de Balise l’a refait\u00a0: "
    "redémarrez ce processus."
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
        """Add or replace these documents and drop those slugs, in one durable commit."""
        added = {document.slug: document for document in documents}
        gone = added.keys() | {*deleted}
        if gone:
            with self._writing() as writer:
                self._drop(writer, gone)
                for document in added.values():
                    writer.add_document(**fields_of(document))
                writer.commit(mergetype=merged)

    def clear(self) -> None:
        """Forget everything, in one commit."""
        with self._writing() as writer:
            writer.commit(mergetype=CLEAR)

    def search(self, query: Query) -> Results:
        """Raise InvalidQuery when the text, a facet or the order cannot be read as a query."""
        with self._reading() as state:
            return answer(state, query)

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """The same text with its last word completed by words of the index, the most frequent first."""
        head, space, last = analysis.normal(prefix).rpartition(" ")
        if not last:
            return ()
        with self._reading() as state:
            # Until its segment is merged, a word counts what was deleted since: look again.
            found = state.view.lexicon.beginning(last, 2 * limit)
            there = [word.written for word in found if len(state.view.posting(word.term).ids)]
        return tuple(f"{head}{space}{word}" for word in there[:limit])

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
                    kept[name] = Segment(Leaf(leaf), segment.doc_count_all(), NAMES)
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


class Unreadable(Exception):
    """The index is there, and is no index."""


@contextmanager
def guarded() -> Iterator[None]:
    """Around the reading of files: whatever bytes gone bad raise becomes Unreadable."""
    try:
        yield
    except EmptyIndexError as error:
        raise SearchError(GONE) from error
    except FileNotFoundError as error:
        raise Unreadable from error
    except (OSError, MemoryError):
        raise
    except Exception as error:
        raise Unreadable from error


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise SearchError(
            f"L’index de recherche {folder} est inaccessible\u00a0: {reason}."
        ) from error


def leaves(index: FileIndex) -> Iterator[tuple[SegmentReader, Any, int]]:
    """A reader of each segment of the last commit, the segment, and its first document's number."""
    for leaf, base in index.reader().leaf_readers():
        if isinstance(leaf, SegmentReader):  # an empty index has a reader of another kind
            yield leaf, leaf.segment(), base


class Leaf:
    """One segment on disk. Its reader moves about in its files: one thread at a time."""

    def __init__(self, reader: SegmentReader) -> None:
        self._reader = reader
        self._lock = threading.Lock()

    def rows(self) -> Iterator[tuple[int, Row]]:
        for number, stored in self._reader.iter_docs():
            length = self._reader.doc_field_length(number, "text") or 0
            yield number, Row(stored["slug"], length, *stored["row"])

    def postings(self, term: str) -> list[Posting]:
        with self._lock, guarded():
            return [self._posting(text) for text in self._spellings(term)]

    def _posting(self, text: bytes) -> Posting:
        matcher = self._reader.postings("text", text)
        ids, weights = [], []
        while matcher.is_active():
            ids.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
        return Posting(np.array(ids, dtype=np.int64), np.array(weights, dtype=np.float64))

    def places(self, term: str) -> list[tuple[int, Sequence[int]]]:
        with self._lock, guarded():
            return [found for text in self._spellings(term) for found in self._places(text)]

    def _places(self, text: bytes) -> Iterator[tuple[int, Sequence[int]]]:
        matcher = self._reader.postings("text", text)
        while matcher.is_active():
            yield matcher.id(), unpacked(matcher.value())
            matcher.next()

    def _spellings(self, term: str) -> list[bytes]:
        return [*self._reader.expand_prefix("text", f"{term} ")]

    def lexicon(self) -> list[Spelling]:
        with self._lock, guarded():
            found = []
            for text, info in self._reader.iter_field("text"):
                term, _, written = text.decode().partition(" ")
                if written:
                    found.append(Spelling(term, written, info.doc_frequency()))
            return found


#: What Whoosh indexes of a document: each term, how often, its weight, and where it stands.
Words = Generator[tuple[bytes, int, float, bytes], Any, None]


class Said(fields.FieldType):
    """The words of a document, weighed: one indexed term for each spelling, "term spelling"."""

    def __init__(self) -> None:
        super().__init__(
            format=formats.Format(),
            analyzer=None,  # type: ignore[arg-type]  # index() is given words, not a text
            scorable=True,
        )

    def index(self, value: analysis.Weighed, **_: Any) -> Words:
        for spelled, weight in value.weights.items():
            yield spelled.encode(), weight, float(weight), packed(value.places[spelled])


def packed(places: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(places)}H", *places)


def unpacked(value: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(value) // 2}H", value)


SCHEMA = fields.Schema(
    slug=fields.ID(stored=True, unique=True),
    text=Said(),
    row=fields.STORED(),
)


def fields_of(document: Document) -> dict[str, Any]:
    """A document as Whoosh keeps it: see Row for what is stored."""
    parts = [(document.title, analysis.TITLE)]
    parts += [(text, analysis.KEYWORDS) for text in document.keywords]
    parts += [(text, analysis.TEXT) for text in (*document.subjects, document.description)]
    facets = {
        name: " ".join(sorted({*values})) for name, values in document.facets.items() if values
    }
    return {
        "slug": document.slug,
        "text": analysis.weigh(parts),
        "row": (
            document.family,
            sorted_title(document.title),
            int(document.updated.timestamp()) if document.updated else 0,
            document.completeness,
            facets,
        ),
    }


ARTICLES = {"l'", "le", "la", "les", "un", "une", "des"}


def sorted_title(title: str) -> str:
    """What a title is sorted by: its words without accents, a first article left aside."""
    said = [key_of(word.written) for word in analysis.words(analysis.normal(title))]
    return " ".join(said[1:] if said and said[0] in ARTICLES else said)


def name_of_index() -> str:
    """A name that changes with all that an index depends on: an older one is not even opened."""
    depends = (VERSION, analysis.VERSION, NAMES, synonyms())
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


def merged(writer: SegmentWriter, segments: Sequence[W3Segment]) -> list[W3Segment]:
    """Rewrite the segments that crowd one order of magnitude, and those mostly deleted."""
    sizes = Counter(len(str(segment.doc_count())) for segment in segments)
    kept = []
    for segment in segments:
        if not segment.doc_count():
            continue
        crowded = sizes[len(str(segment.doc_count()))] >= MOST_ALIKE
        if crowded or segment.deleted_count() > segment.doc_count():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
        else:
            kept.append(segment)
    return kept


class Codec(W3Codec):
    """Whoosh's own, with names of segments that no seed can bring twice."""

    length_stats = False  # lets Whoosh's searcher skip blocks; we never ask it anything

    def new_segment(self, storage: FileStorage, indexname: str) -> W3Segment:
        return W3Segment(self, indexname, segid=secrets.token_hex(8))


class DurableStorage(FileStorage):
    """A folder of ours alone, where what is committed is on the disk. Whoosh never calls fsync."""

    def create(self) -> DurableStorage:
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        os.chmod(self.folder, 0o700)  # an index holds pickles: whoever writes here runs code
        return self

    def create_file(
        self, name: str, excl: bool = False, mode: str = "wb", **options: Any
    ) -> StructFile:
        stream: StructFile = super().create_file(name, excl, mode, **options)
        stream.onclose = flushed
        return stream

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        self._flush_folder()
        super().rename_file(oldname, newname, safe=safe)
        self._flush_folder()

    def _flush_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def flushed(stream: StructFile) -> None:
    stream.flush()
    os.fsync(stream.raw_file().fileno())
