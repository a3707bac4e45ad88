"""Odd projects, odd answers, bad moments: what a crawl must bear, and what it must never let out."""

from datetime import timedelta

import pytest

from forge_bridge.crawl import PATIENCE
from indexer.errors import RecordNotFound, StoreError
from indexer.runs import Runs
from metadata.listing import Reason
from tests.crawling import NOTICE, SEVERAL, Catalogue

README = "# Fractions en boîte\n\nDes exercices de mathématiques pour le CM1.\n"


@pytest.fixture
def catalogue(tmp_path, forge):
    return Catalogue(tmp_path, forge)


def commun(forge, path="marie/fractions", notice=NOTICE, **facts):
    """A project that has been quiet for a month."""
    quiet = forge.clock() - timedelta(days=30)
    files = {"README.md": README} | ({"commun.yml": notice} if notice else {})
    return forge.add_project(path, files=files, created=quiet, active=quiet, **facts)


def titled(title):
    return NOTICE.replace("Fractions en boîte", title)


def others(forge, count=12):
    for number in range(count):
        commun(forge, f"classe/{number}", titled(f"Leçon {number}"))


# What is nobody's business


def test_a_private_project_that_a_webhook_names_is_not_told_of(forge, catalogue):
    bot = forge.add_user("balise")
    secret = commun(forge, "marie/secrete", visibility="private", description="Dossier de Léo")
    forge.add_member(secret, bot, 30)
    catalogue.token = forge.add_token(bot)
    catalogue.scope = {"groups": ("lycee",)}
    forge.add_group("lycee")
    catalogue.crawl()
    catalogue.store.projects.mark_due("forge", [secret.id], forge.clock())
    catalogue.crawl(due_only=True)
    with pytest.raises(RecordNotFound):
        catalogue.known("marie/secrete")
    assert not catalogue.store.projects.slugs()


def test_a_project_known_by_its_number_alone_is_found_under_no_name(forge, catalogue):
    catalogue.store.projects.mark_due("forge", [4242], forge.clock())
    with pytest.raises(RecordNotFound):
        catalogue.known("")


# What the operator decided


@pytest.mark.parametrize("said", ["marie/fractions", "Marie/Fractions", "/marie/fractions/"])
def test_a_path_is_written_as_people_write_it(forge, catalogue, said):
    others(forge)
    commun(forge)
    catalogue.rules = {"blocked": [said]}
    catalogue.crawl()
    assert catalogue.known("marie/fractions").reason == Reason.BLOCKED


def test_a_blocked_project_does_not_escape_by_changing_its_path(forge, catalogue):
    others(forge)
    project = commun(forge)
    catalogue.rules = {"blocked": ["marie/fractions"]}
    catalogue.crawl()
    forge.move(project, "marie/autrement")
    for full in (False, True, False):
        catalogue.crawl(full=full)
        assert catalogue.known("marie/autrement").reason == Reason.BLOCKED
        assert "Fractions en boîte" not in catalogue.published()


def test_a_project_listed_by_hand_stays_so_under_its_new_path(forge, catalogue):
    others(forge)
    project = commun(forge, notice="", name="De Marie")
    catalogue.rules = {"listed": ["marie/fractions"]}
    catalogue.crawl()
    slug = catalogue.published()["De Marie"].slug
    forge.move(project, "lycee/les-fractions")
    for full in (False, True, False):
        catalogue.crawl(full=full)
        assert catalogue.published()["De Marie"].slug == slug


def test_a_project_that_takes_the_path_of_another_is_the_one_found_there(forge, catalogue):
    others(forge)
    first = commun(forge)
    catalogue.crawl()
    forge.delete(first)
    second = commun(forge, notice=titled("Une autre"))
    catalogue.crawl(full=True)
    assert catalogue.known("marie/fractions").snapshot.project.id == second.id
    assert catalogue.published()["Une autre"].identifier == str(second.id)


def test_a_group_that_is_gone_does_not_hide_the_others(forge, catalogue):
    forge.add_group("lycee")
    commun(forge, "lycee/fractions")
    catalogue.scope = {"groups": ("ferme", "lycee")}
    report = catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en boîte"]
    assert not report.error
    assert catalogue.tally_of.tally.lost == ["ferme"]
    forge.add_group("ferme")
    assert not catalogue.crawl().error


# Bad moments


