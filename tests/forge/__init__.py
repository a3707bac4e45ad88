"""A test forge good enough to trust: GitLab's API over real HTTP, from real git repositories.

    with Forge(tmp_path) as forge:
        teacher = forge.add_user("marie")
        project = forge.add_project("marie/fractions", files={"README.md": b"# Fractions"})
        gitlab.Gitlab(forge.url, private_token=forge.add_token(teacher)).projects.get(project.id)

`python -m tests.forge` starts it by itself.
"""

from tests.forge.clock import Clock
from tests.forge.forge import Forge

__all__ = ["Clock", "Forge"]
