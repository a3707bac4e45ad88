"""A package (SCORM, cmi5, H5P, Common Cartridge), and the small zip that stands for it.

Of a package of any size a source keeps the manifest and the metadata files that it names: `reduce`
takes them from a zip, `gather` from a folder, and `parse` reads such a zip as well as a whole one.
tincan.xml, which describes an xAPI activity and no resource, is not read.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from . import h5p, manifest
from .errors import BadPackage
from .finding import Finding, Severity
from .record import RawRecord, Reading
from .strangers.archive import MAX_MEMBER, Package, open_package, shown

__all__ = ["MANIFESTS", "Package", "gather", "open_package", "parse", "reduce"]

#: The files that make a package of what holds them, the first found being the one read.
MANIFESTS = ("imsmanifest.xml", "cmi5.xml", "h5p.json")
#: Metadata files that tools leave beside the manifest, named by it or not.
CUSTOMARY = ("metadata.xml", "imslrm.xml")
#: More metadata files than that describe the parts, not the whole.
MAX_SIDE_FILES = 50
#: The oldest date that a zip can hold: the same files always make the same bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)


def parse(raw: RawRecord) -> Reading:
    """Read a package, whole or reduced. Raise BadPackage, or ParseError on its manifest."""
    package = open_package(raw.payload)
    name = _manifest_among(package.names)
    payload, folder = package.read(name), posixpath.dirname(name)
    kind = posixpath.basename(name).lower()
    if kind == "h5p.json":
        reading = h5p.read(payload)
    elif kind == "cmi5.xml":
        reading = manifest.read_cmi5(payload)
    else:
        sides = _side_files(payload, folder, package.names)
        reading = manifest.read(
            payload,
            side=lambda path: package.read(path) if path in package else None,
            folder=folder,
            # A reduced package holds nothing else, and nothing can be said of its content.
            files={*package.names} if {*package.names} - {name, *sides} else (),
        )
    return replace(reading, findings=(*_misplaced(name), *reading.findings))


def reduce(package: Package) -> bytes:
    """The small zip that stands for a package. Raise BadPackage."""
    return gather(package.names, package.read)


def gather(names: Iterable[str], read: Callable[[str], bytes]) -> bytes:
    """The small zip that stands for a folder, from the paths inside it. Raise BadPackage."""
    held = [*names]
    name = _manifest_among(held)
    kept = {name: read(name)}
    if posixpath.basename(name).lower() == "imsmanifest.xml":
        for side in _side_files(kept[name], posixpath.dirname(name), held):
            kept[side] = read(side)
    return _zip(kept)


def _side_files(payload: bytes, folder: str, names: Collection[str]) -> list[str]:
    """The metadata files of a package: those that its manifest names, and those that tools leave."""
    wanted = manifest.side_files(payload, folder)
    wanted += [posixpath.join(folder, each) for each in CUSTOMARY]
    held = {*names}
    return [path for path in dict.fromkeys(wanted) if path in held][:MAX_SIDE_FILES]


def _manifest_among(names: Iterable[str]) -> str:
    """Where the manifest is: at the root, else in the one folder that holds everything."""
    found = [name for name in names if posixpath.basename(name).lower() in MANIFESTS]
    roots = [name for name in found if "/" not in name]
    near = roots or [name for name in found if name.count("/") == 1]
    if not near or len({posixpath.dirname(name) for name in near}) > 1:
        raise BadPackage(
            f"Le paquet n’a pas de manifeste à sa racine ({', '.join(MANIFESTS)}).",
            remedy="Placez le manifeste à la racine du paquet\u00a0: compressez le contenu du"
            " dossier, pas le dossier qui contient les paquets.",
        )
    return min(near, key=lambda name: MANIFESTS.index(posixpath.basename(name).lower()))


def _misplaced(name: str) -> Iterable[Finding]:
    if name not in MANIFESTS:
        yield Finding(
            severity=Severity.WARNING,
            rule="paquet-manifeste-deplace",
            element="manifeste",
            message=f"Le manifeste s’appelle «\u00a0{shown(name)}\u00a0»\u00a0: une plateforme ne le"
            " trouvera pas.",
            remedy=f"Placez «\u00a0{posixpath.basename(name).lower()}\u00a0» à la racine du paquet,"
            " en minuscules.",
        )


def _zip(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, payload in sorted(files.items()):
            if len(payload) > MAX_MEMBER:
                raise BadPackage(
                    f"Le fichier «\u00a0{shown(name)}\u00a0» pèse {len(payload)} octets\u00a0:"
                    f" au-delà de {MAX_MEMBER}, il n’est pas lu.",
                    remedy="Vérifiez que c’est bien le manifeste ou la notice du paquet.",
                )
            info = zipfile.ZipInfo(name, NO_DATE)
            info.create_system = 3  # whatever the machine, the same bytes
            info.external_attr = 0o644 << 16
            archive.writestr(info, payload)
    return made.getvalue()
