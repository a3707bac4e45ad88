"""Evidence brought from the command line."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

import cli
import qualifycommands
import queuecommands
from tests.notices import lom

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

ALICE = ("--by", "alice", "--role", "instructeur")
SHEET = """\
ressource;volet;reference;origine;independant;date;debut;effectif
atlas.xml;usage;https://ent.example/x;ENT d’Exemple;oui;28/02/2024;01/09/2023;600
atlas.xml;usage;https://ent.example/x;ENT d’Exemple;oui;28/02/2025;01/09/2024;800
perdue.xml;usage;https://ent.example/x;ENT d’Exemple;oui;28/02/2025;01/09/2024;800
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A catalogue of one entry of a publisher, and a table about it."""
    monkeypatch.chdir(tmp_path)
    for module in (qualifycommands, queuecommands):
        monkeypatch.setattr(module, "now", lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    for name in [name for name in os.environ if name.startswith("BALISE_")]:
        monkeypatch.delenv(name)
    source = '[[source]]\nkey = "vendeur"\nkind = "files"\nurl = "vendeur"\norigin = "editeur"\n'
    (tmp_path / "balise.toml").write_text(source)
    (tmp_path / "vendeur").mkdir()
    (tmp_path / "vendeur" / "atlas.xml").write_text(lom("Atlas", location="https://a.example/"))
    (tmp_path / "usage.csv").write_bytes(SHEET.encode("cp1252"))

    def invoke(*arguments, status=0):
        result = CliRunner().invoke(cli.main, [*arguments])
        assert result.exit_code == status, result.output
        return result

    invoke("harvest")
    return invoke


def test_a_table_is_brought_once_and_its_faults_are_told(run):
    command = ("qualifications", "import-evidence", "usage.csv", *ALICE)
    first = run(*command, status=1).stdout
    assert "usage.csv:4: erreur [preuve-refusee] ressource : Aucune entrée" in first
    assert "2 éléments ajoutés\n" in first
    assert "0 élément ajouté, 2 déjà là\n" in run(*command, status=1).stdout
    case = json.loads(run("qualify", "atlas.xml", "--json").stdout)
    assert sorted(each["effectif"] for each in case["evidence"].values()) == ["600", "800"]
    assert {*case["evidence_levels"]} == {"recherche", "usage", "pratique"}


def test_a_dossier_says_the_levels_why_and_what_weighs_less(run):
    assert "Preuve" not in run("qualify", "atlas.xml").stdout
    run("qualifications", "import-evidence", "usage.csv", *ALICE, status=1)
    said = run("qualify", "atlas.xml").stdout
    assert "Preuve, recherche : aucune donnée (niveau 0 sur 3). Rien n’a encore été" in said
    assert "Preuve, statistiques d’usage : " in said
    assert "  ENT d’Exemple – https://ent.example/x\n" in said
    assert "    cet élément a 2 ans ou plus\n" in said


def test_whoever_may_not_examine_brings_nothing(run):
    decider = ("--by", "bertrand", "--role", "decideur")
    said = run("qualifications", "import-evidence", "usage.csv", *decider, status=1)
    assert "demande le rôle : instructeur" in said.stderr
    assert json.loads(run("qualify", "atlas.xml", "--json").stdout)["evidence"] == {}


def test_a_table_without_fault_ends_well(run, tmp_path):
    (tmp_path / "usage.csv").write_text("".join(SHEET.splitlines(keepends=True)[:3]))
    said = run("qualifications", "import-evidence", "usage.csv", *ALICE)
    assert said.stdout == "2 éléments ajoutés\n"
