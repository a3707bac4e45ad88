"""From the store to the index: what an entry is found by, and that the two agree at every moment."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.documents import LONGEST, catch_up, document, rebuild
from indexer.entry import Entry, State
from indexer.errors import SearchError
from indexer.harvest import harvest
from indexer.search import Query
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata.record import (
    Classification,
    Contribution,
    Educational,
    Entity,
    General,
    LifeCycle,
    MetaMetadata,
    Record,
    Taxon,
    TaxonPath,
    Term,
    Text,
    When,
)
from metadata.vocabulary import CONCEPT

from .anyrecord import any_records
from .fakes import DAY, NOW, ListSource, info, notice

ROOT = Path(__file__).parent.parent
CM1 = f"{CONCEPT}scolomfr-voc-022-num-014"


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    yield store
    store.close()


@pytest.fixture
def engine(tmp_path):
    return WhooshEngine(tmp_path / "index")


def take(store, *records, now=NOW, key="essai", **said):
    return harvest(ListSource(records, key=key), info(key, **said), store, now=now)


def found(engine, text="") -> set[str]:
    return {hit.slug for hit in engine.search(Query(text=text, literal=True, size=100)).hits}


def entry(record: Record, **said) -> Entry:
    known = {"slug": "s", "source": "essai", "identifier": "1", "format": "json"}
    dates = {"first_seen": NOW, "last_changed": NOW, "last_seen": NOW}
    return Entry(record=record, **{**known, **dates, **said})  # type: ignore[arg-type]


# Documents


def test_an_entry_is_found_by_all_that_is_read_of_it(engine):
    record = Record(
        general=General(
            title=(Text("The water cycle", "en"), Text("Le cycle de l’eau", "fr")),
            keywords=((Text("pluie", "fr"), Text("rain", "en")),),
            descriptions=((Text("<p>Où va la <b>rivière</b> ?</p>", "fr"),),),
            coverages=((Text("Auvergne", "fr"),),),
        ),
        life_cycle=LifeCycle(
            contributions=(Contribution(entities=(Entity(name="Ada L.", organisation="Météo"),)),)
        ),
        educational=(
            Educational(
                descriptions=((Text("Prévoir un arrosoir", "fr"),),),
                learning_resource_types=(Term(f"{CONCEPT}exercise"),),
            ),
        ),
        classifications=(
            Classification(
                taxon_paths=(TaxonPath(taxa=(Taxon(CM1, (Text("cours moyen", "fr"),)),)),),
                keywords=((Text("nuage", "fr"),),),
            ),
        ),
    )
    made = document(entry(record, source_title="Les fiches du lundi"))
    assert made.title == "Le cycle de l’eau"
    assert "cm1" in made.facets["niveau"]
    engine.update([made])
    said = "eau water pluie rain rivière auvergne ada météo arrosoir exercice cm1 moyen nuage lundi"
    for word in said.split():
        assert found(engine, word) == {"s"}, word
    assert found(engine, "b") == found(engine, "p") == set()


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ((), NOW),
        (("2012",), datetime(2012, 1, 1, tzinfo=UTC)),
        (("2012-10",), datetime(2012, 10, 1, tzinfo=UTC)),
        (("2012-10-16T10:00:00+02:00", "2009"), datetime(2012, 10, 16, 8, tzinfo=UTC)),
        (("2012", "2999-01-01"), datetime(2012, 1, 1, tzinfo=UTC)),
        (("vers 2012", "0000", "2012-13", ""), NOW),
    ],
)
def test_an_entry_is_as_recent_as_the_latest_date_it_gives(dates, expected):
    half = len(dates) // 2
    record = Record(
        life_cycle=LifeCycle(
            contributions=tuple(Contribution(date=When(date)) for date in dates[:half])
        ),
        meta=MetaMetadata(
            contributions=tuple(Contribution(date=When(date)) for date in dates[half:])
        ),
    )
    assert document(entry(record)).updated == expected


def test_an_endless_description_is_cut():
    record = Record(general=General(descriptions=((Text("mot " * LONGEST, "fr"),),)))
    assert len(document(entry(record)).description) == LONGEST


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
@given(record=any_records())
def test_any_record_can_be_indexed(engine, record):
    engine.update([document(entry(record))])
    assert engine.count() == 1


# Catching up


def test_what_is_published_is_found_and_nothing_else(store, engine):
    take(store, notice("1", "Volcan"), notice("2", "Volcan"))
    take(store, notice("3", "Volcan"), key="editeur", publish="qualified")
    assert catch_up(store, engine) == 3
    assert found(engine, "volcan") == {*store.slugs(State.PUBLISHED)}
    assert engine.count() == 2
    assert catch_up(store, engine) == 0


def test_what_changes_and_what_goes_is_followed(store, engine):
    take(store, notice("1", "Volcan"), notice("2", "Rivière"))
    catch_up(store, engine)
    take(store, notice("1", "Lac"), now=NOW + DAY)
    catch_up(store, engine)
    assert found(engine, "volcan") == set()
    (slug,) = found(engine, "lac")
    store.takedown(slug, "demande de l’auteur", NOW)
    catch_up(store, engine)
    assert found(engine, "lac") == set()
    assert engine.complete("la") == ()
    store.restore(slug)
    catch_up(store, engine)
    assert found(engine, "lac") == {slug}


def test_a_family_is_shown_once(store, engine):
    take(
        store,
        notice("cours", "Volcan", hasPart=["séance"], names=[("", "le-cours")]),
        notice("séance", "Volcan : la séance", isPartOf=["le-cours"], names=[("", "séance")]),
    )
    catch_up(store, engine)
    (hit,) = engine.search(Query(text="volcan")).hits
    assert len(hit.members) == 1
    assert engine.count() == 2


def test_progress_is_told(store, engine):
    take(store, *(notice(str(n)) for n in range(25)))
    told: list[int] = []
    assert catch_up(store, engine, progress=told.append, batch=10) == 25
    assert told == [10, 20, 25]


def test_a_fresh_index_is_given_everything(store, tmp_path):
    take(store, notice("1", "Volcan"), notice("2", "Volcan"))
    catch_up(store, WhooshEngine(tmp_path / "one"))
    other = WhooshEngine(tmp_path / "other")
    assert catch_up(store, other) == 2
    assert len(found(other, "volcan")) == 2


def test_a_damaged_index_is_filled_again(store, tmp_path):
    take(store, notice("1", "Volcan"))
    catch_up(store, WhooshEngine(tmp_path / "index"))
    for segment in (tmp_path / "index").glob("*.seg"):
        segment.unlink()
    engine = WhooshEngine(tmp_path / "index")
    with pytest.raises(SearchError):
        found(engine)
    catch_up(store, engine)
    assert len(found(engine, "volcan")) == 1


def damage(folder):
    for segment in folder.glob("*.seg"):
        segment.write_bytes(segment.read_bytes()[:50])


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_damaged_index_is_made_again(store, tmp_path):
    take(store, notice("1", "Volcan"))
    catch_up(store, WhooshEngine(tmp_path / "index"))
    damage(tmp_path / "index")
    engine = WhooshEngine(tmp_path / "index")
    assert rebuild(store, engine) == 1
    assert len(found(engine, "volcan")) == 1
    assert store.changes(10) == []


def test_what_the_store_does_not_know_leaves_an_index_made_again(store, engine, tmp_path):
    take(store, notice("1", "Volcan"))
    other = SqlStore(f"sqlite:///{tmp_path}/autre.sqlite")
    take(other, notice("2", "Volcan"), key="autre")
    catch_up(other, engine)
    rebuild(store, engine)
    assert found(engine) == {*store.slugs()}
    other.close()


class Broken(SqlStore):
    """A store that stops giving entries after some."""

    def each(self, *arguments, **said):
        yield from islice(super().each(*arguments, **said), 7)
        raise Stopped


def test_an_index_whose_making_is_interrupted_answers_as_before(store, engine, tmp_path):
    take(store, *(notice(str(n), "Volcan") for n in range(10)))
    catch_up(store, engine)
    broken = Broken(f"sqlite:///{tmp_path}/balise.sqlite")
    with pytest.raises(Stopped):
        rebuild(broken, engine)
    assert len(found(engine, "volcan")) == 10
    assert catch_up(store, engine) == 10
    broken.close()


class Stopped(Exception):
    pass


class Stopping(SqlStore):
    """A store stopped between the commit of the index and its own."""

    def settle(self, changes):
        raise Stopped


def test_stopped_between_two_commits_it_goes_on_where_it_was(tmp_path, engine):
    address = f"sqlite:///{tmp_path}/balise.sqlite"
    stopping, store = Stopping(address), SqlStore(address)
    take(store, *(notice(str(n), "Volcan") for n in range(25)))
    with pytest.raises(Stopped):
        catch_up(stopping, engine, batch=10)
    assert engine.count() == 10
    assert catch_up(store, engine, batch=10) == 25
    assert found(engine, "volcan") == {*store.slugs()}
    stopping.close()
    store.close()


@pytest.mark.slow
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["take", "take", "takedown", "restore", "catch up"]),
            st.integers(0, 5),
            st.sampled_from(["Volcan", "Lac", "Volcan et lac"]),
        ),
        max_size=12,
    )
)
def test_an_index_made_anew_from_the_store_answers_as_the_one_kept_level(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("walk")
    store, engine = SqlStore(f"sqlite:///{folder}/b.sqlite"), WhooshEngine(folder / "level")
    for number, (step, which, title) in enumerate(steps):
        if step == "take":
            take(store, notice(str(which), title), key=f"source{which}", now=NOW + number * DAY)
        elif step == "catch up":
            catch_up(store, engine, batch=2)
        else:
            for slug in store.slugs(State.PUBLISHED if step == "takedown" else State.TAKEN_DOWN)[
                :1
            ]:
                store.takedown(slug, "essai", NOW) if step == "takedown" else store.restore(slug)
    catch_up(store, engine)
    anew = WhooshEngine(folder / "anew")
    catch_up(store, anew)
    asked = (Query(), Query(text="volcan"), Query(text="lac", sort="date"), Query(text="la*"))
    answers = [engine.search(query) for query in asked]
    assert answers == [anew.search(query) for query in asked]
    rebuild(store, engine)
    assert answers == [engine.search(query) for query in asked]
    assert engine.count() == anew.count() == len(store.slugs())
    store.close()


@pytest.mark.slow
def test_killed_at_any_moment_the_index_ends_level_with_the_store(store, tmp_path):
    take(store, *(notice(str(n), "Volcan") for n in range(400)))
    command = (
        "import sys; from pathlib import Path; from indexer.documents import catch_up;"
        "from indexer.store import SqlStore; from indexer.whoosh_engine import WhooshEngine;"
        "print(flush=True);"
        "catch_up(SqlStore(sys.argv[1]), WhooshEngine(Path(sys.argv[2])), batch=20)"
    )
    arguments = [f"sqlite:///{tmp_path}/balise.sqlite", tmp_path / "index"]
    chance = random.Random(9)
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", command, *arguments], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.6))
        os.kill(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()
    engine = WhooshEngine(tmp_path / "index")
    catch_up(store, engine)
    assert {hit.slug for hit in engine.search(Query(text="volcan", size=500)).hits} == {
        *store.slugs()
    }
