"""Which projects of a forge are the catalogue's business."""

from __future__ import annotations

from dataclasses import dataclass

from metadata.listing import Rules
from metadata.project import Project


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The groups and the topics that are crawled, and what was decided by hand."""

    rules: Rules
    groups: tuple[str, ...] = ()  # paths; none: the whole instance, personal namespaces included
    topics: tuple[str, ...] = ()  # one of these; none: all

    def holds(self, project: Project) -> bool:
        """Is it listed by hand, or in one of the groups and under one of the topics?"""
        if project.path in self.rules.listed:
            return True
        inside = any(f"{project.path}/".startswith(f"{group}/") for group in self.groups)
        under = not {*self.topics}.isdisjoint(project.topics)
        return (inside or not self.groups) and (under or not self.topics)
