"""A case as the commands show it to people; casedocument.py is for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalogue_site import journalwords
from indexer.entry import Entry
from indexer.journal import Line
from indexer.qualifications import FOR_ALL, Examined
from indexer.waiting import Queued
from metadata.case import Act, Actor, Case, Decision, Opinion, Role, State
from metadata.criteria import criteria
from metadata.delays import Spread
from metadata.evidencecolumns import digest
from metadata.evidencejournal import marker_of
from metadata.meaning import Difference, differences
from metadata.qualification import ROLES, face_at, why_not
from terminal import several


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """All there is to say of an entry before the curators."""

    entry: Entry
    case: Case
    examined: Examined
    lines: tuple[Line, ...]  # of its journal, the first one first
    version: str = ""  # the present one of the resource

    @property
    def differences(self) -> Iterable[Difference]:
        shown = self.examined.shown
        return differences(shown, self.examined.meaning) if shown is not None else ()


def text(dossier: Dossier, now: datetime) -> Iterator[str]:
    """The whole case."""
    entry, case = dossier.entry, dossier.case
    yield entry.title or "(sans titre)"
    yield brief(entry.slug, case)
    if entry.standing is None:
        yield "Sa source publie tout ce qu’elle donne : elle ne passe pas par la qualification."
    yield f"Vue du public : {face_at(case, now).label}"
    yield f"Source : {entry.source_title or entry.source}, « {entry.identifier} »"
    yield from _opinions(case)
    yield from _waiting(case)
    for decision in case.decisions:
        yield from _decision("Décision", decision)
    if case.left_reason:
        yield f"Motif de son départ : {case.left_reason}"
    yield from _differences(dossier)
    yield from _evidence(dossier, now)
    for note in case.notes:
        yield f"Note ({note.by}, le {note.at:%Y-%m-%d}) : {note.data['text']}"
    yield "Ce qui peut être fait :"
    for act, roles in possible(dossier, now).items():
        yield f"  {act:20}{' ou '.join(role.label for role in roles)}"
    if dossier.lines:
        yield "Journal :"
        yield from (f"  {journal_line(line)}" for line in dossier.lines)


def brief(slug: str, case: Case) -> str:
    """Where a case stands, in a line."""
    since = f" depuis le {case.since:%Y-%m-%d}" if case.since else ""
    assigned = f", confiée à {case.assignee}" if case.assignee else ""
    return f"{slug} – {case.state.label}{since}{assigned}"


def _opinions(case: Case) -> Iterator[str]:
    known = criteria(case.criteria)
    if not case.opinions and not case.suggested:
        return
    yield f"Critères, version {known.version} :"
    for criterion in known.criteria:
        given, suggested = case.opinions.get(criterion.key), case.suggested.get(criterion.key)
        if given:
            yield f"  {criterion.key:18}{_opinion(given)}"
            yield from (f"  {'':18}pièce : {proof.reference}" for proof in given.proofs)
        if suggested:
            yield f"  {criterion.key:18}proposé par Balise : {_opinion(suggested)}"
            yield from (f"  {'':18}pièce : {each}" for each in suggested.references)


def _opinion(opinion: Opinion) -> str:
    who = f" ({opinion.by}, le {opinion.at:%Y-%m-%d})" if opinion.at else ""
    reason = f" – {opinion.reason}" if opinion.reason else ""
    return f"{opinion.verdict.label}{who}{reason}"


def _waiting(case: Case) -> Iterator[str]:
    """What waits for somebody, and who may not be that one."""
    if case.proposal:
        yield from _decision("Proposition", case.proposal)
    if case.asked:
        asked = case.asked
        yield f"En attente : {asked.act.label}, par {asked.by} le {asked.at:%Y-%m-%d} – {asked.reason}"
    if case.interests:
        yield f"Ont déclaré un intérêt : {', '.join(sorted(case.interests))}"


def _decision(name: str, decision: Decision) -> Iterator[str]:
    until = f", jusqu’au {decision.until:%Y-%m-%d}" if decision.until else ""
    imported = ", avant Balise (importée)" if decision.is_imported else ""
    proposed = f" sur proposition de {decision.proposer}" if decision.proposer else ""
    yield (
        f"{name} : {decision.outcome.label}, par {decision.by}{proposed}"
        f" le {decision.at:%Y-%m-%d}{until}{imported}"
    )
    if decision.refusals:
        yield f"  Motifs : {', '.join(refusal_labels(decision))}"
    if decision.reason:
        yield f"  {decision.reason}"


def refusal_labels(decision: Decision) -> list[str]:
    """The listed reasons of a refusal, in words."""
    known = criteria(decision.criteria)
    found = ((key, known.refusal(key)) for key in decision.refusals)
    return [reason.label if reason else key for key, reason in found]


def _evidence(dossier: Dossier, now: datetime) -> Iterator[str]:
    """The three strands, then what each rests on; nothing where nobody said anything."""
    marker = marker_of(dossier.case, now, dossier.version)
    if marker.is_empty:
        return
    for mark in marker.marks:
        level = "" if mark.level is None else f" (niveau {mark.level} sur 3)"
        yield f"Preuve, {mark.strand.label} : {mark.word}{level}. {mark.why}"
        for item, weaknesses in mark.items:
            yield f"  {item.title or item.origin} – {item.reference}"
            yield f"    {item.origin}, {item.dated:%Y-%m-%d} ; empreinte {digest(item)}"
            yield from (f"    cet élément {each.reason}" for each in weaknesses)


def _differences(dossier: Dossier) -> Iterator[str]:
    for each in dossier.differences:
        before, after = ("; ".join(values) or "rien" for values in (each.before, each.after))
        yield f"Changé depuis la décision – {each.label} : {before} → {after}"


#: Acts that are not done to an entry, or have a command of their own.
ELSEWHERE = (
    Act.IMPORT,
    Act.MAP,
    Act.UNMAP,
    Act.JOIN,
    Act.TELL_APART,
    Act.FORGET_PAIR,
    Act.CONFIRM_DROP,
    Act.ACCEPT_SOURCE,
    Act.REFUSE_SOURCE,
)


def possible(dossier: Dossier, now: datetime) -> Mapping[Act, tuple[Role, ...]]:
    """What may be done now, and in which role; some of the people concerned may still not."""
    acts = FOR_ALL if dossier.entry.standing is None else ROLES
    found = {}
    for act in (act for act in acts if act not in ELSEWHERE):
        somebody = ((role, Actor(name="", roles=frozenset([role]))) for role in Role)
        roles = tuple(role for role, by in somebody if not why_not(dossier.case, act, by, now))
        if roles:
            found[act] = roles
    return found


def standing_text(entry: Entry, now: datetime) -> Iterator[str]:
    """Where an entry stands before the curators, in a sentence or two; nothing when it does not."""
    found = entry.standing
    if found is None:
        return
    until = f", jusqu’au {found.ends:%Y-%m-%d}" if found.ends else ""
    before = ", avant Balise" if found.is_imported else ""
    decided = f" ; décision du {found.decided:%Y-%m-%d}{before}{until}" if found.decided else ""
    yield f"Qualification : {found.state.label}{decided} ; vue du public : {found.face_at(now).label}"
    if found.reason:
        yield f"Motif de son départ : {found.reason}"
    yield f"Tout le dossier : balise qualify {entry.slug}"


def counted(counts: Mapping[State, int]) -> str:
    """« 3 à instruire, 1 qualifiée », in the order of the work."""
    return ", ".join(f"{counts[each]} {each.label}" for each in State if each in counts)


def journal_line(line: Line) -> str:
    """A line of the journal, in one line."""
    event = line.event
    roles = f" ({journalwords.roles(event)})" if event.roles else ""
    before, after = journalwords.state(line.before), journalwords.state(line.after)
    moved = f" : {before} → {after}" if before != after else ""
    details = (f" ; {each.label} : {each.text}" for each in journalwords.told(event))
    return (
        f"{line.id} – {event.at:%Y-%m-%d %H:%M} – {event.by}{roles} – {event.act.label}{moved}"
        f"{''.join(details)}"
    )


def queued(row: Queued, now: datetime) -> Iterator[str]:
    """An entry of the queue, in two lines."""
    standing = row.standing
    said = [standing.state.label, f"depuis {several((now - row.since).days, 'jour')}"]
    if standing.face_at(now) is not standing.face:
        said.append("échéance passée")
    elif standing.ends:
        said.append(f"jusqu’au {standing.ends:%Y-%m-%d}")
    if standing.asked:
        said.append(f"attend une seconde personne ({Act(standing.asked).label})")
    said.append(f"confiée à {standing.assignee}" if standing.assignee else "à personne")
    yield row.title or "(sans titre)"
    yield f"  {row.slug} – {row.source_title or row.source}"
    yield f"  {', '.join(said)}"


def spread_text(spread: Spread) -> str:
    """« pour la moitié 2 jours, pour neuf sur dix 9 jours au plus (12 fois) »."""
    half, most = _lasting(spread.half), _lasting(spread.most)
    return f"pour la moitié {half}, pour neuf sur dix {most} au plus ({spread.number} fois)"


def _lasting(time: timedelta) -> str:
    return several(time.days, "jour") if time.days else "moins d’un jour"
