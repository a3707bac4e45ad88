"""h5p.json: what an H5P content says of itself, from a stranger's JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata import h5p
from metadata.errors import ParseError
from metadata.licences import licence_of
from metadata.record import RawRecord, Text
from metadata.strangers.safejson import MAX_DEPTH, load_json
from metadata.vocabulary import CONCEPT, scolomfr
from tests.corpus import corpus_files, shared


def read(tree: object):
    payload = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return h5p.parse(RawRecord(identifier="h", format="h5p", payload=payload))


def record(**said: object):
    return read(
        {"title": "Quiz", "mainLibrary": "H5P.MultiChoice", "license": "CC BY", **said}
    ).record


def rules(reading) -> set[str]:
    return {finding.rule for finding in reading.findings}


def test_title_language_descriptions_and_keywords_are_read():
    general = record(
        language="fr", metaDescription="Un <b>quiz</b>.", metaKeywords="lave, volcan ;SVT,"
    ).general
    assert general.title == (Text("Quiz"),)
    assert general.languages == ("fr",)
    assert general.descriptions == ((Text("Un quiz."),),)
    assert general.keywords == ((Text("lave"),), (Text("volcan"),), (Text("SVT"),))


@pytest.mark.parametrize(
    ("said", "languages"),
    [
        ({"language": "und", "defaultLanguage": "zh-tw"}, ("zh-TW",)),
        ({"language": "und"}, ()),
        ({"language": 3}, ()),
        ({}, ()),
    ],
)
def test_an_undetermined_language_is_not_said(said, languages):
    assert record(**said).general.languages == languages


@pytest.mark.parametrize(
    ("code", "version", "spdx"),
    [
        ("CC BY-SA", "4.0", "CC-BY-SA-4.0"),
        ("CC BY-NC-ND", "3.0", "CC-BY-NC-ND-3.0"),
        ("CC0", "CC0 1.0", "CC0-1.0"),
        ("GNU GPL", "v3", "GPL-3.0-only"),
        ("ODC PDDL", "", "PDDL-1.0"),
    ],
)
def test_the_codes_of_licences_are_known_licences(code, version, spdx):
    assert licence_of(record(license=code, licenseVersion=version)).spdx == spdx


@pytest.mark.parametrize("said", [{"license": "U"}, {"license": None}, {"license": ""}])
def test_an_undisclosed_licence_is_no_licence_and_is_said(said):
    reading = read({"title": "Quiz", **said})
    assert reading.record.rights.descriptions == ()
    assert "h5p-licence-non-dite" in rules(reading)


def test_authors_are_names_with_roles_and_never_addresses():
    contributions = record(
        author="Atelier (2020)",
        authors=[
            {"name": "Jeanne Durand <jeanne@example.org>", "role": "Author"},
            {"name": "Paul Petit", "role": "Editor"},
            {"name": "seul@example.org", "role": "Author"},
            "Jean",
            {"role": "Author"},
        ],
    ).life_cycle.contributions
    assert [(each.role.uri, [who.name for who in each.entities]) for each in contributions] == [
        (CONCEPT + "author", ["Atelier (2020)", "Jeanne Durand"]),
        (CONCEPT + "editor", ["Paul Petit"]),
    ]


@pytest.mark.parametrize(
    ("library", "learning", "content"),
    [
        ("H5P.QuestionSet", "questionnaire", ""),
        ("H5P.DragText", "exercice", ""),
        ("H5P.MemoryGame", "jeu éducatif", ""),
        ("H5P.InteractiveVideo", "", "vidéo interactive"),
        ("H5P.CoursePresentation 1.25", "", "diaporama"),
        ("H5P.Inconnu", "", ""),
    ],
)
def test_the_content_type_is_translated_or_left_unsaid(library, learning, content):
    read = record(mainLibrary=library)
    types = [term for each in read.educational for term in each.learning_resource_types]
    assert [term.text for term in types] == [learning] * bool(learning)
    assert [term.text for term in read.general.general_resource_types] == [content] * bool(content)


def test_every_concept_of_the_tables_exists():
    roles = [CONCEPT + role for role in h5p.ROLES.values()]
    assert all(scolomfr().concept(uri) for uri in (*h5p.TYPE_OF.values(), *roles))


def test_a_content_without_a_title_is_said():
    assert "h5p-titre-absent" in rules(read({"mainLibrary": "H5P.Blanks"}))


def test_what_json_allows_and_xml_does_not_is_taken_away():
    assert record(title="Le \u0000 volcan \ud83d \u0007").general.title == (Text("Le volcan"),)


# --- Hostile JSON -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b'{"title": NaN}', "NaN"),
        (b'{"title": -Infinity}', "Infinity"),
        (b"[" * 100_000, "niveaux"),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, "niveaux"),
        (b'{"title": "Quiz"', "bien formé"),
        (b'{"title": "\xe9"}', "UTF-8"),
        (b'["title"]', "h5p.json"),
        (b'{"nom": "Quiz"}', "h5p.json"),
        (b" " * 1_000_001, "octets"),
        (b"", "bien formé"),
    ],
)
def test_json_that_cannot_be_read_is_refused_with_a_reason_and_a_remedy(payload, message):
    with pytest.raises(ParseError, match=message) as caught:
        read(payload)
    assert caught.value.remedy


def test_the_line_of_a_fault_is_known():
    with pytest.raises(ParseError) as caught:
        read(b'{\n"title": "Quiz",\n}')
    assert caught.value.line == 3


def test_a_key_given_twice_is_said_and_its_last_value_kept():
    reading = read(b'{"title": "Un", "title": "Deux", "license": "U"}')
    assert reading.record.general.title == (Text("Deux"),)
    assert "json-cle-double" in rules(reading)


def test_brackets_inside_texts_are_not_depth():
    title = 'a [{"' * 100
    assert record(title=title).general.title == (Text(title),)


def test_as_deep_as_allowed_is_read():
    nested = b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1)
    assert load_json(b'{"a":' + nested + b"}")[0]["a"]


@pytest.mark.parametrize("path", corpus_files("attacks", "json_*"), ids=lambda path: path.name)
def test_the_json_attacks_raise_nothing_but_parse_error(path):
    with pytest.raises(ParseError):
        read(path.read_bytes())


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "language",
    "license",
    "licenseVersion",
    "author",
    "authors",
    "source",
    "metaKeywords",
    "mainLibrary",
]


@pytest.mark.slow
@given(st.fixed_dictionaries({"title": JSON}, optional=dict.fromkeys(KEYS, JSON)))
def test_any_value_anywhere_gives_a_record(tree):
    assert read(tree).record.technical.formats == ("H5P",)


# --- The corpus -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", corpus_files("h5p"), ids=lambda path: path.name)
def test_every_h5p_of_the_corpus_has_its_title(path):
    reading = read(path.read_bytes())
    assert reading.record.general.title[0].value == json.loads(path.read_bytes())["title"]
    assert "@" not in repr(reading.record.life_cycle)


def test_the_licence_of_an_h5p_of_the_corpus_is_known():
    payload = shared("h5p/danieland2606__H5P.Sozi__h5p.json").read_bytes()
    assert licence_of(read(payload).record).spdx == "CC-BY-SA-4.0"
