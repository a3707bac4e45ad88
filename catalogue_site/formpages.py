"""The pages of the editor, made of a draft: templates/editor_*.html, and what each is given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import render_template

from metadata import Finding, ParseError, Severity, commun
from metadata.checks import PROFILES
from metadata.hints import Evidence

from . import auth
from .door import SCOPE
from .draft import Draft, file_of, findings_of, pack, texts_of
from .form import LAST, STEPS, Step, control, fields_of, step_of
from .site import canonical, current_site

NAME = "commun.yml"


def start_page(
    *,
    path: str = "",
    fault: str = "",
    draft: Draft | None = None,
    error: ParseError | None = None,
) -> str:
    """`draft` holds a file that cannot be read, because of `error`."""
    text = draft.payload.decode("utf-8", "replace") if draft else ""
    return _page(
        "editor_start.html",
        path=path,
        fault=fault,
        draft=replace(draft, payload=b"") if draft else None,
        text=text,
        error=error,
    )


def part_page(draft: Draft) -> str:
    titles = {
        part: " ".join(commun.texts_of(draft.payload, part).get("titre", ()))
        for part in commun.parts(draft.payload)
    }
    return _page("editor_part.html", draft=draft, titles=titles)


def step_page(draft: Draft, step: Step, findings: tuple[Finding, ...] = ()) -> str:
    texts = texts_of(draft)
    return _page(
        "editor_step.html",
        draft=draft,
        step=step,
        controls=[
            control(each, texts.get(each.key, ()), findings, draft.proposal)
            for each in fields_of(step)
        ],
        findings=findings,
        grave=any(each.severity is Severity.ERROR for each in findings),
    )


def last_page(draft: Draft, fault: str = "") -> str:
    """The last page: the file, what there is to say of it, and the three ways out."""
    try:
        text, findings = file_of(draft).decode("utf-8", "replace"), remarks_on(draft)
    except ParseError as error:
        return _page("editor_check.html", draft=draft, step=LAST, error=error, fault=fault)
    return _page(
        "editor_check.html",
        draft=draft,
        step=LAST,
        fault=fault,
        text=text,
        grave=[each for each in findings if each.severity is Severity.ERROR],
        advice=[each for each in findings if each.severity is not Severity.ERROR],
    )


def done_page(url: str) -> str:
    return _page("editor_done.html", url=url)


def remarks_on(draft: Draft) -> tuple[Finding, ...]:
    """What there is to say of the file as it will be. In a form, the field is how to add what lacks.

    Raise ParseError.
    """
    return tuple(
        replace(each, remedy="") if each.rule in ABSENCES else each
        for each in findings_of(file_of(draft), draft.part)
    )


ABSENCES = {rule.code for rule in PROFILES["commun"] if rule.absence}


def _page(template: str, **shown: Any) -> str:
    site, session = current_site(), auth.current()
    draft = shown.get("draft")
    return render_template(
        template,
        here="editor",
        canonical=canonical("/editeur"),
        steps=STEPS,
        step_of=step_of,
        notice=pack(draft) if draft else "",
        door=site.door,
        can_log_in=bool(site.login and site.door),
        who=auth.person(SCOPE),
        mark=session.mark if session else "",
        by_hand=_by_hand(draft) if draft else "",
        place=_place,
        **shown,
    )


def _by_hand(draft: Draft) -> str:
    """The forge's own page to write the file, where we know the project."""
    door = current_site().door
    if door is None or not draft.project:
        return ""
    at = f"{door.url}/{quote(draft.project)}/-"
    branch = quote(draft.branch or "main", safe="")
    return f"{at}/edit/{branch}/{NAME}" if draft.payload else f"{at}/new/{branch}?file_name={NAME}"


def _place(clue: Evidence) -> str:
    """Where a project says something, as one says it."""
    named = OF_THE_FORGE.get(clue.path, clue.path)
    return f"{named}, ligne {clue.line}" if clue.line else named


OF_THE_FORGE = {
    "name": "le nom du projet",
    "description": "la description du projet",
    "topics": "les thèmes du projet",
}
