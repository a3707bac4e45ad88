"""Records as a reader of LOM can give them: every field, in one spelling. For property tests.

Texts are already clean, terms are known concepts in use or values that no vocabulary has, dates and
durations are in their plain form: what LOMFR has to keep exactly. See anyrecord.py for any Record.
"""

from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from metadata.lom.notes import Notes
from metadata.lom.table import RECORD, REQUIREMENT, Group, Kind, Slot
from metadata.lom.taxa import TaxonReader
from metadata.lom.terms import SOURCE_SAID, meaning_in, source_named
from metadata.normalise import clean, duration
from metadata.ownterms import lists
from metadata.placeholders import withdraw
from metadata.record import (
    Balise,
    Classification,
    Duration,
    Entity,
    Record,
    Taxon,
    TaxonPath,
    Term,
    Text,
    When,
)
from metadata.vocabulary import CONCEPT, scolomfr

#: What XML 1.0 can hold.
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff\u2028\u2029"
)
TRICKY = st.sampled_from(
    [
        "<p>a</p>",
        "a < b & c",
        "&eacute;",
        "&amp;lt;",
        "l’œuvre\u00a0: «\u00a0été\u00a0»",
        "]]>",
        "日本",
    ]
)
LINES = st.text(LETTERS, min_size=1, max_size=12).map(clean).filter(bool) | TRICKY
PROSES = st.lists(LINES, min_size=1, max_size=3).map("\n\n".join) | st.builds(
    "{}\n{}".format, LINES, LINES
)
LANGUAGES = st.sampled_from(["fr", "en", "fr-CA", "zh-TW", "gsw", "mul", "br"])
SOURCES = st.sampled_from(
    ["", "LOMv1.0", "SCOLOMFRv1.0", "SCOLOMFRv3.2", "SCOLOMFRv8.0", "LOM-ESv1.0", "http://x/v.vdex"]
)
DATES = st.one_of(
    st.sampled_from(["2012", "2012-10", "2012-10-16T10:00", "2012-10-16T10:00:00+02:00"]),
    st.dates().map(str),
    st.datetimes(timezones=st.just(None)).map(lambda each: each.replace(microsecond=0).isoformat()),
)
NAMES = (
    st.lists(
        st.text(
            st.characters(categories=("Lu", "Ll")) | st.sampled_from("’-"), min_size=2, max_size=9
        ),
        min_size=1,
        max_size=4,
    )
    .map(" ".join)
    .map(lambda name: name.strip("’-"))
    .filter(lambda name: clean(name) == name != "")
)
URIS = st.sampled_from(
    ["http://data.education.fr/gar", "https://é.fr/a b?c=%20#d", "urn:x:y", "ENT", "a/b:c"]
)


def lang_strings(texts: st.SearchStrategy[str], min_size: int = 1) -> st.SearchStrategy[Any]:
    text = st.builds(Text, texts, st.just("") | LANGUAGES)
    return st.lists(text, min_size=min_size, max_size=3, unique=True).map(tuple)


def terms(slot: Slot) -> st.SearchStrategy[Term]:
    """Terms of the element's vocabulary, of another one, and values that nobody knows."""
    texts = st.just("") | LINES.filter(lambda text: not text.startswith(SOURCE_SAID))
    said = texts.filter(
        lambda text: (text and not slot.vocabulary) or not meaning_in(slot, text).uri
    )
    unknown = st.builds(Term, st.just(""), said.filter(bool), SOURCES.map(source_named))
    if not slot.vocabulary:
        words = st.sampled_from(sorted(slot.tokens))
        return unknown | st.builds(Term, st.just(""), words, SOURCES)
    known = scolomfr()
    uris = [each.uri for each in known.members(slot.vocabulary) if known.current(each) == each]
    elsewhere = [CONCEPT + "scolomfr-voc-022-num-007", "http://data.education.fr/gar"]
    return unknown | st.builds(Term, st.sampled_from([*uris, *elsewhere]), texts, SOURCES)


def durations() -> st.SearchStrategy[Duration]:
    part = st.integers(0, 59)
    iso = st.builds("P{}DT{}H{}M{}S".format, part, part, part, part).map(duration)
    words = lang_strings(PROSES, 0)
    silent = words.filter(lambda texts: texts and not any(duration(text.value) for text in texts))
    return st.builds(Duration, iso.filter(bool), words) | st.builds(Duration, st.just(""), silent)


