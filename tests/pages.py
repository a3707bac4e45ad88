"""Every page that people read, and how one gets there on the demonstration: what each gate looks at.

A page template or an address that is not here fails tests/test_accessibility.py: add its line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page as Tab

from tests.demonstration import (
    EXAMINED,
    LOST,
    PROPOSED,
    QUALIFIED,
    SUSPENDED,
    TAKEN_DOWN,
    TO_REVIEW,
)

Act = Callable[[Tab], None]

VOLCANOES = "pourquoi-certains-volcans-explosent-ils-8ecb0c8f0bbef30f"
FAUSTINE = "lire-avec-faustine-b42c17589789f4be"
FRACTIONS = "fractions-en-boite-a-outils-2ae9142226438d36"
MACBETH = "macbeth-ambition-on-trial-3011bc1b2b41c364"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page in one state: its address, and what one then does to see it."""

    name: str
    address: str
    template: str
    act: Act | None = None
    status: int = 200


def click(words: str) -> Act:
    return lambda tab: tab.click(f"button:has-text('{words}') >> nth=0")


def fill(**fields: str) -> Act:
    def act(tab: Tab) -> None:
        for field, value in fields.items():
            tab.fill(f"#{field}", value)

    return act


def then(*acts: Act) -> Act:
    def act(tab: Tab) -> None:
        for each in acts:
            each(tab)

    return act


def at(place: str) -> Act:
    """Wait for a page that others lead to by themselves."""
    return lambda tab: tab.wait_for_url(f"**{place}")


def log_in(tab: Tab) -> None:
    then(click("Me connecter"), click("Marie"), click("Autoriser"), at("/editeur/reprise"))(tab)


def come_in(name: str, place: str = "/curation") -> Act:
    """Enter the back-office in somebody's name."""
    return then(click("Se connecter"), click(name), click("Autoriser"), at(place))


def lose_a_form(tab: Tab) -> None:
    """As if the session had ended before a form was sent."""
    errand = ["/curation", ["motif", "Les réponses ne sont pas lues par un lecteur d’écran."]]
    tab.eval_on_selector(
        "[name=demande]", "(field, errand) => { field.value = errand }", json.dumps(errand)
    )


def stay(tab: Tab) -> None:
    """The page that leads to the forge by itself, before it does."""
    tab.route("**/oauth/**", lambda route: route.fulfill(status=204))
    click("Me connecter")(tab)


def page(name: str, address: str, template: str, act: Act | None = None, status: int = 200) -> Page:
    return Page(name=name, address=address, template=template, act=act, status=status)


def unguarded(act: Act) -> Act:
    """As in a browser that asks for nothing before it sends."""
    asking = "all => all.forEach(form => { form.noValidate = true })"
    return then(lambda tab: tab.eval_on_selector_all("form", asking), act)


def desk(name: str, slug: str, path: str, template: str, who: str, *acts: Act) -> Page:
    """A page of the back-office on an entry, as somebody comes to it."""
    address = f"/curation/{slug}{path}"
    return page(name, address, template, then(come_in(who, address), *acts), status=401)


PARTS = "titre: A\ndescription: Des exercices.\nressources: [{titre: Une}, {titre: Deux}]\n"
BROKEN = "titre: [A\n"

