"""Labels that no vocabulary has, but every teacher: « 6ème », « élèves », « EPS »."""

import pytest

from metadata import RawRecord, Reading, dump, parse
from metadata.taxa import EDUCATIONAL_LEVEL, TEACHING_DOMAIN, taxa_of
from metadata.vocabulary import CONCEPT, scolomfr


def read(inside: str) -> Reading:
    text = f"""<lom xmlns="http://ltsc.ieee.org/xsd/LOM" xmlns:s="http://www.lom-fr.fr/xsd/SCOLOMFR">
<general><title><string>Un titre</string></title></general>{inside}</lom>"""
    return parse(RawRecord(identifier="n", format="lomfr", payload=text.encode()))


def classified(purpose: str, label: str, id: str = "") -> Reading:
    return read(
        f"<classification><purpose><value>{purpose}</value></purpose><taxonPath><source><string>x"
        f"</string></source><taxon><id>{id}</id><entry><string>{label}</string></entry></taxon>"
        "</taxonPath></classification>"
    )


@pytest.mark.parametrize(
    ("purpose", "label", "meant"),
    [
        (EDUCATIONAL_LEVEL, "6ème", "6e"),
        (EDUCATIONAL_LEVEL, "2nde", "2de générale et technologique"),
        (EDUCATIONAL_LEVEL, "1ère générale", "1re générale"),
        (TEACHING_DOMAIN, "EPS", "éducation physique et sportive (discipline)"),
        (TEACHING_DOMAIN, "EMC", "enseignement moral et civique (discipline)"),
    ],
)
def test_a_taxon_without_id_is_understood_by_the_word_of_teachers_it_bears(purpose, label, meant):
    reading = classified(purpose, label)
    (taxon,) = taxa_of(reading.record, purpose)
    assert scolomfr().label(taxon.id) == meant
    assert taxon.entry[0].value == label
    assert [(finding.rule, finding.severity) for finding in reading.findings] == [
        ("lom-mot-courant", "info")
    ]


@pytest.mark.parametrize(
    ("element", "text", "uri"),
    [
        ("intendedEndUserRole", "élèves", "learner"),
        ("intendedEndUserRole", "Professeur", "teacher"),
        ("learningResourceType", "QCM", "questionnaire"),
    ],
)
def test_a_value_is_understood_by_the_word_of_teachers_it_is(element, text, uri):
    reading = read(f"<educational><{element}><value>{text}</value></{element}></educational>")
    block = reading.record.educational[0]
    (term,) = block.intended_end_user_roles or block.learning_resource_types
    assert (term.uri, term.text) == (CONCEPT + uri, text)
    assert [finding.rule for finding in reading.findings] == ["lom-mot-courant"]


def test_the_word_of_another_vocabulary_is_not_taken_for_one_of_this():
    text = "<learningResourceType><value>vidéo</value></learningResourceType>"
    reading = read(f"<educational>{text}</educational>")
    assert reading.record.educational[0].learning_resource_types[0].uri == ""


def test_an_id_is_a_code_and_no_word_of_teachers():
    reading = classified(TEACHING_DOMAIN, "bouger", id="EPS")
    (taxon,) = taxa_of(reading.record, TEACHING_DOMAIN)
    assert taxon.id == "EPS"


@pytest.mark.parametrize(("uri", "label"), [("023", "3ème"), ("018", "sixième"), ("136", "2nde")])
def test_a_label_that_teachers_use_does_not_contradict_its_uri(uri, label):
    id = f"{CONCEPT}scolomfr-voc-022-num-{uri}"
    assert classified(EDUCATIONAL_LEVEL, label, id=id).findings == ()


def test_what_a_commun_says_is_exported_without_a_contradiction():
    text = "titre: Un\npublic: [élève]\ntypes: [vidéo]\ngranularite: séquence\nusages: [en CDI]\n"
    raw = RawRecord(identifier="commun.yml", format="commun", payload=text.encode())
    exported = dump(parse(raw).record, "lomfr")
    again = parse(RawRecord(identifier="n", format="lomfr", payload=exported))
    assert again.findings == ()
