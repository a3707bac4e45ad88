"""The nineteen controls of the GAR, on a notice that passes them all and on what breaks each."""

import pytest

from metadata import RawRecord, Reading, Severity, parse
from metadata.checks import check
from metadata.record import Record
from metadata.rules.gar import CONTROLS
from tests.corpus import ROOT, shared

GOOD = (ROOT / "tests" / "data" / "notice_gar.xml").read_text("utf-8")
UNKNOWABLE = "Non vérifiable ici"


def findings(text: str):
    payload = text.encode()
    reading = parse(RawRecord(identifier="notice", format="lomfr", payload=payload))
    return check(reading, "gar", payload)


def failed(found) -> set[str]:
    """The controls that fail, apart from what cannot be known here."""
    return {
        finding.rule
        for finding in found
        if finding.rule.startswith("gar-") and finding.severity is not Severity.INFO
    }


def test_a_good_notice_fails_no_control():
    assert failed(findings(GOOD)) == set()


#: What to change in the good notice, and the controls that must then fail.
BREACHES = [
    ("gar-01", "<lom:technical>", "<lom:technical><lom:colour>rouge</lom:colour>"),
    ("gar-02", "ark:/99999/manuel", "http://n2t.net/ark:/99999/manuel"),
    ("gar-02", "ark:/99999/manuel<", "ark:///99999/manuel<"),
    ("gar-02", "<lom:catalog>ark</lom:catalog>", "<lom:catalog>URI</lom:catalog>"),
    ("gar-02", "ark:/99999/manuel<", "ark:/99/manuel<"),
    ("gar-03", "<lom:string>Manuel d’exemple</lom:string>", "<lom:string/>"),
    ("gar-03", "<lom:string>Un manuel inventé pour les tests.</lom:string>", "<lom:string/>"),
    (
        "gar-04",
        "http://purl.org/dc/dcmitype/Text</lomfr:value><lomfr:label>texte",
        "x</lomfr:value><lomfr:label>y",
    ),
    ("gar-05", "concept/publisher", "concept/author"),
    ("gar-05", "FN:Éditions Exemple\n", ""),
    ("gar-05", "NOTE:SIREN=123456789\n", ""),
    ("gar-06", "003-num-026", "003-num-005"),
    ("gar-06", "GAR : distributeur technique", "distributeur"),
    ("gar-06", "NOTE:SIREN=123456780\n", ""),
    ("gar-07", "003-num-017", "003-num-005"),
    ("gar-07", "GAR : distributeur commercial", ""),
    ("gar-08", "concept/technical_validator", "concept/author"),
    ("gar-08", "GAR : validation technique", "validé"),
    ("gar-09", "<scolomfr:platform>http://data.education.fr/gar", "<scolomfr:platform>http://x.fr"),
    ("gar-10", "https://manuel.example.fr/gar<", "<"),
    ("gar-11", "044-num-003", "044-num-001"),
    ("gar-12", "Attributs GAR : ", "Attributs : "),
    ("gar-12", "[UAI]", "UAI"),
    ("gar-12", "[IDO] Id opaque ; ", ""),
    ("gar-12", "[PRO]", "[AGE]"),
    ("gar-12", "GAR : Déclaration de conformité = ark:/99999/conformite", "à venir"),
    ("gar-13", "[PRO] Profil", "[NOM] Nom d'usage"),
    ("gar-13", "044-num-003", "044-num-004"),
    ("gar-14", "010-num-014", "010-num-999"),
    ("gar-15", "https://manuel.example.fr/vignette.png", ""),
    ("gar-15", "009-num-021", "009-num-022"),
    ("gar-15", "vignette.png", "vignette.webp"),
    ("gar-16", "015-num-1623", "015-num-999999"),
    ("gar-16", "028-num-003", "028-num-011"),
    ("gar-17", "022-num-020", "022-num-999"),
    ("gar-18", "<lom:id>http://data.education.fr/gar<", "<lom:id>http://www.edutheque.fr<"),
    ("gar-19", "[MAN]", "MAN"),
    ("gar-19", "[MAN]", "[MAN] [DIC]"),
    ("gar-19", "[MAN]", "[XXX]"),
    ("gar-droits", "Mentions légales : https://manuel.example.fr/mentions", "Tous droits réservés"),
    ("gar-droits", "concept/yes_2", "concept/no_2"),
]


