"""What the bot did, or would do, told to a person at a terminal, in French. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from .actions import Action, AddBadge, Close, Propose, Review, Tidy, Update
from .bot import BotReport, Outcome
from .conduct import BRANCH
from .escape import one_line
from .offer import Offer


def told(report: BotReport) -> Iterator[str]:
    """The lines of a report, project by project, and its sums."""
    path = ""
    for outcome in report.outcomes:
        if outcome.path != path:
            path = outcome.path
            yield path
        yield from _outcome(outcome, report.dry_run)
    if not report.outcomes and len(report.silent) == 1:
        [(path, why)] = report.silent.items()
        yield f"{path}\n  rien à proposer\u00a0: {why}"
    if report.stopped:
        yield f"Arrêt avant la fin\u00a0: {report.stopped} Relancez plus tard\u00a0: rien n’est perdu."
    yield _sums(report)


def describe(action: Action) -> str:
    """An action, in a few words."""
    match action:
        case Propose():
            return f"proposer «\u00a0{action.title}\u00a0»"
        case Update():
            return f"mettre à jour la demande !{action.merge_request.iid}"
        case Close():
            word = "avec un mot" if action.word else "sans rien ajouter"
            return f"fermer la demande !{action.merge_request.iid}, {word}"
        case Tidy():
            return f"supprimer la branche {BRANCH}"
        case Review():
            return f"relire la demande !{action.merge_request.iid}"
        case AddBadge():
            return "ajouter le badge du catalogue"


def _outcome(outcome: Outcome, dry_run: bool) -> Iterator[str]:
    action = outcome.action
    if action is None:
        yield f"  laissé\u00a0: {outcome.trouble}"
        return
    state = "à faire" if dry_run else "fait"
    if outcome.waiting:
        state = "pas maintenant"
    if outcome.trouble:
        state = "pas fait"
    yield f"  {state}\u00a0: {describe(action)}"
    yield f"    parce que\u00a0: {one_line(action.why, 300)}"
    if hindrance := outcome.waiting or outcome.trouble:
        yield f"    mais\u00a0: {one_line(hindrance, 300)}"
    if isinstance(action, Propose | Update):
        yield from _offered(action.offer)


def _offered(offer: Offer) -> Iterator[str]:
    for value in offer.values:
        shown = next((each for each in value.evidence), None)
        line = f", ligne\u00a0{shown.line}" if shown and shown.line else ""
        source = f" ({one_line(shown.path)}{line})" if shown else ""
        yield f"    {value.key}\u00a0: {one_line(', '.join(value.texts))}{source}"
    for fix in offer.fixes:
        yield f"    ligne\u00a0{fix.line}\u00a0: {one_line(fix.finding.message, 300)}"


def _sums(report: BotReport) -> str:
    waiting = sum(bool(each.waiting) for each in report.outcomes)
    trouble = sum(bool(each.trouble) for each in report.outcomes)
    done = len(report.outcomes) - waiting - trouble
    said = [f"{done}\u00a0{'à faire' if report.dry_run else 'fait'}" if done else "rien à faire"]
    said += [f"{waiting}\u00a0en attente"] if waiting else []
    said += [f"{trouble}\u00a0pas fait"] if trouble else []
    said += [f"{report.unread}\u00a0projets laissés pour plus tard"] if report.unread else []
    requests = "requête" if report.requests < 2 else "requêtes"
    return f"Robot\u00a0: {', '.join(said)}\u202f; {report.requests}\u00a0{requests} à la forge."
