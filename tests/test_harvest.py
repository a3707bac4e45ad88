"""The walk of records into the store: what it reports, and what it survives."""

import hashlib
import os
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa

from indexer.entry import Outcome, State
from indexer.errors import SourceError, StaleCursor, StoreError
from indexer.harvest import FULL_EVERY, RESTARTS, harvest
from indexer.source import Page
from indexer.store import SqlStore
from metadata import parse
from metadata.record import RawRecord

from .corpus import corpus_files
from .fakes import DAY, NOW, ListSource, info, notice, unreadable, withdrawn


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    yield store
    store.close()


def take(store, *records, now=NOW, **said):
    return harvest(ListSource(records), info(), store, now=now, **said)


def notices(count, start=0):
    return [notice(f"n{number}") for number in range(start, start + count)]


def titles(store, state=State.PUBLISHED):
    return sorted(entry.title for entry in store.read(store.slugs(state)))


# Outcomes


def test_a_record_is_new_then_unmodified_then_modified(store):
    counts = [
        take(store, notice("1", title), now=NOW + day * DAY).counts
        for day, title in enumerate(["Un", "Un", "Deux"])
    ]
    assert counts == [{"new": 1}, {"unmodified": 1}, {"modified": 1}]
    entry = store.find("1")
    assert (entry.first_seen, entry.last_changed) == (NOW, NOW + 2 * DAY)


def test_an_unmodified_record_is_only_seen(store):
    take(store, notice("1"))
    take(store, notice("1"), now=NOW + DAY)
    entry = store.find("1")
    assert (entry.last_changed, entry.last_seen) == (NOW, NOW + DAY)


def test_the_same_bytes_in_another_format_are_another_record(store):
    take(store, notice("1"))
    report = take(store, replace(notice("1"), format="inconnu"))
    assert report.counts == {"rejected": 1}


def test_a_bad_record_costs_one_record_and_says_why(store):
    report = take(store, notice("1"), unreadable("2"), notice("3"))
    assert report.counts == {"new": 2, "rejected": 1}
    (reject,) = report.rejected
    assert reject.identifier == "2"
    assert "ligne" in reject.error
    assert [*store.rejects("essai")] == [reject]


def test_a_bug_of_a_reader_costs_one_record(store, monkeypatch, caplog):
    import metadata

    def broken(raw: RawRecord) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(
        "indexer.arrival.parse", lambda raw: parse(raw) if raw.part else broken(raw)
    )
    assert metadata.parse is parse
    report = take(store, notice("1"), replace(notice("2"), part="2"))
    assert report.counts == {"new": 1, "rejected": 1}
    assert "défaut de Balise" in report.rejected[0].error
    assert "ZeroDivisionError" in caplog.text


def test_a_refused_version_leaves_the_earlier_one_visible_and_present(store):
    take(store, notice("1", "Lisible"), notice("2"))
    for day in range(1, 5):
        report = take(store, unreadable("1"), notice("2"), now=NOW + day * DAY)
    assert (report.counts["rejected"], report.missing) == (1, 0)
    assert store.find("1").title == "Lisible"
    (reject,) = store.rejects("essai")
    assert reject.since == NOW + DAY
    take(store, notice("1", "Lisible encore"), notice("2"))
    assert [*store.rejects("essai")] == []


def test_a_refused_record_its_source_shows_no_more_is_forgotten(store):
    take(store, notice("1"), unreadable("2"))
    take(store, notice("1"))
    assert [*store.rejects("essai")] == []


def test_of_two_records_under_one_name_the_later_counts(store):
    take(store, notice("1", "Premier"), notice("1", "Second"))
    assert titles(store) == ["Second"]


def test_an_empty_record_is_refused_not_deleted(store):
    take(store, notice("1"), notice("2"))
    report = take(store, RawRecord(identifier="1", format="json"), notice("2"))
    assert report.counts == {"rejected": 1, "unmodified": 1}
    assert store.find("1").state is State.PUBLISHED


def test_what_a_source_says_is_gone_leaves_when_the_harvest_ends(store):
    take(store, *notices(3))
    seen_by_then = []
    source = ListSource([withdrawn("n0"), *notices(2, start=1)], size=1)
    report = harvest(
        source,
        info(),
        store,
        now=NOW + DAY,
        progress=lambda report: seen_by_then.append(store.find("n0").state),
    )
    assert seen_by_then == [State.PUBLISHED] * 3
    assert report.counts == {"unmodified": 2, "deleted": 1}
    entry = store.find("n0")
    assert (entry.state, entry.gone_since) == (State.GONE, NOW + DAY)
    assert "retirée" in entry.reason


