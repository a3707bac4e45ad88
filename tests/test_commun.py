"""commun.yml: what a maintainer writes, what is read, what is said of faults, and writing it back."""

import json
import re
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import metadata
from metadata import checks, commun, licences
from metadata.errors import ParseError
from metadata.finding import Severity
from metadata.keys.reader import texts_of
from metadata.keys.table import FIELDS
from metadata.record import (
    Balise,
    Classification,
    Duration,
    Educational,
    Entity,
    General,
    RawRecord,
    Record,
    Taxon,
    TaxonPath,
    Technical,
    Term,
    Text,
)
from metadata.strangers import safeyaml
from metadata.taxa import DETAILED_AUDIENCE, EDUCATIONAL_LEVEL, TEACHING_DOMAIN, taxa_of
from metadata.vocabulary import CONCEPT, scolomfr
from tests.anyrecord import any_records
from tests.corpus import corpus_files
from tests.records import records
from tests.test_safeyaml import plain

ROOT = Path(__file__).parent.parent

#: The example of the documentation, which users have read.
EXAMPLE = """\
titre: Fractions en boîte
description: >
  Des exercices générés à la volée sur les fractions, corrigés automatiquement.
lien: https://fractions.forge.example/
niveaux: [CM1, CM2, 6e]
disciplines: [mathématiques]
types: [exercice]
usages: [en classe entière, en autonomie, à la maison]
public: [élève]
duree: 20 min                # aussi « 1 h 30 » ou PT20M
concentration: 10 min
exercices: oui
suivi-des-resultats: non
adaptable: oui
accessibilite:
  rgaa: partiellement conforme
  declaration: https://fractions.forge.example/accessibilite
  besoins: [dyslexie]
  fonctionnalites: [sous-titres, navigation au clavier]
donnees-personnelles: aucune
ia: non
licence: CC-BY-SA-4.0
langues: [fr]
acces: libre
hors-ligne: oui
compte-eleve: non
granularite: cours
cherche-co-mainteneur: oui
badge: oui
bot: non
"""
HEAD = "titre: Fractions\ndescription: Des exercices.\n"


def parse(text, part=""):
    payload = text if isinstance(text, bytes) else text.encode()
    return commun.parse(RawRecord(identifier="1", format="commun", payload=payload, part=part))


