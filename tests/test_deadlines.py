"""Decisions end, are about to, are no longer about what their feed says: who hears of it, and once."""

import json
from datetime import timedelta

import pytest

import workercommands
from deadlines import write_to_curators
from indexer.journal import Wanted
from installation import opened
from metadata.criteria import criteria
from tests.notices import lom
from tests.qualifying import CONFIGURATION, DECIDED, Clock, begin, run
from tests.smtpserver import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

MAIL = """
[mail]
smtp = "{}"
to = ["curation@education.example"]
"""

END = DECIDED + criteria().valid_for


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def server():
    with SmtpServer() as server:
        yield server


@pytest.fixture
def qualified(stages, tmp_path, monkeypatch, clock, server):
    """One entry qualified until END, and curators who have an address."""
    begin(stages, "qualified", tmp_path, monkeypatch)
    (tmp_path / "balise.toml").write_text(CONFIGURATION + MAIL.format(server.address))


@pytest.fixture
def balises(qualified, tmp_path):
    """The same installation, as a program holds it."""
    balises = opened(tmp_path / "balise.toml", 0)
    yield balises
    balises.store.close()


def state():
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
    assert "1 ressource" in run("search", "atlas").stdout
    clock.now = END
    assert "n’est plus au catalogue depuis le" in run(command).stderr
    assert state() == "expiree"
    assert "Aucune" in run("search", "atlas").stdout
    assert "n’est plus au catalogue" not in run(command).stderr


def test_a_decision_ends_even_on_what_its_source_no_longer_shows(qualified, clock, tmp_path):
    (tmp_path / "vendeur" / "atlas.xml").unlink()
    for _absent in range(3):
        clock.now += timedelta(days=1)
        run("harvest")
    assert "partie de sa source" in run("show", "atlas.xml").stdout
    clock.now = END
    assert "n’est plus au catalogue" in run("index").stderr
    assert state() == "expiree"


def test_the_worker_ends_decisions_too(qualified, clock, balises):
    clock.now = END
    for _name, work in workercommands.works(balises):
        work()
    assert state() == "expiree"
    assert "Aucune" in run("search", "atlas").stdout


def test_a_decision_about_to_end_is_said_twice_and_no_more(qualified, clock):
    said = []
    clock.now = END - timedelta(days=70)
    while clock.now < END:
        said += run("index").stderr.splitlines()
        clock.now += timedelta(days=15)
    assert [line.partition(" – ")[2] for line in said] == [
        "prend fin dans moins de 60 jours – Atlas en relief",
        "prend fin dans moins de 15 jours – Atlas en relief",
    ]


@pytest.mark.slow
def test_one_letter_a_run_tells_curators_what_happened(qualified, clock, server):
    run("update")
    assert server.letters == []
    clock.now = END - timedelta(days=60)
    run("update")
    [letter] = server.letters
    assert letter["To"] == "curation@education.example"
    assert letter["Subject"] == "Balise : 1 qualification à voir"
    text = letter.get_content()
    assert "- Atlas en relief : prend fin dans moins de 60 jours" in text
    assert "https://catalogue.example/curation/atlas-en-relief-" in text
    run("update")
    assert len(server.letters) == 1


@pytest.mark.slow
def test_a_letter_that_does_not_leave_stops_nothing_and_leaves_later(qualified, clock, server):
    clock.now = END
    server.is_full = True
    said = run("update", status=1)
    assert "plus de place" in said.stderr
    assert "fichiers dans" in said.stdout
    server.is_full = False
    clock.now += timedelta(days=1)
    run("update")
    assert "arrivées à leur terme" in server.letters[-1].get_content()


def test_curators_hear_of_contents_that_changed(qualified, clock, server, balises, tmp_path):
    (tmp_path / "vendeur" / "atlas.xml").write_text(
        lom("Atlas en relief et en couleurs", location="https://atlas.example/")
    )
    clock.now += timedelta(days=3)
    run("harvest")
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
    assert "écrire aux curateurs" in run("qualifications", "journal").stdout
    assert "intact" in run("qualifications", "verify").stdout
    written, expired = balises.store.qualifications.journal(Wanted(), limit=2)
    assert written.event.data == {"last": expired.id, "entries": 1}


def test_a_server_that_is_not_there_is_found_by_the_doctor(qualified, server, tmp_path):
    assert "bon      courriel : le serveur répond" in run("doctor").stdout
    address = CONFIGURATION + MAIL.format("smtp://127.0.0.1:9")
    (tmp_path / "balise.toml").write_text(address)
    said = run("doctor", status=1).stdout
    assert "à voir   courriel : le serveur de courriel 127.0.0.1 n’a pas pris" in said


def test_a_doctor_says_what_ends_soon(qualified, clock):
    assert "0 décision à renouveler" in run("doctor").stdout
    clock.now = END - timedelta(days=59)
    assert "1 décision à renouveler d’ici 60 jours" in run("doctor").stdout


def test_a_doctor_misses_who_decides(qualified, tmp_path):
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
def test_a_mail_server_that_is_none_is_explained(qualified, tmp_path, mail, said):
    (tmp_path / "balise.toml").write_text(f"[mail]\n{mail}\n")
    told = run("sources", status=2).stderr
    assert said in told
    assert "secret@" not in told
