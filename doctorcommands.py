"""The command that says whether an installation is well, and what to do when it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import click

import forgecommands
import mail
import terminal
from forge_bridge.errors import ForgeError
from indexer.errors import IndexerError, SearchError, SourceError, StoreError
from indexer.journal import Wanted
from indexer.waiting import Filter
from installation import NEEDS_A_PERSON, Balises, now, pass_balises
from mail import MailError
from metadata import MetadataError
from metadata.case import Role
from metadata.criteria import criteria
from metadata.qualification import WARNINGS
from settings import Settings, SettingsError, SourceSettings
from terminal import several


@click.command()
@pass_balises
@click.pass_context
def doctor(ctx: click.Context, balises: Balises) -> None:
    """Vérifie la configuration et chaque service qu’elle nomme, et dit quoi faire."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("dossier des données", lambda: _writable(balises.settings.data_folder)),
        ("base de données", lambda: _database_health(balises)),
        ("index", lambda: _index_health(balises)),
    ]
    for each in balises.settings.source:
        checks.append((f"source {each.key}", partial(_first_page, balises, each)))
    for forge in balises.settings.forge:
        checks.append((f"forge {forge.key}", partial(forgecommands.health, balises, forge)))
    checks += [
        ("journal des curateurs", lambda: _journal_health(balises)),
        ("qualifications", lambda: _deadlines(balises)),
        ("rôles", lambda: _roles(balises.settings)),
    ]
    if balises.settings.mail.smtp:
        checks.append(("courriel", lambda: _mail_health(balises.settings)))
    if not balises.settings.source and not balises.settings.forge:
        said = "aucune ; ajoutez un bloc [[source]] ou [[forge]] à balise.toml"
        click.echo(f"à voir   sources : {said}")
    failed = False
    for name, run in checks:
        try:
            click.echo(f"bon      {name} : {run()}")
        except (
            IndexerError,
            MetadataError,
            SettingsError,
            ForgeError,
            MailError,
            OSError,
        ) as error:
            failed = True
            why = terminal.os_fault(error) if isinstance(error, OSError) else error
            click.echo(f"à voir   {name} : {why}")
    ctx.exit(NEEDS_A_PERSON if failed else 0)


def _writable(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".balise-doctor"
    try:
        probe.write_bytes(bytes(65_536))  # a full disk still takes names
    finally:
        probe.unlink(missing_ok=True)
    return str(folder)


def _database_health(balises: Balises) -> str:
    balises.store.check()
    return several(len(balises.store.sources()), "source connue", "sources connues")


def _index_health(balises: Balises) -> str:
    indexed, published = balises.index.count(), len(balises.store.slugs())
    waiting = len(balises.store.changes(1000))
    if waiting or indexed != published:
        remedy = "balise index" if waiting or balises.index.fresh else "balise index --rebuild"
        raise SearchError(
            f"{several(indexed, 'entrée indexée', 'entrées indexées')} pour {published} à publier,"
            f" {waiting} en attente : lancez « {remedy} »."
        )
    return several(indexed, "entrée")


def _first_page(balises: Balises, given: SourceSettings) -> str:
    page = next(balises.source(given).pages(None, ""), None)
    status = balises.store.runs.status(given.key)
    if status and status.held and not status.held.confirmed:
        raise SourceError(f"attend une décision : {status.held.advice(given.key)}")
    count = len(page.records) if page else 0
    return f"répond, {several(count, 'notice')} dans sa première page"


def _journal_health(balises: Balises) -> str:
    broken = balises.store.qualifications.broken_lines()
    if broken:
        raise StoreError(
            f"{several(len(broken), 'ligne modifiée', 'lignes modifiées')} derrière la base : lancez"
            " « balise qualifications verify »."
        )
    return f"intact, {several(balises.store.qualifications.journal_size(Wanted()), 'ligne')}"


def _deadlines(balises: Balises) -> str:
    soon = Filter(ends_before=now() + timedelta(days=max(WARNINGS)))
    count = sum(balises.store.qualifications.counts(soon).values())
    ending = f"{several(count, 'décision')} à renouveler d’ici {max(WARNINGS)} jours"
    return f"{ending} ; critères de la version {criteria().version}"


def _roles(settings: Settings) -> str:
    given = {*settings.login.roles.values()}
    if not given:
        return "aucun ; personne n’entre dans /curation avant d’être nommé dans [login.roles]"
    for role in (Role.EXAMINER, Role.DECIDER):
        if role not in given:
            raise SettingsError(
                f"aucun groupe n’a le rôle « {role} » : ajoutez-le à [login.roles], sans quoi rien"
                " ne peut être qualifié."
            )
    return ", ".join(f"{group} = {role}" for group, role in settings.login.roles.items())


def _mail_health(settings: Settings) -> str:
    mail.check(settings.mail.smtp, settings.secret("", "BALISE_MAIL_PASSWORD"))
    return f"le serveur répond ; à {', '.join(settings.mail.to)}"


COMMANDS = (doctor,)
