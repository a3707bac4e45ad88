"""The program: its options, its commands, and what it says when something goes wrong."""

from __future__ import annotations

import errno
import io
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import french
import terminal
from catalogue_site.errors import BuildError, ThemeError
from forge_bridge.errors import ForgeError
from indexer.errors import IndexerError
from installation import NEEDS_A_PERSON, WRONG_USAGE, application, opened
from metadata import MetadataError
from settings import SettingsError

if TYPE_CHECKING:
    from flask import Flask

french.translate()

#: Where each command is. Its module is loaded when it is asked for, with the libraries that it needs.
MODULES = {
    "bot": "forgecommands",
    "build": "runcommands",
    "convert": "filecommands",
    "crawl": "forgecommands",
    "demo": "runcommands",
    "doctor": "doctorcommands",
    "duplicates": "feedcommands",
    "export": "entrycommands",
    "harvest": "runcommands",
    "index": "runcommands",
    "init": "runcommands",
    "links": "entrycommands",
    "preview": "feedcommands",
    "qualifications": "queuecommands",
    "qualify": "qualifycommands",
    "restore-entry": "entrycommands",
    "schema": "filecommands",
    "search": "entrycommands",
    "serve": "runcommands",
    "show": "entrycommands",
    "sources": "feedcommands",
    "takedown": "entrycommands",
    "theme": "themecommands",
    "unmapped": "feedcommands",
    "update": "runcommands",
    "validate": "filecommands",
    "worker": "workercommands",
}


class Balise(click.Group):
    """The commands; whatever goes wrong knowingly is said in one sentence."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _loaded(cmd_name) if cmd_name in MODULES else None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            click.echo(f"Configuration : {error}", err=True)
            ctx.exit(WRONG_USAGE)
        except (IndexerError, MetadataError, ForgeError, BuildError, ThemeError) as error:
            click.echo(f"Erreur : {error}", err=True)
            ctx.exit(NEEDS_A_PERSON)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read us has seen enough: click's business
                raise
            click.echo(f"Erreur : {terminal.os_fault(error)}", err=True)
            ctx.exit(NEEDS_A_PERSON)
        except KeyboardInterrupt:
            click.echo("\nInterrompu : relancez la même commande pour continuer.", err=True)
            ctx.exit(NEEDS_A_PERSON)


def _loaded(name: str) -> click.Command:
    try:
        commands: tuple[click.Command, ...] = import_module(MODULES[name]).COMMANDS
    except ModuleNotFoundError as error:
        return _uninstalled(name, error.name or "")
    return next(command for command in commands if command.name == name)


def _uninstalled(name: str, library: str) -> click.Command:
    """What stands for a command when a library that it needs is not there."""

    @click.command(name, hidden=True, add_help_option=False, context_settings=ANYTHING)
    def uninstalled() -> None:
        raise click.UsageError(
            "Cette installation ne sait que vérifier et convertir des notices. Pour «\u00a0"
            f"{name}\u00a0», installez balise[site] (il manque «\u00a0{library}\u00a0»)."
        )

    return uninstalled


ANYTHING = {"ignore_unknown_options": True, "allow_extra_args": True}


@click.group(
    cls=Balise,
    commands=[click.Command(name) for name in MODULES],
    context_settings={"auto_envvar_prefix": "BALISE", "show_default": True},
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="La configuration ; par défaut ./balise.toml s’il existe.",
    show_envvar=True,
)
@click.option("--data", help="Le dossier des données.", show_envvar=True)
@click.option("--database", help="L’adresse de la base de données.", show_envvar=True)
@click.option("--search", help="Le moteur de recherche, « whoosh:DOSSIER ».", show_envvar=True)
@click.option("--base-url", help="L’adresse publique du catalogue.", show_envvar=True)
@click.option("-v", "--verbose", count=True, help="En dire plus ; deux fois : tout.")
@click.version_option(package_name="balise")
@click.pass_context
def main(ctx: click.Context, /, **given: Any) -> None:
    """Le catalogue des communs numériques éducatifs et des ressources qualifiées."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # no terminal is too old, no file name too strange
            stream.reconfigure(errors="replace")
    ctx.obj = opened(**given)


def wsgi() -> Flask:
    """For a WSGI server, such as `gunicorn 'cli:wsgi()'`: the same settings, from the environment."""
    with main.make_context("balise", ["serve"]) as ctx:
        return application(opened(**ctx.params))


if __name__ == "__main__":
    main()
