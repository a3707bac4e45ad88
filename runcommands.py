"""The commands that run a catalogue: install, fill, publish."""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import replace
from functools import partial
from glob import iglob
from pathlib import Path

import click

import forgecommands
import sample
import terminal
from deadlines import sweep, write_to_curators
from feedcommands import confirm_held
from indexer import decisions, documents
from indexer.entry import stem_of
from indexer.harvest import HarvestReport, harvest
from indexer.waiting import Filter
from installation import NEEDS_A_PERSON, Balises, application, bring_level, now, pass_balises
from mail import MailError
from metadata.case import Actor, Role, State
from settings import TEMPLATE, Settings, SourceSettings, load
from terminal import several

# Installing


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(folder: Path) -> None:
    """Écrit un balise.toml commenté et le dossier des données dans FOLDER."""
    path = folder / "balise.toml"
    if path.exists():
        raise click.UsageError(f"{path} existe déjà : rien n’a été changé.")
    (folder / "var").mkdir(parents=True, exist_ok=True)
    path.write_text(TEMPLATE, encoding="utf-8")
    click.echo(f"{path} est prêt : décrivez-y vos sources, puis lancez « balise doctor ».")


@click.command()
@click.option("--serve", "serving", is_flag=True, help="Sert le catalogue ensuite.")
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=click.IntRange(1, 65535))
@click.pass_context
def demo(ctx: click.Context, serving: bool, host: str, port: int) -> None:
    """Charge, indexe et construit l’échantillon fourni."""
    given = ctx.find_object(Balises)
    assert given is not None  # set by main()
    folder = given.settings.data_folder.resolve() / "demo"
    settings = replace(load(sample.CONFIGURATION), data=str(folder))
    balises = Balises(settings)
    reports = [harvest_source(balises, each, full=False, confirm=False) for each in settings.source]
    _decide(balises)
    if bring_level(balises) or not settings.public_folder.exists():
        _build(balises, settings.public_folder)
    published = len(balises.store.slugs())
    click.echo(several(published, "ressource publiée", "ressources publiées"))
    if serving:
        _serve(balises, host, port)
    elif any(report.error for report in reports):
        ctx.exit(NEEDS_A_PERSON)


def _decide(balises: Balises) -> None:
    """What was decided of the publishers of the sample, once."""
    if {*balises.store.qualifications.counts(Filter())} <= {State.TO_REVIEW}:
        by = Actor(name="demo", roles=frozenset({Role.ADMINISTRATOR}))
        decisions.bring(balises.store, sample.decisions(now()), by, now())


# Filling


@click.command("harvest")
@click.argument("wanted", metavar="[SOURCE|CHEMIN]...", nargs=-1)
@click.option("--full", is_flag=True, help="Tout relire, et pas seulement ce qui a changé.")
@click.option("--confirm-drop", is_flag=True, help="Confirmer une disparition massive.")
@pass_balises
@click.pass_context
def harvest_command(
    ctx: click.Context, balises: Balises, wanted: tuple[str, ...], full: bool, confirm_drop: bool
) -> None:
    """Moissonne les sources nommées, ou toutes ; un dossier, un fichier ou un zip aussi.

    L’index rattrape ensuite ce qui a changé.
    """
    forges = [each for each in balises.settings.forge if each.key in wanted]
    others = [name for name in wanted if name not in {each.key for each in forges}]
    chosen = [_wanted(balises.settings, name) for name in others]
    if not wanted:
        chosen = [*balises.settings.source]
    if not chosen and not forges:
        raise click.UsageError("Aucune source : décrivez-en dans balise.toml, ou donnez un chemin.")
    asked = {"full": full, "confirm": confirm_drop}
    works = [partial(forgecommands.crawl_forge, balises, each, **asked) for each in forges]
    works += [partial(harvest_source, balises, each, **asked) for each in chosen]
    is_well = forgecommands.all_done(works)
    sweep(balises, now())
    bring_level(balises)
    if not is_well:
        ctx.exit(NEEDS_A_PERSON)


