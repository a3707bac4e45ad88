"""The commands on what feeds bring: how each source is, and what curators decide of all that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import click

import casetext
import previewtext
import terminal
from acting import OPERATOR, operating
from indexer import facets
from indexer.entry import stem_of
from indexer.search import Query
from indexer.terms import name_of
from indexer.waiting import Filter
from installation import Balises, bring_level, now, pass_balises
from metadata.case import Actor
from metadata.suggestions import suggestions
from metadata.vocabulary import scolomfr
from settings import SourceSettings
from terminal import several

REASON = click.option("--reason", default="", help="Le motif, retenu au journal.")


@click.command()
@click.option("--leaving", metavar="CLÉ", help="Ce qu’une baisse retenue ferait disparaître.")
@click.option("--confirm", metavar="CLÉ", help="Confirme une baisse : la moisson suivante la fera.")
@REASON
@operating
@pass_balises
def sources(
    balises: Balises, by: Actor, leaving: str | None, confirm: str | None, reason: str
) -> None:
    """Chaque source : dernière moisson, comptes, refus, fraîcheur, couverture des facettes."""
    if leaving:
        for entry in balises.store.read(balises.store.curating.leaving(leaving)):
            click.echo(f"{entry.slug}\t{entry.title}")
    elif confirm:
        _confirm(balises, confirm, by, reason)
    else:
        _tell_sources(balises)


def _tell_sources(balises: Balises) -> None:
    for status in balises.store.sources():
        asked = Query(filters={"source": (facets.source_value(status.info.key),)}, size=1)
        found = balises.engine.search(asked)
        click.echo("\n".join(terminal.source_text(status, found, now())))
        if counts := balises.store.qualifications.counts(Filter(source=status.info.key)):
            click.echo(f"  qualification : {casetext.counted(counts)}")
        for reject in islice(balises.store.rejects(status.info.key), 20):
            click.echo(f"  refusée : {reject.identifier} – {reject.error}")


def _confirm(balises: Balises, key: str, by: Actor, reason: str) -> None:
    status = balises.store.runs.status(key)
    lost = status.held.lost if status and status.held else 0
    drop = balises.store.curating.confirm_drop(key, lost, by, now(), reason)
    click.echo(f"La prochaine moisson de {key} retirera {several(drop.lost, 'entrée')}.")


def confirm_held(balises: Balises, key: str) -> None:
    """Have the journal tell that whoever harvests confirms the drop held, if any."""
    status = balises.store.runs.status(key)
    if status and status.held and not status.held.confirmed:
        reason = "balise harvest --confirm-drop"
        balises.store.curating.confirm_drop(key, status.held.lost, OPERATOR, now(), reason)


@click.command()
@click.option("--map", "mapping", metavar="VALEUR=CONCEPT", help="URI ou libellé du concept.")
@click.option("--unmap", "value", metavar="VALEUR", help="Défait ce qui a été décidé d’une valeur.")
@REASON
@operating
@pass_balises
def unmapped(
    balises: Balises, by: Actor, mapping: str | None, value: str | None, reason: str
) -> None:
    """Les valeurs qu’aucun vocabulaire ne connaît, par source ; --map dit ce que l’une veut dire.

    Après chacune : combien d’entrées la disent, l’une d’elles, et ce qui lui ressemble.
    """
    if mapping:
        value, _, concept = mapping.rpartition("=")
        uri = _concept(balises, value, concept)
        touched = balises.store.curating.map_value(value, uri, by, now(), reason)
        bring_level(balises)
        click.echo(f"« {value} » est compris ; {_read_again(touched)}")
    elif value:
        touched = sum(
            balises.store.curating.unmap(vocabulary, value, by, now(), reason)
            for vocabulary in _vocabularies(balises, value)
        )
        bring_level(balises)
        click.echo(f"« {value} » attend de nouveau ; {_read_again(touched)}")
    else:
        for row in balises.store.unmapped():
            near = ", ".join(each.label for each in suggestions(row.value, row.vocabulary, 3))
            click.echo(
                f"{row.source}\t{row.element}\tvoc-{row.vocabulary or '?'}\t{row.value}"
                f"\t{row.count}\t{row.example}\t{near}"
            )


def _read_again(count: int) -> str:
    return several(count, "entrée relue", "entrées relues")


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


def _vocabularies(balises: Balises, value: str) -> list[str]:
    """Where somebody decided what a value means."""
    name = name_of(value)
    found = [each.vocabulary for each in balises.store.curating.mapped() if each.name == name]
    if not found:
        raise click.UsageError(f"Rien n’a été décidé de « {value} ».")
    return found


@click.command()
@click.argument("identifiers", metavar="[ID]...", nargs=-1)
@click.option("--same", "decision", flag_value="same", help="Ces entrées sont une même ressource.")
@click.option("--different", "decision", flag_value="different", help="Aucune n’est une autre.")
@click.option("--forget", "decision", flag_value="forget", help="Défait ce qui a été dit de deux.")
@click.option("--decided", "decision", flag_value="decided", help="Montre ce qui a été décidé.")
@REASON
@operating
@pass_balises
def duplicates(
    balises: Balises, by: Actor, identifiers: tuple[str, ...], decision: str | None, reason: str
) -> None:
    """Les entrées qui semblent décrire la même ressource, et pourquoi ; ou ce qu’il faut en retenir."""
    curating = balises.store.curating
    slugs = [balises.store.find(each).slug for each in identifiers]
    if decision in ("same", "different"):
        curating.judge_pairs(slugs, same=decision == "same", by=by, now=now(), reason=reason)
        said = "une même ressource" if decision == "same" else "des ressources différentes"
        click.echo(f"C’est retenu : {said}.")
    elif decision == "forget":
        curating.forget_pair(_two(slugs), by, now(), reason)
        click.echo("La décision est défaite.")
    elif identifiers:
        raise click.UsageError("Dites quoi en retenir : --same, --different ou --forget.")
    elif decision == "decided":
        for pair in curating.pairs():
            click.echo("\n".join(terminal.pair_text(pair)))
    else:
        for group in balises.store.duplicates():
            click.echo("\n".join(terminal.duplicates_text(group)))


def _two(slugs: list[str]) -> list[str]:
    if len({*slugs}) != 2:
        raise click.UsageError("Nommez deux entrées.")
    return slugs


@click.command()
@click.argument("wanted", metavar="CLÉ | GENRE ADRESSE", nargs=-1, required=True)
@click.option("--key", default="", help="Son nom court, si elle n’est pas configurée.")
@click.option("--title", default="")
@click.option("--prefix", default="oai_dc", help="Format OAI-PMH.")
@click.option("--set", "subset", default="", help="Ensemble OAI-PMH.")
@click.option("--origin", default="public", type=click.Choice(["editeur", "public", "commun"]))
@click.option("--publish", default="", type=click.Choice(["", "qualified", "all"]))
@click.option("--licence", default="", help="Celle de ses notices.")
@click.option("--accept", "accepted", flag_value=True, type=bool, default=None)
@click.option("--refuse", "accepted", flag_value=False, type=bool, default=None)
@REASON
@operating
@pass_balises
def preview(
    balises: Balises,
    /,
    by: Actor,
    wanted: tuple[str, ...],
    key: str,
    subset: str,
    accepted: bool | None,
    reason: str,
    **said: str,
) -> None:
    """Ce qu’une source donnerait : ses vingt premières notices, sans rien en garder.

    Donnez la CLÉ d’une source configurée, ou un GENRE (oaipmh, files, table, syndication) et une
    ADRESSE. --accept et --refuse inscrivent la décision au journal.
    """
    if len(wanted) == 1:
        given = _configured(balises.settings.source, wanted[0])
    else:
        given = _described(wanted, key, {**said, "set": subset})
    found = balises.preview(given)
    click.echo("\n".join(previewtext.lines(found)))
    if accepted is not None:
        balises.store.curating.judge_source(
            found.candidate, accepted=accepted, by=by, now=now(), reason=reason
        )
        click.echo("\nLa source est acceptée." if accepted else "\nLa source est refusée.")
    if accepted or len(wanted) == 2:
        click.echo(f"\n{found.candidate.toml()}", nl=False)


def _configured(known: Iterable[SourceSettings], key: str) -> SourceSettings:
    for each in known:
        if each.key == key:
            return each
    raise click.UsageError(f"« {key} » n’est pas la clé d’une source configurée.")


def _described(wanted: tuple[str, ...], key: str, said: Mapping[str, Any]) -> SourceSettings:
    kind, address = wanted[0], wanted[-1]
    if len(wanted) != 2 or kind not in KINDS:
        raise click.UsageError(f"Donnez un genre ({', '.join(KINDS)}), puis une adresse.")
    host = urlsplit(address).hostname or address
    return SourceSettings(key=key or stem_of(host) or "source", kind=kind, url=address, **said)


KINDS = ("oaipmh", "files", "table", "syndication")

COMMANDS = (sources, unmapped, duplicates, preview)
