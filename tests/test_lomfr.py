"""LOM, LOMFR and ScoLOMFR: what is read, what is said of it, and that nothing is lost in writing."""

import copy
import dataclasses
import random
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from metadata import lomfr, ownterms
from metadata.elements import ELEMENTS
from metadata.errors import ParseError
from metadata.finding import Severity
from metadata.lom import balise as lombalise
from metadata.lom.table import NAMESPACES, RECORD
from metadata.record import (
    Balise,
    Duration,
    Entity,
    Identifier,
    OrComposite,
    RawRecord,
    Record,
    Term,
    Text,
    When,
)
from metadata.strangers.safexml import parse_xml
from metadata.vocabulary import CONCEPT
from tests.anyrecord import any_records
from tests.corpus import ROOT, corpus_files, shared
from tests.records import records

DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
SCHEMAS = {
    version: etree.XMLSchema(
        etree.parse(str(files("metadata") / f"schemas/scolomfr-{version}/scolomfr.xsd"))
    )
    for version in ("3.2.1", "3.0-lax")
}
NOTICES = corpus_files("notices", "**/*.xml")
IN_PACKAGES = corpus_files("scorm", "**/*.xml")
WHOLE_NOTICES = sorted((ROOT / "tests" / "data").glob("notice_*.xml"))


def raw(payload):
    payload = payload if isinstance(payload, bytes) else payload.encode()
    return RawRecord(identifier="x", format="lomfr", payload=payload)


def parse(payload):
    return lomfr.parse(raw(payload))


def lom(inside):
    """The reading of a notice in the namespace of LOM, the others being declared."""
    return parse(f'<lom xmlns="{NAMESPACES["lom"]}" {DECLARED}>{inside}</lom>')


def general(inside):
    return lom(f"<general>{inside}</general>")


def educational(inside):
    (found,) = lom(f"<educational>{inside}</educational>").record.educational
    return found


def classified(inside):
    (found,) = lom(f"<classification>{inside}</classification>").record.classifications
    return found


def rules(reading):
    return {finding.rule for finding in reading.findings}


def voc(local):
    return f"{CONCEPT}scolomfr-voc-{local}"


def groups(group, seen=None):
    seen = [] if seen is None else seen
    seen.append(group)
    for slot in group.slots:
        if slot.group:
            groups(slot.group, seen)
    return seen


# --- The table ----------------------------------------------------------------------------------


def test_every_field_of_a_record_has_its_element():
    told: dict[type, set[str]] = {}
    for group in groups(RECORD):
        if isinstance(group.make, type):
            told.setdefault(group.make, set()).update(slot.field for slot in group.slots)
    for made, names in told.items():
        names.discard("")
        fields = getattr(made, "_fields", None) or {each.name for each in dataclasses.fields(made)}
        assert names == set(fields) - {"balise"}, made


def test_every_element_has_a_number_of_its_category():
    for category in RECORD.slots:
        assert category.number in ELEMENTS
        for group in groups(category.group):
            assert all(slot.number.split(".")[0] == category.number for slot in group.slots)


def test_every_field_of_balise_has_its_list():
    assert set(lombalise.LISTS) == {field.name for field in dataclasses.fields(Balise)}
    assert set(lombalise.LISTS.values()) == set(ownterms.lists())


# --- Generations, namespaces, wrappers ----------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        f"<value>{CONCEPT}exercise</value>",
        f"<value>\n\t{CONCEPT}exercise \n</value>",
        "<value>https://data.education.fr/voc/scolomfr/concept/exercise</value>",
        "<value>exercise</value>",
        "<value>exercice</value>",
        "<value>Exercice </value>",
        "<label>exercice</label>",
        "<value>?</value><label>exercice</label>",
        f"<label>{CONCEPT}exercise</label>",
        "exercise",
        "<source>LOMv1.0</source><value>exercise</value>",
        f"<source>LOMv1.0</source><value>{CONCEPT}exercise</value><label>exercice</label>",
        '<value><langstring xml:lang="x-none">Exercise</langstring></value>',
    ],
)
def test_a_value_of_every_generation_is_one_concept(value):
    found = educational(f"<learningResourceType>{value}</learningResourceType>")
    assert [term.uri for term in found.learning_resource_types] == [CONCEPT + "exercise"]