def _wanted(settings: Settings, name: str) -> SourceSettings:
    """The source of this key; or a path, harvested as a source of its own."""
    for source in settings.source:
        if source.key == name:
            return source
    path = Path(name)
    if not path.exists() and next(iglob(name, recursive=True), None) is None:
        known = ", ".join(source.key for source in settings.source) or "aucune"
        raise click.UsageError(
            f"« {name} » n’est ni un chemin, ni un motif qui en désigne, ni une source configurée"
            f" (sources : {known})."
        )
    whole = path.resolve()
    mark = hashlib.sha256(os.fsencode(whole)).hexdigest()[:6]
    key = f"{stem_of(whole.name) or 'dossier'}-{mark}"
    return SourceSettings(key=key, kind="files", url=str(whole), title=whole.name, publish="all")


def harvest_source(
    balises: Balises, given: SourceSettings, *, full: bool, confirm: bool
) -> HarvestReport:
    if confirm:
        confirm_held(balises, given.key)
    step = terminal.Progress(f"moisson {given.title or given.key}")
    report = harvest(
        balises.source(given),
        given.info(),
        balises.store,
        now=now(),
        full=full,
        confirm_drop=confirm,
        progress=lambda so_far: step.show(terminal.counts(so_far)),
    )
    step.done()
    click.echo("\n".join(terminal.harvest_report(report)))
    return report


@click.command("index")
@click.option("--rebuild", is_flag=True, help="Tout refaire.")
@pass_balises
def index_command(balises: Balises, rebuild: bool) -> None:
    """Met l’index au niveau de la base."""
    sweep(balises, now())
    moved = bring_level(balises, documents.rebuild if rebuild else documents.catch_up)
    said = several(moved, "changement indexé", "changements indexés")
    click.echo(f"{said}, {several(balises.index.count(), 'entrée')} en tout")


@click.command()
@pass_balises
@click.pass_context
def update(ctx: click.Context, balises: Balises) -> None:
    """Parcourt les forges, moissonne, indexe, construit et écrit aux curateurs : ce que cron lance."""
    sources, forges = balises.settings.source, balises.settings.forge
    if not sources and not forges:
        click.echo("Aucune source dans la configuration : rien à moissonner.", err=True)
    works = [partial(forgecommands.crawl_forge, balises, each) for each in forges]
    works += [partial(harvest_source, balises, each, full=False, confirm=False) for each in sources]
    is_well = forgecommands.all_done(works)
    sweep(balises, now())
    bring_level(balises)
    _build(balises, balises.settings.public_folder)
    try:
        write_to_curators(balises, now())
    except MailError as error:
        click.echo(f"Erreur : {error} La lettre partira avec la prochaine.", err=True)
        is_well = False
    if not is_well:
        ctx.exit(NEEDS_A_PERSON)


# Publishing


@click.command("build")
@click.option("--out", type=click.Path(path_type=Path), help="Par défaut, public/ des données.")
@pass_balises
def build_command(balises: Balises, out: Path | None) -> None:
    """Écrit le catalogue en pages statiques."""
    if sweep(balises, now()):
        bring_level(balises)
    _build(balises, out or balises.settings.public_folder)


def _build(balises: Balises, out: Path) -> None:
    from catalogue_site.build import build

    step = terminal.Progress("pages")
    written = build(balises.site, out, lambda done: step.show(several(done, "fichier")))
    step.done()
    click.echo(f"{several(written, 'fichier')} dans {out}")


@click.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=click.IntRange(1, 65535))
@pass_balises
def serve(balises: Balises, host: str, port: int) -> None:
    """Sert le catalogue ; pour un serveur WSGI, voir cli:wsgi()."""
    sweep(balises, now())
    bring_level(balises)
    _serve(balises, host, port)


def _serve(balises: Balises, host: str, port: int) -> None:
    import waitress

    try:
        server = waitress.create_server(application(balises), host=host, port=port, ident=None)
    except (OSError, ValueError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        reason = "est déjà prise" if taken else f"ne peut être ouverte (détail : {error})"
        raise click.UsageError(
            f"L’adresse {host}:{port} {reason} : choisissez-en une autre avec --port ou --host."
        ) from error
    click.echo(f"Le catalogue est servi sur http://{host}:{port} (Ctrl-C pour arrêter)")
    server.run()


COMMANDS = (
    init,
    demo,
    harvest_command,
    index_command,
    update,
    build_command,
    serve,
)
