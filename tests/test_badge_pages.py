"""Badges as others see them: pictures in READMEs, the page that explains them, JSON, filters."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from lxml import etree, html

from catalogue_site import picture
from catalogue_site.application import create_app
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.harvest import harvest
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata import badges
from metadata.case import Act, Action, Actor, Role, State
from metadata.criteria import criteria
from tests.curators import DECIDER, EXAMINER, OTHER, PIECE, qualify
from tests.fakes import DAY, NOW, ListSource, info, notice


@dataclass
class Vendor:
    """One entry of a vendor, before curators whose clock we hold."""

    store: SqlStore
    engine: WhooshEngine
    now: object = NOW

    @property
    def slug(self):
        [slug] = {s for state in ("published", "withheld") for s in self.store.slugs(state)}
        return slug

    @property
    def site(self):
        return Site(
            store=self.store,
            engine=self.engine,
            base_url="https://catalogue.example",
            clock=lambda: self.now,
        )

    def feed(self, title="Atlas des volcans"):
        """The vendor's feed, as it is today."""
        source = ListSource([notice("1", title, locations=["https://editeur.example/1"])])
        about = info(origin="editeur", publish="qualified", licence="etalab-2.0")
        harvest(source, about, self.store, now=self.now)
        self.index()

    def act(self, act, by, **said):
        self.store.qualifications.act(self.slug, Action(act=act, **said), by, self.now)
        self.index()

    def index(self):
        catch_up(self.store, self.engine)

    def qualify(self):
        qualify(self.store, self.slug, self.now)
        self.index()

    def leave(self, asked, confirmed):
        self.act(asked, EXAMINER, reason="Une fuite de données.")
        self.act(confirmed, OTHER)

    def get(self, address, status=200, **headers):
        answer = create_app(self.site).test_client().get(address, headers=headers)
        assert answer.status_code == status, (address, answer.status)
        return answer

    def picture(self, status=200):
        return self.get(f"/badges/{self.slug}.svg", status)


