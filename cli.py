"""The commands. The one place that knows every folder and builds every object."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from glob import iglob
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import french
import metadata
import sample
import terminal
from catalogue_site.errors import BuildError
from indexer import documents, facets
from indexer.documents import catch_up
from indexer.entry import Entry, State, stem_of
from indexer.errors import IndexerError, SearchError, SourceError
from indexer.export import EXPORTS, is_open
from indexer.files import FilesSource
from indexer.harvest import HarvestReport, harvest
from indexer.mending import MendedEngine
from indexer.oaipmh import OaiPmhSource
from indexer.search import Query, SearchEngine
from indexer.source import Source
from indexer.store import SqlStore
from indexer.syndication import FeedSource
from indexer.table import TableSource
from indexer.whoosh_engine import WhooshEngine
from metadata import Finding, MetadataError, ParseError, RawRecord, Severity, UnknownFormat, commun
from metadata.checks import PROFILES, check, profile_of
from metadata.vocabulary import scolomfr
from settings import TEMPLATE, Settings, SettingsError, SourceSettings, load
from terminal import several

# What only some commands need, and takes long to load, is imported by those.
if TYPE_CHECKING:
    from flask import Flask

    from catalogue_site.site import Site

french.translate()

NEEDS_A_PERSON, WRONG_USAGE = 1, 2


class Balise(click.Group):
    """The commands; whatever goes wrong knowingly is said in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            click.echo(f"Configuration : {error}", err=True)
            ctx.exit(WRONG_USAGE)
        except (IndexerError, MetadataError, BuildError) as error:
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