PAGES = (
    page("home", "/", "home.html"),
    page("search, everything", "/recherche", "search.html"),
    page("search, words and filters", "/recherche?q=fractions&niveau=cm1", "search.html"),
    page("search, understood", "/recherche?q=fractions+cm1+en+autonomie", "search.html"),
    page("search, choosing", f"/recherche?q=fractions&r={VOLCANOES}", "search.html"),
    page("search, misspelt", "/recherche?q=fotosintese", "search.html"),
    page("search, nothing found", "/recherche?q=xyzzy&niveau=cm1&langue=ar", "search.html"),
    page("search, a later page", "/recherche?page=3", "search.html"),
    page("search, every criterion", "/recherche/criteres?q=fractions", "criteria.html"),
    page("search, words", "/recherche/mots?q=frac", "words.html"),
    page("all resources", "/ressources", "everything.html"),
    page("a discipline", "/ressources/mathematiques", "browse.html"),
    page("a discipline and a cycle", "/ressources/mathematiques/cycle-3", "browse.html"),
    page("a record", f"/ressources/{VOLCANOES}", "resource.html"),
    page("a record in parts", f"/ressources/{FAUSTINE}", "resource.html"),
    page("a record in English", f"/ressources/{MACBETH}", "resource.html"),
    page("badges of a commun", f"/ressources/{FRACTIONS}/badges", "badges.html"),
    page("a qualified resource", f"/ressources/{QUALIFIED}", "resource.html"),
    page("its qualification", f"/ressources/{QUALIFIED}/badges", "badges.html"),
    page("one suspended", f"/ressources/{SUSPENDED}/badges", "badges.html", status=410),
    page("a selection", f"/selection?r={VOLCANOES}&r={FAUSTINE}", "selection.html"),
    page("an empty selection", "/selection", "selection.html"),
    page("a project", "/communs/fractions-2ae9142226438d36", "commun.html"),
    page("its state", "/communs/fractions-2ae9142226438d36/etat", "etat.html"),
    page("the state of a project not listed", "/communs/grammaire-16a71415d081793a/etat", "etat.html"),
    page("asking for a project", "/communs", "communs.html"),
    page("a project that is not known", "/communs?projet=marie/rien", "communs.html", status=404),
    page("a class, its second page", "/ressources/cm1/2", "error.html", status=404),
    page("sources", "/sources", "sources.html"),
    page("a source", "/sources/communs", "source.html"),
    page("figures", "/statistiques", "statistics.html"),
    page("one figure", "/statistiques/disciplines", "statistics.html"),
    page("vocabularies", "/vocabulaires", "vocabularies.html"),
    page("a vocabulary", "/vocabulaires/010", "vocabulary.html"),
    page("a long vocabulary", "/vocabulaires/015", "vocabulary.html"),
    page("a page of it", "/vocabulaires/015/3", "vocabulary.html"),
    page("our vocabulary", "/vocabulaires/balise", "vocabulary_own.html"),
    page("accessibility", "/accessibilite", "accessibilite.html"),
    page("weights", "/ecoconception", "ecoconception.html"),
    page("personal data", "/donnees-personnelles", "donnees-personnelles.html"),
    page("legal notice", "/mentions-legales", "mentions-legales.html"),
    page("site map", "/plan-du-site", "plan-du-site.html"),
    page("what is missing", "/signaler-un-besoin", "signaler-un-besoin.html"),
    page("a web server's own fault", "/500.html", "error.html"),
    page("help", "/aide", "aide.html"),
    page("help to search", "/aide/chercher", "help.html"),
    page("help for publishers", "/aide/proposer", "help.html"),
    page("help on qualification", "/aide/qualification", "help.html"),
    page("help for maintainers", "/aide/faire-connaitre-son-commun", "help.html"),
    page("open data and API", "/api", "api.html"),
    page("a list to embed", "/integrer?q=fractions", "embed.html"),
    page("the lines to copy", "/integrer/code?q=fractions", "snippet.html"),
    page("not found", "/ressources/des-fractions-perdues", "error.html", status=404),
    page("taken down", f"/ressources/{TAKEN_DOWN}", "error.html", status=410),
    page("editor", "/editeur", "editor_start.html"),
    page("editor, unknown project", "/editeur?projet=marie/rien", "editor_start.html"),
    page(
        "editor, broken file",
        "/editeur",
        "editor_start.html",
        then(fill(texte=BROKEN), click("Modifier")),
    ),
    page("editor, parts", "/editeur", "editor_part.html", then(fill(texte=PARTS), click("Modifier"))),
    page("editor, identity", "/editeur?projet=marie/grammaire", "editor_step.html"),
    page(
        "editor, fault", "/editeur?projet=marie/grammaire", "editor_step.html",
        then(fill(**{"f-titre": ""}), click("Continuer")),
    ),
    page(
        "editor, public", "/editeur?projet=marie/fractions", "editor_step.html", click("Continuer")
    ),
    page(
        "editor, usages", "/editeur?projet=marie/fractions", "editor_step.html",
        then(click("Continuer"), click("Continuer")),
    ),
    page(
        "editor, rights", "/editeur?projet=marie/fractions", "editor_step.html",
        then(click("Continuer"), click("Continuer"), click("Continuer")),
    ),
    page(
        "editor, check", "/editeur?projet=marie/fractions", "editor_check.html",
        click("Passer directement"),
    ),
    page(
        "to the forge", "/editeur?projet=marie/fractions", "onward.html",
        then(click("Passer directement"), stay),
    ),
    page(
        "editor, logged in", "/editeur?projet=marie/fractions", "editor_check.html",
        then(click("Passer directement"), log_in),
    ),
    page(
        "editor, done", "/editeur?projet=marie/grammaire", "editor_done.html",
        then(click("Passer directement"), log_in, click("Proposer")),
    ),
    page("logged out", "/deconnexion", "logged_out.html"),
    page("back-office, closed", "/curation", "curation_login.html", status=401),
    page(
        "back-office, no role", "/curation", "curation_denied.html",
        come_in("Marie", "/curation/reprise"), status=401
    ),
    page("queue", "/curation", "curation_queue.html", come_in("Inès"), status=401),
    desk("to examine", TO_REVIEW, "", "curation_examination.html", "Inès"),
    desk("examination", EXAMINED, "", "curation_examination.html", "Inès"),
    desk(
        "examination, faults", EXAMINED, "", "curation_examination.html", "Inès",
        fill(**{"c-rgpd-motif": ""}), click("Enregistrer les avis"),
    ),
    desk("what it will look like", EXAMINED, "/apercu", "curation_record.html", "Inès"),
    desk("proposal", EXAMINED, "/decision", "curation_decision.html", "Inès"),
    desk("decision", PROPOSED, "/decision", "curation_decision.html", "Denis"),
    desk(
        "before it binds", PROPOSED, "/decision", "curation_confirm.html", "Denis",
        click("Relire avant de qualifier"),
    ),
    desk("suspended", SUSPENDED, "/decision", "curation_decision.html", "Denis"),
    desk("follow-up", PROPOSED, "/suivi", "curation_followup.html", "Denis"),
    desk("evidence", QUALIFIED, "/preuves", "curation_evidence.html", "Inès"),
    desk(
        "evidence, faults", EXAMINED, "/preuves", "curation_evidence.html", "Inès",
        click("Ajouter cet élément"),
    ),
    desk("letter", SUSPENDED, "/retour", "curation_letter.html", "Denis"),
    desk("delays", "delais", "", "curation_delays.html", "Denis"),
    desk("journal", "journal", "", "curation_journal.html", "Denis"),
    desk("evidence by CSV", "preuves", "", "curation_evidence_file.html", "Inès"),
    desk("unknown values", "valeurs", "", "curation_values.html", "Inès"),
    desk("values decided", "valeurs", "/decidees", "curation_values_decided.html", "Inès"),
    desk(
        "a value, a concept to search", "valeurs", "/une?vocabulaire=022&valeur=cycle+4&q=cycle",
        "curation_value.html", "Inès",
    ),
    desk(
        "a value decided, undone without a reason", "valeurs",
        "/une?vocabulaire=010&valeur=herbier", "curation_value.html", "Inès",
        unguarded(click("Défaire")),
    ),
    desk("duplicates", "doublons", "", "curation_pairs.html", "Inès"),
    desk("duplicates decided", "doublons", "/decides", "curation_pairs_decided.html", "Inès"),
    desk("two entries compared", "doublons", f"/comparer?r={LOST[0]}&r={LOST[1]}",
         "curation_pair.html", "Inès"),
    desk(
        "three entries, no reason", "doublons", f"/comparer?r={VOLCANOES}&r={FAUSTINE}&r={MACBETH}",
        "curation_pair.html", "Inès", unguarded(click("Même ressource")),
    ),
    desk("feeds", "sources", "", "curation_sources.html", "Agnès"),
    desk("a large drop", "sources", "/perdue/baisse", "curation_drop.html", "Agnès"),
    desk("looking at a source", "sources", "/apercu", "curation_preview_ask.html", "Agnès"),
    desk("not for this role", "sources", "/apercu", "curation_refused.html", "Inès"),
    desk(
        "a source seen", "sources", "/apercu", "curation_preview.html", "Agnès",
        fill(url="https://exemple.fr/oai", key="exemple"), click("Lire"),
    ),
    page(
        "back-office, a lost form", "/curation", "curation_resume.html",
        then(lose_a_form, come_in("Inès", "/curation/reprise")), status=401,
    ),
)  # fmt: skip

#: Addresses that answer with no page: files, data, and steps on the way to a page.
NO_PAGES = frozenset(
    {
        "asset",
        "auth.come_back",
        "auth.leave",  # a page, that only a form leads to: « to the forge »
        "badges.data",
        "badges.main",
        "badges.one",
        "curation.resume",  # a page, that only a login leads to: « a lost form »
        "discovery.opensearch",
        "discovery.robots",
        "discovery.sitemap",
        "discovery.sitemaps",
        "editor.elsewhere",
        "editor.resume",
        "feed.atom",
        "journal.export",
        "opendata.described",
        "opendata.whole",
        "preview.seen",  # a page, that only a form leads to: « a source seen »
        "resource.notice",
        "selection.export",
        "statistics.table",
        "vendor.file",
        "vocabularies.turtle",
    }
)

#: Parts of the site that hold no page at all.
NO_PAGES_PARTS = frozenset({"api", "oai"})
