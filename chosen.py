"""What a command of the curators is about: an entry, a day; and commands of which one goes without saying."""

from __future__ import annotations

from datetime import UTC, datetime

import click

import casetext
from indexer.evidence import version_of
from indexer.journal import Wanted
from installation import Balises, bring_level, now
from metadata.case import Action, Actor


class Chosen:
    """The entry that a command is about."""

    def __init__(self, balises: Balises, identifier: str) -> None:
        self.balises = balises
        self.identifier = identifier

    @property
    def slug(self) -> str:
        """Raise RecordNotFound."""
        return self.balises.store.find(self.identifier).slug

    def dossier(self) -> casetext.Dossier:
        """Raise RecordNotFound."""
        store = self.balises.store
        entry = store.find(self.identifier)
        return casetext.Dossier(
            entry=entry,
            case=store.qualifications.case(entry.slug),
            examined=store.qualifications.examined(entry.slug),
            lines=(*reversed(store.qualifications.journal(Wanted(slug=entry.slug))),),
            version=version_of(store, entry),
        )

    def act(self, action: Action, by: Actor) -> None:
        """Do it, and say where the case stands. Raise Refused, RecordNotFound."""
        slug = self.slug
        case = self.balises.store.qualifications.act(slug, action, by, now())
        click.echo(casetext.brief(slug, case))
        bring_level(self.balises)


pass_chosen = click.make_pass_decorator(Chosen)


class Usually(click.Group):
    """Commands of which one, `usual`, is meant when none is named; arguments may come before them."""

    usual = ""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        place = sum(isinstance(each, click.Argument) for each in self.params)
        before, named = args[:place], args[place : place + 1]
        is_help = "--help" in (*before, *named)
        if len(before) == place and not is_help and (not named or named[0].startswith("-")):
            args = [*before, self.usual, *args[place:]]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.commands]  # in the order in which they are used


def day(ctx: click.Context, option: click.Parameter, text: str | None) -> datetime | None:
    """The beginning of a day, as an option gives it."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError as error:
        raise click.BadParameter(f"« {text} » n’est pas une date : 2027-06-30.") from error
