"""What the store keeps, on real database files."""

import csv
import itertools
import multiprocessing
import sqlite3
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st

import metadata
from indexer import schema
from indexer.entry import Change, Duplicates, Family, State, hash_of, slug_of
from indexer.errors import RecordNotFound, StoreError
from indexer.harvest import harvest
from indexer.store import SqlStore
from metadata.record import (
    Classification,
    Contribution,
    Educational,
    Entity,
    LifeCycle,
    RawRecord,
    Taxon,
    TaxonPath,
    Term,
    Text,
)

from .corpus import shared
from .fakes import CURATOR, DAY, NOW, ListSource, info, notice, unreadable, withdrawn

CONCEPT = "http://data.education.fr/voc/scolomfr/concept/"
PUBLISHER = f"{CONCEPT}publisher"


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    yield store
    store.close()


def fill(store, *records, now=NOW, key="essai", **said):
    """Harvest these, and nothing else, from a source."""
    return harvest(ListSource(records, key=key), info(key, **said), store, now=now)


def caught_up(store):
    """The slugs that the index had to look at again, struck off."""
    changes = store.changes(1000)
    store.settle(changes)
    return {change.slug for change in changes}


def by_identifier(store, identifier):
    return store.find(identifier)


# Entries


def test_an_entry_holds_the_record_and_what_is_known_of_its_keeping(store):
    fill(
        store,
        notice("oai:exemple:1", "Fractions en boîte"),
        title="Éditions Exemple",
        origin="editeur",
        licence="etalab-2.0",
    )
    entry = by_identifier(store, "oai:exemple:1")
    assert entry.slug == f"fractions-en-boite-{hash_of('essai', 'oai:exemple:1')}"
    assert entry.title == "Fractions en boîte"
    assert (entry.source, entry.source_title) == ("essai", "Éditions Exemple")
    assert (entry.origin, entry.licence) == ("editeur", "etalab-2.0")
    assert (entry.format, entry.part, entry.state) == ("json", "", State.PUBLISHED)
    assert entry.first_seen == entry.last_changed == entry.last_seen == NOW
    assert (entry.gone_since, entry.reason, entry.family) == (None, "", "")


def test_the_bytes_come_back_as_they_were_published(store):
    raw = notice("1", "L’œuvre")
    fill(store, raw)
    assert store.payload(by_identifier(store, "1").slug) == raw


def test_entries_are_read_in_the_order_asked_and_in_the_state_asked(store):
    fill(store, *(notice(str(n)) for n in range(250)))
    slugs = sorted(store.slugs(), reverse=True)
    assert [entry.slug for entry in store.read(slugs)] == slugs
    assert [entry.slug for entry in store.read(["inconnu", slugs[0]])] == slugs[:1]
    store.takedown(slugs[0], "Demande de l’éditeur.", NOW)
    assert [entry.slug for entry in store.read(slugs, State.TAKEN_DOWN)] == slugs[:1]
    assert store.slugs() == sorted(slugs[1:])


def test_an_address_outlives_the_title_it_was_made_from(store):
    fill(store, notice("1", "Ancien titre"))
    first = by_identifier(store, "1").slug
    fill(store, notice("1", "Nouveau titre"))
    entry = store.get(first)
    assert (entry.slug, entry.title) == (first, "Nouveau titre")


@pytest.mark.parametrize("address", ["{slug}", "{hash}", "un-autre-titre-{hash}"])
def test_an_entry_is_found_by_its_address_whatever_the_words_in_it(store, address):
    fill(store, notice("1", "Fractions"))
    slug = by_identifier(store, "1").slug
    assert store.get(address.format(slug=slug, hash=slug[-16:])).slug == slug


def test_an_unknown_address_is_told_from_a_shared_name(store):
    fill(store, notice("1"), key="a")
    fill(store, notice("1"), key="b")
    with pytest.raises(RecordNotFound, match="Aucune entrée"):
        store.get("1")
    with pytest.raises(RecordNotFound, match="Plusieurs entrées") as error:
        store.find("1")
    assert all(slug in str(error.value) for slug in store.slugs())


