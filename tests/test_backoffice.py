"""The queue, the follow-up of an entry, its evidence, the journal: what curators see and keep."""

import csv
import io
import re
from urllib.parse import unquote

import pytest

from indexer.harvest import harvest
from metadata.case import Act, Action, Actor, Opinion, Role, State, Verdict
from metadata.criteria import criteria
from tests import curators
from tests.fakes import ListSource, info, notice
from tests.test_editor import text_of
from tests.test_login import HERE

GOOD = {each.key: Opinion(verdict=Verdict.FAVORABLE) for each in criteria().criteria}
SECRET = "Mme Durand l’a dit en confidence."
INES = Actor(name="ines", roles=frozenset({Role.EXAMINER}))


def rows(page):
    return [text_of(each) for each in page.tree.cssselect(".cur-table tbody th")]


def titles(desk, address):
    return rows(desk.see("ines", address))


def of(desk, start):
    return next(each for each in desk.slugs if each.startswith(start))


@pytest.fixture
def slug(desk):
    return of(desk, "une-boite")


# --- The queue


def test_the_queue_is_filtered_by_addresses_that_last(desk, slug):
    curators.propose(desk.store, slug, desk.clock())
    assert titles(desk, "/curation") == ["Tracer un cercle", "Une boîte de fractions"]
    assert titles(desk, "/curation?etat=a-instruire") == ["Tracer un cercle"]
    assert titles(desk, "/curation?etat=proposee&source=editeur") == ["Une boîte de fractions"]
    assert titles(desk, "/curation?q=FRACTIONS+boîte") == ["Une boîte de fractions"]
    assert titles(desk, "/curation?affectation=personne") == ["Tracer un cercle"]
    assert titles(desk, "/curation?affectation=moi") == []
    assert titles(desk, "/curation?source=autre") == []


def test_the_queue_opens_on_what_is_to_do(desk, slug):
    curators.qualify(desk.store, slug, desk.clock())
    assert titles(desk, "/curation") == ["Tracer un cercle"]
    assert len(titles(desk, "/curation?etat=toutes")) == 2
    assert titles(desk, "/curation?q=boîte") == ["Une boîte de fractions"]
    assert titles(desk, "/curation?q=boîte&etat=a-traiter") == []
    tabs = desk.see("ines", "/curation").tree.cssselect("nav[aria-label=États] a")
    said = ["À traiter 1", "À instruire 1", "Qualifiée 1", "Toutes 2"]
    assert [text_of(each) for each in tabs] == said
    asked = Action(act=Act.ASK_SUSPENSION, reason="Une faille.")
    desk.store.qualifications.act(slug, asked, INES, desk.clock())
    assert len(titles(desk, "/curation")) == 2


@pytest.mark.parametrize("query", ["etat=x", "page=0", "page=x", "echeance=9", "attente=", "q=%00"])
def test_a_filter_that_means_nothing_does_not_matter(desk, query):
    assert len(titles(desk, f"/curation?{query}")) == 2


def test_an_entry_is_taken_for_oneself_from_the_queue_and_one_stays_there(desk, slug):
    page = desk.see("ines", "/curation?etat=a-instruire&q=fractions")
    done = page.press("M’affecter", status=303)
    assert done.answer.headers["Location"] == "/curation?etat=a-instruire&q=fractions"
    assert desk.case(slug).assignee == "ines"
    assert titles(desk, "/curation?affectation=moi") == ["Une boîte de fractions"]


def test_the_queue_leads_nowhere_else(desk, slug):
    page = desk.see("ines", "/curation?q=fractions")
    sent = {"retour": "https://ailleurs.example/curation?"}
    assert page.press("M’affecter", sent, status=303).answer.headers["Location"] == "/curation"


