"""A CSV of evidence, brought into a real database: as it comes from an ENT, an académie, a publisher."""

from __future__ import annotations

import pytest

from indexer.evidence import bring
from indexer.harvest import harvest
from indexer.journal import Wanted
from indexer.store import SqlStore
from metadata.case import Act, Action
from metadata.evidenceitem import Strand
from metadata.evidencejournal import gathered, marker_of
from metadata.qualification import Refused

from .fakes import NOW, ListSource, info, notice
from .test_evidence_journal import ANNE
from .test_qualification import BASILE

HEADER = "ressource;volet;reference;origine;independant;date;debut;effectif;etablissements\n"
ROW = "{};usage;https://ent.example/x;ENT d’Exemple;oui;28/02/2026;01/09/2025;{};40\n"


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    commun = notice("a", "Fractions")
    harvest(ListSource([commun], key="forge"), info("forge", publish="all"), store, now=NOW)
    vendor = notice("b", "Volcans", names=[("ark", "ark:/12345/volcans")])
    harvest(ListSource([vendor]), info(publish="qualified", origin="editeur"), store, now=NOW)
    yield store
    store.close()


def brings(store, text, by=ANNE):
    return bring(store, (HEADER + text).encode(), by, NOW)


def items(store, identifier):
    case = store.qualifications.case(store.find(identifier).slug)
    return [*gathered(case).items.values()]


@pytest.mark.parametrize("published", ["a", "b"])
@pytest.mark.parametrize(
    "named", ["{slug}", "https://x.example/ressources/{slug}", "{hash}", "{identifier}"]
)
def test_evidence_is_recorded_for_communs_and_vendors_however_they_are_named(
    store, published, named
):
    entry = store.find(published)
    name = named.format(slug=entry.slug, hash=entry.slug[-16:], identifier=entry.identifier)
    assert brings(store, ROW.format(name, 600)).added == 1
    [item] = items(store, published)
    assert (item.strand, item.size, item.origin) == (Strand.USAGE, 600, "ENT d’Exemple")
    assert store.get(entry.slug).state is entry.state


@pytest.mark.parametrize("ark", ["ark:/12345/volcans", "ark:12345/volcans"])
def test_a_resource_is_found_by_its_ark(store, ark):
    assert brings(store, ROW.format(ark, 600)).added == 1
    assert len(items(store, "b")) == 1


def test_the_same_file_twice_adds_nothing(store):
    text = ROW.format("a", 600) + ROW.format("a", 700) + ROW.format("b", 600)
    first, second = brings(store, text), brings(store, text)
    assert (first.added, first.known) == (3, 0)
    assert (second.added, second.known, second.findings) == (0, 3, ())
    assert store.qualifications.journal_size(Wanted()) == 3


def test_what_cannot_be_placed_is_told_with_its_line_and_the_rest_is_kept(store):
    text = ROW.format("inconnue", 600) + ROW.format("a", "x") + ROW.format("a", 600)
    brought = brings(store, text)
    assert brought.added == 1
    found = [(each.rule, each.line, each.column) for each in brought.findings]
    assert found == [("preuve-refusee", 2, None), ("preuve-valeur-invalide", 3, 8)]
    assert all(each.remedy for each in brought.findings)


def test_somebody_with_an_interest_brings_nothing_of_that_resource(store):
    slug = store.find("b").slug
    store.qualifications.act(slug, Action(act=Act.DECLARE_INTEREST), ANNE, NOW)
    brought = brings(store, ROW.format("b", 600) + ROW.format("a", 600))
    assert brought.added == 1
    assert "intérêt" in brought.findings[0].message


def test_who_may_not_examine_brings_nothing(store):
    with pytest.raises(Refused):
        brings(store, ROW.format("a", 600), by=BASILE)
    assert store.qualifications.journal_size(Wanted()) == 0


def test_the_marker_follows_the_journal(store):
    brings(store, ROW.format("a", 600))
    case = store.qualifications.case(store.find("a").slug)
    assert [each.level for each in marker_of(case, NOW, "").marks] == [0, 2, 0]
