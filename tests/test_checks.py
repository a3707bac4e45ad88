"""The rules of the profiles lom, lomfr and commun, each seen on a notice that is otherwise good."""

import runpy
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from metadata import RawRecord, Reading, Severity, parse
from metadata.checks import PROFILES, check, profile_of
from metadata.elements import element
from metadata.record import (
    Balise,
    Classification,
    Duration,
    Educational,
    General,
    Record,
    Relation,
    Rights,
    Taxon,
    TaxonPath,
    Technical,
    Term,
    Text,
)
from metadata.rules.taxons import classes_in
from metadata.taxa import EDUCATIONAL_LEVEL, TEACHING_DOMAIN
from metadata.vocabulary import CONCEPT, scolomfr
from tests.anyrecord import any_records
from tests.corpus import ROOT, shared

GOOD = (ROOT / "tests" / "data" / "notice_complete.xml").read_text("utf-8")


def read(text: str) -> Reading:
    return parse(RawRecord(identifier="notice", format="lomfr", payload=text.encode()))


def rules(text: str, profile: str = "lomfr") -> set[str]:
    return {finding.rule for finding in check(read(text), profile)}


def without(element: str) -> str:
    """The good notice without any such element."""
    text = GOOD
    while f"<{element}>" in text:
        begin, end = text.index(f"<{element}>"), text.index(f"</{element}>") + len(element) + 3
        text = text[:begin] + text[end:]
    return text


@pytest.mark.parametrize("profile", ["lom", "lomfr"])
def test_a_complete_notice_has_nothing_against_it(profile):
    assert check(read(GOOD), profile) == ()


# --- Obligations ------------------------------------------------------------------------------

EDUCATIONAL_DESCRIPTION = (
    '<lom:description><lom:string language="fr">À faire après la leçon, seul ou à deux.'
    "</lom:string></lom:description>"
)
OBLIGATIONS = {
    "1.1": without("lom:identifier"),
    "1.2": without("lom:title"),
    "1.3": GOOD.replace("iso639-2/fre</lom:language>\n    <lom:d", "</lom:language>\n    <lom:d"),
    "1.4": GOOD.replace(
        "Des exercices sur les fractions, corrigés automatiquement, pour la classe ou la maison.",
        "",
    ),
    "1.9": without("lomfr:documentType"),
    "1.10": without("scolomfr:generalResourceType"),
    "2.3": without("lom:contribute"),
    "3.3": without("lom:metadataSchema"),
    "4.2": without("lom:size"),
    "4.3": without("lom:location"),
    "4.5": without("lom:installationRemarks"),
    "5.2": without("lom:learningResourceType"),
    "5.5": without("lom:intendedEndUserRole"),
    "5.6": without("lom:context"),
    "5.10": GOOD.replace(EDUCATIONAL_DESCRIPTION, ""),
    "5.11": GOOD.replace(
        "<lom:language>http://id.loc.gov/vocabulary/iso639-2/fre</lom:language>\n    <scolomfr",
        "<scolomfr",
    ),
    "5.14": without("scolomfr:place"),
    "5.15": without("scolomfr:educationalMethod"),
    "5.16": without("scolomfr:tool"),
    "6.2": without("lom:copyrightAndOtherRestrictions"),
    "6.3": GOOD.replace("CC BY-SA 4.0", ""),
    "9": without("lom:classification"),
}
OBLIGATORY = {"1.1", "1.2", "1.3", "1.4", "2.3", "4.3"}


@pytest.mark.parametrize("number", OBLIGATIONS)
def test_an_element_of_the_profile_that_is_missing_is_said(number):
    found = [f for f in check(read(OBLIGATIONS[number])) if f.rule == f"lom-{number}-absent"]
    assert [finding.element.split()[0] for finding in found] == [number]
    obligatory = number in OBLIGATORY
    assert found[0].severity is (Severity.ERROR if obligatory else Severity.WARNING)
    assert ("obligatoire" if obligatory else "recommandé") in found[0].message


def test_the_empty_notice_misses_all_that_the_profile_asks():
    found = {finding.rule for finding in check(Reading(record=Record()))}
    assert found == {f"lom-{number}-absent" for number in OBLIGATIONS}


