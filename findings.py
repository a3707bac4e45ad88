"""Findings as they are printed: for people, for programs, for GitLab."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict

from metadata.finding import Finding, Severity

Findings = Iterable[tuple[str, Finding]]

FRENCH = {Severity.ERROR: "erreur", Severity.WARNING: "attention", Severity.INFO: "note"}


def text(found: Findings) -> Iterator[str]:
    for name, finding in found:
        place = ":".join(str(part) for part in (name, finding.line, finding.column) if part)
        yield f"{place}: {FRENCH[finding.severity]} [{finding.rule}] {finding.element} : " + (
            f"{finding.message} {finding.remedy}".rstrip()
        )


def document(found: Findings) -> Iterator[str]:
    yield json.dumps([{"file": name, **asdict(each)} for name, each in found], ensure_ascii=False)


#: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
GITLAB = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def code_quality(found: Findings) -> Iterator[str]:
    issues = []
    for name, finding in found:
        mark = f"{name}\n{finding.rule}\n{finding.element}\n{finding.line}\n{finding.message}"
        issues.append(
            {
                "description": f"{finding.message} {finding.remedy}".rstrip(),
                "check_name": finding.rule,
                "fingerprint": hashlib.sha256(mark.encode()).hexdigest(),
                "severity": GITLAB[finding.severity],
                "location": {"path": name.partition("#")[0], "lines": {"begin": finding.line or 1}},
            }
        )
    yield json.dumps(issues, ensure_ascii=False)


FINDINGS: Mapping[str, Callable[[Findings], Iterator[str]]] = {
    "text": text,
    "json": document,
    "codequality": code_quality,
}
