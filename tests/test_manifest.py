"""Manifests of SCORM, IMS and cmi5 packages: one resource each, and every fault with its place."""

import random
import re
from contextlib import suppress

import pytest

from metadata import manifest
from metadata.errors import ParseError
from metadata.finding import Severity
from metadata.package import gather, parse
from metadata.placeholders import withdraw
from metadata.record import (
    Contribution,
    Entity,
    General,
    Identifier,
    LifeCycle,
    RawRecord,
    Record,
    Text,
)
from tests.corpus import SHARED, corpus_files, shared

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="m" {spaces}
    xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
    xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:lom="http://ltsc.ieee.org/xsd/LOM">
"""
ORGANIZATIONS = """<organizations default="o"><organization identifier="o">
<title>Le titre du sommaire</title>
<item identifier="i" identifierref="r"><title>Page</title></item>{metadata}
</organization></organizations>
"""
RESOURCES = """<resources><resource identifier="r" type="webcontent" href="a.html"/></resources>
</manifest>"""


def lom(title: str = "", description: str = "") -> str:
    said = "".join(
        f"<lom:{name}><lom:string language='fr'>{text}</lom:string></lom:{name}>"
        for name, text in (("title", title), ("description", description))
        if text
    )
    return f"<metadata><lom:lom><lom:general>{said}</lom:general></lom:lom></metadata>"


def imsmanifest(metadata: str = "", of_organization: str = "", spaces: str = "") -> bytes:
    parts = (
        HEAD.format(spaces=spaces),
        metadata,
        ORGANIZATIONS.format(metadata=of_organization),
        RESOURCES,
    )
    return "".join(parts).encode()


def read(payload: bytes):
    return manifest.parse(RawRecord(identifier="m", format="imsmanifest", payload=payload))


def packed(files: dict[str, bytes]):
    """The reading of a package that holds these files."""
    payload = gather(files, files.__getitem__)
    return parse(RawRecord(identifier="p", format="package", payload=payload))


def title(reading) -> str:
    return next((text.value for text in reading.record.general.title), "")


def rules(reading) -> set[str]:
    return {finding.rule for finding in reading.findings}


def the(reading, rule: str):
    """The one finding of a rule."""
    (found,) = [finding for finding in reading.findings if finding.rule == rule]
    return found


# --- Title and notice -------------------------------------------------------------------------


def test_the_title_is_that_of_the_notice():
    reading = read(imsmanifest(lom("Les volcans", "Un cours.")))
    assert reading.record.general.title == (Text("Les volcans", "fr"),)
    assert reading.record.general.descriptions == ((Text("Un cours.", "fr"),),)
    assert "manifest-sans-notice" not in rules(reading)


def test_without_a_notice_the_title_is_that_of_the_organization_and_its_line_is_known():
    reading = read(imsmanifest())
    assert title(reading) == "Le titre du sommaire"
    assert reading.lines["1.2"] == 6
    assert the(reading, "manifest-sans-notice").severity is Severity.WARNING


def test_the_default_organization_is_the_one_read():
    payload = imsmanifest().replace(
        b'<organizations default="o">',
        b'<organizations default="o"><organization identifier="p"><title>Autre</title>'
        b"</organization>",
    )
    assert title(read(payload)) == "Le titre du sommaire"


def test_what_the_notice_of_the_manifest_does_not_say_the_organization_s_does():
    reading = read(imsmanifest(lom(title="Les volcans"), lom("Autre titre", "Du sommaire.")))
    assert title(reading) == "Les volcans"
    assert reading.record.general.descriptions == ((Text("Du sommaire.", "fr"),),)


def test_a_package_of_one_resource_is_what_that_resource_s_notice_says():
    payload = imsmanifest().replace(
        b'href="a.html"/>', f'href="a.html">{lom("Une leçon")}</resource>'.encode()
    )
    assert title(read(payload)) == "Une leçon"


def test_the_notices_of_the_parts_are_not_the_whole_s():
    payload = imsmanifest().replace(
        b"</item>",
        f'{lom("Une partie")}</item><item identifier="j"><title>Deux</title></item>'.encode(),
    )
    assert title(read(payload)) == "Le titre du sommaire"


def test_a_package_without_a_title_says_where_to_write_one():
    payload = re.sub(b"<title>Le titre du sommaire</title>", b"", imsmanifest())
    found = the(read(payload), "manifest-titre-absent")
    assert (found.severity, found.element, found.line) == (Severity.ERROR, "1.2 titre", 5)


def test_the_names_of_scorm_1_2_in_lower_case_are_understood():
    reading = read(
        imsmanifest(
            """<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion>
            <lom xmlns="http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"><general>
            <title><langstring xml:lang="fr">Volcans</langstring></title>
            <keyword><langstring xml:lang="fr">lave</langstring></keyword>
            </general></lom></metadata>"""
        )
    )
    assert title(reading) == "Volcans"
    assert reading.record.general.keywords == ((Text("lave", "fr"),),)


# --- Side files -------------------------------------------------------------------------------

POINTER = "<metadata><adlcp:location>{}</adlcp:location></metadata>"
SIDE = (
    b'<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title><string language="fr">'
    b"Titre de la notice</string></title></general></lom>"
)


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("notice.xml", "notice.xml"),
        ("meta/notice.xml", "meta/notice.xml"),
        ("./meta/../notice.xml", "notice.xml"),
        ("meta\\notice.xml", "meta/notice.xml"),
        ("ma%20notice.xml", "ma notice.xml"),
        (" notice.xml\n", "notice.xml"),
    ],
)
def test_the_notice_in_a_side_file_is_read(location, name):
    files = {"imsmanifest.xml": imsmanifest(POINTER.format(location)), name: SIDE}
    assert title(packed(files)) == "Titre de la notice"


def test_a_side_file_named_at_every_level_is_read_once():
    pointer = POINTER.format("notice.xml")
    broken = {"imsmanifest.xml": imsmanifest(pointer, pointer), "notice.xml": b"<lom>"}
    assert the(packed(broken), "manifest-notice-non-lue").line


def test_a_side_file_that_is_not_there_is_said_at_the_line_that_names_it():
    found = the(
        packed({"imsmanifest.xml": imsmanifest(POINTER.format("notice.xml"))}),
        "manifest-notice-non-lue",
    )
    assert found.line == 5
    assert "notice.xml" in found.message
    assert "absente du paquet" in found.message


def test_a_side_file_that_cannot_be_read_is_said_with_its_own_line():
    files = {
        "imsmanifest.xml": imsmanifest(POINTER.format("notice.xml")),
        "notice.xml": b"<lom>\n<general>\n</lom>",
    }
    reading = packed(files)
    assert "ligne 3" in the(reading, "manifest-notice-non-lue").message
    assert title(reading) == "Le titre du sommaire"


def test_a_manifest_given_alone_asks_for_its_package():
    found = the(read(imsmanifest(POINTER.format("notice.xml"))), "manifest-notice-non-lue")
    assert "paquet entier" in found.remedy


def test_findings_on_a_side_file_name_it_and_keep_no_line_of_the_manifest():
    side = SIDE.replace(b"<general>", b"<general><structure><value>zigzag</value></structure>")
    files = {"imsmanifest.xml": imsmanifest(POINTER.format("n.xml")), "n.xml": side}
    found = [each for each in packed(files).findings if "zigzag" in each.message]
    assert [(each.message.startswith("n.xml, ligne 1"), each.line) for each in found] == [
        (True, None)
    ]


# --- Kinds of packages ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "version", "kind"),
    [
        ("ADL SCORM", "1.2", "SCORM 1.2"),
        ("ADL SCORM", "CAM 1.3", "SCORM 2004, 2e édition"),
        ("ADL SCORM", "2004 2nd Edition", "SCORM 2004, 2e édition"),
        ("ADL SCORM", "2004 3rd Edition", "SCORM 2004, 3e édition"),
        ("ADL SCORM", "2004 4th Edition", "SCORM 2004, 4e édition"),
        ("IMS Common Cartridge", "1.1.0", "IMS Common Cartridge 1.1"),
        ("IMS Thin Common Cartridge", "1.3.0", "IMS Thin Common Cartridge 1.3"),
        ("QTIv2.1 Package", "1.0.0", "IMS QTI"),
        ("IMS Content", "1.1.4", "IMS Content Package"),
    ],
)
def test_the_kind_of_package_is_told_by_its_schema(schema, version, kind):
    metadata = f"<metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion>"
    reading = read(imsmanifest(metadata + "</metadata>"))
    assert reading.record.technical.formats == (kind,)


@pytest.mark.parametrize(
    ("space", "kind"),
    [
        ("http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1", "IMS Common Cartridge 1.3"),
        ("http://www.adlnet.org/xsd/adlcp_rootv1p2", "SCORM 1.2"),
    ],
)
def test_the_kind_of_package_is_else_told_by_its_namespaces(space, kind):
    reading = read(imsmanifest(spaces=f'xmlns:x="{space}"'))
    assert reading.record.technical.formats == (kind,)


def test_that_results_can_be_tracked_does_not_say_that_they_are():
    reading = read(imsmanifest())
    assert reading.record.balise.results_tracking is None
    assert the(reading, "manifest-suivi-non-dit").severity is Severity.INFO


# --- Faults -----------------------------------------------------------------------------------


def faulty(before: str, after: str) -> bytes:
    payload = imsmanifest().decode()
    assert before in payload
    return payload.replace(before, after).encode()


@pytest.mark.parametrize(
    ("payload", "rule", "line", "named"),
    [
        (faulty('identifierref="r"', 'identifierref="x"'), "reference-inconnue", 7, "«\u00a0x\u00a0»"),
        (faulty('default="o"', 'default="x"'), "organisation-inconnue", 5, "«\u00a0x\u00a0»"),
        (faulty('identifier="i"', ""), "identifiant-absent", 7, "<item>"),
        (faulty('identifier="r"', 'identifier="i"'), "identifiant-double", 9, "«\u00a0i\u00a0»"),
        (faulty('<resource identifier="r" type="webcontent" href="a.html"/>', ""),
         "sans-ressource", 4, "aucune ressource"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_said_where_it_stands(payload, rule, line, named):
    found = the(read(payload), f"manifest-{rule}")
    assert found.line == line
    assert named in found.message
    assert found.remedy


def test_a_fault_that_comes_back_is_said_once_and_counted():
    items = '<item identifierref="x"/>' * 40
    found = the(
        read(faulty("</organization>", f"{items}</organization>")), "manifest-reference-inconnue"
    )
    assert "39 autres" in found.message


def test_something_else_than_a_manifest_is_refused_by_its_name():
    with pytest.raises(ParseError, match="<meta>") as caught:
        read(b"<meta><project title='x'/></meta>")
    assert "imsmanifest.xml" in caught.value.remedy


def test_broken_manifests_raise_nothing_but_parse_error():
    whole = imsmanifest(lom("Les volcans", "Un cours.") + POINTER.format("a.xml"))
    chance = random.Random(20_260_301)
    for _ in range(1_500):
        broken = bytearray(whole)
        for _ in range(chance.choice((1, 2, 6))):
            broken[chance.randrange(len(broken))] = chance.choice(b'<>/"& a0:=\xe9')
        with suppress(ParseError):
            read(bytes(broken))


# --- What tools leave -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left",
    ["???", "Untitled Course", "Untitled Interactive Video",
     "Titre du cours", "{{course.title}}", "course.metadata.title", "%TITLE%",
     "Insert your title here", "Lorem ipsum dolor sit amet", "[[pluginname]]"],
)  # fmt: skip
def test_a_title_left_by_the_tool_gives_way_to_the_organization_s(left):
    reading = read(imsmanifest(lom(title=left)))
    assert title(reading) == "Le titre du sommaire"
    found = the(reading, "valeur-de-modele")
    assert (found.element, left in found.message) == ("1.2 titre", True)


@pytest.mark.parametrize(
    "real",
    ["Mots ???", "Le titre de séjour", "www.exemple.gouv.fr", "C.O.D. et C.O.I.", "Insertion", "1+1=2",
     "La description", "J.R.R. Tolkien", "Un jeu avec plus de 300 mots", "Enter the void"],
)  # fmt: skip
def test_a_real_title_is_left_alone(real):
    assert title(read(imsmanifest(lom(title=real)))) == real


def test_the_identifier_that_exelearning_gives_everybody_is_nobody_s():
    shared_by_all = Identifier("My Catalog", "4a7d755e-34a5-410a-a7d4-601881136623")
    own = Identifier("My Catalog", "9f1a5078-6fa7-42ef-93c2-93d8a790684f")
    record, findings = withdraw(Record(general=General(identifiers=(shared_by_all, own))))
    assert record.general.identifiers == (own,)
    assert [finding.element for finding in findings] == ["1.1 identifiant"]


def test_the_company_of_the_template_is_nobody_and_the_person_beside_it_stays():
    people = (
        Entity(name="Firstname Lastname", organisation="My Amazing Company"),
        Entity(name="Jeanne Durand", organisation="My Amazing Company"),
    )
    record, _ = withdraw(
        Record(life_cycle=LifeCycle(contributions=(Contribution(entities=people),)))
    )
    assert record.life_cycle.contributions[0].entities == (Entity(name="Jeanne Durand"),)


# --- cmi5 -------------------------------------------------------------------------------------


def cmi5(course: str) -> bytes:
    return (
        '<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">'
        f"{course}<au id='u:1'><title><langstring>Partie</langstring></title></au>"
        "</courseStructure>"
    ).encode()


def test_a_cmi5_course_is_read_in_all_its_languages():
    payload = cmi5(
        "<course id='https://e.example/c'><title><langstring lang='fr-FR'> Les\nroches </langstring>"
        "<langstring lang='en'>Rocks</langstring></title><description><langstring lang='fr'>"
        "Un cours.</langstring></description></course>"
    )
    reading = manifest.parse_cmi5(RawRecord(identifier="c", format="cmi5", payload=payload))
    assert reading.record.general.title == (Text("Les roches", "fr"), Text("Rocks", "en"))
    assert reading.record.general.descriptions == ((Text("Un cours.", "fr"),),)
    assert reading.record.general.identifiers == (Identifier("URI", "https://e.example/c"),)
    assert reading.record.technical.formats == ("cmi5",)


@pytest.mark.parametrize("course", ["", "<course id='u:c'/>", "<course><title/></course>"])
def test_a_cmi5_course_without_a_title_is_said(course):
    raw = RawRecord(identifier="c", format="cmi5", payload=cmi5(course))
    reading = manifest.parse_cmi5(raw)
    assert title(reading) == ""
    assert the(reading, "manifest-titre-absent").line == 1


# --- The corpus -------------------------------------------------------------------------------

MANIFESTS = [
    path
    for path in corpus_files("scorm", "**/*.xml")
    if "manifest" in path.name or path.name == "cmi5.xml"
]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(SHARED)))
def test_a_manifest_of_the_corpus_gives_a_title_or_says_its_line(path):
    parser = manifest.parse_cmi5 if path.name == "cmi5.xml" else manifest.parse
    raw = RawRecord(identifier=path.name, format="imsmanifest", payload=path.read_bytes())
    if "Malformed" in str(path):
        with pytest.raises(ParseError) as caught:
            parser(raw)
        assert caught.value.line == 27
    else:
        assert title(parser(raw))


def folder(path: str) -> dict[str, bytes]:
    """The files of a folder of the corpus, by their names inside it."""
    root = shared(path)
    return {
        str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()
    }


def test_a_package_of_the_corpus_is_read_with_its_side_files():
    files = folder("scorm/rustici-golf-scorm2004/ContentPackagingMetadata_SCORM20043rdEdition")
    record = packed(files).record
    assert record.general.title == (Text("Golf Explained", "en-US"), Text("Explicó Golf", "es"))
    assert record.educational[0].typical_learning_time.iso == "PT10M"
    assert record.technical.formats[-1] == "SCORM 2004, 3e édition"


def test_the_template_of_a_packager_of_the_corpus_is_recognised():
    reading = packed(folder("scorm/simple-scorm-packager-react"))
    assert title(reading) == "MCtesting"
    assert "valeur-de-modele" in rules(reading)
    assert "Amazing" not in repr(reading.record)
    assert "Firstname" not in repr(reading.record)


@pytest.mark.parametrize("author", ["luke8608", "MaestroAntonio"])
def test_the_exelearning_packages_of_the_corpus_share_no_identifier(author):
    files = {
        "imsmanifest.xml": shared(f"scorm/exelearning/{author}__imsmanifest.xml").read_bytes(),
        "imslrm.xml": shared(f"notices/exelearning/{author}__imslrm.xml").read_bytes(),
    }
    reading = packed(files)
    assert "4a7d755e" not in repr(reading.record)
    assert "1.1 identifiant" in {finding.element for finding in reading.findings}
    assert reading.record.life_cycle.contributions
