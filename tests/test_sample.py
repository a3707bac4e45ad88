"""The bundled sample: what a newcomer sees first, and what is bad in it on purpose."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import metadata
import sample
from indexer import decisions, facets
from indexer.entry import State
from indexer.files import records_at
from indexer.harvest import harvest
from indexer.store import SqlStore
from installation import Balises
from metadata import Severity
from metadata.checks import check
from settings import load

from .fakes import CURATOR, NOW

FOLDER = sample.CONFIGURATION.parent
ROOT = FOLDER.parent

REFUSED = {
    ("tilleul-mordore", "oai:tilleul-mordore.example:atlas-sonore"),
    ("brumeval", "ligne 42"),
    ("brumeval", "ligne 43"),
    ("cabestan-lune", "paquet-incomplet.zip"),
    ("cabestan-lune", "tables-d-addition.xml"),
}
#: What is wrong on purpose in records that can be read, by identifier.
FAULTS = {
    "atlas-des-capitales/commun.yml": {
        "commun-cle-inconnue",
        "commun-valeur-inconnue",
        "commun-valeur-invalide",
    },
    "BRV-018": {"row-colonne-inconnue"},
    "debat-de-cite.xml": {"lom-taxon-libelle"},
    "dialogues-improbables.xml": {"lom-taxon-ambigu"},
    "nuit-des-etoiles.xml": {"lom-taxon-inconnu"},
    "pliages-geometriques.xml": {"lom-duree", "lom-valeur-depreciee"},
    "problemes-du-lundi.xml": {"lom-espace-de-noms"},
}
#: Generations that say the same thing in every notice.
OLD = {"lom-valeur-depreciee", "lom-espace-de-noms", "manifest-suivi-non-dit"}

STAGES = {f"cycle-{number}" for number in range(1, 5)}
WAYS = {"lycee-general", "lycee-technologique", "lycee-professionnel"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The sample harvested as `balise demo` does."""
    store = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('sample')}/balise.sqlite")
    settings = load(sample.CONFIGURATION)
    for given in settings.source:
        report = harvest(Balises(settings).source(given), given.info(), store, now=NOW)
        assert not report.error
    brought = decisions.bring(store, sample.decisions(NOW), CURATOR, NOW)
    assert not brought.findings
    yield store
    store.close()


@pytest.fixture(scope="module")
def entries(store):
    return [*store.read(store.slugs())]


@pytest.fixture(scope="module")
def said(entries):
    """Who says what: the slugs by value, by facet."""
    found = defaultdict(lambda: defaultdict(set))
    for entry in entries:
        for key, values in facets.values_of(entry).items():
            for value in values:
                found[key][value].add(entry.slug)
    return found


def test_everything_is_published_but_what_cannot_be_read(store, entries):
    assert len(entries) >= 120
    withheld = [*store.read(store.slugs(State.WITHHELD))]
    assert {entry.standing.state.label for entry in withheld} == {"à instruire", "refusée"}
    assert len(withheld) == 3
    refused = [reject for source in store.sources() for reject in store.rejects(source.info.key)]
    assert {(reject.source, reject.identifier) for reject in refused} == REFUSED
    assert all(reject.error.count(" ") > 5 for reject in refused)


def test_each_of_the_four_sources_is_there(entries):
    counts = defaultdict(int)
    for entry in entries:
        counts[entry.source, entry.origin] += 1
    assert {origin for _, origin in counts} == {"editeur", "public", "commun"}
    assert len(counts) == 4
    assert min(counts.values()) >= 12


def test_all_cycles_ways_and_many_disciplines_are_taught(said):
    assert said["cycle"].keys() >= STAGES | WAYS
    assert len(said["discipline"]) >= 25
    assert {"segpa", "ulis", "cap-1", "1re-stmg", "terminale-st2s"} <= said["niveau"].keys()


def test_every_facet_is_said_by_somebody(said):
    assert said.keys() == facets.FACETS.keys()


