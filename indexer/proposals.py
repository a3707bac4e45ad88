"""What the automatic checks propose to whoever examines an entry: a verdict, why, on what. Pure.

A proposal decides nothing, and never takes the place of a person's opinion. What is not said proposes
nothing; what is said and only a person can judge is « non évalué », with what there is to see. What
asks for the network is in qualitychecks.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from metadata import Finding, RawRecord, Reading, Record, Severity, words
from metadata.case import Opinion, Verdict
from metadata.checks import check, is_for_gar
from metadata.criteria import Criteria
from metadata.licences import licence_of
from metadata.programmes import misplaced
from metadata.strangers.weblink import first_web, is_web
from metadata.taxa import french
from metadata.vocabulary import CONCEPT

from . import linkcheck
from .entry import SAID_DEAD, Link
from .taught import taught_in

#: Faults of the GAR's controls that a reason tells; `balise validate --profile gar` tells all.
MOST = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What was seen outside of the notice."""

    answers: Mapping[str, linkcheck.Verdict] = field(default_factory=dict)  # by address asked
    link: Link | None = None  # what the rounds of checks know of its address


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """All that a check may look at."""

    raw: RawRecord
    reading: Reading
    facts: Facts
    gar: tuple[Finding, ...] | None  # of the GAR's controls; None: not a resource of the GAR

    @property
    def record(self) -> Record:
        return self.reading.record


def proposals(
    raw: RawRecord, reading: Reading, facts: Facts, known: Criteria
) -> Mapping[str, Opinion]:
    """What can be proposed of an entry, by criterion, in their order."""
    seen = Seen(raw=raw, reading=reading, facts=facts, gar=_controls(raw, reading))
    found = {
        criterion.key: CHECKS[criterion.key](seen)
        for criterion in known.criteria
        if criterion.key in CHECKS
    }
    return {key: opinion for key, opinion in found.items() if opinion}


def addresses(record: Record) -> tuple[str, ...]:
    """The addresses whose answers the checks want: the resource's, and its declaration's."""
    wanted = (_address(record), _declaration(record))
    return tuple(dict.fromkeys(filter(is_web, wanted)))


def _address(record: Record) -> str:
    return first_web(record.technical.locations)


def _declaration(record: Record) -> str:
    return record.balise.accessibility_statement.strip()


def _opinion(verdict: Verdict, *reasons: str, on: Iterable[str] = ()) -> Opinion:
    return Opinion(verdict=verdict, reason=" ".join(filter(None, reasons)), references=tuple(on))


# Programmes


def _programmes(seen: Seen) -> Opinion | None:
    """Plausible is not taught: that the pairs can be right proposes nothing."""
    said = taught_in(seen.record)
    wrong = misplaced(said.disciplines, said.levels)
    if not wrong:
        return None
    told = (
        f"«\u00a0{_labels('discipline', [each.discipline])}\u00a0» est au programme de\u00a0:"
        f" {_labels('level', each.taught)}\u202f; la notice dit\u00a0: {_labels('level', each.said)}."
        for each in wrong
    )
    return _opinion(Verdict.RESERVED, "À vérifier.", *told)


def _labels(kind: str, keys: Iterable[str]) -> str:
    found = (words.word(kind, key) for key in keys)
    return ", ".join(word.label for word in found if word)


# The GAR


def _controls(raw: RawRecord, reading: Reading) -> tuple[Finding, ...] | None:
    """What the GAR's controls find in a notice that is meant for it."""
    if raw.format != "lomfr" or not is_for_gar(reading.record):
        return None
    found = check(reading, "gar", raw.payload)
    return tuple(finding for finding in found if finding.rule.startswith("gar-"))


