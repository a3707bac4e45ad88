"""What can go wrong while fetching, harvesting, storing and searching.

IndexerError
├── SourceError          the source answers nonsense, or not at all: try later
│   ├── AddressRefused   an address that may not be fetched: never
│   └── StaleCursor      the source no longer knows where we were: start the list again
├── StoreError
│   ├── RecordNotFound
│   └── CaseMoved        somebody else wrote to this entry's journal: look again
└── SearchError
    └── InvalidQuery     what the reader typed is no query; the text says why, in French
"""


class IndexerError(Exception):
    """Base of every error raised by this package; its text is French, for the operator."""


class SourceError(IndexerError):
    """A source answers nonsense, or not at all."""


class AddressRefused(SourceError):
    """This address may not be fetched: its scheme, its port, or where it leads."""


class StaleCursor(SourceError):
    """The source no longer knows the place where the last run stopped."""


class StoreError(IndexerError):
    """The store cannot do what it was asked."""


class RecordNotFound(StoreError):
    """No entry under this slug or identifier."""


class CaseMoved(StoreError):
    """The case of an entry is no longer the one that was read."""


class SearchError(IndexerError):
    """The search engine cannot do what it was asked."""


class InvalidQuery(SearchError):
    """The reader typed something that is not a query."""
