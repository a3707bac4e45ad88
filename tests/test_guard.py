"""What leaves the catalogue, and what is held: the rule against bad days."""

import random
from dataclasses import dataclass, field
from functools import cache

import pytest

from indexer.entry import State
from indexer.harvest import harvest
from indexer.store import SqlStore

from .fakes import DAY, NOW, ListSource, info, notice, withdrawn


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    yield store
    store.close()


@cache
def numbered(number):
    return notice(f"n{number}")


def notices(*numbers):
    return [numbered(number) for number in numbers]


def days(store, *daily, source=None, **said):
    """One harvest a day of these records; the reports."""
    source = source or ListSource()
    reports = []
    for day, records in enumerate(daily):
        source.records = records
        reports.append(harvest(source, info(), store, now=NOW + day * DAY, **said))
    return reports


def live(store):
    return len(store.slugs())


# Absence


def test_an_entry_leaves_the_third_time_in_a_row_that_it_is_absent(store):
    everything, without = notices(*range(20)), notices(*range(19))
    reports = days(store, everything, without, without, without)
    assert [report.missing for report in reports] == [0, 1, 1, 0]
    assert [report.counts.get("deleted", 0) for report in reports] == [0, 0, 0, 1]
    entry = store.find("n19")
    assert (entry.state, entry.gone_since) == (State.GONE, NOW + 3 * DAY)
    assert "trois moissons" in entry.reason or "3 moissons" in entry.reason


def test_a_single_sight_starts_the_count_again(store):
    everything, without = notices(*range(20)), notices(*range(19))
    days(store, everything, without, without, everything, without, without)
    assert live(store) == 20


def test_a_feed_of_news_lets_nothing_leave(store):
    source = ListSource(exhaustive=False)
    reports = days(store, notices(*range(5)), *[notices(9)] * 4, [], [], [], source=source)
    assert live(store) == 6
    assert all((report.held, report.missing) == (None, 0) for report in reports)


def test_an_entry_taken_down_is_not_missed(store):
    days(store, notices(*range(20)))
    store.takedown(store.find("n0").slug, "Demande.", NOW)
    reports = days(store, *[notices(*range(1, 20))] * 3)
    assert [report.missing for report in reports] == [0, 0, 0]
    assert store.find("n0").state is State.TAKEN_DOWN


# The guard


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        (50, 45, False),
        (50, 44, True),
        (49, 1, False),
        (3, 0, True),
        (1, 0, True),
        (300, 3, True),
        (300, 0, True),
    ],
)
def test_a_harvest_that_would_lose_too_much_is_held(store, before, after, held):
    *_, report = days(store, notices(*range(before)), *[notices(*range(after))] * 3)
    assert (report.held is not None) is held
    assert live(store) == (before if held else after)


@pytest.mark.parametrize(("said", "held"), [(5, False), (6, True), (50, True)])
def test_withdrawals_said_by_the_source_are_guarded_alike(store, said, held):
    everything = notices(*range(50))
    gone = [withdrawn(f"n{number}") for number in range(said)]
    reports = days(store, everything, [*gone, *everything[said:]])
    assert (reports[-1].held is not None) is held
    assert live(store) == (50 if held else 50 - said)


def test_an_update_that_withdraws_too_much_is_held_and_asked_again(store):
    source = ListSource(incremental=True, as_of=NOW)
    gone = [withdrawn(f"n{number}") for number in range(40)]
    *_, report = days(store, notices(*range(50)), gone, source=source)
    assert (report.full, report.held.lost, report.held.known) == (False, 40, 50)
    assert live(store) == 50
    assert store.sources()[0].since == NOW


@pytest.mark.slow
def test_new_identifiers_for_everything_are_a_loss_of_everything(store):
    *_, report = days(store, notices(*range(100)), notices(*range(1000, 3000)))
    assert (report.held.lost, report.held.known) == (100, 100)
    assert live(store) == 2100


def test_held_absences_do_not_count(store):
    everything = notices(*range(100))
    reports = days(store, everything, *[notices(*range(50))] * 5)
    assert all(report.held for report in reports[1:])
    assert [report.missing for report in reports] == [0] * 6