def test_what_was_said_to_leave_leaves_though_that_crawl_was_cut_short(forge, catalogue):
    others(forge, 120)
    [first, *_] = forge.world.projects.values()
    catalogue.crawl()
    forge.commit(first, {"commun.yml": None})
    forge.fail(path="id_after=[1-9]", status=500, times=99)
    assert catalogue.crawl(full=True).error
    forge.heal()
    catalogue.crawl()
    assert "Leçon 0" not in catalogue.published()
    assert len(catalogue.published()) == 119


def test_a_crawl_stopped_between_its_two_memories_forgets_neither(forge, catalogue, monkeypatch):
    others(forge)
    gone, split = commun(forge), commun(forge, "paul/cahier", SEVERAL)
    catalogue.crawl()
    forge.commit(gone, {"commun.yml": None})
    forge.commit(split, {"commun.yml": SEVERAL.replace("  - titre: La nouvelle\n", "")})

    def full_disk(*_):
        raise StoreError("Le disque est plein.")

    with monkeypatch.context() as patched:
        patched.setattr(Runs, "keep", full_disk)
        with pytest.raises(StoreError):
            catalogue.crawl()
    catalogue.crawl()
    titles = catalogue.published()
    assert "Fractions en boîte" not in titles
    assert "La nouvelle" not in titles
    assert len(titles) == 13


def test_a_webhook_that_comes_while_its_project_is_read_is_not_lost(forge, catalogue):
    project = commun(forge)
    catalogue.crawl()
    projects = catalogue.store.projects
    before = projects.get("forge", [project.id])
    forge.clock.advance(seconds=1)
    projects.received("forge", "message-1", project.id, forge.clock())
    projects.keep("forge", before.values(), forge.clock())
    assert projects.due("forge") == [project.id]


def test_projects_that_can_never_be_read_do_not_stop_the_crawl_for_ever(forge, catalogue):
    for number in range(PATIENCE + 2):
        broken = commun(forge, f"casse/{number}", titled(f"Cassée {number}"))
        forge.fail(path=f"/projects/{broken.id}/repository/tree", status=500, times=9999)
    commun(forge)
    for _ in range(3):
        catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en boîte"]


def test_a_refusal_to_show_the_files_is_not_their_absence(forge, catalogue):
    project = commun(forge)
    others(forge)
    catalogue.crawl()
    forge.commit(project, {"README.md": "# Autre"})
    forge.fail(path=f"/projects/{project.id}/repository", status=403, times=99)
    catalogue.crawl()
    assert "Fractions en boîte" in catalogue.published()
    assert "403" in catalogue.known("marie/fractions").trouble


def test_a_page_of_maintenance_is_not_taken_for_a_file(forge, catalogue):
    commun(forge)
    forge.fail(path="/files/commun.yml", body=b"<html>En travaux</html>", times=1)
    catalogue.crawl()
    catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en boîte"]


@pytest.mark.parametrize("reason", ["notice", "faulty"])
def test_a_project_that_cannot_be_read_for_a_while_stays_as_it_was(forge, catalogue, reason):
    project = commun(forge)
    others(forge)
    catalogue.crawl()
    if reason == "faulty":
        forge.commit(project, {"commun.yml": "titre: [\n"})
        catalogue.crawl()
    catalogue.store.projects.mark_due("forge", [project.id], forge.clock())
    forge.fail(path=f"/projects/{project.id}", status=500, times=99)
    before = [*catalogue.store.rejects("forge")]
    catalogue.crawl(due_only=True)
    catalogue.crawl(full=True)
    entry = catalogue.published()["Fractions en boîte"]
    assert entry.record.classifications
    assert [each.error for each in catalogue.store.rejects("forge")] == [
        each.error for each in before
    ]


def test_a_notice_that_breaks_under_the_topic_keeps_its_last_good_version(forge, catalogue):
    project = commun(forge, notice=SEVERAL, topics=["catalogue-communs"])
    catalogue.rules = {"topic": "catalogue-communs"}
    catalogue.crawl()
    forge.commit(project, {"commun.yml": "titre: [\n"})
    catalogue.crawl()
    catalogue.crawl(full=True)
    assert sorted(catalogue.published()) == ["La nouvelle", "Le conte"]
    forge.commit(project, {"commun.yml": NOTICE})
    catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en boîte"]