class Balises:
    """What the commands work with, each part opened when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._store: SqlStore | None = None
        self._index: WhooshEngine | None = None

    @property
    def store(self) -> SqlStore:
        if self._store is None:
            self.settings.data_folder.mkdir(parents=True, exist_ok=True)
            self._store = SqlStore(self.settings.database_url)
        return self._store

    @property
    def index(self) -> WhooshEngine:
        """The index as it is."""
        if self._index is None:
            self._index = WhooshEngine(self.settings.index_folder)
        return self._index

    @property
    def engine(self) -> SearchEngine:
        """The index for whoever asks it something: were it lost, it would be made again."""
        return MendedEngine(self.index, self.store)

    @property
    def site(self) -> Site:
        from catalogue_site.site import Publisher, Site

        publisher = self.settings.publisher
        return Site(
            store=self.store,
            engine=self.engine,
            base_url=self.settings.base_url.rstrip("/"),
            publisher=Publisher(name=publisher.name, contact=publisher.contact),
        )

    def source(self, given: SourceSettings) -> Source:
        """The source that one [[source]] describes."""
        from indexer.fetch import Fetcher

        address = given.url
        if "://" not in address:
            address = str(self.settings.folder / address)
        fetch = Fetcher(contact=self.settings.publisher.contact, internal=given.internal)
        if given.kind == "oaipmh":
            return OaiPmhSource(
                key=given.key, url=address, prefix=given.prefix, set=given.set, fetch=fetch
            )
        if given.kind == "table":
            return TableSource(key=given.key, place=address, download=fetch.download)
        if given.kind == "syndication":
            return FeedSource(key=given.key, place=address, download=fetch.download)
        return FilesSource(key=given.key, place=address)


pass_balises = click.make_pass_decorator(Balises)


def now() -> datetime:
    return datetime.now(UTC)


@click.group(cls=Balise, context_settings={"auto_envvar_prefix": "BALISE", "show_default": True})
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


def opened(config: Path | None, verbose: int, **given: str | None) -> Balises:
    """What an installation is made of, from the options of `main`. Raise SettingsError."""
    logging.basicConfig(
        level=logging.WARNING - 10 * min(verbose, 2), format="%(levelname)s %(name)s %(message)s"
    )
    default = Path("balise.toml")
    if config is None and default.exists():
        config = default
    settings = load(config) if config else Settings()
    chosen: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    return Balises(replace(settings, **chosen))


# Installing


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(folder: Path) -> None:
    """Écrit un balise.toml commenté et le dossier des données dans FOLDER."""
    path = folder / "balise.toml"
    if path.exists():
        raise click.UsageError(f"{path} existe déjà : rien n’a été changé.")
    (folder / "var").mkdir(parents=True, exist_ok=True)
    path.write_text(TEMPLATE, encoding="utf-8")
    click.echo(f"{path} est prêt : décrivez-y vos sources, puis lancez « balise doctor ».")


@main.command()
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
    reports = [_harvest(balises, each, full=False, confirm=False) for each in settings.source]
    if _index(balises) or not settings.public_folder.exists():
        _build(balises, settings.public_folder)
    published = len(balises.store.slugs())
    click.echo(several(published, "ressource publiée", "ressources publiées"))
    if serving:
        _serve(balises, host, port)
    elif any(report.error for report in reports):
        ctx.exit(NEEDS_A_PERSON)


@main.command()
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
        checks.append((f"forge {forge.key}", lambda: "déclarée ; le parcours des forges viendra"))
    if not balises.settings.source:
        click.echo("à voir   sources : aucune ; ajoutez un bloc [[source]] à balise.toml")
    failed = False
    for name, run in checks:
        try:
            click.echo(f"bon      {name} : {run()}")
        except (IndexerError, MetadataError, SettingsError, OSError) as error:
            failed = True
            said = terminal.os_fault(error) if isinstance(error, OSError) else error
            click.echo(f"à voir   {name} : {said}")
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
    if status and status.held:
        raise SourceError(f"attend une décision : {status.held.advice(given.key)}")
    count = len(page.records) if page else 0
    return f"répond, {several(count, 'notice')} dans sa première page"


# Filling


@main.command("harvest")
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
    chosen = [_wanted(balises.settings, name) for name in wanted] or balises.settings.source
    if not chosen:
        raise click.UsageError("Aucune source : décrivez-en dans balise.toml, ou donnez un chemin.")
    reports = [_harvest(balises, each, full=full, confirm=confirm_drop) for each in chosen]
    _index(balises)
    if any(report.error or report.held for report in reports):
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


def _harvest(
    balises: Balises, given: SourceSettings, *, full: bool, confirm: bool
) -> HarvestReport:
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


@main.command("index")
@click.option("--rebuild", is_flag=True, help="Tout refaire.")
@pass_balises
def index_command(balises: Balises, rebuild: bool) -> None:
    """Met l’index au niveau de la base."""
    moved = _index(balises, documents.rebuild if rebuild else catch_up)
    said = several(moved, "changement indexé", "changements indexés")
    click.echo(f"{said}, {several(balises.index.count(), 'entrée')} en tout")


def _index(balises: Balises, bring_level: Callable[..., int] = catch_up) -> int:
    step = terminal.Progress("index")
    moved = bring_level(
        balises.store, balises.index, progress=lambda done: step.show(several(done, "changement"))
    )
    step.done()
    return moved


@main.command()
@pass_balises
@click.pass_context
def update(ctx: click.Context, balises: Balises) -> None:
    """Moissonne tout, indexe et construit : ce que cron lance."""
    sources = balises.settings.source
    if not sources:
        click.echo("Aucune source dans la configuration : rien à moissonner.", err=True)
    reports = [_harvest(balises, each, full=False, confirm=False) for each in sources]
    _index(balises)
    _build(balises, balises.settings.public_folder)
    if any(report.error or report.held for report in reports):
        ctx.exit(NEEDS_A_PERSON)


# Publishing


@main.command("build")
@click.option("--out", type=click.Path(path_type=Path), help="Par défaut, public/ des données.")
@pass_balises
def build_command(balises: Balises, out: Path | None) -> None:
    """Écrit le catalogue en pages statiques."""
    _build(balises, out or balises.settings.public_folder)


def _build(balises: Balises, out: Path) -> None:
    from catalogue_site.build import build

    step = terminal.Progress("pages")
    written = build(balises.site, out, lambda done: step.show(several(done, "fichier")))
    step.done()
    click.echo(f"{several(written, 'fichier')} dans {out}")


@main.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=click.IntRange(1, 65535))
@pass_balises
def serve(balises: Balises, host: str, port: int) -> None:
    """Sert le catalogue ; pour un serveur WSGI, voir cli:wsgi()."""
    _index(balises)
    _serve(balises, host, port)


def _serve(balises: Balises, host: str, port: int) -> None:
    import waitress

    from catalogue_site.application import create_app

    try:
        server = waitress.create_server(create_app(balises.site), host=host, port=port, ident=None)
    except (OSError, ValueError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        reason = "est déjà prise" if taken else f"ne peut être ouverte (détail : {error})"
        raise click.UsageError(
            f"L’adresse {host}:{port} {reason} : choisissez-en une autre avec --port ou --host."
        ) from error
    click.echo(f"Le catalogue est servi sur http://{host}:{port} (Ctrl-C pour arrêter)")
    server.run()


def wsgi() -> Flask:
    """For a WSGI server, such as `gunicorn 'cli:wsgi()'`: the same settings, from the environment."""
    from catalogue_site.application import create_app

    with main.make_context("balise", ["serve"]) as ctx:
        return create_app(opened(**ctx.params).site)


# Looking


@main.command("search")
@click.argument("words", metavar="QUERY")
@click.option("--facet", "filters", multiple=True, metavar="NOM=VALEUR", help="Peut se répéter.")
@click.option("--literal", is_flag=True, help="Les mots tels quels, sans y reconnaître de filtre.")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine : format documenté.")
@click.option("--limit", default=10, type=click.IntRange(1, 1000))
@pass_balises
def search_command(
    balises: Balises,
    words: str,
    filters: tuple[str, ...],
    literal: bool,
    as_json: bool,
    limit: int,
) -> None:
    """Cherche comme le site."""
    query = Query(text=words, filters=_filters(filters), literal=literal, size=limit)
    results = balises.engine.search(query)
    entries = {entry.slug: entry for entry in balises.store.read(hit.slug for hit in results.hits)}
    if as_json:
        click.echo(json.dumps(terminal.results_document(results, entries), ensure_ascii=False))
    else:
        click.echo("\n".join(terminal.results_text(query, results, entries)))


def _filters(given: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """`niveau=cm1` and the like. Raise UsageError for what is no facet, or no value of it."""
    chosen: dict[str, tuple[str, ...]] = {}
    for text in given:
        name, _, value = text.partition("=")
        if name not in facets.FACETS:
            known = ", ".join(facets.FACETS)
            raise click.UsageError(f"« {name} » n’est pas une facette. Facettes : {known}.")
        slug = value if value == "-" else facets.value_of(name, value)
        if slug is None:
            raise click.UsageError(f"« {value} » n’est pas une valeur de la facette « {name} ».")
        chosen[name] = (*chosen.get(name, ()), slug)
    return chosen


@main.command()
@click.argument("identifier", metavar="ID")
@click.option("--as", "form", default="text", type=click.Choice(["text", *metadata.WRITERS, "raw"]))
@click.option("--why", is_flag=True, help="Publiée ou non, et pourquoi.")
@pass_balises
def show(balises: Balises, identifier: str, form: str, why: bool) -> None:
    """Montre une entrée ; « raw » rend les octets reçus, pour l’exploitant seul."""
    entry = balises.store.find(identifier)
    if why:
        rejects = balises.store.rejects(entry.source, entry.identifier)
        click.echo("\n".join(terminal.why(entry, rejects)))
    elif form == "text":
        click.echo("\n".join(terminal.entry_text(entry)))
    elif form == "raw":
        click.echo(balises.store.payload(entry.slug).payload, nl=False)
    else:
        _write(metadata.dump(entry.record, form))


def _write(document: bytes) -> None:
    click.echo(document.rstrip(b"\n"))


@main.command()
@pass_balises
def sources(balises: Balises) -> None:
    """Chaque source : dernière moisson, comptes, refus, fraîcheur, couverture des facettes."""
    for status in balises.store.sources():
        asked = Query(filters={"source": (facets.source_value(status.info.key),)}, size=1)
        found = balises.engine.search(asked)
        click.echo("\n".join(terminal.source_text(status, found, now())))
        for reject in islice(balises.store.rejects(status.info.key), 20):
            click.echo(f"  refusée : {reject.identifier} – {reject.error}")


@main.command()
@click.option("--map", "mapping", metavar="VALEUR=CONCEPT", help="URI ou libellé du concept.")
@pass_balises
def unmapped(balises: Balises, mapping: str | None) -> None:
    """Les valeurs qu’aucun vocabulaire ne connaît, par source ; --map dit ce que l’une veut dire."""
    if mapping:
        value, _, concept = mapping.rpartition("=")
        touched = balises.store.map_value(value, _concept(balises, value, concept), now())
        _index(balises)
        again = several(touched, "entrée relue", "entrées relues")
        click.echo(f"« {value} » est compris ; {again}")
        return
    for row in balises.store.unmapped():
        click.echo(
            f"{row.source}\t{row.element}\tvoc-{row.vocabulary or '?'}\t{row.value}"
            f"\t{row.count}\t{row.example}"
        )


def _concept(balises: Balises, value: str, text: str) -> str:
    """The URI meant: given as such, or the label of one concept of a vocabulary expected there."""
    expected = {row.vocabulary for row in balises.store.unmapped() if row.value == value} or {""}
    for vocabulary in sorted(expected):
        match = scolomfr().find(text, vocabulary)
        if match.concept:
            return match.concept.uri
        if match.ambiguous:
            several = ", ".join(concept.uri for concept in match.concepts)
            raise click.UsageError(f"« {text} » désigne plusieurs concepts : {several}")
    raise click.UsageError(f"« {text} » n’est le nom d’aucun concept attendu ici.")


@main.command()
@pass_balises
def duplicates(balises: Balises) -> None:
    """Les entrées qui semblent décrire la même ressource, et pourquoi."""
    for group in balises.store.duplicates():
        click.echo("\n".join(terminal.duplicates_text(group)))


@main.command()
@click.option("--as", "form", type=click.Choice([*EXPORTS]), required=True)
@pass_balises
def export(balises: Balises, form: str) -> None:
    """Le catalogue publié, en données ouvertes, sur la sortie standard."""
    left_out = 0

    def given() -> Iterator[Entry]:
        nonlocal left_out
        for entry in balises.store.read(balises.store.slugs(), State.PUBLISHED):
            if is_open(entry):
                yield entry
            else:
                left_out += 1

    for piece in EXPORTS[form](given()):
        click.echo(piece, nl=False)
    if left_out:
        click.echo(
            f"{several(left_out, 'entrée laissée', 'entrées laissées')} de côté : la licence de leurs notices est inconnue"
            " (clé « licence » de leur [[source]]).",
            err=True,
        )


@main.command()
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, help="Le motif, publié à la place de la ressource.")
@pass_balises
def takedown(balises: Balises, identifier: str, reason: str) -> None:
    """Retire aussitôt une entrée de tout ce qui est public."""
    if not reason.strip():
        raise click.UsageError("Le motif est vide : il est publié à la place de la ressource.")
    entry = balises.store.find(identifier)
    balises.store.takedown(entry.slug, reason, now())
    _index(balises)
    click.echo(f"{entry.slug} est retirée. Pour y revenir : balise restore-entry {entry.slug}")


@main.command("restore-entry")
@click.argument("identifier", metavar="ID")
@pass_balises
def restore_entry(balises: Balises, identifier: str) -> None:
    """Rend au catalogue une entrée retirée."""
    entry = balises.store.find(identifier)
    balises.store.restore(entry.slug)
    _index(balises)
    click.echo(f"{entry.slug} est de retour.")


# Files, without a database


@main.command()
@click.argument("file", metavar="FILE")
@click.option("--to", "form", type=click.Choice([*metadata.WRITERS]), required=True)
def convert(file: str, form: str) -> None:
    """Lit une notice de n’importe quel format et l’écrit dans un autre.

    D’un fichier qui en contient plusieurs, nommez celle que vous voulez : FICHIER#IDENTIFIANT.
    """
    _write(metadata.dump(metadata.parse(_only(file)).record, form))


def _only(file: str) -> RawRecord:
    exact = Path(file).exists() or "#" not in file
    path, _, wanted = (file, "", "") if exact else file.rpartition("#")
    found = list(islice(_records_of(Path(path)), 1000))
    names = {wanted, f"{Path(path).name}#{wanted}"}
    chosen = [raw for raw in found if raw.identifier in names] if wanted else found
    if len(chosen) == 1:
        return chosen[0]
    some = ", ".join(_name_of(Path(path), raw) for raw in found[:10]) or "rien"
    if not chosen and wanted:
        raise click.UsageError(f"{path} ne contient pas « {wanted} ». On y trouve : {some}.")
    raise click.UsageError(
        f"{path} contient {len(found)} notices : choisissez-en une, {path}#IDENTIFIANT. "
        f"On y trouve : {some}{'…' if len(found) > 10 else ''}."
    )


def _name_of(path: Path, raw: RawRecord) -> str:
    """What to call a record of a file or folder: its path, and « #identifiant » in a file of many."""
    # An address in it is no path: Path would take one slash of https:// away.
    if path.is_dir():
        return raw.identifier if path == Path() else f"{path}{os.sep}{raw.identifier}"
    if raw.identifier.partition("#")[0] == path.name:
        return f"{path}{raw.identifier.removeprefix(path.name)}"
    return f"{path}#{raw.identifier}"


