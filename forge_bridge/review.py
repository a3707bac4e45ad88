"""What the bot says on a merge request that touches commun.yml. Pure.

One note, kept up to date; a suggestion on each line whose remedy is certain; a commit status.
https://docs.gitlab.com/user/project/merge_requests/reviews/suggestions/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from metadata import commun
from metadata.commun import Fix
from metadata.errors import ParseError
from metadata.finding import Finding, Severity
from metadata.listing import findings
from metadata.project import Project, ProjectFile

from .actions import Review, Suggestion
from .conduct import BotSettings, said_in
from .escape import escape
from .forge import MergeRequest, Status
from .marker import mark
from .offer import digest
from .report import badge_of, template
from .situation import Touching

#: The name of our commit status.
CHECK = "balise/commun"

#: More remarks than this in one note help nobody.
AT_MOST = 30

SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.INFO: "ℹ️"}


def review_of(project: Project, seen: Touching, slug: str, settings: BotSettings) -> Review | None:
    """What to say of the file; None when it was said, or the file wants to hear nothing."""
    file, merge_request = seen.file, seen.merge_request
    if file is None or said_in(file.payload).bot is False:
        return None
    found = findings(file)
    verdict = verdict_of(found)
    failed = any(each.severity is Severity.ERROR for each in found)
    return Review(
        project=project,
        merge_request=merge_request,
        path=file.path,
        status=Status(
            name=CHECK,
            state="failed" if failed else "success",
            description=verdict,
            url=merge_request.url,
        ),
        body=_note(project, merge_request, file, found, slug, settings),
        suggestions=tuple(_suggestions(file, seen.added)),
        why=f"elle touche à {file.path}\u00a0: {verdict}",
    )


def verdict_of(found: Sequence[Finding]) -> str:
    """« 2 erreurs, 1 avertissement », for a status and for a person."""
    words = {
        Severity.ERROR: ("erreur", "erreurs"),
        Severity.WARNING: ("avertissement", "avertissements"),
        Severity.INFO: ("conseil", "conseils"),
    }
    counts = {each: sum(one.severity is each for one in found) for each in Severity}
    said = [f"{count}\u00a0{words[each][count > 1]}" for each, count in counts.items() if count]
    return ", ".join(said) or "rien à corriger"


def _note(
    project: Project,
    merge_request: MergeRequest,
    file: ProjectFile,
    found: Sequence[Finding],
    slug: str,
    settings: BotSettings,
) -> str:
    address = f"{project.url}/-/blob/{merge_request.sha}/{quote(file.path)}"
    faults = [each for each in found if each.severity is not Severity.INFO]
    advice = [each for each in found if each.severity is Severity.INFO]
    body = template("review").substitute(
        verdict=verdict_of(found),
        remarks=_lines(faults, address),
        advice=template("advice").substitute(lines=_lines(advice, address)) if advice else "",
        badge=_badge(file, slug, settings),
    )
    return mark("review", body, {"head": merge_request.sha})


def _lines(found: Sequence[Finding], address: str) -> str:
    lines = [_line(each, address) for each in found[:AT_MOST]]
    if len(found) > AT_MOST:
        lines.append(f"- et {len(found) - AT_MOST}\u00a0de plus.")
    return "\n".join(lines)


def _line(finding: Finding, address: str) -> str:
    place = (
        f"[ligne\u00a0{finding.line}]({address}#L{finding.line})\u00a0: " if finding.line else ""
    )
    remedy = f" *{escape(finding.remedy, 300)}*" if finding.remedy else ""
    return f"- {SIGNS[finding.severity]} {place}{escape(finding.message, 300)}{remedy}"


def _badge(file: ProjectFile, slug: str, settings: BotSettings) -> str:
    """How to show the badge by hand, for a project that wants it: we may not be let to."""
    if not said_in(file.payload).badge or not slug or not settings.catalogue:
        return ""
    link, image = badge_of(slug, settings)
    return template("badge").substitute(link=link, image=image)


def _suggestions(file: ProjectFile, added: frozenset[int]) -> Iterable[Suggestion]:
    """The certain remedies on lines that the merge request itself adds."""
    try:
        fixes = commun.fixes(file.payload)
    except ParseError:
        return
    for fix in fixes:
        if {*range(fix.line, fix.line + fix.count)} <= added and _is_plain(fix):
            yield Suggestion(line=fix.line, key=_key(fix), body=_suggestion(fix))


def _suggestion(fix: Fix) -> str:
    said = "\n".join(f"- {escape(each.message, 300)}" for each in (fix.finding, *fix.also))
    words = "\n".join(fix.lines)
    body = f"{said}\n\n```suggestion:-0+{fix.count - 1}\n{words}\n```\n"
    return mark("remedy", body, {"key": _key(fix)})


def _key(fix: Fix) -> str:
    return digest(fix.finding.rule, str(fix.line), str(fix.count), *fix.lines)


def _is_plain(fix: Fix) -> bool:
    """May its lines stand as they are? They cannot be escaped inside of a suggestion."""
    return not any(
        line.lstrip().startswith("/") or "```" in line or "~~~" in line or "@" in line
        for line in fix.lines
    )
