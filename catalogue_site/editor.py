"""The editor: the form that writes a commun.yml in five steps, for teachers whom git puts off.

The notice travels in the page (draft.py); what can be answered is the table's (form.py). At the end
the file is downloaded, copied, or proposed on the forge in the maintainer's own name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from metadata import Finding, ParseError, Severity, commun
from metadata.project import Project, ProjectFile

from . import auth, form
from .door import SCOPE, Door
from .draft import Draft, answered, carried, file_of, pack, unpack
from .form import FORMS, LAST, STEPS, Step, fields_of, is_about
from .formpages import (
    ABSENCES,
    NAME,
    done_page,
    last_page,
    part_page,
    remarks_on,
    start_page,
    step_page,
)
from .site import current_site

bp = Blueprint("editor", __name__, url_prefix="/editeur")

#: Bytes of a form: a notice is 64 kB at most, and travels with what was answered.
MOST_BYTES = 400_000


@bp.before_request
def guard() -> None:
    request.max_content_length = MOST_BYTES
    request.max_form_memory_size = MOST_BYTES
    auth.refuse_strangers_forms()


bp.after_request(auth.guard)


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
    return start_page()


@bp.post("")
def open_file() -> str:
    """A file sent or pasted; `notice` is what we know of one that a project has, and that was mended."""
    known = _sent_draft() if "notice" in request.form else Draft()
    sent = request.files.get("fichier")
    payload = (sent.read() if sent else b"") or _encoded(request.form.get("texte", ""))
    if not payload.strip():
        return start_page(fault="Choisissez un fichier, ou collez son contenu.")
    return _opened(replace(known, payload=payload))


def _encoded(text: str) -> bytes:
    """A pasted text, its lines ended as an editor would."""
    return text.replace("\r\n", "\n").encode("utf-8", "replace")


def _from_project(path: str) -> str:
    found = cast(Door, current_site().door).read(path)
    if found.project is None:
        return start_page(path=path, fault=found.fault)
    draft = Draft(project=found.project.path, branch=found.project.default_branch)
    if found.file:
        return _opened(replace(draft, payload=found.file.payload, blob=found.file.blob))
    if found.proposal:
        proposed = {each.key: each.texts for each in found.proposal.values}
        draft = replace(answered(draft, proposed), proposal=found.proposal)
    return step_page(draft, FORMS[0])


def _opened(draft: Draft) -> str:
    """The first page on a file, or the question which of its resources one means."""
    try:
        return part_page(draft) if draft.several else step_page(draft, FORMS[0])
    except ParseError as error:
        return start_page(draft=draft, error=error)


@bp.post("/nouveau")
def new() -> str:
    return step_page(Draft(), FORMS[0])


@bp.post("/ressource")
def choose() -> str:
    """Which part of the file to edit: asked, or answered."""
    draft = _sent_draft()
    if "partie" not in request.form:
        return part_page(draft)
    part = request.form["partie"]
    if part not in ("", *commun.parts(draft.payload)):
        abort(400)
    return step_page(replace(draft, part=part), FORMS[0])


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
            return step_page(draft, left, found)
    return last_page(draft) if wanted is LAST else step_page(draft, wanted)


def _misunderstood(draft: Draft, step: Step) -> tuple[Finding, ...]:
    """What is wrong with the answers of a step; what is merely not said can wait for the last."""
    try:
        found = remarks_on(draft)
    except ParseError:  # told at the last step, where the file is shown
        return ()
    here = [each for each in found if any(is_about(f, each.element) for f in fields_of(step))]
    return tuple(each for each in here if each.severity is Severity.ERROR or _is_typed(each))


def _is_typed(finding: Finding) -> bool:
    """Is it about an answer, and not about its absence?"""
    return finding.severity is Severity.WARNING and finding.rule not in ABSENCES


@bp.post("/telecharger")
def download() -> Response:
    answer = Response(file_of(_sent_draft()), mimetype="application/yaml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer


@bp.post("/connexion")
def log_in() -> Response:
    return auth.begin(scope=SCOPE, view="editor.resume", draft=pack(_sent_draft()))


@bp.get("/reprise")
def resume() -> str | Response:
    """Back from the forge: the notice, where it was left."""
    draft = auth.draft()
    if not draft:
        return redirect(url_for("editor.start"), 303)
    return last_page(unpack(draft), fault="" if auth.person(SCOPE) else NOT_VOUCHED)


NOT_VOUCHED = (
    "La forge n’a pas confirmé qui vous êtes. Votre notice est intacte\u00a0: réessayez, ou"
    " téléchargez le fichier."
)


@bp.post("/proposer")
def propose() -> str:
    """Open the merge request, in the name of whoever is logged in."""
    who, door = auth.person(SCOPE), current_site().door
    draft = replace(_sent_draft(), target=request.form.get("projet", "").strip())
    if who is None or door is None:
        return last_page(draft, fault=OVER)
    auth.check_mark()
    path = draft.project or draft.target
    outcome = door.propose(who.token, path, file_of(draft), draft.blob)
    if outcome.project and outcome.current:
        return _carried(draft, outcome.project, outcome.current)
    if outcome.fault:
        return last_page(draft, fault=outcome.fault)
    return done_page(outcome.url)


def _carried(draft: Draft, project: Project, current: ProjectFile) -> str:
    """The answers on a file that the writer had not seen, for them to read again."""
    try:
        return last_page(carried(draft, project, current), fault=CARRIED)
    except ParseError:
        return last_page(draft, fault=ANOTHER)


OVER = "Votre connexion a pris fin\u00a0: connectez-vous de nouveau."
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