SIMPLE = """
<{p}lom {declared}>
 <{p}{general}><{p}title><{p}{string} {lang}="fre">Fractions</{p}{string}></{p}title></{p}{general}>
 <{p}{technical}><{p}location> https://x.fr/a </{p}location></{p}{technical}>
 <{p}{educational}><{p}{context}><{p}source>LOMv1.0</{p}source><{p}value>school</{p}value></{p}{context}>
 </{p}{educational}>
</{p}lom>"""
USUAL = {
    "p": "",
    "general": "general",
    "technical": "technical",
    "educational": "educational",
    "context": "context",
    "string": "string",
    "lang": "language",
    "declared": "",
}
SPELLINGS = {
    "default": {"declared": f'xmlns="{NAMESPACES["lom"]}"'},
    "prefixed": {"p": "lom:", "declared": DECLARED},
    "none": {},
    "scorm 1.2": {
        "declared": 'xmlns="http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"',
        "string": "langstring",
        "lang": "xml:lang",
    },
    "common cartridge": {"declared": 'xmlns="http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"'},
    "lom-es": {"declared": 'xmlns="http://ltsc.ieee.org/xsd/LOM-ES"'},
    "capitals": {
        "declared": f'xmlns="{NAMESPACES["lom"]}"',
        "general": "General",
        "technical": "TECHNICAL",
        "educational": "Educational",
    },
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_namespace_and_case_change_nothing_but_a_remark(name):
    reading = parse(SIMPLE.format(**(USUAL | SPELLINGS[name])))
    assert reading.record.general.title == (Text("Fractions", "fr"),)
    assert reading.record.technical.locations == ("https://x.fr/a",)
    assert reading.record.educational[0].contexts[0].uri == CONCEPT + "school"
    expected = {"capitals": {"lom-nom-d-element"}, "default": set(), "prefixed": set()}
    assert rules(reading) == expected.get(name, {"lom-espace-de-noms"})


def test_a_notice_of_scorm_1_2_is_read_whole():
    record = parse(
        """<lom xmlns="http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"><general>
        <title><langstring xml:lang="fr">Golf</langstring></title>
        <catalogentry><catalog>URI</catalog><entry><langstring>x:1</langstring></entry></catalogentry>
        </general><lifecycle><contribute><role><source><langstring>LOMv1.0</langstring></source>
        <value><langstring>Author</langstring></value></role>
        <centity><vcard>BEGIN:vCard FN:Ada Lys END:vCard</vcard></centity>
        <date><datetime>2011-08-02</datetime></date></contribute></lifecycle>
        <metametadata><metadatascheme>ADL SCORM 1.2</metadatascheme></metametadata>
        <technical><requirement><type><value><langstring>Browser</langstring></value></type>
        <minimumversion>5</minimumversion></requirement>
        <duration><datetime>PT1H</datetime></duration></technical>
        <educational><typicallearningtime><datetime>PT20M</datetime></typicallearningtime>
        </educational><annotation><person><vcard>BEGIN:vCard FN:Bo END:vCard</vcard></person>
        </annotation><classification><taxonpath><source><langstring>x</langstring></source>
        <taxon><id>1</id><entry><langstring>a</langstring></entry>
        <taxon><entry><langstring>b</langstring></entry></taxon></taxon></taxonpath>
        </classification></lom>"""
    ).record
    assert record.general.identifiers == (Identifier("URI", "x:1"),)
    (contribution,) = record.life_cycle.contributions
    assert contribution.role.uri == CONCEPT + "author"
    assert contribution.entities == (Entity(name="Ada Lys"),)
    assert contribution.date == When("2011-08-02")
    assert record.meta.schemas == ("ADL SCORM 1.2",)
    browser = OrComposite(type=Term(CONCEPT + "browser", "Browser"), minimum_version="5")
    assert record.technical.requirements == ((browser,),)
    assert record.technical.duration == Duration("PT1H")
    assert record.educational[0].typical_learning_time == Duration("PT20M")
    assert record.annotations[0].entity == Entity(name="Bo")
    taxa = record.classifications[0].taxon_paths[0].taxa
    assert [(taxon.id, taxon.entry[0].value) for taxon in taxa] == [("1", "a"), ("", "b")]


@pytest.mark.parametrize(
    "wrapped",
    [
        "<results><res>{}</res></results>",
        "<meta>{}</meta>",
        "<add><doc>{}</doc></add>",
        '<record xmlns="http://www.openarchives.org/OAI/2.0/"><metadata>{}</metadata></record>',
    ],
)
def test_a_notice_is_found_in_its_wrapper(wrapped):
    notice = SIMPLE.format(**USUAL)
    assert parse(wrapped.format(notice)).record == parse(notice).record


def test_categories_without_a_root_are_a_notice():
    notice = SIMPLE.format(**USUAL)
    assert parse(notice.replace("lom ", "fiche ").replace("lom>", "fiche>")).record == (
        parse(notice).record
    )


def test_a_file_of_several_notices_is_split_and_never_read_in_part_in_silence():
    title = "<lom><general><title>{}</title></general></lom>"
    payload = f"<all>{title.format('un')}\n{title.format('été')}</all>".encode()
    titles = [parse(each).record.general.title[0].value for each in lomfr.split(payload)]
    assert titles == ["un", "été"]
    assert "lom-plusieurs-notices" in rules(parse(payload))


@pytest.mark.parametrize("payload", [b"<lom><general/></lom>", b"<a><lom/></a>", b"<lom><lom></a>"])
def test_a_file_of_one_notice_is_left_as_it_is(payload):
    assert lomfr.split(payload) == (payload,)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("<manifest/>", "manifeste"),
        ("<x:dc xmlns:x='http://www.openarchives.org/OAI/2.0/oai_dc/'/>", "Dublin Core"),
        ("<add><doc><field name='general.title'>x</field></doc></add>", "Solr"),
        ("<rss/>", "RSS"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'/>", "Atom"),
        ("<html><body/></html>", "page web"),
        ("<bibliotheque/>", "bibliotheque"),
        ("<record><general/></record>", "record"),
    ],
)
def test_what_is_no_notice_says_what_it_is_and_what_to_do(payload, said):
    with pytest.raises(ParseError, match=said) as caught:
        parse(payload)
    assert caught.value.remedy
    assert caught.value.line == 1


