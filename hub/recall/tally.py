"""Affected items counted by customer, part and silence; kept beside the recall, so that counting can go on later."""

from collections.abc import Collection, Iterable

import msgspec

from hub.named import Named, unnamed
from hub.recall.views import Affected, AffectedPart, Destination, Maker, SilentTier
from hub.recall.whereabouts import place_of_item
from hub.store.core.database import Reading
from hub.trace.catalogue import read_catalogue
from hub.trace.expected import expectation

_JOINT = "\n"
MOST_GROUPS = 10_000
"""Customers, parts and silent tiers that are told apart; the rest is counted together as ``…``."""
_REST = "…"


class Count(msgspec.Struct):
    """Of items: all, those certainly affected, finished units; and what stands for the group."""

    named: Named
    site: Named | None = None
    shipped: bool = False
    items: int = 0
    certain: int = 0
    finished: int = 0
    example: str = ""

    def add(self, item: Affected) -> None:
        """One item more."""
        self.items += 1
        self.certain += item.certain
        self.finished += item.finished


class Tally(msgspec.Struct):
    """Counts so far, by key of their group."""

    total: Count = msgspec.field(default_factory=lambda: Count(unnamed("")))
    destinations: dict[str, Count] = {}
    parts: dict[str, Count] = {}
    silent: dict[str, Count] = {}
    makers: dict[str, Count] = {}

    def add(self, items: Iterable[Affected]) -> None:
        """Count ``items``; where a thing is, the last word on it says."""
        for item in items:
            self.total.add(item)
            _group(self.parts, item.part.id, item.part).add(item)
            if item.organisation is not None:
                _group(self.makers, item.organisation.id, item.organisation).add(item)
            if item.missing and not item.seed:
                group = _group(self.silent, item.part.id, item.part)
                group.example = group.example or item.item
                group.add(item)
            place = place_of_item(item)
            if place is not None:
                key = f"{place.party.id}{_JOINT}{place.site.id if place.site else ''}{'' if place.shipped else _JOINT}"
                _group(self.destinations, key, place.party, place.site, shipped=place.shipped).add(item)


def destinations(tally: Tally) -> tuple[Destination, ...]:
    """The most affected first."""
    return tuple(
        Destination(
            party=count.named,
            site=count.site,
            shipped=count.shipped,
            items=count.items,
            certain=count.certain,
            finished=count.finished,
        )
        for count in _most_first(tally.destinations.values())
    )


def affected_parts(tally: Tally) -> tuple[AffectedPart, ...]:
    """The most affected first."""
    return tuple(
        AffectedPart(part=count.named, items=count.items, certain=count.certain, finished=count.finished)
        for count in _most_first(tally.parts.values())
    )


def makers(tally: Tally) -> tuple[Maker, ...]:
    """The most affected first."""
    return tuple(
        Maker(organisation=count.named, items=count.items, certain=count.certain, finished=count.finished)
        for count in _most_first(tally.makers.values())
    )


def silent_tiers(connection: Reading, tally: Tally) -> tuple[SilentTier, ...]:
    """Parts of whose affected units nobody sent results, with who should have."""
    counts = _most_first(tally.silent.values())
    expected = expectation(connection, read_catalogue(connection, {count.example for count in counts}))
    return tuple(
        SilentTier(part=count.named, units=count.items, expected=expected.of(count.example)) for count in counts
    )


def _group(
    groups: dict[str, Count], key: str, named: Named, site: Named | None = None, *, shipped: bool = False
) -> Count:
    if key not in groups and len(groups) >= MOST_GROUPS:
        key, named, site = _REST, unnamed(_REST), None
    return groups.setdefault(key, Count(named, site, shipped))


def _most_first(counts: Collection[Count]) -> list[Count]:
    return sorted(counts, key=lambda count: (-count.items, count.named.id, count.site.id if count.site else ""))
