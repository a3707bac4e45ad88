"""What the automatic checks propose of an entry: only what they can show, and never a decision."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue_site.typography import text
from indexer.entry import Link
from indexer.files import records_at
from indexer.linkcheck import Verdict as Answer
from indexer.proposals import CHECKS, Facts, addresses, proposals
from metadata import MetadataError, RawRecord, Reading, parse
from metadata.case import Verdict
from metadata.criteria import criteria
from metadata.record import (
    Balise,
    Classification,
    ExtendedLocation,
    Record,
    Rights,
    Taxon,
    TaxonPath,
    Technical,
    Term,
    Text,
)
from metadata.vocabulary import CONCEPT
from tests.anyrecord import any_records
from tests.corpus import ROOT, corpus_files, shared
from tests.fakes import DAY, NOW

GAR = (ROOT / "tests" / "data" / "notice_gar.xml").read_text("utf-8")
HERE = "https://ressource.example/"
STATEMENT = "https://ressource.example/accessibilite"
BROKEN = Answer(dead=True, fault="le site répond «\u00a0404\u00a0»")
SILENT = Answer(dead=True, fault="le site ne répond pas", heard=False)
SHUT = Answer(fault="le site répond «\u00a0403\u00a0»")


def proposed(record=None, *, payload="", answers=None, link=None):
    """What is proposed of a record, or of a notice's text."""
    raw = RawRecord(identifier="n", format="lomfr", payload=payload.encode())
    reading = Reading(record=record) if record else parse(raw)
    return proposals(raw, reading, Facts(answers=answers or {}, link=link), criteria())


def balise(**said):
    return Record(balise=Balise(**said))


def classified(*concepts):
    paths = [TaxonPath(taxa=(Taxon(f"{CONCEPT}scolomfr-voc-{each}"),)) for each in concepts]
    return Record(classifications=(Classification(taxon_paths=tuple(paths)),))


def entitled(*said, restrictions=""):
    term = Term(CONCEPT + restrictions) if restrictions else None
    return Record(
        rights=Rights(restrictions=term, descriptions=tuple((Text(each, "fr"),) for each in said))
    )


def door(level):
    place = ExtendedLocation(personal_data=Term(f"{CONCEPT}scolomfr-voc-044-num-{level}"))
    return Record(technical=Technical(extended_locations=(place,)))


@pytest.mark.parametrize(
    ("record", "key", "verdict", "said"),
    [
        (balise(rgaa="totale"), "rgaa", "favorable", "totalement conforme"),
        (balise(rgaa="partielle"), "rgaa", "reserve", "partiellement conforme"),
        (balise(rgaa="non-conforme"), "rgaa", "defavorable", "non conforme"),
        (balise(rgaa="non-evaluee"), "rgaa", "non-evalue", "non évaluée"),
        (balise(rgaa="totale"), "declaration", "non-evalue", "sans donner l’adresse"),
        (balise(accessibility_statement="à venir"), "declaration", "reserve", "«\u00a0à venir"),
        (balise(ai=False), "ia", "non-applicable", "ne pas faire appel"),
        (balise(ai=True), "ia", "non-evalue", "à examiner"),
        (balise(personal_data="aucune"), "niveau-donnees", "favorable", "aucune donnée"),
        (balise(personal_data="forte"), "niveau-donnees", "reserve", "directement identifiantes"),
        (
            balise(personal_data="aucune", pupil_account=True),
            "niveau-donnees",
            "reserve",
            "compte élève",
        ),
        (door("003"), "niveau-donnees", "favorable", "indirectement identifiantes"),
        (door("004"), "niveau-donnees", "reserve", "nécessaire"),
        (entitled("CC BY-SA 4.0"), "licence", "favorable", "CC BY-SA 4.0"),
        (entitled("CC BY-SA 4.0"), "droits", "non-evalue", "«\u00a0CC BY-SA 4.0\u00a0»"),
        (entitled("Tous droits réservés"), "licence", "reserve", "hors exceptions légales"),
        (entitled("Selon contrat"), "licence", "non-evalue", "«\u00a0Selon contrat\u00a0»"),
        (entitled(restrictions="yes_2"), "droits", "non-evalue", "soumis à des conditions"),
        (classified("015-num-6272", "022-num-027"), "programmes", "reserve", "2de professionnelle"),
    ],
)
def test_what_a_notice_says_proposes_a_verdict(record, key, verdict, said):
    opinion = proposed(record)[key]
    assert opinion.verdict == verdict
    assert said in opinion.reason