def test_an_element_already_parsed_is_read_the_same():
    payload = SIMPLE.format(**USUAL)
    assert lomfr.read(parse_xml(payload.encode())) == parse(payload)


# --- Texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "texts"),
    [
        ('<string language="fre">a</string><string language="eng">b</string>', "a fr, b en"),
        ('<string xml:lang="fr">a</string>', "a fr"),
        ('<string language="http://id.loc.gov/vocabulary/iso639-2/fre">a</string>', "a fr"),
        ('<string xmlns="" language="fr">a</string>', "a fr"),
        ("<string>\n  a\n  b </string>", "a b"),
        ("<string/><string> </string><string>a</string>", "a"),
        ("a", "a"),
        ("<string><![CDATA[<b>a</b> &amp; b]]></string>", "a & b"),
        ("<string><b>a</b> <i>b</i></string>", "a b"),
        ("<b>a</b> b", "a b"),
        ("<string/>", ""),
    ],
)
def test_a_title_is_read_from_every_shape(inside, texts):
    title = general(f"<title>{inside}</title>").record.general.title
    assert ", ".join(f"{text.value} {text.language}".strip() for text in title) == texts


def test_a_description_keeps_its_paragraphs_and_loses_its_html():
    (described,) = general(
        "<description><string><![CDATA[<p>Un.</p><p>Deux.<br>Trois.</p>"
        "<script>alert(1)</script>]]></string></description>"
    ).record.general.descriptions
    assert described == (Text("Un.\n\nDeux.\nTrois."),)


def test_a_second_title_completes_the_first_and_is_said():
    reading = general(
        "<title><string>a</string></title><title><string>b</string><string>a</string></title>"
    )
    assert reading.record.general.title == (Text("a"), Text("b"))
    assert rules(reading) == {"lom-doublon"}


def test_a_second_general_completes_the_first_and_is_said():
    reading = lom(
        "<general><title>a</title><keyword>k</keyword></general>"
        "<general><title>b</title><keyword>k</keyword><keyword>l</keyword></general>"
    )
    assert reading.record.general.title == (Text("a"), Text("b"))
    assert reading.record.general.keywords == ((Text("k"),), (Text("l"),))
    assert {"lom-doublon", "lom-repetition"} <= rules(reading)


def test_what_is_repeated_is_kept_once_and_said():
    reading = general("<keyword><string>k</string></keyword>" * 3)
    assert reading.record.general.keywords == ((Text("k"),),)
    assert rules(reading) == {"lom-repetition"}


def test_other_requirements_may_be_several_without_a_remark():
    tag = "otherPlatformRequirements"
    reading = lom(
        f"<technical><{tag}><string>a</string></{tag}><{tag}><string>b</string></{tag}></technical>"
    )
    assert reading.record.technical.other_platform_requirements == (Text("a"), Text("b"))
    assert not reading.findings


def test_what_a_tool_left_is_withdrawn_and_said():
    reading = general(
        "<identifier><catalog>My Catalog</catalog>"
        "<entry>4a7d755e-34a5-410a-a7d4-601881136623</entry></identifier>"
        "<title><string>???</string></title>"
    )
    assert reading.record == Record()
    assert {(finding.rule, finding.element) for finding in reading.findings} == {
        ("valeur-de-modele", "1.1 identifiant"),
        ("valeur-de-modele", "1.2 titre"),
    }


def test_an_unknown_language_is_left_out_and_said():
    reading = general(
        '<title><string language="klingonese">a</string></title><language>??</language>'
    )
    assert reading.record.general.title == (Text("a"),)
    assert reading.record.general.languages == ()
    assert [finding.rule for finding in reading.findings] == ["lom-langue-inconnue"] * 2


@pytest.mark.parametrize("code", ["none", "x-none", "und", ""])
def test_no_language_needs_no_remark(code):
    reading = general(f'<title><string language="{code}">a</string></title>')
    assert not reading.findings


