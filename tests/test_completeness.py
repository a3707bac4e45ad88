"""What a record says of what a teacher needs."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from metadata import RawRecord, parse
from metadata.completeness import NEEDS, completeness
from metadata.record import Educational, Record, Term
from tests.anyrecord import any_records
from tests.corpus import ROOT, shared


def notice(path: str) -> Record:
    payload = (ROOT / path if path.startswith("tests") else shared(path)).read_bytes()
    return parse(RawRecord(identifier="notice", format="lomfr", payload=payload)).record


def test_a_record_that_says_nothing_is_at_zero():
    assert completeness(Record()) == 0


def test_the_weights_make_a_hundred():
    assert sum(need.weight for need in NEEDS) == 100


def test_what_counts_most_is_what_one_cannot_do_without():
    assert [need.name for need in NEEDS[:5]] == [
        "le titre",
        "la description",
        "le lien",
        "le niveau",
        "la discipline",
    ]
    weights = [need.weight for need in NEEDS]
    assert weights == sorted(weights, reverse=True)


def test_a_complete_notice_only_misses_what_lom_does_not_carry():
    record = notice("tests/data/notice_complete.xml")
    assert completeness(record) == 0.94


def test_a_term_that_no_vocabulary_knows_does_not_help():
    record = Record(educational=(Educational(learning_resource_types=(Term(text="truc"),)),))
    assert completeness(record) == 0


def test_a_poor_notice_is_below_a_rich_one():
    poor = notice("notices/apiscol-tests/test_auto_thumb.xml")
    rich = notice("notices/canope-reference/ExempleManuelReferenceScoLOMFRv3-2.xml")
    assert 0.4 < completeness(poor) < completeness(rich)


@given(any_records())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_a_record_that_says_less_is_never_more_complete(record):
    assert 0 <= completeness(record) <= 1
    poorer = replace(record, educational=(), classifications=())
    assert completeness(poorer) <= completeness(record)