def test_a_withdrawal_of_what_was_never_here_is_nothing(store):
    assert take(store, withdrawn("1"), notice("2")).counts == {"new": 1}


def test_an_entry_comes_back_by_itself(store):
    take(store, *notices(2))
    take(store, withdrawn("n0"), notice("n1"))
    slug = store.find("n0").slug
    store.settle(store.changes(10))
    report = take(store, *notices(2), now=NOW + DAY)
    assert report.counts == {"returned": 1, "unmodified": 1}
    entry = store.get(slug)
    assert (entry.state, entry.gone_since, entry.reason) == (State.PUBLISHED, None, "")
    assert [change.slug for change in store.changes(10)] == [slug]


def test_what_is_withdrawn_then_shown_in_one_harvest_stays(store):
    take(store, *notices(2))
    harvest(ListSource([withdrawn("n0"), *notices(2)], size=1), info(), store, now=NOW)
    assert store.find("n0").state is State.PUBLISHED


def test_what_shows_of_a_source_follows_its_configuration(store):
    source = ListSource(notices(2))
    harvest(source, info(publish="qualified"), store, now=NOW)
    assert store.slugs() == []
    assert len(store.slugs(State.WITHHELD)) == 2
    harvest(source, info(publish="all", title="Nouveau nom"), store, now=NOW)
    assert len(store.slugs()) == 2
    assert {entry.source_title for entry in store.read(store.slugs())} == {"Nouveau nom"}
    store.settle(store.changes(10))
    harvest(source, info(publish="all", title="Nouveau nom"), store, now=NOW)
    assert store.changes(10) == []
    harvest(source, info(publish="all", title="Autre nom"), store, now=NOW)
    assert len(store.changes(10)) == 2


def test_real_notices_walk_in_and_come_out_readable(store):
    paths = corpus_files("notices/apiscol-tests", "*.xml")
    raws = [RawRecord(identifier=p.name, format="lomfr", payload=p.read_bytes()) for p in paths]
    report = take(store, *raws)
    assert report.counts["new"] + report.counts.get("rejected", 0) == len(raws)
    assert all(entry.title for entry in store.read(store.slugs()))
    assert take(store, *raws).counts.get("unmodified", 0) == report.counts["new"]


# A source that fails


def test_a_bad_source_is_harvested_again_from_the_same_date(store):
    source = ListSource(notices(20), incremental=True, as_of=NOW)
    harvest(source, info(), store, now=NOW)
    source.as_of, source.breaks_after = NOW + DAY, 1
    report = harvest(source, info(), store, now=NOW + DAY)
    assert report.error == "La source ne répond plus."
    source.breaks_after = None
    harvest(source, info(), store, now=NOW + 2 * DAY)
    assert source.asked == [(None, ""), (NOW, ""), (NOW, "")]


@pytest.mark.parametrize("pages", range(4))
def test_a_truncated_feed_removes_nothing_and_keeps_what_it_gave(store, pages):
    records = notices(30)
    take(store, *records)
    fresh = [notice(f"n{n}", "Nouveau titre") for n in range(30)]
    for day in range(1, 6):
        broken = ListSource(fresh, breaks_after=pages)
        report = harvest(broken, info(), store, now=NOW + day * DAY)
        assert (report.error, report.missing) == ("La source ne répond plus.", 0)
    assert len(store.slugs()) == 30
    assert titles(store).count("Nouveau titre") == 10 * pages


def test_a_withdrawal_read_before_a_failure_is_not_believed(store):
    take(store, *notices(5))
    source = ListSource([withdrawn("n0"), *notices(4, start=1)], size=1, breaks_after=3)
    harvest(source, info(), store, now=NOW)
    take(store, *notices(5))
    assert len(store.slugs()) == 5


# Dates


def test_the_date_asked_from_is_the_sources_own_clock_at_the_start(store):
    source = ListSource(notices(20), incremental=True, as_of=NOW - DAY)
    harvest(source, info(), store, now=NOW)
    harvest(source, info(), store, now=NOW + DAY)
    assert source.asked[-1][0] == NOW - DAY


