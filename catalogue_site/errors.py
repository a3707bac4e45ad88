"""What may go wrong while pages are made."""


class BuildError(Exception):
    """A page that should be public does not answer 200; nothing was published."""
