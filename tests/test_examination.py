"""Examining and deciding in the back-office, as curators do: pages, buttons, two people at once."""

from datetime import timedelta

import pytest
from lxml import html

from metadata.case import Face, State, Verdict
from metadata.criteria import criteria
from tests.backoffice import FRACTIONS
from tests.test_editor import text_of

KEYS = [each.key for each in criteria().criteria]


@pytest.fixture
def slug(desk):
    return next(each for each in desk.slugs if each.startswith("une-boite"))


@pytest.fixture
def started(desk, slug):
    """The examination of an entry that Inès took."""
    desk.see("ines", f"/curation/{slug}").press("Commencer", status=303)
    return lambda name="ines": desk.see(name, f"/curation/{slug}")


def plain(page):
    return text_of(html.document_fromstring(page))


def verdicts(verdict, *keys):
    return {f"verdict-{key}": verdict for key in keys or KEYS}


def proposed(desk, slug, started, issue="qualifiee", **said):
    started().press("Enregistrer les avis", verdicts("favorable"), status=303)
    page = desk.see("ines", f"/curation/{slug}/decision")
    page.press("Proposer", {"issue": issue, **said}, status=303)


def test_an_entry_walks_from_the_queue_to_the_public(desk, slug, started):
    assert desk.public(f"/ressources/{slug}") == 404
    done = started().press("Enregistrer les avis", verdicts("favorable"), status=303)
    assert "Vos avis sont enregistrés" in text_of(desk.after(done).tree)
    page = desk.see("ines", f"/curation/{slug}/decision")
    page.press("Proposer", {"issue": "qualifiee"}, status=303)
    page = desk.see("denis", f"/curation/{slug}/decision")
    page = page.press("Relire avant de qualifier", {"motif": "Une réserve."})
    said = text_of(page.tree)
    for words in ("Une réserve.", "version 2026-1", "Valable jusqu’au", "@ines", "Favorable"):
        assert words in said
    assert desk.public(f"/ressources/{slug}") == 404
    page.press("Qualifier cette ressource", status=303)
    assert desk.case(slug).state is State.QUALIFIED
    assert desk.public(f"/ressources/{slug}") == 200
    found = desk.app.test_client().get("/recherche?q=fractions").text
    assert "Une boîte de fractions" in found


def test_the_checks_propose_and_a_button_takes_a_proposal_into_the_form(desk, slug, started):
    page = started()
    proposal = page.tree.cssselect("#c-disponibilite .cur-auto")[0]
    assert "Proposition automatique" in text_of(proposal)
    filled = page.press(
        "Reprendre cette proposition : Disponibilité", {"motif-rgpd": "J’écris encore."}
    )
    assert desk.case(slug).opinions == {}
    [chosen] = filled.tree.cssselect("[name=verdict-disponibilite][checked]")
    assert chosen.get("value") == "favorable"
    assert filled.tree.cssselect("[name=motif-rgpd]")[0].text.strip() == "J’écris encore."


def test_only_what_changed_becomes_a_line(desk, slug, started):
    started().press("Enregistrer les avis", verdicts("favorable", "rgpd", "ia"), status=303)
    before = desk.case(slug)
    said = {"verdict-ia": "reserve", "motif-ia": "À dire aux élèves."}
    started("hugo").press("Enregistrer les avis", said, status=303)
    after = desk.case(slug)
    assert after.lines == before.lines + 1
    assert after.opinions["rgpd"] == before.opinions["rgpd"]
    assert (after.opinions["ia"].by, after.opinions["ia"].verdict) == ("hugo", Verdict.RESERVED)


def test_what_is_wrong_is_told_for_each_criterion_and_nothing_is_lost(desk, slug, started):
    said = {
        "verdict-rgpd": "reserve",
        "motif-ia": "Sans verdict.",
        "verdict-rgaa": "favorable",
        "pieces-rgaa": "le rapport\nsha256:" + "a" * 64,
        "verdict-programmes": "favorable",
    }
    page = started().press("Enregistrer les avis", said, status=422)
    links = {each.get("href") for each in page.tree.cssselect("#erreurs a")}
    assert links == {"#c-rgpd", "#c-ia", "#c-rgaa"}
    assert text_of(page.tree.cssselect("title")[0]).startswith("Erreur")
    assert "le rapport" in page.tree.cssselect("[name=pieces-rgaa]")[0].text
    assert desk.case(slug).opinions == {}


def test_the_second_to_save_sees_both_versions_and_loses_nothing(desk, slug, started):
    one, two = started("ines"), started("hugo")
    mine = {"verdict-rgpd": "defavorable", "motif-rgpd": "Les réponses partent hors d’Europe."}
    theirs = {"verdict-rgpd": "reserve", "motif-rgpd": "Le registre est incomplet."}
    one.press("Enregistrer les avis", {**theirs, **verdicts("favorable", "ia")}, status=303)
    both = two.press("Enregistrer les avis", {**mine, **verdicts("favorable", "rgaa")}, status=409)
    said = text_of(both.tree.cssselect("#c-rgpd .cur-deux")[0])
    for words in ("Enregistré entre-temps par @ines", *theirs.values(), *mine.values()):
        assert words in said or words in ("reserve", "defavorable")
    assert desk.case(slug).opinions["rgpd"].by == "ines"
    assert "rgaa" not in desk.case(slug).opinions
    both.press("Enregistrer les avis", status=303)  # knowingly
    opinions = desk.case(slug).opinions
    assert opinions["rgpd"].reason == mine["motif-rgpd"]
    assert (opinions["ia"].by, opinions["rgaa"].by) == ("ines", "hugo")


