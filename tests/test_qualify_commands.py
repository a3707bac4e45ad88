"""The curators' work from the command line, as two of them do it."""

import hashlib
import json
import sqlite3
from datetime import UTC, datetime

import pytest

import casetext
import qualifycommands
from metadata.criteria import criteria
from metadata.qualification import ROLES
from tests.notices import lom
from tests.qualifying import ALICE, BERTRAND, CHLOE, FAVORABLE, Clock, begin, plain, run

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def harvested(stages, tmp_path, monkeypatch, clock):
    return begin(stages, "harvested", tmp_path, monkeypatch)


@pytest.fixture
def taken(stages, tmp_path, monkeypatch, clock):
    return begin(stages, "taken", tmp_path, monkeypatch)


@pytest.fixture
def proposed(stages, tmp_path, monkeypatch, clock):
    return begin(stages, "proposed", tmp_path, monkeypatch)


@pytest.fixture
def qualified(stages, tmp_path, monkeypatch, clock):
    return begin(stages, "qualified", tmp_path, monkeypatch)


def seen(identifier="atlas.xml"):
    return json.loads(run("qualify", identifier, "--json").stdout)


def test_two_people_qualify_an_entry_and_it_is_found_at_once(proposed):
    assert "Aucune" in run("search", "atlas").stdout
    said = run("qualify", "atlas.xml", "qualifier", "--until", "2027-03-01", *BERTRAND)
    assert "qualifiée depuis le 2026-03-02" in said.stdout
    assert "1 ressource" in run("search", "atlas").stdout
    decision = seen()["decisions"][0]
    assert decision["until"] == "2027-03-01T23:59:59+00:00"
    assert (decision["proposer"], decision["by"]) == ("alice", "bertrand")
    assert decision["criteria"] == criteria().version


def test_who_proposed_does_not_decide_and_is_told_so(proposed):
    both = ("--by", "Alice", "--role", "decideur")
    said = run("qualify", "atlas.xml", "qualifier", *both, status=1)
    assert "une autre personne doit en décider" in said.stderr
    assert seen()["state"] == "proposee"


def test_an_act_asks_for_its_role(harvested):
    said = run("qualify", "atlas.xml", "instruire", *BERTRAND, status=1)
    assert "demande le rôle : instructeur" in said.stderr


def test_an_impossible_act_says_what_it_would_take(harvested):
    said = run("qualify", "atlas.xml", "qualifier", *BERTRAND, status=1)
    assert "la ressource est « à instruire »" in said.stderr


def test_nobody_acts_without_a_name(harvested):
    run("qualify", "atlas.xml", "instruire", "--role", "instructeur", status=2)
    run("qualify", "atlas.xml", "instruire", "--by", " ", "--role", "instructeur", status=2)


def test_a_refusal_names_its_listed_reasons(taken):
    asked = ("proposer", "--outcome", "refusee", *ALICE)
    assert "motif de refus de la liste" in run("qualify", "atlas.xml", *asked, status=1).stderr
    unknown = ("--refusal", "laid", "--reason", "Voilà.")
    assert "n’est pas un motif" in run("qualify", "atlas.xml", *asked, *unknown, status=1).stderr
    listed = ("--refusal", "hors-programmes", "--refusal", "doublon", "--reason", "Voilà.")
    run("qualify", "atlas.xml", *asked, *listed)
    run("qualify", "atlas.xml", "refuser", *BERTRAND)
    assert seen()["decisions"][0]["refusals"] == ["hors-programmes", "doublon"]
    assert seen()["state"] == "refusee"
    assert "ne répond pas aux programmes" in run("qualify", "atlas.xml").stdout


