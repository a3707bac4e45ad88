"""Badges as others see them: pictures in READMEs, the page that explains them, JSON, filters."""

import json
import re
from datetime import timedelta

import pytest
from lxml import etree, html
from rdflib import RDF, Graph, Namespace, URIRef

from catalogue_site import badges as badges_pages
from catalogue_site import picture
from catalogue_site.application import create_app
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.harvest import harvest
from indexer.search import Query
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata import badges
from metadata.case import Act, Action, Actor, Role, State
from metadata.criteria import criteria
from tests.crawling import NOTICE, Catalogue
from tests.curators import DECIDER, EXAMINER, OTHER, PIECE, qualify
from tests.fakes import DAY, NOW, ListSource, info, notice


class Vendor:
    """One entry of a vendor, before curators whose clock we hold."""

    def __init__(self, folder):
        self.store = SqlStore(f"sqlite:///{folder}/b.sqlite")
        self.engine = WhooshEngine(folder / "index")
        self.now = NOW
        self.site = Site(
            store=self.store,
            engine=self.engine,
            base_url="https://catalogue.example",
            clock=lambda: self.now,
        )
        self.app = create_app(self.site)

    @property
    def slug(self):
        [slug] = {s for state in ("published", "withheld") for s in self.store.slugs(state)}
        return slug

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
        answer = self.app.test_client().get(address, headers=headers)
        assert answer.status_code == status, (address, answer.status)
        return answer

    def picture(self, status=200):
        return self.get(f"/badges/{self.slug}.svg", status)


@pytest.fixture
def vendor(tmp_path):
    made = Vendor(tmp_path)
    made.feed()
    yield made
    made.store.close()


def said(answer):
    return etree.fromstring(answer.data).findtext("{*}title").split("\u00a0: ")[1]


def words(answer):
    text = html.fromstring(answer.text).find(".//main").text_content()
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


# --- The picture ------------------------------------------------------------------------------


@pytest.mark.parametrize("drawing", [*map(picture.of_face, picture.FACES), picture.LISTED])
def test_a_picture_says_its_state_in_words_first_and_in_less_than_a_kilobyte(vendor, drawing):
    text = vendor.app.jinja_env.get_template("badge.svg").render(it=drawing)
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
    template = vendor.app.jinja_env.get_template("badge.svg")
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
    assert (
        "Favorable avec réserve, par un instructeur du ministère le 1er mars 2026. Le registre est"
        in text
    )
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


# --- Lists, filters, order ----------------------------------------------------------------------


def test_a_list_says_the_qualification_and_leads_to_its_page(vendor):
    vendor.qualify()
    [mark] = html.fromstring(vendor.get("/recherche").text).cssselect(".cat-liste .cat-qualif")
    assert mark.text == "Qualifiée"
    assert mark.get("href") == f"/ressources/{vendor.slug}/badges"
    vendor.now += DAY
    vendor.feed("Atlas des séismes")
    [mark] = html.fromstring(vendor.get("/recherche").text).cssselect(".cat-liste .cat-qualif")
    assert mark.text == "À réexaminer"
    vendor.now += criteria().valid_for
    assert not html.fromstring(vendor.get("/recherche").text).cssselect(".cat-liste")


def test_one_filters_by_what_the_public_sees_of_a_qualification(vendor):
    def count(badge):
        return vendor.engine.search(Query(filters={"badge": (badge,)})).total

    vendor.qualify()
    assert count("qualifiee") == 1
    vendor.now += DAY
    vendor.feed("Atlas des séismes")
    assert (count("qualifiee"), count("a-reexaminer")) == (0, 1)
    vendor.now += criteria().valid_for
    vendor.store.qualifications.expire(vendor.now)
    vendor.index()
    assert vendor.engine.search(Query()).total == 0


# --- JSON-LD ------------------------------------------------------------------------------------

SCHEMA = Namespace("https://schema.org/")


# rdflib's own parser makes what rdflib deprecates.
quiet = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")


def graph(document):
    """The document as RDF, the context of schema.org told by hand: nothing is fetched."""
    context = {
        "@vocab": str(SCHEMA),
        "id": "@id",
        "type": "@type",
        "certificationStatus": {"@type": "@id"},
        "url": {"@type": "@id"},
    }
    return Graph().parse(data=json.dumps({**document, "@context": context}), format="json-ld")


@quiet
def test_the_certification_is_one_of_schema_org_about_the_resource(vendor):
    vendor.qualify()
    address = f"https://catalogue.example/ressources/{vendor.slug}"
    said = graph(vendor.get(f"/ressources/{vendor.slug}/badges.json").json["certification"])
    node = URIRef(f"{address}/badges#qualification")
    assert (node, RDF.type, SCHEMA.Certification) in said
    assert (node, SCHEMA.certificationStatus, SCHEMA.CertificationActive) in said
    assert (node, SCHEMA.about, URIRef(address)) in said
    assert str(said.value(node, SCHEMA.certificationIdentification)) == criteria().version
    assert str(said.value(node, SCHEMA.validFrom)).startswith("2026-03-01T")
    assert str(said.value(node, SCHEMA.expires)).startswith("2028-02-29T")
    issuer = said.value(node, SCHEMA.issuedBy)
    assert (issuer, RDF.type, SCHEMA.GovernmentOrganization) in said


