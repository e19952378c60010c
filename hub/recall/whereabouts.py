"""Where an affected item is, by the last word on it: the customer that it was sent to, or the plant that made it."""

import msgspec

from hub.named import Named, unnamed
from hub.recall.views import Affected

NOBODY = unnamed("?")
"""Nobody knows who made it."""


class Place(msgspec.Struct, frozen=True):
    """A company and its site, as far as they are told."""

    party: Named
    site: Named | None
    shipped: bool


class Whereabouts(msgspec.Struct, frozen=True):
    """The same by ids, as addresses name it; ``site`` '' where none was told."""

    party: str
    site: str
    shipped: bool


def place_of_item(item: Affected) -> Place | None:
    """None for what is in something else, and was not sent by itself: where that is, it is."""
    if not (item.finished or item.shipped):
        return None
    if item.shipped:
        last = item.shipped[-1]
        return Place(last.party, last.site, shipped=True)
    return Place(item.organisation or NOBODY, item.plant, shipped=False)


def whereabouts(item: Affected) -> Whereabouts | None:
    """The same by ids."""
    place = place_of_item(item)
    return None if place is None else Whereabouts(place.party.id, place.site.id if place.site else "", place.shipped)
