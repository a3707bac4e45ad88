"""The commands about forges, as an operator meets them: what is said, what goes on, how it ends."""

import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
import workercommands
from indexer.entry import State
from tests.crawling import NOTICE, Catalogue
from tests.forge import Forge

CANARY = "glpat-canari-1234567890"
ROOT = str(Path(__file__).parent.parent)


@pytest.fixture
def balise(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("BALISE_")]:
        monkeypatch.delenv(name)

    def run(*arguments, status=0):
        result = CliRunner().invoke(cli.main, [*arguments])
        assert result.exit_code == status, result.output
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result.output.replace("\u00a0", " ")

    return run


@pytest.fixture
def settle(tmp_path, forge):
    """Write the configuration: one forge, then what is given."""

    def write(more="", before=""):
        said = f'{before}\n[[forge]]\nkey = "forge"\nurl = "{forge.url}"\n{more}\n'
        (tmp_path / "balise.toml").write_text(said, encoding="utf-8")
        (tmp_path / "var").mkdir(exist_ok=True)
        return Catalogue(tmp_path / "var", forge)

    return write


def commun(forge, path="marie/fractions", notice=NOTICE, **facts):
    files = {"README.md": "# Fractions"} | ({"commun.yml": notice} if notice else {})
    return forge.add_project(path, files=files, **facts)


def titled(title):
    return NOTICE.replace("Fractions en boîte", title)


# The token


@pytest.mark.parametrize("command", ["crawl", "doctor", "bot"])
def test_a_token_that_is_refused_is_said_so_and_never_shown(
    forge, balise, settle, monkeypatch, caplog, command
):
    settle()
    monkeypatch.setenv("BALISE_FORGE_TOKEN", CANARY)
    caplog.set_level("DEBUG")
    said = balise("-vv", command, status=1)
    assert "le jeton est refusé" in said
    assert CANARY not in said + caplog.text


def test_no_log_holds_a_token(forge, balise, settle, monkeypatch, caplog):
    commun(forge)
    settle()
    token = forge.add_token(forge.add_user("balise"))
    monkeypatch.setenv("BALISE_FORGE_TOKEN", token)
    forge.fail(path="/tree", status=500, times=1)
    caplog.set_level("DEBUG")
    monkeypatch.setattr("forge_bridge.connection.Connection._wait", lambda *_: None)
    said = balise("-vv", "crawl") + balise("-vv", "bot", "--dry-run")
    assert len(caplog.text) > 1000
    assert token not in said + caplog.text


# One project


def test_an_unknown_project_is_wrong_usage_and_a_forge_that_fails_is_not(
    forge, balise, settle, monkeypatch
):
    settle()
    assert "aucun projet public" in balise("crawl", "--project", "inconnu/projet", status=2)
    monkeypatch.setattr("forge_bridge.connection.Connection._wait", lambda *_: None)
    forge.fail(path="", status=503, times=99)
    assert "503" in balise("crawl", "--project", "inconnu/projet", status=1)


def test_one_project_is_read_at_once_wherever_it_went(forge, balise, settle):
    catalogue = settle()
    project = commun(forge)
    commun(forge, "paul/lecture", titled("Lecture"))
    balise("crawl")
    forge.move(project, "lycee/les-fractions")
    assert "1 modifiée" in balise("crawl", "--project", "Marie/fractions/")
    assert catalogue.known("lycee/les-fractions").slug.startswith("fractions-")
    forge.edit(project, visibility="private")
    balise("crawl", "--project", "lycee/les-fractions")
    assert [*catalogue.published()] == ["Lecture"]


def test_a_blocked_project_is_not_written_to_even_before_the_next_crawl(
    forge, balise, settle, monkeypatch
):
    readme = "# Fractions\n\nExercices de mathématiques sur les fractions, niveau CM1.\n"
    forge.add_project("marie/fractions", files={"README.md": readme})
    settle()
    monkeypatch.setenv("BALISE_FORGE_TOKEN", forge.add_token(forge.add_user("balise")))
    balise("crawl")
    assert "marie/fractions\n" in balise("bot", "--dry-run")
    settle('blocked = ["Marie/Fractions"]')
    assert "marie/fractions\n" not in balise("bot", "--dry-run")


# Several forges and sources


def test_what_cannot_be_crawled_does_not_stop_the_rest(tmp_path, forge, balise, settle):
    (tmp_path / "notices").mkdir()
    (tmp_path / "notices" / "commun.yml").write_text(titled("Une notice"), encoding="utf-8")
    commun(forge)
    catalogue = settle(
        before=f"""
[[forge]]
key = "secrete"
url = "{forge.url}"
token_file = "absent"
[[forge]]
key = "occupee"
url = "{forge.url}"
[[source]]
key = "notices"
kind = "files"
url = "notices"
""",
    )
    with catalogue.store.runs.alone("occupee"):
        said = balise("update", status=1)
    assert "déjà en cours" in said
    assert "absent" in said
    assert sorted(catalogue.published()) == ["Fractions en boîte", "Une notice"]
    assert (tmp_path / "var" / "public" / "index.html").exists()


def test_a_group_that_is_gone_is_said_and_needs_a_person(forge, balise, settle):
    forge.add_group("lycee")
    commun(forge, "lycee/fractions")
    catalogue = settle('groups = ["lycee", "ferme"]')
    assert "groupe introuvable sur la forge : « ferme »" in balise("crawl", status=1)
    assert [*catalogue.published()] == ["Fractions en boîte"]
    assert "ferme" in balise("doctor", status=1)


# Why