def test_a_third_version_is_seen_too(desk, slug, started):
    one, two = started("ines"), started("hugo")
    one.press("Enregistrer les avis", verdicts("favorable", "rgpd"), status=303)
    said = {"verdict-rgpd": "reserve", "motif-rgpd": "Non."}
    both = two.press("Enregistrer les avis", said, status=409)
    again = {"verdict-rgpd": "defavorable", "motif-rgpd": "Vraiment pas."}
    started("ines").press("Enregistrer les avis", again, status=303)
    page = both.press("Enregistrer les avis", status=409)
    said = text_of(page.tree.cssselect("#c-rgpd .cur-deux")[0])
    assert "Vraiment pas." in said
    assert "Non." in said


def test_a_note_or_a_check_meanwhile_disturbs_nobody(desk, slug, started):
    page = started()
    follow = desk.see("hugo", f"/curation/{slug}/suivi")
    follow.press("Ajouter la note", {"texte": "J’ai appelé l’éditeur."}, status=303)
    page.press("Enregistrer les avis", verdicts("favorable", "rgpd"), status=303)
    assert desk.case(slug).opinions["rgpd"].by == "ines"


def test_a_notice_that_changes_meanwhile_is_said_before_anything_is_saved(desk, slug, started):
    page = started()
    desk.take(
        ("Une boîte de fractions", FRACTIONS + " Et de décimaux."),
        ("Tracer un cercle", "Au compas."),
    )
    page = page.press("Enregistrer les avis", verdicts("favorable", "rgpd"), status=409)
    assert "La source a modifié la notice" in text_of(page.tree)
    assert desk.case(slug).opinions == {}
    page.press("Enregistrer les avis", status=303)
    assert desk.case(slug).opinions["rgpd"].by == "ines"


def test_a_proposal_made_meanwhile_leaves_the_text_to_copy(desk, slug, started):
    started().press("Enregistrer les avis", verdicts("favorable"), status=303)
    late = started("hugo")
    page = desk.see("ines", f"/curation/{slug}/decision")
    page.press("Proposer", {"issue": "qualifiee"}, status=303)
    said = {"verdict-rgpd": "reserve", "motif-rgpd": "Attendez."}
    page = late.press("Enregistrer les avis", said, status=409)
    assert page.tree.cssselect("[name=motif-rgpd]")[0].text.strip() == "Attendez."
    assert not [each for each in page.tree.cssselect("button") if "Enregistrer" in text_of(each)]


def test_the_notice_is_read_in_words(desk, slug):
    page = desk.see("ines", f"/curation/{slug}")
    [notice] = page.tree.xpath("//section[@class='cur-notice']")
    assert "Langues français" in text_of(notice)


def test_what_a_feed_changed_is_shown_word_by_word(desk, slug, started):
    proposed(desk, slug, started)
    page = desk.see("denis", f"/curation/{slug}/decision").press("Relire avant de qualifier")
    page.press("Qualifier cette ressource", status=303)
    desk.take(
        ("Une boîte de fractions", FRACTIONS.replace("comparer", "additionner")),
        ("Tracer un cercle", "Au compas."),
    )
    page = started()
    [field] = page.tree.cssselect("dd.cur-change")
    assert text_of(field.cssselect("del")[0]) == "[retiré : comparer,]"
    assert text_of(field.cssselect("ins")[0]) == "[ajouté : additionner,]"
    assert desk.case(slug).face is Face.REEXAMINE
    public = desk.app.test_client().get(f"/ressources/{slug}").text
    assert "comparer" in public
    assert "additionner" not in public
    assert "additionner" in desk.see("ines", f"/curation/{slug}/apercu").answer.text


# --- Who may do what


def test_one_does_not_decide_of_what_one_proposed(desk, slug, started):
    desk.also("ines", "denis")
    proposed(desk, slug, started)
    page = desk.see("ines", f"/curation/{slug}/decision")
    assert "une autre personne doit en décider" in text_of(page.tree)
    assert not [each for each in page.tree.cssselect("button") if "Relire" in text_of(each)]


@pytest.mark.parametrize("name", ["lea", "agnes", "denis"])
def test_a_button_is_only_for_who_may_press_it(desk, slug, name):
    page = desk.see(name, f"/curation/{slug}")
    assert not [each for each in page.tree.cssselect("button") if "Commencer" in text_of(each)]
    mark = page.tree.cssselect("[name=marque]")[0].get("value")
    sent = page.client.post(
        f"/curation/{slug}/instruire", data={"marque": mark}, base_url="https://catalogue.example"
    )
    assert sent.status_code == 422
    assert "demande le rôle : instructeur" in plain(sent.text)
    assert desk.case(slug).state is State.TO_REVIEW


