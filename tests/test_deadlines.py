"""Decisions end, are about to, are no longer about what their feed says: who hears of it, and once."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

import chosen
import cli
import doctorcommands
import qualifycommands
import queuecommands
import runcommands
import workercommands
from deadlines import write_to_curators
from indexer.journal import Wanted
from installation import opened
from metadata.criteria import criteria
from tests.notices import lom
from tests.smtpserver import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

CONFIGURATION = """
base_url = "https://catalogue.example"

[[source]]
key = "vendeur"
kind = "files"
url = "vendeur"
origin = "editeur"

[mail]
smtp = "{}"
to = ["curation@education.example"]
"""

DECIDED = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = DECIDED + criteria().valid_for


class Clock:
    """What time the commands believe it is."""

    def __init__(self):
        self.now = DECIDED

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    modules = (chosen, doctorcommands, qualifycommands, queuecommands, runcommands, workercommands)
    for module in modules:
        monkeypatch.setattr(module, "now", clock)
    return clock


@pytest.fixture
def server():
    with SmtpServer() as server:
        yield server


@pytest.fixture
def run(tmp_path, monkeypatch, clock, server):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("BALISE_")]:
        monkeypatch.delenv(name)
    (tmp_path / "balise.toml").write_text(CONFIGURATION.format(server.address))
    (tmp_path / "vendeur").mkdir()
    (tmp_path / "vendeur" / "atlas.xml").write_text(lom("Atlas en relief"))

    def invoke(*arguments, status=0):
        result = CliRunner().invoke(cli.main, [*arguments])
        assert result.exit_code == status, result.output
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def balises(qualified, tmp_path):
    """The same installation, as a program holds it."""
    balises = opened(tmp_path / "balise.toml", 0)
    yield balises
    balises.store.close()


@pytest.fixture
def qualified(run):
    """One entry, qualified by two people until END."""
    run("harvest")
    alice, bertrand = (
        ("--by", "alice", "--role", "instructeur"),
        ("--by", "b", "--role", "decideur"),
    )
    favorable = [f"--verdict={each.key}=favorable" for each in criteria().criteria if each.required]
    run("qualify", "atlas.xml", "instruire", *alice)
    run("qualify", "atlas.xml", "evaluer", *favorable, *alice)
    run("qualify", "atlas.xml", "proposer", "--outcome", "qualifiee", *alice)
    run("qualify", "atlas.xml", "qualifier", *bertrand)
    return run


def state(run):
    return json.loads(run("qualify", "atlas.xml", "--json").stdout)["state"]


@pytest.mark.parametrize(
    "command",
    [
        "harvest",
        "index",
        pytest.param("update", marks=pytest.mark.slow),
        pytest.param("build", marks=pytest.mark.slow),
    ],
)
def test_a_decision_whose_time_is_over_ends_whatever_is_run(qualified, clock, command):
    assert "1 ressource" in qualified("search", "atlas").stdout
    clock.now = END
    assert "n’est plus au catalogue depuis le" in qualified(command).stderr
    assert state(qualified) == "expiree"
    assert "Aucune" in qualified("search", "atlas").stdout
    assert "n’est plus au catalogue" not in qualified(command).stderr


def test_the_worker_ends_decisions_too(qualified, clock, balises):
    clock.now = END
    for _name, work in workercommands.works(balises):
        work()
    assert state(qualified) == "expiree"
    assert "Aucune" in qualified("search", "atlas").stdout


def test_a_decision_about_to_end_is_said_twice_and_no_more(qualified, clock):
    said = []
    clock.now = END - timedelta(days=70)
    while clock.now < END:
        said += qualified("index").stderr.splitlines()
        clock.now += timedelta(days=15)
    assert [line.partition(" – ")[2] for line in said] == [
        "prend fin dans moins de 60 jours – Atlas en relief",
        "prend fin dans moins de 15 jours – Atlas en relief",
    ]


@pytest.mark.slow
def test_one_letter_a_run_tells_curators_what_happened(qualified, clock, server):
    qualified("update")
    assert server.letters == []
    clock.now = END - timedelta(days=60)
    qualified("update")
    [letter] = server.letters
    assert letter["To"] == "curation@education.example"
    assert letter["Subject"] == "Balise : 1 qualification à voir"
    text = letter.get_content()
    assert "- Atlas en relief : prend fin dans moins de 60 jours" in text
    assert "https://catalogue.example/curation/atlas-en-relief-" in text
    qualified("update")
    assert len(server.letters) == 1


@pytest.mark.slow
def test_a_letter_that_does_not_leave_stops_nothing_and_leaves_later(qualified, clock, server):
    clock.now = END
    server.is_full = True
    said = qualified("update", status=1)
    assert "plus de place" in said.stderr
    assert "fichiers dans" in said.stdout
    server.is_full = False
    clock.now += timedelta(days=1)
    qualified("update")
    assert "arrivées à leur terme" in server.letters[-1].get_content()


def test_curators_hear_of_contents_that_changed(qualified, clock, server, balises, tmp_path):
    (tmp_path / "vendeur" / "atlas.xml").write_text(lom("Atlas en relief et en couleurs"))
    clock.now += timedelta(days=3)
    qualified("harvest")
    write_to_curators(balises, clock.now)
    text = server.letters[0].get_content()
    assert "Contenus modifiés : à réexaminer (1)" in text
    assert "le public voit toujours ce qui a été qualifié" in text


def test_what_the_site_noticed_between_two_runs_is_told_too(qualified, server, balises):
    assert balises.store.qualifications.expire(END) == 1
    write_to_curators(balises, END + timedelta(hours=5))
    assert "Qualifications arrivées à leur terme (1)" in server.letters[0].get_content()


def test_the_first_letter_ever_tells_the_last_day_alone(qualified, server, balises):
    balises.store.qualifications.warn(END - timedelta(days=60))
    write_to_curators(balises, END)
    assert server.letters == []


def test_the_worker_gathers_what_happens_within_an_hour(qualified, clock, server, balises):
    def round_at(moment):
        clock.now = moment
        for name, work in workercommands.works(balises):
            if name != "vendeur":
                work()

    round_at(END - timedelta(days=60))
    round_at(END - timedelta(days=60, minutes=-30))
    assert len(server.letters) == 1
    balises.store.qualifications.expire(END)
    round_at(END - timedelta(days=60, minutes=-50))
    assert len(server.letters) == 1
    round_at(END - timedelta(days=60, minutes=-61))
    assert len(server.letters) == 2


def test_the_journal_says_that_curators_were_written_to(qualified, balises):
    balises.store.qualifications.expire(END)
    write_to_curators(balises, END)
    assert "écrire aux curateurs" in qualified("qualifications", "journal").stdout
    assert "intact" in qualified("qualifications", "verify").stdout
    written, expired = balises.store.qualifications.journal(Wanted(), limit=2)
    assert written.event.data == {"last": expired.id, "entries": 1}


def test_a_server_that_is_not_there_is_found_by_the_doctor(qualified, server, tmp_path):
    assert "bon      courriel : le serveur répond" in qualified("doctor").stdout
    address = CONFIGURATION.format("smtp://127.0.0.1:9")
    (tmp_path / "balise.toml").write_text(address)
    said = qualified("doctor", status=1).stdout
    assert "à voir   courriel : le serveur de courriel 127.0.0.1 n’a pas pris" in said


def test_a_doctor_says_what_ends_soon(qualified, clock):
    assert "0 décision à renouveler" in qualified("doctor").stdout
    clock.now = END - timedelta(days=59)
    assert "1 décision à renouveler d’ici 60 jours" in qualified("doctor").stdout


def test_a_doctor_misses_who_decides(run, tmp_path):
    with open(tmp_path / "balise.toml", "a") as file:
        file.write('[login.roles]\n"dne/instruction" = "instructeur"\n')
    assert "aucun groupe n’a le rôle « decideur »" in run("doctor", status=1).stdout


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ('smtp = "localhost:25"\nto = ["a@b.example"]', "n’est pas l’adresse d’un serveur"),
        ('smtp = "smtp://moi:secret@b.example"\nto = ["a@b.example"]', "« b.example »"),
        ('smtp = "smtp://localhost"', "vont ensemble"),
        ('to = ["a@b.example"]', "vont ensemble"),
    ],
)
def test_a_mail_server_that_is_none_is_explained(run, tmp_path, mail, said):
    (tmp_path / "balise.toml").write_text(f"[mail]\n{mail}\n")
    told = run("sources", status=2).stderr
    assert said in told
    assert "secret@" not in told
