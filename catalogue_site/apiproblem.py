"""Errors of the API, as RFC 9457 says them: a code for machines, French for whoever reads.

https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import json

from flask import Response

from . import typography

MEDIA_TYPE = "application/problem+json"

#: Codes never change. Their title says the kind of problem; a detail says this one.
TITLES = {
    "parametre-inconnu": "Paramètre inconnu",
    "parametre-repete": "Paramètre donné plusieurs fois",
    "valeur-refusee": "Valeur refusée",
    "introuvable": "Rien à cette adresse",
    "retiree": "Ressource retirée",
    "methode-refusee": "Méthode refusée",
    "indisponible": "Service indisponible",
    "demande-impossible": "Demande impossible",
    "erreur-interne": "Erreur interne",
}

#: What to say of an error that no view told: its code, and the detail.
UNTOLD = {
    404: ("introuvable", "Aucune ressource n’est publiée à cette adresse."),
    405: ("methode-refusee", "L’API se lit seulement : GET, HEAD ou OPTIONS."),
    500: ("erreur-interne", "Ce n’est pas de votre fait. Réessayez dans quelques minutes."),
    503: ("indisponible", "L’index est en cours de reconstruction. Réessayez dans un moment."),
}
OTHERWISE = ("demande-impossible", "Cette demande ne peut pas être servie.")


class Refused(Exception):
    """A request that cannot be understood: a code of TITLES, the detail, and what it is about."""

    def __init__(self, code: str, detail: str, **about: str) -> None:
        super().__init__(detail)
        self.code, self.about = code, about


def problem(status: int, code: str, detail: str, **about: str | None) -> Response:
    """The answer that says a problem."""
    return Response(body(status, code, detail, **about), status=status, mimetype=MEDIA_TYPE)


def body(status: int, code: str, detail: str, **about: str | None) -> bytes:
    said = {name: value for name, value in about.items() if value}
    document = {
        "type": f"urn:balise:probleme:{code}",
        "title": TITLES[code],
        "status": status,
        "detail": typography.text(detail),
        **said,
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def told(response: Response) -> Response:
    """The same error as a problem, whoever answered it."""
    if response.status_code >= 400 and response.mimetype != MEDIA_TYPE:
        code, detail = UNTOLD.get(response.status_code, OTHERWISE)
        response.set_data(body(response.status_code, code, detail))
        response.mimetype = MEDIA_TYPE
    return response
