"""Write the feeds of the bundled sample from what sample_notices.toml says; commons are by hand.

python tasks/make_sample.py [FOLDER]
"""

from __future__ import annotations

import csv
import io
import json
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from sample_lom import BareLom, Entry, Lom, OldLom, Publisher, lines, term

HERE = Path(__file__).parent
NOTICES = HERE / "sample_notices.toml"

TILLEUL = Publisher(
    name="Éditions du Tilleul mordoré", host="tilleul-mordore.example", ark="tilleul"
)
CABESTAN = Publisher(name="Éditions Cabestan & Lune", host="cabestan-lune.example", ark="cabestan")
BRUMEVAL = "https://ressources.ac-brumeval.example"

PAGE = 20
HARVESTED = "2025-11-03T04:00:00Z"
#: The oldest date that a zip can hold: the same files always make the same bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)


def make(folder: Path) -> None:
    """Write every generated file of the sample, and remove those that are no longer made."""
    notices = tomllib.loads(NOTICES.read_text("utf-8"))
    made = {
        **repository(notices["tilleul"]),
        "brumeval/ressources.csv": table(notices["brumeval"], notices["colonnes"]),
        **collection(notices["cabestan"]),
    }
    for name in ("tilleul", "brumeval", "cabestan"):
        for old in (folder / name).rglob("*"):
            if old.is_file() and str(old.relative_to(folder)) not in made:
                old.unlink()
    for path, content in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


# --- The repository ---------------------------------------------------------------------------


def repository(entries: list[Entry]) -> dict[str, bytes]:
    """The answers of an OAI-PMH repository to ListRecords, page by page."""
    pages = [entries[start : start + PAGE] for start in range(0, len(entries), PAGE)]
    return {
        f"tilleul/listrecords-{number}.xml": _answer(page, number, len(pages), len(entries))
        for number, page in enumerate(pages, 1)
    }


def _answer(page: Iterable[Entry], number: int, last: int, size: int) -> bytes:
    base = f"https://oai.{TILLEUL.host}/oai"
    asked = f'resumptionToken="p{number}"' if number > 1 else 'metadataPrefix="lom"'
    token = f"p{number + 1}" if number < last else ""
    cursor = (number - 1) * PAGE
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">',
            f"<responseDate>{HARVESTED}</responseDate>",
            f'<request verb="ListRecords" {asked}>{base}</request>',
            "<ListRecords>",
            *(line for entry in page for line in _record(entry)),
            f'<resumptionToken completeListSize="{size}" cursor="{cursor}">{token}</resumptionToken>',
            "</ListRecords>",
            "</OAI-PMH>\n",
        ]
    ).encode()


def _record(entry: Entry) -> Iterator[str]:
    status = ' status="deleted"' if "deleted" in entry else ""
    yield "<record>"
    yield f"<header{status}><identifier>oai:{TILLEUL.host}:{entry['name']}</identifier>"
    yield f"<datestamp>{entry['date']}T06:00:00Z</datestamp><setSpec>{entry['set']}</setSpec></header>"
    if "title" in entry:
        yield "<metadata>"
        yield from (line.lstrip() for line in lines(Lom(entry, TILLEUL).root()))
        yield "</metadata>"
    yield "</record>"


# --- The table --------------------------------------------------------------------------------


