"""Which links hold at a time: joined before, and not taken out since.

Within one chain the record sequence decides what came first, so a chain's time never runs backwards here: a statement
counts as happening no earlier than those that precede it in its chain about the same link. Across chains that time
decides; ties are broken by author, chain and sequence, never by arrival.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

import msgspec

from traceability.genealogy.link import ADD, Link, LinkKey


class Told(msgspec.Struct, frozen=True):
    """A statement and the time from which it counts."""

    since: datetime
    link: Link


def links_in_force(links: Iterable[Link], as_of: datetime | None = None) -> list[Link]:
    """The links that hold at ``as_of`` (None: after everything stated), each with the time that it holds.

    For each (parent, child, position) the latest statement decides; it is in the answer if it is an ADD.
    """
    in_force = []
    for told in statements_by_link(links).values():
        latest = _latest(told, as_of)
        if latest is not None and told[latest].link.action == ADD:
            begin, end = _run(told, latest)
            in_force.append(msgspec.structs.replace(told[latest].link, valid_from=begin, valid_to=end))
    return sorted(in_force, key=link_order)


def intervals(links: Iterable[Link]) -> list[Link]:
    """Every time that a link held, as the ADD that began it; ``valid_to`` None where it still does."""
    found = []
    for told in statements_by_link(links).values():
        for index, each in enumerate(told):
            if each.link.action == ADD and (index == 0 or told[index - 1].link.action != ADD):
                begin, end = _run(told, index)
                found.append(msgspec.structs.replace(each.link, valid_from=begin, valid_to=end))
    return sorted(found, key=lambda link: (*link_order(link), link.valid_from or link.event_time))


def statements_by_link(links: Iterable[Link]) -> dict[LinkKey, list[Told]]:
    """What is stated about each link, earliest first; of one instant the last statement, and none erroneous."""
    stated: defaultdict[LinkKey, list[Link]] = defaultdict(list)
    for link in links:
        stated[link.key].append(link)
    return {
        key: _only(several[0]) if len(several) == 1 else _in_order(_chains(several)) for key, several in stated.items()
    }


def link_order(link: Link) -> tuple[str, str, str]:
    """The order in which links are shown."""
    return link.parent, link.position or "", link.child


def _only(link: Link) -> list[Told]:
    return [] if link.erroneous else [Told(link.event_time, link)]


def _chains(links: Iterable[Link]) -> Iterable[list[Link]]:
    chains: defaultdict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links:
        chains[link.author, link.chain].append(link)
    return chains.values()


def _in_order(chains: Iterable[list[Link]]) -> list[Told]:
    placed: list[Told] = []
    for members in chains:
        if len(members) > 1:
            members.sort(key=_place)
        latest: datetime | None = None
        for link in members:
            latest = link.event_time if latest is None or link.event_time > latest else latest
            if not link.erroneous:
                placed.append(Told(latest, link))
    if len(placed) > 1:
        placed.sort(key=lambda told: (told.since, told.link.author, told.link.chain, *_place(told.link)))
        placed = [*(one for one, after in pairwise(placed) if one.since != after.since), placed[-1]]
    return placed


def _place(link: Link) -> tuple[int, int, str, str, str]:
    """Within a chain; the words at the end only tell apart what one record says twice."""
    return link.seq, link.item, link.action, link.quantity or "", link.stated_child or ""


def _latest(told: list[Told], as_of: datetime | None) -> int | None:
    for index in range(len(told) - 1, -1, -1):
        if as_of is None or told[index].since <= as_of:
            return index
    return None


def _run(told: list[Told], latest: int) -> tuple[datetime, datetime | None]:
    """From when to when the link holds without a break around statement ``latest``; None: it still does."""
    first = latest
    while first and told[first - 1].link.action == ADD:
        first -= 1
    ends = (each.since for each in told[latest + 1 :] if each.link.action != ADD)
    return told[first].since, next(ends, None)