def test_an_anonymous_reader_is_not_told_of_archiving_and_asks(forge, catalogue):
    others(forge)
    project = commun(forge)
    catalogue.crawl()
    forge.edit(project, archived=True)
    catalogue.store.projects.mark_due("forge", [project.id], forge.clock())
    catalogue.crawl(due_only=True)
    assert "Fractions en boîte" not in catalogue.published()
    assert catalogue.known("marie/fractions").reason == Reason.ARCHIVED


# Odd projects


@pytest.mark.parametrize(
    "date", ["0001-01-01T00:00:00.000+02:00", "10000-01-01T00:00:00Z", "", "hier", "2024-13-01"]
)
def test_a_release_may_be_dated_by_anything(forge, catalogue, date):
    project = commun(forge)
    forge.add_release(project, "v1")
    row = b'[{"name": "v1", "description": "", "released_at": "%s"}]' % date.encode()
    forge.fail(path="/releases", body=row, times=9)
    assert not catalogue.crawl().error
    assert [*catalogue.published()] == ["Fractions en boîte"]
    assert catalogue.known("marie/fractions").snapshot.releases[0].date is None


def test_a_description_without_end_is_cut(forge, catalogue):
    commun(forge, notice="", topics=["catalogue-communs"], description="é" * 1_000_000)
    catalogue.rules = {"topic": "catalogue-communs"}
    catalogue.crawl()
    assert len(catalogue.published()) == 1


@pytest.mark.parametrize(
    "notice", ["titre: é\n" * 40_000, NOTICE.encode("latin-1", "replace"), b"\xff\xfet\x00", ""]
)
def test_a_notice_that_is_no_text_or_has_no_end_is_refused_in_french(forge, catalogue, notice):
    forge.add_project("marie/fractions", files={"commun.yml": notice})
    catalogue.crawl()
    assert catalogue.known("marie/fractions").reason == Reason.FAULTY
    assert not catalogue.published()


def test_of_two_notices_the_one_with_the_right_name_counts(forge, catalogue):
    names = ("COMMUN.yml", "commun.yaml", "Commun.YAML")
    files = {name: titled(name) for name in names} | {"commun.yml": NOTICE}
    forge.add_project("marie/fractions", files=files)
    catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en boîte"]


def test_a_link_to_a_file_is_not_that_file(forge, catalogue):
    project = commun(forge)
    rows = forge.world.repository(project)
    blob = rows.create_blob(b"docs/accueil.md")
    row = b'[{"id": "%s", "name": "README.md", "type": "blob", "path": "README.md", "mode": "120000"}]'
    forge.fail(path="/repository/tree", body=row % str(blob).encode(), times=9)
    catalogue.crawl()
    assert not catalogue.known("marie/fractions").snapshot.files


@pytest.mark.parametrize(
    "name", ["README.été.md", "LISEZ_MOI.md", "LISEZMOI", "Readme.fr.MD", "LICENCE-données.txt"]
)
def test_files_have_the_names_that_people_give_them(forge, catalogue, name):
    forge.add_project("marie/fractions", files={name: README, "a b%2F..%00é.txt": "x"})
    catalogue.crawl()
    assert [file.path for file in catalogue.known("marie/fractions").snapshot.files] == [name]


def test_a_crowded_root_is_read_to_its_end(forge, catalogue):
    files = {f"{number:03}.txt": "x" for number in range(300)} | {"commun.yml": NOTICE}
    forge.add_project("marie/fractions", files=files)
    catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en boîte"]


def test_a_first_commit_and_a_new_default_branch_are_seen(forge, catalogue):
    project = forge.add_project("marie/fractions")
    catalogue.crawl()
    forge.commit(project, {"commun.yml": NOTICE})
    catalogue.crawl()
    assert [*catalogue.published()] == ["Fractions en boîte"]
    forge.commit(project, {"commun.yml": titled("Autre")}, branch="principale")
    forge.edit(project, default_branch="principale")
    forge.clock.advance(hours=6)
    catalogue.crawl()
    assert [*catalogue.published()] == ["Autre"]


def test_two_forges_may_number_their_projects_alike(tmp_path, forge, catalogue):
    project = commun(forge)
    catalogue.crawl()
    known = catalogue.store.projects.get("forge", [project.id])
    catalogue.store.projects.keep("autre", known.values(), forge.clock())
    assert len({*catalogue.store.projects.slugs()}) == 2
