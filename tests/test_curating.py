"""What curators decide of what feeds bring, in the store: remembered, journaled, undone."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.entry import JOINED, State
from indexer.errors import RecordNotFound, StoreError
from indexer.harvest import harvest
from indexer.pairs import Pair, apart, joined, linked
from indexer.preview import Candidate, preview
from indexer.store import SqlStore
from metadata.case import Act, Actor, Role
from metadata.qualification import Refused
from metadata.record import Educational, Term

from .fakes import CURATOR, DAY, NOW, ListSource, info, notice, unreadable, withdrawn

CONCEPT = "http://data.education.fr/voc/scolomfr/concept/"
READER = Actor(name="alex", roles=frozenset({Role.READER}))
EXAMINER = Actor(name="ines", roles=frozenset({Role.EXAMINER}))
SHARED = {"locations": ["https://exemple.fr/cours"]}


@pytest.fixture
def store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/balise.sqlite")
    yield store
    store.close()


def fill(store, *records, now=NOW, key="essai", confirm=False, **said):
    source = ListSource(records, key=key)
    return harvest(source, info(key, **said), store, now=now, confirm_drop=confirm)


def slugs(store, *names):
    return [store.find(name).slug for name in names]


def groups(store):
    return [(group.kind, group.slugs) for group in store.duplicates()]


def acts(store, subject):
    return [line.event.act for line in store.curating.lines(subject)]


# Values


def said(value):
    return {"educational": (Educational(learning_resource_types=(Term("", value),)),)}


def test_who_maps_a_value_and_why_is_in_the_journal(store):
    fill(store, notice("1", **said("Fiche prof")), notice("2", **said("fiche  PROF")))
    touched = store.curating.map_value("fiche prof", f"{CONCEPT}lecture", EXAMINER, NOW, "usage")
    (line,) = store.curating.about("valeur 010 fiche prof")
    assert touched == 2
    assert (line.event.act, line.event.by, line.event.at) == (Act.MAP, "ines", NOW)
    assert line.event.data == {
        "value": "fiche prof", "concept": f"{CONCEPT}lecture", "reason": "usage", "entries": 2,
    }  # fmt: skip
    (mapped,) = store.curating.mapped()
    assert (mapped.vocabulary, mapped.count, mapped.uri) == ("010", 2, f"{CONCEPT}lecture")


def test_a_mapping_taken_back_leaves_the_value_unknown_again_and_two_lines(store):
    fill(store, notice("1", **said("Fiche prof")))
    store.curating.map_value("fiche prof", f"{CONCEPT}lecture", CURATOR, NOW)
    store.settle(store.changes(10))
    assert store.curating.unmap("010", "Fiche prof", CURATOR, NOW, "une erreur") == 1
    assert [value.value for value in store.unmapped()] == ["Fiche prof"]
    assert [change.slug for change in store.changes(10)] == slugs(store, "1")
    assert acts(store, "valeur") == [Act.UNMAP, Act.MAP]
    with pytest.raises(StoreError, match="Rien n’a été décidé"):
        store.curating.unmap("010", "Fiche prof", CURATOR, NOW, "encore")


def test_a_mapping_that_replaces_another_says_what_it_replaces(store):
    for name in ("lecture", "exercise"):
        store.curating.map_value("fiche", CONCEPT + name, CURATOR, NOW)
    assert store.curating.lines("valeur")[0].event.data["was"] == f"{CONCEPT}lecture"


# Duplicates


def test_entries_told_apart_are_no_longer_duplicates_whatever_is_harvested_or_read_again(store):
    fill(store, notice("1", **SHARED), key="a")
    fill(store, notice("2", **SHARED), key="b")
    one, other = slugs(store, "1", "2")
    store.curating.judge_pairs(
        [one, other], same=False, by=EXAMINER, now=NOW, reason="deux éditions"
    )
    fill(store, notice("1", "Un autre titre", **SHARED), key="a", now=NOW + DAY)
    assert list(store.reread(NOW + DAY)) == [2]
    assert store.duplicates() == store.duplicates_of(one) == []
    (pair,) = store.curating.pairs()
    assert pair == Pair(
        first=min(one, other), second=max(one, other), same=False,
        reason="deux éditions", by="ines", at=NOW,
    )  # fmt: skip
    assert acts(store, "doublon") == [Act.TELL_APART]


def test_of_three_only_the_two_told_apart_are_not_shown_together(store):
    fill(store, *(notice(name, **SHARED) for name in "123"))
    one, two, three = slugs(store, "1", "2", "3")
    store.curating.judge_pairs([one, two], same=False, by=CURATOR, now=NOW, reason="x")
    assert groups(store) == [("location", tuple(sorted([one, two, three])))]
    assert [group.slugs for group in store.duplicates_of(one)] == [tuple(sorted([one, three]))]
    store.curating.judge_pairs([one, three], same=False, by=CURATOR, now=NOW, reason="x")
    assert groups(store) == [("location", tuple(sorted([two, three])))]
    assert store.duplicates_of(one) == []


def test_joined_entries_are_the_same_though_they_share_nothing(store):
    fill(store, *(notice(name) for name in "1234"))
    one, two, three, _ = slugs(store, *"1234")
    store.curating.judge_pairs([one, two], same=True, by=CURATOR, now=NOW, reason="réédition")
    store.curating.judge_pairs([two, three], same=True, by=CURATOR, now=NOW, reason="réédition")
    assert groups(store) == [(JOINED, tuple(sorted([one, two, three])))]
    assert [group.kind for group in store.duplicates_of(three)] == [JOINED]
    store.curating.forget_pair([two, one], by=CURATOR, now=NOW, reason="une erreur")
    assert groups(store) == [(JOINED, tuple(sorted([two, three])))]
    assert acts(store, "doublon") == [Act.FORGET_PAIR, Act.JOIN, Act.JOIN]


def test_those_who_share_an_address_and_were_joined_are_shown_once(store):
    fill(store, notice("1", **SHARED), notice("2", **SHARED))
    store.curating.judge_pairs(slugs(store, *"12"), same=True, by=CURATOR, now=NOW, reason="x")
    assert [group.kind for group in store.duplicates()] == [JOINED]
    assert [group.kind for group in store.duplicates_of(slugs(store, "1")[0])] == [JOINED]


def test_a_joined_entry_that_left_is_not_shown(store):
    fill(store, notice("1"), notice("2"), notice("3"))
    one, two = slugs(store, "1", "2")
    store.curating.judge_pairs([one, two], same=True, by=CURATOR, now=NOW, reason="x")
    store.takedown(two, "demande", NOW)
    assert store.duplicates() == store.duplicates_of(one) == []
    store.restore(two)
    assert groups(store) == [(JOINED, tuple(sorted([one, two])))]


def test_what_was_said_of_others_is_not_contradicted(store):
    fill(store, *(notice(name) for name in "123"))
    one, two, three = slugs(store, *"123")

    def judge(*chosen, same):
        store.curating.judge_pairs([*chosen], same=same, by=CURATOR, now=NOW, reason="x")

    judge(one, two, same=True)
    judge(two, three, same=True)
    with pytest.raises(StoreError, match="à la fois la même ressource et deux"):
        judge(one, three, same=False)
    judge(one, two, three, same=False)
    assert {pair.same for pair in store.curating.pairs()} == {False}
    judge(one, two, same=True)
    with pytest.raises(StoreError, match="revenez d’abord"):
        judge(two, three, same=True)


def test_a_decision_is_about_two_known_entries_at_least(store):
    fill(store, notice("1"))
    with pytest.raises(StoreError, match="de deux à 10"):
        store.curating.judge_pairs(slugs(store, "1"), same=True, by=CURATOR, now=NOW, reason="x")
    with pytest.raises(RecordNotFound):
        store.curating.judge_pairs(
            [*slugs(store, "1"), "rien"], same=True, by=CURATOR, now=NOW, reason="x"
        )
    with pytest.raises(StoreError, match="Rien n’a été décidé"):
        store.curating.forget_pair(["a", "b"], by=CURATOR, now=NOW, reason="x")
    assert acts(store, "doublon") == []


names = st.sampled_from("abcdefg")
decisions = st.lists(st.tuples(names, names, st.booleans()).filter(lambda d: d[0] < d[1]))


@settings(max_examples=100)
@given(decisions)
def test_joined_groups_hold_each_entry_once_and_every_joined_pair(said):
    pairs = [Pair(first=a, second=b, same=s, reason="", by="", at=NOW) for a, b, s in said]
    found = joined(pairs)
    assert sum(map(len, found)) == len(set().union(*found))
    for pair in pairs:
        together = any({*pair.slugs} <= group for group in found)
        assert together if pair.same else pair.second in apart(pairs)[pair.first]
    assert sorted(map(sorted, linked(reversed([p.slugs for p in pairs if p.same])))) == sorted(
        map(sorted, found)
    )


# Drops


def many(count, start=0):
    return [notice(str(number)) for number in range(start, start + count)]


def held(store):
    return store.runs.status("essai").held


def test_a_drop_confirmed_is_carried_out_by_the_next_harvest(store):
    fill(store, *many(60))
    assert fill(store, *many(40), now=NOW + DAY).held
    assert store.curating.leaving("essai") == sorted(
        slugs(store, *map(str, range(40, 60))), key=lambda slug: store.get(slug).title
    )
    store.curating.confirm_drop("essai", 20, CURATOR, NOW + DAY, "tri annuel")
    assert held(store).confirmed == NOW + DAY
    assert "confirmé" in held(store).advice("essai")
    report = fill(store, *many(40), now=NOW + 2 * DAY)
    assert not report.held
    assert store.runs.status("essai").states == {State.PUBLISHED: 40, State.GONE: 20}
    assert (held(store), store.curating.leaving("essai")) == (None, [])
    (line,) = store.curating.about("source essai")
    assert (line.event.act, line.event.data["lost"]) == (Act.CONFIRM_DROP, 20)


def test_a_drop_that_grew_much_since_it_was_confirmed_is_held_anew(store):
    fill(store, *many(60))
    fill(store, *many(40), now=NOW + DAY)
    store.curating.confirm_drop("essai", 20, CURATOR, NOW + DAY, "tri annuel")
    assert fill(store, *many(30), now=NOW + 2 * DAY).held.lost == 30
    assert held(store).confirmed is None
    assert len(store.curating.leaving("essai")) == 30
    assert fill(store, *many(30), now=NOW + 3 * DAY).held


def test_a_drop_that_was_only_a_bad_day_leaves_no_confirmation_behind(store):
    fill(store, *many(60))
    fill(store, *many(40), now=NOW + DAY)
    store.curating.confirm_drop("essai", 20, CURATOR, NOW + DAY, "tri annuel")
    fill(store, *many(60), now=NOW + 2 * DAY)
    assert held(store) is None
    assert fill(store, *many(40), now=NOW + 3 * DAY).held


def test_withdrawals_that_are_too_many_are_listed_and_confirmed_too(store):
    records = many(60)
    fill(store, *records)
    said = [*records[:40], *(withdrawn(str(number)) for number in range(40, 60))]
    fill(store, *said, now=NOW + DAY)
    assert len(store.curating.leaving("essai")) == held(store).lost == 20
    store.curating.confirm_drop("essai", 20, CURATOR, NOW + DAY, "tri")
    fill(store, *said, now=NOW + 2 * DAY)
    assert store.runs.status("essai").states[State.GONE] == 20


def test_a_look_at_a_part_of_a_source_forgets_no_drop(store):
    def give(count, days, *, exhaustive=True):
        source = ListSource(many(count), incremental=True, exhaustive=exhaustive, as_of=NOW)
        harvest(source, info("essai"), store, now=NOW + days * DAY)

    give(60, 0)
    give(40, 8)
    store.curating.confirm_drop("essai", 20, CURATOR, NOW + 8 * DAY, "tri")
    give(1, 9, exhaustive=False)
    assert (held(store).lost, held(store).confirmed) == (20, NOW + 8 * DAY)
    give(40, 10)
    assert store.runs.status("essai").states[State.GONE] == 20


def test_one_confirms_the_drop_one_saw(store):
    fill(store, *many(60))
    with pytest.raises(StoreError, match="Aucune baisse"):
        store.curating.confirm_drop("essai", 20, CURATOR, NOW, "tri")
    fill(store, *many(40), now=NOW + DAY)
    fill(store, *many(30), now=NOW + 2 * DAY)
    with pytest.raises(StoreError, match="30 entrées disparaîtraient, et non 20"):
        store.curating.confirm_drop("essai", 20, CURATOR, NOW + 2 * DAY, "tri")
    store.curating.confirm_drop("essai", 30, CURATOR, NOW + 2 * DAY, "tri")
    with pytest.raises(StoreError, match="déjà confirmée"):
        store.curating.confirm_drop("essai", 30, CURATOR, NOW + 2 * DAY, "tri")


# Rights


ACTS = {
    "map": lambda c, by, r: c.map_value("fiche", f"{CONCEPT}lecture", by, NOW, r),
    "unmap": lambda c, by, r: c.unmap("010", "fiche", by, NOW, r),
    "join": lambda c, by, r: c.judge_pairs(["a", "b"], same=True, by=by, now=NOW, reason=r),
    "tell apart": lambda c, by, r: c.judge_pairs(["a", "b"], same=False, by=by, now=NOW, reason=r),
    "forget": lambda c, by, r: c.forget_pair(["a", "b"], by, NOW, r),
    "drop": lambda c, by, r: c.confirm_drop("essai", 20, by, NOW, r),
    "accept": lambda c, by, r: c.judge_source(CANDIDATE, accepted=True, by=by, now=NOW, reason=r),
    "refuse": lambda c, by, r: c.judge_source(CANDIDATE, accepted=False, by=by, now=NOW, reason=r),
}
CANDIDATE = Candidate(key="nouvelle", kind="oaipmh", url="https://exemple.fr/oai", prefix="oai_dc")


@pytest.mark.parametrize("act", ACTS)
def test_a_reader_decides_nothing(store, act):
    with pytest.raises(Refused, match="demande le rôle"):
        ACTS[act](store.curating, READER, "un motif")


@pytest.mark.parametrize("act", ["drop", "accept", "refuse"])
def test_sources_are_the_administrators(store, act):
    with pytest.raises(Refused, match="administrateur"):
        ACTS[act](store.curating, EXAMINER, "un motif")


@pytest.mark.parametrize("act", sorted(ACTS.keys() - {"map"}))
def test_a_reason_is_needed(store, act):
    with pytest.raises(Refused, match="demande un motif"):
        ACTS[act](store.curating, CURATOR, " ")


# Previews


def look(store, *records, size=10, **source):
    return preview(ListSource(records, size=size, **source), CANDIDATE, store.curating, NOW)


def test_a_preview_shows_twenty_records_and_keeps_nothing(store):
    found = look(store, *many(50))
    assert [seen.entry.identifier for seen in found.records] == [str(n) for n in range(20)]
    assert found.results.total == 20
    assert found.results.facets["niveau"] == {"-": 20}
    assert store.sources() == store.slugs() == store.curating.lines("source") == []


def test_a_preview_tells_what_is_wrong_with_records(store):
    found = look(store, unreadable("a"), withdrawn("b"), notice("c", **said("fiche prof")))
    assert [identifier for identifier, _ in found.refused] == ["a"]
    assert found.deleted == 1
    assert [(value.value, often) for value, often in found.unknown] == [("fiche prof", 1)]
    assert found.findings
    assert all(often == 1 for _, often in found.findings)


def test_a_preview_reads_with_what_was_decided_of_values(store):
    store.curating.map_value("fiche prof", f"{CONCEPT}lecture", CURATOR, NOW)
    found = look(store, notice("c", **said("fiche prof")))
    assert found.unknown == []
    (term,) = found.records[0].entry.record.educational[0].learning_resource_types
    assert term.uri == f"{CONCEPT}lecture"


def test_a_preview_names_those_of_ours_that_are_the_same(store):
    fill(store, notice("1", **SHARED), notice("2"))
    found = look(store, notice("x", **SHARED), notice("2"))
    (alike,) = found.records[0].alike.items()
    assert alike == (("location", "//exemple.fr/cours"), tuple(slugs(store, "1")))
    assert found.records[1].alike == {}


def test_a_preview_of_a_source_that_breaks_tells_it_with_what_was_read(store):
    found = look(store, *many(15), breaks_after=1)
    assert (len(found.records), found.fault) == (10, "La source ne répond plus.")
    nothing = look(store, breaks_after=0)
    assert (nothing.records, nothing.fault) == ((), "La source ne répond plus.")


def test_a_preview_asks_for_two_pages_at_most(store):
    gone = [withdrawn(str(number)) for number in range(40)]
    found = look(store, *gone, *many(10, 50))
    assert (found.deleted, found.records) == (20, ())


def test_an_accepted_source_is_a_line_of_the_journal_and_a_block_to_copy(store):
    odd = replace(CANDIDATE, title='Éditions « "Exemple" »', licence="etalab-2.0", prefix="")
    store.curating.judge_source(odd, accepted=True, by=CURATOR, now=NOW, reason="convention")
    (line,) = store.curating.about("source nouvelle")
    assert Candidate(**line.event.data["source"]) == odd
    (block,) = tomllib.loads(odd.toml())["source"]
    assert block == odd.said()
    assert "prefix" not in block
