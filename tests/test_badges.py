"""The badges of a commun: what earns each, and what never counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata import RawRecord, commun
from metadata.badges import ACTIVE, Commun, badges, held_by, labels
from metadata.project import Project, Release, Snapshot
from metadata.record import Balise, Record
from tests.anyrecord import any_records

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

#: What one teacher writes, once, in a quarter of an hour.
WHOLE = """\
titre: Fractions en boîte
description: Des exercices sur les fractions, corrigés automatiquement.
lien: https://fractions.forge.example/
niveaux: [CM1]
disciplines: [mathématiques]
types: [exercice]
usages: [en autonomie]
public: [élève]
duree: 20 min
accessibilite: {rgaa: non conforme}
donnees-personnelles: aucune
compte-eleve: non
licence: CC-BY-SA-4.0
langues: [fr]
cherche-co-mainteneur: oui
"""

PROJECT = Snapshot(project=Project(id=1, path="marie/fractions"))


def written(text, **said):
    reading = commun.parse(RawRecord(identifier="1", format="commun", payload=text.encode()))
    return Commun(record=reading.record, lines=reading.lines, **({"changed": NOW} | said))


def of(made, now=NOW):
    return {badge.id: badge for badge in badges(made, now)}


def active(when, **said):
    return replace(PROJECT, project=replace(PROJECT.project, active=when, **said))


moments = st.datetimes(
    min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC)
)
snapshots = st.builds(
    lambda active, archived, dates: replace(
        PROJECT,
        project=replace(PROJECT.project, active=active, archived=archived),
        releases=tuple(Release(tag="v", date=date) for date in dates),
    ),
    st.none() | moments,
    st.none() | st.booleans(),
    st.lists(st.none() | moments, max_size=3),
)
communs = st.builds(
    Commun,
    record=any_records(),
    changed=moments,
    lines=st.dictionaries(st.sampled_from(["licence", "6", "7"]), st.integers(1, 99)),
    snapshot=st.none() | snapshots,
)
thorough = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(communs, moments)
@thorough
def test_each_badge_says_why_it_is_held_or_what_would_earn_it(made, now):
    found = badges(made, now)
    assert [badge.id for badge in found] == [
        "licence-libre",
        "notice-complete",
        "accessibilite-declaree",
        "sans-donnees-personnelles",
        "activite",
        "cherche-co-mainteneur",
    ]
    for badge in found:
        assert badge.why.endswith(".")
        assert badge.rule.endswith(".")
        assert bool(badge.remedy) is not badge.held
        assert badge.held is (badge.since is not None)
        assert badge.until is None or badge.until > now


@given(communs, moments)
@thorough
def test_one_searches_by_what_the_notice_alone_earns(made, now):
    held = {badge.id for badge in badges(made, now) if badge.held}
    assert {*held_by(made.record)} == held - {"activite"}
    assert {*held_by(made.record)} <= {*labels()}


@given(communs, moments, moments)
@thorough
def test_one_more_sign_of_life_never_costs_a_badge(made, now, sign):
    more = Release(tag="v9", date=sign)
    snapshot = made.snapshot or PROJECT
    richer = replace(made, snapshot=replace(snapshot, releases=(more, *snapshot.releases)))
    before, after = of(made, now)["activite"], of(richer, now)["activite"]
    assert after.held >= before.held
    assert not before.until or after.until >= before.until


@given(st.timedeltas(min_value=timedelta(0), max_value=2 * ACTIVE))
@thorough
def test_time_alone_takes_the_badge_of_activity_away_once(later):
    made = Commun(record=Record(), changed=NOW - timedelta(days=900), snapshot=active(NOW))
    assert of(made, NOW + later)["activite"].held is (later < ACTIVE)


def test_a_date_to_come_is_no_sign_of_life():
    old = NOW - timedelta(days=900)
    made = Commun(record=Record(), changed=old, snapshot=active(NOW + timedelta(days=9)))
    assert not of(made)["activite"].held


def test_one_teacher_alone_earns_them_all_without_any_version():
    made = written(WHOLE, snapshot=active(NOW))
    assert [badge.id for badge in badges(made, NOW) if not badge.held] == []


def test_a_notice_that_says_nothing_earns_nothing_but_its_own_sign_of_life():
    held = [badge.id for badge in badges(Commun(record=Record(), changed=NOW), NOW) if badge.held]
    assert held == ["activite"]


def test_it_names_the_value_read_and_the_line():
    found = of(written(WHOLE))
    assert found["licence-libre"].why.startswith("La notice dit «\u00a0CC BY-SA 4.0")
    assert found["licence-libre"].why.endswith("(commun.yml, ligne\u00a013).")
    assert "aucune" in found["sans-donnees-personnelles"].why


@pytest.mark.parametrize(
    ("spdx", "held"), [("CC-BY-4.0", True), ("CC-BY-NC-4.0", False), ("MIT", True)]
)
def test_a_licence_is_free_when_it_lets_everybody_do_everything(spdx, held):
    made = written(WHOLE.replace("CC-BY-SA-4.0", spdx))
    assert of(made)["licence-libre"].held is held


def test_a_licence_that_forbids_something_says_what():
    remedy = of(written(WHOLE.replace("CC-BY-SA-4.0", "CC-BY-NC-4.0")))["licence-libre"].remedy
    assert "usage commercial interdit" in remedy


def test_a_licence_that_the_forge_guesses_earns_nothing_until_the_notice_says_it():
    silent = written(
        WHOLE.replace("licence: CC-BY-SA-4.0\n", ""), snapshot=active(NOW, licence="mit")
    )
    badge = of(silent)["licence-libre"]
    assert not badge.held
    assert "licence: MIT" in badge.remedy


def test_a_complete_notice_may_leave_two_things_unsaid_but_not_the_essential():
    short = WHOLE.replace("duree: 20 min\n", "").replace("langues: [fr]\n", "")
    assert of(written(short))["notice-complete"].held
    shorter = of(written(short.replace("types: [exercice]\n", "")))["notice-complete"]
    assert not shorter.held
    assert "le type pédagogique, la durée" in shorter.remedy
    assert not of(written(WHOLE.replace("niveaux: [CM1]\n", "")))["notice-complete"].held


def test_it_is_frank_to_say_that_something_is_not_accessible_but_not_that_nobody_looked():
    assert of(written(WHOLE))["accessibilite-declaree"].held
    unknown = WHOLE.replace("non conforme", "non évaluée")
    assert not of(written(unknown))["accessibilite-declaree"].held
    declared = Record(balise=Balise(accessibility_statement="https://x.example/accessibilite"))
    assert of(Commun(record=declared, changed=NOW))["accessibilite-declaree"].held


def test_a_pupils_account_contradicts_the_absence_of_personal_data():
    badge = of(written(WHOLE.replace("compte-eleve: non", "compte-eleve: oui")))
    assert not badge["sans-donnees-personnelles"].held
    assert "compte élève" in badge["sans-donnees-personnelles"].why
    assert of(written(WHOLE.replace("compte-eleve: non\n", "")))["sans-donnees-personnelles"].held


def test_what_is_finished_keeps_its_badge_for_two_years_after_one_commit():
    made = written(WHOLE, changed=NOW - timedelta(days=3000), snapshot=active(NOW))
    badge = of(made, NOW + timedelta(days=729))["activite"]
    assert badge.held
    assert badge.since == NOW
    assert badge.until == NOW + ACTIVE
    late = of(made, NOW + ACTIVE)["activite"]
    assert not late.held
    assert "23/11/2026" in late.why


def test_an_archived_project_says_itself_that_nobody_answers():
    badge = of(written(WHOLE, snapshot=active(NOW, archived=True)))["activite"]
    assert not badge.held
    assert badge.remedy == "Désarchivez-le."
