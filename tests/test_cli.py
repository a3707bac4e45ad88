"""The commands, as somebody at a terminal meets them."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from tests.notices import EMAIL, lom, write_all

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("BALISE_")]:
        monkeypatch.delenv(name)

    def invoke(*arguments, status=0):
        result = CliRunner().invoke(cli.main, [*arguments])
        assert result.exit_code == status, result.output
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def harvested(run, tmp_path):
    write_all(tmp_path / "notices")
    run("harvest", "notices")
    return run


def plain(said):
    """A text with ordinary spaces only."""
    return said.replace("\u00a0", " ").replace("\u202f", " ")


def slug_named(run, words):
    return json.loads(run("search", words, "--json").stdout)["results"][0]["slug"]


@pytest.mark.parametrize("name", sorted(cli.main.commands))
def test_every_command_explains_itself_in_french(run, name):
    assert cli.main.get_command(None, name).help
    assert "Usage" in run(name, "--help").output


ENGLISH = r"\b(Error|Show|Invalid|Missing|Commands|default|Try|such|No|not|Got)\b"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "Usage :"),
        ("--help", "Affiche cette aide."),
        ("cherche", "La commande « cherche » n’existe pas."),
        ("search", "Il manque l’argument 'QUERY'"),
        ("search x --limite 3", "L’option « --limite » n’existe pas."),
        ("search x --limit trois", "« trois » n’est pas un nombre"),
        ("search x --limit 0", "0 n’est pas dans l’intervalle"),
        ("search x y", "Argument en trop : y"),
        ("search x --limit", "L’option « --limit » demande une valeur"),
        ("export", "Il manque l’option '--as'"),
        ("export --as pdf", "« pdf » n’est pas l’un de"),
        ("index --rebuild=oui", "L’option « --rebuild » ne prend pas de valeur"),
        ("--config . sources", "est un dossier"),
    ],
)
def test_even_what_click_says_is_french(run, arguments, said):
    result = CliRunner().invoke(cli.main, arguments.split())
    assert said in plain(result.output)
    assert not re.search(ENGLISH, result.output)


def test_the_help_names_the_environment(run):
    assert "BALISE_DATABASE" in run("--help").output


def test_init_writes_a_configuration_once(run, tmp_path):
    run("init", "site")
    assert (tmp_path / "site" / "var").is_dir()
    assert "existe déjà" in run("init", "site", status=2).output
    os.chdir(tmp_path / "site")
    assert "ajoutez un bloc [[source]]" in run("doctor").output


def test_a_folder_given_by_path_is_harvested_indexed_and_searched(run, tmp_path):
    write_all(tmp_path / "notices")
    report = run("harvest", "notices")
    assert "4 nouvelles, 1 refusée" in report.stdout
    assert "refusée : casse.xml – ligne 1" in report.stdout
    found = run("search", "fractions").stdout
    assert "2 ressources pour « fractions »" in found
    assert "Une boîte de fractions" in found
    assert "4 inchangées" in run("harvest", "notices").stdout


def test_a_search_takes_facets_and_says_what_it_understood(harvested):
    assert "Compter jusqu’à dix" in harvested("search", "compter", "--facet", "niveau=gs").stdout
    assert "Aucune" in harvested("search", "compter", "--facet", "niveau=cm1").stdout
    understood = json.loads(harvested("search", "fractions cm2", "--json").stdout)
    assert understood["understood"] == [{"words": "cm2", "facet": "niveau", "value": "cm2"}]
    assert [hit["title"] for hit in understood["results"]] == ["Fractions en boîte"]
    assert understood["facets"]["discipline"]["mathematiques"] == 1


def test_what_was_understood_is_said_and_can_be_undone(harvested):
    said = harvested("search", "fractions cm2").stdout
    assert "« cm2 » compris comme niveau de classe : CM2 ; sinon : --literal" in plain(said)
    literal = harvested("search", "fractions cm2", "--literal").stdout
    assert "compris comme" not in literal
    assert "Fractions en boîte" in literal


def test_a_filter_recognised_but_not_applied_is_said(run, tmp_path):
    (tmp_path / "conte.xml").write_text(lom("Un conte à la maison"))
    run("harvest", "conte.xml")
    said = plain(run("search", "conte à la maison").stdout)
    assert "rien sous usage : à la maison : « à la maison » est cherché tel quel" in said
    assert json.loads(run("search", "conte à la maison", "--json").stdout)["ignored"]


@pytest.mark.parametrize(
    ("facet", "said"),
    [("nivo=cm1", "n’est pas une facette"), ("niveau=cm9", "n’est pas une valeur")],
)
def test_a_facet_that_is_none_is_explained(harvested, facet, said):
    assert said in harvested("search", "x", "--facet", facet, status=2).output


def test_a_query_that_is_none_is_explained(harvested):
    assert "256" in harvested("search", "x" * 300, status=1).output


@pytest.mark.parametrize(
    ("form", "mark"),
    [
        ("text", "Une boîte de fractions"),
        ("lomfr", "<lom:lom"),
        ("dc", "oai_dc"),
        ("jsonld", "LearningResource"),
        ("commun", "titre: Une boîte de fractions"),
        ("json", '"general"'),
    ],
)
def test_an_entry_is_shown_in_every_format_without_personal_data(harvested, form, mark):
    shown = harvested("show", slug_named(harvested, "boîte comparer"), "--as", form).stdout
    assert mark in shown
    assert EMAIL not in shown


def test_only_the_operator_gets_the_bytes_as_received(harvested, tmp_path):
    slug = slug_named(harvested, "boîte comparer")
    received = harvested("show", slug, "--as", "raw").stdout_bytes
    assert received == (tmp_path / "notices" / "boite.xml").read_bytes()


def test_an_entry_is_found_by_its_identifier_and_says_why_it_is_listed(harvested):
    why = harvested("show", "boite.xml", "--why").stdout
    assert "publiée" in why
    assert "boite.xml" in why


def test_what_is_not_there_is_said(harvested):
    assert "Aucune entrée" in harvested("show", "rien", status=1).output
    assert "ni un chemin, ni un motif" in harvested("harvest", "rien", status=2).output
    assert "ni un chemin, ni un motif" in harvested("harvest", "rien/*.xml", status=2).output
    assert "rien n’existe pas" in harvested("convert", "rien", "--to", "json", status=2).output
    assert "rien n’existe pas" in harvested("convert", "rien#x", "--to", "json", status=2).output


def test_a_folder_without_notice_is_said_to_have_none(run, tmp_path):
    (tmp_path / "vide").mkdir()
    assert "aucune notice" in run("harvest", "vide").stdout


def test_the_whole_catalogue_is_the_answer_to_no_question(harvested):
    assert harvested("search", " ").stdout.startswith("4 ressources\n")


def test_a_family_is_shown_once_with_the_number_of_its_parts(run, tmp_path):
    (tmp_path / "n").mkdir()
    (tmp_path / "n" / "cours.xml").write_text(lom("Cours sur l’eau", location="https://e.example/"))
    for number in "12":
        part = lom(
            f"Eau, {number}", location=f"https://e.example/{number}", part_of="https://e.example/"
        )
        (tmp_path / "n" / f"{number}.xml").write_text(part)
    run("harvest", "n")
    said = run("search", "eau").stdout
    assert "1 ressource pour « eau »" in said
    assert "(et 2 parties)" in said


@pytest.mark.parametrize(
    "command",
    [["harvest", "notices"], ["sources"], ["search", "x"], ["build"], ["demo"], ["init", "f/site"]],
)
def test_a_place_that_cannot_be_written_is_said_without_traceback(run, tmp_path, command):
    write_all(tmp_path / "notices")
    (tmp_path / "f").write_text("Ce n’est pas un dossier.")
    said = run("--data", "f/var", *command, status=1).output
    assert "Erreur :" in said
    assert "Vérifiez" in said


def test_a_doctor_finds_a_place_that_cannot_be_written(run, tmp_path):
    (tmp_path / "f").write_text("Ce n’est pas un dossier.")
    said = run("--data", "f/var", "doctor", status=1).stdout
    assert said.count("à voir") == 6
    assert "Errno" not in said


@pytest.mark.parametrize("folder", ["dossier \udcff", "dossier"])
def test_names_and_words_in_no_known_encoding_are_taken(run, tmp_path, folder):
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "n\udcfe.xml").write_text(lom("Une notice"))
    assert "1 nouvelle" in run("harvest", folder).stdout
    assert "1 inchangée" in run("harvest", folder).stdout
    assert "Une notice" in run("show", "n\\udcfe.xml").stdout
    assert "Aucune entrée" in run("show", "\udcff", status=1).stderr
    run("takedown", "n\udcfe.xml", "--reason", "Motif \udcff")
    assert "Motif" in run("show", "n\udcfe.xml", "--why").stdout


def test_an_address_that_cannot_be_served_is_said(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "est déjà prise" in run("serve", "--port", port, status=2).output
    assert "ne peut être ouverte" in run("serve", "--host", "300.1.1.1", status=2).output
    run("serve", "--port", "99999", status=2)


def test_a_catalogue_without_source_is_updated_and_says_so(run):
    assert "Aucune source" in run("update").stderr


def test_a_record_that_can_be_read_no_more_says_why_its_old_version_stays(harvested, tmp_path):
    (tmp_path / "notices" / "boite.xml").write_text("<lom>")
    harvested("harvest", "notices")
    why = harvested("show", "boite.xml", "--why").stdout
    assert "publiée" in why
    assert "ce que la source en donne est refusé" in why
    assert "ligne 1" in why


def test_a_takedown_needs_a_reason(harvested):
    assert (
        "Le motif est vide" in harvested("takedown", "boite.xml", "--reason", " ", status=2).output
    )


def test_a_takedown_shows_at_once_and_can_be_undone(harvested):
    slug = slug_named(harvested, "compter")
    harvested("takedown", slug, "--reason", "À la demande de l’auteur")
    assert "Aucune" in harvested("search", "compter").stdout
    assert "À la demande de l’auteur" in harvested("show", slug, "--why").stdout
    harvested("harvest", "notices", "--full")
    assert "Aucune" in harvested("search", "compter").stdout
    harvested("restore-entry", slug)
    assert "1 ressource" in harvested("search", "compter").stdout


def test_the_index_can_be_made_again_at_any_time(harvested):
    before = json.loads(harvested("search", "fractions", "--json").stdout)
    assert "4 entrées en tout" in harvested("index", "--rebuild").stdout
    assert json.loads(harvested("search", "fractions", "--json").stdout) == before


@pytest.mark.parametrize("lost", ["*", "*.seg", "*.toc"])
def test_a_lost_index_is_found_and_made_again(harvested, tmp_path, lost):
    def lose():
        for file in (tmp_path / "var" / "index").glob(lost):
            file.write_bytes(b"?")

    lose()
    assert "« balise index »" in plain(harvested("doctor", status=1).output)
    harvested("index")
    assert "bon      index" in harvested("doctor").output
    lose()
    assert "2 ressources" in harvested("search", "fractions").stdout
    assert "bon      index" in harvested("doctor").output


def test_an_index_of_another_database_is_found(harvested, tmp_path):
    (tmp_path / "var" / "balise.sqlite").unlink()
    assert "« balise index --rebuild »" in harvested("doctor", status=1).output
    harvested("index", "--rebuild")
    assert "bon      index" in harvested("doctor").output


def test_a_value_no_vocabulary_knows_is_listed_then_mapped(run, tmp_path):
    strange = lom("Une fiche").replace(">exercise<", ">fiche de prof<")
    (tmp_path / "fiche.xml").write_text(strange)
    run("harvest", "fiche.xml")
    assert "fiche de prof" in run("unmapped").stdout
    assert "Aucune" in run("search", "fiche", "--facet", "type=fiche pédagogique").stdout
    assert "1 entrée relue" in run("unmapped", "--map", "fiche de prof=fiche pédagogique").stdout
    assert run("unmapped").stdout == ""
    assert "1 ressource" in run("search", "fiche", "--facet", "type=fiche pédagogique").stdout
    assert "n’est le nom d’aucun" in run("unmapped", "--map", "x=y", status=2).output


def test_entries_with_one_address_are_said_to_be_duplicates(run, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.xml").write_text(lom("La même", identifier=name))
        run("harvest", f"{name}.xml")
    assert "la même adresse" in run("duplicates").stdout


def test_each_source_tells_how_it_is(harvested):
    said = harvested("sources").stdout
    assert "4 publiées ; 1 refusée\n" in said
    assert "refusée : casse.xml" in said
    assert "couverture :" in said


CONFIGURED = """
[[source]]
key = "ouverte"
kind = "files"
url = "notices"
licence = "etalab-2.0"
title = "=Source ouverte"