def test_what_waits_for_a_second_person_and_what_ends_soon_are_found(desk, slug):
    now = desk.clock()
    curators.qualify(desk.store, slug, now)
    assert titles(desk, "/curation?echeance=60") == []
    asked = Action(act=Act.ASK_SUSPENSION, reason="Une faille.")
    desk.store.qualifications.act(slug, asked, INES, now)
    assert titles(desk, "/curation?attente=oui") == ["Une boîte de fractions"]
    desk.clock.advance(days=700)
    desk.clients.clear()
    assert titles(desk, "/curation?echeance=60") == ["Une boîte de fractions"]
    assert titles(desk, "/curation?echeance=15") == []
    desk.clock.advance(days=20)
    desk.clients.clear()
    assert titles(desk, "/curation?echeance=15") == ["Une boîte de fractions"]


def test_somebody_who_only_reads_has_no_button(desk):
    page = desk.see("lea", "/curation")
    assert not page.tree.cssselect("main button[name=fiche]")


# --- Follow-up


def test_a_note_stays_between_curators(desk, slug):
    page = desk.see("ines", f"/curation/{slug}/suivi")
    page.press("Ajouter la note", {"texte": SECRET}, status=303)
    curators.qualify(desk.store, slug, desk.clock())
    assert SECRET in text_of(desk.see("denis", f"/curation/{slug}/suivi").tree)
    anybody = desk.app.test_client()
    for path in ("", ".json", ".xml", "/badges", "/badges.json"):
        said = anybody.get(f"/ressources/{slug}{path}", base_url=HERE)
        assert said.status_code == 200
        assert "Durand" not in said.text
        assert "@ines" not in said.text


def test_an_empty_note_is_refused(desk, slug):
    page = desk.see("ines", f"/curation/{slug}/suivi").press("Ajouter la note", status=422)
    assert "La note est vide" in text_of(page.tree.cssselect("#erreurs")[0])


def test_an_entry_is_assigned_and_given_back(desk, slug):
    page = desk.see("agnes", f"/curation/{slug}/suivi")
    page.press("Affecter", {"personne": "@hugo"}, status=303)
    assert desk.case(slug).assignee == "hugo"
    page = desk.see("agnes", f"/curation/{slug}/suivi")
    page.press("Affecter", {"personne": ""}, status=303)
    assert desk.case(slug).assignee == ""


def test_an_examination_is_given_up_with_a_reason(desk, slug):
    desk.see("ines", f"/curation/{slug}").press("Commencer", status=303)
    page = desk.see("ines", f"/curation/{slug}")
    page.press("Abandonner l’instruction", status=422)
    page.press("Abandonner l’instruction", {"motif": "Plus tard."}, status=303)
    assert desk.case(slug).state is State.TO_REVIEW


# --- Evidence

STUDY = {
    "volet": "recherche",
    "intitule": "Les élèves progressent sur les fractions.",
    "reference": "https://etude.example/fractions",
    "origine": "Université d’Exemple",
    "date": "2025-03-31",
    "methode": "essai-controle",
}


def test_evidence_is_added_by_a_form_and_withdrawn_with_a_reason(desk, slug):
    page = desk.see("ines", f"/curation/{slug}/preuves")
    page.press("Ajouter cet élément", STUDY, status=303)
    page = desk.see("ines", f"/curation/{slug}/preuves")
    assert STUDY["intitule"] in text_of(page.tree)
    page = page.press("Retirer cet élément", status=422)
    page.press("Retirer cet élément", {"motif": "Étude rétractée."}, status=303)
    page = desk.see("ines", f"/curation/{slug}/preuves")
    assert STUDY["intitule"] not in text_of(page.tree)


def test_what_is_wrong_with_evidence_is_told_at_its_field_and_kept(desk, slug):
    page = desk.see("ines", f"/curation/{slug}/preuves")
    page = page.press("Ajouter cet élément", {**STUDY, "date": "hier"}, status=422)
    assert [each.get("href") for each in page.tree.cssselect("#erreurs a")] == ["#p-date"]
    assert page.tree.get_element_by_id("p-date").get("value") == "hier"
    assert page.tree.get_element_by_id("p-volet").value == "recherche"


