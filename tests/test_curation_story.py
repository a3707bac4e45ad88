"""A year at the ministry: a publisher's feed of fifty entries, two curators, and what the public sees."""

import csv
import io
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from lxml import html
from werkzeug.serving import make_server

import metadata
from catalogue_site.application import create_app
from catalogue_site.openid import Login
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.files import FilesSource
from indexer.harvest import harvest
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata.case import Role, State
from metadata.criteria import criteria

from .fakes import info, record

pytestmark = pytest.mark.slow

ROLES = {"dne/instruction": Role.EXAMINER, "dne/decision": Role.DECIDER}
STATES = {state.label for state in State}
TITLES = [f"Manuel {number:02}" for number in range(50)]
SHORT, KEPT, CHANGED, REFUSED, SUSPENDED, WITHDRAWN = TITLES[:6]


MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def moment(day):
    number = "1er" if day.day == 1 else day.day
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


@pytest.fixture
def ministry(forge, tmp_path):
    """The site, the forge that lets curators in, the publisher's folder, and one clock for all."""
    for name, title, group in (
        ("ines", "Inès Exemple", "dne/instruction"),
        ("denis", "Denis Exemple", "dne/decision"),
    ):
        forge.add_user(name, title)
        forge.add_group(group, members={name: 30})
    server = make_server("127.0.0.1", 0, lambda env, start: app(env, start), threaded=True)
    here = f"http://localhost:{server.server_port}"
    client_id, secret = forge.add_application(f"{here}/connexion/retour", ("openid", "profile"))
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")
    engine = WhooshEngine(tmp_path / "index")
    login = Login(url=forge.url, client_id=client_id, client_secret=secret, clock=forge.clock)
    app = create_app(
        Site(
            store=store,
            engine=engine,
            base_url=here,
            login=login,
            roles=ROLES,
            clock=forge.clock,
        )
    )
    feed = tmp_path / "flux"
    feed.mkdir()

    def publish(titles):
        for old, new in titles.items():
            said = record(new, names=[("ark", f"ark:/99999/{old[-2:]}")])
            (feed / f"{old[-2:]}.xml").write_bytes(metadata.dump(said, "lomfr"))
        about = info("editions", origin="editeur", publish="qualified", licence="etalab-2.0")
        source = FilesSource(key="editions", place=str(feed))
        report = harvest(source, about, store, now=forge.clock())
        catch_up(store, engine)
        return report

    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield SimpleNamespace(here=here, store=store, publish=publish, clock=forge.clock)
    server.shutdown()
    thread.join()
    server.server_close()
    store.close()


class Curator:
    """Somebody before their browser, without JavaScript."""

    def __init__(self, browser, here, name):
        self.context = browser.new_context(java_script_enabled=False)
        self.tab, self.here, self.name = self.context.new_page(), here, name

    def come_in(self):
        self.tab.goto(f"{self.here}/curation")
        self.press("Se connecter par la forge")
        self.tab.wait_for_url("http://127.0.0.1:*/**")
        if "/sign_in" in self.tab.url:
            self.press(self.name)
        if self.tab.locator("button:has-text('Autoriser')").count():
            self.press("Autoriser")
        self.tab.wait_for_url(f"{self.here}/curation")

    def press(self, words, place="body"):
        with self.tab.expect_navigation():
            self.tab.click(f"{place} button:has-text('{words}') >> nth=0")

    def follow(self, words):
        with self.tab.expect_navigation():
            self.tab.click(f"a:has-text('{words}') >> nth=0")

    def read(self, place):
        """The words that are there, whatever the spaces between them."""
        return " ".join(self.tab.inner_text(place).split())

    def open(self, title):
        self.tab.goto(f"{self.here}/curation?q={title}")
        self.follow(title)

    @property
    def state(self):
        """What the page of the case says that its state is."""
        said = self.read(".cur-faits li >> nth=0").casefold()
        assert said in STATES
        return said

    def examine(self, title):
        self.open(title)
        self.press("Commencer l’instruction")
        for each in criteria().criteria:
            self.tab.check(f"input[name=verdict-{each.key}][value=favorable]")
        self.press("Enregistrer les avis")

    def propose(self, outcome="qualifiee"):
        self.follow("Proposer une décision")
        self.tab.check(f"input[name=issue][value={outcome}]")
        if outcome == "refusee":
            self.tab.check("input[name=refus][value=droits]")
            self.tab.fill("#motif-proposer", "Aucun droit de copie n’est donné.")
        self.press("Proposer", "main")

    def decide(self, title, verb, until=""):
        self.open(title)
        self.follow("Décision")
        if until:
            self.tab.fill("#echeance", until)
        self.press("Relire", f"details:has(summary:text-is('{verb}'))")
        assert "Rien n’est encore décidé" in self.read("main")
        self.press(f"{verb} cette ressource")

    def ask(self, title, what, reason):
        self.open(title)
        self.follow("Décision")
        self.tab.click(f"summary:has-text('Demander {what}')")
        self.tab.fill(f"details:has(summary:has-text('Demander {what}')) textarea", reason)
        self.press(f"Demander {what}")

    def confirm(self, title, verb):
        self.open(title)
        self.follow("Décision")
        self.press(f"Relire avant de {verb}")
        self.press(f"{verb.capitalize()} cette ressource")