def test_the_minimum_only_asks_for_a_title():
    errors = [f for f in check(Reading(record=Record()), "lom") if f.severity is Severity.ERROR]
    assert [finding.rule for finding in errors] == ["lom-1.2-absent"]


# --- What a notice says -----------------------------------------------------------------------

CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Camille Exemple\nEND:VCARD"

#: What to change in the good notice for a rule to have something to say.
FAULTS = [
    ("lom-1.1-preproduction", "ark:/99999/fractions", "ark:/99999/fractions.p"),
    ("lom-1.1-preproduction", "ark:/99999/fractions", "http://n2t.net/ark:/99999/fractions.pp"),
    ("lom-1.1-par-defaut", "<lom:catalog>ark<", "<lom:catalog>My Catalog<"),
    ("lom-1.2-par-defaut", "Fractions en boîte", "Non renseigné"),
    ("lom-1.2-repete", "</lom:title>", '<lom:string language="fr">Autre</lom:string></lom:title>'),
    (
        "lom-1.4-titre",
        "Des exercices sur les fractions, corrigés automatiquement, pour la classe ou la maison.",
        "Fractions en boîte",
    ),
    ("lom-texte-par-defaut", "À faire après la leçon, seul ou à deux.", "À compléter"),
    ("lom-contributeur-anonyme", CARD, ""),
    ("lom-contributeur-sans-role", "<lom:role>", "<lom:rôle>"),
    ("lom-4.1-format", "text/html", "page web"),
    ("lom-4.2-nulle", "120000", "0"),
    ("lom-4.3-adresse", "https://fractions.example.fr/", "au CDI"),
    ("lom-4.3-adresse", "https://fractions.example.fr/", "www.fractions.example.fr"),
    ("lom-4.3-privee", "https://fractions.example.fr/", "http://localhost:8080/fractions"),
    ("lom-4.3-privee", "https://fractions.example.fr/", "http://192.168.1.12/fractions"),
    (
        "lom-5-plusieurs",
        "</lom:educational>",
        "</lom:educational><lom:educational><lom:language>fr</lom:language></lom:educational>",
    ),
    ("lom-5.9-longue", "PT20M", "PT120H"),
    ("lom-6.3-licence", "CC BY-SA 4.0", "Voir l’auteur."),
    ("lom-9.2-ancien", "scolomfr-voc-015-num-934", "scolomfr-voc-015-num-107"),
    ("lom-9.2-ordre", "scolomfr-voc-022-num-008", "scolomfr-voc-022-num-016"),
    ("lom-9-discipline-niveau", "scolomfr-voc-015-num-934", "scolomfr-voc-015-num-3081"),
]


@pytest.mark.parametrize(("rule", "good", "bad"), FAULTS)
def test_a_rule_says_what_it_is_there_for(rule, good, bad):
    assert good in GOOD
    text = GOOD.replace(good, bad).replace("<lom:rôle>", "<lom:x>")
    text = text.replace("</lom:role>", "</lom:x>") if "<lom:x>" in text else text
    found = [finding for finding in check(read(text)) if finding.rule == rule]
    assert found
    assert all(finding.line and finding.remedy for finding in found)


@pytest.mark.parametrize(
    ("good", "left", "number"),
    [
        ("ark:/99999/fractions", "4a7d755e-34a5-410a-a7d4-601881136623", "1.1"),
        ("Fractions en boîte", "???", "1.2"),
        ("Fractions en boîte", "Titre", "1.2"),
        ("CC BY-SA 4.0", "No description", "6.3"),
    ],
)
def test_what_a_tool_left_is_named_by_the_element_it_stands_in(good, left, number):
    found = [f for f in check(read(GOOD.replace(good, left))) if f.rule == "valeur-de-modele"]
    (finding,) = found
    assert finding.element == element(number)
    assert finding.line


def test_every_rule_of_a_notice_has_been_seen_at_work():
    seen = {rule for rule, _, _ in FAULTS} | {f"lom-{number}-absent" for number in OBLIGATIONS}
    assert {rule.code for name in ("lom", "lomfr") for rule in PROFILES[name]} == seen


