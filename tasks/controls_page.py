"""Write docs/controles.md: every rule, from the tables of metadata/checks.py.

python tasks/controls_page.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from metadata import Severity
from metadata.checks import PROFILES
from metadata.elements import element

PAGE = ROOT / "docs" / "controles.md"

INTRODUCTION = """\
# Les contrôles

`balise validate FICHIER --profile PROFIL` lit une notice et dit ce qui ne va pas. Cette page liste
les règles de chaque profil ; elle est faite à partir du code par `python tasks/controls_page.py`.
Sans `--profile`, une notice LOM est jugée par `lomfr`, un `commun.yml` par `commun`, le reste (Dublin
Core, flux, tableaux, paquets) par `lom`.

Chaque remarque porte une gravité : une **erreur** empêche de publier la notice telle quelle, un
**avertissement** dit ce qu’il faut améliorer, une **information** n’empêche rien. Le code d’une
règle ne change pas : d’autres outils peuvent s’y fier.

Aux règles du profil s’ajoutent les remarques de la lecture elle-même (valeur inconnue d’un
vocabulaire, libellé qui contredit son URI, date ou durée mal écrite, vCard sans nom, langue
inconnue…) : elles disent ce que le lecteur a compris et ce qu’il a laissé.
"""

TITLES = {
    "lom": (
        "Profil `lom`",
        "Le minimum\u00a0: ce sans quoi une ressource ne se trouve ni ne s’ouvre.",
    ),
    "lomfr": (
        "Profil `lomfr`",
        (
            "Les obligations du manuel ScoLOMFR («\u00a0obligatoire\u00a0»\u00a0: erreur\u202f; «\u00a0recommandé\u00a0»\u00a0:"
            " avertissement\u202f; «\u00a0facultatif\u00a0»\u00a0: rien), et la cohérence de la notice."
        ),
    ),
    "gar": (
        "Profil `gar`",
        (
            "Les dix-neuf contrôles du GAR sous leur numéro officiel (RTFS 5.2). Ce que seul le GAR"
            " peut savoir est dit «\u00a0non vérifiable ici\u00a0». Le contrôle 1 se fait avec le schéma"
            " ScoLOMFR 3.2.1."
        ),
    ),
    "commun": (
        "Profil `commun`",
        "Ce dont un enseignant a besoin pour choisir un commun.",
    ),
}
SEVERITIES = {
    Severity.ERROR: "erreur",
    Severity.WARNING: "avertissement",
    Severity.INFO: "information",
}
Row = tuple[str, Severity, str, str, str]


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for profile, rules in PROFILES.items():
        rows: list[Row] = [
            (rule.code, rule.severity, element(rule.element), rule.about, rule.remedy)
            for rule in rules
        ]
        parts.append(_section(*TITLES[profile], rows))
    return "\n".join(parts)


def _section(title: str, about: str, rows: list[Row]) -> str:
    lines = [
        f"## {title}",
        "",
        about,
        "",
        "| Code | Gravité | Élément | Ce qui est attendu | Que faire |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{code}` | {SEVERITIES[severity]} | {where} | {what} | {remedy} |"
        for code, severity, where, what, remedy in rows
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
