"""What holds for every test."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.backoffice import desk, empty_database  # noqa: F401  # fixtures for every test
from tests.built import wheel  # noqa: F401  # a fixture for every test
from tests.corpus import SHARED
from tests.demonstration import browser, demonstration  # noqa: F401  # fixtures for every test
from tests.forge.fixtures import forge  # noqa: F401  # a fixture for every test
from tests.qualifying import stages  # noqa: F401  # a fixture for every test

settings.register_profile("balise", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("balise")


def pytest_configure(config: pytest.Config) -> None:
    """In CI the corpus must be there: files that are not there make no test, and so no failure."""
    if os.environ.get("CI") == "true" and not SHARED.exists():
        pytest.exit(f"{SHARED} is missing: CI must have ../shared beside the checkout.", 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what a clone without the shared corpus could not check."""
    if not SHARED.exists():
        left_out = len(terminalreporter.stats.get("skipped", ()))
        terminalreporter.write_line(
            f"{left_out} corpus tests did not run: there is no {SHARED} beside this checkout."
        )