@pytest.mark.parametrize(("control", "good", "bad"), BREACHES)
def test_a_control_fails_on_what_it_is_there_for(control, good, bad):
    assert good in GOOD
    assert control in failed(findings(GOOD.replace(good, bad)))


def test_each_control_has_been_seen_to_fail():
    assert {control for control, _, _ in BREACHES} == {rule.code for rule in CONTROLS}
    numbers = {int(rule.code[4:]) for rule in CONTROLS if rule.code != "gar-droits"}
    assert numbers == set(range(1, 20))


def test_what_only_the_gar_can_know_is_said_so():
    told = {f.rule for f in findings(GOOD) if f.message.startswith(UNKNOWABLE)}
    assert told == {
        *("gar-01", "gar-02", "gar-05", "gar-06", "gar-07", "gar-08"),
        *("gar-10", "gar-15", "gar-16"),
    }


def test_the_numbers_of_a_vcard_are_shown_for_whoever_can_check_them():
    (about,) = [f.message for f in findings(GOOD) if f.rule == "gar-05"]
    assert "SIREN 123456789" in about


def test_a_validation_is_good_for_two_years():
    assert any("jusqu’au 2026-03-01" in f.message for f in findings(GOOD) if f.rule == "gar-08")


def test_a_notice_without_validation_date_stays_on_the_partner_platform():
    found = findings(GOOD.replace("<lom:dateTime>2024-03-01</lom:dateTime>", ""))
    assert failed(found) == set()
    assert any("plate-forme partenaire" in f.message for f in found if f.rule == "gar-08")


def test_the_suffix_of_the_partner_platform_is_told_but_passes():
    found = findings(GOOD.replace("99999/manuel", "99999/manuel.pp"))
    assert failed(found) == set()
    assert any(".pp" in finding.message for finding in found)


def test_the_two_slashes_of_production_are_told_but_pass():
    found = findings(GOOD.replace("ark:/99999/manuel<", "ark://99999/manuel<"))
    assert not [finding for finding in found if finding.severity is Severity.ERROR]
    assert any("deux barres" in finding.message for finding in found if finding.rule == "gar-02")


def test_a_source_newer_than_the_schema_is_not_held_against_a_notice():
    found = findings(GOOD.replace("SCOLOMFRv3.2", "SCOLOMFRv8.0"))
    assert failed(found) == set()
    assert any("plus récente" in finding.message for finding in found if finding.rule == "gar-01")


def test_a_breach_of_the_schema_has_its_line():
    text = GOOD.replace("<lom:technical>", "<lom:technical><lom:colour>rouge</lom:colour>")
    line = 1 + text[: text.index("<lom:colour>")].count("\n")
    found = findings(text)
    assert any("colour" in f.message and f.line == line for f in found if f.rule == "gar-01")


def test_without_the_bytes_the_schema_is_left_unsaid():
    (about,) = [f for f in check(Reading(record=Record()), "gar") if f.rule == "gar-01"]
    assert about.message.startswith(UNKNOWABLE)


def test_bytes_that_are_not_xml_fail_the_first_control():
    found = check(Reading(record=Record()), "gar", b"titre;lien\n")
    assert any(f.rule == "gar-01" and f.severity is Severity.ERROR for f in found)


def test_a_notice_that_says_nothing_fails_every_control_that_can_be_verified():
    found = failed(check(Reading(record=Record()), "gar", b"<lom/>"))
    assert found == {rule.code for rule in CONTROLS} - {"gar-13"}


def test_the_official_prototype_passes_every_control_that_can_be_verified():
    name = "notices/gar-rtfs/Maquette_prototypage_notice_p_RTFSv5.2_OK.xml"
    assert failed(findings(shared(name).read_text("utf-8"))) == set()


def test_the_official_prototype_breaks_down_where_it_is_changed():
    name = "notices/gar-rtfs/Maquette_prototypage_notice_p_RTFSv5.2_OK.xml"
    text = shared(name).read_text("utf-8")
    assert failed(findings(text.replace("[IDO]   Id", "").replace("[IDO] Id", "Id"))) == {"gar-12"}


def test_an_empty_form_fails_the_controls_it_leaves_blank():
    found = failed(findings(shared("notices/gar-rtfs/blank.xml").read_text("utf-8")))
    assert found == {rule.code for rule in CONTROLS} - {"gar-13"}