def test_opinions_come_by_options_with_reasons_and_pieces(taken, tmp_path):
    (tmp_path / "audit.pdf").write_bytes(b"Audit")
    digest = "c42a1c9ff6a5ae41ee34fe25b2a2a6c43d7ce3ef31e3fdeee2c5ab8a37a5b2d5"
    run(
        *("qualify", "atlas.xml", "evaluer"),
        *("--verdict", "rgaa=reserve", "--reason", "rgaa=Un écart : le contraste."),
        *("--evidence", "rgaa=https://atlas.example/rgaa", "--evidence", f"rgaa={digest}"),
        *("--evidence", "rgaa=audit.pdf", "--verdict", "licence=favorable"),
        *ALICE,
    )
    opinions = seen()["opinions"]
    assert opinions["rgaa"]["reason"] == "Un écart : le contraste."
    references = [proof["reference"] for proof in opinions["rgaa"]["proofs"]]
    assert references[:2] == ["https://atlas.example/rgaa", digest]
    assert references[2] == hashlib.sha256(b"Audit").hexdigest()
    assert opinions["licence"]["verdict"] == "favorable"
    shown = plain(run("qualify", "atlas.xml").stdout)
    assert "favorable avec réserve (alice, le 2026-03-02) – Un écart : le contraste." in shown


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("avis.json", '{"rgaa": {"verdict": "defavorable", "reason": "Aucune déclaration."}}'),
        ("avis.toml", '[rgaa]\nverdict = "defavorable"\nreason = "Aucune déclaration."\n'),
    ],
)
def test_opinions_come_by_file(taken, tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    run("qualify", "atlas.xml", "evaluer", "--opinions", name, *ALICE)
    assert seen()["opinions"]["rgaa"]["reason"] == "Aucune déclaration."


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        (["--verdict", "rgaa=favorabel"], 2, "Vouliez-vous dire « favorable »"),
        (["--verdict", "rgaa"], 2, "écrivez le critère"),
        (["--reason", "rgaa=Bien."], 2, "ajoutez --verdict rgaa="),
        (["--verdict", "rgaa=favorable", "--evidence", "rgaa=perdu.pdf"], 2, "ni un fichier d’ici"),
        (["--opinions", "casse.json"], 2, "ne peut être lu"),
        (["--opinions", "liste.json"], 2, "il faut, par critère"),
        (["--opinions", "pieces.json"], 2, "doit être une liste"),
        (["--verdict", "rgaa=reserve"], 1, "demande un motif"),
        (["--verdict", "beaute=favorable"], 1, "n’est pas un critère"),
        ([], 1, "Aucun avis"),
    ],
)
def test_an_opinion_that_is_none_is_explained(taken, tmp_path, given, status, said):
    (tmp_path / "casse.json").write_text("{")
    (tmp_path / "liste.json").write_text("[]")
    (tmp_path / "pieces.json").write_text('{"rgaa": {"verdict": "favorable", "references": "x"}}')
    assert said in plain(
        run("qualify", "atlas.xml", "evaluer", *given, *ALICE, status=status).output
    )
    assert seen()["opinions"] == {}


def test_a_wrong_act_gives_the_nearest_one(harvested):
    said = run("qualify", "atlas.xml", "instuire", *ALICE, status=2)
    assert "Vouliez-vous dire 'instruire'" in plain(said.output)


def test_a_wrong_date_is_explained(proposed):
    said = run("qualify", "atlas.xml", "qualifier", "--until", "demain", *BERTRAND, status=2)
    assert "« demain » n’est pas une date" in said.output


def test_every_act_that_an_entry_may_take_has_its_command(harvested):
    offered = {*qualifycommands.qualify.commands} - {"dossier", "verifier"}
    elsewhere = {str(act) for act in casetext.ELSEWHERE}
    assert offered == {str(act) for act in ROLES} - elsewhere


def test_each_act_explains_itself_without_an_entry(harvested):
    for name in qualifycommands.qualify.commands:
        assert "Usage" in run("qualify", "rien", name, "--help").output


def test_an_entry_that_is_not_there_is_said(harvested):
    assert "Aucune entrée" in run("qualify", "rien", status=1).stderr


def test_what_everybody_may_see_is_not_qualified(harvested):
    assert "elle ne passe pas par la qualification" in run("qualify", "libre.xml").stdout
    said = run("qualify", "libre.xml", "instruire", *ALICE, status=1)
    assert "ne passent pas par la qualification" in plain(said.stderr)


