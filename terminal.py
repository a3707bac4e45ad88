"""What the commands print: progress, reports, results and findings, for people and for machines."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import findings
from catalogue_site import presentation
from forge_bridge.crawl import Tally
from indexer import facets
from indexer.entry import Duplicates, Entry, Outcome, Reject, SourceStatus, State
from indexer.search import Query, Results, Understood
from metadata import listing
from metadata.project import Known

if TYPE_CHECKING:  # the harvest needs the database
    from indexer.harvest import HarvestReport
    from indexer.links import DeadLink
    from indexer.pairs import Pair

NBSP = "\u00a0"


def several(number: int, one: str, more: str = "") -> str:
    """« 0 notice », « 1 notice », « 2 notices »."""
    return f"{number} {(more or f'{one}s') if number > 1 else one}"


#: How a file fails to be written, and what to do.
FORBIDDEN = (
    "l’utilisateur qui lance Balise n’a pas le droit d’écrire là. Donnez-le-lui, ou choisissez un"
    " autre dossier."
)
OS_FAULTS = {
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EROFS: FORBIDDEN,
    errno.ENOSPC: "le disque est plein. Libérez de la place, puis relancez la même commande.",
}


def os_fault(error: OSError) -> str:
    """What the system refused, and what to do."""
    place = f"« {error.filename} » : " if error.filename else ""
    other = f"{error.strerror or error}. Vérifiez le chemin et le disque."
    return place + OS_FAULTS.get(error.errno or 0, other)


class Progress:
    """Where a long command is: one line kept up to date on a terminal, a line now and then elsewhere."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.live = sys.stderr.isatty()
        self.pause = 0.1 if self.live else 10.0  # often enough for the eye, and for a log
        self.shown = -self.pause

    def show(self, text: str) -> None:
        if time.monotonic() - self.shown < self.pause:
            return
        self.shown = time.monotonic()
        before, after = ("\r\033[K", "") if self.live else ("", "\n")
        print(f"{before}{self.name} : {text}", end=after, file=sys.stderr, flush=True)

    def done(self) -> None:
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


OUTCOMES = {
    Outcome.NEW: ("nouvelle", "nouvelles"),
    Outcome.MODIFIED: ("modifiée", "modifiées"),
    Outcome.UNMODIFIED: ("inchangée", "inchangées"),
    Outcome.RETURNED: ("revenue", "revenues"),
    Outcome.DELETED: ("supprimée", "supprimées"),
    Outcome.REJECTED: ("refusée", "refusées"),
}


def counts(report: HarvestReport) -> str:
    """« 12 nouvelles, 1 refusée »."""
    said = (
        f"{report.counts[outcome]} {words[report.counts[outcome] > 1]}"
        for outcome, words in OUTCOMES.items()
        if report.counts.get(outcome)
    )
    return ", ".join(said) or ("aucune notice" if report.full else "rien de nouveau")


def harvest_report(report: HarvestReport) -> Iterator[str]:
    kind = "moisson complète" if report.full else "depuis la dernière moisson"
    resumed = ", reprise là où elle s’était arrêtée" if report.resumed else ""
    yield f"{report.source} ({kind}{resumed}) : {counts(report)}"
    for reject in report.rejected:
        yield f"  refusée : {reject.identifier} – {reject.error}"
    if report.missing:
        yield f"  absentes de la source, encore publiées : {report.missing}"
    if report.advice:
        yield f"  en attente : {report.advice}"
    if report.error:
        yield f"  interrompue : {report.error} Ce qui a été lu est gardé ; rien n’a été retiré."


def crawl_progress(tally: Tally) -> str:
    """« 300 projets, 12 lus »."""
    return f"{several(tally.seen, 'projet')}, {several(tally.read, 'lu')}"


def crawl_report(
    report: HarvestReport, tally: Tally, requests: int, seconds: float
) -> Iterator[str]:
    """What a crawl found; the requests it sent, and its own time on the processor."""
    yield from harvest_report(report)
    yield (
        f"  {several(tally.seen, 'projet montré', 'projets montrés')},"
        f" {several(tally.read, 'lu')}, {several(tally.files, 'fichier demandé', 'fichiers demandés')}"
    )
    for reason, count in tally.reasons.items():
        yield f"    {count} : {listing.WORDS[reason][0]}"
    if tally.troubled:
        yield f"  {several(tally.troubled, 'projet illisible', 'projets illisibles')} cette fois"
    for group in tally.lost:
        yield f"  groupe introuvable sur la forge : « {group} ». Corrigez « groups » dans la configuration."
    each = f", {1000 * seconds / tally.seen:.1f} ms de calcul par projet" if tally.seen else ""
    yield f"  {several(requests, 'requête')}{each}"


