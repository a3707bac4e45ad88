"""Which operation an address means. Addresses are cut as they were sent: %2F is no slash."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

LEAF, ANY = "/", "{}"  # neither can be a segment


class Routes:
    """The templates of operations, as a tree of segments."""

    def __init__(self, operations: Iterable[tuple[str, str]]) -> None:
        self._tree: dict[str, Any] = {}
        for method, template in operations:
            node = self._tree
            for segment in template.strip("/").split("/"):
                node = node.setdefault(ANY if segment.startswith("{") else segment, {})
            node.setdefault(LEAF, {})[method] = template

    def find(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        """The template that an address is of, and its parts by name; "" when there is none."""
        segments = path.strip("/").split("/")
        template = self._find(self._tree, segments, method)
        parts = zip(template.strip("/").split("/"), segments, strict=False)
        return template, {
            name.strip("{}"): unquote(value) for name, value in parts if name.startswith("{")
        }

    def _find(self, node: dict[str, Any], segments: list[str], method: str) -> str:
        if not segments:
            return str(node.get(LEAF, {}).get(method, ""))
        for name in (segments[0], ANY):
            if name in node and name != LEAF:
                found = self._find(node[name], segments[1:], method)
                if found:
                    return found
        return ""