def test_a_clock_that_runs_ahead_is_not_followed(store):
    source = ListSource(notices(2), incremental=True, as_of=NOW + 400 * DAY)
    harvest(source, info(), store, now=NOW)
    harvest(source, info(), store, now=NOW + DAY)
    assert source.asked[-1][0] == NOW


def test_a_run_with_nothing_new_keeps_the_date(store):
    source = ListSource(notices(2), incremental=True, as_of=NOW)
    harvest(source, info(), store, now=NOW)
    nothing = ListSource([], incremental=True)
    for day in (1, 2):
        harvest(nothing, info(), store, now=NOW + day * DAY)
    assert [since for since, _ in nothing.asked] == [NOW, NOW]


def test_a_source_is_read_whole_from_time_to_time_or_when_asked(store):
    source = ListSource(notices(2), incremental=True, as_of=NOW)
    full = [
        harvest(source, info(), store, now=now, full=asked).full
        for now, asked in [
            (NOW, False),
            (NOW + DAY, False),
            (NOW + DAY, True),
            (NOW + 2 * DAY, False),
            (NOW + DAY + FULL_EVERY, False),
        ]
    ]
    assert full == [True, False, True, False, True]


def test_a_source_that_tells_no_date_is_always_read_whole(store):
    source = ListSource(notices(2))
    for day in range(3):
        assert harvest(source, info(), store, now=NOW + day * DAY).full
    assert {since for since, _ in source.asked} == {None}


def test_an_absence_is_looked_at_again_the_next_time(store):
    """Three complete harvests in a row, not three weeks."""
    source = ListSource(notices(20), incremental=True, as_of=NOW)
    harvest(source, info(), store, now=NOW)
    source.records = notices(19)
    reports = [harvest(source, info(), store, now=NOW + day * DAY) for day in (7, 8, 9, 10)]
    assert [report.full for report in reports] == [True, True, True, False]
    assert [report.missing for report in reports] == [1, 1, 0, 0]
    assert reports[2].counts["deleted"] == 1


# Interruptions


class Stop(BaseException):
    """Ctrl-C, at a page of our choosing."""


def stopping_at(page):
    def progress(report):
        if sum(report.counts.values()) >= page * 10:
            raise Stop

    return progress


def test_an_interrupted_harvest_goes_on_where_it_was(store):
    source = ListSource(notices(50))
    with pytest.raises(Stop):
        harvest(source, info(), store, now=NOW, progress=stopping_at(3))
    assert len(store.slugs()) == 30
    report = harvest(source, info(), store, now=NOW + DAY)
    assert source.asked == [(None, ""), (None, "30")]
    assert (report.resumed, report.counts) == (True, {"new": 50})


def test_what_was_seen_before_an_interruption_is_not_missing(store):
    take(store, *notices(50))
    source = ListSource(notices(50))
    with pytest.raises(Stop):
        harvest(source, info(), store, now=NOW, progress=stopping_at(3))
    report = harvest(source, info(), store, now=NOW)
    assert (report.missing, report.held, report.counts) == (0, None, {"unmodified": 50})


def test_asking_for_everything_gives_up_an_interrupted_update(store):
    source = ListSource(notices(50), incremental=True, as_of=NOW)
    harvest(source, info(), store, now=NOW)
    with pytest.raises(Stop):
        harvest(source, info(), store, now=NOW + DAY, progress=stopping_at(3))
    report = harvest(source, info(), store, now=NOW + DAY, full=True)
    assert (report.full, report.resumed) == (True, False)
    assert source.asked[-1] == (None, "")


class Forgetful(ListSource):
    """It loses its place after every page but when asked from the start often enough."""

    def __init__(self, records, times):
        super().__init__(records)
        self.left = times

    def pages(self, since, cursor):
        for page in super().pages(since, cursor):
            yield page
            if self.left:
                self.left -= 1
                raise StaleCursor("La source a oublié où nous en étions.")


def test_a_list_is_started_again_when_its_place_is_lost(store):
    source = Forgetful(notices(30), RESTARTS)
    report = harvest(source, info(), store, now=NOW)
    assert source.asked == [(None, "")] * (RESTARTS + 1)
    assert (report.error, report.counts) == ("", {"new": 30})


def test_a_list_that_is_lost_again_and_again_is_given_up(store):
    source = Forgetful(notices(30), RESTARTS + 1)
    report = harvest(source, info(), store, now=NOW)
    assert "oublié" in report.error
    assert len(source.asked) == RESTARTS + 1
    (status,) = store.sources()
    assert status.last_complete is None


