"""The double asked by python-gitlab, in as few words as a test can read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gitlab
import pytest

from tests.forge.forge import Forge
from tests.forge.model import User


def client(forge: Forge, user: User | None = None, **more: Any) -> gitlab.Gitlab:
    """Somebody, or nobody, as a client."""
    token = forge.add_token(user) if user else None
    return gitlab.Gitlab(forge.url, private_token=token, **more)


def refused(status: int, call: Callable[[], object]) -> object:
    """Call it; it must be refused with this status. Give what was said."""
    with pytest.raises(gitlab.GitlabError) as caught:
        call()
    assert caught.value.response_code == status, caught.value
    return caught.value.error_message


def commit(project: Any, *actions: dict[str, str], **more: Any) -> Any:
    """A commit on the default branch, unless another one is said."""
    return project.commits.create(
        {"branch": "main", "commit_message": "essai", "actions": list(actions), **more}
    )
