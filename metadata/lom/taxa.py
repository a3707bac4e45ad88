"""Classifications (LOM 9): what each taxon is in the vocabularies, and for what purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from ..record import Classification, Taxon, TaxonPath, Term
from ..vocabulary import SUBJECTS, Concept, canonical_uri, scolomfr
from .notes import Notes
from .terms import Meaning, is_called, listed, meaning

#: The vocabulary that a source or an id names: "SCOLOMFRv3.0 ; scolomfr-voc-015 ; Enseignement".
NAMED = re.compile(r"voc-?(\d{3})")
#: A term of ScoLOMFR that this release does not have: its label is not looked up instead.
NUMBERED = re.compile(r"voc-?(\d{3})-num-")

#: Purposes of old, whose vocabulary is not published any more: their labels are looked up here.
INSTEAD = {"014": SUBJECTS}


@dataclass(frozen=True, slots=True)
class Known:
    """A concept, and the one to use today."""

    concept: Concept
    current: Concept


@lru_cache(maxsize=16384)
def known(identifier: str) -> Known | None:
    """The concept that an id names by its URI, whole or not."""
    concept = scolomfr().concept(canonical_uri(identifier)) if identifier else None
    return Known(concept, scolomfr().current(concept)) if concept else None


class TaxonReader:
    """Finds what taxa mean, and says what is wrong with them."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def resolved(self, classification: Classification, place: etree._Element) -> Classification:
        paths = classification.taxon_paths
        purpose = classification.purpose or (self._inferred(paths, place) if paths else None)
        expected = vocabulary_for(purpose.uri) if purpose else ""
        unknown: list[str] = []
        # Two paths may turn out to be one, once their terms are known.
        found = (self._path(path, expected, unknown, place) for path in paths)
        paths = tuple(dict.fromkeys(found))
        if unknown and (not purpose or expected == scolomfr().vocabulary_of(purpose.uri)):
            self._say_unknown(unknown, expected, place)
        if expected:
            self._judge_purpose(classification, expected, place)
        if purpose is classification.purpose and paths == classification.taxon_paths:
            return classification
        return replace(classification, purpose=purpose, taxon_paths=paths)

    def _path(
        self, path: TaxonPath, expected: str, unknown: list[str], place: etree._Element
    ) -> TaxonPath:
        where = tuple(filter(None, dict.fromkeys((expected, *vocabularies_named(path)))))
        self._judge_source(path, place)
        taxa = tuple(self._taxon(taxon, where, unknown, place) for taxon in path.taxa)
        return path if taxa == path.taxa else replace(path, taxa=taxa)

    def _taxon(
        self, taxon: Taxon, where: tuple[str, ...], unknown: list[str], place: etree._Element
    ) -> Taxon:
        label = taxon.entry[0].value if taxon.entry else ""
        if found := known(taxon.id):
            self._judge(found, label, place)
            return taxon if taxon.id == found.current.uri else taxon._replace(id=found.current.uri)
        own = NUMBERED.search(taxon.id)
        texts = (taxon.id,) if own else (taxon.id, label)
        for vocabulary in where:
            for text in filter(None, texts):
                meant = meaning(text, vocabulary)
                if meant.everyday:
                    if text != label:  # an id is a code, not a word
                        continue
                    self._say_everyday(text, meant, vocabulary, place)
                if meant.uri:
                    return taxon._replace(id=meant.uri)
                if meant.candidates and text == label:
                    self._say_ambiguous(label, meant.candidates, vocabulary, place)
                    return taxon
        if (where or own) and (not own or scolomfr().members(own[1])):
            unknown.append(label or taxon.id)
        return taxon

    def _judge_purpose(
        self, classification: Classification, expected: str, place: etree._Element
    ) -> None:
        met = [known(taxon.id) for path in classification.taxon_paths for taxon in path.taxa]
        concepts = dict.fromkeys(each.concept for each in met if each)
        strangers = [each for each in concepts if each.vocabulary != expected]
        for vocabulary in dict.fromkeys(concept.vocabulary for concept in strangers):
            labels = [each.label for each in strangers if each.vocabulary == vocabulary]
            several = len(labels) > 1
            self._warn(
                "lom-taxon-deplace",
                f"{'Les termes' if several else 'Le terme'} {_enumerated(labels)}"
                f" {'sont' if several else 'est'} du vocabulaire {vocabulary}, l’objectif annonce"
                f" le {expected}.",
                "Corrigez l’objectif de la classification, ou le terme.",
                place,
            )

    def _judge_source(self, path: TaxonPath, place: etree._Element) -> None:
        named = vocabularies_named(path)
        met = {each.concept.vocabulary for taxon in path.taxa if (each := known(taxon.id))}
        if named and met and met.isdisjoint(named):
            self._notes.note(
                "lom-taxon-source",
                "9.2.1",
                f"La source nomme le vocabulaire {named[0]}, les termes sont du"
                f" {', '.join(sorted(met))}.",
                "Nommez dans l’élément source le vocabulaire des termes.",
                place,
            )

    def _judge(self, found: Known, label: str, place: etree._Element) -> None:
        concept = found.concept
        if found.current != concept:
            self._warn(
                "lom-taxon-deprecie",
                f"Le terme «\u00a0{concept.label}\u00a0» n’est plus en usage\u00a0: lu comme"
                f" «\u00a0{found.current.label}\u00a0».",
                f"Écrivez {found.current.uri}.",
                place,
            )
        elif label and not is_called(concept.uri, label):
            self._warn(
                "lom-taxon-libelle",
                f"Le libellé «\u00a0{label[:80]}\u00a0» contredit l’identifiant, qui désigne"
                f" «\u00a0{concept.label}\u00a0»\u00a0: l’identifiant est suivi.",
                "Corrigez celui des deux qui est faux.",
                place,
            )

    def _say_everyday(
        self, text: str, meant: Meaning, vocabulary: str, place: etree._Element
    ) -> None:
        self._notes.note(
            "lom-mot-courant",
            "9.2",
            f"«\u00a0{text[:80]}\u00a0» n’est pas un libellé du vocabulaire {vocabulary}\u00a0: lu"
            f" comme «\u00a0{meant.label}\u00a0».",
            f"Donnez l’URI du terme dans l’élément id\u00a0: {meant.uri}.",
            place,
        )

    def _say_ambiguous(
        self, label: str, candidates: tuple[str, ...], vocabulary: str, place: etree._Element
    ) -> None:
        self._warn(
            "lom-taxon-ambigu",
            f"«\u00a0{label[:80]}\u00a0» désigne plusieurs termes du vocabulaire"
            f" {vocabulary}\u00a0: {listed(candidates)}.",
            "Donnez l’URI du terme voulu dans l’élément id.",
            place,
        )

    def _say_unknown(self, unknown: list[str], expected: str, place: etree._Element) -> None:
        names = [*dict.fromkeys(unknown)]
        where = expected or "annoncé"
        self._warn(
            "lom-taxon-inconnu",
            f"Le terme {_enumerated(names)} n’est pas dans le vocabulaire {where}\u00a0: il est gardé"
            " sans être compris."
            if len(names) == 1
            else f"Les termes {_enumerated(names)} ne sont pas dans le vocabulaire {where}\u00a0: ils"
            " sont gardés sans être compris.",
            "Donnez l’URI d’un terme de ScoLOMFR dans l’élément id.",
            place,
        )

    def _inferred(self, paths: tuple[TaxonPath, ...], place: etree._Element) -> Term | None:
        met = [known(taxon.id) for path in paths for taxon in path.taxa]
        found = {each.concept.vocabulary for each in met if each}
        if not found:
            found = {name for path in paths for name in vocabularies_named(path)}
        uri = scolomfr().purpose_of(found.pop()) if len(found) == 1 else ""
        said = (
            f"déduit des termes\u00a0: «\u00a0{scolomfr().label(uri)}\u00a0»" if uri else "inconnu"
        )
        self._notes.warn(
            "lom-objectif-absent",
            "9.1",
            f"La classification ne dit pas son objectif\u00a0: il est {said}.",
            "Ajoutez l’élément purpose avec un terme du vocabulaire 028.",
            place,
        )
        return Term(uri) if uri else None

    def _warn(self, rule: str, message: str, remedy: str, place: etree._Element) -> None:
        self._notes.warn(rule, "9.2", message, remedy, place)


def _enumerated(names: list[str]) -> str:
    """« a », « b » et 3 autres."""
    said = ", ".join(f"«\u00a0{name[:60]}\u00a0»" for name in names[:5])
    more = len(names) - 5
    return f"{said} et {more} autre{'s' if more > 1 else ''}" if more > 0 else said


@lru_cache(maxsize=256)
def vocabulary_for(purpose: str) -> str:
    """The vocabulary, among those at hand, that a purpose calls for; "" for a free one."""
    digits = scolomfr().vocabulary_of(purpose)
    digits = INSTEAD.get(digits, digits)
    return digits if digits and scolomfr().members(digits) else ""


def vocabularies_named(path: TaxonPath) -> tuple[str, ...]:
    return tuple(name for text in path.source for name in NAMED.findall(text.value))
