"""The forge as a pytest fixture, whose contract must not have been broken when the test ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.forge import Forge


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    """An empty forge, checked against GitLab's own document."""
    with Forge(tmp_path / "forge") as made:
        yield made
    assert not made.violations, "\n".join(made.violations)