def test_a_subject_of_a_neighbouring_class_of_the_cycle_is_no_fault():
    for level in ("015", "018", "620"):  # CM2, 6e, cycle 3
        text = GOOD.replace("scolomfr-voc-022-num-014", f"scolomfr-voc-022-num-{level}")
        assert "lom-9-discipline-niveau" not in rules(text)


@pytest.mark.parametrize(
    ("label", "classes"),
    [
        ("histoire (6e)", {"6e"}),
        ("mathématiques (cycle 4)", {"5e", "4e", "3e"}),
        ("civils et militaires (histoire 3e)", {"3e"}),
        ("nombres et calculs (mathématiques cycle 3)", {"CE2", "CM1", "CM2", "6e"}),
        (
            "philosophie (terminale)",
            {"terminale générale et technologique", "terminale professionnelle"},
        ),
        ("physique-chimie (2de)", {"2de générale et technologique", "2de professionnelle"}),
        ("la 6e République (débat)", set()),
        ("géographie", set()),
    ],
)
def test_the_label_of_a_subject_tells_its_classes_in_its_brackets(label, classes):
    found = {scolomfr().label(uri) for uri in classes_in(label)}
    assert found >= classes
    assert bool(found) == bool(classes)


@pytest.mark.parametrize(
    ("format", "payload"),
    [
        ("oai_dc", '<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title/></dc>'),
        ("atom", "<item><link>https://exemple.fr/</link></item>"),
        ("h5p", '{"mainLibrary": "H5P.Blanks"}'),
        ("imsmanifest", "<manifest/>"),
        ("commun", "description: Une description qui dit ce qu’il faut savoir."),
        ("row", '{"lien": "https://exemple.fr/"}'),
    ],
)
def test_a_missing_title_is_said_once_whoever_misses_it(format, payload):
    reading = parse(RawRecord(identifier="x", format=format, payload=payload.encode()))
    errors = [
        finding
        for finding in check(reading, profile_of(format))
        if finding.severity is Severity.ERROR
    ]
    assert [finding.element.rpartition(" ")[2] for finding in errors if "titr" in finding.rule] == [
        "titre"
    ]
    assert not [finding for finding in errors if finding.rule == "lom-1.2-absent"]


def test_a_feed_is_not_asked_what_scolomfr_asks():
    payload = b"<item><title>Un volcan</title><link>https://exemple.fr/</link></item>"
    reading = parse(RawRecord(identifier="x", format="atom", payload=payload))
    found = check(reading, profile_of("atom"))
    assert [(finding.rule, finding.severity) for finding in found] == [
        ("lom-1.4-absent", Severity.WARNING)
    ]


def test_a_date_that_nobody_signs_is_no_nameless_contributor():
    payload = b"<item><title>Un volcan</title><pubDate>2024-05-05</pubDate></item>"
    reading = parse(RawRecord(identifier="x", format="atom", payload=payload))
    assert reading.record.life_cycle.contributions
    assert "lom-contributeur-anonyme" not in {finding.rule for finding in check(reading, "lom")}


def test_an_empty_vcard_is_said_once():
    card = "BEGIN:VCARD\nFN:\nEND:VCARD"
    found = [f for f in check(read(GOOD.replace(CARD, card))) if f.element.startswith("2.3")]
    assert [finding.rule for finding in found] == ["lom-vcard-vide"]


def test_the_kind_of_a_package_is_no_bad_media_type():
    record = Record(technical=Technical(formats=("SCORM 1.2", "cmi5", "IMS QTI", "H5P")))
    found = {finding.rule for finding in check(Reading(record=record), "lom")}
    assert "lom-4.1-format" not in found


def test_a_licence_that_the_reader_does_not_know_is_said_once():
    text = "titre: Fractions\ndescription: Des exercices.\nlicence: maison\n"
    raw = RawRecord(identifier="commun.yml", format="commun", payload=text.encode())
    found = [f for f in check(parse(raw), "commun") if f.element == "licence"]
    assert [finding.rule for finding in found] == ["commun-valeur-inconnue"]


def test_a_part_of_a_key_that_the_reader_refused_is_not_asked_for_again():
    text = "titre: Fractions\ndescription: Des exercices.\naccessibilite:\n  rgaa: bof\n"
    raw = RawRecord(identifier="commun.yml", format="commun", payload=text.encode())
    found = [f for f in check(parse(raw), "commun") if f.element.startswith("access")]
    assert [finding.rule for finding in found] == ["commun-valeur-inconnue"]