IDENTIFIERS = st.text(max_size=40) | st.sampled_from(
    ["../../etc/passwd", "con", "a/b\\c", "ark:/99999/ABC", "ark:/99999/abc", "", " ", ".", "\0"]
)


@given(st.sets(IDENTIFIERS, min_size=2, max_size=30), st.text(max_size=90))
def test_no_identifier_escapes_or_collides(identifiers, title):
    slugs = {slug_of("source", identifier, title) for identifier in identifiers}
    assert len({slug.casefold() for slug in slugs}) == len(identifiers)
    for slug in slugs:
        assert slug.isascii()
        assert slug == slug.lower()
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert 16 < len(slug) <= 60 + 1 + 16
        assert not slug.startswith("-")


def test_hostile_identifiers_of_the_corpus_are_entries_like_others(store):
    with shared("attacks/hostile_ids.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    report = fill(store, *(notice(name, title) for name, title in rows))
    assert report.counts["new"] == len({name for name, _ in rows})
    for name, title in rows:
        entry = store.find(name)
        assert (entry.identifier, store.get(entry.slug).title) == (name, title)


def test_a_name_no_database_takes_is_kept_as_escapes(store):
    fill(store, notice("a\udce9b", "Octet perdu"), notice("a\0b", "Octet nul"))
    assert by_identifier(store, "a\\udce9b").title == "Octet perdu"
    assert by_identifier(store, "a\0b").title == "Octet nul"


def test_a_title_of_another_alphabet_still_makes_an_address(store):
    fill(store, notice("1", "数学"))
    assert by_identifier(store, "1").slug == f"ressource-{hash_of('essai', '1')}"


# What the index has to catch up with


def test_the_index_is_told_what_changed_and_only_that(store):
    fill(store, notice("1"), notice("2"))
    assert caught_up(store) == set(store.slugs())
    fill(store, notice("1"), notice("2", "Autre titre"))
    assert caught_up(store) == {by_identifier(store, "2").slug}


def test_a_change_made_meanwhile_is_not_struck_off(store):
    fill(store, notice("1"))
    taken = store.changes(10)
    store.settle(taken)
    fill(store, notice("1", "Entre-temps"))
    store.settle(taken)
    (pending,) = store.changes(10)
    assert pending.slug == taken[0].slug
    assert pending.revision > taken[0].revision
    store.settle([Change(pending.slug, pending.revision)])
    assert store.changes(10) == []


def test_a_vendor_entry_not_qualified_is_no_business_of_the_index(store):
    fill(store, notice("1"), publish="qualified")
    fill(store, notice("1", "Nouveau titre"), publish="qualified")
    assert store.changes(10) == []
    assert by_identifier(store, "1").state is State.WITHHELD


def test_every_entry_can_be_marked_for_the_index(store):
    fill(store, notice("1"), notice("2"))
    caught_up(store)
    assert store.mark_all_changed() == 2
    assert caught_up(store) == set(store.slugs())


# What the operator decides


def test_an_entry_taken_down_leaves_at_once_and_no_harvest_brings_it_back(store):
    fill(store, notice("1"))
    caught_up(store)
    slug = by_identifier(store, "1").slug
    store.takedown(slug, "Demande de l’ayant droit.", NOW + DAY)
    assert caught_up(store) == {slug}
    fill(store, notice("1", "Nouvelle version"), now=NOW + 2 * DAY)
    entry = store.get(slug)
    assert (entry.state, entry.reason) == (State.TAKEN_DOWN, "Demande de l’ayant droit.")
    assert entry.gone_since == NOW + DAY
    assert store.changes(10) == []
    store.restore(slug)
    entry = store.get(slug)
    assert (entry.state, entry.reason, entry.gone_since) == (State.PUBLISHED, "", None)
    assert entry.title == "Nouvelle version"
    assert caught_up(store) == {slug}


def test_a_withdrawal_by_the_source_does_not_undo_a_takedown(store):
    fill(store, notice("1"), notice("2"))
    slug = by_identifier(store, "1").slug
    store.takedown(slug, "Demande.", NOW)
    fill(store, withdrawn("1"), notice("2"))
    assert store.get(slug).state is State.TAKEN_DOWN


def test_only_a_takedown_can_be_undone(store):
    fill(store, notice("1"))
    with pytest.raises(StoreError, match="n’a pas été retirée"):
        store.restore(by_identifier(store, "1").slug)
    with pytest.raises(RecordNotFound):
        store.takedown("inconnue", "Demande.", NOW)


def taught(title, **said):
    return {"title": title, "educational": (Educational(**said),)}


def test_a_mapping_holds_for_every_entry_past_and_to_come(store):
    odd = Term("", "Fiche  prof", "LOMFRv1.0")
    said = taught("Fiche", learning_resource_types=(odd,))
    fill(store, notice("1", **said), notice("2", **said), notice("3"))
    caught_up(store)
    (value,) = store.unmapped()
    assert (value.element, value.vocabulary, value.value) == ("5.2", "010", "Fiche  prof")
    assert (value.source, value.count) == ("essai", 2)
    uri = f"{CONCEPT}lecture"
    assert store.curating.map_value("fiche prof", uri, CURATOR, NOW) == 2
    assert caught_up(store) == {by_identifier(store, name).slug for name in "12"}
    fill(store, notice("1", **said), notice("2", **said), notice("3", **said))
    for name in "123":
        (term,) = by_identifier(store, name).record.educational[0].learning_resource_types
        assert term == odd._replace(uri=uri)
    assert store.unmapped() == []


def test_a_mapping_holds_only_where_its_vocabulary_is_expected(store):
    said = taught("Cours", contexts=(Term("", "divers"),), tools=(Term("", "divers"),))
    fill(store, notice("1", **said))
    store.curating.map_value("divers", f"{CONCEPT}lecture", CURATOR, NOW)
    educational = by_identifier(store, "1").record.educational[0]
    assert (educational.contexts[0].uri, educational.tools[0].uri) == ("", "")
    assert len(store.unmapped()) == 2


def test_a_later_decision_replaces_an_earlier_one(store):
    fill(store, notice("1", **taught("x", learning_resource_types=(Term("", "fiche"),))))
    for local in ("lecture", "exercise"):
        store.curating.map_value("fiche", CONCEPT + local, CURATOR, NOW)
    (term,) = by_identifier(store, "1").record.educational[0].learning_resource_types
    assert term.uri == f"{CONCEPT}exercise"


def test_a_mapping_names_a_concept_that_exists(store):
    with pytest.raises(StoreError, match="n’a de concept"):
        store.curating.map_value("fiche", "http://exemple.fr/rien", CURATOR, NOW)


def classified(purpose, source, *taxa):
    path = TaxonPath(source=(Text(source),), taxa=tuple(Taxon(i, (Text(e),)) for i, e in taxa))
    return {"classifications": (Classification(purpose=Term(purpose), taxon_paths=(path,)),)}


TAUGHT = f"{CONCEPT}scolomfr-voc-028-num-003"


@pytest.mark.parametrize(
    ("said", "values"),
    [
        (classified(TAUGHT, "Plan maison", ("500", "Sciences"), ("510", "Maths")), ["Maths"]),
        (classified(TAUGHT, "scolomfr-voc-015", ("x", "Sciences"), ("y", "Maths")), "both"),
        (classified(f"{CONCEPT}idea", "Plan maison", ("510", "Maths")), []),
        (
            classified(
                TAUGHT, "Plan maison", (f"{CONCEPT}scolomfr-voc-022-num-015", "CM1"), ("x", "y")
            ),
            [],
        ),
    ],
)
def test_a_place_in_a_foreign_scheme_counts_by_its_leaf(store, said, values):
    fill(store, notice("1", **said))
    expected = ["Maths", "Sciences"] if values == "both" else values
    assert sorted(value.value for value in store.unmapped()) == expected
    assert all(value.vocabulary == "015" for value in store.unmapped())


def test_a_mapped_leaf_reads_as_the_concept_it_means(store):
    from metadata.vocabulary import scolomfr

    concept = scolomfr().members("015")[0]
    fill(store, notice("1", **classified(TAUGHT, "Plan maison", ("510", "Maths"))))
    store.curating.map_value("maths", concept.uri, CURATOR, NOW)
    (path,) = by_identifier(store, "1").record.classifications[0].taxon_paths
    assert path.taxa == (Taxon(concept.uri, (Text("Maths"),)),)


# Families


def head_of(store, identifier):
    entry = by_identifier(store, identifier)
    assert store.family(entry.slug).head == (entry.family or entry.slug)
    return store.get(entry.family).identifier if entry.family else ""


WHOLE = {"names": [("ARK", "ark:/12345/tout")]}
PART = {"isPartOf": ["https://exemple.fr/ark:12345/to-ut"]}


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        (WHOLE, PART),
        ({"hasPart": ["partie"]}, {"names": [("interne", "Partie")]}),
        ({"hasPart": ["p"]}, {}),
        (
            {"locations": ["https://www.exemple.fr/cours/"]},
            {"isPartOf": ["http://exemple.fr/cours"]},
        ),
    ],
)
def test_a_whole_and_its_parts_are_one_family(store, whole, part):
    fill(store, notice("t", "Tout", **whole), notice("p", "Partie", **part), notice("a"))
    assert [head_of(store, name) for name in "tpa"] == ["t", "t", ""]
    tout, partie, seule = (by_identifier(store, name).slug for name in "tpa")
    assert store.family(partie) == store.family(tout) == Family(head=tout, members=(partie,))
    assert store.family(seule) == Family(head=seule)


