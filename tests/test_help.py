"""What the help pages say is what the catalogue does."""

import re

import pytest

from catalogue_site.help import PAGES
from metadata.case import Face
from metadata.criteria import criteria
from tasks.curation_pictures import HEAVIEST
from tests.corpus import ROOT

QUALIFICATION = PAGES["qualification"].read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the page on qualification."""
    under = QUALIFICATION.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in under.splitlines()
        if line.startswith("|")
    ][2:]


def test_publishers_read_every_criterion_and_whether_it_may_be_left_out():
    said = {
        (family, label.strip())
        for family, labels in rows("Ce qui est regardé")
        for label in labels.split(",")
    }
    assert said == {
        (each.family, each.label + ("" if each.required else "*")) for each in criteria().criteria
    }


@pytest.mark.parametrize("face", [face for face in Face if face is not Face.NONE])
def test_every_face_of_a_qualification_is_explained(face):
    assert any(face.label in badge.casefold() for badge, _ in rows("Ce que disent les badges"))


def test_it_says_how_long_a_decision_holds():
    years = round(criteria().valid_for.days / 365)
    assert years == 2
    assert re.search(r"vaut deux ans", QUALIFICATION)


GUIDE = ROOT / "docs" / "guide-curation.md"


def test_every_picture_of_the_curators_guide_is_there_is_told_in_words_and_light():
    shown = re.findall(r"!\[([^]]*)\]\((images/[^)]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert {each for _, each in shown} == {
        f"images/{path.name}" for path in (GUIDE.parent / "images").iterdir()
    }
    for words, name in shown:
        assert len(words) > 60, name
        assert (GUIDE.parent / name).stat().st_size <= HEAVIEST, name


def test_the_curators_guide_leads_to_pages_and_headings_that_exist():
    text = GUIDE.read_text(encoding="utf-8")
    for file, anchor in re.findall(r"\]\(([^)#]*\.md)?(?:#([^)]+))?\)", text):
        page = (GUIDE.parent / file if file else GUIDE).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
        assert not anchor or anchor in anchors, anchor
