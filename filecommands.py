"""The commands on files alone, without a database: convert, validate, schema."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

import metadata
from findings import FINDINGS
from indexer.errors import IndexerError
from indexer.files import FilesSource
from installation import NEEDS_A_PERSON, WRONG_USAGE
from metadata import Finding, ParseError, RawRecord, Severity, UnknownFormat, commun
from metadata.checks import PROFILES, check, profile_of


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--to", "form", type=click.Choice([*metadata.WRITERS]), required=True)
def convert(file: str, form: str) -> None:
    """Lit une notice de n’importe quel format et l’écrit dans un autre.

    D’un fichier qui en contient plusieurs, nommez celle que vous voulez : FICHIER#IDENTIFIANT.
    """
    document = metadata.dump(metadata.parse(_only(file)).record, form)
    click.echo(document.rstrip(b"\n"))


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


@click.command()
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
    if said := "\n".join(FINDINGS[form](found)):
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


@click.command()
def schema() -> None:
    """Écrit le schéma JSON de commun.yml."""
    click.echo(json.dumps(commun.schema(), ensure_ascii=False, indent=2))


COMMANDS = (convert, validate, schema)
