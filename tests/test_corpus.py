"""Every file of the corpus is read, and says what a person reads in it (expectations.toml)."""

import re
import tomllib

import pytest

from indexer.files import records_at
from metadata import MetadataError, RawRecord, Reading, parse
from metadata.checks import check
from metadata.licences import licence_of
from metadata.rules.taxons import paths
from metadata.taxa import french
from metadata.vocabulary import CONCEPT, LEVELS, SUBJECTS, scolomfr
from tests.corpus import ROOT, SHARED, corpus_files, shared

EXPECTATIONS = tomllib.loads((ROOT / "tests" / "expectations.toml").read_text("utf-8"))
FOLDERS = ("notices", "scorm", "oai", "h5p", "gar")
FILES = [str(path.relative_to(SHARED)) for folder in FOLDERS for path in corpus_files(folder)]


def records(name: str) -> list[RawRecord]:
    """The records of a file, as a source of that one file gives them."""
    return [raw for raw in records_at(str(shared(name))) if not raw.deleted]


def reading_of(key: str) -> Reading:
    name, _, identifier = key.partition("#")
    return parse(next(raw for raw in records(name) if identifier in ("", raw.identifier)))


def concepts(reading: Reading, vocabulary: str) -> set[str]:
    """The concepts of a vocabulary that a record is classified under, the most precise only."""
    found = {
        concept.uri
        for path in paths(reading.record)
        for concept in path
        if concept.vocabulary == vocabulary and not concept.collection
    }
    above = {upper for uri in found for upper in scolomfr().ancestors(uri)}
    return {short(uri) for uri in found - above}


def short(uri: str) -> str:
    return uri.removeprefix(CONCEPT).removeprefix("scolomfr-voc-")


def can_act_on(message: str) -> bool:
    """A French sentence of more than a few words, without a name of Python's."""
    return len(message.split()) >= 3 and not re.search(r"Error|Exception|Traceback|None\b", message)


def outcome(name: str) -> list[Reading] | MetadataError:
    try:
        return [parse(raw) for raw in records(name)]
    except MetadataError as error:
        return error


@pytest.mark.parametrize("name", FILES)
def test_every_file_gives_records_or_a_reason_that_one_can_act_on(name):
    found = outcome(name)
    if isinstance(found, MetadataError):
        assert can_act_on(str(found))
        return
    for reading in found:
        findings = check(reading, "lomfr")
        assert all(can_act_on(finding.message) and finding.remedy for finding in findings)
        titled = any(text.value for text in reading.record.general.title)
        assert titled or any(finding.rule == "lom-1.2-absent" for finding in findings)


def test_every_file_of_the_notices_is_in_the_table():
    shared("notices")
    expected = {key.partition("#")[0] for key in EXPECTATIONS}
    assert {name for name in FILES if name.startswith(("notices", "h5p", "gar"))} <= expected


def rows(*words: str) -> list[str]:
    """The keys of the table whose row has one of these words, or none when none is given."""
    special = {"refused", "empty"}
    return [key for key, row in EXPECTATIONS.items() if row.keys() & special == set(words)]


@pytest.mark.parametrize("key", rows("refused"))
def test_what_is_no_record_is_refused_for_the_right_reason(key):
    with pytest.raises(MetadataError) as caught:
        reading_of(key)
    assert EXPECTATIONS[key]["refused"].casefold() in str(caught.value).casefold()


@pytest.mark.parametrize("key", rows("empty"))
def test_what_holds_no_record_gives_none(key):
    assert records(key) == []


def normal(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("key", rows())
def test_a_record_says_what_a_person_reads(key):
    row, reading = EXPECTATIONS[key], reading_of(key)
    record = reading.record
    terms = [term for block in record.educational for term in block.learning_resource_types]
    times = [block.typical_learning_time.iso for block in record.educational]
    found = {
        "title": normal(french(record.general.title)),
        "levels": concepts(reading, LEVELS),
        "types": {short(term.uri) for term in terms if term.uri},
        "duration": next(filter(None, times), ""),
        "location": next(iter(record.technical.locations), ""),
    }
    nothing = {"title": "", "levels": [], "types": [], "duration": "", "location": ""}
    expected = {name: row.get(name, default) for name, default in nothing.items()}
    assert found == {
        name: found[name] if value == "?" else set(value) if isinstance(value, list) else value
        for name, value in expected.items()
    }


@pytest.mark.parametrize("key", rows())
def test_a_record_names_the_subjects_that_a_person_reads(key):
    row, found = EXPECTATIONS[key], concepts(reading_of(key), SUBJECTS)
    certain, possible = set(row.get("subjects", ())), set(row.get("also", ()))
    assert certain <= found <= certain | possible


@pytest.mark.parametrize("key", rows())
def test_a_record_has_the_licence_that_a_person_reads(key):
    licence = licence_of(reading_of(key).record)
    expected = EXPECTATIONS[key].get("licence", "")
    if not expected:
        assert licence is None or not licence.reuse  # « tous droits réservés »
    elif re.search(r"\d", expected):
        assert licence
        assert licence.spdx.startswith(expected)
    else:  # no version is said: none may be invented
        assert licence
        assert (licence.family, licence.spdx) == (expected.lower(), "")


def test_most_cells_of_the_table_are_decided():
    cells = [value for row in EXPECTATIONS.values() for value in row.values()]
    assert cells.count("?") < len(cells) / 4
