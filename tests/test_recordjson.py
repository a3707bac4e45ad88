"""Balise's JSON: every record there and back, and strangers' files refused with the place."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata import recordjson
from metadata.errors import ParseError
from metadata.finding import Severity
from metadata.record import Balise, Duration, Educational, General, RawRecord, Record, Term, Text
from tests.anyrecord import any_records
from tests.corpus import corpus_files, shared


def parse(payload):
    if not isinstance(payload, bytes):
        payload = json.dumps(payload).encode()
    return recordjson.parse(RawRecord(identifier="1", format="json", payload=payload))


def refusal(payload):
    with pytest.raises(ParseError) as caught:
        parse(payload)
    return caught.value.message.replace("\u00a0", " ")


RECORD = Record(
    general=General(title=(Text("Fractions en boîte", "fr"),), keywords=((), (Text("calcul"),))),
    educational=(
        Educational(
            learning_resource_types=(Term(), Term(uri="u", text="exercice")),
            typical_learning_time=Duration(iso="PT20M"),
        ),
    ),
    balise=Balise(ai=False, needs=("dyslexie",)),
)


def test_a_record_reads_as_a_person_expects():
    assert json.loads(recordjson.dump(RECORD)) == {
        "schema_version": 1,
        "general": {
            "title": [{"value": "Fractions en boîte", "language": "fr"}],
            "keywords": [[], [{"value": "calcul"}]],
        },
        "educational": [
            {
                "learning_resource_types": [{}, {"uri": "u", "text": "exercice"}],
                "typical_learning_time": {"iso": "PT20M"},
            }
        ],
        "balise": {"needs": ["dyslexie"], "ai": False},
    }
    assert "é" not in recordjson.dump(RECORD).decode()
    assert "î" in recordjson.dump(RECORD).decode()


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(any_records())
def test_json_loses_nothing(record):
    written = recordjson.dump(record)
    reading = parse(written)
    assert reading.record == record
    assert reading.findings == ()
    assert recordjson.dump(reading.record) == written


def test_an_empty_record_is_its_version_alone():
    assert json.loads(recordjson.dump(Record())) == {"schema_version": 1}
    assert parse({}).record == Record()


def test_an_unknown_key_is_reported_with_the_nearest_and_the_rest_counts():
    reading = parse({"general": {"titel": [], "structure": {"text": "linéaire"}}})
    (finding,) = reading.findings
    assert finding.severity is Severity.WARNING
    assert finding.element == "general.titel"
    assert "title" in finding.remedy
    assert reading.record.general.structure == Term(text="linéaire")


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ([], "Le fichier"),
        ({"general": []}, "general :"),
        ({"general": {"title": "Fractions"}}, "general.title :"),
        ({"general": {"title": [{"value": 3}]}}, "general.title[0].value :"),
        ({"general": {"title": [{"language": "fr"}]}}, "general.title[0] :"),
        ({"general": {"structure": None}}, "general.structure :"),
        ({"technical": {"size": 1.5}}, "technical.size :"),
        ({"technical": {"size": True}}, "technical.size :"),
        ({"technical": {"requirements": [[{"type": []}]]}}, "technical.requirements[0][0].type :"),
        ({"balise": {"ai": 1}}, "balise.ai :"),
        ({"schema_version": 2}, "version 2"),
        ({"schema_version": True}, "version true"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_its_path(tree, place):
    assert place in refusal(tree)


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b'{"a": 1,}', "JSON"),
        (b'"' + b'\\"' * 100_000, "JSON"),
        (b'{"technical": {"size": NaN}}', "NaN"),
        (b'{"technical": {"size": -Infinity}}', "Infinity"),
        (b'{"technical": {"size": 1e999999}}', "technical.size"),
        (b'{"technical": {"size": ' + b"9" * 5000 + b"}}", "trop grand"),
        (b'{"balise": {}, "balise": {}}', "deux fois"),
        (b"[" * 100_000, "emboîtés"),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, "emboîtés"),
        (b" " * 5_000_001, "au-delà de 5000000"),
        ('{"general": {"title": "é"}}'.encode("latin-1"), "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b'{"meta": {"language": "\\ud800"}}', "meta.language"),
        (b'{"\\ud800": 1, "\\ud800": 1}', "deux fois"),
    ],
)
def test_strangers_json_is_refused_with_a_reason(payload, word):
    message = refusal(payload)
    assert word in message
    assert message.encode()


def test_a_place_in_the_text_is_given_when_the_syntax_is_wrong():
    with pytest.raises(ParseError) as caught:
        parse(b'{"a": 1,\n"b" 2}')
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_depth_is_not_counted_inside_texts():
    title = [{"value": "[" * 1000 + '"' + "{" * 1000}]
    assert parse({"general": {"title": title}}).record.general.title[0].value.startswith("[[")


@pytest.mark.parametrize("name", ["json_deep.json", "json_numbers.json"])
def test_the_hostile_files_are_refused(name):
    assert refusal(shared(f"attacks/{name}").read_bytes())


@pytest.mark.parametrize("path", corpus_files("h5p")[:5], ids=lambda path: path.name)
def test_other_json_is_an_empty_record_with_findings_or_a_refusal(path):
    try:
        reading = parse(path.read_bytes())
    except ParseError:
        return
    assert reading.findings


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
KEYS = st.sampled_from(["general", "title", "value", "educational", "balise", "ai", "needs", "x"])


@given(
    st.recursive(
        LEAVES,
        lambda inside: st.lists(inside, max_size=2) | st.dictionaries(KEYS, inside, max_size=3),
        max_leaves=8,
    )
)
def test_any_json_gives_a_record_or_a_refusal(tree):
    try:
        reading = parse(tree)
    except ParseError:
        return
    assert isinstance(reading.record, Record)
