"""The folders may only look down: this test is the architecture."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "metadata": set(),
    "indexer": {"metadata"},
    "forge_bridge": {"metadata"},
    "catalogue_site": {"metadata", "indexer"},
    "sample": set(),
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_it_may(folder):
    ours = {*MAY_IMPORT, "cli"}
    for path in (ROOT / folder).rglob("*.py"):
        assert imported(path) & ours <= MAY_IMPORT[folder] | {folder}, path


COMMANDS = (
    "doctor",
    "entry",
    "feed",
    "file",
    "forge",
    "opinion",
    "qualify",
    "queue",
    "run",
    "theme",
    "worker",
)
SITE = (
    "acts",
    "api",
    "apiproblem",
    "application",
    "auth",
    "badges",
    "browse",
    "chosen",
    "commun",
    "curatingpairs",
    "curatingpreview",
    "curatingsources",
    "curatingvalues",
    "curation",
    "decision",
    "delaypages",
    "discovery",
    "dossier",
    "editor",
    "embed",
    "entrance",
    "evidencepages",
    "examination",
    "faults",
    "feed",
    "followup",
    "formpages",
    "help",
    "journalpages",
    "oai",
    "oaidescription",
    "opendata",
    "pages",
    "queue",
    "resource",
    "search",
    "selection",
    "site",
    "sources",
    "statistics",
    "unanswered",
    "vendorpages",
    "vocabularies",
)
ONLY_IN = {
    "whoosh": {"indexer/whoosh_engine.py", "indexer/whoosh_files.py"},
    "sqlalchemy": {
        "indexer/changes.py",
        "indexer/curating.py",
        "indexer/drops.py",
        "indexer/duplicates.py",
        "indexer/exposed.py",
        "indexer/families.py",
        "indexer/figures.py",
        "indexer/journal.py",
        "indexer/keeping.py",
        "indexer/links.py",
        "indexer/mappings.py",
        "indexer/pairs.py",
        "indexer/projects.py",
        "indexer/qualifications.py",
        "indexer/waiting.py",
        "indexer/readmes.py",
        "indexer/runs.py",
        "indexer/schema.py",
        "indexer/store.py",
    },
    "alembic": {"indexer/schema.py"},
    "requests": {
        "catalogue_site/openid.py",
        "forge_bridge/connection.py",
        "indexer/fetch.py",
    },
    "authlib": {"catalogue_site/openid.py"},
    "joserfc": {"catalogue_site/openid.py"},
    "gitlab": {"forge_bridge/connection.py"},
    "click": {
        "acting.py",
        "chosen.py",
        "cli.py",
        "installation.py",
        *(f"{name}commands.py" for name in COMMANDS),
    },
    "flask": {
        "cli.py",
        "forge_bridge/webhook.py",
        "installation.py",
        *(f"catalogue_site/{name}.py" for name in SITE),
    },
    "markdown_it": {"indexer/readme.py"},
    "nh3": {"indexer/readme.py"},
    "waitress": {"runcommands.py"},
    "ruamel": {
        "metadata/keys/writer.py",
        "metadata/strangers/safeyaml.py",
        "metadata/strangers/yamlfaults.py",
    },
}


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_only_where_it_must(library):
    ours = [
        *ROOT.glob("*.py"),
        *(path for folder in MAY_IMPORT for path in (ROOT / folder).rglob("*.py")),
    ]
    migrations = ROOT / "indexer" / "migrations"
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ours
        if library in imported(path) and migrations not in path.parents
    }
    assert found == ONLY_IN[library]


def test_nothing_asks_whoosh_for_a_refreshed_reader():
    for path in (ROOT / "indexer").rglob("*.py"):
        calls = [
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
        ]
        for call in calls:
            assert getattr(call.func, "attr", "") != "refresh", f"{path}:{call.lineno}"
            assert "reuse" not in {keyword.arg for keyword in call.keywords}, (
                f"{path}:{call.lineno}"
            )
