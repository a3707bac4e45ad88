"""What can go wrong between us and a forge, by what the caller can do about it.

    ForgeError
    ├── ForgeUnavailable   later: the forge does not answer, or asks us to wait
    ├── ForgeDenied        never with this token: we may not, or are not known
    ├── ForgeMissing       there is no such thing, or it is hidden from us
    └── ForgeConflict      what we ask no longer fits what is there: look again, then decide again
        └── Overtaken      seen by ourselves, before asking: nothing is wrong, it is for another time

Each text is a French sentence for the operator; none holds a token.
"""

from __future__ import annotations


class ForgeError(Exception):
    """The forge did not do what it was asked."""


class ForgeUnavailable(ForgeError):
    """It does not answer, answers nonsense, or asks us to wait longer than we do."""


class ForgeDenied(ForgeError):
    """It refuses: the token is missing, too weak, or the project allows no such thing."""


class ForgeMissing(ForgeError):
    """It knows no such thing, or does not show it to us."""


class ForgeConflict(ForgeError):
    """It is no longer as we believed: another merge request, a newer commit, an older status."""


class Overtaken(ForgeConflict):
    """Somebody was faster, or the branch is theirs: we leave it as it is."""