def test_a_strand_is_declared_not_applicable(desk, slug):
    page = desk.see("ines", f"/curation/{slug}/preuves")
    said = {"volet": "usage", "motif": "Elle vient de paraître."}
    page.press("Déclarer ce volet sans objet", said, status=303)
    assert "Elle vient de paraître." in text_of(desk.see("ines", f"/curation/{slug}/preuves").tree)


def test_a_commun_has_evidence_and_nothing_to_examine(desk):
    about = info("communs", origin="commun", publish="all")
    source = ListSource([notice("1", "Un commun")], key="communs")
    harvest(source, about, desk.store, now=desk.clock())
    [slug] = desk.store.slugs()
    answer = desk.client("ines").get(f"/curation/{slug}", base_url=HERE)
    assert answer.headers["Location"] == f"/curation/{slug}/preuves"
    page = desk.see("ines", f"/curation/{slug}/preuves")
    assert "Décision" not in text_of(page.tree.cssselect(".cur-onglets")[0])
    page.press("Ajouter cet élément", STUDY, status=303)
    assert len(desk.case(slug).evidence) == 1


def test_evidence_for_many_entries_comes_by_a_table(desk, slug):
    page = desk.see("ines", "/curation/preuves")
    mark = page.tree.cssselect("[name=marque]")[0].get("value")
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(["ressource", *STUDY])
    lines.writerow([slug, *STUDY.values()])
    lines.writerow(["inconnue", *STUDY.values()])
    sent = {"marque": mark, "fichier": (io.BytesIO(table.getvalue().encode()), "p.csv")}
    answer = page.client.post("/curation/preuves", data=sent, base_url=HERE)
    assert answer.status_code == 422
    assert "1 élément ajouté" in text_of(type(page)(page.client, answer, 422).tree)
    assert "Ligne 3" in answer.text.replace("\u00a0", " ")
    assert len(desk.case(slug).evidence) == 1


# --- The journal


def test_the_journal_tells_all_and_is_filtered(desk, slug):
    curators.qualify(desk.store, slug, desk.clock())
    acts = titles(desk, "/curation/journal")
    assert [acts[0].split()[0], acts[-1].split()[0]] == ["Qualifier", "Instruire"]
    assert len(titles(desk, f"/curation/journal?fiche={slug}")) == len(acts)
    assert len(titles(desk, "/curation/journal?acte=proposer")) == 1
    assert len(titles(desk, "/curation/journal?auteur=%40Denis")) == 1
    today = desk.clock().date().isoformat()
    assert len(titles(desk, f"/curation/journal?du={today}&au={today}")) == len(acts)
    assert titles(desk, "/curation/journal?au=01/01/2001") == []


@pytest.mark.parametrize(
    "query", ["du=hier", "au=0001-01-01", "au=9999-12-31", "acte=x", "page=-1"]
)
def test_a_filter_of_the_journal_that_means_nothing_does_not_matter(desk, slug, query):
    curators.propose(desk.store, slug, desk.clock())
    assert titles(desk, f"/curation/journal?{query}")


def test_the_journal_is_exported_as_it_is_filtered_and_runs_nothing(desk, slug):
    formula = Action(act=Act.NOTE, text="x", reason="")
    desk.store.qualifications.act(slug, formula, INES, desk.clock())
    asked = Action(act=Act.RELEASE, reason="=HYPERLINK(1)")
    desk.store.qualifications.act(slug, Action(act=Act.TAKE), INES, desk.clock())
    desk.store.qualifications.act(slug, asked, INES, desk.clock())
    client = desk.client("ines")
    answer = client.get("/curation/journal.csv?acte=abandonner", base_url=HERE)
    assert answer.headers["Content-Type"].startswith("text/csv")
    [line] = csv.DictReader(io.StringIO(answer.text))
    assert line["motif"] == "'=HYPERLINK(1)"
    whole = client.get("/curation/journal.csv", base_url=HERE).text
    acts = [line["acte"] for line in csv.DictReader(io.StringIO(whole))]
    assert acts == ["noter", "instruire", "abandonner"]


