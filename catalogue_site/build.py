"""Write every public page to files: the same application, asked for each page.

The pages go to a new folder, and a symbolic link is moved to it at the end: whoever reads sees the
old site or the new one, whole, whatever happens in between.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from werkzeug.wrappers import Response

from . import compression
from .addresses import addresses
from .application import create_app
from .errors import BuildError
from .site import Site

STEP = 100  # files between two words on progress


def build(site: Site, folder: Path, progress: Callable[[int], None] = lambda done: None) -> int:
    """Write the site under `folder`, a symbolic link moved at the end; return how many pages and files.

    Raise BuildError, or OSError where the folder cannot be written: the site that was there stays.
    """
    frozen = replace(site, frozen=True)
    fresh = folder.parent / f".{folder.name}-{secrets.token_hex(4)}"
    fresh.mkdir(parents=True)
    try:
        written = 0
        client = create_app(frozen).test_client()
        for url in addresses(frozen):
            answer = client.get(url)
            if answer.status_code != 200:
                raise BuildError(f"{url} répond {answer.status} : le site n’est pas publié.")
            write(answer, file_of(fresh, url))
            written += 1
            if written % STEP == 0:
                progress(written)
        publish(fresh, folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return written


def write(answer: Response, path: Path) -> None:
    """Write an answer to a file; a text also as its server would send it, compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(answer.data)
    if compression.is_text(answer.mimetype or "") and len(answer.data) >= compression.LEAST:
        path.with_name(f"{path.name}.gz").write_bytes(compression.compressed(answer.data))


def file_of(folder: Path, url: str) -> Path:
    """Where a page stands: `/x.json` as it is, `/x` as `x/index.html`, which any server finds."""
    path = folder / url.lstrip("/")
    return path if "." in url else path / "index.html"


def publish(fresh: Path, folder: Path) -> None:
    """Point `folder` at the new site, in one step, and drop the one before."""
    if folder.exists() and not folder.is_symlink():
        raise BuildError(
            f"{folder} est un dossier ordinaire : déplacez-le, Balise y place un lien symbolique."
        )
    link = folder.with_name(f".{folder.name}-lien")
    link.unlink(missing_ok=True)
    link.symlink_to(fresh.name)
    os.replace(link, folder)
    for old in folder.parent.glob(f".{folder.name}-*"):
        if old.is_dir() and not old.is_symlink() and old.name != fresh.name:
            shutil.rmtree(old, ignore_errors=True)