@quiet
def test_the_record_leads_to_its_certification(vendor):
    vendor.qualify()
    page = html.fromstring(vendor.get(f"/ressources/{vendor.slug}").text)
    document = json.loads(page.find(".//script[@type='application/ld+json']").text)
    address = f"https://catalogue.example/ressources/{vendor.slug}"
    node = URIRef(f"{address}/badges#qualification")
    assert (URIRef(address), SCHEMA.subjectOf, node) in graph(document)


# --- Communs ------------------------------------------------------------------------------------


@pytest.fixture
def commun(tmp_path, forge):
    """A commun of a forge, and its site, whose clock is the forge's."""
    engine = WhooshEngine(tmp_path / "index")
    catalogue = Catalogue(tmp_path, forge)
    said = f"{NOTICE}licence: CC-BY-SA-4.0\ncherche-co-mainteneur: oui\n"
    forge.add_project("marie/fractions", files={"commun.yml": said})
    catalogue.crawl()
    catch_up(catalogue.store, engine)
    return Site(
        store=catalogue.store,
        engine=engine,
        base_url="https://catalogue.example",
        clock=forge.clock,
    )


def test_a_commun_is_told_what_each_badge_read_and_what_would_earn_it(commun):
    [slug] = commun.store.slugs()
    client = create_app(commun).test_client()
    text = words(client.get(f"/ressources/{slug}/badges"))
    line = NOTICE.count("\n") + 1
    assert "attribution, partage dans les mêmes conditions » (commun.yml" in text
    assert f"(commun.yml, ligne {line})" in text
    assert "écrivez « donnees-personnelles: aucune »" in text
    assert "ni examiné ni qualifié" in text
    told = client.get(f"/ressources/{slug}/badges.json").json
    assert told["state"] == "au catalogue"
    assert (told["qualification"], told["certification"]) == (None, None)
    assert [each["id"] for each in told["badges"] if each["held"]] == [
        "licence-libre",
        "activite",
        "cherche-co-mainteneur",
    ]


def test_each_badge_of_a_commun_has_its_picture_held_or_not(commun):
    [slug] = commun.store.slugs()
    client = create_app(commun).test_client()
    for badge, told in (("licence-libre", "licence libre"), ("notice-complete", "notice complète")):
        answer = client.get(f"/badges/{slug}/{badge}.svg")
        assert (
            etree.fromstring(answer.data).findtext("{*}title").startswith(f"Balise\u00a0: {told}")
        )
    assert said(client.get(f"/badges/{slug}/notice-complete.svg")) == "notice complète"
    assert client.get(f"/badges/{slug}/inconnu.svg").status_code == 404
    assert said(client.get(f"/badges/{slug}.svg")) == "au catalogue"


def test_what_is_pasted_in_a_readme_is_an_image_that_leads_to_its_page(commun):
    [slug] = commun.store.slugs()
    page = html.fromstring(create_app(commun).test_client().get(f"/ressources/{slug}/badges").text)
    first, *others = (code.text for code in page.iter("code"))
    found = re.fullmatch(r"\[!\[(.+)\]\((.+)\)\]\((.+)\)", first)
    assert found[2] == f"https://catalogue.example/badges/{slug}.svg"
    assert found[3] == f"https://catalogue.example/ressources/{slug}/badges"
    image = html.fromstring(others[0]).find(".//img")
    assert image.get("src") == found[2]
    assert image.get("alt") == found[1]


def test_a_title_cannot_break_out_of_what_is_pasted(commun):
    snippet = badges_pages.Snippet(words='a](b) "<x>_*', image="i", link="l")
    assert snippet.markdown == r'[![a\](b) "\<x\>\_\*](i)](l)'
    assert html.fromstring(str(snippet.html)).find(".//img").get("alt") == 'a](b) "<x>_*'


def files(site):
    """What the static site has of badges; each answers 200."""
    client = create_app(site).test_client()
    with client.application.app_context():
        found = [*badges_pages.addresses(site)]
    assert {client.get(address).status_code for address in found} <= {200}
    assert len(found) == len({*found})
    return {*found}


def test_the_static_site_has_the_badges_and_the_pictures_of_what_is_over(commun, vendor):
    [slug] = commun.store.slugs()
    page, picture = f"/ressources/{slug}/badges", f"/badges/{slug}"
    pictures = {f"{picture}/{badge}.svg" for badge in badges.IDS}
    assert files(commun) == {page, f"{page}.json", f"{picture}.svg", *pictures}
    assert files(vendor.site) == set()
    vendor.qualify()
    page, picture = f"/ressources/{vendor.slug}/badges", f"/badges/{vendor.slug}.svg"
    assert files(vendor.site) == {page, f"{page}.json", picture}
    vendor.leave(Act.ASK_WITHDRAWAL, Act.WITHDRAW)
    assert files(vendor.site) == {f"{page}.json", picture}