# --- Terms --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "value", "rule", "term"),
    [
        ("status", "absent", "lom-valeur-inconnue", Term("", "absent")),
        ("status", f"{CONCEPT}nothing", "lom-valeur-inconnue", Term("", f"{CONCEPT}nothing")),
        ("status", voc("017-num-005"), "lom-valeur-deplacee", Term(voc("017-num-005"))),
    ],
)
def test_a_value_out_of_the_vocabulary_is_kept_and_said(element, value, rule, term):
    reading = lom(f"<lifeCycle><{element}><value>{value}</value></{element}></lifeCycle>")
    assert reading.record.life_cycle.status == term
    assert rules(reading) == {rule}
    assert reading.findings[0].element.startswith("2.2")


def test_an_unknown_value_is_offered_its_neighbours():
    reading = lom(
        "<educational><context><value>enseignment scolaire</value></context></educational>"
    )
    assert "enseignement scolaire" in reading.findings[0].remedy


def test_a_value_with_several_meanings_is_not_guessed():
    reading = lom(
        "<educational><scolomfr:tool><scolomfr:value>appareil photo</scolomfr:value>"
        "</scolomfr:tool></educational>"
    )
    ambiguous = lom(
        f"<classification><purpose><value>{CONCEPT}educational_level</value></purpose><taxonPath>"
        "<taxon><entry><string>cycle 4</string></entry></taxon></taxonPath></classification>"
    )
    assert reading.record.educational[0].tools[0].text == "appareil photo"
    assert ambiguous.record.classifications[0].taxon_paths[0].taxa[0].id == ""
    (finding,) = ambiguous.findings
    assert finding.rule == "lom-taxon-ambigu"
    assert voc("022-num-621") in finding.message
    assert voc("022-num-020") in finding.message


def test_a_withdrawn_term_is_followed_and_said():
    reading = lom(
        f"<classification><purpose><value>{voc('028-num-004')}</value></purpose></classification>"
    )
    (classification,) = reading.record.classifications
    assert classification.purpose == Term(voc("028-num-003"), voc("028-num-004"))
    assert rules(reading) == {"lom-valeur-depreciee"}


def test_a_label_that_contradicts_its_uri_is_said_and_the_uri_followed():
    reading = lom(f"<rights><cost><value>{CONCEPT}no</value><label>payant</label></cost></rights>")
    assert reading.record.rights.cost == Term(CONCEPT + "no", "payant")
    assert rules(reading) == {"lom-libelle-contraire"}


@pytest.mark.parametrize("label", ["gratuit", " Gratuit ", "no", "scolomfr-voc-026-num-004", ""])
def test_a_label_that_the_concept_bears_or_bore_is_no_fault(label):
    reading = lom(f"<rights><cost><value>{CONCEPT}no</value><label>{label}</label></cost></rights>")
    assert not reading.findings


def test_the_slip_of_the_gar_template_is_mended():
    reading = general(
        "<lomfr:documentType><lomfr:value>http://url.org/dc/dcmitype/Text </lomfr:value>"
        "</lomfr:documentType>"
    )
    (found,) = reading.record.general.document_types
    assert found.uri == "http://purl.org/dc/dcmitype/Text"


@pytest.mark.parametrize("level", "1234")
def test_the_aggregation_levels_of_lom_are_those_of_scolomfr(level):
    reading = general(f"<aggregationLevel><value>{level}</value></aggregationLevel>")
    assert reading.record.general.aggregation_level.uri == voc(f"008-num-0{level}")
    assert not reading.findings


def test_words_that_only_lom_has_stand_for_themselves():
    found = lom(
        "<educational><interactivityType><source>LOMv1.0</source><value>mixed</value>"
        "</interactivityType><semanticDensity><value>enormous</value></semanticDensity></educational>"
    )
    assert found.record.educational[0].interactivity_type == Term("", "mixed", "LOMv1.0")
    assert found.record.educational[0].semantic_density == Term("", "enormous")
    assert [finding.element for finding in found.findings] == ["5.4 densité sémantique"]


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("SCOLOMFR V3.2", "SCOLOMFRv3.2"),
        ("ScoLOMFRv3.1 ", "SCOLOMFRv3.1"),
        ("LOMv1.0", "LOMv1.0"),
        ("LOM-ESv1.0", "LOM-ESv1.0"),
    ],
)
def test_a_source_is_spelled_as_the_schemas_do(written, source):
    reading = lom(f"<rights><cost><source>{written}</source><value>no</value></cost></rights>")
    assert reading.record.rights.cost.source == source


@pytest.mark.parametrize(
    ("said", "uri"),
    [
        ("Primary Education", "scolomfr-voc-012-num-002"),
        ("Secondary Education", "scolomfr-voc-012-num-003"),
        ("Higher Education", "higher_education"),
        ("University Second Cycle", "higher_education"),
        ("Continuous Formation", "scolomfr-voc-012-num-009"),
        ("Université premier cycle", "higher_education"),
    ],
)
def test_a_context_of_other_profiles_is_understood_and_written_without_a_contradiction(said, uri):
    reading = lom(f"<educational><context><value>{said}</value></context></educational>")
    assert reading.record.educational[0].contexts == (Term(CONCEPT + uri, said),)
    assert reading.findings == ()
    assert parse(lomfr.dump(reading.record)).findings == ()


