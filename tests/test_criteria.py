"""The criteria of the qualification, as data that curators and vendors read."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from itertools import groupby

import pytest

from catalogue_site.typography import text
from metadata.criteria import Criterion, criteria, versions
from tests.corpus import ROOT

#: What journals, imports and badges name.
KEYS = [
    "programmes",
    *("acces-gar", "identite", "interoperabilite", "disponibilite"),
    *("rgpd", "hebergement", "niveau-donnees"),
    *("rgaa", "declaration"),
    "sobriete",
    "ia",
    *("droits", "licence"),
]


def test_the_first_version_stays_as_it_was_decided_under():
    first = criteria("2026-1")
    assert [each.key for each in first.criteria] == KEYS
    assert first.valid_for == timedelta(days=730)
    assert {"hors-programmes", "doctrine-technique", "doublon", "autre"} <= {
        each.key for each in first.refusals
    }


def test_the_latest_version_serves_when_none_is_named():
    assert criteria() == criteria(versions()[-1])
    assert "2026-1" in versions()


def test_a_version_that_never_was_is_refused():
    for unknown in ("2026-0", "2025", "../licences"):
        with pytest.raises(KeyError):
            criteria(unknown)


@pytest.mark.parametrize("version", versions())
def test_every_version_can_be_read_and_shown(version):
    read = criteria(version)
    for criterion in read.criteria:
        said = [getattr(criterion, field.name) for field in fields(Criterion)]
        assert all(value != "" for value in said), criterion.key
        assert criterion.address.startswith("https://")
        assert criterion.question.endswith("?")
        assert criterion.evidence.endswith(".")
        for shown in (criterion.family, criterion.label, criterion.question, criterion.evidence):
            assert text(shown) == shown
    for reason in read.refusals:
        assert text(reason.label) == reason.label
        assert reason.label.endswith(".")


@pytest.mark.parametrize("version", versions())
def test_the_criteria_of_a_family_stand_together_and_one_of_each_must_be_examined(version):
    families = [family for family, _ in groupby(criteria(version).criteria, lambda c: c.family)]
    assert len(families) == len(set(families))
    for family in set(families) - {"Sobriété"}:
        assert any(c.required for c in criteria(version).criteria if c.family == family)


def test_a_criterion_and_a_reason_are_found_by_their_key():
    first = criteria("2026-1")
    assert first.criterion("rgaa").label == "Niveau de conformité au RGAA"
    assert first.refusal("doublon").label == "La ressource est déjà au catalogue."
    assert first.criterion("humeur") is None
    assert first.refusal("humeur") is None


def test_the_documentation_tells_every_criterion():
    page = (ROOT / "docs" / "qualification.md").read_text("utf-8")
    for criterion in criteria().criteria:
        mark = " *" if criterion.required else ""
        assert f"| `{criterion.key}`{mark} |" in page
        assert f"| {criterion.family} |" in page
