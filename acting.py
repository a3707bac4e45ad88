"""Who acts on the command line: named, with the roles they say they have, as the journal will tell.

The machine's operator is trusted to say it; the rules are those of the back-office.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import click

from metadata.case import Actor, Role

Command = TypeVar("Command", bound=Callable[..., Any])


#: Whoever runs a command that names nobody: who runs the machine runs the catalogue.
OPERATOR = Actor(name="exploitant", roles=frozenset({Role.ADMINISTRATOR}))


def acting(command: Command) -> Callable[..., Any]:
    """Give a command the options --by and --role, and their Actor as its argument `by`."""
    return _named(command, {"required": True}, {"required": True})


def operating(command: Command) -> Callable[..., Any]:
    """The same, for what an operator may do without a name: see OPERATOR."""
    roles = [str(role) for role in OPERATOR.roles]
    return _named(command, {"default": OPERATOR.name}, {"default": roles})


def _named(
    command: Command, name: Mapping[str, Any], roles: Mapping[str, Any]
) -> Callable[..., Any]:
    @click.option(
        "--by",
        "name",
        metavar="NOM",
        help="Qui agit : son nom sur la forge.",
        **name,
    )
    @click.option(
        "--role",
        "roles",
        multiple=True,
        type=click.Choice([str(role) for role in Role]),
        help="À quel titre ; peut se répéter.",
        **roles,
    )
    @wraps(command)
    def named(*given: Any, name: str, roles: tuple[str, ...], **options: Any) -> Any:
        if not name.strip():
            raise click.UsageError("--by est vide : écrivez le nom de qui agit.")
        by = Actor(name=name.strip(), roles=frozenset(map(Role, roles)))
        return command(*given, by=by, **options)

    return named