def _gar_access(seen: Seen) -> Opinion | None:
    if seen.gar is None:
        return None
    notice = [hashlib.sha256(seen.raw.payload).hexdigest()]
    errors = _of(seen.gar, Severity.ERROR)
    warnings = _of(seen.gar, Severity.WARNING)
    if faults := errors or warnings:
        verdict = Verdict.UNFAVORABLE if errors else Verdict.RESERVED
        more = len(faults) - MOST
        rest = f"Et {more} autres." if more > 1 else "Et un autre." if more == 1 else ""
        return _opinion(verdict, *map(_told, faults[:MOST]), rest, on=notice)
    left = sorted({_number(finding) for finding in _of(seen.gar, Severity.INFO)})
    unknown = f"Lui seul peut finir les contrôles {', '.join(map(str, left))}." if left else ""
    return _opinion(Verdict.FAVORABLE, "La notice passe les contrôles du GAR.", unknown, on=notice)


def _of(findings: Iterable[Finding], severity: Severity) -> Sequence[Finding]:
    return [finding for finding in findings if finding.severity is severity]


def _told(finding: Finding) -> str:
    number, line = _number(finding), f", ligne {finding.line}" if finding.line else ""
    control = f"Contrôle {number}" if number else finding.element.capitalize()
    return f"{control}{line}\u00a0: {finding.message}"


def _number(finding: Finding) -> int:
    """Of a control; 0 for what the GAR asks beside them (6.2 and 6.3)."""
    number = finding.rule.removeprefix("gar-")
    return int(number) if number.isdecimal() else 0


# Addresses


def _availability(seen: Seen) -> Opinion | None:
    address = _address(seen.record)
    link = seen.facts.link
    if link and link.address != address:
        link = None
    answer = seen.facts.answers.get(address)
    if answer is None and link:
        answer = linkcheck.Verdict(dead=link.dead_since is not None, fault=link.fault)
    if answer and answer.dead and link and link.dead_since and link.is_dead_for(SAID_DEAD):
        since = f"{link.dead_since:%d/%m/%Y}"
        reason = f"L’adresse de la ressource ne s’ouvre plus depuis le {since}\u00a0: {link.fault}."
        return _opinion(Verdict.UNFAVORABLE, reason, on=[address])
    return _opened(answer, "L’adresse de la ressource", address)


def _statement(seen: Seen) -> Opinion | None:
    address = _declaration(seen.record)
    if not address:
        if seen.record.balise.rgaa in ("totale", "partielle"):
            reason = "La notice annonce une conformité sans donner l’adresse de sa déclaration."
            return _opinion(Verdict.NOT_ASSESSED, reason)
        return None
    if not is_web(address):
        reason = f"«\u00a0{address[:80]}\u00a0» n’est pas l’adresse d’une page."
        return _opinion(Verdict.RESERVED, reason)
    return _opened(seen.facts.answers.get(address), "La déclaration d’accessibilité", address)


def _opened(answer: linkcheck.Verdict | None, what: str, address: str) -> Opinion | None:
    """One visit: what a site that says it is broken deserves is a reserve; silence may be ours."""
    if answer is None:
        return None
    if not answer.fault:
        return _opinion(Verdict.FAVORABLE, f"{what} s’ouvre.", on=[address])
    verdict = Verdict.RESERVED if answer.dead and answer.heard else Verdict.NOT_ASSESSED
    reason = f"{what} ne s’est pas ouverte\u00a0: {answer.fault.rstrip('.')}."
    ask = "" if verdict is Verdict.RESERVED else "Ouvrez-la vous-même."
    return _opinion(verdict, reason, ask, on=[address])


# What the notice declares


def _rgaa(seen: Seen) -> Opinion | None:
    said = words.word("rgaa", seen.record.balise.rgaa)
    if said is None:
        return None
    verdict = CONFORMITY.get(said.key, Verdict.NOT_ASSESSED)
    statement = filter(is_web, [_declaration(seen.record)])
    return _opinion(verdict, f"La notice annonce\u00a0: {said.label}.", on=statement)


CONFORMITY = {
    "totale": Verdict.FAVORABLE,
    "partielle": Verdict.RESERVED,
    "non-conforme": Verdict.UNFAVORABLE,
}