def test_the_search_of_the_demo_has_much_to_find(entries, said):
    about = {entry.slug: entry for entry in entries if "fraction" in entry.title.casefold()}
    assert len(about) >= 8
    assert {entry.source for entry in about.values()} == {entry.source for entry in entries}
    for level in ("cm1", "cm2", "6e", "5e"):
        assert said["niveau"][level] & about.keys(), level


def test_families_and_the_same_resource_twice_are_shown(store, entries):
    families = defaultdict(set)
    for entry in entries:
        if entry.family:
            families[entry.family].add(entry.slug)
    assert sorted(map(len, families.values())) == [4, 4, 5]
    assert {group.kind for group in store.duplicates()} == {"location"}
    assert len(store.duplicates()) == 2


def test_a_withdrawn_record_of_the_repository_is_told():
    gone = [raw.identifier for raw in records_at(str(FOLDER / "tilleul")) if raw.deleted]
    assert gone == ["oai:tilleul-mordore.example:ecoute-la-foret"]


def test_the_notices_of_the_repository_are_valid():
    for raw in records_at(str(FOLDER / "tilleul")):
        if raw.payload:
            findings = check(metadata.parse(raw), "gar", raw.payload)
            breaches = [each for each in findings if each.rule == "gar-01"]
            assert {each.severity for each in breaches} == {Severity.INFO}, raw.identifier


def test_what_is_bad_on_purpose_is_said_and_nothing_else_is_bad(entries):
    for entry in entries:
        rules = {finding.rule for finding in entry.findings}
        wanted = FAULTS.get(entry.identifier, set())
        assert wanted <= rules, entry.identifier
        assert rules - wanted <= OLD, entry.identifier


def test_the_vcards_with_private_data_are_read_without_it(entries):
    payload = (FOLDER / "cabestan/herbier-de-trottoir.xml").read_text("utf-8")
    assert "EMAIL" in payload
    assert "TEL" in payload
    everything = "\n".join(metadata.dump(entry.record, "json").decode() for entry in entries)
    assert "Odette Brindefoin" in everything
    assert not re.search(r"[\w.]@[\w.]", everything)
    assert not re.search(r"\b0\d([ .]?\d\d){4}\b", everything)


def test_every_address_of_a_resource_is_an_invented_one(entries):
    for entry in entries:
        record = entry.record
        doors = [door.location for door in record.technical.extended_locations]
        statement = [record.balise.accessibility_statement]
        for address in filter(None, (*record.technical.locations, *doors, *statement)):
            assert (urlsplit(address).hostname or "").endswith(".example"), address


def test_every_resource_has_a_title_of_its_own_and_says_what_it_is(entries):
    titles = [entry.title for entry in entries if entry.identifier != "BRV-005"]  # the commun again
    assert len({*titles}) == len(titles)
    for entry in entries:
        assert entry.record.general.descriptions, entry.title
        text = entry.record.general.descriptions[0][0].value
        assert len(text) > 60, entry.title


def test_every_commun_is_well_described_but_the_one_that_is_bad_on_purpose():
    projects = [path for path in (FOLDER / "communs").iterdir() if path.is_dir()]
    assert len(projects) >= 12
    for project in projects:
        assert (project / "README.md").read_text("utf-8").startswith("# ")
    for raw in records_at(str(FOLDER / "communs")):
        reading = metadata.parse(raw)
        serious = {
            each.rule for each in check(reading, "commun") if each.severity is Severity.ERROR
        }
        assert not serious, raw.identifier


def test_one_commun_holds_several_resources(entries):
    parts = [entry for entry in entries if entry.identifier.startswith("python-pas-a-pas/")]
    assert [entry.part for entry in sorted(parts, key=lambda each: each.part)] == ["1", "2", "3"]


def test_the_generated_files_are_those_that_the_task_writes(tmp_path):
    task = ROOT / "tasks" / "make_sample.py"
    subprocess.run([sys.executable, str(task), str(tmp_path)], check=True, timeout=60)
    for feed in ("tilleul", "brumeval", "cabestan"):
        assert contents(tmp_path / feed) == contents(FOLDER / feed), "python tasks/make_sample.py"


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_sample_is_small():
    files = (path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert sum(path.stat().st_size for path in files) < 1_000_000
