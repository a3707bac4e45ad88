"""One rule: what it looks for, how much it matters, and what to do about it.

A rule's `find` yields a French sentence for each fault; when one rule watches several elements it
yields the element beside the sentence. Everything else of a finding is the rule's own, which makes
the table of rules its documentation (docs/controles.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..elements import element, line_of
from ..finding import Finding, Severity
from ..record import Reading, Record


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found, in a sentence; `element` when it is not the rule's own."""

    message: str
    element: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    code: str  # stable: other tools name it
    severity: Severity
    element: str  # its number in the standard, or a key of commun.yml
    about: str  # what is expected, for the documentation
    remedy: str
    find: Callable[[Record], Iterator[Fault]]
    #: Asks for what is not there: out of place when the reader has just refused what was.
    absence: bool = False

    def __call__(self, reading: Reading) -> Iterator[Finding]:
        for fault in self.find(reading.record):
            key = fault.element or self.element
            yield self.finding(fault.message, key, line_of(key, reading.lines))

    def finding(self, message: str, key: str = "", line: int | None = None) -> Finding:
        """This rule's remark on one element, its own when none is given."""
        return Finding(
            severity=self.severity,
            rule=self.code,
            element=element(key or self.element),
            message=message,
            remedy=self.remedy,
            line=line,
        )
