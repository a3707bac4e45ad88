"""The findings of one reading: each said once, and a notice beyond repair does not flood."""

from __future__ import annotations

from lxml import etree

from ..elements import element as named
from ..finding import Finding, Severity
from ..strangers.xmltree import line_of
from .table import NAMESPACES

#: Beyond this, a notice needs another look than a list of faults.
MOST = 200


class Notes:
    """Gathers findings; the same fault of the same element is said once, where it first stands."""

    def __init__(self) -> None:
        self._findings: dict[tuple[str, str, str], Finding] = {}
        self._left_out = 0

    def warn(
        self, rule: str, number: str, message: str, remedy: str, place: etree._Element | int
    ) -> None:
        self._say(Severity.WARNING, rule, number, message, remedy, place)

    def note(
        self, rule: str, number: str, message: str, remedy: str, place: etree._Element | int
    ) -> None:
        self._say(Severity.INFO, rule, number, message, remedy, place)

    def stray(self, element: etree._Element, number: str) -> None:
        """An element that the table has no place for, in the element of this number."""
        if not isinstance(element.tag, str):
            return
        name = etree.QName(element)
        ours = (name.namespace or "") in ("", *NAMESPACES.values())
        self.note(
            "lom-element-inconnu",
            number,
            f"L’élément «\u00a0{name.localname}\u00a0»"
            + ("" if ours else f" (espace de noms {name.namespace})")
            + " n’a pas sa place ici dans LOM, LOMFR ou ScoLOMFR\u00a0: il n’est pas repris.",
            "Vérifiez son nom et sa place, ou supprimez-le.",
            element,
        )

    def repeated(self, number: str, element: etree._Element) -> None:
        """A value that has been said before, in the element of this number."""
        self.note(
            "lom-repetition",
            number,
            "La même valeur est donnée deux fois\u00a0: elle n’est gardée qu’une.",
            "Supprimez la répétition.",
            element,
        )

    def _say(
        self,
        severity: Severity,
        rule: str,
        number: str,
        message: str,
        remedy: str,
        place: etree._Element | int,
    ) -> None:
        key = (rule, number, message)
        if key in self._findings:
            return
        if len(self._findings) >= MOST:
            self._left_out += 1
            return
        self._findings[key] = Finding(
            severity=severity,
            rule=rule,
            element=named(number) or "notice",
            message=message,
            remedy=remedy,
            line=place if isinstance(place, int) else line_of(place),
        )

    def findings(self) -> tuple[Finding, ...]:
        found = tuple(self._findings.values())
        if not self._left_out:
            return found
        rest = Finding(
            severity=Severity.WARNING,
            rule="lom-remarques",
            element="notice",
            message=f"{self._left_out} autres remarques ne sont pas listées.",
            remedy="Corrigez d’abord celles-ci.",
        )
        return (*found, rest)
