"""What the page of a resource tells a teacher, asked over HTTP of the real application."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import html

from catalogue_site.application import create_app
from catalogue_site.site import Publisher, Site
from indexer.documents import catch_up
from indexer.errors import SearchError
from indexer.harvest import harvest
from indexer.linkcheck import check_links
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata import RawRecord
from metadata.record import Classification, Educational, Taxon, TaxonPath, Term, Text
from metadata.taxa import TEACHING_DOMAIN
from metadata.vocabulary import CONCEPT
from tests.crawling import NOTICE as OF_A_FORGE
from tests.crawling import Catalogue
from tests.fakes import CURATOR, DAY, NOW, ListSource, info, notice, withdrawn
from tests.notices import EMAIL, lom
from tests.test_links import Web

COMMUN = """\
titre: Fractions en boîte
description: Des exercices sur les fractions, corrigés automatiquement.
lien: https://fractions.example/
niveaux: [CM1, CM2]
duree: 20 min
auteurs: [Camille Exemple]
licence: CC-BY-SA-4.0
"""


class Shelf:
    """A catalogue of the notices that a test gives."""

    def __init__(self, folder) -> None:
        self.store = SqlStore(f"sqlite:///{folder}/b.sqlite")
        self.site = Site(
            store=self.store,
            engine=WhooshEngine(folder / "index"),
            base_url="https://catalogue.example",
            publisher=Publisher(name="La DNE fictive", contact="contact@dne.example"),
        )

    def take(self, *records, now=NOW, **said):
        source = info(**said)
        harvest(ListSource(records, key=source.key), source, self.store, now=now)
        catch_up(self.store, self.site.engine)

    def page(self, identifier, query=""):
        slug = self.store.find(identifier).slug
        answer = create_app(self.site).test_client().get(f"/ressources/{slug}{query}")
        assert answer.status_code == 200, answer.text
        return html.document_fromstring(answer.text)


@pytest.fixture
def shelf(tmp_path):
    made = Shelf(tmp_path)
    yield made
    made.store.close()


def words(page, path="body"):
    text = " ".join(each.text_content() for each in page.cssselect(path))
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def commun(identifier, more="", text=COMMUN):
    return RawRecord(identifier=identifier, format="commun", payload=(text + more).encode())


def test_the_first_facts_are_there_said_or_not(shelf):
    shelf.take(commun("a"))
    bref = shelf.page("a").find(".//aside")
    said = {dt.text: dt.getnext().text for dt in bref.iter("dt")}
    assert [*said][:6] == [
        "Niveaux",
        "Durée",
        "Compte élève",
        "Hors ligne",
        "Données personnelles",
        "Matériel",
    ]
    assert said["Durée"] == "20\u00a0min"
    assert said["Compte élève"] == "non renseigné"
    assert "Exercices" not in said
    assert "Non renseigné : modes d’usage, public" in words(bref, "p")
    assert "usage de l’IA" in words(bref, "p")


def test_it_opens_at_once_or_says_how_it_is_obtained(shelf):
    shelf.take(
        commun("libre", "acces: libre\n"),
        commun("gar", "acces: gar\nediteur: Éditions Exemple\n"),
        commun("abonnement", "acces: abonnement\nediteur: Éditions Exemple\n"),
        commun("compte", "acces: compte gratuit\n"),
        title="La source",
    )
    opening = {name: words(shelf.page(name), ".cat-fiche__tete") for name in ("libre", "gar")}
    assert "Ouvrir la ressource" in opening["libre"]
    assert "médiacentre" not in opening["libre"]
    assert "Ouvrir la ressource" not in opening["gar"]
    assert "auprès de son éditeur (Éditions Exemple)" in opening["gar"]
    assert "demande un abonnement" in words(shelf.page("abonnement"), ".cat-fiche__tete")
    assert "à créer sur son site" in words(shelf.page("compte"), ".cat-fiche__tete")


def test_a_resource_without_address_says_whom_to_ask(shelf):
    shelf.take(notice("a"), title="La source")
    assert "demandez-la à La source" in words(shelf.page("a"), ".cat-fiche__tete")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "n’est pas renseignée. Ses limites ne sont pas connues."),
        ("rgaa: totalement conforme", "Aucune limite n’a été relevée."),
        ("rgaa: partiellement conforme", "ne sont pas accessibles à tous. La notice ne dit pas"),
        ("rgaa: non évaluée", "n’a pas été évaluée"),
        (
            "rgaa: non conforme\n  declaration: https://fractions.example/a11y",
            "beaucoup de contenus ne sont pas accessibles à tous. Sa déclaration dit lesquels.",
        ),
    ],
)
def test_accessibility_says_its_limits_or_that_nobody_knows(shelf, written, said):
    shelf.take(commun("a", f"accessibilite:\n  {written}\n" if written else ""))
    assert said in words(shelf.page("a"), "#s-access ~ p, [aria-labelledby=s-access]")


@pytest.mark.parametrize(
    ("origin", "said"), [("commun", "ni examiné ni qualifié"), ("public", "n’est pas passée")]
)
def test_what_nobody_examined_is_not_said_to_be_qualified(shelf, origin, said):
    shelf.take(commun("a"), origin=origin)
    page = shelf.page("a")
    assert said in words(page, "[aria-labelledby=s-qualif]")
    assert words(page, ".cat-etat") == {"commun": "Commun", "public": "Non qualifiée"}[origin]


def test_rights_are_said_in_plain_words_with_the_mention_to_copy(shelf):
    shelf.take(commun("a"))
    said = words(shelf.page("a"), "[aria-labelledby=s-droits]")
    assert "modification permise" in said
    assert "Mention à reprendre : « Fractions en boîte », Camille Exemple, CC BY‑SA" in said


def test_each_value_says_where_it_was_read(shelf, tmp_path):
    shelf.take(commun("a"), RawRecord(identifier="x", format="lomfr", payload=lom("X").encode()))
    assert "Durée : commun.yml, ligne 5" in words(shelf.page("a"), "details")
    said = words(shelf.page("x"), "details")
    assert "Durée : notice, élément 5.9" in said
    assert "Exercices : déduit du reste de la notice" in said


def test_what_the_team_understood_is_told_apart_from_what_the_notice_says(shelf):
    path = TaxonPath(
        source=(Text("http://data.education.fr/voc/scolomfr/scolomfr-voc-015"),),
        taxa=(Taxon(id="", entry=(Text("maths ludiques", "fr"),)),),
    )
    shelf.take(
        notice(
            "a",
            educational=(Educational(learning_resource_types=(Term("", "Fiche prof"),)),),
            classifications=(Classification(purpose=Term(TEACHING_DOMAIN), taxon_paths=(path,)),),
        ),
        notice("b", educational=(Educational(learning_resource_types=(Term("", "lecture"),)),)),
    )
    assert "compris" not in words(shelf.page("a"))
    decide = shelf.store.curating.map_value
    decide("fiche prof", f"{CONCEPT}lecture", CURATOR, NOW)
    decide("maths ludiques", f"{CONCEPT}scolomfr-voc-015-num-919", CURATOR, NOW)
    said = words(shelf.page("a"), "details")
    assert "« Fiche prof », que la notice dit et qu’aucun vocabulaire ne connaît" in said
    assert "a été compris comme « mathématiques (discipline) » par l’équipe du catalogue" in said
    assert "compris comme" not in words(shelf.page("b"))


def test_a_commun_leads_to_the_line_of_its_notice_and_to_its_own_issues(forge, tmp_path):
    forge.add_project("marie/fractions", files={"commun.yml": OF_A_FORGE})
    catalogue = Catalogue(tmp_path, forge)
    catalogue.crawl()
    site = Site(store=catalogue.store, engine=WhooshEngine(tmp_path / "index"))
    catch_up(site.store, site.engine)
    [slug] = site.store.slugs()
    page = html.fromstring(create_app(site).test_client().get(f"/ressources/{slug}").text)
    links = {link.text_content(): link.get("href") for link in page.iter("a")}
    commit = catalogue.known("marie/fractions").snapshot.files[0].commit
    assert (
        links["commun.yml, ligne 3"] == f"{forge.url}/marie/fractions/-/blob/{commit}/commun.yml#L3"
    )
    report = links["Signaler un problème à ses auteurs, sur la forge"]
    assert report == f"{forge.url}/marie/fractions/-/issues/new"


def test_a_problem_is_reported_to_who_answers_for_the_catalogue(shelf):
    shelf.take(notice("a", "Un conte"))
    link = next(
        a for a in shelf.page("a").cssselect("article a") if a.text_content()[:9] == "Signaler "
    )
    assert link.get("href").startswith("mailto:contact@dne.example?subject=Un%20probl")
    assert "catalogue.example%2Fressources%2Fun-conte" in link.get("href")


def test_a_link_dead_for_a_week_is_said_to_be_and_not_before(shelf):
    shelf.take(commun("a"))
    web = Web()
    web.answers["https://fractions.example/"] = 404
    check_links(shelf.store, web, NOW)
    assert "ne mène plus" not in words(shelf.page("a"))
    check_links(shelf.store, web, NOW + 7 * DAY)
    said = words(shelf.page("a"), ".cat-alerte")
    assert (
        said
        == "Ce lien ne mène plus à la ressource depuis le 1er mars 2026 (le site répond « 404 »)."
    )
    assert "Lien vérifié le 8 mars 2026" in words(shelf.page("a"), "[aria-labelledby=s-source]")


def test_its_history_says_when_it_came_changed_left_and_returned(shelf):
    other = notice("b")
    shelf.take(notice("a", "Avant"), other)
    shelf.take(notice("a", "Après"), other, now=NOW + DAY)
    shelf.take(withdrawn("a"), other, now=NOW + 2 * DAY)
    shelf.take(notice("a", "Après"), other, now=NOW + 5 * DAY)
    said = words(shelf.page("a"), "[aria-labelledby=s-source]")
    assert (
        "Histoire : entrée au catalogue le 1er mars 2026, notice modifiée le 2 mars 2026, disparue de"
        " sa source le 3 mars 2026, revenue le 6 mars 2026." in said
    )


def test_what_its_source_shows_no_more_is_said_while_it_is_still_there(shelf):
    shelf.take(notice("a"), notice("b"), notice("c"))
    shelf.take(notice("b"), notice("c"), now=NOW + timedelta(days=1))
    said = words(shelf.page("a"), "[aria-labelledby=s-source]")
    assert "montrée par sa source pour la dernière fois le 1er mars 2026" in said


def test_who_else_describes_the_resource_is_told_and_why(shelf):
    shelf.take(notice("a", "Un conte", locations=["https://conte.example/"]))
    shelf.take(notice("b", "Le même conte", locations=["https://conte.example/"]), key="autre")
    said = words(shelf.page("a"), "[aria-labelledby=s-source]")
    assert "Décrite aussi ici (la même adresse) : Le même conte" in said
    assert "Décrite aussi" not in said.replace("Décrite aussi ici", "", 1)


def test_what_resembles_it_is_offered_and_the_page_does_without_the_engine(shelf, monkeypatch):
    shelf.take(
        *(
            RawRecord(
                identifier=f"f{n}",
                format="lomfr",
                payload=lom(title, location=f"https://{n}.example/").encode(),
            )
            for n, title in enumerate(("Fractions en pizza", "Fractions en barres", "Un volcan"))
        )
    )
    assert "Fractions en barres" in words(shelf.page("f0"), "[aria-labelledby=s-proches]")

    def down(*_):
        raise SearchError("L’index est en cours de reconstruction.")

    monkeypatch.setattr(shelf.site.engine, "similar", down)
    assert shelf.page("f0").find(".//h1").text == "Fractions en pizza"


def test_a_notice_of_the_same_resource_is_told_once(shelf):
    same = ["https://conte.example/"]
    shelf.take(notice("a", "Un conte", locations=same), notice("b", "Un conte", locations=same))
    shelf.take(notice("c", "Un conte de Noël", locations=["https://noel.example/"]), key="autre")
    page = shelf.page("a")
    assert words(page, "[aria-labelledby=s-proches] li") == "Un conte de Noël"
    assert words(page, "[aria-labelledby=s-source] li:first-child").startswith("Un conte")


def test_it_presents_itself_where_its_address_is_shared(shelf):
    shelf.take(RawRecord(identifier="x", format="lomfr", payload=lom("Un cercle").encode()))
    page = shelf.page("x")
    said = {each.get("property"): each.get("content") for each in page.iter("meta")}
    assert said["og:title"] == "Un cercle"
    assert said["og:url"] == page.find(".//link[@rel='canonical']").get("href")
    assert EMAIL not in html.tostring(page).decode()


EVERYTHING = """\
accessibilite:
  rgaa: partiellement conforme
  declaration: https://a.example/
  besoins: [dyslexie, malvoyance]
  fonctionnalites: [sous-titres, navigation au clavier]
disciplines: [mathématiques]
types: [exercice, jeu éducatif]
public: [élève]
usages: [en autonomie, à la maison]
concentration: 10 min
exercices: oui
suivi-des-resultats: non
adaptable: oui
donnees-personnelles: aucune
ia: non
acces: libre
hors-ligne: oui
compte-eleve: non
langues: [fr]
editeur: Académie
"""


def test_a_page_full_of_everything_stays_light(shelf):
    shelf.take(*(commun(f"f{n}", EVERYTHING) for n in range(8)))
    assert len([*shelf.page("f0").iter()]) <= 250