def test_the_journal_says_whether_it_was_changed(desk, slug):
    curators.propose(desk.store, slug, desk.clock())
    page = desk.see("denis", "/curation/journal?integrite=oui")
    assert "aucune n’a été changée" in text_of(page.tree)


def test_nobody_comes_in_by_the_other_pages(desk, slug):
    anybody = desk.app.test_client()
    for path in ("", f"/{slug}", f"/{slug}/suivi", f"/{slug}/apercu", "/journal", "/journal.csv"):
        answer = anybody.get(f"/curation{path}", base_url=HERE)
        assert answer.status_code == 401
        assert "Une boîte" not in answer.text


# --- Delays


def cells(page):
    """The lines of its tables."""
    lines = page.tree.cssselect(".cur-delais tbody tr")
    return [" ".join(map(text_of, line.cssselect("th, td:not(.cur-barres)"))) for line in lines]


def test_delays_are_told_for_all_and_for_one_source(desk, slug):
    desk.clock.advance(days=10)
    curators.propose(desk.store, slug, desk.clock())
    desk.clock.advance(days=5)
    qualified = Action(act=Act.QUALIFY)
    desk.store.qualifications.act(slug, qualified, curators.DECIDER, desk.clock())
    for address in ("/curation/delais", "/curation/delais?source=editeur"):
        page = desk.see("lea", address)
        lines = cells(page)
        assert "À instruire 1 15 jours 15 jours 15 jours" in lines
        assert "De l’arrivée, ou du changement, à l’instruction 1 10 jours 10 jours" in lines
        assert "De la proposition à la décision 1 5 jours 5 jours" in lines
        assert "De l’arrivée, ou du changement, à la décision 1 15 jours 15 jours" in lines
    lines = cells(desk.see("lea", "/curation/delais"))
    assert "Éditions Exemple 1 15 jours 1 15 jours 15 jours" in lines


def test_nothing_yet_is_told_as_nothing(desk):
    assert "Aucune étape" in text_of(desk.see("lea", "/curation/delais?source=inconnue").tree)


# --- The letter to a publisher


def test_a_letter_tells_a_refusal_and_no_name_and_no_note(desk, slug):
    now, act = desk.clock(), desk.store.qualifications.act
    curators.examine(desk.store, slug, now)
    act(slug, Action(act=Act.NOTE, text=SECRET), curators.EXAMINER, now)
    refused = Action(
        act=Act.PROPOSE,
        outcome=State.REFUSED,
        refusals=("accessibilite",),
        reason="Aucune déclaration d’accessibilité.",
    )
    act(slug, refused, curators.EXAMINER, now)
    act(slug, Action(act=Act.REFUSE), curators.DECIDER, now)
    page = desk.see("denis", f"/curation/{slug}/retour")
    [link] = [each.get("href") for each in page.tree.cssselect("main a[href^=mailto]")]
    file = page.client.get(f"/curation/{slug}/retour.txt", base_url=HERE)
    assert file.headers["Content-Disposition"].startswith("attachment")
    text = page.tree.get_element_by_id("lettre").value
    for told in (text, file.text, unquote(link)):
        for words in (
            "L’accessibilité est insuffisante",
            "Aucune déclaration d’accessibilité.",
            "Le registre est incomplet.",
            curators.PIECE,
            "À corriger dans la notice",
        ):
            assert words in told
        for name in ("Durand", "Paul", "denis", "inès", "@"):
            assert name not in told


def test_the_letter_says_where_to_mend_the_notice(desk, slug):
    text = desk.see("denis", f"/curation/{slug}/retour").tree.get_element_by_id("lettre").value
    assert re.search(r"\(lignes? \d+", text)
