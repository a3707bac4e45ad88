"""The selection at hand: the resources that an address says were chosen, and the addresses that keep them.

Nothing of it is kept anywhere: it goes from page to page in the addresses, so that whoever has one has
the selection, and nobody knows whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from metadata.normalise import clean

from .site import current_site

PATH = "/selection"

#: A selection is for some lessons; its address must fit in a message.
MOST = 50
LONGEST_TITLE = 120
LONGEST_SLUG = 100

#: The parameters that say it, on every page.
NAMES = ("titre", "r")

Arguments = MultiDict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Some resources in an order, under a title."""

    slugs: tuple[str, ...] = ()
    title: str = ""

    def arguments(self) -> Iterator[tuple[str, str]]:
        if self.title:
            yield "titre", self.title
        for slug in self.slugs:
            yield "r", slug

    def address(self, place: str = PATH) -> str:
        """A page with this selection at hand."""
        path, mark, rest = place.partition("#")
        said = urlencode([*self.arguments()])
        joint = ("&" if "?" in path else "?") if said else ""
        return f"{path}{joint}{said}{mark}{rest}"

    def of(self, slugs: Iterable[str]) -> Selection:
        return Selection(slugs=tuple(slugs), title=self.title)

    def with_(self, slug: str) -> Selection:
        return self.of(dict.fromkeys([*self.slugs, slug]))

    def without(self, slug: str) -> Selection:
        return self.of(each for each in self.slugs if each != slug)

    def with_earlier(self, slug: str) -> Selection:
        """The same with one resource before the one that it comes after."""
        place = self.slugs.index(slug)
        others = [*self.without(slug).slugs]
        return self.of([*others[: max(place - 1, 0)], slug, *others[max(place - 1, 0) :]])

    def with_later(self, slug: str) -> Selection:
        place = self.slugs.index(slug)
        others = [*self.without(slug).slugs]
        return self.of([*others[: place + 1], slug, *others[place + 1 :]])


def asked(arguments: Arguments) -> Selection:
    """The selection that an address names, without what makes no sense in it."""
    named = (clean(each).strip()[:LONGEST_SLUG] for each in arguments.getlist("r"))
    return Selection(
        slugs=tuple(dict.fromkeys(filter(None, named)))[:MOST],
        title=" ".join(clean(arguments.get("titre", "")).split())[:LONGEST_TITLE],
    )


def at_hand() -> Selection:
    return asked(request.args)


def kept(address: str) -> str:
    """An address of ours, with the selection at hand."""
    return at_hand().address(address)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a list offers for one of its resources: to choose it, or to choose it no more."""

    is_chosen: bool
    address: str  # the same list, at the same resource


def choice(slug: str, place: str) -> Choice | None:
    """What can be chosen in the list at this place; nothing on files without a live site, or once full."""
    selection, site = at_hand(), current_site()
    is_chosen = slug in selection.slugs
    if not site.selection_address or (len(selection.slugs) >= MOST and not is_chosen):
        return None
    after = selection.without(slug) if is_chosen else selection.with_(slug)
    live = site.base_url if site.frozen else ""
    return Choice(is_chosen=is_chosen, address=after.address(f"{live}{place}#{slug}"))
