"""A stranger's zip, opened under bounds and read in memory: nothing is ever written to disk.

Whatever is wrong with it (a bomb, a path that leaves the package, a lie, a broken byte) is one
BadPackage. A zip behind other bytes is accepted, as by zip tools: Balise never serves packages.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from typing import BinaryIO

from ..errors import BadPackage
from .safexml import LIMIT

MEGABYTE = 1_000_000

#: How many files, and how many bytes of names, before a package is refused.
MAX_ENTRIES = 20_000
MAX_DIRECTORY = 4 * MEGABYTE
#: What the files may weigh once inflated, together; the few that are read have their own cap.
MAX_TOTAL = 4_000 * MEGABYTE
#: Ordinary files of a few bytes compress beyond this ratio: it is looked at for large ones only.
MAX_RATIO = 200
RATIO_FROM = 10 * MEGABYTE
#: The most that is read of one file: what safexml accepts.
MAX_MEMBER = LIMIT
SIP = 65_536

ENCRYPTED = 0x1 | 0x40 | 0x2000
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
LOCAL_HEADER = struct.Struct("<4s22xHH")
DRIVE = re.compile(r"[A-Za-z]:")
#: Control, format (which reverse or hide text), surrogate, and separators of lines.
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}

#: What zipfile and zlib raise on bytes that are not what they say; RuntimeError holds
#: NotImplementedError, ValueError holds UnicodeError.
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Package:
    """The files of a zip that passed every check, by name."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {info.filename: info for info in archive.infolist() if not info.is_dir()}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str, limit: int = MAX_MEMBER) -> bytes:
        """The bytes of one file. Raise BadPackage: absent, over the limit, or broken."""
        info = self._members.get(name)
        if info is None:
            raise _refused("n’est pas dans le paquet.", "Ajoutez ce fichier au paquet.", name)
        if info.file_size > limit:
            raise _refused(
                f"pèse {info.file_size} octets\u00a0: au-delà de {limit}, il n’est pas lu.",
                "Vérifiez que c’est bien le manifeste ou la notice du paquet.",
                name,
            )
        try:
            with self._archive.open(info) as member:
                # By sips, since read() alone asks for all the compressed bytes at once. zipfile
                # stops at the declared size, which is under the limit.
                payload = b"".join(iter(lambda: member.read(SIP), b""))
        except FAULTS as error:
            reason = f"est illisible (détail\u00a0: {shown(str(error))})."
            raise _refused(reason, "Recréez l’archive.", name) from error
        if len(payload) != info.file_size:
            raise _refused("n’a pas la taille annoncée.", "Recréez l’archive.", name)
        return payload


def open_package(file: BinaryIO | bytes) -> Package:
    """The files of a zip, none inflated yet. Raise BadPackage.

    The file stays the caller's, to close once the package has been used.
    """
    stream = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        archive = zipfile.ZipFile(_Sips(stream))
        infos = archive.infolist()
        _check_sizes(infos)
        _check_each(infos)
        _check_names(infos)
        _check_spans(stream, infos, archive.start_dir)
    except FAULTS as error:
        raise BadPackage(
            f"Le fichier n’est pas une archive zip entière (détail\u00a0: {shown(str(error))}).",
            remedy="Vérifiez qu’il est arrivé en entier, ou recréez l’archive.",
        ) from error
    return Package(archive)


class _Sips(io.RawIOBase):
    """A file that refuses to give more than MAX_DIRECTORY at once.

    zipfile reads the whole directory in one go, and makes an object of each of its entries, before
    anybody can count them.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size if 0 <= size <= MAX_DIRECTORY else MAX_DIRECTORY + 1)
        if len(data) > MAX_DIRECTORY:
            raise _too_many()
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _check_sizes(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_ENTRIES:
        raise _too_many()
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise BadPackage(
            f"Le paquet dépasse {MAX_TOTAL // MEGABYTE} Mo une fois décompressé\u00a0: il n’est pas"
            " ouvert.",
            remedy="Retirez-en les fichiers inutiles, ou divisez-le en plusieurs paquets.",
        )


def _check_each(infos: Iterable[zipfile.ZipInfo]) -> None:
    for info in infos:
        name = info.filename
        if info.flag_bits & ENCRYPTED:
            raise _refused("est chiffré.", "Recréez l’archive sans mot de passe.", name)
        if info.compress_type not in METHODS:
            raise _refused(
                f"est compressé par une méthode inconnue ({info.compress_type}).",
                "Recréez l’archive avec la compression zip ordinaire (deflate).",
                name,
            )
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refused(
                "n’est pas un fichier ordinaire (lien symbolique ou périphérique).",
                "Remplacez le lien par le fichier lui-même, puis recréez l’archive.",
                name,
            )
        if info.file_size > max(RATIO_FROM, MAX_RATIO * info.compress_size):
            raise _refused(
                f"se décompresse en {info.file_size} octets à partir de {info.compress_size}\u00a0:"
                " l’archive a la forme d’une bombe de décompression.",
                "Retirez ce fichier du paquet.",
                name,
            )


def _check_names(infos: Iterable[zipfile.ZipInfo]) -> None:
    seen: dict[str, str] = {}
    for info in infos:
        name = info.orig_filename  # filename stops at the first NUL
        if not name.isprintable() and any(unicodedata.category(c) in INVISIBLE for c in name):
            raise _refused("a un nom qui contient des caractères invisibles.", "Renommez-le.", name)
        if not _stays_inside(name):
            raise _refused(
                "a un chemin qui sort du paquet ou n’est pas canonique.",
                "Recréez l’archive avec des chemins relatifs, séparés par «\u00a0/\u00a0»,"
                " sans «\u00a0..\u00a0».",
                name,
            )
        key = unicodedata.normalize("NFC", name).casefold()
        if key in seen:
            raise _refused(
                f"a le même nom que «\u00a0{shown(seen[key])}\u00a0», à la casse près.",
                "Gardez un seul des deux fichiers.",
                name,
            )
        seen[key] = name


def _stays_inside(name: str) -> bool:
    parts = name.removesuffix("/").split("/")
    return "\\" not in name and not DRIVE.match(name) and not {"", ".", ".."} & {*parts}


def _check_spans(file: BinaryIO, infos: Iterable[zipfile.ZipInfo], directory: int) -> None:
    """Refuse entries that share bytes: that is how a small zip inflates to petabytes.

    zipfile itself looks at this from Python 3.11.8 on, and when it reads an entry.
    """
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        overlaps = info.header_offset < end
        file.seek(info.header_offset)
        signature, name, extra = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
        end = info.header_offset + LOCAL_HEADER.size + name + extra + info.compress_size
        if overlaps or end > directory or signature != b"PK\x03\x04":
            raise _refused(
                "partage ses octets avec un autre fichier, ou n’est pas où l’archive le dit.",
                "Recréez l’archive.",
                info.filename,
            )


def _too_many() -> BadPackage:
    return BadPackage(
        f"Le paquet contient plus de {MAX_ENTRIES} fichiers\u00a0: il n’est pas ouvert.",
        remedy="Retirez-en les fichiers inutiles, ou divisez-le en plusieurs paquets.",
    )


def _refused(reason: str, remedy: str, name: str) -> BadPackage:
    return BadPackage(f"Le fichier «\u00a0{shown(name)}\u00a0» {reason}", remedy=remedy)


def shown(name: str) -> str:
    """A name of the package, short and on one line whatever it holds."""
    visible = "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in name)
    return visible if len(visible) <= 100 else f"{visible[:99]}…"
