"""What may go wrong while pages are made."""


class BuildError(Exception):
    """A page that should be public does not answer 200; nothing was published."""


class ThemeError(Exception):
    """An archive that no theme can be made of, or whose terms nobody accepted; nothing was installed."""


class LoginError(Exception):
    """The forge does not answer, or vouches for nobody. Holds no secret: it may be logged."""
