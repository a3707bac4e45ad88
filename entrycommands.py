"""The commands on what a catalogue holds: search, show, correct, take away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import click

import casetext
import forgecommands
import metadata
import terminal
from indexer import facets
from indexer.entry import Entry, State
from indexer.export import EXPORTS, is_open
from indexer.fetch import Fetcher
from indexer.linkcheck import PAUSE, check_links
from indexer.search import Query
from installation import Balises, bring_level, now, pass_balises
from terminal import several


@click.command("search")
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


@click.command()
@click.argument("identifier", metavar="ID")
@click.option("--as", "form", default="text", type=click.Choice(["text", *metadata.WRITERS, "raw"]))
@click.option("--why", is_flag=True, help="Publiée ou non, et pourquoi.")
@pass_balises
def show(balises: Balises, identifier: str, form: str, why: bool) -> None:
    """Montre une entrée ; « raw » rend les octets reçus, pour l’exploitant seul.

    Avec --why, ID peut aussi être le chemin d’un projet de la forge.
    """
    if why and (project := forgecommands.project_of(balises, identifier)):
        click.echo("\n".join(project))
        return
    entry = balises.store.find(identifier)
    if why:
        rejects = balises.store.rejects(entry.source, entry.identifier)
        said = (*terminal.why(entry, rejects), *casetext.standing_text(entry, now()))
        click.echo("\n".join(said))
    elif form == "text":
        click.echo("\n".join(terminal.entry_text(entry)))
    elif form == "raw":
        click.echo(balises.store.payload(entry.slug).payload, nl=False)
    else:
        click.echo(metadata.dump(entry.record, form).rstrip(b"\n"))


@click.command()
@click.option("--dead", is_flag=True, help="Les montre, sans rien vérifier.")
@pass_balises
def links(balises: Balises, dead: bool) -> None:
    """Vérifie poliment que le lien de chaque entrée répond, et retient depuis quand il est mort.

    Interrompue, la commande reprend là où elle s’était arrêtée.
    """
    if dead:
        for each in balises.store.links.dead():
            click.echo("\n".join(terminal.dead_link(each)))
        return
    contact = balises.settings.publisher.contact
    step = terminal.Progress("liens")
    asked = check_links(
        balises.store,
        lambda internal: Fetcher(contact=contact, internal=internal, delay=PAUSE),
        now(),
        internal={source.key for source in balises.settings.source if source.internal},
        progress=lambda done, all: step.show(f"{done} sur {several(all, 'adresse')}"),
    )
    step.done()
    bring_level(balises)
    counts = balises.store.links.counts()
    click.echo(
        f"{several(asked, 'adresse vérifiée', 'adresses vérifiées')},"
        f" {several(counts['dead'], 'lien mort', 'liens morts')}"
        f" (dont {counts['said']} depuis plus de 7 jours) : balise links --dead"
    )


@click.command()
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


@click.command()
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, help="Le motif, publié à la place de la ressource.")
@pass_balises
def takedown(balises: Balises, identifier: str, reason: str) -> None:
    """Retire aussitôt une entrée de tout ce qui est public."""
    if not reason.strip():
        raise click.UsageError("Le motif est vide : il est publié à la place de la ressource.")
    entry = balises.store.find(identifier)
    balises.store.takedown(entry.slug, reason, now())
    bring_level(balises)
    click.echo(f"{entry.slug} est retirée. Pour y revenir : balise restore-entry {entry.slug}")


@click.command("restore-entry")
@click.argument("identifier", metavar="ID")
@pass_balises
def restore_entry(balises: Balises, identifier: str) -> None:
    """Rend au catalogue une entrée retirée."""
    entry = balises.store.find(identifier)
    balises.store.restore(entry.slug)
    bring_level(balises)
    click.echo(f"{entry.slug} est de retour.")


COMMANDS = (
    search_command,
    show,
    links,
    export,
    takedown,
    restore_entry,
)
