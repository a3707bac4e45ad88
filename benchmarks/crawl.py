"""What it costs to crawl a forge of ten thousand projects: requests, processor, memory.

Against the forge double in a process of its own (contract checks off), beside a script that does
with python-gitlab what most crawlers do: list everything, ask each project for its files. See
README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import gitlab
from gitlab.v4.objects import Project
from watch import Watch, peak

from forge_bridge.connection import Connection
from forge_bridge.crawl import Crawl
from forge_bridge.gitlab import GitLabForge
from forge_bridge.scope import Scope
from forgecommands import CrawledForge
from indexer.harvest import harvest
from indexer.source import SourceInfo
from indexer.store import SqlStore
from metadata.listing import Rules

ROOT = Path(__file__).parent.parent
INFO = SourceInfo(key="forge", title="Une forge", kind="forge", origin="commun", publish="all")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """What one crawl took; `peak` is the memory of its process, in megabytes."""

    step: str
    seen: int
    read: int
    files: int
    requests: int
    wall: float  # seconds
    cpu: float  # seconds
    peak: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--peer", type=int, default=500, help="projects that the peer reads")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cœurs, charge {os.getloadavg()[0]:.1f}\n")
    print(
        "étape                    montrés    lus fichiers requêtes  par projet  s    ms CPU/projet  Mo"
    )
    with TemporaryDirectory() as folder, forge(asked.projects) as url:
        database = f"sqlite:///{folder}/balise.sqlite"
        for step, full in (
            ("premier parcours", False),
            ("parcours suivant", False),
            ("parcours complet", True),
        ):
            show(alone(crawl, step, url, database, full))
        show(alone(peer, "python-gitlab, sans état", url, asked.peer))


def show(one: Measure) -> None:
    each = one.requests / one.seen if one.seen else 0.0
    computed = 1000 * one.cpu / one.seen if one.seen else 0.0
    print(
        f"{one.step:24} {one.seen:7} {one.read:6} {one.files:8} {one.requests:8} {each:11.3f}"
        f" {one.wall:5.0f} {computed:13.2f} {one.peak:5.0f}"
    )


def alone(work, *arguments) -> Measure:  # type: ignore[no-untyped-def]  # any of the two below
    """A measure made in a process of its own, whose memory is nobody else's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        measure: Measure = pool.submit(work, *arguments).result()
        return measure


@contextlib.contextmanager
def forge(projects: int) -> Iterator[str]:
    """The forge double, by itself; its address."""
    command = [sys.executable, "-m", "tests.forge", "--generate", str(projects), "--no-contract"]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        said = child.stdout.readline()
        yield said.split()[1].rstrip(",")
    finally:
        child.terminate()
        child.wait()


def crawl(step: str, url: str, database: str, full: bool) -> Measure:
    store = SqlStore(database)
    connection = Connection(url)
    scope = Scope(rules=Rules())
    one = Crawl("forge", GitLabForge(connection), scope, store.projects, clock)
    watch = Watch()
    with watch:
        report = harvest(CrawledForge(key="forge", crawl=one), INFO, store, now=clock(), full=full)
    store.close()
    if report.error:
        raise SystemExit(report.error)
    tally = one.tally
    return Measure(
        step=step,
        seen=tally.seen,
        read=tally.read,
        files=tally.files,
        requests=connection.requests,
        wall=watch.wall,
        cpu=watch.cpu,
        peak=peak(),
    )


#: What crawlers of the kind ask of each project, whether it is there or not.
ASKED = ("commun.yml", "README.md", "LICENSE", "publiccode.yml")


def peer(step: str, url: str, most: int) -> Measure:
    """List, then ask each project for each file; again at each run, since nothing is kept."""
    client = gitlab.Gitlab(url, timeout=30)
    requests = files = seen = 0
    watch = Watch()
    with watch:
        for project in client.projects.list(iterator=True, per_page=100, get_all=False):
            if seen == most:
                break
            seen += 1
            assert isinstance(project, Project)
            for path in ASKED if project.default_branch else ():
                requests += 1
                with contextlib.suppress(gitlab.GitlabGetError):
                    project.files.raw(path, ref=project.default_branch)
                    files += 1
    return Measure(
        step=step,
        seen=seen,
        read=seen,
        files=files,
        requests=requests + 1 + seen // 100,
        wall=watch.wall,
        cpu=watch.cpu,
        peak=peak(),
    )


def clock() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
