"""From entries to what the search engine knows of them, and how the engine is kept level.

What a reader sees of an entry, or may know it by, can be searched: every title, keyword and
description whatever its language, the labels of its facets, its taxa, those who made and publish it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from metadata.completeness import completeness
from metadata.normalise import plain
from metadata.record import LangString, Record

from .abreast import Abreast, Over
from .changes import batches
from .entry import SINKS, Change, Entry, State
from .errors import SearchError
from .facets import implied_in, label_of, names_of, values_of
from .search import Document, SearchEngine
from .sets import specs_of

#: How many changes go into one commit of the index: what an interruption costs at most.
BATCH = 2000

#: Facets whose labels are words to find an entry by. The others answer no, or name machines.
SEARCHED = ("niveau", "cycle", "discipline", "type", "usage", "public", "besoin")

#: Those of them that an entry is found by under any of their names: « film » finds a « vidéo ».
CALLED = ("discipline", "type")

#: A description is read so far, in characters: a few minutes of reading.
LONGEST = 20_000


class Exposed(Protocol):
    """What harvesters are shown: see exposed.Exposed."""

    def place(self, specs: Mapping[str, Collection[str]]) -> None: ...


class Store(Protocol):
    """What is asked of the store: see store.SqlStore."""

    @property
    def exposed(self) -> Exposed: ...
    def changes(self, limit: int) -> list[Change]: ...
    def settle(self, changes: Iterable[Change]) -> None: ...
    def mark_all_changed(self) -> int: ...
    def each(
        self,
        work: Callable[[Entry], Document],
        slugs: Iterable[str],
        state: State,
        *,
        over: Over,
    ) -> Iterator[Document]: ...


def catch_up(
    store: Store,
    engine: SearchEngine,
    *,
    progress: Callable[[int], None] = lambda done: None,
    batch: int = BATCH,
) -> int:
    """Bring the index level with the store; return how many changes there were.

    What is not published leaves the index. Changes are struck off once the index has them for good:
    stopped at any moment, it goes on from there. An index made anew is given everything.
    """
    if engine.fresh:
        store.mark_all_changed()
    done = 0
    with Abreast() as abreast:
        while changes := store.changes(batch):
            slugs = [change.slug for change in changes]
            told = store.each(document, slugs, State.PUBLISHED, over=abreast.map)
            engine.update(_exposed(store, told), slugs)
            store.settle(changes)
            done += len(changes)
            progress(done)
    return done


def rebuild(
    store: Store, engine: SearchEngine, *, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Make the index again from the store; return how many entries were looked at.

    Until it is done, the index answers as before. Stopped, it has done nothing: catch_up will.
    """
    store.mark_all_changed()
    changes = store.changes(sys.maxsize)
    try:
        engine.replace(_told(store, changes, progress))
    except SearchError:
        if not engine.fresh:
            raise
        engine.replace(_told(store, changes, progress))  # it was unreadable, and is no more
    store.settle(changes)
    return len(changes)


def _told(
    store: Store, changes: Sequence[Change], progress: Callable[[int], None]
) -> Iterator[Document]:
    slugs = [change.slug for change in changes]
    with Abreast() as abreast:
        told = store.each(document, slugs, State.PUBLISHED, over=abreast.map)
        for done, found in enumerate(_exposed(store, told), start=1):
            yield found
            if done % BATCH == 0:
                progress(done)


def _exposed(store: Store, documents: Iterator[Document]) -> Iterator[Document]:
    """The same documents, each exposed to harvesters on its way to the index, in its sets."""
    for batch in batches(documents):
        store.exposed.place({found.slug: specs_of(found.facets) for found in batch})
        yield from batch


def document(entry: Entry) -> Document:
    """What the engine knows of an entry."""
    facets = values_of(entry)
    return Document(
        slug=entry.slug,
        title=entry.title,
        keywords=tuple(keywords_of(entry.record, entry.title)),
        subjects=tuple(dict.fromkeys(subjects_of(entry, facets))),
        description="\n\n".join(descriptions_of(entry.record))[:LONGEST],
        facets=facets,
        family=entry.family,
        updated=updated_of(entry),
        completeness=completeness(entry.record),
        implied=implied_in(entry),
        dead=entry.link is not None and entry.link.is_dead_for(SINKS),
    )


def keywords_of(record: Record, title: str) -> Iterator[str]:
    """Its keywords, and its titles in other languages."""
    for text in record.general.title:
        if text.value != title:
            yield text.value
    yield from texts(record.general.keywords)
    for classification in record.classifications:
        yield from texts(classification.keywords)


def subjects_of(entry: Entry, facets: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """What it is about, whom it is for, and whose it is."""
    for name in SEARCHED:
        for value in facets.get(name, ()):
            yield label_of(name, value)
            if name in CALLED:
                yield from names_of(name, value)
    for classification in entry.record.classifications:
        for path in classification.taxon_paths:
            yield from texts(taxon.entry for taxon in path.taxa)
    for contribution in entry.record.life_cycle.contributions:
        for entity in contribution.entities:
            yield from filter(None, (entity.name, entity.organisation))
    yield entry.source_title


def descriptions_of(record: Record) -> Iterator[str]:
    yield from map(plain, texts(record.general.descriptions))
    yield from texts(record.general.coverages)
    for educational in record.educational:
        yield from map(plain, texts(educational.descriptions))
    for classification in record.classifications:
        yield from map(plain, texts([classification.description]))


def texts(strings: Iterable[LangString]) -> Iterator[str]:
    """Every text, in every language."""
    return (text.value for string in strings for text in string)


def updated_of(entry: Entry) -> datetime:
    """The latest date the notice gives, of the resource or of itself; else when it last changed.

    A date to come is a slip, and would keep its entry above all others.
    """
    record = entry.record
    contributions = (*record.life_cycle.contributions, *record.meta.contributions)
    dates = (moment(contribution.date.value) for contribution in contributions)
    past = [date for date in dates if date and date <= entry.last_seen]
    return max(past, default=entry.last_changed)


def moment(value: str) -> datetime | None:
    """The beginning of a LOM DateTime, which may stop at the year."""
    whole = value + "0001-01-01"[len(value) :] if len(value) in (4, 7) else value
    try:
        found = datetime.fromisoformat(whole)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