def test_a_withdrawal_takes_two_people_and_shows_at_once(qualified):
    asked = ("demander-retrait", "--reason", "Le service ferme.", *ALICE)
    run("qualify", "atlas.xml", *asked)
    assert "retirer" in seen()["possible"]
    alone = ("retirer", "--by", "alice", "--role", "decideur")
    assert "une autre personne" in run("qualify", "atlas.xml", *alone, status=1).stderr
    run("qualify", "atlas.xml", "retirer", *BERTRAND)
    assert "Aucune" in run("search", "atlas").stdout
    assert "Le service ferme." in run("qualify", "atlas.xml").stdout


def test_a_dossier_says_what_may_be_done_next_and_by_whom(proposed):
    possible = seen()["possible"]
    assert possible["qualifier"] == ["decideur"]
    assert possible["renvoyer"] == ["decideur"]
    assert "evaluer" not in possible
    shown = run("qualify", "atlas.xml").stdout
    assert "  qualifier           décideur" in shown


def test_a_dossier_shows_what_its_feed_changed(qualified, tmp_path):
    changed = lom("Atlas en relief, édition nouvelle", location="https://atlas.example/")
    (tmp_path / "vendeur" / "atlas.xml").write_text(changed)
    run("harvest", "vendeur")
    dossier = seen()
    assert (dossier["state"], dossier["face"]) == ("a-reexaminer", "a-reexaminer")
    assert "titre" in [each["key"] for each in dossier["differences"]]
    assert "Changé depuis la décision – Titre : Atlas en relief →" in plain(
        run("qualify", "atlas.xml").stdout
    )


def test_an_entry_says_why_it_is_shown_or_not(qualified):
    why = run("show", "atlas.xml", "--why").stdout
    assert "Qualification : qualifiée ; décision du 2026-03-02, jusqu’au 2028-03-01" in why
    why = run("show", "dictee.xml", "--why").stdout
    assert "Qualification : à instruire ; vue du public : non qualifiée" in why
    assert "Qualification" not in run("show", "libre.xml", "--why").stdout
    assert "  qualification : 1 à instruire, 1 qualifiée" in run("sources").stdout


def test_an_assignment_can_be_undone(harvested):
    run("qualify", "atlas.xml", "affecter", "--to", "alice", *CHLOE)
    assert seen()["assignee"] == "alice"
    assert "atlas" in run("qualifications", "--assignee", "alice").stdout
    assert "atlas" not in run("qualifications", "--assignee", "-").stdout
    run("qualify", "atlas.xml", "affecter", "--to", "-", *CHLOE)
    assert seen()["assignee"] == ""


def test_evidence_is_added_shown_and_withdrawn(harvested):
    said = (
        *(
            "--volet",
            "usage",
            "--reference",
            "https://atlas.example/chiffres",
            "--date",
            "31/01/2026",
        ),
        *("--debut", "2025-09-01", "--origine", "Éditions Exemple", "--effectif", "1 200"),
    )
    run("qualify", "atlas.xml", "preuve", *said, *ALICE)
    [(digest, item)] = seen()["evidence"].items()
    assert (item["volet"], item["date"], item["effectif"]) == ("usage", "2026-01-31", "1200")
    assert digest in run("qualify", "atlas.xml").stdout
    assert (
        "déjà au dossier" in run("qualify", "atlas.xml", "preuve", *said, *ALICE, status=1).stderr
    )
    reason = ("--reason", "Chiffres faux.")
    run("qualify", "atlas.xml", "preuve-retiree", "--empreinte", digest, *reason, *ALICE)
    assert seen()["evidence"] == {}
    run("qualify", "atlas.xml", "preuve-sans-objet", "--volet", "usage", *reason, *ALICE)
    assert seen()["evidence_not_applicable"] == {"usage": "Chiffres faux."}


def test_evidence_that_says_nothing_is_explained(harvested):
    said = run("qualify", "atlas.xml", "preuve", "--volet", "usage", *ALICE, status=1)
    assert "Il manque" in said.stderr