def test_why_says_what_is_in_the_catalogue_and_not_what_would_be(forge, balise, settle):
    catalogue = settle('blocked = ["paul/ecarte"]')
    project = commun(forge)
    commun(forge, "paul/ecarte", titled("Écarté"))
    commun(forge, "paul/muet", "")
    balise("crawl")
    why = {path: balise("show", path, "--why") for path in ("paul/ecarte", "paul/muet")}
    assert "L’équipe du catalogue l’en a écarté." in why["paul/ecarte"]
    assert "Il n’a pas de fichier commun.yml." in why["paul/muet"]
    assert "marie/fractions – au catalogue" in balise("show", "marie/fractions", "--why")
    forge.commit(project, {"commun.yml": "titre: [\n"})
    balise("crawl")
    said = balise("show", "marie/fractions", "--why")
    assert "marie/fractions – au catalogue, dans sa version d’avant" in said
    assert "contient des erreurs" in said
    [slug] = catalogue.store.slugs(State.PUBLISHED)
    balise("takedown", slug, "--reason", "Demande de l’auteur")
    said = balise("show", "marie/fractions", "--why")
    assert "marie/fractions – pas au catalogue" in said
    assert "Demande de l’auteur" in said


def test_a_project_that_was_never_read_is_not_said_to_lack_a_notice(
    forge, balise, settle, monkeypatch
):
    project = commun(forge)
    settle()
    monkeypatch.setattr("forge_bridge.connection.Connection._wait", lambda *_: None)
    forge.fail(path=f"/projects/{project.id}", status=500, times=99)
    balise("crawl")
    said = balise("show", "marie/fractions", "--why")
    assert "pas encore pu être lu" in said
    assert "Il n’a pas de fichier commun.yml" not in said


# The configuration


def test_an_address_does_not_hold_a_password(tmp_path, balise):
    said = '[[forge]]\nkey = "forge"\nurl = "https://balise:secret-canari@forge.example"\n'
    (tmp_path / "balise.toml").write_text(said)
    said = balise("crawl", status=2)
    assert "n’est pas une adresse sûre" in said
    assert "canari" not in said


# The worker


def rounds(balises, count):
    """What the worker does, so many times over."""
    for _ in range(count):
        yield from workercommands.works(balises)


def test_a_project_that_cannot_be_read_is_not_asked_for_every_five_seconds(
    tmp_path, forge, settle, monkeypatch
):
    from installation import Balises
    from settings import load

    catalogue = settle()
    project = commun(forge)
    balises = Balises(load(tmp_path / "balise.toml"))
    for _, work in rounds(balises, 1):
        work()
    monkeypatch.setattr("forge_bridge.connection.Connection._wait", lambda *_: None)
    forge.fail(path=f"/projects/{project.id}", status=500, times=999)
    catalogue.store.projects.mark_due("forge", [project.id], forge.clock() + timedelta(seconds=1))
    forge.forget_requests()
    for _, work in rounds(balises, 5):
        work()
    assert 0 < forge.count(path=f"/projects/{project.id}") <= 8


def test_a_work_that_breaks_does_not_stop_the_others(capsys, caplog):
    def bug():
        raise KeyError("path_with_namespace")

    assert not workercommands._survived("forge", bug)
    assert "KeyError" in caplog.text
    assert workercommands._survived("autre", lambda: None)


# Being interrupted


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [{}, {"path": "/files/", "status": 429, "headers": {"Retry-After": "100"}}]
)
def test_ctrl_c_ends_a_crawl_at_once_and_the_next_goes_on(tmp_path, fault):
    with Forge(tmp_path / "forge", contract=False) as forge:
        for number in range(130):
            commun(forge, f"classe/{number}", titled(f"Leçon {number}"))
        (tmp_path / "balise.toml").write_text(f'[[forge]]\nkey = "forge"\nurl = "{forge.url}"\n')
        if fault:
            forge.fail(times=9999, **fault)
        status, said, seconds = _interrupted(tmp_path, lambda: forge.count(path="/files/") >= 8)
        assert status == 1
        assert "Interrompu : relancez la même commande pour continuer." in said
        assert "Traceback" not in said
        assert seconds < 15
        forge.heal()
        env = {**os.environ, "PYTHONPATH": ROOT}
        crawl = [sys.executable, "-m", "cli", "crawl"]
        subprocess.run(crawl, cwd=tmp_path, env=env, check=True, capture_output=True)
        assert len(Catalogue(tmp_path / "var", forge).published()) == 130


#: As a terminal starts it: what runs in the background, as tests may, hears no Ctrl-C.
AT_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import cli
cli.main(["crawl"])
"""


def _interrupted(folder, is_time):
    """Run a crawl on a terminal, and type Ctrl-C there: its status, its words, how long it took."""
    here, there = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ROOT},
        stdin=there,
        stdout=there,
        stderr=there,
        start_new_session=True,
    )
    os.close(there)
    said = bytearray()
    reader = threading.Thread(target=_drain, args=(here, said))
    reader.start()
    try:
        until = time.monotonic() + 60
        while not is_time():
            assert time.monotonic() < until, said
            time.sleep(0.05)
        begun = time.monotonic()
        os.killpg(child.pid, signal.SIGINT)  # what a terminal sends to all who run in it
        status = child.wait(60)
        return status, said.decode(errors="replace"), time.monotonic() - begun
    finally:
        child.kill()
        child.wait()
        reader.join()
        os.close(here)


def _drain(descriptor, into):
    while select.select([descriptor], [], [], 60)[0]:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # the other end is closed
            return
        if not piece:
            return
        into += piece