def test_a_value_that_only_its_label_explains_is_told():
    value, label = f"{CONCEPT}scolomfr-voc-004-num-001", "présentation multimédia"
    inside = f"<general><generalResourceType><value>{value}</value><label>{label}</label>"
    reading = lom(inside + "</generalResourceType></general>")
    (term,) = reading.record.general.general_resource_types
    assert term.uri == CONCEPT + "scolomfr-voc-005-num-034"
    assert "lom-valeur-inconnue" in rules(reading)
    assert any(term.uri in finding.remedy for finding in reading.findings)


def of_ids(purpose, source, *ids):
    taxa = "".join(f"<taxon><id>{id}</id></taxon>" for id in ids)
    return lom(
        f"<classification><purpose><value>{purpose}</value></purpose><taxonPath><source><string>"
        f"{source}</string></source>{taxa}</taxonPath></classification>"
    )


def test_a_wrong_purpose_is_told_once_with_its_terms():
    ids = voc("022-num-016"), voc("022-num-018"), voc("022-num-020")
    reading = of_ids(f"{CONCEPT}scolomfr-voc-028-num-003", "voc-022", *ids)
    (finding,) = (each for each in reading.findings if each.rule == "lom-taxon-deplace")
    assert all(name in finding.message for name in ("«\u00a0collège", "«\u00a06e", "«\u00a05e"))


def test_a_source_that_names_another_vocabulary_is_a_note():
    reading = of_ids(f"{CONCEPT}educational_level", "scolomfr-voc-021", voc("022-num-016"))
    assert [(each.rule, each.severity) for each in reading.findings] == [
        ("lom-taxon-source", Severity.INFO)
    ]
    free = of_ids("idea", "voc-021", voc("022-num-016")).findings
    assert "lom-taxon-deplace" not in {each.rule for each in free}


# --- Dates, durations, sizes, people ------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "date", "rule"),
    [
        ("<dateTime>2012-10-16</dateTime>", When("2012-10-16"), None),
        ("<dateTime>\n2012 </dateTime>", When("2012"), None),
        ("2012-10", When("2012-10"), None),
        (
            "<dateTime>2012-10-16T10:00:00+02:00</dateTime>",
            When("2012-10-16T10:00:00+02:00"),
            "lom-date",
        ),
        ("<dateTime>16/10/2012</dateTime>", When("2012-10-16"), "lom-date"),
        ("<dateTime>2012-02-31</dateTime>", When("", (Text("2012-02-31"),)), "lom-date"),
        (
            "<description><string>vers 2012</string></description><dateTime/>",
            When("", (Text("vers 2012"),)),
            None,
        ),
    ],
)
def test_a_date_is_read_or_kept_as_text(inside, date, rule):
    reading = lom(f"<annotation><date>{inside}</date></annotation>")
    assert reading.record.annotations[0].date == date
    assert rules(reading) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("inside", "remedy"),
    [
        ("<dateTime>16/10/2012</dateTime>", "Écrivez 2012-10-16."),
        ("<dateTime>2012-10-16T10:00:00Z</dateTime>", "Écrivez 2012-10-16T10:00:00.0Z."),
        ("<dateTime>un jour</dateTime>", "Écrivez AAAA, AAAA-MM ou AAAA-MM-JJ."),
    ],
)
def test_the_remedy_of_a_date_is_the_date_to_write(inside, remedy):
    (finding,) = lom(f"<annotation><date>{inside}</date></annotation>").findings
    assert finding.remedy == remedy


def test_the_remedy_of_a_duration_is_the_duration_to_write():
    inside = "<typicalLearningTime><duration>2 séances de 55 min</duration></typicalLearningTime>"
    (finding,) = lom(f"<educational>{inside}</educational>").findings
    assert finding.remedy == "Écrivez PT1H50M."


@pytest.mark.parametrize(
    ("inside", "duration", "said"),
    [
        ("<duration>PT1H</duration>", Duration("PT1H"), False),
        ("<duration><duration>PT1H</duration></duration>", Duration("PT1H"), False),
        ("<duration>01:30:00</duration>", Duration("PT1H30M"), True),
        ("<duration>P1M</duration>", Duration("P1M"), True),
        ("<duration>PT0H0M0S</duration>", Duration(), True),
        ("<duration>deux séances</duration>", Duration("", (Text("deux séances"),)), True),
        (
            "<description><string>une heure</string></description>",
            Duration("PT1H", (Text("une heure"),)),
            True,
        ),
        ("", Duration(), False),
    ],
)
def test_a_duration_is_read_or_kept_as_text(inside, duration, said):
    reading = lom(
        f"<educational><language>fr</language><typicalLearningTime>{inside}</typicalLearningTime>"
        "</educational>"
    )
    assert reading.record.educational[0].typical_learning_time == duration
    assert rules(reading) == ({"lom-duree"} if said else set())


