"""The CI component, run by gitlab-ci-local as GitLab would, in a project that includes it."""

import json
import subprocess

import pytest

from tests.built import ROOT

pytestmark = pytest.mark.slow

COMPONENT = ROOT / "forge_bridge" / "templates" / "validation-commun.yml"
RUNNER = ROOT / ".venv" / "pipeline" / "node_modules" / ".bin" / "gitlab-ci-local"
GOOD = "titre: Fractions\ndescription: Des exercices sur les fractions, corrigés à la volée.\n"
BAD = "titre: Fractions\nniveaux: [CM1, terminale S]\n"


class Pipelines:
    """A project of a teacher, and its pipelines."""

    def __init__(self, folder, wheel, inputs=""):
        self.folder = folder
        (folder / "templates").mkdir()
        (folder / "templates" / COMPONENT.name).write_bytes(COMPONENT.read_bytes())
        (folder / ".gitlab-ci.yml").write_text(
            f"include:\n  - local: templates/{COMPONENT.name}\n    inputs:\n      paquet: {wheel}\n"
            + inputs
        )
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("remote", "add", "origin", "https://forge.example/college/fractions.git")
        self.commit()
        self.git("update-ref", "refs/remotes/origin/main", "main")
        self.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")

    def git(self, *arguments):
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@forge.example"]
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True)

    def commit(self, **files):
        for name, text in files.items():
            (self.folder / f"{name}.yml").write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Un changement")

    def run(self, *arguments):
        command = [RUNNER, "--force-shell-executor", "--shell-isolation", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    def jobs(self, **variables):
        """The jobs that a pipeline would hold."""
        given = [f"--variable={key}={value}" for key, value in variables.items()]
        listed = self.run("--list-csv", *given).stdout.partition("name;")[2]
        return [row.partition(";")[0] for row in listed.splitlines()[1:]]

    def report(self, job):
        builds = self.folder / ".gitlab-ci-local" / "builds"
        return json.loads((builds / job / "gl-code-quality-report.json").read_bytes())


@pytest.fixture
def pipelines(tmp_path, wheel):
    return Pipelines(tmp_path, wheel)


def test_a_project_with_a_good_notice_passes(pipelines):
    pipelines.commit(commun=GOOD)
    done = pipelines.run()
    assert done.returncode == 0, done.stdout + done.stderr
    rules = {issue["check_name"] for issue in pipelines.report("verifier-commun")}
    assert "commun-niveaux-absents" in rules  # remarks are told, and stop nothing


def test_a_project_whose_notice_has_errors_fails_and_is_told_where_and_what_to_do(pipelines):
    pipelines.commit(commun=BAD)
    done = pipelines.run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "commun-description-absente" in done.stdout
    issues = {issue["check_name"]: issue for issue in pipelines.report("verifier-commun")}
    replaced = issues["commun-valeur-remplacee"]
    assert replaced["location"] == {"path": "commun.yml", "lines": {"begin": 2}}
    assert "terminale générale" in replaced["description"]
    assert issues["commun-description-absente"]["severity"] == "major"
    assert len({issue["fingerprint"] for issue in issues.values()}) == len(issues)


def test_a_notice_that_cannot_be_read_fails_with_its_line(tmp_path, wheel):
    inputs = "      fichier: notice.yml\n      tache: notice\n"
    pipelines = Pipelines(tmp_path, wheel, inputs)
    pipelines.commit(notice="titre: Fractions\ndescription: [a\n")
    assert pipelines.run().returncode == 1
    (issue,) = pipelines.report("notice")
    assert issue["location"] == {"path": "notice.yml", "lines": {"begin": 2}}


def test_the_notice_is_checked_where_it_changes_and_on_the_default_branch(pipelines):
    assert pipelines.jobs() == []  # no notice yet
    pipelines.commit(commun=GOOD)
    assert pipelines.jobs() == ["verifier-commun"]
    pipelines.git("update-ref", "refs/remotes/origin/main", "main")
    pipelines.git("checkout", "--quiet", "-b", "autre")
    pipelines.commit(autre="a: b")
    assert pipelines.jobs() == []
    assert pipelines.jobs(CI_PIPELINE_SOURCE="merge_request_event") == []
    pipelines.commit(commun=BAD)
    assert pipelines.jobs() == ["verifier-commun"]


def test_a_change_with_a_merge_request_is_checked_once(pipelines):
    pipelines.git("checkout", "--quiet", "-b", "autre")
    pipelines.commit(commun=GOOD)
    of_the_branch = {"CI_PIPELINE_SOURCE": "push", "CI_OPEN_MERGE_REQUESTS": "college/fractions!1"}
    assert pipelines.jobs(**of_the_branch) == []
    assert pipelines.jobs(CI_PIPELINE_SOURCE="merge_request_event") == ["verifier-commun"]