def spaced(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def only(reading):
    (finding,) = reading.findings
    return finding


def levels(record):
    return [scolomfr().label(taxon.id) for taxon in taxa_of(record, EDUCATIONAL_LEVEL)]


def subjects(record):
    return [scolomfr().label(taxon.id) for taxon in taxa_of(record, TEACHING_DOMAIN)]


@pytest.mark.parametrize(
    ("line", "key", "values"),
    [  # as they are written again
        ("types: exercice et cours", "types", ("exercice", "cours")),
        ("types: exercice, cours et jeu", "types", ("exercice", "cours", "jeu éducatif")),
        ("usages: en classe ou à la maison", "usages", ("en classe", "à la maison")),
        ("langues: français et anglais", "langues", ("fr", "en")),
        ("types: [logiciel, appli]", "types", ("logiciel",)),
        ("mots-cles: sel et poivre", "mots-cles", ("sel et poivre",)),
        ("disciplines: histoire et géographie", "disciplines", ("histoire et géographie",)),
    ],
)
def test_a_list_is_understood_as_people_write_it(line, key, values):
    reading = parse(f"{HEAD}{line}\n")
    assert texts_of(reading.record)[key] == values
    assert {finding.severity for finding in reading.findings} <= {Severity.INFO}


def test_keys_in_english_are_understood():
    text = "title: Un\nsummary: Deux\nlevel: CM1\nkeywords: [a]\nauthor: Ada Exemple\nduration: 5 min\n"
    reading = parse(text + "language: fr\npublisher: Exemple\n")
    assert {finding.rule for finding in reading.findings} == {"commun-cle-orthographe"}
    assert len(texts_of(reading.record)) == 8


def test_a_key_that_resembles_none_is_brought_near_to_none():
    assert "Vouliez-vous" not in only(parse(f"{HEAD}date: 2024\n")).remedy


def test_the_few_values_of_a_short_list_are_named():
    remedy = spaced(only(parse(f"{HEAD}donnees-personnelles: 12\n")).remedy)
    assert remedy == "Écrivez « aucune », « faible », « moyenne » ou « forte »."


def test_several_names_on_one_line_are_told_and_one_turned_round_is_not():
    finding = only(parse(f"{HEAD}auteurs: Ada Exemple, Bob Exemple\n"))
    assert finding.rule == "commun-plusieurs-noms"
    assert "[Ada Exemple, Bob Exemple]" in finding.remedy
    assert parse(f"{HEAD}auteurs: Exemple, Ada\n").findings == ()


def test_a_list_of_notices_is_told_what_it_lacks():
    with pytest.raises(ParseError) as caught:
        parse("- titre: Un\n  description: Deux\n")
    assert "ressources:" in caught.value.remedy


# --- What is read -----------------------------------------------------------------------------


def test_the_example_of_the_documentation_is_read_whole_without_a_remark():
    reading = parse(EXAMPLE)
    record = reading.record
    assert reading.findings == ()
    assert record.general.title == (Text("Fractions en boîte", "fr"),)
    assert record.general.descriptions[0][0].value.endswith("corrigés automatiquement.")
    assert record.general.languages == ("fr",)
    assert record.general.aggregation_level.uri == CONCEPT + "scolomfr-voc-008-num-03"
    assert record.technical.locations == ("https://fractions.forge.example/",)
    assert levels(record) == ["CM1", "CM2", "6e"]
    assert subjects(record) == ["mathématiques (discipline)"]
    (block,) = record.educational
    assert [term.uri for term in block.learning_resource_types] == [CONCEPT + "exercise"]
    assert [term.uri for term in block.intended_end_user_roles] == [CONCEPT + "learner"]
    assert [term.uri[-8:] for term in block.places] == ["num-0016"]
    assert [term.uri[-7:] for term in block.educational_methods] == ["num-004", "num-003"]
    assert block.typical_learning_time == Duration(iso="PT20M")
    assert licences.licence_of(record).spdx == "CC-BY-SA-4.0"
    assert record.balise == Balise(
        concentration="PT10M",
        adaptable=True,
        exercises=True,
        results_tracking=False,
        rgaa="partielle",
        accessibility_statement="https://fractions.forge.example/accessibilite",
        accessibility_features=("closedCaptions", "fullKeyboardControl"),
        needs=("dyslexie",),
        personal_data="aucune",
        ai=False,
        offline=True,
        pupil_account=False,
        access="libre",
        seeks_co_maintainer=True,
        badge=True,
        bot=False,
    )


def test_the_line_of_each_element_is_known():
    lines = parse(EXAMPLE).lines
    expected = {"1.2": 1, "1.4": 2, "4.3": 4, "9": 5, "5.9": 10, "accessibilite.rgaa": 16}
    assert {key: lines[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[6e]", ["6e"]),
        ("6e", ["6e"]),
        ("[sixième, 6ème]", ["6e"]),
        ("[cycle 3]", ["cycle 3 (2016)"]),
        ("[2de]", ["2de générale et technologique"]),
        ("[2de pro]", ["2de professionnelle"]),
        ("[du CP au CE2]", ["CP", "CE1", "CE2"]),
        ("CM1-CM2", ["CM1", "CM2"]),
        ("CM1, CM2", ["CM1", "CM2"]),
        ("\n  - CM1\n  - CM2", ["CM1", "CM2"]),
    ],
)
def test_levels_are_understood_as_teachers_write_them(written, said):
    assert levels(parse(f"{HEAD}niveaux: {written}\n").record) == said


@pytest.mark.parametrize("written", ["maths", "Mathématiques", "mathematiques", "MATHS"])
def test_disciplines_are_understood_by_their_everyday_names(written):
    assert subjects(parse(f"{HEAD}disciplines: [{written}]\n").record) == [
        "mathématiques (discipline)"
    ]


def test_a_class_that_only_the_framework_vocabulary_names_is_classified_there():
    reading = parse(f"{HEAD}niveaux: [SEGPA, 6e]\n")
    assert reading.findings == ()
    assert levels(reading.record) == ["6e"]
    assert texts_of(reading.record)["niveaux"] == ("6e", "SEGPA")


def test_publics_go_to_roles_when_lom_has_one_and_to_a_classification_otherwise():
    record = parse(f"{HEAD}public: [élève, enseignant, parent]\n").record
    (block,) = record.educational
    assert [term.uri for term in block.intended_end_user_roles] == [
        CONCEPT + "learner",
        CONCEPT + "teacher",
    ]
    assert [taxon.entry[0].value for taxon in taxa_of(record, DETAILED_AUDIENCE)] == ["parent"]


def test_documentary_types_go_to_their_own_elements():
    record = parse(f"{HEAD}types: [exercice, vidéo, carte]\n").record
    assert [term.text for term in record.educational[0].learning_resource_types] == ["exercice"]
    assert [term.text for term in record.general.document_types] == ["vidéo"]
    assert [term.text for term in record.general.general_resource_types] == ["carte"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("oui", True),
        ("Oui", True),
        ("vrai", True),
        ("true", True),
        ("non", False),
        ("false", False),
    ],
)
def test_yes_and_no_are_read_in_french_and_as_yaml_has_them(written, value):
    assert parse(f"{HEAD}ia: {written}\n").record.balise.ai is value


