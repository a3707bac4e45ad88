"""Which projects of a forge are the catalogue's business."""

from __future__ import annotations

from dataclasses import dataclass

from metadata.listing import Rules, carries, path_key
from metadata.project import Project


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The groups and the topics that are crawled, and what was decided by hand."""

    rules: Rules
    groups: tuple[str, ...] = ()  # paths; none: the whole instance, personal namespaces included
    topics: tuple[str, ...] = ()  # one of these; none: all

    def holds(self, project: Project) -> bool:
        """Is it listed by hand, or in one of the groups and under one of the topics?"""
        if self.rules.lists(project):
            return True
        path = path_key(project.path)
        inside = any(path.startswith(f"{path_key(group)}/") for group in self.groups)
        return (inside or not self.groups) and (not self.topics or carries(project, self.topics))