@pytest.mark.parametrize(
    ("written", "size", "said"),
    [
        ("8192", 8192, False),
        (" 0 ", 0, False),
        ("1,5 Mo", 1_500_000, True),
        ("12 ko", 12_000, True),
        ("grand", None, True),
        ("-1", None, True),
        ("", None, False),
    ],
)
def test_a_size_is_in_bytes(written, size, said):
    reading = lom(f"<technical><size>{written}</size></technical>")
    assert reading.record.technical.size == size
    assert rules(reading) == ({"lom-taille"} if said else set())


@pytest.mark.parametrize(
    "before", ["", "http://purl.org/NET/mediatypes/", "http://url.org/NET/mediatypes/"]
)
def test_a_media_type_is_itself(before):
    reading = lom(f"<technical><format>{before}application/pdf</format></technical>")
    assert reading.record.technical.formats == ("application/pdf",)


def test_several_people_are_read_and_nothing_private_of_them():
    reading = lom(
        "<lifeCycle><contribute><entity>BEGIN:VCARD VERSION:3.0 FN:Ada Lys EMAIL:ada@lys.fr"
        " TEL:0601020304 END:VCARD</entity><entity>Bo Lys, bo@lys.fr</entity>"
        "<entity>BEGIN:VCARD\nORG:\nEND:VCARD</entity><entity/></contribute></lifeCycle>"
    )
    (contribution,) = reading.record.life_cycle.contributions
    assert contribution.entities == (Entity(name="Ada Lys"), Entity(name="Bo Lys"))
    assert "@" not in repr(reading)
    assert "0601020304" not in repr(reading)
    assert rules(reading) == {"lom-vcard-vide"}


def test_a_platform_that_is_no_uri_becomes_a_description():
    reading = lom(
        "<technical><scolomfr:extendedLocation><scolomfr:location>https://x.fr</scolomfr:location>"
        "<scolomfr:platform>GAR : [production]</scolomfr:platform></scolomfr:extendedLocation>"
        "</technical>"
    )
    (door,) = reading.record.technical.extended_locations
    assert (door.platform, door.descriptions) == ("", ((Text("GAR : [production]"),),))
    assert rules(reading) == {"lom-plateforme"}


# --- Classifications ----------------------------------------------------------------------------

LEVEL = f"<purpose><value>{CONCEPT}educational_level</value></purpose>"


@pytest.mark.parametrize(
    "taxon",
    [
        f"<id>{voc('022-num-023')}</id>",
        "<id>\n scolomfr-voc-022-num-023 </id><entry><string>3e</string></entry>",
        "<entry><string>3e</string></entry>",
        "<id>TROIS</id><entry><string>classe de 3e</string></entry>",
        "<id>3e</id>",
    ],
)
def test_a_level_is_found_by_its_id_or_its_label(taxon):
    found = classified(f"{LEVEL}<taxonPath><taxon>{taxon}</taxon></taxonPath>")
    assert [taxon.id for taxon in found.taxon_paths[0].taxa] == [voc("022-num-023")]


def test_several_leaves_and_a_collection_stay_in_their_path():
    ids = ("022-num-626", "022-num-016", "022-num-018", "022-num-023")
    taxa = "".join(f"<taxon><id>{voc(each)}</id></taxon>" for each in ids)
    found = classified(f"{LEVEL}<taxonPath>{taxa}</taxonPath>")
    assert [taxon.id for taxon in found.taxon_paths[0].taxa] == [voc(each) for each in ids]


@pytest.mark.parametrize(
    ("taxon", "source", "purpose"),
    [
        (f"<id>{voc('022-num-023')}</id>", "", CONCEPT + "educational_level"),
        (f"<id>{voc('015-num-980')}</id>", "", voc("028-num-003")),
        ("<entry><string>3e</string></entry>", "scolomfr-voc-022", CONCEPT + "educational_level"),
    ],
)
def test_a_purpose_left_out_is_inferred_and_said(taxon, source, purpose):
    reading = lom(
        f"<classification><taxonPath><source><string>{source}</string></source>"
        f"<taxon>{taxon}</taxon></taxonPath></classification>"
    )
    assert reading.record.classifications[0].purpose.uri == purpose
    assert "lom-objectif-absent" in rules(reading)


def test_a_purpose_that_nothing_tells_is_left_out():
    reading = lom(
        "<classification><taxonPath><taxon><id>a</id></taxon></taxonPath></classification>"
    )
    assert reading.record.classifications[0].purpose is None
    assert rules(reading) == {"lom-objectif-absent"}


