"""Some weeks of the curators on the bundled sample, for the pictures of docs/guide-curation.md.

Time stands still but where the story says, so that whoever tells it again tells the same.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from werkzeug.serving import make_server

import sample
from catalogue_site.application import create_app
from catalogue_site.openid import Login
from catalogue_site.site import Publisher
from indexer.documents import catch_up
from indexer.harvest import harvest
from indexer.qualitychecks import check
from indexer.store import SqlStore
from indexer.waiting import Filter
from installation import Balises
from metadata.case import Act, Action, Actor, Opinion, Role, State, Verdict
from metadata.criteria import criteria
from metadata.evidencecolumns import texts_of
from metadata.evidenceitem import Design, Item, Strand
from settings import Settings, load
from tests.backoffice import Answering
from tests.forge import Clock, Forge

ARRIVED = datetime(2026, 9, 7, 7, 12, tzinfo=UTC)

PEOPLE = {
    "ines": ("Inès Exemple", Role.EXAMINER),
    "hugo": ("Hugo Exemple", Role.EXAMINER),
    "denis": ("Denis Exemple", Role.DECIDER),
    "olga": ("Olga Exemple", Role.DECIDER),
    "agnes": ("Agnès Exemple", Role.ADMINISTRATOR),
}
INES, HUGO, DENIS, OLGA, _ = (
    Actor(name=name, roles=frozenset({role})) for name, (_, role) in PEOPLE.items()
)

VOLCANOES = "Pourquoi certains volcans explosent-ils ?"
FRACTIONS = "Comparer des fractions : quatre stratégies"
REVOLUTION = "La Révolution française en dix documents"
DIALOGUES = "Dialogues improbables"
SYLLABLES = "Syllabozoo : lire ses premières syllabes"
ROBOT = "Programmer un robot suiveur de ligne"
ERUPTION = "Modéliser une éruption en classe"
PLANT = "Photosynthèse : ce qu’une plante fait de la lumière"

POLICY = "https://www.tilleul-mordore.example/donnees-personnelles"
FAVORABLE = {each.key: Opinion(verdict=Verdict.FAVORABLE) for each in criteria().criteria}
RESERVED = FAVORABLE | {
    "rgpd": Opinion(
        verdict=Verdict.RESERVED,
        reason="La durée de conservation des résultats des élèves n’est pas dite.",
        references=(POLICY,),
    )
}
UNFAVORABLE = FAVORABLE | {
    "droits": Opinion(
        verdict=Verdict.UNFAVORABLE,
        reason="Aucune autorisation n’est donnée pour les photographies d’élèves.",
        references=("https://www.cabestan-lune.example/credits",),
    )
}

EVIDENCE = (
    Item(
        strand=Strand.RESEARCH,
        title="Les élèves de 4e nomment mieux les sortes d’éruptions.",
        reference="https://etudes.example/volcans",
        origin="Éditions du Tilleul mordoré",
        dated=date(2025, 5, 1),
        independent=False,
        design=Design.QUASI,
        size=120,
        places=4,
        context="4e, SVT",
    ),
    Item(
        strand=Strand.USAGE,
        reference="https://ent.example/chiffres-2026",
        origin="ENT de l’académie de Brumeval",
        dated=date(2026, 6, 30),
        begun=date(2025, 9, 1),
        independent=True,
        size=12_400,
        places=61,
    ),
)

#: What a publisher's feed changes of an entry, once it was qualified.
CHANGED = {
    "Deux éruptions filmées, l’une effusive, l’autre explosive, à": "Trois éruptions filmées, à",
    "PT50M": "PT1H30M",
}


class StillClock(Clock):
    """A forge's clock that only moves when it is told to."""

    def __call__(self) -> datetime:
        return self._start


@dataclass(frozen=True, kw_only=True, slots=True)
class Ministry:
    """The catalogue at `address`, its curators, and the clock that they all read."""

    address: str
    clock: Clock
    balises: Balises
    slugs: dict[str, str]  # by title, those of the entries that wait

    @property
    def store(self) -> SqlStore:
        return self.balises.store

    def act(self, title: str, act: Act, by: Actor, **said: object) -> None:
        action = Action(act=act, **said)  # type: ignore[arg-type]  # each act has its own
        self.store.qualifications.act(self.slugs[title], action, by, self.clock())

    def harvest(self) -> None:
        settings = self.balises.settings
        for each in settings.source:
            harvest(self.balises.source(each), each.info(), self.store, now=self.clock())
        catch_up(self.store, self.balises.index)


