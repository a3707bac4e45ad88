"""The commands about the forges: crawl, and what the bot does there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import click

import terminal
from feedcommands import confirm_held
from forge_bridge.crawl import Crawl
from forge_bridge.errors import ForgeError, ForgeMissing
from forge_bridge.scope import Scope
from indexer.entry import Entry
from indexer.errors import IndexerError, RecordNotFound, SourceError
from indexer.harvest import HarvestReport, harvest
from indexer.source import Page
from installation import NEEDS_A_PERSON, Balises, bring_level, now, pass_balises
from metadata import listing, projectnotice
from metadata.listing import Reason, Rules
from settings import ForgeSettings, SettingsError
from terminal import several

if TYPE_CHECKING:
    from forge_bridge.bot import BotReport
    from forge_bridge.conduct import BotSettings
    from forge_bridge.gitlab import GitLabForge

#: A forge is read whole this often: nothing else shows what was deleted, archived or hidden.
SWEEP_EVERY = timedelta(days=1)

#: What changed is looked at this often.
CRAWL_EVERY = timedelta(hours=1)

#: Projects that the bot has nobody to write to in, or was told not to.
ABSENT = frozenset({Reason.HIDDEN, Reason.ARCHIVED, Reason.OUTSIDE, Reason.BLOCKED})


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawledForge:
    """A forge as a source of notices, whose pages are the steps of a crawl."""

    key: str
    crawl: Crawl
    due_only: bool = False
    incremental: bool = field(default=True, init=False)

    @property
    def exhaustive(self) -> bool:
        return not self.due_only

    def pages(self, since: datetime | None, cursor: str) -> Iterator[Page]:
        try:
            for step in self.crawl.steps(since, cursor, due_only=self.due_only):
                yield Page(records=step.records, cursor=step.cursor, as_of=step.clock)
        except ForgeError as error:
            raise SourceError(str(error)) from error


def forge_of(balises: Balises, given: ForgeSettings) -> GitLabForge:
    """The forge that one [[forge]] describes, with the bot's token if there is one."""
    from forge_bridge.connection import Connection
    from forge_bridge.gitlab import GitLabForge

    token = balises.settings.secret(given.token_file, f"{given.variable}_TOKEN")
    contact = balises.settings.publisher.contact
    return GitLabForge(Connection(given.url, token, contact=contact))


def rules_of(given: ForgeSettings) -> Rules:
    return listing.rules(topic=given.list_topic, listed=given.listed, blocked=given.blocked)


def crawl_forge(
    balises: Balises,
    given: ForgeSettings,
    *,
    full: bool = False,
    confirm: bool = False,
    due_only: bool = False,
) -> HarvestReport:
    """Crawl one forge, and say what was found and what it cost."""
    if confirm:
        confirm_held(balises, given.key)
    forge = forge_of(balises, given)
    scope = Scope(rules=rules_of(given), groups=given.groups, topics=given.topics)
    crawl = Crawl(given.key, forge, scope, balises.store.projects, now)
    started, computed = now(), time.process_time()
    step = terminal.Progress(f"parcours {given.title or given.key}")
    report = harvest(
        CrawledForge(key=given.key, crawl=crawl, due_only=due_only),
        given.info(),
        balises.store,
        now=started,
        full=full or (not due_only and _is_sweep_due(balises, given.key, started)),
        confirm_drop=confirm,
        progress=lambda so_far: step.show(terminal.crawl_progress(crawl.tally)),
    )
    step.done()
    seconds = time.process_time() - computed
    click.echo("\n".join(terminal.crawl_report(report, crawl.tally, forge.requests, seconds)))
    if crawl.tally.lost and not report.error:
        report = replace(report, error=f"Groupes introuvables : {', '.join(crawl.tally.lost)}.")
    return report


def all_done(works: Iterable[Callable[[], HarvestReport]]) -> bool:
    """Do all of these, whatever becomes of each; say whether nothing needs a person."""
    is_well = True
    for work in works:
        try:
            report = work()
        except (IndexerError, ForgeError, SettingsError) as error:
            click.echo(f"Erreur : {error}", err=True)
            is_well = False
        else:
            is_well = is_well and not report.error and not report.held
    return is_well


def _is_sweep_due(balises: Balises, key: str, at: datetime) -> bool:
    status = balises.store.runs.status(key)
    return status is None or status.last_full is None or at - status.last_full >= SWEEP_EVERY


def chosen(balises: Balises) -> tuple[ForgeSettings, ...]:
    """The forges of the configuration. Raise UsageError when there is none."""
    if not balises.settings.forge:
        raise click.UsageError("Aucune forge : décrivez-en une dans balise.toml ([[forge]]).")
    return balises.settings.forge


@click.command("crawl")
@click.option("--full", is_flag=True, help="Toute la forge, et pas seulement ce qui a changé.")
@click.option("--project", "path", metavar="PATH", help="Un seul projet, « groupe/projet ».")
@click.option("--confirm-drop", is_flag=True, help="Confirmer une disparition massive.")
@pass_balises
@click.pass_context
def crawl_command(
    ctx: click.Context, balises: Balises, full: bool, path: str | None, confirm_drop: bool
) -> None:
    """Parcourt les forges : les communs nouveaux, changés, disparus.

    L’index rattrape ensuite ce qui a changé.
    """
    forges = chosen(balises)
    if path:
        forges = (_marked(balises, path),)
    crawl = partial(
        crawl_forge, balises, full=full, confirm=confirm_drop, due_only=path is not None
    )
    is_well = all_done(partial(crawl, each) for each in forges)
    bring_level(balises)
    if not is_well:
        ctx.exit(NEEDS_A_PERSON)


