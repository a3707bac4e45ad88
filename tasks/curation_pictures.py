"""Take the pictures of docs/guide-curation.md: the sample's back-office, as curators see it in a browser.

.venv/bin/python tasks/curation_pictures.py [NAME…]
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tasks.curation_story import (
    DIALOGUES,
    ERUPTION,
    PLANT,
    REVOLUTION,
    VOLCANOES,
    Ministry,
    ministry,
    tell,
)
from tests.demonstration import CHROMIUM, FLAGS

IMAGES = ROOT / "docs" / "images"

#: No picture is heavier: people read them on the web.
HEAVIEST = 150_000

DESK, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 720}

MARGIN = 16

#: Letters without colours at their edges: they would weigh.
CAMERA = "--disable-lcd-text"


class Walk:
    """Curators before their browsers, without JavaScript, and a camera."""

    def __init__(self, browser: Browser, told: Ministry, wanted: list[str]) -> None:
        self.browser, self.told, self.wanted = browser, told, wanted
        self.tabs: dict[tuple[str, bool], Tab] = {}

    def see(self, who: str, path: str, *, phone: bool = False) -> Tab:
        """A page as somebody sees it; "" is anybody."""
        tab = self.tabs.get((who, phone)) or self._enter(who, phone)
        tab.goto(self.told.address + path)
        return tab

    def _enter(self, who: str, phone: bool) -> Tab:
        context = self.browser.new_context(
            viewport=PHONE if phone else DESK, java_script_enabled=False, locale="fr-FR"
        )
        tab = self.tabs[who, phone] = context.new_page()
        if who:
            tab.goto(f"{self.told.address}/curation")
            tab.click("button:has-text('Se connecter par')")
            tab.click(f"button[value='{who}']")
            tab.click("button:has-text('Autoriser')")
            tab.wait_for_url(f"{self.told.address}/curation")
        return tab

    def dossier(self, who: str, title: str, page: str = "", *, phone: bool = False) -> Tab:
        return self.see(who, f"/curation/{self.told.slugs[title]}{page}", phone=phone)

    def shoot(self, name: str, tab: Tab, place: str = "") -> None:
        """Keep what is seen without scrolling, or one place of the page and a margin around it."""
        if self.wanted and name not in self.wanted:
            return
        size = tab.viewport_size
        assert size is not None  # ours have one
        clip: dict[str, float] = {"x": 0, "y": 0, **size}
        if place:
            box = tab.locator(place).first.bounding_box()
            assert box is not None, place
            top = box["y"] + tab.evaluate("scrollY")
            clip = {
                "x": box["x"] - MARGIN,
                "y": top - MARGIN,
                "width": box["width"] + 2 * MARGIN,
                "height": min(box["height"], size["height"]) + 2 * MARGIN,
            }
        file = IMAGES / f"{name}.png"
        tab.screenshot(path=file, clip=clip, full_page=True)  # type: ignore[arg-type]
        weight = file.stat().st_size
        print(f"{name}.png {weight // 1000} ko")
        if weight > HEAVIEST:
            raise SystemExit(f"{name}.png pèse {weight} octets : cadrez plus serré.")


def queue(walk: Walk) -> None:
    walk.shoot("curation-connexion", walk.see("", "/curation"), "main > div")
    walk.shoot("curation-file", walk.see("ines", "/curation"))
    walk.shoot("curation-telephone", walk.see("ines", "/curation", phone=True))


def examination(walk: Walk) -> None:
    """Begin, read what Balise proposes, say what one thinks, and be crossed by somebody else."""
    tab = walk.dossier("ines", PLANT)
    press(tab, "Commencer l’instruction")
    walk.shoot("curation-examen", tab)
    walk.shoot("curation-proposition", tab, "#c-rgaa")
    other = walk.dossier("hugo", PLANT)
    say(other, "rgpd", "reserve", "Le registre des traitements n’est pas publié.")
    press(other, "Enregistrer les avis")
    say(tab, "rgpd", "favorable", "")
    press(tab, "Enregistrer les avis")
    walk.shoot("curation-deux-avis", tab, "#c-rgpd")
    walk.shoot(
        "curation-proposer",
        walk.dossier("ines", PLANT, "/decision"),
        "[aria-labelledby=t-proposer]",
    )


def changes(walk: Walk) -> None:
    walk.shoot("curation-differences", walk.dossier("ines", VOLCANOES))
    walk.shoot("badges", walk.see("", f"/ressources/{walk.told.slugs[VOLCANOES]}/badges"))


def decision(walk: Walk) -> None:
    tab = walk.dossier("denis", ERUPTION, "/decision")
    walk.shoot("curation-decision", tab, "[aria-labelledby=t-decider]")
    press(tab, "Relire avant de qualifier")
    walk.shoot("curation-relecture", tab)
    asked = walk.dossier("olga", REVOLUTION, "/decision")
    walk.shoot("curation-demande", asked, "[aria-labelledby=t-demande]")


def around(walk: Walk) -> None:
    walk.shoot("curation-suivi", walk.dossier("denis", ERUPTION, "/suivi"))
    walk.shoot("curation-preuves", walk.dossier("ines", VOLCANOES, "/preuves"))
    walk.shoot("curation-lettre", walk.dossier("hugo", DIALOGUES, "/retour"))
    walk.shoot(
        "curation-journal",
        walk.see("denis", f"/curation/journal?fiche={walk.told.slugs[VOLCANOES]}"),
    )
    walk.shoot("curation-valeurs", walk.see("ines", "/curation/valeurs"))
    walk.shoot("curation-doublons", walk.see("ines", "/curation/doublons"))
    walk.shoot("curation-sources", walk.see("agnes", "/curation/sources"))


def press(tab: Tab, words: str) -> None:
    with tab.expect_navigation():
        tab.click(f"main button:has-text('{words}') >> nth=0")


def say(tab: Tab, criterion: str, verdict: str, reason: str) -> None:
    tab.check(f"input[name=verdict-{criterion}][value={verdict}]")
    tab.fill(f"#c-{criterion}-motif", reason)


WALKS: tuple[Callable[[Walk], None], ...] = (queue, examination, changes, decision, around)


def main(wanted: list[str]) -> None:
    IMAGES.mkdir(exist_ok=True)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        told = opened.enter_context(ministry(folder))
        tell(told)
        playwright = opened.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, CAMERA], env={**os.environ, "LANGUAGE": "fr_FR"}
        )
        opened.callback(browser.close)
        walk = Walk(browser, told, wanted)
        for each in WALKS:
            each(walk)


if __name__ == "__main__":
    main(sys.argv[1:])
