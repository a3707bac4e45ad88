"""An index that was lost, while somebody asks it something."""

import threading

import pytest

from catalogue_site.application import create_app
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.errors import InvalidQuery, SearchError
from indexer.harvest import harvest
from indexer.mending import MendedEngine
from indexer.search import Query
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine

from .fakes import NOW, ListSource, info, notice

#: Whoosh leaves open what it could not read.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    records = [notice(f"n{number}", f"Notice {number}") for number in range(20)]
    harvest(ListSource(records), info(), store, now=NOW)
    yield store
    store.close()


@pytest.fixture
def index(tmp_path, store):
    engine = WhooshEngine(tmp_path / "index")
    catch_up(store, engine)
    return engine


def damage(folder):
    for path in (folder / "index").glob("*.seg"):
        path.write_bytes(path.read_bytes()[:50])


def test_an_index_found_unreadable_is_made_again_by_who_asks(store, index, tmp_path):
    damage(tmp_path)
    assert MendedEngine(WhooshEngine(tmp_path / "index"), store).search(Query()).total == 20


def test_an_index_found_empty_is_made_again_by_who_asks(store, tmp_path):
    engine = MendedEngine(WhooshEngine(tmp_path / "index"), store)
    assert engine.complete("noti") == ("notice",)
    assert engine.count() == 20


def test_an_empty_catalogue_has_an_empty_index(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/vide.sqlite")
    assert MendedEngine(WhooshEngine(tmp_path / "vide"), store).search(Query()).total == 0
    store.close()


def test_a_bad_query_mends_nothing(store, index):
    with pytest.raises(InvalidQuery):
        MendedEngine(index, store).search(Query(text="x" * 300))


class SlowStore:
    """A store whose changes are not given before they are asked for twice."""

    def __init__(self, store):
        self.store, self.asked, self.go_on = store, threading.Event(), threading.Event()

    def __getattr__(self, name):
        return getattr(self.store, name)

    def changes(self, limit):
        self.asked.set()
        assert self.go_on.wait(10)
        return self.store.changes(limit)


def test_while_it_is_made_again_others_are_told_to_come_back(store, tmp_path):
    slow = SlowStore(store)
    engine = MendedEngine(WhooshEngine(tmp_path / "index"), slow)
    client = create_app(Site(store=slow, engine=engine)).test_client()
    mending = threading.Thread(target=engine.search, args=[Query()])
    mending.start()
    assert slow.asked.wait(10)
    with pytest.raises(SearchError, match="est refait"):
        engine.search(Query())
    assert client.get("/recherche?q=notice").status_code == 503
    slow.go_on.set()
    mending.join()
    assert engine.search(Query()).total == 20
    assert client.get("/recherche?q=notice").status_code == 200