def _marked(balises: Balises, path: str) -> ForgeSettings:
    """Mark a project as due, on the first forge that has it, or had it; give that forge.

    Raise UsageError, ForgeError.
    """
    projects, key = balises.store.projects, listing.path_key(path)
    for given in chosen(balises):
        try:
            number: int | None = forge_of(balises, given).project(path.strip("/")).id
        except ForgeMissing:
            number = projects.at(given.key, [key]).get(key)
        if number is not None:
            projects.mark_due(given.key, [number], now())
            return given
    raise click.UsageError(
        f"« {path} » n’est le chemin d’aucun projet public. Écrivez-le comme dans son adresse,"
        " « groupe/projet »."
    )


def health(balises: Balises, given: ForgeSettings) -> str:
    """That a forge answers, and as whom. Raise ForgeError, SourceError."""
    forge = forge_of(balises, given)
    for group in given.groups or ("",):
        page = forge.projects(group=group)
    me = forge.me()
    status = balises.store.runs.status(given.key)
    if status and status.held:
        raise SourceError(f"attend une décision : {status.held.advice(given.key)}")
    shown = several(len(page.projects), "projet")
    who = f"robot « {me.username} »" if me else "sans jeton : le robot n’écrira rien"
    return f"répond, {shown} dans sa première page, {who}"


def project_of(balises: Balises, name: str) -> list[str]:
    """Why a project is listed or not, found by its path, its address or that of an entry of its own."""
    projects = balises.store.projects
    try:
        forge, known = projects.find(name)
    except RecordNotFound:
        try:
            entry = balises.store.find(name)
        except RecordNotFound:
            return []
        found = projects.of_entry(entry.source, entry.identifier) if _is_project(entry) else None
        if found is None:
            return []
        forge, known = projects.find(found.slug)
    entries = balises.store.read(projects.entries(forge, known.snapshot.project.id))
    rejects = balises.store.rejects(forge, str(known.snapshot.project.id))
    status = balises.store.runs.status(forge)
    last = status.last_complete if status else None
    return [*terminal.why_project(known, entries, rejects, last and last + CRAWL_EVERY)]


def _is_project(entry: Entry) -> bool:
    return entry.format == projectnotice.FORMAT


@click.command("bot")
@click.option(
    "--dry-run", is_flag=True, help="Dire ce qui serait fait, et pourquoi, sans le faire."
)
@click.option("--project", "path", metavar="PATH", help="Un seul projet, « groupe/projet ».")
@pass_balises
@click.pass_context
def bot_command(ctx: click.Context, balises: Balises, dry_run: bool, path: str | None) -> None:
    """Propose, relit et corrige les commun.yml des projets, par demandes de fusion."""
    reports = [
        run_one(balises, given, path, dry_run=dry_run) for given in _with_project(balises, path)
    ]
    if any(report.stopped or any(each.trouble for each in report.outcomes) for report in reports):
        ctx.exit(NEEDS_A_PERSON)


def _with_project(balises: Balises, path: str | None) -> tuple[ForgeSettings, ...]:
    """The forges concerned: all, or the one where a project is known. Raise UsageError."""
    if path is None:
        return chosen(balises)
    try:
        key, _ = balises.store.projects.find(path)
    except RecordNotFound as error:
        said = f"« {path} » n’est pas connu : lancez d’abord « balise crawl --project {path} »."
        raise click.UsageError(said) from error
    return tuple(each for each in chosen(balises) if each.key == key)


def run_one(
    balises: Balises, given: ForgeSettings, path: str | None, *, dry_run: bool
) -> BotReport:
    """Run the bot on one forge, or one of its projects, and tell what it did."""
    from forge_bridge.bot import run_bot
    from forge_bridge.telling import told

    projects = balises.store.projects
    forge, settings = forge_of(balises, given), bot_settings(balises, given)
    known = [projects.find(path)[1]] if path else projects.every(given.key)
    rules = rules_of(given)
    there = (
        each
        for each in known
        if each.reason not in ABSENT and not rules.blocks(each.snapshot.project)
    )
    step = terminal.Progress(f"robot {given.title or given.key}")
    report = run_bot(
        forge,
        (projects.filled(each).snapshot for each in there),
        settings,
        now(),
        slugs=projects.listed(given.key),
        dry_run=dry_run,
        progress=step.show,
    )
    step.done()
    click.echo("\n".join(told(report)))
    return report


def bot_settings(balises: Balises, given: ForgeSettings) -> BotSettings:
    """How the bot behaves on one forge; those blocked or taken down are never contacted."""
    from forge_bridge.conduct import BotSettings

    publisher = balises.settings.publisher
    return BotSettings(
        catalogue=balises.settings.base_url.rstrip("/"),
        publisher=publisher.name,
        contact=publisher.contact,
        blocked=frozenset({*given.blocked, *balises.store.projects.taken_down(given.key)}),
        new_per_hour=given.new_per_hour,
        open_at_most=given.open_at_most,
    )


COMMANDS = (bot_command, crawl_command)