@pytest.mark.parametrize(
    ("written", "iso"),
    [("20 min", "PT20M"), ("1 h 30", "PT1H30M"), ("1h30", "PT1H30M"), ("PT20M", "PT20M")],
)
def test_durations_are_read_in_words_and_in_iso(written, iso):
    reading = parse(f"{HEAD}duree: {written}\nconcentration: {written}\n")
    assert reading.findings == ()
    assert reading.record.educational[0].typical_learning_time.iso == iso
    assert reading.record.balise.concentration == iso


def test_authors_and_publisher_are_contributors():
    record = parse(
        f"{HEAD}auteurs: [Camille Exemple (Collège Exemple), Collectif]\nediteur: Académie\n"
    ).record
    authors, publisher = record.life_cycle.contributions
    assert authors.role.uri == CONCEPT + "author"
    assert authors.entities == (
        Entity(name="Camille Exemple", organisation="Collège Exemple"),
        Entity(name="Collectif"),
    )
    assert (publisher.role.uri, publisher.entities) == (
        CONCEPT + "publisher",
        (Entity(organisation="Académie"),),
    )


def test_e_mail_and_telephone_never_come_in_with_an_author():
    reading = parse(f"{HEAD}auteurs: ['Camille Exemple, camille@exemple.fr, 01 23 45 67 89']\n")
    assert only(reading).rule == "commun-donnee-personnelle"
    assert reading.record.life_cycle.contributions[0].entities == (Entity(name="Camille Exemple"),)
    assert "camille@" not in repr(reading)


def test_identifiers_tell_their_catalogue():
    written = "[ark:/12345/abc, 10.5281/zenodo.1, 978-2-1234-5680-3, https://a.example/1, x-1]"
    reading = parse(f"{HEAD}identifiants: {written}\n")
    catalogs = [identifier.catalog for identifier in reading.record.general.identifiers]
    assert catalogs == ["ark", "DOI", "ISBN", "URI", ""]


def test_paragraphs_of_a_description_stay_apart_and_lines_of_a_literal_block_stay_lines():
    folded = parse("titre: T\ndescription: >\n  un\n  deux\n\n  trois\n").record
    assert folded.general.descriptions[0][0].value == "un deux\n\ntrois"
    literal = parse("titre: T\ndescription: |\n  un\n  deux\n\n  trois\n").record
    assert literal.general.descriptions[0][0].value == "un\ndeux\n\ntrois"


@pytest.mark.parametrize("empty", ["", "~", "null", "''", "[]"])
def test_a_key_left_empty_says_nothing(empty):
    reading = parse(f"{HEAD}niveaux: {empty}\nduree: {empty if empty != '[]' else ''}\n")
    assert reading.findings == ()
    assert reading.record == parse(HEAD).record


def test_a_licence_that_nobody_knows_is_kept_as_it_is_written():
    reading = parse(f"{HEAD}licence: Licence du village\n")
    assert only(reading).rule == "commun-valeur-inconnue"
    assert licences.licence_of(reading.record) is None
    assert texts_of(reading.record)["licence"] == ("Licence du village",)


# --- What is said of faults -------------------------------------------------------------------