def test_findings_follow_the_numbers_of_the_standard():
    found = check(read(GOOD.replace("text/html", "x").replace("CC BY-SA 4.0", "")))
    numbers = [
        tuple(map(int, finding.element.split()[0].split(".")))
        for finding in check(Reading(record=Record()))
    ]
    assert numbers == sorted(numbers)
    assert [finding.element.split()[0] for finding in found] == ["4.1", "6.3"]


def test_what_the_reader_said_comes_with_the_rest():
    text = GOOD.replace("2024-09-01", "01/09/2024")
    assert "lom-date" in rules(text, "lom")
    assert check(read(text), "lomfr") == read(text).findings


def test_nothing_is_said_twice():
    found = check(read(GOOD.replace("text/html", "x")))
    assert len(found) == len(set(found))


@given(record=any_records())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_record_can_be_judged_by_any_profile(record):
    for profile in PROFILES:
        for finding in check(Reading(record=record), profile):
            assert finding.message
            assert finding.remedy


# --- The commun profile -----------------------------------------------------------------------


def classified(purpose: str, identifier: str) -> Classification:
    path = TaxonPath(taxa=(Taxon(CONCEPT + identifier),))
    return Classification(purpose=Term(purpose), taxon_paths=(path,))


COMMUN = Record(
    general=General(
        title=(Text("Fractions en boîte", "fr"),),
        languages=("fr",),
        descriptions=((Text("Des exercices sur les fractions, corrigés automatiquement.", "fr"),),),
    ),
    technical=Technical(locations=("https://fractions.forge.example/",)),
    educational=(
        Educational(
            learning_resource_types=(Term(CONCEPT + "exercise"),),
            typical_learning_time=Duration("PT20M"),
            educational_methods=(Term(CONCEPT + "scolomfr-voc-018-num-003"),),
        ),
    ),
    rights=Rights(descriptions=((Text("CC-BY-SA-4.0"),),)),
    classifications=(
        classified(EDUCATIONAL_LEVEL, "scolomfr-voc-022-num-014"),
        classified(TEACHING_DOMAIN, "scolomfr-voc-015-num-934"),
    ),
    balise=Balise(
        concentration="PT10M",
        rgaa="partielle",
        accessibility_statement="https://fractions.forge.example/accessibilite",
        personal_data="aucune",
        ai=False,
    ),
)
BLOCK = COMMUN.educational[0]


def titled(title: str) -> Record:
    return replace(COMMUN, general=replace(COMMUN.general, title=(Text(title, "fr"),)))


def located(*locations: str) -> Record:
    return replace(COMMUN, technical=Technical(locations=locations))


def licensed(text: str) -> Record:
    return replace(COMMUN, rights=Rights(descriptions=((Text(text),),)))


def taught(**changes: object) -> Record:
    return replace(COMMUN, educational=(replace(BLOCK, **changes),))


def said(**changes: object) -> Record:
    return replace(COMMUN, balise=replace(COMMUN.balise, **changes))


LINKED = Relation(kind=Term(CONCEPT + "scolomfr-voc-009-num-040"))

