"""Classifications (LOM 9): what each taxon is in the vocabularies, and for what purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from lxml import etree

from .lomnotes import Notes
from .lomterms import is_called, listed, meaning
from .record import Classification, Taxon, TaxonPath, Term
from .vocabulary import Concept, canonical_uri, scolomfr

#: The vocabulary that a source names: "SCOLOMFRv3.0 ; scolomfr-voc-015 ; Enseignement".
NAMED = re.compile(r"voc-?(\d{3})")


class TaxonReader:
    """Finds what taxa mean, and says what is wrong with them."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def resolved(self, classification: Classification, place: etree._Element) -> Classification:
        purpose = classification.purpose
        expected = scolomfr().vocabulary_of(purpose.uri) if purpose else ""
        paths = tuple(self._path(path, expected, place) for path in classification.taxon_paths)
        if purpose is None:
            purpose = self._inferred(paths, place)
        return replace(classification, purpose=purpose, taxon_paths=paths)

    def _path(self, path: TaxonPath, expected: str, place: etree._Element) -> TaxonPath:
        named = _vocabularies_named(path)
        taxa = tuple(self._taxon(taxon, expected, named, place) for taxon in path.taxa)
        return replace(path, taxa=taxa)

    def _taxon(
        self, taxon: Taxon, expected: str, named: tuple[str, ...], place: etree._Element
    ) -> Taxon:
        label = taxon.entry[0].value if taxon.entry else ""
        concept = _concept(taxon.id)
        if concept:
            self._judge(concept, label, expected, place)
            return taxon._replace(id=scolomfr().current(concept).uri)
        for vocabulary in dict.fromkeys((expected, *named)):
            for text in (taxon.id, label):
                if vocabulary and text and (uri := meaning(text, vocabulary).uri):
                    return taxon._replace(id=uri)
        if expected or taxon.id.startswith(("http://data.education.fr/voc/", "scolomfr-voc-")):
            self._unknown(taxon, label, expected, place)
        return taxon

    def _judge(self, concept: Concept, label: str, expected: str, place: etree._Element) -> None:
        current = scolomfr().current(concept)
        if current != concept:
            self._notes.warn(
                "lom-taxon-deprecie",
                "9.2",
                f"Le terme «\u00a0{concept.label}\u00a0» n’est plus en usage\u00a0: lu comme"
                f" «\u00a0{current.label}\u00a0».",
                f"Écrivez {current.uri}.",
                place,
            )
        elif label and not is_called(concept.uri, label):
            self._notes.warn(
                "lom-taxon-libelle",
                "9.2",
                f"Le libellé «\u00a0{label[:80]}\u00a0» contredit l’identifiant, qui désigne"
                f" «\u00a0{concept.label}\u00a0»\u00a0: l’identifiant est suivi.",
                "Corrigez celui des deux qui est faux.",
                place,
            )
        if expected and concept.vocabulary != expected:
            self._notes.warn(
                "lom-taxon-deplace",
                "9.2",
                f"Le terme «\u00a0{concept.label}\u00a0» est du vocabulaire {concept.vocabulary},"
                f" l’objectif annonce le {expected}.",
                "Corrigez l’objectif de la classification, ou le terme.",
                place,
            )

    def _unknown(self, taxon: Taxon, label: str, expected: str, place: etree._Element) -> None:
        said = label or taxon.id
        found = meaning(said, expected) if expected and said else None
        where = f" {expected}" if expected else ""
        if found and found.candidates:
            self._notes.warn(
                "lom-taxon-ambigu",
                "9.2",
                f"«\u00a0{said[:80]}\u00a0» désigne plusieurs termes du vocabulaire{where}\u00a0:"
                f" {listed(found.candidates)}.",
                "Donnez l’URI du terme voulu dans l’élément id.",
                place,
            )
            return
        self._notes.warn(
            "lom-taxon-inconnu",
            "9.2",
            f"Le terme «\u00a0{said[:80]}\u00a0» n’est pas dans le vocabulaire{where}\u00a0: il est"
            " gardé sans être compris.",
            "Donnez l’URI d’un terme de ScoLOMFR dans l’élément id.",
            place,
        )

    def _inferred(self, paths: tuple[TaxonPath, ...], place: etree._Element) -> Term | None:
        concepts = {_concept(taxon.id) for path in paths for taxon in path.taxa}
        found = {concept.vocabulary for concept in concepts if concept}
        if not found:
            found = {name for path in paths for name in _vocabularies_named(path)}
        uri = scolomfr().purpose_of(found.pop()) if len(found) == 1 else ""
        deduced = (
            f" déduit de ses termes\u00a0: «\u00a0{scolomfr().label(uri)}\u00a0»."
            if uri
            else " absent, et ses termes ne le disent pas."
        )
        self._notes.warn(
            "lom-objectif-absent",
            "9.1",
            f"L’objectif de la classification est{deduced}",
            "Ajoutez l’élément purpose avec un terme du vocabulaire 028.",
            place,
        )
        return Term(uri) if uri else None


@lru_cache(maxsize=16384)
def _concept(identifier: str) -> Concept | None:
    return scolomfr().concept(canonical_uri(identifier)) if identifier else None


def _vocabularies_named(path: TaxonPath) -> tuple[str, ...]:
    return tuple(_digits(path))


def _digits(path: TaxonPath) -> Iterator[str]:
    for text in path.source:
        yield from NAMED.findall(text.value)
