"""Qualification kept in a real database: what each act changes, what a harvest does to it."""

import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.entry import State
from indexer.errors import CaseMoved, RecordNotFound, StoreError
from indexer.harvest import harvest
from indexer.journal import Wanted
from indexer.store import SqlStore
from indexer.waiting import Filter
from metadata.case import PUBLIC, Act, Face
from metadata.case import State as CaseState
from metadata.criteria import criteria
from metadata.meaning import differences
from metadata.qualification import Refused
from metadata.record import MetaMetadata

from .fakes import DAY, NOW, ListSource, info, notice, withdrawn
from .test_qualification import (
    ACTS,
    ANNE,
    BASILE,
    CHLOE,
    DENIS,
    HUGO,
    PEOPLE,
    filled,
)

YEAR = timedelta(days=365)


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    yield store
    store.close()


def bring(store, *records, now=NOW, key="editeur", publish="qualified", full=True):
    source = ListSource(records, key=key)
    return harvest(source, info(key, publish=publish, licence="etalab-2.0"), store, now=now)


def does(store, slug, by, act, now=NOW, **said):
    return store.qualifications.act(slug, replace(filled(act), **said), by, now)


def qualify(store, slug, now=NOW):
    for by, act in (
        (ANNE, Act.TAKE),
        (ANNE, Act.ASSESS),
        (ANNE, Act.PROPOSE),
        (BASILE, Act.QUALIFY),
    ):
        does(store, slug, by, act, now)


def only(store):
    """The only entry, as the public is shown it."""
    [row] = store.qualifications.queue(Filter())
    return store.get(row.slug)


@pytest.fixture
def slug(store):
    bring(store, notice("a", "Fractions en boîte"))
    return only(store).slug


@pytest.fixture
def qualified(store, slug):
    qualify(store, slug)
    return slug


def test_an_entry_of_a_publisher_waits_to_be_reviewed(store, slug):
    entry = store.get(slug)
    assert (entry.state, entry.standing.state) == (State.WITHHELD, CaseState.TO_REVIEW)
    assert store.qualifications.case(slug).lines == 0
    assert store.slugs() == []


def test_qualified_it_is_published_and_the_index_and_harvesters_are_told(store, slug):
    store.settle(store.changes(10))
    qualify(store, slug)
    entry = store.get(slug)
    assert (entry.state, entry.standing.face) == (State.PUBLISHED, Face.QUALIFIED)
    assert entry.standing.criteria == criteria().version
    assert [change.slug for change in store.changes(10)] == [slug]


def test_what_its_feed_changes_waits_while_the_public_sees_what_was_qualified(store, qualified):
    changed = notice("a", "Fractions en sac", locations=["https://ailleurs.example/"])
    bring(store, changed, now=NOW + DAY)
    entry = store.get(qualified)
    assert entry.title == "Fractions en boîte"
    assert entry.record.technical.locations == ()
    assert entry.standing.face is Face.REEXAMINE
    assert entry.standing.changed == NOW + DAY
    examined = store.qualifications.examined(qualified)
    assert examined.record.general.title[0].value == "Fractions en sac"
    changes = {each.key: each for each in differences(examined.shown, examined.meaning)}
    assert changes["titre"].before == ("Fractions en boîte",)
    assert changes["titre"].after == ("Fractions en sac",)
    assert set(changes) == {"titre", "adresses"}


def test_what_means_the_same_stays_qualified_and_is_shown_as_it_is_now(store, qualified):
    again = notice("a", "Fractions en boîte", meta=MetaMetadata(language="fr"))
    bring(store, again, now=NOW + DAY)
    entry = store.get(qualified)
    assert entry.standing.face is Face.QUALIFIED
    assert entry.record.meta.language == "fr"


def test_a_feed_that_takes_its_change_back_leaves_it_qualified(store, qualified):
    bring(store, notice("a", "Autre titre"), now=NOW + DAY)
    bring(store, notice("a", "Fractions en boîte"), now=NOW + 2 * DAY)
    assert store.get(qualified).standing.face is Face.QUALIFIED
    acts = [line.event.act for line in store.qualifications.journal(Wanted(slug=qualified))]
    assert acts[:2] == [Act.CONTENT_BACK, Act.CONTENT_CHANGED]


def test_the_newer_content_is_shown_once_it_is_qualified(store, qualified):
    bring(store, notice("a", "Fractions en sac"), now=NOW + DAY)
    does(store, qualified, CHLOE, Act.TAKE, NOW + 2 * DAY)
    assert store.get(qualified).title == "Fractions en boîte"
    does(store, qualified, CHLOE, Act.PROPOSE, NOW + 2 * DAY)
    does(store, qualified, BASILE, Act.QUALIFY, NOW + 2 * DAY)
    entry = store.get(qualified)
    assert (entry.title, entry.standing.face) == ("Fractions en sac", Face.QUALIFIED)


def test_a_change_under_review_sends_a_proposal_back(store, slug):
    for act in (Act.TAKE, Act.ASSESS, Act.PROPOSE):
        does(store, slug, ANNE, act)
    bring(store, notice("a", "Tout autre chose"), now=NOW + DAY)
    assert store.get(slug).standing.state is CaseState.UNDER_REVIEW
    with pytest.raises(Refused):
        does(store, slug, BASILE, Act.QUALIFY, NOW + DAY)


