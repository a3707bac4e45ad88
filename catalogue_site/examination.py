"""Examining an entry: what its feed says on one side, what is thought of it on the other.

Two people may examine the same one: nobody's opinion is saved over somebody else's that they did not
see. What one was writing stays in the form, beside what the other saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from indexer.errors import CaseMoved
from indexer.qualifications import Examined
from metadata.case import Act, Action, Case, State, Verdict
from metadata.criteria import criteria
from metadata.meaning import FIELDS, Difference, differences, lines
from metadata.normalise import minutes
from metadata.qualification import Refused

from . import opinions, resource, wording
from .choices import LANGUAGES
from .curation import guarded
from .dossier import MOVED, REFUSED, Dossier, onward, opened, page, perform, seen
from .errand import ROOT
from .faults import Answer
from .opinions import NO_FAULTS, Faults, Form
from .presentation import in_words
from .wording import Pieces

bp = guarded(Blueprint("examination", __name__, url_prefix=ROOT))


@bp.get("/<slug>")
def show(slug: str) -> Response | str:
    dossier = opened(slug)
    if dossier.slug != slug:
        return redirect(dossier.address, 301)
    if not dossier.is_concerned:  # there is evidence about it at most
        return redirect(f"{dossier.address}/preuves", 303)
    return shown(dossier)


@bp.get("/<slug>/apercu")
def preview(slug: str) -> str:
    """The page of the resource as the public would see it, with what its feed says now."""
    dossier = opened(slug)
    entry = replace(dossier.entry, record=dossier.examined.record)
    shown = resource.shown(entry)
    return render_template("curation_record.html", back=dossier.address, **shown)


@bp.post("/<slug>")
def save(slug: str) -> Answer | Response:
    """Save what is thought of the criteria; or put what the checks propose of one into the form."""
    dossier = opened(slug)
    form = opinions.sent(request.form, dossier.case.criteria)
    if key := request.form.get("reprendre", ""):
        proposed = opinions.said_of(dossier.case.suggested.get(key))
        return shown(dossier, form={**form, key: proposed}, taken=key), 200
    return _saved(dossier, form)


def _saved(dossier: Dossier, form: Form) -> Answer | Response:
    case, before = dossier.case, dossier.before(seen() or 0)
    if _moved(dossier, before):
        return _crossed(dossier, form, before)
    mine = opinions.changed(form, case.opinions)
    content = dossier.examined.content
    if wrong := opinions.faults(mine, case, dossier.by, dossier.now, content):
        return shown(dossier, form=form, faults=wrong), REFUSED
    given = {key: said.opinion for key, said in mine.items()}
    action = Action(act=Act.ASSESS, opinions=given, content=content)
    try:
        perform(dossier, action, seen=case.lines)
    except CaseMoved:  # in the blink between reading and writing
        return _crossed(opened(dossier.slug), form, before)
    except Refused as refused:
        return shown(dossier, form=form, fault=str(refused)), REFUSED
    return onward(dossier, Act.ASSESS)


def _moved(dossier: Dossier, before: Case) -> bool:
    """Has what the form was about changed? A note, an assignment or a check change nothing of it."""
    return (
        before.opinions != dossier.case.opinions
        or before.state is not dossier.case.state
        or request.form.get("contenu", "") != dossier.examined.content
    )


def _crossed(dossier: Dossier, form: Form, before: Case) -> Answer:
    """Both versions, side by side, and a form that may be sent again, knowingly."""
    case = dossier.case
    both = shown(
        dossier,
        form=opinions.merged(form, before, case),
        theirs=[key for key in form if case.opinions.get(key) != before.opinions.get(key)],
        mine=opinions.changed(form, before.opinions),
        is_stale=True,
        meanwhile=seen() or 0,
        is_other=request.form.get("contenu", "") != dossier.examined.content,
    )
    return both, MOVED


def shown(
    dossier: Dossier,
    form: Form | None = None,
    *,
    faults: Faults = NO_FAULTS,
    theirs: Iterable[str] = (),
    **said: object,
) -> str:
    case = dossier.case
    known = criteria(case.criteria)
    fields = opinions.held(case.opinions) if form is None else form
    is_open = case.state is State.UNDER_REVIEW and dossier.may(Act.ASSESS)
    families = opinions.fields(known, fields, case, faults=faults, theirs=theirs)
    return page(
        "curation_examination.html",
        dossier,
        known=known,
        families=families,
        missing=[each for _, some in families for each in some if each.is_missing],
        faults=faults,
        theirs=theirs,
        is_open=is_open,
        is_form=is_open or form is not None,
        verdicts=[*Verdict],
        notice=_notice(dossier.examined),
        findings=dossier.findings,
        **said,
    )


class Row(NamedTuple):
    """What a notice says under one label, and whether that changed since it was decided about."""

    label: str
    values: tuple[Pieces, ...]
    is_changed: bool = False


def _notice(examined: Examined) -> list[Row]:
    """The notice as its feed gives it now, compared with the one that the public sees."""
    before = examined.meaning if examined.shown is None else examined.shown
    found = {each.label: each for each in differences(before, examined.meaning)}
    said = dict(lines({**before, **examined.meaning}))
    return [_row(label, values, found.get(label)) for label, values in said.items()]


def _row(label: str, values: tuple[str, ...], difference: Difference | None) -> Row:
    before, after = (difference.before, difference.after) if difference else (values, values)
    said = wording.compared(_in_words(label, before), _in_words(label, after))
    return Row(label, said, is_changed=difference is not None)


def _in_words(label: str, values: tuple[str, ...]) -> list[str]:
    """Values as one reads them: a duration is written PT45M, a language fr."""
    if label == FIELDS["langues"].label:
        return [LANGUAGES.get(value, value) for value in values]
    return [in_words(length) if (length := minutes(value)) else value for value in values]
