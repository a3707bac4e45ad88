"""The editor: the form that writes a commun.yml in five steps, for teachers whom git puts off.

The notice travels in the page (draft.py); what can be answered is the table's (form.py). At the end
the file is downloaded, copied, or proposed on the forge in the maintainer's own name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from metadata import Finding, ParseError, Severity, commun
from metadata.checks import PROFILES
from metadata.hints import Evidence

from . import auth, form
from .door import Door
from .draft import Draft, answered, carried, file_of, findings_of, pack, texts_of, unpack
from .form import FORMS, LAST, STEPS, Step, control, fields_of, is_about
from .site import canonical, current_site

bp = Blueprint("editor", __name__, url_prefix="/editeur")

#: Bytes of a form: a notice is 64 kB at most, and travels with what was answered.
MOST_BYTES = 400_000

#: What we ask of the forge: who they are, and to commit and open a merge request in their name.
SCOPE = "openid profile api"

NAME = "commun.yml"


@bp.before_request
def guard() -> None:
    request.max_content_length = MOST_BYTES
    request.max_form_memory_size = MOST_BYTES
    auth.refuse_strangers_forms()


bp.after_request(auth.guard)


@bp.app_template_filter("place")
def place(clue: Evidence) -> str:
    """Where a project says something, as one says it."""
    named = FIELDS_OF_THE_FORGE.get(clue.path, clue.path)
    return f"{named}, ligne {clue.line}" if clue.line else named


FIELDS_OF_THE_FORGE = {
    "name": "le nom du projet",
    "description": "la description du projet",
    "topics": "les thèmes du projet",
}


@bp.errorhandler(ParseError)
def cannot_be_written(error: ParseError) -> tuple[str, int]:
    """A file that the last page already said cannot be written, or a page made by hand."""
    heading = "Ce fichier ne peut pas être écrit"
    return render_template("error.html", heading=heading, message=str(error), words=""), 400


@bp.get("")
def start() -> str | Response:
    """Where one begins: from nothing, from a file, from a project of the forge."""
    path = request.args.get("projet", "").strip()
    if path and current_site().door:
        return _from_project(path)
    return _start()


@bp.post("")
def open_file() -> str | Response:
    if path := request.form.get("projet", "").strip():
        return redirect(url_for("editor.start", projet=path), 303)
    sent = request.files.get("fichier")
    payload = (sent.read() if sent else b"") or _encoded(request.form.get("texte", ""))
    if not payload.strip():
        return _start(fault="Choisissez un fichier, ou collez son contenu.")
    return _opened(Draft(payload=payload))


def _encoded(text: str) -> bytes:
    """A pasted text, its lines ended as an editor would."""
    return text.replace("\r\n", "\n").encode("utf-8", "replace")


def _from_project(path: str) -> str:
    found = cast(Door, current_site().door).read(path)
    if found.project is None:
        return _start(path=path, fault=found.fault)
    draft = Draft(project=found.project.path, branch=found.project.default_branch)
    if found.file:
        return _opened(replace(draft, payload=found.file.payload))
    if found.proposal:
        proposed = {each.key: each.texts for each in found.proposal.values}
        draft = replace(answered(draft, proposed), proposal=found.proposal)
    return _form(draft, FORMS[0])


def _opened(draft: Draft) -> str:
    """The first page on a file, or the question which of its resources one means."""
    try:
        return _choose(draft) if draft.several else _form(draft, FORMS[0])
    except ParseError as error:
        return _start(draft=draft, error=error)


@bp.post("/nouveau")
def new() -> str:
    return _form(Draft(), FORMS[0])


@bp.post("/ressource")
def choose() -> str:
    """Which part of the file to edit: asked, or answered."""
    draft = _sent_draft()
    if "partie" not in request.form:
        return _choose(draft)
    part = request.form["partie"]
    if part not in ("", *commun.parts(draft.payload)):
        abort(400)
    return _form(replace(draft, part=part), FORMS[0])


@bp.get("/<key>")
def elsewhere(key: str) -> Response:
    """A page of the form is only reached through the form: without a notice, one begins."""
    return redirect(url_for("editor.start"), 303)


@bp.post("/<key>")
def show(key: str) -> str:
    """Take the answers of the page that was left, then show the one that was asked for."""
    wanted = next((step for step in STEPS if step.key == key), None) or abort(404)
    draft = _sent_draft()
    left = next((step for step in FORMS if step.key == request.form.get("etape")), None)
    if left:
        draft = answered(draft, form.answers(left, request.form.to_dict(flat=False)))
        found = _misunderstood(draft, left) if STEPS.index(wanted) > STEPS.index(left) else ()
        grave = any(each.severity is Severity.ERROR for each in found)
        if grave or (found and "tel-quel" not in request.form):
            return _form(draft, left, found)
    return _check(draft) if wanted is LAST else _form(draft, wanted)


def _misunderstood(draft: Draft, step: Step) -> tuple[Finding, ...]:
    """What is wrong with the answers of a step; what is merely not said can wait for the last."""
    try:
        found = _said(draft)
    except ParseError:  # told at the last step, where the file is shown
        return ()
    return tuple(
        each
        for each in found
        if each.severity is Severity.ERROR
        or (each.severity is Severity.WARNING and each.rule not in ABSENCES)
        if any(is_about(field, each.element) for field in fields_of(step))
    )


def _said(draft: Draft) -> tuple[Finding, ...]:
    """What there is to say of the file as it will be. In a form, the field is how to add what lacks.

    Raise ParseError.
    """
    return tuple(
        replace(each, remedy="") if each.rule in ABSENCES else each
        for each in findings_of(file_of(draft), draft.part)
    )


ABSENCES = {rule.code for rule in PROFILES["commun"] if rule.absence}


@bp.post("/telecharger")
def download() -> Response:
    answer = Response(file_of(_sent_draft()), mimetype="application/yaml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer


@bp.post("/connexion")
def log_in() -> Response:
    draft = _sent_draft()
    if path := request.form.get("projet", "").strip():
        draft = replace(draft, target=path)
    return auth.begin(scope=SCOPE, view="editor.resume", draft=pack(draft))


@bp.get("/reprise")
def resume() -> str | Response:
    """Back from the forge: the notice, where it was left."""
    session = auth.current()
    if session is None or not session.draft:
        return redirect(url_for("editor.start"), 303)
    return _check(unpack(session.draft), fault="" if session.who else NOT_VOUCHED)


NOT_VOUCHED = (
    "La forge n’a pas confirmé qui vous êtes. Votre notice est intacte\u00a0: réessayez, ou"
    " téléchargez le fichier."
)


@bp.post("/proposer")
def propose() -> str:
    """Open the merge request, in the name of whoever is logged in."""
    session, door = auth.current(), current_site().door
    draft = _sent_draft()
    if session is None or session.who is None or door is None:
        return _check(draft, fault="Votre connexion a pris fin\u00a0: connectez-vous de nouveau.")
    auth.check_mark()
    draft = replace(draft, target=request.form.get("projet", "").strip())
    path = draft.project or draft.target
    before = draft.payload if draft.project else b""
    outcome = door.propose(session.who.token, path, file_of(draft), before)
    if outcome.project and outcome.current:
        try:
            return _check(carried(draft, outcome.project, outcome.current.payload), fault=CARRIED)
        except ParseError:
            return _check(draft, fault=ANOTHER)
    if outcome.fault:
        return _check(draft, fault=outcome.fault)
    return _page("editor_done.html", url=outcome.url)


CARRIED = (
    "Ce projet a déjà un commun.yml que cette notice ne connaissait pas. Vos réponses y ont été"
    " reportées\u00a0: relisez le fichier, puis proposez-le de nouveau."
)


ANOTHER = (
    "Ce projet a un autre commun.yml, où vos réponses ne trouvent pas leur place\u00a0: téléchargez le"
    " vôtre et déposez-le à la main, ou repartez de celui du projet."
)


def _sent_draft() -> Draft:
    try:
        return unpack(request.form.get("notice", ""))
    except ValueError:
        abort(400)


def _start(
    *,
    path: str = "",
    fault: str = "",
    draft: Draft | None = None,
    error: ParseError | None = None,
) -> str:
    text = draft.payload.decode("utf-8", "replace") if draft else ""
    return _page("editor_start.html", path=path, fault=fault, text=text, error=error)


def _choose(draft: Draft) -> str:
    titles = {
        part: " ".join(commun.texts_of(draft.payload, part).get("titre", ()))
        for part in commun.parts(draft.payload)
    }
    return _page("editor_part.html", draft=draft, titles=titles)


def _form(draft: Draft, step: Step, findings: tuple[Finding, ...] = ()) -> str:
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


def _check(draft: Draft, fault: str = "") -> str:
    """The last page: the file, what there is to say of it, and the three ways out."""
    try:
        text, findings = file_of(draft).decode("utf-8", "replace"), _said(draft)
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


def _page(template: str, **shown: Any) -> str:
    site, session = current_site(), auth.current()
    draft = shown.get("draft")
    return render_template(
        template,
        here="editor",
        canonical=canonical("/editeur"),
        steps=STEPS,
        step_of=form.step_of,
        notice=pack(draft) if draft else "",
        door=site.door,
        can_log_in=bool(site.login and site.door),
        who=session.who if session else None,
        mark=session.mark if session else "",
        by_hand=_by_hand(draft) if draft else "",
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