def test_relatives_are_looked_at_again_when_one_comes_or_goes(store):
    fill(store, notice("p", **PART))
    caught_up(store)
    fill(store, notice("p", **PART), notice("t", **WHOLE))
    assert caught_up(store) == {by_identifier(store, name).slug for name in "pt"}
    assert head_of(store, "p") == "t"
    store.takedown(by_identifier(store, "t").slug, "Demande.", NOW)
    assert caught_up(store) == {by_identifier(store, name).slug for name in "pt"}
    assert head_of(store, "p") == ""
    store.restore(by_identifier(store, "t").slug)
    assert head_of(store, "p") == "t"


def test_a_new_part_does_not_trouble_the_others(store):
    fill(store, notice("t", **WHOLE), notice("p", **PART))
    caught_up(store)
    fill(store, notice("t", **WHOLE), notice("p", **PART), notice("q", **PART))
    assert caught_up(store) == {by_identifier(store, "q").slug}


def test_nobody_draws_the_resources_of_another_source_into_a_family(store):
    fill(store, notice("p", names=[("ARK", "ark:/12345/p")]), key="a")
    fill(store, notice("t", hasPart=["ark:/12345/p"]), key="b")
    assert head_of(store, "p") == head_of(store, "t") == ""


def test_a_name_that_several_entries_bear_leads_nowhere(store):
    home = {"locations": ["https://exemple.fr/"]}
    part = notice("p", isPartOf=["https://exemple.fr"])
    fill(store, part, notice("1", **home))
    assert head_of(store, "p") == "1"
    fill(store, part, notice("1", **home), notice("2", **home))
    assert [head_of(store, name) for name in "p12"] == ["", "", ""]


