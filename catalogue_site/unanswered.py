"""A search that found nothing is counted, by its words alone, once its page is on its way.

Nobody waits for it, and a page is never lost for it.
"""

from __future__ import annotations

import logging

from flask import Response, after_this_request

from indexer.errors import StoreError
from indexer.figures import Figures
from indexer.search import Query, Results

from .site import store

log = logging.getLogger(__name__)


def count(query: Query, results: Results) -> None:
    """Have the words counted if nothing says them all. With filters it is they that leave nothing."""
    is_answered = results.total > results.near or results.corrected
    if is_answered or not query.text or query.filters or query.page > 1:
        return
    figures = store().figures

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(lambda: _note(figures, query.text))
        return response


def _note(figures: Figures, words: str) -> None:
    try:
        figures.note_unanswered(words)
    except StoreError as error:
        log.warning("unanswered search not counted error=%r", str(error))
