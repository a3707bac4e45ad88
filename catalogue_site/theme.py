"""The theme of the State's design system, built from an archive that the operator supplies.

Its terms reserve it for services of the State: nothing of it comes with Balise, and an archive is
opened only after its own gate (`cguVersion` in doc/legal/cgu.md) has been passed by the operator.
What is installed stands in the folder of the data, and is used as long as it stands there.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Self
from urllib.parse import quote

from . import stylesheet
from .errors import ThemeError
from .site import STATIC

#: Whole components, those that our templates use: a part of one would not be the system's any more.
COMPONENTS = (
    *("link", "button", "tag", "breadcrumb", "checkbox", "radio", "form", "input", "select"),
    *("search", "upload", "pagination", "table", "skiplink", "logo", "header", "footer", "stepper"),
)
STYLES = (
    "core/core.main.min.css",
    "scheme/scheme.min.css",
    *(f"component/{name}/{name}.main.min.css" for name in COMPONENTS),
)
TERMS = "doc/legal/cgu.md"
LICENCE = "LICENSE.md"
STYLE = "balise.css"
NAMES = "theme.json"

MOST = 3_000_000  # bytes of a file of the archive that is read
SMALL = 1_500  # bytes of an icon that travels in the style sheet

#: Our own tokens, said with the system's.
TOKENS = """\
:root{--c-fond:var(--background-default-grey);--c-fond-2:var(--background-alt-grey);\
--c-texte:var(--text-default-grey);--c-texte-2:var(--text-mention-grey);\
--c-accent:var(--text-action-high-blue-france);--c-bord:var(--border-default-grey);\
--c-champ:var(--border-plain-grey);--c-ok:var(--text-default-success);\
--c-ok-fond:var(--background-contrast-success);--c-sur:var(--text-inverted-grey);\
--c-faute:var(--text-default-error)}
details,details *{box-sizing:border-box}
"""

Read = Callable[[str], bytes]


def install(archive: Path, folder: Path, accepted: str) -> str:
    """Build the theme in `folder`; return the version of the terms that were accepted.

    `accepted` is the version that the operator says they accepted, "*" for whichever the archive has.
    Raise ThemeError, and leave what was installed before.
    """
    with _opened(archive) as files:
        terms = _gate(files, accepted)
        made = _built(files)
        licence = files.read(LICENCE)
    fresh = folder.with_name(f".{folder.name}-nouveau")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, content in made.items():
        (fresh / name).write_bytes(content)
    (fresh / "LICENSE-DSFR.md").write_bytes(licence)
    style = next(name for name in made if name.endswith(".css"))
    names = {STYLE: style} | {name: name for name in made if name != style}
    (fresh / NAMES).write_text(json.dumps(names, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)
    return terms


def names(folder: Path) -> Mapping[str, str]:
    """The assets of the theme in this folder, and their public names; empty where there is none."""
    path = folder / NAMES
    if not path.exists():
        return {}
    found: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


class _Files:
    """The files of an archive, by their path under the folder that holds `dist`."""

    def __init__(self, sizes: Mapping[str, int], read: Read, close: Callable[[], None]) -> None:
        self.close = close
        self._read, self._sizes = read, sizes
        ends = [name for name in sizes if f"/{name}".endswith(f"/dist/{STYLES[0]}")]
        if not ends:
            raise ThemeError(
                "Cette archive n’est pas celle du système de design de l’État : il y manque"
                f" dist/{STYLES[0]}."
            )
        self._root = min(ends, key=len).removesuffix(f"dist/{STYLES[0]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, path: str) -> bytes:
        name = self._root + path
        if name not in self._sizes:
            raise ThemeError(f"Il manque {path} à cette archive : prenez une version complète.")
        if self._sizes[name] > MOST:
            raise ThemeError(f"{path} est trop gros pour être du système de design.")
        return self._read(name)

    def has(self, path: str) -> bool:
        return self._root + path in self._sizes


def _opened(archive: Path) -> _Files:
    try:
        if zipfile.is_zipfile(archive):
            packed = zipfile.ZipFile(archive)
            sizes = {info.filename: info.file_size for info in packed.infolist()}
            return _Files(sizes, packed.read, packed.close)
        tar = tarfile.open(archive)  # noqa: SIM115  # closed by _Files
        members = {member.name: member for member in tar.getmembers() if member.isfile()}

        def read(name: str) -> bytes:
            file = tar.extractfile(members[name])
            return file.read() if file else b""

        return _Files({name: each.size for name, each in members.items()}, read, tar.close)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise ThemeError(f"{archive} n’est ni un zip ni un tar : {error}") from error


def _gate(files: _Files, accepted: str) -> str:
    """The version of the archive's terms, once the operator accepted it. Raise ThemeError."""
    if not files.has(TERMS):
        raise ThemeError(
            f"Cette archive ne contient pas ses conditions d’utilisation ({TERMS}) : prenez-en une"
            " version qui les contient (1.15.0 ou plus récente)."
        )
    text = files.read(TERMS).decode("utf-8", "replace")
    found = re.search(r"cguVersion\W{1,10}(\d[\w.]*\w)", text)
    if not found:
        raise ThemeError(f"Les conditions de cette archive ({TERMS}) ne disent pas leur version.")
    if accepted not in ("*", found[1]):
        raise ThemeError(
            f"Les conditions d’utilisation du système de design (version {found[1]}) ne sont pas"
            " acceptées : rien n’a été installé. Il est réservé aux services de l’État, pour des"
            f" sites en .gouv.fr. Lisez {TERMS} dans l’archive ; si vous les acceptez, écrivez"
            f" « accept-license: {found[1]} » dans .dsfr.yml, à côté de balise.toml, ou donnez"
            " DSFR_ACCEPT_LICENSE=1."
        )
    return found[1]


def _built(files: _Files) -> dict[str, bytes]:
    """The style sheet and what it asks for, by their public names."""
    made: dict[str, bytes] = {}
    sheets = []
    for path in STYLES:
        css = files.read(f"dist/{path}").decode("utf-8")
        place = PurePosixPath("dist", path).parent

        def address_of(url: str, place: PurePosixPath = place) -> str:
            return _kept(files, posixpath.normpath(f"{place}/{re.split('[?#]', url)[0]}"), made)

        sheets.append(stylesheet.with_urls(css, address_of))
    whole = "\n".join(sheets)
    ours = stylesheet.only((STATIC / STYLE).read_text(encoding="utf-8"), _is_ours)
    css = "\n".join((whole, stylesheet.without_script(whole), TOKENS, ours))
    made[_public("dsfr.css", css.encode())] = css.encode()
    return made


def _is_ours(selector: str) -> bool:
    return ".cat-" in selector


def _kept(files: _Files, path: str, made: dict[str, bytes]) -> str:
    """The address of a file that a sheet asks for: in the sheet itself when it is small."""
    content = files.read(path)
    if path.endswith(".svg") and len(content) < SMALL:
        return f"data:image/svg+xml,{quote(content)}"
    name = _public(PurePosixPath(path).name, content)
    made[name] = content
    return name


def _public(name: str, content: bytes) -> str:
    path = PurePosixPath(name)
    return f"{path.stem}.{hashlib.sha256(content).hexdigest()[:8]}{path.suffix}"


def accepted_in(folder: Path) -> Iterator[str]:
    """The version of the terms that .dsfr.yml says were accepted, where there is one."""
    path = folder / ".dsfr.yml"
    if path.exists():
        said = path.read_text(encoding="utf-8", errors="replace")
        yield from re.findall(r"^accept-license:\s*[\"']?([\w.]+)", said, re.MULTILINE)[:1]
