"""What two people write at once, and what a feed changed, compared without losing a word."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from catalogue_site import opinions
from catalogue_site.opinions import NOTHING, Said, changed, held, merged, sent
from catalogue_site.wording import LONGEST, Change, compared, words
from metadata.case import Case, Opinion, Verdict, is_reference
from metadata.criteria import criteria

KEYS = [each.key for each in criteria().criteria]

texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40)
values = st.builds(
    lambda verdict, reason, references: Said(
        verdict=verdict, reason=reason.strip(), references=tuple(dict.fromkeys(references))
    ),
    st.sampled_from(list(Verdict)),
    texts,
    st.lists(st.sampled_from(["https://a.example/", "sha256:" + "b" * 64]), max_size=2),
)
forms = st.dictionaries(st.sampled_from(KEYS), values)


def case(form):
    return Case(opinions={key: said.opinion for key, said in form.items()})


def as_sent(form):
    """What a browser sends of a form."""
    fields = {}
    for key, said in form.items():
        if said.verdict:
            fields[f"verdict-{key}"] = said.verdict
        fields[f"motif-{key}"] = said.reason.replace("\n", "\r\n")
        fields[f"pieces-{key}"] = "\r\n".join(said.references)
    return fields


@given(forms)
def test_a_form_comes_back_as_it_was_shown(form):
    found = sent(as_sent(form), "")
    assert {key: said for key, said in found.items() if said != NOTHING} == form
    assert changed(found, case(form).opinions) == {}


@given(forms, forms, forms)
def test_two_forms_merge_and_nothing_that_one_wrote_is_lost(base, mine, theirs):
    before, after = case(base), case({**base, **theirs})
    form = {key: mine.get(key, said_in(base, key)) for key in KEYS}
    found = merged(form, before, after)
    for key in KEYS:
        wrote = form[key] != said_in(base, key)
        assert found[key] == (form[key] if wrote else said_in({**base, **theirs}, key))


def said_in(form, key):
    return form.get(key, NOTHING)


@given(forms)
def test_what_is_held_is_what_was_said(form):
    assert held(case(form).opinions) == form


def test_only_a_page_or_the_hash_of_a_file_is_a_reference():
    for reference in ("https://a.example/x", "http://a.example", "SHA256:" + "A" * 64):
        assert is_reference(reference)
    for text in (
        "a.example",
        "javascript:alert(1)",
        "sha256:" + "a" * 63,
        "le rapport",
        "ftp://a.b/",
    ):
        assert not is_reference(text)


def test_a_criterion_not_assessed_is_missing_where_one_must():
    said = {"rgpd": Opinion(verdict=Verdict.NOT_ASSESSED, reason="Plus tard.")}
    fields = opinions.fields(criteria(), {}, replace(Case(), opinions=said))
    missing = {each.key for _, some in fields for each in some if each.is_missing}
    assert missing == {each.key for each in criteria().criteria if each.required}


# --- Words

sentences = st.lists(
    st.sampled_from(["les", "fractions", "du", "CM1", "et", "du,", "cercle."]), max_size=12
)


def joined(pieces, *changes):
    return " ".join(piece.words for piece in pieces if piece.change in changes).split()


@given(sentences, sentences)
def test_no_word_is_lost_between_two_texts(before, after):
    pieces = words(" ".join(before), " ".join(after))
    assert joined(pieces, Change.SAME, Change.LEFT) == before
    assert joined(pieces, Change.SAME, Change.CAME) == after


@given(st.lists(texts, unique=True, max_size=4), st.lists(texts, unique=True, max_size=4))
def test_every_value_is_told_once(before, after):
    found = compared(before, after)
    kept = [joined(pieces, Change.SAME, Change.LEFT) for pieces in found]
    come = [joined(pieces, Change.SAME, Change.CAME) for pieces in found]
    assert sorted(filter(None, kept)) == sorted(filter(None, (each.split() for each in before)))
    assert sorted(filter(None, come)) == sorted(filter(None, (each.split() for each in after)))


def test_very_long_texts_are_told_whole():
    before, after = "mot " * (LONGEST + 1), "autre " * (LONGEST + 1)
    assert [piece.change for piece in words(before, after)] == [Change.LEFT, Change.CAME]