[[source]]
key = "vendeur"
kind = "files"
url = "vendeur"
origin = "editeur"
"""


@pytest.fixture
def configured(run, tmp_path):
    write_all(tmp_path / "notices")
    (tmp_path / "vendeur").mkdir()
    (tmp_path / "vendeur" / "payante.xml").write_text(lom("Ressource payante"))
    (tmp_path / "balise.toml").write_text(CONFIGURED)
    run("update")
    return run


def test_a_source_that_empties_waits_for_a_decision(configured, tmp_path):
    for path in (tmp_path / "notices").rglob("*.*"):
        path.unlink()
    advice = "balise harvest ouverte --confirm-drop"
    assert advice in configured("harvest", "ouverte", status=1).stdout
    assert advice in configured("doctor", status=1).stdout
    assert advice in configured("sources").stdout
    assert "2 ressources" in configured("search", "fractions").stdout
    assert "4 supprimées" in configured("harvest", "ouverte", "--confirm-drop").stdout
    assert advice not in configured("doctor").stdout


def test_a_publisher_waits_for_qualification(configured):
    assert "Aucune" in configured("search", "payante").stdout
    assert "en attente de qualification" in configured("show", "payante.xml", "--why").stdout


def test_the_configuration_can_be_named_by_the_environment(configured, tmp_path, monkeypatch):
    monkeypatch.setenv("BALISE_CONFIG", str(tmp_path / "balise.toml"))
    monkeypatch.chdir("/")
    assert "2 ressources" in configured("search", "fractions").stdout
    client = cli.wsgi().test_client()
    assert client.get("/recherche?q=fractions").status_code == 200


def test_a_fault_in_the_configuration_is_told_without_traceback(run, tmp_path):
    (tmp_path / "balise.toml").write_text("datta = 'x'")
    assert "Vouliez-vous dire « data »" in run("sources", status=2).output


def test_the_catalogue_is_exported_as_csv_safe_for_spreadsheets(configured):
    lines = configured("export", "--as", "csv").stdout.splitlines()
    assert len(lines) == 5
    assert '"\'=Source ouverte"' in lines[1]


def test_the_catalogue_is_exported_as_json_lines(configured):
    rows = [json.loads(line) for line in configured("export", "--as", "jsonl").stdout.splitlines()]
    assert len(rows) == 4
    assert {row["licence_de_la_notice"] for row in rows} == {"etalab-2.0"}
    assert EMAIL not in json.dumps(rows)


def test_an_export_in_lomfr_is_read_back_by_balise(configured, tmp_path):
    (tmp_path / "export.xml").write_bytes(configured("export", "--as", "lomfr").stdout_bytes)
    assert "4 nouvelles" in configured("--data", "autre", "harvest", "export.xml").stdout


def test_what_nobody_licensed_is_not_exported(harvested):
    result = harvested("export", "--as", "jsonl")
    assert result.stdout == ""
    assert "4 entrées laissées de côté" in result.stderr


@pytest.mark.parametrize(
    ("to", "mark"),
    [
        ("lomfr", b"<lom:lom"),
        ("dc", b"oai_dc"),
        ("jsonld", b"@context"),
        ("commun", b"titre:"),
        ("json", b"{"),
    ],
)
def test_a_file_is_converted_without_a_database(run, tmp_path, to, mark):
    (tmp_path / "n.xml").write_text(lom("Une notice"))
    assert mark in run("convert", "n.xml", "--to", to).stdout_bytes
    assert not (tmp_path / "var").exists()


def test_of_a_file_with_several_records_one_is_named(run, tmp_path):
    (tmp_path / "t.csv").write_text("identifiant;titre\na;Premier\nb;Second\n")
    assert "contient 2 notices" in run("convert", "t.csv", "--to", "json", status=2).output
    assert "Second" in run("convert", "t.csv#b", "--to", "json").stdout
    assert "ne contient pas" in run("convert", "t.csv#c", "--to", "json", status=2).output


def test_an_unreadable_file_says_where_and_what_to_do(run, tmp_path):
    write_all(tmp_path / "n")
    assert "ligne 1" in run("convert", "n/casse.xml", "--to", "json", status=1).output
    said = run("validate", "n/casse.xml", status=2).stdout
    assert said.startswith("n/casse.xml:1:")
    assert "[illisible]" in said


def test_a_clean_commun_is_valid_and_a_bad_one_is_explained(run, tmp_path):
    (tmp_path / "commun.yml").write_text("titre: Un\ndescription: Deux\nniveaus: [CM1]\n")
    said = run("validate", "commun.yml").stdout
    assert "commun.yml:3:1: attention [commun-cle-inconnue]" in said
    assert "« niveaux »" in said.replace("\u00a0", " ")


def test_findings_are_given_to_machines(run, tmp_path):
    (tmp_path / "n.xml").write_text(lom(""))
    [*found] = json.loads(run("validate", "n.xml", "--format", "json", status=1).stdout)
    assert {"file", "severity", "rule", "element", "message", "remedy", "line"} <= found[0].keys()
    quality = json.loads(run("validate", "n.xml", "--format", "codequality", status=1).stdout)
    assert len({issue["fingerprint"] for issue in quality}) == len(quality)
    assert {issue["severity"] for issue in quality} <= {"major", "minor", "info"}


def test_what_the_resources_of_one_file_share_is_said_once(run, tmp_path):
    (tmp_path / "commun.yml").write_text(
        "titre: Un\ndescription: Deux\nlicense: MIT\nressources:\n- titre: A\n- titre: B\n"
    )
    said = run("validate", "commun.yml").stdout
    assert said.count("[commun-cle-orthographe]") == 1
    assert said.count("[commun-lien-absent]") == 2


def test_the_remarks_on_a_table_are_at_the_line_of_their_row(run, tmp_path):
    (tmp_path / "t.csv").write_text("titre;lien;x\nUn;;1\nDeux;;2\n;https://a.fr/;3\n")
    [*found] = json.loads(run("validate", "t.csv", "--format", "json", status=1).stdout)
    assert [f["line"] for f in found if f["rule"] == "row-titre-absent"] == [4]
    assert [f["line"] for f in found if f["rule"] == "row-colonne-inconnue"] == [1]


def test_a_list_cut_short_hides_nothing_of_the_rest(run, tmp_path):
    (tmp_path / "n").mkdir()
    (tmp_path / "n" / "a.xml").write_text(lom(""))
    (tmp_path / "n" / "b.xml").write_text("<rss><channel><item><title>Un</title></item>")
    said = run("validate", "n", status=2).stdout
    assert "n/a.xml:" in said
    assert "[illisible]" in said
    assert "b.xml" in said
    [*found] = json.loads(run("validate", "n", "--format", "json", status=2).stdout)
    assert {finding["rule"] for finding in found} >= {"illisible", "lom-1.2-absent"}


def test_nothing_to_say_is_said_by_silence_and_nothing_to_read_is_not(run, tmp_path):
    text = (Path(__file__).parent / "data" / "notice_complete.xml").read_text("utf-8")
    (tmp_path / "n.xml").write_text(text)
    assert run("validate", "n.xml").stdout == ""
    assert json.loads(run("validate", "n.xml", "--format", "json").stdout) == []
    (tmp_path / "vide").mkdir()
    assert "aucune notice" in run("validate", "vide", status=2).output


def test_a_feed_is_judged_as_a_feed_unless_a_profile_is_asked_for(run, tmp_path):
    feed = "<rss><channel><item><title>Un</title><link>https://a.fr/</link></item></channel></rss>"
    (tmp_path / "f.xml").write_text(feed)
    for path in ("f.xml", "."):
        assert run("validate", path).stdout.startswith("f.xml#https://a.fr/: ")
    assert "lom-1.1-absent" not in run("validate", "f.xml").stdout
    assert "lom-1.1-absent" in run("validate", "f.xml", "--profile", "lomfr", status=1).stdout


def test_the_schema_of_commun_yml_is_json(run):
    assert "titre" in json.loads(run("schema").stdout)["properties"]


@pytest.mark.slow
def test_a_harvest_interrupted_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(600):
        (folder / f"{number:04}.xml").write_text(lom(f"Notice {number}", identifier=str(number)))
    command = [sys.executable, str(Path(cli.__file__)), "harvest", "many"]
    first = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert "100 nouvelles" in first.stderr.readline()
    first.kill()
    first.wait()
    first.stderr.close()
    second = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "reprise là où elle s’était arrêtée" in second.stdout
    assert "600 nouvelles" in second.stdout
