"""Crawling a forge: what enters the catalogue, what leaves it, what it costs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from forge_bridge.crawl import OVERLAP
from indexer.entry import Outcome, State
from metadata.listing import Reason
from tests.corpus import shared
from tests.crawling import NOTICE, SEVERAL, Catalogue
from tests.forge import Forge

README = "# Fractions en boîte\n\nDes exercices de mathématiques pour le CM1.\n"


@pytest.fixture
def catalogue(tmp_path, forge):
    return Catalogue(tmp_path, forge)


def commun(forge, path="marie/fractions", notice=NOTICE, **facts):
    """A project that has been quiet for a month."""
    quiet = forge.clock() - 30 * 24 * OVERLAP
    files = {"README.md": README} | ({"commun.yml": notice} if notice else {})
    return forge.add_project(path, files=files, created=quiet, active=quiet, **facts)


# What enters


def test_a_project_with_a_notice_enters_with_what_it_says(forge, catalogue):
    project = commun(forge)
    catalogue.crawl()
    entry = catalogue.published()["Fractions en boîte"]
    assert entry.origin == "commun"
    assert entry.record.technical.locations == (f"{forge.url}/marie/fractions",)
    assert entry.identifier == str(project.id)


def test_a_project_without_a_notice_is_only_known(forge, catalogue):
    commun(forge, notice="")
    catalogue.crawl()
    assert not catalogue.published()
    known = catalogue.known("marie/fractions")
    assert known.reason == Reason.SILENT
    assert [file.path for file in known.snapshot.files] == ["README.md"]
    assert known.snapshot.files[0].payload.decode() == README
    assert len(known.snapshot.files[0].commit) == 40


def test_the_topic_of_the_catalogue_lets_a_project_in_without_a_notice(forge, catalogue):
    commun(forge, notice="", topics=["catalogue-communs"], name="Fractions")
    catalogue.rules = {"topic": "catalogue-communs"}
    catalogue.crawl()
    entry = catalogue.published()["Fractions"]
    assert not entry.record.classifications, "the README’s CM1 is a hint: nothing of it is shown"


def test_a_project_is_listed_or_blocked_by_hand_from_one_crawl_to_the_next(forge, catalogue):
    commun(forge, notice="", name="Sans notice")
    commun(forge, "paul/lecture", NOTICE.replace("Fractions en boîte", "Lecture"))
    catalogue.crawl()
    assert [*catalogue.published()] == ["Lecture"]
    catalogue.rules = {
        "listed": frozenset({"marie/fractions"}),
        "blocked": frozenset({"paul/lecture"}),
    }
    forge.forget_requests()
    catalogue.crawl(confirm_drop=True)
    assert [*catalogue.published()] == ["Sans notice"]
    assert catalogue.known("paul/lecture").reason == Reason.BLOCKED
    assert not forge.count(path="/repository"), "nothing had changed on the forge"


def test_a_project_listed_by_hand_is_found_outside_of_the_groups(forge, catalogue):
    forge.add_group("lycee")
    commun(forge, "marie/fractions", notice="", name="De Marie")
    commun(forge, "lycee/lecture")
    commun(forge, "lycee/sous-groupe/ecriture", NOTICE.replace("Fractions en boîte", "Écriture"))
    commun(forge, "lyceens/autre")
    catalogue.scope = {"groups": ("lycee",)}
    catalogue.rules = {"listed": frozenset({"marie/fractions"})}
    catalogue.crawl()
    assert sorted(catalogue.published()) == ["De Marie", "Fractions en boîte", "Écriture"]


def test_only_projects_under_one_of_the_topics_are_read(forge, catalogue):
    commun(forge, "marie/fractions", topics=["maths", "cm1"])
    commun(forge, "paul/lecture", NOTICE.replace("Fractions en boîte", "Lecture"), topics=["lire"])
    commun(forge, "paul/autre")
    catalogue.scope = {"topics": ("maths", "lire")}
    catalogue.crawl()
    assert sorted(catalogue.published()) == ["Fractions en boîte", "Lecture"]


def test_a_project_may_hold_several_resources(forge, catalogue):
    project = commun(forge, notice=SEVERAL)
    catalogue.crawl()
    assert sorted(catalogue.published()) == ["La nouvelle", "Le conte"]
    forge.commit(project, {"commun.yml": SEVERAL.replace("  - titre: La nouvelle\n", "")})
    catalogue.crawl()
    assert [*catalogue.published()] == ["Le conte"]


def test_a_fork_that_says_what_its_parent_says_is_not_listed_twice(forge, catalogue):
    parent = commun(forge)
    fork = forge.add_project("paul/fractions", fork_of=parent)
    catalogue.token = forge.add_token(forge.add_user("balise"))
    catalogue.crawl()
    assert len(catalogue.store.slugs()) == 1
    assert catalogue.known("paul/fractions").reason == Reason.COPY
    forge.commit(fork, {"commun.yml": NOTICE.replace("Fractions en boîte", "Fractions pour DYS")})
    catalogue.crawl()
    assert sorted(catalogue.published()) == ["Fractions en boîte", "Fractions pour DYS"]


# What is wrong with a notice


def test_a_notice_with_errors_is_not_listed_and_the_reason_is_kept(forge, catalogue):
    commun(forge, notice="titre: [\n")
    report = catalogue.crawl()
    assert not catalogue.published()
    assert "commun.yml, ligne 2" in report.rejected[0].error
    assert catalogue.known("marie/fractions").reason == Reason.FAULTY


@pytest.mark.parametrize("wrong", ["titre: [\n", "description: seule\n", "- a\n- b\n", "\x00"])
def test_a_notice_that_breaks_keeps_its_last_good_version(forge, catalogue, wrong):
    project = commun(forge)
    catalogue.crawl()
    forge.commit(project, {"commun.yml": wrong})
    catalogue.crawl()
    for _ in range(4):
        catalogue.crawl(full=True)
    assert [*catalogue.published()] == ["Fractions en boîte"]
    forge.commit(project, {"commun.yml": NOTICE.replace("boîte", "carton")})
    catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en carton"]
    assert not [*catalogue.store.rejects("forge")]


def test_a_notice_that_is_removed_takes_its_entry_away(forge, catalogue):
    project = commun(forge)
    commun(forge, "paul/lecture", NOTICE.replace("Fractions en boîte", "Lecture"))
    catalogue.crawl()
    forge.commit(project, {"commun.yml": None})
    catalogue.crawl()
    assert [*catalogue.published()] == ["Lecture"]


# What leaves


def others(forge, count=12):
    for number in range(count):
        commun(forge, f"classe/{number}", NOTICE.replace("boîte", f"boîte {number}"))


@pytest.mark.parametrize(
    ("leave", "reason"),
    [
        (lambda forge, project: forge.delete(project), Reason.HIDDEN),
        (lambda forge, project: forge.edit(project, visibility="private"), Reason.HIDDEN),
        (lambda forge, project: forge.edit(project, archived=True), Reason.ARCHIVED),
    ],
    ids=["deleted", "made private", "archived"],
)
@pytest.mark.parametrize("anonymous", [False, True], ids=["with a token", "without"])
def test_a_whole_sweep_finds_what_left(forge, catalogue, leave, reason, anonymous):
    others(forge)
    project = commun(forge)
    catalogue.token = "" if anonymous else forge.add_token(forge.add_user("balise"))
    catalogue.crawl()
    leave(forge, project)
    catalogue.crawl(full=True)
    assert "Fractions en boîte" not in catalogue.published()
    assert len(catalogue.published()) == 12
    assert catalogue.known("marie/fractions").reason == reason


def test_what_comes_back_is_listed_again_at_the_same_address(forge, catalogue):
    others(forge)
    project = commun(forge)
    catalogue.crawl()
    slug = catalogue.published()["Fractions en boîte"].slug
    forge.edit(project, archived=True)
    catalogue.crawl(full=True)
    forge.edit(project, archived=False)
    catalogue.crawl(full=True)
    assert catalogue.published()["Fractions en boîte"].slug == slug


def test_a_project_that_moves_keeps_its_address_and_its_history(forge, catalogue):
    project = commun(forge)
    catalogue.crawl()
    before, known = catalogue.published()["Fractions en boîte"], catalogue.known("marie/fractions")
    forge.move(project, "lycee/les-fractions")
    catalogue.crawl(full=True)
    after = catalogue.published()["Fractions en boîte"]
    assert (after.slug, after.first_seen) == (before.slug, before.first_seen)
    assert catalogue.known("lycee/les-fractions").slug == known.slug
    assert after.record.technical.locations == (f"{forge.url}/lycee/les-fractions",)


FAULTS = {
    "a page that fails": {"path": "/projects", "status": 500, "times": 99},
    "a second page that fails": {"path": "id_after=[1-9]", "status": 502, "times": 99},
    "too many requests": {"path": "", "status": 429, "times": 99, "headers": {"Retry-After": "1"}},
    "a forge that asks us to come back tomorrow": {
        "path": "",
        "status": 429,
        "times": 99,
        "headers": {"Retry-After": "86400"},
    },
    "a connection that drops": {"path": "", "drop": "before", "times": 99},
    "an answer that is no JSON": {"path": "/projects", "body": b"<html>", "times": 99},
    "a login page in place of the list": {"path": "/projects", "status": 401, "times": 99},
    "single projects refused": {"path": "/projects/[0-9]", "status": 503, "times": 999},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_failure_is_not_an_absence(forge, catalogue, fault):
    others(forge)
    gone = commun(forge)
    catalogue.crawl()
    forge.edit(gone, archived=True)
    for _ in range(4):
        forge.fail(**fault)
        catalogue.crawl(full=True)
        forge.heal()
        assert len(catalogue.published()) == 13
    catalogue.crawl(full=True)
    assert len(catalogue.published()) == 12


def test_an_empty_list_takes_nothing_away(forge, catalogue):
    others(forge)
    catalogue.crawl()
    forge.fail(path="/projects\\?", body=b"[]", times=9)
    report = catalogue.crawl(full=True)
    assert not report.held
    assert len(catalogue.published()) == 12


def test_a_forge_that_hides_everything_waits_for_a_person(forge, catalogue):
    others(forge)
    catalogue.crawl()
    for project in [*forge.world.projects.values()]:
        forge.edit(project, visibility="private")
    report = catalogue.crawl(full=True)
    assert report.held
    assert "balise harvest forge --confirm-drop" in report.advice
    assert len(catalogue.published()) == 12
    catalogue.crawl(full=True, confirm_drop=True)
    assert not catalogue.published()


def test_a_project_that_cannot_be_read_is_read_the_next_time(forge, catalogue):
    project = commun(forge)
    commun(forge, "paul/lecture", NOTICE.replace("Fractions en boîte", "Lecture"))
    forge.fail(path=f"/projects/{project.id}/repository/tree", status=500, times=9)
    report = catalogue.crawl()
    assert not report.error
    assert [*catalogue.published()] == ["Lecture"]
    assert "500" in catalogue.known("marie/fractions").trouble
    forge.heal()
    catalogue.crawl()
    assert sorted(catalogue.published()) == ["Fractions en boîte", "Lecture"]
    assert not catalogue.known("marie/fractions").trouble


def test_one_broken_row_does_not_hide_the_others(forge, catalogue):
    others(forge, 120)
    forge.fail(path="id_after=0", status=500, times=4)
    catalogue.crawl()
    assert len(catalogue.published()) == 20
    catalogue.crawl(full=True)
    assert len(catalogue.published()) == 120


def test_odd_projects_are_passed_over(forge, catalogue):
    forge.add_project("marie/vide")
    commun(forge, "marie/secrete", visibility="private")
    commun(forge, "marie/archive", archived=True)
    commun(forge, "marie/fermee", features={"repository": "disabled"})
    commun(forge)
    assert not catalogue.crawl().error
    assert [*catalogue.published()] == ["Fractions en boîte"]


# What changed


def test_a_change_is_seen_at_the_next_crawl(forge, catalogue):
    project = commun(forge)
    catalogue.crawl()
    forge.commit(project, {"commun.yml": NOTICE.replace("boîte", "carton")})
    report = catalogue.crawl()
    assert report.counts == {Outcome.MODIFIED: 1}
    assert [*catalogue.published()] == ["Fractions en carton"]


def test_a_second_change_within_the_hour_is_seen_too(forge, catalogue):
    """GitLab moves last_activity_at once an hour."""
    project = commun(forge)
    catalogue.crawl()
    for word in ("carton", "sac", "poche"):
        forge.commit(project, {"commun.yml": NOTICE.replace("boîte", word)})
        forge.clock.advance(minutes=10)
        catalogue.crawl()
        assert [*catalogue.published()] == [f"Fractions en {word}"]


def test_a_change_of_settings_alone_is_seen(forge, catalogue):
    project = commun(forge, notice="", topics=["catalogue-communs"], name="Fractions")
    catalogue.rules = {"topic": "catalogue-communs"}
    catalogue.crawl()
    forge.clock.advance(hours=5)
    forge.edit(project, name="Fractions en boîte")
    catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en boîte"]


def test_releases_and_packages_are_known(forge, catalogue):
    project = commun(forge)
    forge.add_release(project, "v1.0", links=[("Le paquet SCORM", "https://x.example/a.zip")])
    forge.add_package(project, "fractions-h5p", "1.0", {"fractions.h5p": b"PK"})
    catalogue.crawl()
    snapshot = catalogue.known("marie/fractions").snapshot
    assert snapshot.releases[0].links == (("Le paquet SCORM", "https://x.example/a.zip"),)
    assert snapshot.packages[0].name == "fractions-h5p"


# What it costs


def test_a_first_crawl_costs_three_requests_a_project_and_one_a_file(tmp_path):
    with Forge(tmp_path / "forge") as forge:
        forge.seed(shared("projects"))
        catalogue = Catalogue(tmp_path, forge)
        catalogue.crawl()
        projects, tally = len(forge.world.projects), catalogue.tally_of.tally
        assert tally.seen == projects
        assert catalogue.cost <= 3 * projects + tally.files
        assert not forge.violations
        catalogue.crawl(full=True)
        assert catalogue.cost <= 2, "the list, and the empty page that ends it"
        catalogue.crawl()
        assert catalogue.cost <= 2
        assert not forge.violations


def test_a_file_that_many_projects_share_is_asked_for_once(forge, catalogue):
    for number in range(101):
        forge.add_project(f"classe/{number}", files={"LICENSE": "Licence commune"})
    catalogue.crawl()
    assert forge.count(path="/files/LICENSE") <= 100
    forge.forget_requests()
    forge.add_project("classe/encore", files={"LICENSE": "Licence commune"})
    catalogue.crawl()
    assert forge.count(path="/files/LICENSE") == 0


def test_an_unchanged_file_is_not_asked_for_again(forge, catalogue):
    project = commun(forge)
    catalogue.crawl()
    forge.forget_requests()
    forge.commit(project, {"README.md": README + "Et aussi pour le CM2.\n"})
    catalogue.crawl()
    assert forge.count(path="/files/") == forge.count(path="/files/README.md") == 1


# Being interrupted


def test_an_interrupted_crawl_goes_on_after_its_last_page(forge, catalogue):
    others(forge, 150)
    forge.fail(path="id_after=[1-9]", status=500, times=99)
    assert catalogue.crawl().error
    assert len(catalogue.published()) == 100


@pytest.mark.slow
def test_a_crawl_killed_at_any_moment_ends_as_if_nothing_had_happened(tmp_path):
    with Forge(tmp_path / "forge", contract=False) as forge:
        others(forge, 230)
        (tmp_path / "balise.toml").write_text(f'[[forge]]\nkey = "forge"\nurl = "{forge.url}"\n')
        (tmp_path / "var").mkdir()
        told = Catalogue(tmp_path / "var", forge)
        seen = []
        for pause in (0.9, 1.4, 1.9, 2.4, 2.9):
            child = subprocess.Popen(
                [sys.executable, "-m", "cli", "crawl"],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(pause)
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            seen.append(len(told.store.slugs()))
        assert seen == sorted(seen), "nothing kept is lost"
        assert all(count in (0, 100, 200, 230) for count in seen), "whole pages"
        told.crawl()
        assert len(told.published()) == 230
        told.crawl(full=True)
        assert len(told.published()) == 230


# Webhooks' marks, and takedown


def test_a_marked_project_is_read_without_asking_for_the_list(forge, catalogue):
    project = commun(forge)
    catalogue.crawl()
    forge.commit(project, {"commun.yml": NOTICE.replace("boîte", "carton")})
    catalogue.store.projects.mark_due("forge", [project.id, 4242], forge.clock())
    forge.forget_requests()
    catalogue.crawl(due_only=True)
    assert [*catalogue.published()] == ["Fractions en carton"]
    assert forge.count(path="visibility=public") == 0
    assert not catalogue.store.projects.due("forge")
    assert len(catalogue.store.projects.slugs()) == 1, "nothing is said of what nobody may see"


def test_looking_at_one_project_does_not_stand_for_a_sweep(forge, catalogue):
    project = commun(forge)
    commun(forge, "paul/lecture", NOTICE.replace("Fractions en boîte", "Lecture"))
    catalogue.store.projects.mark_due("forge", [project.id], forge.clock())
    catalogue.crawl(due_only=True)
    assert [*catalogue.published()] == ["Fractions en boîte"]
    catalogue.crawl()
    assert sorted(catalogue.published()) == ["Fractions en boîte", "Lecture"]


def test_a_project_taken_down_stays_so(forge, catalogue):
    project = commun(forge)
    catalogue.crawl()
    slug = catalogue.published()["Fractions en boîte"].slug
    catalogue.store.takedown(slug, "Demande de l’auteur", forge.clock())
    forge.commit(project, {"commun.yml": NOTICE.replace("boîte", "carton")})
    catalogue.crawl()
    catalogue.crawl(full=True)
    assert catalogue.store.get(slug).state is State.TAKEN_DOWN