@pytest.mark.parametrize("begun", [False, True])
def test_a_proposal_stands_while_its_feed_says_the_same_in_other_bytes(store, slug, begun):
    if begun:
        qualify(store, slug)
    for act in (Act.TAKE, Act.ASSESS, Act.PROPOSE):
        does(store, slug, ANNE, act)
    again = notice("a", "Fractions en boîte", meta=MetaMetadata(language="fr"))
    bring(store, again, now=NOW + DAY)
    case = store.qualifications.case(slug)
    assert case.state is CaseState.PROPOSED
    assert case.face is (Face.QUALIFIED if begun else Face.NONE)
    does(store, slug, BASILE, Act.QUALIFY, NOW + DAY)
    assert store.get(slug).record.meta.language == "fr"


def test_refused_after_it_was_qualified_it_leaves_and_its_old_notice_with_it(store, qualified):
    does(store, qualified, ANNE, Act.TAKE, NOW + DAY)
    does(
        store,
        qualified,
        ANNE,
        Act.PROPOSE,
        NOW + DAY,
        outcome=CaseState.REFUSED,
        refusals=("droits",),
        reason="Aucun droit.",
    )
    does(store, qualified, BASILE, Act.REFUSE, NOW + DAY)
    assert store.get(qualified).state is State.WITHHELD
    assert store.qualifications.examined(qualified).shown is None


def test_what_vanished_from_its_source_comes_back_as_it_stood(store, qualified):
    bring(store, withdrawn("a"), notice("b"), now=NOW + DAY)
    assert store.get(qualified).state is State.GONE
    bring(store, notice("a", "Fractions en boîte"), notice("b"), now=NOW + 2 * DAY)
    assert store.get(qualified).state is State.PUBLISHED
    [other] = [row.slug for row in store.qualifications.queue(Filter(state="a-instruire"))]
    assert store.get(other).state is State.WITHHELD


def test_suspended_while_it_was_away_it_comes_back_suspended(store, qualified):
    does(store, qualified, ANNE, Act.ASK_SUSPENSION)
    bring(store, withdrawn("a"), notice("b"), now=NOW + DAY)
    does(store, qualified, BASILE, Act.SUSPEND, NOW + DAY)
    bring(store, notice("a", "Fractions en boîte"), notice("b"), now=NOW + 2 * DAY)
    assert store.get(qualified).state is State.WITHHELD


def test_a_takedown_undone_gives_back_what_it_was(store, qualified):
    store.takedown(qualified, "Plainte", NOW)
    does(store, qualified, ANNE, Act.TAKE)
    assert store.get(qualified).state is State.TAKEN_DOWN
    store.restore(qualified)
    assert store.get(qualified).state is State.PUBLISHED


def test_decisions_end_and_are_announced_sixty_and_fifteen_days_before(store, qualified):
    ends = NOW + timedelta(days=730)
    announced = {}
    for days in range(671, 735):
        now = NOW + days * DAY
        if store.qualifications.warn(now):
            announced[days] = "warn"
        if store.qualifications.expire(now):
            announced[days] = "end"
    assert announced == {671: "warn", 715: "warn", 730: "end"}
    entry = store.get(qualified)
    assert (entry.state, entry.standing.face) == (State.WITHHELD, Face.EXPIRED)
    assert entry.standing.left == ends
    assert entry.title == "Fractions en boîte"


def test_before_anybody_notes_it_an_entry_says_that_it_is_over(store, qualified):
    standing = store.get(qualified).standing
    assert standing.face_at(NOW + timedelta(days=729)) is Face.QUALIFIED
    assert standing.face_at(NOW + timedelta(days=730)) is Face.EXPIRED


def test_a_source_that_publishes_all_is_not_for_curators(store):
    bring(store, notice("c"), key="public", publish="all")
    [slug] = store.slugs()
    assert store.get(slug).standing is None
    with pytest.raises(Refused, match="publie tout"):
        does(store, slug, ANNE, Act.TAKE)
    assert store.qualifications.queue(Filter()) == []


def test_what_was_withdrawn_stays_so_when_its_source_publishes_all(store, qualified):
    does(store, qualified, ANNE, Act.ASK_WITHDRAWAL)
    does(store, qualified, BASILE, Act.WITHDRAW)
    bring(store, notice("a", "Fractions en boîte"), notice("b"), publish="all", now=NOW + DAY)
    assert store.get(qualified).state is State.WITHHELD
    assert len(store.slugs()) == 1


def test_of_two_people_who_save_at_once_the_second_is_told(store, slug):
    case = does(store, slug, ANNE, Act.TAKE)
    store.qualifications.act(slug, filled(Act.ASSESS), ANNE, NOW, seen=case.lines)
    with pytest.raises(CaseMoved):
        store.qualifications.act(slug, filled(Act.ASSESS), CHLOE, NOW, seen=case.lines)
    assert store.qualifications.case(slug).opinions["rgaa"].by == "anne"


