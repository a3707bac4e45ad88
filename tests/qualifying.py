"""A catalogue that two people qualify from the command line: as it is at each moment of that story."""

import os
import shutil
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

import chosen
import cli
import doctorcommands
import opinioncommands
import qualifycommands
import queuecommands
import runcommands
import workercommands
from metadata.criteria import criteria
from tests.notices import lom

CONFIGURATION = """
base_url = "https://catalogue.example"

[[source]]
key = "vendeur"
title = "Éditions Exemple"
kind = "files"
url = "vendeur"
origin = "editeur"

[[source]]
key = "ouverte"
kind = "files"
url = "ouverte"
"""

#: The file of each notice: its title and where it opens. The last one anybody may see.
NOTICES = {
    "vendeur/atlas.xml": ("Atlas en relief", "https://atlas.example/"),
    "vendeur/dictee.xml": ("Dictées du matin", "https://dictee.example/"),
    "ouverte/libre.xml": ("Un conte libre", "https://libre.example/"),
}

ALICE = ("--by", "alice", "--role", "instructeur")
BERTRAND = ("--by", "bertrand", "--role", "decideur")
CHLOE = ("--by", "chloe", "--role", "administrateur")

DECIDED = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAVORABLE = [f"--verdict={each.key}=favorable" for each in criteria().criteria if each.required]

#: What is done to come to each moment from the one before.
STAGES = {
    "harvested": [("harvest",)],
    "taken": [("qualify", "atlas.xml", "instruire", *ALICE)],
    "proposed": [
        ("qualify", "atlas.xml", "evaluer", *FAVORABLE, *ALICE),
        ("qualify", "atlas.xml", "proposer", "--outcome", "qualifiee", *ALICE),
    ],
    "qualified": [("qualify", "atlas.xml", "qualifier", *BERTRAND)],
}

TELLING_TIME = (
    chosen,
    doctorcommands,
    opinioncommands,
    qualifycommands,
    queuecommands,
    runcommands,
    workercommands,
)


class Clock:
    """What time the commands believe it is."""

    def __init__(self, patch):
        self.now = DECIDED
        for module in TELLING_TIME:
            patch.setattr(module, "now", self)

    def __call__(self):
        return self.now


def run(*arguments, status=0):
    """What a command says."""
    result = CliRunner().invoke(cli.main, [*arguments])
    assert result.exit_code == status, result.output
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


def enter(folder, patch):
    """Go there, as somebody whose environment says nothing of Balise."""
    patch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("BALISE_")]:
        patch.delenv(name)


@pytest.fixture(scope="session")
def stages(tmp_path_factory):
    """A folder with a copy of the catalogue at each moment."""
    folder = tmp_path_factory.mktemp("qualifier")
    present = folder / "present"
    for name, (title, address) in NOTICES.items():
        (present / name).parent.mkdir(parents=True, exist_ok=True)
        (present / name).write_text(lom(title, location=address), encoding="utf-8")
    (present / "balise.toml").write_text(CONFIGURATION, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        enter(present, patch)
        Clock(patch)
        for name, commands in STAGES.items():
            for command in commands:
                run(*command)
            shutil.copytree(present, folder / name)
    return folder


def begin(stages, name, folder, patch):
    """Be in a copy of the catalogue as it was then, the clock as the test sets it; give `run`."""
    shutil.copytree(stages / name, folder, dirs_exist_ok=True)
    enter(folder, patch)
    return run


def plain(said):
    """A text with ordinary spaces only."""
    return said.replace("\u00a0", " ").replace("\u202f", " ")