def test_a_held_harvest_says_how_much_and_what_to_do(store):
    *_, report = days(store, notices(*range(100)), notices(*range(50)))
    assert "50 entrées sur 100" in report.advice
    assert "balise harvest essai --confirm-drop" in report.advice
    (status,) = store.sources()
    assert (status.held.lost, status.held.known, status.held.since) == (50, 100, NOW + DAY)


def test_what_is_new_on_a_held_day_is_kept(store):
    *_, report = days(store, notices(*range(100)), [*notices(*range(50)), notice("neuve", "Neuve")])
    assert report.held
    assert store.find("neuve").state is State.PUBLISHED


def test_a_source_that_heals_is_held_no_more(store):
    everything = notices(*range(100))
    days(store, everything, [], everything)
    (status,) = store.sources()
    assert (status.held, status.missing) == (None, 0)
    assert live(store) == 100


# Somebody's word


def test_a_confirmed_drop_is_made_at_once(store):
    some = notices(*range(50))
    days(store, notices(*range(100)), some)
    (report,) = days(store, some, confirm_drop=True)
    assert (report.held, report.counts["deleted"]) == (None, 50)
    assert live(store) == 50
    assert store.sources()[0].held is None
    assert "confirmé" in store.find("n99").reason


def test_a_confirmed_emptiness_is_made(store):
    days(store, notices(1, 2), [])
    days(store, [], confirm_drop=True)
    assert live(store) == 0


def test_a_confirmation_reads_everything_again(store):
    source = ListSource(incremental=True, as_of=NOW)
    some = notices(*range(50))
    days(store, notices(*range(100)), source=source)
    days(store, some, source=source, full=True)
    (report,) = days(store, some, source=source, confirm_drop=True)
    assert (report.full, report.counts["deleted"]) == (True, 50)


def test_a_confirmation_does_not_cover_a_worse_day(store):
    days(store, notices(*range(100)), notices(*range(85)))
    (report,) = days(store, notices(*range(10)), confirm_drop=True)
    assert (report.held.lost, live(store)) == (90, 100)


def test_a_confirmation_does_not_hurry_an_ordinary_absence(store):
    days(store, notices(*range(100)))
    (report,) = days(store, notices(*range(99)), confirm_drop=True)
    assert (report.missing, live(store)) == (1, 100)


# Years


@dataclass
class World:
    """A source over the days: what it truly holds, and what it shows, on good days and bad."""

    chance: random.Random
    size: int
    held: set[int] = field(default_factory=set)
    born: int = 0

    def pass_a_day(self):
        """One in a hundred leaves, as many come."""
        while len(self.held) < self.size:
            self.held.add(self.born)
            self.born += 1
        if self.chance.random() < 0.3:
            self.held.remove(self.chance.choice(sorted(self.held)))

    def source(self):
        everything = notices(*sorted(self.held))
        if self.chance.random() >= 0.06:
            return ListSource(everything, size=25)
        return self.chance.choice([_empty, _few, _partial, _broken])(self.chance, everything)


def _empty(chance, everything):
    return ListSource([])


def _few(chance, everything):
    return ListSource(everything[:3])


def _partial(chance, everything):
    share = chance.uniform(0.05, 1)
    return ListSource([each for each in everything if chance.random() < share])


def _broken(chance, everything):
    return ListSource(everything, size=25, breaks_after=chance.randrange(3))


def simulate(store, seed, days):
    """Harvest a source every day, as configured by default; count what left, rightly or not."""
    world = World(random.Random(seed), size=80)
    right = wrong = 0
    for day in range(days):
        world.pass_a_day()
        before = set(store.slugs())
        harvest(world.source(), info(), store, now=NOW + day * DAY)
        for entry in store.read(before - set(store.slugs())):
            if int(entry.identifier[1:]) in world.held:
                wrong += 1
            else:
                right += 1
    return right, wrong


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_year_with_bad_days_makes_no_wrong_deletion(store, seed):
    right, wrong = simulate(store, seed, days=365)
    assert wrong == 0
    assert right > 50