def test_a_circle_of_parts_has_one_head(store):
    ring = [notice(name, isPartOf=[after]) for name, after in ("ab", "bc", "ca", "da")]
    fill(store, *ring)
    heads = {head_of(store, name) for name in "abcd"}
    assert len(heads) == 1
    assert heads < set("abc")


LINKS = st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), max_size=3)
DAYS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abcde"), LINKS, max_size=5), st.sampled_from([1, 9])
    ),
    min_size=1,
    max_size=4,
)
EXAMPLES = itertools.count()


def related(name, links):
    whole = [other for other, is_part in links if is_part]
    return notice(name, isPartOf=whole, hasPart=[other for other, is_part in links if not is_part])


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory):
    store = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('familles')}/b.sqlite")
    yield store
    store.close()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(days=DAYS)
def test_families_depend_on_what_is_published_and_not_on_how_it_came(shared_store, days):
    """Harvest after harvest, with drops confirmed, or the last one alone: the same heads."""
    example = next(EXAMPLES)
    for said, size in days:
        source = ListSource([related(name, links) for name, links in said.items()], size=size)
        for _ in range(3):
            harvest(source, info(f"{example}-pas-a-pas"), shared_store, now=NOW, confirm_drop=True)
    harvest(source, info(f"{example}-d-un-coup"), shared_store, now=NOW)
    families = defaultdict(dict)
    for entry in shared_store.read(shared_store.slugs()):
        head = shared_store.get(entry.family).identifier if entry.family else ""
        families[entry.source][entry.identifier] = head
    assert families[f"{example}-pas-a-pas"] == families[f"{example}-d-un-coup"]


