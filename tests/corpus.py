"""Where the shared corpus of real notices and packages is, when this checkout has it beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"


def shared(path: str = "") -> Path:
    """A file or folder of the corpus. Without it a test is left out and counted; in CI it fails."""
    found = SHARED / path
    if not found.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(
                f"{found} manque : la CI doit avoir ../shared à côté du dépôt", pytrace=False
            )
        pytest.skip("corpus ../shared absent")
    return found


def corpus_files(folder: str, pattern: str = "**/*") -> list[Path]:
    """The files of a folder of the corpus, for parametrising; empty when it is missing."""
    return sorted(path for path in (SHARED / folder).glob(pattern) if path.is_file())