def table(entries: list[Entry], columns: dict[str, str]) -> bytes:
    """A CSV as spreadsheets write it: a BOM, semicolons, quotes where they are needed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*columns], delimiter=";", lineterminator="\n")
    writer.writerow(columns)
    for number, entry in enumerate(entries, 1):
        if "raw" in entry:
            text.write(entry["raw"] + "\n")
            continue
        name = entry["name"]
        row = {
            "identifiant": f"BRV-{number:03}",
            "lien": f"{BRUMEVAL}/{name}",
            "langues": "fr",
            "editeur": "Académie de Brumeval",
            **entry,
        }
        writer.writerow({column: row.get(column, "") for column in columns})
    return text.getvalue().encode("utf-8-sig")


# --- The folder of notices --------------------------------------------------------------------


def collection(entries: list[Entry]) -> dict[str, bytes]:
    """A folder of notices and packages."""
    return {
        f"cabestan/{path}": _spoiled(content, entry)
        for entry in entries
        for path, content in _FORMS[entry["as"]](entry)
    }


def _spoiled(content: bytes, entry: Entry) -> bytes:
    encoding = entry.get("encoding", "utf-8")
    for good, bad in entry.get("spoil", []):
        assert good.encode(encoding) in content, f"{entry['name']}: {good}"
        content = content.replace(good.encode(encoding), bad.encode(encoding))
    return content


Files = Iterator[tuple[str, bytes]]


def _notice(entry: Entry, form: type[Lom]) -> Files:
    encoding = entry.get("encoding", "UTF-8")
    yield f"{entry['name']}.xml", form(entry, CABESTAN).document(encoding).encode(encoding)


def _dublin_core(entry: Entry) -> Files:
    said = [
        ("title", entry["title"]),
        *(("creator", name) for name in entry["author"]),
        ("publisher", CABESTAN.name),
        ("description", entry["text"]),
        *(("subject", word) for word in entry["keywords"]),
        ("date", str(entry["date"])),
        ("type", entry["dc_type"]),
        ("format", entry["dc_format"]),
        ("identifier", CABESTAN.address(entry)),
        ("language", "fr"),
        ("rights", entry["licence"]),
    ]
    spaces = (
        'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    parts = [f"  <dc:{name}>{escape(text.strip())}</dc:{name}>" for name, text in said]
    document = ['<?xml version="1.0" encoding="UTF-8"?>', f"<oai_dc:dc {spaces}>", *parts]
    yield f"{entry['name']}.xml", "\n".join([*document, "</oai_dc:dc>\n"]).encode()


def _h5p(entry: Entry) -> Files:
    said = {
        "title": entry["title"],
        "language": "fr",
        "mainLibrary": entry["library"],
        "license": entry["licence"],
        "licenseVersion": "4.0",
        "authors": [{"name": name, "role": "Author"} for name in entry["author"]],
        "metaDescription": entry["text"],
        "embedTypes": ["iframe"],
        "preloadedDependencies": [
            {"machineName": entry["library"], "majorVersion": 0, "minorVersion": 5}
        ],
    }
    files = {"h5p.json": _json(said), "content/content.json": _json({"words": entry["words"]})}
    yield f"{entry['name']}.h5p", _zip(files)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _scorm_2004(entry: Entry) -> Files:
    manifest = _manifest(
        entry["title"],
        spaces='xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"'
        ' xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"',
        version="2004 4th Edition",
        metadata="    <adlcp:location>metadata.xml</adlcp:location>",
        kind="adlcp:scormType",
    )
    files = {
        "imsmanifest.xml": manifest,
        "metadata.xml": Lom(entry, CABESTAN).document().encode(),
        "index.html": _page(entry["title"]),
    }
    yield f"{entry['name']}.zip", _zip(files)


def _scorm_12(entry: Entry) -> Files:
    manifest = _manifest(
        entry["title"],
        spaces='xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"'
        ' xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"',
        version="1.2",
        metadata="\n".join(_ims_metadata(entry)),
        kind="adlcp:scormtype",
    )
    yield f"{entry['name']}/imsmanifest.xml", manifest
    yield f"{entry['name']}/index.html", _page(entry["title"])


def _manifest(title: str, *, spaces: str, version: str, metadata: str, kind: str) -> bytes:
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="cabestan" version="1" {spaces}>
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>{version}</schemaversion>
{metadata}
  </metadata>
  <organizations default="module">
    <organization identifier="module">
      <title>{escape(title)}</title>
      <item identifier="partie-1" identifierref="page-1"><title>{escape(title)}</title></item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="page-1" type="webcontent" {kind}="sco" href="index.html">
      <file href="index.html"/>
    </resource>
  </resources>
</manifest>
""".encode()


def _ims_metadata(entry: Entry) -> Iterator[str]:
    """LOM as SCORM 1.2 has it: lower case, langstrings everywhere."""

    def text(tag: str, said: str) -> str:
        return f'<{tag}><langstring xml:lang="fr">{escape(said.strip())}</langstring></{tag}>'

    def word(tag: str, said: str) -> str:
        parts = (("source", "LOMv1.0"), ("value", said))
        inside = "".join(
            f'<{part}><langstring xml:lang="x-none">{each}</langstring></{part}>'
            for part, each in parts
        )
        return f"<{tag}>{inside}</{tag}>"

    lom = OldLom(entry, CABESTAN)
    yield '<lom xmlns="http://www.imsglobal.org/xsd/imsmd_rootv1p2p1">'
    yield f"<general>{text('title', entry['title'])}<language>fr</language>"
    yield text("description", entry["text"])
    yield from (text("keyword", said) for said in entry["keywords"])
    yield "</general><lifecycle>"
    for name in entry["author"]:
        card = f"<vcard>{escape(lom.vcard(name, False, False)[9:-3])}</vcard>"
        yield f"<contribute>{word('role', 'author')}<centity>{card}</centity></contribute>"
    yield f"</lifecycle><technical><location>{CABESTAN.address(entry)}</location></technical>"
    yield "<educational>"
    yield word("learningresourcetype", "simulation")
    yield word("intendedenduserrole", "learner")
    yield word("difficulty", "medium")
    yield f"<typicallearningtime><datetime>{entry['time']}</datetime></typicallearningtime>"
    yield "</educational><rights>"
    yield word("cost", "yes") + word("copyrightandotherrestrictions", "yes")
    yield text("description", "Tous droits réservés")
    yield "</rights>"
    for purpose, kind in (("educational level", "levels"), ("discipline", "subjects")):
        yield f"<classification>{word('purpose', purpose)}"
        for name in entry[kind]:
            concept, label = term(kind, name)
            taxon = f"<taxon><id>{concept}</id>{text('entry', label)}</taxon>"
            yield f"<taxonpath>{text('source', 'ScoLOMFR')}{taxon}</taxonpath>"
        yield "</classification>"
    yield "</lom>"


def _page(title: str) -> bytes:
    said = escape(title)
    return (
        f'<!doctype html>\n<html lang="fr"><meta charset="utf-8"><title>{said}</title><h1>{said}</h1>'
        "<p>L’échantillon ne contient que la notice de ce module.</p></html>\n"
    ).encode()


def _without_manifest(entry: Entry) -> Files:
    yield f"{entry['name']}.zip", _zip({"index.html": _page("Module sans manifeste")})


def _zip(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, NO_DATE)
            info.create_system = 3  # whatever the machine, the same bytes
            archive.writestr(info, content)
    return made.getvalue()


_FORMS = {
    "3.x": lambda entry: _notice(entry, Lom),
    "1.x": lambda entry: _notice(entry, OldLom),
    "nu": lambda entry: _notice(entry, BareLom),
    "dc": _dublin_core,
    "h5p": _h5p,
    "scorm-1.2": _scorm_12,
    "scorm-2004": _scorm_2004,
    "vide": _without_manifest,
}


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "sample")
