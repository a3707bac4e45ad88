"""What the bot does about one project, and why. Pure: nothing is asked or done here.

Doing it all and looking again gives nothing more to do (tests/test_bot_histories.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from metadata.errors import ParseError
from metadata.listing import NOTICE

from .actions import Action, AddBadge, Close, Propose, Review, Tidy, Update
from .conduct import (
    BRANCH,
    PATIENCE,
    BotSettings,
    asked,
    head_of,
    is_left_to_us,
    opted_out,
    quiet_until,
    said_by,
    unfit,
)
from .forge import MergeRequest
from .marker import marks
from .offer import Offer, digest, offer_of
from .report import badge_of, body_of, template, title_of
from .review import review_of
from .situation import Situation

COMMIT = re.compile(r"\b[0-9a-f]{40,64}\b")


def decide(situation: Situation, settings: BotSettings, now: datetime) -> tuple[Action, ...]:
    """Choose what to do about a project, in the order in which to do it."""
    snapshot, mine = situation.snapshot, situation.open
    if unfit(snapshot, situation.me, settings):
        return ()
    if why := opted_out(snapshot, situation.own):
        if mine is None:
            return ()
        return (
            Close(project=snapshot.project, merge_request=mine, end="refused", word="", why=why),
        )
    about = _keep(situation, mine, settings, now) if mine else _begin(situation, settings, now)
    try:
        chosen = tuple(about)
    except ParseError:
        chosen = ()  # its commun.yml is for its maintainers to mend
    moving = mine.iid if mine and chosen else None  # to be reviewed once it is settled
    return (
        *_tidy(situation),
        *chosen,
        *(each for each in _reviews(situation, settings) if each.merge_request.iid != moving),
        *_badge(situation, settings),
    )


def why_silent(situation: Situation, settings: BotSettings, now: datetime) -> str:
    """Why the bot proposes nothing to a project, in French."""
    snapshot, own = situation.snapshot, situation.own
    until = quiet_until(own)
    if why := unfit(snapshot, situation.me, settings) or opted_out(snapshot, own):
        return why
    if situation.open:
        return "notre demande y est ouverte"
    if until and until > now:
        return f"une demande y a été fermée\u00a0: rien avant le {until:%d/%m/%Y}"
    if asked(own) is None:
        return "une demande y a été fermée après que son texte a été récrit"
    if any(each.merge_request.source_branch != BRANCH for each in situation.touching):
        return "quelqu’un d’autre y propose déjà un commun.yml"
    if snapshot.file(*NOTICE):
        return "son commun.yml dit déjà tout ce que nous saurions en dire"
    return "rien n’y montre qu’il sert à l’éducation, ou tout lui a déjà été proposé"


def _begin(situation: Situation, settings: BotSettings, now: datetime) -> Iterator[Propose]:
    """No merge request of ours is open."""
    until, known = quiet_until(situation.own), asked(situation.own)
    if situation.touching or known is None or (until and until > now):
        return
    offer = offer_of(situation.snapshot, known)
    if offer:
        yield Propose(
            project=situation.snapshot.project,
            offer=offer,
            title=title_of(offer),
            body=body_of(offer, situation.snapshot, settings),
            why=_why(offer),
        )


def _why(offer: Offer) -> str:
    if offer.instead is None:
        shown = offer.education[0]
        return f"il n’a pas de commun.yml, et parle d’éducation ({shown.path}\u00a0: «\u00a0{shown.excerpt}\u00a0»)"
    if offer.fixes and not offer.values:
        return f"son {offer.path} contient des valeurs périmées"
    keys = ", ".join(each.key for each in offer.values)
    return f"son {offer.path} ne dit pas encore ce que le projet dit ailleurs ({keys})"


def _tidy(situation: Situation) -> Iterator[Tidy]:
    """Our branch serves no more once its merge request is over, unless somebody else proposes it."""
    proposed = any(each.merge_request.source_branch == BRANCH for each in situation.touching)
    if situation.branch is None or situation.open or proposed:
        return
    last = situation.own[0]
    if is_left_to_us(situation.branch, last, situation.me):
        yield Tidy(
            project=situation.snapshot.project,
            merge_request=last,
            commit=situation.branch.commit,
            why=f"la demande !{last.iid} est close",
        )


def _keep(
    situation: Situation, mine: MergeRequest, settings: BotSettings, now: datetime
) -> Iterator[Action]:
    """Our merge request is open: is it still right, still needed, still waited for?"""
    snapshot, facts = situation.snapshot, marks("commun", mine.description)
    if facts is None or not _is_ours(situation, mine):
        return
    try:
        offer = offer_of(snapshot, asked(situation.own) or ())
        is_needless = offer is None and snapshot.file(*NOTICE) is not None
    except ParseError:  # its commun.yml is for its maintainers to mend
        offer, is_needless = None, False
    if is_needless:
        yield _close(situation, mine, "done", "le commun.yml du projet dit déjà tout cela")
    elif max(_signs(situation, mine), default=now) + PATIENCE <= now:
        yield _close(situation, mine, "silence", "personne n’y a répondu en 90\u00a0jours")
    elif offer:
        yield from _update(situation, mine, offer, settings)


def _is_ours(situation: Situation, mine: MergeRequest) -> bool:
    """Has nobody else written on its branch?"""
    if mine.sha == head_of(mine):
        return True
    return is_left_to_us(situation.branch, mine, situation.me)


def _signs(situation: Situation, mine: MergeRequest) -> Iterator[datetime]:
    """When it was opened, and when people showed interest in it."""
    notes = next(
        (each.notes for each in situation.touching if each.merge_request.iid == mine.iid), ()
    )
    dates = [each.created for each in notes if each.author != situation.me.id]
    dates += [mine.created, mine.updated if mine.labels else None]
    yield from filter(None, dates)


def _close(situation: Situation, mine: MergeRequest, end: str, why: str) -> Close:
    return Close(
        project=situation.snapshot.project,
        merge_request=mine,
        end=end,
        word=template(end).substitute(),
        why=why,
    )


def _update(
    situation: Situation, mine: MergeRequest, offer: Offer, settings: BotSettings
) -> Iterator[Update]:
    facts = marks("commun", mine.description) or {}
    title, body = title_of(offer), body_of(offer, situation.snapshot, settings)
    head = situation.branch.commit if situation.branch else mine.sha
    if (facts.get("hash"), facts.get("head")) != (digest_of(offer, title, body), head):
        yield Update(
            project=situation.snapshot.project,
            merge_request=mine,
            offer=offer,
            title=title,
            body=body,
            why="ce que dit le projet a changé",
        )


def digest_of(offer: Offer, title: str, body: str) -> str:
    """What stands for a whole proposal: its file and its words, but not the commit they link to."""
    return digest(offer.payload.hex(), title, COMMIT.sub("", body))


def _reviews(situation: Situation, settings: BotSettings) -> Iterator[Review]:
    for seen in situation.touching:
        review = review_of(situation.snapshot.project, seen, situation.slug, settings)
        if review:
            yield review


def _badge(situation: Situation, settings: BotSettings) -> Iterator[AddBadge]:
    if not situation.slug or not settings.catalogue or not said_by(situation.snapshot).badge:
        return
    link, image = badge_of(situation.slug, settings)
    if not any(link == each.link for each in situation.badges):
        yield AddBadge(
            project=situation.snapshot.project,
            name="Balise",
            link=link,
            image=image,
            why="son commun.yml dit «\u00a0badge: oui\u00a0»",
        )
