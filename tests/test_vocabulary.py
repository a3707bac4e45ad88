"""Finding a concept, whatever a notice calls it; and what the published SKOS leaves unsaid."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata.vocabulary import (
    CONCEPT,
    LEVELS,
    SUBJECTS,
    Concept,
    canonical_uri,
    data,
    key_of,
    scolomfr,
)

VOCABULARIES = scolomfr()
NUMBERS = [tree["id"][-3:] for tree in json.loads(data("scolomfr.json"))["vocabularies"]]


def level(number: str) -> str:
    return f"{CONCEPT}scolomfr-voc-022-num-{number}"


def labels(uris) -> list[str]:
    return [VOCABULARIES.label(uri) for uri in uris]


def found(text: str, vocabulary: str) -> Concept | None:
    return VOCABULARIES.find(text, vocabulary).concept


# --- Finding --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "vocabulary", "label"),
    [
        (level("014"), "022", "CM1"),
        ("https://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-014", "022", "CM1"),
        (f" {level('014')}\n", "022", "CM1"),
        ("scolomfr-voc-022-num-014", "022", "CM1"),
        ("CM1", "022", "CM1"),
        ("cm1", "022", "CM1"),
        ("cours moyen première année", "022", "CM1"),
        ("COURS MOYEN PREMIERE ANNEE", "022", "CM1"),
        ("teacher", "011", "enseignant"),
        ("author", "011", "auteur"),
        ("author_2", "011", "auteur"),
        ("problem statement", "010", "énoncé de problème"),
        ("collection", "007", "collection"),
        ("yes", "027", "oui"),
        ("no", "027", "non"),
        ("no", "026", "gratuit"),
        ("very easy", "025", "très facile"),
        ("http://url.org/dc/dcmitype/Text", "004", "texte"),
        ("http://purl.org/dc/dcmitype/Text ", "004", "texte"),
        ("énoncé d’exercice", "010", None),  # both of an exercise and of a problem
        ("à la maison", "017", "en milieu familial"),
        ("mathématiques (cycle 4)", "015", "mathématiques (cycle 4)"),
        ("https://www.edutheque.fr", "045", "Éduthèque"),
    ],
)
def test_a_concept_is_found_by_uri_label_alternative_label_or_token(text, vocabulary, label):
    concept = found(text, vocabulary)
    assert (concept and concept.label) == label


def test_an_earlier_number_of_a_concept_still_leads_to_it():
    assert found("scolomfr-voc-022-num-630", LEVELS).uri == level("620")
    assert found(level("630"), LEVELS).uri == level("620")


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("cycle 4", {"cycle 4 (2016)", "5e", "4e", "3e"}),
        ("2de", {"2de générale et technologique", "2de professionnelle"}),
        ("terminale", {"terminale générale et technologique", "terminale professionnelle"}),
    ],
)
def test_an_ambiguous_label_is_reported_and_never_settled(text, meanings):
    match = VOCABULARIES.find(text, LEVELS)
    assert match.ambiguous
    assert match.concept is None
    assert {concept.label for concept in match.concepts} == meanings


def test_a_uri_of_another_vocabulary_is_not_found_where_it_does_not_belong():
    assert found(level("014"), SUBJECTS) is None
    assert found(level("014"), "").label == "CM1"


@pytest.mark.parametrize("text", ["", "  ", "http://example.org/x", "scolomfr-voc-022-num-99999"])
def test_what_no_concept_is_called_is_not_found(text):
    assert VOCABULARIES.find(text, LEVELS).concepts == ()


@pytest.mark.parametrize("number", NUMBERS)
def test_every_concept_is_found_by_its_uri_and_among_the_meanings_of_its_label(number):
    for concept in VOCABULARIES.members(number):
        assert VOCABULARIES.find(concept.uri, number).concepts == (concept,)
        if not concept.retired:
            assert concept in VOCABULARIES.find(concept.label, number).concepts


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_any_text_has_one_key_and_finding_it_never_fails(text):
    assert key_of(key_of(text)) == key_of(text)
    VOCABULARIES.find(text, LEVELS)


def test_nearest_labels_are_proposed_for_a_label_no_concept_bears():
    assert VOCABULARIES.nearest("matematiques cycle 3", SUBJECTS)[0] == "mathématiques (cycle 3)"
    assert "exercice" in VOCABULARIES.nearest("exercisse", "010")
    assert VOCABULARIES.nearest("zzzzzzzzzz", "010") == ()
    assert len(VOCABULARIES.nearest("e", "010")) <= 3


# --- Old and new ----------------------------------------------------------------------------


def test_cycle_3_old_and_new_are_kept_apart():
    old, new = VOCABULARIES.concept(level("012")), VOCABULARIES.concept(level("620"))
    assert labels(VOCABULARIES.classes_of(old.uri)) == ["CE2", "CM1", "CM2"]
    assert labels(VOCABULARIES.classes_of(new.uri)) == ["CM1", "CM2", "6e"]
    assert VOCABULARIES.find(old.uri, LEVELS).concept is old
    assert VOCABULARIES.current(old) is old  # no concept of today means the same
    assert found("cycle 3", LEVELS) is new
    assert found("cycle de consolidation", LEVELS) is old  # the words of 2002


@pytest.mark.parametrize(
    ("number", "current"),
    [
        ("022-num-042", "terminale générale"),  # S
        ("022-num-041", "terminale générale"),  # L
        ("022-num-040", "terminale générale"),  # ES
        ("022-num-122", "1re générale"),
        ("022-num-124", "1re générale"),
        ("022-num-128", "1re générale"),
        ("028-num-004", "domaine d'enseignement"),
        ("045-num-001", "GAR"),
        ("022-num-014", "CM1"),
        ("015-num-1139", None),
    ],
)
def test_deprecated_and_withdrawn_concepts_lead_to_those_of_today(number, current):
    concept = VOCABULARIES.concept(f"{CONCEPT}scolomfr-voc-{number}")
    today = VOCABULARIES.current(concept)
    assert not today.retired
    if current:
        assert today.label == current


def test_every_replacement_exists_and_none_goes_in_circles():
    for number in NUMBERS:
        for concept in VOCABULARIES.members(number):
            if concept.replaced_by:
                assert VOCABULARIES.current(concept) is not concept


# --- Classes and cycles ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "classes", "cycles"),
    [
        ("005", ["petite section"], ["cycle 1 (2016)"]),
        ("010", ["CP"], ["cycle 2 (2016)"]),
        ("013", ["CE2"], ["cycle 2 (2016)"]),
        ("014", ["CM1"], ["cycle 3 (2016)"]),
        ("018", ["6e"], ["cycle 3 (2016)"]),
        ("023", ["3e"], ["cycle 4 (2016)"]),
        ("608", ["3e"], ["cycle 4 (2016)"]),  # 3e d'insertion
        ("138", ["3e professionnelle"], ["cycle 4 (2016)"]),
        ("136", ["2de générale et technologique"], ["classe de détermination"]),
        ("650", ["2de générale et technologique"], ["classe de détermination"]),  # STHR
        ("027", ["2de professionnelle"], ["classe de détermination"]),
        ("133", ["1re générale et technologique"], ["cycle terminal"]),  # STMG
        ("146", ["1re générale et technologique"], ["cycle terminal"]),  # générale
        ("043", ["terminale générale et technologique"], ["cycle terminal"]),  # ST2S
        ("042", ["terminale générale et technologique"], ["cycle terminal"]),  # S, withdrawn
        ("641", ["terminale générale et technologique"], ["cycle terminal"]),  # STHR
        ("050", ["terminale professionnelle"], ["cycle terminal"]),
        ("089", ["terminale professionnelle"], ["cycle terminal"]),
        ("103", ["CAP - 1re année"], []),  # a CAP is in no cycle
        ("223", ["CAP - 1re année", "CAP - 2e année"], []),
        ("012", ["CE2", "CM1", "CM2"], ["cycle 2 (2016)", "cycle 3 (2016)"]),
        ("009", ["grande section", "CP", "CE1"], ["cycle 1 (2016)", "cycle 2 (2016)"]),
        ("017", ["6e"], ["cycle 3 (2016)"]),  # cycle d'adaptation
        ("016", ["6e", "5e", "4e", "3e"], ["cycle 3 (2016)", "cycle 4 (2016)"]),
        ("195", [], []),  # BTS
    ],
)
def test_the_class_and_the_cycle_of_any_level_are_known(number, classes, cycles):
    assert labels(VOCABULARIES.classes_of(level(number))) == classes
    assert labels(VOCABULARIES.cycles_of(level(number))) == cycles


def test_a_class_is_in_a_cycle_when_the_cycle_has_the_class():
    cycles = [level(number) for number in ("617", "619", "620", "621", "084", "085")]
    for concept in VOCABULARIES.members(LEVELS):
        if own := VOCABULARIES.class_of(concept.uri):
            for cycle in cycles:
                inside = own in VOCABULARIES.classes_of(cycle)
                known = cycle in VOCABULARIES.cycles_of(concept.uri)
                # The vocabulary itself puts the classes of the collège professionnel nowhere.
                assert inside == known or own in (level("138"), level("139"))


@pytest.mark.parametrize("uri", ["http://example.org/x", CONCEPT + "teacher", ""])
def test_what_is_no_level_has_no_class_and_no_cycle(uri):
    assert VOCABULARIES.classes_of(uri) == ()
    assert VOCABULARIES.cycles_of(uri) == ()


# --- The tree -------------------------------------------------------------------------------


def test_the_ancestors_of_a_concept_have_it_among_their_descendants():
    uri = f"{CONCEPT}scolomfr-voc-015-num-2514"
    above = list(VOCABULARIES.ancestors(uri))
    assert above
    for parent in above:
        assert uri in VOCABULARIES.descendants(parent)
    assert len(above) == len(set(above))


def test_the_purpose_of_a_vocabulary_leads_back_to_it():
    for vocabulary in ("015", "021", "022", "041", "045", "016", "040"):
        assert VOCABULARIES.vocabulary_of(VOCABULARIES.purpose_of(vocabulary)) == vocabulary
    # « enseignement », deprecated and frequent, is read as « domaine d'enseignement »
    assert VOCABULARIES.vocabulary_of(f"{CONCEPT}scolomfr-voc-028-num-004") == SUBJECTS
    assert VOCABULARIES.purpose_of("015") == f"{CONCEPT}scolomfr-voc-028-num-003"
    assert VOCABULARIES.vocabulary_of("http://example.org/x") == ""


def test_the_links_name_concepts_that_exist():
    for part in json.loads(data("balise-links.json")).values():
        if isinstance(part, dict):
            for name in part["concepts"]:
                uri = canonical_uri(name) if name.startswith("scolomfr") else CONCEPT + name
                assert VOCABULARIES.concept(uri), name


def test_the_subjects_are_not_read_until_asked_for():
    program = (
        "import gzip\n"
        "from metadata.vocabulary import scolomfr\n"
        "gzip.decompress = None\n"
        "scolomfr().find('CM1', '022'); scolomfr().label('http://purl.org/dc/dcmitype/Text')\n"
        "scolomfr().concept('http://example.org/unknown')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