def test_a_refusal_names_its_reasons_and_what_is_missing_is_told(desk, slug, started):
    started().press("Enregistrer les avis", verdicts("favorable", "rgpd"), status=303)
    page = desk.see("ines", f"/curation/{slug}/decision")
    assert "évaluez" in text_of(page.tree)
    page = page.press(
        "Proposer", {"issue": "refusee", "motif": "Rien n’est accessible."}, status=422
    )
    assert "motif de refus de la liste" in text_of(page.tree.cssselect("#erreurs")[0])
    assert page.tree.cssselect("#motif-proposer")[0].text.strip() == "Rien n’est accessible."
    page.press("Proposer", {"issue": "refusee", "refus": ["accessibilite"]}, status=303)
    page = desk.see("denis", f"/curation/{slug}/decision").press("Relire avant de refuser")
    assert "L’accessibilité est insuffisante" in text_of(page.tree)
    page.press("Refuser cette ressource", status=303)
    assert desk.case(slug).decision.refusals == ("accessibilite",)
    assert desk.public(f"/ressources/{slug}") == 404


def test_a_stale_decision_binds_nothing(desk, slug, started):
    proposed(desk, slug, started)
    read = desk.see("denis", f"/curation/{slug}/decision").press("Relire avant de qualifier")
    page = desk.see("olga", f"/curation/{slug}/decision")
    page.press("Renvoyer à l’instruction", {"motif": "Il manque le registre."}, status=303)
    late = read.press("Qualifier cette ressource", status=409)
    assert "Il manque le registre." in text_of(late.tree)
    assert desk.case(slug).state is State.UNDER_REVIEW


def test_a_button_pressed_twice_is_pressed_once(desk, slug):
    begun = desk.see("ines", f"/curation/{slug}")
    for _ in range(2):
        begun.press("Commencer", status=303)
    proposed(desk, slug, lambda: desk.see("ines", f"/curation/{slug}"))
    page = desk.see("ines", f"/curation/{slug}/suivi")
    for _ in range(2):
        page.press("Ajouter la note", {"texte": "À revoir."}, status=303)
    page = desk.see("denis", f"/curation/{slug}/decision").press("Relire avant de qualifier")
    for _ in range(2):
        page.press("Qualifier cette ressource", status=303)
    case = desk.case(slug)
    assert (len(case.notes), len(case.decisions)) == (1, 1)
    desk.clock.advance(minutes=1)
    desk.see("ines", f"/curation/{slug}/suivi").press("Ajouter", {"texte": "À revoir."}, status=303)
    assert len(desk.case(slug).notes) == 2


def test_a_decision_may_end_sooner(desk, slug, started):
    proposed(desk, slug, started)
    page = desk.see("denis", f"/curation/{slug}/decision")
    day = desk.clock().date().replace(day=1) + timedelta(days=200)
    page = page.press("Relire avant de qualifier", {"echeance": f"{day:%d/%m/%Y}"})
    page.press("Qualifier cette ressource", status=303)
    assert desk.case(slug).decision.until.date() == day


@pytest.mark.parametrize("until", ["2026", "hier", "1999-01-01", "2999-01-01"])
def test_an_end_that_cannot_be_is_refused(desk, slug, started, until):
    proposed(desk, slug, started)
    page = desk.see("denis", f"/curation/{slug}/decision")
    page = page.press(
        "Relire avant de qualifier", {"echeance": until, "motif": "Bien."}, status=422
    )
    assert page.tree.cssselect("#motif-qualifier")[0].text.strip() == "Bien."


def test_taking_away_is_asked_by_one_and_confirmed_by_another(desk, slug, started):
    proposed(desk, slug, started)
    page = desk.see("denis", f"/curation/{slug}/decision").press("Relire avant de qualifier")
    page.press("Qualifier cette ressource", status=303)
    page = desk.see("denis", f"/curation/{slug}/decision")
    page.press("Demander la suspension", {"motif": "Une faille."}, status=303)
    page = desk.see("denis", f"/curation/{slug}/decision")
    assert "une autre personne doit la confirmer" in text_of(page.tree)
    assert desk.public(f"/ressources/{slug}") == 200
    page = desk.see("olga", f"/curation/{slug}/decision").press("Relire avant de suspendre")
    assert "Une faille." in text_of(page.tree)
    page.press("Suspendre cette ressource", status=303)
    assert desk.case(slug).face is Face.SUSPENDED
    assert desk.public(f"/ressources/{slug}") == 410


def test_a_declared_interest_excludes(desk, slug, started):
    page = desk.see("hugo", f"/curation/{slug}/suivi")
    page.press("Déclarer un intérêt", status=303)
    page = started("hugo")
    assert "déclaré un intérêt" in text_of(page.tree)
    assert not page.tree.cssselect("[name=verdict-rgpd]")