def _records_of(path: Path) -> Iterator[RawRecord]:
    """The records of a file or folder. Raise UsageError when there is nothing there."""
    if not path.exists():
        raise click.UsageError(f"{path} n’existe pas.")
    for page in FilesSource(key="fichier", place=str(path)).pages(None, ""):
        yield from page.records


@main.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=Path)
@click.option("--profile", type=click.Choice([*PROFILES]), help="Par défaut, selon le format.")
@click.option(
    "--format", "form", default="text", type=click.Choice(["text", "json", "codequality"])
)
@click.pass_context
def validate(ctx: click.Context, paths: tuple[Path, ...], profile: str | None, form: str) -> None:
    """Dit les défauts d’une notice : le fichier, la ligne, l’élément, le remède.

    Code de sortie : 0 sans erreur, 1 avec, 2 illisible.
    """
    found = [each for path in paths for each in _findings_in(path, profile)]
    if said := "\n".join(terminal.FINDINGS[form](found)):
        click.echo(said)
    if any(finding.rule == UNREADABLE for _, finding in found):
        ctx.exit(WRONG_USAGE)
    ctx.exit(NEEDS_A_PERSON if any(f.severity is Severity.ERROR for _, f in found) else 0)


#: The rule of what could not be read at all.
UNREADABLE = "illisible"


