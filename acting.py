"""Who acts on the command line: named, with the roles they say they have, as the journal will tell.

The machine's operator is trusted to say it; the rules are those of the back-office.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from metadata.case import Actor, Role

Command = TypeVar("Command", bound=Callable[..., Any])


def acting(command: Command) -> Callable[..., Any]:
    """Give a command the options --by and --role, and their Actor as its argument `by`."""

    @click.option(
        "--by", "name", metavar="NOM", required=True, help="Qui agit : son nom sur la forge."
    )
    @click.option(
        "--role",
        "roles",
        multiple=True,
        required=True,
        type=click.Choice([str(role) for role in Role]),
        help="À quel titre ; peut se répéter.",
    )
    @wraps(command)
    def named(*given: Any, name: str, roles: tuple[str, ...], **options: Any) -> Any:
        if not name.strip():
            raise click.UsageError("--by est vide : écrivez le nom de qui agit.")
        by = Actor(name=name.strip(), roles=frozenset(map(Role, roles)))
        return command(*given, by=by, **options)

    return named