@contextmanager
def ministry(folder: Path) -> Iterator[Ministry]:
    """The site, and the forge that lets curators in, for as long as they are needed."""
    clock = StillClock(ARRIVED)
    with ExitStack() as opened:
        forge = opened.enter_context(Forge(folder / "forge", now=clock))
        for name, (title, _) in PEOPLE.items():
            forge.add_user(name, title)
            forge.add_group(f"dne/{name}", members={name: 30})
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, lambda *call: app(*call), threaded=True)
        opened.callback(server.server_close)
        here = f"http://127.0.0.1:{server.server_port}"
        client, secret = forge.add_application(f"{here}/connexion/retour", ("openid", "profile"))
        balises = Balises(_settings(folder))
        opened.callback(lambda: balises.store.close())
        app = create_app(
            replace(
                balises.site,
                base_url=here,
                login=Login(url=forge.url, client_id=client, client_secret=secret, clock=clock),
                roles={f"dne/{name}": role for name, (_, role) in PEOPLE.items()},
                publisher=Publisher(name="La DNE fictive", contact="qualification@dne.example"),
                clock=clock,
                check=lambda slug, now: check(balises.store, slug, Answering(), now),
            )
        )
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        opened.callback(serving.join)
        opened.callback(server.shutdown)
        told = Ministry(address=here, clock=clock, balises=balises, slugs={})
        told.harvest()
        queue = balises.store.qualifications.queue(Filter())
        told.slugs.update({each.title: each.slug for each in queue})
        yield told


def _settings(folder: Path) -> Settings:
    """The sample in a copy of its own, whose publishers wait to be qualified."""
    shutil.copytree(sample.CONFIGURATION.parent, folder / "sample")
    settings = load(folder / "sample" / sample.CONFIGURATION.name)
    waiting = (
        replace(each, publish="qualified") if each.origin == "editeur" else each
        for each in settings.source
    )
    return replace(settings, data=str(folder / "var"), source=tuple(waiting))


def tell(told: Ministry) -> None:
    """From the arrival of the feeds to the first of October, when the pictures are taken."""
    clock = told.clock
    for title, by in ((VOLCANOES, INES), (FRACTIONS, INES), (REVOLUTION, HUGO), (SYLLABLES, HUGO)):
        clock.advance(days=1, hours=1)
        _propose(told, title, by, RESERVED)
    clock.advance(days=1)
    told.act(DIALOGUES, Act.TAKE, HUGO)
    told.act(DIALOGUES, Act.ASSESS, HUGO, opinions=UNFAVORABLE)
    told.act(
        DIALOGUES, Act.PROPOSE, HUGO, outcome=State.REFUSED, refusals=("droits",),
        reason="Donnez les autorisations pour les photographies d’élèves, ou retirez-les.",
    )  # fmt: skip
    clock.advance(days=2, hours=3)
    told.act(FRACTIONS, Act.QUALIFY, DENIS, until=datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC))
    for title in (VOLCANOES, REVOLUTION, SYLLABLES):
        told.act(title, Act.QUALIFY, DENIS, reason="La durée de conservation reste à préciser.")
    told.act(DIALOGUES, Act.REFUSE, DENIS)
    for item in EVIDENCE:
        told.act(VOLCANOES, Act.ADD_EVIDENCE, INES, evidence=texts_of(item))
    clock.advance(days=7)
    told.act(
        SYLLABLES, Act.ASK_SUSPENSION, INES,
        reason="Le service est en panne depuis le 20 septembre ; l’éditeur le répare.",
    )  # fmt: skip
    clock.advance(hours=20)
    told.act(SYLLABLES, Act.SUSPEND, OLGA)
    _change(told)
    clock.advance(days=4)
    told.harvest()
    _propose(told, ERUPTION, INES, RESERVED)
    told.act(ERUPTION, Act.NOTE, INES, text="Le délégué à la protection des données a relu l’avis.")
    clock.advance(days=5, hours=2, minutes=35)
    told.act(REVOLUTION, Act.ASK_WITHDRAWAL, HUGO, reason="L’éditeur cesse sa diffusion.")
    told.act(ROBOT, Act.ASSIGN, HUGO, to="hugo")


def _propose(told: Ministry, title: str, by: Actor, opinions: dict[str, Opinion]) -> None:
    told.act(title, Act.TAKE, by)
    check(told.store, told.slugs[title], Answering(), told.clock())
    told.act(title, Act.ASSESS, by, opinions=opinions)
    told.act(title, Act.PROPOSE, by, outcome=State.QUALIFIED)


def _change(told: Ministry) -> None:
    """The publisher writes other words about what was qualified."""
    [tilleul] = (each for each in told.balises.settings.source if each.key == "tilleul-mordore")
    folder = told.balises.settings.folder / tilleul.url
    for page in folder.glob("*.xml"):
        head, found, entry = page.read_text(encoding="utf-8").partition(
            "terre-active-eruptions</identifier>"
        )
        before, end, after = entry.partition("</record>")
        for old, new in CHANGED.items():
            before = before.replace(old, new)
        page.write_text(head + found + before + end + after, encoding="utf-8")