def _personal_data(seen: Seen) -> Opinion | None:
    said = _levels_of_data(seen.record)
    if not said:
        return None
    reason = f"La notice annonce\u00a0: {_labels('personal-data', said)}."
    faults = [finding for finding in seen.gar or () if finding.rule == "gar-13"]
    if errors := _of(faults, Severity.ERROR):
        return _opinion(Verdict.UNFAVORABLE, reason, *map(_told, errors))
    if warnings := _of(faults, Severity.WARNING):
        return _opinion(Verdict.RESERVED, reason, *map(_told, warnings))
    if seen.record.balise.pupil_account and "aucune" in said:
        account = "Elle dit aussi qu’un compte élève est demandé, qui est une donnée personnelle."
        return _opinion(Verdict.RESERVED, reason, account)
    if "forte" in said:
        needed = "Vérifiez que chacune est nécessaire."
        return _opinion(Verdict.RESERVED, reason, needed)
    return _opinion(Verdict.FAVORABLE, reason)


def _levels_of_data(record: Record) -> tuple[str, ...]:
    """The levels that a notice says, as keys of words: Balise's own, else those of its doors."""
    said = [record.balise.personal_data] if record.balise.personal_data else []
    doors = (door.personal_data for door in record.technical.extended_locations)
    keys = [key for term in doors if term for key in words.keys_of("personal-data", term.uri)]
    return tuple(word.key for word in words.every("personal-data") if word.key in (said or keys))


def _ai(seen: Seen) -> Opinion | None:
    """What it declares, and no more: whether its use is within the framework needs a person."""
    if seen.record.balise.ai is None:
        return None
    if seen.record.balise.ai:
        reason = "La notice déclare un usage de l’intelligence artificielle\u00a0: à examiner."
        return _opinion(Verdict.NOT_ASSESSED, reason)
    reason = "La notice déclare ne pas faire appel à l’intelligence artificielle."
    return _opinion(Verdict.NOT_APPLICABLE, reason)


def _rights(seen: Seen) -> Opinion | None:
    """Conditions that are said do not tell whether their author may set them."""
    said = _rights_text(seen.record)
    restrictions = seen.record.rights.restrictions
    parts = (
        RESTRICTIONS.get(restrictions.uri, "") if restrictions else "",
        f"«\u00a0{_cut(said)}\u00a0»" if said else "",
    )
    if not any(parts):
        return None
    conditions = "\u202f; ".join(filter(None, parts))
    return _opinion(
        Verdict.NOT_ASSESSED,
        f"La notice dit les conditions d’usage\u00a0: {conditions}.",
        "Les droits sur les contenus restent à examiner.",
    )


#: What 6.2 says, as a list of conditions would.
RESTRICTIONS = {
    CONCEPT + "yes_2": "usage soumis à des conditions",
    CONCEPT + "no_2": "usage sans restriction",
}


def _rights_text(record: Record) -> str:
    return " ".join(filter(None, map(french, record.rights.descriptions)))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:199] + "…"


def _licence(seen: Seen) -> Opinion | None:
    licence = licence_of(seen.record)
    if licence is None:
        said = _rights_text(seen.record)
        reason = f"Aucune licence connue n’est nommée dans «\u00a0{_cut(said)}\u00a0»."
        return _opinion(Verdict.NOT_ASSESSED, reason) if said else None
    verdict = Verdict.FAVORABLE if licence.reuse else Verdict.RESERVED
    reason = f"La notice nomme la licence «\u00a0{licence.label}\u00a0»."
    return _opinion(verdict, reason, licence.allows, on=filter(None, [licence.url]))


#: What is checked of each criterion; of the others nothing can be said without a person.
CHECKS: Mapping[str, Callable[[Seen], Opinion | None]] = {
    "programmes": _programmes,
    "acces-gar": _gar_access,
    "disponibilite": _availability,
    "niveau-donnees": _personal_data,
    "rgaa": _rgaa,
    "declaration": _statement,
    "ia": _ai,
    "droits": _rights,
    "licence": _licence,
}