def test_an_entry_that_is_not_there_is_named(store):
    with pytest.raises(RecordNotFound, match="rien-du-tout"):
        does(store, "rien-du-tout", ANNE, Act.TAKE)


def test_the_queue_gives_what_waits_the_longest_first_and_what_is_asked_for(store, slug):
    bring(store, notice("a", "Fractions en boîte"), notice("b", "Verbes du feu"), now=NOW + DAY)
    queue = store.qualifications
    assert [row.title for row in queue.queue(Filter())] == ["Fractions en boîte", "Verbes du feu"]
    does(store, slug, ANNE, Act.TAKE, NOW + 2 * DAY)
    assert [row.title for row in queue.queue(Filter())] == ["Verbes du feu", "Fractions en boîte"]
    assert [row.slug for row in queue.queue(Filter(assignee="anne"))] == [slug]
    assert [row.title for row in queue.queue(Filter(assignee="-"))] == ["Verbes du feu"]
    assert [row.slug for row in queue.queue(Filter(words="FRACTIONS"))] == [slug]
    assert queue.counts(Filter()) == {CaseState.TO_REVIEW: 1, CaseState.UNDER_REVIEW: 1}
    assert [row.slug for row in queue.queue(Filter(state="en-instruction"))] == [slug]
    assert queue.queue(Filter(asked=True)) == []


def test_the_database_refuses_to_change_a_line_of_the_journal(store, qualified, tmp_path):
    with sqlite3.connect(tmp_path / "balise.sqlite") as database:
        for statement in ("UPDATE journal SET author = 'x'", "DELETE FROM journal"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(statement)
    assert store.qualifications.broken_lines() == []


@pytest.mark.parametrize("column", ["author", "at", "act", "after", "data", "subject"])
def test_a_line_changed_behind_the_databases_back_shows(store, qualified, tmp_path, column):
    values = {"at": "2020-01-01 00:00:00.000000", "data": '{"content": ""}', "act": "noter"}
    with sqlite3.connect(tmp_path / "balise.sqlite") as database:
        database.execute("DROP TRIGGER journal_keeps_UPDATE")
        database.execute(
            f"UPDATE journal SET {column} = ? WHERE id = 2", [values.get(column, "autre")]
        )
    assert store.qualifications.broken_lines() == [2]


def test_a_line_taken_out_shows_too(store, qualified, tmp_path):
    with sqlite3.connect(tmp_path / "balise.sqlite") as database:
        database.execute("DROP TRIGGER journal_keeps_DELETE")
        database.execute("DELETE FROM journal WHERE id = 2")
    assert store.qualifications.broken_lines() == [3]


STEPS = st.tuples(
    st.sampled_from(["act"] * 8 + ["feed", "same", "away", "year", "sweep", "takedown", "restore"]),
    st.sampled_from([HUGO, CHLOE, BASILE, *PEOPLE]),
    st.integers(0, len(ACTS) - 1),
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(begun=st.booleans(), steps=st.lists(STEPS, max_size=25))
def test_whatever_happens_only_what_was_qualified_is_published(tmp_path_factory, begun, steps):
    store = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('c')}/balise.sqlite")
    bring(store, notice("a", "Titre 0"), notice("b"))
    slug = next(row.slug for row in store.qualifications.queue(Filter(words="Titre")))
    now, title, written = NOW, 0, []
    if begun:
        qualify(store, slug)
    for what, by, number in steps:
        now += DAY
        title += what == "feed"
        if what in ("feed", "same"):
            bring(store, notice("a", f"Titre {title}"), notice("b"), now=now)
        elif what == "away":
            bring(store, withdrawn("a"), notice("b"), now=now)
        elif what == "year":
            now += YEAR
        elif what == "sweep":
            store.qualifications.warn(now)
        elif what == "takedown":
            store.takedown(slug, "Plainte", now)
        elif what == "restore":
            with suppress(StoreError):  # it was not taken down
                store.restore(slug)
        else:
            with suppress(Refused):
                does(store, slug, by, ACTS[number], now)
        store.qualifications.expire(now)
        written = check(store, slug, now, written)
    store.close()


def check(store, slug, now, written):
    """The entry shows what its case says; what the journal said, it says still."""
    entry, case = store.get(slug), store.qualifications.case(slug)
    assert (entry.standing.state, entry.standing.face) == (case.state, case.face)
    assert entry.standing.lines == case.lines
    if entry.state is State.PUBLISHED:
        assert case.face in PUBLIC
        decision = case.decision
        assert decision.until > now
        assert decision.is_imported or decision.proposer != decision.by
        examined = store.qualifications.examined(slug)
        is_same = examined.shown == examined.meaning
        assert is_same == (case.face is Face.QUALIFIED)
    elif entry.state is State.WITHHELD:
        assert case.face not in PUBLIC
    lines = [*reversed(store.qualifications.journal(Wanted(slug=slug)))]
    assert lines[: len(written)] == [
        replace(line, title=lines[0].title if lines else "") for line in written
    ]
    assert store.qualifications.broken_lines() == []
    assert DENIS.name not in {line.event.by for line in lines if line.event.act is Act.QUALIFY}
    return lines