COMMUN_FAULTS = {
    "commun-titre-absent": [titled("")],
    "commun-titre-par-defaut": [titled("Sans titre"), titled("???")],
    "commun-description-absente": [
        replace(COMMUN, general=replace(COMMUN.general, descriptions=()))
    ],
    "commun-description-courte": [
        replace(COMMUN, general=replace(COMMUN.general, descriptions=((Text("Un jeu."),),)))
    ],
    "commun-lien-absent": [located()],
    "commun-lien-invalide": [
        located("fractions.forge.example"),
        located("http://localhost:5000/"),
        located("https://192.168.0.4/"),
        located("ftp://fractions.forge.example/"),
    ],
    "commun-niveaux-absents": [replace(COMMUN, classifications=COMMUN.classifications[1:])],
    "commun-disciplines-absentes": [replace(COMMUN, classifications=COMMUN.classifications[:1])],
    "commun-types-absents": [taught(learning_resource_types=(Term(text="truc"),))],
    "commun-usages-absents": [taught(educational_methods=())],
    "commun-duree-absente": [taught(typical_learning_time=Duration())],
    "commun-duree-improbable": [taught(typical_learning_time=Duration("PT200H"))],
    "commun-concentration-longue": [said(concentration="PT45M")],
    "commun-licence-absente": [replace(COMMUN, rights=Rights())],
    "commun-licence-inconnue": [
        licensed("licence maison"),
        replace(COMMUN, rights=Rights(), relations=(LINKED,)),
    ],
    "commun-licence-non-libre": [licensed("CC BY-NC 4.0"), licensed("CC-BY-ND-4.0")],
    "commun-accessibilite-absente": [said(rgaa="")],
    "commun-accessibilite-sans-declaration": [said(accessibility_statement="")],
    "commun-donnees-absentes": [said(personal_data="")],
    "commun-compte-sans-donnees": [said(pupil_account=True)],
    "commun-ia-absente": [said(ai=None)],
    "commun-langues-absentes": [replace(COMMUN, general=replace(COMMUN.general, languages=()))],
}


def commun(record: Record) -> set[str]:
    return {finding.rule for finding in check(Reading(record=record), "commun")}


def test_a_good_commun_has_nothing_against_it():
    assert commun(COMMUN) == set()


@pytest.mark.parametrize(
    ("rule", "record"), [(rule, record) for rule, all in COMMUN_FAULTS.items() for record in all]
)
def test_a_commun_that_lacks_something_is_told_so_and_nothing_else(rule, record):
    assert commun(record) == {rule}


def test_every_rule_of_the_communs_has_been_seen_at_work():
    assert {rule.code for rule in PROFILES["commun"]} == COMMUN_FAULTS.keys()


def test_a_remark_on_a_commun_names_the_key_to_write_and_its_line():
    reading = Reading(record=licensed("licence maison"), lines={"licence": 12})
    (finding,) = check(reading, "commun")
    assert (finding.element, finding.line) == ("licence", 12)
    assert "CC-BY-SA-4.0" in finding.remedy


def test_a_value_that_the_reader_refused_is_not_asked_for_again():
    text = "titre: Fractions\ndescription: Des exercices sur les fractions, corrigés tout seuls.\n"
    raw = RawRecord(
        identifier="commun.yml", format="commun", payload=f"{text}lien: chez moi".encode()
    )
    found = [finding for finding in check(parse(raw), "commun") if finding.element == "lien"]
    assert [(finding.line, finding.rule) for finding in found] == [(3, "commun-valeur-invalide")]


def test_remarks_on_a_commun_yml_come_in_the_order_of_its_lines_then_what_it_lacks():
    text = "titre: Fractions\naccessibilite:\n  rgaa: totalement conforme\ndescription: Court\n"
    raw = RawRecord(identifier="commun.yml", format="commun", payload=text.encode())
    lines = [finding.line for finding in check(parse(raw), "commun")]
    assert lines[:2] == [3, 4]
    assert set(lines[2:]) == {None}


# --- Wording and documentation ----------------------------------------------------------------

EVERY_RULE = [rule for rules in PROFILES.values() for rule in rules]


def test_every_rule_is_worded_in_french_sentences():
    for rule in EVERY_RULE:
        assert rule.about.endswith(".")
        assert rule.remedy.endswith((".", "…", "…\u00a0»."))
        for text in (rule.about, rule.remedy):
            assert "'" not in text, rule.code


def test_the_documentation_lists_every_rule_and_is_up_to_date():
    page = runpy.run_path(str(ROOT / "tasks" / "controls_page.py"))["page"]()
    written = (ROOT / "docs" / "controles.md").read_text("utf-8")
    assert written == page, "lancez : python tasks/controls_page.py"
    assert all(f"`{rule.code}`" in written for rule in EVERY_RULE)


def test_the_official_example_only_lacks_what_no_example_can_have():
    name = "notices/canope-reference/ExempleManuelReferenceScoLOMFRv3-2.xml"
    found = check(read(shared(name).read_text("utf-8")))
    assert {finding.rule for finding in found if finding.severity is Severity.ERROR} == set()
