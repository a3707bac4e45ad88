"""The criteria as the fields of a form: what each holds, what is sent back, and what is wrong with it.

Two people may examine one entry: what was sent is compared with what the case held when the form was
made, and with what it holds now. No request, no HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from metadata.case import Act, Action, Actor, Case, Opinion, Verdict
from metadata.criteria import Criteria, Criterion, criteria
from metadata.qualification import Refused, decide

#: What the names of the fields of a criterion begin with.
VERDICT, REASON, PROOFS = "verdict-", "motif-", "pieces-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the fields of one criterion hold."""

    verdict: str = ""  # "" when none is chosen
    reason: str = ""
    references: tuple[str, ...] = ()

    @property
    def opinion(self) -> Opinion:
        """What it says as an opinion: words without a verdict assess nothing yet."""
        verdict = Verdict(self.verdict or Verdict.NOT_ASSESSED)
        return Opinion(verdict=verdict, reason=self.reason, references=self.references)


NOTHING = Said()

#: The fields of all criteria, by the key of the criterion; and what is wrong with them.
Form = Mapping[str, Said]
Faults = Mapping[str, tuple[str, ...]]

NO_FAULTS: Faults = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A criterion in the page."""

    criterion: Criterion
    said: Said  # what its fields hold
    kept: Opinion | None  # what the case holds
    suggested: Opinion | None  # by the automatic checks
    theirs: bool = False  # was it saved by somebody while this form was being filled in
    faults: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.criterion.key

    @property
    def anchor(self) -> str:
        return f"c-{self.key}"

    @property
    def is_missing(self) -> bool:
        """Has it to be assessed before anybody proposes that the entry be qualified?"""
        verdict = self.kept.verdict if self.kept else Verdict.NOT_ASSESSED
        return self.criterion.required and verdict is Verdict.NOT_ASSESSED

    @property
    def is_suggestion_taken(self) -> bool:
        return self.suggested is not None and said_of(self.suggested) == self.said


def said_of(opinion: Opinion | None) -> Said:
    """An opinion, as the fields of its criterion hold it."""
    if opinion is None:
        return NOTHING
    return Said(verdict=str(opinion.verdict), reason=opinion.reason, references=opinion.references)


def held(opinions: Mapping[str, Opinion]) -> dict[str, Said]:
    return {key: said_of(opinion) for key, opinion in opinions.items()}


def sent(form: Mapping[str, str], version: str) -> dict[str, Said]:
    """What was sent about each criterion of this version."""
    return {each.key: _sent(form, each.key) for each in criteria(version).criteria}


def _sent(form: Mapping[str, str], key: str) -> Said:
    verdict = form.get(VERDICT + key, "")
    lines = (line.strip() for line in form.get(PROOFS + key, "").splitlines())
    return Said(
        verdict=verdict if verdict in list(Verdict) else "",
        reason=form.get(REASON + key, "").replace("\r\n", "\n").strip(),
        references=tuple(dict.fromkeys(filter(None, lines))),
    )


def changed(form: Form, opinions: Mapping[str, Opinion]) -> dict[str, Said]:
    """What the form says that these opinions do not."""
    return {key: said for key, said in form.items() if said != said_of(opinions.get(key))}


def faults(
    given: Form, case: Case, by: Actor, now: datetime, content: str
) -> dict[str, tuple[str, ...]]:
    """What is wrong with what somebody says of each criterion; the rules have the last word."""
    found = {key: tuple(_faults(key, said, case, by, now, content)) for key, said in given.items()}
    return {key: sentences for key, sentences in found.items() if sentences}


def _faults(
    key: str, said: Said, case: Case, by: Actor, now: datetime, content: str
) -> Iterator[str]:
    criterion = criteria(case.criteria).criterion(key)
    label = f"« {criterion.label if criterion else key} »"
    if not said.verdict:
        yield f"{label} : choisissez un verdict, un motif et des pièces n’en sont pas un."
        return
    try:
        decide(case, Action(act=Act.ASSESS, opinions={key: said.opinion}), by, now, content)
    except Refused as refused:
        yield str(refused)


def merged(form: Form, before: Case, after: Case) -> dict[str, Said]:
    """The form with what others said meanwhile of the criteria that it left as they were."""
    mine = changed(form, before.opinions)
    return {key: mine.get(key, said_of(after.opinions.get(key))) for key in form}


def fields(
    known: Criteria,
    form: Form,
    case: Case,
    *,
    faults: Faults = NO_FAULTS,
    theirs: Iterable[str] = (),
) -> list[tuple[str, list[Field]]]:
    """The criteria with what their fields hold, by family, in order."""
    theirs = frozenset(theirs)
    all_of_them = [
        Field(
            criterion=each,
            said=form.get(each.key, NOTHING),
            kept=case.opinions.get(each.key),
            suggested=case.suggested.get(each.key),
            theirs=each.key in theirs,
            faults=faults.get(each.key, ()),
        )
        for each in known.criteria
    ]
    families = groupby(all_of_them, key=lambda field: field.criterion.family)
    return [(family, [*group]) for family, group in families]