FAULTS = {
    "an unknown key": ("nivaux: [CM1]\n", "commun-cle-inconnue", "nivaux", (3, 1), "« niveaux »"),
    "an unknown key inside a group": (
        "accessibilite:\n  besoins: [dyslexie]\n  rgua: x\n",
        "commun-cle-inconnue",
        "rgua",
        (5, 3),
        "rgaa",
    ),
    "an unknown label": (
        "types: [exercice, exercisse]\n",
        "commun-valeur-inconnue",
        "types",
        (3, 19),
        "« exercice »",
    ),
    "an ambiguous label": (
        "niveaux: [enseignement primaire]\n",
        "commun-valeur-ambigue",
        "niveaux",
        (3, 11),
        "celui que vous voulez",
    ),
    "neither yes nor no": ("ia: peut-être\n", "commun-valeur-invalide", "ia", (3, 5), "« oui »"),
    "a number without unit": (
        "duree: 20\n",
        "commun-valeur-invalide",
        "duree",
        (3, 8),
        "« 20 min »",
    ),
    "no duration": (
        "concentration: long\n",
        "commun-valeur-invalide",
        "concentration",
        (3, 16),
        "min",
    ),
    "an address without its beginning": (
        "lien: a.example/x\n",
        "commun-valeur-invalide",
        "lien",
        (3, 7),
        "« https://a.example/x »",
    ),
    "an address that is code": (
        "lien: javascript:alert(1)\n",
        "commun-valeur-invalide",
        "lien",
        (3, 7),
        "https://",
    ),
    "a language that is none": (
        "langues: [zz]\n",
        "commun-valeur-invalide",
        "langues",
        (3, 11),
        "fr",
    ),
    "a list for one value": ("duree: [20 min]\n", "commun-forme", "duree", (3, 8), "duree: 20 min"),
    "a group for one value": ("ia:\n  oui: x\n", "commun-forme", "ia", (4, 3), "ia: non"),
    "a list in a list": (
        "niveaux: [[CM1]]\n",
        "commun-forme",
        "niveaux",
        (3, 11),
        "[CM1, CM2, 6e]",
    ),
    "a group for a list": ("types: {a: b}\n", "commun-forme", "types", (3, 8), "[exercice]"),
    "one value for a group": (
        "accessibilite: oui\n",
        "commun-forme",
        "accessibilite",
        (3, 16),
        "rgaa",
    ),
    "resources that are no list": (
        "ressources: x\n",
        "commun-forme",
        "ressources",
        (3, 13),
        "tiret",
    ),
    "a resource that is a word": (
        "ressources: [x]\n",
        "commun-forme",
        "ressources",
        (3, 14),
        "tiret",
    ),
    "a key twice under two spellings": (
        "duree: 20 min\ndurée: 30 min\n",
        "commun-cle-repetee",
        "duree",
        (4, 1),
        "une seule",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_place_and_remedy_and_the_rest_counts(fault):
    written, rule, element, place, remedy = FAULTS[fault]
    reading = parse(HEAD + written)
    (finding,) = (each for each in reading.findings if each.severity is Severity.WARNING)
    assert (finding.rule, finding.element) == (rule, element)
    assert (finding.line, finding.column) == place
    assert remedy in spaced(finding.remedy)
    assert reading.record.general.title == (Text("Fractions", "fr"),)


def test_the_other_values_of_a_list_count_beside_an_unknown_one():
    reading = parse(f"{HEAD}types: [exercice, exercisse]\nniveaux: [CM1, CM12]\n")
    assert [term.uri for term in reading.record.educational[0].learning_resource_types] == [
        CONCEPT + "exercise",
        "",
    ]
    assert levels(reading.record) == ["CM1", ""]


def test_an_ambiguous_label_names_what_it_could_mean():
    message = spaced(only(parse(f"{HEAD}niveaux: [enseignement primaire]\n")).message)
    assert "école maternelle" in message
    assert "école élémentaire" in message


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", {"commun-titre-absent", "commun-description-absente"}),
        ("# rien\n", {"commun-titre-absent", "commun-description-absente"}),
        ("titre: T\n", {"commun-description-absente"}),
        ("description: D\n", {"commun-titre-absent"}),
        ("titre: ''\ndescription: ' '\n", {"commun-titre-absent", "commun-description-absente"}),
        ("titre: [a]\ndescription: D\n", {"commun-titre-absent"}),
    ],
)
def test_a_title_and_a_description_are_compulsory(text, missing):
    errors = [each for each in parse(text).findings if each.severity is Severity.ERROR]
    assert {error.rule for error in errors} == missing