def test_the_queue_counts_and_filters(taken, clock):
    clock.now = clock.now.replace(day=12)
    shown = plain(run("qualifications").stdout)
    assert "en instruction, depuis 10 jours, confiée à alice" in shown
    assert shown.endswith("2 entrées : 1 à instruire, 1 en instruction\n")
    only = json.loads(run("qualifications", "--state", "en-instruction", "--json").stdout)
    assert [each["title"] for each in only["entries"]] == ["Atlas en relief"]
    assert only["counts"] == {"en-instruction": 1}
    assert run("qualifications", "--source", "autre").stdout == "0 entrée\n"
    few = run("qualifications", "--limit", "1")
    assert "1 montrée" in few.stderr


def test_the_queue_knows_what_ends_soon_and_what_waits(qualified, clock):
    assert "0 entrée" in run("qualifications", "--expiring", "60").stdout
    assert "0 entrée" in run("qualifications", "--waiting").stdout
    clock.now = datetime(2028, 2, 1, tzinfo=UTC)
    assert "jusqu’au 2028-03-01" in run("qualifications", "--expiring", "60").stdout
    run("qualify", "atlas.xml", "demander-suspension", "--reason", "Panne.", *ALICE)
    waiting = run("qualifications", "--waiting").stdout
    assert "attend une seconde personne (demander la suspension)" in waiting


def test_the_journal_tells_it_all_in_order_and_by_filter(qualified):
    lines = json.loads(run("qualifications", "journal", "--as", "json").stdout)
    assert [line["act"] for line in lines if line["by"] != "balise"] == [
        "qualifier",
        "proposer",
        "evaluer",
        "instruire",
    ]
    told = run("qualifications", "journal", "--author", "bertrand").stdout
    assert "bertrand (décideur) – qualifier : proposée → qualifiée" in told
    assert told.strip().endswith(" – Atlas en relief")
    assert run("qualifications", "journal", "--entry", "dictee.xml").stdout == ""
    assert run("qualifications", "journal", "--before", "2026-03-02").stdout == ""
    table = run("qualifications", "journal", "--act", "qualifier", "--as", "csv").stdout
    header, line = table.strip().splitlines()
    assert header.startswith('"ligne","date","acte","auteur"')
    assert '"qualifier","bertrand","decideur"' in line


def test_a_journal_that_somebody_changed_is_found(qualified, tmp_path):
    assert "Le journal est intact" in run("qualifications", "verify").stdout
    with sqlite3.connect(tmp_path / "var" / "balise.sqlite") as db:
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE journal SET author = 'personne' WHERE act = 'proposer'")
        [(number,)] = db.execute("SELECT id FROM journal WHERE act = 'proposer'").fetchall()
    db.close()
    said = run("qualifications", "verify", status=1).stdout
    assert f"1 ligne sur {number + 1} ({number})" in said


DECISIONS = """identifiant;décision;date;échéance;instructeur;décideur;motif;motifs
atlas.xml;qualifiée;15/01/2025;2026-12-31;Anne;Basile;Conforme.;
dictee.xml;refusée;2025-06-01;;Anne;Basile;Hors sujet.;hors-perimetre
"""


@pytest.fixture
def imports(tmp_path):
    """Import a table of decisions."""

    def imported(text, *options, status=0):
        (tmp_path / "decisions.csv").write_text(text, encoding="utf-8")
        return run("qualifications", "import", "decisions.csv", *options, *CHLOE, status=status)

    return imported


def test_decisions_taken_before_balise_come_in_marked_as_such(harvested, imports):
    assert imports(DECISIONS).stdout == "2 décisions importées\n"
    assert "1 ressource" in run("search", "atlas").stdout
    shown = run("qualify", "atlas.xml").stdout
    assert "par Basile sur proposition de Anne le 2025-01-15" in shown
    assert "avant Balise (importée)" in shown
    assert seen()["decisions"][0]["imported"] is True
    refused = seen("dictee.xml")
    assert (refused["state"], refused["decisions"][0]["until"]) == ("refusee", None)
    queue = json.loads(run("qualifications", "--json").stdout)
    assert all(each["imported"] for each in queue["entries"])