@pytest.fixture
def vendor(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    made = Vendor(store, WhooshEngine(tmp_path / "index"))
    made.feed()
    yield made
    store.close()


def said(answer):
    return etree.fromstring(answer.data).findtext("{*}title").split("\u00a0: ")[1]


def words(answer):
    text = html.fromstring(answer.text).find(".//main").text_content()
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


# --- The picture ------------------------------------------------------------------------------


@pytest.mark.parametrize("drawing", [*map(picture.of_face, picture.FACES), picture.LISTED])
def test_a_picture_says_its_state_in_words_first_and_in_less_than_a_kilobyte(vendor, drawing):
    with create_app(vendor.site).app_context():
        text = create_app(vendor.site).jinja_env.get_template("badge.svg").render(it=drawing)
    assert len(text.encode()) < 1000
    drawn = etree.fromstring(text.encode())
    assert drawn.get("role") == "img"
    assert drawn.findtext("{*}title") == drawing.title
    assert drawn.get("aria-labelledby") == drawn.find("{*}title").get("id")
    assert [each.text for each in drawn.iter("{*}text")] == ["Balise", drawing.words]
    full = [dot for dot in drawn.iter("{*}circle") if dot.get("fill") == "#fff"]
    assert len(full) == drawing.filled
    assert not re.search(r"url\(|href|@import|style", text)


def luminance(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_white_words_are_read_on_every_colour_grey_or_not():
    for drawing in (*map(picture.of_face, picture.FACES), picture.LISTED, picture.NOT_LISTED):
        assert 1.05 / (luminance(drawing.colour) + 0.05) >= 7, drawing


def test_the_longest_badge_of_a_commun_stays_small(vendor):
    template = create_app(vendor.site).jinja_env.get_template("badge.svg")
    for label in (*badges.labels().values(), "activité"):
        for held in (True, False):
            made = badges.Badge(id="x", label=label, held=held, rule="", why="")
            assert len(template.render(it=picture.of_badge(made)).encode()) < 1000


def test_a_picture_is_kept_an_hour_and_asked_for_again_by_its_mark(vendor):
    vendor.qualify()
    answer = vendor.picture()
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    mark = {"If-None-Match": answer.headers["ETag"]}
    assert not vendor.get(answer.request.path, 304, **mark).data


# --- What a vendor's entry shows, state by state ------------------------------------------------


def test_nothing_shows_of_an_entry_before_it_is_qualified(vendor):
    for address in ("/badges/{}.svg", "/ressources/{}/badges", "/ressources/{}/badges.json"):
        vendor.get(address.format(vendor.slug), 404)
    vendor.act(Act.TAKE, EXAMINER)
    vendor.picture(404)


def test_a_qualified_entry_is_explained_criterion_by_criterion_without_a_name(vendor):
    vendor.qualify()
    assert said(vendor.picture()) == "qualifiée"
    page = vendor.get(f"/ressources/{vendor.slug}/badges")
    text = words(page)
    for criterion in criteria().criteria:
        assert criterion.label in text
    assert "Favorable avec réserve, par un instructeur du ministère le 1er mars 2026. Le registre est" in text
    assert "29 février 2028" in text
    assert criteria().version in text
    assert "qualifiée, par un décideur du ministère" in text
    links = {link.get("href") for link in html.fromstring(page.text).iterfind(".//main//a")}
    assert PIECE in links
    assert "a" * 64 in text
    for private in ("inès", "denis", "Paul"):
        assert private not in page.text


def test_the_json_says_the_same_as_the_page(vendor):
    vendor.qualify()
    told = vendor.get(f"/ressources/{vendor.slug}/badges.json").json
    found = told["qualification"]
    assert found["state"] == "qualifiee"
    assert found["until"] == "2028-02-29"
    assert found["criteria_version"] == criteria().version
    rgpd = next(each for each in found["criteria"] if each["id"] == "rgpd")
    assert (rgpd["verdict"], rgpd["by"]) == ("reserve", "un instructeur du ministère")
    assert rgpd["evidence"][0] == {"address": PIECE, "at": "2026-03-01"}
    assert rgpd["evidence"][1] == {"sha256": "a" * 64, "at": "2026-03-01"}
    assert [step["what"] for step in found["history"]] == ["qualifiée"]
    for private in ("inès", "denis", "Paul"):
        assert private not in json.dumps(told, ensure_ascii=False)


def test_an_entry_that_its_feed_changed_says_so_at_once_and_goes_back_by_itself(vendor):
    vendor.qualify()
    vendor.now += DAY
    vendor.feed("Atlas des volcans et des séismes")
    assert said(vendor.picture()) == "à réexaminer"
    text = words(vendor.get(f"/ressources/{vendor.slug}"))
    assert "Qualifiée par le ministère le 1er mars 2026" in text
    assert "a modifié sa notice le 2 mars 2026" in text
    assert "séismes" not in text
    told = vendor.get(f"/ressources/{vendor.slug}/badges.json").json
    assert told["certification"]["certificationStatus"].endswith("Active")
    vendor.now += DAY
    vendor.feed()
    assert said(vendor.picture()) == "qualifiée"
    history = words(vendor.get(f"/ressources/{vendor.slug}/badges"))
    assert "2 mars 2026 : contenu modifié par son éditeur : à réexaminer, par Balise" in history
    assert "3 mars 2026 : contenu revenu à ce qui était qualifié" in history


@pytest.mark.parametrize(
    ("asked", "confirmed", "state"),
    [
        (Act.ASK_SUSPENSION, Act.SUSPEND, "suspendue"),
        (Act.ASK_WITHDRAWAL, Act.WITHDRAW, "retirée"),
    ],
)
def test_what_was_taken_away_is_gone_but_its_picture_says_why_it_must_not_be_believed(
    vendor, asked, confirmed, state
):
    vendor.qualify()
    vendor.leave(asked, confirmed)
    assert said(vendor.picture()) == state
    for address in ("", "/badges"):
        text = words(vendor.get(f"/ressources/{vendor.slug}{address}", 410))
        assert "Atlas des volcans" in text
        assert "Une fuite de données." in text
    told = vendor.get(f"/ressources/{vendor.slug}/badges.json").json
    assert told["qualification"]["label"] == state
    assert told["qualification"]["criteria"] == []
    assert told["certification"]["certificationStatus"].endswith("Inactive")
    vendor.get(f"/ressources/{vendor.slug}.json", 410)


def test_a_badge_says_that_it_is_over_at_the_second_it_is_whoever_noted_it(vendor):
    vendor.qualify()
    vendor.now += criteria().valid_for - timedelta(minutes=20)
    answer = vendor.picture()
    assert said(answer) == "qualifiée"
    assert answer.headers["Cache-Control"] == "public, max-age=1200"
    vendor.now += timedelta(minutes=20)
    assert said(vendor.picture()) == "expirée"
    text = words(vendor.get(f"/ressources/{vendor.slug}/badges", 410))
    assert "29 février 2028 : qualification arrivée à son terme" in text
    vendor.store.qualifications.expire(vendor.now)
    assert said(vendor.picture()) == "expirée"
    text = words(vendor.get(f"/ressources/{vendor.slug}/badges", 410))
    assert text.count("qualification arrivée à son terme") == 1
    assert "Atlas des volcans" in words(vendor.get(f"/ressources/{vendor.slug}", 410))


def test_an_entry_taken_down_has_no_badge(vendor):
    vendor.qualify()
    vendor.store.takedown(vendor.slug, "Un juge le demande.", vendor.now)
    address = vendor.store.slugs("taken-down")[0]
    vendor.get(f"/badges/{address}.svg", 410)
    vendor.get(f"/ressources/{address}/badges", 410)
    vendor.get(f"/ressources/{address}/badges.json", 410)


def test_what_was_refused_before_any_qualification_is_nobodys_business(vendor):
    vendor.act(Act.TAKE, EXAMINER)
    refusal = {"outcome": State.REFUSED, "refusals": ("droits",), "reason": "Sans les droits."}
    vendor.act(Act.PROPOSE, EXAMINER, **refusal)
    vendor.act(Act.REFUSE, DECIDER)
    vendor.picture(404)
    vendor.now += DAY
    vendor.qualify()
    page = vendor.get(f"/ressources/{vendor.slug}/badges")
    assert "Sans les droits" not in page.text
    assert "non renouvelée" not in page.text


def test_a_qualification_of_before_balise_is_marked_so(vendor):
    said = {"outcome": State.QUALIFIED, "decided": NOW - 9 * DAY, "proposer": "a", "decider": "b"}
    vendor.act(Act.IMPORT, Actor(name="ada", roles=frozenset({Role.ADMINISTRATOR})), **said)
    text = words(vendor.get(f"/ressources/{vendor.slug}/badges"))
    assert "le ministère, avant Balise" in text
    assert "critères d’avant Balise" in text