@pytest.mark.parametrize(
    "record",
    [
        Record(),
        balise(rgaa="on verra", access="libre"),
        classified("015-num-6272", "022-num-136"),  # plausible: the content was not read
        Record(technical=Technical(locations=(HERE,))),  # nobody asked the address
        Record(technical=Technical(locations=("javascript:alert(1)",))),
    ],
)
def test_what_is_not_said_proposes_nothing(record):
    assert proposed(record) == {}


def test_a_notice_that_passes_the_controls_of_the_gar_says_what_the_gar_alone_can_finish():
    opinion = proposed(payload=GAR)["acces-gar"]
    assert opinion.verdict is Verdict.FAVORABLE
    assert "Lui seul peut finir les contrôles 1, " in opinion.reason
    assert opinion.references == (hashlib.sha256(GAR.encode()).hexdigest(),)


def test_the_controls_that_fail_are_named_with_their_line():
    bad = GAR.replace("GAR_Présentation", "Présentation").replace("ark:/", "arc:/")
    opinion = proposed(payload=bad)["acces-gar"]
    assert opinion.verdict is Verdict.UNFAVORABLE
    line = next(n for n, each in enumerate(bad.splitlines(), 1) if "arc:/" in each)
    assert "Contrôle 2, ligne" in opinion.reason
    assert "Contrôle 19" in opinion.reason
    assert abs(int(opinion.reason.partition("ligne ")[2].partition("\u00a0")[0]) - line) <= 2


def test_remarks_of_the_gar_that_are_no_failure_are_a_reserve():
    opinion = proposed(payload=GAR.replace("Déclaration de conformité", "Conformité"))["acces-gar"]
    assert opinion.verdict is Verdict.RESERVED
    assert "Contrôle 12" in opinion.reason


def test_a_data_level_that_its_attributes_contradict_is_unfavorable():
    strong = GAR.replace("scolomfr-voc-044-num-004", "scolomfr-voc-044-num-003")
    asked = strong.replace("[IDO]", "[NOM] Nom ; [IDO]")
    opinion = proposed(payload=asked)["niveau-donnees"]
    assert opinion.verdict is Verdict.UNFAVORABLE
    assert "Contrôle 13" in opinion.reason


def test_a_resource_that_is_not_of_the_gar_waits_for_a_person():
    for format in ("lomfr", "json"):
        raw = RawRecord(identifier="n", format=format, payload=b"<lom/>")
        given = Record() if format == "lomfr" else balise(access="gar")
        found = proposals(raw, Reading(record=given), Facts(), criteria())
        assert "acces-gar" not in found


@pytest.mark.parametrize(
    ("answer", "verdict", "said"),
    [
        (Answer(), "favorable", "s’ouvre."),
        (BROKEN, "reserve", "«\u00a0404\u00a0»"),
        (SILENT, "non-evalue", "Ouvrez-la vous-même."),  # our own network may be what is silent
        (SHUT, "non-evalue", "«\u00a0403\u00a0»"),
    ],
)
def test_one_visit_never_condemns(answer, verdict, said):
    record = replace(
        balise(accessibility_statement=STATEMENT), technical=Technical(locations=(HERE,))
    )
    found = proposed(record, answers={HERE: answer, STATEMENT: answer})
    for key, address in (("disponibilite", HERE), ("declaration", STATEMENT)):
        assert found[key].verdict == verdict
        assert said in found[key].reason
        assert found[key].references == (address,)
    assert addresses(record) == (HERE, STATEMENT)