# Duplicates


def by(publisher):
    contribution = Contribution(role=Term(PUBLISHER), entities=(Entity(organisation=publisher),))
    return {"life_cycle": LifeCycle(contributions=(contribution,))}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (
            "ark",
            {"names": [("ARK", "ark:/12345/ab-c")]},
            {"locations": ["https://n2t.net/ark:12345/abc"]},
        ),
        (
            "location",
            {"locations": ["https://www.exemple.fr/cours/"]},
            {"locations": ["http://EXEMPLE.fr:80/cours#haut"]},
        ),
        (
            "isbn",
            {"names": [("ISBN", "2-07-036822-X")]},
            {"names": [("", "urn:isbn:978-2-07-036822-8")]},
        ),
        (
            "isbn",
            {"names": [("", "ISBN-13 : 978-2-07-036822-8")]},
            {"names": [("", "9782070368228")]},
        ),
    ],
)
def test_entries_of_two_sources_with_one_name_are_the_same_resource(store, kind, one, other):
    fill(store, notice("1", "Un titre", **one), key="a")
    fill(store, notice("2", "Un autre", **other), notice("3"), key="b")
    (found,) = store.duplicates()
    assert found.kind == kind
    assert found.certain
    assert found.slugs == tuple(sorted(by_identifier(store, name).slug for name in "12"))


def test_title_and_publisher_only_suggest(store):
    fill(store, notice("1", "L’Œuvre", **by("Éditions A")), key="a")
    fill(
        store,
        notice("2", "l'oeuvre", **by("editions a")),
        notice("3", "L’Œuvre", **by("Éditions B")),
        notice("4", "L’Œuvre"),
        key="b",
    )
    (found,) = store.duplicates()
    assert (found.kind, found.certain) == ("title", False)
    assert found.slugs == tuple(sorted(by_identifier(store, name).slug for name in "12"))


@pytest.mark.parametrize(
    "names",
    [
        [("ISBN", "978-2-07-036822-9")],  # wrong check digit
        [("ISBN", "2-07-036822-1")],
        [("", "2070368228")],  # ten digits that do not say what they are
        [("", "12")],
    ],
)
def test_what_may_be_a_chance_is_no_duplicate(store, names):
    fill(store, notice("1", names=names), key="a")
    fill(store, notice("2", names=names), key="b")
    assert store.duplicates() == []


def test_a_whole_and_its_part_at_one_address_are_no_duplicates(store):
    place = {"locations": ["https://exemple.fr/cours"]}
    fill(store, notice("t", hasPart=["p"], **place), notice("p", **place))
    assert store.duplicates() == []


def test_an_address_that_cannot_be_taken_apart_is_compared_as_it_is(store):
    place = {"locations": ["https://[exemple/"]}
    fill(store, notice("1", **place), notice("2", **place))
    assert [found.value for found in store.duplicates()] == ["https://[exemple/"]
    assert isinstance(store.duplicates()[0], Duplicates)


# Reading everything again


def test_a_better_reader_takes_what_an_older_one_refused(store, monkeypatch):
    later = replace(notice("1", "Lue enfin"), format="futur")
    assert fill(store, later, notice("2")).counts == {"new": 1, "rejected": 1}
    monkeypatch.setitem(metadata.READERS, "futur", metadata.READERS["json"])
    caught_up(store)
    assert [*store.reread(NOW + DAY)][-1] == 2
    assert [*store.rejects("essai")] == []
    assert by_identifier(store, "1").title == "Lue enfin"
    assert caught_up(store) == set(store.slugs())