def results_text(query: Query, results: Results, entries: Mapping[str, Entry]) -> Iterator[str]:
    for note in results.understood:
        yield f"(« {note.words} » compris comme {_filter(note)} ; sinon : --literal)"
    for note in results.ignored:
        yield f"(rien sous {_filter(note)} : « {note.words} » est cherché tel quel)"
    if results.corrected:
        yield f"(rien pour ces mots : voici « {results.suggestion} » ; sinon : --literal)"
    if results.relaxed:
        yield f"(mots mis de côté, faute de résultat : {', '.join(results.relaxed)})"
    if results.near:
        yield f"(ne disent pas tout, mais s’en approchent : {results.near}, à la fin)"
    found = several(results.total, "ressource") if results.total else "Aucune ressource"
    yield f"{found} pour « {query.text} »" if query.text.strip() else found
    for number, hit in enumerate(results.hits, start=1):
        if hit.slug in entries:
            item = presentation.item_of(entries[hit.slug])
            said = " · ".join(
                ", ".join(words) for words in (item.disciplines, item.levels) if words
            )
            parts = f" (et {several(len(hit.members), 'partie')})" if hit.members else ""
            yield f"{number:3}. {item.title.value}{parts}{f' – {said}' if said else ''}"
            yield f"     {hit.slug}"
    if results.suggestion and not results.corrected:
        yield f"Vouliez-vous dire « {results.suggestion} » ?"


def _filter(note: Understood) -> str:
    return f"{facets.FACETS[note.facet].label} : {facets.label_of(note.facet, note.value)}"


def results_document(results: Results, entries: Mapping[str, Entry]) -> dict[str, object]:
    """The answer for a machine: see docs/cli.md."""
    found = []
    for hit in results.hits:
        if hit.slug in entries:
            entry = entries[hit.slug]
            found.append(
                {
                    "slug": hit.slug,
                    "title": entry.title,
                    "score": round(hit.score, 4),
                    "source": entry.source,
                    "identifier": entry.identifier,
                    "members": [*hit.members],
                    "facets": {key: [*values] for key, values in facets.values_of(entry).items()},
                }
            )
    return {
        "total": results.total,
        "results": found,
        "facets": {key: dict(values) for key, values in results.facets.items()},
        "understood": [_recognised(note) for note in results.understood],
        "ignored": [_recognised(note) for note in results.ignored],
        "near": results.near,
        "relaxed": [*results.relaxed],
        "suggestion": results.suggestion,
        "corrected": results.corrected,
    }


def _recognised(note: Understood) -> dict[str, str]:
    return {"words": note.words, "facet": note.facet, "value": note.value}


STATES = {
    State.PUBLISHED: "publiée",
    State.WITHHELD: "en attente de qualification",
    State.GONE: "partie de sa source",
    State.TAKEN_DOWN: "retirée du catalogue",
}
PLURALS = {
    State.PUBLISHED: "publiées",
    State.WITHHELD: "en attente de qualification",
    State.GONE: "parties de leur source",
    State.TAKEN_DOWN: "retirées du catalogue",
}


def entry_text(entry: Entry) -> Iterator[str]:
    yield entry.title or "(sans titre)"
    yield f"{entry.slug} – {STATES[entry.state]}"
    for text in presentation.descriptions(entry.record):
        yield ""
        yield text.value
    yield ""
    opened = presentation.link(entry.record)
    yield f"{'Lien':24}{opened.address if opened else 'non renseigné'}"
    for fact in presentation.brief(entry):
        yield f"{fact.label:24}{', '.join(fact.values) or 'non renseigné'}"
    yield f"{'Source':24}{entry.source_title or entry.source}, « {entry.identifier} »"
    yield f"{'Lue le':24}{entry.last_seen:%Y-%m-%d}, modifiée le {entry.last_changed:%Y-%m-%d}"


