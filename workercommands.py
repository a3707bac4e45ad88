"""The command that keeps a catalogue up to date by itself, until it is stopped."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import click

from deadlines import sweep, write_to_curators
from forge_bridge.errors import ForgeError
from forgecommands import CRAWL_EVERY, crawl_forge
from indexer.errors import IndexerError
from indexer.journal import Wanted
from installation import Balises, bring_level, now, pass_balises
from mail import MailError
from metadata.case import Act
from runcommands import harvest_source
from settings import ForgeSettings, SettingsError, SourceSettings

log = logging.getLogger(__name__)

#: Feeds change by the day.
HARVEST_EVERY = timedelta(days=1)

#: Curators are not written to more often.
WRITE_EVERY = timedelta(hours=1)

#: What failed is tried again after this long.
RETRY_AFTER = timedelta(minutes=5)

#: Seconds between two looks of the worker at what is due.
PAUSE = 5.0


@click.command("worker")
@pass_balises
def worker_command(balises: Balises) -> None:
    """Parcourt ce que les webhooks signalent, moissonne, indexe, prévient, jusqu’à ce qu’on l’arrête.

    Toutes les heures les forges, tous les jours les sources.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever is under way resumes
    click.echo("En route (Ctrl-C pour arrêter)")
    failed: dict[str, datetime] = {}
    try:
        while True:
            for name, work in works(balises):
                if name not in failed or now() - failed[name] >= RETRY_AFTER:
                    failed.pop(name, None)
                    failed |= {} if _survived(name, work) else {name: now()}
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        click.echo("Arrêté.")


def _survived(name: str, work: Callable[[], object]) -> bool:
    """Do it; whatever is wrong with it, the others have to be done."""
    try:
        work()
    except (IndexerError, ForgeError, SettingsError, MailError) as error:
        click.echo(f"Erreur : {name} : {error}", err=True)
        return False
    except Exception:
        log.exception("work failed name=%s", name)
        return False
    return True


def works(balises: Balises) -> Iterator[tuple[str, Callable[[], object]]]:
    """All that may have to be done, by name; the index catches up after what changes the store."""
    for forge in balises.settings.forge:
        yield forge.key, partial(_crawl_due, balises, forge)
    for source in balises.settings.source:
        yield source.key, partial(_harvest_due, balises, source)
    yield "échéances", partial(sweep, balises, now())
    yield "index", partial(_index_due, balises)
    if balises.settings.mail.smtp:
        yield "courriel", partial(_write_due, balises)


def _crawl_due(balises: Balises, given: ForgeSettings) -> None:
    if _is_time(balises, given.key, CRAWL_EVERY, now()):
        crawl_forge(balises, given)
    elif _is_told_of_some(balises, given.key):
        crawl_forge(balises, given, due_only=True)


def _is_told_of_some(balises: Balises, key: str) -> bool:
    """Did a webhook mark a project? Those that could not be read wait for the next crawl."""
    projects = balises.store.projects
    waiting = projects.get(key, projects.due(key))
    return any(not each.trouble for each in waiting.values())


def _harvest_due(balises: Balises, given: SourceSettings) -> None:
    if _is_time(balises, given.key, HARVEST_EVERY, now()):
        harvest_source(balises, given, full=False, confirm=False)


def _index_due(balises: Balises) -> None:
    if balises.store.changes(1):
        bring_level(balises)


def _write_due(balises: Balises) -> None:
    """Several things that happen within the hour make one letter."""
    last = balises.store.qualifications.journal(Wanted(act=Act.WRITE), limit=1)
    if not last or now() - last[0].event.at >= WRITE_EVERY:
        write_to_curators(balises, now())


def _is_time(balises: Balises, key: str, every: timedelta, at: datetime) -> bool:
    """Was the last whole run long enough ago, or cut short; and if one failed, is it time again?"""
    status = balises.store.runs.status(key)
    run = status.last_run if status else None
    if status is None or run is None or run.ended is None:
        return True
    if run.error and at - run.ended < RETRY_AFTER:
        return False
    last = status.since if status.info.kind == "forge" else run.started
    return bool(last is None or run.error or at - last >= every)


COMMANDS = (worker_command,)
