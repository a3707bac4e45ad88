"""What can go wrong with metadata.

MetadataError
├── UnknownFormat     no reader (or no writer) for this format
├── Refused           an action that the rules of qualification forbid: see qualification.py
└── ParseError        the bytes are not the format they claim to be
    └── BadPackage    a zip that is broken, hostile, or lacks what it must hold

A record that parses but is poor is not an error: see finding.Finding.
"""

from __future__ import annotations


class MetadataError(Exception):
    """Base of every error raised by this package; its text is French, for whoever sent the bytes."""


class UnknownFormat(MetadataError):
    """No reader, or no writer, for this format."""


class ParseError(MetadataError):
    """The bytes are not the format they claim to be: where (1-based), what, and the remedy."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = f"ligne {self.line} : " if self.line is not None else ""
        return f"{place}{self.message}" + (f" {self.remedy}" if self.remedy else "")


class BadPackage(ParseError):
    """A zip that is broken, hostile, or lacks what it must hold."""