def test_the_same_file_twice_changes_nothing_and_says_so(harvested, imports):
    imports(DECISIONS)
    before = run("qualifications", "journal").stdout
    assert imports(DECISIONS).stdout == "0 décision importée, 2 déjà là\n"
    assert run("qualifications", "journal").stdout == before


def test_a_rehearsal_says_what_would_be_done_and_does_nothing(harvested, imports):
    rows = "libre.xml;qualifiée;2025-01-15;;Anne;Basile;;\n"
    said = imports(DECISIONS + rows, "--dry-run", status=1).stdout
    assert "2 décisions à importer" in said
    assert "decisions.csv:4: erreur [decision-refusee]" in said
    assert "ne passent pas par la qualification" in plain(said)
    assert run("qualifications", "journal").stdout == ""


def test_bad_rows_are_told_and_the_good_ones_come_in(harvested, imports):
    rows = "perdu.xml;qualifiée;2025-01-15;;Anne;Basile;;\ndictee.xml;oui;2025-01-15;;A;B;;\n"
    text = DECISIONS.splitlines(keepends=True)
    said = imports("".join(text[:2]) + rows, status=1).stdout
    assert "decisions.csv:3: erreur [decision-refusee] identifiant : Aucune entrée" in plain(said)
    assert "decisions.csv:4:2: erreur [decision-valeur] decision : « oui »" in plain(said)
    assert said.endswith("1 décision importée\n")
    assert seen()["state"] == "qualifiee"


def test_what_was_decided_here_is_not_overwritten_by_a_file(qualified, imports):
    said = imports(DECISIONS, status=1).stdout
    assert "la ressource est « qualifiée »" in said
    assert said.endswith("1 décision importée\n")


def test_a_decision_imported_after_its_end_is_over_at_once(harvested, imports, clock):
    clock.now = datetime(2027, 6, 1, tzinfo=UTC)
    assert "n’est plus au catalogue" in imports(DECISIONS).stderr
    assert seen()["state"] == "expiree"
    assert "Aucune" in run("search", "atlas").stdout


def test_a_file_that_is_not_there_is_said_in_french(harvested):
    said = run("qualifications", "import", "perdu.csv", *CHLOE, status=2)
    assert "« perdu.csv » n’existe pas" in plain(said.output)


def test_importing_is_for_administrators(harvested, tmp_path):
    (tmp_path / "decisions.csv").write_text(DECISIONS, encoding="utf-8")
    said = run("qualifications", "import", "decisions.csv", *BERTRAND, status=1)
    assert "demande le rôle : administrateur" in said.stderr


def test_delays_and_ages_are_told(harvested, clock):
    clock.now = datetime(2026, 3, 12, 9, tzinfo=UTC)
    run("qualify", "atlas.xml", "instruire", *ALICE)
    run("qualify", "atlas.xml", "evaluer", *FAVORABLE, *ALICE)
    clock.now = datetime(2026, 3, 15, 9, tzinfo=UTC)
    run("qualify", "atlas.xml", "proposer", "--outcome", "qualifiee", *ALICE)
    clock.now = datetime(2026, 3, 20, 9, tzinfo=UTC)
    told = plain(run("qualifications", "delays").stdout)
    assert "de l’instruction à la proposition : pour la moitié 3 jours" in told
    assert "proposée depuis : pour la moitié 5 jours" in told
    machine = json.loads(run("qualifications", "delays", "--json").stdout)
    assert machine["steps"]["examination"] == {"number": 1, "half": 259200, "most": 259200}
    assert machine["ages"]["a-instruire"]["number"] == 1


def test_a_letter_to_the_publisher_is_ready_to_be_sent(qualified):
    run("qualify", "atlas.xml", "noter", "--text", "Éditeur lent.", *ALICE)
    written = run("qualifications", "letter", "atlas.xml").stdout
    assert plain(written).startswith(
        "Objet : « Atlas en relief » : ressource qualifiée\n\nBonjour,"
    )
    assert "Éditeur lent." not in written
    assert "alice" not in written
