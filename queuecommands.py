"""`balise qualifications`: the queue of the curators, their journal, and what comes to them by files."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

import casedocument
import casetext
import findings
from acting import acting
from chosen import Usually, day
from deadlines import sweep
from indexer import decisions, evidence
from indexer.entry import State as EntryState
from indexer.evidence import Brought
from indexer.journal import Wanted
from indexer.journalexport import as_csv
from indexer.waiting import Filter
from installation import NEEDS_A_PERSON, Balises, bring_level, now, pass_balises
from metadata import MetadataError, RawRecord, parse
from metadata.case import Act, Actor, State
from metadata.checks import check, is_for_gar, profile_of
from metadata.delays import ages, delays
from metadata.finding import Finding
from metadata.vendorletter import letter
from terminal import several


@click.group("qualifications", cls=Usually, subcommand_metavar="[COMMANDE] [OPTIONS]...")
def qualifications() -> None:
    """La file des curateurs ; le journal, les délais, et ce qu’apportent des fichiers."""


qualifications.usual = "file"


@qualifications.command("file")
@click.option("--state", type=click.Choice([each.value for each in State]), help="Dans cet état.")
@click.option("--source", help="De cette source.")
@click.option("--assignee", metavar="NOM", help="Confiées à cette personne ; « - » : à personne.")
@click.option(
    "--expiring",
    type=click.IntRange(0),
    metavar="JOURS",
    help="Dont la qualification prend fin d’ici là.",
)
@click.option("--waiting", is_flag=True, help="Qui attendent une seconde personne.")
@click.option("--limit", default=50, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="Pour une machine : format documenté.")
@pass_balises
def queue(
    balises: Balises,
    state: str | None,
    source: str | None,
    assignee: str | None,
    expiring: int | None,
    waiting: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Les entrées qui passent par la qualification, les plus anciennes d’abord (sans commande : ceci)."""
    at = now()
    wanted = Filter(
        state=state or "",
        source=source or "",
        assignee=assignee or "",
        asked=waiting,
        ends_before=None if expiring is None else at + timedelta(days=expiring),
    )
    counts = balises.store.qualifications.counts(wanted)
    rows = balises.store.qualifications.queue(wanted, limit=limit)
    if as_json:
        entries = [casedocument.queued_document(row, at) for row in rows]
        click.echo(
            casedocument.as_json(
                {"counts": {str(each): count for each, count in counts.items()}, "entries": entries}
            )
        )
        return
    for row in rows:
        click.echo("\n".join(casetext.queued(row, at)))
    said = casetext.counted(counts)
    total = sum(counts.values())
    click.echo(f"{several(total, 'entrée')}{f' : {said}' if said else ''}")
    if total > len(rows):
        click.echo(f"{several(len(rows), 'montrée')} ; pour en voir plus : --limit", err=True)


@qualifications.command("journal")
@click.option("--entry", metavar="ID", help="De cette entrée.")
@click.option("--act", type=click.Choice([each.value for each in Act]), help="Cet acte.")
@click.option("--author", metavar="NOM", help="De cette personne.")
@click.option("--since", callback=day, metavar="AAAA-MM-JJ", help="Depuis ce jour.")
@click.option("--before", callback=day, metavar="AAAA-MM-JJ", help="Avant ce jour.")
@click.option("--as", "form", type=click.Choice(["text", "csv", "json"]), default="text")
@pass_balises
def journal_command(
    balises: Balises,
    entry: str | None,
    act: str | None,
    author: str | None,
    since: datetime | None,
    before: datetime | None,
    form: str,
) -> None:
    """Tout ce qui a été fait, par qui et quand, le plus récent d’abord."""
    wanted = Wanted(
        slug=balises.store.find(entry).slug if entry else "",
        act=act or "",
        author=author or "",
        since=since,
        before=before,
    )
    lines = balises.store.qualifications.journal(wanted)
    if form == "csv":
        for piece in as_csv(lines):
            click.echo(piece, nl=False)
    elif form == "json":
        click.echo(casedocument.as_json([casedocument.journal_document(line) for line in lines]))
    else:
        for line in lines:
            about = line.title or line.slug or line.subject
            click.echo(f"{casetext.journal_line(line)}{f' – {about}' if about else ''}")


