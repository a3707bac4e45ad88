"""The command about the look of the site: install the theme that an operator may use."""

from __future__ import annotations

from pathlib import Path

import click

from catalogue_site import theme as themes
from installation import Balises, pass_balises


@click.group()
def theme() -> None:
    """L’apparence du catalogue."""


@theme.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--accept-license",
    "accepted",
    envvar="DSFR_ACCEPT_LICENSE",
    is_flag=True,
    help="Vous avez lu et accepté les conditions du système de design de l’État.",
    show_envvar=True,
)
@pass_balises
def install(balises: Balises, archive: Path, accepted: bool) -> None:
    """Construit le thème du système de design de l’État, d’une ARCHIVE que vous fournissez.

    Réservé aux services de l’État, pour un site en .gouv.fr, une fois ses conditions acceptées.
    """
    said = next(themes.accepted_in(balises.settings.folder), "")
    folder = balises.settings.theme_folder
    terms = themes.install(archive, folder, "*" if accepted else said)
    click.echo(
        f"Thème installé dans {folder} (conditions d’utilisation version {terms}).\n"
        "Relancez « balise build » et « balise serve ». Pour revenir au thème neutre, supprimez ce"
        " dossier."
    )


COMMANDS = (theme,)
