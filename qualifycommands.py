"""`balise qualify`: what curators do to an entry, under the rules and in the journal of the back-office."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import click

import casedocument
import casetext
import opinioncommands
from acting import acting
from chosen import Chosen, Usually, day, pass_chosen
from installation import Balises, now
from metadata.case import Act, Action, Actor, State
from metadata.qualification import end_on
from terminal import several

REASON = click.option("--reason", help="Le motif, que son éditeur pourra lire.")


@click.group("qualify", cls=Usually, subcommand_metavar="[ACTE] [OPTIONS]...")
@click.argument("identifier", metavar="ID")
@click.pass_context
def qualify(ctx: click.Context, identifier: str) -> None:
    """Qualifie une entrée, acte par acte ; sans acte, montre son dossier.

    ID est le slug de l’entrée, ses seize derniers caractères, ou le nom que lui donne sa source.
    """
    balises = ctx.find_object(Balises)
    assert balises is not None  # set by main()
    ctx.obj = Chosen(balises, identifier)


qualify.usual = "dossier"


@qualify.command("dossier")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine : format documenté.")
@pass_chosen
def dossier_command(chosen: Chosen, as_json: bool) -> None:
    """Où en est l’entrée, et ce qui peut être fait (sans acte : ceci)."""
    dossier = chosen.dossier()
    if as_json:
        click.echo(casedocument.as_json(casedocument.document(dossier, now())))
    else:
        click.echo("\n".join(casetext.text(dossier, now())))


@qualify.command("instruire")
@acting
@pass_chosen
def take(chosen: Chosen, by: Actor) -> None:
    """Prend l’entrée pour l’instruire ; Balise propose alors ses avis."""
    chosen.act(Action(act=Act.TAKE), by)
    _check(chosen)


@qualify.command("verifier")
@pass_chosen
def check_command(chosen: Chosen) -> None:
    """Refait les vérifications automatiques, qui ne décident rien."""
    _check(chosen)


def _check(chosen: Chosen) -> None:
    found = len(chosen.balises.check(chosen.slug, now()).suggested)
    click.echo(f"Vérifications automatiques : {several(found, 'avis proposé', 'avis proposés')}")


@qualify.command("qualifier")
@click.option(
    "--until",
    callback=day,
    metavar="AAAA-MM-JJ",
    help="Le dernier jour ; par défaut, dans deux ans.",
)
@REASON
@acting
@pass_chosen
def decide_to_qualify(
    chosen: Chosen, by: Actor, until: datetime | None, reason: str | None
) -> None:
    """Qualifie, comme il est proposé : l’entrée devient publique."""
    end = end_on(until.date(), chosen.dossier().case, now()) if until else None
    chosen.act(Action(act=Act.QUALIFY, until=end, reason=reason or ""), by)


for _each in opinioncommands.COMMANDS:
    qualify.add_command(_each)


# The other acts, which only differ by what they ask for

REFUSALS = click.option(
    "--refusal", "refusals", multiple=True, metavar="CLÉ", help="Un motif listé ; peut se répéter."
)

#: What each act asks for, and what it is for. Rules say what may not be left out.
ACTS: Mapping[Act, tuple[str, tuple[Callable[..., Any], ...]]] = {
    Act.ASSIGN: (
        "Confie l’entrée à quelqu’un.",
        (click.option("--to", required=True, metavar="NOM", help="Son nom ; « - » : personne."),),
    ),
    Act.RELEASE: ("Abandonne l’instruction : l’entrée revient où elle en était.", (REASON,)),
    Act.NOTE: (
        "Ajoute une note, qui reste entre curateurs.",
        (click.option("--text", required=True, help="La note."),),
    ),
    Act.DECLARE_INTEREST: (
        "Déclare un intérêt dans l’entrée : qui le fait ne s’en occupera plus.",
        (click.option("--reason", help="Lequel ; reste entre curateurs."),),
    ),
    Act.PROPOSE: (
        "Propose de qualifier, ou de refuser ; une autre personne en décidera.",
        (
            click.option(
                "--outcome",
                required=True,
                type=click.Choice([State.QUALIFIED.value, State.REFUSED.value]),
                help="Ce qui est proposé.",
            ),
            REFUSALS,
            REASON,
        ),
    ),
    Act.SEND_BACK: ("Renvoie une proposition à l’instruction.", (REASON,)),
    Act.REFUSE: ("Refuse de qualifier.", (REFUSALS, REASON)),
    Act.ASK_SUSPENSION: ("Demande de suspendre ; une autre personne confirmera.", (REASON,)),
    Act.ASK_WITHDRAWAL: ("Demande de retirer ; une autre personne confirmera.", (REASON,)),
    Act.SUSPEND: ("Suspend l’entrée, comme il est demandé.", (REASON,)),
    Act.WITHDRAW: ("Retire l’entrée, comme il est demandé.", (REASON,)),
    Act.DISMISS: ("Écarte la demande de suspension ou de retrait.", (REASON,)),
}


def _command(act: Act, about: str, options: Iterable[Callable[..., Any]]) -> None:
    """Make an act a command."""

    @acting
    @pass_chosen
    def command(chosen: Chosen, /, by: Actor, **given: Any) -> None:
        chosen.act(_action(act, **given), by)

    for option in reversed([*options]):
        command = option(command)
    qualify.command(str(act), help=about, short_help=about)(command)


def _action(act: Act, to: str = "", outcome: str = "", **given: Any) -> Action:
    return Action(
        act=act,
        to="" if to == "-" else to,
        outcome=State(outcome) if outcome else None,
        **{name: value for name, value in given.items() if value is not None},
    )


for _act, (_about, _options) in ACTS.items():
    _command(_act, _about, _options)


COMMANDS = (qualify,)