def test_what_a_newer_reader_refuses_keeps_its_entry_and_title(store, monkeypatch):
    fill(store, replace(notice("1", "Lue naguère"), format="passe"), notice("2"))
    monkeypatch.setitem(metadata.READERS, "passe", metadata.READERS["json"])
    fill(store, replace(notice("1", "Lue naguère"), format="passe"), notice("2"))
    monkeypatch.delitem(metadata.READERS, "passe")
    assert by_identifier(store, "1").title == "Lue naguère"
    assert [*store.reread(NOW + DAY)][-1] == 2
    (reject,) = store.rejects("essai")
    assert (reject.identifier, reject.since) == ("1", NOW + DAY)
    assert by_identifier(store, "1").state is State.PUBLISHED


def test_a_record_without_a_word_is_listed_with_its_reason(store):
    fill(store, unreadable("1"), RawRecord(identifier="2", format="json"), notice("3"))
    reasons = {reject.identifier: reject.error for reject in store.rejects("essai")}
    assert reasons.keys() == {"1", "2"}
    assert "Notice vide" in reasons["2"]
    (status,) = store.sources()
    assert (status.rejects, status.states) == (2, {State.PUBLISHED: 1})


# The database


def test_the_migrations_make_the_tables_that_the_code_knows(store):
    with sa.create_engine(store._engine.url).connect() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True})
        assert compare_metadata(context, schema.META) == []


def test_the_newest_migration_is_the_one_the_code_works_with():
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_a_database_of_a_newer_balise_is_refused(tmp_path):
    SqlStore(f"sqlite:///{tmp_path}/b.sqlite").close()
    with sqlite3.connect(tmp_path / "b.sqlite") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    with pytest.raises(StoreError, match="version plus récente"):
        SqlStore(f"sqlite:///{tmp_path}/b.sqlite")


def test_a_folder_that_is_not_there_yet_is_made(tmp_path):
    SqlStore(f"sqlite:///{tmp_path}/nouveau/var/b.sqlite").close()
    assert (tmp_path / "nouveau" / "var" / "b.sqlite").exists()


def test_a_database_that_cannot_be_opened_says_so(tmp_path):
    (tmp_path / "b.sqlite").write_bytes(b"Ceci n'est pas une base." * 100)
    with pytest.raises(StoreError, match=r"ne répond pas .*abîmé"):
        SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    with pytest.raises(StoreError, match=r"ne répond pas .*le droit d’écrire"):
        SqlStore(f"sqlite:///{tmp_path}/b.sqlite/dessous/b.sqlite")


@pytest.mark.parametrize("url", ["var/b.sqlite", "mysql://u:secret@h/b", "oracle+rien://", ""])
def test_an_address_that_is_none_says_so_without_its_password(url):
    with pytest.raises(StoreError, match="sqlite:///CHEMIN") as caught:
        SqlStore(url)
    assert "secret" not in str(caught.value)


def test_a_check_finds_a_damaged_page(store, tmp_path):
    fill(store, *(notice(str(number)) for number in range(200)))
    store.check()
    store.runs.checkpoint()
    store.close()
    path = tmp_path / "balise.sqlite"
    damaged = bytearray(path.read_bytes())
    damaged[-40_000:-20_000] = bytes(range(250)) * 80
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match="abîmé"):
        store.check()


def test_a_database_that_stops_answering_says_so(store, tmp_path):
    fill(store, notice("1"))
    with sqlite3.connect(tmp_path / "balise.sqlite") as db:
        db.execute("ALTER TABLE payloads RENAME TO ailleurs")
    db.close()
    with pytest.raises(StoreError, match="ne répond pas"):
        by_identifier(store, "1")


def open_and_mark(url, times):
    store = SqlStore(url)
    for _ in range(times):
        store.mark_all_changed()
    store.close()


@pytest.mark.slow
def test_writers_take_turns_and_no_update_is_lost(tmp_path):
    """Eight processes open the same new database and add to one counter: reliability.md, D3."""
    url = f"sqlite:///{tmp_path}/b.sqlite"
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=open_and_mark, args=(url, 50)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 8
    with sqlite3.connect(tmp_path / "b.sqlite") as db:
        assert db.execute("SELECT number FROM revision").fetchall() == [(8 * 50,)]
    db.close()