@pytest.mark.parametrize(
    ("taxon", "rule", "kept"),
    [
        (
            f"<id>{voc('022-num-023')}</id><entry><string>5e</string></entry>",
            "lom-taxon-libelle",
            voc("022-num-023"),
        ),
        (f"<id>{voc('022-num-028')}</id>", "lom-taxon-inconnu", voc("022-num-028")),
        ("<id>LYC</id><entry><string>lycée du soir</string></entry>", "lom-taxon-inconnu", "LYC"),
        (f"<id>{voc('015-num-980')}</id>", "lom-taxon-deplace", voc("015-num-980")),
    ],
)
def test_a_doubtful_taxon_is_kept_and_said(taxon, rule, kept):
    reading = lom(
        f"<classification>{LEVEL}<taxonPath><taxon>{taxon}</taxon></taxonPath></classification>"
    )
    assert reading.record.classifications[0].taxon_paths[0].taxa[0].id == kept
    assert rules(reading) == {rule}


def test_a_free_framework_needs_no_vocabulary():
    reading = lom(
        f"<classification><purpose><value>{CONCEPT}idea</value></purpose><taxonPath>"
        "<source><string>Motbis</string></source><taxon><id>frCNDP04530</id></taxon>"
        "</taxonPath></classification>"
    )
    assert not reading.findings


def test_a_source_that_names_the_wrong_vocabulary_deceives_nobody():
    found = classified(
        f"{LEVEL}<taxonPath><source><string>SCOLOMFRv3.0 ; scolomfr-voc-021</string></source>"
        "<taxon><entry><string>6e</string></entry></taxon></taxonPath>"
    )
    assert found.taxon_paths[0].taxa[0].id == voc("022-num-018")


# --- What is said -------------------------------------------------------------------------------


def test_what_has_no_place_is_named():
    reading = lom(
        '<rights><access><accessType/></access></rights><x:hidden xmlns:x="urn:x"/>'
        "<technical>perdu<size>1</size>aussi</technical>"
    )
    said = " ".join(finding.message for finding in reading.findings)
    for word in ("access", "hidden", "urn:x", "perdu", "aussi"):
        assert f"{word}" in said
    assert {finding.severity for finding in reading.findings} == {Severity.INFO}


def test_lines_are_those_of_the_first_of_each_element():
    reading = lom(
        "<general>\n<title>\n<string>a</string></title>\n<keyword/>\n<keyword/></general>\n"
        "<technical>\n<scolomfr:extendedLocation/></technical>"
    )
    assert reading.lines == {"1": 1, "1.2": 2, "1.5": 4, "4": 6, "4.3.1": 7}


def test_a_remark_has_its_line_its_number_and_its_remedy():
    reading = lom("\n<lifeCycle>\n<status>\n<value>nope</value></status></lifeCycle>")
    (finding,) = reading.findings
    assert (finding.line, finding.element) == (3, "2.2 statut")
    assert finding.remedy.endswith((".", "?"))


def test_a_wrong_encoding_is_mended_and_said():
    payload = '<?xml version="1.0" encoding="ISO-8859-1"?>' + SIMPLE.format(**USUAL).replace(
        "Fractions", "L’œuvre"
    )
    reading = parse(payload.encode("cp1252"))
    assert reading.record.general.title == (Text("L’œuvre", "fr"),)
    assert "lom-codage" in rules(reading)


def test_a_notice_beyond_repair_does_not_flood():
    reading = general("".join(f"<a{number}/>" for number in range(1000)))
    assert len(reading.findings) == 201
    assert "800" in reading.findings[-1].message


# --- Writing ------------------------------------------------------------------------------------


def assert_valid(payload, version="3.2.1"):
    schema = SCHEMAS[version]
    assert schema.validate(etree.fromstring(payload)), (schema.error_log[0], payload.decode())


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(records())
def test_a_written_record_is_valid_and_read_back_the_same(record):
    for version in SCHEMAS:
        written = lomfr.dump(record, version)
        assert_valid(written, version)
        assert parse(written).record == record


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(any_records())
def test_any_record_is_written_valid_and_stable(record):
    written = lomfr.dump(record)
    assert_valid(written)
    assert_valid(lomfr.dump(record, "3.0-lax"), "3.0-lax")
    again = parse(written).record
    assert parse(lomfr.dump(again)).record == again


def test_the_fields_of_balise_are_taxa_that_others_can_read():
    record = Record(balise=Balise(rgaa="partielle", needs=("dyslexie",), ai=False))
    root = etree.fromstring(lomfr.dump(record))
    found = [
        tuple("".join(part.itertext()).strip() for part in taxon)
        for taxon in root.iter(f"{{{NAMESPACES['lom']}}}taxon")
    ]
    assert ("urn:balise:rgaa", "conformité au RGAA") in found
    assert ("urn:balise:rgaa:partielle", "partiellement conforme") in found
    assert ("urn:balise:besoins:dyslexie", "dyslexie") in found
    assert ("urn:balise:ia:non", "non") in found
    assert root.xpath("//lom:taxonPath/lom:source/lom:string/text()", namespaces=NAMESPACES) == (
        ["Balise"] * 3
    )