def test_only_one_harvest_of_a_source_at_a_time(store):
    errors = []

    def progress(report):
        for key in ("essai", "autre"):
            try:
                harvest(ListSource(notices(1), key=key), info(key), store, now=NOW)
            except StoreError as error:
                errors.append((key, str(error)))

    harvest(ListSource(notices(1)), info(), store, now=NOW, progress=progress)
    ((key, message),) = errors
    assert key == "essai"
    assert "déjà en cours" in message


def in_child(work):
    """Do this in a process of its own; return how it ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def killed(status):
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def kill_at(statement, url, source):
    """Run a harvest in a child that dies, without a word, just before its nth statement."""

    def work():
        store = SqlStore(url)
        done = 0

        def count(*_):
            nonlocal done
            done += 1
            if done == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        sa.event.listen(sa.Engine, "commit", count)
        second_harvest(store, source)

    return in_child(work)


def rows_of(path):
    """All that a database holds, as one hash."""
    with closing(sqlite3.connect(path)) as db:
        return hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()


def second_harvest(store, source):
    harvest(source, info(), store, now=NOW + DAY)


def is_second_over(store):
    run = store.sources()[0].last_run
    return run.id == 2 and run.complete


CHANGED = [
    notice("n0", "Modifiée", isPartOf=["n1"]),
    notice("n1"),
    unreadable("n2"),
    notice("n7"),
    notice("x"),
    withdrawn("n3"),
    notice("n4"),
]


@pytest.mark.slow
def test_killed_at_any_statement_a_harvest_ends_as_if_it_had_not_been(tmp_path):
    """Started again after the kill, it leaves the database as one that nobody killed: every row."""
    source = ListSource(CHANGED, size=2)
    first, whole, path = (tmp_path / name for name in ("first", "whole", "killed"))
    store = SqlStore(f"sqlite:///{first}")
    take(store, *notices(6), unreadable("x"))
    store.close()
    expected = state_after(second_harvest, first, whole, source)
    for statement in range(1, 1000):
        shutil.copy(first, path)
        status = kill_at(statement, f"sqlite:///{path}", source)
        if status == 0:
            break
        assert killed(status)
        state = state_after(go_on, path, path, source)
        assert state == expected, f"killed before statement {statement}"
    assert statement > 100


def state_after(work, before, path, source):
    if before != path:
        shutil.copy(before, path)
    store = SqlStore(f"sqlite:///{path}")
    work(store, source)
    store.close()
    return rows_of(path)


def go_on(store, source):
    if not is_second_over(store):
        second_harvest(store, source)


@pytest.mark.slow
def test_the_lock_of_a_harvest_dies_with_it(tmp_path):
    path = tmp_path / "b.sqlite"

    class Deadly(ListSource):
        def pages(self, since, cursor):
            os.kill(os.getpid(), signal.SIGKILL)
            yield Page(records=())

    def work():
        second_harvest(SqlStore(f"sqlite:///{path}"), Deadly())

    assert killed(in_child(work))
    store = SqlStore(f"sqlite:///{path}")
    assert take(store, *notices(6), now=NOW + DAY).error == ""
    store.close()


@pytest.mark.slow
def test_the_log_of_the_database_stays_small_beside_a_reader_that_never_rests(tmp_path):
    url = f"sqlite:///{tmp_path}/b.sqlite"
    store = SqlStore(url)

    class WithReader(ListSource):
        def pages(self, since, cursor):
            for page in super().pages(since, cursor):
                store.slugs()
                yield page

    harvest(WithReader(notices(3000), size=20), info(), store, now=NOW)
    assert (tmp_path / "b.sqlite-wal").stat().st_size == 0
    store.close()


def test_outcomes_are_counted_by_name(store):
    report = take(store, notice("1"))
    assert report.counts[Outcome.NEW] == report.counts["new"] == 1


def test_an_address_that_answers_nonsense_is_an_error_of_the_source(store):
    source = ListSource(notices(1), breaks_after=0, error=SourceError("Réponse illisible."))
    report = harvest(source, info(), store, now=NOW)
    assert (report.error, report.counts) == ("Réponse illisible.", {})
    (status,) = store.sources()
    assert status.last_run is not None
    assert (status.last_run.error, status.last_run.complete) == ("Réponse illisible.", False)
