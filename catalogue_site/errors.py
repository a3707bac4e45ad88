"""What may go wrong while pages are made."""


class BuildError(Exception):
    """A page that should be public does not answer 200; nothing was published."""


class LoginError(Exception):
    """The forge does not answer, or vouches for nobody. Holds no secret: it may be logged."""
