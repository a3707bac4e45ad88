"""What a record's classifications say."""

import pytest

from metadata.record import Classification, Record, Taxon, TaxonPath, Term, Text
from metadata.taxa import (
    EDUCATIONAL_LEVEL,
    PREREQUISITE,
    TEACHING_DOMAIN,
    concepts_of,
    french,
    leaves,
    taxa_of,
)
from metadata.vocabulary import CONCEPT

LEVEL = CONCEPT + "scolomfr-voc-022-num-"
ROOT, COLLEGE, SIXTH, FIFTH = (LEVEL + number for number in ("626", "016", "018", "020"))


def path(*ids):
    return TaxonPath(taxa=tuple(Taxon(id=each) for each in ids))


def ids(taxa):
    return [taxon.id for taxon in taxa]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((COLLEGE, SIXTH), [SIXTH]),
        ((ROOT, COLLEGE, SIXTH), [SIXTH]),
        ((SIXTH, FIFTH), [SIXTH, FIFTH]),
        ((COLLEGE, SIXTH, FIFTH), [SIXTH, FIFTH]),
        ((COLLEGE,), [COLLEGE]),
        (("unknown root", "unknown leaf"), ["unknown leaf"]),
        ((SIXTH, "unknown leaf"), [SIXTH, "unknown leaf"]),
        ((), []),
    ],
)
def test_a_path_says_its_most_precise_taxa(given, said):
    assert ids(leaves(path(*given))) == said


def classified(purpose, *paths):
    return Classification(purpose=Term(uri=purpose), taxon_paths=paths)


@pytest.mark.parametrize(
    ("purpose", "is_said"),
    [
        (CONCEPT + "discipline", True),  # what notices of old say of what is taught
        (CONCEPT + "idea", True),
        ("", True),
        (PREREQUISITE, False),
    ],
)
def test_a_concept_says_its_purpose_whatever_the_notice_says(purpose, is_said):
    record = Record(classifications=(classified(purpose, path(SIXTH), path("unknown")),))
    assert ids(taxa_of(record, EDUCATIONAL_LEVEL)) == ([SIXTH] if is_said else [])
    assert ids(taxa_of(record, PREREQUISITE)) == ([] if is_said else [SIXTH, "unknown"])


def test_taxa_are_gathered_by_purpose_each_once():
    record = Record(
        classifications=(
            classified(EDUCATIONAL_LEVEL, path(SIXTH), path(COLLEGE, SIXTH)),
            classified(TEACHING_DOMAIN, path("maths")),
            classified(EDUCATIONAL_LEVEL, path(FIFTH)),
            Classification(taxon_paths=(path("unknown"),)),
        )
    )
    assert ids(taxa_of(record, EDUCATIONAL_LEVEL)) == [SIXTH, FIFTH]
    assert [concept.label for concept in concepts_of(record, EDUCATIONAL_LEVEL)] == ["6e", "5e"]
    assert concepts_of(record, TEACHING_DOMAIN) == ()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ((Text("en", "en"), Text("fr", "fr")), "fr"),
        ((Text("en", "en"), Text("québécois", "fr-CA")), "québécois"),
        ((Text("en", "en"), Text("unlabelled")), "unlabelled"),
        ((Text("de", "de"), Text("en", "en")), "de"),
        ((Text(" ", "fr"), Text("en", "en")), "en"),
        ((), ""),
    ],
)
def test_french_is_shown_first(said, shown):
    assert french(said) == shown
