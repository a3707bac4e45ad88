"""The parameters of the API: declared once, for the requests and for the document that tells them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from indexer import facets
from indexer.query import LONGEST

from .apiproblem import Refused
from .search import SORTS

#: How many values of one facet may be chosen.
MOST_VALUES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One parameter of a query string. Its values are texts, or whole numbers up to `most`."""

    name: str
    description: str
    longest: int = LONGEST
    choices: tuple[str, ...] = ()
    pattern: str = ""
    most: int = 0
    default: int = 0
    several: bool = False

    @property
    def schema(self) -> dict[str, object]:
        """The JSON Schema of one value."""
        if self.most:
            return {
                "type": "integer",
                "minimum": 1,
                "maximum": self.most,
                "default": self.default,
            }
        if self.choices:
            return {"type": "string", "enum": [*self.choices]}
        if self.pattern:
            return {"type": "string", "pattern": f"^{self.pattern}$"}
        return {"type": "string", "maxLength": self.longest}

    def fault(self, text: str) -> str:
        """What is wrong with a value, in French; "" when nothing is."""
        if self.most and not (NUMBER.fullmatch(text) and 1 <= int(text) <= self.most):
            return f"il faut un nombre entier de 1 à {self.most}"
        if self.choices and text not in self.choices:
            return f"il faut {' ou '.join(f'« {choice} »' for choice in self.choices)}"
        if self.pattern and not re.fullmatch(self.pattern, text):
            return "reprenez tel quel le curseur que l’API vous a donné, ou ôtez-le"
        if len(text) > self.longest:
            return f"{self.longest} caractères au plus"
        return ""


NUMBER = re.compile(r"[0-9]{1,6}")


def limit(default: int) -> Parameter:
    words = "Combien d’éléments au plus dans une page."
    return Parameter(name="limit", description=words, most=100, default=default)


def cursor(pattern: str) -> Parameter:
    words = "Où reprendre : le `cursor` de la page d’avant. N’en faites rien d’autre."
    return Parameter(name="cursor", description=words, pattern=pattern)


SEARCH = (
    Parameter(
        name="q",
        description='Les mots cherchés, comme sur le site : `fractions cm1`, `"jeu de l’oie"`,'
        " `-exercice`, `photosyn*`.",
    ),
    *(
        Parameter(
            name=key,
            description=f"Facette « {facet.label} » : une valeur, un libellé ou un URI ; `-` pour ce"
            " qui n’est pas renseigné. Répété : l’un ou l’autre.",
            several=True,
        )
        for key, facet in facets.FACETS.items()
    ),
    Parameter(name="tri", description="L’ordre des résultats.", choices=tuple(SORTS)),
    Parameter(
        name="mots",
        description="`tels-quels` : ne pas reconnaître de filtres dans les mots.",
        choices=("tels-quels",),
    ),
)


#: The values of each parameter given, in the order given.
Said: TypeAlias = Mapping[str, Sequence[str]]


def read(parameters: Sequence[Parameter], given: Iterable[tuple[str, str]]) -> Said:
    """The values of each parameter given. Raise Refused, naming the parameter at fault."""
    known = {parameter.name: parameter for parameter in parameters}
    said: dict[str, list[str]] = {}
    for name, value in given:
        if name not in known:
            raise _unknown(name, known)
        said.setdefault(name, []).append(value)
    for name, values in said.items():
        _check(known[name], values)
    return said


def _unknown(name: str, known: Iterable[str]) -> Refused:
    shown = name[:60]
    near = next(iter(difflib.get_close_matches(shown.lower(), known, n=1, cutoff=0.5)), "")
    advice = f"Vouliez-vous dire « {near} » ?" if near else "Ôtez-le."
    return Refused(
        "parametre-inconnu",
        f"« {shown} » n’est pas un paramètre de cette adresse. {advice}",
        parameter=shown,
        nearest=near,
    )


def _check(parameter: Parameter, values: Sequence[str]) -> None:
    most = MOST_VALUES if parameter.several else 1
    if len(values) > most:
        times = f"{most} fois" if most > 1 else "une fois"
        raise Refused(
            "parametre-repete",
            f"« {parameter.name} » peut être donné {times} au plus.",
            parameter=parameter.name,
        )
    for value in values:
        if fault := parameter.fault(value):
            raise Refused(
                "valeur-refusee", f"« {parameter.name} » : {fault}.", parameter=parameter.name
            )
