"""A notice as LOM alone: valid against the strict schema, and only what LOM can say."""

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

import metadata
from metadata.lom import ieee
from metadata.lom.table import LOM
from metadata.record import (
    Balise,
    Classification,
    Contribution,
    Educational,
    General,
    LifeCycle,
    RawRecord,
    Record,
    Relation,
    Rights,
    Term,
    Text,
)
from metadata.vocabulary import CONCEPT
from tests.anyrecord import any_records
from tests.corpus import ROOT, corpus_files, shared
from tests.records import records


def written(record):
    return etree.fromstring(ieee.dump(record))


def said(record, name):
    """The values of the elements of this name."""
    return written(record).xpath(f"//l:{name}/l:value/text()", namespaces={"l": LOM})


@pytest.fixture(scope="module")
def strict():
    return etree.XMLSchema(etree.parse(str(shared("xsd/lomv1.0/lomStrict.xsd"))))


def check(schema, record):
    document = written(record)
    assert schema.validate(document), (schema.error_log[0], etree.tostring(document).decode())


@given(any_records())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_record_is_valid(strict, record):
    check(strict, record)


@given(records())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_any_notice_is_valid(strict, record):
    check(strict, record)


@pytest.mark.parametrize("path", corpus_files("notices", "**/*.xml"), ids=lambda path: path.stem)
def test_notices_of_all_generations_are_valid(strict, path):
    try:
        reading = metadata.parse(
            RawRecord(identifier="x", format="lomfr", payload=path.read_bytes())
        )
    except metadata.MetadataError:
        return  # it is none
    check(strict, reading.record)


@pytest.mark.parametrize(
    ("name", "record", "word"),
    [
        ("status", Record(life_cycle=LifeCycle(status=Term(CONCEPT + "final"))), "final"),
        (
            "learningResourceType",
            Record(
                educational=(
                    Educational(learning_resource_types=(Term(CONCEPT + "problem_statement"),)),
                )
            ),
            "problem statement",
        ),
        (
            "intendedEndUserRole",
            Record(
                educational=(Educational(intended_end_user_roles=(Term(CONCEPT + "author_2"),)),)
            ),
            "author",
        ),
        ("restrictions", Record(rights=Rights(restrictions=Term(CONCEPT + "no_2"))), None),
        (
            "copyrightAndOtherRestrictions",
            Record(rights=Rights(restrictions=Term(CONCEPT + "no_2"))),
            "no",
        ),
        (
            "aggregationLevel",
            Record(general=General(aggregation_level=Term(CONCEPT + "scolomfr-voc-008-num-02"))),
            "2",
        ),
        (
            "kind",
            Record(relations=(Relation(kind=Term("http://purl.org/dc/terms/isPartOf")),)),
            "ispartof",
        ),
        (
            "interactivityType",
            Record(educational=(Educational(interactivity_type=Term("", "Active")),)),
            "active",
        ),
    ],
)
def test_concepts_are_said_in_the_words_of_lom(name, record, word):
    assert said(record, name) == ([word] if word else [])


def test_a_value_that_lom_has_no_word_for_is_left_out():
    record = Record(
        educational=(
            Educational(
                learning_resource_types=(
                    Term(CONCEPT + "scolomfr-voc-010-num-025", "méthode de langues"),
                    Term(CONCEPT + "exercise"),
                    Term("", "Quiz maison"),
                ),
                activities=(Term(CONCEPT + "scolomfr-voc-019-num-001"),),
            ),
        ),
        life_cycle=LifeCycle(contributions=(Contribution(role=Term("", "souffleur")),)),
    )
    assert said(record, "learningResourceType") == ["exercise"]
    assert said(record, "role") == []


def test_languages_are_said_as_xml_does():
    record = Record(
        general=General(
            title=(Text("L’œuvre", "fr"), Text("Work", "en-GB")), languages=("fr", "gsw")
        )
    )
    (title,) = written(record).iter(f"{{{LOM}}}title")
    assert [string.get("language") for string in title] == ["fr", "en-GB"]
    assert [each.text for each in written(record).iter(f"{{{LOM}}}language")] == ["fr", "gsw"]


def test_nothing_that_is_not_of_lom_is_written():
    payload = (ROOT / "tests/data/notice_complete.xml").read_bytes()
    record = metadata.parse(RawRecord(identifier="x", format="lomfr", payload=payload)).record
    assert {etree.QName(each).namespace for each in written(record).iter()} == {LOM}


def test_what_lom_holds_is_read_back():
    record = Record(
        general=General(title=(Text("Fractions", "fr"),), languages=("fr",)),
        classifications=(Classification(keywords=((Text("fractions", "fr"),),)),),
        balise=Balise(offline=True),
    )
    read = metadata.parse(
        RawRecord(identifier="x", format="lomfr", payload=metadata.dump(record, "lom"))
    ).record
    assert read.general == record.general
    assert read.balise.offline is True