def _findings_in(path: Path, profile: str | None) -> Iterator[tuple[str, Finding]]:
    """What there is to say of each record of a path, with its name. Raise UsageError."""
    empty = True
    shared: set[tuple[str, Finding]] = set()  # what several records of one file have in common
    try:
        for raw in _records_of(path):
            empty = False
            file = raw.identifier.partition("#")[0]
            for finding in _findings(raw, profile):
                is_placed = finding.line is not None and (raw.part or raw.format == "row")
                if is_placed and (file, finding) in shared:
                    continue
                shared.add((file, finding))
                yield _name_of(path, raw), finding
    except IndexerError as error:  # a list cut short: what it gave has been judged
        yield str(path), _unreadable(ParseError(str(error)))
        return
    if empty:
        raise click.UsageError(f"{path} ne contient aucune notice.")


def _findings(raw: RawRecord, profile: str | None) -> tuple[Finding, ...]:
    try:
        reading = metadata.parse(raw)
    except (ParseError, UnknownFormat) as error:
        return (_unreadable(error),)
    return check(reading, profile or profile_of(raw.format), raw.payload)


def _unreadable(error: ParseError | UnknownFormat) -> Finding:
    place = error if isinstance(error, ParseError) else ParseError(str(error))
    return Finding(
        severity=Severity.ERROR,
        rule=UNREADABLE,
        element="fichier",
        message=place.message,
        remedy=place.remedy,
        line=place.line,
        column=place.column,
    )


@main.command()
def schema() -> None:
    """Écrit le schéma JSON de commun.yml."""
    click.echo(json.dumps(commun.schema(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
