"""Weigh the pages of the demonstration in a browser; fail where one is over its budget.

    .venv/bin/python tasks/budget.py [--write]

A visit is cold: nothing cached, every request counted, as compressed as it travels. With --write the
measures go to catalogue_site/mesures.json, which the page /ecoconception shows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tasks.ecoindex import ecoindex
from tests.demonstration import CHROMIUM, FLAGS, demonstrated
from tests.pages import FAUSTINE, VOLCANOES

MEASURES = ROOT / "catalogue_site" / "mesures.json"
LIGHTHOUSE = ROOT / ".venv" / "audit" / "node_modules" / ".bin" / "lighthouse"


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """The most of each that a page may take, and the least that it must be worth."""

    nodes: int
    ecoindex: int
    requests: int = 4
    bytes: int = 20_000


SEARCH = Budget(nodes=360, ecoindex=81)
RECORD = Budget(nodes=250, ecoindex=85)

PAGES = (
    ("Accueil", "/", SEARCH),
    ("Recherche", "/recherche?q=fractions", SEARCH),
    ("Recherche sans mot", "/recherche", SEARCH),
    ("Recherche sans réponse", "/recherche?q=xyzzy&niveau=cm1", SEARCH),
    ("Une discipline", "/ressources/mathematiques", SEARCH),
    ("Statistiques", "/statistiques", SEARCH),
    ("Une ressource", f"/ressources/{VOLCANOES}", RECORD),
    ("Une ressource et ses parties", f"/ressources/{FAUSTINE}", RECORD),
    ("Un commun", "/communs/fractions-2ae9142226438d36", SEARCH),
)

#: What Lighthouse must give the pages on its phone, of 100.
LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100}
JUDGED = ("Recherche", "Une ressource")
TRIES = 3  # its clock is the machine's, and the machine may be busy


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """What a first visit to a page costs."""

    page: str
    address: str
    requests: int
    bytes: int
    nodes: int
    ecoindex: int


def weigh(browser: Browser, site: str, page: str, address: str) -> Measure:
    """Visit a page as somebody who never came here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    network = context.new_cdp_session(tab)
    network.send("Network.enable")
    sizes: list[int] = []
    network.on("Network.loadingFinished", lambda said: sizes.append(int(said["encodedDataLength"])))
    tab.goto(site + address, wait_until="networkidle")
    nodes = tab.evaluate("document.querySelectorAll('*:not(svg *)').length")
    context.close()
    return Measure(
        page=page,
        address=address,
        requests=len(sizes),
        bytes=sum(sizes),
        nodes=nodes,
        ecoindex=ecoindex(nodes, len(sizes), sum(sizes) / 1000),
    )


def over(measure: Measure, budget: Budget) -> Iterator[str]:
    """What is too much, in French."""
    for name, words in (("nodes", "nœuds"), ("requests", "requêtes"), ("bytes", "octets")):
        if (found := getattr(measure, name)) > (most := getattr(budget, name)):
            yield f"{found} {words} (au plus {most})"
    if measure.ecoindex < budget.ecoindex:
        yield f"EcoIndex {measure.ecoindex} (au moins {budget.ecoindex})"


def judge(address: str) -> dict[str, int]:
    """The scores of Lighthouse on its phone; the best of a few, for a busy machine is no slow page."""
    best: dict[str, int] = {}
    for _ in range(TRIES):
        scores = _lighthouse(address)
        best = {name: max(best.get(name, 0), score) for name, score in scores.items()}
        if all(best[name] >= least for name, least in LEAST.items()):
            break
    return best


def _lighthouse(address: str) -> dict[str, int]:
    command = [
        *(str(LIGHTHOUSE), address, "--quiet", "--output=json"),
        f"--only-categories={','.join(LEAST)}",
        f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
    ]
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    report: dict[str, Any] = json.loads(done.stdout)
    return {name: round(100 * report["categories"][name]["score"]) for name in LEAST}


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstrated(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        measures = [weigh(browser, site.address, page, address) for page, address, _ in PAGES]
        browser.close()
        scores = {
            each.page: judge(site.address + each.address)
            for each in measures
            if each.page in JUDGED
        }
    print(table(measures, scores))
    if "--write" in sys.argv:
        write(measures)
    faults = [
        f"{measure.page} : {fault}"
        for measure, (_, _, budget) in zip(measures, PAGES, strict=True)
        for fault in over(measure, budget)
    ]
    faults += [
        f"{page} : Lighthouse donne {score} pour « {name} » (au moins {LEAST[name]})"
        for page, found in scores.items()
        for name, score in found.items()
        if score < LEAST[name]
    ]
    print("\n".join(faults) or "Tout tient dans le budget.")
    return 1 if faults else 0


def table(measures: list[Measure], scores: dict[str, dict[str, int]]) -> str:
    lines = [f"{'page':30}{'nœuds':>7}{'requêtes':>10}{'ko':>7}{'EcoIndex':>10}  Lighthouse"]
    for each in measures:
        kilobytes = f"{each.bytes / 1000:.1f}".replace(".", ",")
        lighthouse = "/".join(map(str, scores.get(each.page, {}).values()))
        lines.append(
            f"{each.page:30}{each.nodes:>7}{each.requests:>10}{kilobytes:>7}{each.ecoindex:>10}"
            f"  {lighthouse}".rstrip()
        )
    lines.append("Lighthouse : performance, accessibilité, bonnes pratiques, sur son téléphone.")
    return "\n".join(lines)


def write(measures: list[Measure]) -> None:
    said = {
        "date": datetime.now(UTC).date().isoformat(),
        "pages": [asdict(each) for each in measures],
    }
    text = json.dumps(said, ensure_ascii=False, indent=1)
    MEASURES.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