def dead(days, address=HERE):
    return Link(address=address, checked=NOW + days * DAY, dead_since=NOW, fault="plus rien")


@pytest.mark.parametrize(
    ("link", "answer", "verdict"),
    [
        (dead(8), None, "defavorable"),
        (dead(8), SILENT, "defavorable"),
        (dead(8), Answer(), "favorable"),  # it opens again
        (dead(2), None, "reserve"),
        (dead(8, "https://ancienne.example/"), BROKEN, "reserve"),
        (Link(address=HERE, checked=NOW), None, "favorable"),
    ],
)
def test_a_link_dead_for_a_week_is_unfavorable(link, answer, verdict):
    record = Record(technical=Technical(locations=(HERE,)))
    opinion = proposed(record, answers={HERE: answer} if answer else {}, link=link)["disponibilite"]
    assert opinion.verdict == verdict
    if verdict == "defavorable":
        assert "depuis le 01/03/2026" in opinion.reason


def test_every_check_is_of_a_criterion():
    assert CHECKS.keys() <= {each.key for each in criteria().criteria}


def test_a_criterion_that_a_version_has_not_is_not_checked():
    one = replace(criteria(), criteria=(criteria().criterion("ia"),))
    raw = RawRecord(identifier="n", format="json")
    said = Reading(record=balise(ai=True, rgaa="totale"))
    assert [*proposals(raw, said, Facts(), one)] == ["ia"]


def check_all(raw, reading, facts=Facts()):  # noqa: B008
    """What holds of whatever is proposed."""
    found = proposals(raw, reading, facts, criteria())
    assert found == proposals(raw, reading, facts, criteria())
    order = [each.key for each in criteria().criteria]
    assert [*found] == sorted(found, key=order.index)
    for opinion in found.values():
        assert isinstance(opinion.verdict, Verdict)
        assert opinion.reason.endswith((".", "?"))
        assert not opinion.by
    return found


ANSWERS = st.sampled_from([Answer(), BROKEN, SILENT, SHUT])
LINKS = st.none() | st.builds(
    Link,
    address=st.just(HERE),
    checked=st.just(NOW),
    dead_since=st.none() | st.integers(0, 40).map(lambda days: NOW - timedelta(days=days)),
    fault=st.text(max_size=5),
)


@given(any_records(), ANSWERS, LINKS, st.binary(max_size=50), st.sampled_from(["lomfr", "json"]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_read_something_sensible_is_proposed(record, answer, link, payload, format):
    facts = Facts(answers=dict.fromkeys(addresses(record), answer), link=link)
    raw = RawRecord(identifier="n", format=format, payload=payload)
    check_all(raw, Reading(record=record), facts)


def read(path):
    """The records of a file that can be read."""
    try:
        for raw in records_at(str(path)):
            if not raw.deleted:
                yield raw, parse(raw)
    except MetadataError:
        return


def test_the_notices_of_the_sample_get_proposals_in_good_french():
    found = [
        (key, opinion)
        for path in sorted((ROOT / "sample").rglob("*.xml"))
        for raw, reading in read(path)
        for key, opinion in check_all(raw, reading).items()
    ]
    assert len({opinion.verdict for _, opinion in found}) >= 4
    for key, opinion in found:
        ours = re.sub("«.*?»", "", opinion.reason)  # the rest is quoted letter for letter
        assert key == "acces-gar" or text(ours) == ours


@pytest.mark.parametrize("folder", ["notices", "oai", "scorm", "h5p"])
def test_every_readable_record_of_the_corpus_can_be_checked(folder):
    shared(folder)
    paths = [path for path in corpus_files(folder) if path.stat().st_size < 1_000_000]
    found = [check_all(raw, reading) for path in paths for raw, reading in read(path)]
    assert found
