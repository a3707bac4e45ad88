"""The API of the forge: every operation that it answers, by method and template."""

from __future__ import annotations

from tests.forge.api import (
    changes,
    commits,
    forks,
    hooks,
    labels,
    mergerequests,
    notes,
    people,
    projects,
    refs,
    releases,
    repository,
    statuses,
)

ROUTES = {
    **projects.ROUTES,
    **people.ROUTES,
    **repository.ROUTES,
    **commits.ROUTES,
    **refs.ROUTES,
    **mergerequests.ROUTES,
    **changes.ROUTES,
    **notes.ROUTES,
    **statuses.ROUTES,
    **labels.ROUTES,
    **forks.ROUTES,
    **releases.ROUTES,
    **hooks.ROUTES,
}
