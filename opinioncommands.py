"""What curators say of an entry, and on what it rests: opinions on criteria, pieces of evidence."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from acting import acting
from chosen import Chosen, pass_chosen
from installation import now
from metadata.case import Act, Action, Actor, Opinion, Verdict, is_reference
from metadata.evidencecolumns import COLUMNS, read, texts_of
from metadata.evidenceitem import Strand
from metadata.evidencejournal import DIGEST, STRAND

# Opinions


@click.command("evaluer")
@click.option("--verdict", "verdicts", multiple=True, metavar="CRITÈRE=VERDICT")
@click.option("--reason", "reasons", multiple=True, metavar="CRITÈRE=MOTIF")
@click.option(
    "--evidence",
    "references",
    multiple=True,
    metavar="CRITÈRE=PIÈCE",
    help="Une adresse, l’empreinte SHA-256 d’un fichier, ou un fichier d’ici.",
)
@click.option(
    "--opinions",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Un fichier JSON ou TOML : par critère, verdict, reason, references.",
)
@acting
@pass_chosen
def assess(
    chosen: Chosen,
    by: Actor,
    verdicts: tuple[str, ...],
    reasons: tuple[str, ...],
    references: tuple[str, ...],
    file: Path | None,
) -> None:
    """Donne un avis sur des critères ; chacun remplace en entier celui d’avant.

    Chaque option peut se répéter : --verdict rgaa=reserve --reason "rgaa=Déclaration partielle."
    """
    said = _read(file) if file else {}
    for criterion, verdict in map(_pair, verdicts):
        said[criterion] = {"verdict": verdict}
    for criterion, reason in map(_pair, reasons):
        _of(said, criterion)["reason"] = reason
    for criterion, reference in map(_pair, references):
        _of(said, criterion).setdefault("references", []).append(reference)
    opinions = {criterion: _opinion(criterion, each) for criterion, each in said.items()}
    chosen.act(Action(act=Act.ASSESS, opinions=opinions), by)


def _pair(text: str) -> tuple[str, str]:
    criterion, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(
            f"« {text} » : écrivez le critère, « = », puis ce que vous en dites."
        )
    return criterion.strip(), value.strip()


def _of(said: dict[str, dict[str, Any]], criterion: str) -> dict[str, Any]:
    if criterion not in said:
        raise click.UsageError(
            f"« {criterion} » n’a pas de verdict : ajoutez --verdict {criterion}=…"
        )
    return said[criterion]


def _read(file: Path) -> dict[str, dict[str, Any]]:
    """What a file says of each criterion. Raise UsageError."""
    try:
        text = file.read_text(encoding="utf-8")
        said = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except ValueError as error:  # of the three: UTF-8, TOML, JSON
        raise click.UsageError(f"{file} ne peut être lu ({error}).") from error
    if not isinstance(said, dict) or not all(isinstance(each, dict) for each in said.values()):
        raise click.UsageError(f"{file} : il faut, par critère, verdict, reason et references.")
    return said


def _opinion(criterion: str, said: Mapping[str, Any]) -> Opinion:
    verdict, references = str(said.get("verdict", "")), said.get("references", [])
    if verdict not in [*Verdict]:
        close = difflib.get_close_matches(verdict, [*Verdict], n=1)
        meant = f" Vouliez-vous dire « {close[0]} » ?" if close else ""
        raise click.UsageError(
            f"« {verdict} » n’est pas un verdict pour « {criterion} » : {', '.join(Verdict)}.{meant}"
        )
    if not isinstance(references, list):
        raise click.UsageError(f"« references » de « {criterion} » doit être une liste.")
    return Opinion(
        verdict=Verdict(verdict),
        reason=str(said.get("reason", "")),
        references=tuple(_reference(str(each)) for each in references),
    )


def _reference(text: str) -> str:
    """The address of a page, or the SHA-256 of a file: given, or that of a file which is here."""
    if is_reference(text):
        return text
    if Path(text).is_file():
        with open(text, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    raise click.UsageError(
        f"« {text} » n’est ni une adresse du Web, ni l’empreinte SHA-256 d’un fichier, ni un fichier d’ici."
    )


# Evidence


def _columns(command: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each thing to say of a piece of evidence."""
    for column in reversed(COLUMNS):
        command = click.option(f"--{column.key}", column.key, help=column.about)(command)
    return command


@click.command("preuve")
@_columns
@acting
@pass_chosen
def add_evidence(chosen: Chosen, /, by: Actor, **texts: str | None) -> None:
    """Ajoute un élément de preuve : une étude, des chiffres d’usage, des retours de pratique."""
    said = {key: text for key, text in texts.items() if text}
    item, _ = read(said, now().date())
    evidence = texts_of(item) if item else said  # the rules say what is wrong with it
    chosen.act(Action(act=Act.ADD_EVIDENCE, evidence=evidence), by)


@click.command("preuve-retiree")
@click.option("--empreinte", required=True, help="De l’élément, telle que le dossier la donne.")
@click.option("--reason", default="", help="Le motif.")
@acting
@pass_chosen
def withdraw_evidence(chosen: Chosen, by: Actor, empreinte: str, reason: str) -> None:
    """Retire un élément de preuve."""
    said = {DIGEST: empreinte}
    chosen.act(Action(act=Act.WITHDRAW_EVIDENCE, evidence=said, reason=reason), by)


@click.command("preuve-sans-objet")
@click.option("--volet", required=True, type=click.Choice([each.value for each in Strand]))
@click.option("--reason", default="", help="Le motif.")
@acting
@pass_chosen
def evidence_not_applicable(chosen: Chosen, by: Actor, volet: str, reason: str) -> None:
    """Déclare un volet de preuve sans objet."""
    said = {STRAND: volet}
    chosen.act(Action(act=Act.EVIDENCE_NOT_APPLICABLE, evidence=said, reason=reason), by)


COMMANDS = (assess, add_evidence, withdraw_evidence, evidence_not_applicable)