def test_checking_does_not_say_twice_what_reading_said():
    findings = checks.check(parse("description: Trop court.\n"), "commun")
    assert [each.rule for each in findings].count("commun-titre-absent") == 1


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("Durée: 20 min", "duree"),
        ("hors ligne: oui", "hors-ligne"),
        ("niveau: CM1", "niveaux"),
        ("rgaa: non évaluée", "accessibilite.rgaa"),
    ],
)
def test_a_key_that_is_nearly_right_is_read_with_a_hint(written, right):
    reading = parse(f"{HEAD}{written}\n")
    hint = only(reading)
    assert (hint.severity, hint.rule) == (Severity.INFO, "commun-cle-orthographe")
    assert texts_of(reading.record).keys() - {"titre", "description"} == {right}


@pytest.mark.slow
def test_more_values_than_anybody_has_to_say_are_cut_and_take_bounded_time():
    started = time.monotonic()
    for key in ("niveaux", "disciplines", "auteurs"):
        values = "".join(f"  - zq{number}\n" for number in range(5000))
        reading = parse(f"{HEAD}{key}:\n{values}")
        assert "commun-trop-de-valeurs" in {finding.rule for finding in reading.findings}
        assert len(texts_of(reading.record)[key]) == 200
    parse(f"{HEAD}niveaux: {'CM1-' * 10_000}\n")
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("text", ["- a\n- b\n", "titre:Fractions\n", '"titre"\n'])
def test_a_file_that_is_no_list_of_keys_is_refused_with_a_model(text):
    with pytest.raises(ParseError, match="titre: Fractions en boîte") as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (1, 1)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from([field.key.rpartition(".")[2] for field in FIELDS])
            | st.sampled_from(["accessibilite", "ressources", "x", ""]),
            inside,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(TREES)
def test_no_tree_of_yaml_is_ever_a_traceback(tree):
    payload = json.dumps(tree).encode()
    try:
        parts = commun.parts(payload)
    except ParseError:
        return
    for part in parts:
        reading = parse(payload, part)
        assert all(each.message for each in reading.findings)


# --- Several resources ------------------------------------------------------------------------

SEVERAL = """\
titre: Boîte à maths
description: Des jeux et des exercices.
niveaux: [CM1]
licence: MIT
accessibilite:
  rgaa: non évaluée
ressources:
  - titre: Fractions
    niveaux: [6e]
  - titre: Division
    lien: https://division.example/
    accessibilite:
      besoins: [dyslexie]
  - description: Sans titre à elle.
"""


def test_each_resource_inherits_what_the_project_says():
    assert commun.parts(SEVERAL.encode()) == ("1", "2", "3")
    first, second, _ = (parse(SEVERAL, part).record for part in "123")
    assert first.general.title == (Text("Fractions", "fr"),)
    assert first.general.descriptions == second.general.descriptions
    assert (levels(first), levels(second)) == (["6e"], ["CM1"])
    assert licences.licence_of(second).spdx == "MIT"
    assert second.technical.locations == ("https://division.example/",)
    assert second.balise == Balise(rgaa="non-evaluee", needs=("dyslexie",))


def test_a_resource_under_the_title_of_the_project_is_remarked():
    reading = parse(SEVERAL, "3")
    assert reading.record.general.title == (Text("Boîte à maths", "fr"),)
    assert (only(reading).rule, only(reading).line) == ("commun-titre-repete", 14)


def test_a_file_about_one_thing_has_one_part_without_a_name():
    assert commun.parts(EXAMPLE.encode()) == ("",)
    assert commun.parts(b"titre: T\nressources: []\n") == ("",)
    assert commun.parts(b"") == ("",)


@pytest.mark.parametrize("part", ["0", "4", "-1", "x", "²"])
def test_a_part_that_is_no_more_there_is_refused(part):
    with pytest.raises(ParseError, match="ressource"):
        parse(SEVERAL, part)


# --- Writing ----------------------------------------------------------------------------------


def test_the_example_is_written_back_as_a_person_would():
    usages = "usages: [en classe entière, en autonomie, à la maison]"
    expected = re.sub(" +#.*", "", EXAMPLE).replace(
        usages, "usages: [à la maison, en classe entière, en autonomie]"
    )
    assert commun.dump(parse(EXAMPLE).record).decode() == expected


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Fractions", "titre: Fractions"),
        ("L’école : le jeu", 'titre: "L’école : le jeu"'),
        ("6e", "titre: 6e"),
        ("1984", 'titre: "1984"'),
        ("no", 'titre: "no"'),
        ("2024-01-01", 'titre: "2024-01-01"'),
        ("1_000", 'titre: "1_000"'),
        ("12:30", 'titre: "12:30"'),
        ("- tiret", 'titre: "- tiret"'),
        ("dit # haut", 'titre: "dit # haut"'),
        ("fin:", 'titre: "fin:"'),
        ('le "jeu"', 'titre: le "jeu"'),
        ('"jeu" \\ x', 'titre: "\\"jeu\\" \\\\ x"'),
        ("  deux\n lignes\t", "titre: deux lignes"),
    ],
)
def test_quotes_are_written_only_where_yaml_needs_them(title, line):
    record = Record(general=General(title=(Text(title, "fr"),)))
    assert commun.dump(record).decode() == f"{line}\n"


