"""A qualification as schema.org says one: https://schema.org/Certification.

Not as an Open Badge 3.0: that is a credential signed with its issuer's key, to be believed away from
who issued it. Here whoever asks is told how things stand today; a badge that was signed and carried
away would go on saying what is no longer so. See docs/badges.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from .case import PUBLIC, Face

Said = dict[str, Any]

CONTEXT = ["https://schema.org", {"@language": "fr"}]

#: Who qualifies, whoever keeps the catalogue.
ISSUER = "Ministère chargé de l’éducation nationale"


class Standing(Protocol):
    """How an entry stands before the curators: see entry.Standing."""

    @property
    def decided(self) -> datetime | None: ...
    @property
    def ends(self) -> datetime | None: ...
    @property
    def left(self) -> datetime | None: ...
    @property
    def criteria(self) -> str: ...
    def face_at(self, now: datetime) -> Face: ...


def certification(standing: Standing, now: datetime, page: str) -> Said | None:
    """The qualification that `page` explains, as a node of JSON-LD; None where the public sees none."""
    face = standing.face_at(now)
    if face is Face.NONE or standing.decided is None:
        return None
    # A suspension or a withdrawal does not wait for the end that was foreseen.
    ends = standing.left if face in (Face.SUSPENDED, Face.WITHDRAWN) else standing.ends
    status = "CertificationActive" if face in PUBLIC else "CertificationInactive"
    said = {
        "@type": "Certification",
        "@id": f"{page}#qualification",
        "url": page,
        "name": f"Qualification par le ministère\u00a0: {face.label}",
        "certificationStatus": f"https://schema.org/{status}",
        "certificationIdentification": standing.criteria,
        "issuedBy": {"@type": "GovernmentOrganization", "name": ISSUER},
        "validFrom": standing.decided.isoformat(),
        "expires": ends.isoformat() if ends else "",
    }
    return {key: value for key, value in said.items() if value}
