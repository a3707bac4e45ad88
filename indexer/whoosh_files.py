"""The index on disk, as Whoosh keeps it: its files and fields, its commits and its segments.

With whoosh_engine.py the only module that knows Whoosh, by its public API but for what it overrides
to be durable (DurableStorage) and to name and merge segments. https://pypi.org/project/whoosh3/
"""

# mypy: allow-untyped-calls
# (Whoosh is typed in part only.)

from __future__ import annotations

import os
import secrets
import struct
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import EmptyIndexError, FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from metadata.vocabulary import key_of

from . import analysis
from .arrays import NAMED, Posting, Row
from .errors import SearchError
from .search import Document
from .spelling import Spelling

#: Raise it when documents are kept in another way, or say more than they did.
VERSION = 3

#: As many segments of one order of magnitude as are let stand side by side.
MOST_ALIKE = 10

GONE = (
    "L’index de recherche n’est plus là, ou une autre version de Balise l’a refait\u00a0: "
    "redémarrez ce processus."
)


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
            return [self._posting(text) for text in self._written(term)]

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
            return [found for text in self._written(term) for found in self._places(text)]

    def _places(self, text: bytes) -> Iterator[tuple[int, Sequence[int]]]:
        matcher = self._reader.postings("text", text)
        while matcher.is_active():
            yield matcher.id(), unpacked(matcher.value())
            matcher.next()

    def _written(self, term: str) -> list[bytes]:
        return [*self._reader.expand_prefix("text", f"{term} ")]

    def spellings(self) -> list[Spelling]:
        with self._lock, guarded():
            found = []
            for text, info in self._reader.iter_field("text"):
                term, _, written = text.decode().partition(" ")
                if written:
                    found.append(Spelling(term, written, info.doc_frequency()))
            return found


#: What Whoosh indexes of a document: each term, how often, its weight, and where it stands. Plain
#: values: a batch of documents has half a million, which the garbage collector need not look at.
Words = list[tuple[bytes, int, float, bytes]]


class Said(fields.FieldType):
    """The words of a document, weighed: one indexed term for each spelling, "term spelling"."""

    def __init__(self) -> None:
        super().__init__(
            format=formats.Format(),
            analyzer=None,  # type: ignore[arg-type]  # index() is given words, not a text
            scorable=True,
        )

    def index(self, value: Words, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:  # type: ignore[override]  # Whoosh says Generator, and asks for no more than this
        return iter(value)


def words_of(parts: Iterable[tuple[str, int]]) -> Words:
    said = analysis.weigh(parts)
    return [
        (spelled.encode(), weight, float(weight), packed(said.places[spelled]))
        for spelled, weight in said.weights.items()
    ]


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
    if named := {*document.facets.get("niveau", ())} - {*document.implied}:
        facets[NAMED] = " ".join(sorted(named))
    return {
        "slug": document.slug,
        "text": words_of(parts),
        "row": (
            document.family,
            sorted_title(document.title),
            int(document.updated.timestamp()) if document.updated else 0,
            document.completeness,
            document.dead,
            facets,
        ),
    }


ARTICLES = {"l'", "le", "la", "les", "un", "une", "des"}


def sorted_title(title: str) -> str:
    """What a title is sorted by: its words without accents, a first article left aside."""
    said = [key_of(word.written) for word in analysis.words(analysis.normal(title))]
    return " ".join(said[1:] if said and said[0] in ARTICLES else said)


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
