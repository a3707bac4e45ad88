"""The journal of the back-office: who did what, when; filtered, and exported as it is filtered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from indexer.journal import Wanted
from indexer.journalexport import as_csv
from metadata.case import Act

from . import journalwords, presentation
from .curation import guarded
from .errand import ROOT
from .site import store

bp = guarded(Blueprint("journal", __name__, url_prefix=ROOT))

#: Lines on a page.
SIZE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which lines an address asks for; what is empty does not matter."""

    fiche: str = ""
    auteur: str = ""
    acte: str = ""
    du: str = ""  # the first day
    au: str = ""  # the last one
    page: int = 1

    @property
    def wanted(self) -> Wanted:
        last = _day(self.au)
        return Wanted(
            slug=self.fiche,
            author=self.auteur,
            act=self.acte,
            since=_day(self.du),
            before=last and last + timedelta(days=1),
        )

    @property
    def is_filtered(self) -> bool:
        return any(getattr(self, name) for name in FILTERS)

    def address(self, path: str = f"{ROOT}/journal", **other: str | int) -> str:
        """The address of the journal so filtered, with something else; on its first page unless said."""
        said = {name: getattr(self, name) for name in FILTERS} | other
        query = urlencode({name: value for name, value in said.items() if value not in ("", 1)})
        return f"{path}?{query}" if query else path


FILTERS = ("fiche", "auteur", "acte", "du", "au")


def _day(text: str) -> datetime | None:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) if text else None


@bp.get("/journal")
def show() -> str:
    asked, kept = _asked(request.args), store().qualifications
    total = kept.journal_size(asked.wanted)
    checks = "integrite" in request.args
    return render_template(
        "curation_journal.html",
        asked=asked,
        lines=kept.journal(asked.wanted, limit=SIZE, offset=SIZE * (asked.page - 1)),
        total=total,
        last=-(-total // SIZE),
        acts=sorted(Act, key=lambda act: act.label),
        is_checked=checks,
        broken=kept.broken_lines() if checks else [],
        told=journalwords.told,
        state_label=journalwords.state,
        roles_of=journalwords.roles,
        moment=presentation.moment,
        written=lambda iso: "/".join(reversed(iso.split("-"))),
        time_of=presentation.time_of,
    )


@bp.get("/journal.csv")
def export() -> Response:
    """The lines so filtered, the oldest first, with the mark of each."""
    wanted = _asked(request.args).wanted
    lines = reversed(store().qualifications.journal(wanted))
    answer = Response(as_csv(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="journal.csv"'
    return answer


def _asked(args: Mapping[str, str]) -> Asked:
    """What an address asks for; what it says that is not understood does not matter."""
    said = {name: args.get(name, "").strip() for name in FILTERS}
    page = args.get("page", "")
    return Asked(
        fiche=said["fiche"].rpartition("/")[2],
        auteur=said["auteur"].removeprefix("@"),
        acte=said["acte"] if said["acte"] in list(Act) else "",
        du=_iso(said["du"]),
        au=_iso(said["au"]),
        page=int(page) if page.isdecimal() and 0 < len(page) < 6 else 1,
    )


def _iso(text: str) -> str:
    """A day as 2027-08-31, "" when it is none that can be asked for."""
    try:
        day = presentation.day_of(text)
    except ValueError:
        return ""
    return day.isoformat() if date(1900, 1, 1) < day < date(9999, 1, 1) else ""