@qualifications.command("verify")
@pass_balises
@click.pass_context
def verify(ctx: click.Context, balises: Balises) -> None:
    """Vérifie que personne n’a modifié le journal derrière la base. Code 1 si une ligne l’a été."""
    broken = balises.store.qualifications.broken_lines()
    size = balises.store.qualifications.journal_size(Wanted())
    if not broken:
        click.echo(f"Le journal est intact : {several(size, 'ligne')}.")
        return
    numbers = ", ".join(map(str, broken))
    click.echo(
        f"Le journal a été modifié : {several(len(broken), 'ligne')} sur {size} ({numbers}). Comparez-le"
        " à une sauvegarde, ou à un export d’avant."
    )
    ctx.exit(NEEDS_A_PERSON)


@qualifications.command("delays")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine : format documenté.")
@pass_balises
def delays_command(balises: Balises, as_json: bool) -> None:
    """Combien de temps prend chaque étape, et depuis quand on attend."""
    at = now()
    taken = delays(balises.store.qualifications.histories())
    rows = balises.store.qualifications.queue(Filter())
    waiting = ages(((row.standing.state, row.since) for row in rows), at)
    if as_json:
        steps = {
            step.name.lower(): casedocument.spread_document(each) for step, each in taken.items()
        }
        states = {str(state): casedocument.spread_document(each) for state, each in waiting.items()}
        click.echo(casedocument.as_json({"steps": steps, "ages": states}))
        return
    for step, each in taken.items():
        click.echo(f"{step.value} : {casetext.spread_text(each)}")
    for state, each in waiting.items():
        click.echo(f"{state.label} depuis : {casetext.spread_text(each)}")


FILE = click.argument(
    "file", metavar="FICHIER", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)


@qualifications.command("import")
@FILE
@click.option("--dry-run", is_flag=True, help="Dit ce qui serait fait, sans rien faire.")
@acting
@pass_balises
@click.pass_context
def import_command(
    ctx: click.Context, balises: Balises, by: Actor, file: Path, dry_run: bool
) -> None:
    """Importe d’un CSV des décisions prises avant Balise, marquées comme telles."""
    found = decisions.bring(balises.store, file.read_bytes(), by, now(), dry_run=dry_run)
    added = ("décision à importer", "décisions à importer") if dry_run else IMPORTED
    _say(str(file), found, *added)
    if not dry_run:
        sweep(balises, now())  # some may be over already
        bring_level(balises)
    ctx.exit(NEEDS_A_PERSON if found.has_errors else 0)


IMPORTED = ("décision importée", "décisions importées")


@qualifications.command("import-evidence")
@FILE
@acting
@pass_balises
@click.pass_context
def import_evidence(ctx: click.Context, balises: Balises, by: Actor, file: Path) -> None:
    """Ajoute d’un CSV des éléments de preuve : études, chiffres d’usage, retours de pratique."""
    found = evidence.bring(balises.store, file.read_bytes(), by, now())
    _say(str(file), found, "élément ajouté", "éléments ajoutés")
    bring_level(balises)
    ctx.exit(NEEDS_A_PERSON if found.has_errors else 0)


def _say(name: str, found: Brought, one: str, more: str) -> None:
    """What came of a file: its faults, then its counts."""
    for line in findings.text((name, finding) for finding in found.findings):
        click.echo(line)
    known = f", {several(found.known, 'déjà là', 'déjà là')}" if found.known else ""
    click.echo(f"{several(found.added, one, more)}{known}")


@qualifications.command("letter")
@click.argument("identifier", metavar="ID")
@pass_balises
def letter_command(balises: Balises, identifier: str) -> None:
    """La lettre à envoyer à l’éditeur d’une ressource : où elle en est, et pourquoi."""
    entry = balises.store.find(identifier)
    raw = balises.store.payload(entry.slug)
    site = balises.settings.base_url.rstrip("/")
    is_shown = site and entry.state is EntryState.PUBLISHED
    written = letter(
        entry.title,
        balises.store.qualifications.case(entry.slug),
        now(),
        publisher=balises.settings.publisher.name,
        address=f"{site}/ressources/{entry.slug}" if is_shown else "",
        findings=_findings(raw),
    )
    click.echo(f"Objet : {written.subject}\n\n{written.body}", nl=False)


def _findings(raw: RawRecord) -> tuple[Finding, ...]:
    """What the controls say of a notice: those of the GAR when its resource is reached through it."""
    try:
        reading = parse(raw)
    except MetadataError:  # an older reader took it
        return ()
    profile = "gar" if is_for_gar(reading.record) else profile_of(raw.format)
    return check(reading, profile, raw.payload)


COMMANDS = (qualifications,)