def dates() -> st.SearchStrategy[When]:
    words = lang_strings(PROSES, 0)
    return st.builds(When, DATES, words) | st.builds(When, st.just(""), words.filter(bool))


def entities() -> st.SearchStrategy[Entity]:
    digits = st.integers(1, 10**9 - 1).map("{:09d}".format)
    isni = st.integers(1, 10**15 - 1).map("{:015d}X".format)
    return st.builds(
        Entity,
        name=st.just("") | NAMES | st.builds("{}, {}".format, NAMES, NAMES),
        organisation=st.just("") | NAMES.map("Société {}".format),
        siren=st.just("") | digits,
        isni=st.just("") | isni,
    ).filter(lambda each: each != Entity())


def formats() -> st.SearchStrategy[str]:
    return LINES | st.sampled_from(["text/html", "application/pdf", "text/html; charset=utf-8"])


def values(slot: Slot) -> st.SearchStrategy[Any]:
    """What one element may hold."""
    if slot.group:
        return groups(slot.group)
    return {
        Kind.TEXT: lambda: LINES,
        Kind.FORMAT: formats,
        Kind.PLATFORM: lambda: URIS,
        Kind.SIZE: lambda: st.integers(0, 10**15 - 1),
        Kind.LANGUAGE: lambda: LANGUAGES,
        Kind.LINE: lambda: lang_strings(LINES),
        Kind.PROSE: lambda: lang_strings(PROSES),
        Kind.TERM: lambda: terms(slot),
        Kind.ENTITY: entities,
        Kind.DATE: dates,
        Kind.DURATION: durations,
    }[slot.kind]()


def groups(group: Group) -> st.SearchStrategy[Any]:
    """What a group of elements may hold: something at least."""
    if group is REQUIREMENT:
        return several(values(group.slots[0]), 1)
    optional = {}
    for slot in group.slots:
        # A group that is no field of its own (7.2) gives its fields to the one above.
        for each in slot.group.slots if slot.kind is Kind.INLINE and slot.group else (slot,):
            optional[each.field] = several(values(each), 1) if each.many else values(each)
    filled = st.fixed_dictionaries({}, optional=optional).filter(bool)

    # A composite: otherwise the description of a strategy would be the whole table.
    @st.composite
    def made(draw: st.DrawFn) -> Any:
        return resolved(group.make(**draw(filled)))

    return made()


def several(strategy: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=least, max_size=2, unique=True).map(tuple)


def resolved(value: Any) -> Any:
    """A classification whose taxa have been looked up, as a reader leaves it."""
    return TaxonReader(Notes()).resolved(value, 1) if isinstance(value, Classification) else value


def balises() -> st.SearchStrategy[Balise]:
    strategies: dict[str, Any] = {}
    needs = [term.key for term in lists()["besoins"].terms]
    for field in fields(Balise):
        if field.default is None:
            strategies[field.name] = st.none() | st.booleans()
        elif field.default == ():
            strategies[field.name] = several(LINES | st.sampled_from(needs))
        else:
            strategies[field.name] = st.just("") | LINES | st.sampled_from(["PT10M", "totale"])
    return st.builds(Balise, **strategies)


def taxon_paths() -> st.SearchStrategy[TaxonPath]:
    ids = st.sampled_from(
        [
            *("", "urn:x", "571.82", "LYCGEN", CONCEPT + "scolomfr-voc-014-num-00065"),
            *(f"{CONCEPT}scolomfr-voc-022-num-{n}" for n in ("023", "620", "012", "999")),
            CONCEPT + "scolomfr-voc-015-num-980",
        ]
    )
    entries = st.just(()) | lang_strings(LINES | st.sampled_from(["3e", "cycle 4", "français"]))
    taxon = st.builds(Taxon, ids, entries).filter(any)
    sources = st.just(()) | lang_strings(LINES | st.just("SCOLOMFRv3.0 ; scolomfr-voc-015 ; x"))
    taxa = st.lists(taxon, max_size=3).map(tuple)
    paths = st.builds(TaxonPath, source=sources, taxa=taxa)
    return paths.filter(lambda path: path != TaxonPath())


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Whole records, a few fields at a time."""
    record, own = draw(_said()), draw(st.just(Balise()) | balises())
    return withdraw(replace(record, balise=own))[0]


@lru_cache(maxsize=1)
def _said() -> st.SearchStrategy[Record]:
    return groups(RECORD)
