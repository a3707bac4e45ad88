"""What somebody gets who installs the package to check notices, and nothing else."""

import json
import re
import subprocess
import sys

import pytest

from tests.built import ROOT, pip

pytestmark = pytest.mark.slow

GOOD = "titre: Fractions en boîte\ndescription: Des exercices sur les fractions, corrigés à la volée.\n"


@pytest.fixture(scope="session")
def balise(wheel, tmp_path_factory):
    """The command of an installation without any extra."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    locked = re.findall(r"^\S+==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    (folder / "constraints.txt").write_text("\n".join(locked))
    pip("--python", folder, "install", "-c", folder / "constraints.txt", wheel)
    return folder / "bin" / "balise"


def run(balise, folder, *arguments):
    command = [balise, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_only_what_reading_needs_is_installed(balise):
    found = balise.parent.parent.glob("lib/*/site-packages/*.dist-info")
    names = {folder.name.partition("-")[0].lower() for folder in found}
    assert names == {"balise", "click", "lxml", "rapidfuzz", "ruamel_yaml"}


def test_a_good_notice_is_validated(balise, tmp_path):
    (tmp_path / "commun.yml").write_text(GOOD)
    asked = run(balise, tmp_path, "validate", "commun.yml")
    assert asked.returncode == 0, asked.stderr
    assert "commun-niveaux-absents" in asked.stdout


def test_the_faults_of_a_notice_are_told(balise, tmp_path):
    (tmp_path / "commun.yml").write_text("titre: Fractions\nniveau: CM3\n")
    asked = run(balise, tmp_path, "validate", "--format", "json", "commun.yml")
    assert asked.returncode == 1, asked.stderr
    said = {(finding["rule"], finding["line"]) for finding in json.loads(asked.stdout)}
    assert {("commun-description-absente", None), ("commun-valeur-inconnue", 2)} <= said


def test_a_notice_is_converted_and_the_schema_written(balise, tmp_path):
    (tmp_path / "commun.yml").write_text(GOOD)
    for arguments in (["convert", "commun.yml", "--to", "lomfr"], ["schema"]):
        asked = run(balise, tmp_path, *arguments)
        assert asked.returncode == 0, asked.stderr
        assert asked.stdout


def test_other_commands_say_what_to_install(balise, tmp_path):
    for arguments in (["search", "fractions", "--limit", "3"], ["harvest", "--help"], ["serve"]):
        asked = run(balise, tmp_path, *arguments)
        assert asked.returncode == 2
        assert f"Pour «\u00a0{arguments[0]}\u00a0», installez balise[site]" in asked.stderr
        assert "Traceback" not in asked.stderr
    listed = run(balise, tmp_path, "--help").stdout
    assert "validate" in listed
    assert "harvest" not in listed