@pytest.fixture
def people(browser, ministry):
    found = [Curator(browser, ministry.here, name) for name in ("Inès", "Denis")]
    yield found
    for each in found:
        each.context.close()


@pytest.fixture
def public(browser, ministry):
    """What somebody who is not logged in finds in the catalogue: titles, and the answer of a page."""
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()

    def listed():
        tab.goto(f"{ministry.here}/recherche?q=manuel")
        page = html.fromstring(tab.content())
        return {title for title in TITLES if title in page.text_content()}

    def page_of(title):
        [slug] = [
            slug
            for state in ("published", "withheld")
            for slug in ministry.store.slugs(state)
            if slug.startswith(title.lower().replace(" ", "-"))
        ]
        answer = tab.goto(f"{ministry.here}/ressources/{slug}")
        return answer.status, tab.inner_text("main")

    yield SimpleNamespace(listed=listed, page_of=page_of)
    context.close()


def test_a_year_of_curation(ministry, people, public):
    ines, denis = people
    report = ministry.publish({title: title for title in TITLES})
    assert report.counts["new"] == 50
    assert public.listed() == set()
    assert public.page_of(KEPT)[0] == 404

    in_a_year = (ministry.clock() + timedelta(days=365)).date()
    ines.come_in()
    denis.come_in()
    assert "50 ressources" in ines.read("caption")
    reached = {"à instruire"}
    ines.open(KEPT)
    assert ines.state == "à instruire"
    for title in (SHORT, KEPT, CHANGED, REFUSED, SUSPENDED, WITHDRAWN):
        ines.examine(title)
        reached.add(ines.state)
        ines.propose("refusee" if title == REFUSED else "qualifiee")
        reached.add(ines.state)
        assert title not in public.listed()
        until = in_a_year.isoformat() if title == SHORT else ""
        denis.decide(title, "Refuser" if title == REFUSED else "Qualifier", until)
        reached.add(denis.state)
    assert public.listed() == {SHORT, KEPT, CHANGED, SUSPENDED, WITHDRAWN}
    assert public.page_of(REFUSED)[0] == 404

    ines.ask(SUSPENDED, "la suspension", "Une fuite de données.")
    assert SUSPENDED in public.listed()
    denis.confirm(SUSPENDED, "suspendre")
    reached.add(denis.state)
    ines.ask(WITHDRAWN, "le retrait", "Son éditeur a cessé son activité.")
    denis.confirm(WITHDRAWN, "retirer")
    reached.add(denis.state)
    assert public.listed() == {SHORT, KEPT, CHANGED}
    status, words = public.page_of(SUSPENDED)
    assert status == 410
    assert "Une fuite de données." in words

    ministry.clock.advance(days=30)
    ministry.publish({CHANGED: "Manuel tout autre"})
    assert public.listed() == {SHORT, KEPT, CHANGED}
    status, words = public.page_of(CHANGED)
    assert status == 200
    assert "Manuel tout autre" not in words
    assert "modifié" in words
    ines.come_in()
    ines.open("Manuel tout autre")
    reached.add(ines.state)
    assert "1 champ a changé" in ines.read(".cur-notice")

    ministry.clock.advance(days=366)
    assert public.listed() == {KEPT, CHANGED}
    status, words = public.page_of(SHORT)
    assert status == 410
    assert f"arrivée à son terme le {moment(in_a_year)}" in " ".join(words.split())
    denis.come_in()
    denis.open(SHORT)
    reached.add(denis.state)
    assert reached == STATES

    check_journal(denis)
    assert ministry.store.qualifications.broken_lines() == []


EXAMINED = ["instruire ines", "evaluer ines", "proposer ines"]
QUALIFIED = [*EXAMINED, "qualifier denis"]
#: What the journal tells of each, under the title that its feed gives it at the end of the year.
TOLD = {
    SHORT: [*QUALIFIED, "expirer balise"],
    KEPT: QUALIFIED,
    "Manuel tout autre": [*QUALIFIED, "contenu-modifie balise"],
    REFUSED: [*EXAMINED, "refuser denis"],
    SUSPENDED: [*QUALIFIED, "demander-suspension ines", "suspendre denis"],
    WITHDRAWN: [*QUALIFIED, "demander-retrait ines", "retirer denis"],
}


def check_journal(curator):
    """It tells it all, in order, with who did what, and nothing of the other entries."""
    answer = curator.context.request.get(f"{curator.here}/curation/journal.csv")
    assert answer.ok
    told = {}
    for row in sorted(
        csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))),
        key=lambda row: int(row["ligne"]),
    ):
        told.setdefault(row["titre"], []).append(f"{row['acte']} {row['auteur']}")
    assert told == TOLD