def why(entry: Entry, rejects: Iterable[Reject]) -> Iterator[str]:
    """Listed or not, the reason, and what is wrong with the notice."""
    yield f"{entry.slug} – {STATES[entry.state]}"
    if entry.state is State.WITHHELD:
        yield 'Sa source ne publie que ce qui est qualifié (publish = "qualified").'
    if entry.reason:
        yield f"Motif : {entry.reason}"
    yield f"Source : {entry.source_title or entry.source}, « {entry.identifier} », format {entry.format}"
    yield f"Lue le {entry.last_seen:%Y-%m-%d}, modifiée le {entry.last_changed:%Y-%m-%d}"
    for reject in rejects:
        yield (
            f"Depuis le {reject.since:%Y-%m-%d}, ce que la source en donne est refusé, et la version"
            f" d’avant gardée : {reject.error}"
        )
    yield from findings.text((entry.identifier, finding) for finding in entry.findings)


def why_project(
    known: Known, entries: Iterable[Entry], rejects: Iterable[Reject], next: datetime | None
) -> Iterator[str]:
    """Listed or not and why, what was read from which file at which commit, what is wrong."""
    project, reason = known.snapshot.project, listing.Reason(known.reason)
    here = [*entries]
    is_shown = any(entry.state is State.PUBLISHED for entry in here)
    before = "" if reason.is_listed else ", dans sa version d’avant"
    yield f"{project.path} – {f'au catalogue{before}' if is_shown else 'pas au catalogue'}"
    yield " ".join(listing.words_of(known)).rstrip()
    for entry in here:
        said = f" ({entry.reason})" if entry.reason else ""
        yield f"  {entry.slug} – {STATES[entry.state]}{said}"
    for reject in rejects:
        yield f"Depuis le {reject.since:%Y-%m-%d}, sa notice est refusée : {reject.error}"
    for file in known.snapshot.files:
        yield f"Lu : {file.path}, commit {file.commit[:8] or 'inconnu'}, blob {file.blob[:8]}"
    if known.read:
        yield f"Projet lu le {known.read:%Y-%m-%d à %H:%M} (temps universel)"
    if known.trouble:
        yield f"La dernière lecture a échoué, et sera refaite : {known.trouble}"
    if next:
        yield f"Prochain parcours attendu vers {next:%H:%M} (temps universel)"
    notice = known.snapshot.file(*listing.NOTICE)
    if notice:
        yield from findings.text((notice.path, finding) for finding in listing.findings(notice))


def source_text(status: SourceStatus, found: Results, now: datetime) -> Iterator[str]:
    info, run = status.info, status.last_run
    states = ", ".join(
        f"{count} {(PLURALS if count > 1 else STATES)[state]}"
        for state, count in status.states.items()
    )
    refused = f"{status.rejects} refusée{'s' if status.rejects > 1 else ''}"
    yield f"{info.title or info.key} [{info.key}] – {info.kind}, {info.url}"
    yield f"  {states or 'aucune entrée'} ; {refused}"
    if run:
        yield f"  dernière moisson : {_ago(run.started, now)}{'' if run.complete else ', incomplète'}"
        if run.error:
            yield f"  erreur : {run.error}"
    if status.held:
        yield f"  en attente : {status.held.advice(info.key)}"
    if found.total:
        yield coverage(found)


def coverage(found: Results) -> str:
    """The share of what was found that says each facet."""
    said = (
        f"{facet.label} {_share(found.total - found.facets.get(key, {}).get('-', 0), found.total)}"
        for key, facet in facets.FACETS.items()
    )
    return f"  couverture : {', '.join(said)}"


def _ago(then: datetime, now: datetime) -> str:
    days = (now - then).days
    return "aujourd’hui" if days < 1 else f"il y a {days} jour{'s' if days > 1 else ''}"


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)}{NBSP}%"


def dead_link(found: DeadLink) -> Iterator[str]:
    """An entry whose link is dead: since when, and what is answered there."""
    link = found.link
    since = f"depuis le {link.dead_since:%Y-%m-%d}, " if link.dead_since else ""
    yield f"{found.slug} – {since}{link.fault}"
    yield f"  {link.address}"


def duplicates_text(group: Duplicates) -> Iterator[str]:
    shared = presentation.SHARED[group.kind]
    yield f"{shared} : {group.value}" if group.value else shared
    for slug in group.slugs:
        yield f"  {slug}"


def pair_text(pair: Pair) -> Iterator[str]:
    """What was decided of two entries: by whom, when, why."""
    said = "même ressource" if pair.same else "ressources différentes"
    yield f"{said} – {pair.by}, {pair.at:%Y-%m-%d} : {pair.reason}"
    yield f"  {pair.first}"
    yield f"  {pair.second}"
