"""The automatic checks of an entry: see what there is to see, propose, write down what changed.

What is proposed of what was seen is in proposals.py. Addresses are asked as those of linkcheck.py are,
one at a time, and nothing is written before all have answered: interrupted, a check leaves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from metadata import Record, parse
from metadata.case import BALISE, Act, Action, Case
from metadata.criteria import criteria

from .linkcheck import Asks, Verdict, ask
from .proposals import Facts, addresses, proposals
from .store import SqlStore

#: Given to one answer: somebody waits.
SECONDS = 5.0


def check(store: SqlStore, slug: str, asks: Asks, now: datetime) -> Case:
    """Propose what can be of an entry, and write it in its journal unless that is what it says.

    Raise Refused for an entry that no qualification concerns, RecordNotFound, ParseError.
    """
    entry = store.get(slug)
    raw = store.payload(entry.slug)
    reading = parse(raw)
    facts = Facts(answers=answers(reading.record, asks), link=entry.link)
    case = store.qualifications.case(entry.slug)
    found = proposals(raw, reading, facts, criteria(case.criteria))
    said = {key: opinion.said() for key, opinion in found.items()}
    if said == {key: opinion.said() for key, opinion in case.suggested.items()}:
        return case
    action = Action(act=Act.CHECK, opinions=found)
    return store.qualifications.act(entry.slug, action, BALISE, now)


def answers(record: Record, asks: Asks) -> Mapping[str, Verdict]:
    """What comes of asking the addresses that the checks want; a host that refuses to say is left out."""
    found = {address: ask(asks, address, SECONDS) for address in addresses(record)}
    return {address: verdict for address, verdict in found.items() if verdict}