def test_what_balise_wrote_beside_other_taxa_leaves_them():
    reading = lom(
        f"<classification>{LEVEL}<taxonPath><source><string>Balise</string></source><taxon>"
        "<id>urn:balise:ia:oui</id></taxon></taxonPath><taxonPath><taxon><entry><string>3e</string>"
        "</entry></taxon></taxonPath></classification>"
    )
    assert reading.record.balise == Balise(ai=True)
    assert len(reading.record.classifications[0].taxon_paths) == 1


def test_a_value_of_no_vocabulary_is_written_where_it_was():
    first = lom(
        "<educational><context><source>LOM-ESv1.0</source><value>classroom</value></context>"
        "<context><source>SCOLOMFRv8.0</source><value>school</value></context></educational>"
    ).record
    written = lomfr.dump(first)
    assert_valid(written)
    assert parse(written).record == first
    assert first.educational[0].contexts[0] == Term("", "classroom", "LOM-ESv1.0")


def test_values_are_written_as_uris():
    record = general("<language>fr</language><structure><value>linear</value></structure>").record
    written = lomfr.dump(record).decode()
    assert "<lom:language>http://id.loc.gov/vocabulary/iso639-2/fre</lom:language>" in written
    assert f"<lom:value>{CONCEPT}linear</lom:value>" in written


# --- The corpus ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", NOTICES + IN_PACKAGES + WHOLE_NOTICES, ids=lambda path: path.name)
def test_a_real_notice_is_converted_valid_and_without_loss(path):
    reading = parsed(path.read_bytes())
    if reading is None:
        return
    assert all(finding.message and finding.remedy for finding in reading.findings)
    for version in SCHEMAS:
        written = lomfr.dump(reading.record, version)
        assert_valid(written, version)
        assert parse(written).record == reading.record


def parsed(payload):
    """What is read; None when it is refused, with a reason and a remedy."""
    try:
        return parse(payload)
    except ParseError as error:
        if not (error.message and error.remedy):
            raise
        return None


WORDS = [
    "",
    " ",
    "PT1H",
    "P",
    "2012",
    "é",
    "3e",
    "cycle 3",
    "<p>x</p>",
    "&eacute;",
    "\x92",
    "9" * 400,
]
WORDS += ["BEGIN:VCARD FN:x TEL:0612345678 END:VCARD", CONCEPT + "teacher", "%%", "a\u00a0b", "²"]
WORDS += ["urn:balise:ia:oui", "Balise", "scolomfr-voc-015-num-980", "PT9999999H", "0000-00", "-1"]


def cut(payload, chance):
    """Bytes put out of order."""
    changed = bytearray(payload)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        where = chance.randrange(len(changed) + 1)
        what = chance.randrange(4)
        if what == 0:
            del changed[where : where + chance.randrange(1, 50)]
        elif what == 1:
            changed[where:where] = chance.randbytes(3)
        elif what == 2:
            other = chance.randrange(len(changed) + 1)
            changed[where:where] = changed[other : other + 200]
        else:
            changed[where:] = changed[where:][: chance.randrange(2000)]
    return bytes(changed)


def shuffled(payload, chance):
    """Elements put out of order, emptied, renamed, repeated."""
    try:
        root = etree.fromstring(payload)
    except etree.XMLSyntaxError:
        return payload
    for _ in range(chance.choice((1, 3, 10, 30))):
        elements = [element for element in root.iter() if isinstance(element.tag, str)][:2000]
        element, other = chance.choice(elements), chance.choice(elements)
        what = chance.randrange(7)
        if what == 0:
            element.text = chance.choice(WORDS)
        elif what == 1 and element is not root:
            element.getparent().remove(element)
        elif what == 2:
            element.append(copy.deepcopy(other))
        elif what == 3:
            element.tag = other.tag
        elif what == 4:
            element.tag = etree.QName(element).localname
        elif what == 5:
            element.tail = chance.choice(WORDS)
        else:
            element.set("language", chance.choice(WORDS))
    return etree.tostring(root)


def fuzzed(paths: list[Path], count: int):
    chance = random.Random(20)
    payloads = [path.read_bytes() for path in paths if path.stat().st_size < 20_000]
    for _ in range(count):
        yield chance.choice((cut, shuffled))(chance.choice(payloads), chance)


@pytest.mark.slow
@pytest.mark.parametrize("paths", [WHOLE_NOTICES, NOTICES], ids=["own", "corpus"])
def test_a_broken_notice_is_read_or_refused_never_worse(paths):
    if paths is NOTICES:
        assert shared("notices")
    readings = [reading for payload in fuzzed(paths, 1500) if (reading := parsed(payload))]
    assert len(readings) > 500
    for reading in readings[::10]:
        written = lomfr.dump(reading.record)
        assert_valid(written)
        assert parse(written).record == reading.record