def test_long_texts_are_folded_and_lines_kept():
    words = "mot " * 60
    for text in (words.strip(), f"{words.strip()}\n\n{words.strip()}", "un\ndeux\n\n- trois"):
        record = replace(parse(HEAD).record, general=General(descriptions=((Text(text, "fr"),),)))
        written = commun.dump(record).decode()
        assert max(map(len, written.splitlines())) <= 88
        assert parse(written).record.general.descriptions == ((Text(text, "fr"),),)


def test_long_lists_have_a_line_for_each_value():
    keywords = tuple((Text(f"mot-clé numéro {number}", "fr"),) for number in range(9))
    written = commun.dump(Record(general=General(keywords=keywords))).decode()
    assert written.splitlines()[:2] == ["mots-cles:", "  - mot-clé numéro 0"]


def test_uris_are_never_written():
    unknown = Term(uri="http://voc.example/1", text="http://voc.example/1")
    path = TaxonPath(taxa=(Taxon("http://voc.example/2"),))
    record = Record(
        educational=(Educational(learning_resource_types=(unknown,)),),
        classifications=(
            Classification(purpose=Term(TEACHING_DOMAIN), taxon_paths=(path,)),
            Classification(purpose=Term(EDUCATIONAL_LEVEL), taxon_paths=(path,)),
        ),
        technical=Technical(locations=("javascript:alert(1)", "index.html")),
    )
    assert commun.dump(record) == b""


def test_the_old_cycle_3_is_not_written_as_the_new_one():
    old = Taxon(CONCEPT + "scolomfr-voc-022-num-012", (Text("cycle 3", "fr"),))
    record = Record(
        classifications=(
            Classification(purpose=Term(EDUCATIONAL_LEVEL), taxon_paths=(TaxonPath(taxa=(old,)),)),
        )
    )
    again = parse(commun.dump(record)).record
    assert CONCEPT + "scolomfr-voc-022-num-620" not in repr(again)


def stable(record):
    written = commun.dump(record)
    again = parse(written).record
    assert texts_of(again) == texts_of(record)
    assert commun.dump(again) == written


SLOW = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


@pytest.mark.slow
@settings(SLOW, max_examples=50)
@given(any_records())
def test_writing_whatever_could_be_a_record_is_stable(record):
    stable(record)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the strategy, for a message
@SLOW
@given(records())
def test_writing_reading_and_writing_again_changes_nothing(record):
    stable(record)


CONCEPTS = [
    *((name, concept) for name in ("022", "040") for concept in scolomfr().members(name)),
    *(("015", concept) for concept in scolomfr().members("015")[::97]),
]


@given(st.lists(st.sampled_from(CONCEPTS), max_size=5))
def test_classifications_are_stable_whatever_their_concepts(chosen):
    purposes = {"022": EDUCATIONAL_LEVEL, "040": CONCEPT + "scolomfr-voc-028-num-032"}
    stable(
        Record(
            classifications=tuple(
                Classification(
                    purpose=Term(purposes.get(name, TEACHING_DOMAIN)),
                    taxon_paths=(TaxonPath(taxa=(Taxon(concept.uri),)),),
                )
                for name, concept in chosen
            )
        )
    )


TERMS = {
    "learning_resource_types": "010",
    "places": "017",
    "educational_methods": "018",
    "intended_end_user_roles": "011",
}


@pytest.mark.parametrize(("name", "vocabulary"), TERMS.items())
def test_terms_are_stable_whatever_their_concepts(name, vocabulary):
    for concept in scolomfr().members(vocabulary):
        stable(Record(educational=(Educational(**{name: (Term(concept.uri),)}),)))
    every = tuple(Term(concept.uri) for concept in scolomfr().members(vocabulary))
    stable(Record(educational=(Educational(**{name: every}),)))


@pytest.mark.parametrize(
    "path",
    corpus_files("notices/canope-reference") + corpus_files("notices/apiscol-tests", "*.xml"),
)
def test_real_notices_are_written_stably(path):
    raw = RawRecord(identifier="1", format="lomfr", payload=path.read_bytes())
    try:
        record = metadata.parse(raw).record
    except ParseError:
        return
    stable(record)


# --- The JSON Schema --------------------------------------------------------------------------


@cache
def validator():
    return Draft202012Validator(commun.schema())


def refusals(text):
    tree = plain(safeyaml.load(text if isinstance(text, bytes) else text.encode()))
    return [error.message for error in validator().iter_errors(tree)]


def test_the_schema_is_one_and_speaks_french_of_every_key():
    schema = commun.schema()
    Draft202012Validator.check_schema(schema)
    assert list(schema["properties"])[:3] == ["titre", "description", "lien"]
    assert all(said["title"] and said["description"] for said in schema["$defs"].values())


@pytest.mark.parametrize("text", [EXAMPLE, SEVERAL, HEAD])
def test_the_schema_accepts_what_people_write(text):
    assert refusals(text) == []


def test_the_commun_of_this_repository_is_accepted():
    payload = (ROOT / "commun.yml").read_bytes()
    assert refusals(payload) == []
    assert parse(payload).findings == ()


@pytest.mark.parametrize(
    "text", ["titre: T\n", f"{HEAD}nivaux: [CM1]\n", f"{HEAD}rgaa: totale\n", f"{HEAD}ia: [oui]\n"]
)
def test_the_schema_refuses_what_is_missing_or_unknown(text):
    assert refusals(text)


def test_every_listed_value_of_the_schema_is_understood():
    listed = {}
    for field in FIELDS:
        schema = field.kind.schema()
        for said in (schema, *schema.get("anyOf", ())):
            listed.setdefault(field.key, []).extend(said.get("enum", ()))
    assert len(listed["types"]) > 100
    assert "élève" in listed["public"]
    for field in FIELDS:
        for value in listed[field.key]:
            assert isinstance(value, bool) or field.kind.read(value).trouble is None, value


VALUES = {
    "texte": ["Fractions", "6e", "https://a.example/x", "http://a.example"],
    "closed": ["oui", "non", "20 min", "1 h 30", "PT1H", "fr", "br", "exercice", "élève", "libre"],
    "names": ["totalement", "dyslexie", "sous-titres", "gratuit", "cours", "aucune", "en groupe"],
    "wrong": ["peut-être", "20", "a.example", "zz", "exercisse", "javascript:x", "0 min", "1 h 75"],
}
ONE = st.sampled_from([text for texts in VALUES.values() for text in texts])
FORMS = ONE | st.lists(ONE, max_size=2) | st.just({"a": "b"}) | st.just([["CM1"]])
KEYS = st.sampled_from([field.key for field in FIELDS if "." not in field.key] + ["nivaux"])
INSIDE = st.sampled_from(["rgaa", "declaration", "besoins", "fonctionnalites", "rgua"])
NOTICES = st.builds(
    lambda said, access: {
        "titre": "T",
        "description": "D",
        **said,
        **({"accessibilite": access} if access else {}),
    },
    st.dictionaries(KEYS, FORMS, max_size=3),
    st.dictionaries(INSIDE, FORMS, max_size=2) | ONE,
)
#: Keys whose values are suggested by the schema, not listed: it leaves the unknown ones to the reader.
OPEN = {"niveaux", "disciplines", "licence"}


@SLOW
@given(NOTICES)
def test_the_schema_and_the_reader_agree(tree):
    valid = validator().is_valid(tree)
    findings = parse(json.dumps(tree)).findings
    faults = [
        each
        for each in findings
        if not (each.element in OPEN and each.rule.startswith("commun-valeur-"))
    ]
    assert valid == (not faults), faults


@SLOW
@given(NOTICES)
def test_what_is_written_from_a_valid_notice_is_valid(tree):
    if validator().is_valid(tree):
        record = parse(json.dumps(tree)).record
        assert refusals(commun.dump(record)) == []


# --- The documentation ------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["docs/commun.md", "docs/formats-csv.md"])
def test_the_documentation_speaks_of_every_key(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    missing = [f.key for f in FIELDS if f"`{f.key.rpartition('.')[2]}`" not in text]
    assert missing == []
